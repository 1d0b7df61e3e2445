// The application as CometBFT drives it: ABCI 2.0 in front of BaseApp, the state durable at each Commit. What comes out of
// a block is what comes out of it in the embedded node, since BaseApp is the same.
//
// FinalizeBlock stages a block in memory, Commit makes it durable in one synced batch and only then visible. A kill between
// the two leaves the block before; CometBFT sends the block again, as Info tells it to.

import type {
  ExecTxResult,
  RequestApplySnapshotChunk,
  RequestCheckTx,
  RequestFinalizeBlock,
  RequestInitChain,
  RequestLoadSnapshotChunk,
  RequestOfferSnapshot,
  RequestPrepareProposal,
  RequestProcessProposal,
  RequestQuery,
  RequestVerifyVoteExtension,
  ResponseApplySnapshotChunk,
  ResponseCheckTx,
  ResponseCommit,
  ResponseExtendVote,
  ResponseFinalizeBlock,
  ResponseInfo,
  ResponseInitChain,
  ResponseListSnapshots,
  ResponseLoadSnapshotChunk,
  ResponseOfferSnapshot,
  ResponsePrepareProposal,
  ResponseProcessProposal,
  ResponseQuery,
  ResponseVerifyVoteExtension,
} from "../../../gen/tendermint/abci/types.ts";
import {
  CheckTxType,
  ResponseProcessProposal_ProposalStatus as ProposalStatus,
  ResponseVerifyVoteExtension_VerifyStatus as VerifyStatus,
} from "../../../gen/tendermint/abci/types.ts";
import {
  type BaseApp,
  type BlockTx,
  type FinalizeBlockRequest,
  type FinalizedBlock,
  gasLimitOf,
  maxGasOf,
} from "../../baseapp/baseApp.ts";
import type { BlockInfo } from "../../baseapp/context.ts";
import { UpgradeHalt } from "../../baseapp/upgradeHalt.ts";
import { bytesEqual, copyBytes } from "../../codec/bytes.ts";
import { ChainError } from "../../codec/chainError.ts";
import { type Timestamp, timestampToNs } from "../../codec/time.ts";
import type { DecodedTx } from "../../codec/tx.ts";
import type { StoreCommit } from "../../store/multiStore.ts";
import { restoreState } from "../../store/stateRestore.ts";
import { listSnapshots } from "../../store/treeSnapshot.ts";
import { reportOfRequest } from "../consensusReport.ts";
import { framedBytes } from "../mempool.ts";
import { genesisParams } from "../solo/chainState.ts";
import { verifyBeforehand } from "../solo/soloApp.ts";
import { TxIntake } from "../solo/txIntake.ts";
import type { AbciCalls } from "./abciCalls.ts";
import { AbciError } from "./abciError.ts";
import { type ChainFolder, type ChainFolderOptions, openChainFolder, putHead } from "./chainFolder.ts";
import { DecodedTxs } from "./decodedTxs.ts";
import { inProposalOrder } from "./proposalOrder.ts";
import { retainHeight } from "./retainHeight.ts";
import { StateSync } from "./stateSync.ts";

/** A block that has become durable, and how long its stages took, in milliseconds. */
export interface ExecutedBlock {
  readonly height: number;
  readonly appHash: Uint8Array;
  readonly txResults: readonly ExecTxResult[];
  readonly stagesMs: Readonly<Record<AbciStage, number>>;
}

export type AbciStage =
  /** Decoding, and the signatures that were not verified at a check. */
  | "prepare"
  /** Execution without the trees. */
  | "execute"
  /** The new app hash; after the block, what goes from the trees. */
  | "tree"
  /** Encoding and the synced write. */
  | "commit";

/** Hears what the application does; for metrics and logs. Must not throw. */
export interface AbciObserver {
  block?(block: ExecutedBlock): void;
  checked?(response: ResponseCheckTx): void;
  /** A proposal of somebody else was refused. */
  proposalRefused?(height: number, reason: string): void;
  snapshotRefused?(height: number, reason: string): void;
  /** A state came from other nodes. */
  restored?(height: number, appHash: Uint8Array): void;
  /** A block could not be made durable, or needs another program: nothing may follow, the process should end. */
  failed?(error: Error): void;
}

/** What an application is opened with. */
export interface AbciAppOptions extends ChainFolderOptions {
  /** Blocks that CometBFT keeps at least; 0 keeps all. */
  readonly minRetainBlocks: number;
  readonly snapshotChunkBytes?: number;
  readonly observer?: AbciObserver;
}

/** A block that is executed and not durable. */
interface StagedBlock {
  readonly block: BlockInfo;
  readonly txs: readonly DecodedTx[];
  readonly commit: StoreCommit;
  readonly txResults: readonly ExecTxResult[];
  readonly prepareMs: number;
  readonly executeMs: number;
  readonly treeMs: number;
}

/** What a proposal and a block say of themselves. */
interface BlockRequest {
  readonly height: bigint;
  readonly time: Timestamp | undefined;
  readonly proposerAddress: Uint8Array;
}

const NO_BYTES = new Uint8Array(0);

/** The application behind ABCI. */
export class AbciApp implements AbciCalls {
  readonly #options: AbciAppOptions;
  readonly #decoded: DecodedTxs;
  readonly #intake: TxIntake;
  readonly #stateSync: StateSync;
  /** Transactions whose signatures have a verdict. */
  readonly #verified = new WeakSet<DecodedTx>();
  readonly #evidenceBlocks: number;
  #folder: ChainFolder;
  #staged: StagedBlock | undefined;
  /** The last of the calls that follow one another. Never rejects. */
  #turn: Promise<unknown> = Promise.resolve();
  #failure: Error | undefined;
  /** Answers queries; the node's services may stand before the application's. */
  answerQuery: (request: RequestQuery) => Promise<ResponseQuery> = async (request) => this.#folder.app.query(request);

  private constructor(options: AbciAppOptions, folder: ChainFolder) {
    this.#options = options;
    this.#folder = folder;
    this.#decoded = new DecodedTxs((bytes, hash) => this.#folder.app.decode(bytes, hash));
    this.#evidenceBlocks = Number(options.genesis.consensus_params.evidence.max_age_num_blocks);
    this.#intake = new TxIntake({
      decode: (bytes) => this.#decoded.decode(bytes),
      verify: (tx) => this.#verify(tx),
      check: (tx, mode) => this.#folder.app.checkTx(tx, mode),
    });
    this.#stateSync = new StateSync({
      folder: folder.disk.snapshotFolder,
      ...(options.snapshotChunkBytes === undefined ? {} : { chunkBytes: options.snapshotChunkBytes }),
      isEmpty: () => this.#folder.disk.store.version === 0,
      restore: (height, appHash) => this.#restore(height, appHash),
      onRefused: options.observer?.snapshotRefused,
    });
  }

  /** Opens the application over its folder. Throws as `openChainFolder` does. */
  static async open(options: AbciAppOptions): Promise<AbciApp> {
    return new AbciApp(options, await openChainFolder(options));
  }

  /** The application; another one after a state came from other nodes. */
  get app(): BaseApp {
    return this.#folder.app;
  }

  /** The state and its disk; others after a state came from other nodes. */
  get disk(): ChainFolder["disk"] {
    return this.#folder.disk;
  }

  /** Ends what runs and closes the files. Nothing is answered afterwards. */
  async close(): Promise<void> {
    await this.#inTurn(async () => {
      this.#failure ??= new AbciError("refused", "the application is stopping");
      this.#intake.close(this.#failure);
      await this.#stateSync.abandon();
      await this.#folder.disk.close();
    }, true);
  }

  async info(): Promise<ResponseInfo> {
    return this.#folder.app.info();
  }

  query(request: RequestQuery): Promise<ResponseQuery> {
    return this.answerQuery(request);
  }

  async checkTx({ tx: bytes, type }: RequestCheckTx): Promise<ResponseCheckTx> {
    const mode = type === CheckTxType.RECHECK ? "recheck" : "check";
    const response = await this.#intake.submit(bytes, () => undefined, undefined, mode);
    // CometBFT looks at nothing but the code of a recheck.
    if (mode === "recheck") return { ...response, events: [] };
    this.#options.observer?.checked?.(response);
    return response;
  }

  initChain(request: RequestInitChain): Promise<ResponseInitChain> {
    return this.#inTurn(async () => {
      const { genesis } = this.#options;
      if (request.chainId !== genesis.chain_id) {
        throw new AbciError(
          "refused",
          `CometBFT's genesis is of chain ${request.chainId}, ours of ${genesis.chain_id}`,
        );
      }
      if (request.initialHeight !== 1n) {
        throw new AbciError("refused", `initial height ${request.initialHeight}: the first block is block 1`);
      }
      if (maxGasOf(request.consensusParams) !== maxGasOf(genesisParams(genesis))) {
        throw new AbciError("refused", "CometBFT's genesis has another block.max_gas than ours");
      }
      return this.#folder.app.initChain(request);
    });
  }

  /** Those of CometBFT's transactions that a block can carry, in the order of the embedded node. */
  prepareProposal(request: RequestPrepareProposal): Promise<ResponsePrepareProposal> {
    return this.#inTurn(async () => {
      const candidates = request.txs.map((bytes) => this.#decodeOrRefusal(bytes)).filter(isDecoded);
      await this.#verifyAll(candidates);
      const { app } = this.#folder;
      const refusalOf = app.tryBlock(blockOf(request));
      let bytesLeft = Number(request.maxTxBytes);
      let gasLeft = app.maxGas;
      const txs: Uint8Array[] = [];
      const isTaken = (tx: DecodedTx): boolean => {
        const bytes = framedBytes(tx.bytes.length);
        const gas = gasLimitOf(tx);
        if (bytes > bytesLeft || (gasLeft !== undefined && gas > gasLeft)) return false;
        if (refusalOf(tx) !== undefined) return false;
        bytesLeft -= bytes;
        if (gasLeft !== undefined) gasLeft -= gas;
        txs.push(tx.bytes);
        return true;
      };
      const left = inProposalOrder(candidates).filter((tx) => !isTaken(tx));
      // What had to wait for one that pays less, such as that of another signer, has its turn behind it.
      left.forEach(isTaken);
      return { txs };
    });
  }

  /**
   * Accepts what `prepareProposal` of an honest node can give: each transaction decodes and passes the ante handler behind
   * those before it, and their gas fits into a block.
   */
  processProposal(request: RequestProcessProposal): Promise<ResponseProcessProposal> {
    return this.#inTurn(async () => {
      const problem = await this.#proposalProblem(request);
      if (problem === undefined) return { status: ProposalStatus.ACCEPT };
      this.#options.observer?.proposalRefused?.(Number(request.height), problem);
      return { status: ProposalStatus.REJECT };
    });
  }

  async #proposalProblem(request: RequestProcessProposal): Promise<string | undefined> {
    const decoded = request.txs.map((bytes) => this.#decodeOrRefusal(bytes));
    const undecodable = decoded.find((tx) => tx instanceof ChainError);
    if (undecodable !== undefined) return undecodable.message;
    const txs = decoded.filter(isDecoded);
    await this.#verifyAll(txs);
    const { app } = this.#folder;
    const refusalOf = app.tryBlock(blockOf(request));
    let gas = 0n;
    for (const [index, tx] of txs.entries()) {
      gas += gasLimitOf(tx);
      if (app.maxGas !== undefined && gas > app.maxGas) return `its gas is more than the ${app.maxGas} of a block`;
      const refusal = refusalOf(tx);
      if (refusal !== undefined) return `transaction ${index}: ${refusal.log}`;
    }
    return undefined;
  }

  /** This chain votes on nothing besides blocks. */
  async extendVote(): Promise<ResponseExtendVote> {
    return { voteExtension: NO_BYTES };
  }

  async verifyVoteExtension({ voteExtension }: RequestVerifyVoteExtension): Promise<ResponseVerifyVoteExtension> {
    return { status: voteExtension.length === 0 ? VerifyStatus.ACCEPT : VerifyStatus.REJECT };
  }

  finalizeBlock(request: RequestFinalizeBlock): Promise<ResponseFinalizeBlock> {
    return this.#inTurn(async () => {
      const startedMs = performance.now();
      const block = blockOf(request);
      const txs = request.txs.map((bytes) => this.#decodeOrRefusal(bytes));
      const decoded = txs.filter(isDecoded);
      await this.#verifyAll(decoded);
      const preparedMs = performance.now();
      const consensus = reportOfRequest(request);
      const treeBeforeMs = this.#folder.disk.store.workMs;
      const { response, commit } = this.#execute({ ...block, txs, consensus });
      const treeMs = this.#folder.disk.store.workMs - treeBeforeMs;
      this.#staged = {
        block: { ...block, chainId: this.#options.genesis.chain_id },
        txs: decoded,
        commit,
        txResults: response.txResults,
        prepareMs: preparedMs - startedMs,
        executeMs: performance.now() - preparedMs - treeMs,
        treeMs,
      };
      return response;
    });
  }

  #execute(request: FinalizeBlockRequest): FinalizedBlock {
    try {
      return this.#folder.app.finalizeBlock(request);
    } catch (error) {
      if (error instanceof UpgradeHalt) this.#stop(error);
      throw error;
    }
  }

  commit(): Promise<ResponseCommit> {
    return this.#inTurn(async () => {
      const staged = this.#staged;
      if (staged === undefined) throw new AbciError("refused", "Commit without FinalizeBlock");
      const startedMs = performance.now();
      const { disk, app, signatures } = this.#folder;
      const treeBeforeMs = disk.store.workMs;
      try {
        const batch = disk.batch();
        disk.putState(batch, staged.commit);
        putHead(batch, staged.block);
        await batch.write();
        app.commit();
      } catch (cause) {
        throw this.#fail(staged.block.height, cause);
      }
      this.#staged = undefined;
      for (const tx of staged.txs) {
        signatures.verdicts.delete(tx.hash);
        this.#decoded.forget(tx);
      }
      const { height } = staged.block;
      const { commit, txResults } = staged;
      const prunedMs = disk.store.workMs - treeBeforeMs;
      const stagesMs = {
        prepare: staged.prepareMs,
        execute: staged.executeMs,
        tree: staged.treeMs + prunedMs,
        commit: performance.now() - startedMs - prunedMs,
      };
      this.#options.observer?.block?.({ height, appHash: commit.appHash, txResults, stagesMs });
      return { retainHeight: BigInt(await this.#retainHeight(height)) };
    });
  }

  async #retainHeight(height: number): Promise<number> {
    const { minRetainBlocks } = this.#options;
    if (minRetainBlocks === 0) return 0;
    const [oldestSnapshot] = await listSnapshots(this.#folder.disk.snapshotFolder);
    return retainHeight({ height, minRetainBlocks, evidenceBlocks: this.#evidenceBlocks, oldestSnapshot });
  }

  listSnapshots(): Promise<ResponseListSnapshots> {
    return this.#inTurn(() => this.#stateSync.list());
  }

  loadSnapshotChunk(request: RequestLoadSnapshotChunk): Promise<ResponseLoadSnapshotChunk> {
    return this.#stateSync.loadChunk(request);
  }

  offerSnapshot(request: RequestOfferSnapshot): Promise<ResponseOfferSnapshot> {
    return this.#inTurn(() => this.#stateSync.offer(request));
  }

  applySnapshotChunk(request: RequestApplySnapshotChunk): Promise<ResponseApplySnapshotChunk> {
    return this.#inTurn(() => this.#stateSync.apply(request));
  }

  /** The snapshot becomes the state on the disk; then the folder is opened anew, as after a restart. */
  async #restore(height: number, appHash: Uint8Array): Promise<void> {
    const { genesis, storeNames: names, observer } = this.#options;
    const { disk } = this.#folder;
    // Its time and proposer nobody vouches for, and only checks before the next block would look at them.
    const head = { chainId: genesis.chain_id, height, timeNs: 0n, proposerAddress: NO_BYTES };
    const extra = (batch: Parameters<typeof putHead>[0]) => putHead(batch, head);
    await restoreState(disk, { folder: disk.snapshotFolder, version: height, appHash, names, extra });
    await disk.close();
    try {
      this.#folder = await openChainFolder(this.#options);
    } catch (cause) {
      throw this.#fail(height, cause);
    }
    if (!bytesEqual(this.#folder.disk.store.appHash, appHash)) throw this.#fail(height, new Error("another app hash"));
    observer?.restored?.(height, appHash);
  }

  #decodeOrRefusal(bytes: Uint8Array): BlockTx {
    try {
      return this.#decoded.decode(bytes);
    } catch (error) {
      if (error instanceof ChainError) return error;
      throw error;
    }
  }

  async #verify(tx: DecodedTx): Promise<void> {
    if (this.#verified.has(tx)) return;
    if (await verifyBeforehand(tx, this.#folder.signatures)) this.#verified.add(tx);
  }

  /** All signatures without a verdict, together, on the other threads. Execution looks the verdicts up, in its own order. */
  async #verifyAll(txs: readonly DecodedTx[]): Promise<void> {
    await Promise.all(txs.map((tx) => this.#verify(tx)));
  }

  /** One after the other: what moves the state never overlaps, whichever connection it comes from. */
  #inTurn<T>(work: () => Promise<T>, isLast = false): Promise<T> {
    const result = this.#turn.then(() => {
      if (this.#failure !== undefined && !isLast) throw this.#failure;
      return work();
    });
    this.#turn = result.catch(() => undefined);
    return result;
  }

  /** Whether the disk has the block is not known: nothing may follow. The next start finds out. */
  #fail(height: number, cause: unknown): Error {
    const text = cause instanceof Error ? cause.message : String(cause);
    const error = new AbciError("refused", `block ${height} could not be made durable: ${text}`, { cause });
    this.#stop(error);
    return error;
  }

  #stop(error: Error): void {
    this.#failure = error;
    this.#intake.close(error);
    this.#options.observer?.failed?.(error);
  }
}

function isDecoded(tx: BlockTx): tx is DecodedTx {
  return !(tx instanceof ChainError);
}

/** Throws AbciError `refused` on a request that no CometBFT sends. */
function blockOf({ height, time, proposerAddress }: BlockRequest): Omit<BlockInfo, "chainId"> {
  if (time === undefined) throw new AbciError("refused", `block ${height} has no time`);
  if (height < 1n || height > BigInt(Number.MAX_SAFE_INTEGER)) throw new AbciError("refused", `block ${height}`);
  return { height: Number(height), timeNs: timestampToNs(time), proposerAddress: copyBytes(proposerAddress) };
}
