// What the outside (rpc, devnet, cli) may ask of a node: ChainClient of any, ChainNode of one that keeps its own blocks.
// Block, header, commit and result shapes are CometBFT's own protobuf types from `gen/tendermint`.

import type {
  Event,
  ExecTxResult,
  RequestQuery,
  ResponseCheckTx,
  ResponseInfo,
  ResponseQuery,
  ValidatorUpdate,
} from "../../gen/tendermint/abci/types.ts";
import type { Block } from "../../gen/tendermint/types/block.ts";
import type { ConsensusParams } from "../../gen/tendermint/types/params.ts";
import type { BlockID, Commit, Header } from "../../gen/tendermint/types/types.ts";
import type { GenesisDoc } from "./genesisDoc.ts";

/** A block with its id and its encoded size. */
export interface StoredBlock {
  readonly blockId: BlockID;
  readonly block: Block;
  readonly sizeBytes: number;
}

/** What executing a block gave. */
export interface BlockResults {
  readonly height: number;
  /** PERF: of a stored block they are decoded each time they are asked for. */
  readonly txResults: readonly ExecTxResult[];
  /** Events of begin and end block. */
  readonly events: readonly Event[];
  readonly validatorUpdates: readonly ValidatorUpdate[];
  readonly consensusParamUpdates: ConsensusParams | undefined;
  /** The app hash after this block; it stands in the next header. */
  readonly appHash: Uint8Array;
}

/** A transaction in a block. */
export interface IndexedTx {
  /** sha256 of `tx`. */
  readonly hash: Uint8Array;
  readonly height: number;
  /** Position in the block. */
  readonly index: number;
  readonly tx: Uint8Array;
  /** PERF: of a stored transaction it is decoded each time it is asked for, 15 us for a MsgSend. */
  readonly result: ExecTxResult;
}

/** A block that has just become durable, as subscribers hear of it. */
export interface CommittedBlock extends StoredBlock {
  readonly height: number;
  readonly results: BlockResults;
  /** In block order; the same order as `results.txResults`. */
  readonly txs: readonly IndexedTx[];
}

/** A validator of a height. */
export interface ValidatorInfo {
  /** 20 bytes. */
  readonly address: Uint8Array;
  /** Raw ed25519 key, 32 bytes. */
  readonly pubKey: Uint8Array;
  readonly votingPower: bigint;
  readonly proposerPriority: bigint;
}

/** One page of a search. */
export interface SearchPage<T> {
  readonly items: readonly T[];
  /** Over all pages. */
  readonly totalCount: number;
}

/** How a search is paged. `page` starts at 1. */
export interface SearchOptions {
  /** CometBFT query syntax, at most 512 characters. */
  readonly query: string;
  readonly page: number;
  readonly perPage: number;
  readonly order: "asc" | "desc";
}

/** What has been submitted and is not in a block yet. */
export interface MempoolView {
  readonly size: number;
  readonly sizeBytes: number;
  /** At most `limit` transactions in the order in which a block would take them. */
  list(limit: number): readonly Uint8Array[];
}

/** Devnet-only controls, as Anvil has them. */
export interface DevnetAdmin {
  /** Makes a block now, even an empty one; resolves with its height once it is durable. */
  mine(): Promise<number>;
  /** The time of the next block, nanoseconds since 1970. Throws when it is before the last block's. */
  setNextBlockTime(timeNs: bigint): void;
  /** Moves the clock of all following blocks forward. */
  advanceTime(deltaNs: bigint): void;
  /** What the clock says now, nanoseconds since 1970. */
  readonly nowNs: bigint;
  /** Remembers the present height and clock; the id reverts to them. */
  snapshot(): Promise<string>;
  /** Drops every block and all state after the snapshot, and what moved the clock since. Throws on an unknown id. */
  revert(id: string): Promise<void>;
  /** Sets a balance by minting or burning the difference, in a block of its own. */
  setBalance(address: string, denom: string, amount: bigint): Promise<void>;
}

/** A node as its clients see it: what gRPC and REST answer from, whoever makes the blocks. */
export interface ChainClient {
  readonly chainId: string;
  readonly moniker: string;
  /** 20-byte hex (lower case) id of the node, as in CometBFT's node_info. */
  readonly nodeId: string;
  /** Last durable height; 0 before the first block. */
  readonly latestHeight: number;
  /** The oldest block held. */
  readonly earliestHeight: number;

  /** ABCI info of the application. */
  info(): ResponseInfo;
  /** ABCI query against a durable height (0 = latest). Never throws: refusals are in the response's code and log. */
  query(request: RequestQuery): ResponseQuery;
  /**
   * Runs CheckTx and, when it passes, adds to the mempool. Throws MempoolError (duplicate, full, too large).
   * `hash` is its sha256 if that is known.
   */
  submitTx(tx: Uint8Array, hash?: Uint8Array): Promise<ResponseCheckTx>;
  /** Simulates an encoded transaction against the latest state. Throws ChainError. */
  simulate(tx: Uint8Array): {
    gasWanted: bigint;
    gasUsed: bigint;
    result: ExecTxResult;
    msgResponses: readonly { typeUrl: string; value: Uint8Array }[];
  };
  /** Whether it is still catching up with blocks that others made. */
  isSyncing(): Promise<boolean>;

  getBlock(height: number): Promise<StoredBlock | undefined>;
  /** The header with the commit for it: canonical once the next block carries it, else the one seen. */
  getCommit(height: number): Promise<{ header: Header; commit: Commit; canonical: boolean } | undefined>;
  /** Validators of a height, up to latest + 1. */
  getValidators(height: number): Promise<readonly ValidatorInfo[]>;
  getConsensusParams(height: number): Promise<ConsensusParams>;
  getTx(hash: Uint8Array): Promise<IndexedTx | undefined>;
  /** Throws QuerySyntaxError. */
  searchTxs(options: SearchOptions): Promise<SearchPage<IndexedTx>>;
}

/** A running node that makes or follows its blocks itself: all that CometBFT's own RPC tells, besides. */
export interface ChainNode extends ChainClient {
  readonly genesis: GenesisDoc;
  readonly validatorPubKey: Uint8Array;
  readonly mempool: MempoolView;
  readonly admin: DevnetAdmin | undefined;

  /** Runs CheckTx without adding to the mempool. */
  checkTx(tx: Uint8Array): Promise<ResponseCheckTx>;
  getBlockByHash(hash: Uint8Array): Promise<StoredBlock | undefined>;
  getBlockResults(height: number): Promise<BlockResults | undefined>;
  searchBlocks(options: SearchOptions): Promise<SearchPage<StoredBlock>>;

  /** Calls the listener with each block once it is durable and everything above can see it. Returns how to stop. */
  onBlock(listener: (block: CommittedBlock) => void): () => void;
}
