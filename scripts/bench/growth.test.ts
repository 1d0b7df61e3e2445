// Cases, on reports that were made from a recorded one: the chart has three panels with every figure in a tip, and a line at
// 0.7 of the first throughput; the table has the sizes in their order, shares and differences of the smallest, and no column
// that is empty; flags of the runs; refusals.

import { expect, test } from "vitest";
import { reportsIn } from "./charts.ts";
import { growth, growthSeries, growthTable, sizesOf } from "./growth.ts";
import { growthChart } from "./growthChart.ts";
import { parseLoadOptions } from "./load/loadOptions.ts";
import type { BenchReport } from "./report.ts";
import { expectWithin, tipsOf } from "./testing/pictures.ts";
import { elementsNamed, readXml } from "./testing/readXml.ts";
import { recordedReport } from "./testing/recordedReports.ts";

const recorded = reportsIn(JSON.stringify(recordedReport("sendReport")))[0]!;
const MEGABYTE = 2 ** 20;

/** A report over a chain that held so many orders, and, but for a base, a kilobyte for each. */
function atSize(preload: number, opsPerSecond: number, restartSeconds: number): BenchReport {
  const stateBytes = preload * 512;
  const residentBytes = 200 * MEGABYTE + preload * 1024;
  const start = {
    seconds: restartSeconds / 4,
    keys: 8 * preload,
    stateBytes,
    ordersBytes: stateBytes / 2,
    residentBytes,
  };
  const changes = { versions: 600, changes: 1_234_567, diskBytes: 300 * MEGABYTE };
  const restart = { ...start, seconds: restartSeconds, residentBytes: residentBytes * 2, ...changes };
  const options = { ...recorded.options, preload };
  return { ...recorded, options, opsPerSecond, details: { start, restart } };
}

const GROWTH = [atSize(1_250_000, 2400, 9.5), atSize(1250, 3000, 2), atSize(125_000, 2750, 4)];
const { closed: _closed, cpuMicrosPerOperation: _cpu, ...store } = { ...recorded, bench: "store" };
const STORES = [1000, 2000].map((keys) => ({ ...store, options: { keys }, details: { restart: { seconds: 1.5 } } }));

test("default: the chart of a load", () => {
  const svg = readXml(growthChart(GROWTH));
  const sizes = ["10k", "1M", "10M"];
  const tips = (name: string, values: readonly string[], unit: string) =>
    sizes.map((size, at) => `${name}, ${size} keys: ${values[at]} ${unit}`);
  expect(tipsOf(svg)).toEqual([
    ...tips("throughput", ["3,000", "2,750", "2,400"], "operations a second"),
    ...tips("under load", ["208", "208", "208"], "MB"),
    ...tips("after a start", ["201", "322", "1,420"], "MB"),
    ...tips("trees", ["0.61", "61", "610"], "MB"),
    ...tips("after a kill under load", ["2", "4", "9.5"], "seconds"),
    ...tips("nothing to replay", ["0.5", "1", "2.38"], "seconds"),
  ]);
  expectWithin(svg);
  const words = elementsNamed("text", svg).map(({ text }) => text);
  for (const word of ["Throughput", "Memory", "Restart", "100k", "10M", "0.7 of the first"])
    expect(words).toContain(word);
});

test("behavior: the line lies at 0.7 of the throughput over the fewest keys", () => {
  const svg = readXml(growthChart(GROWTH));
  const [line, ...others] = elementsNamed("line", svg).filter((one) => "stroke-dasharray" in one.attributes);
  expect(others).toEqual([]);
  // The axis ends at 3,000, where the first point is, and at 0, where the marks of the other axis begin.
  const first = elementsNamed("circle", svg).find(({ elements }) => elements.length > 0)!;
  const top = Number(first.attributes["cy"]);
  const bottom = Math.max(...elementsNamed("line", svg).map(({ attributes }) => Number(attributes["y1"])));
  expect((bottom - Number(line!.attributes["y1"])) / (bottom - top)).toBeCloseTo(0.7, 3);
});

test("default: the chart of a store", () => {
  expect(tipsOf(readXml(growthChart(STORES)))).toEqual([
    ...["throughput, 1,000 keys: 198 operations a second", "throughput, 2,000 keys: 198 operations a second"],
    ...["under load, 1,000 keys: 208 MB", "under load, 2,000 keys: 208 MB"],
    ...["after a kill under load, 1,000 keys: 1.5 seconds", "after a kill under load, 2,000 keys: 1.5 seconds"],
  ]);
});

test("default: the table of a load", () => {
  expect(growthTable(GROWTH).split("\n")).toEqual([
    "| keys | orders | operations/s | of the smallest | main thread, us | other threads, us | start, s | restart after a kill, s | changed keys replayed, in versions | resident, MB | after the restart | under load | trees, MB | resident per million orders | trees per million orders, accounts included | tree of orders and payments alone | disk, MB | errors |",
    `|${" --- |".repeat(18)}`,
    "| 10k | 1,250 | 3,000 | 1.00 | 335 | 472 | 0.5 | 2 | 1.23M in 600 | 201 | 402 | 208 | 1 | – | – | – | 300 | 0 |",
    "| 1M | 125,000 | 2,750 | 0.92 | 335 | 472 | 1 | 4 | 1.23M in 600 | 322 | 644 | 208 | 61 | 977 | 488 | 244 | 300 | 0 |",
    "| 10M | 1,250,000 | 2,400 | 0.80 | 335 | 472 | 2.4 | 9.5 | 1.23M in 600 | 1,421 | 2,841 | 208 | 610 | 977 | 488 | 244 | 300 | 0 |",
  ]);
});

test("behavior: a column in which nothing is known is left out", () => {
  expect(growthTable(STORES).split("\n")[0]).toBe(
    "| keys | operations/s | of the smallest | restart after a kill, s | under load | errors |",
  );
});

test("default: chains from ten thousand keys to ten million, each with a restart", () => {
  const { flagSets } = growthSeries("orders-create", ["--seconds", "20"]);
  const options = flagSets.map((flags) => parseLoadOptions([...flags]));
  expect(options.map(({ preload }) => preload)).toEqual([1_250, 12_500, 125_000, 1_250_000]);
  for (const one of options) expect(one).toMatchObject({ seconds: 20, openShare: 0, killAfter: 240 });
  expect(growthSeries("store", [], undefined).flagSets.at(-1)).toEqual([
    ...["--keys", "10000000", "--updates", "3000", "--blocks", "100"],
  ]);
  expect(
    growthSeries("store", ["--keep", "3"], [50, 7]).flagSets.map(([, keys, ...others]) => [keys, others.slice(-2)]),
  ).toEqual([
    ["7", ["--keep", "3"]],
    ["50", ["--keep", "3"]],
  ]);
});

test("error: what is no size, and a file that is not there", async () => {
  expect(sizesOf(undefined)).toBeUndefined();
  expect(sizesOf("5,10")).toEqual([5, 10]);
  for (const text of ["", "a", "1,,2", "0", "1.5", "-3"]) expect(() => sizesOf(text), text).toThrow("--sizes");
  await expect(growth(["--sizes", "none"])).rejects.toThrow("--sizes: expected numbers");
  await expect(growth(["--from", "none.json"])).rejects.toThrow("none.json");
});
