// A registry's series as OTLP/HTTP JSON (opentelemetry-proto 1.x, metrics.proto), which every OpenTelemetry collector takes.

import { HISTOGRAM_BOUNDS, type Series, type Tags } from "./registry.ts";

/** AGGREGATION_TEMPORALITY_CUMULATIVE: a push that is lost loses nothing. */
const CUMULATIVE = 2;

function attributes(tags: Tags): readonly object[] {
  return Object.entries(tags).map(([key, value]) => ({ key, value: { stringValue: String(value) } }));
}

function nanos(ms: number): string {
  return `${Math.trunc(ms)}000000`;
}

interface Times {
  readonly startedMs: number;
  readonly nowMs: number;
}

function metric(series: Series, { startedMs, nowMs }: Times): object {
  const { name, tags } = series;
  const times = { startTimeUnixNano: nanos(startedMs), timeUnixNano: nanos(nowMs) };
  const point = { attributes: attributes(tags), ...times };
  if (series.kind === "gauge") return { name, gauge: { dataPoints: [{ ...point, asDouble: series.value }] } };
  if (series.kind === "counter") {
    const sum = { aggregationTemporality: CUMULATIVE, isMonotonic: true };
    return { name, sum: { ...sum, dataPoints: [{ ...point, asDouble: series.value }] } };
  }
  const { count, sum, min, max, buckets } = series;
  // 64-bit integers are text in protobuf's JSON.
  const counts = { count: String(count), bucketCounts: buckets.map(String), explicitBounds: HISTOGRAM_BOUNDS };
  return {
    name,
    histogram: { aggregationTemporality: CUMULATIVE, dataPoints: [{ ...point, ...counts, sum, min, max }] },
  };
}

/** The body of one push. `tags` are those of every series. */
export function otlpBody(series: readonly Series[], tags: Tags, times: Times): object {
  return {
    resourceMetrics: [
      {
        resource: { attributes: attributes(tags) },
        scopeMetrics: [
          { scope: { name: "@stateset/commerce-sdk" }, metrics: series.map((each) => metric(each, times)) },
        ],
      },
    ],
  };
}
