// Cases: results in order, each with its own end; chunks; one after the other; time and signal end what has not ended.

import { describe, expect, test } from "vitest";
import { TimeoutError } from "../errors.ts";
import { wait } from "../http/wait.ts";
import { runBatch, valuesOf } from "./batch.ts";

const NUMBERS = Array.from({ length: 7 }, (_, index) => index);

describe("runBatch", () => {
  test("default: one result for each, in their order; a failure is its own", async () => {
    const keys = new Set<string | undefined>();
    const results = await runBatch(NUMBERS, async (number, { idempotencyKey }) => {
      keys.add(idempotencyKey);
      await wait(10 - number);
      if (number === 3) throw new Error("three");
      return number * 2;
    });
    expect(results.map((result) => (result.status === "fulfilled" ? result.value : "failed"))).toEqual([
      ...[0, 2, 4, "failed", 8, 10, 12],
    ]);
    expect(results[3]).toMatchObject({ index: 3, error: new Error("three"), idempotencyKey: expect.any(String) });
    expect(keys.size).toBe(7);
    expect(() => valuesOf(results)).toThrow("three");
  });

  test.each([
    [{ batch_size: 3 }, 3],
    [{ batch_size: 3, parallel: false }, 1],
    [{}, 7],
  ])("behavior: %j has at most %i at once", async (options, most) => {
    let now = 0;
    let highest = 0;
    const send = async (number: number) => {
      now += 1;
      highest = Math.max(highest, now);
      await wait(1);
      now -= 1;
      return number;
    };
    expect(valuesOf(await runBatch(NUMBERS, send, options))).toEqual(NUMBERS);
    expect(highest).toBe(most);
  });

  test("error: time and signal end what has not ended, and what has not begun", async () => {
    const send = async (number: number, { signal }: { readonly signal?: AbortSignal | undefined }) => {
      await wait(number === 0 ? 1 : 5_000, signal);
      return number;
    };
    const late = await runBatch(NUMBERS, send, { batch_size: 2, timeout: 50 });
    expect(late.map(({ status }) => status)).toEqual(["fulfilled", ...Array(6).fill("rejected")]);
    expect(late.slice(1).every((result) => result.status === "rejected" && result.error instanceof TimeoutError)).toBe(
      true,
    );
    const aborted = await runBatch(NUMBERS, send, { signal: AbortSignal.abort(new Error("enough")) });
    expect(aborted.every((result) => result.status === "rejected" && String(result.error) === "Error: enough")).toBe(
      true,
    );
  });
});
