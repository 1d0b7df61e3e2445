// What attesters sign and what messages are called by.

import { keccak256 } from "../crypto/hash.ts";

/** Keccak-256 of the message's bytes, 32 bytes: the digest itself, without a prefix or a domain in front. */
export function messageHash(message: Uint8Array): Uint8Array {
  return keccak256(message);
}
