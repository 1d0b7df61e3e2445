// Reports of benches as they were printed once.

import { readFileSync } from "node:fs";
import type { RawReport } from "../comparison.ts";

/** The report in a file beside this one. */
export function recordedReport(name: string): RawReport {
  return JSON.parse(readFileSync(new URL(`${name}.json`, import.meta.url), "utf8"));
}

/** A report with another figure for the node's main thread. */
export function withMainThread(report: RawReport, nodeMain: number): RawReport {
  return { ...report, cpuMicrosPerOperation: { ...Object(report["cpuMicrosPerOperation"]), nodeMain } };
}
