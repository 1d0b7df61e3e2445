// Ids of what the gateway makes itself: a prefix, `_`, and characters of base58 that nobody can guess. Orders, payments and
// refunds have the chain's ids.

import { randomBytes } from "node:crypto";

const ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
/** 93 bits. */
const CHARACTERS = 16;
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

/** A new id: `newId("whk")` is `whk_` and 16 characters. */
export function newId(prefix: string): string {
  return `${prefix}_${randomBase58(CHARACTERS)}`;
}
