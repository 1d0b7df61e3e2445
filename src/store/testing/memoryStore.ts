// Stores in plain memory, for tests: the simplest thing that keeps the contract.

import { compareBytes, toHex } from "../../codec/bytes.ts";
import type { KvEntry, KvRange, KvStore } from "../kvStore.ts";
import type { MultiStore } from "../multiStore.ts";
import { StoredValue } from "../storedValue.ts";

/** A store in a Map. Each step of an iteration looks at all keys: for small tests only. */
export class MemoryStore implements KvStore {
  readonly #entries = new Map<string, KvEntry>();

  get(key: Uint8Array): Uint8Array | undefined {
    return this.#entries.get(toHex(key))?.[1];
  }

  has(key: Uint8Array): boolean {
    return this.#entries.has(toHex(key));
  }

  set(key: Uint8Array, value: Uint8Array): void {
    if (key.length === 0) throw new Error("store keys are not empty");
    this.#entries.set(toHex(key), [key, value]);
  }

  find(key: Uint8Array): StoredValue | undefined {
    const value = this.get(key);
    return value === undefined ? undefined : new StoredValue(value);
  }

  put(key: Uint8Array, { bytes }: StoredValue): void {
    this.set(key, bytes);
  }

  delete(key: Uint8Array): void {
    this.#entries.delete(toHex(key));
  }

  *iterate(range: KvRange = {}): IterableIterator<KvEntry> {
    let entry = this.nextEntry(range, undefined);
    while (entry !== undefined) {
      yield entry;
      entry = this.nextEntry(range, entry[0]);
    }
  }

  /** The first entry of a range behind `last`, in the direction of the range. */
  nextEntry({ start, end, reverse = false }: KvRange, last: Uint8Array | undefined): KvEntry | undefined {
    let found: KvEntry | undefined;
    const comesBefore = (a: Uint8Array, b: Uint8Array): boolean =>
      reverse ? compareBytes(a, b) > 0 : compareBytes(a, b) < 0;
    for (const entry of this.#entries.values()) {
      const [key] = entry;
      if (start !== undefined && compareBytes(key, start) < 0) continue;
      if (end !== undefined && compareBytes(key, end) >= 0) continue;
      if (last !== undefined && !comesBefore(last, key)) continue;
      if (found === undefined || comesBefore(key, found[0])) found = entry;
    }
    return found;
  }
}

/** Empty stores in memory under the names. */
export function memoryMultiStore(names: readonly string[]): MultiStore {
  const stores = new Map(names.map((name) => [name, new MemoryStore()]));
  return {
    store(name) {
      const store = stores.get(name);
      if (store === undefined) throw new Error(`no store named ${name} is mounted`);
      return store;
    },
  };
}
