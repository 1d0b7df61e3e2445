// Cases: type and attributes of protobuf events, the JSON text of each kind of field.

import { expect, test } from "vitest";
import { EventGrant } from "../../gen/cosmos/authz/v1beta1/event.ts";
import { MsgSend } from "../../gen/cosmos/bank/v1beta1/tx.ts";
import { Fee, TxBody, TxRaw } from "../../gen/cosmos/tx/v1beta1/tx.ts";
import type { MessageCodec } from "./message.ts";
import { typedEvent } from "./typedEvent.ts";

test("default: attributes sorted by name, text in quotes", () => {
  const event = { msgTypeUrl: "/cosmos.bank.v1beta1.MsgSend", granter: "a", grantee: "b" };
  expect(typedEvent(EventGrant, event)).toEqual({
    type: "cosmos.authz.v1beta1.EventGrant",
    attributes: [
      { key: "grantee", value: '"b"', index: true },
      { key: "granter", value: '"a"', index: true },
      { key: "msg_type_url", value: '"/cosmos.bank.v1beta1.MsgSend"', index: true },
    ],
  });
});

test("behavior: defaults are emitted, 64-bit integers are text, lists are JSON without spaces", () => {
  const fee = Fee.fromPartial({ amount: [{ denom: "uusdc", amount: "5" }], gasLimit: 7n });
  const attributes = typedEvent(Fee, fee).attributes.map(({ key, value }) => [key, value]);
  expect(attributes).toEqual([
    ["amount", '[{"denom":"uusdc","amount":"5"}]'],
    ["gas_limit", '"7"'],
    ["granter", '""'],
    ["payer", '""'],
  ]);
  const body = new Map(typedEvent(TxBody, TxBody.fromPartial({})).attributes.map(({ key, value }) => [key, value]));
  expect(body.get("unordered")).toBe("false");
  expect(body.get("timeout_timestamp")).toBe("null");
});

test("behavior: no bytes are an empty text", () => {
  const attributes = typedEvent(TxRaw, TxRaw.fromPartial({ bodyBytes: Uint8Array.of(1) })).attributes;
  expect(attributes.map(({ key, value }) => [key, value])).toEqual([
    ["auth_info_bytes", '""'],
    ["body_bytes", '"AQ=="'],
    ["signatures", "[]"],
  ]);
});

test("behavior: text is escaped as Go does", () => {
  const { attributes } = typedEvent(MsgSend, MsgSend.fromPartial({ fromAddress: '<&>"\u2028é' }));
  expect(attributes.find(({ key }) => key === "from_address")?.value).toBe('"\\u003c\\u0026\\u003e\\"\\u2028é"');
});

test("error: a type without descriptor", () => {
  const codec = { ...MsgSend, $type: "foo.Bar" } as MessageCodec<MsgSend>;
  expect(() => typedEvent(codec, MsgSend.fromPartial({}))).toThrow("no descriptor of event foo.Bar");
});
