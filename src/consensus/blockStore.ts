// The blocks of the chain, their results, commits, validators and parameters, in the node's LevelDB.
// A block is written in parts: what is small and often read (header, commit) apart from its transactions, which lie with
// their results in runs of a few, so that a lookup reads one of these and not a block of a megabyte.

import type { Event } from "../../gen/tendermint/abci/types.ts";
import { ResponseFinalizeBlock } from "../../gen/tendermint/abci/types.ts";
import { ConsensusParams } from "../../gen/tendermint/types/params.ts";
import { type BlockID, BlockMeta, Commit, type Header } from "../../gen/tendermint/types/types.ts";
import { ValidatorSet } from "../../gen/tendermint/types/validator.ts";
import { bytesEqual } from "../codec/bytes.ts";
import type { BlockBatch, BlockDatabase } from "./blockDatabase.ts";
import { type BlockWrite, BlockWriter, resultsOf, storedTx } from "./blockWriter.ts";
import type { BlockResults, CommittedBlock, IndexedTx, StoredBlock } from "./chainNode.ts";
import {
  BLOCK_FORMAT,
  bytesKey,
  DB_PREFIX,
  decodeTxPlace,
  heightKey,
  META_KEY,
  metaKey,
  readHeight,
  txHashKey,
  txRunKey,
} from "./dbKeys.ts";
import { RUN_TXS, RunWriter } from "./resultEncoding.ts";
import { TxRun } from "./txRun.ts";

/** Recent transactions that are kept as they are stored; about 1 KB each. */
const CACHED_TXS_MAX = 4000;
/** Recent blocks that are kept. */
const CACHED_BLOCKS_MAX = 256;

/** The small part of a block. */
export interface BlockHead {
  readonly height: number;
  readonly blockId: BlockID;
  readonly header: Header;
  readonly sizeBytes: number;
  readonly txCount: number;
  /** Transactions of all blocks up to and with this one. */
  readonly txCountTotal: number;
}

/** The data folder does not hold what it must. */
export class BlockStoreError extends Error {
  readonly code = "block_store_corrupt";

  constructor(message: string) {
    super(message);
    this.name = "BlockStoreError";
  }
}

/** The data folder holds blocks as another version of this program stored them. */
export class BlockFormatError extends Error {
  readonly code = "block_format_unknown";

  constructor(format: number) {
    super(`the data folder holds blocks in format ${format}; this program reads and writes format ${BLOCK_FORMAT}`);
    this.name = "BlockFormatError";
  }
}

function requireValue<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new BlockStoreError(`the block store lacks ${what}`);
  return value;
}

/**
 * Reads and writes blocks. Writes go into the caller's batch and show only after `publish`, which the caller calls
 * once the batch is durable: nobody sees a block that a crash could take back.
 */
export class BlockStore {
  readonly #db: BlockDatabase;
  /** Oldest first. */
  readonly #cache = new Map<number, CommittedBlock>();
  #cachedTxCount = 0;
  #latest: BlockHead | undefined;
  #earliestHeight = 0;
  readonly #runs = new RunWriter();
  /** What was read last: the transactions of a page lie side by side. */
  #lastRead: { readonly height: number; readonly number: number; readonly run: TxRun } | undefined;

  private constructor(db: BlockDatabase) {
    this.#db = db;
  }

  /** Reads where the chain stands. Throws BlockFormatError. */
  static async open(db: BlockDatabase): Promise<BlockStore> {
    const store = new BlockStore(db);
    const all = { start: Uint8Array.of(DB_PREFIX.block), end: Uint8Array.of(DB_PREFIX.block + 1), limit: 1 };
    for await (const [key] of db.iterate(all)) store.#earliestHeight = readHeight(key, 1);
    for await (const [key, value] of db.iterate({ ...all, reverse: true })) {
      const format = db.get(metaKey(META_KEY.blockFormat))?.[0] ?? 1;
      if (format !== BLOCK_FORMAT) throw new BlockFormatError(format);
      store.#latest = decodeHead(readHeight(key, 1), value);
    }
    return store;
  }

  /** Last published height; 0 before the first block. */
  get latestHeight(): number {
    return this.#latest?.height ?? 0;
  }

  get latest(): BlockHead | undefined {
    return this.#latest;
  }

  /** The oldest block held; 0 before the first block. */
  get earliestHeight(): number {
    return this.#earliestHeight;
  }

  /** Adds a block to a batch. Returns it as BlockWriter.finish does. */
  write(batch: BlockBatch, block: BlockWrite): CommittedBlock {
    const writer = this.begin(batch, block.committed.height);
    for (const tx of block.committed.txs) writer.add(tx);
    return writer.finish(block);
  }

  /** Begins to add a block to a batch, its transactions one by one; a block that was begun before is forgotten. */
  begin(batch: BlockBatch, height: number): BlockWriter {
    return new BlockWriter({ batch, height, runs: this.#runs, txCountBefore: this.#latest?.txCountTotal ?? 0 });
  }

  /** Makes a block, as `write` returned it, visible; its batch is durable. */
  publish(committed: CommittedBlock): void {
    const { height, blockId, sizeBytes, block, txs } = committed;
    this.#latest = {
      height,
      blockId,
      header: requireValue(block.header, `the header of block ${height}`),
      sizeBytes,
      txCount: txs.length,
      txCountTotal: (this.#latest?.txCountTotal ?? 0) + txs.length,
    };
    if (this.#earliestHeight === 0) this.#earliestHeight = height;
    this.#remember(committed);
  }

  #remember(committed: CommittedBlock): void {
    this.#cache.set(committed.height, committed);
    this.#cachedTxCount += committed.txs.length;
    for (const [height, oldest] of this.#cache) {
      if (this.#cache.size <= CACHED_BLOCKS_MAX && this.#cachedTxCount <= CACHED_TXS_MAX) break;
      this.#cache.delete(height);
      this.#cachedTxCount -= oldest.txs.length;
    }
  }

  #isVisible(height: number): boolean {
    return height >= this.#earliestHeight && height <= this.latestHeight && height > 0;
  }

  /** Header, id and counts of a block. */
  getHead(height: number): BlockHead | undefined {
    if (!this.#isVisible(height)) return undefined;
    if (height === this.latestHeight) return this.#latest;
    const value = this.#db.get(heightKey(DB_PREFIX.block, height));
    return value === undefined ? undefined : decodeHead(height, value);
  }

  async getBlock(height: number): Promise<StoredBlock | undefined> {
    return this.#cache.get(height) ?? (await this.getCommitted(height));
  }

  /** The height of the block with this hash. */
  getHeightByHash(hash: Uint8Array): number | undefined {
    const value = this.#db.get(bytesKey(DB_PREFIX.blockHash, hash));
    if (value === undefined) return undefined;
    const height = readHeight(value, 0);
    return this.#isVisible(height) ? height : undefined;
  }

  /** The commit for a block. */
  getCommit(height: number): Commit | undefined {
    if (!this.#isVisible(height)) return undefined;
    const value = this.#db.get(heightKey(DB_PREFIX.commit, height));
    return value === undefined ? undefined : Commit.decode(value);
  }

  async getResults(height: number): Promise<BlockResults | undefined> {
    return (await this.getCommitted(height))?.results;
  }

  /** The events of a block itself. PERF: from memory, or one read. */
  getBlockEvents(height: number): readonly Event[] | undefined {
    const cached = this.#cache.get(height);
    if (cached !== undefined) return cached.results.events;
    if (!this.#isVisible(height)) return undefined;
    const value = this.#db.get(heightKey(DB_PREFIX.results, height));
    return value === undefined ? undefined : ResponseFinalizeBlock.decode(value).events;
  }

  /** A block with its transactions and results, from memory or put together from its records. */
  async getCommitted(height: number): Promise<CommittedBlock | undefined> {
    const cached = this.#cache.get(height);
    if (cached !== undefined) return cached;
    const head = this.getHead(height);
    if (head === undefined) return undefined;
    const txs: IndexedTx[] = [];
    for await (const [, value] of this.#db.iterate({ start: txRunKey(height, 0), end: txRunKey(height + 1, 0) })) {
      const run = new TxRun(value);
      for (let index = 0; index < run.count; index += 1) txs.push(storedTx(run, index, { height, index: txs.length }));
    }
    if (txs.length !== head.txCount) {
      throw new BlockStoreError(`block ${height} has ${txs.length} of its ${head.txCount} transactions`);
    }
    const response = requireValue(this.#db.get(heightKey(DB_PREFIX.results, height)), `the results of block ${height}`);
    return assemble(head, txs, ResponseFinalizeBlock.decode(response), this.getCommit(height - 1));
  }

  /** Where a transaction lies. PERF: one read. */
  getTxPlace(hash: Uint8Array): { height: number; index: number } | undefined {
    const value = this.#db.get(txHashKey(hash));
    if (value === undefined) return undefined;
    const place = decodeTxPlace(value);
    return this.#isVisible(place.height) ? place : undefined;
  }

  /** PERF: two reads; one for a recent transaction. */
  getTx(hash: Uint8Array): IndexedTx | undefined {
    const place = this.getTxPlace(hash);
    const tx = place && this.getTxAt(place.height, place.index);
    return tx !== undefined && bytesEqual(tx.hash, hash) ? tx : undefined;
  }

  /** A transaction by its place. PERF: from memory, or one read. */
  getTxAt(height: number, index: number): IndexedTx | undefined {
    if (!this.#isVisible(height)) return undefined;
    const cached = this.#cache.get(height);
    if (cached !== undefined) return cached.txs[index];
    const run = this.#readRun(height, Math.trunc(index / RUN_TXS));
    return run !== undefined && index % RUN_TXS < run.count
      ? storedTx(run, index % RUN_TXS, { height, index })
      : undefined;
  }

  #readRun(height: number, number: number): TxRun | undefined {
    if (this.#lastRead?.height === height && this.#lastRead.number === number) return this.#lastRead.run;
    const value = this.#db.get(txRunKey(height, number));
    if (value === undefined) return undefined;
    const run = new TxRun(value);
    this.#lastRead = { height, number, run };
    return run;
  }

  /** The validators of a height, up to latest + 2. */
  async getValidators(height: number): Promise<ValidatorSet | undefined> {
    const value = await this.#lastBefore(DB_PREFIX.validators, height);
    return value === undefined ? undefined : ValidatorSet.decode(value);
  }

  async getParams(height: number): Promise<ConsensusParams | undefined> {
    const value = await this.#lastBefore(DB_PREFIX.params, height);
    return value === undefined ? undefined : ConsensusParams.decode(value);
  }

  async #lastBefore(prefix: number, height: number): Promise<Uint8Array | undefined> {
    const range = { start: Uint8Array.of(prefix), end: heightKey(prefix, height + 1), reverse: true, limit: 1 };
    for await (const [, value] of this.#db.iterate(range)) return value;
    return undefined;
  }

  /**
   * Adds the removal of all blocks after `height` to a batch, with what only holds after it. Call `rewound` once the
   * batch is durable. The indexes are removed by the caller, who gets each block removed, newest first.
   */
  async truncate(batch: BlockBatch, height: number, removed: (block: CommittedBlock) => void): Promise<void> {
    for (let at = this.latestHeight; at > height; at--) {
      const block = requireValue(await this.getCommitted(at), `block ${at}`);
      for (let index = 0; index < block.txs.length; index += RUN_TXS) batch.delete(txRunKey(at, index / RUN_TXS));
      for (const tx of block.txs) batch.delete(txHashKey(tx.hash));
      batch.delete(bytesKey(DB_PREFIX.blockHash, block.blockId.hash));
      for (const prefix of [DB_PREFIX.block, DB_PREFIX.commit, DB_PREFIX.results]) batch.delete(heightKey(prefix, at));
      removed(block);
    }
    // Parameters that a block changes hold from the next height on, validators from the one after it.
    for (const [prefix, delay] of [
      [DB_PREFIX.validators, 2],
      [DB_PREFIX.params, 1],
    ] as const) {
      const range = { start: heightKey(prefix, height + delay + 1), end: Uint8Array.of(prefix + 1) };
      for await (const [key] of this.#db.iterate(range)) batch.delete(key);
    }
  }

  /** Shows the chain as it is after a truncation. */
  rewound(height: number): void {
    const value = requireValue(this.#db.get(heightKey(DB_PREFIX.block, height)), `block ${height}`);
    this.#latest = decodeHead(height, value);
    this.#cache.clear();
    this.#cachedTxCount = 0;
    this.#lastRead = undefined;
  }
}

/** What stands in the first block: a commit for nothing. */
const EMPTY_COMMIT: Commit = Commit.fromPartial({ blockId: { partSetHeader: {} } });

/** Of what BlockWriter wrote. */
function decodeHead(height: number, value: Uint8Array): BlockHead {
  const meta = BlockMeta.decode(value.subarray(8));
  return {
    height,
    blockId: requireValue(meta.blockId, `the id of block ${height}`),
    header: requireValue(meta.header, `the header of block ${height}`),
    sizeBytes: Number(meta.blockSize),
    txCount: Number(meta.numTxs),
    txCountTotal: Number(new DataView(value.buffer, value.byteOffset).getBigUint64(0)),
  };
}

function assemble(
  head: BlockHead,
  txs: readonly IndexedTx[],
  response: ResponseFinalizeBlock,
  lastCommit: Commit | undefined,
): CommittedBlock {
  return {
    height: head.height,
    blockId: head.blockId,
    sizeBytes: head.sizeBytes,
    block: {
      header: head.header,
      data: { txs: txs.map((tx) => tx.tx) },
      evidence: { evidence: [] },
      lastCommit: lastCommit ?? EMPTY_COMMIT,
    },
    txs,
    results: resultsOf({ ...response, height: head.height }, txs),
  };
}
