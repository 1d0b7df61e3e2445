// Cases: a process that makes blocks and snapshots as fast as it can is killed again and again, at any instant, while a
// snapshot lies there half-written, and while it replays. What it had said to be durable is there each time, with the app
// hashes and the state of a chain that was never killed.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { expect, test } from "vitest";
import { toHex } from "../codec/bytes.ts";
import { createCommitMultiStore } from "./commitStore.ts";
import { pruningOptions } from "./pruning.ts";
import { openStateDisk } from "./stateDisk.ts";
import { SAMPLE_NAMES, sampleBlock } from "./testing/sampleBlocks.ts";

const KILLS = 8;
const KEPT = 20;
const TRIES = 5;
const OPTIONS = {
  names: SAMPLE_NAMES,
  pruning: pruningOptions("custom", KEPT),
  schedule: { everyVersions: 10, everyChanges: 1_000_000 },
};

/** Runs in the other process: says each version once it is durable. */
const CHILD = `
  import { openStateDisk } from ${JSON.stringify(new URL("./stateDisk.ts", import.meta.url).href)};
  import { sampleBlock } from ${JSON.stringify(new URL("./testing/sampleBlocks.ts", import.meta.url).href)};
  const disk = await openStateDisk(JSON.parse(process.argv[1]));
  for (;;) {
    const batch = disk.batch();
    disk.putState(batch, disk.store.stage(sampleBlock(disk.store.version + 1)));
    await batch.write();
    disk.store.commit();
    process.stdout.write(disk.store.version + "\\n");
  }
`;

/** Dies at the first block that finds a half-written snapshot. */
const DIES_AT_SNAPSHOT = `
  import { readdirSync } from "node:fs";
  const options = JSON.parse(process.argv[1]);
  const write = process.stdout.write.bind(process.stdout);
  process.stdout.write = (text) => {
    write(text);
    if (readdirSync(options.folder + "/snapshots").some((name) => name.endsWith(".tmp"))) process.kill(process.pid, "SIGKILL");
  };
  ${CHILD}
`;

/** Dies while it loads: at the first byte of the snapshot, or at a version of the replay. */
const DIES_AT_LOADING = `
  import { openStateDisk } from ${JSON.stringify(new URL("./stateDisk.ts", import.meta.url).href)};
  const { dieAt, ...options } = JSON.parse(process.argv[1]);
  const onProgress = ({ stage, done }) => {
    if (stage === dieAt.stage && done >= dieAt.done) process.kill(process.pid, "SIGKILL");
  };
  await openStateDisk({ ...options, onProgress });
`;

function startChild(folder: string, code = CHILD, more: object = {}): ChildProcess {
  const args = ["--import", "tsx", "--input-type=module", "-e", code, JSON.stringify({ ...OPTIONS, ...more, folder })];
  return spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
}

/** Kills a child once it has said so many versions, and a little later. The last version it said. */
async function runAndKill(folder: string, versions: number): Promise<number> {
  const child = startChild(folder);
  const exited = once(child, "exit");
  let last = 0;
  let said = 0;
  for await (const line of createInterface({ input: child.stdout! })) {
    last = Number(line);
    said += 1;
    if (said === versions) child.kill("SIGKILL");
  }
  const [code, signal] = await exited;
  expect([code, signal]).toEqual([null, "SIGKILL"]);
  return last;
}

test("behavior: after each kill the last durable version is there, whole", async () => {
  const folder = await mkdtemp(join(tmpdir(), "state-kill-"));
  const model = createCommitMultiStore({ names: SAMPLE_NAMES, pruning: pruningOptions("nothing") });
  try {
    for (let kill = 0; kill < KILLS; kill += 1) {
      const said = await runAndKill(folder, 5 + ((kill * 37) % 60));
      const disk = await openStateDisk({ ...OPTIONS, folder });
      try {
        const { version } = disk.store;
        // The one after it may have become durable before it could be said.
        expect(version).toBeGreaterThanOrEqual(said);
        expect(disk.loaded.notes).toEqual([]);
        while (model.version < version) {
          model.stage(sampleBlock(model.version + 1));
          model.commit();
        }
        expect(toHex(disk.store.appHash)).toBe(toHex(model.appHash));
        for (const name of SAMPLE_NAMES) {
          expect([...disk.store.latest().store(name).iterate()]).toEqual([...model.latest().store(name).iterate()]);
        }
      } finally {
        await disk.close();
      }
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

/** Runs a child that kills itself. The last version it said. */
async function runToDeath(child: ChildProcess): Promise<number> {
  const exited = once(child, "exit");
  let last = 0;
  for await (const line of createInterface({ input: child.stdout! })) last = Number(line);
  expect(await exited).toEqual([null, "SIGKILL"]);
  return last;
}

test("behavior: a half-written snapshot and a load that ended early leave what was durable", async () => {
  const folder = await mkdtemp(join(tmpdir(), "state-kill-"));
  try {
    let said = 0;
    let writing: string[] = [];
    // Now and then the snapshot gets its name between the look and the kill.
    for (let tries = 0; tries < TRIES && writing.length === 0; tries += 1) {
      said = await runToDeath(startChild(folder, DIES_AT_SNAPSHOT));
      writing = (await readdir(join(folder, "snapshots"))).filter((name) => name.endsWith(".tmp"));
    }
    expect(writing).toHaveLength(1);
    await runAndKill(folder, 45);
    // At least as many versions are replayed as are kept.
    for (const dieAt of [
      { stage: "replay", done: 1 },
      { stage: "replay", done: 5 },
      { stage: "replay", done: KEPT },
      { stage: "snapshot", done: 0 },
    ]) {
      await runToDeath(startChild(folder, DIES_AT_LOADING, { dieAt }));
    }
    const disk = await openStateDisk({ ...OPTIONS, folder });
    try {
      expect(disk.loaded.notes).toEqual([]);
      expect(disk.loaded.baseVersion).toBeGreaterThan(0);
      expect(disk.store.version).toBeGreaterThanOrEqual(said + 45);
      const model = createCommitMultiStore({ names: SAMPLE_NAMES, pruning: pruningOptions("nothing") });
      while (model.version < disk.store.version) {
        model.stage(sampleBlock(model.version + 1));
        model.commit();
      }
      for (let version = model.version - 20; version <= model.version; version += 1) {
        expect(disk.store.storesOf(version)).toEqual(model.storesOf(version));
      }
    } finally {
      await disk.close();
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
