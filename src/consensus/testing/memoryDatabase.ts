// A database in memory with the interface that the block store needs, for tests.

import { compareBytes, fromHex, toHex } from "../../codec/bytes.ts";
import type { KvEntry, KvRange } from "../../store/kvStore.ts";
import type { BlockBatch, BlockDatabase } from "../blockDatabase.ts";

/** Entries by the hex of their key. */
export class MemoryDatabase implements BlockDatabase {
  readonly entries = new Map<string, Uint8Array>();

  get(key: Uint8Array): Uint8Array | undefined {
    return this.entries.get(toHex(key));
  }

  async *iterate(range: KvRange & { readonly limit?: number | undefined }): AsyncGenerator<KvEntry> {
    const found = [...this.entries]
      .map(([key, value]): KvEntry => [fromHex(key), value])
      .filter(([key]) => range.start === undefined || compareBytes(key, range.start) >= 0)
      .filter(([key]) => range.end === undefined || compareBytes(key, range.end) < 0)
      .sort(([a], [b]) => compareBytes(a, b));
    if (range.reverse === true) found.reverse();
    yield* found.slice(0, range.limit);
  }

  /** A batch and how to apply it. */
  batch(): BlockBatch & { apply(): void } {
    const writes: [key: string, value: Uint8Array | undefined][] = [];
    return {
      put: (key, value) => void writes.push([toHex(key), value]),
      delete: (key) => void writes.push([toHex(key), undefined]),
      apply: () => {
        for (const [key, value] of writes) {
          if (value === undefined) this.entries.delete(key);
          else this.entries.set(key, value);
        }
      },
    };
  }
}
