// Cases: short work in one go; long work with turns between; what a step throws; the time of others is told.

import { expect, test } from "vitest";
import { inSlices } from "./slices.ts";

function busyMs(ms: number): void {
  for (const startedMs = performance.now(); performance.now() - startedMs < ms; );
}

function* steps(count: number, eachMs: number): Generator<void, string, void> {
  for (let step = 0; step < count; step += 1) {
    busyMs(eachMs);
    yield;
  }
  return "done";
}

/** Counts the turns of the event loop until the work is done. */
async function turnsDuring(work: Promise<unknown>): Promise<number> {
  let isDone = false;
  let turns = 0;
  const count = () => {
    turns += 1;
    if (!isDone) setImmediate(count);
  };
  setImmediate(count);
  await work;
  isDone = true;
  return turns;
}

test("default: work shorter than a slice gives nobody a turn", async () => {
  const work = inSlices(steps(100, 0), 1000);
  expect(await turnsDuring(work)).toBe(0);
  expect(await work).toEqual({ result: "done", pausedMs: 0 });
});

test("behavior: after each slice others have a turn, and their time is told", async () => {
  setImmediate(() => busyMs(20));
  const work = inSlices(steps(10, 2), 1);
  expect(await turnsDuring(work)).toBeGreaterThanOrEqual(9);
  const { result, pausedMs } = await work;
  expect(result).toBe("done");
  expect(pausedMs).toBeGreaterThanOrEqual(20);
});

test("error: what a step throws rejects", async () => {
  const failing = function* (): Generator<void, never, void> {
    yield;
    throw new Error("a step failed");
  };
  await expect(inSlices(failing())).rejects.toThrow("a step failed");
});
