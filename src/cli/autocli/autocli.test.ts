// Cases: every message and query of the application is a command, and no other; names; each kind of field from text, good
// and bad; positional arguments, flags and presets together; paging flags.

import type { Command } from "commander";
import { describe, expect, test } from "vitest";
import { emptyApp } from "../../../app/genesis.ts";
import { appRegistry } from "../../../app/registry.ts";
import { createProgram } from "../program.ts";
import { autoMethods } from "./commands.ts";
import { kebab, parseField, requestJson } from "./fields.ts";
import { pageRequestJson } from "./paging.ts";

const registry = appRegistry();

function messageOf(typeName: string) {
  const found = registry.descriptors.getMessage(typeName);
  if (found === undefined) throw new Error(`no ${typeName}`);
  return found;
}

const fieldOf = (typeName: string, name: string) => {
  const found = messageOf(typeName).fields.find((field) => field.name === name);
  if (found === undefined) throw new Error(`no ${typeName}.${name}`);
  return found;
};

describe("commands", () => {
  const app = emptyApp();

  test("behavior: the messages are those that the application handles", () => {
    const methods = [...autoMethods(registry, "Msg").values()].flat();
    for (const { desc } of methods) expect(() => app.router.msg(`/${desc.input.typeName}`)).not.toThrow();
    expect(methods.map(({ desc }) => `/${desc.input.typeName}`)).toContain("/cosmos.bank.v1beta1.MsgSend");
  });

  test("behavior: every query of the application is there", () => {
    const paths = [...autoMethods(registry, "Query").values()].flat().map(({ path }) => path);
    expect(paths).toEqual(expect.arrayContaining([...app.router.queryPaths()]));
  });

  test("behavior: no two commands of a group have one name, and each has an example", () => {
    const visit = (command: Command, path: string): void => {
      const names = command.commands.flatMap((child) => [child.name(), ...child.aliases()]);
      expect(new Set(names).size, path).toBe(names.length);
      for (const child of command.commands) visit(child, `${path} ${child.name()}`);
      if (command.commands.length > 0 || command.name() === "help") return;
      let help = "";
      command.configureOutput({ writeOut: (text) => (help += text) });
      command.outputHelp();
      expect(help, path).toMatch(/Examples?:\n {2}statesetd /);
    };
    visit(createProgram(), "statesetd");
  });
});

describe("fields", () => {
  test.each([
    ["fromAddress", "from-address"],
    ["from_address", "from-address"],
    ["URI2", "uri2"],
  ])("default: %s is %s", (name, flag) => {
    expect(kebab(name)).toBe(flag);
  });

  const SEND = "cosmos.bank.v1beta1.MsgSend";
  test.each([
    [SEND, "to_address", "a", "a"],
    [
      SEND,
      "amount",
      "5uusdc,3uatom",
      [
        { denom: "uatom", amount: "3" },
        { denom: "uusdc", amount: "5" },
      ],
    ],
    [SEND, "amount", '[{"denom":"uusdc","amount":"5"}]', [{ denom: "uusdc", amount: "5" }]],
    ["cosmos.bank.v1beta1.QueryBalanceResponse", "balance", "5uusdc", { denom: "uusdc", amount: "5" }],
    ["cosmos.bank.v1beta1.QueryBalanceResponse", "balance", '{"denom":"a","amount":"1"}', { denom: "a", amount: "1" }],
    ["cosmos.bank.v1beta1.QuerySendEnabledRequest", "denoms", "a,b", ["a", "b"]],
    ["cosmos.bank.v1beta1.QuerySendEnabledRequest", "denoms", "", []],
    ["cosmos.bank.v1beta1.QueryDenomOwnersRequest", "denom", "ibc/AB", "ibc/AB"],
    ["cosmos.auth.v1beta1.QueryAccountAddressByIDRequest", "account_id", "5", "5"],
    ["cosmos.bank.v1beta1.QuerySpendableBalancesRequest", "address", "", ""],
    ["cosmos.tx.v1beta1.SimulateRequest", "tx_bytes", "0xff00", "/wA="],
    ["cosmos.tx.v1beta1.SimulateRequest", "tx_bytes", "/wA=", "/wA="],
    ["cosmos.tx.v1beta1.BroadcastTxRequest", "mode", "2", "BROADCAST_MODE_SYNC"],
    ["cosmos.tx.v1beta1.BroadcastTxRequest", "mode", "BROADCAST_MODE_ASYNC", "BROADCAST_MODE_ASYNC"],
    ["cosmos.tx.v1beta1.TxBody", "unordered", "true", true],
    ["cosmos.tx.v1beta1.TxBody", "timeout_timestamp", "2026-01-31T12:00:00Z", "2026-01-31T12:00:00Z"],
    ["cosmos.feegrant.v1beta1.PeriodicAllowance", "period", "3600s", "3600s"],
  ])("default: %s.%s from %j", (typeName, name, text, json) => {
    expect(parseField(fieldOf(typeName, name), text)).toEqual(json);
  });

  test.each([
    [SEND, "amount", "5", "amount: "],
    [SEND, "amount", "[", "amount: not JSON"],
    [SEND, "amount", "@/nowhere.json", "amount: ENOENT"],
    ["cosmos.bank.v1beta1.QueryBalanceResponse", "balance", "5a5,1uusdc", "balance: "],
    ["cosmos.bank.v1beta1.QueryBalanceResponse", "balance", "5uatom,1uusdc", "balance: expected one coin"],
    [
      "cosmos.auth.v1beta1.QueryAccountAddressByIDRequest",
      "account_id",
      "5.5",
      "account-id: expected an integer, got 5.5",
    ],
    ["cosmos.tx.v1beta1.SimulateRequest", "tx_bytes", "0xf", "tx-bytes: malformed hex"],
    ["cosmos.tx.v1beta1.BroadcastTxRequest", "mode", "FAST", "mode: expected one of BROADCAST_MODE_UNSPECIFIED | "],
    ["cosmos.tx.v1beta1.TxBody", "unordered", "yes", "unordered: expected true or false, got yes"],
  ])("error: %s.%s from %j", (typeName, name, text, message) => {
    expect(() => parseField(fieldOf(typeName, name), text)).toThrow(message);
  });
});

describe("requestJson", () => {
  const send = messageOf("cosmos.bank.v1beta1.MsgSend");

  test("default: positional arguments fill what flags and presets leave, in the order of the numbers", () => {
    const given = { positional: ["5uusdc"], flags: { toAddress: "b" }, preset: { from_address: "a" } };
    const amount = [{ denom: "uusdc", amount: "5" }];
    expect(requestJson(send, given)).toEqual({ from_address: "a", to_address: "b", amount });
    expect(requestJson(send, { ...given, positional: [] })).toEqual({ from_address: "a", to_address: "b" });
  });

  test("error: too many arguments", () => {
    const given = { positional: ["a", "b", "5uusdc", "c"], flags: {}, preset: {} };
    expect(() => requestJson(send, given)).toThrow("too many arguments: c");
  });
});

describe("paging flags", () => {
  test.each([
    [{}, undefined],
    [
      { pageLimit: "5", pageOffset: "2" },
      { limit: "5", offset: "2" },
    ],
    [
      { pageKey: "AA==", pageCountTotal: true, pageReverse: true },
      { key: "AA==", count_total: true, reverse: true },
    ],
  ])("default: %j", (flags, json) => {
    expect(pageRequestJson(flags)).toEqual(json);
  });

  test.each([{ pageLimit: "x" }, { pageOffset: "-1" }])("error: %j", (flags) => {
    expect(() => pageRequestJson(flags)).toThrow("expected a number");
  });
});
