// Cases: vectors of Go's iavl (roots, sizes, proofs) with pruning and with all versions kept; staging again; reverting;
// export and import; random changes against a Map, all versions readable; memory that does not grow.

import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fromHex, toHex } from "../codec/bytes.ts";
import { ByteWriter } from "./byteStream.ts";
import { proveKey } from "./commitProof.ts";
import { IavlTree } from "./iavlTree.ts";
import type { KvChange } from "./multiStore.ts";
import { type NodeTree, type ReadFrame, VersionNotAvailableError } from "./nodeTree.ts";
import { merkleTreeSuite } from "./testing/merkleTreeSuite.ts";
import { WasmTree } from "./wasmTree.ts";

interface VectorCase {
  name: string;
  versions: { changes: { key: string; value: string | null }[]; root: string; size: number; height: number }[];
  proofs: { version: number; key: string; proof: string }[] | null;
}

const cases: VectorCase[] = JSON.parse(
  readFileSync(new URL("../../test/vectors/iavl/iavl.json", import.meta.url), "utf8"),
);

function changesOf(version: VectorCase["versions"][number]): KvChange[] {
  return version.changes.map(({ key, value }) => [fromHex(key), value === null ? undefined : fromHex(value)]);
}

const TREES = [IavlTree, WasmTree] as const;

describe.each(TREES)("%o", (Tree) => {
  merkleTreeSuite(Tree.name, () => new Tree());

  describe.each(cases)("vectors of Go iavl: $name", ({ versions, proofs }) => {
    test("default: every version has the root and the size that Go gives", () => {
      const tree = new Tree();
      for (const version of versions) {
        expect(toHex(tree.stage(changesOf(version)))).toBe(version.root);
        tree.commit();
        expect(tree.size).toBe(version.size);
      }
    });

    test("behavior: pruning, staging twice and reverting do not change roots", () => {
      const tree = new Tree();
      const roots: string[] = [];
      versions.forEach((version, index) => {
        tree.stage(changesOf(versions[(index * 7) % versions.length]!));
        expect(toHex(tree.stage(changesOf(version)))).toBe(version.root);
        tree.commit();
        roots.push(version.root);
        if (index % 3 === 2) {
          tree.revertTo(tree.version - 2);
          expect(toHex(tree.rootHash(tree.version))).toBe(roots[index - 2]);
          for (const again of versions.slice(index - 1, index + 1)) {
            expect(toHex(tree.stage(changesOf(again)))).toBe(again.root);
            tree.commit();
          }
        }
        if (tree.version > 4) tree.pruneBelow(tree.version - 3);
      });
    });

    test("behavior: an exported tree builds the same tree again, which goes on the same way", () => {
      const half = Math.trunc(versions.length / 2);
      const tree = new Tree();
      for (const version of versions.slice(0, half)) {
        tree.stage(changesOf(version));
        tree.commit();
      }
      const copy = importNodes(Tree, half, recordsOf(tree));
      expect(toHex(copy.rootHash(half))).toBe(versions[half - 1]!.root);
      for (const version of versions.slice(half)) {
        expect(toHex(copy.stage(changesOf(version)))).toBe(version.root);
        copy.commit();
      }
    });

    test("behavior: proofs are Go's, byte for byte", () => {
      const tree = new Tree();
      for (const version of versions) {
        tree.stage(changesOf(version));
        tree.commit();
      }
      for (const { version, key, proof } of proofs ?? []) {
        expect(toHex(proveKey(tree, version, fromHex(key)).op.data)).toBe(proof);
      }
    });
  });

  test("behavior: memory does not grow when the same keys are written again and again with pruning", () => {
    const tree = new Tree();
    const round = (count: number): void => {
      for (let index = 0; index < count; index += 1) {
        const changes: KvChange[] = Array.from({ length: 50 }, (_, at) => [
          Uint8Array.of(1, at),
          new Uint8Array(100).fill(index),
        ]);
        tree.stage(changes);
        tree.commit();
        if (tree.version > 5) tree.pruneBelow(tree.version - 5);
      }
    };
    round(200);
    const before = tree.memoryBytes;
    round(1000);
    expect(tree.memoryBytes).toBe(before);
  });

  test("error: a pruned version is refused, in views that were taken before as well", () => {
    const tree = new Tree();
    for (const value of [1, 2, 3]) {
      tree.stage([[Uint8Array.of(1), Uint8Array.of(value)]]);
      tree.commit();
    }
    const view = tree.view(1);
    expect(view.get(Uint8Array.of(1))).toEqual(Uint8Array.of(1));
    tree.pruneBelow(3);
    expect(() => view.get(Uint8Array.of(1))).toThrow(VersionNotAvailableError);
    expect(() => tree.view(2)).toThrow("version 2 is not available; kept are 3 to 3");
    expect(() => tree.view(4)).toThrow(VersionNotAvailableError);
  });

  test("error: nodes that make no tree are refused", () => {
    const hash = new Array<number>(32).fill(7);
    const leaf = (byte: number, version = 1) => [0, version, ...hash, 1, 1, byte];
    const inner = (height: number) => [height, 1, ...hash];
    const importing = (nodeCount: number, ...records: number[][]) => {
      const values = new Uint8Array(16 * records.filter(([height]) => height === 0).length);
      return () => importNodes(Tree, 1, { nodeCount, frame: { records: Uint8Array.from(records.flat()), values } });
    };
    expect(importing(2, leaf(1), leaf(2))).toThrow("nodes are left over");
    expect(importing(2, leaf(1), inner(1))).toThrow("an inner node without children");
    expect(importing(1, leaf(1, 2))).toThrow("a node of another version");
    expect(importing(1, leaf(1, 0))).toThrow("a node of another version");
    expect(importing(1, [0, 1, ...hash, 0, 0])).toThrow("a leaf without a key");
    expect(importing(3, leaf(1), leaf(2), inner(2))).toThrow("an inner node of another height");
    expect(importing(4, leaf(1), leaf(2), inner(1))).toThrow("1 nodes are missing");
    expect(importing(1, leaf(1), leaf(2))).toThrow("a node too many");
    expect(importing(1, leaf(1).slice(0, -1))).toThrow(/^unexpected end|^malformed records/);
    expect(importing(1, leaf(1).slice(0, 20))).toThrow(/^unexpected end|^malformed records/);
    expect(importing(2, leaf(1), [0x80])).toThrow(/^unexpected end|^malformed records/);
    expect(importing(1, [0, 0x80, 0x80, 0x80, 0x80, 0x10, ...leaf(1).slice(2)])).toThrow();
    expect(importing(1, [0, 0x81, 0, ...leaf(1).slice(2)])).toThrow(/needless bytes|^malformed records/);
    expect(importing(1, [0, 1, ...hash, 1, 17, 1])).toThrow(/^unexpected end|^values are left over/);
    expect(importing(1, [0, 1, ...hash, 1, 0, 1])).toThrow("values are left over");
    expect(importing(2 ** 40)).toThrow("a tree of more than");
  });

  test("error: a hash that is not the node's is found when hashes are checked, whatever node it is of", () => {
    const tree = new Tree();
    tree.stage(Array.from({ length: 9 }, (_, at): KvChange => [Uint8Array.of(at), new Uint8Array(at * 20)]));
    tree.commit();
    const records = recordsOf(tree);
    expect(toHex(importNodes(Tree, 1, records).rootHash(1))).toBe(toHex(tree.rootHash(1)));
    const messages: string[] = [];
    const { nodeCount, frame } = records;
    const changed = (bytes: Uint8Array, at: number) => bytes.with(at, bytes[at]! ^ 1);
    const frames = [
      ...Array.from(frame.records, (_, at) => ({ ...frame, records: changed(frame.records, at) })),
      // Values have 0, 20, 40 ... bytes. What fills them up to a multiple of 16 is not hashed.
      ...Array.from({ length: 20 }, (_, at) => ({ ...frame, values: changed(frame.values, at) })),
    ];
    for (const each of frames) {
      expect(() => {
        try {
          importNodes(Tree, 1, { nodeCount, frame: each });
        } catch (error) {
          messages.push(error instanceof Error ? error.message : "");
          throw error;
        }
      }).toThrow();
    }
    const hashBytes = nodeCount * 32;
    expect(messages.filter((message) => message === "a node has another hash").length).toBeGreaterThan(hashBytes);
  });

  test("behavior: what a revert frees is used again, and earlier versions stay whole", () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.record({
            writes: fc.array(fc.tuple(fc.integer({ min: 0, max: 30 }), fc.option(fc.integer({ min: 0, max: 255 }))), {
              maxLength: 12,
            }),
            back: fc.integer({ min: 0, max: 4 }),
          }),
          { maxLength: 25 },
        ),
        (rounds) => {
          const tree = new Tree();
          const states: Map<number, number>[] = [new Map()];
          const roots: string[] = [toHex(tree.rootHash(0))];
          for (const { writes, back } of rounds) {
            const state = new Map(states.at(-1));
            const byKey = new Map(writes);
            const changes: KvChange[] = [...byKey]
              .sort(([a], [b]) => a - b)
              .map(([key, value]) => [Uint8Array.of(key), value === null ? undefined : Uint8Array.of(value)]);
            for (const [key, value] of byKey) {
              if (value === null) state.delete(key);
              else state.set(key, value);
            }
            roots.push(toHex(tree.stage(changes)));
            tree.commit();
            states.push(state);
            const target = Math.max(tree.version - back, tree.oldestVersion);
            tree.revertTo(target);
            states.length = target + 1;
            roots.length = target + 1;
            for (let version = tree.oldestVersion; version <= target; version += 1) {
              const entries = [...tree.view(version).iterate()].map(([key, value]) => [key[0], value[0]]);
              expect(entries).toEqual([...states[version]!].sort(([a], [b]) => a - b));
              expect(toHex(tree.rootHash(version))).toBe(roots[version]);
            }
          }
        },
      ),
      { numRuns: 150 },
    );
  });
});

type Frame = Omit<ReadFrame, "position">;

/** The nodes of the last version of a tree. */
function recordsOf(tree: NodeTree): { readonly nodeCount: number; readonly frame: Frame } {
  const [records, values] = [new ByteWriter(), new ByteWriter()];
  const exporter = tree.exporter(tree.version);
  while (exporter.write({ records, values }, records.length + values.length + 50));
  exporter.close();
  const nodeCount = Math.max(0, tree.size * 2 - 1);
  return { nodeCount, frame: { records: records.finish(), values: values.finish() } };
}

function importNodes(
  Tree: (typeof TREES)[number],
  version: number,
  { nodeCount, frame }: { readonly nodeCount: number; readonly frame: Frame },
) {
  const importer = Tree.importer({ version, nodeCount });
  importer.read({ ...frame, position: 0 });
  return importer.finish("check");
}
