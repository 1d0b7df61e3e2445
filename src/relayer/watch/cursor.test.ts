// Cases: what is read next for a chain that goes on, finalises, catches up, lags; ranges merge; a reorganisation sets back.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Cursor } from "../journal/record.ts";
import {
  advance,
  type Heads,
  isInRanges,
  mergeRanges,
  newCursor,
  planScan,
  rewind,
  SCAN_BLOCKS_MAX,
} from "./cursor.ts";

const cursor: Cursor = { domain: 0, scanned: 100n, fast: 98n, standard: 80n, hashes: [{ height: 100n, hash: "a" }] };

describe("what is read next", () => {
  test("default: a new block, one that is final at the fast level, an epoch that is final", () => {
    const plan = planScan(cursor, { latest: 101n, fast: 99n, standard: 90n });
    expect(plan.ranges).toEqual([
      { from: 81n, to: 90n },
      { from: 99n, to: 99n },
      { from: 101n, to: 101n },
    ]);
    expect(plan.hasMore).toBe(false);
    expect(advance(cursor, plan, "b")).toEqual({
      domain: 0,
      scanned: 101n,
      fast: 99n,
      standard: 90n,
      hashes: [
        { height: 100n, hash: "a" },
        { height: 101n, hash: "b" },
      ],
    });
  });

  test("behavior: a chain whose blocks are final at once is read once", () => {
    const start = newCursor(0, 51n);
    expect(planScan(start, { latest: 60n, fast: 60n, standard: 60n }).ranges).toEqual([{ from: 51n, to: 60n }]);
  });

  test("behavior: catching up goes in steps", () => {
    const plan = planScan(newCursor(0, 1n), { latest: 20_000n, fast: 19_999n, standard: 19_000n });
    expect(plan.ranges).toEqual([{ from: 1n, to: SCAN_BLOCKS_MAX }]);
    expect([plan.hasMore, plan.standard]).toEqual([true, SCAN_BLOCKS_MAX]);
  });

  test("behavior: so does what became final, and each step says whether there is more", () => {
    const known = { ...newCursor(0, 1n), scanned: 100n };
    const plan = planScan(known, { latest: 100n, fast: 90n, standard: 80n }, 30n);
    expect(plan).toMatchObject({ ranges: [{ from: 1n, to: 30n }], fast: 30n, standard: 30n, hasMore: true });
    const last = planScan({ ...known, fast: 90n, standard: 70n }, { latest: 100n, fast: 90n, standard: 80n }, 30n);
    expect(last).toMatchObject({ ranges: [{ from: 71n, to: 80n }], hasMore: false });
  });

  test("behavior: an endpoint that lags, or has nothing final, gives nothing to read", () => {
    expect(planScan(cursor, { latest: 90n, fast: 88n, standard: 70n }).ranges).toEqual([]);
    expect(planScan(cursor, { latest: 100n, fast: -1n, standard: -1n }).ranges).toEqual([]);
  });

  test("behavior: however the heads move, every block is read when it is new, and again or at once when it is final", () => {
    const heights = fc.array(fc.tuple(fc.nat(30), fc.nat(5), fc.nat(20)), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(heights, (steps) => {
        let current = newCursor(0, 1n);
        let latest = 0n;
        const final = new Set<bigint>();
        for (const [grown, fastDepth, standardDepth] of steps) {
          latest += BigInt(grown);
          const heads: Heads = { latest, fast: latest - BigInt(fastDepth), standard: latest - BigInt(standardDepth) };
          const plan = planScan(current, heads);
          for (let height = 1n; height <= latest; height++) {
            const isNew = height > current.scanned;
            const becameFinal = height > current.standard && height <= plan.standard;
            if (isNew || becameFinal) expect(isInRanges(plan.ranges, height)).toBe(true);
            if (becameFinal) final.add(height);
          }
          current = advance(current, plan, undefined);
          expect(current.standard <= current.scanned && current.fast <= current.scanned).toBe(true);
        }
        expect(BigInt(final.size)).toBe(current.standard < 0n ? 0n : current.standard);
      }),
    );
  });

  test("behavior: merged ranges hold the same heights, apart from each other", () => {
    const ranges = fc.array(fc.tuple(fc.nat(40), fc.nat(12)), { maxLength: 8 });
    fc.assert(
      fc.property(ranges, (given) => {
        const asRanges = given.map(([from, length]) => ({ from: BigInt(from), to: BigInt(from + length) - 1n }));
        const merged = mergeRanges(asRanges);
        for (let height = 0n; height < 60n; height++) {
          expect(isInRanges(merged, height)).toBe(isInRanges(asRanges, height));
        }
        for (const [index, range] of merged.slice(1).entries()) expect(range.from > merged[index]!.to + 1n).toBe(true);
      }),
    );
  });
});

describe("after a reorganisation", () => {
  const hashes = [79n, 90n, 95n, 100n].map((height) => ({ height, hash: `${height}` }));
  const known = { ...cursor, hashes };

  test("default: everything above the block that stands is read again", () => {
    expect(rewind(known, 90n, 101n)).toEqual({ ...known, scanned: 90n, fast: 90n, hashes: hashes.slice(0, 2) });
  });

  test("behavior: when none stands, everything that was not final", () => {
    expect(rewind(known, undefined, 101n)).toEqual({ ...known, scanned: 80n, fast: 80n, hashes: [] });
  });

  test("behavior: a chain that is shorter now", () => {
    expect(rewind(known, undefined, 50n)).toMatchObject({ scanned: 50n, fast: 50n, standard: 50n });
    expect(rewind(known, 79n, 79n)).toMatchObject({ scanned: 79n, standard: 79n });
  });
});
