// Cases: what is offered in a market, with and without a limit; a bump is always enough for a node and never above the limit.

import fc from "fast-check";
import { expect, test } from "vitest";
import { bumpedFees, gasFees } from "./fees.ts";

test("default: room for a rising base fee, within the limit", () => {
  expect(gasFees({ baseFeePerGas: 10n, tip: 2n }, undefined)).toEqual({ maxFeePerGas: 22n, maxPriorityFeePerGas: 2n });
  expect(gasFees({ baseFeePerGas: 10n, tip: 2n }, 15n)).toEqual({ maxFeePerGas: 15n, maxPriorityFeePerGas: 2n });
  expect(gasFees({ baseFeePerGas: 10n, tip: 2n }, 11n)).toBeUndefined();
});

test("default: an eighth more, or the market", () => {
  const last = { maxFeePerGas: 800n, maxPriorityFeePerGas: 80n };
  expect(bumpedFees(last, { maxFeePerGas: 1n, maxPriorityFeePerGas: 1n }, undefined)).toEqual({
    maxFeePerGas: 900n,
    maxPriorityFeePerGas: 90n,
  });
  expect(bumpedFees(last, { maxFeePerGas: 5_000n, maxPriorityFeePerGas: 85n }, undefined)).toEqual({
    maxFeePerGas: 5_000n,
    maxPriorityFeePerGas: 90n,
  });
});

test("behavior: a bump raises both fees by a tenth at least, keeps the limit, or is none", () => {
  const fee = fc.bigInt({ min: 0n, max: 10n ** 13n });
  const fees = fc.tuple(fee, fee).map(([a, b]) => ({
    maxFeePerGas: a > b ? a : b,
    maxPriorityFeePerGas: a > b ? b : a,
  }));
  fc.assert(
    fc.property(fees, fees, fc.option(fee, { nil: undefined }), (last, market, limit) => {
      const bumped = bumpedFees(last, market, limit);
      if (bumped === undefined) {
        expect(limit).toBeDefined();
        return;
      }
      for (const key of ["maxFeePerGas", "maxPriorityFeePerGas"] as const) {
        expect(bumped[key] * 10n >= last[key] * 11n).toBe(true);
        expect(bumped[key] > last[key]).toBe(true);
      }
      expect(bumped.maxPriorityFeePerGas <= bumped.maxFeePerGas).toBe(true);
      if (limit !== undefined) expect(bumped.maxFeePerGas <= limit).toBe(true);
    }),
  );
});
