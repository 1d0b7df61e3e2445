// State of x/orders. No prefix begins another.

import type { Price } from "../../gen/stateset/orders/v1/types.ts";
import { concatBytes, utf8 } from "../../src/codec/bytes.ts";
import { encodeUint64BE } from "../../src/codec/integer.ts";

/** Name of the module, of its store and of its account, which holds the escrow. */
export const ORDERS = "orders";

/** Params. */
export const PARAMS_KEY = Uint8Array.of(0);
/** order id → Order. */
export const ORDER_PREFIX = Uint8Array.of(1);
/** order id · sequence (4) → Payment. */
export const PAYMENT_PREFIX = Uint8Array.of(2);
/** payment id → order id · sequence (4). */
export const PAYMENT_ID_PREFIX = Uint8Array.of(3);
/** refund id → Refund. */
export const REFUND_PREFIX = Uint8Array.of(4);
/** order id · sequence (4) → refund id. */
export const ORDER_REFUND_PREFIX = Uint8Array.of(5);
/** exception id → PaymentException. */
export const EXCEPTION_PREFIX = Uint8Array.of(6);
/** order id · exception id → nothing: entries of an order that are open. */
export const OPEN_EXCEPTION_PREFIX = Uint8Array.of(7);
/** merchant → Merchant. */
export const MERCHANT_PREFIX = Uint8Array.of(8);
/** type URL → nothing: messages that are refused. */
export const PAUSED_PREFIX = Uint8Array.of(9);
/** creator → orders made, 8 bytes. */
export const COUNTER_PREFIX = Uint8Array.of(10);
/** Entries the exception ledger ever had, 8 bytes. */
export const EXCEPTION_COUNT_KEY = Uint8Array.of(11);
/** deposit address → order id. */
export const DEPOSIT_PREFIX = Uint8Array.of(12);
/** time (8) · order id → nothing: unpaid orders that are cancelled then. */
export const EXPIRY_PREFIX = Uint8Array.of(13);
/** time (8) · order id → nothing: orders whose escrow is paid out then. */
export const RELEASE_PREFIX = Uint8Array.of(14);
/** merchant · denomination · 0 · sku → Price. */
export const PRICE_PREFIX = Uint8Array.of(15);

/** Bytes of the time in a queue's key. */
export const TIME_BYTES = 8;

/** A prefix of one byte and the text behind it. PERF: ids, addresses and type URLs are ASCII: one array, written once. */
export function textKey(prefix: Uint8Array, text: string): Uint8Array {
  const key = new Uint8Array(1 + text.length);
  key[0] = prefix[0]!;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (code > 0x7f) return concatBytes(prefix, utf8(text));
    key[1 + index] = code;
  }
  return key;
}

/** Four bytes, most significant first. */
export function sequenceBytes(sequence: number): Uint8Array {
  return Uint8Array.of(sequence >>> 24, (sequence >>> 16) & 255, (sequence >>> 8) & 255, sequence & 255);
}

/** `prefix · order id · sequence`. Ids have one length, so that no id begins another. */
export function sequenceKey(prefix: Uint8Array, orderId: string, sequence: number): Uint8Array {
  return concatBytes(prefix, utf8(orderId), sequenceBytes(sequence));
}

/** `prefix · time · order id`: byte order is the order of time. */
export function queueKey(prefix: Uint8Array, timeNs: bigint, orderId: string): Uint8Array {
  return concatBytes(prefix, encodeUint64BE(timeNs), utf8(orderId));
}

/** `prefix · merchant · denomination · 0`: merchants have one length, and no denomination has a zero byte. */
export function pricesKey(merchant: string, denom: string): Uint8Array {
  return textKey(PRICE_PREFIX, `${merchant}${denom}\0`);
}

/** `prefix · merchant · denomination · 0 · sku` */
export function priceKey({ merchant, denom, sku }: Pick<Price, "merchant" | "denom" | "sku">): Uint8Array {
  return concatBytes(pricesKey(merchant, denom), utf8(sku));
}
