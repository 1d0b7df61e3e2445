// Cases: prices by gas and by message; mixed; rounding; the gas that wallets are told, which always pays; parameters that
// are wrong.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Params } from "../../gen/stateset/fees/v1/fees.ts";
import { requiredAmount, walletGas } from "../../src/codec/priceList.ts";
import { checkParams, DEFAULT_PARAMS } from "./types.ts";

const PARAMS: Params = {
  denom: "uusdc",
  minGasPrice: "1000000000000000",
  walletGasPrice: "25000000000000000",
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

describe("walletGas", () => {
  const [CREATE, PAY, SEND] = [
    "/stateset.orders.v1.MsgCreateOrder",
    "/stateset.orders.v1.MsgPayOrder",
    "/cosmos.bank.v1beta1.MsgSend",
  ];

  test.each([
    [[SEND], 0n],
    [[CREATE], 40_000n],
    [[PAY], 400_000n],
    [[CREATE, PAY], 440_000n],
    [[PAY, SEND], 416_667n],
  ])("behavior: %j wants %s", (typeUrls, gas) => {
    expect(walletGas(PARAMS, typeUrls)).toBe(gas);
  });

  test("behavior: without such a price nothing is asked for", () => {
    for (const walletGasPrice of ["", "0"]) expect(walletGas({ ...PARAMS, walletGasPrice }, [PAY])).toBe(0n);
  });

  test("behavior: a price that is all but nothing asks for what a client can still read", () => {
    const gas = walletGas({ ...PARAMS, minGasPrice: "0", walletGasPrice: "1" }, [PAY]);
    expect(gas).toBe(BigInt(Number.MAX_SAFE_INTEGER));
  });

  test("behavior: whoever offers the wallets' price for it, or for more of it, offers enough", () => {
    const messages = fc.array(fc.constantFrom(CREATE, PAY, SEND), { maxLength: 5 });
    const price = fc.bigInt(1n, 10n ** 18n);
    fc.assert(
      fc.property(
        messages,
        fc.bigInt(0n, 10n ** 18n),
        price,
        fc.bigInt(0n, 10n ** 9n),
        (typeUrls, least, above, more) => {
          const params = { ...PARAMS, minGasPrice: least.toString(), walletGasPrice: (least + above).toString() };
          const gas = walletGas(params, typeUrls);
          fc.pre(gas < BigInt(Number.MAX_SAFE_INTEGER));
          const limit = gas + more;
          const offered = (limit * (least + above) + 10n ** 18n - 1n) / 10n ** 18n;
          expect(offered >= requiredAmount(params, typeUrls, limit)).toBe(true);
        },
      ),
    );
  });
});

describe("checkParams", () => {
  test("default", () => {
    expect(checkParams(DEFAULT_PARAMS)).toBeUndefined();
    expect(checkParams(PARAMS)).toBeUndefined();
    for (const walletGasPrice of ["", "0"]) expect(checkParams({ ...PARAMS, walletGasPrice })).toBeUndefined();
  });

  test.each([
    [{ denom: "" }, "invalid denom"],
    [{ minGasPrice: "-1" }, "min_gas_price: -1"],
    [{ minGasPrice: "" }, "min_gas_price: "],
    [{ minGasPrice: "0.1" }, "min_gas_price: 0.1"],
    [{ walletGasPrice: "-1" }, "wallet_gas_price: -1"],
    [{ walletGasPrice: "0.025" }, "wallet_gas_price: 0.025"],
    [{ walletGasPrice: PARAMS.minGasPrice }, "not above min_gas_price"],
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
