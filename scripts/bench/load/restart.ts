// A restart at the worst moment: the load goes on until the node has begun a snapshot and comes near to dropping the old
// one as where a restart begins, then the node is killed, with as many changed keys behind that old snapshot as the schedule
// allows. The node's files are in the system's cache when it starts again.

import { readdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { homeFiles, loadNodeConfig, pruningOf } from "../../../src/devnet/nodeConfig.ts";
import { openDatabase } from "../../../src/store/database.ts";
import { changeSetsFrom } from "../../../src/store/stateLog.ts";
import { listSnapshots } from "../../../src/store/treeSnapshot.ts";
import type { NodeHolding } from "../nodeProbe.ts";
import { folderBytes } from "../processUsage.ts";
import { roundTo, say } from "../report.ts";
import { endNode, type StartedNode, startNode } from "./benchNode.ts";
import type { LoopOptions, LoopRun } from "./loop.ts";

/** A restart, and what the node held behind it. */
export interface Restart extends NodeHolding {
  /** From the start of the process until it answers. */
  readonly seconds: number;
  /** Versions between the snapshot that was read and the kill. */
  readonly versions: number;
  /** Keys that these versions changed, each as often as it was. */
  readonly changes: number;
  /** How long the load ran on before the kill. */
  readonly loadSeconds: number;
  /** Of the home, at the kill. */
  readonly diskBytes: number;
}

/** A node under load, and how to go on with the load. */
export interface Victim {
  readonly node: StartedNode;
  readonly home: string;
  run(options: Omit<LoopOptions, "inFlight">): Promise<LoopRun>;
}

/** Versions before a snapshot would be one that a restart begins from. */
const SPARE_VERSIONS = 10;
const LOOK_MS = 100;
/** A snapshot that is whole, or is being written. */
const SNAPSHOT_NAME = /^tree-(\d+)\.snapshot(?:\.tmp)?$/;

function snapshotFolder(home: string): string {
  return join(homeFiles(home).data, "snapshots");
}

/** The versions of the snapshots, those that are being written included. */
function snapshotsIn(home: string): number[] {
  return readdirSync(snapshotFolder(home))
    .flatMap((name) => SNAPSHOT_NAME.exec(name)?.[1] ?? [])
    .map(Number);
}

/** Rejects when the node ends by itself. */
function endOf({ process: child }: StartedNode): Promise<never> {
  return new Promise((_, reject) => {
    child.once("exit", (code, signal) => reject(new Error(`the node ended under load with ${code ?? signal}`)));
  });
}

/** Waits for the worst moment to kill a node, or until the time is up; gives its height. */
async function worstMoment({ node, home }: Victim, keptVersions: number, seconds: number): Promise<number> {
  const known = Math.max(...snapshotsIn(home));
  const endMs = performance.now() + seconds * 1000;
  for (;;) {
    await sleep(LOOK_MS);
    const newest = Math.max(...snapshotsIn(home));
    const isOver = performance.now() >= endMs;
    if (newest === known && !isOver) continue;
    const height = await node.probe.metric("stateset_block_height");
    if (isOver || height >= newest + keptVersions - SPARE_VERSIONS) return height;
  }
}

/** Keys that were changed by the versions behind one. */
async function countChanges(home: string, base: number, last: number): Promise<number> {
  const db = await openDatabase(join(homeFiles(home).data, "chain.db"));
  try {
    let count = 0;
    for await (const { version, changes } of changeSetsFrom(db, base + 1)) {
      if (version > last) break;
      for (const store of changes) count += store.changes.length;
    }
    return count;
  } finally {
    await db.close();
  }
}

/** Loads a node for so long at most, kills it at the worst moment, and starts it again. It has ended afterwards. */
export async function killAndRestart(victim: Victim, seconds: number): Promise<Restart> {
  const { node, home, run } = victim;
  const { keepRecent = 0 } = pruningOf(loadNodeConfig(home));
  say(`load for at most ${seconds} s until the worst moment to kill the node`);
  const startedMs = performance.now();
  // It fails when the node is killed.
  const loading = run({ seconds }).catch(() => undefined);
  const height = await Promise.race([worstMoment(victim, keepRecent, seconds), endOf(node)]);
  await endNode(node);
  const loadSeconds = roundTo((performance.now() - startedMs) / 1000, 1);
  await loading;
  const diskBytes = folderBytes(home);
  const whole = await listSnapshots(snapshotFolder(home));
  const base = Math.max(0, ...whole.filter((version) => version <= height - keepRecent));
  say(`killed at block ${height}, ${height - base} behind the snapshot; starting again`);
  const again = await startNode(home);
  const held = await again.probe.holding().finally(() => endNode(again));
  const changes = await countChanges(home, base, height);
  return { seconds: again.startSeconds, versions: height - base, changes, ...held, loadSeconds, diskBytes };
}
