// The part of a store whose keys begin with a prefix, as a store of its own.

import { concatBytes } from "../codec/bytes.ts";
import { prefixEnd } from "./keyBounds.ts";
import type { KvEntry, KvRange, KvStore, ReadonlyKvStore } from "./kvStore.ts";
import { StoredValue } from "./storedValue.ts";

class PrefixStore implements KvStore {
  readonly #store: KvStore;
  readonly #prefix: Uint8Array;

  constructor(store: KvStore, prefix: Uint8Array) {
    this.#store = store;
    this.#prefix = prefix;
  }

  #full(key: Uint8Array): Uint8Array {
    return concatBytes(this.#prefix, key);
  }

  get(key: Uint8Array): Uint8Array | undefined {
    return this.#store.get(this.#full(key));
  }

  has(key: Uint8Array): boolean {
    return this.#store.has(this.#full(key));
  }

  find(key: Uint8Array): StoredValue | undefined {
    return this.#store.find(this.#full(key));
  }

  set(key: Uint8Array, value: Uint8Array): void {
    this.put(key, new StoredValue(value));
  }

  put(key: Uint8Array, value: StoredValue): void {
    if (key.length === 0) throw new Error("store keys are not empty");
    this.#store.put(this.#full(key), value);
  }

  delete(key: Uint8Array): void {
    this.#store.delete(this.#full(key));
  }

  *iterate(range: KvRange = {}): IterableIterator<KvEntry> {
    const below = this.#store.iterate({
      start: this.#full(range.start ?? new Uint8Array(0)),
      end: range.end === undefined ? prefixEnd(this.#prefix) : this.#full(range.end),
      reverse: range.reverse,
    });
    for (const [key, value] of below) yield [key.subarray(this.#prefix.length), value];
  }
}

/** A view of the keys below a prefix. Iteration gives keys without it. */
export function prefixStore(store: KvStore, prefix: Uint8Array): KvStore;
/** The same for reading. */
export function prefixStore(store: ReadonlyKvStore, prefix: Uint8Array): ReadonlyKvStore;
export function prefixStore(store: ReadonlyKvStore, prefix: Uint8Array): ReadonlyKvStore {
  // Who gave a read-only store gets a read-only type back.
  return new PrefixStore(store as KvStore, prefix);
}
