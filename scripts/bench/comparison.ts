// Two revisions by their benches' reports, figure by figure: pure. A ratio is taken within a round, in which both ran one
// after the other, since the machine changes more from round to round than within one; of the ratios the median is given
// with the least and the greatest.

import { columns } from "./textTable.ts";

/** A bench's output as it was read: of this revision, or of one from before reports had one shape. */
export type RawReport = Readonly<Record<string, unknown>>;

/** Where a figure is in a report. An object of numbers there counts as their sum. */
type Place = string | { readonly path: string; readonly times: number };

interface Figure {
  readonly name: string;
  readonly isMoreBetter?: true;
  /** The report's own place first, then those from before. */
  readonly places: readonly Place[];
}

const FIGURES = [
  {
    name: "main thread, us/op",
    places: ["cpuMicrosPerOperation.nodeMain", "microsPerRequest.cpu.main", "microsPerTx"],
  },
  { name: "other threads, us/op", places: ["cpuMicrosPerOperation.nodeOthers", "microsPerRequest.cpu.others"] },
  { name: "fast blocks, us/op", places: ["details.fastMicrosPerTx", "fastMicrosPerTx"] },
  { name: "tree and disk, us/op", places: ["details.usPerKey", "usPerKey"] },
  {
    name: "operations/s",
    isMoreBetter: true,
    places: ["opsPerSecond", "txPerSecond", "queriesPerSecond", "requestsPerSecond"],
  },
  {
    name: "committed p95, ms",
    places: ["latencyMs.p95", "submitToCommittedMs.p95", "answerMs.p95"],
  },
  {
    name: "acknowledged p95, ms",
    places: ["acknowledgedMs.p95", "submitToAcknowledgedMs.p95"],
  },
  {
    name: "peak memory, MB",
    places: [
      { path: "peakRssBytes", times: 2 ** -20 },
      { path: "memory.peakRssBytes", times: 2 ** -20 },
      "nodePeakMemoryMb",
    ],
  },
  { name: "disk, bytes/op", places: ["diskBytesPerOperation"] },
] as const satisfies readonly Figure[];

/** A figure's name. */
export type FigureName = (typeof FIGURES)[number]["name"];

/** One bench of both revisions, run one after the other. */
export interface Round {
  readonly bench: string;
  readonly base: RawReport;
  readonly here: RawReport;
}

/** A figure of both revisions. */
export interface ComparedFigure {
  readonly bench: string;
  readonly figure: FigureName;
  /** Medians over the rounds. */
  readonly base: number;
  readonly here: number;
  /** Of here to base: the median over the rounds, the least, and the greatest. */
  readonly ratio: number;
  readonly ratioMin: number;
  readonly ratioMax: number;
  readonly isMoreBetter: boolean;
}

const SIDES = [
  ["base", "the revision compared with"],
  ["here", "this one"],
] as const;

/** What `compare` gives. */
export interface Comparison {
  readonly figures: readonly ComparedFigure[];
  /** What only one of the revisions tells, and whose operations failed, in words. */
  readonly incomparable: readonly string[];
}

/** The middle value; of an even number of values the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >>> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? Number.NaN)) / 2;
}

function valueAt(report: RawReport, path: string): number | undefined {
  let value: unknown = report;
  for (const name of path.split(".")) {
    if (typeof value !== "object" || value === null) return undefined;
    value = Object.entries(value).find(([key]) => key === name)?.[1];
  }
  if (typeof value === "number") return value;
  if (typeof value !== "object" || value === null) return undefined;
  const parts = Object.values(value);
  return parts.every((part) => typeof part === "number") ? parts.reduce((sum, part) => sum + part, 0) : undefined;
}

/** A figure of a report; undefined where the bench does not tell it. */
export function figureOf(report: RawReport, name: FigureName): number | undefined {
  const places: readonly Place[] = FIGURES.find((figure) => figure.name === name)?.places ?? [];
  for (const place of places) {
    const { path, times } = typeof place === "string" ? { path: place, times: 1 } : place;
    const value = valueAt(report, path);
    if (value !== undefined) return value * times;
  }
  return undefined;
}

/** Operations that were refused or failed, in either shape of a report. */
function failuresOf(report: RawReport): number {
  return valueAt(report, "errors") ?? valueAt(report, "refused") ?? 0;
}

/** Compares what rounds gave, bench by bench in the order in which they first ran. */
export function compareRounds(rounds: readonly Round[]): Comparison {
  const figures: ComparedFigure[] = [];
  const incomparable: string[] = [];
  for (const bench of new Set(rounds.map((round) => round.bench))) {
    const own = rounds.filter((round) => round.bench === bench);
    for (const [side, words] of SIDES) {
      const failed = own.reduce((sum, round) => sum + failuresOf(round[side]), 0);
      if (failed > 0) incomparable.push(`${bench}: ${failed} operations of ${words} failed`);
    }
    for (const { name, ...figure } of FIGURES) {
      const bases = own.flatMap(({ base }) => figureOf(base, name) ?? []);
      const heres = own.flatMap(({ here }) => figureOf(here, name) ?? []);
      if (bases.length === own.length && heres.length === own.length) {
        if ([...bases, ...heres].every((value) => value === 0)) continue;
        const isMoreBetter = "isMoreBetter" in figure;
        figures.push({ bench, figure: name, ...ratiosOf(bases, heres), isMoreBetter });
      } else if (bases.length + heres.length > 0) {
        const [, teller] = bases.length > heres.length ? SIDES[0] : SIDES[1];
        incomparable.push(`${bench}: only ${teller} tells "${name}"`);
      }
    }
  }
  return { figures, incomparable };
}

function ratiosOf(bases: readonly number[], heres: readonly number[]) {
  const ratios = bases.map((base, round) => heres[round]! / base);
  return {
    base: median(bases),
    here: median(heres),
    ratio: median(ratios),
    ratioMin: Math.min(...ratios),
    ratioMax: Math.max(...ratios),
  };
}

/** Characters of a drawn ratio, odd: 1 is in the middle, its ends are half and twice. */
const SCALE_WIDTH = 21;

/** A ratio and its spread on a logarithmic scale; what is beyond the ends lies on them. */
function drawnRatio({ ratio, ratioMin, ratioMax }: ComparedFigure): string {
  const half = (SCALE_WIDTH - 1) / 2;
  const at = (value: number) => Math.round(half + half * Math.max(-1, Math.min(1, Math.log2(value))));
  const [from, to, middle] = [at(ratioMin), at(ratioMax), at(ratio)];
  return Array.from({ length: SCALE_WIDTH }, (_, column) => {
    if (column === middle) return "●";
    if (column >= from && column <= to) return "─";
    return column === half ? "│" : " ";
  }).join("");
}

const shown = (value: number): string => value.toLocaleString("en-US", { maximumFractionDigits: value < 100 ? 1 : 0 });
const shownRatio = (value: number): string => `${value.toFixed(2)}x`;

function judged({ ratio, isMoreBetter }: ComparedFigure): string {
  // The cases in between are as good as the same.
  if (ratio > 0.97 && ratio < 1.03) return "";
  return ratio > 1 === isMoreBetter ? "better" : "worse";
}

/** The comparison as a drawn table. */
export function comparisonTable(
  { figures, incomparable }: Comparison,
  names: { readonly base: string; readonly here: string },
): string {
  const rows = figures.map((figure, index) => [
    figure.bench === figures[index - 1]?.bench ? "" : figure.bench,
    figure.figure,
    ...[shown(figure.base), shown(figure.here), shownRatio(figure.ratio)],
    `${figure.ratioMin.toFixed(2)} to ${figure.ratioMax.toFixed(2)}`,
    ...[drawnRatio(figure), judged(figure)],
  ]);
  const scale = `½${"1".padStart((SCALE_WIDTH - 1) / 2)}${"2".padStart((SCALE_WIDTH - 1) / 2)}`;
  const head = ["bench", "figure", names.base, names.here, "ratio", "spread", scale, ""];
  const table = columns([head, ...rows], ["left", "left", "right", "right", "right", "right", "left", "left"]);
  return [table, ...incomparable.map((words) => `not compared: ${words}`)].join("\n");
}
