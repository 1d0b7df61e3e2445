// The values of the last committed version that were read or written lately, in front of a tree. It lasts from block to
// block (cosmossdk.io/store v1.1 cache/cache.go does the same), and gives the same object for a key until the key is
// written, so that a value is decoded once.

import { keyText } from "../codec/bytes.ts";
import type { KvEntry, KvRange, ReadonlyKvStore } from "./kvStore.ts";
import type { KvChange } from "./multiStore.ts";
import { StoredValue } from "./storedValue.ts";

/** Bytes that one generation of a cache may hold; two generations are alive. */
const GENERATION_BYTES = 16 * 1024 * 1024;
/** What an entry takes besides key and value, without what is decoded from it. */
const ENTRY_BYTES = 150;

/** Values by key (see `keyText`). `null` is a key that is known to be absent. */
export class ValueCache {
  readonly #generationBytes: number;
  /** Rises with each version: a version that was reverted is not the one that follows in its place. */
  #epoch = 0;
  #young = new Map<string, StoredValue | null>();
  #old = new Map<string, StoredValue | null>();
  #youngBytes = 0;

  constructor(generationBytes = GENERATION_BYTES) {
    this.#generationBytes = generationBytes;
  }

  /** Stands for the version whose values these are. */
  get epoch(): number {
    return this.#epoch;
  }

  /** `undefined` when nothing is known of the key. */
  get(key: string): StoredValue | null | undefined {
    const hit = this.#young.get(key);
    if (hit !== undefined) return hit;
    const aged = this.#old.get(key);
    if (aged !== undefined) this.set(key, aged);
    return aged;
  }

  /** When the young generation is full it becomes the old one, which is forgotten. */
  set(key: string, value: StoredValue | null): void {
    this.#young.set(key, value);
    this.#youngBytes += key.length + (value?.length ?? 0) + ENTRY_BYTES;
    if (this.#youngBytes < this.#generationBytes) return;
    this.#old = this.#young;
    this.#young = new Map();
    this.#youngBytes = 0;
  }

  /** Goes on to the next version, which differs by `changes`. */
  advance(changes: readonly KvChange[]): void {
    this.#epoch += 1;
    for (const [key, value, stored] of changes) this.set(keyText(key), stored ?? storedOrNull(value));
  }

  /** Starts over at another version. */
  reset(): void {
    this.#epoch += 1;
    this.#young.clear();
    this.#old.clear();
    this.#youngBytes = 0;
  }
}

function storedOrNull(bytes: Uint8Array | undefined): StoredValue | null {
  return bytes === undefined ? null : new StoredValue(bytes);
}

/** A version of a store, read through a cache for as long as the cache is at that version. */
export class CachedView implements ReadonlyKvStore {
  /** See ChangeCounting in cacheStore.ts: a version never changes. */
  readonly changeCount = 0;
  readonly #view: ReadonlyKvStore;
  readonly #cache: ValueCache;
  readonly #epoch: number;

  constructor(view: ReadonlyKvStore, cache: ValueCache) {
    this.#view = view;
    this.#cache = cache;
    this.#epoch = cache.epoch;
  }

  get(key: Uint8Array): Uint8Array | undefined {
    return this.findByText(keyText(key), key)?.bytes;
  }

  /** The value with what is decoded from it, for who has the text of the key already. */
  findByText(text: string, key: Uint8Array): StoredValue | undefined {
    const isCached = this.#cache.epoch === this.#epoch;
    const known = isCached ? this.#cache.get(text) : undefined;
    if (known !== undefined) return known ?? undefined;
    const value = storedOrNull(this.#view.get(key));
    if (isCached) this.#cache.set(text, value);
    return value ?? undefined;
  }

  has(key: Uint8Array): boolean {
    return this.get(key) !== undefined;
  }

  iterate(range?: KvRange): IterableIterator<KvEntry> {
    return this.#view.iterate(range);
  }
}
