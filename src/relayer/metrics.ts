// Prometheus metrics of a relayer. README.md lists them.

import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import type { WalletStatus } from "./deliver/destination.ts";
import type { Journal } from "./journal/journal.ts";
import type { MessageRecord } from "./journal/record.ts";

const DELIVERY_BUCKETS_SECONDS = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3600];

/** What is read when the metrics are. */
export interface MetricsState {
  readonly journal: Journal;
  readonly nowMs: () => number;
  /** `ethereum-noble` */
  readonly routeName: (record: MessageRecord) => string;
  readonly wallets: () => readonly (WalletStatus & { readonly chain: string })[];
  readonly heights: () => readonly { readonly chain: string; readonly latest: bigint; readonly scanned: bigint }[];
}

/** The numbers of one relayer. */
export class RelayerMetrics {
  readonly registry = new Registry();
  readonly #delivered: Counter;
  readonly #seconds: Histogram;
  readonly #rpcErrors: Counter;
  readonly #requests: Counter;
  readonly #spent: Counter;
  readonly #wasted: Counter;
  readonly #reorganisations: Counter;

  constructor(state: MetricsState) {
    const { registry } = this;
    collectDefaultMetrics({ register: registry });
    this.#delivered = this.#counter("delivered_total", "messages that arrived", ["route", "by"]);
    this.#rpcErrors = this.#counter("rpc_errors_total", "failed calls to chains", ["chain"]);
    this.#requests = this.#counter("attestation_requests_total", "requests to attestation services", [
      "service",
      "outcome",
    ]);
    this.#spent = this.#counter("fees_spent_total", "fees of transactions that delivered, in the smallest unit", [
      "chain",
    ]);
    this.#wasted = this.#counter("fees_wasted_total", "fees of transactions that delivered nothing", ["chain"]);
    this.#reorganisations = this.#counter("reorganisations_total", "source chains that changed under us", ["chain"]);
    this.#seconds = new Histogram({
      name: "stateset_relayer_delivery_seconds",
      help: "time from a final burn to its delivery",
      labelNames: ["route"],
      buckets: DELIVERY_BUCKETS_SECONDS,
      registers: [registry],
    });
    this.#lazy("messages", "messages that are not finished", ["route", "state"], (gauge) => {
      for (const record of openRecords(state.journal)) gauge.labels(state.routeName(record), record.state).inc();
    });
    this.#lazy("oldest_seconds", "age of the oldest message that is not finished", ["route"], (gauge) => {
      // The oldest first: the first of a route is its oldest.
      const seen = new Set<string>();
      for (const record of openRecords(state.journal)) {
        const route = state.routeName(record);
        if (seen.has(route)) continue;
        seen.add(route);
        gauge.labels(route).set(Math.max(0, state.nowMs() - record.seenAtMs) / 1000);
      }
    });
    this.#lazy("parked_messages", "messages that wait for somebody", [], (gauge) =>
      gauge.set(state.journal.count("parked")),
    );
    this.#lazy("wallet_balance", "what pays for deliveries, in the smallest unit", ["chain", "unit"], (gauge) => {
      for (const { chain, unit, balance } of state.wallets()) {
        if (balance !== undefined) gauge.labels(chain, unit).set(Number(balance));
      }
    });
    this.#lazy("in_flight", "transactions on their way", ["chain"], (gauge) => {
      for (const { chain, inFlight } of state.wallets()) gauge.labels(chain).set(inFlight);
    });
    this.#lazy("chain_height", "newest height of a source chain", ["chain"], (gauge) => {
      for (const { chain, latest } of state.heights()) gauge.labels(chain).set(Number(latest));
    });
    this.#lazy("chain_scanned", "height that a source chain was read to", ["chain"], (gauge) => {
      for (const { chain, scanned } of state.heights()) gauge.labels(chain).set(Number(scanned));
    });
  }

  #counter(name: string, help: string, labelNames: readonly string[]): Counter {
    return new Counter({
      name: `stateset_relayer_${name}`,
      help,
      labelNames: [...labelNames],
      registers: [this.registry],
    });
  }

  #lazy(name: string, help: string, labelNames: readonly string[], read: (gauge: Gauge) => void): void {
    new Gauge({
      name: `stateset_relayer_${name}`,
      help,
      labelNames: [...labelNames],
      registers: [this.registry],
      collect() {
        this.reset();
        read(this);
      },
    });
  }

  /** A message arrived. */
  delivered(route: string, record: MessageRecord): void {
    this.#delivered.labels(route, record.delivery?.by ?? "other").inc();
    if (record.doneAtMs === undefined || record.finalAtMs === undefined) return;
    this.#seconds.labels(route).observe(Math.max(0, record.doneAtMs - record.finalAtMs) / 1000);
  }

  rpcError(chain: string): void {
    this.#rpcErrors.labels(chain).inc();
  }

  attestationRequest(service: string, outcome: string): void {
    this.#requests.labels(service, outcome).inc();
  }

  paid(chain: string, amount: bigint, isUseful: boolean): void {
    (isUseful ? this.#spent : this.#wasted).labels(chain).inc(Number(amount));
  }

  reorganised(chain: string): void {
    this.#reorganisations.labels(chain).inc();
  }
}

function openRecords(journal: Journal): readonly MessageRecord[] {
  return journal.open("seen", "final", "attested", "submitted");
}
