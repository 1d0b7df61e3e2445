// Cases: round trips and modes of the key files; a file of CometBFT; each way in which a file can be wrong.

import { mkdtempSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import {
  generateNodeKey,
  NodeFileError,
  nodeIdOf,
  nodeKeyFromSeed,
  readNodeKey,
  readValidatorKey,
  writeNodeKey,
  writeValidatorKey,
} from "./nodeFiles.ts";

const fileIn = (name: string) => join(mkdtempSync(join(tmpdir(), "keys-")), name);

test("default: what was written is read, and only its owner may read it", () => {
  const key = generateNodeKey();
  const validatorFile = fileIn("priv_validator_key.json");
  writeValidatorKey(validatorFile, key);
  expect(readValidatorKey(validatorFile)).toEqual(key);
  expect(statSync(validatorFile).mode & 0o777).toBe(0o600);
  const nodeFile = fileIn("node_key.json");
  writeNodeKey(nodeFile, key);
  expect(readNodeKey(nodeFile)).toEqual(key);
  expect(nodeIdOf(key)).toMatch(/^[0-9a-f]{40}$/);
  expect(generateNodeKey().seed).not.toEqual(key.seed);
});

test("behavior: the shape is CometBFT's", () => {
  const file = fileIn("priv_validator_key.json");
  // RFC 8032, test 1.
  const seed = Buffer.from("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60", "hex");
  const pubKey = Buffer.from("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "hex");
  writeValidatorKey(file, nodeKeyFromSeed(new Uint8Array(seed)));
  const json = JSON.parse(readFileSync(file, "utf8"));
  expect(json.address).toMatch(/^[0-9A-F]{40}$/);
  expect(json.pub_key).toEqual({ type: "tendermint/PubKeyEd25519", value: pubKey.toString("base64") });
  expect(json.priv_key).toEqual({
    type: "tendermint/PrivKeyEd25519",
    value: Buffer.concat([seed, pubKey]).toString("base64"),
  });
});

test("error: a key is never overwritten", () => {
  const file = fileIn("priv_validator_key.json");
  writeValidatorKey(file, generateNodeKey());
  expect(() => writeValidatorKey(file, generateNodeKey())).toThrow("never overwritten");
  expect(() => writeNodeKey(file, generateNodeKey())).toThrow(NodeFileError);
});

const other = Buffer.concat([Buffer.alloc(32, 1), Buffer.alloc(32, 2)]).toString("base64");
test.each([
  ["missing parts", () => ({}), "priv_key: expected"],
  [
    "another key type",
    (json: Record<string, object>) => ({ ...json, priv_key: { type: "secp", value: "" } }),
    "priv_key",
  ],
  [
    "text that is not base64",
    (json: Record<string, object>) => ({ ...json, priv_key: { ...json["priv_key"], value: "?" } }),
    "not base64",
  ],
  [
    "a short key",
    (json: Record<string, object>) => ({ ...json, priv_key: { ...json["priv_key"], value: "AAAA" } }),
    "expected 64 bytes, got 3",
  ],
  [
    "halves that do not fit",
    (json: Record<string, object>) => ({ ...json, priv_key: { ...json["priv_key"], value: other } }),
    "does not belong to its secret half",
  ],
  [
    "another public key",
    (json: Record<string, object>) => ({ ...json, pub_key: { ...json["pub_key"], value: "AAAA" } }),
    "pub_key does not belong to priv_key",
  ],
  ["another address", (json: Record<string, object>) => ({ ...json, address: "00" }), "address does not belong"],
])("error: %s", (_what, change, message) => {
  const file = fileIn("priv_validator_key.json");
  writeValidatorKey(file, generateNodeKey());
  writeFileSync(file, JSON.stringify(change(JSON.parse(readFileSync(file, "utf8")))));
  expect(() => readValidatorKey(file)).toThrow(NodeFileError);
  expect(() => readValidatorKey(file)).toThrow(message);
});

test("error: no file, no JSON", () => {
  const file = fileIn("node_key.json");
  expect(() => readNodeKey(file)).toThrow(NodeFileError);
  writeFileSync(file, "{");
  expect(() => readNodeKey(file)).toThrow(file);
});
