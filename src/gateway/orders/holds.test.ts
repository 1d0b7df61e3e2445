// Cases: orders that a killed gateway made and did not hold are held, once, and wait for their conditions; those that the
// chain refused, or that were never sent, are forgotten; what is not known yet is looked at again.

import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { MsgCreateOrderResponse, MsgCreateOrdersResponse, MsgHoldOrder } from "../../../gen/stateset/orders/v1/tx.ts";
import { Problem } from "../http/problem.ts";
import type { GatewayParts, PendingWrite, WriteRequest } from "../parts.ts";
import type { Database } from "../sql/database.ts";
import { migrate } from "../sql/migrate.ts";
import { openPglite } from "../sql/pgliteDatabase.ts";
import { testKey } from "../testing/testGateway.ts";
import { type HoldPlan, planHolds, plannedHolds } from "./holds.ts";
import { anyOf } from "./messages.ts";

const KEY = testKey("stateset1merchant");
const NOW = new Date("2026-01-01T00:00:00Z");
const WAITS = { conditions: [], auto_execute: false };

let database: Database;
/** What the chain was told, by the key in the journal. */
let sent: Map<string, WriteRequest>;
/** Outcomes of creations, by the id of their write. */
let made: Map<string, PendingWrite["outcome"]>;

beforeAll(async () => {
  database = await openPglite();
  await migrate(database);
});
afterAll(() => database.close());
beforeEach(async () => {
  await database.script("truncate order_holds, gateway_writes, conditional_orders");
  sent = new Map();
  made = new Map();
});

const outcome = (response: PendingWrite["outcome"] extends Promise<infer T> ? T["response" & keyof T] : never) =>
  Promise.resolve({ txHash: "", height: 5, messageIndex: 0, response, networkFee: 0n });

function parts(): GatewayParts {
  const writer: Partial<GatewayParts["writer"]> = {
    async submit(request) {
      sent.set(request.idempotencyKey ?? "", request);
      return { id: `wrt_${sent.size}`, outcome: outcome(anyOf(MsgCreateOrderResponse, {})) };
    },
    find: async (_key, id) => (made.has(id) ? { id, outcome: made.get(id)! } : undefined),
  };
  // Nothing else is asked for.
  return { database, writer, writeWaitMs: 50 } as unknown as GatewayParts;
}

/** Orders that were to be held by a gateway that was killed after it sent them, or before. */
async function killed(given: Parameters<typeof planHolds>[2], creation?: PendingWrite["outcome"]): Promise<HoldPlan> {
  const plan = (await planHolds(parts(), KEY, given))!;
  await database.query("update order_holds set next_at = $1::timestamptz, created_at = $1::timestamptz", [
    new Date(NOW.getTime() - 120_000).toISOString(),
  ]);
  if (creation === undefined) return plan;
  creation.catch(() => undefined);
  await database.query(
    `insert into gateway_writes (id, api_key_id, idempotency_key, type_url, tx_hash, message_index)
     values ('wrt_made', $1, $2, '', '', 0)`,
    [KEY.id, plan.idempotencyKey],
  );
  made.set("wrt_made", creation);
  return plan;
}

function look(now = NOW, findKey: () => typeof KEY | undefined = () => KEY): Promise<void> {
  const onError = (error: unknown) => {
    throw error;
  };
  return plannedHolds(parts(), { findKey: async () => findKey(), now: () => now, onError }).tick();
}

const plans = () => database.query("select id from order_holds");
const held = () =>
  [...sent].map(([name, { message }]) => {
    const { orderId, reason } = MsgHoldOrder.decode(message.value);
    return [name, orderId, reason];
  });

test("default: one order, which waits for conditions", async () => {
  const given = { reasons: ["conditions"], waits: WAITS, clientKey: "client" };
  const plan = await killed(given, outcome(anyOf(MsgCreateOrderResponse, { orderId: "ord_1" })));
  await look();
  expect(held()).toEqual([[`${plan.id}/0`, "ord_1", "conditions"]]);
  expect(await plans()).toEqual([]);
  const waiting = await database.query("select id, merchant, status from conditional_orders");
  expect(waiting).toEqual([{ id: "ord_1", merchant: KEY.merchant, status: "WAITING" }]);
});

test("default: of many orders those that are to be held", async () => {
  const given = { reasons: [undefined, "fraud", undefined, "review"] };
  const plan = await killed(given, outcome(anyOf(MsgCreateOrdersResponse, { orderIds: ["a", "b", "c", "d"] })));
  await look();
  expect(held()).toEqual([
    [`${plan.id}/1`, "b", "fraud"],
    [`${plan.id}/3`, "d", "review"],
  ]);
});

test("behavior: a request that is repeated under its key has one plan", async () => {
  const given = { reasons: ["fraud"], clientKey: "client" };
  expect(await planHolds(parts(), KEY, given)).toEqual(await planHolds(parts(), KEY, given));
  expect(await plans()).toHaveLength(1);
});

test("behavior: nothing to hold is no plan", async () => {
  expect(await planHolds(parts(), KEY, { reasons: [undefined] })).toBeUndefined();
  expect(await plans()).toEqual([]);
});

test("error: the chain refused the order; it was never sent", async () => {
  await killed({ reasons: ["fraud"] }, Promise.reject(new Problem("chain_refused", "no")));
  await look();
  expect([await plans(), held()]).toEqual([[], []]);
  await killed({ reasons: ["fraud"] });
  await look();
  expect(await plans()).toHaveLength(1);
  await look(new Date(NOW.getTime() + 600_000));
  expect([await plans(), held()]).toEqual([[], []]);
});

test("error: no block yet, no key any more: later", async () => {
  await killed({ reasons: ["fraud"] }, outcome(anyOf(MsgCreateOrderResponse, { orderId: "ord_1" })));
  await look(NOW, () => undefined);
  expect([(await plans()).length, held()]).toEqual([1, []]);
  await look(new Date(NOW.getTime() + 60_000));
  expect([await plans(), held().length]).toEqual([[], 1]);
});
