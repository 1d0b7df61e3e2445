// What a node under test uses, looked at from outside: CPU by thread and memory from /proc, disk from its home, the stages
// of its blocks, its event loop and its garbage collector from its metrics. Stages are times on the clock: on a machine
// that others use they are longer than the CPU they took.

import { folderBytes, peakMemoryBytes, residentBytes, threadCpuMicros } from "./processUsage.ts";
import { type Measured, roundTo } from "./report.ts";

/** How a node stood at one moment. */
export interface NodeSample {
  readonly cpuMicros: { readonly main: number; readonly others: number };
  /** CPU of this process, which makes the load. */
  readonly loadCpuMicros: number;
  readonly diskBytes: number;
  /** The text that the node's metrics give. */
  readonly metrics: string;
}

/** What a node holds at one moment. */
export interface NodeHolding {
  readonly keys: number;
  /** Of the state's trees. */
  readonly stateBytes: number;
  /** Of the one that has orders, payments and their indexes. */
  readonly ordersBytes: number;
  /** Of its process, garbage included. */
  readonly residentBytes: number;
}

/** The timer by which a node watches its event loop fires this often; a delay is what comes on top. */
const LOOP_TIMER_MS = 10;

/** Looks at one node. */
export class NodeProbe {
  readonly #pid: number;
  readonly #metricsUrl: string;
  readonly #home: string;

  constructor(pid: number, metricsUrl: string, home: string) {
    this.#pid = pid;
    this.#metricsUrl = metricsUrl;
    this.#home = home;
  }

  /** How the node stands now. The delays of its event loop are counted anew from here. */
  async sample(): Promise<NodeSample> {
    const metrics = await this.#metrics();
    const { user, system } = process.cpuUsage();
    return {
      cpuMicros: threadCpuMicros(this.#pid),
      loadCpuMicros: user + system,
      diskBytes: folderBytes(this.#home),
      metrics,
    };
  }

  /** What it holds now. */
  async holding(): Promise<NodeHolding> {
    const bytes = residentBytes(this.#pid);
    const metrics = await this.#metrics();
    const bytesOf = sumsOf(metrics, "stateset_state_memory_bytes", "store");
    return {
      keys: total(sumsOf(metrics, "stateset_state_keys", "store")),
      stateBytes: total(bytesOf),
      ordersBytes: bytesOf["orders"] ?? 0,
      residentBytes: bytes,
    };
  }

  /** A number of its metrics now. */
  async metric(name: string): Promise<number> {
    return numberOf(await this.#metrics(), name);
  }

  /** Over a connection of its own: a node closes one that is silent for a while, and then no request gets through it. */
  async #metrics(): Promise<string> {
    return (await fetch(this.#metricsUrl, { headers: { connection: "close" } })).text();
  }

  /** What was used between two samples, for so many operations. */
  used(before: NodeSample, after: NodeSample, operations: number) {
    const nodeMain = after.cpuMicros.main - before.cpuMicros.main;
    const nodeOthers = after.cpuMicros.others - before.cpuMicros.others;
    const load = after.loadCpuMicros - before.loadCpuMicros;
    const each = (all: number) => roundTo(all / operations, 1);
    const grown = (metric: string, label: string) => {
      const earlier = sumsOf(before.metrics, metric, label);
      const later = Object.entries(sumsOf(after.metrics, metric, label));
      return Object.fromEntries(later.map(([name, sum]) => [name, (sum - (earlier[name] ?? 0)) * 1e6]));
    };
    const micros = (metric: string, label: string) =>
      Object.fromEntries(Object.entries(grown(metric, label)).map(([name, all]) => [name, each(all)]));
    const delay = (name: string) =>
      roundTo(Math.max(0, numberOf(after.metrics, `nodejs_eventloop_lag_${name}_seconds`) * 1000 - LOOP_TIMER_MS), 1);
    return {
      cpuSeconds: { node: roundTo((nodeMain + nodeOthers) / 1e6, 2), load: roundTo(load / 1e6, 2) },
      cpuMicrosPerOperation: { nodeMain: each(nodeMain), nodeOthers: each(nodeOthers), load: each(load) },
      peakRssBytes: peakMemoryBytes(this.#pid),
      eventLoopDelayMs: { p50: delay("p50"), p99: delay("p99"), max: delay("max") },
      diskBytesPerOperation: Math.round((after.diskBytes - before.diskBytes) / operations),
      stageMicrosPerOperation: micros("stateset_block_stage_seconds_sum", "stage"),
      details: { garbageMicrosPerOperation: micros("nodejs_gc_duration_seconds_sum", "kind") },
    } satisfies Partial<Measured>;
  }
}

/** Numbers in Prometheus' text, by the value of a label. */
function sumsOf(text: string, metric: string, label: string): Readonly<Record<string, number>> {
  const line = new RegExp(`^${metric}\\{${label}="([^"]*)"\\} (\\S+)$`, "gm");
  return Object.fromEntries([...text.matchAll(line)].map(([, name, value]) => [name, Number(value)]));
}

function total(sums: Readonly<Record<string, number>>): number {
  return Object.values(sums).reduce((sum, value) => sum + value, 0);
}

/** The number of a metric without labels; 0 where there is none. */
function numberOf(text: string, metric: string): number {
  const value = Number(new RegExp(`^${metric} (\\S+)$`, "m").exec(text)?.[1] ?? 0);
  return Number.isFinite(value) ? value : 0;
}

/** Transactions that failed in their blocks between two samples, by "codespace:code". */
export function failedTxs(before: NodeSample, after: NodeSample): Record<string, number> {
  const counted = (text: string) =>
    new Map(
      [...text.matchAll(/^stateset_txs_total\{codespace="([^"]*)",code="([^"]*)"\} (\S+)$/gm)]
        .filter(([, , code]) => code !== "0")
        .map(([, codespace, code, count]) => [`${codespace}:${code}`, Number(count)]),
    );
  const earlier = counted(before.metrics);
  return Object.fromEntries(
    [...counted(after.metrics)]
      .map(([name, count]) => [name, count - (earlier.get(name) ?? 0)] as const)
      .filter(([, count]) => count > 0),
  );
}
