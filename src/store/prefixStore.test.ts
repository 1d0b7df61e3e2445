// Cases: the bounds of a prefix; reads, writes and iteration within it, in both directions.

import { expect, test } from "vitest";
import { utf8 } from "../codec/bytes.ts";
import { keyAfter, prefixEnd } from "./keyBounds.ts";
import { prefixStore } from "./prefixStore.ts";
import { MemoryStore } from "./testing/memoryStore.ts";

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);
const VALUE = utf8("v");

test.each([
  ["one byte", bytes(1), bytes(2)],
  ["a last byte of 0xff carries", bytes(1, 0xff, 0xff), bytes(2)],
  ["only 0xff has no end", bytes(0xff, 0xff), undefined],
  ["the empty prefix has no end", bytes(), undefined],
])("default: the end of a prefix: %s", (_, prefix, end) => {
  expect(prefixEnd(prefix)).toEqual(end);
});

test("default: the key after a key is its shortest extension", () => {
  expect(keyAfter(bytes(1, 255))).toEqual(bytes(1, 255, 0));
});

test("default: keys are read, written and deleted below the prefix", () => {
  const below = new MemoryStore();
  const store = prefixStore(below, bytes(7));
  store.set(bytes(1), VALUE);
  expect(below.get(bytes(7, 1))).toEqual(VALUE);
  expect(store.get(bytes(1))).toEqual(VALUE);
  expect(store.has(bytes(2))).toBe(false);
  store.delete(bytes(1));
  expect([...below.iterate()]).toEqual([]);
});

test.each([[bytes(7)], [bytes(0xff)], [bytes(7, 0xff)]])(
  "behavior: iteration stays within the prefix %s and strips it",
  (prefix) => {
    const below = new MemoryStore();
    for (const outside of [bytes(0), bytes(6, 255), bytes(8)]) below.set(outside, VALUE);
    const inside = [bytes(0), bytes(0, 0), bytes(5), bytes(255, 255)];
    const store = prefixStore(below, prefix);
    for (const key of inside) store.set(key, VALUE);
    const keysOf = (range = {}) => [...store.iterate(range)].map(([key]) => key);
    expect(keysOf()).toEqual(inside);
    expect(keysOf({ reverse: true })).toEqual(inside.toReversed());
    expect(keysOf({ start: bytes(0, 0), end: bytes(255) })).toEqual([bytes(0, 0), bytes(5)]);
    expect(keysOf({ end: bytes(5), reverse: true })).toEqual([bytes(0, 0), bytes(0)]);
  },
);

test("error: the empty key is refused, although the prefix would make it longer", () => {
  expect(() => prefixStore(new MemoryStore(), bytes(7)).set(bytes(), VALUE)).toThrow("store keys are not empty");
});
