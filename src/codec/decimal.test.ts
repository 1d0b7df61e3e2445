// Cases: parsing and formatting of 18-digit decimals, named divisions.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  DEC_ONE,
  decMul,
  decMulTrunc,
  decQuo,
  decQuoCeil,
  decQuoTrunc,
  decTrunc,
  formatDec,
  parseDec,
  quoCeil,
  quoFloor,
  quoTrunc,
} from "./decimal.ts";

describe("text", () => {
  test.each([
    ["0", 0n],
    ["1", DEC_ONE],
    ["0.01", DEC_ONE / 100n],
    ["-1.25", (-5n * DEC_ONE) / 4n],
    ["0.000000000000000001", 1n],
    ["00.5", DEC_ONE / 2n],
  ])("default %s", (text, units) => {
    expect(parseDec(text)).toBe(units);
  });

  test.each([
    [0n, "0.000000000000000000"],
    [1n, "0.000000000000000001"],
    [-1n, "-0.000000000000000001"],
    [DEC_ONE, "1.000000000000000000"],
    [-12n * DEC_ONE, "-12.000000000000000000"],
  ])("behavior: %s units are written with 18 decimals", (units, text) => {
    expect(formatDec(units)).toBe(text);
  });

  test("behavior: every value comes back as it went", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(1n << 300n), max: 1n << 300n }), (units) => {
        expect(parseDec(formatDec(units))).toBe(units);
      }),
    );
  });

  test.each([
    "",
    "-",
    ".",
    "1.",
    ".5",
    "1.2.3",
    "+1",
    " 1",
    "1e3",
    "0x1",
    "1,5",
    "--1",
    "1_0",
    "0.0000000000000000001",
  ])("error: %j", (text) => {
    expect(() => parseDec(text)).toThrow();
  });

  test("error: above 2^256", () => {
    expect(parseDec((1n << 256n).toString())).toBe((1n << 256n) * DEC_ONE);
    expect(() => parseDec(((1n << 256n) + 1n).toString())).toThrow("out of range");
    expect(() => parseDec("9".repeat(100_000))).toThrow("invalid decimal");
  });
});

describe("decimals", () => {
  test.each([
    [1n, DEC_ONE / 2n, 0n],
    [3n, DEC_ONE / 2n, 2n],
    [5n, DEC_ONE / 2n, 2n],
    [-3n, DEC_ONE / 2n, -2n],
    [7n, DEC_ONE / 4n, 2n],
    [DEC_ONE, DEC_ONE, DEC_ONE],
  ])("behavior: %s by %s is %s, half to even", (a, b, product) => {
    expect(decMul(a, b)).toBe(product);
  });

  test.each([
    [DEC_ONE, 3n * DEC_ONE, 333_333_333_333_333_333n, 333_333_333_333_333_333n, 333_333_333_333_333_334n],
    [2n * DEC_ONE, 3n * DEC_ONE, 666_666_666_666_666_667n, 666_666_666_666_666_666n, 666_666_666_666_666_667n],
    [3n, 2n * DEC_ONE, 2n, 1n, 2n],
  ])("behavior: %s through %s is %s, %s cut, %s at most", (a, b, nearest, cut, most) => {
    expect([decQuo(a, b), decQuoTrunc(a, b), decQuoCeil(a, b)]).toEqual([nearest, cut, most]);
  });

  test("behavior: the whole part; error: through zero", () => {
    expect([decTrunc(DEC_ONE - 1n), decTrunc(5n * DEC_ONE)]).toEqual([0n, 5n]);
    for (const quo of [decQuo, decQuoTrunc, decQuoCeil]) expect(() => quo(1n, 0n)).toThrow(RangeError);
  });
});

describe("arithmetic", () => {
  test.each([
    [7n, 2n, 3n, 3n, 4n],
    [-7n, 2n, -3n, -4n, -3n],
    [7n, -2n, -3n, -4n, -3n],
    [-7n, -2n, 3n, 3n, 4n],
    [6n, 3n, 2n, 2n, 2n],
    [-6n, 3n, -2n, -2n, -2n],
    [0n, 5n, 0n, 0n, 0n],
  ])("default: %s / %s", (a, b, trunc, floor, ceil) => {
    expect([quoTrunc(a, b), quoFloor(a, b), quoCeil(a, b)]).toEqual([trunc, floor, ceil]);
  });

  test("behavior: floor and ceiling enclose the exact quotient", () => {
    const integer = fc.bigInt({ min: -(1n << 128n), max: 1n << 128n });
    fc.assert(
      fc.property(integer, integer, (a, b) => {
        fc.pre(b !== 0n);
        const size = b < 0n ? -b : b;
        const below = a - quoFloor(a, b) * b;
        const above = quoCeil(a, b) * b - a;
        expect((b < 0n ? -below : below) >= 0n && (b < 0n ? -below : below) < size).toBe(true);
        expect((b < 0n ? -above : above) >= 0n && (b < 0n ? -above : above) < size).toBe(true);
      }),
    );
  });

  test("behavior: a product is cut toward zero", () => {
    expect(decMulTrunc(parseDec("1.5"), parseDec("0.000000000000000001"))).toBe(1n);
    expect(decMulTrunc(parseDec("-1.5"), parseDec("0.000000000000000001"))).toBe(-1n);
  });

  test("error: division by zero", () => {
    for (const quo of [quoTrunc, quoFloor, quoCeil]) expect(() => quo(1n, 0n)).toThrow(RangeError);
  });
});
