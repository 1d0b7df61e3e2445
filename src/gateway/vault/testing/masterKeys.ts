// Master keys for tests, each made from a word.

import { utf8 } from "../../../codec/bytes.ts";
import { sha256 } from "../../../crypto/hash.ts";
import { openBytes, sealBytes } from "../sealing.ts";
import type { MasterKeys } from "../vault.ts";

/** The first word's key wraps. */
export function testMasterKeys(...words: readonly string[]): MasterKeys {
  const keys = new Map(words.map((word) => [word, sha256(utf8(word))]));
  const keyOf = (id: string) => {
    const key = keys.get(id);
    if (key === undefined) throw new Error(`no master key ${id}`);
    return key;
  };
  const currentId = words[0] ?? "";
  return {
    currentId,
    wrap: (key, context) => sealBytes(keyOf(currentId), key, context),
    unwrap: (id, wrapped, context) => openBytes(keyOf(id), wrapped, context),
  };
}
