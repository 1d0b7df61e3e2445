// What a genesis document says besides the modules' states: CometBFT's shape (v0.38 types/genesis.go), and the one in
// which the SDK writes the same since 0.50 (x/genutil/types/genesis.go), with the part of consensus nested.

import { fromBase64, toHex } from "../codec/bytes.ts";
import { messageOf } from "../codec/errorText.ts";
import { addressOfEd25519 } from "../crypto/address.ts";

/** An object of JSON. */
export type JsonRecord = Readonly<Record<string, unknown>>;

const ED25519_KEY_BYTES = 32;
const POWER = /^[1-9][0-9]{0,17}$/;
const INTEGER = /^(-1|0|[1-9][0-9]{0,17})$/;
/** CometBFT's limit of a block's size (types/params.go MaxBlockSizeBytes); -1 stands for it. */
const BLOCK_BYTES_MAX = 100n * 1024n * 1024n;
const INT64_MAX = (1n << 63n) - 1n;

/** The numbers of the consensus parameters, all of them texts, and what they may be (types/params.go ValidateBasic). */
const PARAM_NUMBERS: readonly (readonly [section: string, key: string, least: bigint, most: bigint])[] = [
  ["block", "max_bytes", -1n, BLOCK_BYTES_MAX],
  ["block", "max_gas", -1n, INT64_MAX],
  ["evidence", "max_age_num_blocks", 1n, INT64_MAX],
  ["evidence", "max_age_duration", 1n, INT64_MAX],
  ["evidence", "max_bytes", 0n, BLOCK_BYTES_MAX],
  ["abci", "vote_extensions_enable_height", 0n, INT64_MAX],
];

/** What CometBFT takes when a document, an old one say, does not tell. */
const PARAM_DEFAULTS: JsonRecord = { version: {}, abci: { vote_extensions_enable_height: "0" } };

/** Whether it is an object. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The text of a key. Throws an Error. */
export function requireText(parent: JsonRecord, key: string): string {
  const value = parent[key];
  if (typeof value !== "string") throw new Error(`${key}: expected text`);
  return value;
}

/** The object of a key. Throws an Error. */
export function requireRecord(parent: JsonRecord, key: string): JsonRecord {
  const value = parent[key];
  if (!isRecord(value)) throw new Error(`${key}: expected an object`);
  return value;
}

/** The document in CometBFT's shape; one that has it already comes back as it is. Throws an Error. */
export function inCometShape(given: unknown): JsonRecord {
  if (!isRecord(given)) throw new Error("expected an object");
  const { consensus, ...rest } = given;
  if (!isRecord(consensus) || "consensus_params" in given) return given;
  return {
    genesis_time: rest["genesis_time"],
    chain_id: rest["chain_id"],
    // The SDK writes a number, and null for no hash.
    initial_height: String(rest["initial_height"]),
    consensus_params: consensus["params"],
    validators: consensus["validators"] ?? [],
    app_hash: rest["app_hash"] ?? "",
    app_state: rest["app_state"],
  };
}

/** The consensus parameters, with what an old document leaves out. Throws an Error that names what is wrong. */
export function parseConsensusParams(given: JsonRecord): JsonRecord {
  const params: JsonRecord = Object.keys(PARAM_DEFAULTS).every((key) => key in given)
    ? given
    : { ...PARAM_DEFAULTS, ...given };
  for (const [section, key, least, most] of PARAM_NUMBERS) {
    const text = requireText(requireRecord(params, section), key);
    const value = INTEGER.test(text) ? BigInt(text) : undefined;
    if (value === undefined || value < least || value > most) {
      throw new Error(`${section}.${key}: expected ${least} to ${most}, got ${text}`);
    }
  }
  if (requireRecord(params, "block")["max_bytes"] === "0") throw new Error("block.max_bytes: blocks of 0 bytes");
  const { pub_key_types: types } = requireRecord(params, "validator");
  if (!Array.isArray(types) || !types.includes("ed25519")) {
    throw new Error("validator.pub_key_types: expected a list with ed25519");
  }
  requireRecord(params, "version");
  return params;
}

/** Throws an Error that names what is wrong with a validator of the genesis. */
export function checkGenesisValidator(given: unknown, index: number): void {
  const name = `validators[${index}]`;
  if (!isRecord(given)) throw new Error(`${name}: expected an object`);
  const { type, value } = requireRecord(given, "pub_key");
  if (type !== "tendermint/PubKeyEd25519" || typeof value !== "string") {
    throw new Error(`${name}.pub_key: expected {"type":"tendermint/PubKeyEd25519","value":"<base64>"}`);
  }
  const address = toHex(addressOfEd25519(keyBytes(`${name}.pub_key`, value))).toUpperCase();
  if (given["address"] !== address) throw new Error(`${name}.address: expected ${address}, the address of its key`);
  if (!POWER.test(requireText(given, "power"))) throw new Error(`${name}.power: expected a number above 0`);
}

function keyBytes(name: string, text: string): Uint8Array {
  let bytes: Uint8Array;
  try {
    bytes = fromBase64(text);
  } catch (cause) {
    throw new Error(`${name}: ${messageOf(cause)}`, { cause });
  }
  if (bytes.length !== ED25519_KEY_BYTES)
    throw new Error(`${name}: expected ${ED25519_KEY_BYTES} bytes, got ${bytes.length}`);
  return bytes;
}
