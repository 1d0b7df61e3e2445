// The parts of a relayer and how they drive each other: each is a worker over one journal, and what one writes wakes the
// next.

import type { Logger } from "pino";
import type { ChainConfig } from "../chains/chainConfig.ts";
import type { ChainReader } from "../chains/chainReader.ts";
import type { ChainReaderOptions } from "../chains/endpoints.ts";
import { AttestationPoller } from "./attestation/attestationPoller.ts";
import type { AttestationSource } from "./attestation/attestationSource.ts";
import { IrisClient } from "./attestation/irisClient.ts";
import type { Clock } from "./clock.ts";
import type { AttestationServiceConfig, RelayerConfig, WalletConfig } from "./config/relayerConfig.ts";
import type { Destination, WalletStatus } from "./deliver/destination.ts";
import { openDestination } from "./deliver/openDestination.ts";
import { ChainPulse, type HealthProblem, walletProblem } from "./health.ts";
import type { Journal } from "./journal/journal.ts";
import type { MessageRecord } from "./journal/record.ts";
import { RelayerMetrics } from "./metrics.ts";
import { isRefundBurn, type RefundReporter } from "./refunds/refundReporter.ts";
import { Routing } from "./routing.ts";
import { ChainWatcher } from "./watch/chainWatcher.ts";
import { unparked } from "./watch/reconcile.ts";
import { Worker } from "./worker.ts";

/** What the parts are made with. */
export interface CoreParts {
  readonly privKeys: ReadonlyMap<string, Uint8Array>;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly journal: Journal;
  readonly openReader: (chain: ChainConfig, options: ChainReaderOptions) => ChainReader;
}

/** A chain that messages come from. */
interface Source {
  readonly chain: ChainConfig;
  readonly reader: ChainReader;
  readonly watcher: ChainWatcher;
  readonly worker: Worker;
  readonly pulse: ChainPulse;
}

/** A chain that messages go to. */
interface Target {
  readonly destination: Destination;
  readonly reporter: RefundReporter | undefined;
  readonly worker: Worker;
  readonly pulse: ChainPulse;
}

/** How far a source chain is, and how far it was read. */
export interface SourceHeights {
  readonly chain: string;
  readonly domain: number;
  readonly latest: bigint;
  readonly scanned: bigint;
  readonly fast: bigint;
  readonly standard: bigint;
}

/** A source transaction that cannot be asked for. */
export class UnknownSourceError extends Error {
  readonly code = "unknown_source";
}

/** Nothing can be asked of it now. */
export class PausedError extends Error {
  readonly code = "paused";
}

const REQUEST_TIMEOUT_MS = 10_000;
const PRUNE_INTERVAL_MS = 3_600_000;
/** So many times the interval of polling a source chain is read again even without a new block. */
const UNTOLD_FACTOR = 10;
/** Requests to an attestation service that may come at once. */
const BURST = 10;

/** Everything behind a running relayer. */
export class RelayerCore {
  readonly config: RelayerConfig;
  readonly journal: Journal;
  readonly routing: Routing;
  readonly metrics: RelayerMetrics;
  /** Resolves when a failure makes going on useless. */
  readonly failed: Promise<Error>;
  readonly #parts: CoreParts;
  readonly #sources: ReadonlyMap<number, Source>;
  readonly #targets: ReadonlyMap<number, Target>;
  readonly #poller: AttestationPoller;
  readonly #polling: Worker;
  readonly #pruning: Worker;
  #fail: (error: Error) => void = () => undefined;
  #isRunning = false;

  constructor(config: RelayerConfig, parts: CoreParts) {
    const { clock, journal } = parts;
    this.config = config;
    this.journal = journal;
    this.#parts = parts;
    this.failed = new Promise((resolve) => {
      this.#fail = resolve;
    });
    this.metrics = new RelayerMetrics({
      journal,
      nowMs: () => clock.nowMs(),
      routeName: (record) => this.routing.routeName(record),
      wallets: () => this.wallets(),
      heights: () => this.heights(),
    });
    const targets = config.wallets.map((wallet) => this.#openTarget(wallet));
    this.#targets = new Map(targets.map((target) => [target.destination.domain, target]));
    const destinations = new Map(targets.map(({ destination }) => [destination.domain, destination]));
    this.routing = new Routing(config, destinations);
    const from = new Set(config.routes.map((route) => route.from));
    const sources = config.chains.filter(({ name }) => from.has(name)).map((chain) => this.#openSource(chain));
    this.#sources = new Map(sources.map((source) => [source.chain.domain, source]));
    this.#poller = this.#createPoller(destinations);
    const pollMs = Math.min(...config.attestation.map(({ backoff }) => backoff.firstMs));
    this.#polling = this.#worker("attestations", pollMs, async () => {
      await this.#poller.tick();
      return false;
    });
    this.#pruning = this.#worker("journal", PRUNE_INTERVAL_MS, async () => {
      await journal.prune(clock.nowMs() - config.retentionMs);
      return false;
    });
    journal.onChange((record, before) => this.#changed(record, before));
  }

  #openTarget(wallet: WalletConfig): Target {
    const { config } = this;
    const chain = config.chains.find(({ name }) => name === wallet.chain);
    const privKey = this.#parts.privKeys.get(wallet.chain);
    if (chain === undefined || privKey === undefined)
      throw new Error(`no chain or no key for the wallet on ${wallet.chain}`);
    const observer = {
      paid: (name: string, amount: bigint, isUseful: boolean) => this.metrics.paid(name, amount, isUseful),
    };
    const { destination, reporter } = openDestination(wallet, chain, {
      privKey,
      config,
      parts: { ...this.#parts, observer },
    });
    const pulse = new ChainPulse(chain.name, this.#parts.clock);
    const step = async (): Promise<boolean> => {
      await destination.tick();
      pulse.beat();
      return false;
    };
    const worker = this.#worker(`to ${chain.name}`, config.intervalMs, step, (error) =>
      this.#chainFailed(pulse, chain.name, error),
    );
    return { destination, reporter, worker, pulse };
  }

  #openSource(chain: ChainConfig): Source {
    const { logger, clock, journal, openReader } = this.#parts;
    const reader = openReader(chain, {
      requestTimeoutMs: REQUEST_TIMEOUT_MS,
      onIncident: (incident) => {
        this.metrics.rpcError(chain.name);
        logger.warn({ chain: chain.name, ...incident }, "chain");
      },
    });
    const isReported = () => this.#targets.get(chain.domain)?.reporter !== undefined;
    const watcher = new ChainWatcher({
      reader,
      journal,
      clock,
      judge: (facts) => this.routing.judge(facts),
      isRefund: (facts) => isReported() && isRefundBurn(facts),
      startHeight: chain.startHeight,
      observer: {
        malformed: (emitted, error) =>
          logger.warn({ chain: chain.name, txHash: emitted.txHash, err: error }, "no message in MessageSent"),
        reorganised: (_domain, from, to) => {
          this.metrics.reorganised(chain.name);
          logger.warn({ chain: chain.name, from: String(from), to: String(to) }, "reorganised: reading again");
        },
      },
    });
    const pulse = new ChainPulse(chain.name, clock);
    const step = async (): Promise<boolean> => {
      const hasMore = await watcher.tick();
      pulse.beat(watcher.heads?.latest);
      return hasMore;
    };
    // New blocks wake it; this is for when nobody tells of them.
    const intervalMs = UNTOLD_FACTOR * chain.pollIntervalMs;
    const worker = this.#worker(`from ${chain.name}`, intervalMs, step, (error) =>
      this.#chainFailed(pulse, chain.name, error),
    );
    return { chain, reader, watcher, worker, pulse };
  }

  #chainFailed(pulse: ChainPulse, chain: string, error: unknown): void {
    pulse.fail(error);
    this.metrics.rpcError(chain);
  }

  #createPoller(destinations: ReadonlyMap<number, Destination>): AttestationPoller {
    const { journal, clock, logger } = this.#parts;
    const services = new Map(this.config.attestation.map((service) => [service.name, this.#openService(service)]));
    return new AttestationPoller({
      journal,
      clock,
      sourceOf: (record) => services.get(this.routing.serviceOf(record) ?? ""),
      destinationOf: (domain) => destinations.get(domain),
      failed: (error) => logger.warn({ err: error }, "an attestation could not be asked for"),
    });
  }

  #openService({ name, url, requestsPerSecond, blockedMs, backoff }: AttestationServiceConfig): AttestationSource {
    return new IrisClient(
      { url, rate: { burst: BURST, perSecond: requestsPerSecond }, blockedMs, timeoutMs: REQUEST_TIMEOUT_MS, backoff },
      { clock: this.#parts.clock, observe: (outcome) => this.metrics.attestationRequest(name, outcome) },
    );
  }

  /** A worker whose failures are told, and which stops the relayer when trying again is of no use. */
  #worker(
    part: string,
    intervalMs: number,
    step: () => Promise<boolean>,
    failed: (error: unknown) => void = () => undefined,
  ): Worker {
    const onError = (error: unknown): boolean => {
      failed(error);
      const isFinal = error instanceof Error && "retryable" in error && error.retryable === false;
      this.#parts.logger[isFinal ? "fatal" : "warn"]({ part, err: error }, "a step failed");
      if (isFinal) this.#fail(error);
      return !isFinal;
    };
    return new Worker({ intervalMs, step, onError });
  }

  /** What one part wrote wakes the part that goes on with it. */
  #changed(record: MessageRecord, before: MessageRecord | undefined): void {
    const { id, state, sourceDomain, destinationDomain, refund, lastError, parkReason } = record;
    if (state === before?.state) return;
    this.#parts.logger.info({ id, route: this.routing.routeName(record), state, parkReason, lastError }, "message");
    if (state === "seen") this.#sources.get(sourceDomain)?.worker.wake();
    if (state === "final") {
      this.#poller.hurry(record);
      this.#polling.wake();
    }
    if (state === "attested" && before?.state !== "submitted") this.#targets.get(destinationDomain)?.worker.wake();
    if (state === "done") this.metrics.delivered(this.routing.routeName(record), record);
    if (refund !== undefined) this.#targets.get(sourceDomain)?.worker.wake();
  }

  /** Compares every chain with its configuration. Rejects when one is another; silent ones are passed over. */
  async verify(): Promise<void> {
    const checks = [
      ...[...this.#sources.values()].map(({ reader }) => reader.verify()),
      ...[...this.#targets.values()].map(({ destination }) => destination.verify()),
    ];
    for (const check of await Promise.allSettled(checks)) {
      if (check.status === "fulfilled") continue;
      const error: unknown = check.reason;
      const isRetryable = error instanceof Error && "retryable" in error && error.retryable === true;
      if (!isRetryable) throw error;
      this.#parts.logger.warn({ err: error }, "a chain does not answer");
    }
  }

  get #workers(): readonly Worker[] {
    const chains = [...this.#sources.values(), ...this.#targets.values()];
    return [...chains.map(({ worker }) => worker), this.#polling, this.#pruning];
  }

  get isRunning(): boolean {
    return this.#isRunning;
  }

  start(): void {
    for (const { reader, worker } of this.#sources.values()) reader.watch(() => worker.wake());
    this.resume();
  }

  resume(): void {
    this.#isRunning = true;
    for (const worker of this.#workers) worker.start();
  }

  /** Ends all steps that run. */
  async pause(): Promise<void> {
    this.#isRunning = false;
    await Promise.all(this.#workers.map((worker) => worker.stop()));
  }

  /** Forgets what is not in the journal: it was replaced. */
  reset(): void {
    this.#poller.reset();
    for (const { watcher } of this.#sources.values()) watcher.reset();
    for (const { destination, reporter } of this.#targets.values()) {
      destination.reset();
      reporter?.reset();
    }
  }

  async close(): Promise<void> {
    await this.pause();
    for (const { reader } of this.#sources.values()) await reader.close();
    await this.journal.close();
  }

  /** Messages that are neither done nor parked. */
  get openCount(): number {
    return this.journal.open("seen", "final", "attested", "submitted").length;
  }

  get addresses(): ReadonlyMap<string, string> {
    return new Map(this.wallets().map(({ chain, address }) => [chain, address]));
  }

  wallets(): readonly (WalletStatus & { readonly chain: string })[] {
    return [...this.#targets.values()].map(({ destination }) => ({ chain: destination.name, ...destination.wallet() }));
  }

  heights(): readonly SourceHeights[] {
    return [...this.#sources.values()].map(({ chain: { name, domain }, watcher }) => {
      const { scanned = -1n, fast = -1n, standard = -1n } = this.journal.cursor(domain) ?? {};
      return { chain: name, domain, latest: watcher.heads?.latest ?? -1n, scanned, fast, standard };
    });
  }

  problems(): readonly HealthProblem[] {
    const { stallAfterMs } = this.config;
    const pulses = [...this.#sources.values(), ...this.#targets.values()].map(({ pulse }) =>
      pulse.problem(stallAfterMs),
    );
    const wallets = this.wallets().map((wallet) => walletProblem(wallet.chain, wallet));
    return [...pulses, ...wallets].filter((problem) => problem !== undefined);
  }

  /** While it is paused the journal may be replaced: nobody else writes to it. */
  #requireRunning(): void {
    if (!this.#isRunning) throw new PausedError("the relayer is paused");
  }

  /** Relays one source transaction, whatever the filters say. Throws UnknownSourceError, PausedError. */
  async relayTx(domain: number, txHash: string): Promise<readonly MessageRecord[] | undefined> {
    this.#requireRunning();
    const source = this.#sources.get(domain);
    if (source === undefined) throw new UnknownSourceError(`no route begins at domain ${domain}`);
    return source.watcher.relayTx(txHash);
  }

  /** Takes a message up again, or makes it due at once. Returns it as it is then. */
  async retry({ id }: MessageRecord): Promise<MessageRecord | undefined> {
    this.#requireRunning();
    const record = this.journal.get(id);
    if (record === undefined) return undefined;
    const { sourceDomain, destinationDomain, txHash, parkReason } = record;
    if (parkReason === "reorged") {
      // Only the chain can say that its log is back.
      await this.#sources.get(sourceDomain)?.watcher.relayTx(txHash);
    } else if (parkReason !== undefined) {
      await this.journal.apply({ records: [{ ...unparked(record), isManual: true }] });
    }
    this.#poller.hurry(record);
    this.#polling.wake();
    const target = this.#targets.get(destinationDomain);
    target?.destination.hurry(id);
    target?.worker.wake();
    return this.journal.get(id);
  }
}
