// The embedded node: one process, one validator, real signed CometBFT blocks. It drives the application through ABCI,
// makes each block durable in one synced write, and only then lets anybody see it.

import type {
  ExecTxResult,
  RequestQuery,
  ResponseCheckTx,
  ResponseInfo,
  ResponseQuery,
} from "../../../gen/tendermint/abci/types.ts";
import type { ConsensusParams } from "../../../gen/tendermint/types/params.ts";
import type { Commit, Header } from "../../../gen/tendermint/types/types.ts";
import { ChainError } from "../../codec/chainError.ts";
import { ErrInvalidGasLimit } from "../../codec/sdkErrors.ts";
import type { DecodedTx } from "../../codec/tx.ts";
import { sha256 } from "../../crypto/hash.ts";
import type { LoadProgress } from "../../store/stateLoad.ts";
import type { BlockStore } from "../blockStore.ts";
import type { BlockWrite } from "../blockWriter.ts";
import type {
  BlockResults,
  ChainNode,
  CommittedBlock,
  DevnetAdmin,
  IndexedTx,
  MempoolView,
  SearchOptions,
  SearchPage,
  StoredBlock,
  ValidatorInfo,
} from "../chainNode.ts";
import type { GenesisDoc } from "../genesisDoc.ts";
import { framedBytes, type Mempool, MempoolError, type TakeLimits } from "../mempool.ts";
import { inSlices } from "../slices.ts";
import type { TxIndex } from "../txIndex.ts";
import type { BlockClock } from "./blockClock.ts";
import { BlockMaker, type ChainState, type MadeBlock } from "./blockMaker.ts";
import { blockInfoOf, readChainState, requireHead } from "./chainState.ts";
import { type NodeKey, nodeIdOf } from "./nodeFiles.ts";
import { Pace, type PaceOptions } from "./pace.ts";
import { blockLimits, type SoloApp, type SoloBatch, type SoloDisk } from "./parts.ts";
import type { PrivValidator } from "./privValidator.ts";
import { type AfterCheck, refusal, TxIntake } from "./txIntake.ts";

/** Transactions between arrival and the end of their check; more are refused as if the mempool were full. */
const INTAKE_MAX = 20_000;

/** Why a transaction failed in its block. */
type Failure = Pick<ExecTxResult, "code" | "codespace">;

/** A block that is not durable yet. */
interface SealedBlock {
  readonly batch: SoloBatch;
  readonly committed: CommittedBlock;
  /** The state for the block after it. */
  readonly next: ChainState;
  readonly failures: readonly Failure[];
  /** How long the application took. */
  readonly executeMs: number;
}

/** A block, and how long its stages took by the clock, in milliseconds. */
export interface BlockTimings {
  readonly height: number;
  readonly txCount: number;
  /** Of the transactions that failed. */
  readonly failures: readonly Failure[];
  readonly stagesMs: Readonly<Record<Stage, number>>;
}

/**
 * Where the time of a node's blocks goes. What comes before a block, `decode`, `verify` (in all threads together) and
 * `check` (rechecks too), is what was done since the block before it.
 */
export type Stage =
  | "decode"
  | "verify"
  | "check"
  /** The application's finalizeBlock without the trees. */
  | "execute"
  /** The new app hash; after the block, what goes from the trees. */
  | "tree"
  /** The block's own hashes and the signature, encoding, the synced write. */
  | "commit"
  /** Mempool and listeners. */
  | "publish";

/** What is measured where it happens, in milliseconds since the start. */
type WorkMs = Readonly<Record<"decode" | "verify" | "check" | "tree", number>>;

/** Hears what the node does; for metrics and logs. Must not throw. */
export interface NodeObserver {
  /** The state is being loaded, before anything else. */
  loading?(progress: LoadProgress): void;
  /** The node stands at its last durable block, before it starts. `notes` say which snapshots were passed over, and why. */
  opened?(at: {
    readonly height: number;
    readonly appHash: Uint8Array;
    readonly replayedBlocks: number;
    readonly notes: readonly string[];
  }): void;
  /** The genesis is executed, before anything else: a big one takes a while. */
  importing?(genesis: { readonly stateBytes: number }): void;
  /** A snapshot of the state was written in the background. */
  snapshot?(written: { readonly height: number; readonly bytes: number }): void;
  /** A snapshot of the state could not be written. The chain goes on; the next restart takes longer. */
  snapshotFailed?(error: unknown): void;
  block?(timings: BlockTimings, block: CommittedBlock): void;
  /** A transaction was checked: code 0 is in the mempool. */
  checked?(response: ResponseCheckTx): void;
  /** The node stopped by itself; nothing of the failed block was shown. */
  failed?(error: Error): void;
  /** A listener threw. The chain goes on. */
  listenerFailed?(error: unknown): void;
}

/** The node has stopped, by `stop` or by a failure, which is then the cause. */
export class NodeStoppedError extends Error {
  readonly code = "node_stopped";
  readonly retryable = false;

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "NodeStoppedError";
  }
}

/** What a node is made of. `openSoloNode` puts it together. */
export interface SoloParts {
  readonly genesis: GenesisDoc;
  readonly moniker: string;
  readonly nodeKey: NodeKey;
  readonly validator: PrivValidator;
  readonly app: SoloApp;
  readonly mempool: Mempool;
  readonly blockStore: BlockStore;
  readonly txIndex: TxIndex;
  readonly disk: SoloDisk;
  readonly state: ChainState;
  readonly clock: BlockClock;
  readonly pace: PaceOptions;
  readonly observer: NodeObserver | undefined;
}

/** The embedded node. `openSoloNode` makes it; `start` lets it make blocks. */
export class SoloNode implements ChainNode {
  readonly chainId: string;
  readonly moniker: string;
  readonly genesis: GenesisDoc;
  readonly nodeId: string;
  readonly validatorPubKey: Uint8Array;
  readonly mempool: MempoolView;
  readonly #parts: SoloParts;
  readonly #intake: TxIntake;
  readonly #pace: Pace;
  /** Set by who allows it. */
  admin: DevnetAdmin | undefined;
  readonly #listeners = new Set<(block: CommittedBlock) => void>();
  readonly #maker: BlockMaker;
  #state: ChainState;
  /** The last of the works that follow one another: blocks, reverts, stop. Never rejects. */
  #turn: Promise<void> = Promise.resolve();
  #stopped: NodeStoppedError | undefined;
  #recheckMs = 0;
  /** All work up to the end of the last block. */
  #workBefore: WorkMs;

  constructor(parts: SoloParts) {
    this.#parts = parts;
    this.chainId = parts.genesis.chain_id;
    this.moniker = parts.moniker;
    this.genesis = parts.genesis;
    this.nodeId = nodeIdOf(parts.nodeKey);
    this.validatorPubKey = parts.validator.key.pubKey;
    this.mempool = parts.mempool;
    this.#state = parts.state;
    this.#maker = new BlockMaker(this.chainId, parts.app, parts.validator);
    this.#intake = new TxIntake({
      decode: (bytes, hash) => this.#parts.app.decode(bytes, hash),
      verify: (tx) => this.#parts.app.verify(tx),
      check: (tx) => this.#parts.app.checkTx(tx, "check"),
    });
    this.#workBefore = this.#workMs();
    this.#pace = new Pace(
      parts.pace,
      () => parts.mempool.size > 0,
      // A failure has stopped the node and was told to the observer.
      () => this.produce().then(noResult, noResult),
    );
  }

  get latestHeight(): number {
    return this.#parts.blockStore.latestHeight;
  }

  get earliestHeight(): number {
    return this.#parts.blockStore.earliestHeight;
  }

  /** Executes the genesis in block 1 if that is not done, and begins to make blocks. */
  async start(): Promise<void> {
    if (this.latestHeight === 0) await this.produce();
    this.#pace.start();
  }

  /** Lets the block in the making become durable, and closes the files. */
  async stop(): Promise<void> {
    this.#pace.stop();
    await this.#inTurn(async () => {
      if (this.#stopped === undefined) this.#stopped = new NodeStoppedError("the node was stopped");
      this.#intake.close(this.#stopped);
      await this.#parts.validator.close();
      await this.#parts.disk.close();
    });
  }

  /** The time of the last block, nanoseconds since 1970; before the first, of the genesis. */
  get latestTimeNs(): bigint {
    return this.#state.timeNs;
  }

  /** Makes a block now, even an empty one. Rejects with NodeStoppedError. */
  produce(): Promise<CommittedBlock> {
    return this.#inTurn(() => this.#produce());
  }

  /** One after the other: blocks, reverts and the stop never overlap. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(work);
    this.#turn = result.then(noResult, noResult);
    return result;
  }

  async #produce(): Promise<CommittedBlock> {
    if (this.#stopped !== undefined) throw this.#stopped;
    try {
      const startedMs = performance.now();
      const { result: sealed, pausedMs: sealPausedMs } = await inSlices(this.#seal());
      const { committed, next, failures, executeMs } = sealed;
      await sealed.batch.write();
      const durableMs = performance.now();
      const stagedWork = this.#workMs();
      const pausedMs = await this.#publish(committed, next);
      const stagesMs = this.#stagesMs({
        execute: executeMs,
        commit: durableMs - startedMs - sealPausedMs - executeMs,
        publish: performance.now() - durableMs - pausedMs,
        stagedWork,
      });
      this.#parts.observer?.block?.(
        { height: next.height, txCount: committed.txs.length, failures, stagesMs },
        committed,
      );
      return committed;
    } catch (cause) {
      throw this.#fail(`block ${this.#state.height + 1} could not be made`, cause);
    }
  }

  #workMs(): WorkMs {
    const { app, disk } = this.#parts;
    const { decode, check } = this.#intake.workMs;
    return { decode, verify: app.verifyingMs(), check: check + this.#recheckMs, tree: disk.store.workMs };
  }

  /** The stages of the block that has just been published, from what was measured around them. */
  #stagesMs(around: {
    readonly execute: number;
    readonly commit: number;
    readonly publish: number;
    /** Taken when the block was durable. */
    readonly stagedWork: WorkMs;
  }): Record<Stage, number> {
    const before = this.#workBefore;
    const after = this.#workMs();
    this.#workBefore = after;
    const { stagedWork } = around;
    return {
      decode: after.decode - before.decode,
      verify: after.verify - before.verify,
      check: after.check - before.check,
      execute: around.execute - (stagedWork.tree - before.tree),
      tree: after.tree - before.tree,
      commit: around.commit,
      publish: around.publish - (after.tree - stagedWork.tree) - (after.check - stagedWork.check),
    };
  }

  /**
   * Makes a block and fills its batch, in steps, while requests are answered from the block before. What execution gave is
   * left behind here: only the encoded block waits for the disk.
   */
  *#seal(): Generator<void, SealedBlock, void> {
    const { mempool, clock, disk, blockStore, txIndex } = this.#parts;
    const txs = mempool.take(blockLimits(this.#state.params));
    const batch = disk.batch();
    const block = blockStore.begin(batch, this.#state.height + 1);
    const events = txIndex.begin();
    const failures: Failure[] = [];
    const making = this.#maker.make(this.#state, txs, clock.nextBlockTime(this.#state.timeNs));
    let made: MadeBlock | undefined;
    for (let executed = 0; made === undefined; ) {
      const step = making.next();
      if (step.done === true) made = step.value;
      else if (step.value !== undefined) {
        const { hash, bytes } = txs[executed]!;
        const result = step.value;
        block.add({ hash, tx: bytes, result });
        events.addTx(result.events);
        if (result.code !== 0) failures.push({ code: result.code, codespace: result.codespace });
        executed += 1;
      }
      yield;
    }
    const { next, executeMs } = made;
    const committed = block.finish({ committed: made.committed, commit: made.commit, ...this.#changesOf(made) });
    events.addBlock(committed.results.events);
    yield;
    txIndex.finish(batch, next.height, events);
    yield;
    disk.putState(batch, made.storeCommit);
    return { batch, committed, next, failures, executeMs };
  }

  /** What a block changes for the blocks behind it. */
  #changesOf({ next, hasNewValidators, hasNewParams }: MadeBlock): Pick<BlockWrite, "validators" | "params"> {
    const { height, validators, nextValidators, params } = next;
    return {
      validators: [
        ...(height === 1 ? [{ fromHeight: 1, set: validators }] : []),
        ...(hasNewValidators ? [{ fromHeight: height + 2, set: nextValidators }] : []),
      ],
      params: [
        ...(height === 1 ? [{ fromHeight: 1, params: this.#state.params }] : []),
        ...(hasNewParams ? [{ fromHeight: height + 1, params }] : []),
      ],
    };
  }

  /**
   * The block is durable: shows it, tells of it, and brings the mempool up to date. Resolves with how long others had their
   * turn meanwhile, milliseconds.
   */
  async #publish(committed: CommittedBlock, next: ChainState): Promise<number> {
    const { blockStore, mempool, validator } = this.#parts;
    // Checks wait until the check state holds what is left in the mempool.
    this.#intake.hold();
    try {
      this.#parts.app.commit();
      this.#state = next;
      blockStore.publish(committed);
      validator.published(next.height);
      mempool.update(
        committed.txs.map((tx) => tx.hash),
        next.height,
      );
      this.#tell(committed);
      const { pausedMs } = await inSlices(this.#recheck());
      return pausedMs;
    } finally {
      this.#intake.release();
    }
  }

  #tell(block: CommittedBlock): void {
    for (const listener of this.#listeners) {
      try {
        listener(block);
      } catch (error) {
        this.#parts.observer?.listenerFailed?.(error);
      }
    }
  }

  /**
   * Checks all that is left in the mempool again, as CometBFT does: the check state starts from the new block, and a
   * later transaction of a sender passes only behind its earlier ones.
   */
  *#recheck(): Generator<void, void, void> {
    const { mempool } = this.#parts;
    const limits = blockLimits(this.#state.params);
    for (const tx of mempool.pending()) {
      const startedMs = performance.now();
      const response = this.#parts.app.checkTx(tx, "recheck");
      // One that no block can hold would keep all others waiting behind it.
      if (response.code !== 0 || !fits(tx, response, limits)) mempool.remove(tx);
      this.#recheckMs += performance.now() - startedMs;
      yield;
    }
  }

  /** Copies blocks, indexes and state into another data folder, which must be empty, between two blocks. */
  copyTo(dataFolder: string): Promise<void> {
    return this.#inTurn(() => {
      if (this.#stopped !== undefined) throw this.#stopped;
      return this.#parts.disk.copyTo(dataFolder);
    });
  }

  /**
   * Drops every block after a height, with the state, the indexes and the mempool, in one durable step.
   * @param extra adds to the same batch
   */
  revertTo(height: number, extra: (batch: SoloBatch) => void): Promise<void> {
    return this.#inTurn(async () => {
      if (this.#stopped !== undefined) throw this.#stopped;
      if (height < 1 || height > this.latestHeight) throw new RangeError(`there is no block ${height} to revert to`);
      this.#intake.hold();
      try {
        await this.#revert(height, extra);
      } finally {
        this.#intake.release();
      }
      this.#pace.reset();
    });
  }

  async #revert(height: number, extra: (batch: SoloBatch) => void): Promise<void> {
    const { app, disk, blockStore, txIndex, mempool, validator } = this.#parts;
    const batch = disk.batch();
    await disk.truncateState(batch, height);
    await blockStore.truncate(batch, height, (block) => txIndex.remove(batch, block));
    extra(batch);
    // From here on nothing may fail half way: the node stops if it does, and finds its way at the next start.
    try {
      await validator.rewind(height);
      await batch.write();
      blockStore.rewound(height);
      disk.store.revertTo(height);
      app.revertTo(blockInfoOf(requireHead(blockStore)));
      this.#state = await readChainState(blockStore);
      mempool.clear();
    } catch (cause) {
      throw this.#fail(`the chain could not be reverted to block ${height}`, cause);
    }
  }

  /** Stops the node: what failed was neither shown nor signed in public, and nothing may follow it. */
  #fail(what: string, cause: unknown): NodeStoppedError {
    if (cause instanceof NodeStoppedError) return cause;
    const text = cause instanceof Error ? cause.message : String(cause);
    const error = new NodeStoppedError(`${what}, and the node has stopped at block ${this.latestHeight}: ${text}`, {
      cause,
    });
    this.#stopped = error;
    this.#pace.stop();
    this.#intake.close(error);
    this.#parts.observer?.failed?.(error);
    return error;
  }

  info(): ResponseInfo {
    return this.#parts.app.info();
  }

  query(request: RequestQuery): ResponseQuery {
    return this.#parts.app.query(request);
  }

  checkTx(tx: Uint8Array): Promise<ResponseCheckTx> {
    return this.#intake.submit(tx, noResult);
  }

  async submitTx(tx: Uint8Array, hash = sha256(tx)): Promise<ResponseCheckTx> {
    if (this.#stopped !== undefined) throw this.#stopped;
    const { app, mempool, observer } = this.#parts;
    const limits = blockLimits(this.#state.params);
    if (framedBytes(tx.length) > limits.maxDataBytes) {
      throw new MempoolError("too_large", `Tx too large. Max size is ${limits.maxDataBytes}, but got ${tx.length}`);
    }
    if (this.#intake.pending >= INTAKE_MAX) {
      throw new MempoolError("full", `mempool is full: number of txs being checked ${INTAKE_MAX} (max: ${INTAKE_MAX})`);
    }
    const release = mempool.reserve(tx, hash);
    let isAdded = false;
    const add: AfterCheck = (decoded, checked) => {
      if (!fits(decoded, checked, limits)) {
        const what = `tx gas limit ${checked.gasWanted} exceeds block max gas ${limits.maxGas}`;
        throw new ChainError(ErrInvalidGasLimit, what);
      }
      mempool.add(decoded, app.placeOf(decoded, checked), this.latestHeight);
      isAdded = true;
    };
    try {
      const response = await this.#intake.submit(tx, add, hash);
      if (isAdded) this.#pace.wake();
      observer?.checked?.(response);
      return response;
    } catch (error) {
      if (error instanceof ChainError) return refusal(error);
      throw error;
    } finally {
      if (!isAdded) release();
    }
  }

  simulate(tx: Uint8Array): ReturnType<ChainNode["simulate"]> {
    return this.#parts.app.simulate(tx);
  }

  /** It has executed every block it holds, and nobody else makes any. */
  async isSyncing(): Promise<boolean> {
    return false;
  }

  getBlock(height: number): Promise<StoredBlock | undefined> {
    return this.#parts.blockStore.getBlock(height);
  }

  async getBlockByHash(hash: Uint8Array): Promise<StoredBlock | undefined> {
    const height = this.#parts.blockStore.getHeightByHash(hash);
    return height === undefined ? undefined : this.getBlock(height);
  }

  async getCommit(height: number): Promise<{ header: Header; commit: Commit; canonical: boolean } | undefined> {
    const { blockStore } = this.#parts;
    const head = blockStore.getHead(height);
    const commit = blockStore.getCommit(height);
    if (head === undefined || commit === undefined) return undefined;
    return { header: head.header, commit, canonical: height < this.latestHeight };
  }

  getBlockResults(height: number): Promise<BlockResults | undefined> {
    return this.#parts.blockStore.getResults(height);
  }

  async getValidators(height: number): Promise<readonly ValidatorInfo[]> {
    if (height < 1 || height > this.latestHeight + 1) return [];
    const set = await this.#parts.blockStore.getValidators(height);
    return (set?.validators ?? []).map((validator) => ({
      address: validator.address,
      pubKey: validator.pubKey?.ed25519 ?? new Uint8Array(0),
      votingPower: validator.votingPower,
      proposerPriority: validator.proposerPriority,
    }));
  }

  async getConsensusParams(height: number): Promise<ConsensusParams> {
    const isKnown = height >= 1 && height <= this.latestHeight + 1;
    const params = isKnown ? await this.#parts.blockStore.getParams(height) : undefined;
    if (params === undefined) throw new RangeError(`there are no consensus parameters for height ${height}`);
    return params;
  }

  async getTx(hash: Uint8Array): Promise<IndexedTx | undefined> {
    return this.#parts.blockStore.getTx(hash);
  }

  searchTxs(options: SearchOptions): Promise<SearchPage<IndexedTx>> {
    return this.#parts.txIndex.searchTxs(options);
  }

  searchBlocks(options: SearchOptions): Promise<SearchPage<StoredBlock>> {
    return this.#parts.txIndex.searchBlocks(options);
  }

  onBlock(listener: (block: CommittedBlock) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }
}

/** Whether a block can hold a transaction at all. */
function fits(tx: DecodedTx, response: ResponseCheckTx, { maxDataBytes, maxGas }: TakeLimits): boolean {
  return framedBytes(tx.bytes.length) <= maxDataBytes && (maxGas === undefined || response.gasWanted <= maxGas);
}

function noResult(): void {
  // The outcome was dealt with where it came up.
}
