// Ids of what the gateway makes itself: a prefix, `_`, and characters of base58 that nobody can guess. Orders, payments and
// refunds have the chain's ids.

import { randomBytes } from "node:crypto";

const ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
/** 93 bits. */
const CHARACTERS = 16;
/** Enough for so many characters. */
const HASH_BYTES = 12;
/** The largest multiple of 58 that a byte holds: bytes from here on would favour the first characters. */
const BYTE_END = 232;

/** `characters` of base58, evenly at random. `entropy` gives that many bytes from a cryptographic source. */
export function randomBase58(characters: number, entropy: (bytes: number) => Uint8Array = randomBytes): string {
  let text = "";
  while (text.length < characters) {
    for (const byte of entropy(characters)) {
      if (byte < BYTE_END && text.length < characters) text += ALPHABET[byte % ALPHABET.length];
    }
  }
  return text;
}

/** 16 characters of base58 that stand for a hash of at least 12 bytes: the same for the same hash. */
export function hashBase58(hash: Uint8Array): string {
  let number = 0n;
  for (const byte of hash.subarray(0, HASH_BYTES)) number = (number << 8n) | BigInt(byte);
  let text = "";
  for (let index = 0; index < CHARACTERS; index += 1) {
    text = `${ALPHABET[Number(number % 58n)]}${text}`;
    number /= 58n;
  }
  return text;
}

/** A new id: `newId("whk")` is `whk_` and 16 characters. */
export function newId(prefix: string): string {
  return `${prefix}_${randomBase58(CHARACTERS)}`;
}
