// The values of the last committed version that were read or written lately, in front of a tree. It lasts from block to
// block (cosmossdk.io/store v1.1 cache/cache.go does the same), and gives the same bytes object for a key until the key
// is written, so that those who decode a value recognise it.

import { keyText } from "../codec/bytes.ts";
import type { KvEntry, KvRange, ReadonlyKvStore } from "./kvStore.ts";
import type { KvChange } from "./multiStore.ts";

/** Bytes that one generation of a cache may hold; two generations are alive. */
const GENERATION_BYTES = 16 * 1024 * 1024;
/** What an entry takes besides key and value. */
const ENTRY_BYTES = 100;

/** Values by key (see `keyText`). `null` is a key that is known to be absent. */
export class ValueCache {
  readonly #generationBytes: number;
  /** Rises with each version: a version that was reverted is not the one that follows in its place. */
  #epoch = 0;
  #young = new Map<string, Uint8Array | null>();
  #old = new Map<string, Uint8Array | null>();
  #youngBytes = 0;

  constructor(generationBytes = GENERATION_BYTES) {
    this.#generationBytes = generationBytes;
  }

  /** Stands for the version whose values these are. */
  get epoch(): number {
    return this.#epoch;
  }

  /** `undefined` when nothing is known of the key. */
  get(key: string): Uint8Array | null | undefined {
    const hit = this.#young.get(key);
    if (hit !== undefined) return hit;
    const aged = this.#old.get(key);
    if (aged !== undefined) this.set(key, aged);
    return aged;
  }

  /** When the young generation is full it becomes the old one, which is forgotten. */
  set(key: string, value: Uint8Array | null): void {
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
    for (const [key, value] of changes) this.set(keyText(key), value ?? null);
  }

  /** Starts over at another version. */
  reset(): void {
    this.#epoch += 1;
    this.#young.clear();
    this.#old.clear();
    this.#youngBytes = 0;
  }
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
    return this.getByText(keyText(key), key);
  }

  /** `get` for who has the text of the key already. */
  getByText(text: string, key: Uint8Array): Uint8Array | undefined {
    if (this.#cache.epoch !== this.#epoch) return this.#view.get(key);
    const known = this.#cache.get(text);
    if (known !== undefined) return known ?? undefined;
    const value = this.#view.get(key);
    this.#cache.set(text, value ?? null);
    return value;
  }

  has(key: Uint8Array): boolean {
    return this.get(key) !== undefined;
  }

  iterate(range?: KvRange): IterableIterator<KvEntry> {
    return this.#view.iterate(range);
  }
}
