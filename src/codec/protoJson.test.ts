// Cases: JSON as Cosmos nodes serve it, and back; leniency that jsonpb has; refusals with the place named.

import type { JsonValue } from "@bufbuild/protobuf";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { BaseAccount, ModuleAccount } from "../../gen/cosmos/auth/v1beta1/auth.ts";
import { GenericAuthorization, Grant } from "../../gen/cosmos/authz/v1beta1/authz.ts";
import { MsgSend } from "../../gen/cosmos/bank/v1beta1/tx.ts";
import { TxResponse } from "../../gen/cosmos/base/abci/v1beta1/abci.ts";
import { Coin, DecCoin } from "../../gen/cosmos/base/v1beta1/coin.ts";
import { PubKey } from "../../gen/cosmos/crypto/secp256k1/keys.ts";
import { PeriodicAllowance } from "../../gen/cosmos/feegrant/v1beta1/feegrant.ts";
import { SignatureDescriptor_Data } from "../../gen/cosmos/tx/signing/v1beta1/signing.ts";
import { AuthInfo, SignerInfo, Tx, TxBody } from "../../gen/cosmos/tx/v1beta1/tx.ts";
import { Any } from "../../gen/google/protobuf/any.ts";
import { Timestamp } from "../../gen/google/protobuf/timestamp.ts";
import { ConsensusParams } from "../../gen/tendermint/types/params.ts";
import { utf8 } from "./bytes.ts";
import { emptyMessage, readMessage, writeMessage } from "./dynamicMessage.ts";
import type { MessageCodec } from "./message.ts";
import { jsonToMessage, messageToJson } from "./protoJson.ts";
import { TypeRegistry } from "./registry.ts";

const registry = new TypeRegistry();

function json<T>(codec: MessageCodec<T>, value: unknown): JsonValue {
  return messageToJson(registry, codec.$type, codec.encode(codec.fromPartial(value)).finish());
}

function parse<T>(codec: MessageCodec<T>, value: JsonValue): T {
  return codec.decode(jsonToMessage(registry, codec.$type, value));
}

const key = {
  typeUrl: "/cosmos.crypto.secp256k1.PubKey",
  value: PubKey.encode({ key: Uint8Array.from([2, 3]) }).finish(),
};

describe("to JSON", () => {
  test("default: names as in the .proto, defaults emitted", () => {
    expect(JSON.stringify(json(BaseAccount, { address: "a", pubKey: key, accountNumber: 5n }))).toBe(
      '{"address":"a","pub_key":{"@type":"/cosmos.crypto.secp256k1.PubKey","key":"AgM="},"account_number":"5","sequence":"0"}',
    );
    expect(json(BaseAccount, {})).toEqual({ address: "", pub_key: null, account_number: "0", sequence: "0" });
    expect(json(MsgSend, { amount: [{}] })).toEqual({
      from_address: "",
      to_address: "",
      amount: [{ denom: "", amount: "0" }],
    });
  });

  test("behavior: an absent message is null, or its default where Go holds it by value", () => {
    expect(json(ModuleAccount, {})).toEqual({ base_account: null, name: "", permissions: [] });
    expect(json(PeriodicAllowance, {})).toEqual({
      basic: { spend_limit: [], expiration: null },
      period: "0s",
      period_spend_limit: [],
      period_can_spend: [],
      period_reset: "0001-01-01T00:00:00Z",
    });
  });

  test("behavior: decimals get their point, and a missing one is null", () => {
    expect(json(DecCoin, { denom: "uusdc", amount: "10000000000000000" })).toEqual({
      denom: "uusdc",
      amount: "0.010000000000000000",
    });
    expect(json(DecCoin, {})).toEqual({ denom: "", amount: null });
  });

  test("behavior: enums by name, unknown ones as numbers; 32-bit integers as numbers", () => {
    const mode = (value: number) => json(SignerInfo, { modeInfo: { single: { mode: value } } });
    const expected = (value: JsonValue) => ({
      public_key: null,
      mode_info: { single: { mode: value } },
      sequence: "0",
    });
    expect(mode(127)).toEqual(expected("SIGN_MODE_LEGACY_AMINO_JSON"));
    expect(mode(0)).toEqual(expected("SIGN_MODE_UNSPECIFIED"));
    expect(mode(5)).toEqual(expected(5));
    expect(json(TxResponse, { code: 5 })).toMatchObject({ code: 5, gas_used: "0", tx: null, events: [], data: "" });
  });

  test("behavior: bytes are base64, null when absent", () => {
    expect(json(PubKey, { key: utf8("~~~") })).toEqual({ key: "fn5+" });
    expect(json(PubKey, {})).toEqual({ key: null });
  });

  test("behavior: members of a oneof appear only when set", () => {
    expect(json(SignatureDescriptor_Data, {})).toEqual({});
    const single = { mode: "SIGN_MODE_UNSPECIFIED", signature: null };
    expect(json(SignatureDescriptor_Data, { single: {} })).toEqual({ single });
  });

  test("behavior: times have 0, 3, 6 or 9 decimals", () => {
    const text = (nanos: number) => json(Timestamp, { seconds: 1n, nanos });
    expect([text(0), text(120_000_000), text(120_000), text(12)]).toEqual([
      "1970-01-01T00:00:01Z",
      "1970-01-01T00:00:01.120Z",
      "1970-01-01T00:00:01.000120Z",
      "1970-01-01T00:00:01.000000012Z",
    ]);
    expect(json(ConsensusParams, { evidence: { maxAgeDuration: { seconds: 172_800n } } })).toMatchObject({
      evidence: { max_age_duration: "172800s", max_age_num_blocks: "0", max_bytes: "0" },
      block: null,
    });
  });

  test("behavior: a well-known type in an Any stands under value", () => {
    const time = { typeUrl: "/google.protobuf.Timestamp", value: Timestamp.encode({ seconds: 1n, nanos: 0 }).finish() };
    const inner = { "@type": "/google.protobuf.Timestamp", value: "1970-01-01T00:00:01Z" };
    expect(json(Any, time)).toEqual(inner);
    const outer = { typeUrl: "/google.protobuf.Any", value: Any.encode(Any.fromPartial(time)).finish() };
    expect(json(Any, outer)).toEqual({ "@type": "/google.protobuf.Any", value: inner });
  });

  test("behavior: a TxRaw reads as a Tx", () => {
    const bytes = Tx.encode(Tx.fromPartial({ body: { memo: "m" }, authInfo: {}, signatures: [utf8("~~~")] })).finish();
    expect(messageToJson(registry, "cosmos.tx.v1beta1.Tx", bytes)).toMatchObject({
      body: { messages: [], memo: "m", timeout_height: "0", extension_options: [], unordered: false },
      auth_info: { signer_infos: [], fee: null, tip: null },
      signatures: ["fn5+"],
    });
  });

  test.each([
    ["unknown type", "foo.Bar", []],
    ["truncated bytes", "cosmos.bank.v1beta1.MsgSend", [10, 5, 65]],
    ["a nested message that ends too late", "cosmos.bank.v1beta1.MsgSend", [26, 2, 10, 5, 65, 65, 65, 65, 65]],
    ["an Any of unknown type", "google.protobuf.Any", [10, 2, 47, 65]],
    ["an Any without type", "google.protobuf.Any", [18, 1, 0]],
    ["a bad decimal", "cosmos.base.v1beta1.DecCoin", [18, 3, 49, 46, 53]],
    ["a time before the year 1", "google.protobuf.Timestamp", [8, 128, 128, 128, 128, 128, 128, 128, 128, 128, 1]],
    ["invalid UTF-8", "cosmos.base.v1beta1.Coin", [10, 1, 255]],
  ])("error: %s", (_, typeName, bytes) => {
    expect(() => messageToJson(registry, typeName, Uint8Array.from(bytes))).toThrow(Error);
  });
});

describe("from JSON", () => {
  test("default: back to the same bytes", () => {
    const tx = Tx.fromPartial({
      body: {
        messages: [
          {
            typeUrl: "/cosmos.bank.v1beta1.MsgSend",
            value: MsgSend.encode(MsgSend.fromPartial({ fromAddress: "é<>" })).finish(),
          },
        ],
        timeoutHeight: 18_446_744_073_709_551_615n,
        timeoutTimestamp: { seconds: 1n, nanos: 5 },
        unordered: true,
      },
      authInfo: {
        signerInfos: [
          {
            publicKey: key,
            modeInfo: {
              multi: { bitarray: { extraBitsStored: 3, elems: utf8("x") }, modeInfos: [{ single: { mode: 1 } }] },
            },
          },
        ],
        fee: { gasLimit: 7n },
      },
      signatures: [utf8("s"), new Uint8Array(0)],
    });
    const bytes = Tx.encode(tx).finish();
    const text = JSON.stringify(messageToJson(registry, Tx.$type, bytes));
    expect(Tx.decode(jsonToMessage(registry, Tx.$type, JSON.parse(text)))).toEqual(tx);
  });

  test("behavior: either name, numbers or text, names or numbers of enums, null for absent", () => {
    const expected = TxBody.fromPartial({ memo: "m", timeoutHeight: 5n });
    expect(parse(TxBody, { memo: "m", timeout_height: 5, messages: null })).toEqual(expected);
    expect(parse(TxBody, { memo: "m", timeoutHeight: "5" })).toEqual(expected);
    const signer = SignerInfo.fromPartial({ modeInfo: { single: { mode: 1 } } });
    expect(parse(SignerInfo, { modeInfo: { single: { mode: "SIGN_MODE_DIRECT" } } })).toEqual(signer);
    expect(parse(SignerInfo, { mode_info: { single: { mode: 1 } } })).toEqual(signer);
  });

  test("behavior: decimals lose their point, base64 comes in either alphabet, times may have an offset", () => {
    expect(parse(DecCoin, { amount: "0.01" }).amount).toBe("10000000000000000");
    for (const text of ["+/+/", "-_-_"])
      expect(parse(PubKey, { key: text }).key).toEqual(Uint8Array.from([251, 255, 191]));
    for (const text of ["AA==", "AA"]) expect(parse(PubKey, { key: text }).key).toEqual(Uint8Array.from([0]));
    const grant = parse(Grant, {
      authorization: { "@type": "/cosmos.authz.v1beta1.GenericAuthorization", msg: "/x" },
      expiration: "2024-01-01T01:00:00+01:00",
    });
    expect(grant.expiration).toEqual({ seconds: 1_704_067_200n, nanos: 0 });
    expect(GenericAuthorization.decode(grant.authorization?.value ?? utf8("")).msg).toBe("/x");
  });

  test("behavior: random messages come back, for any choice of fields", () => {
    const coin = fc.record({ denom: fc.string(), amount: fc.bigInt(0n, (1n << 256n) - 1n).map(String) });
    const info = fc.record(
      {
        signerInfos: fc.array(fc.record({ sequence: fc.bigInt(0n, (1n << 64n) - 1n) }, { requiredKeys: [] }), {
          maxLength: 2,
        }),
        fee: fc.record(
          { amount: fc.array(coin, { maxLength: 2 }), gasLimit: fc.bigInt(0n, (1n << 64n) - 1n), payer: fc.string() },
          { requiredKeys: [] },
        ),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(info, (value) => {
        const message = AuthInfo.fromPartial(value);
        expect(parse(AuthInfo, JSON.parse(JSON.stringify(json(AuthInfo, message))))).toEqual(message);
      }),
    );
  });

  test.each([
    ["unknown field", Coin, { denom: "x", amont: "5" }, 'cosmos.base.v1beta1.Coin: unknown field "amont"'],
    [
      "unknown nested field",
      MsgSend,
      { amount: [{ x: 1 }] },
      'cosmos.bank.v1beta1.MsgSend.amount[0]: unknown field "x"',
    ],
    ["prototype as a field", Coin, JSON.parse('{"__proto__":1}'), 'unknown field "__proto__"'],
    ["both names of a field", TxBody, { timeout_height: 1, timeoutHeight: 1 }, "field timeout_height is given twice"],
    [
      "two members of a oneof",
      SignatureDescriptor_Data,
      { single: {}, multi: {} },
      "another field of oneof sum is given too",
    ],
    ["no object", Coin, [], "cosmos.base.v1beta1.Coin: expected an object"],
    ["no array", MsgSend, { amount: {} }, "MsgSend.amount: expected an array"],
    ["null in an array", MsgSend, { amount: [null] }, "MsgSend.amount[0]: expected an object"],
    ["number for text", Coin, { denom: 1 }, "Coin.denom: expected a string"],
    ["text for a boolean", TxBody, { unordered: "true" }, "TxBody.unordered: expected a boolean"],
    ["fraction", TxBody, { timeout_height: 1.5 }, "TxBody.timeout_height: number is not an exact integer"],
    ["number above 2^53", TxBody, { timeout_height: 2 ** 53 }, "number is not an exact integer"],
    ["negative", TxBody, { timeout_height: -1 }, "TxBody.timeout_height: integer -1 out of range"],
    ["2^64", TxBody, { timeout_height: "18446744073709551616" }, "out of range"],
    ["hexadecimal", TxBody, { timeout_height: "0x10" }, "invalid 256-bit integer"],
    ["empty text for a number", TxBody, { timeout_height: "" }, "invalid 256-bit integer"],
    [
      "unknown enum",
      SignerInfo,
      { mode_info: { single: { mode: "X" } } },
      'mode_info.single.mode: unknown enum value "X"',
    ],
    ["bad base64", PubKey, { key: "A" }, "PubKey.key: "],
    ["bad amount", Coin, { amount: "1.5" }, "Coin.amount: invalid 256-bit integer"],
    ["bad decimal", DecCoin, { amount: "x" }, "DecCoin.amount: invalid decimal"],
    ["bad time", Grant, { expiration: "yesterday" }, "invalid RFC 3339 time"],
    ["Any without type", Any, {}, "Any JSON doesn't have '@type'"],
    ["Any of unknown type", Any, { "@type": "/foo" }, "unable to resolve type URL /foo"],
  ] as [string, MessageCodec<unknown>, JsonValue, string][])("error: %s", (_, codec, value, message) => {
    expect(() => jsonToMessage(registry, codec.$type, value)).toThrow(message);
  });

  test("error: nested too deep", () => {
    let value: JsonValue = {};
    for (let i = 0; i < 100; i++) value = { "@type": "/cosmos.authz.v1beta1.MsgExec", msgs: [value] };
    expect(() => jsonToMessage(registry, "google.protobuf.Any", value)).toThrow("nested too deep");
  });
});

describe("dynamic messages", () => {
  const plan = registry.plan("tendermint.abci.ResponseApplySnapshotChunk");

  test("behavior: packed and unpacked lists read alike, and are written packed", () => {
    if (plan === undefined) throw new Error("no plan");
    const packed = Uint8Array.from([18, 2, 1, 2]);
    const read = (...bytes: number[]) => readMessage(plan, Uint8Array.from(bytes)).values;
    expect(read(18, 2, 1, 2)).toEqual(read(16, 1, 16, 2));
    expect(writeMessage(readMessage(plan, Uint8Array.from([16, 1, 16, 2])))).toEqual(packed);
    expect(writeMessage(emptyMessage(plan))).toEqual(new Uint8Array(0));
    expect(() => read(18, 1, 129)).toThrow();
  });
});
