// Payments by card as rows: written down before the processor is asked, and carried to an end whatever is cut off in between.
//
//   AUTHORIZING ─> SENT ─> PAID          the chain took it
//        │           └──> RELEASING ─> RELEASED     the chain refused it, or nobody sent it
//        ├──────────────> RELEASING
//        └─> DECLINED
//
// The message to the chain stands in the writer's journal under the payment's id: however often it is sent, the order is paid
// once. What is not at an end after a while is taken up by whichever gateway comes first.

import { MsgPayOrder } from "../../../gen/stateset/orders/v1/tx.ts";
import { utf8 } from "../../codec/bytes.ts";
import { sha256 } from "../../crypto/hash.ts";
import { tell } from "../events/gatewayEvents.ts";
import { formatMoney } from "../http/money.ts";
import { Problem } from "../http/problem.ts";
import { hashBase58, newId } from "../ids.ts";
import { actAs, anyOf } from "../orders/messages.ts";
import { outcomeInTime } from "../orders/writes.ts";
import type { ApiKey, GatewayParts, WriteOutcome } from "../parts.ts";
import { DueRows } from "../schedule/dueRows.ts";
import { testCardProcessor } from "./cardProcessor.ts";

const DENOM = "uusdc";
/** Longer than any request works on a payment; then somebody else may. */
const ORPHANED = "interval '60 seconds'";
const AGAIN_MS = 60_000;

export interface CardPaymentRow {
  readonly id: string;
  readonly merchant: string;
  readonly api_key_id: string;
  readonly order_id: string;
  readonly payer: string;
  readonly reference: string | null;
  readonly amount: string;
  readonly status: "AUTHORIZING" | "SENT" | "PAID" | "RELEASING" | "RELEASED" | "DECLINED";
}

/** A payment before it is begun. */
export interface NewCardPayment {
  readonly id: string;
  readonly key: ApiKey;
  readonly orderId: string;
  readonly payer: string;
  readonly amount: bigint;
  readonly brand?: string | undefined;
  readonly last4?: string | undefined;
}

type Parts = Pick<GatewayParts, "database" | "writer" | "writeWaitMs" | "cardProcessor">;

/** The id of a payment: the same for a request that is repeated under its idempotency key. */
export function cardPaymentId({ id }: ApiKey, orderId: string, idempotencyKey: string | undefined): string {
  if (idempotencyKey === undefined) return newId("card");
  return `card_${hashBase58(sha256(utf8(JSON.stringify(["stateset/card/1", id, orderId, idempotencyKey]))))}`;
}

/** The card payments of a gateway. */
export class CardPayments {
  readonly #parts: Parts;
  readonly processor;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.processor = parts.cardProcessor ?? testCardProcessor();
  }

  async find(id: string): Promise<CardPaymentRow | undefined> {
    const [row] = await this.#parts.database.query<CardPaymentRow>("select * from card_payments where id = $1", [id]);
    return row;
  }

  /** Writes a payment down, unless it is there. */
  async begin({ id, key, orderId, payer, amount, brand, last4 }: NewCardPayment): Promise<CardPaymentRow> {
    await this.#parts.database.query(
      `insert into card_payments (id, merchant, api_key_id, order_id, payer, processor, brand, last4, amount, status,
         created_at, updated_at, next_at)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'AUTHORIZING', now(), now(), now() + ${ORPHANED})
       on conflict (id) do nothing`,
      [
        ...[id, key.merchant, key.id, orderId, payer, this.processor.name],
        ...[brand ?? null, last4 ?? null, amount.toString()],
      ],
    );
    const row = await this.find(id);
    if (row === undefined) throw new Error(`${id} was not kept`);
    return row;
  }

  /** Takes the money from the card. Rejects with Problem `card_declined`; `conflict` when the payment was given up. */
  async authorize({ id, order_id, amount }: CardPaymentRow, token: string): Promise<string> {
    const result = await this.processor.authorize({ id, token, orderId: order_id, amount: BigInt(amount) });
    if (result.isApproved) {
      if (await this.#move(id, "AUTHORIZING", "SENT", { reference: result.reference })) return result.reference;
      throw new Problem("conflict", "this payment took too long, and the card was let go: pay again");
    }
    await this.#move(id, "AUTHORIZING", "DECLINED");
    throw new Problem("card_declined", {
      detail: `the card was declined: ${result.reason}`,
      field: "/payment_method/token",
      extra: { decline_reason: result.reason },
    });
  }

  /** Pays the order on chain, and lets the card go when the chain refuses. Rejects with Problem. */
  async pay(key: ApiKey, { id, order_id, payer, amount }: CardPaymentRow): Promise<WriteOutcome> {
    const coin = { denom: DENOM, amount };
    const message = actAs(key, payer, anyOf(MsgPayOrder, { payer, orderId: order_id, amount: coin }));
    let outcome: WriteOutcome;
    try {
      const pending = await this.#parts.writer.submit({ apiKey: key, message, idempotencyKey: id });
      outcome = await outcomeInTime(pending, this.#parts.writeWaitMs);
    } catch (error) {
      // Only what the chain refused is sure not to be paid: anything else is taken up again.
      if (error instanceof Problem && error.code === "chain_refused") await this.release(id, "SENT");
      throw error;
    }
    await this.#move(id, "SENT", "PAID", { txHash: outcome.txHash });
    return outcome;
  }

  /** Lets a card go. */
  async release(id: string, from: CardPaymentRow["status"]): Promise<void> {
    if (from !== "RELEASING" && !(await this.#move(id, from, "RELEASING"))) return;
    await this.processor.release(id);
    await this.#move(id, "RELEASING", "RELEASED");
  }

  /** False when the payment is not where it is thought to be: somebody else has moved it. */
  async #move(
    id: string,
    from: CardPaymentRow["status"],
    to: CardPaymentRow["status"],
    { reference, txHash }: { readonly reference?: string; readonly txHash?: string } = {},
  ): Promise<boolean> {
    const isOpen = to === "SENT" || to === "RELEASING";
    return this.#parts.database.transaction(async (sql) => {
      const [row] = await sql.query<CardPaymentRow>(
        `update card_payments set status = $3, reference = coalesce($4, reference), tx_hash = coalesce($5, tx_hash),
           updated_at = now(), next_at = ${isOpen ? `now() + ${ORPHANED}` : "null"}
         where id = $1 and status = $2 returning *`,
        [id, from, to, reference ?? null, txHash ?? null],
      );
      if (row === undefined) return false;
      if (to === "DECLINED" || to === "RELEASED") {
        const card = { payment_id: id, amount: formatMoney(BigInt(row.amount)), status: to };
        const { merchant, order_id: about } = row;
        await tell(sql, { name: "GatewayCardFailed", merchant, about, document: { card } });
      }
      return true;
    });
  }
}

export interface CardSettlementOptions {
  /** A valid key, by its id. */
  readonly findKey: (apiKeyId: string) => Promise<ApiKey | undefined>;
  readonly now: () => Date;
  readonly onError: (error: unknown) => void;
}

/** Carries to an end what a request left open: what was sent is paid or refused, anything before that is let go. */
export function cardSettlements(parts: Parts, { findKey, now, onError }: CardSettlementOptions): DueRows {
  const payments = new CardPayments(parts);
  return new DueRows({
    ...{ database: parts.database, table: "card_payments", now, onError },
    async work({ id }) {
      const row = await payments.find(id);
      if (row?.status === "AUTHORIZING" || row?.status === "RELEASING") {
        await payments.release(id, row.status);
        return undefined;
      }
      if (row?.status !== "SENT") return undefined;
      const key = await findKey(row.api_key_id);
      const later = new Date(now().getTime() + AGAIN_MS);
      // Whether it was paid is not known without somebody to ask for: it waits for the key, or for a person.
      if (key === undefined) return later;
      try {
        await payments.pay(key, row);
        return undefined;
      } catch (error) {
        if (!(error instanceof Problem)) throw error;
        return error.code === "chain_refused" ? undefined : later;
      }
    },
  });
}
