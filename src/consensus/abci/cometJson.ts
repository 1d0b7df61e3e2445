// CometBFT's JSON (v0.38 libs/json) back into its protobuf types: blocks, headers, commits, evidence, results. The other
// direction is src/rpc/comet. It comes from the node's own CometBFT; what has another shape is refused all the same.

import type { Event, ExecTxResult } from "../../../gen/tendermint/abci/types.ts";
import type { PublicKey } from "../../../gen/tendermint/crypto/keys.ts";
import type { Block } from "../../../gen/tendermint/types/block.ts";
import type { Evidence } from "../../../gen/tendermint/types/evidence.ts";
import { ConsensusParams } from "../../../gen/tendermint/types/params.ts";
import type { BlockID, Commit, Header, LightBlock, SignedHeader, Vote } from "../../../gen/tendermint/types/types.ts";
import type { Validator } from "../../../gen/tendermint/types/validator.ts";
import { fromBase64, fromHex } from "../../codec/bytes.ts";
import { parseTimestamp, type Timestamp } from "../../codec/time.ts";
import type { IndexedTx, StoredBlock, ValidatorInfo } from "../chainNode.ts";

/** JSON of another shape than CometBFT's. `path` is where. */
export class CometJsonError extends Error {
  readonly code = "malformed";

  constructor(path: string, message: string, options?: ErrorOptions) {
    super(`${path}: ${message}`, options);
    this.name = "CometJsonError";
  }
}

/** A value somewhere in a JSON document. Every reading method throws CometJsonError when it is something else. */
export class JsonValue {
  readonly #value: unknown;
  readonly #path: string;

  constructor(value: unknown, path: string) {
    this.#value = value;
    this.#path = path;
  }

  /** Missing, or null as Go shows what is nil. */
  get isAbsent(): boolean {
    return this.#value === undefined || this.#value === null;
  }

  /** A member of an object; absent when it has none of that name. */
  at(name: string): JsonValue {
    const object = this.#value;
    if (typeof object !== "object" || object === null || Array.isArray(object)) throw this.#wrong("an object");
    const value = Object.hasOwn(object, name) ? (object as Record<string, unknown>)[name] : undefined;
    return new JsonValue(value, `${this.#path}.${name}`);
  }

  /** The items of a list; none when it is absent. */
  items(): JsonValue[] {
    if (this.isAbsent) return [];
    if (!Array.isArray(this.#value)) throw this.#wrong("a list");
    return this.#value.map((item, index) => new JsonValue(item, `${this.#path}[${index}]`));
  }

  /** Empty when it is absent. */
  text(): string {
    if (this.isAbsent) return "";
    if (typeof this.#value !== "string") throw this.#wrong("text");
    return this.#value;
  }

  /** An integer as text or number; zero when it is absent. */
  bigint(): bigint {
    if (this.isAbsent) return 0n;
    if (typeof this.#value === "number" && Number.isSafeInteger(this.#value)) return BigInt(this.#value);
    if (typeof this.#value !== "string" || !/^-?[0-9]{1,20}$/.test(this.#value)) throw this.#wrong("an integer");
    return BigInt(this.#value);
  }

  /** A safe integer. */
  number(): number {
    const value = Number(this.bigint());
    if (!Number.isSafeInteger(value)) throw this.#wrong("a small integer");
    return value;
  }

  boolean(): boolean {
    if (this.isAbsent) return false;
    if (typeof this.#value !== "boolean") throw this.#wrong("true or false");
    return this.#value;
  }

  hex(): Uint8Array {
    return this.#bytes(fromHex);
  }

  base64(): Uint8Array {
    return this.#bytes(fromBase64);
  }

  time(): Timestamp {
    return this.#parse(parseTimestamp);
  }

  #bytes(parse: (text: string) => Uint8Array): Uint8Array {
    return this.isAbsent ? new Uint8Array(0) : this.#parse(parse);
  }

  #parse<T>(parse: (text: string) => T): T {
    try {
      return parse(this.text());
    } catch (cause) {
      if (cause instanceof CometJsonError) throw cause;
      throw new CometJsonError(this.#path, cause instanceof Error ? cause.message : String(cause), { cause });
    }
  }

  #wrong(expected: string): CometJsonError {
    return new CometJsonError(this.#path, `expected ${expected}`);
  }
}

function optional<T>(json: JsonValue, read: (json: JsonValue) => T): T | undefined {
  return json.isAbsent ? undefined : read(json);
}

/** A block's id. */
export function readBlockId(json: JsonValue): BlockID {
  const parts = json.at("parts");
  return {
    hash: json.at("hash").hex(),
    partSetHeader: { total: parts.at("total").number(), hash: parts.at("hash").hex() },
  };
}

/** A header. */
export function readHeader(json: JsonValue): Header {
  const version = json.at("version");
  return {
    version: { block: version.at("block").bigint(), app: version.at("app").bigint() },
    chainId: json.at("chain_id").text(),
    height: json.at("height").bigint(),
    time: json.at("time").time(),
    lastBlockId: readBlockId(json.at("last_block_id")),
    lastCommitHash: json.at("last_commit_hash").hex(),
    dataHash: json.at("data_hash").hex(),
    validatorsHash: json.at("validators_hash").hex(),
    nextValidatorsHash: json.at("next_validators_hash").hex(),
    consensusHash: json.at("consensus_hash").hex(),
    appHash: json.at("app_hash").hex(),
    lastResultsHash: json.at("last_results_hash").hex(),
    evidenceHash: json.at("evidence_hash").hex(),
    proposerAddress: json.at("proposer_address").hex(),
  };
}

/** A commit. */
export function readCommit(json: JsonValue): Commit {
  return {
    height: json.at("height").bigint(),
    round: json.at("round").number(),
    blockId: readBlockId(json.at("block_id")),
    signatures: json
      .at("signatures")
      .items()
      .map((signature) => ({
        // One of the flags 1 to 3 of types/block.go.
        blockIdFlag: signature.at("block_id_flag").number() as Commit["signatures"][number]["blockIdFlag"],
        validatorAddress: signature.at("validator_address").hex(),
        timestamp: signature.at("timestamp").time(),
        signature: signature.at("signature").base64(),
      })),
  };
}

/** A block with its id; undefined for the empty answer that CometBFT gives for a block it does not have. */
export function readStoredBlock(json: JsonValue): Omit<StoredBlock, "sizeBytes"> | undefined {
  if (json.at("block").isAbsent) return undefined;
  return { blockId: readBlockId(json.at("block_id")), block: readBlock(json.at("block")) };
}

function readBlock(json: JsonValue): Block {
  const txs = json.at("data").at("txs").items();
  return {
    header: readHeader(json.at("header")),
    data: { txs: txs.map((tx) => tx.base64()) },
    evidence: { evidence: json.at("evidence").at("evidence").items().map(readEvidence) },
    lastCommit: optional(json.at("last_commit"), readCommit),
  };
}

function readEvidence(json: JsonValue): Evidence {
  const value = json.at("value");
  const common = {
    totalVotingPower: value.at("TotalVotingPower").bigint(),
    timestamp: value.at("Timestamp").time(),
  };
  switch (json.at("type").text()) {
    case "tendermint/DuplicateVoteEvidence":
      return {
        duplicateVoteEvidence: {
          ...common,
          voteA: optional(value.at("vote_a"), readVote),
          voteB: optional(value.at("vote_b"), readVote),
          validatorPower: value.at("ValidatorPower").bigint(),
        },
      };
    case "tendermint/LightClientAttackEvidence":
      return {
        lightClientAttackEvidence: {
          ...common,
          conflictingBlock: optional(value.at("ConflictingBlock"), readLightBlock),
          commonHeight: value.at("CommonHeight").bigint(),
          byzantineValidators: value.at("ByzantineValidators").items().map(readValidator),
        },
      };
    default:
      throw new CometJsonError("evidence", `unknown kind ${json.at("type").text()}`);
  }
}

function readVote(json: JsonValue): Vote {
  return {
    // One of the numbers of proto/tendermint/types SignedMsgType.
    type: json.at("type").number() as Vote["type"],
    height: json.at("height").bigint(),
    round: json.at("round").number(),
    blockId: readBlockId(json.at("block_id")),
    timestamp: json.at("timestamp").time(),
    validatorAddress: json.at("validator_address").hex(),
    validatorIndex: json.at("validator_index").number(),
    signature: json.at("signature").base64(),
    extension: json.at("extension").base64(),
    extensionSignature: json.at("extension_signature").base64(),
  };
}

function readLightBlock(json: JsonValue): LightBlock {
  const set = json.at("validator_set");
  return {
    signedHeader: optional(json.at("signed_header"), readSignedHeader),
    validatorSet: optional(set, () => ({
      validators: set.at("validators").items().map(readValidator),
      proposer: optional(set.at("proposer"), readValidator),
      // CometBFT's JSON leaves it out; it follows from the validators.
      totalVotingPower: 0n,
    })),
  };
}

function readSignedHeader(json: JsonValue): SignedHeader {
  return { header: optional(json.at("header"), readHeader), commit: optional(json.at("commit"), readCommit) };
}

/** A header with its commit. Throws CometJsonError when one of them is missing. */
export function readCommitted(json: JsonValue): { header: Header; commit: Commit; canonical: boolean } {
  const signed = json.at("signed_header");
  return {
    header: readHeader(signed.at("header")),
    commit: readCommit(signed.at("commit")),
    canonical: json.at("canonical").boolean(),
  };
}

function readPubKey(json: JsonValue): PublicKey {
  const bytes = json.at("value").base64();
  return json.at("type").text() === "tendermint/PubKeySecp256k1" ? { secp256k1: bytes } : { ed25519: bytes };
}

function readValidator(json: JsonValue): Validator {
  return {
    address: json.at("address").hex(),
    pubKey: readPubKey(json.at("pub_key")),
    votingPower: json.at("voting_power").bigint(),
    proposerPriority: json.at("proposer_priority").bigint(),
  };
}

/** A validator as `validators` lists it. */
export function readValidatorInfo(json: JsonValue): ValidatorInfo {
  return { ...readValidator(json), pubKey: json.at("pub_key").at("value").base64() };
}

/** The result of a transaction, as jsonpb writes it. */
export function readTxResult(json: JsonValue): ExecTxResult {
  return {
    code: json.at("code").number(),
    data: json.at("data").base64(),
    log: json.at("log").text(),
    info: json.at("info").text(),
    gasWanted: json.at("gas_wanted").bigint(),
    gasUsed: json.at("gas_used").bigint(),
    events: json.at("events").items().map(readEvent),
    codespace: json.at("codespace").text(),
  };
}

function readEvent(json: JsonValue): Event {
  return {
    type: json.at("type").text(),
    attributes: json
      .at("attributes")
      .items()
      .map((attribute) => ({
        key: attribute.at("key").text(),
        value: attribute.at("value").text(),
        index: attribute.at("index").boolean(),
      })),
  };
}

/** A transaction as `tx` and `tx_search` give it. */
export function readIndexedTx(json: JsonValue): IndexedTx {
  return {
    hash: json.at("hash").hex(),
    height: json.at("height").number(),
    index: json.at("index").number(),
    tx: json.at("tx").base64(),
    result: readTxResult(json.at("tx_result")),
  };
}

/** The consensus parameters. */
export function readConsensusParams(json: JsonValue): ConsensusParams {
  const [block, evidence, abci] = [json.at("block"), json.at("evidence"), json.at("abci")];
  const durationNs = evidence.at("max_age_duration").bigint();
  return ConsensusParams.fromPartial({
    block: { maxBytes: block.at("max_bytes").bigint(), maxGas: block.at("max_gas").bigint() },
    evidence: {
      maxAgeNumBlocks: evidence.at("max_age_num_blocks").bigint(),
      maxAgeDuration: { seconds: durationNs / 1_000_000_000n, nanos: Number(durationNs % 1_000_000_000n) },
      maxBytes: evidence.at("max_bytes").bigint(),
    },
    validator: {
      pubKeyTypes: json
        .at("validator")
        .at("pub_key_types")
        .items()
        .map((type) => type.text()),
    },
    version: { app: json.at("version").at("app").bigint() },
    abci: { voteExtensionsEnableHeight: abci.at("vote_extensions_enable_height").bigint() },
  });
}
