// AES-256-GCM by node:crypto: version (1 byte) ‖ nonce (12) ‖ ciphertext ‖ tag (16). The context is authenticated, not kept:
// what was sealed for one place does not open at another.

import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import { concatBytes } from "../../codec/bytes.ts";

export const KEY_BYTES = 32;
const VERSION = 1;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const HEAD_BYTES = 1 + NONCE_BYTES;

/** What was sealed does not open: another key, another context, or bytes that were changed. */
export class SealingError extends Error {
  readonly code = "not_opened";

  constructor(options?: ErrorOptions) {
    super("sealed bytes do not open: another key, another place, or changed", options);
    this.name = "SealingError";
  }
}

/** Seals bytes with a nonce of its own: at random, which is safe for 2^32 uses of one key. */
export function sealBytes(key: Uint8Array, plain: Uint8Array, context: Uint8Array): Uint8Array {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv("aes-256-gcm", key, nonce).setAAD(context);
  const body = cipher.update(plain);
  return concatBytes(Uint8Array.of(VERSION), nonce, body, cipher.final(), cipher.getAuthTag());
}

/** Opens what sealBytes made. Throws SealingError. */
export function openBytes(key: Uint8Array, sealed: Uint8Array, context: Uint8Array): Uint8Array {
  if (sealed.length < HEAD_BYTES + TAG_BYTES || sealed[0] !== VERSION) throw new SealingError();
  const tagAt = sealed.length - TAG_BYTES;
  const decipher = createDecipheriv("aes-256-gcm", key, sealed.subarray(1, HEAD_BYTES), { authTagLength: TAG_BYTES });
  decipher.setAAD(context).setAuthTag(sealed.subarray(tagAt));
  try {
    return concatBytes(decipher.update(sealed.subarray(HEAD_BYTES, tagAt)), decipher.final());
  } catch (cause) {
    throw new SealingError({ cause });
  }
}
