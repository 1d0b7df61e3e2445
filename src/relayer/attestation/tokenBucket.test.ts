// Cases: a burst, then the rate; never more than the rate over any time; a clock that goes back.

import fc from "fast-check";
import { expect, test } from "vitest";
import { TokenBucket } from "./tokenBucket.ts";

const RATE = { burst: 10, perSecond: 30 };

test("default: a burst, then one for each thirtieth of a second", () => {
  const bucket = new TokenBucket(RATE, 0);
  expect(Array.from({ length: 12 }, () => bucket.take(0)).filter(Boolean)).toHaveLength(10);
  expect([33, 34, 35].map((nowMs) => bucket.take(nowMs))).toEqual([false, true, false]);
});

test("behavior: never more than burst and rate allow, whatever the clock does", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: -50, max: 200 }), { maxLength: 300 }), (deltas) => {
      const bucket = new TokenBucket(RATE, 0);
      let [nowMs, forwardMs, taken] = [0, 0, 0];
      for (const delta of deltas) {
        nowMs += delta;
        forwardMs += Math.max(0, delta);
        if (bucket.take(nowMs)) taken += 1;
      }
      expect(taken).toBeLessThanOrEqual(RATE.burst + (forwardMs / 1000) * RATE.perSecond + 1e-6);
    }),
  );
});
