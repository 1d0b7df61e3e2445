// Blocks of changes that depend on their version alone, so that another process can say what a chain must hold.

import { compareBytes, utf8 } from "../../codec/bytes.ts";
import type { KvChange, StoreChanges } from "../multiStore.ts";

/** The stores that the blocks change. */
export const SAMPLE_NAMES: readonly string[] = ["bank", "acc"];

const CHANGES = 12;
const KEYS = 50;

/**
 * What a version changes: sets, deletions, empty values, and nothing at all now and then. Another `salt` gives another
 * chain.
 */
export function sampleBlock(version: number, salt = 0): StoreChanges[] {
  if (version % 7 === 0) return [];
  return SAMPLE_NAMES.map((name, at) => {
    const byKey = new Map<number, Uint8Array | undefined>();
    for (let n = 0; n < CHANGES; n += 1) {
      const mixed = Math.imul(version * 31 + n * 7 + at + salt, 2654435761) >>> 0;
      const value = utf8("v".repeat(mixed % 3) + (mixed % 3 === 0 ? "" : mixed));
      byKey.set(mixed % KEYS, mixed % 5 === 0 ? undefined : value);
    }
    const changes: KvChange[] = [...byKey].map(([key, value]) => [Uint8Array.of(key), value]);
    return { name, changes: changes.sort(([a], [b]) => compareBytes(a, b)) };
  });
}
