// Counters, histograms and gauges of one client, by name and tags.

/** Values of tags are text; names and tags should be few. */
export type Tags = Readonly<Record<string, string | number | boolean>>;

/** Upper bounds of a histogram's buckets: milliseconds for most, any unit will do. */
export const HISTOGRAM_BOUNDS = [1, 2, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 30_000] as const;

interface SeriesIdentity {
  readonly name: string;
  readonly tags: Tags;
}

/** Only grows. */
export interface CounterSeries extends SeriesIdentity {
  readonly kind: "counter";
  value: number;
}

/** The last value. */
export interface GaugeSeries extends SeriesIdentity {
  readonly kind: "gauge";
  value: number;
}

/** How values are spread. */
export interface HistogramSeries extends SeriesIdentity {
  readonly kind: "histogram";
  count: number;
  sum: number;
  min: number;
  max: number;
  /** How many values are at most the bound of the same place; the last is of those above all bounds. */
  readonly buckets: number[];
}

export type Series = CounterSeries | GaugeSeries | HistogramSeries;

/** More series than this are not kept: a tag with an id in it would fill the memory. */
const SERIES_MAX = 2_000;

function keyOf(kind: Series["kind"], name: string, tags: Tags): string {
  const entries = Object.entries(tags).sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([kind, name, ...entries.map(([tag, value]) => [tag, String(value)])]);
}

function newSeries(kind: Series["kind"], name: string, tags: Tags): Series {
  if (kind !== "histogram") return { kind, name, tags, value: 0 };
  const buckets = new Array<number>(HISTOGRAM_BOUNDS.length + 1).fill(0);
  return { kind, name, tags, count: 0, sum: 0, min: Number.POSITIVE_INFINITY, max: Number.NEGATIVE_INFINITY, buckets };
}

function add(series: Series, value: number): void {
  if (series.kind === "gauge") series.value = value;
  else if (series.kind === "counter") series.value += Math.max(0, value);
  else {
    const bucket = HISTOGRAM_BOUNDS.findIndex((bound) => value <= bound);
    series.buckets[bucket === -1 ? HISTOGRAM_BOUNDS.length : bucket]! += 1;
    series.count += 1;
    series.sum += value;
    series.min = Math.min(series.min, value);
    series.max = Math.max(series.max, value);
  }
}

/** All series of a client. */
export class MetricsRegistry {
  readonly #series = new Map<string, Series>();
  /** Values of series beyond SERIES_MAX, and values that are no numbers. */
  dropped = 0;

  record(kind: Series["kind"], name: string, value: number, tags: Tags): void {
    const key = keyOf(kind, name, tags);
    let series = this.#series.get(key);
    if (!Number.isFinite(value) || (series === undefined && this.#series.size >= SERIES_MAX)) {
      this.dropped += 1;
      return;
    }
    if (series === undefined) {
      series = newSeries(kind, name, { ...tags });
      this.#series.set(key, series);
    }
    add(series, value);
  }

  /** A copy of all series as they are now. */
  snapshot(): readonly Series[] {
    return structuredClone([...this.#series.values()]);
  }
}
