// Cases: texts of coins, the rules of a valid set with the SDK's words, sums and differences, protobuf coins.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ChainError } from "./chainError.ts";
import {
  addCoins,
  amountOf,
  type Coin,
  checkCoins,
  checkDenom,
  coinFromProto,
  coinsFromProto,
  coinsToProto,
  formatCoins,
  formatDecCoin,
  parseCoins,
  parseDecCoins,
  subtractCoins,
  validateCoins,
  validateDenom,
} from "./coins.ts";
import { MAX_INT256 } from "./integer.ts";
import { ErrInvalidCoins } from "./sdkErrors.ts";

const coin = (amount: bigint, denom: string): Coin => ({ denom, amount });

function refusal(run: () => unknown): ChainError {
  try {
    run();
  } catch (error) {
    if (error instanceof ChainError) return error;
    throw error;
  }
  throw new Error("was not refused");
}

describe("denominations", () => {
  test.each(["uusdc", "abc", "A1/:._-", `ibc/${"F".repeat(64)}`, "a".repeat(128)])("default %s", (denom) => {
    expect(checkDenom(denom)).toBeUndefined();
  });

  test.each(["", "ab", "1ab", "a b", "äbc", "a$c", "a".repeat(129), "abc\n", "\nabc"])("error: %j", (denom) => {
    expect(checkDenom(denom)).toBe(`invalid denom: ${denom}`);
    expect(refusal(() => validateDenom(denom)).message).toBe(`invalid denom: ${denom}: invalid coins`);
  });
});

describe("sets", () => {
  test.each([
    ["no coins", [], undefined],
    ["one", [coin(1n, "abc")], undefined],
    ["sorted", [coin(1n, "abc"), coin(2n, "abd")], undefined],
    ["zero", [coin(0n, "abc")], "coin 0abc amount is not positive"],
    ["negative", [coin(-5n, "abc")], "coin -5abc amount is not positive"],
    ["zero after the first", [coin(1n, "abc"), coin(0n, "abd")], "coin abd amount is not positive"],
    ["bad denomination", [coin(1n, "1")], "invalid denom: 1"],
    ["unsorted", [coin(1n, "abd"), coin(1n, "abc")], "denomination abc is not sorted"],
    ["duplicate", [coin(1n, "abc"), coin(1n, "abc")], "duplicate denomination abc"],
    ["upper case sorts first", [coin(1n, "abc"), coin(1n, "ABC")], "denomination ABC is not sorted"],
  ] as const)("behavior: %s", (_, coins, problem) => {
    expect(checkCoins(coins)).toBe(problem);
    if (problem === undefined) expect(() => validateCoins(coins)).not.toThrow();
    else expect(refusal(() => validateCoins(coins)).kind).toBe(ErrInvalidCoins);
  });
});

describe("texts", () => {
  test("default", () => {
    expect(parseCoins("5uusdc,3atom")).toEqual([coin(3n, "atom"), coin(5n, "uusdc")]);
    expect(formatCoins(parseCoins(" 5uusdc , 3 atom "))).toBe("3atom,5uusdc");
    expect(parseCoins("")).toEqual([]);
    expect(parseCoins("0uusdc,1atom")).toEqual([coin(1n, "atom")]);
  });

  test("behavior: gas prices have decimals", () => {
    expect(parseDecCoins("0.01uusdc,.5atom".replace(".5", "0.5"))).toEqual([
      coin(500_000_000_000_000_000n, "atom"),
      coin(10_000_000_000_000_000n, "uusdc"),
    ]);
    expect(formatDecCoin(coin(1n, "uusdc"))).toBe("0.000000000000000001uusdc");
  });

  test("behavior: 2^256 - 1 is the largest amount", () => {
    expect(parseCoins(`${MAX_INT256}uusdc`)).toEqual([coin(MAX_INT256, "uusdc")]);
    expect(refusal(() => parseCoins(`${MAX_INT256 + 1n}uusdc`)).kind).toBe(ErrInvalidCoins);
  });

  test.each(["uusdc", "5", "-5uusdc", "5uusdc,", ",", "5uusdc 3atom", "05uusdc", "1.5uusdc", "5$$$", "٣uusdc"])(
    "error: %j",
    (text) => {
      expect(refusal(() => parseCoins(text)).kind).toBe(ErrInvalidCoins);
    },
  );

  test("error: the same denomination twice", () => {
    expect(refusal(() => parseCoins("1uusdc,2uusdc")).message).toBe("duplicate denomination uusdc: invalid coins");
  });

  test("error: a text of a megabyte", () => {
    expect(refusal(() => parseCoins("1uusdc,".repeat(150_000))).message).toContain("more than");
  });
});

const sets = fc
  .uniqueArray(
    fc.record({ denom: fc.constantFrom("abc", "abd", "atom", "uusdc", "zzz"), amount: fc.bigInt(1n, 1n << 200n) }),
    {
      selector: ({ denom }) => denom,
    },
  )
  .map((coins) => coins.sort((a, b) => (a.denom < b.denom ? -1 : 1)));

describe("sums", () => {
  test("default", () => {
    expect(addCoins([coin(1n, "abc")], [coin(2n, "abc"), coin(3n, "abd")])).toEqual([coin(3n, "abc"), coin(3n, "abd")]);
    expect(subtractCoins([coin(1n, "abc")], [coin(1n, "abc")])).toEqual([]);
    expect(subtractCoins([coin(1n, "abc")], [coin(1n, "abd")])).toBeUndefined();
    expect(amountOf([coin(1n, "abc")], "abc")).toBe(1n);
    expect(amountOf([coin(1n, "abc")], "abd")).toBe(0n);
  });

  test("behavior: valid sets add to valid sets, and subtraction undoes it", () => {
    fc.assert(
      fc.property(sets, sets, (a, b) => {
        const sum = addCoins(a, b);
        expect(checkCoins(sum)).toBeUndefined();
        expect(sum).toEqual(addCoins(b, a));
        expect(subtractCoins(sum, b)).toEqual(a);
        for (const denom of ["abc", "abd", "atom", "uusdc", "zzz"]) {
          expect(amountOf(sum, denom)).toBe(amountOf(a, denom) + amountOf(b, denom));
        }
        expect(parseCoins(formatCoins(sum))).toEqual(sum);
        expect(coinsFromProto(coinsToProto(sum))).toEqual(sum);
      }),
    );
  });

  test("error: a sum above 2^256 - 1", () => {
    expect(refusal(() => addCoins([coin(MAX_INT256, "abc")], [coin(1n, "abc")])).kind).toBe(ErrInvalidCoins);
  });
});

describe("protobuf coins", () => {
  test("default", () => {
    expect(coinFromProto({ denom: "uusdc", amount: "12" })).toEqual(coin(12n, "uusdc"));
  });

  test.each(["", " 1", "1 ", "0x10", "010", "+1", "-1", "-0", "1e3", "1.0", (1n << 256n).toString(), "9".repeat(100)])(
    "error: amount %j",
    (amount) => {
      const error = refusal(() => coinFromProto({ denom: "uusdc", amount }));
      expect(error.kind).toBe(ErrInvalidCoins);
      expect(error.message.length).toBeLessThan(200);
    },
  );
});
