// `client.metrics`: what a shop counts, and what the client counts of itself. It goes to OpenTelemetry's API where that is
// installed, or in batches to an OTLP endpoint. Nothing here ever throws into, or waits in, the caller's way.

import { otlpBody } from "./otlp.ts";
import { MetricsRegistry, type Series, type Tags } from "./registry.ts";

/** As much of an OpenTelemetry meter as is used. */
export interface Meter {
  createCounter(name: string): { add(value: number, attributes?: Tags): void };
  createHistogram(name: string): { record(value: number, attributes?: Tags): void };
  createGauge(name: string): { record(value: number, attributes?: Tags): void };
}

export interface MetricsOptions {
  /** Default true where other options are given. */
  readonly enabled?: boolean | undefined;
  /** Base URL of an OTLP/HTTP collector; `/v1/metrics` is added. */
  readonly endpoint?: string | undefined;
  /** Headers of each push, such as the collector's authorization. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Added to every value. */
  readonly tags?: Tags | undefined;
  /** Milliseconds between two pushes; 10000 by default. */
  readonly interval?: number | undefined;
  /** A meter of OpenTelemetry; by default that of `@opentelemetry/api` where it is installed. */
  readonly meter?: Meter | undefined;
}

const INTERVAL_MS = 10_000;
const PUSH_TIMEOUT_MS = 10_000;
const SCOPE = "@stateset/commerce-sdk";

interface OpenTelemetryApi {
  readonly metrics: { getMeter(name: string): Meter };
}

async function installedMeter(): Promise<Meter | undefined> {
  // Not a literal: bundlers must not look for a package that need not be there.
  const name = "@opentelemetry/api";
  try {
    const loaded = (await import(/* @vite-ignore */ /* webpackIgnore: true */ name)) as OpenTelemetryApi;
    return loaded.metrics.getMeter(SCOPE);
  } catch {
    return undefined;
  }
}

type Instrument = (value: number, tags: Tags) => void;

/** Instruments of a meter by kind and name. */
class MeterBridge {
  readonly #meter: Meter;
  readonly #instruments = new Map<string, Instrument>();

  constructor(meter: Meter) {
    this.#meter = meter;
  }

  record(kind: Series["kind"], name: string, value: number, tags: Tags): void {
    const key = `${kind} ${name}`;
    let instrument = this.#instruments.get(key);
    if (instrument === undefined) {
      instrument = this.#instrument(kind, name);
      this.#instruments.set(key, instrument);
    }
    instrument(value, tags);
  }

  #instrument(kind: Series["kind"], name: string): Instrument {
    if (kind === "counter") {
      const counter = this.#meter.createCounter(name);
      return (value, tags) => counter.add(value, tags);
    }
    const recorder = kind === "gauge" ? this.#meter.createGauge(name) : this.#meter.createHistogram(name);
    return (value, tags) => recorder.record(value, tags);
  }
}

interface MetricsParts {
  readonly fetch: typeof fetch;
  readonly nowMs: () => number;
}

/** Counts; tells nobody when it is not enabled. */
export class Metrics {
  readonly #options: MetricsOptions;
  readonly #parts: MetricsParts;
  readonly #registry = new MetricsRegistry();
  readonly #startedMs: number;
  #bridge: MeterBridge | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #pushFailures = 0;

  constructor(options: MetricsOptions | undefined, parts: MetricsParts) {
    this.#options = options ?? { enabled: false };
    this.#parts = parts;
    this.#startedMs = parts.nowMs();
    if (!this.isEnabled || this.#options.endpoint !== undefined) return;
    const { meter } = this.#options;
    if (meter !== undefined) this.#bridge = new MeterBridge(meter);
    else void installedMeter().then((found) => (this.#bridge = found && new MeterBridge(found)));
  }

  get isEnabled(): boolean {
    return this.#options.enabled !== false;
  }

  /** How many pushes did not arrive. Their values come with the next one. */
  get pushFailures(): number {
    return this.#pushFailures;
  }

  /** Adds to a counter. */
  increment(name: string, value = 1, tags: Tags = {}): void {
    this.#record("counter", name, value, tags);
  }

  /** Adds a value to a histogram. */
  histogram(name: string, value: number, tags: Tags = {}): void {
    this.#record("histogram", name, value, tags);
  }

  /** Says how much there is now. */
  gauge(name: string, value: number, tags: Tags = {}): void {
    this.#record("gauge", name, value, tags);
  }

  /** All values up to now. */
  snapshot(): readonly Series[] {
    return this.#registry.snapshot();
  }

  /** Pushes now what there is. Never rejects; `pushFailures` counts. */
  async flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const { endpoint, headers, tags = {} } = this.#options;
    if (!this.isEnabled || endpoint === undefined) return;
    try {
      const times = { startedMs: this.#startedMs, nowMs: this.#parts.nowMs() };
      const { ok } = await this.#parts.fetch(`${endpoint.replace(/\/+$/, "")}/v1/metrics`, {
        method: "POST",
        headers: { "content-type": "application/json", ...headers },
        body: JSON.stringify(otlpBody(this.snapshot(), tags, times)),
        signal: AbortSignal.timeout(PUSH_TIMEOUT_MS),
      });
      if (!ok) this.#pushFailures += 1;
    } catch {
      this.#pushFailures += 1;
    }
  }

  #record(kind: Series["kind"], name: string, value: number, tags: Tags): void {
    if (!this.isEnabled) return;
    try {
      this.#registry.record(kind, name, value, tags);
      this.#bridge?.record(kind, name, value, { ...this.#options.tags, ...tags });
      this.#schedule();
    } catch {
      // A value that cannot be counted is no reason to fail an order.
      this.#registry.dropped += 1;
    }
  }

  /** The next push, which does not keep a process alive. */
  #schedule(): void {
    if (this.#timer !== undefined || this.#options.endpoint === undefined) return;
    this.#timer = setTimeout(() => void this.flush(), this.#options.interval ?? INTERVAL_MS);
    if (typeof this.#timer === "object") this.#timer.unref?.();
  }
}
