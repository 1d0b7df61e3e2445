// Cases: a key is expanded the second time, and found from then on; keys that are no points; the number of keys is bounded
// and those used lately stay.

import { expect, test } from "vitest";
import { sha256 } from "./hash.ts";
import { KnownKeys } from "./knownKeys.ts";
import { fullPublicKey, publicKeyOf } from "./secp256k1.ts";

const keyAt = (index: number) => publicKeyOf(sha256(Uint8Array.of(index)));

test("default: the full form of a key that has been seen before", () => {
  const keys = new KnownKeys();
  expect(keys.find(keyAt(1))).toBeUndefined();
  const full = keys.find(keyAt(1));
  expect(full).toEqual(fullPublicKey(keyAt(1)));
  expect(keys.find(keyAt(1))).toBe(full);
  expect(keys.find(keyAt(2))).toBeUndefined();
});

test("error: a key that is no point of the curve", () => {
  const keys = new KnownKeys();
  const bad = new Uint8Array(33).fill(0xff);
  expect(keys.find(bad)).toBeUndefined();
  expect(() => keys.find(bad)).toThrow();
  expect(() => keys.find(bad)).toThrow();
});

test("behavior: what was used lately outlives what was not", () => {
  const keys = new KnownKeys(4);
  keys.find(keyAt(0));
  const full = keys.find(keyAt(0));
  for (let index = 1; index < 30; index += 1) {
    keys.find(keyAt(index));
    expect(keys.find(keyAt(0))).toBe(full);
  }
  expect(keys.find(keyAt(1))).toBeUndefined();
});
