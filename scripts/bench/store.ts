// `npm run bench -- store`: a store of many keys, blocks of random updates. An operation is one key. Gives microseconds per key for the tree's
// update, its hashes and the durable commit, the time of a restart from a snapshot and change sets, and bytes per key.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { compareBytes, toHex } from "../../src/codec/bytes.ts";
import { TREE_KIND } from "../../src/store/createTree.ts";
import type { KvChange } from "../../src/store/multiStore.ts";
import { NodeTree } from "../../src/store/nodeTree.ts";
import { pruningOptions } from "../../src/store/pruning.ts";
import { openStateDisk, type StateDisk, type StateDiskOptions } from "../../src/store/stateDisk.ts";
import { folderBytes, peakMemoryBytes } from "./processUsage.ts";
import { type Measured, rateOf, roundTo, say } from "./report.ts";

const STORE = "bench";
const KEY_BYTES = 24;
/** Keys in a block while the store is filled, at most. */
const FILL_KEYS = 30_000;

interface Options {
  readonly keys: number;
  readonly blocks: number;
  readonly updates: number;
  readonly keep: number;
  readonly valueBytes: number;
  readonly folder: string | undefined;
}

/** Parses a whole number of at least 1. Throws an Error that names the flag. */
function count(flag: string, text: string | undefined): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1) throw new Error(`--${flag} must be a whole number of at least 1`);
  return value;
}

function parseOptions(args: string[]): Options {
  const { values } = parseArgs({
    args,
    options: {
      keys: { type: "string", default: "1000000" },
      blocks: { type: "string", default: "10" },
      updates: { type: "string", default: "30000" },
      keep: { type: "string", default: "2" },
      "value-bytes": { type: "string", default: "40" },
      folder: { type: "string" },
    },
  });
  const keys = count("keys", values.keys);
  return {
    keys,
    blocks: count("blocks", values.blocks),
    // A block updates a key once.
    updates: Math.min(keys, count("updates", values.updates)),
    keep: count("keep", values.keep),
    valueBytes: count("value-bytes", values["value-bytes"]),
    folder: values.folder,
  };
}

/** The key with a number: spread like hashes, the same in each run. */
function keyOf(n: number): Uint8Array {
  const key = new Uint8Array(KEY_BYTES);
  const view = new DataView(key.buffer);
  let mixed = n + 1;
  for (let offset = 0; offset < KEY_BYTES; offset += 4) {
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x2c1b3c6d) ^ Math.imul(n + offset, 0x297a2d39);
    view.setUint32(offset, mixed >>> 0);
  }
  view.setUint32(KEY_BYTES - 4, n);
  return key;
}

class Random {
  #state = 0x9e3779b9;

  below(limit: number): number {
    this.#state = (Math.imul(this.#state, 1664525) + 1013904223) >>> 0;
    return Math.floor((this.#state / 2 ** 32) * limit);
  }
}

function changesOf(numbers: Iterable<number>, valueBytes: number, salt: number): KvChange[] {
  const changes: KvChange[] = [];
  for (const n of numbers) {
    const value = new Uint8Array(valueBytes).fill(salt);
    new DataView(value.buffer).setUint32(0, n);
    changes.push([keyOf(n), value]);
  }
  return changes.sort(([a], [b]) => compareBytes(a, b));
}

interface BlockTimes {
  stageMs: number;
  batchMs: number;
  syncMs: number;
  commitMs: number;
}

async function makeBlock(disk: StateDisk, changes: readonly KvChange[]): Promise<BlockTimes> {
  const startedMs = performance.now();
  const commit = disk.store.stage([{ name: STORE, changes }]);
  const stagedMs = performance.now();
  const batch = disk.batch();
  disk.putState(batch, commit);
  const filledMs = performance.now();
  await batch.write();
  const writtenMs = performance.now();
  disk.store.commit();
  return {
    stageMs: stagedMs - startedMs,
    batchMs: filledMs - stagedMs,
    syncMs: writtenMs - filledMs,
    commitMs: performance.now() - writtenMs,
  };
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >>> 1] ?? 0;
}

function rounded(value: number): number {
  return roundTo(value, 2);
}

/** Runs the benchmark. Flags: --keys, --blocks, --updates, --keep (versions kept), --value-bytes, --folder (parent). */
export async function benchStore(args: string[]): Promise<Measured> {
  const options = parseOptions(args);
  const folder = mkdtempSync(join(options.folder ?? tmpdir(), "bench-store-"));
  try {
    return await run(options, folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function run(options: Options, folder: string): Promise<Measured> {
  // More blocks than there are updates of afterwards, so that no second snapshot is due.
  const perBlock = Math.min(FILL_KEYS, Math.max(1, Math.trunc(options.keys / (options.blocks + 1))));
  const fillBlocks = Math.ceil(options.keys / perBlock);
  const diskOptions: StateDiskOptions = {
    folder,
    names: [STORE],
    pruning: pruningOptions("custom", Math.max(options.keep, 2)),
    // The one snapshot is due when the store is full, so that a restart replays all blocks of updates.
    schedule: { everyVersions: fillBlocks, everyChanges: Number.MAX_SAFE_INTEGER },
  };
  const rssBefore = process.memoryUsage.rss();
  let disk = await openStateDisk(diskOptions);
  const fillStartedMs = performance.now();
  for (let block = 0; block < fillBlocks; block += 1) {
    const first = block * perBlock;
    const numbers = Array.from({ length: Math.min(perBlock, options.keys - first) }, (_, at) => first + at);
    await makeBlock(disk, changesOf(numbers, options.valueBytes, 0));
    if (block % 10 === 9) say(`filled ${first + numbers.length} of ${options.keys} keys`);
  }
  const fillMs = performance.now() - fillStartedMs;
  const measured = await updateBlocks(disk, options);
  await disk.idle();
  const memory = {
    treeBytesPerKey: rounded(disk.store.memoryBytes / options.keys),
    rssBytesPerKey: rounded((process.memoryUsage.rss() - rssBefore) / options.keys),
    peakRssBytes: peakMemoryBytes(process.pid),
    versionsKept: disk.store.version - disk.store.oldestVersion + 1,
  };
  const { version } = disk.store;
  const appHash = toHex(disk.store.appHash);
  await disk.close();
  const diskBytes = {
    databaseBytesPerKey: rounded(folderBytes(join(folder, "chain.db")) / options.keys),
    snapshotBytesPerKey: rounded(folderBytes(join(folder, "snapshots")) / options.keys),
  };
  const restartStartedMs = performance.now();
  let replayStartedMs: number | undefined;
  disk = await openStateDisk({
    ...diskOptions,
    onProgress: ({ stage }) => {
      if (stage === "replay") replayStartedMs ??= performance.now();
    },
  });
  const restartedMs = performance.now();
  const isSame = disk.store.version === version && toHex(disk.store.appHash) === appHash;
  const { baseVersion, notes } = disk.loaded;
  const stateBytes = disk.store.memoryBytes;
  await disk.close();
  if (!isSame) throw new Error(`after the restart: version ${disk.store.version}, not ${version}, or another app hash`);
  const { folder: _, ...numbers } = options;
  const { updateAndHash, fillBatch, durableWrite, commitAndPrune } = measured;
  const micros = updateAndHash + fillBatch + durableWrite + commitAndPrune;
  const operations = options.blocks * options.updates;
  return {
    options: numbers,
    ...rateOf(operations, (operations * micros) / 1e6),
    errors: {},
    peakRssBytes: memory.peakRssBytes,
    stageMicrosPerOperation: { tree: updateAndHash, commit: rounded(fillBatch + durableWrite + commitAndPrune) },
    details: {
      tree: TREE_KIND,
      fill: { keysPerSecond: Math.round((options.keys / fillMs) * 1000), ms: Math.round(fillMs) },
      usPerKey: measured,
      memory,
      disk: diskBytes,
      restart: {
        seconds: rounded((restartedMs - restartStartedMs) / 1000),
        snapshotSeconds: rounded(((replayStartedMs ?? restartedMs) - restartStartedMs) / 1000),
        snapshotVersion: baseVersion,
        versions: version - baseVersion,
        changes: options.updates * Math.min(options.blocks, version - baseVersion),
        stateBytes,
        diskBytes: folderBytes(folder),
        notes,
      },
    },
  };
}

async function updateBlocks(disk: StateDisk, options: Options) {
  const random = new Random();
  const tree = disk.store.treeOf(STORE);
  if (!(tree instanceof NodeTree)) throw new Error("another tree than was expected");
  const times = { update: [] as number[], hash: [] as number[], stage: [] as number[], batch: [] as number[] };
  const after = { sync: [] as number[], commit: [] as number[] };
  for (let block = 0; block < options.blocks; block += 1) {
    const numbers = new Set<number>();
    while (numbers.size < options.updates) numbers.add(random.below(options.keys));
    const changes = changesOf(numbers, options.valueBytes, block + 1);
    const perKey = (ms: number) => (ms * 1000) / changes.length;
    // Once for the halves alone; staging afterwards replaces it.
    const startedMs = performance.now();
    tree.applyChanges(changes);
    const appliedMs = performance.now();
    tree.hashWorking();
    times.update.push(perKey(appliedMs - startedMs));
    times.hash.push(perKey(performance.now() - appliedMs));
    const { stageMs, batchMs, syncMs, commitMs } = await makeBlock(disk, changes);
    // The snapshot begins with the first block; while it is written all versions since are kept.
    if (block === 0) await disk.idle();
    times.stage.push(perKey(stageMs));
    times.batch.push(perKey(batchMs));
    after.sync.push(perKey(syncMs));
    after.commit.push(perKey(commitMs));
    say(
      `block ${block + 1} of ${options.blocks}: ${rounded(perKey(stageMs + batchMs + syncMs + commitMs))} us per key`,
    );
  }
  return {
    update: rounded(median(times.update)),
    hash: rounded(median(times.hash)),
    updateAndHash: rounded(median(times.stage)),
    fillBatch: rounded(median(times.batch)),
    durableWrite: rounded(median(after.sync)),
    commitAndPrune: rounded(median(after.commit)),
  };
}
