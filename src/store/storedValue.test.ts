// Cases: a value is decoded once for each decoder; the decoded form goes with the value through layers and commits, is given
// up when the key is written, and comes back when a write is undone.

import { expect, test } from "vitest";
import { cacheMultiStore, writeSet } from "./cacheStore.ts";
import { createCommitMultiStore } from "./commitStore.ts";
import { pruningOptions } from "./pruning.ts";
import { StoredValue } from "./storedValue.ts";

const KEY = Uint8Array.of(1);
const first = (bytes: Uint8Array) => ({ first: bytes[0] });

test("default: decodes once, and anew for another decoder", () => {
  const value = new StoredValue(Uint8Array.of(7));
  const decoded = value.as(first);
  expect(decoded).toEqual({ first: 7 });
  expect(value.as(first)).toBe(decoded);
  expect(value.as((bytes) => bytes.length)).toBe(1);
  expect(value.as(first)).toEqual({ first: 7 });
  const known = { first: 7 };
  expect(StoredValue.of(Uint8Array.of(7), first, known).as(first)).toBe(known);
});

test("behavior: goes with the value through layers and commits until the key is written", () => {
  const committed = createCommitMultiStore({ names: ["s"], pruning: pruningOptions("nothing") });
  const known = { first: 7 };
  const block = writeSet(committed.latest());
  const layer = cacheMultiStore(block);
  block.store("s").put(KEY, StoredValue.of(Uint8Array.of(7), first, known));
  expect(layer.store("s").find(KEY)?.as(first)).toBe(known);
  committed.stage(block.changes());
  committed.commit();
  const next = writeSet(committed.latest());
  expect(next.store("s").find(KEY)?.as(first)).toBe(known);
  const failing = () => {
    next.store("s").set(KEY, Uint8Array.of(8));
    expect(next.store("s").find(KEY)?.as(first)).toEqual({ first: 8 });
    throw new Error("refused");
  };
  expect(() => next.attempt(failing)).toThrow("refused");
  expect(next.store("s").find(KEY)?.as(first)).toBe(known);
  next.store("s").set(KEY, Uint8Array.of(9));
  committed.stage(next.changes());
  committed.commit();
  expect(writeSet(committed.latest()).store("s").find(KEY)?.as(first)).toEqual({ first: 9 });
});

test("behavior: what was read from the tree is decoded once, by whoever reads it", () => {
  const committed = createCommitMultiStore({ names: ["s"], pruning: pruningOptions("nothing") });
  committed.stage([{ name: "s", changes: [[KEY, Uint8Array.of(7)]] }]);
  committed.commit();
  const decoded = writeSet(committed.latest()).store("s").find(KEY)?.as(first);
  expect(writeSet(committed.latest()).store("s").find(KEY)?.as(first)).toBe(decoded);
  expect(writeSet(committed.at(1)).store("s").find(KEY)?.as(first)).toEqual({ first: 7 });
});

test("behavior: lazy bytes are made once, when they are asked for", () => {
  let made = 0;
  const encode = ({ first: byte }: { first: number | undefined }) => {
    made += 1;
    return Uint8Array.of(byte ?? 0);
  };
  const value = StoredValue.lazy(1, encode, first, { first: 7 });
  expect([value.length, value.as(first), made]).toEqual([1, { first: 7 }, 0]);
  expect(value.as((bytes) => bytes.length)).toBe(1);
  expect([value.bytes, made]).toEqual([Uint8Array.of(7), 1]);
});

test("error: lazy bytes of another length", () => {
  const value = StoredValue.lazy(2, () => Uint8Array.of(7), first, { first: 7 });
  expect(() => value.bytes).toThrow("a value of 2 bytes has 1");
});
