// The state of x/orders: reads and writes, no rules. Everything else of the module goes through here.

import {
  Merchant,
  MerchantSettings,
  Order,
  Params,
  Payment,
  PaymentException,
  Price,
  Refund,
} from "../../../gen/stateset/orders/v1/types.ts";
import type { Context } from "../../../src/baseapp/context.ts";
import { concatBytes, fromUtf8, utf8 } from "../../../src/codec/bytes.ts";
import { ChainError, type ErrorKind } from "../../../src/codec/chainError.ts";
import { decodeUint64BE, encodeUint64BE, excerpt } from "../../../src/codec/integer.ts";
import { decodeMessage, encodeMessage } from "../../../src/codec/message.ts";
import { timestampFromNs } from "../../../src/codec/time.ts";
import { prefixEnd } from "../../../src/store/keyBounds.ts";
import type { KvStore } from "../../../src/store/kvStore.ts";
import { prefixStore } from "../../../src/store/prefixStore.ts";
import { ErrExceptionNotFound, ErrOrderNotFound, ErrPaymentNotFound, ErrRefundNotFound } from "../errors.ts";
import {
  bytesKey,
  COUNTER_PREFIX,
  DEPOSIT_PREFIX,
  EXCEPTION_COUNT_KEY,
  EXCEPTION_PREFIX,
  MERCHANT_PREFIX,
  OPEN_EXCEPTION_PREFIX,
  ORDER_PREFIX,
  ORDER_REFUND_PREFIX,
  ORDERS,
  PARAMS_KEY,
  PAUSED_PREFIX,
  PAYMENT_ID_PREFIX,
  PAYMENT_PREFIX,
  PRICE_PREFIX,
  priceKey,
  pricesKey,
  queueKey,
  REFUND_PREFIX,
  sequenceBytes,
  sequenceKey,
  TIME_BYTES,
  textKey,
} from "../keys.ts";
import { DEFAULT_PARAMS } from "../params.ts";
import { fulfillmentStatusOf, paymentStatusOf } from "../statuses.ts";

const NOTHING = new Uint8Array(0);

function missing(kind: ErrorKind, id: string): ChainError {
  return new ChainError(kind, excerpt(id));
}

/** A merchant that has never said anything. */
function unknownMerchant(address: string): Merchant {
  return { address, settings: MerchantSettings.fromPartial({}), operators: [] };
}

/** The stored items. Objects it gives are the caller's own, but for the parameters. */
export class OrderStore {
  params(ctx: Context): Params {
    return ctx.kv(ORDERS).find(PARAMS_KEY)?.as(Params.decode) ?? DEFAULT_PARAMS;
  }

  setParams(ctx: Context, params: Params): void {
    ctx.kv(ORDERS).set(PARAMS_KEY, encodeMessage(Params, params));
  }

  // Orders.

  getOrder(ctx: Context, id: string): Order | undefined {
    const bytes = ctx.kv(ORDERS).get(textKey(ORDER_PREFIX, id));
    return bytes === undefined ? undefined : decodeMessage(Order, bytes);
  }

  /** An order as it is stored. Throws ErrOrderNotFound. */
  requireOrderBytes(ctx: Context, id: string): Uint8Array {
    const bytes = ctx.kv(ORDERS).get(textKey(ORDER_PREFIX, id));
    if (bytes === undefined) throw missing(ErrOrderNotFound, id);
    return bytes;
  }

  /** Throws ErrOrderNotFound. */
  requireOrder(ctx: Context, id: string): Order {
    const order = this.getOrder(ctx, id);
    if (order === undefined) throw missing(ErrOrderNotFound, id);
    return order;
  }

  hasOrder(ctx: Context, id: string): boolean {
    return ctx.kv(ORDERS).has(textKey(ORDER_PREFIX, id));
  }

  /** Writes a changed order, with what follows from its items and amounts, as its next revision. */
  saveOrder(ctx: Context, order: Order): void {
    order.paymentStatus = paymentStatusOf(order);
    order.fulfillmentStatus = fulfillmentStatusOf(order.items);
    order.updatedAt = timestampFromNs(ctx.block.timeNs);
    order.revision += 1n;
    this.setOrder(ctx, order);
  }

  /** Writes an order as it is. */
  setOrder(ctx: Context, order: Order): void {
    ctx.kv(ORDERS).set(textKey(ORDER_PREFIX, order.id), encodeMessage(Order, order));
  }

  /** The id of the order that an address pays. PERF: one read without gas: every transfer of the chain asks. */
  orderIdByDeposit(ctx: Context, address: Uint8Array): string | undefined {
    const bytes = ctx.stores.store(ORDERS).get(bytesKey(DEPOSIT_PREFIX, address));
    return bytes === undefined ? undefined : fromUtf8(bytes);
  }

  setDeposit(ctx: Context, address: Uint8Array, orderId: string): void {
    ctx.kv(ORDERS).set(bytesKey(DEPOSIT_PREFIX, address), utf8(orderId));
  }

  // Payments.

  getPaymentAt(ctx: Context, orderId: string, sequence: number): Payment | undefined {
    const bytes = ctx.kv(ORDERS).get(sequenceKey(PAYMENT_PREFIX, orderId, sequence));
    return bytes === undefined ? undefined : decodeMessage(Payment, bytes);
  }

  /** All payments of an order, oldest first; at most PAYMENTS_MAX. */
  payments(ctx: Context, orderId: string): Payment[] {
    return [...this.paymentStore(ctx, orderId).iterate()].map(([, value]) => decodeMessage(Payment, value));
  }

  getPayment(ctx: Context, id: string): Payment | undefined {
    const place = ctx.kv(ORDERS).get(textKey(PAYMENT_ID_PREFIX, id));
    if (place === undefined) return undefined;
    const bytes = ctx.kv(ORDERS).get(bytesKey(PAYMENT_PREFIX, place));
    return bytes === undefined ? undefined : decodeMessage(Payment, bytes);
  }

  /** Throws ErrPaymentNotFound. */
  requirePayment(ctx: Context, id: string): Payment {
    const payment = this.getPayment(ctx, id);
    if (payment === undefined) throw missing(ErrPaymentNotFound, id);
    return payment;
  }

  setPayment(ctx: Context, payment: Payment): void {
    const { orderId, sequence } = payment;
    ctx.kv(ORDERS).set(sequenceKey(PAYMENT_PREFIX, orderId, sequence), encodeMessage(Payment, payment));
  }

  /** Writes a payment for the first time. */
  addPayment(ctx: Context, payment: Payment): void {
    const place = concatBytes(utf8(payment.orderId), sequenceBytes(payment.sequence));
    ctx.kv(ORDERS).set(textKey(PAYMENT_ID_PREFIX, payment.id), place);
    this.setPayment(ctx, payment);
  }

  // Refunds.

  getRefund(ctx: Context, id: string): Refund | undefined {
    const bytes = ctx.kv(ORDERS).get(textKey(REFUND_PREFIX, id));
    return bytes === undefined ? undefined : decodeMessage(Refund, bytes);
  }

  /** A refund as it is stored. Throws ErrRefundNotFound. */
  requireRefundBytes(ctx: Context, id: string): Uint8Array {
    const bytes = ctx.kv(ORDERS).get(textKey(REFUND_PREFIX, id));
    if (bytes === undefined) throw missing(ErrRefundNotFound, id);
    return bytes;
  }

  /** Throws ErrRefundNotFound. */
  requireRefund(ctx: Context, id: string): Refund {
    const refund = this.getRefund(ctx, id);
    if (refund === undefined) throw missing(ErrRefundNotFound, id);
    return refund;
  }

  /** Writes a refund as it is now. */
  saveRefund(ctx: Context, refund: Refund): void {
    refund.updatedAt = timestampFromNs(ctx.block.timeNs);
    this.setRefund(ctx, refund);
  }

  setRefund(ctx: Context, refund: Refund): void {
    ctx.kv(ORDERS).set(textKey(REFUND_PREFIX, refund.id), encodeMessage(Refund, refund));
  }

  /** Lists a refund under its order. */
  listRefund(ctx: Context, refund: Refund): void {
    if (refund.orderId === "") return;
    ctx.kv(ORDERS).set(sequenceKey(ORDER_REFUND_PREFIX, refund.orderId, refund.sequence), utf8(refund.id));
  }

  // The exception ledger.

  getException(ctx: Context, id: string): PaymentException | undefined {
    const bytes = ctx.kv(ORDERS).get(textKey(EXCEPTION_PREFIX, id));
    return bytes === undefined ? undefined : decodeMessage(PaymentException, bytes);
  }

  /** Throws ErrExceptionNotFound. */
  requireException(ctx: Context, id: string): PaymentException {
    const exception = this.getException(ctx, id);
    if (exception === undefined) throw missing(ErrExceptionNotFound, id);
    return exception;
  }

  setException(ctx: Context, exception: PaymentException, isOpen: boolean): void {
    const store = ctx.kv(ORDERS);
    store.set(textKey(EXCEPTION_PREFIX, exception.id), encodeMessage(PaymentException, exception));
    if (exception.orderId === "") return;
    const open = textKey(OPEN_EXCEPTION_PREFIX, `${exception.orderId}${exception.id}`);
    if (isOpen) store.set(open, NOTHING);
    else store.delete(open);
  }

  /** Open entries of an order, at most `limit`. */
  openExceptions(ctx: Context, orderId: string, limit: number): PaymentException[] {
    const found: PaymentException[] = [];
    for (const [key] of prefixStore(ctx.kv(ORDERS), textKey(OPEN_EXCEPTION_PREFIX, orderId)).iterate()) {
      if (found.length >= limit) break;
      found.push(this.requireException(ctx, fromUtf8(key)));
    }
    return found;
  }

  exceptionCount(ctx: Context): bigint {
    const bytes = ctx.kv(ORDERS).get(EXCEPTION_COUNT_KEY);
    return bytes === undefined ? 0n : decodeUint64BE(bytes);
  }

  setExceptionCount(ctx: Context, count: bigint): void {
    ctx.kv(ORDERS).set(EXCEPTION_COUNT_KEY, encodeUint64BE(count));
  }

  // Merchants, prices, counters, pauses.

  /** A merchant, with nothing set and no operators where it has never said anything. */
  merchant(ctx: Context, address: string): Merchant {
    const bytes = ctx.kv(ORDERS).get(textKey(MERCHANT_PREFIX, address));
    return bytes === undefined ? unknownMerchant(address) : decodeMessage(Merchant, bytes);
  }

  setMerchant(ctx: Context, merchant: Merchant): void {
    ctx.kv(ORDERS).set(textKey(MERCHANT_PREFIX, merchant.address), encodeMessage(Merchant, merchant));
  }

  getPrice(ctx: Context, price: Pick<Price, "merchant" | "denom" | "sku">): Price | undefined {
    const bytes = ctx.kv(ORDERS).get(priceKey(price));
    return bytes === undefined ? undefined : decodeMessage(Price, bytes);
  }

  setPrice(ctx: Context, price: Price): void {
    ctx.kv(ORDERS).set(priceKey(price), encodeMessage(Price, price));
  }

  removePrice(ctx: Context, price: Pick<Price, "merchant" | "denom" | "sku">): void {
    ctx.kv(ORDERS).delete(priceKey(price));
  }

  counter(ctx: Context, creator: string): bigint {
    const bytes = ctx.kv(ORDERS).get(textKey(COUNTER_PREFIX, creator));
    return bytes === undefined ? 0n : decodeUint64BE(bytes);
  }

  setCounter(ctx: Context, creator: string, count: bigint): void {
    ctx.kv(ORDERS).set(textKey(COUNTER_PREFIX, creator), encodeUint64BE(count));
  }

  isPaused(ctx: Context, typeUrl: string): boolean {
    return ctx.kv(ORDERS).has(textKey(PAUSED_PREFIX, typeUrl));
  }

  setPaused(ctx: Context, typeUrl: string, isPaused: boolean): void {
    const key = textKey(PAUSED_PREFIX, typeUrl);
    if (isPaused) ctx.kv(ORDERS).set(key, NOTHING);
    else ctx.kv(ORDERS).delete(key);
  }

  /** Paused message types, in byte order. There are no more than the module has messages. */
  pausedTypes(ctx: Context): string[] {
    return [...prefixStore(ctx.kv(ORDERS), PAUSED_PREFIX).iterate()].map(([key]) => fromUtf8(key));
  }

  // Queues.

  enqueue(ctx: Context, prefix: Uint8Array, timeNs: bigint, orderId: string): void {
    ctx.kv(ORDERS).set(queueKey(prefix, timeNs, orderId), NOTHING);
  }

  dequeue(ctx: Context, prefix: Uint8Array, timeNs: bigint, orderId: string): void {
    ctx.kv(ORDERS).delete(queueKey(prefix, timeNs, orderId));
  }

  /** Ids of the orders of a queue whose time has come, the earliest first, at most `limit`. */
  dueOrders(ctx: Context, prefix: Uint8Array, limit: number): string[] {
    const end = queueKey(prefix, ctx.block.timeNs + 1n, "");
    const due: string[] = [];
    for (const [key] of ctx.kv(ORDERS).iterate({ start: prefix, end })) {
      if (due.length >= limit) break;
      due.push(fromUtf8(key.subarray(prefix.length + TIME_BYTES)));
    }
    return due;
  }

  // Views for paging and export.

  /** Everything below a prefix, without it. */
  view(ctx: Context, prefix: Uint8Array): KvStore {
    return prefixStore(ctx.kv(ORDERS), prefix);
  }

  /** sku → Price in one denomination, or denomination · 0 · sku → Price. */
  priceStore(ctx: Context, merchant: string, denom: string): KvStore {
    return prefixStore(ctx.kv(ORDERS), denom === "" ? textKey(PRICE_PREFIX, merchant) : pricesKey(merchant, denom));
  }

  /** sequence → Payment of one order. */
  paymentStore(ctx: Context, orderId: string): KvStore {
    return prefixStore(ctx.kv(ORDERS), textKey(PAYMENT_PREFIX, orderId));
  }

  /** sequence → refund id of one order. */
  refundStore(ctx: Context, orderId: string): KvStore {
    return prefixStore(ctx.kv(ORDERS), textKey(ORDER_REFUND_PREFIX, orderId));
  }

  /** The last key bound of a queue, for those that read all of it. */
  queueEntries(ctx: Context, prefix: Uint8Array): IterableIterator<readonly [Uint8Array, Uint8Array]> {
    return ctx.kv(ORDERS).iterate({ start: prefix, end: prefixEnd(prefix) });
  }
}
