// What every MerkleTree must do, whatever it is made of: run this suite over an implementation.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { bytesEqual, compareBytes, toHex } from "../../codec/bytes.ts";
import type { MerkleTree } from "../merkleTree.ts";
import type { KvChange } from "../multiStore.ts";

const keys = fc.uint8Array({ minLength: 1, maxLength: 6 }).map((bytes) => bytes.map((byte) => byte % 4));
const values = fc.uint8Array({ maxLength: 40 });
const rounds = fc.array(fc.array(fc.tuple(keys, fc.option(values, { nil: undefined })), { maxLength: 20 }), {
  maxLength: 12,
});
const bounds = fc.record({
  start: fc.option(keys, { nil: undefined }),
  end: fc.option(keys, { nil: undefined }),
  reverse: fc.boolean(),
});

function sortedChanges(round: readonly KvChange[]): KvChange[] {
  const byKey = new Map(round.map((change) => [toHex(change[0]), change]));
  return [...byKey.values()].sort(([a], [b]) => compareBytes(a, b));
}

/** Declares the suite. `make` gives an empty tree at version 0. */
export function merkleTreeSuite(name: string, make: () => MerkleTree): void {
  describe(`${name} is a MerkleTree`, () => {
    test("default: an empty tree has the hash of nothing", () => {
      const nothing = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
      const tree = make();
      expect(toHex(tree.rootHash(0))).toBe(nothing);
      expect(toHex(tree.stage([]))).toBe(nothing);
      tree.commit();
      expect([...tree.view(1).iterate()]).toEqual([]);
      expect(tree.prove(1, Uint8Array.of(1))).toEqual({});
    });

    test("behavior: an empty value is a value", () => {
      const tree = make();
      tree.stage([[Uint8Array.of(1), new Uint8Array(0)]]);
      tree.commit();
      expect(tree.view(1).has(Uint8Array.of(1))).toBe(true);
      expect(tree.view(1).get(Uint8Array.of(1))).toEqual(new Uint8Array(0));
      expect(tree.view(1).get(Uint8Array.of(2))).toBeUndefined();
    });

    test("behavior: staging shows nothing before the commit", () => {
      const tree = make();
      tree.stage([[Uint8Array.of(1), Uint8Array.of(1)]]);
      expect(tree.version).toBe(0);
      expect(tree.view(0).has(Uint8Array.of(1))).toBe(false);
      expect(() => tree.view(1)).toThrow();
    });

    test("error: a commit needs something staged, and keys are not empty", () => {
      expect(() => make().commit()).toThrow("no version is staged");
      expect(() => make().stage([[new Uint8Array(0), Uint8Array.of(1)]])).toThrow("tree keys are not empty");
    });

    test("behavior: large values and many sizes come back as they were", () => {
      const tree = make();
      const sizes = [0, 1, 15, 16, 17, 1000, 16_384, 16_385, 70_000, 1 << 20, (1 << 20) + 1];
      const changes: KvChange[] = sizes.map((size, index) => [
        Uint8Array.of(index + 1),
        new Uint8Array(size).fill(index),
      ]);
      tree.stage(changes);
      tree.commit();
      for (const [key, value] of changes) expect(bytesEqual(tree.view(1).get(key)!, value!)).toBe(true);
      tree.stage(changes.map(([key]) => [key, undefined]));
      tree.commit();
      tree.pruneBelow(2);
      tree.stage(changes);
      tree.commit();
      for (const [key, value] of changes) expect(bytesEqual(tree.view(3).get(key)!, value!)).toBe(true);
    });

    test("behavior: every version reads as a sorted map, in both directions and any bounds", () => {
      fc.assert(
        fc.property(rounds, bounds, (changes, range) => {
          const tree = make();
          const states: Map<string, KvChange>[] = [new Map()];
          for (const round of changes) {
            const sorted = sortedChanges(round);
            const state = new Map(states.at(-1));
            for (const change of sorted) {
              if (change[1] === undefined) state.delete(toHex(change[0]));
              else state.set(toHex(change[0]), change);
            }
            states.push(state);
            tree.stage(sorted);
            tree.commit();
          }
          states.forEach((state, version) => {
            const wanted = [...state.values()]
              .filter(([key]) => range.start === undefined || compareBytes(key, range.start) >= 0)
              .filter(([key]) => range.end === undefined || compareBytes(key, range.end) < 0)
              .sort(([a], [b]) => compareBytes(a, b));
            if (range.reverse) wanted.reverse();
            expect([...tree.view(version).iterate(range)]).toEqual(wanted);
          });
        }),
      );
    });
  });
}
