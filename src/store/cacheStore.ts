// A layer of writes over a store, and over a multistore: what a block does before it is durable. What a transaction or a
// message does before it is known to succeed is an attempt within the layer: undone when it fails. Layers stack.

import { compareBytes, keyText } from "../codec/bytes.ts";
import { keyAfter } from "./keyBounds.ts";
import type { KvEntry, KvRange, KvStore, ReadonlyKvStore } from "./kvStore.ts";
import type {
  CacheMultiStore,
  KvChange,
  LayerStore,
  MultiStore,
  ReadonlyMultiStore,
  StoreChanges,
} from "./multiStore.ts";
import { StoredValue } from "./storedValue.ts";
import { CachedView } from "./valueCache.ts";

/** Up to this many new keys are inserted one by one; more are sorted and merged. */
const INSERT_ONE_BY_ONE_MAX = 16;

/**
 * A store that says how often it has changed, so that a layer above may keep an iterator of it between two steps.
 * Of a store that does not say, a layer asks for a new iterator at each step.
 */
export interface ChangeCounting {
  /** Rises whenever a read might give something else than before. Below 2^53. */
  readonly changeCount: number;
}

/** NaN, which equals nothing, when the store does not count. */
function changeCountOf(store: ReadonlyKvStore & Partial<ChangeCounting>): number {
  return store.changeCount ?? Number.NaN;
}

/** The last write of a key. */
interface Write {
  readonly key: Uint8Array;
  /** Undefined when it is deleted. */
  readonly value: StoredValue | undefined;
}

/** A write that an attempt may have to undo. */
interface Undo {
  readonly store: CacheStore;
  readonly text: string;
  /** Undefined when the layer had not written the key. */
  readonly before: Write | undefined;
}

/** What the attempts of a multistore that are running have written over. */
class Journal {
  readonly #undo: Undo[] = [];
  #running = 0;

  /** Throws an Error while an attempt is running: what it wrote must not leave its layer. */
  requireIdle(): void {
    if (this.#running > 0) throw new Error("a layer cannot be emptied while an attempt is running");
  }

  /** Runs something, and undoes all that was noted meanwhile when it throws. */
  attempt<T>(run: () => T): T {
    const start = this.#undo.length;
    this.#running += 1;
    try {
      return run();
    } catch (thrown) {
      while (this.#undo.length > start) {
        const { store, text, before } = this.#undo.pop()!;
        store.restore(text, before);
      }
      throw thrown;
    } finally {
      this.#running -= 1;
      if (this.#running === 0) this.#undo.length = 0;
    }
  }

  /** Called for each write. */
  note(store: CacheStore, text: string, before: Write | undefined): void {
    if (this.#running > 0) this.#undo.push({ store, text, before });
  }
}

/** Writes over one store. */
class CacheStore implements KvStore, ChangeCounting {
  readonly #parent: ReadonlyKvStore;
  readonly #journal: Journal;
  readonly #writes = new Map<string, Write>();
  /** The written keys in order, but for the new ones. Only iteration and `write` need it. */
  #sorted: string[] = [];
  #new: string[] = [];
  #ownChanges = 0;
  /** The key that was asked for last, and its text. PERF: a key is often read and then written, as one array. */
  #lastKey: Uint8Array | undefined;
  #lastText = "";

  constructor(parent: ReadonlyKvStore, journal: Journal) {
    this.#parent = parent;
    this.#journal = journal;
  }

  get changeCount(): number {
    return this.#ownChanges + changeCountOf(this.#parent);
  }

  get(key: Uint8Array): Uint8Array | undefined {
    return this.#find(this.#textOf(key), key)?.bytes;
  }

  find(key: Uint8Array): StoredValue | undefined {
    return this.#find(this.#textOf(key), key);
  }

  has(key: Uint8Array): boolean {
    return this.#find(this.#textOf(key), key) !== undefined;
  }

  #textOf(key: Uint8Array): string {
    if (this.#lastKey !== key) {
      this.#lastText = keyText(key);
      this.#lastKey = key;
    }
    return this.#lastText;
  }

  set(key: Uint8Array, value: Uint8Array): void {
    this.put(key, new StoredValue(value));
  }

  put(key: Uint8Array, value: StoredValue): void {
    if (key.length === 0) throw new Error("store keys are not empty");
    this.#put(this.#textOf(key), key, value);
  }

  delete(key: Uint8Array): void {
    if (key.length > 0) this.#put(this.#textOf(key), key, undefined);
  }

  // PERF: a key is turned into text once for all layers.
  #find(text: string, key: Uint8Array): StoredValue | undefined {
    const write = this.#writes.get(text);
    if (write !== undefined) return write.value;
    const parent = this.#parent;
    if (parent instanceof CachedView) return parent.findByText(text, key);
    if (parent instanceof CacheStore) return parent.#find(text, key);
    const bytes = parent.get(key);
    return bytes === undefined ? undefined : new StoredValue(bytes);
  }

  #put(text: string, key: Uint8Array, value: StoredValue | undefined): void {
    this.#ownChanges += 1;
    const before = this.#writes.get(text);
    if (before === undefined) this.#new.push(text);
    this.#journal.note(this, text, before);
    this.#writes.set(text, { key, value });
  }

  /**
   * Makes the last write of a key what it was before. Writes are undone from the last one to the first, so that a key that
   * is new is the last of the new ones, unless they were sorted meanwhile.
   */
  restore(text: string, before: Write | undefined): void {
    this.#ownChanges += 1;
    if (before !== undefined) {
      this.#writes.set(text, before);
      return;
    }
    this.#writes.delete(text);
    if (this.#new.at(-1) === text) this.#new.pop();
    else this.#sorted.splice(lowerBound(this.#sorted, text), 1);
  }

  /** Applies the writes to the store below, in byte order, and forgets them. */
  write(): void {
    if (this.#writes.size === 0) return;
    const target = writable(this.#parent);
    for (const text of this.#sortedTexts()) {
      const { key, value } = this.#writes.get(text)!;
      if (target instanceof CacheStore) target.#put(text, key, value);
      else if (value === undefined) target.delete(key);
      else target.set(key, value.bytes);
    }
    this.clear();
  }

  /** PERF: a loop that writes while it iterates adds a key a step, which must not sort everything again. */
  #sortedTexts(): readonly string[] {
    const added = this.#new;
    if (added.length === 0) return this.#sorted;
    this.#new = [];
    if (added.length <= INSERT_ONE_BY_ONE_MAX) {
      for (const text of added) this.#sorted.splice(lowerBound(this.#sorted, text), 0, text);
    } else {
      added.sort(byText);
      this.#sorted = this.#sorted.length === 0 ? added : mergeSorted(this.#sorted, added);
    }
    return this.#sorted;
  }

  /** The writes so far, in byte order of their keys. */
  sortedWrites(): readonly KvChange[] {
    return this.#sortedTexts().map((text) => {
      const { key, value } = this.#writes.get(text)!;
      return [key, value?.bytes, value];
    });
  }

  clear(): void {
    if (this.#writes.size === 0) return;
    this.#ownChanges += 1;
    this.#writes.clear();
    this.#sorted = [];
    this.#new = [];
  }

  /**
   * Each step looks for the next key after the last one, in the writes and below, so that writes made between two steps
   * are seen, in this layer and in those below. PERF: one iterator walks the layer below as long as nobody writes there.
   */
  *iterate(range: KvRange = {}): IterableIterator<KvEntry> {
    const reverse = range.reverse === true;
    const bounds: TextBounds = {
      start: range.start === undefined ? undefined : keyText(range.start),
      end: range.end === undefined ? undefined : keyText(range.end),
    };
    const below = new Cursor(this.#parent, range);
    let last: Uint8Array | undefined;
    for (;;) {
      const write = reverse ? this.#writeBefore(last, bounds) : this.#writeAfter(last, bounds);
      const entry = below.peek(last);
      if (write === undefined && entry === undefined) return;
      const order = compareHeads(write?.key, entry?.[0], reverse);
      if (order >= 0) below.take();
      if (order > 0) {
        last = entry![0];
        yield entry!;
      } else {
        last = write!.key;
        if (write!.value !== undefined) yield [write!.key, write!.value.bytes];
      }
    }
  }

  /** The first write after `last`, at the start of the range when there is no last. */
  #writeAfter(last: Uint8Array | undefined, { start, end }: TextBounds): Write | undefined {
    const texts = this.#sortedTexts();
    const at = last === undefined ? lowerBound(texts, start ?? "") : upperBound(texts, keyText(last));
    const text = texts[at];
    return text === undefined || (end !== undefined && text >= end) ? undefined : this.#writes.get(text);
  }

  /** The last write before `last`, at the end of the range when there is no last. */
  #writeBefore(last: Uint8Array | undefined, { start, end }: TextBounds): Write | undefined {
    const texts = this.#sortedTexts();
    const bound = last === undefined ? end : keyText(last);
    const text = texts[(bound === undefined ? texts.length : lowerBound(texts, bound)) - 1];
    return text === undefined || (start !== undefined && text < start) ? undefined : this.#writes.get(text);
  }
}

interface TextBounds {
  readonly start: string | undefined;
  readonly end: string | undefined;
}

/** The entries of a store one by one; when the store has changed, the next one is looked for anew. */
class Cursor {
  readonly #store: ReadonlyKvStore;
  readonly #range: KvRange;
  #entries: IterableIterator<KvEntry> | undefined;
  #head: KvEntry | undefined;
  #seenCount = 0;

  constructor(store: ReadonlyKvStore, range: KvRange) {
    this.#store = store;
    this.#range = range;
  }

  /** The next entry after `last`, which is not behind the last one that was taken. */
  peek(last: Uint8Array | undefined): KvEntry | undefined {
    const count = changeCountOf(this.#store);
    if (this.#entries === undefined || count !== this.#seenCount) {
      this.#seenCount = count;
      this.#entries = this.#store.iterate(restOf(this.#range, last));
      this.#head = undefined;
    }
    if (this.#head === undefined) {
      const next = this.#entries.next();
      this.#head = next.done === true ? undefined : next.value;
    }
    return this.#head;
  }

  take(): void {
    this.#head = undefined;
  }
}

/** What of a range lies behind `last` in its direction. */
function restOf(range: KvRange, last: Uint8Array | undefined): KvRange {
  if (last === undefined) return range;
  return range.reverse === true ? { ...range, end: last } : { ...range, start: keyAfter(last) };
}

function byText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Two sorted lists without common items as one. */
function mergeSorted(a: readonly string[], b: readonly string[]): string[] {
  const merged: string[] = [];
  let next = 0;
  for (const text of a) {
    for (; next < b.length && b[next]! < text; next += 1) merged.push(b[next]!);
    merged.push(text);
  }
  for (; next < b.length; next += 1) merged.push(b[next]!);
  return merged;
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

class CacheMulti implements WriteSet, CacheMultiStore {
  readonly #parent: ReadonlyMultiStore;
  readonly #journal = new Journal();
  readonly #stores = new Map<string, CacheStore>();

  constructor(parent: ReadonlyMultiStore) {
    this.#parent = parent;
  }

  store(name: string): KvStore {
    const known = this.#stores.get(name);
    if (known !== undefined) return known;
    const made = new CacheStore(this.#parent.store(name), this.#journal);
    this.#stores.set(name, made);
    return made;
  }

  attempt<T>(run: () => T): T {
    return this.#journal.attempt(run);
  }

  write(): void {
    this.#journal.requireIdle();
    const names = [...this.#stores.keys()].sort(byText);
    for (const name of names) this.#stores.get(name)!.write();
  }

  discard(): void {
    this.#journal.requireIdle();
    for (const store of this.#stores.values()) store.clear();
  }

  changes(): readonly StoreChanges[] {
    return [...this.#stores]
      .map(([name, store]) => ({ name, changes: store.sortedWrites() }))
      .filter(({ changes }) => changes.length > 0)
      .sort((a, b) => byText(a.name, b.name));
  }
}

function writable(store: ReadonlyKvStore & Partial<KvStore>): KvStore {
  if (store.set === undefined || store.delete === undefined) throw new Error("the layer below is read-only");
  // Both halves of the interface are there.
  return store as KvStore;
}

/** A layer over a multistore. `write` throws an Error when the layer below is read-only. */
export function cacheMultiStore(parent: MultiStore | ReadonlyMultiStore): CacheMultiStore {
  return new CacheMulti(parent);
}

/** The top layer over a committed state: its writes go nowhere by themselves, `changes` gives them. */
export interface WriteSet extends LayerStore {
  /** Sorted by store name; within a store by key, each key once. A deletion of an absent key is listed too. */
  changes(): readonly StoreChanges[];
  discard(): void;
}

/** A layer over a committed version. */
export function writeSet(parent: ReadonlyMultiStore): WriteSet {
  return new CacheMulti(parent);
}

/** The writes of a layer that `cacheMultiStore` made, as `WriteSet.changes` gives them. */
export function changesOf(cache: CacheMultiStore): readonly StoreChanges[] {
  if (!(cache instanceof CacheMulti)) throw new Error("not a layer of cacheMultiStore");
  return cache.changes();
}
