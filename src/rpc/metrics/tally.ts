// Numbers that are counted often and read seldom, shown as prom-client shows its own. PERF: prom-client looks labels up anew
// with each value, which takes 1 to 2 us for each request; an addition takes nothing.

import { Counter, type Metric, type Registry } from "prom-client";

/** What a metric is called and about. */
export interface MetricText {
  readonly name: string;
  readonly help: string;
}

/** A counter's number for one set of labels. */
class Count {
  readonly labels: Readonly<Record<string, string>>;
  /** Not told to the counter yet. */
  pending = 0;

  constructor(labels: Readonly<Record<string, string>>) {
    this.labels = labels;
  }

  add(count = 1): void {
    this.pending += count;
  }
}

/** Numbers of a counter, by two labels. Their values come from the node itself, so that they are few. */
export class CountBy {
  readonly #labelNames: readonly [string, string];
  readonly #counts = new Map<string, Map<string, Count>>();

  constructor(registry: Registry, text: MetricText, labelNames: readonly [string, string]) {
    this.#labelNames = labelNames;
    const pass = (counter: Counter) => {
      for (const counts of this.#counts.values()) {
        for (const count of counts.values()) {
          counter.inc(count.labels, count.pending);
          count.pending = 0;
        }
      }
    };
    new Counter({
      ...text,
      labelNames,
      registers: [registry],
      collect() {
        pass(this);
      },
    });
  }

  of(first: string, second: string): Count {
    const known = this.#counts.get(first)?.get(second);
    if (known !== undefined) return known;
    const [firstName, secondName] = this.#labelNames;
    const made = new Count({ [firstName]: first, [secondName]: second });
    const counts = this.#counts.get(first) ?? new Map<string, Count>();
    this.#counts.set(first, counts.set(second, made));
    return made;
  }
}

/** A histogram's numbers for one value of its label. */
class Times {
  readonly #bounds: readonly number[];
  /** By bucket, those beyond the last bound behind them. */
  readonly counts: Float64Array;
  sum = 0;

  constructor(bounds: readonly number[]) {
    this.#bounds = bounds;
    this.counts = new Float64Array(bounds.length + 1);
  }

  observe(value: number): void {
    const bounds = this.#bounds;
    let bucket = 0;
    while (bucket < bounds.length && value > bounds[bucket]!) bucket += 1;
    this.counts[bucket]! += 1;
    this.sum += value;
  }
}

/** A histogram by one label. */
export class TimesBy {
  readonly name: string;
  readonly help: string;
  readonly type = "histogram";
  readonly aggregator = "sum";
  readonly #label: string;
  readonly #bounds: readonly number[];
  readonly #times = new Map<string, Times>();

  /** `bounds` rise. */
  constructor(registry: Registry, { name, help }: MetricText, label: string, bounds: readonly number[]) {
    this.name = name;
    this.help = help;
    this.#label = label;
    this.#bounds = bounds;
    // A registry asks a metric for its name and for `get`, and for nothing else.
    registry.registerMetric(this as unknown as Metric);
  }

  of(value: string): Times {
    const known = this.#times.get(value);
    if (known !== undefined) return known;
    const made = new Times(this.#bounds);
    this.#times.set(value, made);
    return made;
  }

  /** As the registry reads it. */
  async get() {
    const { name, help, type, aggregator } = this;
    return {
      name,
      help,
      type,
      aggregator,
      values: [...this.#times].flatMap(([value, times]) => this.#lines(value, times)),
    };
  }

  #lines(value: string, { counts, sum }: Times) {
    const label = { [this.#label]: value };
    let count = 0;
    const buckets = [...this.#bounds, "+Inf"].map((le, bucket) => {
      count += counts[bucket]!;
      return { metricName: `${this.name}_bucket`, labels: { le, ...label }, value: count };
    });
    return [
      ...buckets,
      { metricName: `${this.name}_sum`, labels: label, value: sum },
      { metricName: `${this.name}_count`, labels: label, value: count },
    ];
  }
}
