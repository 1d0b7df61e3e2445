// What every bench gives: one report of one shape, so that runs and revisions can be compared. The machine and the revision
// are in it, since a figure without them says nothing.

import { execFileSync } from "node:child_process";
import { cpus, totalmem } from "node:os";

/** Of times in milliseconds, to a tenth. */
export interface Percentiles {
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly max: number;
}

/** What one loop of requests gave. */
export interface LoopResult {
  /** Acknowledged, committed and successful. */
  readonly operations: number;
  /** From the first request to the last commit. */
  readonly seconds: number;
  readonly opsPerSecond: number;
  /**
   * From when the operation was due (open loop) or submitted (closed loop) until the block that holds it was announced;
   * for questions until the answer.
   */
  readonly latencyMs: Percentiles;
  /** The same until the answer to the request. */
  readonly acknowledgedMs: Percentiles;
  /** By "codespace:code", or by the name of the transport's error. */
  readonly errors: Readonly<Record<string, number>>;
}

/** Microseconds of CPU for one operation. */
export interface CpuMicros {
  readonly nodeMain: number;
  /** All threads of the node besides the main one. */
  readonly nodeOthers: number;
  readonly load: number;
}

/** What a bench measured. Fields that do not apply to a bench are left out. */
export interface Measured {
  readonly options: Readonly<Record<string, string | number>>;
  readonly operations: number;
  readonly seconds: number;
  readonly opsPerSecond: number;
  readonly errors: Readonly<Record<string, number>>;
  /** Of the open loop when there was one, else of the closed one. */
  readonly latencyMs?: Percentiles;
  readonly acknowledgedMs?: Percentiles;
  readonly load?: readonly { readonly mode: "closed" | "open"; readonly ratePerSecond?: number }[];
  readonly closed?: LoopResult;
  readonly open?: LoopResult;
  /** While the closed loop ran. */
  readonly cpuSeconds?: { readonly node: number; readonly load: number };
  readonly cpuMicrosPerOperation?: CpuMicros;
  /** Of the node's process. */
  readonly peakRssBytes?: number;
  /** Of the node's main thread. */
  readonly eventLoopDelayMs?: { readonly p50: number; readonly p99: number; readonly max: number };
  /** Growth of the node's home. */
  readonly diskBytesPerOperation?: number;
  /** Time on the clock by stage, from the node's metrics. */
  readonly stageMicrosPerOperation?: Readonly<Record<string, number>>;
  /** What only this bench knows. */
  readonly details?: Readonly<Record<string, unknown>>;
}

/** A bench's report. */
export interface BenchReport extends Measured {
  readonly bench: string;
  /** Short commit id, with "+" behind it when files were changed since. */
  readonly revision: string;
  readonly node: string;
  readonly machine: { readonly cores: number; readonly model: string; readonly memoryBytes: number };
}

/** A bench: takes the flags behind its name. */
export type Bench = (args: string[]) => Promise<Measured>;

/** Percentiles of times in milliseconds, in any order. */
export function percentilesOf(timesMs: ArrayLike<number>): Percentiles {
  const sorted = Float64Array.from(timesMs).sort();
  const at = (fraction: number) =>
    roundTo(sorted[Math.min(sorted.length - 1, Math.trunc(sorted.length * fraction))] ?? 0, 1);
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99), max: at(1) };
}

/** Rounds for the eye. */
export function roundTo(value: number, decimals: number): number {
  return Number(value.toFixed(decimals));
}

/** Operations, time and rate. */
export function rateOf(operations: number, seconds: number) {
  return { operations, seconds: roundTo(seconds, 2), opsPerSecond: roundTo(operations / seconds, 1) };
}

/** Errors of several loops, added up. */
export function mergedErrors(all: readonly Readonly<Record<string, number>>[]): Record<string, number> {
  const merged: Record<string, number> = {};
  for (const errors of all) {
    for (const [name, count] of Object.entries(errors)) merged[name] = (merged[name] ?? 0) + count;
  }
  return merged;
}

/** Tells how far a bench is; standard output is the report's. */
export function say(text: string): void {
  process.stderr.write(`${text}\n`);
}

function git(...args: string[]): string {
  return execFileSync("git", args, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim();
}

function revision(): string {
  try {
    return `${git("rev-parse", "--short", "HEAD")}${git("status", "--porcelain") === "" ? "" : "+"}`;
  } catch {
    // Unpacked from an archive.
    return "unknown";
  }
}

/** Adds where and of what it was measured. */
export function reportOf(bench: string, measured: Measured): BenchReport {
  const processors = cpus();
  const machine = { cores: processors.length, model: processors[0]?.model ?? "unknown", memoryBytes: totalmem() };
  return { bench, revision: revision(), node: process.version, machine, ...measured };
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}

/** A number of a report's details; undefined where there is none. */
export function detailOf({ details }: BenchReport, group: string, name: string): number | undefined {
  const found = details?.[group];
  return isObject(found) && typeof found[name] === "number" ? found[name] : undefined;
}

/** Machine and revisions, as every picture says them. */
export function measuredOn(reports: readonly BenchReport[]): string {
  const revisions = [...new Set(reports.map(({ revision }) => revision))].join(", ");
  const { machine, node } = reports[0]!;
  return `${machine.cores} cores ${machine.model}, Node ${node.replace("v", "")}, revision ${revisions}`;
}

/** The report as a table of two columns, nested names joined by dots. */
export function tableOf(report: BenchReport): string {
  const rows = rowsOf("", report);
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, value]) => `${name.padEnd(width)}  ${value}`).join("\n");
}

function rowsOf(path: string, value: unknown): [string, string][] {
  if (Array.isArray(value) || typeof value !== "object" || value === null) return [[path, shown(value)]];
  const entries = Object.entries(value).filter(([, inner]) => inner !== undefined);
  if (entries.length > 0 && entries.every(([, inner]) => typeof inner === "number")) {
    return [[path, entries.map(([name, inner]) => `${name} ${shown(inner)}`).join("  ")]];
  }
  return entries.flatMap(([name, inner]) => rowsOf(path === "" ? name : `${path}.${name}`, inner));
}

function shown(value: unknown): string {
  if (typeof value === "number") return value.toLocaleString("en-US", { maximumFractionDigits: 2 });
  return typeof value === "string" ? value : JSON.stringify(value);
}
