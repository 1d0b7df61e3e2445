// Finds transactions and blocks by CometBFT queries, as the kv indexer of v0.38 does (state/txindex/kv, state/indexer/
// block/kv): all conditions but hash and height must hold within one event.
//
// A query is answered from its most selective equality: the entries of all equalities are read side by side, and the
// list that ends first gives the candidates. The other conditions are then checked on the events themselves. Cost is
// bounded by what is read, whatever the query says, and by how many searches run at one time.

import type { Event } from "../../gen/tendermint/abci/types.ts";
import type { BlockBatch, BlockDatabase } from "./blockDatabase.ts";
import type { BlockStore } from "./blockStore.ts";
import type { CommittedBlock, IndexedTx, SearchOptions, SearchPage, StoredBlock } from "./chainNode.ts";
import { EventIndex, type EventWriter, type HeightRange, type Posting } from "./eventIndex.ts";
import { matchesWithinOneEvent } from "./query/query.ts";
import { parseSearch, type SearchCondition } from "./searchQuery.ts";

/** Index entries that one search reads; an entry is one attribute value in one block. */
export const SEARCH_ENTRIES_MAX = 200_000;
/** Transactions or blocks whose events one search looks at. */
export const SEARCH_CANDIDATES_MAX = 20_000;
/** Searches by events that run at one time; more wait for their turn. */
export const SEARCHES_MAX = 8;
/** Entries read from one list before the others get their turn. */
const RACE_STEP = 64;
/** Candidates looked at in one turn. */
const CANDIDATES_PER_TURN = 256;

/** A search that would cost too much. */
export class SearchTooBroadError extends Error {
  readonly code = "search_too_broad";
  readonly retryable = false;

  constructor(what: string) {
    super(`the query reaches more than ${what}; narrow it, for instance by height`);
    this.name = "SearchTooBroadError";
  }
}

/** What is found: a transaction's place, or a block when `index` is 0 for all. */
interface Place {
  readonly height: number;
  readonly index: number;
}

/** Searches, and writes what searches need. */
export class TxIndex {
  readonly #events: EventIndex;
  readonly #blocks: BlockStore;
  #running = 0;
  /** Searches that wait, the first first. */
  readonly #waiting: (() => void)[] = [];

  private constructor(events: EventIndex, blocks: BlockStore) {
    this.#events = events;
    this.#blocks = blocks;
  }

  static async open(db: BlockDatabase, blocks: BlockStore): Promise<TxIndex> {
    return new TxIndex(await EventIndex.open(db), blocks);
  }

  /** Begins to index a block: `addTx` takes each transaction's events. */
  begin(): EventWriter {
    return this.#events.begin();
  }

  /** Adds an indexed block to its batch. */
  finish(batch: BlockBatch, height: number, writer: EventWriter): void {
    this.#events.write(batch, height, writer);
  }

  /** Adds a block to its batch. PERF: about 6 us and five puts for an order. */
  write(batch: BlockBatch, block: CommittedBlock): void {
    this.#events.write(batch, block.height, this.#collect(block));
  }

  /** Adds the removal of a block to a batch. */
  remove(batch: BlockBatch, block: CommittedBlock): void {
    this.#events.remove(batch, block.height, this.#collect(block));
  }

  #collect({ txs, results }: CommittedBlock): EventWriter {
    const writer = this.begin();
    for (const tx of txs) writer.addTx(tx.result.events);
    writer.addBlock(results.events);
    return writer;
  }

  /** Throws QuerySyntaxError and SearchTooBroadError. */
  async searchTxs(options: SearchOptions): Promise<SearchPage<IndexedTx>> {
    const search = parseSearch(options.query, "tx");
    if (search.hash !== undefined) return this.#byHash(search.hash, options);
    const range = this.#visible(search.heights);
    if (range === undefined) return { items: [], totalCount: 0 };
    const places =
      search.conditions.length === 0
        ? this.#allTxs(range, options)
        : await this.#inTurn(() => this.#find("tx", search.conditions, range, options));
    const items = places.items.map((place) => this.#blocks.getTxAt(place.height, place.index));
    return { items: items.filter((tx) => tx !== undefined), totalCount: places.totalCount };
  }

  /** Throws QuerySyntaxError and SearchTooBroadError. */
  async searchBlocks(options: SearchOptions): Promise<SearchPage<StoredBlock>> {
    const search = parseSearch(options.query, "block");
    const range = this.#visible(search.heights);
    if (range === undefined) return { items: [], totalCount: 0 };
    const places =
      search.conditions.length === 0
        ? allBlocks(range, options)
        : await this.#inTurn(() => this.#find("block", search.conditions, range, options));
    const items: StoredBlock[] = [];
    for (const place of places.items) {
      const block = await this.#blocks.getBlock(place.height);
      if (block !== undefined) items.push(block);
    }
    return { items, totalCount: places.totalCount };
  }

  /** Runs a search when fewer than SEARCHES_MAX run. */
  async #inTurn<T>(search: () => Promise<T>): Promise<T> {
    if (this.#running < SEARCHES_MAX) this.#running += 1;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      return await search();
    } finally {
      // Whoever waits takes over the place.
      const next = this.#waiting.shift();
      if (next === undefined) this.#running -= 1;
      else next();
    }
  }

  /** The part of a range that there are blocks for. */
  #visible(range: HeightRange): HeightRange | undefined {
    const min = Math.max(range.min, this.#blocks.earliestHeight, 1);
    const max = Math.min(range.max, this.#blocks.latestHeight);
    return min > max ? undefined : { min, max };
  }

  #byHash(hash: Uint8Array, options: SearchOptions): SearchPage<IndexedTx> {
    const tx = this.#blocks.getTx(hash);
    if (tx === undefined) return { items: [], totalCount: 0 };
    return { items: options.page === 1 ? [tx] : [], totalCount: 1 };
  }

  /** All transactions of a range. Heads carry running counts, so that a page costs its own length. */
  #allTxs(range: HeightRange, options: SearchOptions): SearchPage<Place> {
    const countTo = (height: number) => this.#blocks.getHead(height)?.txCountTotal ?? 0;
    const before = countTo(range.min - 1);
    const totalCount = countTo(range.max) - before;
    const items = pageOrdinals(totalCount, options).map((ordinal) => {
      // The lowest height at which more than `ordinal` transactions have come since `before`.
      let low = range.min;
      let high = range.max;
      while (low < high) {
        const middle = low + Math.floor((high - low) / 2);
        if (countTo(middle) - before > ordinal) high = middle;
        else low = middle + 1;
      }
      return { height: low, index: ordinal - (countTo(low - 1) - before) };
    });
    return { items, totalCount };
  }

  async #find(
    kind: "tx" | "block",
    conditions: readonly SearchCondition[],
    range: HeightRange,
    options: SearchOptions,
  ): Promise<SearchPage<Place>> {
    const only = conditions.length === 1 ? conditions[0]! : undefined;
    const postings = await this.#candidates(kind, conditions, range);
    if (postings === undefined && this.#countIn(kind, range) > SEARCH_CANDIDATES_MAX) {
      throw new SearchTooBroadError(`${SEARCH_ENTRIES_MAX} index entries`);
    }
    const isExact = only?.equals !== undefined && this.#events.isExact(only.equals);
    if (isExact && postings !== undefined) return pageOfPostings(postings, options);
    const found: Place[] = [];
    let looked = 0;
    for (const place of postings === undefined ? this.#placesIn(kind, range) : distinctPlaces(postings)) {
      if (++looked > SEARCH_CANDIDATES_MAX) {
        throw new SearchTooBroadError(`${SEARCH_CANDIDATES_MAX} ${kind === "tx" ? "transactions" : "blocks"}`);
      }
      if (looked % CANDIDATES_PER_TURN === 0) await new Promise(setImmediate);
      const events = this.#eventsAt(kind, place);
      if (events !== undefined && matchesWithinOneEvent(conditions, events)) found.push(place);
    }
    const items = pageOrdinals(found.length, options).map((ordinal) => found[ordinal]!);
    return { items, totalCount: found.length };
  }

  #eventsAt(kind: "tx" | "block", place: Place): readonly Event[] | undefined {
    if (kind === "block") return this.#blocks.getBlockEvents(place.height);
    return this.#blocks.getTxAt(place.height, place.index)?.result.events;
  }

  /** Transactions, or blocks, of a range. */
  #countIn(kind: "tx" | "block", { min, max }: HeightRange): number {
    if (kind === "block") return max - min + 1;
    const countTo = (height: number) => this.#blocks.getHead(height)?.txCountTotal ?? 0;
    return countTo(max) - countTo(min - 1);
  }

  /** Every place of a range, in chain order. */
  *#placesIn(kind: "tx" | "block", { min, max }: HeightRange): Generator<Place> {
    for (let height = min; height <= max; height += 1) {
      const count = kind === "block" ? 1 : this.#countIn(kind, { min: height, max: height });
      for (let index = 0; index < count; index += 1) yield { height, index };
    }
  }

  /** The shortest list of entries that holds every match, by height; undefined when all are too long to be read. */
  #candidates(
    kind: "tx" | "block",
    conditions: readonly SearchCondition[],
    range: HeightRange,
  ): Promise<readonly Posting[] | undefined> {
    const lists: AsyncIterable<Posting | undefined>[] = [];
    for (const { tag, equals } of conditions) {
      if (equals !== undefined) lists.push(this.#events.equal(kind, tag, equals, range));
    }
    if (lists.length === 0) lists.push(this.#events.any(kind, conditions[0]!.tag, range));
    return shortestOf(lists);
  }
}

/** Reads lists side by side, a step of each in turn, and gives the one that ends first; none when that is too far. */
async function shortestOf(
  lists: readonly AsyncIterable<Posting | undefined>[],
): Promise<readonly Posting[] | undefined> {
  const runners = lists.map((list) => ({ reader: list[Symbol.asyncIterator](), read: [] as Posting[] }));
  try {
    for (let entries = 0; entries < SEARCH_ENTRIES_MAX; ) {
      for (const runner of runners) {
        for (let step = 0; step < RACE_STEP; step++) {
          const next = await runner.reader.next();
          if (next.done === true) return runner.read;
          if (next.value !== undefined) runner.read.push(next.value);
          entries++;
        }
      }
    }
  } finally {
    for (const runner of runners) await runner.reader.return?.();
  }
  return undefined;
}

/** The ordinals (0-based, ascending order of the whole) that a page shows, in the order it shows them. */
function pageOrdinals(totalCount: number, options: SearchOptions): number[] {
  const start = (options.page - 1) * options.perPage;
  const end = Math.min(totalCount, start + options.perPage);
  const ordinals: number[] = [];
  for (let i = start; i < end; i++) ordinals.push(options.order === "asc" ? i : totalCount - 1 - i);
  return ordinals;
}

function allBlocks(range: HeightRange, options: SearchOptions): SearchPage<Place> {
  const totalCount = range.max - range.min + 1;
  const items = pageOrdinals(totalCount, options).map((ordinal) => ({ height: range.min + ordinal, index: 0 }));
  return { items, totalCount };
}

/** A page of entries that are in order and are all matches. */
function pageOfPostings(postings: readonly Posting[], options: SearchOptions): SearchPage<Place> {
  /** Ordinal of each entry's first place. */
  const firsts: number[] = [];
  let totalCount = 0;
  for (const posting of postings) {
    firsts.push(totalCount);
    totalCount += posting.positions.length;
  }
  const items = pageOrdinals(totalCount, options).map((ordinal) => {
    let low = 0;
    let high = firsts.length - 1;
    while (low < high) {
      const middle = low + Math.ceil((high - low) / 2);
      if (firsts[middle]! <= ordinal) low = middle;
      else high = middle - 1;
    }
    const posting = postings[low]!;
    return { height: posting.height, index: posting.positions[ordinal - firsts[low]!]! };
  });
  return { items, totalCount };
}

/** The places of entries in chain order, each once. */
function* distinctPlaces(postings: readonly Posting[]): Generator<Place> {
  const byHeight = new Map<number, Set<number>>();
  for (const posting of postings) {
    const indexes = byHeight.get(posting.height) ?? new Set();
    for (const index of posting.positions) indexes.add(index);
    byHeight.set(posting.height, indexes);
  }
  const heights = [...byHeight.keys()].sort((a, b) => a - b);
  for (const height of heights) {
    const indexes = [...byHeight.get(height)!].sort((a, b) => a - b);
    for (const index of indexes) yield { height, index };
  }
}
