// Cases: alone, at once; in a stream, with the interval between; each call is answered once.

import { expect, test } from "vitest";
import { paced } from "./paced.ts";

const INTERVAL_MS = 20;

function called(defer: (send: () => void) => void): Promise<number> {
  return new Promise((resolve) => defer(() => resolve(performance.now())));
}

test("default: what comes alone does not wait", async () => {
  const defer = paced(10_000);
  const startedMs = performance.now();
  expect((await called(defer)) - startedMs).toBeLessThan(1000);
});

test("behavior: what follows waits for the interval, and is called back once", async () => {
  const defer = paced(INTERVAL_MS);
  const firstMs = await called(defer);
  let calls = 0;
  const secondMs = await new Promise<number>((resolve) =>
    defer(() => {
      calls += 1;
      resolve(performance.now());
    }),
  );
  // A timer may end up to a millisecond early.
  expect(secondMs - firstMs).toBeGreaterThanOrEqual(INTERVAL_MS - 1);
  await new Promise((resolve) => setTimeout(resolve, 2 * INTERVAL_MS));
  expect(calls).toBe(1);
});
