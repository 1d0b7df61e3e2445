// What must always hold of orders and their money.

import {
  ExceptionStatus,
  Order,
  OrderStatus,
  Payment,
  PaymentException,
  Refund,
  RefundPhase,
} from "../../gen/stateset/orders/v1/types.ts";
import type { Context } from "../../src/baseapp/context.ts";
import type { Invariant } from "../../src/baseapp/module.ts";
import { toHex } from "../../src/codec/bytes.ts";
import { timestampToNs } from "../../src/codec/time.ts";
import type { OrdersKeeper } from "./keeper.ts";
import {
  EXCEPTION_PREFIX,
  EXPIRY_PREFIX,
  ORDER_PREFIX,
  PAYMENT_PREFIX,
  queueKey,
  REFUND_PREFIX,
  RELEASE_PREFIX,
} from "./keys.ts";
import { fulfillmentStatusOf, paymentStatusOf } from "./statuses.ts";
import { amountDue, amountOf } from "./types.ts";

/** Phases of refunds whose money is still in the module account. */
const HELD_PHASES: ReadonlySet<RefundPhase> = new Set([
  RefundPhase.REFUND_PHASE_PENDING,
  RefundPhase.REFUND_PHASE_CLAIMABLE,
]);

function* all<T>(
  keeper: OrdersKeeper,
  ctx: Context,
  prefix: Uint8Array,
  decode: (value: Uint8Array) => T,
): Generator<T> {
  for (const [, value] of keeper.store.view(ctx, prefix).iterate()) yield decode(value);
}

/** Escrow account = open escrows + refunds that have not left + open entries of the exception ledger. */
function checkEscrow(keeper: OrdersKeeper, ctx: Context): string | undefined {
  const owed = new Map<string, bigint>();
  const add = (denom: string, amount: string) => owed.set(denom, (owed.get(denom) ?? 0n) + amountOf(amount));
  for (const order of all(keeper, ctx, ORDER_PREFIX, (value) => Order.decode(value))) {
    add(order.denom, order.amountEscrowed);
  }
  for (const refund of all(keeper, ctx, REFUND_PREFIX, (value) => Refund.decode(value))) {
    if (HELD_PHASES.has(refund.phase)) add(refund.denom, refund.amount);
  }
  for (const entry of all(keeper, ctx, EXCEPTION_PREFIX, (value) => PaymentException.decode(value))) {
    if (entry.status === ExceptionStatus.EXCEPTION_STATUS_OPEN) add(entry.denom, entry.amount);
  }
  for (const { denom } of keeper.escrow.balances(ctx)) add(denom, "0");
  for (const [denom, amount] of owed) {
    const balance = keeper.escrow.balance(ctx, denom);
    if (balance !== amount) return `the module account has ${balance} ${denom} and owes ${amount}`;
  }
  return undefined;
}

/** What the payments and refunds of an order add up to. */
interface Totals {
  applied: bigint;
  refundStarted: bigint;
  refunding: bigint;
  refunded: bigint;
  excess: bigint;
}

function totalsByOrder(keeper: OrdersKeeper, ctx: Context): Map<string, Totals> {
  const totals = new Map<string, Totals>();
  const of = (id: string): Totals => {
    const known = totals.get(id) ?? { applied: 0n, refundStarted: 0n, refunding: 0n, refunded: 0n, excess: 0n };
    totals.set(id, known);
    return known;
  };
  for (const payment of all(keeper, ctx, PAYMENT_PREFIX, (value) => Payment.decode(value))) {
    of(payment.orderId).applied += amountOf(payment.amountApplied);
    of(payment.orderId).refundStarted += amountOf(payment.amountRefunded);
  }
  for (const refund of all(keeper, ctx, REFUND_PREFIX, (value) => Refund.decode(value))) {
    if (refund.paymentId === "") continue;
    const isDone = refund.phase === RefundPhase.REFUND_PHASE_COMPLETED;
    of(refund.orderId)[isDone ? "refunded" : "refunding"] += amountOf(refund.amount);
  }
  for (const entry of all(keeper, ctx, EXCEPTION_PREFIX, (value) => PaymentException.decode(value))) {
    if (entry.status === ExceptionStatus.EXCEPTION_STATUS_OPEN) of(entry.orderId).excess += amountOf(entry.amount);
  }
  return totals;
}

/** The first thing that is wrong with the sums of an order. */
function checkOrderSums(order: Order, totals: Totals | undefined): string | undefined {
  const { applied = 0n, refundStarted = 0n, refunding = 0n, refunded = 0n, excess = 0n } = totals ?? {};
  const [paid, escrowed, released] = [order.amountPaid, order.amountEscrowed, order.amountReleased].map(amountOf);
  const expected = amountOf(order.amountRefunding) + amountOf(order.amountRefunded);
  const items = order.items.reduce((sum, { totalPrice }) => sum + amountOf(totalPrice), 0n);
  const rest = amountOf(order.tax) + amountOf(order.shippingCost) - amountOf(order.discount);
  const rules: readonly (readonly [string, boolean])[] = [
    ["items add up to the subtotal", items === amountOf(order.subtotal)],
    ["the parts add up to the total", items + rest === amountOf(order.total)],
    ["payments add up to what is paid", applied === paid],
    ["no more is paid than due", amountDue(order) >= 0n],
    ["paid = escrowed + released + refunding + refunded", paid === (escrowed ?? 0n) + (released ?? 0n) + expected],
    ["payments and refunds agree on what went back", refundStarted === expected],
    ["open refunds add up to what is being refunded", refunding === amountOf(order.amountRefunding)],
    ["completed refunds add up to what is refunded", refunded === amountOf(order.amountRefunded)],
    ["open exceptions add up to the excess", excess === amountOf(order.amountExcess)],
  ];
  return rules.find(([, holds]) => !holds)?.[0];
}

function checkSums(keeper: OrdersKeeper, ctx: Context): string | undefined {
  const totals = totalsByOrder(keeper, ctx);
  for (const order of all(keeper, ctx, ORDER_PREFIX, (value) => Order.decode(value))) {
    const broken = checkOrderSums(order, totals.get(order.id));
    if (broken !== undefined) return `${order.id}: not so that ${broken}`;
  }
  return undefined;
}

/** The first thing that is wrong with the status of an order. */
function checkOrderStatus(order: Order): string | undefined {
  const { status } = order;
  const isEnded = status === OrderStatus.ORDER_STATUS_CANCELLED || status === OrderStatus.ORDER_STATUS_REFUNDED;
  const isBefore = status === OrderStatus.ORDER_STATUS_CREATED || isEnded;
  const isHeld = status === OrderStatus.ORDER_STATUS_HELD;
  const rules: readonly (readonly [string, boolean])[] = [
    ["nothing is both refunded and released", !isEnded || amountOf(order.amountReleased) === 0n],
    ["an ended order holds no escrow", !isEnded || amountOf(order.amountEscrowed) === 0n],
    [
      "a refunded order waits for nothing",
      status !== OrderStatus.ORDER_STATUS_REFUNDED || order.amountRefunding === "0",
    ],
    ["a paid order is paid", isBefore || isHeld || amountDue(order) === 0n],
    ["a hold belongs to a held order", isHeld === (order.hold !== undefined)],
    ["the payment status follows", order.paymentStatus === paymentStatusOf(order)],
    ["the fulfillment status follows", order.fulfillmentStatus === fulfillmentStatusOf(order.items)],
  ];
  return rules.find(([, holds]) => !holds)?.[0];
}

function checkStatuses(keeper: OrdersKeeper, ctx: Context): string | undefined {
  for (const order of all(keeper, ctx, ORDER_PREFIX, (value) => Order.decode(value))) {
    const broken = checkOrderStatus(order);
    if (broken !== undefined) return `${order.id}: not so that ${broken}`;
  }
  return undefined;
}

/** Each order that waits is in its queue, and the queues hold no others. */
function checkQueues(keeper: OrdersKeeper, ctx: Context): string | undefined {
  const expected = new Set<string>();
  for (const order of all(keeper, ctx, ORDER_PREFIX, (value) => Order.decode(value))) {
    if (order.status === OrderStatus.ORDER_STATUS_CREATED && order.expiresAt !== undefined) {
      expected.add(toHex(queueKey(EXPIRY_PREFIX, timestampToNs(order.expiresAt), order.id)));
    }
    if (order.releaseAt === undefined) continue;
    expected.add(toHex(queueKey(RELEASE_PREFIX, timestampToNs(order.releaseAt), order.id)));
  }
  for (const prefix of [EXPIRY_PREFIX, RELEASE_PREFIX]) {
    for (const [key] of keeper.store.queueEntries(ctx, prefix)) {
      if (!expected.delete(toHex(key))) return `the queue has ${toHex(key)}, and no order waits then`;
    }
  }
  const [lost] = expected;
  return lost === undefined ? undefined : `no queue has ${lost}`;
}

/** The invariants of the module. PERF: each reads everything. */
export function ordersInvariants(keeper: OrdersKeeper): readonly Invariant[] {
  return [
    { name: "orders/escrow", check: (ctx) => checkEscrow(keeper, ctx) },
    { name: "orders/sums", check: (ctx) => checkSums(keeper, ctx) },
    { name: "orders/statuses", check: (ctx) => checkStatuses(keeper, ctx) },
    { name: "orders/queues", check: (ctx) => checkQueues(keeper, ctx) },
  ];
}
