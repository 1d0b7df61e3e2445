// What has been submitted and is not in a block yet. A plain data structure: heights come in as arguments, and nothing in
// it waits. Limits and error texts are CometBFT's (mempool/clist_mempool.go, mempool/errors.go, v0.38).
//
// Order: a sender's transactions by sequence; among senders by priority (fee for a unit of gas), then by arrival. When
// it is full, a transaction makes room by evicting one of lower priority, with that sender's later sequences, which
// could not run without it. A sequence that is taken cannot be replaced: CheckTx has moved on.

import type { DecodedTx } from "../codec/tx.ts";
import type { MempoolView } from "./chainNode.ts";

/** How much a mempool holds. */
export interface MempoolLimits {
  readonly maxTxs: number;
  readonly maxBytes: number;
  readonly maxTxBytes: number;
  readonly maxTxsPerSender: number;
  /** Hashes remembered, of transactions that are here or were in a block. */
  readonly cacheSize: number;
  /** Blocks after which a transaction is dropped; 0 is never. */
  readonly ttlBlocks: number;
}

/** CometBFT's defaults where it has them; room for a burst of ten seconds otherwise. */
export const DEFAULT_MEMPOOL_LIMITS: MempoolLimits = Object.freeze({
  maxTxs: 50_000,
  maxBytes: 256 * 1024 * 1024,
  maxTxBytes: 1024 * 1024,
  maxTxsPerSender: 1000,
  cacheSize: 10_000,
  ttlBlocks: 0,
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

interface Entry extends MempoolPlace {
  readonly tx: DecodedTx;
  readonly hashText: string;
  /** Height of the chain when it came. */
  readonly height: number;
  /** Count of arrivals: the order among equals. */
  readonly arrival: number;
  isRemoved: boolean;
}

/** Bytes as a map key. */
function textOf(hash: Uint8Array): string {
  return Buffer.from(hash.buffer, hash.byteOffset, hash.length).toString("latin1");
}

/** Bytes of a transaction as a field of a block's data: tag, length and itself. */
export function framedBytes(length: number): number {
  let prefix = 2;
  for (let rest = length; rest >= 0x80; rest >>>= 7) prefix += 1;
  return prefix + length;
}

/** A binary heap; `isBefore` says what comes out first. */
class Heap<T> {
  readonly #items: T[];
  readonly #isBefore: (a: T, b: T) => boolean;

  constructor(isBefore: (a: T, b: T) => boolean, items: T[] = []) {
    this.#isBefore = isBefore;
    this.#items = items;
    for (let index = (items.length >>> 1) - 1; index >= 0; index -= 1) this.#sink(index);
  }

  get size(): number {
    return this.#items.length;
  }

  peek(): T | undefined {
    return this.#items[0];
  }

  push(item: T): void {
    const items = this.#items;
    let at = items.push(item) - 1;
    while (at > 0) {
      const parent = (at - 1) >>> 1;
      if (!this.#isBefore(items[at]!, items[parent]!)) break;
      [items[at], items[parent]] = [items[parent]!, items[at]!];
      at = parent;
    }
  }

  pop(): T | undefined {
    const items = this.#items;
    const first = items[0];
    const last = items.pop();
    if (last !== undefined && items.length > 0) {
      items[0] = last;
      this.#sink(0);
    }
    return first;
  }

  #sink(start: number): void {
    const items = this.#items;
    let at = start;
    for (;;) {
      let first = at;
      for (let child = 2 * at + 1; child <= 2 * at + 2 && child < items.length; child += 1) {
        if (this.#isBefore(items[child]!, items[first]!)) first = child;
      }
      if (first === at) return;
      [items[at], items[first]] = [items[first]!, items[at]!];
      at = first;
    }
  }
}

function goesFirst(a: Entry, b: Entry): boolean {
  return a.priority === b.priority ? a.arrival < b.arrival : a.priority > b.priority;
}

function isEvictedFirst(a: Entry, b: Entry): boolean {
  return a.priority === b.priority ? a.arrival > b.arrival : a.priority < b.priority;
}

/** The mempool. */
export class Mempool implements MempoolView {
  readonly #limits: MempoolLimits;
  readonly #byHash = new Map<string, Entry>();
  /** Each sender's entries by sequence; unordered ones have a queue of their own. */
  readonly #queues = new Map<string, Entry[]>();
  /** All entries, lowest priority first; removed ones are skipped when they come up. */
  #evictable = new Heap<Entry>(isEvictedFirst);
  /** Hashes seen, oldest first. */
  readonly #seen = new Map<string, true>();
  #sizeBytes = 0;
  #arrivals = 0;

  constructor(limits: Partial<MempoolLimits> = {}) {
    this.#limits = { ...DEFAULT_MEMPOOL_LIMITS, ...limits };
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
    const hashText = textOf(hash);
    if (this.#seen.has(hashText) || this.#byHash.has(hashText)) {
      // Seen again is seen lately.
      if (this.#seen.delete(hashText)) this.#seen.set(hashText, true);
      throw new MempoolError("duplicate", "tx already exists in cache");
    }
    this.#remember(hashText);
    return () => void this.#seen.delete(hashText);
  }

  #remember(hashText: string): void {
    this.#seen.set(hashText, true);
    if (this.#seen.size <= this.#limits.cacheSize) return;
    const oldest = this.#seen.keys().next();
    if (oldest.done !== true) this.#seen.delete(oldest.value);
  }

  /** Adds a transaction that passed CheckTx. Throws MempoolError `full` or `sender_limit`. */
  add(tx: DecodedTx, place: MempoolPlace, height: number): void {
    const hashText = textOf(tx.hash);
    if (this.#byHash.has(hashText)) throw new MempoolError("duplicate", "tx already exists in cache");
    const queueKey = queueOf(place);
    const queue = this.#queues.get(queueKey) ?? [];
    if (queue.length >= this.#limits.maxTxsPerSender) {
      throw new MempoolError(
        "sender_limit",
        `mempool is full: sender has ${queue.length} txs (max: ${this.#limits.maxTxsPerSender})`,
      );
    }
    this.#makeRoom(place.priority, tx.bytes.length);
    this.#arrivals += 1;
    const entry: Entry = { ...place, tx, hashText, height, arrival: this.#arrivals, isRemoved: false };
    // Eviction may have taken the queue away.
    insert(this.#queues.get(queueKey) ?? this.#newQueue(queueKey), entry);
    this.#byHash.set(hashText, entry);
    this.#evictable.push(entry);
    this.#sizeBytes += tx.bytes.length;
  }

  #newQueue(key: string): Entry[] {
    const queue: Entry[] = [];
    this.#queues.set(key, queue);
    return queue;
  }

  #isFull(bytes: number): boolean {
    return this.size + 1 > this.#limits.maxTxs || this.#sizeBytes + bytes > this.#limits.maxBytes;
  }

  #makeRoom(priority: bigint, bytes: number): void {
    while (this.#isFull(bytes)) {
      const lowest = this.#lowest();
      if (lowest === undefined || lowest.priority >= priority) {
        const { maxTxs, maxBytes } = this.#limits;
        throw new MempoolError(
          "full",
          `mempool is full: number of txs ${this.size} (max: ${maxTxs}), total txs bytes ${this.#sizeBytes} (max: ${maxBytes})`,
        );
      }
      for (const entry of this.#withLater(lowest)) this.#drop(entry, true);
    }
  }

  #lowest(): Entry | undefined {
    while (this.#evictable.peek()?.isRemoved === true) this.#evictable.pop();
    return this.#evictable.peek();
  }

  /** An entry and those of its sender that cannot run without it. */
  #withLater(entry: Entry): readonly Entry[] {
    if (entry.isUnordered) return [entry];
    const queue = this.#queues.get(queueOf(entry)) ?? [];
    return queue.filter((other) => other.sequence >= entry.sequence);
  }

  #drop(entry: Entry, isForgotten: boolean): void {
    if (entry.isRemoved) return;
    entry.isRemoved = true;
    this.#byHash.delete(entry.hashText);
    if (isForgotten) this.#seen.delete(entry.hashText);
    this.#sizeBytes -= entry.tx.bytes.length;
    const key = queueOf(entry);
    const queue = this.#queues.get(key) ?? [];
    const at = queue.indexOf(entry);
    if (at === 0) queue.shift();
    else if (at > 0) queue.splice(at, 1);
    if (queue.length === 0) this.#queues.delete(key);
    if (this.#evictable.size > 2 * this.size + 1024) {
      this.#evictable = new Heap<Entry>(isEvictedFirst, [...this.#byHash.values()]);
    }
  }

  /** The transactions for the next block, in its order. They stay here until `update`. */
  take(limits: TakeLimits): readonly DecodedTx[] {
    const taken: DecodedTx[] = [];
    let bytesLeft = limits.maxDataBytes;
    let gasLeft = limits.maxGas;
    for (const entry of this.#inOrder()) {
      const bytes = framedBytes(entry.tx.bytes.length);
      // A transaction that does not fit ends the block, so that nobody's later sequence goes before an earlier one.
      if (bytes > bytesLeft || (gasLeft !== undefined && entry.gasWanted > gasLeft)) break;
      bytesLeft -= bytes;
      if (gasLeft !== undefined) gasLeft -= entry.gasWanted;
      taken.push(entry.tx);
    }
    return taken;
  }

  *#inOrder(): IterableIterator<Entry> {
    const positions = new Map<string, number>();
    const heads = new Heap<Entry>(
      goesFirst,
      [...this.#queues.values()].map((queue) => queue[0]!),
    );
    for (let entry = heads.pop(); entry !== undefined; entry = heads.pop()) {
      yield entry;
      const key = queueOf(entry);
      const next = (positions.get(key) ?? 0) + 1;
      positions.set(key, next);
      const following = this.#queues.get(key)?.[next];
      if (following !== undefined) heads.push(following);
    }
  }

  list(limit: number): readonly Uint8Array[] {
    const listed: Uint8Array[] = [];
    for (const entry of this.#inOrder()) {
      if (listed.length >= limit) break;
      listed.push(entry.tx.bytes);
    }
    return listed;
  }

  /** Removes what a block at `height` took, and what has waited too long. Both stay known as duplicates. */
  update(hashes: readonly Uint8Array[], height: number): void {
    for (const hash of hashes) {
      const hashText = textOf(hash);
      if (!this.#seen.has(hashText)) this.#remember(hashText);
      const entry = this.#byHash.get(hashText);
      if (entry !== undefined) this.#drop(entry, false);
    }
    const { ttlBlocks } = this.#limits;
    if (ttlBlocks === 0) return;
    for (const entry of [...this.#byHash.values()]) {
      if (height - entry.height >= ttlBlocks) for (const late of this.#withLater(entry)) this.#drop(late, true);
    }
  }

  /** All that is here, each sender's in its order: what is to be checked again after a block. */
  pending(): readonly DecodedTx[] {
    return [...this.#queues.values()].flatMap((queue) => queue.map((entry) => entry.tx));
  }

  /** Removes one that no longer passes CheckTx; it may be sent again. */
  remove(tx: DecodedTx): void {
    const entry = this.#byHash.get(textOf(tx.hash));
    if (entry !== undefined) this.#drop(entry, true);
  }

  /** Removes everything and forgets what it has seen. */
  clear(): void {
    this.#byHash.clear();
    this.#queues.clear();
    this.#seen.clear();
    this.#evictable = new Heap<Entry>(isEvictedFirst);
    this.#sizeBytes = 0;
  }
}

/** Unordered transactions of a sender do not wait for each other, so each has a queue of its own. */
function queueOf(place: MempoolPlace & { readonly hashText?: string; readonly arrival?: number }): string {
  return place.isUnordered ? `unordered/${place.sender}` : place.sender;
}

/** Puts an entry behind those with a smaller sequence (unordered ones behind those of higher priority). */
function insert(queue: Entry[], entry: Entry): void {
  const isBehind = entry.isUnordered
    ? (other: Entry) => !goesFirst(entry, other)
    : (other: Entry) => other.sequence <= entry.sequence;
  let at = queue.length;
  while (at > 0 && !isBehind(queue[at - 1]!)) at -= 1;
  queue.splice(at, 0, entry);
}
