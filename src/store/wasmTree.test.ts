// Cases: random versions with pruning, reverting and replaying give what the twin in TypeScript gives, keys of any length
// and with long common beginnings among them; what memory a small tree takes, and that it is used again.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compareBytes, toHex } from "../codec/bytes.ts";
import { IavlTree } from "./iavlTree.ts";
import type { KvChange } from "./multiStore.ts";
import { WasmTree } from "./wasmTree.ts";

/** Lengths about every border: prefix, vectors, lanes of leaves, scratch space, small blocks. */
const KEY_LENGTHS = [
  1, 2, 7, 8, 9, 15, 16, 17, 24, 60, 127, 128, 204, 205, 206, 1023, 1024, 1025, 4087, 4088, 4089, 9000,
];
const VALUE_LENGTHS = [0, 1, 40, 54, 55, 56, 64, 118, 119, 120, 500, 4086, 4087, 4088, 9000];

const keys = fc
  .tuple(
    fc.constantFrom(...KEY_LENGTHS),
    fc.constantFrom(0, 1, 255),
    fc.array(fc.tuple(fc.nat(30), fc.nat(255)), { maxLength: 2 }),
  )
  .map(([length, fill, marks]) => {
    const key = new Uint8Array(length).fill(fill);
    for (const [fromEnd, byte] of marks) key[Math.max(0, length - 1 - fromEnd)] = byte;
    return key;
  });
const values = fc
  .tuple(fc.constantFrom(...VALUE_LENGTHS), fc.nat(255))
  .map(([length, fill]) => new Uint8Array(length).fill(fill));
const writes = fc.array(fc.tuple(keys, fc.option(values, { nil: undefined, freq: 3 })), { maxLength: 25 });
const steps = fc.array(
  fc.record({
    writes,
    action: fc.constantFrom("commit", "commit", "commit", "stageOnly", "replay", "prune", "revert"),
    back: fc.nat(3),
  }),
  { maxLength: 20 },
);

function sorted(changes: readonly KvChange[]): KvChange[] {
  const byKey = new Map(changes.map((change) => [toHex(change[0]), change]));
  return [...byKey.values()].sort(([a], [b]) => compareBytes(a, b));
}

describe("WasmTree", () => {
  test("behavior: whatever is done to both, it is as its twin in TypeScript", () => {
    fc.assert(
      fc.property(steps, keys, fc.option(keys, { nil: undefined }), (all, start, end) => {
        const trees = [new IavlTree(), new WasmTree()] as const;
        const [twin, tree] = trees;
        for (const step of all) {
          const changes = sorted(step.writes);
          if (step.action === "replay") {
            for (const each of trees) each.replay(changes);
            expect(toHex(tree.settle())).toBe(toHex(twin.settle()));
          } else {
            expect(toHex(tree.stage(changes))).toBe(toHex(twin.stage(changes)));
            if (step.action !== "stageOnly") for (const each of trees) each.commit();
          }
          const target = Math.max(twin.oldestVersion, twin.version - step.back);
          if (step.action === "prune") for (const each of trees) each.pruneBelow(target);
          if (step.action === "revert") for (const each of trees) each.revertTo(target);
          expect([tree.oldestVersion, tree.version, tree.size]).toEqual([twin.oldestVersion, twin.version, twin.size]);
          for (let version = twin.oldestVersion; version <= twin.version; version += 1) {
            expect([...tree.export(version)]).toEqual([...twin.export(version)]);
            expect(toHex(tree.rootHash(version))).toBe(toHex(twin.rootHash(version)));
            expect(tree.prove(version, start)).toEqual(twin.prove(version, start));
            const range = { start, end, reverse: step.back % 2 === 1 };
            expect([...tree.view(version).iterate(range)]).toEqual([...twin.view(version).iterate(range)]);
            for (const [key] of changes) expect(tree.view(version).get(key)).toEqual(twin.view(version).get(key));
          }
        }
      }),
      { numRuns: 20 },
    );
  });

  test("default: a tree takes 64 KiB when it is empty, and 128 with its first key", () => {
    const tree = new WasmTree();
    expect(tree.memoryBytes).toBe(1 << 16);
    tree.stage([[Uint8Array.of(1), new Uint8Array(0)]]);
    tree.commit();
    expect(tree.memoryBytes).toBe(1 << 17);
  });

  test("behavior: what was staged and dropped, and keys that were removed, leave no memory behind", () => {
    const tree = new WasmTree();
    const changes = (value: number): KvChange[] =>
      sorted(KEY_LENGTHS.map((length) => [new Uint8Array(length).fill(length), new Uint8Array(100).fill(value)]));
    const round = (value: number): void => {
      tree.stage(changes(value));
      tree.stage(changes(value + 1));
      tree.commit();
      tree.stage(changes(value).map(([key]) => [key, undefined]));
      tree.commit();
      tree.pruneBelow(tree.version);
    };
    for (let index = 0; index < 20; index += 1) round(index);
    const before = tree.memoryBytes;
    for (let index = 0; index < 500; index += 1) round(index);
    expect(tree.memoryBytes).toBe(before);
  });

  test("error: more nodes than 4 GiB hold are refused before anything is taken", () => {
    expect(() => WasmTree.importer({ version: 1, nodeCount: 2 ** 27 })).toThrow("a tree of more than 67107840 nodes");
  });
});
