// Orders that are held as soon as they are made: to be looked at first, or to wait for conditions. The chain has no message
// that makes and holds, so these are two transactions. What is to be held is written down before the order is made, and whoever
// comes after a kill holds it; in between, at most until a gateway looks, the order can be paid.

import { MsgCreateOrderResponse, MsgCreateOrdersResponse, MsgHoldOrder } from "../../../gen/stateset/orders/v1/tx.ts";
import { utf8 } from "../../codec/bytes.ts";
import { typeUrlOf } from "../../codec/message.ts";
import { sha256 } from "../../crypto/hash.ts";
import { waitFor } from "../conditions/conditionalOrders.ts";
import type { Condition } from "../conditions/modules.ts";
import { Problem } from "../http/problem.ts";
import { hashBase58, newId } from "../ids.ts";
import type { ApiKey, GatewayParts, WriteOutcome } from "../parts.ts";
import { DueRows } from "../schedule/dueRows.ts";
import { anyOf, responseOf } from "./messages.ts";
import { outcomeInTime } from "./writes.ts";

/** Longer than a request takes to hold what it made. */
const ORPHANED = "interval '60 seconds'";
const AGAIN_MS = 60_000;
/** When an order that nobody sent by then never will be. */
const UNSENT_MS = 600_000;

/** What an order waits for. */
export interface Waits {
  readonly conditions: readonly Condition[];
  readonly auto_execute: boolean;
}

/** What is to be done once orders are there. */
export interface HoldPlan {
  readonly id: string;
  /** Under which their creation stands in the writer's journal. */
  readonly idempotencyKey: string;
  /** Of each order, in the order of the message; empty where it is not held. */
  readonly reasons: readonly string[];
  /** Of the one order. */
  readonly waits: Waits | null;
}

interface PlanRow {
  readonly id: string;
  readonly api_key_id: string;
  readonly idempotency_key: string;
  readonly reasons: readonly string[];
  readonly waits: Waits | null;
  readonly created_at: string;
}

type Parts = Pick<GatewayParts, "database" | "writer" | "writeWaitMs" | "chain">;

/** A request that is repeated under its idempotency key has one plan, and so holds once. */
function planId({ id }: ApiKey, clientKey: string | undefined): string {
  if (clientKey === undefined) return newId("hold");
  return `hold_${hashBase58(sha256(utf8(JSON.stringify(["stateset/hold/1", id, clientKey]))))}`;
}

/** Writes down that orders will be held; undefined when none is to be. `clientKey` is the idempotency key of the request. */
export async function planHolds(
  { database }: Parts,
  key: ApiKey,
  given: {
    readonly reasons: readonly (string | undefined)[];
    readonly waits?: Waits;
    readonly clientKey?: string | undefined;
  },
): Promise<HoldPlan | undefined> {
  const reasons = given.reasons.map((reason) => reason ?? "");
  if (reasons.every((reason) => reason === "")) return undefined;
  const id = planId(key, given.clientKey);
  const plan = { id, idempotencyKey: given.clientKey ?? id, reasons, waits: given.waits ?? null };
  await database.query(
    `insert into order_holds (id, api_key_id, idempotency_key, reasons, waits, created_at, next_at)
     values ($1, $2, $3, $4, $5::jsonb, now(), now() + ${ORPHANED}) on conflict (id) do nothing`,
    [id, key.id, plan.idempotencyKey, reasons, plan.waits === null ? null : JSON.stringify(plan.waits)],
  );
  return plan;
}

/** Forgets a plan: all is done, or the orders will not be. */
export async function forgetHolds({ database }: Pick<Parts, "database">, plan: HoldPlan | undefined): Promise<void> {
  if (plan !== undefined) await database.query("delete from order_holds where id = $1", [plan.id]);
}

/** Holds the orders that were made; gives the height at which that is so. Once for each, however often it is called. */
export async function holdOrders(
  parts: Parts,
  key: ApiKey,
  plan: HoldPlan,
  orderIds: readonly string[],
): Promise<number> {
  const heights = plan.reasons.map(async (reason, index) => {
    const orderId = orderIds[index];
    if (reason === "" || orderId === undefined) return 0;
    const message = anyOf(MsgHoldOrder, { signer: key.signer, orderId, reason });
    const pending = await parts.writer.submit({ apiKey: key, message, idempotencyKey: `${plan.id}/${index}` });
    return (await outcomeInTime(pending, parts.writeWaitMs)).height;
  });
  const height = Math.max(...(await Promise.all(heights)));
  const [id] = orderIds;
  if (plan.waits !== null && id !== undefined) {
    await waitFor(parts, { id, merchant: key.merchant, api_key_id: key.id, ...plan.waits });
  }
  await forgetHolds(parts, plan);
  return height;
}

/** The orders that a creation made. */
function madeBy(outcome: WriteOutcome): readonly string[] {
  return outcome.response.typeUrl === typeUrlOf(MsgCreateOrdersResponse)
    ? responseOf(MsgCreateOrdersResponse, outcome).orderIds
    : [responseOf(MsgCreateOrderResponse, outcome).orderId];
}

export interface HoldsOptions {
  /** A valid key, by its id. */
  readonly findKey: (apiKeyId: string) => Promise<ApiKey | undefined>;
  readonly now: () => Date;
  readonly onError: (error: unknown) => void;
}

/** Holds what was made by a gateway that was killed before it could. */
export function plannedHolds(parts: Parts, { findKey, now, onError }: HoldsOptions): DueRows {
  const { database, writer } = parts;
  /** False when the creation is not known yet. */
  async function finish(row: PlanRow): Promise<boolean> {
    const plan: HoldPlan = { ...row, idempotencyKey: row.idempotency_key };
    const [write] = await database.query<{ id: string }>(
      "select id from gateway_writes where api_key_id = $1 and idempotency_key = $2",
      [row.api_key_id, row.idempotency_key],
    );
    const pending = write === undefined ? undefined : await writer.find(row.api_key_id, write.id);
    if (pending === undefined) {
      if (now().getTime() - Date.parse(row.created_at) < UNSENT_MS) return false;
      await forgetHolds(parts, plan);
      return true;
    }
    const key = await findKey(row.api_key_id);
    if (key === undefined) return false;
    try {
      await holdOrders(parts, key, plan, madeBy(await outcomeInTime(pending, parts.writeWaitMs)));
    } catch (error) {
      if (!(error instanceof Problem) || error.code !== "chain_refused") throw error;
      // It was not made, or has gone on so far that it cannot be held.
      await forgetHolds(parts, plan);
    }
    return true;
  }
  return new DueRows({
    ...{ database, table: "order_holds", now, onError },
    async work({ id }) {
      const [row] = await database.query<PlanRow>("select * from order_holds where id = $1", [id]);
      return row === undefined || (await finish(row)) ? undefined : new Date(now().getTime() + AGAIN_MS);
    },
  });
}
