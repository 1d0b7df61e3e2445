// Ids of orders, payments, refunds and exceptions, and the deposit address of an order. All are hashes, so that the same
// genesis and the same transactions give the same ids, and nobody can tell from an id how many orders there are.

import { concatBytes, utf8 } from "../../src/codec/bytes.ts";
import { encodeUint64BE } from "../../src/codec/integer.ts";
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

/** A part of what is hashed, with its length before it, so that no two lists of parts are the same bytes. */
function part(bytes: Uint8Array): Uint8Array {
  return concatBytes(encodeUint64BE(BigInt(bytes.length)), bytes);
}

function hash(label: string, parts: readonly Uint8Array[]): Uint8Array {
  return sha256(concatBytes(utf8(`stateset/orders/${label}`), ...parts.map(part)));
}

/** The id of the `count`th thing of an owner: a creator's order, an order's payment. */
export function makeId(kind: IdKind, chainId: string, owner: string, count: bigint): string {
  const digest = hash(kind, [utf8(chainId), utf8(owner), encodeUint64BE(count)]);
  let number = 0n;
  for (const byte of digest.subarray(0, ID_HASH_BYTES)) number = (number << 8n) | BigInt(byte);
  let text = "";
  for (let index = 0; index < ID_CHARACTERS; index += 1) {
    text = `${ALPHABET[Number(number % 58n)]}${text}`;
    number /= 58n;
  }
  return `${kind}_${text}`;
}

/** The deposit address of an order: 20 bytes that nobody has a key to. */
export function depositAddressOf(chainId: string, orderId: string): Uint8Array {
  return hash("deposit", [utf8(chainId), utf8(orderId)]).subarray(0, ADDRESS_BYTES);
}
