// What has been submitted and is not in a block yet. A plain data structure: heights and times come in as arguments, and
// nothing in it waits. Limits and error texts are CometBFT's (mempool/clist_mempool.go, mempool/errors.go, v0.38).
//
// Order: a sender's transactions by sequence; among senders by the priority (fee for a unit of gas) of what is next of
// each, then by arrival. When it is full, a transaction makes room by evicting those of lower priority, each with its
// sender's later sequences, which could not run without it. A sequence that is taken cannot be replaced: CheckTx has
// moved on.
//
// Adding, removing and evicting are O(log n) (mempool.bench.ts); only a mempool that is full, or was lately, keeps what
// eviction needs.

import { keyText } from "../codec/bytes.ts";
import type { DecodedTx } from "../codec/tx.ts";
import type { MempoolView } from "./chainNode.ts";
import { type HeapItem, IndexedHeap } from "./indexedHeap.ts";
import { RecentHashes } from "./recentHashes.ts";

/** How much a mempool holds. */
export interface MempoolLimits {
  readonly maxTxs: number;
  readonly maxBytes: number;
  readonly maxTxBytes: number;
  /** Of one sender; unordered transactions are counted apart. */
  readonly maxTxsPerSender: number;
  /** Hashes remembered, of transactions that are here or were in a block. */
  readonly cacheSize: number;
  /** Blocks after which a transaction is dropped; 0 is never. */
  readonly ttlBlocks: number;
  /** Nanoseconds of block time after which a transaction is dropped; 0 is never. */
  readonly ttlNs: bigint;
}

/** CometBFT's defaults where it has them; room for a burst of ten seconds otherwise. */
export const DEFAULT_MEMPOOL_LIMITS: MempoolLimits = Object.freeze({
  maxTxs: 50_000,
  maxBytes: 256 * 1024 * 1024,
  maxTxBytes: 1024 * 1024,
  maxTxsPerSender: 1000,
  cacheSize: 10_000,
  ttlBlocks: 0,
  ttlNs: 0n,
});

/** Why a mempool does not take a transaction. */
export class MempoolError extends Error {
  readonly code: "duplicate" | "full" | "too_large" | "sender_limit";
  /** Whether the same transaction may be taken later. */
  readonly retryable: boolean;

  constructor(code: MempoolError["code"], message: string) {
    super(message);
    this.name = "MempoolError";
    this.code = code;
    this.retryable = code === "full" || code === "sender_limit";
  }
}

/** What CheckTx says about a transaction's place. */
export interface MempoolPlace {
  /** Raw address of the first signer as text; its transactions are ordered among each other. */
  readonly sender: string;
  readonly sequence: bigint;
  /** Whether the sequence does not matter. */
  readonly isUnordered: boolean;
  /** Fee for a unit of gas; the higher the sooner. */
  readonly priority: bigint;
  readonly gasWanted: bigint;
}

/** How much a block takes. */
export interface TakeLimits {
  /** Bytes of the transactions with their protobuf framing. */
  readonly maxDataBytes: number;
  /** Gas wanted of all of them; `undefined` is unlimited. */
  readonly maxGas: bigint | undefined;
}

/** A transaction that waits. */
class Entry implements HeapItem {
  readonly tx: DecodedTx;
  readonly hashText: string;
  readonly queue: Queue;
  readonly sequence: bigint;
  readonly priority: bigint;
  readonly gasWanted: bigint;
  /** Height and time of the chain when it came. */
  readonly height: number;
  readonly timeNs: bigint;
  /** Count of arrivals: the order among equals. */
  readonly arrival: number;
  /** In the heap of what is evicted first. */
  slot = -1;

  constructor(parts: {
    readonly tx: DecodedTx;
    readonly hashText: string;
    readonly queue: Queue;
    readonly place: MempoolPlace;
    readonly height: number;
    readonly timeNs: bigint;
    readonly arrival: number;
  }) {
    this.tx = parts.tx;
    this.hashText = parts.hashText;
    this.queue = parts.queue;
    this.sequence = parts.place.sequence;
    this.priority = parts.place.priority;
    this.gasWanted = parts.place.gasWanted;
    this.height = parts.height;
    this.timeNs = parts.timeNs;
    this.arrival = parts.arrival;
  }
}

/** Entries of `Queue.list` that are done with before they are given back. */
const QUEUE_SLACK = 32;

/** One in so many: from that share of the senders on, their order is made anew and not mended. */
const REORDER_SHARE = 8;

/** What waits of one sender: by sequence, or, of what is unordered, by priority. */
class Queue implements HeapItem {
  readonly key: string;
  readonly isUnordered: boolean;
  /** Those before `start` are gone. */
  list: Entry[] = [];
  start = 0;
  /** In the heap of what goes first. */
  slot = -1;

  constructor(key: string, isUnordered: boolean) {
    this.key = key;
    this.isUnordered = isUnordered;
  }

  get size(): number {
    return this.list.length - this.start;
  }

  /** The first; the queue has one while it is in the mempool. */
  get head(): Entry {
    return this.list[this.start]!;
  }

  /** Puts an entry behind those with a smaller sequence (or, unordered, a higher priority). */
  insert(entry: Entry): void {
    let at = this.list.length;
    while (at > this.start && this.#isBefore(entry, this.list[at - 1]!)) at -= 1;
    if (at === this.list.length) this.list.push(entry);
    else this.list.splice(at, 0, entry);
  }

  #isBefore(a: Entry, b: Entry): boolean {
    return this.isUnordered ? goesFirst(a, b) : a.sequence < b.sequence;
  }

  remove(entry: Entry): void {
    if (this.head !== entry) {
      this.list.splice(this.list.indexOf(entry, this.start), 1);
      return;
    }
    this.start += 1;
    if (this.start >= QUEUE_SLACK && 2 * this.start >= this.list.length) {
      this.list = this.list.slice(this.start);
      this.start = 0;
    }
  }

  /** An entry and those that cannot run without it. */
  withLater(entry: Entry): readonly Entry[] {
    return this.isUnordered ? [entry] : this.list.slice(this.list.indexOf(entry, this.start));
  }
}

function goesFirst(a: Entry, b: Entry): boolean {
  return a.priority === b.priority ? a.arrival < b.arrival : a.priority > b.priority;
}

function isQueueFirst(a: Queue, b: Queue): boolean {
  return goesFirst(a.head, b.head);
}

function isEvictedFirst(a: Entry, b: Entry): boolean {
  return a.priority === b.priority ? a.arrival > b.arrival : a.priority < b.priority;
}

/** Bytes of a transaction as a field of a block's data: tag, length and itself. */
export function framedBytes(length: number): number {
  let prefix = 2;
  for (let rest = length; rest >= 0x80; rest >>>= 7) prefix += 1;
  return prefix + length;
}

/** Unordered transactions of a sender do not wait for the others, so they have a queue of their own. */
function queueKey(place: MempoolPlace): string {
  return place.isUnordered ? `\0${place.sender}` : place.sender;
}

/** The mempool. */
export class Mempool implements MempoolView {
  readonly #limits: MempoolLimits;
  /** By hash, in the order of arrival. */
  readonly #byHash = new Map<string, Entry>();
  readonly #queues = new Map<string, Queue>();
  /** Every queue, by its head. */
  #heads = new IndexedHeap<Queue>(isQueueFirst);
  /**
   * What is evicted first; undefined until something has to be evicted. PERF: most mempools are never full, and to keep
   * this in order takes most of the time of `add` and `update`.
   */
  #evictable: IndexedHeap<Entry> | undefined;
  readonly #seen: RecentHashes;
  #sizeBytes = 0;
  #arrivals = 0;

  constructor(limits: Partial<MempoolLimits> = {}) {
    this.#limits = { ...DEFAULT_MEMPOOL_LIMITS, ...limits };
    this.#seen = new RecentHashes(this.#limits.cacheSize);
  }

  get size(): number {
    return this.#byHash.size;
  }

  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  /**
   * Notes a transaction that arrives, before it is checked. Returns how to forget it again: one that is refused may be
   * sent again. Throws MempoolError `too_large` or `duplicate`.
   */
  reserve(tx: Uint8Array, hash: Uint8Array): () => void {
    if (tx.length > this.#limits.maxTxBytes) {
      throw new MempoolError("too_large", `Tx too large. Max size is ${this.#limits.maxTxBytes}, but got ${tx.length}`);
    }
    const hashText = keyText(hash);
    // Both are asked: seen again is seen lately, and what is here may be forgotten by the cache.
    if (this.#seen.touch(hashText) || this.#byHash.has(hashText)) {
      throw new MempoolError("duplicate", "tx already exists in cache");
    }
    this.#seen.add(hashText);
    return () => this.#seen.delete(hashText);
  }

  /**
   * Adds a transaction that passed CheckTx at a height and block time. Throws MempoolError `full` or `sender_limit`, and
   * then nothing has changed.
   */
  add(tx: DecodedTx, place: MempoolPlace, height: number, timeNs = 0n): void {
    const hashText = keyText(tx.hash);
    if (this.#byHash.has(hashText)) throw new MempoolError("duplicate", "tx already exists in cache");
    const key = queueKey(place);
    const known = this.#queues.get(key);
    if (known !== undefined && known.size >= this.#limits.maxTxsPerSender) {
      throw new MempoolError(
        "sender_limit",
        `mempool is full: sender has ${known.size} txs (max: ${this.#limits.maxTxsPerSender})`,
      );
    }
    this.#makeRoom(place.priority, tx.bytes.length, known);
    const queue = this.#queues.get(key) ?? new Queue(key, place.isUnordered);
    this.#arrivals += 1;
    const entry = new Entry({ tx, hashText, queue, place, height, timeNs, arrival: this.#arrivals });
    queue.insert(entry);
    if (queue.slot < 0) {
      this.#queues.set(key, queue);
      this.#heads.push(queue);
    } else if (queue.head === entry) this.#heads.moved(queue);
    this.#byHash.set(hashText, entry);
    this.#evictable?.push(entry);
    this.#sizeBytes += tx.bytes.length;
  }

  /** Evicts what a newcomer needs, or throws and evicts nothing. `own` is the newcomer's queue. */
  #makeRoom(priority: bigint, bytes: number, own: Queue | undefined): void {
    const { maxTxs, maxBytes } = this.#limits;
    if (this.size < maxTxs && this.#sizeBytes + bytes <= maxBytes) return;
    const evictable = this.#orderEvictable();
    const victims: Entry[] = [];
    let victimBytes = 0;
    while (this.size - victims.length + 1 > maxTxs || this.#sizeBytes - victimBytes + bytes > maxBytes) {
      const lowest = evictable.peek();
      // A newcomer that pushed out what it has to wait for would push itself out.
      const isOwnPredecessor = lowest !== undefined && lowest.queue === own && !own.isUnordered;
      if (lowest === undefined || lowest.priority >= priority || isOwnPredecessor) {
        for (const victim of victims) evictable.push(victim);
        throw new MempoolError(
          "full",
          `mempool is full: number of txs ${this.size} (max: ${maxTxs}), total txs bytes ${this.#sizeBytes} (max: ${maxBytes})`,
        );
      }
      for (const victim of lowest.queue.withLater(lowest)) {
        // Later ones may have been taken out as the lowest before.
        if (victim.slot < 0) continue;
        evictable.remove(victim);
        victims.push(victim);
        victimBytes += victim.tx.bytes.length;
      }
    }
    for (const victim of victims) this.#drop(victim, true);
  }

  #orderEvictable(): IndexedHeap<Entry> {
    this.#evictable ??= IndexedHeap.of(this.#byHash.values(), isEvictedFirst);
    return this.#evictable;
  }

  /** Gives the order of eviction up when the mempool is far from full. */
  #forgetEvictable(): void {
    const { maxTxs, maxBytes } = this.#limits;
    if (2 * this.size > maxTxs || 2 * this.#sizeBytes > maxBytes) return;
    this.#evictable?.clear();
    this.#evictable = undefined;
  }

  #drop(entry: Entry, isForgotten: boolean): void {
    if (!this.#forget(entry)) return;
    if (isForgotten) this.#seen.delete(entry.hashText);
    const { queue } = entry;
    const wasHead = queue.head === entry;
    if (queue.size === 1) {
      // Taken out first: a heap compares by heads, and an empty queue has none.
      this.#heads.remove(queue);
      this.#queues.delete(queue.key);
    }
    queue.remove(entry);
    if (wasHead && queue.size > 0) this.#heads.moved(queue);
  }

  /** Takes an entry out of all but its queue. Whether it was there. */
  #forget(entry: Entry): boolean {
    if (!this.#byHash.delete(entry.hashText)) return false;
    this.#sizeBytes -= entry.tx.bytes.length;
    if (entry.slot >= 0) this.#evictable?.remove(entry);
    return true;
  }

  /** Drops what a block took. PERF: where that is much of what is here, the order of the senders is made anew. */
  #dropTaken(entries: readonly Entry[]): void {
    if (entries.length < this.#heads.size / REORDER_SHARE) {
      for (const entry of entries) this.#drop(entry, false);
      return;
    }
    for (const entry of entries) {
      if (!this.#forget(entry)) continue;
      const { queue } = entry;
      queue.remove(entry);
      if (queue.size === 0) this.#queues.delete(queue.key);
    }
    this.#heads = IndexedHeap.of(this.#queues.values(), isQueueFirst);
  }

  /** The transactions for the next block, in its order. They stay here until `update`. PERF: 1 to 6 us each. */
  take(limits: TakeLimits): readonly DecodedTx[] {
    const taken: DecodedTx[] = [];
    let bytesLeft = limits.maxDataBytes;
    let gasLeft = limits.maxGas;
    this.#walk((entry) => {
      const bytes = framedBytes(entry.tx.bytes.length);
      // A transaction that does not fit ends the block, so that nobody's later sequence goes before an earlier one.
      if (bytes > bytesLeft || (gasLeft !== undefined && entry.gasWanted > gasLeft)) return false;
      bytesLeft -= bytes;
      if (gasLeft !== undefined) gasLeft -= entry.gasWanted;
      taken.push(entry.tx);
      return true;
    });
    return taken;
  }

  /** Visits entries in the order of a block until `visit` says no. */
  #walk(visit: (entry: Entry) => boolean): void {
    // The heads are a heap already: a copy of it is consumed, each entry giving way to its sender's next.
    const heap = this.#heads.items().map((queue) => queue.head);
    const positions = new Map<Queue, number>();
    while (heap.length > 0) {
      const entry = heap[0]!;
      if (!visit(entry)) return;
      const { queue } = entry;
      const next = (positions.get(queue) ?? queue.start) + 1;
      positions.set(queue, next);
      const following = queue.list[next] ?? heap.pop()!;
      if (heap.length > 0) sinkFirst(heap, following);
    }
  }

  list(limit: number): readonly Uint8Array[] {
    const listed: Uint8Array[] = [];
    this.#walk((entry) => listed.length < limit && listed.push(entry.tx.bytes) > 0);
    return listed;
  }

  /**
   * Removes what a block took, which stays known as a duplicate, and what has waited too long at the block's height and
   * time, which may be sent again.
   */
  update(hashes: readonly Uint8Array[], height: number, timeNs = 0n): void {
    const taken: Entry[] = [];
    for (const hash of hashes) {
      const hashText = keyText(hash);
      if (!this.#seen.touch(hashText)) this.#seen.add(hashText);
      const entry = this.#byHash.get(hashText);
      if (entry !== undefined) taken.push(entry);
    }
    this.#dropTaken(taken);
    this.#expire(height, timeNs);
    this.#forgetEvictable();
  }

  #expire(height: number, timeNs: bigint): void {
    const { ttlBlocks, ttlNs } = this.#limits;
    if (ttlBlocks === 0 && ttlNs === 0n) return;
    for (const entry of this.#byHash.values()) {
      const isLate = ttlBlocks !== 0 && height - entry.height >= ttlBlocks;
      // In the order of arrival: those behind came at the same height or later.
      if (!isLate && !(ttlNs !== 0n && timeNs - entry.timeNs >= ttlNs)) return;
      for (const late of entry.queue.withLater(entry)) this.#drop(late, true);
    }
  }

  /** All that is here, each sender's in its order: what is to be checked again after a block. */
  pending(): readonly DecodedTx[] {
    const txs: DecodedTx[] = [];
    for (const { list, start } of this.#queues.values()) {
      for (let at = start; at < list.length; at += 1) txs.push(list[at]!.tx);
    }
    return txs;
  }

  /** Removes one that no longer passes CheckTx; it may be sent again. */
  remove(tx: DecodedTx): void {
    const entry = this.#byHash.get(keyText(tx.hash));
    if (entry !== undefined) this.#drop(entry, true);
  }

  /**
   * Forgets the hash of a transaction that a block refused: CometBFT lets it be sent again, and CheckTx answers. One that
   * is here stays a duplicate.
   */
  forget(hash: Uint8Array): void {
    this.#seen.delete(keyText(hash));
  }

  /** Removes everything and forgets what it has seen. */
  clear(): void {
    this.#byHash.clear();
    this.#queues.clear();
    this.#heads.clear();
    this.#evictable?.clear();
    this.#evictable = undefined;
    this.#seen.clear();
    this.#sizeBytes = 0;
  }
}

/** Puts an entry in the place of a heap's first. */
function sinkFirst(heap: Entry[], entry: Entry): void {
  let at = 0;
  for (;;) {
    let below = 2 * at + 1;
    if (below >= heap.length) break;
    if (below + 1 < heap.length && goesFirst(heap[below + 1]!, heap[below]!)) below += 1;
    if (!goesFirst(heap[below]!, entry)) break;
    heap[at] = heap[below]!;
    at = below;
  }
  heap[at] = entry;
}
