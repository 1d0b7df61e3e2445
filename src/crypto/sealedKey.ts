// A private key sealed with a passphrase: scrypt makes the key, AES-256-GCM seals. Every parameter is in the file, so that
// they can be raised later without losing old files. Key files of the command line and of the attester hold it.

import { createCipheriv, createDecipheriv, scryptSync } from "node:crypto";

/** A sealed secret, as it stands in a file. Bytes are base64. */
export interface SealedKey {
  readonly kdf: "scrypt";
  readonly n: number;
  readonly r: number;
  readonly p: number;
  readonly salt: string;
  readonly cipher: "aes-256-gcm";
  readonly nonce: string;
  readonly sealed: string;
  readonly tag: string;
}

/** What cannot be sealed or opened. Its text says nothing of the secret. */
export class SealedKeyError extends Error {
  readonly code: "short_passphrase" | "malformed" | "wrong_passphrase";

  constructor(code: SealedKeyError["code"], message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "SealedKeyError";
    this.code = code;
  }
}

/** 128 MiB and about 0.3 s for each guess (OWASP's advice for scrypt). */
const SCRYPT = Object.freeze({ n: 1 << 17, r: 8, p: 1 });
/** A file cannot make us spend more than this. */
const SCRYPT_N_MAX = 1 << 20;
const PASSPHRASE_LENGTH_MIN = 8;
const SALT_BYTES = 32;
const NONCE_BYTES = 12;
/** Random bytes that one sealing uses up. */
export const SEAL_ENTROPY_BYTES = SALT_BYTES + NONCE_BYTES;
const TAG_BYTES = 16;

function keyFrom(passphrase: string, salt: Uint8Array, { n, r, p }: { n: number; r: number; p: number }): Buffer {
  // 128 * n * r bytes are what scrypt needs; node's limit has to be above.
  return scryptSync(passphrase.normalize("NFKC"), salt, 32, { N: n, r, p, maxmem: 256 * n * r });
}

/** Throws SealedKeyError on a passphrase shorter than 8 characters. */
export function checkPassphrase(passphrase: string): void {
  if (passphrase.length >= PASSPHRASE_LENGTH_MIN) return;
  throw new SealedKeyError("short_passphrase", `the passphrase must have at least ${PASSPHRASE_LENGTH_MIN} characters`);
}

/**
 * Seals bytes. `entropy` is SEAL_ENTROPY_BYTES from a cryptographic source, used for nothing else. Throws SealedKeyError
 * on a passphrase shorter than 8 characters.
 */
export function seal(secret: Uint8Array, passphrase: string, entropy: Uint8Array): SealedKey {
  checkPassphrase(passphrase);
  if (entropy.length !== SEAL_ENTROPY_BYTES) throw new RangeError(`sealing takes ${SEAL_ENTROPY_BYTES} random bytes`);
  const salt = Buffer.from(entropy.subarray(0, SALT_BYTES));
  const nonce = Buffer.from(entropy.subarray(SALT_BYTES));
  const cipher = createCipheriv("aes-256-gcm", keyFrom(passphrase, salt, SCRYPT), nonce);
  const sealed = Buffer.concat([cipher.update(secret), cipher.final()]);
  return {
    kdf: "scrypt",
    ...SCRYPT,
    salt: salt.toString("base64"),
    cipher: "aes-256-gcm",
    nonce: nonce.toString("base64"),
    sealed: sealed.toString("base64"),
    tag: cipher.getAuthTag().toString("base64"),
  };
}

function isPowerOfTwo(n: unknown): n is number {
  return Number.isSafeInteger(n) && Number(n) >= 2 && Number(n) <= SCRYPT_N_MAX && (Number(n) & (Number(n) - 1)) === 0;
}

/** Opens a sealed key. Throws SealedKeyError on a wrong passphrase and on a file that was tampered with. */
export function unseal(key: SealedKey, passphrase: string): Uint8Array {
  const [salt, nonce, sealed, tag] = [key.salt, key.nonce, key.sealed, key.tag].map((text) =>
    Buffer.from(typeof text === "string" ? text : "", "base64"),
  ) as [Buffer, Buffer, Buffer, Buffer];
  const isWellFormed =
    key.kdf === "scrypt" && key.cipher === "aes-256-gcm" && isPowerOfTwo(key.n) && key.r === 8 && key.p === 1;
  if (!isWellFormed || nonce.length !== NONCE_BYTES || tag.length !== TAG_BYTES || salt.length < SALT_BYTES) {
    throw new SealedKeyError("malformed", "the sealed key is malformed");
  }
  const decipher = createDecipheriv("aes-256-gcm", keyFrom(passphrase, salt, key), nonce);
  decipher.setAuthTag(tag);
  try {
    return Buffer.concat([decipher.update(sealed), decipher.final()]);
  } catch (cause) {
    throw new SealedKeyError("wrong_passphrase", "wrong passphrase, or the key was tampered with", { cause });
  }
}
