// The blocks of the chain, their results, commits, validators and parameters, in the node's LevelDB.
// A block is written in parts: what is small and often read (header, commit) apart from its transactions, each of which
// lies with its result under its own key, so that a lookup reads one record and not a block of a megabyte.

import type { Event } from "../../gen/tendermint/abci/types.ts";
import { ExecTxResult, ResponseFinalizeBlock } from "../../gen/tendermint/abci/types.ts";
import { ConsensusParams } from "../../gen/tendermint/types/params.ts";
import { type BlockID, BlockMeta, Commit, type Header } from "../../gen/tendermint/types/types.ts";
import { ValidatorSet } from "../../gen/tendermint/types/validator.ts";
import { sha256 } from "../crypto/hash.ts";
import type { BlockBatch, BlockDatabase } from "./blockDatabase.ts";
import type { BlockResults, CommittedBlock, IndexedTx, StoredBlock } from "./chainNode.ts";
import {
  bytesKey,
  DB_PREFIX,
  decodeTxPlace,
  encodeTxPlace,
  HEIGHT_BYTES,
  heightKey,
  readHeight,
  readUint32,
  txKey,
  writeHeight,
} from "./dbKeys.ts";
import { encodeTxRecord, splitTxRecord } from "./resultEncoding.ts";

/** Recent transactions that are kept as they are stored; about 2 KB each. */
const CACHED_TXS_MAX = 4000;
/** Recent blocks that are kept. */
const CACHED_BLOCKS_MAX = 256;

/** What is written with a block besides what it shows. */
export interface BlockWrite {
  readonly committed: CommittedBlock;
  /** The commit for this block; it becomes the next block's last commit. */
  readonly commit: Commit;
  /** Those that change: they hold from the height given, the validators from two blocks on. */
  readonly validators: readonly { readonly fromHeight: number; readonly set: ValidatorSet }[];
  readonly params: readonly { readonly fromHeight: number; readonly params: ConsensusParams }[];
}

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

  private constructor(db: BlockDatabase) {
    this.#db = db;
  }

  /** Reads where the chain stands. */
  static async open(db: BlockDatabase): Promise<BlockStore> {
    const store = new BlockStore(db);
    const all = { start: Uint8Array.of(DB_PREFIX.block), end: Uint8Array.of(DB_PREFIX.block + 1), limit: 1 };
    for await (const [key] of db.iterate(all)) store.#earliestHeight = readHeight(key, 1);
    for await (const [key, value] of db.iterate({ ...all, reverse: true })) {
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

  /**
   * Adds a block to a batch. Returns the block as it is stored: its results are decoded when somebody asks, so that the
   * some hundred objects of each live no longer than they must. PERF: about 8 us for an order: two puts and one encoding.
   */
  write(batch: BlockBatch, block: BlockWrite): CommittedBlock {
    const { committed, commit, validators, params } = block;
    const { height, results, txs } = committed;
    batch.put(
      heightKey(DB_PREFIX.block, height),
      encodeHead(committed, (this.#latest?.txCountTotal ?? 0) + txs.length),
    );
    batch.put(heightKey(DB_PREFIX.commit, height), Commit.encode(commit).finish());
    batch.put(heightKey(DB_PREFIX.results, height), encodeBlockResults(results));
    const heightBytes = new Uint8Array(HEIGHT_BYTES);
    writeHeight(heightBytes, 0, height);
    batch.put(bytesKey(DB_PREFIX.blockHash, committed.blockId.hash), heightBytes);
    const stored: IndexedTx[] = [];
    for (let i = 0; i < txs.length; i++) {
      const tx = txs[i]!;
      const record = encodeTxRecord(tx.tx, tx.result);
      batch.put(txKey(height, i), record);
      batch.put(bytesKey(DB_PREFIX.txHash, tx.hash), encodeTxPlace(height, i));
      stored.push(storedTx(record, { hash: tx.hash, height, index: i }));
    }
    for (const change of validators) {
      const key = heightKey(DB_PREFIX.validators, change.fromHeight);
      batch.put(key, ValidatorSet.encode(change.set).finish());
    }
    for (const change of params) {
      const key = heightKey(DB_PREFIX.params, change.fromHeight);
      batch.put(key, ConsensusParams.encode(change.params).finish());
    }
    return { ...committed, txs: stored, results: resultsOf(results, stored) };
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
    for await (const [key, value] of this.#db.iterate({ start: txKey(height, 0), end: txKey(height + 1, 0) })) {
      txs.push(storedTx(value, { height, index: readUint32(key, 7) }));
    }
    if (txs.length !== head.txCount) {
      throw new BlockStoreError(`block ${height} has ${txs.length} of its ${head.txCount} transactions`);
    }
    const response = requireValue(this.#db.get(heightKey(DB_PREFIX.results, height)), `the results of block ${height}`);
    return assemble(head, txs, ResponseFinalizeBlock.decode(response), this.getCommit(height - 1));
  }

  /** Where a transaction lies. PERF: one read. */
  getTxPlace(hash: Uint8Array): { height: number; index: number } | undefined {
    const value = this.#db.get(bytesKey(DB_PREFIX.txHash, hash));
    if (value === undefined) return undefined;
    const place = decodeTxPlace(value);
    return this.#isVisible(place.height) ? place : undefined;
  }

  getTx(hash: Uint8Array): IndexedTx | undefined {
    const place = this.getTxPlace(hash);
    return place === undefined ? undefined : this.getTxAt(place.height, place.index);
  }

  /** A transaction by its place. PERF: from memory, or one read. */
  getTxAt(height: number, index: number): IndexedTx | undefined {
    if (!this.#isVisible(height)) return undefined;
    const cached = this.#cache.get(height);
    if (cached !== undefined) return cached.txs[index];
    const value = this.#db.get(txKey(height, index));
    return value === undefined ? undefined : storedTx(value, { height, index });
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
      for (const tx of block.txs) {
        batch.delete(txKey(at, tx.index));
        batch.delete(bytesKey(DB_PREFIX.txHash, tx.hash));
      }
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
  }
}

/** What stands in the first block: a commit for nothing. */
const EMPTY_COMMIT: Commit = Commit.fromPartial({ blockId: { partSetHeader: {} } });

/** Eight bytes of transaction count, then the BlockMeta. */
function encodeHead(committed: CommittedBlock, txCountTotal: number): Uint8Array {
  const meta = BlockMeta.encode({
    blockId: committed.blockId,
    blockSize: BigInt(committed.sizeBytes),
    header: committed.block.header,
    numTxs: BigInt(committed.txs.length),
  }).finish();
  const value = new Uint8Array(8 + meta.length);
  new DataView(value.buffer).setBigUint64(0, BigInt(txCountTotal));
  value.set(meta, 8);
  return value;
}

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

function encodeBlockResults(results: BlockResults): Uint8Array {
  return ResponseFinalizeBlock.encode({
    events: results.events as Event[], // the encoder only reads
    txResults: [],
    validatorUpdates: [...results.validatorUpdates],
    consensusParamUpdates: results.consensusParamUpdates,
    appHash: results.appHash,
  }).finish();
}

/** A transaction from its record, which must not change. `hash` is worked out unless it is known. */
function storedTx(
  record: Uint8Array,
  place: { readonly height: number; readonly index: number; readonly hash?: Uint8Array },
): IndexedTx {
  const { tx, result } = splitTxRecord(record);
  return {
    hash: place.hash ?? sha256(tx),
    height: place.height,
    index: place.index,
    tx,
    get result() {
      return ExecTxResult.decode(result);
    },
  };
}

/** The results of a block whose transactions are stored. */
function resultsOf(block: Omit<BlockResults, "txResults">, txs: readonly IndexedTx[]): BlockResults {
  const { height, events, validatorUpdates, consensusParamUpdates, appHash } = block;
  return {
    ...{ height, events, validatorUpdates, consensusParamUpdates, appHash },
    get txResults() {
      return txs.map((tx) => tx.result);
    },
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
