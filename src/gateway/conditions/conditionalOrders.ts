// Orders that wait: held on chain from the beginning, released when all their conditions are met.

import { MsgReleaseOrder } from "../../../gen/stateset/orders/v1/tx.ts";
import { Problem } from "../http/problem.ts";
import { chainOrder, chainPrice } from "../orders/chainOrders.ts";
import { anyOf } from "../orders/messages.ts";
import type { ApiKey, GatewayParts } from "../parts.ts";
import { enumName } from "../readModel/writeRows.ts";
import { DueRows } from "../schedule/dueRows.ts";
import { rfc3339 } from "../sql/times.ts";
import { type Condition, type Facts, isMet } from "./modules.ts";

/** Why such an order is held; a hold for another reason is not ended here. */
export const HOLD_REASON = "conditions";
const DENOM = "uusdc";
/** Conditions are looked at this often. */
const LOOK_MS = 5_000;

export interface ConditionalOrder {
  readonly id: string;
  readonly merchant: string;
  readonly api_key_id: string;
  readonly conditions: readonly Condition[];
  readonly auto_execute: boolean;
  readonly status: "WAITING" | "RELEASED" | "ENDED";
  readonly created_at: string;
  readonly updated_at: string;
}

type Parts = Pick<GatewayParts, "database" | "chain" | "writer">;

/** What conditions look at. */
export function factsOf({ database, chain }: Parts, merchant: string, now: Date): Facts {
  return {
    now,
    async inventory(sku) {
      const [row] = await database.query<{ quantity: string }>(
        "select quantity from inventory where merchant = $1 and sku = $2",
        [merchant, sku],
      );
      return BigInt(row?.quantity ?? 0);
    },
    async price(sku) {
      const price = await chainPrice(chain, { merchant, sku, denom: DENOM });
      return price === undefined ? undefined : BigInt(price.unitPrice);
    },
  };
}

/** Of each condition, whether it is met. */
export function lookAt(parts: Parts, order: ConditionalOrder, now: Date): Promise<readonly boolean[]> {
  const facts = factsOf(parts, order.merchant, now);
  return Promise.all(order.conditions.map((condition) => isMet(condition, facts)));
}

export async function findConditional({ database }: Parts, id: string): Promise<ConditionalOrder | undefined> {
  const [row] = await database.query<ConditionalOrder>(
    `select id, merchant, api_key_id, conditions, auto_execute, status, ${rfc3339("created_at")}, ${rfc3339("updated_at")}
     from conditional_orders where id = $1`,
    [id],
  );
  return row;
}

/** Remembers what an order waits for, unless it is remembered. */
export async function waitFor(
  { database }: Parts,
  order: Pick<ConditionalOrder, "id" | "merchant" | "api_key_id" | "conditions" | "auto_execute">,
): Promise<void> {
  await database.query(
    `insert into conditional_orders (id, merchant, api_key_id, conditions, auto_execute, status, created_at, updated_at, next_at)
     values ($1, $2, $3, $4::jsonb, $5, 'WAITING', now(), now(), case when $5 then now() end)
     on conflict (id) do nothing`,
    [order.id, order.merchant, order.api_key_id, JSON.stringify(order.conditions), order.auto_execute],
  );
}

async function setStatus({ database }: Parts, id: string, status: "RELEASED" | "ENDED"): Promise<void> {
  await database.query("update conditional_orders set status = $2, updated_at = now(), next_at = null where id = $1", [
    id,
    status,
  ]);
}

/** Whether the order still waits on chain, for this alone. */
async function isWaiting({ chain }: Parts, id: string): Promise<boolean> {
  const order = (await chainOrder(chain, id))?.order;
  const hold = order?.["hold"] as { readonly reason?: string } | null | undefined;
  return enumName(order?.["status"], "ORDER_STATUS_") === "HELD" && hold?.reason === HOLD_REASON;
}

/**
 * Releases an order whose conditions are met; gives the height. Rejects with Problem `conflict` when one is not, or the order
 * does not wait for them any more.
 */
export async function release(parts: Parts, key: ApiKey, order: ConditionalOrder, now: Date): Promise<number> {
  if (!(await isWaiting(parts, order.id))) {
    await setStatus(parts, order.id, "ENDED");
    throw new Problem("conflict", "the order does not wait for its conditions any more");
  }
  const met = await lookAt(parts, order, now);
  const unmet = met.indexOf(false);
  if (unmet !== -1) {
    const detail = "a condition is not met";
    throw new Problem("conflict", { detail, field: `/conditions/${unmet}`, extra: { met: false } });
  }
  const message = anyOf(MsgReleaseOrder, { signer: key.signer, orderId: order.id });
  const { height } = await (await parts.writer.submit({ apiKey: key, message })).outcome;
  await setStatus(parts, order.id, "RELEASED");
  return height;
}

export interface ReleasesOptions {
  readonly findKey: (apiKeyId: string) => Promise<ApiKey | undefined>;
  readonly now: () => Date;
  readonly onError: (error: unknown) => void;
}

/** Releases orders by itself, when their conditions are met. */
export function conditionalReleases(parts: Parts, { findKey, now, onError }: ReleasesOptions): DueRows {
  return new DueRows({
    ...{ database: parts.database, table: "conditional_orders", now, onError },
    async work({ id }) {
      const order = await findConditional(parts, id);
      if (order?.status !== "WAITING") return undefined;
      const later = new Date(now().getTime() + LOOK_MS);
      // Cheap first: the chain is asked for the order only when it could be released.
      if ((await lookAt(parts, order, now())).includes(false)) return later;
      const key = await findKey(order.api_key_id);
      if (key === undefined) return undefined;
      try {
        await release(parts, key, order, now());
        return undefined;
      } catch (error) {
        if (!(error instanceof Problem) || error.code !== "conflict") throw error;
        // Ended, or a condition changed in between.
        return error.details.field === undefined ? undefined : later;
      }
    },
  });
}
