// Cases: sums, differences and products of sets; zero amounts vanish; what would be negative; whole coins and the rest; sets
// that are none.

import { describe, expect, test } from "vitest";
import { parseDecCoins } from "../../src/codec/coins.ts";
import { DEC_ONE } from "../../src/codec/decimal.ts";
import {
  addDec,
  decCoinsFromProto,
  decCoinsToProto,
  formatDecCoins,
  intersectDec,
  mulDec,
  mulDecTrunc,
  quoDecTrunc,
  subtractDec,
  truncateDec,
} from "./decCoins.ts";

const set = parseDecCoins;
const short = (text: string) => formatDecCoins(set(text));

describe("decimal coins", () => {
  test("default: sums and differences", () => {
    expect(formatDecCoins(addDec(set("1.5atom,2btc"), set("0.5atom,1dai")))).toBe(short("2atom,2btc,1dai"));
    expect(formatDecCoins(subtractDec(set("1.5atom,2btc"), set("1.5atom,1btc")))).toBe(short("1btc"));
    expect(() => subtractDec(set("1atom"), set("1.1atom"))).toThrow("negative coin amount: -0.1");
    expect(() => subtractDec([], set("1atom"))).toThrow("negative coin amount");
  });

  test("default: products, to the nearest and cut; what becomes nothing is gone", () => {
    const least = [{ denom: "atom", amount: 3n }];
    expect(mulDec(least, DEC_ONE / 2n)).toEqual([{ denom: "atom", amount: 2n }]);
    expect(mulDecTrunc(least, DEC_ONE / 2n)).toEqual([{ denom: "atom", amount: 1n }]);
    expect(quoDecTrunc(least, 2n * DEC_ONE)).toEqual([{ denom: "atom", amount: 1n }]);
    expect(mulDecTrunc(least, DEC_ONE / 4n)).toEqual([]);
  });

  test("default: what both have", () => {
    expect(formatDecCoins(intersectDec(set("1atom,5btc,1dai"), set("2atom,3btc")))).toBe(short("1atom,3btc"));
  });

  test("default: whole coins and the rest are all there was", () => {
    const { whole, rest } = truncateDec(set("1.25atom,0.5btc,3dai"));
    expect(whole).toEqual([
      { denom: "atom", amount: 1n },
      { denom: "dai", amount: 3n },
    ]);
    expect(formatDecCoins(rest)).toBe(short("0.25atom,0.5btc"));
  });

  test("behavior: to protobuf and back; error: not sorted, twice, nothing", () => {
    const coins = set("1.25atom,0.5btc");
    expect(decCoinsFromProto(decCoinsToProto(coins))).toEqual(coins);
    for (const texts of [
      ["btc", "atom"],
      ["atom", "atom"],
    ]) {
      expect(() => decCoinsFromProto(texts.map((denom) => ({ denom, amount: "1" })))).toThrow();
    }
    expect(() => decCoinsFromProto([{ denom: "atom", amount: "0" }])).toThrow("not positive");
  });
});
