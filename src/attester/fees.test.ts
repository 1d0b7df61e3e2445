// Cases: basis points to rates and back; the fee of an amount, by examples and for all amounts; routes.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { bpsOfRate, FEE_DENOMINATOR, feeOf, rateOfBps, ratesOf } from "./fees.ts";

describe("rates", () => {
  test.each([
    [0, 0n],
    [1, 1_000n],
    [1.3, 1_300n],
    [0.001, 1n],
    [9_999.999, 9_999_999n],
  ])("default: %d basis points", (bps, rate) => {
    expect(rateOfBps(bps)).toBe(rate);
    expect(bpsOfRate(rate)).toBe(bps);
  });

  test.each([-1, 10_000, 0.0005, 1.0001, Number.NaN, Number.POSITIVE_INFINITY])("error: %d", (bps) => {
    expect(() => rateOfBps(bps)).toThrow(RangeError);
  });

  test("property: every rate has one number of basis points", () => {
    fc.assert(
      fc.property(fc.bigInt(0n, FEE_DENOMINATOR - 1n), (rate) => {
        expect(rateOfBps(bpsOfRate(rate))).toBe(rate);
      }),
    );
  });

  test("default: a route has its own rates, all others the common ones", () => {
    const otherwise = { fast: 1n, standard: 2n };
    const schedule = { routes: [{ source: 0, destination: 6, fast: 3n, standard: 4n }], otherwise };
    expect(ratesOf(schedule, 0, 6)).toMatchObject({ fast: 3n, standard: 4n });
    expect(ratesOf(schedule, 6, 0)).toBe(otherwise);
  });
});

describe("fees", () => {
  test.each([
    [25_000_000n, 1, 2_500n],
    [42_000_000n, 1, 4_200n],
    [19_999n, 1, 1n],
    [9_999n, 1, 1n],
    [1n, 1, 1n],
    [0n, 1, 0n],
    [1_000_000n, 0, 0n],
    [1_000_000n, 1.3, 130n],
  ])("default: of %d at %d basis points", (amount, bps, fee) => {
    expect(feeOf(amount, rateOfBps(bps))).toBe(fee);
  });

  test("property: never above what is due, but for the one unit that is always due", () => {
    const amounts = fc.bigInt(1n, (1n << 256n) - 1n);
    fc.assert(
      fc.property(amounts, fc.bigInt(1n, FEE_DENOMINATOR - 1n), (amount, rate) => {
        const fee = feeOf(amount, rate);
        expect(fee).toBeGreaterThanOrEqual(1n);
        if (fee > 1n) expect(fee * FEE_DENOMINATOR).toBeLessThanOrEqual(amount * rate);
        expect((fee + 1n) * FEE_DENOMINATOR).toBeGreaterThan(amount * rate);
      }),
    );
  });
});
