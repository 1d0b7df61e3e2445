// A layer of writes over a store, and over a multistore: what a transaction or a message does before it is known to
// succeed. Layers stack.

import { compareBytes } from "../codec/bytes.ts";
import type { KvEntry, KvRange, KvStore, ReadonlyKvStore } from "./kvStore.ts";
import type { CacheMultiStore, KvChange, MultiStore, ReadonlyMultiStore, StoreChanges } from "./multiStore.ts";

/** A written key. `value` is undefined when it is deleted. */
interface Write {
  readonly key: Uint8Array;
  value: Uint8Array | undefined;
}

/** Bytes as a map key: one UTF-16 unit a byte, so that text order is byte order. */
function textOf(key: Uint8Array): string {
  return Buffer.from(key.buffer, key.byteOffset, key.length).toString("latin1");
}

/** Writes over one store. */
class CacheStore implements KvStore {
  readonly #parent: ReadonlyKvStore;
  readonly #writes = new Map<string, Write>();
  /** The written keys in order; rebuilt when a key was added since. Only iteration and `write` need it. */
  #sorted: readonly string[] = [];
  #isSorted = true;

  constructor(parent: ReadonlyKvStore) {
    this.#parent = parent;
  }

  get(key: Uint8Array): Uint8Array | undefined {
    const write = this.#writes.get(textOf(key));
    return write === undefined ? this.#parent.get(key) : write.value;
  }

  has(key: Uint8Array): boolean {
    const write = this.#writes.get(textOf(key));
    return write === undefined ? this.#parent.has(key) : write.value !== undefined;
  }

  set(key: Uint8Array, value: Uint8Array): void {
    if (key.length === 0) throw new Error("store keys are not empty");
    this.#put(key, value);
  }

  delete(key: Uint8Array): void {
    this.#put(key, undefined);
  }

  #put(key: Uint8Array, value: Uint8Array | undefined): void {
    const text = textOf(key);
    const write = this.#writes.get(text);
    if (write !== undefined) {
      write.value = value;
      return;
    }
    this.#writes.set(text, { key, value });
    this.#isSorted = false;
  }

  #sortedTexts(): readonly string[] {
    if (!this.#isSorted) {
      this.#sorted = [...this.#writes.keys()].sort((a, b) => (a < b ? -1 : 1));
      this.#isSorted = true;
    }
    return this.#sorted;
  }

  /** The writes so far, in byte order of their keys. */
  sortedWrites(): readonly KvChange[] {
    return this.#sortedTexts().map((text) => {
      const { key, value } = this.#writes.get(text)!;
      return [key, value];
    });
  }

  clear(): void {
    this.#writes.clear();
    this.#sorted = [];
    this.#isSorted = true;
  }

  /**
   * Each step looks for the next key after the last one, in the writes and below, so that writes made between two steps
   * are seen. PERF: the layer below is walked by one iterator as long as nobody writes.
   */
  *iterate(range: KvRange = {}): IterableIterator<KvEntry> {
    const reverse = range.reverse === true;
    const below = this.#parent.iterate(range);
    let belowNext = below.next();
    let last: Uint8Array | undefined;
    for (;;) {
      const write = this.#nextWrite(range, last);
      const parentEntry = belowNext.done === true ? undefined : belowNext.value;
      if (write === undefined && parentEntry === undefined) return;
      const order = compareHeads(write?.key, parentEntry?.[0], reverse);
      if (order >= 0) belowNext = below.next();
      if (order <= 0) {
        last = write!.key;
        if (write!.value !== undefined) yield [write!.key, write!.value];
        continue;
      }
      last = parentEntry![0];
      // A key written since the iterator below stood on it is in the writes and was found above.
      yield parentEntry!;
    }
  }

  /** The first write after `last` in the direction and bounds of the range. */
  #nextWrite(range: KvRange, last: Uint8Array | undefined): Write | undefined {
    const texts = this.#sortedTexts();
    const reverse = range.reverse === true;
    const lastText = last === undefined ? undefined : textOf(last);
    const startText = range.start === undefined ? undefined : textOf(range.start);
    const endText = range.end === undefined ? undefined : textOf(range.end);
    if (reverse) {
      const bound = lastText ?? endText;
      const at = (bound === undefined ? texts.length : lowerBound(texts, bound)) - 1;
      const text = texts[at];
      if (text === undefined || (startText !== undefined && text < startText)) return undefined;
      return this.#writes.get(text);
    }
    const at =
      lastText === undefined
        ? startText === undefined
          ? 0
          : lowerBound(texts, startText)
        : upperBound(texts, lastText);
    const text = texts[at];
    if (text === undefined || (endText !== undefined && text >= endText)) return undefined;
    return this.#writes.get(text);
  }
}

/** Negative when the write comes first, positive when the entry below does, 0 when they are the same key. */
function compareHeads(write: Uint8Array | undefined, below: Uint8Array | undefined, reverse: boolean): number {
  if (below === undefined) return -1;
  if (write === undefined) return 1;
  const order = compareBytes(write, below);
  return reverse ? -order : order;
}

/** The index of the first text that is not below `bound`. */
function lowerBound(texts: readonly string[], bound: string): number {
  let low = 0;
  let high = texts.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (texts[middle]! < bound) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The index of the first text above `bound`. */
function upperBound(texts: readonly string[], bound: string): number {
  const at = lowerBound(texts, bound);
  return texts[at] === bound ? at + 1 : at;
}

class CacheMulti implements CacheMultiStore {
  readonly #parent: ReadonlyMultiStore;
  readonly #stores = new Map<string, CacheStore>();

  constructor(parent: ReadonlyMultiStore) {
    this.#parent = parent;
  }

  store(name: string): KvStore {
    const known = this.#stores.get(name);
    if (known !== undefined) return known;
    const made = new CacheStore(this.#parent.store(name));
    this.#stores.set(name, made);
    return made;
  }

  write(): void {
    const parent = this.#parent as MultiStore;
    for (const { name, changes } of this.changes()) {
      const target = parent.store(name);
      for (const [key, value] of changes) {
        if (value === undefined) target.delete(key);
        else target.set(key, value);
      }
    }
    this.discard();
  }

  discard(): void {
    for (const store of this.#stores.values()) store.clear();
  }

  changes(): readonly StoreChanges[] {
    return [...this.#stores]
      .map(([name, store]) => ({ name, changes: store.sortedWrites() }))
      .filter(({ changes }) => changes.length > 0)
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  }
}

/** A layer over a multistore that can be written to. */
export function cacheMultiStore(parent: MultiStore): CacheMultiStore {
  return new CacheMulti(parent);
}

/** The top layer over a committed state: its writes go nowhere by themselves, `changes` gives them. */
export interface WriteSet extends MultiStore {
  /** Sorted by store name; within a store by key, each key once. */
  changes(): readonly StoreChanges[];
  discard(): void;
}

/** A layer over a state that is not written to. */
export function writeSet(parent: ReadonlyMultiStore): WriteSet {
  return new CacheMulti(parent);
}
