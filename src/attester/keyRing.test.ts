// Cases: m of n sign, in order, as the contracts want it; keys that cannot be used; rotation; nothing shows a key.

import { inspect } from "node:util";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { verifyAttestation } from "../cctp/attestation.ts";
import { toHex } from "../codec/bytes.ts";
import { AttesterKeyError, deriveKeys, KeyRing } from "./keyRing.ts";

const MESSAGE = new Uint8Array(300).fill(7);

function keysOf(count: number, threshold: number, seed = "seed", version: 1 | 2 = 2) {
  return deriveKeys(seed, { version, count, threshold });
}

describe("signing", () => {
  test("property: threshold signatures, in ascending order of the addresses, of the first keys", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 6 }), fc.nat(5), fc.string(), (count, less, seed) => {
        const threshold = Math.max(1, count - less);
        const ring = new KeyRing({ v2: keysOf(count, threshold, seed) });
        const attesters = ring.currentKeys(2).map(({ address }) => address);
        const rule = { attesters, threshold, strictEvm: true };
        expect(verifyAttestation(MESSAGE, ring.sign(2, MESSAGE), rule)).toMatchObject({ ok: true });
        const signers = attesters.slice(0, threshold);
        expect(verifyAttestation(MESSAGE, ring.sign(2, MESSAGE), { ...rule, attesters: signers }).ok).toBe(true);
      }),
      { numRuns: 20 },
    );
  });

  test("behavior: versions have keys of their own", () => {
    const ring = new KeyRing({ v1: keysOf(1, 1, "seed", 1), v2: keysOf(1, 1) });
    expect(ring.sign(1, MESSAGE)).not.toEqual(ring.sign(2, MESSAGE));
    const only = new KeyRing({ v2: keysOf(1, 1) });
    expect([only.has(1), only.has(2), only.threshold(1)]).toEqual([false, true, undefined]);
    expect(() => only.sign(1, MESSAGE)).toThrow("there are no keys of V1");
  });
});

describe("keys that cannot be used", () => {
  const [one, two] = keysOf(2, 1).privKeys as [Uint8Array, Uint8Array];
  test.each([
    ["none", [], 1, "expected 1 to 32, got 0"],
    ["too many", Array(33).fill(one), 1, "expected 1 to 32, got 33"],
    ["a threshold of zero", [one], 0, "the threshold is 0, of 1 keys"],
    ["a threshold above their number", [one, two], 3, "the threshold is 3, of 2 keys"],
    ["a broken threshold", [one, two], 1.5, "the threshold is 1.5, of 2 keys"],
    ["one of them twice", [one, two, one], 1, "one of them stands there twice"],
    ["zero", [one, new Uint8Array(32)], 1, "number 2 is no private key"],
    ["the order of the curve and more", [new Uint8Array(32).fill(0xff)], 1, "number 1 is no private key"],
    ["too few bytes", [one.subarray(1)], 1, "number 1 is no private key"],
  ])("error: %s", (_name, privKeys, threshold, text) => {
    expect(() => new KeyRing({ v2: { privKeys, threshold } })).toThrow(AttesterKeyError);
    expect(() => new KeyRing({ v2: { privKeys, threshold } })).toThrow(text);
  });

  test("behavior: a refused replacement changes nothing", () => {
    const ring = new KeyRing({ v2: keysOf(1, 1) });
    const before = ring.sign(2, MESSAGE);
    expect(() => ring.replace({ v2: { privKeys: [], threshold: 1 } }, [])).toThrow(AttesterKeyError);
    expect(ring.sign(2, MESSAGE)).toEqual(before);
  });
});

test("behavior: retired keys are shown behind the others until their time is over", () => {
  const ring = new KeyRing({ v2: keysOf(1, 1) });
  const retired = ring.currentKeys(2).map((key) => ({ ...key, untilMs: 1_000 }));
  ring.replace({ v2: keysOf(1, 1, "other") }, retired);
  const [current] = ring.currentKeys(2);
  expect(ring.shownKeys(2, 999).map(({ address }) => address)).toEqual([current?.address, retired[0]?.address]);
  expect(ring.shownKeys(2, 1_000)).toEqual([current]);
  expect(ring.shownKeys(1, 999)).toEqual([]);
});

test("behavior: neither inspection nor JSON shows a private key", () => {
  const set = keysOf(2, 1);
  const ring = new KeyRing({ v2: set });
  ring.sign(2, MESSAGE);
  const shown = inspect(ring, { depth: 10, showHidden: true }) + JSON.stringify(ring);
  for (const key of set.privKeys) {
    expect(shown).not.toContain(toHex(key));
    expect(shown).not.toContain(Array.from(key.subarray(0, 4)).join(", "));
  }
});
