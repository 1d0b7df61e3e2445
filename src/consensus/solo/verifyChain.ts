// Proves a block store by itself: every hash of every header, the links between blocks, the signatures of the commits,
// and that each transaction is found by its hash. What a light client and an auditor would do, for each block.

import type { ConsensusParams } from "../../../gen/tendermint/types/params.ts";
import { BlockID, Commit } from "../../../gen/tendermint/types/types.ts";
import type { ValidatorSet } from "../../../gen/tendermint/types/validator.ts";
import { bytesEqual, toHex } from "../../codec/bytes.ts";
import { timestampToNs } from "../../codec/time.ts";
import type { BlockStore } from "../blockStore.ts";
import type { CommittedBlock } from "../chainNode.ts";
import {
  blockIdOf,
  checkCommit,
  commitHash,
  consensusParamsHash,
  dataHash,
  evidenceHash,
  lastResultsHash,
  validatorsHash,
} from "../hashing.ts";

/** A block store that contradicts itself. */
export class ChainCheckError extends Error {
  readonly code = "chain_check_failed";
  readonly height: number;

  constructor(height: number, what: string) {
    super(`block ${height}: ${what}`);
    this.name = "ChainCheckError";
    this.height = height;
  }
}

/** Checks all blocks from the oldest held to the last; resolves with how many. Throws ChainCheckError. */
export async function verifyChain(blocks: BlockStore): Promise<number> {
  let previous: CommittedBlock | undefined;
  let count = 0;
  for (let height = Math.max(1, blocks.earliestHeight); height <= blocks.latestHeight; height++) {
    const block = await blocks.getCommitted(height);
    if (block === undefined) throw new ChainCheckError(height, "is missing");
    const validators = await blocks.getValidators(height);
    const params = await blocks.getParams(height);
    const commit = blocks.getCommit(height);
    if (validators === undefined || params === undefined || commit === undefined) {
      throw new ChainCheckError(height, "its validators, parameters or commit are missing");
    }
    checkContent(block, validators, params);
    if (previous !== undefined) checkLink(previous, block, blocks.getCommit(height - 1));
    checkSigned(block, commit, validators);
    checkLookups(block, blocks);
    previous = block;
    count++;
  }
  return count;
}

/** Throws unless two hashes are the same. */
function same(height: number, what: string, actual: Uint8Array | undefined, expected: Uint8Array): void {
  if (actual !== undefined && bytesEqual(actual, expected)) return;
  throw new ChainCheckError(height, `${what} is ${toHex(actual ?? new Uint8Array(0))}, expected ${toHex(expected)}`);
}

/** The header speaks of what is in the block. */
function checkContent(committed: CommittedBlock, validators: ValidatorSet, params: ConsensusParams): void {
  const { height, block, txs } = committed;
  const header = block.header;
  if (header === undefined || block.lastCommit === undefined) throw new ChainCheckError(height, "has no header");
  if (header.height !== BigInt(height)) throw new ChainCheckError(height, `its header says height ${header.height}`);
  const { blockId, sizeBytes } = blockIdOf(block);
  same(height, "block id", BlockID.encode(committed.blockId).finish(), BlockID.encode(blockId).finish());
  if (sizeBytes !== committed.sizeBytes) throw new ChainCheckError(height, `its size is ${sizeBytes}`);
  same(height, "data hash", header.dataHash, dataHash(txs.map((tx) => tx.hash)));
  same(height, "last commit hash", header.lastCommitHash, commitHash(block.lastCommit));
  same(height, "validators hash", header.validatorsHash, validatorsHash(validators));
  same(height, "consensus hash", header.consensusHash, consensusParamsHash(params));
  same(height, "evidence hash", header.evidenceHash, evidenceHash(block.evidence?.evidence ?? []));
  if (!validators.validators.some((validator) => bytesEqual(validator.address, header.proposerAddress))) {
    throw new ChainCheckError(height, `its proposer ${toHex(header.proposerAddress)} is no validator`);
  }
}

/** The block follows the one before it. */
function checkLink(previous: CommittedBlock, { height, block }: CommittedBlock, commit: Commit | undefined): void {
  const header = block.header!;
  const before = previous.block.header!;
  if (header.chainId !== before.chainId) throw new ChainCheckError(height, `its chain id is ${header.chainId}`);
  if (header.lastBlockId === undefined || commit === undefined || block.lastCommit === undefined) {
    throw new ChainCheckError(height, "does not name the block before it");
  }
  same(height, "last block id", BlockID.encode(header.lastBlockId).finish(), BlockID.encode(previous.blockId).finish());
  same(height, "last commit", Commit.encode(block.lastCommit).finish(), Commit.encode(commit).finish());
  same(height, "app hash", header.appHash, previous.results.appHash);
  same(height, "last results hash", header.lastResultsHash, lastResultsHash(previous.results.txResults));
  same(height, "validators hash", header.validatorsHash, before.nextValidatorsHash);
  if (timestampToNs(header.time!) <= timestampToNs(before.time!)) {
    throw new ChainCheckError(height, "its time is not after the block before it");
  }
}

/** More than two thirds of the power signed the block. */
function checkSigned({ height, block, blockId }: CommittedBlock, commit: Commit, validators: ValidatorSet): void {
  if (commit.height !== BigInt(height)) throw new ChainCheckError(height, `its commit is for height ${commit.height}`);
  const verifiers = validators.validators.map(({ address, pubKey, votingPower }) => ({
    address,
    pubKey: pubKey?.ed25519 ?? new Uint8Array(0),
    votingPower,
  }));
  const problem = checkCommit(block.header!.chainId, blockId, commit, verifiers);
  if (problem !== undefined) throw new ChainCheckError(height, problem);
}

/** Block and transactions are found by hash. */
function checkLookups(block: CommittedBlock, blocks: BlockStore): void {
  if (blocks.getHeightByHash(block.blockId.hash) !== block.height) {
    throw new ChainCheckError(block.height, "is not found by its hash");
  }
  for (const tx of block.txs) {
    const place = blocks.getTxPlace(tx.hash);
    if (place?.height !== block.height || place.index !== tx.index) {
      throw new ChainCheckError(block.height, `its transaction ${toHex(tx.hash)} is not found by its hash`);
    }
  }
}
