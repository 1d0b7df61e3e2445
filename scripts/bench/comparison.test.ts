// Cases, on reports that were recorded: the ratio is the median of the rounds' and not of the whole; figures of a bench from
// before reports had one shape; what only one side tells is said, and whose operations failed; the drawn table; output in both forms.

import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { compareRounds, comparisonTable, figureOf, median, type RawReport, type Round } from "./comparison.ts";
import { reportIn } from "./runBench.ts";
import { recordedReport, withMainThread } from "./testing/recordedReports.ts";

const report = recordedReport("sendReport");
const before = recordedReport("sendBefore");

function rounds(...pairs: readonly (readonly [RawReport, RawReport])[]): Round[] {
  return pairs.map(([base, here]) => ({ bench: "send", base, here }));
}

test("default: a ratio is taken within a round", () => {
  const { figures, incomparable } = compareRounds(
    // The machine became ten times slower in the second round, for both.
    rounds(
      [withMainThread(report, 100), withMainThread(report, 120)],
      [withMainThread(report, 1000), withMainThread(report, 900)],
      [withMainThread(report, 100), withMainThread(report, 110)],
    ),
  );
  expect(figures[0]).toEqual({
    ...{ bench: "send", figure: "main thread, us/op", isMoreBetter: false },
    ...{ base: 100, here: 120, ratio: 1.1, ratioMin: 0.9, ratioMax: 1.2 },
  });
  expect(figures.map(({ figure }) => figure)).toContain("disk, bytes/op");
  expect(incomparable).toEqual([]);
});

test("behavior: figures of reports from before are mapped, and what they do not tell is said", () => {
  const { figures, incomparable } = compareRounds(rounds([before, report]));
  const ratioOf = (name: string) => figures.find(({ figure }) => figure === name)?.ratio;
  expect(ratioOf("main thread, us/op")).toBeCloseTo(335 / 367.9);
  expect(ratioOf("other threads, us/op")).toBeCloseTo(472.3 / 441.8);
  expect(ratioOf("operations/s")).toBeCloseTo(198.2 / 132);
  expect(ratioOf("committed p95, ms")).toBeCloseTo(1930.8 / 1156.8);
  expect(ratioOf("acknowledged p95, ms")).toBeCloseTo(865.5 / 749.2);
  expect(ratioOf("peak memory, MB")).toBeCloseTo(218030080 / 2 ** 20 / 232);
  expect(incomparable).toEqual(['send: only this one tells "disk, bytes/op"']);
});

test("behavior: operations that failed are said", () => {
  const failing = { ...report, errors: { "sdk:32": 2, "sdk:5": 1 } };
  const { incomparable } = compareRounds(rounds([{ ...before, refused: 4 }, failing], [report, failing]));
  expect(incomparable.slice(0, 2)).toEqual([
    "send: 4 operations of the revision compared with failed",
    "send: 6 operations of this one failed",
  ]);
});

test("behavior: steps of `execute` are summed, in both shapes", () => {
  const micros = { decode: 10.4, check: 24.4, execute: 56 };
  expect(figureOf({ microsPerTx: micros }, "main thread, us/op")).toBeCloseTo(90.8);
  expect(figureOf({ fastMicrosPerTx: micros }, "fast blocks, us/op")).toBeCloseTo(90.8);
  expect(figureOf({ details: { fastMicrosPerTx: micros } }, "fast blocks, us/op")).toBeCloseTo(90.8);
  expect(figureOf({ microsPerTx: { decode: "fast" } }, "main thread, us/op")).toBeUndefined();
});

test("default: the table draws ratios on a scale from a half to twice", () => {
  const comparison = compareRounds(
    rounds([withMainThread(report, 100), withMainThread(report, 200)], [withMainThread(report, 100), report]),
  );
  const lines = comparisonTable(comparison, { base: "1234567", here: "here" }).split("\n");
  expect(lines[0]).toMatch(/^bench +figure +1234567 +here +ratio +spread +½ {9}1 {9}2$/);
  expect(lines[2]).toMatch(/^send +main thread, us\/op +100 +268 +2\.67x +2\.00 to 3\.35 {12}│ {9}● {2}worse$/);
  expect(lines[3]).toMatch(/^ +other threads, us\/op +472 +472 +1\.00x +1\.00 to 1\.00 {12}●$/);
});

describe("a bench's output", () => {
  test("default: the last line is the report", () => {
    expect(reportIn(`> stateset@0.1.0 bench\n{not this}\n${JSON.stringify(report)}\n`)).toEqual(report);
  });

  test("behavior: a report from before is the whole output", () => {
    expect(reportIn(readFileSync(new URL("testing/sendBefore.json", import.meta.url), "utf8"))).toEqual(before);
  });
});

test("default: medians", () => {
  expect(median([3, 1, 2])).toBe(2);
  expect(median([4, 1, 2, 3])).toBe(2.5);
  expect(median([])).toBeNaN();
});
