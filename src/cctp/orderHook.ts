// The hook data by which a V2 burn names the order that it pays, and where a refund would go. Big endian:
//
//   offset  bytes  field
//        0      4  magic: ASCII `SORD`
//        4      1  version: 1
//        5      4  refund domain
//        9     32  refund address; zero: none given, and the domain is zero then
//       41      1  length of the order id, 1 to 64
//       42      n  order id: ASCII letters, digits, `_` and `-`
//
// Nothing may follow. It does not begin like the hook data of Circle's forwarding service (`cctp-forward`).

import { bytesEqual, concatBytes, fromUtf8, utf8 } from "../codec/bytes.ts";
import { isZero } from "./bytes32.ts";
import { readBytes32, readUint32, writeBytes32, writeUint32 } from "./fields.ts";

/** What an envelope of ours begins with. */
const MAGIC = Uint8Array.of(0x53, 0x4f, 0x52, 0x44);
/** The only version so far. */
export const ORDER_HOOK_VERSION = 1;
/** Longest order id in bytes. */
export const ORDER_HOOK_ID_LENGTH_MAX = 64;

const VERSION = 4;
const REFUND_DOMAIN = 5;
const REFUND_ADDRESS = 9;
const ID_LENGTH = 41;
const ID = 42;

const ORDER_ID = /^[A-Za-z0-9_-]{1,64}$/;

/** Where money goes back to. */
export interface RefundTarget {
  readonly domain: number;
  /** 32 bytes, not zero. */
  readonly address: Uint8Array;
}

/** What an envelope says. */
export interface OrderHook {
  readonly orderId: string;
  readonly refund: RefundTarget | undefined;
}

/** Hook data, read: no envelope of ours (empty too), one that is broken, or one that names an order. */
export type OrderHookReading =
  | { readonly kind: "other" }
  | { readonly kind: "malformed"; readonly reason: OrderHookFault }
  | { readonly kind: "order"; readonly hook: OrderHook };

export type OrderHookFault = "version" | "length" | "orderId" | "refund";

/** Reads hook data. Never throws: whatever a stranger sends must not stop a mint. The address is the caller's own. */
export function readOrderHook(hookData: Uint8Array): OrderHookReading {
  if (!bytesEqual(hookData.subarray(0, MAGIC.length), MAGIC)) return { kind: "other" };
  if (hookData.length <= ID) return { kind: "malformed", reason: "length" };
  if (hookData[VERSION] !== ORDER_HOOK_VERSION) return { kind: "malformed", reason: "version" };
  if (hookData.length !== ID + (hookData[ID_LENGTH] ?? 0)) return { kind: "malformed", reason: "length" };
  const orderId = asciiText(hookData.subarray(ID));
  if (orderId === undefined || !ORDER_ID.test(orderId)) return { kind: "malformed", reason: "orderId" };
  const domain = readUint32(hookData, REFUND_DOMAIN);
  const address = new Uint8Array(readBytes32(hookData, REFUND_ADDRESS));
  if (!isZero(address)) return { kind: "order", hook: { orderId, refund: { domain, address } } };
  if (domain !== 0) return { kind: "malformed", reason: "refund" };
  return { kind: "order", hook: { orderId, refund: undefined } };
}

function asciiText(bytes: Uint8Array): string | undefined {
  return bytes.every((byte) => byte < 0x80) ? fromUtf8(bytes) : undefined;
}

/**
 * The hook data of an order. Throws RangeError for an id or a refund address that no envelope can carry, and
 * CctpFormatError for a domain or an address of another size.
 */
export function encodeOrderHook(hook: OrderHook): Uint8Array {
  if (!ORDER_ID.test(hook.orderId)) throw new RangeError("orderId: expected 1 to 64 letters, digits, _ or -");
  const fixed = new Uint8Array(ID);
  fixed.set(MAGIC, 0);
  fixed[VERSION] = ORDER_HOOK_VERSION;
  if (hook.refund !== undefined) {
    if (isZero(hook.refund.address)) throw new RangeError("refund.address: expected one that is not zero");
    writeUint32(fixed, REFUND_DOMAIN, "refund.domain", hook.refund.domain);
    writeBytes32(fixed, REFUND_ADDRESS, "refund.address", hook.refund.address);
  }
  const orderId = utf8(hook.orderId);
  fixed[ID_LENGTH] = orderId.length;
  return concatBytes(fixed, orderId);
}
