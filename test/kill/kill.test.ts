// A node under load is killed (SIGKILL) at random instants, again and again. Each life begins with a check of
// everything: hash links, signatures, app hash by replay, supply, and that no acknowledged transaction is gone.
//
// KILLS=100 SEED=7 npx vitest run test/kill     the number of kills and the instants; both are printed
//
// SIGKILL ends the process, not the machine: what the operating system holds survives. That each block is synced before
// it is shown is the business of the database, and tested there.

import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { expect, test } from "vitest";
import { randomFrom } from "../randomFrom.ts";

const KILLS = Number(process.env["KILLS"] ?? 15);
const SEED = Number(process.env["SEED"] ?? Date.now() % 1_000_000);
/** A home is used for this many lives, so that the check of the whole chain stays short. */
const LIVES_PER_HOME = 10;
const LIFE_MS_MAX = 400;
const RUNNER = new URL("./killRunner.ts", import.meta.url).pathname;

interface Life {
  readonly ready: string | undefined;
  readonly failed: string | undefined;
  readonly committed: readonly string[];
}

/** Starts a node and kills it: `killMs` after it is ready, or after its start when `isEarly`. */
async function live(home: string, killMs: number, isEarly: boolean): Promise<Life> {
  const child = spawn(process.execPath, ["--import", "tsx", RUNNER, home], { stdio: ["ignore", "pipe", "inherit"] });
  const kill = () => void child.kill("SIGKILL");
  let ready: string | undefined;
  let failed: string | undefined;
  const committed: string[] = [];
  if (isEarly) setTimeout(kill, killMs);
  for await (const line of createInterface(child.stdout)) {
    const [word, ...rest] = line.split(" ");
    if (word === "committed") committed.push(rest[0]!);
    else if (word === "failed") failed = rest.join(" ");
    else if (word === "ready") {
      ready = rest.join(" ");
      if (!isEarly) setTimeout(kill, killMs);
    }
  }
  if (child.exitCode === null && child.signalCode === null) await new Promise((resolve) => child.once("exit", resolve));
  return { ready, failed, committed };
}

test(
  `behavior: ${KILLS} kills at random instants under load lose nothing`,
  async () => {
    console.log(`kill test: KILLS=${KILLS} SEED=${SEED} (KILLS=100 for the full run)`);
    const random = randomFrom(SEED);
    let home = "";
    let acknowledged = 0;
    let height = 0;
    for (let kill = 0; kill <= KILLS; kill++) {
      // The last life of a home is only there for its check.
      const isNewHome = kill % LIVES_PER_HOME === 0;
      if (isNewHome && home !== "") {
        await expectSound(home, kill);
        rmSync(home, { recursive: true });
      }
      if (kill === KILLS) break;
      if (isNewHome) {
        home = mkdtempSync(join(tmpdir(), "kill-"));
        height = 0;
      }
      const isEarly = random() < 0.15;
      const life = await live(home, random() * (isEarly ? 1500 : LIFE_MS_MAX), isEarly);
      expect(life.failed, `SEED=${SEED}, life ${kill} in ${home}`).toBeUndefined();
      if (life.ready !== undefined) {
        const reached = Number(life.ready.split(" ")[0]);
        expect(reached).toBeGreaterThanOrEqual(height);
        height = reached;
      }
      acknowledged += life.committed.length;
      writeFileSync(join(home, "acknowledged.txt"), life.committed.map((hash) => `${hash}\n`).join(""), { flag: "a" });
    }
    if (KILLS % LIVES_PER_HOME !== 0) {
      await expectSound(home, KILLS);
      rmSync(home, { recursive: true });
    }
    console.log(`kill test: ${acknowledged} acknowledged transactions, all there after ${KILLS} kills`);
    // A run in which nothing was committed proves nothing.
    expect(acknowledged).toBeGreaterThan(KILLS * 10);
  },
  30_000 + KILLS * 5000,
);

/** One more life, to the end of its check. */
async function expectSound(home: string, kill: number): Promise<void> {
  const life = await live(home, 0, false);
  expect(life.failed, `SEED=${SEED}, after kill ${kill} in ${home}`).toBeUndefined();
  expect(life.ready).toBeDefined();
}
