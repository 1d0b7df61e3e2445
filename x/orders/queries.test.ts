// Cases: each query once; filters and paging by key, with short pages; the maximum page; what is not there; malformed
// arguments.

import { beforeEach, describe, expect, test } from "vitest";
import * as q from "../../gen/stateset/orders/v1/query.ts";
import * as tx from "../../gen/stateset/orders/v1/tx.ts";
import { OrderStatus } from "../../gen/stateset/orders/v1/types.ts";
import { QueryError } from "../../src/baseapp/queryError.ts";
import type { MessageCodec } from "../../src/codec/message.ts";
import { timestampFromNs } from "../../src/codec/time.ts";
import { depositOf, exceptionsOf, mint, refundsOf } from "./testing/mints.ts";
import { coin, OrdersWorld, PEOPLE, SAMPLE_TOTAL } from "./testing/ordersWorld.ts";
import { TRANSITIONS } from "./transitions.ts";

const { customer, merchant, partner, stranger } = PEOPLE;
const NO_KEY: Uint8Array = new Uint8Array(0);

let world: OrdersWorld;
beforeEach(() => {
  world = new OrdersWorld();
});

function ask<Res>(name: string, request: MessageCodec<never>, message: object = {}): Res {
  const handler = world.router.query(`/stateset.orders.v1.Query/${name}`)!;
  const bytes = request.encode(request.fromPartial(message) as never).finish();
  const answer = handler.handle(world.context("query"), handler.request.decode(bytes));
  // Through its bytes, as clients see it.
  return handler.response.decode(handler.response.encode(answer).finish()) as Res;
}

const orders = (message: object) => ask<q.QueryOrdersResponse>("Orders", q.QueryOrdersRequest as never, message);
const page = (limit: bigint, key = NO_KEY) => ({ key, limit, offset: 0n, countTotal: false, reverse: false });

/** The gRPC status of a refusal. */
function statusOf(run: () => unknown): number | undefined {
  try {
    run();
    return undefined;
  } catch (thrown) {
    if (thrown instanceof QueryError) return thrown.status;
    throw thrown;
  }
}

describe("x/orders queries", () => {
  test("default: an order with its payments, refunds and what is due", () => {
    const orderId = world.create();
    world.must(tx.MsgPayOrder, { payer: stranger, orderId, amount: coin(1_000_000n) });
    const partly = ask<q.QueryOrderResponse>("Order", q.QueryOrderRequest as never, { orderId });
    expect(partly).toMatchObject({ amountDue: "1096470000", payments: [{ payer: stranger }], refunds: [] });
    world.must(tx.MsgPayOrder, { payer: customer, orderId, amount: coin(SAMPLE_TOTAL) });
    world.must(tx.MsgRefundOrder, { signer: merchant, orderId, amount: "1096470001" });
    const answer = ask<q.QueryOrderResponse>("Order", q.QueryOrderRequest as never, { orderId });
    expect(answer.refunds.map(({ amount }) => amount)).toEqual(["1096470000", "1"]);
    const payments = ask<q.QueryPaymentsResponse>("Payments", q.QueryPaymentsRequest as never, {
      orderId,
      pagination: page(1n),
    });
    expect(payments.payments).toMatchObject([{ sequence: 1 }]);
    expect(payments.pagination?.nextKey.length).toBe(4);
    const [refund] = answer.refunds;
    expect(ask("Refund", q.QueryRefundRequest as never, { refundId: refund!.id })).toEqual({ refund });
    const [payment] = answer.payments;
    expect(ask("Payment", q.QueryPaymentRequest as never, { paymentId: payment!.id })).toEqual({ payment });
    expect(ask("Refunds", q.QueryRefundsRequest as never, { orderId })).toMatchObject({ refunds: answer.refunds });
    expect(refundsOf(world)).toHaveLength(2);
  });

  test("behavior: deposit address and back", () => {
    const orderId = world.create();
    const answer = ask<q.QueryDepositAddressResponse>("DepositAddress", q.QueryDepositAddressRequest as never, {
      orderId,
    });
    expect(answer.mintRecipient).toHaveLength(32);
    const { depositAddress } = answer;
    const back = ask("OrderByDepositAddress", q.QueryOrderByDepositAddressRequest as never, { depositAddress });
    expect(back).toMatchObject({ order: { id: orderId } });
  });

  test("behavior: filters by customer, merchant, status and time", () => {
    const first = world.create();
    world.nextBlock(100);
    const second = world.create({ merchant: partner });
    const ids = (message: object) => orders(message).orders.map(({ id }) => id);
    expect(ids({}).sort()).toEqual([first, second].sort());
    expect(ids({ merchant: partner })).toEqual([second]);
    expect(ids({ customer: stranger })).toEqual([]);
    expect(ids({ createdAfter: timestampFromNs(world.timeNs) })).toEqual([second]);
    expect(ids({ createdBefore: timestampFromNs(world.timeNs) })).toEqual([first]);
    world.must(tx.MsgCancelOrder, { signer: customer, orderId: first });
    expect(ids({ status: OrderStatus.ORDER_STATUS_CANCELLED, customer })).toEqual([first]);
  });

  test("behavior: pages by key reach every order once", () => {
    for (let index = 0; index < 25; index += 1) world.create();
    const seen: string[] = [];
    let key: Uint8Array = NO_KEY;
    do {
      const answer = orders({ pagination: page(10n, key) });
      seen.push(...answer.orders.map(({ id }) => id));
      key = answer.pagination?.nextKey ?? NO_KEY;
    } while (key.length > 0);
    expect(seen).toHaveLength(25);
    expect(new Set(seen).size).toBe(25);
  });

  test("behavior: the exception ledger by order and status", () => {
    const orderId = world.create();
    mint(world, { mintRecipient: depositOf(world, orderId), amount: SAMPLE_TOTAL + 1n });
    mint(world, {});
    const list = (message: object) =>
      ask<q.QueryExceptionsResponse>("Exceptions", q.QueryExceptionsRequest as never, message).exceptions;
    expect(list({})).toHaveLength(2);
    expect(list({ orderId })).toMatchObject([{ orderId, amount: "1" }]);
    expect(list({ status: 3 })).toEqual([]);
    const [entry] = exceptionsOf(world);
    const one = ask("Exception", q.QueryExceptionRequest as never, { exceptionId: entry!.id });
    expect(one).toMatchObject({ exception: { id: entry!.id } });
  });

  test("behavior: parameters, merchants and the table", () => {
    expect(ask("Params", q.QueryParamsRequest as never)).toMatchObject({ params: { denoms: ["uusdc"] } });
    const answer = ask("Merchant", q.QueryMerchantRequest as never, { address: merchant });
    expect(answer).toMatchObject({ merchant: { address: merchant, operators: [] } });
    const table = ask<q.QueryTransitionsResponse>("Transitions", q.QueryTransitionsRequest as never);
    expect(table.transitions).toHaveLength(TRANSITIONS.length);
  });

  test("error: what is not there is NotFound, what is malformed InvalidArgument", () => {
    const missing: readonly (readonly [string, MessageCodec<never>, object])[] = [
      ["Order", q.QueryOrderRequest as never, { orderId: "ord_x" }],
      ["Payment", q.QueryPaymentRequest as never, { paymentId: "pay_x" }],
      ["Refund", q.QueryRefundRequest as never, { refundId: "ref_x" }],
      ["Exception", q.QueryExceptionRequest as never, { exceptionId: "exc_x" }],
      ["DepositAddress", q.QueryDepositAddressRequest as never, { orderId: "" }],
      ["OrderByDepositAddress", q.QueryOrderByDepositAddressRequest as never, { depositAddress: stranger }],
    ];
    for (const [name, codec, message] of missing)
      expect([name, statusOf(() => ask(name, codec, message))]).toEqual([name, 5]);
    expect(statusOf(() => orders({ customer: "x" }))).toBe(3);
    const never = { seconds: 10n ** 15n, nanos: 0 };
    for (const filter of [{ createdAfter: never }, { createdBefore: { seconds: 0n, nanos: -1 } }]) {
      expect(statusOf(() => orders(filter))).toBe(3);
    }
    expect(statusOf(() => orders({ pagination: page(101n) }))).toBe(3);
    expect(statusOf(() => orders({ pagination: { ...page(10n), offset: 5n } }))).toBe(3);
    expect(statusOf(() => ask("Merchant", q.QueryMerchantRequest as never, { address: "x" }))).toBe(3);
  });
});
