// Cases: refusals of the messages, each row breaking one thing and naming the error that wins, and after it nothing has
// moved; contents and bounds of new orders; pauses; settings and operators.

import { describe, expect, test } from "vitest";
import * as tx from "../../gen/stateset/orders/v1/tx.ts";
import type { MessageCodec } from "../../src/codec/message.ts";
import { makeId } from "./ids.ts";
import { DEFAULT_PARAMS } from "./params.ts";
import { coin, GOV, OrdersWorld, PEOPLE, SAMPLE_TOTAL, sampleOrder } from "./testing/ordersWorld.ts";

const { customer, merchant, operator, arbiter, stranger, partner } = PEOPLE;
const NONE = new Uint8Array(0);
const ITEM = { sku: "a", quantity: 1, unitPrice: "1000000", totalPrice: "", descriptionHash: NONE };
const BASE = { items: [ITEM], tax: "", shippingCost: "", total: "1000000" };

type Parts = Partial<tx.NewOrder>;

function refusal(world: OrdersWorld, codec: MessageCodec<never>, message: unknown) {
  const before = world.exported();
  const balances = Object.values(PEOPLE).map((person) => world.balance(person));
  const { failure } = world.send(codec, message as never);
  if (failure !== undefined) {
    expect(world.exported()).toEqual(before);
    expect(Object.values(PEOPLE).map((person) => world.balance(person))).toEqual(balances);
  }
  return failure === undefined ? undefined : `${failure.codespace} ${failure.code}`;
}

describe("MsgCreateOrder", () => {
  const split = (...points: number[]) =>
    points.map((basisPoints, index) => ({ address: [merchant, partner, arbiter][index] ?? stranger, basisPoints }));
  const entries = (count: number) =>
    Array.from({ length: count }, (_, index) => ({ key: `key-${index.toString().padStart(2, "0")}`, value: "v" }));
  const rows: readonly (readonly [what: string, parts: Parts, error: string | undefined, creator?: string])[] = [
    ["all is right", {}, undefined],
    ["the merchant is malformed", { merchant: "x" }, "orders 46"],
    ["the customer is malformed", { customer: "x" }, "orders 46"],
    ["merchant and customer are one", { customer: merchant }, "orders 46"],
    ["the merchant is a module", { merchant: GOV }, "orders 46"],
    ["a stranger creates", {}, "orders 6", stranger],
    ["an operator of the merchant creates", {}, undefined, operator],
    ["no customer, the merchant creates", { customer: "" }, undefined, merchant],
    ["no items", { items: [] }, "orders 10"],
    ["101 items", { items: Array.from({ length: 101 }, () => ITEM) }, "orders 11"],
    ["no sku", { items: [{ ...ITEM, sku: "" }] }, "orders 12"],
    ["a sku of 65 bytes", { items: [{ ...ITEM, sku: "s".repeat(65) }] }, "orders 12"],
    ["no quantity", { items: [{ ...ITEM, quantity: 0 }] }, "orders 12"],
    ["a hash of 31 bytes", { items: [{ ...ITEM, descriptionHash: new Uint8Array(31) }] }, "orders 19"],
    ["another denomination", { denom: "uatom" }, "orders 13"],
    ["a price of zero", { items: [{ ...ITEM, unitPrice: "0" }] }, "orders 14"],
    ["a negative price", { items: [{ ...ITEM, unitPrice: "-1" }] }, "orders 14"],
    ["a price that is no number", { items: [{ ...ITEM, unitPrice: "0x10" }] }, "orders 14"],
    ["a fraction of a micro-unit", { items: [{ ...ITEM, unitPrice: "0.5" }] }, "orders 15"],
    ["a price above the bound", { items: [{ ...ITEM, unitPrice: `1${"0".repeat(18)}1` }] }, "orders 16"],
    ["a product above the bound", { items: [{ ...ITEM, quantity: 2, unitPrice: `9${"0".repeat(17)}` }] }, "orders 16"],
    ["an item total that is not the product", { items: [{ ...ITEM, totalPrice: "999999" }] }, "orders 17"],
    ["a subtotal that is not the sum", { subtotal: "1" }, "orders 17"],
    ["a total that is not the sum", { total: "1000001" }, "orders 17"],
    ["a discount above the subtotal", { discount: "1000001", total: "1" }, "orders 17"],
    ["no total", { total: "" }, "orders 14"],
    ["a customer id of 65 bytes", { customerId: "c".repeat(65) }, "orders 20"],
    ["17 entries of metadata", { metadata: entries(17) }, "orders 18"],
    ["unsorted metadata", { metadata: entries(2).reverse() }, "orders 18"],
    ["a value of 257 bytes", { metadata: [{ key: "k", value: "v".repeat(257) }] }, "orders 18"],
    ["a commitment of 20 bytes", { personalDataCommitment: new Uint8Array(20) }, "orders 19"],
    ["the customer decides the release", { releaseMode: 1 }, "orders 22"],
    ["the customer shares the revenue", { revenueSplit: split(10_000) }, "orders 22"],
    ["an unknown release mode", { releaseMode: 9 as never }, "orders 23", merchant],
    ["a deadline above the bound", { paymentDeadlineSeconds: 2_592_001n }, "orders 23"],
    ["a window above the bound", { disputeWindowSeconds: 7_776_001n }, "orders 23", merchant],
    ["shares of 9999", { revenueSplit: split(9000, 999) }, "orders 24", merchant],
    ["a share of zero", { revenueSplit: split(10_000, 0) }, "orders 24", merchant],
    ["a party twice", { revenueSplit: [...split(5000), ...split(5000)] }, "orders 24", merchant],
    ["a party that is a module", { revenueSplit: [{ address: GOV, basisPoints: 10_000 }] }, "orders 24", merchant],
  ];

  test.each(rows.map((row) => ({ what: row[0], row })))("$what", ({ row: [, parts, error, creator = customer] }) => {
    const world = new OrdersWorld();
    world.must(tx.MsgAddOperator, { merchant, operator });
    const message = { creator, order: sampleOrder({ ...BASE, ...parts }) };
    expect(refusal(world, tx.MsgCreateOrder as never, message)).toBe(error);
  });

  test("behavior: the seed's sums make 1097.47, and 1096.47 is refused", () => {
    const world = new OrdersWorld();
    expect(world.order(world.create()).total).toBe("1097470000");
    const order = sampleOrder({ total: "1096470000" });
    expect(refusal(world, tx.MsgCreateOrder as never, { creator: customer, order })).toBe("orders 17");
  });

  test("error: many orders are all or none, 1 to 100; every id that follows exists already", () => {
    const world = new OrdersWorld();
    const good = sampleOrder();
    const create = (orders: readonly tx.NewOrder[]) =>
      refusal(world, tx.MsgCreateOrders as never, { creator: customer, orders });
    expect(create([])).toBe("orders 21");
    expect(create(Array.from({ length: 101 }, () => good))).toBe("orders 21");
    expect(create([good, sampleOrder({ total: "1" })])).toBe("orders 17");
    const order = world.order(world.create());
    for (const count of [2n, 3n, 4n, 5n]) {
      world.orders.store.setOrder(world.context(), { ...order, id: makeId("ord", "test-1", customer, count) });
    }
    expect(create([good])).toBe("orders 9");
  });
});

describe("refusals in their order", () => {
  type Message = Record<string, unknown>;
  /** A paid order and a message about it, in which a row breaks one thing. */
  const about = (codec: unknown, good: Message) => {
    const world = new OrdersWorld();
    const id = world.create();
    world.must(tx.MsgPayOrder, { payer: customer, orderId: id, amount: coin(SAMPLE_TOTAL) });
    return (parts: Message) => refusal(world, codec as never, { orderId: id, ...good, ...parts });
  };
  const long = "r".repeat(257);

  test.each<readonly [what: string, codec: unknown, good: Message, bad: Message, error: string]>([
    ["malformed signer", tx.MsgFulfillOrder, { signer: merchant }, { signer: "x", orderId: "y" }, "sdk 7"],
    ["unknown order", tx.MsgFulfillOrder, { signer: merchant }, { orderId: "ord_x", signer: stranger }, "orders 2"],
    ["a stranger", tx.MsgFulfillOrder, { signer: merchant }, { signer: stranger, carrier: long }, "orders 6"],
    ["long carrier", tx.MsgFulfillOrder, { signer: merchant }, { carrier: long, itemIndexes: [9] }, "orders 20"],
    ["unknown item", tx.MsgFulfillOrder, { signer: merchant }, { itemIndexes: [9] }, "orders 25"],
    ["an item twice", tx.MsgFulfillOrder, { signer: merchant }, { itemIndexes: [0, 0] }, "orders 25"],
    ["nothing to ship", tx.MsgShipOrder, { signer: merchant }, {}, "orders 25"],
    ["wrong status", tx.MsgReturnOrder, { signer: merchant }, { reason: long }, "orders 7"],
    ["long reason", tx.MsgCancelOrder, { signer: customer }, { reason: long }, "orders 20"],
    ["unknown payment", tx.MsgRefundOrder, { signer: merchant }, { paymentId: "pay_x", amount: "x" }, "orders 3"],
    ["refund of nothing", tx.MsgRefundOrder, { signer: merchant }, { amount: "0" }, "orders 14"],
    ["refund of too much", tx.MsgRefundOrder, { signer: merchant }, { amount: "1097470001" }, "orders 28"],
    ["refund by the customer", tx.MsgRefundOrder, { signer: merchant }, { signer: customer }, "orders 6"],
    ["bad evidence", tx.MsgOpenDispute, { signer: customer }, { evidenceHash: new Uint8Array(5) }, "orders 19"],
    ["capture by a stranger", tx.MsgCapturePayment, { signer: customer }, { signer: stranger }, "orders 6"],
    ["pay what is paid", tx.MsgPayOrder, { payer: stranger, amount: coin(1n) }, {}, "orders 7"],
  ])("error: %s", (_what, codec, good, bad, error) => {
    expect(about(codec, good)(bad)).toBe(error);
  });

  test.each<readonly [what: string, bad: Message, error: string]>([
    ["malformed payer", { payer: "x", orderId: "y" }, "sdk 7"],
    ["unknown order", { orderId: "ord_x", amount: coin(1n, "uatom") }, "orders 2"],
    ["another denomination", { amount: coin(0n, "uatom") }, "orders 13"],
    ["an amount of zero", { amount: { denom: "uusdc", amount: "0" } }, "orders 14"],
    ["a negative amount", { amount: { denom: "uusdc", amount: "-5" } }, "orders 14"],
    ["a fraction", { amount: { denom: "uusdc", amount: "1.5" } }, "orders 15"],
    ["too large an amount", { amount: { denom: "uusdc", amount: "9".repeat(30) } }, "orders 16"],
    ["a module as refund address", { refundAddress: { localAddress: GOV, domain: 0, address: NONE } }, "orders 35"],
    ["a short refund address", { refundAddress: { localAddress: "", domain: 1, address: NONE } }, "orders 35"],
    ["more than the payer has", { payer: GOV }, "sdk 5"],
  ])("error: MsgPayOrder, %s", (_what, bad, error) => {
    const world = new OrdersWorld();
    const good = { payer: customer, orderId: world.create(), amount: coin(SAMPLE_TOTAL) };
    expect(refusal(world, tx.MsgPayOrder as never, { ...good, ...bad })).toBe(error);
  });

  test("error: paying many is all or none", () => {
    const world = new OrdersWorld();
    const [first, second] = [world.create(), world.create()];
    const payments = [first, second].map((orderId) => ({ orderId, amount: coin(SAMPLE_TOTAL) }));
    const bad = [...payments, { orderId: first, amount: coin(1n) }];
    expect(refusal(world, tx.MsgPayOrders as never, { payer: customer, payments: bad })).toBe("orders 7");
    world.must(tx.MsgPayOrders, { payer: customer, payments: payments as never });
    expect([first, second].map((id) => world.order(id).status)).toEqual([2, 2]);
  });

  test("error: shipping wants carrier and number; the customer does not cancel what is prepared", () => {
    const world = new OrdersWorld();
    const orderId = world.create();
    world.must(tx.MsgPayOrder, { payer: customer, orderId, amount: coin(SAMPLE_TOTAL) });
    world.must(tx.MsgFulfillOrder, { signer: merchant, orderId });
    expect(refusal(world, tx.MsgShipOrder as never, { signer: merchant, orderId, carrier: "UPS" })).toBe("orders 26");
    expect(refusal(world, tx.MsgCancelOrder as never, { signer: customer, orderId })).toBe("orders 6");
    world.must(tx.MsgHoldOrder, { signer: merchant, orderId });
    expect(refusal(world, tx.MsgCancelOrder as never, { signer: customer, orderId })).toBe("orders 44");
    world.must(tx.MsgCancelOrder, { signer: merchant, orderId });
  });

  test("error: an arbiter's outcome and its amount fit each other", () => {
    const world = new OrdersWorld();
    const orderId = world.create();
    world.must(tx.MsgPayOrder, { payer: customer, orderId, amount: coin(SAMPLE_TOTAL) });
    world.must(tx.MsgOpenDispute, { signer: customer, orderId });
    const resolve = (parts: Partial<tx.MsgResolveDispute>) =>
      refusal(world, tx.MsgResolveDispute as never, { signer: arbiter, orderId, ...parts });
    expect(resolve({})).toBe("orders 33");
    expect(resolve({ outcome: 2 })).toBe("orders 33");
    expect(resolve({ outcome: 3, refundAmount: "1" })).toBe("orders 33");
    expect(resolve({ outcome: 2, refundAmount: "1097470001" })).toBe("orders 28");
    expect(resolve({ outcome: 2, refundAmount: "5", signer: merchant })).toBe("orders 6");
  });
});

describe("governance, settings, operators", () => {
  test("behavior: a paused message is refused until it is unpaused, after all other checks", () => {
    const world = new OrdersWorld();
    const msgTypeUrls = ["/stateset.orders.v1.MsgCancelOrder"];
    const orderId = world.create();
    world.must(tx.MsgPause, { authority: GOV, msgTypeUrls });
    expect(refusal(world, tx.MsgCancelOrder as never, { signer: stranger, orderId })).toBe("orders 6");
    expect(refusal(world, tx.MsgCancelOrder as never, { signer: customer, orderId })).toBe("orders 8");
    world.must(tx.MsgUnpause, { authority: GOV, msgTypeUrls });
    world.must(tx.MsgCancelOrder, { signer: customer, orderId });
  });

  test.each<readonly [string, unknown, unknown, string]>([
    ["pausing by others", tx.MsgPause, { authority: merchant, msgTypeUrls: [] }, "gov 13"],
    ["pausing nothing", tx.MsgPause, { authority: GOV, msgTypeUrls: [] }, "orders 21"],
    ["pausing another module", tx.MsgPause, { authority: GOV, msgTypeUrls: ["/a.B"] }, "orders 45"],
    [
      "pausing the way back",
      tx.MsgPause,
      { authority: GOV, msgTypeUrls: ["/stateset.orders.v1.MsgUnpause"] },
      "orders 45",
    ],
    ["parameters by others", tx.MsgUpdateParams, { authority: merchant, params: DEFAULT_PARAMS }, "gov 13"],
    ["no parameters", tx.MsgUpdateParams, { authority: GOV }, "orders 43"],
    ["a fee above the whole", tx.MsgUpdateParams, params({ processingFeeBasisPoints: 10_001 }), "orders 43"],
    ["fees to a module", tx.MsgUpdateParams, params({ feeRecipient: GOV }), "orders 43"],
    ["no denomination", tx.MsgUpdateParams, params({ denoms: [] }), "orders 43"],
    [
      "tiers out of order",
      tx.MsgUpdateParams,
      params({ finalityTiers: [{ minTotal: "5", minFinality: 1 }] }),
      "orders 43",
    ],
    ["an operator twice", tx.MsgAddOperator, { merchant, operator }, "orders 39"],
    ["the merchant as operator", tx.MsgAddOperator, { merchant, operator: merchant }, "orders 39"],
    ["no such operator", tx.MsgRemoveOperator, { merchant, operator: stranger }, "orders 39"],
    ["its own arbiter", tx.MsgUpdateMerchant, { merchant, settings: { arbiter: merchant } }, "orders 23"],
    ["no settings", tx.MsgUpdateMerchant, { merchant }, "sdk 18"],
  ])("error: %s", (_what, codec, message, error) => {
    const world = new OrdersWorld();
    world.must(tx.MsgAddOperator, { merchant, operator });
    expect(refusal(world, codec as never, message)).toBe(error);
  });

  test("behavior: an operator acts until it is removed", () => {
    const world = new OrdersWorld();
    world.must(tx.MsgAddOperator, { merchant, operator });
    const orderId = world.create({}, operator);
    world.must(tx.MsgRemoveOperator, { merchant, operator });
    expect(refusal(world, tx.MsgHoldOrder as never, { signer: operator, orderId })).toBe("orders 6");
  });

  function params(parts: object) {
    return { authority: GOV, params: { ...DEFAULT_PARAMS, ...parts } };
  }
});
