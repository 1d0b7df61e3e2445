// Cases: an answer is forgotten when a key that was read is written, or one in a range that was read, and by no other
// write; answers that depend on the block, read too much, or are too large are not kept; the bounds; the common prefix of
// a range covers all of it.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compareBytes, keyText, utf8 } from "../codec/bytes.ts";
import { writeSet } from "../store/cacheStore.ts";
import { createCommitMultiStore } from "../store/commitStore.ts";
import type { KvStore } from "../store/kvStore.ts";
import { pruningOptions } from "../store/pruning.ts";
import type { BlockInfo } from "./context.ts";
import { QueryCache, queryIdOf } from "./queryCache.ts";
import { commonPrefix, QueryReads, READS_MAX } from "./queryReads.ts";

const BLOCK: BlockInfo = { chainId: "c", height: 3, timeNs: 4n, proposerAddress: new Uint8Array(20) };
const VALUE = utf8("answer");

function readsOf(read: (store: KvStore, block: BlockInfo) => void): QueryReads {
  const stores = createCommitMultiStore({ names: ["a", "b"], pruning: pruningOptions("nothing") });
  const reads = new QueryReads();
  read(reads.stores(writeSet(stores.latest())).store("a"), reads.block(BLOCK));
  return reads;
}

/** Whether an answer with these reads outlives a write. */
function outlives(reads: QueryReads, store: string, key: string): boolean {
  const cache = new QueryCache();
  cache.set("q", VALUE, reads);
  expect(cache.get("q")).toBe(VALUE);
  cache.advance([{ name: store, changes: [[utf8(key), utf8("v")]] }]);
  const isKept = cache.get("q") !== undefined;
  expect(cache.size).toBe(isKept ? 1 : 0);
  if (!isKept) expect(cache.sizeBytes).toBe(0);
  return isKept;
}

describe("QueryCache", () => {
  test.each([
    ["get", (store: KvStore) => void store.get(utf8("k1"))],
    ["find", (store: KvStore) => void store.find(utf8("k1"))],
    ["has", (store: KvStore) => void store.has(utf8("k1"))],
  ])("default: %s depends on its key, also when it is absent", (_name, read) => {
    expect(outlives(readsOf(read), "a", "k1")).toBe(false);
    expect(outlives(readsOf(read), "a", "k")).toBe(true);
    expect(outlives(readsOf(read), "a", "k11")).toBe(true);
    expect(outlives(readsOf(read), "b", "k1")).toBe(true);
  });

  test("default: an iteration depends on its range, also when it stops early or finds nothing", () => {
    const reads = () => readsOf((store) => void store.iterate({ start: utf8("k1"), end: utf8("k2") }).next());
    expect(outlives(reads(), "a", "k1")).toBe(false);
    expect(outlives(reads(), "a", "k1zz")).toBe(false);
    expect(outlives(reads(), "a", "k2")).toBe(true);
    expect(outlives(reads(), "b", "k1")).toBe(true);
    const whole = () => readsOf((store) => void store.iterate().next());
    expect(outlives(whole(), "a", "x")).toBe(false);
    expect(outlives(whole(), "b", "x")).toBe(true);
  });

  test("behavior: answers that hold for this block only are not kept", () => {
    const cache = new QueryCache();
    const used: ((block: BlockInfo) => unknown)[] = [
      ({ height }) => height,
      ({ timeNs }) => timeNs,
      ({ proposerAddress }) => proposerAddress,
      (block) => ({ ...block }),
    ];
    for (const use of used)
      cache.set(
        "q",
        VALUE,
        readsOf((_store, block) => void use(block)),
      );
    expect(cache.size).toBe(0);
    cache.set(
      "q",
      VALUE,
      readsOf((_store, { chainId }) => void chainId),
    );
    expect(cache.size).toBe(1);
  });

  test("behavior: nothing is kept that reads too much, or is too large", () => {
    const cache = new QueryCache();
    const many = (count: number) =>
      readsOf((store) => {
        for (let index = 0; index < count; index += 1) store.get(Uint8Array.of(index + 1));
      });
    cache.set("many", VALUE, many(READS_MAX + 1));
    cache.set("large", new Uint8Array(64 * 1024 + 1), many(1));
    expect(cache.size).toBe(0);
    cache.set("q", new Uint8Array(64 * 1024), many(READS_MAX));
    expect(cache.size).toBe(1);
    expect(queryIdOf("/p", new Uint8Array(1024))).toBeDefined();
    expect(queryIdOf("/p", new Uint8Array(1025))).toBeUndefined();
  });

  test("behavior: prefixes of more lengths than are told apart are not kept", () => {
    const cache = new QueryCache();
    for (let length = 1; length <= 20; length += 1) {
      const start = new Uint8Array(length).fill(1);
      const end = start.slice();
      end[length - 1] = 2;
      cache.set(
        `q${length}`,
        VALUE,
        readsOf((store) => void store.iterate({ start, end })),
      );
    }
    expect(cache.size).toBe(16);
  });

  test("behavior: an answer goes that was not asked for since the hand passed", () => {
    const cache = new QueryCache(3 * 1000);
    const reads = () => readsOf((store) => void store.get(utf8("k")));
    for (const id of ["1", "2", "3"]) cache.set(id, new Uint8Array(400), reads());
    expect(cache.size).toBe(3);
    cache.get("1");
    cache.set("4", new Uint8Array(400), reads());
    expect(["1", "2", "3", "4"].filter((id) => cache.get(id) !== undefined)).toEqual(["1", "3", "4"]);
    // All were asked for just now: the first that the hand comes to a second time goes.
    cache.set("5", new Uint8Array(400), reads());
    expect(cache.size).toBe(3);
    expect(cache.get("5")).toBeDefined();
    cache.clear();
    expect([cache.size, cache.sizeBytes, cache.get("1")]).toEqual([0, 0, undefined]);
    cache.set("6", VALUE, reads());
    expect(cache.get("6")).toBe(VALUE);
  });

  test("behavior: answers that read the same are forgotten together, and each by itself", () => {
    const cache = new QueryCache(3 * 1000);
    const reads = () => readsOf((store) => void store.get(utf8("k")));
    for (let index = 0; index < 100; index += 1) {
      cache.set(String(index), new Uint8Array(400), reads());
      expect(cache.sizeBytes).toBeLessThanOrEqual(3 * 1000);
    }
    expect(cache.size).toBe(3);
    cache.advance([{ name: "a", changes: [[utf8("k"), utf8("v")]] }]);
    expect([cache.size, cache.sizeBytes]).toEqual([0, 0]);
  });
});

test("commonPrefix: begins every key of a range", () => {
  const bytes = fc
    .uint8Array({ maxLength: 4 })
    .map((array) => array.map((byte) => (byte < 128 ? byte % 3 : 255 - (byte % 3))));
  fc.assert(
    fc.property(bytes, bytes, bytes, (start, end, key) => {
      fc.pre(compareBytes(key, start) >= 0 && compareBytes(key, end) < 0);
      return keyText(key).startsWith(keyText(commonPrefix({ start, end })));
    }),
    { numRuns: 2000 },
  );
  expect(commonPrefix({ start: utf8("ab"), end: utf8("ac") })).toEqual(utf8("ab"));
  expect(commonPrefix({ start: utf8("abx"), end: utf8("ac") })).toEqual(utf8("ab"));
  expect(commonPrefix({ start: utf8("ab") })).toHaveLength(0);
  expect(commonPrefix({ end: utf8("ab") })).toHaveLength(0);
});
