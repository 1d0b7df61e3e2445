// Cases: work at once after a pause; the interval between blocks under load; one block at a time; empty blocks and
// never; stop. Timers are vitest's.

import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Pace, type PaceOptions } from "./pace.ts";

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "setImmediate", "clearImmediate", "performance"] });
});
afterEach(() => {
  vi.useRealTimers();
});

/** A pace whose blocks take `blockMs`; gives the times at which blocks began. */
function setUp(options: PaceOptions, blockMs = 0) {
  const starts: number[] = [];
  const state = { work: 0 };
  const began = performance.now();
  const pace = new Pace(
    options,
    () => state.work > 0,
    async () => {
      starts.push(Math.round(performance.now() - began));
      state.work = Math.max(0, state.work - 1);
      if (blockMs > 0) await new Promise((resolve) => setTimeout(resolve, blockMs));
    },
  );
  return { pace, starts, state };
}

describe("Pace", () => {
  test("default: the first work after a pause is taken at once, the rest at the interval", async () => {
    const { pace, starts, state } = setUp({ blockIntervalMs: 100, emptyBlockIntervalMs: undefined });
    pace.start();
    await vi.advanceTimersByTimeAsync(1000);
    state.work = 3;
    pace.wake();
    pace.wake();
    await vi.advanceTimersByTimeAsync(1000);
    expect(starts).toEqual([1000, 1100, 1200]);
  });

  test("behavior: interval 0 makes blocks one after the other", async () => {
    const { pace, starts, state } = setUp({ blockIntervalMs: 0, emptyBlockIntervalMs: undefined }, 10);
    pace.start();
    state.work = 3;
    pace.wake();
    await vi.advanceTimersByTimeAsync(100);
    expect(starts).toHaveLength(3);
    expect(starts[2]! - starts[0]!).toBeLessThan(25);
  });

  test("behavior: a block that takes longer than the interval does not overlap the next", async () => {
    const { pace, starts, state } = setUp({ blockIntervalMs: 10, emptyBlockIntervalMs: undefined }, 50);
    pace.start();
    state.work = 2;
    pace.wake();
    await vi.advanceTimersByTimeAsync(30);
    pace.wake();
    pace.wake();
    await vi.advanceTimersByTimeAsync(300);
    expect(starts).toHaveLength(2);
    expect(starts[1]! - starts[0]!).toBeGreaterThanOrEqual(50);
    expect(starts[1]! - starts[0]!).toBeLessThan(60);
  });

  test("behavior: empty blocks come when there is no work, and count from the last block", async () => {
    const { pace, starts, state } = setUp({ blockIntervalMs: 100, emptyBlockIntervalMs: 1000 });
    pace.start();
    await vi.advanceTimersByTimeAsync(1500);
    state.work = 1;
    pace.wake();
    await vi.advanceTimersByTimeAsync(1400);
    expect(starts).toEqual([1000, 1500, 2500]);
  });

  test("behavior: never an empty block when told so; none after stop", async () => {
    const { pace, starts, state } = setUp({ blockIntervalMs: 0, emptyBlockIntervalMs: undefined });
    pace.start();
    await vi.advanceTimersByTimeAsync(100_000);
    expect(starts).toEqual([]);
    pace.stop();
    state.work = 1;
    pace.wake();
    await vi.advanceTimersByTimeAsync(1000);
    expect(starts).toEqual([]);
  });
});
