// Notes what a query reads of the state and of the block, so that its answer can be kept until one of these changes.

import { keyText } from "../codec/bytes.ts";
import type { ChangeCounting } from "../store/cacheStore.ts";
import { prefixEnd } from "../store/keyBounds.ts";
import type { KvEntry, KvRange, KvStore } from "../store/kvStore.ts";
import type { LayerStore } from "../store/multiStore.ts";
import type { StoredValue } from "../store/storedValue.ts";
import type { BlockInfo } from "./context.ts";

/** Reads noted of one query; one that reads more is not worth keeping. */
export const READS_MAX = 64;

/** A part of a store that was read. */
export interface Read {
  readonly store: string;
  /** See `keyText`: a key, or what all keys of a range begin with. */
  readonly text: string;
  readonly isPrefix: boolean;
}

/** What one query has read. */
export class QueryReads {
  readonly reads: Read[] = [];
  #count = 0;
  #sawBlock = false;

  /** Whether the answer is the same for as long as nothing changes of what was read. */
  get isComplete(): boolean {
    return this.#count <= READS_MAX && !this.#sawBlock;
  }

  note(store: string, text: string, isPrefix: boolean): void {
    this.#count += 1;
    if (this.#count <= READS_MAX) this.reads.push({ store, text, isPrefix });
  }

  /** A view of the stores whose reads are noted. */
  stores(below: LayerStore): LayerStore {
    return new NotingStores(below, this);
  }

  /** A block; whoever asks for more of it than the chain id gets an answer that holds for this block only. */
  block(block: BlockInfo): BlockInfo {
    const noteBlock = () => {
      this.#sawBlock = true;
      return block;
    };
    return {
      chainId: block.chainId,
      get height() {
        return noteBlock().height;
      },
      get timeNs() {
        return noteBlock().timeNs;
      },
      get proposerAddress() {
        return noteBlock().proposerAddress;
      },
      get consensus() {
        return noteBlock().consensus;
      },
    };
  }
}

class NotingStores implements LayerStore {
  readonly #below: LayerStore;
  readonly #reads: QueryReads;

  constructor(below: LayerStore, reads: QueryReads) {
    this.#below = below;
    this.#reads = reads;
  }

  store(name: string): KvStore {
    return new NotingStore(this.#below.store(name), name, this.#reads);
  }

  attempt<T>(run: () => T): T {
    return this.#below.attempt(run);
  }
}

class NotingStore implements KvStore, ChangeCounting {
  readonly #below: KvStore & Partial<ChangeCounting>;
  readonly #name: string;
  readonly #reads: QueryReads;

  constructor(below: KvStore, name: string, reads: QueryReads) {
    this.#below = below;
    this.#name = name;
    this.#reads = reads;
  }

  get changeCount(): number {
    return this.#below.changeCount ?? Number.NaN;
  }

  get(key: Uint8Array): Uint8Array | undefined {
    return this.find(key)?.bytes;
  }

  has(key: Uint8Array): boolean {
    return this.find(key) !== undefined;
  }

  find(key: Uint8Array): StoredValue | undefined {
    this.#reads.note(this.#name, keyText(key), false);
    return this.#below.find(key);
  }

  iterate(range: KvRange = {}): IterableIterator<KvEntry> {
    this.#reads.note(this.#name, keyText(commonPrefix(range)), true);
    return this.#below.iterate(range);
  }

  set(key: Uint8Array, value: Uint8Array): void {
    this.#below.set(key, value);
  }

  put(key: Uint8Array, value: StoredValue): void {
    this.#below.put(key, value);
  }

  delete(key: Uint8Array): void {
    this.#below.delete(key);
  }
}

/** The longest prefix that all keys of a range have. */
export function commonPrefix({ start, end }: KvRange): Uint8Array {
  // PERF: nearly every range is all that begins with a prefix.
  if (start !== undefined && end !== undefined && isNextPrefix(start, end)) return start;
  let length = end === undefined ? 0 : (start?.length ?? 0);
  for (; length > 0; length -= 1) {
    const prefix = start!.subarray(0, length);
    const after = prefixEnd(prefix);
    if (after === undefined || Buffer.compare(end!, after) <= 0) return prefix;
  }
  return new Uint8Array(0);
}

/** Whether `end` is `start` with its last byte one higher. */
function isNextPrefix(start: Uint8Array, end: Uint8Array): boolean {
  const last = start.length - 1;
  if (last < 0 || end.length !== start.length || end[last] !== start[last]! + 1) return false;
  for (let at = 0; at < last; at += 1) if (start[at] !== end[at]) return false;
  return true;
}
