// `npm run bench -- charts FILE...json --output FOLDER`: pictures from reports of benches, without a browser: throughput
// against latency, how figures grow with what the chain holds, and how they go over a soak.

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { growthChart, keysOf } from "./growthChart.ts";
import { type Point, plot, type Series, shortNumber } from "./plot.ts";
import { type BenchReport, isObject, type LoopResult, measuredOn } from "./report.ts";
import { element, picture } from "./svg.ts";

const LATENCY_SIZE = { width: 760, height: 420 };
const SOAK_PANEL = { width: 480, height: 320 };

function isReport(value: unknown): value is BenchReport {
  return isObject(value) && typeof value["bench"] === "string" && typeof value["opsPerSecond"] === "number";
}

/** Reports in a file's text: one, a list, or an object with `reports`. Throws an Error when there is none. */
export function reportsIn(json: string): BenchReport[] {
  const read: unknown = JSON.parse(json);
  const inner = isObject(read) && "reports" in read ? read["reports"] : read;
  const list = Array.isArray(inner) ? inner : [inner];
  if (list.length === 0 || !list.every(isReport)) throw new Error("expected reports of benches");
  return list;
}

type Loop = { readonly loop: LoopResult; readonly words: string };

function openLoops(reports: readonly BenchReport[]): Loop[] {
  return reports.flatMap(({ open, load }) => {
    if (open === undefined) return [];
    const rate = load?.find(({ mode }) => mode === "open")?.ratePerSecond ?? open.opsPerSecond;
    return [{ loop: open, words: `open loop at ${shortNumber(rate)}/s` }];
  });
}

function closedLoops(reports: readonly BenchReport[]): Loop[] {
  return reports.flatMap(({ closed, options }) => {
    if (closed === undefined) return [];
    return [{ loop: closed, words: `closed loop, ${options["inFlight"] ?? options["connections"] ?? "?"} in flight` }];
  });
}

type LatencyOf = (loop: LoopResult) => number | undefined;

function latencySeries(name: string, loops: readonly Loop[], latencyOf: LatencyOf, hasLine: boolean): Series[] {
  const points = loops.flatMap(({ loop, words }): Point[] => {
    const y = latencyOf(loop);
    // A logarithmic axis has no zero; nothing takes less than the tenth that is measured.
    if (y === undefined) return [];
    const tip = `${name}, ${words}: ${shortNumber(loop.opsPerSecond)}/s, ${shortNumber(y)} ms`;
    return [{ x: loop.opsPerSecond, y: Math.max(0.1, y), tip }];
  });
  if (points.length === 0) return [];
  return [{ name, points: points.sort((a, b) => a.x - b.x), hasLine }];
}

/** Throughput against latency of one bench: the open loops as lines, the closed ones as points. */
export function latencyChart(reports: readonly BenchReport[]): string {
  const [open, closed] = [openLoops(reports), closedLoops(reports)];
  const committed = (of: "p50" | "p95") => (loop: LoopResult) => loop.latencyMs[of];
  const series = [
    ...latencySeries("committed p95", open, committed("p95"), true),
    ...latencySeries("committed p50", open, committed("p50"), true),
    ...latencySeries("acknowledged p95", open, (loop) => loop.acknowledgedMs?.p95, true),
    ...latencySeries("closed loop p95", closed, committed("p95"), false),
  ];
  const shown = {
    heading: `${reports[0]!.bench}: latency at a throughput`,
    subheading: measuredOn(reports),
    x: { label: "operations a second", isLogarithmic: false },
    y: { label: "milliseconds", isLogarithmic: true },
    series,
  };
  return picture(LATENCY_SIZE, plot(shown, LATENCY_SIZE));
}

interface SoakWindow {
  readonly seconds: number;
  readonly memoryMegabytes: number;
  readonly p50: number;
  readonly p95: number;
}

function windowsOf({ details }: BenchReport): readonly SoakWindow[] {
  const windows = details?.["windows"];
  return Array.isArray(windows) ? windows : [];
}

/** Memory and latency of a soak over time. */
export function soakChart(report: BenchReport): string {
  const lineOf = (name: string, unit: string, of: (window: SoakWindow) => number): Series => {
    const points = windowsOf(report).map((window): Point => {
      const minutes = window.seconds / 60;
      return {
        x: minutes,
        y: of(window),
        tip: `${name}, ${shortNumber(minutes)} min: ${shortNumber(of(window))} ${unit}`,
      };
    });
    return { name, points, hasLine: true };
  };
  const panels = [
    { heading: "Memory", label: "resident MB", series: [lineOf("memory", "MB", (window) => window.memoryMegabytes)] },
    {
      heading: "Latency",
      label: "milliseconds",
      series: [lineOf("p95", "ms", ({ p95 }) => p95), lineOf("p50", "ms", ({ p50 }) => p50)],
    },
  ];
  const drawn = panels.map(({ heading, label, series }, index) => {
    const subheading =
      index === 0 ? `${report.bench} at ${shortNumber(report.opsPerSecond)}/s, ${measuredOn([report])}` : "";
    const axes = { x: { label: "minutes", isLogarithmic: false }, y: { label, isLogarithmic: false } };
    const transform = `translate(${index * SOAK_PANEL.width} 0)`;
    return element("g", { transform }, plot({ heading, subheading, ...axes, series }, SOAK_PANEL));
  });
  return picture({ width: SOAK_PANEL.width * panels.length, height: SOAK_PANEL.height }, drawn);
}

/**
 * Pictures by file name: for each bench its latencies where loops were run, its growth where sizes differ, and the time of
 * a soak.
 */
export function chartsOf(reports: readonly BenchReport[]): Readonly<Record<string, string>> {
  const charts: Record<string, string> = {};
  for (const bench of new Set(reports.map((report) => report.bench))) {
    const own = reports.filter((report) => report.bench === bench);
    const sized = own.filter((report) => keysOf(report) !== undefined);
    const sizes = new Set(sized.map(({ options }) => options["preload"] ?? options["keys"]));
    const soak = own.find((report) => windowsOf(report).length > 1);
    if (soak !== undefined) charts[`soak-${bench}.svg`] = soakChart(soak);
    else if (sizes.size > 1) charts[`growth-${bench}.svg`] = growthChart(own);
    // Loops over different amounts are not one curve.
    else if (own.some(({ open, closed }) => open ?? closed)) charts[`latency-${bench}.svg`] = latencyChart(own);
  }
  return charts;
}

/** Draws the reports of some files; gives the names of the pictures. */
export function writeCharts(reports: readonly BenchReport[], folder: string): string[] {
  mkdirSync(folder, { recursive: true });
  return Object.entries(chartsOf(reports)).map(([name, svg]) => {
    const file = join(folder, name);
    writeFileSync(file, svg);
    return file;
  });
}

/** Runs the command; gives what it prints. */
export async function charts(args: string[]): Promise<string> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { output: { type: "string", default: "docs/performance" } },
  });
  if (positionals.length === 0) throw new Error("expected files with reports of benches");
  // File by file: a sweep over rates and one over sizes are two pictures, even of one bench.
  const written = positionals.flatMap((file) => writeCharts(reportsIn(readFileSync(file, "utf8")), values.output));
  return written.length === 0 ? "no report has loops or sizes to draw" : written.join("\n");
}
