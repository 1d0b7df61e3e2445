// Prometheus metrics of the attester. README.md says what they are.

import { Counter, Gauge, Histogram, Registry } from "prom-client";
import type { AttesterObserver } from "./events.ts";
import type { Ledger } from "./ledger.ts";
import { destinationOf, type MessageRecord } from "./messageRecord.ts";

const ATTESTED_BUCKETS_SECONDS = [0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 60, 300, 900, 1200, 3600];

/** The numbers of an attester. */
export class AttesterMetrics {
  readonly registry = new Registry();
  readonly #knownDomains: ReadonlySet<number>;
  readonly #seen: Counter;
  readonly #attested: Counter;
  readonly #forgotten: Counter;
  readonly #alarms: Counter;
  readonly #incidents: Counter;
  readonly #failedPasses: Counter;
  readonly #latest: Gauge;
  readonly #scanned: Gauge;
  readonly #toAttested: Histogram;
  readonly #requests: Counter;

  /** `knownDomains` have labels of their own: anybody can send a message to any number. */
  constructor(knownDomains: ReadonlySet<number>) {
    this.#knownDomains = knownDomains;
    const registers = [this.registry];
    const counter = (name: string, help: string, labelNames: readonly string[]): Counter =>
      new Counter({ name: `stateset_attester_${name}`, help, labelNames, registers });
    const gauge = (name: string, help: string, labelNames: readonly string[]): Gauge =>
      new Gauge({ name: `stateset_attester_${name}`, help, labelNames, registers });
    const route = ["source", "destination", "version"];
    this.#seen = counter("messages_seen_total", "Messages that were found on their chains.", route);
    this.#attested = counter("messages_attested_total", "Attestations that were made.", [...route, "level", "how"]);
    this.#forgotten = counter("messages_forgotten_total", "Messages that a reorganisation took away in time.", route);
    this.#alarms = counter("alarms_total", "What a person should look at.", ["kind", "source"]);
    this.#incidents = counter("chain_incidents_total", "Endpoints that failed, and what else is odd.", [
      "chain",
      "kind",
    ]);
    this.#failedPasses = counter("passes_failed_total", "Times that a chain could not be read.", ["chain"]);
    this.#latest = gauge("chain_height", "The newest block of a chain.", ["chain"]);
    this.#scanned = gauge("scanned_height", "The newest block that was read.", ["chain"]);
    this.#requests = counter("http_requests_total", "Requests that were answered.", ["route", "status"]);
    this.#toAttested = new Histogram({
      name: "stateset_attester_attestation_seconds",
      help: "From the first sight of a message to its first attestation.",
      labelNames: ["source", "level"],
      buckets: ATTESTED_BUCKETS_SECONDS,
      registers,
    });
  }

  /** Adds the numbers that are read from the ledger when somebody asks. */
  readFrom(ledger: Ledger, domains: readonly number[]): void {
    const registers = [this.registry];
    new Gauge({
      name: "stateset_attester_open_messages",
      help: "Messages that are not final.",
      labelNames: ["source"],
      registers,
      collect() {
        for (const domain of domains) this.set({ source: String(domain) }, ledger.openRecords(domain).length);
      },
    });
    new Gauge({
      name: "stateset_attester_fast_allowance_usdc",
      help: "What is left of the pool for fast transfers, in USDC.",
      registers,
      collect() {
        this.set(Number(ledger.allowance().left) / 1e6);
      },
    });
  }

  /** Counts what the attester tells. */
  readonly observer: AttesterObserver = {
    seen: (record) => this.#seen.inc(this.#routeOf(record)),
    attested: (record, how) => {
      const level = record.attested?.level ?? "";
      this.#attested.inc({ ...this.#routeOf(record), level, how });
      if (how === "again" || record.attested === undefined) return;
      const seconds = (record.attested.atMs - record.seenAtMs) / 1000;
      this.#toAttested.observe({ source: String(record.domain), level }, seconds);
    },
    forgotten: (record) => this.#forgotten.inc(this.#routeOf(record)),
    alarm: (kind, { domain }) => this.#alarms.inc({ kind, source: String(domain) }),
    progressed: (chain, { latest, scanned }) => {
      this.#latest.set({ chain }, Number(latest));
      this.#scanned.set({ chain }, Number(scanned));
    },
    incident: (chain, { kind }) => this.#incidents.inc({ chain, kind }),
    passFailed: (chain) => this.#failedPasses.inc({ chain }),
  };

  /** Counts a request by its route, which is one of a few. */
  request(route: string, status: number): void {
    this.#requests.inc({ route, status: String(status) });
  }

  #routeOf(record: MessageRecord): { source: string; destination: string; version: string } {
    const destination = destinationOf(record);
    return {
      source: String(record.domain),
      destination: this.#knownDomains.has(destination) ? String(destination) : "other",
      version: String(record.version),
    };
  }
}
