// What every MerkleTree must do, whatever it is made of: run this suite over an implementation.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { bytesEqual, compareBytes, toHex } from "../../codec/bytes.ts";
import { sha256 } from "../../crypto/hash.ts";
import type { LeafProof, MerkleTree } from "../merkleTree.ts";
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

/** A number as Go's binary.PutVarint writes one that is not negative. */
function varint(n: number): number[] {
  const bytes: number[] = [];
  let rest = n * 2;
  for (; rest >= 0x80; rest = Math.trunc(rest / 0x80)) bytes.push((rest % 0x80) | 0x80);
  return [...bytes, rest];
}

/** The root hash that a proof leads to, by the layout of iavl's node.go, written down once more and plainly. */
function rootOf({ key, value, version, steps }: LeafProof): Uint8Array {
  const valueHash = sha256(value);
  let digest = sha256(
    Uint8Array.from([...varint(0), ...varint(1), ...varint(version), key.length, ...key, 32, ...valueHash]),
  );
  for (const step of steps) {
    const [left, right] = [step.left ?? digest, step.right ?? digest];
    const prefix = [...varint(step.height), ...varint(step.size), ...varint(step.version)];
    digest = sha256(Uint8Array.from([...prefix, 32, ...left, 32, ...right]));
  }
  return digest;
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

    test("error: changes that are not sorted, or name a key twice, are refused, and nothing is staged", () => {
      const tree = make();
      const [a, b] = [Uint8Array.of(1), Uint8Array.of(2)];
      for (const first of [b, a]) {
        const changes: KvChange[] = [
          [first, a],
          [a, b],
        ];
        expect(() => tree.stage(changes)).toThrow("not sorted");
      }
      expect(() => tree.commit()).toThrow("no version is staged");
      expect(tree.size).toBe(0);
    });

    test("behavior: staging is repeatable, and pruning and reverting leave the other versions as they are", () => {
      fc.assert(
        fc.property(rounds, fc.nat(12), fc.nat(12), (changes, pruned, reverted) => {
          const tree = make();
          const roots = [toHex(tree.rootHash(0))];
          const sizes = [0];
          for (const round of changes) {
            const sorted = sortedChanges(round);
            const first = toHex(tree.stage(sorted));
            tree.stage([]);
            expect(toHex(tree.stage(sorted))).toBe(first);
            tree.commit();
            roots.push(first);
            sizes.push([...tree.view(tree.version).iterate()].length);
          }
          const oldest = Math.min(pruned, tree.version);
          const latest = Math.max(oldest, tree.version - reverted);
          tree.pruneBelow(oldest);
          tree.revertTo(latest);
          expect([tree.oldestVersion, tree.version, tree.size]).toEqual([oldest, latest, sizes[latest]]);
          for (let version = oldest; version <= latest; version += 1) {
            expect(toHex(tree.rootHash(version))).toBe(roots[version]);
            expect(tree.sizeOf(version)).toBe(sizes[version]);
          }
          for (const gone of [oldest - 1, latest + 1]) {
            expect(() => tree.rootHash(gone)).toThrow();
            expect(() => tree.view(gone)).toThrow();
            expect(() => tree.prove(gone, Uint8Array.of(1))).toThrow();
            expect(() => tree.revertTo(gone)).toThrow();
          }
          for (const round of changes.slice(latest)) {
            const again = toHex(tree.stage(sortedChanges(round)));
            tree.commit();
            expect(again).toBe(roots[tree.version]);
          }
        }),
      );
    });

    test("behavior: a key is proven by its leaf, an absent one by the leaves beside it, up to the root hash", () => {
      fc.assert(
        fc.property(rounds, keys, (changes, key) => {
          const tree = make();
          for (const round of changes) {
            tree.stage(sortedChanges(round));
            tree.commit();
          }
          const entries = [...tree.view(tree.version).iterate()];
          const { leaf, left, right } = tree.prove(tree.version, key);
          const found = entries.find((entry) => bytesEqual(entry[0], key));
          expect(leaf?.value).toEqual(found?.[1]);
          const below = entries.findLast((entry) => compareBytes(entry[0], key) < 0);
          const above = entries.find((entry) => compareBytes(entry[0], key) > 0);
          expect(left?.key).toEqual(found === undefined ? below?.[0] : undefined);
          expect(right?.key).toEqual(found === undefined ? above?.[0] : undefined);
          for (const proof of [leaf, left, right]) {
            if (proof !== undefined) expect(toHex(rootOf(proof))).toBe(toHex(tree.rootHash(tree.version)));
          }
        }),
      );
    });

    test("behavior: all nodes come out children first, two leaves and an inner node for each further key", () => {
      fc.assert(
        fc.property(rounds, (changes) => {
          const tree = make();
          for (const round of changes) {
            tree.stage(sortedChanges(round));
            tree.commit();
          }
          const nodes = [...tree.export(tree.version)];
          const leaves = nodes.flatMap((node) => ("key" in node ? [[node.key, node.value]] : []));
          expect(leaves).toEqual([...tree.view(tree.version).iterate()]);
          expect(nodes).toHaveLength(Math.max(0, tree.size * 2 - 1));
          const heights: number[] = [];
          for (const { height } of nodes) {
            if (height > 0) expect(1 + Math.max(heights.pop()!, heights.pop()!)).toBe(height);
            heights.push(height);
          }
          expect(heights).toHaveLength(Math.min(1, nodes.length));
        }),
      );
    });

    test("behavior: versions that are replayed and settled give the tree that staging gives, and nothing before", () => {
      fc.assert(
        fc.property(rounds, rounds, rounds, (before, replayed, after) => {
          const [staged, tree] = [make(), make()];
          const stageAll = (changes: readonly KvChange[][], on: readonly MerkleTree[]) => {
            for (const round of changes.map(sortedChanges)) {
              for (const each of on) each.stage(round);
              for (const each of on) each.commit();
            }
          };
          stageAll(before, [staged, tree]);
          stageAll(replayed, [staged]);
          for (const round of replayed) tree.replay(sortedChanges(round));
          const { version } = staged;
          expect(toHex(tree.settle())).toBe(toHex(staged.rootHash(version)));
          expect([...tree.export(version)]).toEqual([...staged.export(version)]);
          if (replayed.length > 0) expect(tree.oldestVersion).toBe(version);
          stageAll(after, [staged, tree]);
          for (let at = version; at <= staged.version; at += 1) {
            expect(toHex(tree.rootHash(at))).toBe(toHex(staged.rootHash(at)));
            expect([...tree.view(at).iterate()]).toEqual([...staged.view(at).iterate()]);
          }
        }),
      );
    });

    test("error: until it is settled a tree gives no hash, proof or view, and nothing is staged", () => {
      const tree = make();
      const key = Uint8Array.of(1);
      tree.stage([[key, key]]);
      tree.commit();
      tree.replay([[key, Uint8Array.of(2)]]);
      expect(tree.version).toBe(2);
      for (const read of [
        () => tree.rootHash(2),
        () => tree.prove(2, key),
        () => tree.view(2),
        () => tree.stage([]),
        () => tree.revertTo(2),
        () => tree.export(2).next(),
      ]) {
        expect(read).toThrow("the tree is not settled");
      }
      tree.settle();
      expect(tree.view(2).get(key)).toEqual(Uint8Array.of(2));
      expect(() => tree.view(1)).toThrow("version 1 is not available");
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
