// Prometheus metrics of a node. See README.md for what they are.

import { createServer } from "node:http";
import { collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import { messageOf } from "../../codec/errorText.ts";
import type { MempoolView } from "../../consensus/chainNode.ts";
import type { StoreSize } from "../../store/commitStore.ts";
import { closeHttpServer, listenHttp } from "../services/httpServer.ts";
import type { ListenOptions, RunningServer } from "../services/runningServer.ts";
import { CountBy, TimesBy } from "./tally.ts";

const STAGE_BUCKETS_SECONDS = [0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1];
const REQUEST_BUCKETS_SECONDS = [0.0005, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10];

/** The numbers of a node, collected in the process. */
export class NodeMetrics {
  readonly registry = new Registry();
  readonly #height = this.#gauge("stateset_block_height", "height of the last durable block");
  readonly #blockTxs = this.#gauge("stateset_block_txs", "transactions in the last block");
  readonly #txs = new CountBy(
    this.registry,
    { name: "stateset_txs_total", help: "transactions in blocks, by result code" },
    ["codespace", "code"],
  );
  readonly #checks = new CountBy(
    this.registry,
    { name: "stateset_checks_total", help: "transactions checked, by result code" },
    ["codespace", "code"],
  );
  readonly #requests = new CountBy(
    this.registry,
    { name: "stateset_rpc_requests_total", help: "JSON-RPC requests, by method and outcome" },
    ["method", "outcome"],
  );
  readonly #requestSeconds = new TimesBy(
    this.registry,
    { name: "stateset_rpc_request_seconds", help: "time until a JSON-RPC request is answered" },
    "method",
    REQUEST_BUCKETS_SECONDS,
  );
  readonly #stages = new Histogram({
    name: "stateset_block_stage_seconds",
    help: "time of the stages of a block",
    labelNames: ["stage"],
    buckets: STAGE_BUCKETS_SECONDS,
    registers: [this.registry],
  });

  /** Numbers that are asked for when they are read. `mempool` gives undefined where CometBFT keeps it. */
  constructor(state: {
    readonly stores: () => readonly StoreSize[];
    readonly mempool: () => Pick<MempoolView, "size" | "sizeBytes"> | undefined;
  }) {
    collectDefaultMetrics({ register: this.registry });
    this.#lazyGauge("stateset_mempool_txs", "transactions waiting", () => state.mempool()?.size ?? 0);
    this.#lazyGauge("stateset_mempool_bytes", "bytes of transactions waiting", () => state.mempool()?.sizeBytes ?? 0);
    const byStore = (read: (size: StoreSize) => number) => (gauge: Gauge) => {
      for (const size of state.stores()) gauge.set({ store: size.name }, read(size));
    };
    this.#storeGauge(
      "stateset_state_keys",
      "keys in the state, by store",
      byStore(({ keys }) => keys),
    );
    this.#storeGauge(
      "stateset_state_memory_bytes",
      "memory of the state's trees, by store",
      byStore(({ memoryBytes }) => memoryBytes),
    );
  }

  #gauge(name: string, help: string): Gauge {
    return new Gauge({ name, help, registers: [this.registry] });
  }

  #storeGauge(name: string, help: string, collect: (gauge: Gauge) => void): void {
    new Gauge({
      name,
      help,
      labelNames: ["store"],
      registers: [this.registry],
      collect() {
        collect(this);
      },
    });
  }

  #lazyGauge(name: string, help: string, read: () => number): void {
    new Gauge({
      name,
      help,
      registers: [this.registry],
      collect() {
        this.set(read());
      },
    });
  }

  /** Counts a block, its transactions, and its stages, which depend on who makes the blocks. */
  block(block: {
    readonly height: number;
    readonly stagesMs: Readonly<Record<string, number>>;
    readonly txCount: number;
    /** Of those transactions that failed. */
    readonly failures: readonly { readonly codespace: string; readonly code: number }[];
  }): void {
    const { height, stagesMs, txCount, failures } = block;
    this.#height.set(height);
    this.#blockTxs.set(txCount);
    for (const [stage, ms] of Object.entries(stagesMs)) this.#stages.observe({ stage }, ms / 1000);
    if (txCount > failures.length) this.#txs.of("", "0").add(txCount - failures.length);
    for (const { codespace, code } of failures) this.#txs.of(codespace, String(code)).add();
  }

  /** Counts a check. */
  checked(result: { readonly codespace: string; readonly code: number }): void {
    this.#checks.of(result.codespace, String(result.code)).add();
  }

  /** Counts a JSON-RPC request, with the time until it was answered, in milliseconds. */
  request(method: string, isOk: boolean, durationMs: number): void {
    this.#requests.of(method, isOk ? "ok" : "error").add();
    this.#requestSeconds.of(method).observe(durationMs / 1000);
  }
}

/** Serves the metrics at `/metrics`. The port defaults to 26660. */
export async function startMetrics(metrics: NodeMetrics, options: ListenOptions = {}): Promise<RunningServer> {
  const server = createServer((request, response) => {
    if (request.url !== "/metrics" && request.url !== "/") {
      response.writeHead(404, { "content-type": "text/plain" }).end("metrics are at /metrics\n");
      return;
    }
    metrics.registry.metrics().then(
      (text) => response.writeHead(200, { "content-type": metrics.registry.contentType }).end(text),
      (error: unknown) => response.writeHead(500).end(messageOf(error)),
    );
  });
  const address = await listenHttp(server, { host: options.host ?? "127.0.0.1", port: options.port ?? 26660 });
  return { address, close: () => closeHttpServer(server) };
}
