// Cases: a cached view gives what the tree gives, over commits, reverts and full generations; views of earlier versions
// are not mixed up with later ones; the same object for a key until it is written.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createCommitMultiStore } from "./commitStore.ts";
import { IavlTree } from "./iavlTree.ts";
import { pruningOptions } from "./pruning.ts";
import { CachedView, ValueCache } from "./valueCache.ts";

const KEYS = Array.from({ length: 12 }, (_, index) => Uint8Array.of(index, 7));

function newStore() {
  return createCommitMultiStore({ names: ["bank"], pruning: pruningOptions("nothing") });
}

function commit(store: ReturnType<typeof newStore>, changes: readonly (readonly [number, number | undefined])[]): void {
  const byKey = new Map(changes);
  const sorted = [...byKey].sort(([a], [b]) => a - b);
  store.stage([
    {
      name: "bank",
      changes: sorted.map(([at, value]) => [KEYS[at]!, value === undefined ? undefined : Uint8Array.of(value)]),
    },
  ]);
  store.commit();
}

describe("CachedView", () => {
  test("behavior: gives what the tree gives, whatever was committed and reverted", () => {
    const change = fc.tuple(fc.nat(KEYS.length - 1), fc.option(fc.nat(255), { nil: undefined }));
    const step = fc.oneof(
      fc.record({ commit: fc.array(change, { maxLength: 6 }) }),
      fc.record({ read: fc.nat(KEYS.length - 1) }),
      fc.record({ back: fc.integer({ min: 1, max: 3 }) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const store = createCommitMultiStore({ names: ["bank"], pruning: pruningOptions("everything") });
        const kept = createCommitMultiStore({ names: ["bank"], pruning: pruningOptions("nothing") });
        for (const stores of [store, kept]) {
          for (const part of steps) {
            const latest = stores.latest().store("bank");
            if ("commit" in part) commit(stores, part.commit);
            else if ("read" in part) latest.get(KEYS[part.read]!);
            else if (stores.version - part.back >= Math.max(1, stores.oldestVersion)) {
              stores.revertTo(stores.version - part.back);
            }
            const tree = stores.at(stores.version).store("bank");
            for (const key of KEYS) {
              expect(stores.latest().store("bank").get(key)).toEqual(tree.get(key));
              expect(stores.latest().store("bank").has(key)).toBe(tree.has(key));
            }
          }
        }
      }),
      { numRuns: 60 },
    );
  });

  test("behavior: a view of a version stays that version's", () => {
    const store = newStore();
    commit(store, [[1, 10]]);
    const first = store.latest().store("bank");
    commit(store, [
      [1, 20],
      [2, 5],
    ]);
    expect(first.get(KEYS[1]!)).toEqual(Uint8Array.of(10));
    expect(first.has(KEYS[2]!)).toBe(false);
    expect(store.latest().store("bank").get(KEYS[1]!)).toEqual(Uint8Array.of(20));
  });

  test("error: a view of a version that was reverted and made again differently", () => {
    const store = newStore();
    commit(store, [[1, 10]]);
    commit(store, [[1, 20]]);
    const dropped = store.latest().store("bank");
    store.revertTo(1);
    commit(store, [[1, 30]]);
    expect(() => dropped.get(KEYS[1]!)).toThrow();
    expect(store.latest().store("bank").get(KEYS[1]!)).toEqual(Uint8Array.of(30));
  });

  test("behavior: the same bytes until the key is written, also from block to block", () => {
    const store = newStore();
    commit(store, [[1, 10]]);
    const bytes = store.latest().store("bank").get(KEYS[1]!);
    commit(store, [[2, 20]]);
    expect(store.latest().store("bank").get(KEYS[1]!)).toBe(bytes);
    commit(store, [[1, 10]]);
    expect(store.latest().store("bank").get(KEYS[1]!)).not.toBe(bytes);
  });
});

describe("ValueCache", () => {
  test("behavior: forgets the older generation when the younger is full, and never gives what was overwritten", () => {
    const tree = new IavlTree(0);
    tree.stage(KEYS.map((key, index) => [key, Uint8Array.of(index)]));
    tree.commit();
    // Room for two entries.
    const cache = new ValueCache(350);
    const view = new CachedView(tree.view(1), cache);
    for (let round = 0; round < 3; round += 1) {
      for (const [index, key] of KEYS.entries()) expect(view.get(key)).toEqual(Uint8Array.of(index));
    }
    cache.advance([[KEYS[0]!, Uint8Array.of(99)]]);
    for (const text of ["a", "b", "c", "d"]) cache.set(text, null);
    expect(cache.get("\0\u0007")).not.toEqual(Uint8Array.of(0));
  });
});
