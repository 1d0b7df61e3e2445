// Cases: codecs, signers, amino names, services and their HTTP rules; property names agree with the generated code.

import { readdirSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { MsgExec } from "../../gen/cosmos/authz/v1beta1/tx.ts";
import { MsgMultiSend, MsgSend } from "../../gen/cosmos/bank/v1beta1/tx.ts";
import { Coin } from "../../gen/cosmos/base/v1beta1/coin.ts";
import { encodeAddress } from "./address.ts";
import { ChainError } from "./chainError.ts";
import type { MessageCodec } from "./message.ts";
import { TypeRegistry } from "./registry.ts";

const registry = new TypeRegistry();
registry.register(MsgSend);
const raw = (index: number) => new Uint8Array(20).fill(index);

describe("codecs", () => {
  test("default", () => {
    expect(registry.codec("/cosmos.bank.v1beta1.MsgSend")).toBe(MsgSend);
    expect(registry.requireCodec("/cosmos.bank.v1beta1.MsgSend")).toBe(MsgSend);
    expect(registry.codec("/cosmos.bank.v1beta1.MsgMultiSend")).toBeUndefined();
    expect(registry.codec("cosmos.bank.v1beta1.MsgSend")).toBeUndefined();
  });

  test("error: an unregistered type", () => {
    expect(() => registry.requireCodec("/foo")).toThrow(ChainError);
    expect(() => registry.requireCodec("/foo")).toThrow("unable to resolve type URL /foo");
  });

  test("error: a codec without descriptor", () => {
    const codec = { ...MsgSend, $type: "foo.Bar" } as MessageCodec<MsgSend>;
    expect(() => registry.register(codec)).toThrow("no descriptor of foo.Bar");
  });
});

describe("signers", () => {
  const send = MsgSend.fromPartial({ fromAddress: encodeAddress(raw(1)), toAddress: encodeAddress(raw(2)) });

  test("default: from the value or from the bytes", () => {
    expect(registry.signersOf("/cosmos.bank.v1beta1.MsgSend", send)).toEqual([raw(1)]);
    expect(registry.signersOf("/cosmos.bank.v1beta1.MsgSend", MsgSend.encode(send).finish())).toEqual([raw(1)]);
  });

  test("behavior: nested messages, in order, with repetitions", () => {
    const inputs = [2, 1, 2].map((index) => ({ address: encodeAddress(raw(index)), coins: [] }));
    const value = MsgMultiSend.fromPartial({ inputs });
    expect(registry.signersOf("/cosmos.bank.v1beta1.MsgMultiSend", value)).toEqual([raw(2), raw(1), raw(2)]);
  });

  test("behavior: the annotation names one field of a MsgExec", () => {
    const value = MsgExec.fromPartial({ grantee: encodeAddress(raw(3)) });
    expect(registry.signersOf("/cosmos.authz.v1beta1.MsgExec", value)).toEqual([raw(3)]);
    expect(registry.signerFields("cosmos.authz.v1beta1.MsgExec")).toEqual(["grantee"]);
  });

  test("behavior: every method of a Msg service names its signers", () => {
    const services = registry.services().filter((service) => service.isMsgService);
    expect(services.length).toBeGreaterThan(4);
    for (const { inputType } of services.flatMap((service) => service.methods)) {
      expect(registry.signerFields(inputType), inputType).not.toEqual([]);
    }
  });

  test("error: bad address, type without annotation, unknown type", () => {
    expect(() => registry.signersOf("/cosmos.bank.v1beta1.MsgSend", MsgSend.fromPartial({}))).toThrow("empty address");
    expect(() => registry.signersOf("/cosmos.base.v1beta1.Coin", Coin.fromPartial({}))).toThrow(
      "no cosmos.msg.v1.signer option found for message cosmos.base.v1beta1.Coin",
    );
    expect(() => registry.signersOf("/foo", {})).toThrow("unable to resolve type URL /foo");
  });
});

describe("annotations", () => {
  test("behavior: amino names", () => {
    expect(registry.aminoName("cosmos.bank.v1beta1.MsgSend")).toBe("cosmos-sdk/MsgSend");
    expect(registry.aminoName("cosmos.bank.v1beta1.QueryBalanceRequest")).toBeUndefined();
    expect(registry.aminoName("foo.Bar")).toBeUndefined();
  });

  test("behavior: implementations of interfaces", () => {
    const authorizations = registry.implementations("cosmos.authz.v1beta1.Authorization");
    expect(authorizations).toContain("/cosmos.bank.v1beta1.SendAuthorization");
    expect(authorizations).toContain("/cosmos.authz.v1beta1.GenericAuthorization");
    for (const typeUrl of authorizations) {
      expect(registry.planOfUrl(typeUrl)?.implementedInterfaces).toContain("cosmos.authz.v1beta1.Authorization");
    }
    expect(registry.implementations("foo.Bar")).toEqual([]);
    const grant = registry.plan("cosmos.authz.v1beta1.Grant")?.byJsonName.get("authorization");
    expect(grant?.options.acceptsInterface).toBe("cosmos.authz.v1beta1.Authorization");
  });

  test("behavior: services with their methods and HTTP rules", () => {
    const byName = new Map(registry.services().map((service) => [service.name, service]));
    expect(byName.get("cosmos.bank.v1beta1.Msg")?.isMsgService).toBe(true);
    const query = byName.get("cosmos.bank.v1beta1.Query");
    expect(query?.isMsgService).toBe(false);
    expect(query?.methods[0]).toEqual({
      name: "Balance",
      path: "/cosmos.bank.v1beta1.Query/Balance",
      inputType: "cosmos.bank.v1beta1.QueryBalanceRequest",
      outputType: "cosmos.bank.v1beta1.QueryBalanceResponse",
      http: [{ verb: "GET", path: "/cosmos/bank/v1beta1/balances/{address}/by_denom", body: "" }],
    });
    const tx = byName.get("cosmos.tx.v1beta1.Service")?.methods.find((method) => method.name === "BroadcastTx");
    expect(tx?.http).toEqual([{ verb: "POST", path: "/cosmos/tx/v1beta1/txs", body: "*" }]);
    expect(byName.has("tendermint.abci.ABCI")).toBe(false);
  });

  test("behavior: every path is named once", () => {
    const paths = registry
      .services()
      .flatMap((service) =>
        service.methods.flatMap(({ path, http }) => [path, ...http.map((rule) => `${rule.verb} ${rule.path}`)]),
      );
    expect(new Set(paths).size).toBe(paths.length);
  });
});

/** Everything that a generated file exports and that looks like a codec. */
async function generatedCodecs(): Promise<MessageCodec<Record<string, unknown>>[]> {
  const folder = new URL("../../gen/", import.meta.url);
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".ts"));
  const modules = await Promise.all(files.map((file) => import(new URL(file, folder).href)));
  return modules.flatMap((module) => Object.values(module)).filter(isCodec);
}

function isCodec(value: unknown): value is MessageCodec<Record<string, unknown>> {
  return typeof value === "object" && value !== null && "$type" in value && "fromPartial" in value;
}

test("behavior: every generated type has a plan with its property names", async () => {
  const codecs = await generatedCodecs();
  expect(codecs.length).toBeGreaterThan(200);
  for (const codec of codecs) {
    // Descriptors of descriptors hold floats, which no state-machine code may use.
    if (codec.$type.startsWith("google.protobuf.") && codec.$type.includes("Option")) continue;
    const plan = registry.plan(codec.$type);
    expect(
      plan?.fields.map((field) => field.localName),
      codec.$type,
    ).toEqual(Object.keys(codec.fromPartial({})));
  }
});
