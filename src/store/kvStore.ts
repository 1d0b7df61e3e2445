// The contract of an ordered key-value store. Keys and values are byte strings; keys are non-empty; order is byte order.

import type { StoredValue } from "./storedValue.ts";

/** A half-open range of keys: `start` is in it, `end` is not. Absent bounds are open. */
export interface KvRange {
  readonly start?: Uint8Array | undefined;
  readonly end?: Uint8Array | undefined;
  /** From the last key to the first. */
  readonly reverse?: boolean | undefined;
}

/** A key and its value. Both are owned by the store: read-only. */
export type KvEntry = readonly [key: Uint8Array, value: Uint8Array];

/** Reading side of an ordered key-value store. */
export interface ReadonlyKvStore {
  /** The value, or `undefined` when the key is absent. An empty value is a value. The result is read-only. */
  get(key: Uint8Array): Uint8Array | undefined;
  has(key: Uint8Array): boolean;
  /**
   * The entries of a range in byte order. The iterator shows the store as it is when each entry is reached: writes
   * during iteration are allowed, and a key ahead of the iterator that is set or deleted is seen or not seen accordingly.
   */
  iterate(range?: KvRange): IterableIterator<KvEntry>;
}

/** An ordered key-value store. Keys and values passed in are owned by the store afterwards: do not change them. */
export interface KvStore extends ReadonlyKvStore {
  /** As `get`, of a value that is decoded once: `find(key)?.as(decode)`. */
  find(key: Uint8Array): StoredValue | undefined;
  /** Throws on an empty key. */
  set(key: Uint8Array, value: Uint8Array): void;
  /** As `set`, of a value whose decoded form may be known. */
  put(key: Uint8Array, value: StoredValue): void;
  /** Deleting an absent key does nothing. */
  delete(key: Uint8Array): void;
}
