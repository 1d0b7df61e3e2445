// Master keys as a gateway's operator gives them: the first wraps, the others still open what they wrapped before.

import { createHmac, hkdfSync } from "node:crypto";
import { fromBase64, toHex } from "../../codec/bytes.ts";
import { sha256 } from "../../crypto/hash.ts";
import { KEY_BYTES, openBytes, sealBytes } from "./sealing.ts";

/** What wraps the customers' keys. */
export interface MasterKeys {
  /** Of the key that wraps from now on. */
  readonly currentId: string;
  wrap(key: Uint8Array, context: Uint8Array): Uint8Array;
  /** Throws when there is no such master key, or it does not open the bytes. */
  unwrap(masterKeyId: string, wrapped: Uint8Array, context: Uint8Array): Uint8Array;
  /**
   * Makes marks by which a text is known again, and which say nothing of it without the master key: `key id . hex`, of each
   * master key, the current one's first. HMAC-SHA256 with keys derived for this purpose.
   */
  marker(purpose: string): (text: string) => readonly string[];
}

const ID_BYTES = 8;

/** A text that holds no master keys. Its message never quotes the text. */
export class MasterKeyError extends Error {
  readonly code = "invalid_master_key";

  constructor() {
    super(`a master key is base64 of ${KEY_BYTES} bytes; several are separated by commas, the newest first`);
    this.name = "MasterKeyError";
  }
}

function keyOf(text: string): Uint8Array {
  try {
    const key = fromBase64(text.trim());
    if (key.length === KEY_BYTES) return key;
  } catch (cause) {
    if (!(cause instanceof Error)) throw cause;
  }
  throw new MasterKeyError();
}

/** A key of its own for each purpose (HKDF-SHA256, RFC 5869): what seals does not also authenticate. */
function derivedKey(key: Uint8Array, purpose: string): Uint8Array {
  return new Uint8Array(hkdfSync("sha256", key, "", `stateset/gateway/${purpose}/1`, KEY_BYTES));
}

/** Keys by their ids; the first wraps. Throws MasterKeyError when there is none. */
export function masterKeysById(byId: ReadonlyMap<string, Uint8Array>): MasterKeys {
  const [first] = byId;
  if (first === undefined) throw new MasterKeyError();
  const [currentId, current] = first;
  return {
    currentId,
    wrap: (key, context) => sealBytes(current, key, context),
    unwrap(id, wrapped, context) {
      const key = byId.get(id);
      if (key === undefined) throw new Error(`there is no master key ${id}`);
      return openBytes(key, wrapped, context);
    },
    marker(purpose) {
      const derived = [...byId].map(([id, key]) => [id, derivedKey(key, purpose)] as const);
      return (text) => derived.map(([id, key]) => `${id}.${createHmac("sha256", key).update(text).digest("hex")}`);
    },
  };
}

/** Keys by what follows from them, so that no list of names is to be kept. */
export function masterKeysOf(keys: readonly Uint8Array[]): MasterKeys {
  return masterKeysById(new Map(keys.map((key) => [toHex(sha256(sha256(key)).subarray(0, ID_BYTES)), key])));
}

/** Reads master keys: base64 of 32 bytes each, separated by commas. Throws MasterKeyError. */
export function parseMasterKeys(text: string): MasterKeys {
  return masterKeysOf(text.split(",").map(keyOf));
}
