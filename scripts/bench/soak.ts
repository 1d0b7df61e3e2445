// `npm run bench -- soak --minutes N`: half of the most that the node carries, for N minutes (30): memory, latency and the
// delay of the event loop in windows of ten seconds, the slopes of the lines through them, how the last third of them differs
// from the first, and whether that is flat. Transfers, so that the state
// stays as large as it is and a leak shows; `--load orders-mixed` lets it grow. The other flags are those of
// load/loadOptions.ts. Transactions are signed while it runs: their cost is in the load's CPU.

import { type Load, withLoadedNode } from "./load/loadBench.ts";
import { parseLoadOptions, shownOptions, takeFlag } from "./load/loadOptions.ts";
import { MIXED_LOAD } from "./orders.ts";
import { peakMemoryBytes, residentBytes } from "./processUsage.ts";
import { type Measured, mergedErrors, percentilesOf, roundTo, say } from "./report.ts";
import { SEND_LOAD } from "./send.ts";

const WINDOW_MS = 10_000;
/** Until then a node takes what it keeps: caches, compiled code, the heap's room. */
const SETTLED_SHARE = 0.2;
const SHARE = 0.5;
const MEGABYTE = 1024 * 1024;
const LOADS: Readonly<Record<string, Load>> = { send: SEND_LOAD, "orders-mixed": MIXED_LOAD };

/** Flat is what does not rise by more than this share from the first third to the last: of memory, and of latency. */
const RISE_MAX = { memoryMegabytes: 0.05, p50: 0.15, p95: 0.25 } as const;
/** A tick of the generator's clock and of the block's: what latency may rise by however low it is. */
const RISE_MS_MAX = 10;

/** What is looked at in ten seconds of a soak. */
export interface Window {
  readonly seconds: number;
  readonly memoryMegabytes: number;
  readonly p50: number;
  readonly p95: number;
  readonly done: number;
}

/** The slope of the line through points, by least squares; 0 of less than two. */
export function slopeOf(points: readonly (readonly [x: number, y: number])[]): number {
  const count = points.length;
  const meanX = points.reduce((sum, [x]) => sum + x, 0) / count;
  const meanY = points.reduce((sum, [, y]) => sum + y, 0) / count;
  const square = points.reduce((sum, [x]) => sum + (x - meanX) ** 2, 0);
  return square === 0 ? 0 : points.reduce((sum, [x, y]) => sum + (x - meanX) * (y - meanY), 0) / square;
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
}

/** The first third of the settled windows against the last. */
export function verdictOn(windows: readonly Window[]) {
  const settled = windows.slice(Math.trunc(windows.length * SETTLED_SHARE));
  const third = Math.max(1, Math.trunc(settled.length / 3));
  const compare = (name: keyof typeof RISE_MAX) => {
    const [first, last] = [settled.slice(0, third), settled.slice(-third)].map((some) =>
      roundTo(meanOf(some.map((window) => window[name])), 1),
    ) as [number, number];
    const allowed = Math.max(first * RISE_MAX[name], name === "memoryMegabytes" ? 0 : RISE_MS_MAX);
    return { firstThird: first, lastThird: last, isFlat: last - first <= allowed };
  };
  const thirds = { memoryMegabytes: compare("memoryMegabytes"), p50: compare("p50"), p95: compare("p95") };
  const rising = Object.entries(thirds).flatMap(([name, { isFlat }]) => (isFlat ? [] : [name]));
  return { ...thirds, verdict: rising.length === 0 ? "flat" : `rises: ${rising.join(", ")}` };
}

function slopesPerHour(windows: readonly Window[]) {
  const settled = windows.slice(Math.trunc(windows.length * SETTLED_SHARE));
  const of = (read: (window: Window) => number) =>
    roundTo(slopeOf(settled.map((window) => [window.seconds / 3600, read(window)])), 1);
  return {
    memoryMegabytesPerHour: of(({ memoryMegabytes }) => memoryMegabytes),
    p50MsPerHour: of(({ p50 }) => p50),
    p95MsPerHour: of(({ p95 }) => p95),
  };
}

/** Runs the benchmark. The figures above are those of the long loop. */
export async function benchSoak(args: string[]): Promise<Measured> {
  const { value: minutesText, rest } = takeFlag(args, "--minutes", "30");
  const minutes = Number(minutesText);
  if (!(minutes > 0)) throw new Error("--minutes: expected a number above 0");
  const { value: name, rest: flags } = takeFlag(rest, "--load", "send");
  const load = LOADS[name];
  if (load === undefined) throw new Error(`--load: expected one of ${Object.keys(LOADS).join(", ")}`);
  const options = parseLoadOptions(flags);
  return withLoadedNode(load, options, async ({ node, supply, run }) => {
    supply.prepare(options.warmUp);
    await run({ seconds: options.seconds, operations: options.warmUp });
    const most = (await run({ seconds: options.seconds })).result.opsPerSecond;
    const perSecond = Math.max(1, Math.round(most * SHARE));
    say(`soaking at ${perSecond}/s of ${most}/s for ${minutes} minutes`);
    const windows: Window[] = [];
    const startedMs = performance.now();
    let latencies: number[] = [];
    const sample = () => {
      const { p50, p95 } = percentilesOf(latencies);
      const memoryMegabytes = Math.round(residentBytes(node.pid) / MEGABYTE);
      const seconds = Math.round((performance.now() - startedMs) / 1000);
      windows.push({ seconds, memoryMegabytes, p50, p95, done: latencies.length });
      say(`${seconds} s: ${memoryMegabytes} MB, p95 ${p95} ms`);
      latencies = [];
    };
    const timer = setInterval(sample, WINDOW_MS);
    const before = await node.probe.sample();
    const { result } = await run({ seconds: minutes * 60, perSecond, onDone: (ms) => latencies.push(ms) }).finally(() =>
      clearInterval(timer),
    );
    const after = await node.probe.sample();
    const { operations, seconds, opsPerSecond, latencyMs, acknowledgedMs, errors } = result;
    const used = node.probe.used(before, after, operations);
    return {
      ...{ options: { ...shownOptions(options), minutes }, operations, seconds, opsPerSecond, latencyMs },
      ...{ acknowledgedMs, errors: mergedErrors([errors]), open: result, ...used },
      load: [{ mode: "open", ratePerSecond: perSecond }],
      peakRssBytes: peakMemoryBytes(node.pid),
      details: { ...used.details, slopes: slopesPerHour(windows), thirds: verdictOn(windows), windows },
    };
  });
}
