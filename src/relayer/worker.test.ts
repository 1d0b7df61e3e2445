// Cases: steps at the interval, at once when woken or when there is more; never two at once; failures pause, and end it when
// going on is useless; stopping waits for the running step, and starting again goes on.

import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Worker } from "./worker.ts";

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

function counted(outcome: (step: number) => boolean | Error, onError: () => boolean = () => true) {
  const counter = { steps: 0, running: 0, overlapped: false };
  const worker = new Worker({
    intervalMs: 100,
    onError,
    step: async () => {
      counter.steps += 1;
      counter.running += 1;
      counter.overlapped ||= counter.running > 1;
      await new Promise((resolve) => setTimeout(resolve, 10));
      counter.running -= 1;
      const result = outcome(counter.steps);
      if (result instanceof Error) throw result;
      return result;
    },
  });
  return { worker, counter };
}

test("default: at the interval, behind each step", async () => {
  const { worker, counter } = counted(() => false);
  worker.start();
  await vi.advanceTimersByTimeAsync(10 + 3 * 110);
  expect([counter.steps, counter.overlapped]).toEqual([4, false]);
});

test("behavior: at once when there is more, and when woken, also in the middle of a step", async () => {
  const { worker, counter } = counted((step) => step < 3);
  worker.start();
  await vi.advanceTimersByTimeAsync(30);
  expect(counter.steps).toBe(3);
  worker.wake();
  await vi.advanceTimersByTimeAsync(5);
  expect(counter.steps).toBe(4);
  worker.wake();
  worker.wake();
  await vi.advanceTimersByTimeAsync(20);
  expect([counter.steps, counter.overlapped]).toEqual([5, false]);
});

test("behavior: pauses grow while it fails, and end with success", async () => {
  const { worker, counter } = counted((step) => (step <= 3 ? new Error("down") : false));
  worker.start();
  await vi.advanceTimersByTimeAsync(10 + 100 + 10 + 200 + 10);
  expect(counter.steps).toBe(3);
  await vi.advanceTimersByTimeAsync(390);
  expect(counter.steps).toBe(3);
  await vi.advanceTimersByTimeAsync(20 + 110);
  expect(counter.steps).toBe(5);
});

test("behavior: it ends when trying again is of no use", async () => {
  const { worker, counter } = counted(
    () => new Error("journal"),
    () => false,
  );
  worker.start();
  await vi.advanceTimersByTimeAsync(10_000);
  expect(counter.steps).toBe(1);
});

test("behavior: stop waits for the running step; start goes on", async () => {
  const { worker, counter } = counted(() => true);
  worker.start();
  await vi.advanceTimersByTimeAsync(5);
  let isStopped = false;
  const stopped = worker.stop().then(() => {
    isStopped = true;
  });
  await vi.advanceTimersByTimeAsync(1);
  expect(isStopped).toBe(false);
  await vi.advanceTimersByTimeAsync(10);
  await stopped;
  await vi.advanceTimersByTimeAsync(1_000);
  expect(counter.steps).toBe(1);
  worker.start();
  await vi.advanceTimersByTimeAsync(25);
  expect(counter.steps).toBe(4);
});
