// Puts a block into its batch, a transaction at a time: blockStore.ts reads what it writes.

import type { Event } from "../../gen/tendermint/abci/types.ts";
import { ResponseFinalizeBlock } from "../../gen/tendermint/abci/types.ts";
import { ConsensusParams } from "../../gen/tendermint/types/params.ts";
import { BlockMeta, Commit } from "../../gen/tendermint/types/types.ts";
import { ValidatorSet } from "../../gen/tendermint/types/validator.ts";
import { sha256 } from "../crypto/hash.ts";
import type { BlockBatch } from "./blockDatabase.ts";
import type { BlockResults, CommittedBlock, IndexedTx } from "./chainNode.ts";
import {
  BLOCK_FORMAT,
  bytesKey,
  DB_PREFIX,
  encodeTxPlace,
  HEIGHT_BYTES,
  heightKey,
  META_KEY,
  metaKey,
  txHashKey,
  txRunKey,
  writeHeight,
} from "./dbKeys.ts";
import { RUN_TXS, type RunWriter } from "./resultEncoding.ts";
import { TxRun } from "./txRun.ts";

/** What is written with a block besides what it shows. */
export interface BlockWrite {
  readonly committed: CommittedBlock;
  /** The commit for this block; it becomes the next block's last commit. */
  readonly commit: Commit;
  /** Those that change: they hold from the height given, the validators from two blocks on. */
  readonly validators: readonly { readonly fromHeight: number; readonly set: ValidatorSet }[];
  readonly params: readonly { readonly fromHeight: number; readonly params: ConsensusParams }[];
}

/** Adds a block to a batch. */
export class BlockWriter {
  readonly #batch: BlockBatch;
  readonly #height: number;
  readonly #runs: RunWriter;
  readonly #txCountBefore: number;
  readonly #stored: IndexedTx[] = [];
  /** Of the transactions of the run that is being written. */
  readonly #hashes: Uint8Array[] = [];

  constructor(parts: {
    readonly batch: BlockBatch;
    readonly height: number;
    readonly runs: RunWriter;
    readonly txCountBefore: number;
  }) {
    this.#batch = parts.batch;
    this.#height = parts.height;
    this.#runs = parts.runs;
    this.#txCountBefore = parts.txCountBefore;
    parts.runs.clear();
  }

  /** The next transaction of the block. PERF: about 6 us for an order. */
  add({ hash, tx, result }: Pick<IndexedTx, "hash" | "tx" | "result">): void {
    const index = this.#stored.length + this.#hashes.length;
    this.#batch.put(txHashKey(hash), encodeTxPlace(this.#height, index));
    this.#runs.add(tx, result);
    this.#hashes.push(hash);
    if (this.#hashes.length === RUN_TXS) this.#finishRun();
  }

  #finishRun(): void {
    const record = this.#runs.finish();
    this.#batch.put(txRunKey(this.#height, Math.trunc(this.#stored.length / RUN_TXS)), record);
    const run = new TxRun(record);
    for (const [index, hash] of this.#hashes.entries()) {
      this.#stored.push(storedTx(run, index, { hash, height: this.#height, index: this.#stored.length }));
    }
    this.#hashes.length = 0;
  }

  /**
   * All but the transactions, which have been added. Returns the block as it is stored: its results are decoded when
   * somebody asks, so that the some hundred objects of each live no longer than they must.
   */
  finish({ committed, commit, validators, params }: BlockWrite): CommittedBlock {
    if (this.#hashes.length > 0) this.#finishRun();
    const batch = this.#batch;
    const height = this.#height;
    const { results } = committed;
    if (height === 1) batch.put(metaKey(META_KEY.blockFormat), Uint8Array.of(BLOCK_FORMAT));
    batch.put(heightKey(DB_PREFIX.block, height), encodeHead(committed, this.#txCountBefore + this.#stored.length));
    batch.put(heightKey(DB_PREFIX.commit, height), Commit.encode(commit).finish());
    batch.put(heightKey(DB_PREFIX.results, height), encodeBlockResults(results));
    const heightBytes = new Uint8Array(HEIGHT_BYTES);
    writeHeight(heightBytes, 0, height);
    batch.put(bytesKey(DB_PREFIX.blockHash, committed.blockId.hash), heightBytes);
    for (const change of validators) {
      const key = heightKey(DB_PREFIX.validators, change.fromHeight);
      batch.put(key, ValidatorSet.encode(change.set).finish());
    }
    for (const change of params) {
      const key = heightKey(DB_PREFIX.params, change.fromHeight);
      batch.put(key, ConsensusParams.encode(change.params).finish());
    }
    return { ...committed, txs: this.#stored, results: resultsOf(results, this.#stored) };
  }
}

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

function encodeBlockResults(results: BlockResults): Uint8Array {
  return ResponseFinalizeBlock.encode({
    events: results.events as Event[], // the encoder only reads
    txResults: [],
    validatorUpdates: [...results.validatorUpdates],
    consensusParamUpdates: results.consensusParamUpdates,
    appHash: results.appHash,
  }).finish();
}

/** A transaction of a run. `hash` is worked out unless it is known. */
export function storedTx(
  run: TxRun,
  inRun: number,
  place: { readonly height: number; readonly index: number; readonly hash?: Uint8Array },
): IndexedTx {
  return {
    hash: place.hash ?? sha256(run.tx(inRun)),
    height: place.height,
    index: place.index,
    get tx() {
      return run.tx(inRun);
    },
    get result() {
      return run.result(inRun);
    },
  };
}

/** The results of a block whose transactions are stored. */
export function resultsOf(block: Omit<BlockResults, "txResults">, txs: readonly IndexedTx[]): BlockResults {
  const { height, events, validatorUpdates, consensusParamUpdates, appHash } = block;
  return {
    ...{ height, events, validatorUpdates, consensusParamUpdates, appHash },
    get txResults() {
      return txs.map((tx) => tx.result);
    },
  };
}
