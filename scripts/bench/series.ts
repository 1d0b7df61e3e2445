// One bench many times, with what a chart needs between the runs changed. `npm run bench -- sweep`: throughput and latency;
// the reports go into a file, from which `charts` draws. Flags behind `--` are the bench's.

import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { parseArgs } from "node:util";
import { reportsIn } from "./charts.ts";
import type { BenchReport } from "./report.ts";
import { Workshop } from "./revisions.ts";
import { runBench } from "./runBench.ts";

/** One bench with several sets of flags. */
export interface BenchSeries {
  readonly bench: string;
  readonly flagSets: readonly (readonly string[])[];
}

const OPEN_SHARES = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9];
const IN_FLIGHT = [64, 256, 1024];

/** Open loops from a tenth to nine tenths of what the closed loop gives, and closed loops with less in flight. */
export function sweepSeries(bench: string, flags: readonly string[]): BenchSeries {
  const open = OPEN_SHARES.map((share) => [...flags, "--open-share", String(share)]);
  const closed = IN_FLIGHT.map((count) => [...flags, "--open-share", "0", "--in-flight", String(count)]);
  return { bench, flagSets: [...open, ...closed] };
}

/** Runs a series; gives a report for each set of flags, and adds each to `reports` when it is there. */
export async function runSeries(
  workshop: Workshop,
  { bench, flagSets }: BenchSeries,
  reports: BenchReport[] = [],
): Promise<BenchReport[]> {
  for (const [index, flags] of flagSets.entries()) {
    process.stderr.write(`${index + 1} of ${flagSets.length}: ${bench} ${flags.join(" ")}\n`);
    const here = process.cwd();
    const report = await runBench(workshop, { bench, flags, cwd: here, scriptsOf: here, showsProgress: true });
    reports.push(...reportsIn(JSON.stringify(report)));
  }
  return reports;
}

/** Writes reports where `charts` finds them. */
export function writeReports(file: string, reports: readonly BenchReport[]): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify({ reports }, undefined, 1)}\n`);
}

/** Runs something in a workshop that is closed behind it. */
export async function inWorkshop<T>(use: (workshop: Workshop) => Promise<T>): Promise<T> {
  const workshop = new Workshop();
  try {
    return await use(workshop);
  } finally {
    workshop.close();
  }
}

/** Runs `sweep`; gives what it prints. */
export async function sweep(args: string[]): Promise<string> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      bench: { type: "string", default: "orders-create" },
      output: { type: "string", default: "docs/performance/sweep.json" },
    },
  });
  const reports = await inWorkshop((workshop) => runSeries(workshop, sweepSeries(values.bench, positionals)));
  writeReports(values.output, reports);
  return `${reports.length} reports in ${values.output}`;
}
