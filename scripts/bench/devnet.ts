// `npm run bench -- devnet`: from `statesetd devnet` to the moment when it says that all parts are ready. Cold is a home
// that does not exist, warm one where a devnet was stopped. Memory is what all its processes take, shared pages divided
// among those that share them (Linux: PSS). An operation is a start; the latency is that of a cold one.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { parseArgs } from "node:util";
import type { DevnetInfo } from "../../src/devnet/devnetInfo.ts";
import { childOf, cpuSeconds, proportionalMemoryBytes } from "./processUsage.ts";
import { type Measured, percentilesOf, rateOf } from "./report.ts";

/** Memory is measured when what the start needed has been let go. */
const SETTLE_MS = 3000;
const MEGABYTE = 1024 * 1024;

/** One start. */
interface Start {
  readonly readyMs: number;
  /** CPU seconds of all processes until then. */
  readonly cpuSeconds: number;
  readonly stopMs: number;
  /** Megabytes by process. */
  readonly memory: Readonly<Record<string, number>>;
}

function spawnDevnet(home: string, flags: readonly string[]): ChildProcess {
  const args = ["dist/src/cli/main.js", "--home", home, "devnet", "--free-ports", "--json", ...flags];
  return spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
}

async function untilReady(child: ChildProcess): Promise<DevnetInfo> {
  let text = "";
  for await (const chunk of child.stdout ?? []) {
    text += String(chunk);
    if (text.endsWith("}\n")) return JSON.parse(text);
  }
  throw new Error("the devnet did not start");
}

async function measureStart(home: string, flags: readonly string[]): Promise<Start> {
  const startedMs = performance.now();
  const child = spawnDevnet(home, flags);
  const info = await untilReady(child);
  const readyMs = performance.now() - startedMs;
  const pids: Record<string, number> = { statesetd: child.pid ?? 0 };
  if (info.gateway !== null) pids["gateway"] = childOf(child.pid ?? 0, "gatewayMain");
  for (const { name } of info.evm) {
    pids[`anvil ${name}`] = Number(readFileSync(join(info.home, "evm", name, "anvil.pid"), "utf8"));
  }
  const usedSeconds = Object.values(pids).reduce((sum, pid) => sum + cpuSeconds(pid), 0);
  await wait(SETTLE_MS);
  const memory = Object.entries(pids).map(([name, pid]) => [name, Math.round(proportionalMemoryBytes(pid) / MEGABYTE)]);
  const stoppedMs = performance.now();
  const exited = once(child, "exit");
  child.kill("SIGINT");
  await exited;
  const stopMs = performance.now() - stoppedMs;
  return { readyMs, cpuSeconds: usedSeconds, stopMs, memory: Object.fromEntries(memory) };
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}

function summary(starts: readonly Start[]): Record<string, unknown> {
  const readyMs = starts.map((start) => Math.round(start.readyMs));
  const memory = starts.at(-1)?.memory ?? {};
  return {
    readyMs: { median: median(readyMs), all: readyMs },
    cpuSeconds: Number(median(starts.map((start) => start.cpuSeconds)).toFixed(2)),
    stopMs: Math.round(median(starts.map((start) => start.stopMs))),
    memoryMegabytes: { ...memory, total: Object.values(memory).reduce((sum, megabytes) => sum + megabytes, 0) },
  };
}

/** Runs the benchmark. */
export async function benchDevnet(args: string[]): Promise<Measured> {
  const { values } = parseArgs({
    args,
    options: {
      runs: { type: "string", default: "5" },
      "no-evm": { type: "boolean", default: false },
      "no-gateway": { type: "boolean", default: false },
    },
  });
  const runs = Number(values.runs);
  if (!Number.isSafeInteger(runs) || runs < 1) throw new Error("--runs must be a whole number of at least 1");
  const flags = (["no-evm", "no-gateway"] as const).filter((flag) => values[flag]).map((flag) => `--${flag}`);
  const [cold, warm]: [Start[], Start[]] = [[], []];
  for (let run = 1; run <= runs; run += 1) {
    const home = mkdtempSync(join(tmpdir(), "bench-devnet-"));
    try {
      cold.push(await measureStart(home, flags));
      warm.push(await measureStart(home, flags));
    } finally {
      rmSync(home, { recursive: true, force: true });
    }
    console.error(
      `run ${run} of ${runs}: ${Math.round(cold.at(-1)!.readyMs)} ms cold, ${Math.round(warm.at(-1)!.readyMs)} warm`,
    );
  }
  const starts = [...cold, ...warm];
  const seconds = starts.reduce((sum, { readyMs }) => sum + readyMs, 0) / 1000;
  return {
    options: { runs, evm: values["no-evm"] ? "no" : "yes" },
    ...rateOf(starts.length, seconds),
    errors: {},
    latencyMs: percentilesOf(cold.map(({ readyMs }) => readyMs)),
    details: { cold: summary(cold), warm: summary(warm) },
  };
}
