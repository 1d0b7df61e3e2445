// Cases: the same verdicts inline and on threads; order; malformed checks; batches; a thread that dies; closing.

import { Worker } from "node:worker_threads";
import { afterEach, describe, expect, test, vi } from "vitest";
import { sha256 } from "./hash.ts";
import { publicKeyOf, signSecp256k1 } from "./secp256k1.ts";
import {
  createVerifyPool,
  type SignatureCheck,
  VERIFY_RESTARTS_MAX,
  type VerifyPool,
  verifySync,
} from "./verifyPool.ts";

const pools: VerifyPool[] = [];
afterEach(async () => {
  await Promise.all(pools.splice(0).map((pool) => pool.close()));
  vi.restoreAllMocks();
});

function open(workers: number): VerifyPool {
  const pool = createVerifyPool({ workers, nowMs: () => performance.now() });
  pools.push(pool);
  return pool;
}

/** Check `index`: every third one is of another digest. */
function makeCheck(index: number): { check: SignatureCheck; isValid: boolean } {
  const privKey = sha256(Uint8Array.of(index & 0xff, index >>> 8));
  const digest = sha256(privKey);
  const isValid = index % 3 !== 2;
  const signature = signSecp256k1(isValid ? digest : sha256(digest), privKey);
  return { check: { pubKey: publicKeyOf(privKey), digest, signature }, isValid };
}

const made = Array.from({ length: 600 }, (_, index) => makeCheck(index));
const checks = made.map(({ check }) => check);
const verdicts = made.map(({ isValid }) => isValid);
const good = checks[0]!;
const malformed: SignatureCheck[] = [
  { ...good, pubKey: new Uint8Array(0) },
  { ...good, pubKey: new Uint8Array(65) },
  { ...good, digest: new Uint8Array(31) },
  { ...good, signature: new Uint8Array(63) },
  { ...good, signature: new Uint8Array(65) },
  { ...good, signature: new Uint8Array(64).fill(0xff) },
  { ...good, pubKey: new Uint8Array(33).fill(0xff) },
];

describe.each([0, 1, 2])("with %d threads", (workers) => {
  test("default: one verdict for each check, in their order", async () => {
    const pool = open(workers);
    // More than a batch.
    expect(pool.busyMs).toBe(0);
    expect(await pool.verify(checks)).toEqual(verdicts);
    expect(pool.busyMs).toBeGreaterThan(0);
    expect(await pool.verify(checks.slice(0, 1))).toEqual([true]);
    // Threads know the keys now.
    for (let round = 0; round < 2; round += 1) expect(await pool.verify(checks)).toEqual(verdicts);
    expect(await pool.verify([])).toEqual([]);
  });

  test("behavior: calls that overlap do not mix", async () => {
    const pool = open(workers);
    const calls = checks.map((_, index) => pool.verify(checks.slice(index, index + (index % 4))));
    const expected = checks.map((_, index) => verdicts.slice(index, index + (index % 4)));
    expect(await Promise.all(calls)).toEqual(expected);
  });

  test("error: malformed checks are invalid, and spoil no others", async () => {
    const pool = open(workers);
    expect(await pool.verify(malformed)).toEqual(malformed.map(() => false));
    const mixed = malformed.flatMap((check) => [check, good]);
    expect(await pool.verify(mixed)).toEqual(malformed.flatMap(() => [false, true]));
  });

  test("behavior: closing answers what waits, and a closed pool verifies inline", async () => {
    const pool = open(workers);
    const waiting = pool.verify(checks);
    await pool.close();
    expect(await waiting).toEqual(verdicts);
    expect(await pool.verify(checks.slice(0, 6))).toEqual(verdicts.slice(0, 6));
    await pool.close();
  });
});

test("default: verifySync", () => {
  expect(checks.slice(0, 30).map(verifySync)).toEqual(verdicts.slice(0, 30));
  expect(malformed.map(verifySync)).toEqual(malformed.map(() => false));
});

describe("threads that die", () => {
  test("behavior: their checks are answered all the same, and others take their place", async () => {
    const posted: Worker[] = [];
    const post = Worker.prototype.postMessage;
    vi.spyOn(Worker.prototype, "postMessage").mockImplementation(function (this: Worker, ...args) {
      posted.push(this);
      return post.apply(this, args);
    });
    const pool = open(1);
    const waiting = pool.verify(checks);
    await Promise.resolve();
    expect(posted).toHaveLength(1);
    await posted[0]!.terminate();
    expect(await waiting).toEqual(verdicts);
    expect(await pool.verify(checks.slice(0, 9))).toEqual(verdicts.slice(0, 9));
    expect(posted.at(-1)).not.toBe(posted[0]);
    expect(pool.threadCount).toBe(1);
  });

  test("error: after too many deaths the pool works without threads", async () => {
    const workers: Worker[] = [];
    const post = Worker.prototype.postMessage;
    vi.spyOn(Worker.prototype, "postMessage").mockImplementation(function (this: Worker, ...args) {
      workers.push(this);
      return post.apply(this, args);
    });
    const pool = open(1);
    for (let deaths = 0; deaths <= VERIFY_RESTARTS_MAX; deaths++) {
      const waiting = pool.verify(checks.slice(0, 3));
      await Promise.resolve();
      await workers.at(-1)!.terminate();
      expect(await waiting).toEqual(verdicts.slice(0, 3));
    }
    expect(pool.threadCount).toBe(0);
    const count = workers.length;
    expect(await pool.verify(checks.slice(0, 9))).toEqual(verdicts.slice(0, 9));
    expect(workers).toHaveLength(count);
  }, 60_000);
});
