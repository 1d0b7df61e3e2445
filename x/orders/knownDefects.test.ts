// Defects that an earlier orders module of this kind had, each as a test: disputes that overwrite each other, an index that
// keeps every past status, refunds that give back everything whatever was asked, disputes won on paper only, metadata that
// a cancellation overwrites, prices of several denominations in one sum, work that grows with all orders, and addresses of
// people in the state.

import { beforeEach, describe, expect, test } from "vitest";
import { QueryOrdersRequest, type QueryOrdersResponse } from "../../gen/stateset/orders/v1/query.ts";
import * as tx from "../../gen/stateset/orders/v1/tx.ts";
import { DisputeOutcome, Order, OrderStatus } from "../../gen/stateset/orders/v1/types.ts";
import { TypeRegistry } from "../../src/codec/registry.ts";
import { EXPIRED_PER_BLOCK_MAX } from "./keeper/queues.ts";
import { coin, OrdersWorld, PEOPLE, SAMPLE_TOTAL } from "./testing/ordersWorld.ts";

const { customer, merchant, arbiter } = PEOPLE;
const START = 10_000_000_000n;
const DAY = 86_400;
const METADATA = [{ key: "channel", value: "web" }];

let world: OrdersWorld;
beforeEach(() => {
  world = new OrdersWorld();
});

function paid(parts: Partial<tx.NewOrder> = {}, creator = customer): string {
  const orderId = world.create(parts, creator);
  world.must(tx.MsgPayOrder, { payer: customer, orderId, amount: coin(SAMPLE_TOTAL) });
  return orderId;
}

function resolve(orderId: string, outcome: DisputeOutcome, refundAmount = "") {
  return world.send(tx.MsgResolveDispute, { signer: arbiter, orderId, outcome, refundAmount });
}

test("behavior: disputes of two orders, and two of one, are kept apart", () => {
  const [first, second] = [paid(), paid()];
  world.must(tx.MsgOpenDispute, { signer: customer, orderId: first, reason: "broken" });
  world.must(tx.MsgOpenDispute, { signer: customer, orderId: second, reason: "lost" });
  expect([first, second].map((id) => world.order(id).dispute?.reason)).toEqual(["broken", "lost"]);
  expect(resolve(first, DisputeOutcome.DISPUTE_OUTCOME_MERCHANT).failure).toBeUndefined();
  expect(world.order(second)).toMatchObject({ status: OrderStatus.ORDER_STATUS_DISPUTED, dispute: { outcome: 0 } });
  world.must(tx.MsgOpenDispute, { signer: customer, orderId: first, reason: "again" });
  expect(world.order(first)).toMatchObject({
    disputeCount: 2,
    dispute: { reason: "again", outcome: 0, resolvedBy: "" },
  });
});

test("behavior: an order is listed under the status it has, and under no other", () => {
  const orderId = paid();
  world.must(tx.MsgCancelOrder, { signer: customer, orderId });
  const handler = world.router.query("/stateset.orders.v1.Query/Orders")!;
  for (const status of Object.values(OrderStatus).filter((value) => value > 0)) {
    const request = QueryOrdersRequest.fromPartial({ status });
    const { orders } = handler.handle(world.context("query"), request) as QueryOrdersResponse;
    expect([status, orders.length]).toEqual([status, status === OrderStatus.ORDER_STATUS_CANCELLED ? 1 : 0]);
  }
});

test("behavior: a refund gives back what was asked, and does not end the order before all of it went back", () => {
  const orderId = paid();
  world.must(tx.MsgRefundOrder, { signer: merchant, orderId, amount: "470000" });
  expect(world.balance(customer)).toBe(START - SAMPLE_TOTAL + 470_000n);
  expect(world.order(orderId)).toMatchObject({ status: OrderStatus.ORDER_STATUS_PAID, amountRefunded: "470000" });
});

test("behavior: a dispute about money that was paid out is not won on paper", () => {
  const orderId = paid({ releaseMode: 1 }, merchant);
  expect(world.order(orderId).amountReleased).toBe(SAMPLE_TOTAL.toString());
  world.must(tx.MsgOpenDispute, { signer: customer, orderId });
  for (const [outcome, amount] of [
    [DisputeOutcome.DISPUTE_OUTCOME_REFUND_FULL, ""],
    [DisputeOutcome.DISPUTE_OUTCOME_REFUND_PARTIAL, "5"],
  ] as const) {
    expect(resolve(orderId, outcome, amount).failure).toMatchObject({ codespace: "orders", code: 29 });
  }
  expect(world.order(orderId)).toMatchObject({ status: OrderStatus.ORDER_STATUS_DISPUTED, amountRefunded: "0" });
  // For the merchant, who may then give it back of its own.
  expect(resolve(orderId, DisputeOutcome.DISPUTE_OUTCOME_MERCHANT).failure).toBeUndefined();
  world.must(tx.MsgRefundOrder, { signer: merchant, orderId });
  expect([world.balance(customer), world.order(orderId).status]).toEqual([START, OrderStatus.ORDER_STATUS_REFUNDED]);
});

test("behavior: whatever ends an order leaves its metadata alone", () => {
  const [cancelled, refunded] = [paid({ metadata: METADATA }), paid({ metadata: METADATA })];
  const expired = world.create({ metadata: METADATA });
  world.must(tx.MsgCancelOrder, { signer: customer, orderId: cancelled, reason: "changed my mind" });
  world.must(tx.MsgRefundOrder, { signer: merchant, orderId: refunded, reason: "goodwill" });
  world.nextBlock(DAY);
  world.nextBlock();
  const ended = [cancelled, refunded, expired].map((id) => world.order(id));
  expect(ended.map(({ status }) => status)).toEqual([7, 9, 7]);
  for (const { metadata } of ended) expect(metadata).toEqual(METADATA);
});

test("error: an order has one denomination, and is paid in it alone", () => {
  world = new OrdersWorld({ denoms: ["ueurc", "uusdc"] });
  const orderId = world.create({ denom: "ueurc" });
  const pay = world.send(tx.MsgPayOrder, { payer: customer, orderId, amount: coin(SAMPLE_TOTAL) });
  expect(pay.failure).toMatchObject({ codespace: "orders", code: 13 });
});

test("behavior: the end of a block looks at what is due alone, and at so much of it", () => {
  for (let index = 0; index < EXPIRED_PER_BLOCK_MAX + 5; index += 1) world.create();
  const gasOf = () => {
    const ctx = world.context();
    for (const module of world.modules) module.endBlock?.(ctx);
    return ctx.gas.consumed;
  };
  // Nothing is due: two short looks at the queues, however many orders there are.
  expect(gasOf()).toBeLessThan(200n);
  world.timeNs += BigInt(DAY) * 1_000_000_000n;
  expect(world.nextBlock()).toHaveLength(EXPIRED_PER_BLOCK_MAX);
  expect(world.nextBlock()).toHaveLength(5);
});

describe("people's data", () => {
  test("behavior: an order has no field for a name, an address, a mail or a phone, only a commitment", () => {
    const fields = new TypeRegistry().plan(Order.$type)?.fields.map(({ name }) => name) ?? [];
    expect(fields).toContain("personal_data_commitment");
    const personal = /street|city|postal|email|phone|recipient|shipping_address|billing_address|^name$/;
    expect(fields.filter((name) => personal.test(name))).toEqual([]);
  });
});
