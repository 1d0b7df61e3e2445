// One block of the embedded node: its header, its execution, its commit. Nothing here is durable or visible yet.

import type { ExecTxResult, ResponseFinalizeBlock } from "../../../gen/tendermint/abci/types.ts";
import type { Block } from "../../../gen/tendermint/types/block.ts";
import type { ConsensusParams } from "../../../gen/tendermint/types/params.ts";
import type { BlockID, Commit, CommitSig, Header } from "../../../gen/tendermint/types/types.ts";
import { BlockIDFlag, type ValidatorSet } from "../../../gen/tendermint/types/validator.ts";
import { bytesEqual } from "../../codec/bytes.ts";
import { TIME_SECONDS_MIN, timestampFromNs } from "../../codec/time.ts";
import type { DecodedTx } from "../../codec/tx.ts";
import type { StoreCommit } from "../../store/multiStore.ts";
import type { CommittedBlock } from "../chainNode.ts";
import { type ToldReport, votesOfCommit } from "../consensusReport.ts";
import {
  blockIdOf,
  commitHash,
  consensusParamsHash,
  dataHash,
  evidenceHash,
  lastResultsHash,
  precommitSignBytes,
  validatorsHash,
} from "../hashing.ts";
import { totalPower, updateValidators } from "../validatorSet.ts";
import type { PrivValidator } from "./privValidator.ts";

/** CometBFT's block protocol version (version/version.go). */
export const BLOCK_PROTOCOL = 11n;

/** Time between a block and its precommit: CometBFT lets no vote be earlier (consensus/state.go voteTime). */
const VOTE_DELAY_NS = 1_000_000n;

/** In the place of a validator that did not vote. */
const ABSENT: CommitSig = Object.freeze({
  blockIdFlag: BlockIDFlag.BLOCK_ID_FLAG_ABSENT,
  validatorAddress: new Uint8Array(0),
  timestamp: { seconds: TIME_SECONDS_MIN, nanos: 0 },
  signature: new Uint8Array(0),
});

/** All that the next block's header takes from the chain so far. */
export interface ChainState {
  /** 0 before the first block. */
  readonly height: number;
  /** Of the last block; before the first, of the genesis. */
  readonly timeNs: bigint;
  readonly lastBlockId: BlockID;
  /** The commit for the last block. */
  readonly lastCommit: Commit;
  readonly appHash: Uint8Array;
  readonly lastResultsHash: Uint8Array;
  /** Who voted on the last block; nobody before the first. */
  readonly lastValidators: ValidatorSet | undefined;
  /** Who votes on the next block. */
  readonly validators: ValidatorSet;
  /** Who votes on the one after it: what a block changes takes effect two blocks later. */
  readonly nextValidators: ValidatorSet;
  readonly params: ConsensusParams;
}

/** A block that was executed. */
export interface MadeBlock {
  readonly committed: CommittedBlock;
  /** The commit for it. */
  readonly commit: Commit;
  readonly storeCommit: StoreCommit;
  /** The state for the block after it. */
  readonly next: ChainState;
  /** Whether the parameters change with the next block. */
  readonly hasNewParams: boolean;
  /** Whether the validators change with the block after the next. */
  readonly hasNewValidators: boolean;
  /** How long the application took. */
  readonly executeMs: number;
}

/** What the application is told of a block. */
export interface FinalizeRequest {
  readonly txs: readonly DecodedTx[];
  readonly height: number;
  readonly timeNs: bigint;
  /** The header's hash, 32 bytes. */
  readonly hash: Uint8Array;
  readonly proposerAddress: Uint8Array;
  readonly consensus: ToldReport;
}

/** What the application gives for a block. */
export interface ExecutedBlock {
  readonly response: ResponseFinalizeBlock;
  readonly commit: StoreCommit;
}

/** The part of the application that makes blocks. */
export interface BlockExecutor {
  /**
   * Executes a block: a step for each transaction, which gives its result, and others. Checks and queries may run between
   * two steps.
   */
  executeBlock(request: FinalizeRequest): Generator<ExecTxResult | undefined, ExecutedBlock, void>;
}

/** Makes blocks. */
export class BlockMaker {
  readonly #chainId: string;
  readonly #app: BlockExecutor;
  readonly #validator: PrivValidator;

  constructor(chainId: string, app: BlockExecutor, validator: PrivValidator) {
    this.#chainId = chainId;
    this.#app = app;
    this.#validator = validator;
  }

  /**
   * Builds the next block, executes it and signs the commit for it, in steps, of which one for each transaction gives its
   * result. The application's new state is staged.
   * Throws when the application asks for what one validator cannot give, and DoubleSignError.
   */
  *make(
    state: ChainState,
    txs: readonly DecodedTx[],
    timeNs: bigint,
  ): Generator<ExecTxResult | undefined, MadeBlock, void> {
    const block = buildBlock({
      chainId: this.#chainId,
      proposerAddress: this.#validator.key.address,
      state,
      txs,
      timeNs,
    });
    yield;
    const { blockId, sizeBytes } = blockIdOf(block);
    yield;
    const execution = this.#app.executeBlock({
      txs,
      height: state.height + 1,
      timeNs,
      hash: blockId.hash,
      proposerAddress: block.header.proposerAddress,
      consensus: {
        votes: state.lastValidators === undefined ? [] : votesOfCommit(state.lastCommit, state.lastValidators),
        misbehavior: [],
        nextValidatorsHash: block.header.nextValidatorsHash,
      },
    });
    let executeMs = 0;
    let executed: ExecutedBlock | undefined;
    while (executed === undefined) {
      const startedMs = performance.now();
      const step = execution.next();
      executeMs += performance.now() - startedMs;
      if (step.done === true) executed = step.value;
      else yield step.value;
    }
    yield;
    const { response, commit: storeCommit } = executed;
    checkResponse(state.height + 1, txs.length, response);
    const nextValidators = updateValidators(state.nextValidators, response.validatorUpdates);
    this.#requireMajority(state.height + 1, nextValidators);
    const commit = this.#sign(state.height + 1, blockId, timeNs + VOTE_DELAY_NS, state.validators);
    const params = mergeParams(state.params, response.consensusParamUpdates);
    const next: ChainState = {
      height: state.height + 1,
      timeNs,
      lastBlockId: blockId,
      lastCommit: commit,
      appHash: response.appHash,
      lastResultsHash: lastResultsHash(response.txResults),
      lastValidators: state.validators,
      validators: state.nextValidators,
      nextValidators,
      params,
    };
    return {
      committed: committedBlock({ height: next.height, block, blockId, sizeBytes, txs, response }),
      commit,
      storeCommit,
      next,
      hasNewParams: params !== state.params,
      hasNewValidators: nextValidators !== state.nextValidators,
      executeMs,
    };
  }

  /**
   * The embedded node is one validator. Others may join the set and are absent, as long as its own power alone commits
   * blocks; a block that would end that is not made.
   */
  #requireMajority(height: number, { validators }: ValidatorSet): void {
    const total = totalPower(validators);
    const own = validators.find(({ address }) => bytesEqual(address, this.#validator.key.address))?.votingPower ?? 0n;
    if (own * 3n > total * 2n) return;
    throw new Error(
      `block ${height} leaves this node with ${own} of ${total} voting power; the embedded node signs alone and needs two thirds`,
    );
  }

  #sign(height: number, blockId: BlockID, timeNs: bigint, { validators }: ValidatorSet): Commit {
    const timestamp = timestampFromNs(timeNs);
    const signBytes = precommitSignBytes({ chainId: this.#chainId, height, round: 0, blockId, timestamp });
    const own: CommitSig = {
      blockIdFlag: BlockIDFlag.BLOCK_ID_FLAG_COMMIT,
      validatorAddress: this.#validator.key.address,
      timestamp,
      signature: this.#validator.signPrecommit(height, signBytes),
    };
    const signatures = validators.map(({ address }) => (bytesEqual(address, own.validatorAddress) ? own : ABSENT));
    return { height: BigInt(height), round: 0, blockId, signatures };
  }
}

/** A block with all that `BlockMaker` set. */
type BuiltBlock = Block & { header: Header; data: { txs: Uint8Array[] }; lastCommit: Commit };

function buildBlock(parts: {
  readonly chainId: string;
  readonly proposerAddress: Uint8Array;
  readonly state: ChainState;
  readonly txs: readonly DecodedTx[];
  readonly timeNs: bigint;
}): BuiltBlock {
  const { chainId, proposerAddress, state, txs, timeNs } = parts;
  const { validators, nextValidators } = state;
  const setHash = validatorsHash(validators);
  return {
    header: {
      version: { block: BLOCK_PROTOCOL, app: state.params.version?.app ?? 0n },
      chainId,
      height: BigInt(state.height + 1),
      time: timestampFromNs(timeNs),
      lastBlockId: state.lastBlockId,
      lastCommitHash: commitHash(state.lastCommit),
      dataHash: dataHash(txs.map((tx) => tx.hash)),
      validatorsHash: setHash,
      nextValidatorsHash: nextValidators === validators ? setHash : validatorsHash(nextValidators),
      consensusHash: consensusParamsHash(state.params),
      appHash: state.appHash,
      lastResultsHash: state.lastResultsHash,
      evidenceHash: evidenceHash([]),
      proposerAddress,
    },
    data: { txs: txs.map((tx) => tx.bytes) },
    evidence: { evidence: [] },
    lastCommit: state.lastCommit,
  };
}

/** Refuses what the embedded node cannot honour, before anything is signed. */
function checkResponse(height: number, txCount: number, response: ResponseFinalizeBlock): void {
  if (response.txResults.length !== txCount) {
    throw new Error(
      `block ${height} has ${txCount} transactions, the application gave ${response.txResults.length} results`,
    );
  }
}

/** The parameters with the groups that are given replaced (types/params.go Update). The same object when none is. */
export function mergeParams(params: ConsensusParams, updates: ConsensusParams | undefined): ConsensusParams {
  if (updates === undefined) return params;
  return {
    block: updates.block ?? params.block,
    evidence: updates.evidence ?? params.evidence,
    validator: updates.validator ?? params.validator,
    version: updates.version ?? params.version,
    abci: updates.abci ?? params.abci,
  };
}

function committedBlock(parts: {
  readonly height: number;
  readonly block: BuiltBlock;
  readonly blockId: BlockID;
  readonly sizeBytes: number;
  readonly txs: readonly DecodedTx[];
  readonly response: ResponseFinalizeBlock;
}): CommittedBlock {
  const { height, block, blockId, sizeBytes, txs, response } = parts;
  return {
    height,
    block,
    blockId,
    sizeBytes,
    txs: txs.map((tx, index) => ({ hash: tx.hash, height, index, tx: tx.bytes, result: response.txResults[index]! })),
    results: {
      height,
      txResults: response.txResults,
      events: response.events,
      validatorUpdates: response.validatorUpdates,
      consensusParamUpdates: response.consensusParamUpdates,
      appHash: response.appHash,
    },
  };
}
