// What the embedded node needs of the application and the disk. `openSoloNode` passes the real ones.

import type {
  RequestInitChain,
  RequestQuery,
  ResponseCheckTx,
  ResponseInfo,
  ResponseInitChain,
  ResponseQuery,
} from "../../../gen/tendermint/abci/types.ts";
import type { ConsensusParams } from "../../../gen/tendermint/types/params.ts";
import type { BlockInfo } from "../../baseapp/context.ts";
import type { DecodedTx } from "../../codec/tx.ts";
import type { StoreCommit } from "../../store/multiStore.ts";
import type { BlockBatch } from "../blockDatabase.ts";
import type { ChainNode } from "../chainNode.ts";
import type { MempoolPlace, TakeLimits } from "../mempool.ts";
import type { BlockExecutor } from "./blockMaker.ts";

/** The application. Synchronous but for the verification of signatures, which is not its business. */
export interface SoloApp extends BlockExecutor {
  info(): ResponseInfo;
  /** Runs the genesis. Its writes are part of block 1. Throws on a genesis that modules refuse. */
  initChain(request: RequestInitChain): ResponseInitChain;
  query(request: RequestQuery): ResponseQuery;
  simulate(tx: Uint8Array): ReturnType<ChainNode["simulate"]>;
  /** Decodes a transaction; `hash` is its sha256 if that is known. Throws ChainError. */
  decode(bytes: Uint8Array, hash?: Uint8Array): DecodedTx;
  /** Verifies a transaction's signatures off the main thread and keeps the verdicts for checks and the block. */
  verify(tx: DecodedTx): Promise<void>;
  /** How long signatures have been verified so far, in all threads together; milliseconds. */
  verifyingMs(): number;
  checkTx(tx: DecodedTx, mode: "check" | "recheck"): ResponseCheckTx;
  /** Where a transaction that passed CheckTx stands in the mempool. */
  placeOf(tx: DecodedTx, response: ResponseCheckTx): MempoolPlace;
  /** Starts over from an earlier block, to which the state was reverted. */
  revertTo(block: BlockInfo): void;
  /** Makes the staged block the state that queries and checks see. */
  commit(): void;
}

/** Writes that become durable in one synced step. */
export interface SoloBatch extends BlockBatch {
  /** Resolves once the batch is on the disk. Rejects when it is not, and then nothing of it is. */
  write(): Promise<void>;
}

/** The node's database, with the committed state in it (src/store/stateDisk.ts). */
export interface SoloDisk {
  get(key: Uint8Array): Uint8Array | undefined;
  batch(): SoloBatch;
  /** Adds a block's state changes to its batch. */
  putState(batch: BlockBatch, commit: StoreCommit): void;
  /** Adds the removal of all state after a height to a batch. Rejects when the state of that height is not kept. */
  truncateState(batch: BlockBatch, height: number): Promise<void>;
  readonly store: {
    /** How long its trees have been worked on so far, milliseconds. */
    readonly workMs: number;
    /** Makes a kept version the last one in memory; follows a truncation that is durable. */
    revertTo(version: number): void;
    /** Keeps a version and all later ones until the returned function is called. */
    pin(version: number): () => void;
  };
  /** Copies everything into another folder, which must be empty. Nothing may be written until it has resolved. */
  copyTo(folder: string): Promise<void>;
  close(): Promise<void>;
}

/** The most that CometBFT allows a block (types/params.go MaxBlockSizeBytes). */
const BLOCK_BYTES_MAX = 100 * 1024 * 1024;
/** What a block has besides its data with one validator: types/block.go MaxDataBytes. */
const BLOCK_OVERHEAD_BYTES = 11 + 626 + 94 + 109;

/** What the consensus parameters leave for transactions. */
export function blockLimits(params: ConsensusParams): TakeLimits {
  const maxBytes = Number(params.block?.maxBytes ?? -1n);
  const maxGas = params.block?.maxGas ?? -1n;
  return {
    maxDataBytes: Math.max(
      0,
      (maxBytes < 0 ? BLOCK_BYTES_MAX : Math.min(maxBytes, BLOCK_BYTES_MAX)) - BLOCK_OVERHEAD_BYTES,
    ),
    maxGas: maxGas < 0n ? undefined : maxGas,
  };
}
