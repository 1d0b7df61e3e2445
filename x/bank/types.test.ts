// Cases: metadata, each row breaks one thing; amounts as they are written; sums.

import { describe, expect, test } from "vitest";
import { ChainError } from "../../src/codec/chainError.ts";
import { parseCoins } from "../../src/codec/coins.ts";
import { checkMetadata, parseAddress, parseAmount, requireBalanced, requireIntegers } from "./types.ts";

const unit = (denom: string, exponent: number, aliases: string[] = []) => ({ denom, exponent, aliases });
const METADATA = {
  description: "A dollar",
  denomUnits: [unit("uusdc", 0, ["microusdc"]), unit("musdc", 3), unit("usdc", 6)],
  base: "uusdc",
  display: "usdc",
  name: "USD Coin",
  symbol: "USDC",
  uri: "",
  uriHash: "",
};

describe("checkMetadata", () => {
  test("default: complete metadata is fine", () => expect(checkMetadata(METADATA)).toBeUndefined());

  test.each([
    ["no name", { name: "  " }, "name field cannot be blank"],
    ["no symbol", { symbol: "" }, "symbol field cannot be blank"],
    ["a bad base", { base: "1" }, "invalid metadata base denom: invalid denom: 1"],
    ["a bad display", { display: "" }, "invalid metadata display denom: invalid denom: "],
    [
      "the base is not first",
      { denomUnits: [unit("usdc", 0)] },
      "metadata's first denomination unit must be the one with base denom 'uusdc'",
    ],
    [
      "the base has an exponent",
      { denomUnits: [unit("uusdc", 1)] },
      "the exponent for base denomination unit uusdc must be 0",
    ],
    [
      "exponents do not rise",
      { denomUnits: [unit("uusdc", 0), unit("usdc", 6), unit("musdc", 6)] },
      "denom units should be sorted asc by exponent",
    ],
    ["a unit twice", { denomUnits: [unit("uusdc", 0), unit("uusdc", 1)] }, "duplicate denomination unit uusdc"],
    ["a bad unit", { denomUnits: [unit("uusdc", 0), unit("?", 1)] }, "invalid denom unit: invalid denom: ?"],
    ["an alias twice", { denomUnits: [unit("uusdc", 0, ["a", "a"])] }, "duplicate denomination unit alias a"],
    ["a blank alias", { denomUnits: [unit("uusdc", 0, [" "])] }, "alias for denom unit uusdc cannot be blank"],
    [
      "too many aliases",
      {
        denomUnits: [
          unit(
            "uusdc",
            0,
            Array.from({ length: 65 }, (_, index) => `a${index}`),
          ),
        ],
      },
      "denom unit uusdc has more than 64 aliases",
    ],
    [
      "too many units",
      { denomUnits: Array.from({ length: 65 }, (_, index) => unit(`u${index}usdc`, index)) },
      "more than 64 denomination units",
    ],
    [
      "display is no unit",
      { display: "dollar" },
      "metadata must contain a denomination unit with display denom 'dollar'",
    ],
  ])("error: %s", (_name, broken, problem) => {
    expect(checkMetadata({ ...METADATA, ...broken })).toBe(problem);
  });
});

describe("amounts", () => {
  test("default: valid coins are read", () => {
    expect(parseAmount([{ denom: "uusdc", amount: "5" }])).toEqual([{ denom: "uusdc", amount: 5n }]);
  });

  test.each([
    ["none", [], "invalid coins"],
    ["zero", [["0", "uusdc"]], "0uusdc: invalid coins"],
    ["negative", [["-1", "uusdc"]], "-1uusdc: invalid coins"],
    ["above 2^256 - 1", [[(1n << 256n).toString(), "uusdc"]], `${1n << 256n}uusdc: invalid coins`],
    [
      "not sorted",
      [
        ["1", "uusdc"],
        ["2", "stake"],
      ],
      "1uusdc,2stake: invalid coins",
    ],
    [
      "twice",
      [
        ["1", "stake"],
        ["2", "stake"],
      ],
      "1stake,2stake: invalid coins",
    ],
    ["a bad denomination", [["1", "a"]], "1a: invalid coins"],
  ])("error: %s", (_name, coins, message) => {
    const amount = coins.map(([value = "", denom = ""]) => ({ denom, amount: value }));
    expect(() => parseAmount(amount)).toThrow(expect.objectContaining({ message, codespace: "sdk", code: 10 }));
  });

  test.each(["", " 1", "1 ", "0x10", "1e3", "01", "+1", "-0", "1.0", "١", "NaN", "9".repeat(79), "9".repeat(100_000)])(
    "error: %j is not an integer, and the refusal is short",
    (amount) => {
      try {
        requireIntegers([{ denom: "uusdc", amount }]);
        expect.unreachable();
      } catch (thrown) {
        expect(thrown).toBeInstanceOf(ChainError);
        expect(thrown).toMatchObject({ codespace: "sdk", code: 2 });
        expect((thrown as ChainError).message.length).toBeLessThan(300);
      }
    },
  );

  test("behavior: signs and zero are left to the rules of coins", () => {
    for (const amount of ["0", "-1", ((1n << 256n) - 1n).toString()]) {
      expect(() => requireIntegers([{ denom: "uusdc", amount }])).not.toThrow();
    }
  });
});

describe("sums", () => {
  const address = new Uint8Array(20);
  const transfer = (coins: string) => ({ address, coins: parseCoins(coins) });

  test("default: parts that add up", () => {
    expect(() => requireBalanced(transfer("3stake,5uusdc"), [transfer("5uusdc"), transfer("3stake")])).not.toThrow();
  });

  test.each([
    ["less", "4uusdc"],
    ["more", "6uusdc"],
    ["another denomination", "5stake"],
    ["one more denomination", "1stake,5uusdc"],
  ])("error: %s", (_name, output) => {
    expect(() => requireBalanced(transfer("5uusdc"), [transfer(output)])).toThrow("sum inputs != sum outputs");
  });

  test("error: a sum above 2^256 - 1", () => {
    const most = transfer(`${(1n << 256n) - 1n}uusdc`);
    expect(() => requireBalanced(most, [most, transfer("1uusdc")])).toThrow("exceeds 2^256 - 1: invalid coins");
  });
});

describe("parseAddress", () => {
  test("error: the text says which and why, once", () => {
    const message = "invalid from address: decoding bech32 failed: invalid bech32 string length 1: invalid address";
    expect(() => parseAddress("from", "x")).toThrow(expect.objectContaining({ message, codespace: "sdk", code: 7 }));
  });
});
