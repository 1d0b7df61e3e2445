// `npm run bench -- growth`: one bench over chains, or stores, that hold more and more. Writes the reports, a table and a
// chart into docs/performance.md and the folder beside it; with `--output FILE` the reports alone. Flags behind `--` are the
// bench's.

import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { reportsIn } from "./charts.ts";
import { bySize, growthChart } from "./growthChart.ts";
import { markdownTable, tenth, whole, withSection } from "./page.ts";
import { shortNumber } from "./plot.ts";
import { type BenchReport, detailOf, measuredOn } from "./report.ts";
import { type BenchSeries, inWorkshop, runSeries, writeReports } from "./series.ts";

const PAGE = "docs/performance.md";
const FOLDER = "docs/performance";
/** A preloaded order with its account is eight keys: chains of about 10k, 100k, 1M and 10M of them. */
const ORDERS = [1_250, 12_500, 125_000, 1_250_000];
/** Of a store's blocks: few keys against the smallest size, like those of a load. In all they are 300,000. */
const STORE_BLOCKS = ["--updates", "3000", "--blocks", "100"];
const KEYS = [10_000, 100_000, 1_000_000, 10_000_000];
/** Enough for an eighth of the largest chain's keys to be changed. */
const KILL_AFTER_SECONDS = 240;
const MEGABYTE = 2 ** 20;
const MILLION = 1_000_000;

/** The runs, the smallest first. Sizes are orders, of `store` keys. */
export function growthSeries(bench: string, flags: readonly string[], sizes?: readonly number[]): BenchSeries {
  const isStore = bench === "store";
  const ownFlags = (size: number) =>
    isStore
      ? ["--keys", String(size), ...STORE_BLOCKS]
      : ["--preload", String(size), "--open-share", "0", "--kill-after", String(KILL_AFTER_SECONDS)];
  const sorted = [...(sizes ?? (isStore ? KEYS : ORDERS))].sort((a, b) => a - b);
  return { bench, flagSets: sorted.map((size) => [...ownFlags(size), ...flags]) };
}

interface Column {
  readonly head: string;
  /** What it shows of a report; undefined where there is nothing to show. */
  readonly of: (report: BenchReport, smallest: BenchReport) => string | undefined;
}

function shown(value: number | undefined, show: (value: number) => string): string | undefined {
  return value === undefined ? undefined : show(value);
}

const megabytes = (bytes: number): string => whole(bytes / MEGABYTE);

/** What a million orders take, by the difference to the smallest chain. */
function perMillionOrders(report: BenchReport, smallest: BenchReport, name: string): string | undefined {
  const [bytes, least] = [detailOf(report, "start", name), detailOf(smallest, "start", name)];
  const orders = Number(report.options["preload"]) - Number(smallest.options["preload"]);
  if (bytes === undefined || least === undefined || !(orders > 0)) return undefined;
  return megabytes(((bytes - least) / orders) * MILLION);
}

function replayed(report: BenchReport): string | undefined {
  const [versions, changes] = [detailOf(report, "restart", "versions"), detailOf(report, "restart", "changes")];
  if (versions === undefined || changes === undefined) return undefined;
  return `${shortNumber(changes)} in ${whole(versions)}`;
}

const COLUMNS: readonly Column[] = [
  { head: "orders", of: ({ options }) => shown(options["preload"] as number | undefined, whole) },
  { head: "operations/s", of: ({ opsPerSecond }) => whole(opsPerSecond) },
  {
    head: "of the smallest",
    of: ({ opsPerSecond }, smallest) => (opsPerSecond / smallest.opsPerSecond).toFixed(2),
  },
  { head: "main thread, us", of: ({ cpuMicrosPerOperation }) => shown(cpuMicrosPerOperation?.nodeMain, whole) },
  { head: "other threads, us", of: ({ cpuMicrosPerOperation }) => shown(cpuMicrosPerOperation?.nodeOthers, whole) },
  { head: "start, s", of: (report) => shown(detailOf(report, "start", "seconds"), tenth) },
  { head: "restart after a kill, s", of: (report) => shown(detailOf(report, "restart", "seconds"), tenth) },
  { head: "changed keys replayed, in versions", of: replayed },
  { head: "resident, MB", of: (report) => shown(detailOf(report, "start", "residentBytes"), megabytes) },
  { head: "after the restart", of: (report) => shown(detailOf(report, "restart", "residentBytes"), megabytes) },
  { head: "under load", of: ({ peakRssBytes }) => shown(peakRssBytes, megabytes) },
  {
    head: "trees, MB",
    of: (report) =>
      shown(detailOf(report, "start", "stateBytes") ?? detailOf(report, "restart", "stateBytes"), megabytes),
  },
  {
    head: "resident per million orders",
    of: (report, smallest) => perMillionOrders(report, smallest, "residentBytes"),
  },
  {
    head: "trees per million orders, accounts included",
    of: (report, smallest) => perMillionOrders(report, smallest, "stateBytes"),
  },
  {
    head: "tree of orders and payments alone",
    of: (report, smallest) => perMillionOrders(report, smallest, "ordersBytes"),
  },
  { head: "disk, MB", of: (report) => shown(detailOf(report, "restart", "diskBytes"), megabytes) },
  { head: "errors", of: ({ errors }) => whole(Object.values(errors).reduce((sum, count) => sum + count, 0)) },
];

/** The table of one bench's reports; columns in which nothing is known are left out. */
export function growthTable(reports: readonly BenchReport[]): string {
  const sized = bySize(reports);
  const [, smallest] = sized[0]!;
  const columns = COLUMNS.map(({ head, of }) => [
    head,
    ...sized.map(([, report]) => of(report, smallest) ?? "–"),
  ]).filter(([, ...cells]) => cells.some((cell) => cell !== "–"));
  const all = [["keys", ...sized.map(([keys]) => shortNumber(keys))], ...columns];
  return markdownTable(all[0]!.map((_, row) => all.map((column) => column[row]!)));
}

/** A bench's part of the page. */
function sectionOf(reports: readonly BenchReport[]): string {
  const { bench } = reports[0]!;
  const head = `\`${bench}\`, ${measuredOn(reports)}:`;
  return [head, "", growthTable(reports), "", `![growth: ${bench}](performance/growth-${bench}.svg)`].join("\n");
}

/** Writes a bench's reports and chart, and the page's tables of all benches whose growth was measured. */
export function writeGrowth(reports: readonly BenchReport[]): void {
  const { bench } = reports[0]!;
  writeReports(join(FOLDER, `growth-${bench}.json`), reports);
  writeFileSync(join(FOLDER, `growth-${bench}.svg`), growthChart(reports));
  const files = readdirSync(FOLDER).filter((name) => /^growth-.*\.json$/.test(name));
  const sections = files.sort().map((name) => sectionOf(reportsIn(readFileSync(join(FOLDER, name), "utf8"))));
  writeFileSync(PAGE, withSection(readFileSync(PAGE, "utf8"), "growth", sections.join("\n\n")));
}

/** Reads `--sizes`. Throws an Error when they are none. */
export function sizesOf(text: string | undefined): readonly number[] | undefined {
  const sizes = text?.split(",").map(Number);
  if (sizes?.every((size) => Number.isSafeInteger(size) && size > 0) === false) {
    throw new Error("--sizes: expected numbers, as in 10000,100000");
  }
  return sizes;
}

/** Runs the command; gives what it prints. What was measured is written even if a later run fails. */
export async function growth(args: string[]): Promise<string> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      bench: { type: "string", default: "orders-create" },
      sizes: { type: "string" },
      output: { type: "string" },
      from: { type: "string" },
    },
  });
  const { from, output } = values;
  const series = growthSeries(values.bench, positionals, sizesOf(values.sizes));
  const reports = from === undefined ? [] : reportsIn(readFileSync(from, "utf8"));
  try {
    if (from === undefined) await inWorkshop((workshop) => runSeries(workshop, series, reports));
    return growthTable(reports);
  } finally {
    if (reports.length > 0) output === undefined ? writeGrowth(reports) : writeReports(output, reports);
  }
}
