// Master keys as a gateway's operator gives them: the first wraps, the others still open what they wrapped before.

import { fromBase64, toHex } from "../../codec/bytes.ts";
import { sha256 } from "../../crypto/hash.ts";
import { KEY_BYTES, openBytes, sealBytes } from "./sealing.ts";
import type { MasterKeys } from "./vault.ts";

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

/** Keys by what follows from them, so that no list of names is to be kept. */
export function masterKeysOf(keys: readonly Uint8Array[]): MasterKeys {
  const byId = new Map(keys.map((key) => [toHex(sha256(sha256(key)).subarray(0, ID_BYTES)), key]));
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
  };
}

/** Reads master keys: base64 of 32 bytes each, separated by commas. Throws MasterKeyError. */
export function parseMasterKeys(text: string): MasterKeys {
  return masterKeysOf(text.split(",").map(keyOf));
}
