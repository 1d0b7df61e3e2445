// State of x/orders. No prefix begins another.

import type { Price } from "../../gen/stateset/orders/v1/types.ts";
import { keySlab } from "../../src/codec/byteSlab.ts";
import { concatBytes, utf8 } from "../../src/codec/bytes.ts";
import { encodeUint64BE, putUint32BE, putUint64BE } from "../../src/codec/integer.ts";

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

/** Writes an ASCII text at a place. Gives whether the text is ASCII. */
function putText(key: Uint8Array, at: number, text: string): boolean {
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (code > 0x7f) return false;
    key[at + index] = code;
  }
  return true;
}

/** A prefix of one byte and the text behind it. PERF: ids, addresses and type URLs are ASCII: one array, written once. */
export function textKey(prefix: Uint8Array, text: string): Uint8Array {
  const key = keySlab.take(1 + text.length);
  key[0] = prefix[0]!;
  return putText(key, 1, text) ? key : concatBytes(prefix, utf8(text));
}

/** A prefix of one byte and other bytes behind it. */
export function bytesKey(prefix: Uint8Array, bytes: Uint8Array): Uint8Array {
  const key = keySlab.take(1 + bytes.length);
  key[0] = prefix[0]!;
  for (let index = 0; index < bytes.length; index += 1) key[1 + index] = bytes[index]!;
  return key;
}

const SEQUENCE_BYTES = 4;

/** Four bytes, most significant first. */
export function sequenceBytes(sequence: number): Uint8Array {
  return Uint8Array.of(sequence >>> 24, (sequence >>> 16) & 255, (sequence >>> 8) & 255, sequence & 255);
}

/** `prefix · order id · sequence`. Ids have one length, so that no id begins another. */
export function sequenceKey(prefix: Uint8Array, orderId: string, sequence: number): Uint8Array {
  const key = keySlab.take(1 + orderId.length + SEQUENCE_BYTES);
  key[0] = prefix[0]!;
  if (!putText(key, 1, orderId)) return concatBytes(prefix, utf8(orderId), sequenceBytes(sequence));
  putUint32BE(key, 1 + orderId.length, sequence);
  return key;
}

/** `prefix · time · order id`: byte order is the order of time. */
export function queueKey(prefix: Uint8Array, timeNs: bigint, orderId: string): Uint8Array {
  const key = keySlab.take(1 + TIME_BYTES + orderId.length);
  key[0] = prefix[0]!;
  putUint64BE(key, 1, timeNs);
  return putText(key, 1 + TIME_BYTES, orderId) ? key : concatBytes(prefix, encodeUint64BE(timeNs), utf8(orderId));
}

/** `prefix · merchant · denomination · 0`: merchants have one length, and no denomination has a zero byte. */
export function pricesKey(merchant: string, denom: string): Uint8Array {
  return textKey(PRICE_PREFIX, `${merchant}${denom}\0`);
}

/** `prefix · merchant · denomination · 0 · sku` */
export function priceKey({ merchant, denom, sku }: Pick<Price, "merchant" | "denom" | "sku">): Uint8Array {
  return concatBytes(pricesKey(merchant, denom), utf8(sku));
}
