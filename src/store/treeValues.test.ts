// Cases: random versions whose values go to a snapshot's file while blocks go on, with reverts, pruning, snapshots that are
// cancelled and trees that are read anew, hold what the twin in TypeScript holds; memory and files are let go of; at most
// so many files are held; a value that the disk changed, and a file that is cut, are found; a snapshot of another node is
// checked where its values are.

import { mkdtemp, readdir, readFile, readlink, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { toHex, utf8 } from "../codec/bytes.ts";
import { sha256 } from "../crypto/hash.ts";
import { ByteWriter } from "./byteStream.ts";
import { createCommitMultiStore } from "./commitStore.ts";
import { IavlTree } from "./iavlTree.ts";
import type { KvChange } from "./multiStore.ts";
import type { NodeTree } from "./nodeTree.ts";
import { pruningOptions } from "./pruning.ts";
import { readSnapshot, snapshotFile, writeSnapshot } from "./treeSnapshot.ts";
import { StateFaultError, TreeValues, ValueFile } from "./treeValues.ts";
import { WasmTree } from "./wasmTree.ts";

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "values-test-"));
});

afterEach(async () => {
  expect(await openFiles()).toEqual([]);
  await rm(folder, { recursive: true });
});

/** Files of the folder that this process has open, those without a name among them. */
async function openFiles(): Promise<string[]> {
  const links = (await readdir("/proc/self/fd")).map((fd) => readlink(`/proc/self/fd/${fd}`).catch(() => ""));
  return (await Promise.all(links)).filter((path) => path.startsWith(folder));
}

/** Writes a snapshot of the last version that takes the values over; `meanwhile` is called at each frame. */
async function moveValues(tree: NodeTree, meanwhile: () => boolean = () => false): Promise<void> {
  const source = { names: ["a"], treeOf: () => tree };
  await writeSnapshot(folder, { source, version: tree.version, isCancelled: meanwhile, moves: true });
}

async function readAnew(version: number, hashes: "trust" | "check" = "trust"): Promise<NodeTree> {
  return (await readSnapshot(folder, version, { hashes, valuesInMemoryBytes: 0 })).get("a")!;
}

const write = fc.tuple(
  fc.nat(40),
  // Values beyond a frame, a window and a small block of an arena, and empty ones.
  fc.option(fc.constantFrom(0, 1, 15, 16, 17, 100, 4_086, 4_087, 20_000, 300_000), { nil: undefined, freq: 5 }),
  fc.nat(255),
);
const step = fc.record({
  writes: fc.array(write, { maxLength: 15 }),
  meanwhile: fc.array(write, { maxLength: 15 }),
  action: fc.constantFrom("move", "move", "cancel", "anew", "none", "none"),
  isStaged: fc.boolean(),
  revertsBy: fc.integer({ min: -4, max: 2 }),
});

function changesOf(writes: readonly (readonly [number, number | undefined, number])[]): KvChange[] {
  const byKey = new Map(writes.map(([key, length, fill]) => [key + 1, { length, fill }]));
  return [...byKey]
    .sort(([a], [b]) => a - b)
    .map(([key, { length, fill }]) => [
      Uint8Array.of(key),
      length === undefined ? undefined : new Uint8Array(length).fill(fill),
    ]);
}

/** What a version holds, and what its snapshot would. */
function contentOf(tree: NodeTree, version: number): string[] {
  const entries = [...tree.view(version).iterate()].map(([key, value]) => `${toHex(key)} ${toHex(sha256(value))}`);
  const [records, values] = [new ByteWriter(), new ByteWriter()];
  const exporter = tree.exporter(version);
  expect(exporter.write({ records, values }, Number.POSITIVE_INFINITY)).toBe(false);
  exporter.close();
  return [...entries, toHex(sha256(records.finish())), toHex(sha256(values.finish()))];
}

describe("values in a file", () => {
  test("behavior: whatever goes on meanwhile, they are those of the twin in memory", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
        const twin = new IavlTree();
        let tree: NodeTree = new WasmTree();
        const both = (act: (each: NodeTree) => void) => [twin, tree].forEach(act);
        const commit = (changes: readonly KvChange[]) => {
          both((each) => each.stage(changes));
          both((each) => each.commit());
        };
        for (const { writes, meanwhile, action, isStaged, revertsBy } of steps) {
          commit(changesOf(writes));
          // A block that is staged when the snapshot begins.
          if (isStaged) both((each) => each.stage(changesOf(meanwhile)));
          const { version } = tree;
          if (action === "move" || action === "cancel") {
            let frames = 0;
            await moveValues(tree, () => {
              frames += 1;
              if (frames === 1 && isStaged) both((each) => each.commit());
              if (frames === 2) commit(changesOf(meanwhile.toReversed()));
              return action === "cancel" && frames === 2;
            });
          }
          if (action === "anew") {
            await moveValues(tree);
            tree.close();
            tree = await readAnew(version);
            twin.pruneBelow(twin.version);
            twin.revertTo(version);
          }
          both((each) => each.pruneBelow(Math.max(each.oldestVersion, each.version - 3)));
          if (revertsBy > 0) both((each) => each.revertTo(Math.max(each.oldestVersion, each.version - revertsBy)));
          for (let kept = twin.oldestVersion; kept <= twin.version; kept += 1) {
            expect(contentOf(tree, kept)).toEqual(contentOf(twin, kept));
            expect(toHex(tree.rootHash(kept))).toBe(toHex(twin.rootHash(kept)));
          }
        }
        tree.close();
        expect(await openFiles()).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });

  /** A tree of 2,000 values of 1,000 bytes, 2 MB in all. */
  function filledTree(): NodeTree {
    const tree = new WasmTree();
    const changes = Array.from(
      { length: 2_000 },
      (_, at): KvChange => [Uint8Array.of(at >> 8, at), new Uint8Array(1_000).fill(at)],
    );
    tree.stage(changes);
    tree.commit();
    return tree;
  }

  test("behavior: memory is given back when a snapshot takes them over, and the file before is let go of", async () => {
    const tree = filledTree();
    expect(tree.movableBytes).toBeGreaterThan(2_000_000);
    const total = tree.memoryBytes;
    await moveValues(tree);
    expect(tree.movableBytes).toBe(0);
    expect(total - tree.memoryBytes).toBeGreaterThan(2_000_000);
    expect(await openFiles()).toEqual([`${snapshotFile(folder, 1)}`]);
    tree.stage([[Uint8Array.of(0, 7), utf8("new")]]);
    tree.commit();
    await moveValues(tree);
    // The first version has its value of the changed key in the first file.
    expect((await openFiles()).sort()).toEqual([snapshotFile(folder, 1), snapshotFile(folder, 2)]);
    expect(tree.view(1).get(Uint8Array.of(0, 7))).toEqual(new Uint8Array(1_000).fill(7));
    tree.pruneBelow(2);
    expect(await openFiles()).toEqual([snapshotFile(folder, 2)]);
    expect(tree.view(2).get(Uint8Array.of(0, 7))).toEqual(utf8("new"));
    tree.close();
  });

  test("behavior: blocks that are made meanwhile keep no store from giving back its memory", async () => {
    const trees = new Map([
      ["a", filledTree()],
      ["b", filledTree()],
    ]);
    const source = { names: ["a", "b"], treeOf: (name: string) => trees.get(name)! };
    const change: KvChange = [Uint8Array.of(0, 7), utf8("meanwhile")];
    for (const tree of trees.values()) tree.stage([change]);
    let isFirst = true;
    const isCancelled = () => {
      if (isFirst) for (const tree of trees.values()) tree.commit();
      isFirst = false;
      return false;
    };
    await writeSnapshot(folder, { source, version: 1, isCancelled, moves: true });
    for (const tree of trees.values()) {
      expect(tree.version).toBe(2);
      tree.pruneBelow(2);
      // One slab of an arena, for the one value.
      expect(tree.movableBytes).toBe(1 << 20);
      expect(tree.view(2).get(change[0])).toEqual(change[1]);
      expect(tree.view(2).get(Uint8Array.of(0, 8))).toEqual(new Uint8Array(1_000).fill(8));
      tree.close();
    }
  });

  test("behavior: where all versions are kept, so many files are held and no more", async () => {
    const tree = filledTree();
    for (let round = 0; round < 30; round += 1) {
      await moveValues(tree);
      tree.stage([[Uint8Array.of(0, round), utf8(`round ${round}`)]]);
      tree.commit();
    }
    expect((await openFiles()).length).toBeLessThan(8);
    for (let round = 0; round < 30; round += 1) {
      const key = Uint8Array.of(0, round);
      expect(tree.view(1).get(key)).toEqual(new Uint8Array(1_000).fill(round));
      expect(tree.view(31).get(key)).toEqual(utf8(`round ${round}`));
    }
    tree.close();
  });

  test("error: one that the disk changed is not taken for itself, nor one that is gone", async () => {
    const tree = filledTree();
    await moveValues(tree);
    const path = snapshotFile(folder, 1);
    const bytes = await readFile(path);
    // All bytes of a value are its key's last one.
    const at = bytes.indexOf(new Uint8Array(1_000).fill(9)) + 500;
    bytes[at]! ^= 1;
    await writeFile(path, bytes);
    expect(() => tree.view(1).get(Uint8Array.of(0, 9))).toThrow(
      "the value of key 0009 cannot be read: it was changed on the disk",
    );
    expect(tree.view(1).get(Uint8Array.of(0, 8))).toEqual(new Uint8Array(1_000).fill(8));
    await truncate(path, at);
    expect(() => tree.view(1).get(Uint8Array.of(7, 9))).toThrow("ends too early");
    tree.close();
  });

  test("error: a block during which a value could not be read is not staged, whoever caught the error", async () => {
    const written = filledTree();
    await moveValues(written);
    written.close();
    const store = createCommitMultiStore({
      names: ["a"],
      pruning: pruningOptions("default"),
      trees: new Map([["a", await readAnew(1)]]),
    });
    const path = snapshotFile(folder, 1);
    await truncate(path, 1_000_000);
    const lost = Uint8Array.of(7, 9);
    const change: KvChange = [Uint8Array.of(0, 1), utf8("new")];
    // What a block reads in time is staged.
    expect(store.stage([{ name: "a", changes: [change] }]).version).toBe(2);
    const readInHandler = () => store.latest().store("a").get(lost);
    expect(readInHandler).toThrow(StateFaultError);
    expect(() => store.stage([{ name: "a", changes: [change] }])).toThrow(StateFaultError);
    expect(() => store.stage([])).toThrow(StateFaultError);
    store.close();
  });

  test("error: a snapshot of another node with a value that is not its leaf's is refused, and let go of", async () => {
    const tree = filledTree();
    await moveValues(tree);
    tree.close();
    (await readAnew(1, "check")).close();
    const forged = new WasmTree();
    forged.stage([[Uint8Array.of(1), utf8("value")]]);
    forged.commit();
    const exporter = (version: number) => {
      const real = forged.exporter(version);
      return {
        ...real,
        write: (...args: Parameters<typeof real.write>) => {
          const isMore = real.write(...args);
          args[0].values.buffer[0]! ^= 1;
          return isMore;
        },
      };
    };
    const treeOf = () => ({ exporter, sizeOf: () => 1 });
    await writeSnapshot(folder, { source: { names: ["a"], treeOf }, version: 1 });
    await expect(readAnew(1, "check")).rejects.toThrow("a node has another hash");
    expect(await openFiles()).toEqual([]);
  });
});

describe("TreeValues", () => {
  test("error: a value of 64 MiB is refused", () => {
    expect(() => new TreeValues().put({ length: 2 ** 26 } as Uint8Array)).toThrow("a value of 67108864 bytes");
  });

  test("behavior: what is near in a file is read as what is read alone, at every border", async () => {
    const path = join(folder, "file");
    const bytes = Uint8Array.from({ length: 600_000 }, (_, at) => (at * 7) ^ (at >> 8));
    await writeFile(path, bytes);
    const file = new ValueFile(path);
    const borders = [0, 1, 262_143, 262_144, 262_145, 524_287, 524_288, 599_999];
    for (const position of [...borders, ...borders.toReversed()]) {
      for (const length of [1, 2, 300_000]) {
        if (position + length > bytes.length) continue;
        const out = new Uint8Array(length);
        file.readNear(out, position);
        expect(Buffer.compare(out, bytes.subarray(position, position + length))).toBe(0);
      }
    }
    expect(() => file.readNear(new Uint8Array(2), 599_999)).toThrow("ends too early");
    expect(() => file.read(new Uint8Array(2), 599_999)).toThrow("ends too early");
    file.letGo();
  });
});
