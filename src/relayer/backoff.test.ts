// Cases: pauses grow from the first to the longest and stay there, for any settings; a schedule puts off and forgets.

import fc from "fast-check";
import { expect, test } from "vitest";
import { pauseMs, Schedule } from "./backoff.ts";

const BACKOFF = { firstMs: 2_000, factor: 1.5, maxMs: 60_000 };

test("default: the sequence of pauses", () => {
  expect(Array.from({ length: 11 }, (_, n) => pauseMs(BACKOFF, n + 1))).toEqual([
    2000, 3000, 4500, 6750, 10125, 15188, 22781, 34172, 51258, 60000, 60000,
  ]);
});

test("behavior: it never shrinks, never ends, and keeps its bounds", () => {
  const backoffs = fc
    .record({ firstMs: fc.integer({ min: 1, max: 100_000 }), factor: fc.double({ min: 1, max: 10, noNaN: true }) })
    .chain((part) => fc.integer({ min: part.firstMs, max: 10_000_000 }).map((maxMs) => ({ ...part, maxMs })));
  fc.assert(
    fc.property(backoffs, fc.integer({ min: 1, max: 100_000 }), (backoff, tries) => {
      const pause = pauseMs(backoff, tries);
      expect(pause).toBeGreaterThanOrEqual(backoff.firstMs);
      expect(pause).toBeLessThanOrEqual(backoff.maxMs);
      expect(Number.isInteger(pause)).toBe(true);
      expect(pauseMs(backoff, tries + 1)).toBeGreaterThanOrEqual(pause);
    }),
  );
});

test("default: what is postponed is due after its pause, each time later, and at once after a reset", () => {
  const schedule = new Schedule();
  expect(schedule.isDue("a", 0)).toBe(true);
  schedule.postpone("a", 1_000, BACKOFF);
  expect([2_999, 3_000].map((nowMs) => schedule.isDue("a", nowMs))).toEqual([false, true]);
  schedule.postpone("a", 3_000, BACKOFF);
  expect([5_999, 6_000].map((nowMs) => schedule.isDue("a", nowMs))).toEqual([false, true]);
  expect(schedule.isDue("b", 0)).toBe(true);
  schedule.reset("a");
  expect(schedule.isDue("a", 3_001)).toBe(true);
});
