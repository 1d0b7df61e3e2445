// `npm run bench -- headline`: the four cases that the chain is judged by, several times in turn, as medians. Writes the
// reports, the table in docs/performance.md and the charts beside it.

import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { reportsIn, writeCharts } from "./charts.ts";
import { countOf } from "./compare.ts";
import { median } from "./comparison.ts";
import { growthSeries, writeGrowth } from "./growth.ts";
import { markdownTable, tenth, whole, withSection } from "./page.ts";
import type { BenchReport } from "./report.ts";
import type { Workshop } from "./revisions.ts";
import { inWorkshop, runSeries, sweepSeries, writeReports } from "./series.ts";

const PAGE = "docs/performance.md";
const FOLDER = "docs/performance";
/** Points of that chart need not be measured for as long as the headline. */
const SWEEP_FLAGS = ["--seconds", "5"];

/** The cases, with what is wanted of each: operations a second, and milliseconds of 95 in 100. */
const CASES = [
  { bench: "orders-create", words: "create an order", perSecond: 10_000, p95Ms: 45 },
  { bench: "orders-pay", words: "pay an order", perSecond: 8_000, p95Ms: 65 },
  { bench: "orders-update", words: "change an order's status", perSecond: 15_000, p95Ms: 25 },
  { bench: "orders-query", words: "ask for an order", perSecond: 50_000, p95Ms: 5 },
] as const;

const HEAD = [
  ...["operation", "bench", "wanted/s at p95", "reached/s", "least to most", "p95 acknowledged, ms"],
  ...["p95 committed, ms", "main thread, us", "other threads, us", "errors"],
];

/** Medians over a case's runs, as a row of the table. */
function rowOf({ bench, words, perSecond, p95Ms }: (typeof CASES)[number], reports: readonly BenchReport[]): string[] {
  const own = reports.filter((report) => report.bench === bench);
  const rates = own.map(({ opsPerSecond }) => opsPerSecond);
  const of = (read: (report: BenchReport) => number | undefined, show: (value: number) => string): string => {
    const values = own.flatMap((report) => read(report) ?? []);
    return values.length === 0 ? "–" : show(median(values));
  };
  const errors = own.flatMap((report) => Object.values(report.errors)).reduce((sum, count) => sum + count, 0);
  return [
    ...[words, `\`${bench}\``, `${whole(perSecond)} at ${p95Ms} ms`, of(({ opsPerSecond }) => opsPerSecond, whole)],
    `${whole(Math.min(...rates))} to ${whole(Math.max(...rates))}`,
    of(({ acknowledgedMs }) => acknowledgedMs?.p95, tenth),
    of(({ latencyMs }) => latencyMs?.p95, tenth),
    of(({ cpuMicrosPerOperation }) => cpuMicrosPerOperation?.nodeMain, whole),
    of(({ cpuMicrosPerOperation }) => cpuMicrosPerOperation?.nodeOthers, whole),
    whole(errors),
  ];
}

/** The table of reports that were measured on one machine. */
export function headlineTable(reports: readonly BenchReport[]): string {
  const { machine, node } = reports[0]!;
  const revisions = [...new Set(reports.map(({ revision }) => revision))].join(", ");
  const runs = Math.max(...CASES.map(({ bench }) => reports.filter((report) => report.bench === bench).length));
  const measured = CASES.filter(({ bench }) => reports.some((report) => report.bench === bench));
  return [
    `Medians of ${runs} runs of revision ${revisions} on ${machine.cores} cores of ${machine.model} with ${tenth(machine.memoryBytes / 2 ** 30)} GiB, Node ${node.replace("v", "")}, the load on the same machine.`,
    "",
    markdownTable([HEAD, ...measured.map((one) => rowOf(one, reports))]),
  ].join("\n");
}

async function runCases(workshop: Workshop, rounds: number, flags: readonly string[]): Promise<BenchReport[]> {
  const reports: BenchReport[] = [];
  for (let round = 1; round <= rounds; round += 1) {
    for (const { bench } of CASES) reports.push(...(await runSeries(workshop, { bench, flagSets: [flags] })));
  }
  return reports;
}

/** Links to the charts of latency that are there, behind the table. */
function chartLinks(): string[] {
  const names = readdirSync(FOLDER).filter((name) => /^latency-.*\.svg$/.test(name));
  return names.sort().map((name) => `![${name.replace(".svg", "").replace("-", ": ")}](performance/${name})`);
}

/** Runs the command; gives what it prints. Flags behind `--` are those of all benches. */
export async function headline(args: string[]): Promise<string> {
  const { values, positionals: flags } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      rounds: { type: "string", default: "5" },
      from: { type: "string" },
      "table-only": { type: "boolean", default: false },
    },
  });
  const rounds = countOf("rounds", values.rounds);
  return inWorkshop(async (workshop) => {
    const reports =
      values.from === undefined
        ? await runCases(workshop, rounds, flags)
        : reportsIn(readFileSync(values.from, "utf8"));
    const swept: BenchReport[] = [];
    const grown: BenchReport[] = [];
    try {
      if (values["table-only"]) return headlineTable(reports);
      await runSeries(workshop, sweepSeries("orders-create", [...SWEEP_FLAGS, ...flags]), swept);
      await runSeries(workshop, growthSeries("orders-create", flags), grown);
      return headlineTable(reports);
    } finally {
      // Only now, as a revision whose files were changed is shown as such; and what was measured stays if the rest fails.
      writeReports(join(FOLDER, "headline.json"), reports);
      if (swept.length > 0) {
        writeReports(join(FOLDER, "sweep.json"), swept);
        writeCharts(swept, FOLDER);
      }
      if (grown.length > 0) writeGrowth(grown);
      const shown = [headlineTable(reports), "", ...chartLinks()].join("\n").trimEnd();
      writeFileSync(PAGE, withSection(readFileSync(PAGE, "utf8"), "headline", shown));
    }
  });
}
