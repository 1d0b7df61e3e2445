// Cases: StdTx in JSON and binary as the SDK's amino makes them; every message that the chain handles, there and back; what
// is malformed, and hostile bytes.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import vectors from "../../test/vectors/sdk/aminoTxs.json" with { type: "json" };
import { anyFromAmino, anyToAmino } from "./aminoBinary.ts";
import { aminoJson } from "./aminoJson.ts";
import { anyFromAminoJson } from "./aminoJsonReader.ts";
import { aminoPrefix, planOfAminoName } from "./aminoNames.ts";
import { fromBase64, toBase64, toHex } from "./bytes.ts";
import { TypeRegistry } from "./registry.ts";

const registry = new TypeRegistry();
const toBinary = (json: unknown) => anyToAmino(registry, anyFromAminoJson(registry, json));
const toJson = (bytes: Uint8Array) => {
  const { typeUrl, value } = anyFromAmino(registry, bytes);
  return JSON.parse(aminoJson(registry, typeUrl, value));
};

describe("StdTx", () => {
  test.each(vectors.txs)("default: $name", ({ json, base64 }) => {
    expect(toBase64(toBinary(json))).toBe(base64);
    expect(toJson(fromBase64(base64))).toEqual(json);
  });
});

describe("messages", () => {
  const types = registry.services().flatMap(({ isMsgService, methods }) => (isMsgService ? methods : []));
  // The SDK gives MsgPruneAllowances no name.
  const names = types.map(({ inputType }) => inputType).filter((type) => registry.aminoName(type) !== undefined);

  test.each(names)("behavior: an empty %s comes back", (name) => {
    const typeUrl = `/${name}`;
    const bytes = anyToAmino(registry, { typeUrl, value: new Uint8Array(0) });
    expect(anyFromAmino(registry, bytes).typeUrl).toBe(typeUrl);
    expect(anyToAmino(registry, anyFromAmino(registry, bytes))).toEqual(bytes);
  });
});

describe("names", () => {
  test.each([
    ["cosmos-sdk/StdTx", "282816a9"],
    ["cosmos-sdk/MsgSend", "a8a3619a"],
    ["tendermint/PubKeySecp256k1", "eb5ae987"],
    ["tendermint/PubKeyMultisigThreshold", "22c1f7e2"],
    ["tendermint/PubKeyEd25519", "1624de64"],
  ])("default: %s is %s", (name, prefix) => {
    expect(toHex(aminoPrefix(name))).toBe(prefix);
    expect(planOfAminoName(registry, name)?.aminoName).toBe(name);
  });
});

describe("refusals", () => {
  const tx = (change: object) => ({ type: "cosmos-sdk/StdTx", value: { ...vectors.txs[0]?.json.value, ...change } });

  test.each([
    [5, "expected an object with a type and a value"],
    [{ type: "cosmos-sdk/StdTx" }, "stateset.legacytx.v1.StdTx: expected an object"],
    [{ type: "cosmos-sdk/Nothing", value: {} }, "unrecognized concrete type name cosmos-sdk/Nothing"],
    [tx({ shop: 1 }), "unknown field shop"],
    [tx({ msg: {} }), "msg: expected a list"],
    [tx({ msg: [{ type: "cosmos-sdk/MsgSend", value: { from: "a" } }] }), "unknown field from"],
    [tx({ memo: 5 }), "memo: expected a string"],
    [tx({ timeout_height: "-1" }), "timeout_height"],
    [tx({ signatures: [{ pub_key: { type: "tendermint/PubKeySecp256k1", value: "!" } }] }), "key"],
    [
      tx({ signatures: [{ pub_key: { type: "tendermint/PubKeyMultisigThreshold", value: {} } }] }),
      "pubkeys: expected a list",
    ],
  ])("error: %#: %s", (json, message) => {
    expect(() => toBinary(json)).toThrow(message);
  });

  test.each([
    ["", "unrecognized prefix bytes "],
    ["00112233", "unrecognized prefix bytes 00112233"],
    ["282816a9ff", "premature EOF"],
    ["282816a93a00", "unknown field 7"],
    ["282816a90a04a8a3619a1200", ""],
    ["282816a922016d1200", "fields are not in their order"],
    ["282816a922016d22016d", "fields are not in their order"],
    ["282816a92001", "wire type 0"],
    ["282816a90a03a8a361", "unrecognized prefix bytes A8A361"],
  ])("error: %s", (hex, message) => {
    const read = () => toJson(new Uint8Array(Buffer.from(hex, "hex")));
    if (message === "") expect(read).not.toThrow();
    else expect(read).toThrow(message);
  });

  test("behavior: whatever bytes come behind the prefix, it is read or refused with an Error", () => {
    const prefix = aminoPrefix("cosmos-sdk/StdTx");
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        try {
          toJson(Uint8Array.of(...prefix, ...bytes));
        } catch (error) {
          expect(error).toBeInstanceOf(Error);
        }
      }),
    );
  });

  test("behavior: messages in messages are bounded", () => {
    let json: unknown = { type: "cosmos-sdk/MsgSend", value: { amount: [] } };
    for (let depth = 0; depth < 200; depth += 1) {
      json = { type: "cosmos-sdk/MsgExec", value: { grantee: "a", msgs: [json] } };
    }
    expect(() => toBinary(json)).toThrow("recursion limit reached");
  });
});
