// Cases: the table has the medians of each case with what is wanted, and errors of all runs; it goes between the markers that
// the page has, and nothing else of the page changes; a sweep asks its bench for flags that this has, and each for
// other figures.

import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { reportsIn } from "./charts.ts";
import { headlineTable } from "./headline.ts";
import { parseLoadOptions } from "./load/loadOptions.ts";
import { withSection } from "./page.ts";
import type { BenchReport } from "./report.ts";
import { sweepSeries } from "./series.ts";
import { recordedReport } from "./testing/recordedReports.ts";

const recorded = reportsIn(JSON.stringify(recordedReport("sendReport")))[0]!;

function run(bench: string, opsPerSecond: number, errors: BenchReport["errors"] = {}): BenchReport {
  const times = (p95: number) => ({ p50: 1, p95, p99: 1e4, max: 1e5 });
  const [latencyMs, acknowledgedMs] = [times(opsPerSecond / 40), times(opsPerSecond / 400)];
  return { ...recorded, bench, opsPerSecond, errors, latencyMs, acknowledgedMs };
}

test("default: medians of each case", () => {
  const { acknowledgedMs: _none, ...query } = run("orders-query", 20_000);
  const reports = [
    ...[run("orders-create", 4000, { "sdk:32": 2 }), run("orders-create", 4400), run("orders-create", 3900)],
    query,
    run("send", 9999),
  ];
  expect(headlineTable(reports).split("\n")).toEqual([
    "Medians of 3 runs of revision 85c7881 on 2 cores of AMD EPYC with 23.5 GiB, Node 20.20.2, the load on the same machine.",
    "",
    "| operation | bench | wanted/s at p95 | reached/s | least to most | p95 acknowledged, ms | p95 committed, ms | main thread, us | other threads, us | errors |",
    "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |",
    "| create an order | `orders-create` | 10,000 at 45 ms | 4,000 | 3,900 to 4,400 | 10 | 100 | 335 | 472 | 2 |",
    "| ask for an order | `orders-query` | 50,000 at 5 ms | 20,000 | 20,000 to 20,000 | – | 500 | 335 | 472 | 0 |",
  ]);
});

test.each(["headline", "growth"])("default: the page has the place for %s", (command) => {
  const page = readFileSync("docs/performance.md", "utf8");
  const put = (text: string, into = page) => withSection(into, command, text);
  expect(put("| one |")).toContain(`\`npm run bench -- ${command}\` -->\n| one |\n<!-- end of ${command} -->`);
  expect(put("| two |", put("| one |"))).toBe(put("| one |").replace("| one |", "| two |"));
  const stood = new RegExp(`-- ${command}\` -->\\n([\\s\\S]*?)\\n<!-- end`).exec(page)?.[1] ?? "";
  expect(put(stood, put("| one |"))).toBe(page);
  expect(() => put("", "no markers")).toThrow("the page: expected");
});

test("default: a sweep has nine open loops and closed ones with less and less in flight", () => {
  const { bench, flagSets } = sweepSeries("orders-create", ["--seconds", "5"]);
  expect(bench).toBe("orders-create");
  const options = flagSets.map((flags) => parseLoadOptions([...flags]));
  expect(options.map(({ openShare }) => openShare)).toEqual([0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0, 0, 0]);
  expect(options.slice(-3).map(({ inFlight }) => inFlight)).toEqual([64, 256, 1024]);
  expect(new Set(options.map(({ seconds }) => seconds))).toEqual(new Set([5]));
});
