// Master keys for tests, each made from a word.

import { utf8 } from "../../../codec/bytes.ts";
import { sha256 } from "../../../crypto/hash.ts";
import type { MasterKeys } from "../masterKeys.ts";
import { masterKeysById } from "../masterKeys.ts";

/** The first word's key wraps. */
export function testMasterKeys(...words: readonly string[]): MasterKeys {
  return masterKeysById(new Map(words.map((word) => [word, sha256(utf8(word))])));
}
