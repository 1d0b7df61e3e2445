// ABCI results in CometBFT's JSON. A result by itself is written by gogoproto's jsonpb with every field
// (abci/types/types.go v0.38); what is embedded in other structures is written by libs/json, which leaves out what is zero.

import type {
  Event,
  ExecTxResult,
  ResponseCheckTx,
  ResponseInfo,
  ResponseQuery,
  ValidatorUpdate,
} from "../../../gen/tendermint/abci/types.ts";
import type { PublicKey } from "../../../gen/tendermint/crypto/keys.ts";
import type { ProofOps } from "../../../gen/tendermint/crypto/proof.ts";
import type { ConsensusParams } from "../../../gen/tendermint/types/params.ts";
import { toBase64 } from "../../codec/bytes.ts";
import { durationToNs } from "../../codec/duration.ts";
import type { BlockResults, IndexedTx, ValidatorInfo } from "../../consensus/chainNode.ts";
import type { MerkleProof } from "../../crypto/merkle.ts";
import { bytesJson, hexJson, intText, pubKeyJson } from "./encodeHeader.ts";
import { type Json, JsonText, omitEmpty } from "./json.ts";

function attributesJson(event: Event): Json[] {
  // PERF: the innermost loop of every answer with results.
  return event.attributes.map(({ key, value, index }) => ({ key, value, index }));
}

/** An event inside an ABCI result. */
function resultEventJson(event: Event): Json {
  return { type: event.type, attributes: attributesJson(event) };
}

/** An event that stands by itself: an empty type and no attributes are left out. */
export function eventJson(event: Event): Json {
  return {
    type: event.type === "" ? undefined : event.type,
    attributes: event.attributes.length === 0 ? undefined : attributesJson(event),
  };
}

/** What executing or checking a transaction gave. */
export function txResultJson(result: ExecTxResult | ResponseCheckTx): Json {
  return {
    code: result.code,
    data: bytesJson(result.data),
    log: result.log,
    info: result.info,
    gas_wanted: result.gasWanted.toString(),
    gas_used: result.gasUsed.toString(),
    events: result.events.map(resultEventJson),
    codespace: result.codespace,
  };
}

/** The result in the data of a Tx event, where everything that is zero is left out. */
export function txEventResultJson(result: ExecTxResult): Json {
  return omitEmpty({
    code: result.code,
    data: bytesJson(result.data),
    log: result.log,
    info: result.info,
    gas_wanted: intText(result.gasWanted),
    gas_used: intText(result.gasUsed),
    events: result.events.length === 0 ? null : result.events.map(eventJson),
    codespace: result.codespace,
  });
}

/** The result of abci_query. PERF: written as text, since an answer that is known costs little more than this. */
export function queryText(response: ResponseQuery): JsonText {
  const { code, index, height, proofOps } = response;
  const log = JSON.stringify(response.log);
  const info = JSON.stringify(response.info);
  const codespace = JSON.stringify(response.codespace);
  const key = bytesText(response.key);
  const value = bytesText(response.value);
  const proof = proofOps === undefined ? "null" : JSON.stringify(proofJson(proofOps));
  return new JsonText(
    `{"response":{"code":${code},"log":${log},"info":${info},"index":"${index}","key":${key},"value":${value},"proofOps":${proof},"height":"${height}","codespace":${codespace}}}`,
  );
}

function bytesText(bytes: Uint8Array): string {
  return bytes.length === 0 ? "null" : `"${toBase64(bytes)}"`;
}

function proofJson({ ops }: ProofOps): Json {
  return { ops: ops.map(({ type, key, data }) => ({ type, key: bytesJson(key), data: bytesJson(data) })) };
}

/** What the application says of itself. */
export function infoJson(info: ResponseInfo): Json {
  return omitEmpty({
    data: info.data,
    version: info.version,
    app_version: intText(info.appVersion),
    last_block_height: intText(info.lastBlockHeight),
    last_block_app_hash: bytesJson(info.lastBlockAppHash),
  });
}

/** Where a transaction stands in its block. */
export function txProofJson(root: Uint8Array, tx: Uint8Array, proof: MerkleProof): Json {
  return {
    root_hash: hexJson(root),
    data: toBase64(tx),
    proof: {
      total: String(proof.total),
      index: String(proof.index),
      leaf_hash: toBase64(proof.leafHash),
      aunts: proof.aunts.map(toBase64),
    },
  };
}

/** A transaction in a block. Without a proof the field is left out. */
export function indexedTxJson(found: IndexedTx, proof: Json | undefined): Json {
  return {
    hash: hexJson(found.hash),
    height: String(found.height),
    index: found.index,
    tx_result: txResultJson(found.result),
    tx: bytesJson(found.tx),
    proof,
  };
}

/** A key in the form of protobuf's oneof, as validator updates have it. */
function sumJson({ ed25519, secp256k1 }: PublicKey): Json {
  if (ed25519 !== undefined) {
    return { Sum: { type: "tendermint.crypto.PublicKey_Ed25519", value: { ed25519: toBase64(ed25519) } } };
  }
  if (secp256k1 === undefined) return { Sum: null };
  return { Sum: { type: "tendermint.crypto.PublicKey_Secp256K1", value: { secp256k1: toBase64(secp256k1) } } };
}

function validatorUpdateJson({ pubKey, power }: ValidatorUpdate): Json {
  return { pub_key: sumJson(pubKey ?? {}), power: intText(power) };
}

/** A validator of a height. */
export function validatorJson(validator: ValidatorInfo): Json {
  return {
    address: hexJson(validator.address),
    pub_key: pubKeyJson(validator.pubKey),
    voting_power: validator.votingPower.toString(),
    proposer_priority: validator.proposerPriority.toString(),
  };
}

/** The consensus parameters of a height: every field. */
export function consensusParamsJson({ block, evidence, validator, version, abci }: ConsensusParams): Json {
  const { maxAgeDuration } = evidence ?? {};
  return {
    block: { max_bytes: (block?.maxBytes ?? 0n).toString(), max_gas: (block?.maxGas ?? 0n).toString() },
    evidence: {
      max_age_num_blocks: (evidence?.maxAgeNumBlocks ?? 0n).toString(),
      max_age_duration: (maxAgeDuration === undefined ? 0n : durationToNs(maxAgeDuration)).toString(),
      max_bytes: (evidence?.maxBytes ?? 0n).toString(),
    },
    validator: { pub_key_types: [...(validator?.pubKeyTypes ?? [])] },
    version: { app: (version?.app ?? 0n).toString() },
    abci: { vote_extensions_enable_height: (abci?.voteExtensionsEnableHeight ?? 0n).toString() },
  };
}

/** A change of the consensus parameters: what does not change, and what is zero, is left out. */
function paramUpdatesJson({ block, evidence, validator, version, abci }: ConsensusParams): Json {
  return {
    block: block && { max_bytes: intText(block.maxBytes), max_gas: intText(block.maxGas) },
    evidence: evidence && {
      max_age_num_blocks: intText(evidence.maxAgeNumBlocks),
      max_age_duration: (evidence.maxAgeDuration === undefined ? 0n : durationToNs(evidence.maxAgeDuration)).toString(),
      max_bytes: intText(evidence.maxBytes),
    },
    validator: validator && (validator.pubKeyTypes.length === 0 ? {} : { pub_key_types: [...validator.pubKeyTypes] }),
    version: version && { app: intText(version.app) },
    abci: abci && { vote_extensions_enable_height: intText(abci.voteExtensionsEnableHeight) },
  };
}

function listOrNull<T>(items: readonly T[], encode: (item: T) => Json): Json {
  return items.length === 0 ? null : items.map(encode);
}

/** What executing a block gave, as `block_results` tells it. */
export function blockResultsJson(results: BlockResults): Json {
  const { consensusParamUpdates } = results;
  return {
    height: String(results.height),
    txs_results: listOrNull(results.txResults, txResultJson),
    finalize_block_events: listOrNull(results.events, eventJson),
    validator_updates: listOrNull(results.validatorUpdates, validatorUpdateJson),
    consensus_param_updates: consensusParamUpdates === undefined ? null : paramUpdatesJson(consensusParamUpdates),
    app_hash: bytesJson(results.appHash),
  };
}

/** The same as a NewBlock event tells it. */
export function finalizeBlockJson(results: BlockResults): Json {
  const { consensusParamUpdates } = results;
  return {
    events: results.events.length === 0 ? undefined : results.events.map(eventJson),
    tx_results: results.txResults.length === 0 ? undefined : results.txResults.map(txResultJson),
    validator_updates: listOrNull(results.validatorUpdates, validatorUpdateJson),
    consensus_param_updates: consensusParamUpdates && paramUpdatesJson(consensusParamUpdates),
    app_hash: bytesJson(results.appHash) ?? undefined,
  };
}
