// Answers of queries of the last committed state, each kept until a block writes something that its query has read: a
// block that changes one order forgets the answers about that order, and no others. The answer's height is not part of
// it, as the same bytes answer for each height until then. A cache never changes an answer: only those that succeeded and
// depend on nothing but the state are kept.
//
// PERF: a block pays a look-up or two for each key that it writes in a store that something was read of, and nothing while
// nobody asks. What is kept is many small objects, which the garbage collector walks: so an answer has as few as can be.

import { keyText } from "../codec/bytes.ts";
import type { StoreChanges } from "../store/multiStore.ts";
import type { QueryReads, Read } from "./queryReads.ts";

/** Bytes that all answers together may take: about 100,000 orders of usual size. */
export const QUERY_CACHE_BYTES_MAX = 192 * 1024 * 1024;
/** Bytes of a request and of an answer that are kept; larger ones are rare and cost more than they save. */
const REQUEST_BYTES_MAX = 1024;
const ANSWER_BYTES_MAX = 64 * 1024;
/** What an answer, and each of its reads, takes besides its bytes; measured. */
const ENTRY_BYTES = 400;
const READ_BYTES = 150;
/** Lengths of prefixes told apart in one store; answers that would need more are not kept. */
const PREFIX_LENGTHS_MAX = 16;

interface Entry {
  readonly id: string;
  readonly value: Uint8Array;
  readonly reads: readonly Read[];
  readonly sizeBytes: number;
  /** Whether it was asked for since the hand of the clock last passed. */
  isUsed: boolean;
}

/** The answers that depend on one text. PERF: nearly always it is one, and a Set of it takes 200 bytes. */
type Answers = Map<string, Entry | Set<Entry>>;

function addTo(index: Answers, text: string, entry: Entry): void {
  const known = index.get(text);
  if (known === undefined) index.set(text, entry);
  else if (known instanceof Set) known.add(entry);
  else if (known !== entry) index.set(text, new Set([known, entry]));
}

function removeFrom(index: Answers, text: string, entry: Entry): void {
  const known = index.get(text);
  if (known instanceof Set) {
    known.delete(entry);
    if (known.size === 0) index.delete(text);
  } else if (known === entry) index.delete(text);
}

function collectFrom(index: Answers, text: string, into: Set<Entry>): void {
  const known = index.get(text);
  if (known === undefined) return;
  if (known instanceof Set) for (const entry of known) into.add(entry);
  else into.add(known);
}

/** Which answers depend on what of one store. */
class Dependents {
  readonly #byKey: Answers = new Map();
  /** By length of the prefix, then by prefix. */
  readonly #byPrefix = new Map<number, Answers>();

  /** Whether a read can be noted. */
  hasRoomFor({ text, isPrefix }: Read): boolean {
    return !isPrefix || this.#byPrefix.has(text.length) || this.#byPrefix.size < PREFIX_LENGTHS_MAX;
  }

  add({ text, isPrefix }: Read, entry: Entry): void {
    addTo(isPrefix ? getOrMake(this.#byPrefix, text.length, () => new Map()) : this.#byKey, text, entry);
  }

  remove({ text, isPrefix }: Read, entry: Entry): void {
    if (!isPrefix) {
      removeFrom(this.#byKey, text, entry);
      return;
    }
    const index = this.#byPrefix.get(text.length);
    if (index === undefined) return;
    removeFrom(index, text, entry);
    if (index.size === 0) this.#byPrefix.delete(text.length);
  }

  get isEmpty(): boolean {
    return this.#byKey.size === 0 && this.#byPrefix.size === 0;
  }

  /** Adds the answers that depend on a key. */
  collect(text: string, into: Set<Entry>): void {
    collectFrom(this.#byKey, text, into);
    for (const [length, index] of this.#byPrefix) collectFrom(index, text.slice(0, length), into);
  }
}

function getOrMake<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
}

/** What a query is told apart by; undefined when its answer is not to be kept. */
export function queryIdOf(path: string, data: Uint8Array): string | undefined {
  return data.length > REQUEST_BYTES_MAX ? undefined : `${path} ${keyText(data)}`;
}

/**
 * Answers by query. The hand of a clock goes round over them and lets go what was not asked for since it last passed: so
 * that to find an answer moves nothing.
 */
export class QueryCache {
  readonly #bytesMax: number;
  readonly #entries = new Map<string, Entry>();
  /** Goes on over what was added meanwhile. */
  #hand = this.#entries.values();
  readonly #dependents = new Map<string, Dependents>();
  #sizeBytes = 0;

  constructor(bytesMax = QUERY_CACHE_BYTES_MAX) {
    this.#bytesMax = bytesMax;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** What all answers take, about. */
  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  /** The answer to a query at the last committed version: the same array until it changes, not to be written to. */
  get(id: string): Uint8Array | undefined {
    const entry = this.#entries.get(id);
    if (entry === undefined) return undefined;
    entry.isUsed = true;
    return entry.value;
  }

  /** Keeps an answer that was made from the last committed version. */
  set(id: string, value: Uint8Array, { reads, isComplete }: QueryReads): void {
    if (!isComplete || value.length > ANSWER_BYTES_MAX || this.#entries.has(id)) return;
    const readBytes = reads.reduce((sum, read) => sum + READ_BYTES + read.text.length, 0);
    const sizeBytes = ENTRY_BYTES + id.length + value.length + readBytes;
    if (sizeBytes > this.#bytesMax) return;
    const entry: Entry = { id, value, reads, sizeBytes, isUsed: false };
    if (!reads.every((read) => this.#of(read).hasRoomFor(read))) return;
    for (const read of reads) this.#of(read).add(read, entry);
    this.#entries.set(id, entry);
    this.#sizeBytes += sizeBytes;
    while (this.#sizeBytes > this.#bytesMax) this.#moveHand(entry);
  }

  /** Lets the answer at the hand go, unless it was asked for, or is the newest. */
  #moveHand(newest: Entry): void {
    const next = this.#hand.next();
    if (next.done === true) this.#hand = this.#entries.values();
    else if (next.value.isUsed) next.value.isUsed = false;
    else if (next.value !== newest) this.#drop(next.value);
  }

  #of({ store }: Read): Dependents {
    return getOrMake(this.#dependents, store, () => new Dependents());
  }

  #drop(entry: Entry): void {
    if (!this.#entries.delete(entry.id)) return;
    this.#sizeBytes -= entry.sizeBytes;
    for (const read of entry.reads) this.#dependents.get(read.store)?.remove(read, entry);
  }

  /** A version is committed that differs by these changes: forgets the answers that may have become others. */
  advance(changes: readonly StoreChanges[]): void {
    if (this.#entries.size === 0) return;
    const stale = new Set<Entry>();
    for (const { name, changes: written } of changes) {
      const dependents = this.#dependents.get(name);
      if (dependents === undefined || dependents.isEmpty) continue;
      for (const [key] of written) dependents.collect(keyText(key), stale);
    }
    for (const entry of stale) this.#drop(entry);
  }

  /** Forgets everything: another version took the place of the last one. */
  clear(): void {
    this.#entries.clear();
    this.#hand = this.#entries.values();
    this.#dependents.clear();
    this.#sizeBytes = 0;
  }
}
