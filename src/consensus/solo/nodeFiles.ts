// The key files of a node in CometBFT's JSON shapes (privval/file.go, p2p/key.go of v0.38), so that a key can be carried
// between the embedded node and a CometBFT.

import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { bytesEqual, fromBase64, toBase64, toHex } from "../../codec/bytes.ts";
import { addressOfEd25519 } from "../../crypto/address.ts";
import { ed25519PublicKeyOf } from "../../crypto/ed25519.ts";

/** An ed25519 key pair. */
export interface NodeKey {
  /** The 32-byte seed. Secret. */
  readonly seed: Uint8Array;
  /** 32 bytes. */
  readonly pubKey: Uint8Array;
  /** The first 20 bytes of the public key's sha256. */
  readonly address: Uint8Array;
}

/** A key file that cannot be used. */
export class NodeFileError extends Error {
  readonly code = "invalid_node_file";
  readonly file: string;

  constructor(file: string, message: string, options?: ErrorOptions) {
    super(`${file}: ${message}`, options);
    this.name = "NodeFileError";
    this.file = file;
  }
}

/** A key from a 32-byte seed. */
export function nodeKeyFromSeed(seed: Uint8Array): NodeKey {
  const pubKey = ed25519PublicKeyOf(seed);
  return { seed, pubKey, address: addressOfEd25519(pubKey) };
}

/** A new random key. */
export function generateNodeKey(): NodeKey {
  return nodeKeyFromSeed(new Uint8Array(randomBytes(32)));
}

/** The id of a node as CometBFT's node_info has it: its address in lower-case hex. */
export function nodeIdOf(key: NodeKey): string {
  return toHex(key.address);
}

const PUB_KEY_TYPE = "tendermint/PubKeyEd25519";
const PRIV_KEY_TYPE = "tendermint/PrivKeyEd25519";

/** The seed and the public key, as Go's ed25519 keeps a private key. */
function privKeyJson(key: NodeKey): { type: string; value: string } {
  return { type: PRIV_KEY_TYPE, value: toBase64(Buffer.concat([key.seed, key.pubKey])) };
}

/** Writes `priv_validator_key.json`, readable by its owner only. Throws when there is one already. */
export function writeValidatorKey(file: string, key: NodeKey): void {
  refuseToReplace(file);
  writeJsonFile(file, {
    address: toHex(key.address).toUpperCase(),
    pub_key: { type: PUB_KEY_TYPE, value: toBase64(key.pubKey) },
    priv_key: privKeyJson(key),
  });
}

/** Writes `node_key.json`, readable by its owner only. Throws when there is one already. */
export function writeNodeKey(file: string, key: NodeKey): void {
  refuseToReplace(file);
  writeJsonFile(file, { priv_key: privKeyJson(key) });
}

/** Reads `priv_validator_key.json`. Throws NodeFileError when its parts do not fit each other. */
export function readValidatorKey(file: string): NodeKey {
  const json = readJsonFile(file);
  const key = keyOf(file, json);
  const pubKey = fieldOf(json, "pub_key");
  if (fieldOf(pubKey, "value") !== toBase64(key.pubKey)) {
    throw new NodeFileError(file, "pub_key does not belong to priv_key");
  }
  if (fieldOf(json, "address") !== toHex(key.address).toUpperCase()) {
    throw new NodeFileError(file, "address does not belong to pub_key");
  }
  return key;
}

/** Reads `node_key.json`. Throws NodeFileError. */
export function readNodeKey(file: string): NodeKey {
  return keyOf(file, readJsonFile(file));
}

function keyOf(file: string, json: unknown): NodeKey {
  const privKey = fieldOf(json, "priv_key");
  const value = fieldOf(privKey, "value");
  if (fieldOf(privKey, "type") !== PRIV_KEY_TYPE || typeof value !== "string") {
    throw new NodeFileError(file, `priv_key: expected {"type":"${PRIV_KEY_TYPE}","value":"<base64>"}`);
  }
  let bytes: Uint8Array;
  try {
    bytes = fromBase64(value);
  } catch (cause) {
    throw new NodeFileError(file, "priv_key.value: not base64", { cause });
  }
  if (bytes.length !== 64) throw new NodeFileError(file, `priv_key.value: expected 64 bytes, got ${bytes.length}`);
  const key = nodeKeyFromSeed(bytes.slice(0, 32));
  if (!bytesEqual(bytes.subarray(32), key.pubKey)) {
    throw new NodeFileError(file, "priv_key.value: its public half does not belong to its secret half");
  }
  return key;
}

function fieldOf(json: unknown, name: string): unknown {
  return typeof json === "object" && json !== null && Object.hasOwn(json, name)
    ? (json as Record<string, unknown>)[name] // an object's field, of whatever type
    : undefined;
}

function refuseToReplace(file: string): void {
  if (existsSync(file)) throw new NodeFileError(file, "there is a key already; it is never overwritten");
}

/** Reads a JSON file. Throws NodeFileError when it is missing or not JSON. */
export function readJsonFile(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch (cause) {
    throw new NodeFileError(file, cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

/** Writes a JSON file whole or not at all, readable by its owner only. */
export function writeJsonFile(file: string, value: unknown): void {
  mkdirSync(dirname(file), { recursive: true });
  const scratch = `${file}.tmp`;
  writeFileSync(scratch, `${JSON.stringify(value, undefined, 2)}\n`, { mode: 0o600 });
  renameSync(scratch, file);
}
