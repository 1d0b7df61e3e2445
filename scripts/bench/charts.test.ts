// Cases, on reports that were made from a recorded one: the chart of latency is XML with every figure in a tip, points lie where
// their values say, and within the picture; which charts a set of reports gives; ticks; files; refusals.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { charts, chartsOf, latencyChart, reportsIn, soakChart } from "./charts.ts";
import { plot, shortNumber, ticksOf } from "./plot.ts";
import type { BenchReport, LoopResult } from "./report.ts";
import { verdictOn, type Window } from "./soak.ts";
import { expectWithin, tipsOf } from "./testing/pictures.ts";
import { elementsNamed, readXml, type XmlElement } from "./testing/readXml.ts";
import { recordedReport } from "./testing/recordedReports.ts";

const recorded = reportsIn(JSON.stringify(recordedReport("sendReport")))[0]!;

/** A report of an open loop of so many operations a second. */
function atRate(perSecond: number, p95Ms: number): BenchReport {
  const times = { p50: p95Ms / 2, p95: p95Ms, p99: p95Ms * 2, max: p95Ms * 3 };
  const acknowledgedMs = { p50: 1, p95: 2, p99: 3, max: 4 };
  const open: LoopResult = { ...recorded.closed!, opsPerSecond: perSecond, latencyMs: times, acknowledgedMs };
  return { ...recorded, open, load: [{ mode: "closed" }, { mode: "open", ratePerSecond: perSecond }] };
}

const SWEEP = [atRate(400, 60), atRate(1200, 90), atRate(2000, 310)];
const GROWTH = [1000, 2000].map((preload) => ({
  ...recorded,
  options: { ...recorded.options, preload },
  details: { start: { keys: 8 * preload } },
}));

test("default: throughput against latency", () => {
  const svg = readXml(latencyChart(SWEEP));
  expect(tipsOf(svg)).toEqual([
    ...["committed p95, open loop at 400/s: 400/s, 60 ms", "committed p95, open loop at 1,200/s: 1,200/s, 90 ms"],
    "committed p95, open loop at 2,000/s: 2,000/s, 310 ms",
    ...["committed p50, open loop at 400/s: 400/s, 30 ms", "committed p50, open loop at 1,200/s: 1,200/s, 45 ms"],
    "committed p50, open loop at 2,000/s: 2,000/s, 155 ms",
    ...["acknowledged p95, open loop at 400/s: 400/s, 2 ms", "acknowledged p95, open loop at 1,200/s: 1,200/s, 2 ms"],
    "acknowledged p95, open loop at 2,000/s: 2,000/s, 2 ms",
    ...Array.from({ length: 3 }, () => "closed loop p95, closed loop, 500 in flight: 198/s, 1,930 ms"),
  ]);
  expectWithin(svg);
  const words = elementsNamed("text", svg).map(({ text }) => text);
  expect(words).toContain("send: latency at a throughput");
  expect(words).toContain("2 cores AMD EPYC, Node 20.20.2, revision 85c7881");
});

test("behavior: a point lies where its values say", () => {
  const svg = readXml(latencyChart(SWEEP));
  // The points of the first series come behind those of the legend, which have no tips.
  const [first, second, third] = elementsNamed("circle", svg).filter(({ elements }) => elements.length > 0);
  const at = (point: XmlElement | undefined, name: string) => Number(point?.attributes[name]);
  const xOf = (point: XmlElement | undefined) => at(point, "cx");
  // 400, 1,200 and 2,000 are as far from each other.
  expect(xOf(second) - xOf(first)).toBeCloseTo(xOf(third) - xOf(second), 0);
  const steps = [at(first, "cy") - at(second, "cy"), at(second, "cy") - at(third, "cy")];
  expect(steps[1]! / steps[0]!).toBeCloseTo(Math.log(310 / 90) / Math.log(90 / 60), 1);
});

test("behavior: reports of several sizes grow, others are compared by their loops, one chart for each bench", () => {
  expect(Object.keys(chartsOf(SWEEP))).toEqual(["latency-send.svg"]);
  expect(Object.keys(chartsOf(GROWTH))).toEqual(["growth-send.svg"]);
  const { closed: _closed, ...store } = { ...recorded, bench: "store", details: { restart: { seconds: 1.5 } } };
  const stores = [1000, 2000].map((keys) => ({ ...store, options: { keys } }));
  const both = chartsOf([...SWEEP, ...stores]);
  expect(Object.keys(both)).toEqual(["latency-send.svg", "growth-store.svg"]);
  expect(tipsOf(readXml(both["growth-store.svg"] ?? ""))).toContain("after a kill under load, 2,000 keys: 1.5 seconds");
  expect(chartsOf([{ ...store, options: {} }])).toEqual({});
});

test("default: files are drawn into a folder", async () => {
  const folder = mkdtempSync(join(tmpdir(), "charts-"));
  try {
    const [sweep, growth] = [join(folder, "sweep.json"), join(folder, "growth.json")];
    writeFileSync(sweep, JSON.stringify({ reports: SWEEP }));
    writeFileSync(growth, JSON.stringify(GROWTH));
    const output = join(folder, "new/folder");
    const files = [join(output, "latency-send.svg"), join(output, "growth-send.svg")];
    expect(await charts([sweep, growth, "--output", output])).toBe(files.join("\n"));
    expect(readFileSync(files[0]!, "utf8")).toBe(latencyChart(SWEEP));
    await expect(charts(["--output", output])).rejects.toThrow("expected files with reports of benches");
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test("error: what is no report", () => {
  for (const json of ["{}", "[]", "3", '{"reports":[{"bench":"send"}]}', '[{"bench":1,"opsPerSecond":2}]']) {
    expect(() => reportsIn(json), json).toThrow("expected reports of benches");
  }
  const axis = { label: "", isLogarithmic: false };
  const empty = { heading: "nothing", subheading: "", x: axis, y: axis, series: [] };
  expect(() => plot(empty, { width: 100, height: 100 })).toThrow("nothing: no points to draw");
});

describe("ticks", () => {
  const linear = (...values: readonly number[]) => ticksOf({ label: "", isLogarithmic: false }, values);
  const logarithmic = (...values: readonly number[]) => ticksOf({ label: "", isLogarithmic: true }, values);

  test("default: from zero to the greatest value, in round steps", () => {
    expect(linear(3, 47)).toEqual([0, 10, 20, 30, 40, 50]);
    expect(linear(1000)).toEqual([0, 200, 400, 600, 800, 1000]);
    expect(linear(0.3)).toEqual([0, 0.1, 0.2, 0.3]);
    expect(linear(0)).toEqual([0, 0.2]);
  });

  test("behavior: logarithmic ticks lie around all values", () => {
    expect(logarithmic(12, 45)).toEqual([10, 20, 50]);
    expect(logarithmic(10_000, 1_000_000)).toEqual([1e4, 2e4, 5e4, 1e5, 2e5, 5e5, 1e6]);
    expect(logarithmic(0.15, 30_000)).toEqual([0.1, 1, 10, 100, 1000, 10_000, 100_000]);
    expect(logarithmic(7)).toEqual([5, 10]);
    expect(logarithmic(10)).toEqual([10, 20]);
  });

  test("default: numbers in short", () => {
    expect([0, 0.125, 9.96, 1234, 45_678, 2_500_000].map(shortNumber)).toEqual([
      ...["0", "0.125", "9.96", "1,230", "45.7k", "2.5M"],
    ]);
  });
});

test("behavior: a soak over time, and whether it was flat", () => {
  const windowsOfSoak = (memoryPerWindow: number): Window[] =>
    Array.from({ length: 30 }, (_, at) => ({
      ...{ seconds: at * 10, memoryMegabytes: 400 + at * memoryPerWindow, p50: 50 + (at % 2), p95: 80 + (at % 5) },
      done: 1000,
    }));
  const report = { ...recorded, bench: "soak", details: { windows: windowsOfSoak(0) } };
  const svg = readXml(soakChart(report));
  expect(tipsOf(svg)).toHaveLength(90);
  expect(tipsOf(svg)[6]).toBe("memory, 1 min: 400 MB");
  expectWithin(svg);
  expect(Object.keys(chartsOf([report]))).toEqual(["soak-soak.svg"]);
  expect(verdictOn(windowsOfSoak(0))).toMatchObject({
    verdict: "flat",
    memoryMegabytes: { firstThird: 400, lastThird: 400, isFlat: true },
  });
  expect(verdictOn(windowsOfSoak(10)).verdict).toBe("rises: memoryMegabytes");
});
