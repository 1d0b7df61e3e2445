// Ids of orders, payments, refunds and exceptions, and the deposit address of an order. All are hashes, so that the same
// genesis and the same transactions give the same ids, and nobody can tell from an id how many orders there are.

import { ADDRESS_BYTES } from "../../src/crypto/address.ts";
import { sha256 } from "../../src/crypto/hash.ts";

const ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
const ID_CHARACTERS = 12;
/** Enough for 12 characters of base58, which hold 70 bits. */
const ID_HASH_BYTES = 16;

/** What an id begins with. */
export type IdKind = "ord" | "pay" | "ref" | "exc";

const ID = /^(?:ord|pay|ref|exc)_[1-9A-HJ-NP-Za-km-z]{12}$/;

/** Whether a text has the form of an id. */
export function isId(kind: IdKind, text: string): boolean {
  return text.startsWith(`${kind}_`) && ID.test(text);
}

const COUNT_BYTES = 8;
const scratch = new Uint8Array(1024);
/** Behind it there is room for two numbers. */
const TEXTS_END = scratch.length - 2 * COUNT_BYTES;
const encoder = new TextEncoder();

/** Writes 8 bytes, most significant first, and returns where they end. */
function putUint64(at: number, value: number | bigint): number {
  const high = typeof value === "bigint" ? Number(value >> 32n) : Math.trunc(value / 2 ** 32);
  const low = typeof value === "bigint" ? Number(value & 0xffffffffn) : value;
  for (let index = 0; index < 4; index += 1) {
    scratch[at + index] = high >>> (24 - 8 * index);
    scratch[at + 4 + index] = low >>> (24 - 8 * index);
  }
  return at + COUNT_BYTES;
}

/** Writes a text and returns where it ends. PERF: ids, addresses and names of chains are ASCII. */
function putText(at: number, text: string): number {
  if (at + text.length > TEXTS_END) throw new Error(`an id of ${text.length} characters`);
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (code > 0x7f) return putWideText(at, text);
    scratch[at + index] = code;
  }
  return at + text.length;
}

function putWideText(at: number, text: string): number {
  const { read, written } = encoder.encodeInto(text, scratch.subarray(at, TEXTS_END));
  if (read < text.length) throw new Error(`an id of ${text.length} characters`);
  return at + written;
}

/**
 * sha256 of a label and of parts, each with its length before it, so that no two lists of parts are the same bytes.
 * PERF: in memory that is used again: an array of more than 64 bytes costs as much as its hash.
 */
function hash(label: string, texts: readonly string[], count?: bigint): Uint8Array {
  let end = putText(putText(0, "stateset/orders/"), label);
  for (const text of texts) {
    const start = end + COUNT_BYTES;
    const next = putText(start, text);
    putUint64(end, next - start);
    end = next;
  }
  if (count !== undefined) end = putUint64(putUint64(end, COUNT_BYTES), count);
  return sha256(scratch.subarray(0, end));
}

/** The id of the `count`th thing of an owner: a creator's order, an order's payment. */
export function makeId(kind: IdKind, chainId: string, owner: string, count: bigint): string {
  return `${kind}_${lastDigits(hash(kind, [chainId, owner], count).subarray(0, ID_HASH_BYTES))}`;
}

/** The last digits in base 58 of a big-endian number. PERF: by long division, two digits at a time; bigint took 1.5 us. */
function lastDigits(bytes: Uint8Array): string {
  let text = "";
  for (let length = 0; length < ID_CHARACTERS; length += 2) {
    let remainder = 0;
    for (let at = 0; at < bytes.length; at += 2) {
      const dividend = remainder * 65_536 + bytes[at]! * 256 + bytes[at + 1]!;
      const quotient = Math.trunc(dividend / 3364);
      remainder = dividend % 3364;
      bytes[at] = quotient >>> 8;
      bytes[at + 1] = quotient;
    }
    text = `${ALPHABET[Math.trunc(remainder / 58)]}${ALPHABET[remainder % 58]}${text}`;
  }
  return text;
}

/** The deposit address of an order: 20 bytes that nobody has a key to. */
export function depositAddressOf(chainId: string, orderId: string): Uint8Array {
  return hash("deposit", [chainId, orderId]).subarray(0, ADDRESS_BYTES);
}
