// CometBFT's JSON (libs/json and the ABCI types of v0.38): 64-bit integers as text, bytes in base64, hashes in upper-case
// hex, keys in their amino form. One function for each thing that is shown.

import type { Event, ExecTxResult, ResponseCheckTx, ResponseQuery } from "../../../gen/tendermint/abci/types.ts";
import type { ConsensusParams } from "../../../gen/tendermint/types/params.ts";
import type { BlockID, Commit, CommitSig, Header } from "../../../gen/tendermint/types/types.ts";
import { toBase64, toHex } from "../../codec/bytes.ts";
import { durationToNs } from "../../codec/duration.ts";
import { formatTimestamp, type Timestamp } from "../../codec/time.ts";
import type { IndexedTx, StoredBlock, ValidatorInfo } from "../../consensus/chainNode.ts";
import type { MerkleProof } from "../../crypto/merkle.ts";

/** What JSON can carry. Keys whose value is undefined are left out. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json | undefined };

/** Go's zero time. */
const ZERO_TIME = "0001-01-01T00:00:00Z";

/** Upper-case hex, as CometBFT shows hashes and addresses. */
export function hexBytes(bytes: Uint8Array): string {
  return toHex(bytes).toUpperCase();
}

/** Bytes in base64; null when there are none, as Go shows a nil slice. */
function bytesOrNull(bytes: Uint8Array): string | null {
  return bytes.length === 0 ? null : toBase64(bytes);
}

function time(value: Timestamp | undefined): string {
  return value === undefined ? ZERO_TIME : formatTimestamp(value);
}

/** `{"hash": …, "parts": {"total": …, "hash": …}}`; all zero for no block. */
export function blockIdJson(blockId: BlockID | undefined): Json {
  return {
    hash: hexBytes(blockId?.hash ?? new Uint8Array(0)),
    parts: {
      total: blockId?.partSetHeader?.total ?? 0,
      hash: hexBytes(blockId?.partSetHeader?.hash ?? new Uint8Array(0)),
    },
  };
}

export function headerJson(header: Header): Json {
  const { block = 0n, app = 0n } = header.version ?? {};
  return {
    version: { block: block.toString(), ...(app === 0n ? {} : { app: app.toString() }) },
    chain_id: header.chainId,
    height: header.height.toString(),
    time: time(header.time),
    last_block_id: blockIdJson(header.lastBlockId),
    last_commit_hash: hexBytes(header.lastCommitHash),
    data_hash: hexBytes(header.dataHash),
    validators_hash: hexBytes(header.validatorsHash),
    next_validators_hash: hexBytes(header.nextValidatorsHash),
    consensus_hash: hexBytes(header.consensusHash),
    app_hash: hexBytes(header.appHash),
    last_results_hash: hexBytes(header.lastResultsHash),
    evidence_hash: hexBytes(header.evidenceHash),
    proposer_address: hexBytes(header.proposerAddress),
  };
}

function commitSigJson(signature: CommitSig): Json {
  return {
    block_id_flag: signature.blockIdFlag,
    validator_address: hexBytes(signature.validatorAddress),
    timestamp: time(signature.timestamp),
    signature: bytesOrNull(signature.signature),
  };
}

export function commitJson(commit: Commit | undefined): Json {
  return {
    height: (commit?.height ?? 0n).toString(),
    round: commit?.round ?? 0,
    block_id: blockIdJson(commit?.blockId),
    signatures: (commit?.signatures ?? []).map(commitSigJson),
  };
}

/** A block without its id. */
export function blockJson({ block }: Pick<StoredBlock, "block">): Json {
  if (block.header === undefined) throw new Error("a block without a header");
  return {
    header: headerJson(block.header),
    data: { txs: (block.data?.txs ?? []).map(toBase64) },
    evidence: { evidence: [] },
    last_commit: commitJson(block.lastCommit),
  };
}

/** A block with its id, as `block` and `block_search` give it. */
export function resultBlockJson(stored: StoredBlock): Json {
  return { block_id: blockIdJson(stored.blockId), block: blockJson(stored) };
}

/** A block's head, as `blockchain` gives it. */
export function blockMetaJson({ blockId, block, sizeBytes }: StoredBlock): Json {
  if (block.header === undefined) throw new Error("a block without a header");
  return {
    block_id: blockIdJson(blockId),
    block_size: String(sizeBytes),
    header: headerJson(block.header),
    num_txs: String(block.data?.txs.length ?? 0),
  };
}

export function eventJson({ type, attributes }: Event): Json {
  return { type, attributes: attributes.map(({ key, value, index }) => ({ key, value, index })) };
}

export function txResultJson(result: ExecTxResult): Json {
  return {
    code: result.code,
    data: bytesOrNull(result.data),
    log: result.log,
    info: result.info,
    gas_wanted: result.gasWanted.toString(),
    gas_used: result.gasUsed.toString(),
    events: result.events.map(eventJson),
    codespace: result.codespace,
  };
}

export function checkTxJson(result: ResponseCheckTx): Json {
  return {
    code: result.code,
    data: bytesOrNull(result.data),
    log: result.log,
    info: result.info,
    gas_wanted: result.gasWanted.toString(),
    gas_used: result.gasUsed.toString(),
    events: result.events.map(eventJson),
    codespace: result.codespace,
  };
}

export function queryJson(response: ResponseQuery): Json {
  const ops = response.proofOps?.ops;
  return {
    code: response.code,
    log: response.log,
    info: response.info,
    index: response.index.toString(),
    key: bytesOrNull(response.key),
    value: bytesOrNull(response.value),
    proofOps:
      ops === undefined
        ? null
        : { ops: ops.map(({ type, key, data }) => ({ type, key: toBase64(key), data: toBase64(data) })) },
    height: response.height.toString(),
    codespace: response.codespace,
  };
}

/** Where a transaction stands among a block's: leaves are the hashes of the transactions. */
export function txProofJson(root: Uint8Array, tx: Uint8Array, proof: MerkleProof): Json {
  return {
    root_hash: hexBytes(root),
    data: toBase64(tx),
    proof: {
      total: String(proof.total),
      index: String(proof.index),
      leaf_hash: toBase64(proof.leafHash),
      aunts: proof.aunts.map(toBase64),
    },
  };
}

/** A transaction in a block, as `tx` and `tx_search` give it. */
export function indexedTxJson(found: IndexedTx, proof?: Json): Json {
  return {
    hash: hexBytes(found.hash),
    height: String(found.height),
    index: found.index,
    tx_result: txResultJson(found.result),
    tx: toBase64(found.tx),
    ...(proof === undefined ? {} : { proof }),
  };
}

/** An ed25519 key in amino JSON. */
export function pubKeyJson(key: Uint8Array): Json {
  return { type: "tendermint/PubKeyEd25519", value: toBase64(key) };
}

export function validatorJson(validator: ValidatorInfo): Json {
  return {
    address: hexBytes(validator.address),
    pub_key: pubKeyJson(validator.pubKey),
    voting_power: validator.votingPower.toString(),
    proposer_priority: validator.proposerPriority.toString(),
  };
}

export function paramsJson({ block, evidence, validator, version, abci }: ConsensusParams): Json {
  const { maxAgeDuration } = evidence ?? {};
  const app = version?.app ?? 0n;
  return {
    block: { max_bytes: (block?.maxBytes ?? 0n).toString(), max_gas: (block?.maxGas ?? 0n).toString() },
    evidence: {
      max_age_num_blocks: (evidence?.maxAgeNumBlocks ?? 0n).toString(),
      max_age_duration: (maxAgeDuration === undefined ? 0n : durationToNs(maxAgeDuration)).toString(),
      max_bytes: (evidence?.maxBytes ?? 0n).toString(),
    },
    validator: { pub_key_types: [...(validator?.pubKeyTypes ?? [])] },
    version: app === 0n ? {} : { app: app.toString() },
    abci: { vote_extensions_enable_height: (abci?.voteExtensionsEnableHeight ?? 0n).toString() },
  };
}
