// Cases: reads, writes, deletions and discards through layers; write sets; attempts that succeed and fail, one in another;
// random use of stacked layers with iterators open in both directions while every layer is written to, and attempts in
// them fail, against a plain Map; the cost of writing while iterating.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { utf8 } from "../codec/bytes.ts";
import { cacheMultiStore, changesOf, writeSet } from "./cacheStore.ts";
import { createCommitMultiStore } from "./commitStore.ts";
import type { KvEntry, KvRange, KvStore } from "./kvStore.ts";
import type { CacheMultiStore, MultiStore, StoreChanges } from "./multiStore.ts";
import { pruningOptions } from "./pruning.ts";
import { MemoryStore, memoryMultiStore } from "./testing/memoryStore.ts";

const A = Uint8Array.of(1);
const B = Uint8Array.of(2);
const ONE = utf8("one");
const TWO = utf8("two");
const EMPTY = new Uint8Array(0);
const ZERO = Uint8Array.of(0);

/** The changes without what was decoded from them. */
function plain(changes: readonly StoreChanges[]) {
  return changes.map((store) => ({ ...store, changes: store.changes.map(([key, value]) => [key, value]) }));
}

function layered(): { below: KvStore; layer: CacheMultiStore; top: KvStore } {
  const base = memoryMultiStore(["s"]);
  const layer = cacheMultiStore(base);
  return { below: base.store("s"), layer, top: layer.store("s") };
}

test("default: writes are seen in their layer, and below after write", () => {
  const { below, layer, top } = layered();
  below.set(A, ONE);
  top.set(B, TWO);
  top.delete(A);
  expect(top.get(A)).toBeUndefined();
  expect(top.has(A)).toBe(false);
  expect(top.get(B)).toEqual(TWO);
  expect(below.has(B)).toBe(false);
  layer.write();
  expect([...below.iterate()]).toEqual([[B, TWO]]);
  expect([...top.iterate()]).toEqual([[B, TWO]]);
});

test("behavior: an empty value is a value in every layer", () => {
  const { below, layer, top } = layered();
  top.set(A, EMPTY);
  expect(top.get(A)).toEqual(EMPTY);
  expect(top.has(A)).toBe(true);
  expect([...top.iterate()]).toEqual([[A, EMPTY]]);
  layer.write();
  expect(below.get(A)).toEqual(EMPTY);
});

test("behavior: discard forgets, and the layer can be used again", () => {
  const { below, layer, top } = layered();
  below.set(A, ONE);
  top.delete(A);
  top.set(B, TWO);
  layer.discard();
  expect([...top.iterate()]).toEqual([[A, ONE]]);
  top.set(B, ONE);
  layer.write();
  expect(below.get(B)).toEqual(ONE);
});

test("behavior: write applies each store's keys in byte order", () => {
  const seen: string[] = [];
  const recording: MultiStore = {
    store: () => {
      const store = new MemoryStore();
      store.set = (key) => void seen.push(`set ${key[0]}`);
      store.delete = (key) => void seen.push(`delete ${key[0]}`);
      return store;
    },
  };
  const layer = cacheMultiStore(recording);
  for (const byte of [200, 3, 100, 2]) layer.store("s").set(Uint8Array.of(byte), ONE);
  layer.store("s").delete(Uint8Array.of(10));
  layer.write();
  expect(seen).toEqual(["set 2", "set 3", "delete 10", "set 100", "set 200"]);
});

test("behavior: a write set is sorted by store and key, and leaves out stores without changes", () => {
  const set = writeSet(memoryMultiStore(["zeta", "alpha", "idle"]));
  set.store("idle").get(A);
  set.store("zeta").set(B, ONE);
  const nested = cacheMultiStore(set);
  nested.store("zeta").delete(A);
  nested.store("alpha").set(A, TWO);
  const expected = [
    { name: "alpha", changes: [[A, TWO]] },
    {
      name: "zeta",
      changes: [
        [A, undefined],
        [B, ONE],
      ],
    },
  ];
  expect(plain(changesOf(nested))).toEqual([expected[0], { name: "zeta", changes: [[A, undefined]] }]);
  nested.write();
  expect(plain(set.changes())).toEqual(expected);
  set.discard();
  expect(plain(set.changes())).toEqual([]);
});

test("error: empty keys, unknown stores and a read-only layer below are refused", () => {
  const { layer, top } = layered();
  expect(() => top.set(EMPTY, ONE)).toThrow("store keys are not empty");
  expect(() => layer.store("other")).toThrow("no store named other is mounted");
  const committed = createCommitMultiStore({ names: ["s"], pruning: pruningOptions("default") });
  const overCommitted = cacheMultiStore(committed.latest());
  overCommitted.store("s").set(A, ONE);
  expect(() => overCommitted.write()).toThrow("the layer below is read-only");
});

describe("attempt", () => {
  const failing = (work: () => void) => (): never => {
    work();
    throw new Error("refused");
  };

  test("default: keeps what it wrote and gives what it returned", () => {
    const { layer, top } = layered();
    const attempt = () => {
      top.set(A, TWO);
      return 7;
    };
    expect(layer.attempt(attempt)).toBe(7);
    expect(plain(changesOf(layer))).toEqual([{ name: "s", changes: [[A, TWO]] }]);
  });

  test("behavior: one that throws leaves the layer as it was, also where it wrote over earlier writes", () => {
    const { below, layer, top } = layered();
    below.set(A, ONE);
    top.set(B, ONE);
    const attempt = failing(() => {
      top.set(A, TWO);
      top.delete(A);
      top.delete(B);
      top.set(ZERO, ONE);
    });
    expect(() => layer.attempt(attempt)).toThrow("refused");
    expect([...top.iterate()]).toEqual([
      [A, ONE],
      [B, ONE],
    ]);
    expect([...top.iterate({ reverse: true })]).toEqual([
      [B, ONE],
      [A, ONE],
    ]);
    expect([top.has(A), top.has(ZERO), top.get(ZERO)]).toEqual([true, false, undefined]);
    expect(plain(changesOf(layer))).toEqual([{ name: "s", changes: [[B, ONE]] }]);
    layer.write();
    expect([...below.iterate()]).toEqual([
      [A, ONE],
      [B, ONE],
    ]);
  });

  test("behavior: an inner one that fails does not undo the outer one, and an outer one undoes both", () => {
    const { layer, top } = layered();
    layer.attempt(() => {
      top.set(A, ONE);
      expect(() => layer.attempt(failing(() => top.set(A, TWO)))).toThrow("refused");
      expect(top.get(A)).toEqual(ONE);
    });
    const outer = failing(() => {
      top.set(B, ONE);
      layer.attempt(() => top.set(A, TWO));
    });
    expect(() => layer.attempt(outer)).toThrow("refused");
    expect(plain(changesOf(layer))).toEqual([{ name: "s", changes: [[A, ONE]] }]);
  });

  test.each(["discard", "write"] as const)("error: no %s while an attempt runs in the layer", (empty) => {
    const { below, layer, top } = layered();
    const attempt = () => {
      top.set(A, ONE);
      layer[empty]();
    };
    expect(() => layer.attempt(attempt)).toThrow("while an attempt is running");
    expect(plain(changesOf(layer))).toEqual([]);
    expect(below.has(A)).toBe(false);
  });

  test("behavior: what failed does not slow iteration down afterwards", () => {
    const { layer, top } = layered();
    const key = (n: number): Uint8Array => Uint8Array.of(n >>> 16, (n >>> 8) & 255, n & 255);
    for (let n = 0; n < 2_000; n += 1) top.set(key(n), ONE);
    const attempt = failing(() => {
      for (let n = 2_000; n < 22_000; n += 1) top.set(key(n), ONE);
    });
    expect(() => layer.attempt(attempt)).toThrow("refused");
    const startedMs = Date.now();
    for (let round = 0; round < 20; round += 1) expect([...top.iterate()]).toHaveLength(2_000);
    // 0.05 s where it was written; a look at each undone key at each step takes a minute.
    expect(Date.now() - startedMs).toBeLessThan(5_000);
  });
});

describe("stacked layers against a Map", () => {
  const LAYERS = 3;
  const keyArb = fc.integer({ min: 0, max: 20 }).map((n) => (n % 3 === 0 ? Uint8Array.of(n) : Uint8Array.of(n, 0)));
  const boundArb = fc.option(keyArb, { nil: undefined });
  const stepArb = fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({
        kind: fc.constant("set" as const),
        layer: fc.nat(LAYERS),
        key: keyArb,
        value: fc.uint8Array({ maxLength: 2 }),
      }),
    },
    { weight: 4, arbitrary: fc.record({ kind: fc.constant("delete" as const), layer: fc.nat(LAYERS), key: keyArb }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant("write" as const), layer: fc.nat(LAYERS) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant("discard" as const), layer: fc.nat(LAYERS) }) },
    {
      weight: 3,
      arbitrary: fc.record({
        kind: fc.constant("attempt" as const),
        layer: fc.integer({ min: 1, max: LAYERS }),
        writes: fc.array(fc.tuple(keyArb, fc.option(fc.uint8Array({ maxLength: 2 }), { nil: undefined }))),
        isFailing: fc.boolean(),
        isLooking: fc.boolean(),
      }),
    },
    {
      weight: 3,
      arbitrary: fc.record({
        kind: fc.constant("iterate" as const),
        layer: fc.nat(LAYERS),
        range: fc.record({ start: boundArb, end: boundArb, reverse: fc.boolean() }),
      }),
    },
    { weight: 8, arbitrary: fc.record({ kind: fc.constant("next" as const), which: fc.nat(5) }) },
  );

  /** The content of a layer as one store: the model. */
  function flatten(base: MemoryStore, overlays: readonly Map<string, KvChangeOf>[], layer: number): MemoryStore {
    const flat = new MemoryStore();
    for (const [key, value] of base.iterate()) flat.set(key, value);
    for (const overlay of overlays.slice(0, layer)) {
      for (const { key, value } of overlay.values()) {
        if (value === undefined) flat.delete(key);
        else flat.set(key, value);
      }
    }
    return flat;
  }

  interface KvChangeOf {
    key: Uint8Array;
    value: Uint8Array | undefined;
  }

  test("behavior: reads and open iterators see each layer as it is when they reach it", () => {
    fc.assert(
      fc.property(fc.array(stepArb, { maxLength: 60 }), (steps) => {
        const base = memoryMultiStore(["s"]);
        const model = new MemoryStore();
        const overlays = Array.from({ length: LAYERS }, () => new Map<string, KvChangeOf>());
        const layers: CacheMultiStore[] = [];
        for (let at = 0; at < LAYERS; at += 1) layers.push(cacheMultiStore(layers.at(-1) ?? base));
        const storeAt = (layer: number): KvStore => (layer === 0 ? base : layers[layer - 1]!).store("s");
        const open: {
          entries: IterableIterator<KvEntry>;
          layer: number;
          range: KvRange;
          last: Uint8Array | undefined;
        }[] = [];
        const put = (layer: number, key: Uint8Array, value: Uint8Array | undefined): void => {
          if (layer > 0) overlays[layer - 1]!.set(String(key), { key, value });
          else if (value === undefined) model.delete(key);
          else model.set(key, value);
        };
        for (const step of steps) {
          switch (step.kind) {
            case "set":
              storeAt(step.layer).set(step.key, step.value);
              put(step.layer, step.key, step.value);
              break;
            case "delete":
              storeAt(step.layer).delete(step.key);
              put(step.layer, step.key, undefined);
              break;
            case "write":
            case "discard": {
              if (step.layer === 0) break;
              layers[step.layer - 1]![step.kind]();
              const writes = [...overlays[step.layer - 1]!.values()];
              overlays[step.layer - 1]!.clear();
              if (step.kind === "write") for (const { key, value } of writes) put(step.layer - 1, key, value);
              break;
            }
            case "attempt": {
              const { layer, writes, isFailing, isLooking } = step;
              const attempt = () => {
                for (const [key, value] of writes) {
                  if (value === undefined) storeAt(layer).delete(key);
                  else storeAt(layer).set(key, value);
                  // Sorts what is new.
                  if (isLooking) expect([...storeAt(layer).iterate()].length).toBeLessThanOrEqual(21);
                }
                if (isFailing) throw new Error("refused");
              };
              if (isFailing) expect(() => layers[layer - 1]!.attempt(attempt)).toThrow("refused");
              else layers[layer - 1]!.attempt(attempt);
              if (!isFailing) for (const [key, value] of writes) put(layer, key, value);
              break;
            }
            case "iterate":
              open.push({
                entries: storeAt(step.layer).iterate(step.range),
                layer: step.layer,
                range: step.range,
                last: undefined,
              });
              break;
            case "next": {
              const iterator = open[step.which % Math.max(open.length, 1)];
              if (iterator === undefined) break;
              const wanted = flatten(model, overlays, iterator.layer).nextEntry(iterator.range, iterator.last);
              const next = iterator.entries.next();
              expect(next.done === true ? undefined : next.value).toEqual(wanted);
              // An iterator that has ended stays ended.
              if (wanted === undefined) open.splice(open.indexOf(iterator), 1);
              else iterator.last = wanted[0];
            }
          }
        }
        for (let layer = 0; layer <= LAYERS; layer += 1) {
          const flat = flatten(model, overlays, layer);
          expect([...storeAt(layer).iterate()]).toEqual([...flat.iterate()]);
          expect([...storeAt(layer).iterate({ reverse: true })]).toEqual([...flat.iterate({ reverse: true })]);
          for (let n = 0; n <= 20; n += 1) {
            expect(storeAt(layer).get(Uint8Array.of(n))).toEqual(flat.get(Uint8Array.of(n)));
            expect(storeAt(layer).has(Uint8Array.of(n, 0))).toBe(flat.has(Uint8Array.of(n, 0)));
          }
        }
      }),
      { numRuns: 600 },
    );
  });
});

test("behavior: deleting every key while iterating over 20,000 does not sort anew at each step", () => {
  const committed = createCommitMultiStore({ names: ["s"], pruning: pruningOptions("default") });
  const key = (n: number): Uint8Array => Uint8Array.of(n >>> 16, (n >>> 8) & 255, n & 255);
  committed.stage([{ name: "s", changes: Array.from({ length: 20_000 }, (_, n) => [key(n), ONE] as const) }]);
  committed.commit();
  const set = writeSet(committed.latest());
  const layer = cacheMultiStore(set);
  const startedMs = Date.now();
  let deleted = 0;
  for (const [found] of layer.store("s").iterate()) {
    layer.store("s").delete(found);
    deleted += 1;
  }
  layer.write();
  expect(deleted).toBe(20_000);
  expect([...set.store("s").iterate()]).toEqual([]);
  // 0.1 s where it was written; sorting at each step takes minutes.
  expect(Date.now() - startedMs).toBeLessThan(5_000);
});
