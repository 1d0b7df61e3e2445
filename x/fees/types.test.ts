// Cases: prices by gas and by message; mixed; rounding; parameters that are wrong.

import { describe, expect, test } from "vitest";
import type { Params } from "../../gen/stateset/fees/v1/fees.ts";
import { requiredAmount } from "../../src/codec/priceList.ts";
import { checkParams, DEFAULT_PARAMS } from "./types.ts";

const PARAMS: Params = {
  denom: "uusdc",
  minGasPrice: "1000000000000000",
  messageFees: [
    { typeUrl: "/stateset.orders.v1.MsgCreateOrder", fee: { denom: "uusdc", amount: "1000" } },
    { typeUrl: "/stateset.orders.v1.MsgPayOrder", fee: { denom: "uusdc", amount: "10000" } },
  ],
};

describe("requiredAmount", () => {
  test.each([
    [["/cosmos.bank.v1beta1.MsgSend"], 100_000n, 100n],
    [["/cosmos.bank.v1beta1.MsgSend"], 100_001n, 101n],
    [["/cosmos.bank.v1beta1.MsgSend", "/cosmos.bank.v1beta1.MsgSend"], 1000n, 1n],
    [["/stateset.orders.v1.MsgCreateOrder"], 900_000n, 1000n],
    [["/stateset.orders.v1.MsgCreateOrder", "/stateset.orders.v1.MsgPayOrder"], 900_000n, 11_000n],
    [["/stateset.orders.v1.MsgCreateOrder", "/cosmos.bank.v1beta1.MsgSend"], 1000n, 1001n],
    [[], 1000n, 0n],
  ])("behavior: %j with gas %s costs %s", (typeUrls, gasLimit, amount) => {
    expect(requiredAmount(PARAMS, typeUrls, gasLimit)).toBe(amount);
  });
});

describe("checkParams", () => {
  test("default", () => {
    expect(checkParams(DEFAULT_PARAMS)).toBeUndefined();
    expect(checkParams(PARAMS)).toBeUndefined();
  });

  test.each([
    [{ denom: "" }, "invalid denom"],
    [{ minGasPrice: "-1" }, "min_gas_price: -1"],
    [{ minGasPrice: "" }, "min_gas_price: "],
    [{ minGasPrice: "0.1" }, "min_gas_price: 0.1"],
    [{ messageFees: [{ typeUrl: "MsgSend", fee: { denom: "uusdc", amount: "1" } }] }, "is not the type URL"],
    [{ messageFees: [{ typeUrl: "/a.B", fee: undefined }] }, "is not in uusdc"],
    [{ messageFees: [{ typeUrl: "/a.B", fee: { denom: "uatom", amount: "1" } }] }, "is not in uusdc"],
    [{ messageFees: [{ typeUrl: "/a.B", fee: { denom: "uusdc", amount: "-1" } }] }, "is not an amount"],
    [{ messageFees: [...PARAMS.messageFees].reverse() }, "sorted by type URL"],
    [{ messageFees: [PARAMS.messageFees[0]!, PARAMS.messageFees[0]!] }, "sorted by type URL"],
  ])("error: %j", (change, problem) => {
    expect(checkParams({ ...PARAMS, ...change })).toContain(problem);
  });
});
