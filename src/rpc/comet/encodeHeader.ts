// CometBFT's JSON (v0.38 libs/json) of what everything is made of: hashes in upper-case hex, other bytes in base64, 64-bit
// integers as text, keys with their amino name; block ids, headers, commits. test/vectors/cometRpc pins it.

import type { PublicKey } from "../../../gen/tendermint/crypto/keys.ts";
import type { BlockID, Commit, CommitSig, Header } from "../../../gen/tendermint/types/types.ts";
import { toBase64, toHex } from "../../codec/bytes.ts";
import { formatTimestamp, type Timestamp } from "../../codec/time.ts";
import type { Json } from "./json.ts";

/** Go's zero time: a time that was never set. */
const ZERO_TIME = "0001-01-01T00:00:00Z";
const NOTHING = new Uint8Array(0);

/** Upper-case hex, as CometBFT shows hashes and addresses. */
export function hexJson(bytes: Uint8Array): string {
  return toHex(bytes).toUpperCase();
}

/** Base64; null when there are no bytes, as Go shows a nil slice. */
export function bytesJson(bytes: Uint8Array): string | null {
  return bytes.length === 0 ? null : toBase64(bytes);
}

/** RFC 3339; Go's zero time when it was never set. */
export function timeJson(time: Timestamp | undefined): string {
  return time === undefined ? ZERO_TIME : formatTimestamp(time);
}

/** An integer as text; undefined, and so left out, when it is zero. */
export function intText(value: bigint): string | undefined {
  return value === 0n ? undefined : value.toString();
}

/** A block's id; all zero for no block. */
export function blockIdJson(blockId: BlockID | undefined): Json {
  const parts = blockId?.partSetHeader;
  return {
    hash: hexJson(blockId?.hash ?? NOTHING),
    parts: { total: parts?.total ?? 0, hash: hexJson(parts?.hash ?? NOTHING) },
  };
}

/** A header. */
export function headerJson(header: Header): Json {
  const { block = 0n, app = 0n } = header.version ?? {};
  return {
    version: { block: intText(block), app: intText(app) },
    chain_id: header.chainId,
    height: header.height.toString(),
    time: timeJson(header.time),
    last_block_id: blockIdJson(header.lastBlockId),
    last_commit_hash: hexJson(header.lastCommitHash),
    data_hash: hexJson(header.dataHash),
    validators_hash: hexJson(header.validatorsHash),
    next_validators_hash: hexJson(header.nextValidatorsHash),
    consensus_hash: hexJson(header.consensusHash),
    app_hash: hexJson(header.appHash),
    last_results_hash: hexJson(header.lastResultsHash),
    evidence_hash: hexJson(header.evidenceHash),
    proposer_address: hexJson(header.proposerAddress),
  };
}

function commitSigJson(signature: CommitSig): Json {
  return {
    block_id_flag: signature.blockIdFlag,
    validator_address: hexJson(signature.validatorAddress),
    timestamp: timeJson(signature.timestamp),
    signature: bytesJson(signature.signature),
  };
}

/** A commit; the empty one for none, as the first block has it: clients look for a block id in it. */
export function commitJson(commit: Commit | undefined): Json {
  return {
    height: (commit?.height ?? 0n).toString(),
    round: commit?.round ?? 0,
    block_id: blockIdJson(commit?.blockId),
    signatures: (commit?.signatures ?? []).map(commitSigJson),
  };
}

/** A raw ed25519 key with its amino name. */
export function pubKeyJson(key: Uint8Array): Json {
  return { type: "tendermint/PubKeyEd25519", value: toBase64(key) };
}

/** A key of either kind with its amino name. */
export function publicKeyJson({ ed25519, secp256k1 }: PublicKey): Json {
  if (ed25519 !== undefined) return pubKeyJson(ed25519);
  return secp256k1 === undefined ? null : { type: "tendermint/PubKeySecp256k1", value: toBase64(secp256k1) };
}
