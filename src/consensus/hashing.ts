// Every hash that CometBFT v0.38 computes over a block (types/block.go, types/validator_set.go, types/params.go,
// types/results.go, types/part_set.go), and the bytes that a precommit signs (types/canonical.go, types/vote.go).

import { BinaryWriter } from "@bufbuild/protobuf/wire";
import { Timestamp } from "../../gen/google/protobuf/timestamp.ts";
import { ExecTxResult } from "../../gen/tendermint/abci/types.ts";
import { Block } from "../../gen/tendermint/types/block.ts";
import {
  DuplicateVoteEvidence,
  type Evidence,
  LightClientAttackEvidence,
} from "../../gen/tendermint/types/evidence.ts";
import { type ConsensusParams, HashedParams } from "../../gen/tendermint/types/params.ts";
import {
  BlockID,
  type Commit,
  CommitSig,
  type Header,
  type PartSetHeader,
  SignedMsgType,
} from "../../gen/tendermint/types/types.ts";
import { BlockIDFlag, SimpleValidator, type ValidatorSet } from "../../gen/tendermint/types/validator.ts";
import { Consensus } from "../../gen/tendermint/version/types.ts";
import { encodeMessage } from "../codec/message.ts";
import { TIME_SECONDS_MIN } from "../codec/time.ts";
import { verifyEd25519 } from "../crypto/ed25519.ts";
import { sha256 } from "../crypto/hash.ts";
import { merkleRoot } from "../crypto/merkle.ts";

/** Bytes of a part of a block (types/params.go BlockPartSizeBytes). */
export const BLOCK_PART_BYTES = 65_536;

const NOTHING = new Uint8Array(0);

// A header field on its own is wrapped as google.protobuf's StringValue, Int64Value or BytesValue; an empty one is no
// bytes at all (types/encoding_helper.go cdcEncode).

function wrapText(text: string): Uint8Array {
  return text === "" ? NOTHING : new BinaryWriter().uint32(10).string(text).finish();
}

function wrapInteger(value: bigint): Uint8Array {
  return value === 0n ? NOTHING : new BinaryWriter().uint32(8).int64(value).finish();
}

function wrapBytes(bytes: Uint8Array): Uint8Array {
  return bytes.length === 0 ? NOTHING : new BinaryWriter().uint32(10).bytes(bytes).finish();
}

// ts-proto leaves out what is undefined; gogoproto always writes fields that are not nullable.

const NO_PARTS: PartSetHeader = Object.freeze({ total: 0, hash: NOTHING });
/** Go's zero time, 0001-01-01T00:00:00Z: what a time that was never set is written as. */
const ZERO_TIME: Timestamp = Object.freeze({ seconds: TIME_SECONDS_MIN, nanos: 0 });

function wholeBlockId(blockId: BlockID | undefined): BlockID {
  return { hash: blockId?.hash ?? NOTHING, partSetHeader: blockId?.partSetHeader ?? NO_PARTS };
}

function wholeHeader(header: Header): Header {
  return {
    ...header,
    version: header.version ?? { block: 0n, app: 0n },
    time: header.time ?? ZERO_TIME,
    lastBlockId: wholeBlockId(header.lastBlockId),
  };
}

function wholeCommitSig(signature: CommitSig): CommitSig {
  return { ...signature, timestamp: signature.timestamp ?? ZERO_TIME };
}

function wholeCommit(commit: Commit): Commit {
  return { ...commit, blockId: wholeBlockId(commit.blockId), signatures: commit.signatures.map(wholeCommitSig) };
}

/** Hash of a header: 32 bytes; what a block is called. */
export function headerHash(header: Header): Uint8Array {
  return merkleRoot([
    Consensus.encode(header.version ?? { block: 0n, app: 0n }).finish(),
    wrapText(header.chainId),
    wrapInteger(header.height),
    Timestamp.encode(header.time ?? ZERO_TIME).finish(),
    BlockID.encode(wholeBlockId(header.lastBlockId)).finish(),
    wrapBytes(header.lastCommitHash),
    wrapBytes(header.dataHash),
    wrapBytes(header.validatorsHash),
    wrapBytes(header.nextValidatorsHash),
    wrapBytes(header.consensusHash),
    wrapBytes(header.appHash),
    wrapBytes(header.lastResultsHash),
    wrapBytes(header.evidenceHash),
    wrapBytes(header.proposerAddress),
  ]);
}

/** Hash of the transactions of a block, from their sha256 hashes. */
export function dataHash(txHashes: readonly Uint8Array[]): Uint8Array {
  return merkleRoot(txHashes);
}

/** Hash of a commit: of its signatures. Of the empty commit of the first block too. */
export function commitHash(commit: Commit): Uint8Array {
  return merkleRoot(commit.signatures.map((signature) => CommitSig.encode(wholeCommitSig(signature)).finish()));
}

/** Hash of a validator set: keys and powers. */
export function validatorsHash(set: ValidatorSet): Uint8Array {
  return merkleRoot(
    set.validators.map(({ pubKey, votingPower }) => SimpleValidator.encode({ pubKey, votingPower }).finish()),
  );
}

/** Hash of the consensus parameters: of the block limits only. Not a tree: the plain sha256. */
export function consensusParamsHash(params: ConsensusParams): Uint8Array {
  const encoded = HashedParams.encode({
    blockMaxBytes: params.block?.maxBytes ?? 0n,
    blockMaxGas: params.block?.maxGas ?? 0n,
  }).finish();
  return sha256(encoded);
}

/** Hash of the results of a block's transactions: code, data, gas wanted and gas used; nothing else is consensus. */
export function lastResultsHash(results: readonly ExecTxResult[]): Uint8Array {
  return merkleRoot(
    results.map(({ code, data, gasWanted, gasUsed }) =>
      encodeMessage(ExecTxResult, {
        code,
        data,
        log: "",
        info: "",
        gasWanted,
        gasUsed,
        events: [],
        codespace: "",
      }),
    ),
  );
}

/** Hash of a block's evidence: of each piece without the wrapper that says of which kind it is. */
export function evidenceHash(evidence: readonly Evidence[]): Uint8Array {
  return merkleRoot(evidence.map(encodeEvidence));
}

function encodeEvidence({ duplicateVoteEvidence, lightClientAttackEvidence }: Evidence): Uint8Array {
  if (duplicateVoteEvidence !== undefined) return DuplicateVoteEvidence.encode(duplicateVoteEvidence).finish();
  if (lightClientAttackEvidence !== undefined)
    return LightClientAttackEvidence.encode(lightClientAttackEvidence).finish();
  throw new Error("evidence of no kind");
}

/** The id of a block: hash of its header, and the root of its encoding in parts. */
export function blockIdOf(block: Block): { blockId: BlockID; sizeBytes: number } {
  if (block.header === undefined) throw new Error("a block has a header");
  const bytes = encodeBlock(block);
  const parts: Uint8Array[] = [];
  for (let start = 0; start < bytes.length; start += BLOCK_PART_BYTES) {
    parts.push(bytes.subarray(start, start + BLOCK_PART_BYTES));
  }
  const partSetHeader = { total: parts.length, hash: merkleRoot(parts) };
  return { blockId: { hash: headerHash(block.header), partSetHeader }, sizeBytes: bytes.length };
}

/** The encoding of a block with every field that gogoproto writes always, also when it is empty. */
export function encodeBlock(block: Block): Uint8Array {
  const { header, lastCommit } = block;
  return Block.encode({
    header: header && wholeHeader(header),
    data: block.data ?? { txs: [] },
    evidence: block.evidence ?? { evidence: [] },
    lastCommit: lastCommit && wholeCommit(lastCommit),
  }).finish();
}

/** Whether a vote for this id is a vote for no block. */
function isNilBlockId({ hash, partSetHeader }: BlockID): boolean {
  return hash.length === 0 && (partSetHeader?.total ?? 0) === 0 && (partSetHeader?.hash.length ?? 0) === 0;
}

/** CanonicalBlockID; the part-set header in it is not nullable. */
function encodeCanonicalBlockId({ hash, partSetHeader }: BlockID): Uint8Array {
  const parts = new BinaryWriter();
  if (partSetHeader !== undefined && partSetHeader.total !== 0) parts.uint32(8).uint32(partSetHeader.total);
  if (partSetHeader !== undefined && partSetHeader.hash.length > 0) parts.uint32(18).bytes(partSetHeader.hash);
  const writer = new BinaryWriter();
  if (hash.length > 0) writer.uint32(10).bytes(hash);
  return writer.uint32(18).bytes(parts.finish()).finish();
}

/**
 * What a precommit signs: a length-prefixed CanonicalVote. `timestamp` is the vote's own; a vote for no block has an
 * empty `blockId`.
 */
export function precommitSignBytes(vote: {
  readonly chainId: string;
  readonly height: number;
  readonly round: number;
  readonly blockId: BlockID;
  readonly timestamp: Timestamp;
}): Uint8Array {
  const writer = new BinaryWriter().uint32(8).int32(SignedMsgType.SIGNED_MSG_TYPE_PRECOMMIT);
  if (vote.height !== 0) writer.uint32(17).sfixed64(BigInt(vote.height));
  if (vote.round !== 0) writer.uint32(25).sfixed64(BigInt(vote.round));
  if (!isNilBlockId(vote.blockId)) writer.uint32(34).bytes(encodeCanonicalBlockId(vote.blockId));
  writer.uint32(42).bytes(Timestamp.encode(vote.timestamp).finish());
  if (vote.chainId !== "") writer.uint32(50).string(vote.chainId);
  const canonical = writer.finish();
  return new BinaryWriter().bytes(canonical).finish();
}

/** A validator as verifying a commit needs it. */
export interface CommitVerifier {
  /** 20 bytes. */
  readonly address: Uint8Array;
  /** 32-byte ed25519 key. */
  readonly pubKey: Uint8Array;
  readonly votingPower: bigint;
}

/**
 * What is wrong with a commit for a block, or undefined when more than two thirds of the power signed it (types/
 * validation.go VerifyCommit: every signature is verified, votes for no block too; those for the block count). That
 * `commit.height` is the block's is for the caller to see. `commit.signatures` has an entry for each validator, in their
 * order.
 */
export function checkCommit(
  chainId: string,
  expectedId: BlockID,
  commit: Commit,
  validators: readonly CommitVerifier[],
): string | undefined {
  if (commit.signatures.length !== validators.length) return "a commit has one entry for each validator";
  const blockId = wholeBlockId(commit.blockId);
  if (!isSameBlockId(blockId, wholeBlockId(expectedId)) || isNilBlockId(blockId)) {
    return "the commit is for another block";
  }
  const vote = { chainId, height: Number(commit.height), round: commit.round, blockId };
  let signedPower = 0n;
  let totalPower = 0n;
  for (const [index, validator] of validators.entries()) {
    const entry = commit.signatures[index]!;
    const problem = checkCommitSig(vote, entry, validator);
    if (problem !== undefined) return `signature ${index} ${problem}`;
    totalPower += validator.votingPower;
    if (entry.blockIdFlag === BlockIDFlag.BLOCK_ID_FLAG_COMMIT) signedPower += validator.votingPower;
  }
  return signedPower * 3n > totalPower * 2n ? undefined : `${signedPower} of ${totalPower} voting power signed`;
}

function isSameBlockId(a: BlockID, b: BlockID): boolean {
  return Buffer.compare(BlockID.encode(a).finish(), BlockID.encode(b).finish()) === 0;
}

function checkCommitSig(
  vote: { readonly chainId: string; readonly height: number; readonly round: number; readonly blockId: BlockID },
  entry: CommitSig,
  validator: CommitVerifier,
): string | undefined {
  switch (entry.blockIdFlag) {
    case BlockIDFlag.BLOCK_ID_FLAG_ABSENT:
      return entry.signature.length === 0 && entry.validatorAddress.length === 0 ? undefined : "is of nobody";
    case BlockIDFlag.BLOCK_ID_FLAG_COMMIT:
    case BlockIDFlag.BLOCK_ID_FLAG_NIL:
      break;
    default:
      return "has an unknown flag";
  }
  if (Buffer.compare(entry.validatorAddress, validator.address) !== 0) return "is of another validator";
  const isForBlock = entry.blockIdFlag === BlockIDFlag.BLOCK_ID_FLAG_COMMIT;
  const signBytes = precommitSignBytes({
    ...vote,
    blockId: isForBlock ? vote.blockId : wholeBlockId(undefined),
    timestamp: entry.timestamp ?? ZERO_TIME,
  });
  return verifyEd25519(validator.pubKey, signBytes, entry.signature) ? undefined : "is invalid";
}
