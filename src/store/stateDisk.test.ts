// Cases: a chain of random blocks against a plain Map through restarts: latest state, window of versions, app hashes;
// snapshots in the background, which of them are kept, damage to them; reverting; a batch that was never
// written; a snapshot of an abandoned branch; change sets, infos and snapshots that are hostile; a copy.

import { mkdir, mkdtemp, readdir, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { fromHex, toHex, utf8 } from "../codec/bytes.ts";
import { MalformedBytesError } from "./byteStream.ts";
import { createCommitMultiStore } from "./commitStore.ts";
import { VersionNotAvailableError } from "./nodeTree.ts";
import { type PruningOptions, pruningOptions } from "./pruning.ts";
import { openStateDisk, type StateDisk, type StateDiskOptions } from "./stateDisk.ts";
import { StateLoadError } from "./stateLoad.ts";
import { changeSetsFrom, decodeChanges, encodeChanges, getCommitInfo } from "./stateLog.ts";
import { SAMPLE_NAMES, sampleBlock } from "./testing/sampleBlocks.ts";
import { listSnapshots, readSnapshot, SnapshotError, writeSnapshot } from "./treeSnapshot.ts";

const NEVER = { everyVersions: 1_000_000, everyChanges: 1_000_000_000 };

let folder: string;
let disk: StateDisk;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "state-test-"));
});

afterEach(async () => {
  await disk.close();
  await rm(folder, { recursive: true });
});

/** Each snapshot takes the values over, as that of a large state does: other tests have small ones. */
async function open(options: Partial<StateDiskOptions> = {}): Promise<StateDisk> {
  const pruning = pruningOptions("default");
  disk = await openStateDisk({ folder, names: SAMPLE_NAMES, pruning, valuesInMemoryBytes: 0, ...options });
  return disk;
}

async function reopen(options: Partial<StateDiskOptions> = {}): Promise<StateDisk> {
  await disk.close();
  return open(options);
}

async function makeBlock(salt = 0): Promise<void> {
  const commit = disk.store.stage(sampleBlock(disk.store.version + 1, salt));
  const batch = disk.batch();
  disk.putState(batch, commit);
  await batch.write();
  disk.store.commit();
}

async function makeBlocks(count: number, salt = 0): Promise<void> {
  for (let made = 0; made < count; made += 1) await makeBlock(salt);
}

/** App hashes and contents of all versions that a chain of so many blocks has. */
function expectedChain(versions: number, salt = 0): { appHash: string; entries: string }[] {
  const store = createCommitMultiStore({ names: SAMPLE_NAMES, pruning: pruningOptions("nothing") });
  const chain = [{ appHash: toHex(store.appHash), entries: entriesOf(store) }];
  for (let version = 1; version <= versions; version += 1) {
    store.stage(sampleBlock(version, salt));
    store.commit();
    chain.push({ appHash: toHex(store.appHash), entries: entriesOf(store) });
  }
  return chain;
}

function entriesOf(store: { latest(): ReturnType<StateDisk["store"]["latest"]> }): string {
  return describeState(store.latest());
}

function describeState(state: ReturnType<StateDisk["store"]["latest"]>): string {
  return SAMPLE_NAMES.map((name) =>
    [...state.store(name).iterate()].map(([key, value]) => `${toHex(key)}=${toHex(value)}`).join(),
  ).join("|");
}

/** The disk's state is that of the chain, and all versions that should be kept can be read. */
async function expectChain(version: number, oldest: number, chain = expectedChain(version)): Promise<void> {
  expect(disk.store.version).toBe(version);
  expect(disk.store.oldestVersion).toBeLessThanOrEqual(oldest);
  expect(toHex(disk.store.appHash)).toBe(chain[version]!.appHash);
  for (let at = oldest; at <= version; at += 1) expect(describeState(disk.store.at(at))).toBe(chain[at]!.entries);
}

describe("restarts", () => {
  test("default: an empty folder is version 0, and stays it", async () => {
    await open();
    await expectChain(0, 0);
    await reopen();
    await expectChain(0, 0);
    expect(disk.loaded).toMatchObject({ baseVersion: 0, notes: [] });
  });

  test("default: without a snapshot all change sets are replayed", async () => {
    await open({ schedule: NEVER });
    await makeBlocks(30);
    const seen: number[] = [];
    await reopen({
      schedule: NEVER,
      onProgress: ({ stage, done, total }) => stage === "replay" && seen.push(done / total),
    });
    await expectChain(30, 1);
    expect(seen).toHaveLength(30);
    expect(seen.at(-1)).toBe(1);
    await makeBlocks(5);
    await expectChain(35, 1);
  });

  test("behavior: a batch that was not written is not there, whatever was staged", async () => {
    await open({ schedule: NEVER });
    await makeBlocks(3);
    disk.putState(disk.batch(), disk.store.stage(sampleBlock(4)));
    await reopen({ schedule: NEVER });
    await expectChain(3, 1);
  });

  test.each<[string, PruningOptions, number]>([
    ["default", pruningOptions("default"), 20],
    ["everything", pruningOptions("everything"), 118],
    ["custom", pruningOptions("custom", 30), 90],
    ["nothing", pruningOptions("nothing"), 1],
    ["at intervals", pruningOptions("custom", 30, 50), 70],
  ])(
    "behavior: with pruning %s the whole window is back after a restart from a snapshot",
    async (_, pruning, oldest) => {
      const schedule = { everyVersions: 25, everyChanges: 1_000_000 };
      await open({ schedule, pruning });
      for (let made = 0; made < 120; made += 1) {
        await makeBlock();
        await disk.idle();
      }
      await reopen({ schedule, pruning });
      expect(disk.loaded.notes).toEqual([]);
      await expectChain(120, oldest);
      const snapshots = await listSnapshots(join(folder, "snapshots"));
      const { baseVersion } = disk.loaded;
      expect(baseVersion === 0 || snapshots.includes(baseVersion)).toBe(true);
      await makeBlocks(3);
      await expectChain(123, oldest + 3);
    },
  );
});

describe("snapshots", () => {
  const schedule = { everyVersions: 10, everyChanges: 1_000_000 };
  const pruning = pruningOptions("custom", 4);
  const snapshotFile = (version: number) => join(folder, "snapshots", `tree-${version}.snapshot`);

  async function sixtyBlocks(): Promise<void> {
    await open({ schedule, pruning });
    for (let made = 0; made < 60; made += 1) {
      await makeBlock();
      await disk.idle();
    }
  }

  async function oldestKeptChangeSet(): Promise<number | undefined> {
    for await (const { version } of changeSetsFrom(disk.db, 0)) return version;
    return undefined;
  }

  test("default: two snapshots are kept, and the change sets behind the older one", async () => {
    await sixtyBlocks();
    expect(await readdir(join(folder, "snapshots"))).toEqual(["tree-40.snapshot", "tree-50.snapshot"]);
    expect(await oldestKeptChangeSet()).toBe(41);
    expect(getCommitInfo(disk.db, 39)).toBeUndefined();
    expect(getCommitInfo(disk.db, 40)?.version).toBe(40);
    await reopen({ schedule, pruning });
    expect(disk.loaded).toMatchObject({ baseVersion: 50, notes: [] });
    await expectChain(60, 56);
  });

  test("behavior: many changes make a snapshot due early", async () => {
    await open({ schedule: { everyVersions: 1_000, everyChanges: 60 } });
    for (let made = 0; made < 6; made += 1) {
      await makeBlock();
      await disk.idle();
    }
    expect((await listSnapshots(join(folder, "snapshots"))).length).toBeGreaterThan(0);
  });

  test.each([
    ["torn", async (path: string) => truncate(path, 200)],
    ["empty", async (path: string) => writeFile(path, "")],
    ["gone", async (path: string) => rm(path)],
    [
      "changed in one bit",
      async (path: string) => {
        const bytes = await readFile(path);
        bytes[bytes.length >>> 1]! ^= 1;
        await writeFile(path, bytes);
      },
    ],
  ])("behavior: when the newest snapshot is %s, the older one is used", async (kind, damage) => {
    await sixtyBlocks();
    await disk.close();
    await damage(snapshotFile(50));
    await open({ schedule, pruning });
    expect(disk.loaded.baseVersion).toBe(40);
    expect(disk.loaded.notes).toHaveLength(kind === "gone" ? 0 : 1);
    await expectChain(60, 56);
  });

  test("behavior: when no snapshot is left, the replay begins at the empty state if its change sets are there", async () => {
    await open({ schedule, pruning });
    await makeBlocks(15);
    await disk.close();
    for (const version of await listSnapshots(join(folder, "snapshots"))) await writeFile(snapshotFile(version), "no");
    await open({ schedule, pruning });
    expect(disk.loaded.baseVersion).toBe(0);
    await expectChain(15, 11);
  });

  test("error: without snapshots and without the first change sets there is nothing to start from", async () => {
    await sixtyBlocks();
    await disk.close();
    for (const version of [40, 50]) await writeFile(snapshotFile(version), "something else");
    await expect(open({ schedule, pruning })).rejects.toThrow(StateLoadError);
    await expect(open({ schedule, pruning })).rejects.toThrow(/version 60 cannot be loaded: .*not a tree snapshot/);
  });

  test("behavior: a half-written file of a process that was killed is removed", async () => {
    await open({ schedule: NEVER });
    await makeBlock();
    await disk.close();
    await writeFile(`${snapshotFile(1)}.tmp`, "half");
    await open({ schedule: NEVER });
    expect(await readdir(join(folder, "snapshots"))).toEqual([]);
  });

  test("behavior: blocks go on, and versions stay, while a snapshot is being written", async () => {
    await open({ schedule, pruning });
    await makeBlocks(10);
    disk.putState(disk.batch(), disk.store.stage(sampleBlock(11)));
    const unpin = disk.store.pin(10);
    await makeBlocks(30);
    expect(disk.store.oldestVersion).toBeLessThanOrEqual(10);
    expect(describeState(disk.store.at(10))).toBe(expectedChain(10)[10]!.entries);
    unpin();
    await makeBlock();
    await disk.idle();
    await makeBlock();
    expect(disk.store.oldestVersion).toBeGreaterThan(10);
    await reopen({ schedule, pruning });
    await expectChain(42, 38);
  });

  test("error: a snapshot that cannot be written is told, and blocks go on", async () => {
    const errors: unknown[] = [];
    await open({ schedule, pruning, onSnapshotError: (error) => errors.push(error) });
    await mkdir(`${snapshotFile(10)}.tmp`);
    await writeFile(join(`${snapshotFile(10)}.tmp`, "file"), "");
    await makeBlocks(12);
    await disk.idle();
    expect(errors).toHaveLength(1);
    await rm(`${snapshotFile(10)}.tmp`, { recursive: true });
    await expectChain(12, 8);
  });
});

describe("reverting", () => {
  async function revert(version: number): Promise<void> {
    const batch = disk.batch();
    await disk.truncateState(batch, version);
    await batch.write();
    disk.store.revertTo(version);
  }

  test("default: later versions are gone, in memory and on the disk, and the chain goes on differently", async () => {
    await open({ schedule: NEVER });
    await makeBlocks(20);
    await revert(12);
    await expectChain(12, 1);
    await reopen({ schedule: NEVER });
    await expectChain(12, 1);
    await makeBlocks(6, 99);
    const model = createCommitMultiStore({ names: SAMPLE_NAMES, pruning: pruningOptions("nothing") });
    for (let version = 1; version <= 18; version += 1) {
      model.stage(sampleBlock(version, version > 12 ? 99 : 0));
      model.commit();
    }
    await reopen({ schedule: NEVER });
    expect(toHex(disk.store.appHash)).toBe(toHex(model.appHash));
    expect(describeState(disk.store.latest())).toBe(describeState(model.latest()));
  });

  test("behavior: snapshots of what was dropped are dropped too", async () => {
    const schedule = { everyVersions: 5, everyChanges: 1_000_000 };
    const pruning = pruningOptions("custom", 15);
    await open({ schedule, pruning });
    for (let made = 0; made < 23; made += 1) {
      await makeBlock();
      await disk.idle();
    }
    expect(await listSnapshots(join(folder, "snapshots"))).toContain(20);
    await revert(12);
    expect(await listSnapshots(join(folder, "snapshots"))).not.toContain(15);
    await makeBlocks(10, 5);
    await disk.idle();
    const appHash = toHex(disk.store.appHash);
    await reopen({ schedule, pruning });
    expect(toHex(disk.store.appHash)).toBe(appHash);
    expect(disk.loaded.notes).toEqual([]);
  });

  test("behavior: a snapshot of an abandoned branch is passed over", async () => {
    await open({ schedule: NEVER });
    await makeBlocks(5);
    const other = createCommitMultiStore({ names: SAMPLE_NAMES, pruning: pruningOptions("nothing") });
    for (let version = 1; version <= 5; version += 1) {
      other.stage(sampleBlock(version, 77));
      other.commit();
    }
    await writeSnapshot(join(folder, "snapshots"), { source: other, version: 5 });
    await reopen({ schedule: NEVER, pruning: { keepRecent: 0 } });
    expect(disk.loaded.baseVersion).toBe(0);
    expect(disk.loaded.notes).toEqual([expect.stringMatching(/^version 5 has app hash .*, not /)]);
    await expectChain(5, 5);
  });

  test("error: pruned and future versions are refused", async () => {
    await open({ schedule: NEVER, pruning: pruningOptions("everything") });
    await makeBlocks(9);
    await expect(disk.truncateState(disk.batch(), 3)).rejects.toThrow(VersionNotAvailableError);
    await expect(disk.truncateState(disk.batch(), 10)).rejects.toThrow(VersionNotAvailableError);
  });
});

describe("damage and hostile bytes", () => {
  test("error: another set of stores is refused by name", async () => {
    await open({ schedule: NEVER });
    await makeBlock();
    await disk.close();
    await expect(open({ names: ["acc", "orders"] })).rejects.toThrow(
      "the database has the stores acc, bank; this program has acc, orders",
    );
  });

  test("behavior: a store that an upgrade brings is no part of earlier versions, whatever the replay begins at", async () => {
    await open({ schedule: NEVER });
    await makeBlocks(3);
    const before = toHex(disk.store.appHash);
    const names = [...SAMPLE_NAMES, "zeal"];
    await reopen({ names, added: { names: ["zeal"], version: 4 }, schedule: { everyVersions: 2, everyChanges: 1e9 } });
    expect(toHex(disk.store.appHash)).toBe(before);
    expect(() => disk.store.stage([{ name: "zeal", changes: [[utf8("k"), utf8("v")]] }])).not.toThrow();
    await makeBlocks(5);
    const hash = toHex(disk.store.appHash);
    expect(disk.store.storesOf(3).map(({ name }) => name)).toEqual([...SAMPLE_NAMES].sort());
    expect(disk.store.storesOf(4).map(({ name }) => name)).toEqual([...names].sort());
    expect(() => disk.store.prove("zeal", utf8("k"), 3)).toThrow("version 3 has no store named zeal");
    await reopen({ names, schedule: NEVER });
    expect(disk.store.storesOf(3).map(({ name }) => name)).toEqual([...SAMPLE_NAMES].sort());
    expect(toHex(disk.store.appHash)).toBe(hash);
    await reopen({ names, schedule: NEVER, pruning: { keepRecent: 2, interval: 1 } });
    expect(toHex(disk.store.appHash)).toBe(hash);
  });

  test("error: a change set that is not the one that was committed stops the node", async () => {
    await open({ schedule: NEVER });
    await makeBlocks(3);
    const batch = disk.batch();
    const key = fromHex("630000000000000002");
    expect(disk.get(key)).toBeDefined();
    batch.put(key, encodeChanges([{ name: "acc", changes: [[Uint8Array.of(1), utf8("stolen")]] }]));
    await batch.write();
    await disk.close();
    await expect(open({ schedule: NEVER })).rejects.toThrow(/version 2 has app hash .*, not /);
  });

  test.each([
    ["has another value", encodeChanges([{ name: "acc", changes: [[utf8("new"), utf8("stolen")]] }])],
    ["is empty", encodeChanges([])],
    ["is cut off", Uint8Array.of(1, 3)],
    ["is gone", undefined],
  ])("error: where versions are replayed without hashes, a change set that %s is found too", async (kind, bytes) => {
    const pruning = pruningOptions("custom", 4);
    await open({ schedule: NEVER, pruning });
    await makeBlocks(20);
    const batch = disk.batch();
    const key = fromHex("63000000000000000f");
    if (bytes === undefined) batch.delete(key);
    else batch.put(key, bytes);
    await batch.write();
    await disk.close();
    const why = {
      "has another value": /version 16, replayed from version 1 on, has app hash .*, not /,
      "is empty": /version 16, replayed from version 1 on, has app hash .*, not /,
      "is cut off": /unexpected end/,
      "is gone": /no change set of version 15/,
    }[kind]!;
    await expect(open({ schedule: NEVER, pruning })).rejects.toThrow(why);
  });

  test("error: a missing change set stops the node", async () => {
    await open({ schedule: NEVER });
    await makeBlocks(3);
    const batch = disk.batch();
    batch.delete(fromHex("630000000000000002"));
    await batch.write();
    await disk.close();
    await expect(open({ schedule: NEVER })).rejects.toThrow("no change set of version 2");
  });

  test("default: change sets come back as they were", () => {
    const stores = fc.array(
      fc.record({
        name: fc.stringMatching(/^[a-z]{1,9}$/),
        changes: fc.array(
          fc.tuple(fc.uint8Array({ minLength: 1, maxLength: 300 }), fc.option(fc.uint8Array(), { nil: undefined })),
        ),
      }),
      { maxLength: 4 },
    );
    fc.assert(
      fc.property(stores, (changes) => {
        expect(decodeChanges(encodeChanges(changes))).toEqual(changes);
      }),
    );
  });

  test("error: bytes that are no change set are refused, and nothing else happens", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        try {
          // What is accepted is what encoding gives: one encoding for each change set.
          expect(toHex(encodeChanges(decodeChanges(bytes)))).toBe(toHex(bytes));
        } catch (error) {
          expect(error).toBeInstanceOf(MalformedBytesError);
        }
      }),
      { numRuns: 2_000 },
    );
  });

  test("error: no change of a snapshot's bytes is accepted as another state", async () => {
    await open({ schedule: NEVER });
    await makeBlocks(8);
    const snapshots = join(folder, "snapshots");
    await writeSnapshot(snapshots, { source: disk.store, version: 8 });
    const path = join(snapshots, "tree-8.snapshot");
    const whole = await readFile(path);
    expect([...(await readSnapshot(snapshots, 8, { hashes: "trust" })).keys()]).toEqual(["acc", "bank"]);
    for (let at = 0; at < whole.length; at += 13) {
      const bytes = Buffer.from(whole);
      bytes[at]! ^= 0x41;
      await writeFile(path, bytes);
      await expect(readSnapshot(snapshots, 8, { hashes: "trust" })).rejects.toThrow(SnapshotError);
      await writeFile(path, whole.subarray(0, at));
      await expect(readSnapshot(snapshots, 8, { hashes: "trust" })).rejects.toThrow(SnapshotError);
    }
    await writeFile(path, Buffer.concat([whole, Buffer.of(0)]));
    await expect(readSnapshot(snapshots, 8, { hashes: "trust" })).rejects.toThrow("bytes are left over");
  });
});

test("behavior: a copy opens at the same version, and goes its own way", async () => {
  const options = { pruning: pruningOptions("custom", 4), schedule: { everyVersions: 5, everyChanges: 1_000_000 } };
  await open(options);
  await makeBlocks(12);
  const copied = await mkdtemp(join(tmpdir(), "state-copy-"));
  try {
    await disk.copyTo(copied);
    const appHash = toHex(disk.store.appHash);
    expect((await listSnapshots(join(copied, "snapshots"))).length).toBeGreaterThan(0);
    await makeBlock();
    await reopen({ ...options, folder: copied });
    expect(disk.store.version).toBe(12);
    expect(toHex(disk.store.appHash)).toBe(appHash);
    expect(disk.loaded.notes).toEqual([]);
    await makeBlock(1);
    await reopen(options);
    expect(disk.store.version).toBe(13);
  } finally {
    await rm(copied, { recursive: true });
  }
});
