// How figures grow with the keys that a chain or a store holds: throughput, memory, and the time of a restart.

import { type Plot, type Point, plot, type Series, shortNumber } from "./plot.ts";
import { type BenchReport, detailOf, measuredOn } from "./report.ts";
import { element, picture } from "./svg.ts";

const PANEL = { width: 400, height: 340 };
const MEGABYTE = 2 ** 20;
/** What is wanted of the throughput over the largest state, as a share of that over the smallest. */
const SHARE_WANTED = 0.7;

type FigureOf = (report: BenchReport) => number | undefined;

/** How many keys a chain or a store held before the load; undefined for benches to which that means nothing. */
export function keysOf(report: BenchReport): number | undefined {
  const keys = detailOf(report, "start", "keys") ?? Number(report.options["keys"]);
  return keys > 0 ? keys : undefined;
}

/** Reports by the keys held, the fewest first; those without are left out. */
export function bySize(reports: readonly BenchReport[]): readonly (readonly [keys: number, report: BenchReport])[] {
  return reports
    .flatMap((report) => [[keysOf(report) ?? 0, report] as const])
    .filter(([keys]) => keys > 0)
    .sort(([a], [b]) => a - b);
}

function megabytes(bytesOf: FigureOf): FigureOf {
  return (report) => {
    const bytes = bytesOf(report);
    return bytes === undefined ? undefined : bytes / MEGABYTE;
  };
}

/** What may grow, by what it is called. */
const PANELS: readonly {
  readonly heading: string;
  readonly label: string;
  /** From a few megabytes to thousands, all are to be told apart. */
  readonly isLogarithmic?: boolean;
  readonly lines: Readonly<Record<string, FigureOf>>;
}[] = [
  { heading: "Throughput", label: "operations a second", lines: { throughput: ({ opsPerSecond }) => opsPerSecond } },
  {
    heading: "Memory",
    label: "MB",
    isLogarithmic: true,
    lines: {
      "under load": megabytes(({ peakRssBytes }) => peakRssBytes),
      "after a start": megabytes((report) => detailOf(report, "start", "residentBytes")),
      trees: megabytes(
        (report) => detailOf(report, "start", "stateBytes") ?? detailOf(report, "restart", "stateBytes"),
      ),
    },
  },
  {
    heading: "Restart",
    label: "seconds",
    lines: {
      "after a kill under load": (report) => detailOf(report, "restart", "seconds"),
      "nothing to replay": (report) => detailOf(report, "start", "seconds"),
    },
  },
];

/** Throughput, memory and time of a restart over sizes, for one bench. */
export function growthChart(reports: readonly BenchReport[]): string {
  const sized = bySize(reports);
  const plots = PANELS.flatMap(({ heading, label, isLogarithmic = false, lines }, index): Plot[] => {
    const named = Object.entries(lines);
    const series = named.flatMap(([name, of], at): Series[] => {
      // Of three that run together the middle one has no room for labels.
      const isLast = at > 0 && at === named.length - 1;
      const hasLabels = at === 0 || isLast;
      const points = sized.flatMap(([keys, report]): Point[] => {
        const y = of(report);
        if (y === undefined) return [];
        const shown = shortNumber(y);
        return [
          {
            x: keys,
            y,
            tip: `${name}, ${shortNumber(keys)} keys: ${shown} ${label}`,
            ...(hasLabels && { label: shown }),
          },
        ];
      });
      return points.length === 0 ? [] : [{ name, points, hasLine: true, labelsBelow: isLast }];
    });
    if (series.length === 0) return [];
    return [
      {
        heading,
        subheading: index === 0 ? `${reports[0]!.bench}, ${measuredOn(reports)}` : "",
        x: { label: "keys held before", isLogarithmic: true },
        y: { label, isLogarithmic },
        series,
        ...(index === 0 && {
          level: { y: series[0]!.points[0]!.y * SHARE_WANTED, label: `${SHARE_WANTED} of the first` },
        }),
      },
    ];
  });
  const drawn = plots.map((one, index) =>
    element("g", { transform: `translate(${index * PANEL.width} 0)` }, plot(one, PANEL)),
  );
  return picture({ width: PANEL.width * plots.length, height: PANEL.height }, drawn);
}
