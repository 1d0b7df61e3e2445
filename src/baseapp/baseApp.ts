// The ABCI 2.0 application (cosmos-sdk v0.53 baseapp): synchronous, and a pure function of (state, block). It does not
// know the disk: what a block changed is returned for somebody else to make durable.

import type {
  Event,
  ExecTxResult,
  RequestInitChain,
  RequestQuery,
  ResponseCheckTx,
  ResponseFinalizeBlock,
  ResponseInfo,
  ResponseInitChain,
} from "../../gen/tendermint/abci/types.ts";
import { ResponseQuery, ValidatorUpdate } from "../../gen/tendermint/abci/types.ts";
import type { ConsensusParams } from "../../gen/tendermint/types/params.ts";
import { copyBytes, fromUtf8, toHex, utf8 } from "../codec/bytes.ts";
import { ChainError } from "../codec/chainError.ts";
import { decodeTx, TX_LIMITS } from "../codec/decodeTx.ts";
import { encodeMessage } from "../codec/message.ts";
import { jsonToMessage, messageToJson } from "../codec/protoJson.ts";
import type { TypeRegistry } from "../codec/registry.ts";
import { ErrOutOfGas, ErrUnknownRequest } from "../codec/sdkErrors.ts";
import { runToEnd } from "../codec/steps.ts";
import { timestampToNs } from "../codec/time.ts";
import type { DecodedTx } from "../codec/tx.ts";
import { sha256 } from "../crypto/hash.ts";
import { type WriteSet, writeSet } from "../store/cacheStore.ts";
import type { CommitMultiStore, LayerStore, StoreChanges, StoreCommit } from "../store/multiStore.ts";
import { checkQueryHeight, queryFailure, queryStore, refuseQuery } from "./abciQuery.ts";
import { type BlockInfo, type ConsensusReport, Context, type ExecMode } from "./context.ts";
import { EventManager } from "./events.ts";
import { GasMeter } from "./gas.ts";
import type { AppModule, ModuleGenesis, QueryHandler } from "./module.ts";
import type { Router } from "./msgRouter.ts";
import { QUERY_CACHE_BYTES_MAX, QueryCache, queryIdOf } from "./queryCache.ts";
import { QueryReads } from "./queryReads.ts";
import { type AnteHandler, runTx, type TxRun } from "./runTx.ts";
import { SimulationFailure, type TxFailure } from "./txResult.ts";

/** What an application is made of. */
export interface BaseAppOptions {
  readonly name: string;
  readonly version: string;
  readonly registry: TypeRegistry;
  readonly stores: CommitMultiStore;
  /** In the order of their block hooks and of their genesis. */
  readonly modules: readonly AppModule[];
  readonly router: Router;
  readonly ante: AnteHandler;
  /** The least gas that a simulation of a transaction reports; what it used unless given. */
  readonly simulatedGasMin?: (ctx: Context, tx: DecodedTx) => bigint;
  /** The last durable block; undefined for a new chain. */
  readonly lastBlock?: BlockInfo | undefined;
  /** Limits of the last durable block's consensus parameters. */
  readonly maxGas?: bigint | undefined;
  /** Bytes of answers of queries that are kept; QUERY_CACHE_BYTES_MAX unless given. */
  readonly queryCacheBytesMax?: number;
}

/** A block to execute. */
export interface FinalizeBlockRequest {
  readonly height: number;
  readonly timeNs: bigint;
  readonly txs: readonly BlockTx[];
  readonly proposerAddress: Uint8Array;
  /** What consensus tells of the validators. */
  readonly consensus?: Omit<ConsensusReport, "lastAppHash"> | undefined;
}

/** A transaction of a block: decoded, or why it cannot be. No honest proposer puts such a one into a block. */
export type BlockTx = DecodedTx | ChainError;

/** An executed block: the answer of ABCI, and what is to be made durable. */
export interface FinalizedBlock {
  readonly response: ResponseFinalizeBlock;
  readonly commit: StoreCommit;
}

/** A simulated transaction. */
export interface Simulation {
  readonly gasWanted: bigint;
  readonly gasUsed: bigint;
  readonly result: ExecTxResult;
  readonly msgResponses: readonly { typeUrl: string; value: Uint8Array }[];
}

const NO_BYTES = new Uint8Array(0);
/** App hash before the first commit (baseapp/abci.go InitChain). */
const EMPTY_APP_HASH = sha256(NO_BYTES);
const PROTOCOL_VERSION = 0n;

/** The application. */
export class BaseApp {
  readonly registry: TypeRegistry;
  readonly router: Router;
  readonly #options: BaseAppOptions;
  readonly #stores: CommitMultiStore;
  #block: BlockInfo;
  #maxGas: bigint | undefined;
  /** What checks see: the committed state with the transactions that passed since. */
  #checkState: WriteSet;
  /** The genesis, until block 1 takes it along. */
  #genesisState: WriteSet | undefined;
  /** The block that is staged, and what it changes. */
  #staged: { readonly block: BlockInfo; readonly changes: readonly StoreChanges[] } | undefined;
  /** Answers from the last committed state. */
  readonly #answers: QueryCache;

  constructor(options: BaseAppOptions) {
    this.#options = options;
    this.registry = options.registry;
    this.router = options.router;
    this.#stores = options.stores;
    this.#block = options.lastBlock ?? { chainId: "", height: 0, timeNs: 0n, proposerAddress: NO_BYTES };
    this.#maxGas = options.maxGas;
    this.#checkState = writeSet(this.#stores.latest());
    this.#answers = new QueryCache(options.queryCacheBytesMax ?? QUERY_CACHE_BYTES_MAX);
  }

  /** The last committed block. */
  get block(): BlockInfo {
    return this.#block;
  }

  /** The gas limit of blocks; undefined is none. */
  get maxGas(): bigint | undefined {
    return this.#maxGas;
  }

  /** Height and app hash of the committed state. */
  info(): ResponseInfo {
    return {
      data: this.#options.name,
      version: this.#options.version,
      appVersion: PROTOCOL_VERSION,
      lastBlockHeight: BigInt(this.#stores.version),
      lastBlockAppHash: this.#stores.version === 0 ? NO_BYTES : this.#stores.appHash,
    };
  }

  /** Reads the genesis into the state that block 1 will start from. Throws an Error that names the module. */
  initChain(request: RequestInitChain): ResponseInitChain {
    if (this.#stores.version !== 0) throw new Error("the chain has begun already");
    const state = writeSet(this.#stores.latest());
    this.#block = {
      chainId: request.chainId,
      height: 0,
      timeNs: request.time === undefined ? 0n : timestampToNs(request.time),
      proposerAddress: NO_BYTES,
    };
    this.#maxGas = maxGasOf(request.consensusParams);
    const ctx = this.#context("genesis", state, { ...this.#block, height: Number(request.initialHeight) });
    const appState = parseAppState(request.appStateBytes);
    const unknown = Object.keys(appState).filter(
      (name) => !this.#options.modules.some((module) => module.name === name),
    );
    if (unknown.length > 0) throw new Error(`genesis has the state of unknown modules: ${unknown.join(", ")}`);
    for (const module of this.#options.modules) {
      if (module.genesis !== undefined)
        initModule(this.registry, module.name, module.genesis, ctx, appState[module.name]);
    }
    const validators = this.#validatorUpdates(ctx);
    requireSameValidators(request.validators, validators);
    this.#genesisState = state;
    this.#checkState = this.#blockState();
    return { consensusParams: undefined, validators, appHash: EMPTY_APP_HASH };
  }

  /** Decodes a transaction; `hash` is its sha256 if that is known. Throws ChainError. */
  decode(bytes: Uint8Array, hash?: Uint8Array): DecodedTx {
    return decodeTx(this.registry, bytes, TX_LIMITS, hash);
  }

  /** A context over what checks see: for code that prepares a check. */
  checkContext(): Context {
    return this.#context("check", this.#checkState, this.#block);
  }

  /** Runs the ante handler against the check state, which then has the fee and the sequence of a passing transaction. */
  checkTx(tx: DecodedTx, mode: "check" | "recheck"): ResponseCheckTx {
    const gas = new GasMeter(gasLimitOf(tx));
    const ctx = this.#context(mode, this.#checkState, this.#block, gas);
    const run = this.#run(ctx, tx, true);
    return {
      code: run.failure?.code ?? 0,
      codespace: run.failure?.codespace ?? "",
      log: run.failure?.log ?? "",
      data: NO_BYTES,
      info: "",
      gasWanted: asInt64(gasLimitOf(tx)),
      gasUsed: gas.consumed,
      events: run.events,
    };
  }

  /**
   * Runs a transaction against the check state without leaving anything. Throws ChainError: SimulationFailure when it
   * ran and failed.
   */
  simulate(bytes: Uint8Array): Simulation {
    const tx = this.decode(bytes);
    const gas = new GasMeter(undefined);
    const ctx = this.#context("simulate", this.#checkState, this.#block, gas).branch().ctx;
    const run = this.#run(ctx.with({ gas }), tx, false);
    if (run.failure !== undefined) {
      throw new SimulationFailure(run.failure, gas.consumed);
    }
    const least = this.#options.simulatedGasMin?.(ctx, tx) ?? 0n;
    const gasUsed = gas.consumed < least ? least : gas.consumed;
    return {
      gasWanted: gas.wanted,
      gasUsed,
      result: resultOf(run, gas.wanted, gasUsed),
      msgResponses: run.msgResponses,
    };
  }

  /**
   * Tries the transactions of a block that is not decided yet, over the state it would start from: the returned function
   * takes one after the other, and gives the refusal of the ante handler, or undefined and the transaction counts for
   * those behind it. Leaves nothing.
   */
  tryBlock(block: Omit<FinalizeBlockRequest, "txs">): (tx: DecodedTx) => TxFailure | undefined {
    const info = this.#blockInfo(block);
    const state = this.#blockState();
    return (tx) => this.#run(this.#context("finalize", state, info, new GasMeter(gasLimitOf(tx))), tx, true).failure;
  }

  /** Executes a block and stages its state. Nothing visible moves before `commit`. */
  finalizeBlock(request: FinalizeBlockRequest): FinalizedBlock {
    return runToEnd(this.executeBlock(request));
  }

  /**
   * The same in steps: one for each transaction, which gives its result, and others, which give nothing. Between two of
   * them checks and queries may run: they see the committed state. Nothing may be committed or reverted before the last.
   */
  *executeBlock(request: FinalizeBlockRequest): Generator<ExecTxResult | undefined, FinalizedBlock, void> {
    const block = this.#blockInfo(request);
    const state = this.#blockState();
    const report = this.#consensusReport(request.consensus);
    const begin = this.#context("finalize", state, { ...block, consensus: report });
    for (const module of this.#options.modules) module.beginBlock?.(begin);
    const txResults = yield* this.#runTxs(request.txs, state, block);
    const end = this.#context("finalize", state, block);
    for (const module of this.#options.modules) module.endBlock?.(end);
    const validatorUpdates = this.#validatorUpdates(end);
    const events = [...blockEvents(begin, "BeginBlock"), ...blockEvents(end, "EndBlock")];
    const changes = state.changes();
    yield;
    const commit = yield* this.#stores.stageInSteps(changes);
    this.#staged = { block, changes };
    return {
      response: {
        events,
        txResults,
        validatorUpdates,
        consensusParamUpdates: undefined,
        appHash: commit.appHash,
      },
      commit,
    };
  }

  #blockInfo({ height, timeNs, proposerAddress }: Omit<FinalizeBlockRequest, "txs">): BlockInfo {
    const expected = this.#stores.version + 1;
    if (height !== expected) throw new Error(`block ${height} cannot follow; expected is ${expected}`);
    return { chainId: this.#block.chainId, height, timeNs, proposerAddress };
  }

  /** The state a block starts from: for block 1 the genesis. Executing a block again starts from the same. */
  #blockState(): WriteSet {
    if (this.#genesisState === undefined) return writeSet(this.#stores.latest());
    const state = writeSet(this.#stores.latest());
    for (const { name, changes } of this.#genesisState.changes()) {
      const store = state.store(name);
      for (const [key, value] of changes) {
        if (value === undefined) store.delete(key);
        else store.set(key, value);
      }
    }
    return state;
  }

  /** Makes the staged block the committed state. Checks start from it. */
  commit(): void {
    if (this.#staged === undefined) throw new Error("no block is staged");
    this.#stores.commit();
    this.#answers.advance(this.#staged.changes);
    this.#block = this.#staged.block;
    this.#staged = undefined;
    this.#genesisState = undefined;
    this.#checkState = writeSet(this.#stores.latest());
  }

  /** Starts over from an earlier committed block, which the stores have gone back to. */
  revertTo(block: BlockInfo): void {
    this.#block = block;
    this.#staged = undefined;
    this.#answers.clear();
    this.#checkState = writeSet(this.#stores.latest());
  }

  /** Answers a query. Never throws. */
  query(request: RequestQuery): ResponseQuery {
    const latest = this.#stores.version;
    let height = latest;
    try {
      height = checkQueryHeight(request.height, latest);
      return this.#answer(request, height);
    } catch (thrown) {
      return refuseQuery(queryFailure(thrown), height);
    }
  }

  #answer(request: RequestQuery, height: number): ResponseQuery {
    const handler = this.router.query(request.path);
    const { path, data, prove } = request;
    if (handler !== undefined) {
      const id = height === this.#stores.version ? queryIdOf(path, data) : undefined;
      const value =
        id === undefined ? answerOf(handler, this.queryContext(height), data) : this.#latest(handler, id, data);
      return { ...NO_ANSWER, value, height: BigInt(height) };
    }
    if (path.startsWith("/store/")) return queryStore(this.#stores, { path, data, height, prove });
    if (path === "/app/version") {
      return ResponseQuery.fromPartial({ value: utf8(this.#options.version), height: BigInt(height) });
    }
    throw new ChainError(ErrUnknownRequest, `unknown query path: ${path}`);
  }

  /** The answer from the last committed state: the same bytes again unless something has changed that it was made of. */
  #latest(handler: QueryHandler, id: string, data: Uint8Array): Uint8Array {
    const known = this.#answers.get(id);
    if (known !== undefined) return known;
    const reads = new QueryReads();
    const stores = reads.stores(writeSet(this.#stores.latest()));
    const value = answerOf(
      handler,
      this.#context("query", stores, reads.block({ ...this.#block, height: this.#stores.version })),
      data,
    );
    this.#answers.set(id, value, reads);
    return value;
  }

  /** A context over the committed state of a height. Throws VersionNotAvailableError. */
  queryContext(height = this.#stores.version): Context {
    const state = writeSet(this.#stores.at(height));
    return this.#context("query", state, { ...this.#block, height }, new GasMeter(undefined));
  }

  /** The default genesis of every module, as JSON. */
  defaultGenesis(): Record<string, unknown> {
    return this.#genesisJson((genesis) => genesis.defaultGenesis());
  }

  /** The state of every module at a height (the last one) as genesis JSON. Throws VersionNotAvailableError. */
  exportGenesis(height?: number): Record<string, unknown> {
    const ctx = this.queryContext(height);
    return this.#genesisJson((genesis) => genesis.export(ctx));
  }

  #genesisJson(stateOf: (genesis: ModuleGenesis<unknown>) => unknown): Record<string, unknown> {
    const json: Record<string, unknown> = {};
    for (const { name, genesis } of this.#options.modules) {
      if (genesis === undefined) continue;
      const bytes = genesis.codec.encode(stateOf(genesis)).finish();
      json[name] = messageToJson(this.registry, genesis.codec.$type, bytes);
    }
    return json;
  }

  /** Checks every invariant over the committed state: what is broken, one text for each. */
  brokenInvariants(): readonly string[] {
    return this.brokenInvariantsOf(this.queryContext());
  }

  /** The same over any state. */
  brokenInvariantsOf(ctx: Context): readonly string[] {
    return this.#options.modules
      .flatMap((module) => module.invariants ?? [])
      .flatMap(({ name, check }) => {
        const broken = check(ctx);
        return broken === undefined ? [] : [`${name}: ${broken}`];
      });
  }

  *#runTxs(
    txs: readonly BlockTx[],
    state: LayerStore,
    block: BlockInfo,
  ): Generator<ExecTxResult, ExecTxResult[], void> {
    const results: ExecTxResult[] = [];
    let blockGas = 0n;
    for (const tx of txs) {
      const result = tx instanceof ChainError ? refusedResult(tx, 0n) : this.#runTx(tx, state, block, blockGas);
      results.push(result);
      blockGas += result.gasUsed;
      yield result;
    }
    return results;
  }

  /** `blockGas` is what the transactions before it in the block have used. */
  #runTx(tx: DecodedTx, state: LayerStore, block: BlockInfo, blockGas: bigint): ExecTxResult {
    const limit = gasLimitOf(tx);
    if (this.#maxGas !== undefined && blockGas >= this.#maxGas) {
      return refusedResult(new ChainError(ErrOutOfGas, "no block gas left to run tx"), limit);
    }
    const gas = new GasMeter(limit);
    const run = this.#run(this.#context("finalize", state, block, gas), tx, false, () => {
      if (this.#maxGas === undefined || blockGas + gas.consumed <= this.#maxGas) return;
      throw new ChainError(
        ErrOutOfGas,
        `out of gas in location: block gas meter; gasWanted: ${limit}, gasUsed: ${gas.consumed}`,
      );
    });
    return resultOf(run, limit, gas.consumed);
  }

  #run(ctx: Context, tx: DecodedTx, isChecking: boolean, beforeWrite?: () => void): TxRun {
    const { ante } = this.#options;
    return runTx(ctx, tx, { router: this.router, ante, isChecking, ...(beforeWrite && { beforeWrite }) });
  }

  #validatorUpdates(ctx: Context): ValidatorUpdate[] {
    return this.#options.modules.flatMap((module) => module.validatorUpdates?.(ctx) ?? []);
  }

  #consensusReport(told: FinalizeBlockRequest["consensus"]): ConsensusReport {
    const lastAppHash = this.#stores.version === 0 ? EMPTY_APP_HASH : this.#stores.appHash;
    const { votes = [], misbehavior = [], nextValidatorsHash = NO_BYTES } = told ?? {};
    return { votes, misbehavior, nextValidatorsHash, lastAppHash };
  }

  #context(mode: ExecMode, stores: LayerStore, block: BlockInfo, gas = new GasMeter(undefined)): Context {
    return new Context({ block, mode, gas, events: new EventManager(), stores });
  }
}

/** PERF: spread by literal; `fromPartial` takes longer than to find an answer that is known. */
const NO_ANSWER: ResponseQuery = Object.freeze(ResponseQuery.fromPartial({}));

/** The encoded answer to an encoded question. Throws what the handler throws. */
function answerOf(handler: QueryHandler, ctx: Context, data: Uint8Array): Uint8Array {
  // In memory of its own: one that is kept for long must not keep what else was encoded about then.
  return copyBytes(encodeMessage(handler.response, handler.handle(ctx, handler.request.decode(data))));
}

/** What the hooks of a block have emitted, and which hooks. */
function blockEvents(ctx: Context, mode: string): Event[] {
  return ctx.events.list().map(({ type, attributes }) => ({
    type,
    attributes: [...attributes, { key: "mode", value: mode, index: true }],
  }));
}

/** Throws an Error unless the modules want the validators of the genesis document, where it has some. */
function requireSameValidators(given: readonly ValidatorUpdate[], wanted: readonly ValidatorUpdate[]): void {
  const textOf = (update: ValidatorUpdate) => toHex(ValidatorUpdate.encode(update).finish());
  if (given.length === 0) return;
  if (given.length !== wanted.length) {
    throw new Error(`genesis has ${given.length} validators, x/staking has ${wanted.length} with power`);
  }
  const known = new Set(wanted.map(textOf));
  if (given.every((update) => known.has(textOf(update)))) return;
  throw new Error("genesis has other validators or other powers than x/staking");
}

/** The gas limit that a transaction pays for. */
export function gasLimitOf(tx: DecodedTx): bigint {
  return tx.authInfo.fee?.gasLimit ?? 0n;
}

/** A limit that no block can hold is refused, and told in ABCI's signed number as the SDK tells it: it may be negative. */
function asInt64(gas: bigint): bigint {
  return BigInt.asIntN(64, gas);
}

function resultOf(run: TxRun, gasWanted: bigint, gasUsed: bigint): ExecTxResult {
  return {
    code: run.failure?.code ?? 0,
    codespace: run.failure?.codespace ?? "",
    log: run.failure?.log ?? "",
    data: run.data,
    info: "",
    gasWanted: asInt64(gasWanted),
    gasUsed,
    events: run.events,
  };
}

/** The result of a transaction that was not run. */
function refusedResult({ code, codespace, message }: ChainError, gasWanted: bigint): ExecTxResult {
  const failure = { code, codespace, log: message };
  return resultOf({ failure, data: NO_BYTES, msgResponses: [], events: [] }, gasWanted, 0n);
}

/** The gas limit of blocks; -1 is none. */
export function maxGasOf(params: ConsensusParams | undefined): bigint | undefined {
  const maxGas = params?.block?.maxGas ?? -1n;
  return maxGas < 0n ? undefined : maxGas;
}

function parseAppState(bytes: Uint8Array): Record<string, unknown> {
  if (bytes.length === 0) return {};
  const json: unknown = JSON.parse(fromUtf8(bytes));
  if (typeof json !== "object" || json === null || Array.isArray(json)) throw new Error("app_state is not an object");
  return json as Record<string, unknown>;
}

/** A module's genesis message from its JSON; its default when there is none. Throws an Error that names the module. */
export function parseModuleGenesis(
  registry: TypeRegistry,
  name: string,
  genesis: ModuleGenesis<unknown>,
  json: unknown,
): unknown {
  try {
    const state =
      json === undefined
        ? genesis.defaultGenesis()
        : // What was parsed from JSON text is JSON.
          genesis.codec.decode(jsonToMessage(registry, genesis.codec.$type, json as never));
    genesis.validate(state);
    return state;
  } catch (cause) {
    throw new Error(`genesis of ${name}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}

function initModule(
  registry: TypeRegistry,
  name: string,
  genesis: ModuleGenesis<unknown>,
  ctx: Context,
  json: unknown,
): void {
  genesis.init(ctx, parseModuleGenesis(registry, name, genesis, json));
}
