// Runs a bench in a process of its own, and reads what it prints.

import { existsSync } from "node:fs";
import { join } from "node:path";
import type { RawReport } from "./comparison.ts";
import type { Workshop } from "./revisions.ts";

/** A bench to run. */
export interface BenchRun {
  readonly bench: string;
  readonly flags: readonly string[];
  /** The working tree whose node is loaded. */
  readonly cwd: string;
  /** The working tree whose benches are run. */
  readonly scriptsOf: string;
  /** Whether what it says on its way is said here too. */
  readonly showsProgress?: boolean;
}

/** A bench prints its report as the last line; before reports had one shape it printed an object over many lines. */
export function reportIn(output: string): RawReport {
  const last = output.trimEnd().split("\n").at(-1) ?? "";
  // Whatever it holds is checked figure by figure.
  return JSON.parse(last.startsWith("{") && last.endsWith("}") ? last : output) as RawReport;
}

/** Gives the bench's report. Throws with the end of what it said when it fails. */
export async function runBench(workshop: Workshop, run: BenchRun): Promise<RawReport> {
  const { bench, flags, cwd, scriptsOf, showsProgress } = run;
  const scripts = join(scriptsOf, "scripts");
  const json = existsSync(join(scripts, "bench/report.ts")) ? ["--json"] : [];
  const args = ["--import", import.meta.resolve("tsx"), join(scripts, "bench.ts"), bench, ...json, ...flags];
  return reportIn(await workshop.run({ file: process.execPath, args, cwd, showsProgress }));
}
