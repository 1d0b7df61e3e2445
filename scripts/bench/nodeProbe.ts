// Where a node under test spends its time: CPU by thread from /proc, and from its metrics how long the stages of blocks
// and the collection of garbage took. Stages are times on the clock: on a machine that others use they are longer than
// the CPU they took.

import { cpuSeconds, peakMemoryBytes, threadCpuMicros } from "./processUsage.ts";

/** Sums of seconds in the metrics by the name under which a bench shows them, with the label that tells them apart. */
const GROUPS = [
  { name: "stages", metric: "stateset_block_stage_seconds_sum", label: "stage" },
  { name: "garbage", metric: "nodejs_gc_duration_seconds_sum", label: "kind" },
] as const;

type Micros = Readonly<Record<string, number>>;

interface Sample {
  readonly cpuSeconds: number;
  /** Microseconds so far, by group and name. */
  readonly groups: Readonly<Record<string, Micros>>;
}

/** Looks at one node from outside. */
export class NodeProbe {
  readonly #pid: number;
  readonly #metricsUrl: string;

  constructor(pid: number, metricsUrl: string) {
    this.#pid = pid;
    this.#metricsUrl = metricsUrl;
  }

  async sample(): Promise<Sample> {
    const text = await (await fetch(this.#metricsUrl)).text();
    const sums = GROUPS.map(({ name, metric, label }) => [name, sumsOf(text, metric, label)]);
    return {
      cpuSeconds: cpuSeconds(this.#pid),
      groups: { cpu: threadCpuMicros(this.#pid), ...Object.fromEntries(sums) },
    };
  }

  /** What the node has used since a sample, in all and for each of `count` requests, as a bench prints it. */
  async since(before: Sample, count: number): Promise<Record<string, unknown>> {
    const after = await this.sample();
    const perRequest = (micros: Micros, earlier: Micros = {}) =>
      mapValues(micros, (value, name) => Math.round(((value - (earlier[name] ?? 0)) * 10) / count) / 10);
    return {
      nodeCpuSeconds: Math.round((after.cpuSeconds - before.cpuSeconds) * 100) / 100,
      nodePeakMemoryMb: Math.round(peakMemoryBytes(this.#pid) / 1024 / 1024),
      microsPerRequest: mapValues(after.groups, (micros, name) => perRequest(micros, before.groups[name])),
    };
  }
}

/** Microseconds in Prometheus' text, by the value of a label. */
function sumsOf(text: string, metric: string, label: string): Micros {
  const line = new RegExp(`^${metric}\\{${label}="([^"]*)"\\} (\\S+)$`, "gm");
  return Object.fromEntries([...text.matchAll(line)].map(([, name, seconds]) => [name, Number(seconds) * 1e6]));
}

function mapValues<V, R>(object: Readonly<Record<string, V>>, map: (value: V, name: string) => R): Record<string, R> {
  return Object.fromEntries(Object.entries(object).map(([name, value]) => [name, map(value, name)]));
}
