// Hash functions, by node's OpenSSL.

import { createHash, hash } from "node:crypto";

/** SHA-256: 32 bytes. */
export function sha256(bytes: Uint8Array): Uint8Array {
  return hash("sha256", bytes, "buffer");
}

/** RIPEMD-160: 20 bytes. */
export function ripemd160(bytes: Uint8Array): Uint8Array {
  return createHash("ripemd160").update(bytes).digest();
}
