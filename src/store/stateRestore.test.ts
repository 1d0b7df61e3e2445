// A snapshot travels in chunks into an empty database. Cases: the state is the same, goes on the same way and survives
// restarts; chunks that are changed, too long, too short or of no
// index are refused; so are a wrong app hash, a wrong hash within, a store too many, and a database that has a state.

import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { toHex } from "../codec/bytes.ts";
import type { FrameParts } from "./merkleTree.ts";
import { pruningOptions } from "./pruning.ts";
import { hashChunks, readChunk, SnapshotReceiver } from "./snapshotChunks.ts";
import { openStateDisk, type StateDisk } from "./stateDisk.ts";
import { restoreState } from "./stateRestore.ts";
import { SAMPLE_NAMES, sampleBlock } from "./testing/sampleBlocks.ts";
import { listSnapshots, removeTemporaries, SnapshotError, writeSnapshot } from "./treeSnapshot.ts";

const VERSION = 30;
const CHUNK_BYTES = 200;
const NEVER = { everyVersions: 1_000_000, everyChanges: 1_000_000_000 };

let root: string;
const opened: StateDisk[] = [];

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "restore-test-"));
});

afterEach(async () => {
  for (const disk of opened.splice(0)) await disk.close();
  await rm(root, { recursive: true });
});

async function open(name: string): Promise<StateDisk> {
  const folder = join(root, name);
  const disk = await openStateDisk({
    folder,
    names: SAMPLE_NAMES,
    pruning: pruningOptions("default"),
    schedule: NEVER,
  });
  opened.push(disk);
  return disk;
}

async function close(disk: StateDisk): Promise<void> {
  opened.splice(opened.indexOf(disk), 1);
  await disk.close();
}

async function makeBlock(disk: StateDisk): Promise<void> {
  const commit = disk.store.stage(sampleBlock(disk.store.version + 1));
  const batch = disk.batch();
  disk.putState(batch, commit);
  await batch.write();
  disk.store.commit();
}

const snapshots = (name: string) => join(root, name, "snapshots");
const chunked = (name: string) => ({ folder: snapshots(name), version: VERSION, chunkBytes: CHUNK_BYTES });

/** A chain with a snapshot of its last version. */
async function source(): Promise<StateDisk> {
  const disk = await open("source");
  while (disk.store.version < VERSION) await makeBlock(disk);
  await writeSnapshot(snapshots("source"), { source: disk.store, version: VERSION });
  return disk;
}

/** Carries all chunks over, the last one first. */
async function carry(): Promise<void> {
  const hashes = await hashChunks(chunked("source"));
  expect(hashes.length).toBeGreaterThan(3);
  const receiver = await SnapshotReceiver.begin(chunked("target"), hashes);
  for (const index of [...hashes.keys()].reverse()) {
    expect(receiver.isComplete).toBe(false);
    expect(await receiver.put(index, await readChunk(chunked("source"), index))).toBe(true);
  }
  expect(receiver.isComplete).toBe(true);
  await receiver.finish();
}

/** Writes a snapshot with a wrong hash of its first leaf and all else right. */
async function forge({ store }: StateDisk, folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const names = store.names;
  const treeOf = (name: string) => {
    const tree = store.treeOf(name);
    const exporter = (version: number) => {
      const exporter = tree.exporter(version);
      return {
        ...exporter,
        write: (frame: FrameParts, untilBytes: number) => {
          // Behind the first record's height and version.
          const at = frame.records.length + 2;
          const isMore = exporter.write(frame, untilBytes);
          if (name === names[0]) frame.records.buffer[at]! ^= 1;
          return isMore;
        },
      };
    };
    return { exporter, sizeOf: (version: number) => tree.sizeOf(version) };
  };
  await writeSnapshot(folder, { source: { names, treeOf }, version: VERSION });
}

const restore = (target: StateDisk, appHash: Uint8Array, names: readonly string[] = SAMPLE_NAMES) =>
  restoreState(target, { folder: snapshots("target"), version: VERSION, appHash, names });

function entriesOf({ store }: StateDisk): string[] {
  return SAMPLE_NAMES.flatMap((name) =>
    [...store.latest().store(name).iterate()].map(([key, value]) => `${name} ${toHex(key)} ${toHex(value)}`),
  );
}

describe("a state from another node", () => {
  test("default: is the same, goes on the same way, and survives a restart", async () => {
    const from = await source();
    const target = await open("target");
    await carry();
    await restore(target, from.store.appHash);
    await close(target);
    let restored = await open("target");
    expect(restored.store.version).toBe(VERSION);
    expect(toHex(restored.store.appHash)).toBe(toHex(from.store.appHash));
    expect(entriesOf(restored)).toEqual(entriesOf(from));
    for (let made = 0; made < 5; made += 1) {
      await makeBlock(from);
      await makeBlock(restored);
    }
    await close(restored);
    restored = await open("target");
    expect(toHex(restored.store.appHash)).toBe(toHex(from.store.appHash));
  });

  test("error: another app hash, and nothing counts", async () => {
    const from = await source();
    const target = await open("target");
    await carry();
    await expect(restore(target, new Uint8Array(32))).rejects.toThrow(SnapshotError);
    await close(target);
    expect(await listSnapshots(snapshots("target"))).toEqual([]);
    expect((await open("target")).store.version).toBe(0);
    expect(from.store.version).toBe(VERSION);
  });

  test("error: a hash in it that is not its node's, whose checksums and app hash are right", async () => {
    const from = await source();
    const target = await open("target");
    await forge(from, snapshots("target"));
    await expect(restore(target, from.store.appHash)).rejects.toThrow("a node has another hash");
    expect(await listSnapshots(snapshots("target"))).toEqual([]);
  });

  test("behavior: what lies there before there is a state is not trusted later", async () => {
    const from = await source();
    await mkdir(snapshots("target"), { recursive: true });
    await forge(from, snapshots("target"));
    await open("target");
    expect(await listSnapshots(snapshots("target"))).toEqual([]);
  });

  test("error: a store that this program does not have", async () => {
    const from = await source();
    const target = await open("target");
    await carry();
    await expect(restore(target, from.store.appHash, ["bank"])).rejects.toThrow("it has a store acc");
  });

  test("error: a database that has a state", async () => {
    const from = await source();
    const target = await open("target");
    await makeBlock(target);
    await carry();
    await expect(restore(target, from.store.appHash)).rejects.toThrow("the database has the state of version 1");
  });
});

describe("chunks", () => {
  test("error: changed, too long, too short, of no index, and a snapshot that is not whole", async () => {
    await source();
    const hashes = await hashChunks(chunked("source"));
    const receiver = await SnapshotReceiver.begin(chunked("target"), hashes);
    const chunk = await readChunk(chunked("source"), 0);
    const changed = chunk.slice();
    changed[7] = changed[7]! ^ 1;
    expect(await receiver.put(0, changed)).toBe(false);
    expect(await receiver.put(0, new Uint8Array(CHUNK_BYTES + 1))).toBe(false);
    expect(await receiver.put(0, chunk.subarray(1))).toBe(false);
    expect(await receiver.put(hashes.length, chunk)).toBe(false);
    expect(await receiver.put(0, chunk)).toBe(true);
    await expect(receiver.finish()).rejects.toThrow("chunks of the snapshot are missing");
    await receiver.discard();
    expect(await listSnapshots(snapshots("target"))).toEqual([]);
    await removeTemporaries(snapshots("target"));
  });

  test("error: a chunk that the snapshot does not have, and a snapshot that is gone", async () => {
    await source();
    await expect(readChunk(chunked("source"), 10_000)).rejects.toThrow("has no chunk 10000");
    await expect(readChunk({ ...chunked("source"), version: 5 }, 0)).rejects.toThrow("ENOENT");
  });
});
