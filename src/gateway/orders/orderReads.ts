// Reads of orders for one API key: it sees its merchant's alone, and what it wrote itself before.

import type { FastifyReply, FastifyRequest } from "fastify";
import { fromBase64 } from "../../codec/bytes.ts";
import { Problem } from "../http/problem.ts";
import type { ApiKey, GatewayParts } from "../parts.ts";
import type { ChainObject } from "../readModel/blockRows.ts";
import { getOrder, type OrderDetails } from "../readModel/orderQueries.ts";
import { chainOrder } from "./chainOrders.ts";
import { createdOrderView, type OrderNotes, orderView } from "./view.ts";
import type { LastWrites } from "./writes.ts";

/** How long a read waits for the read model before it asks the chain, or answers with what there is. */
const CATCH_UP_MS = 1_500;

function missing(): Problem {
  return new Problem("not_found", "there is no such order");
}

/** What routes of orders share. */
export class OrderReads {
  readonly parts: GatewayParts;
  readonly lastWrites: LastWrites;

  constructor(parts: GatewayParts, lastWrites: LastWrites) {
    this.parts = parts;
    this.lastWrites = lastWrites;
  }

  /**
   * Waits until the read model has what the key, or who sent `Min-Height`, wrote before; says in `Chain-Height` how far it
   * is. False when it is not as far in time.
   */
  async caughtUp(request: FastifyRequest, reply: FastifyReply, name: string): Promise<boolean> {
    const { projector } = this.parts;
    const asked = /^[0-9]{1,15}$/.exec(String(request.headers["min-height"] ?? ""));
    const height = Math.max(this.lastWrites.of(name), Number(asked?.[0] ?? 0));
    const isThere = await projector.reached(height, CATCH_UP_MS);
    void reply.header("chain-height", projector.height);
    return isThere;
  }

  /** An order with all that belongs to it. Rejects with Problem `not_found` when it is not the key's merchant's. */
  async order(request: FastifyRequest, reply: FastifyReply, id: string): Promise<OrderDetails> {
    const isThere = await this.caughtUp(request, reply, id);
    return (isThere ? await this.known(request.apiKey, id) : undefined) ?? (await this.freshOrder(request.apiKey, id));
  }

  /** The same as the read model has it; undefined when it has none. */
  async known(key: ApiKey, id: string): Promise<OrderDetails | undefined> {
    const details = await getOrder(this.parts.database, id);
    return details === undefined ? undefined : this.#own(key, details);
  }

  /** The same as the chain has it now: what a write is decided and answered by. */
  async freshOrder(key: ApiKey, id: string): Promise<OrderDetails> {
    return this.#own(key, await chainOrder(this.parts.chain, id));
  }

  #own({ merchant }: ApiKey, details: OrderDetails | undefined): OrderDetails {
    if (details === undefined || details.order["merchant"] !== merchant) throw missing();
    return details;
  }

  /** Whether something is kept of an order that only some may see. */
  hasPersonalData({ personal_data_commitment }: ChainObject): boolean {
    return typeof personal_data_commitment === "string" && personal_data_commitment !== "";
  }

  /** What is kept of an order beside the chain. */
  async notes(order: ChainObject): Promise<OrderNotes> {
    const commitment = order["personal_data_commitment"];
    if (typeof commitment !== "string" || commitment === "") return {};
    const [row] = await this.parts.database.query<{ document: OrderNotes }>(
      "select document from order_notes where commitment = $1",
      [fromBase64(commitment)],
    );
    return row?.document ?? {};
  }

  /** What the API says of an order. */
  async view(details: OrderDetails) {
    return orderView(details, this.parts.publicUrl, await this.notes(details.order));
  }

  /** What the API says of an order that was just made. */
  async createdView({ order }: OrderDetails) {
    return createdOrderView(order, this.parts.publicUrl, await this.notes(order));
  }

  /** Names and addresses of an order; undefined when there are none, or they were deleted. */
  async personalData(order: ChainObject): Promise<Record<string, unknown> | undefined> {
    const commitment = order["personal_data_commitment"];
    if (typeof commitment !== "string" || commitment === "") return undefined;
    const opened = await this.parts.vault.open(String(order["merchant"]), fromBase64(commitment));
    return opened === undefined ? undefined : { ...opened.data };
  }
}
