// Case: a process that makes blocks and snapshots as fast as it can is killed again and again, at any instant. What it
// had said to be durable is there each time, with the app hashes and the state of a chain that was never killed.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
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
const OPTIONS = {
  names: SAMPLE_NAMES,
  pruning: pruningOptions("custom", 20),
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

function startChild(folder: string): ChildProcess {
  const args = ["--import", "tsx", "--input-type=module", "-e", CHILD, JSON.stringify({ ...OPTIONS, folder })];
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
