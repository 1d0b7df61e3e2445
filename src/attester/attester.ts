// An attester that runs: chains are followed, messages attested, and everybody can ask. Usable in any process; the command
// line and the devnet start it here.

import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { FastifyInstance } from "fastify";
import { collectDefaultMetrics } from "prom-client";
import { ChainReadError } from "../chains/chainReader.ts";
import { createAdminServer } from "./adminServer.ts";
import { type AttesterOptions, checkChains } from "./attesterOptions.ts";
import type { ChainFollower, ChainStatus } from "./chainFollower.ts";
import { type Core, openCore } from "./core.ts";
import type { Fault, FaultRequest } from "./faults.ts";
import { Journal } from "./journal.ts";
import type { PublicKey } from "./keyRing.ts";
import { createHttp, type ListenOptions, listen } from "./listen.ts";
import { hex } from "./messageRecord.ts";
import { PublicServer } from "./publicServer.ts";
import { RateLimit, type RateLimitOptions } from "./rateLimit.ts";

const OVERLAP_MS = 60_000;

/** An attester that runs. */
export interface RunningAttester {
  /** Of the API, without a slash at its end. */
  readonly url: string;
  readonly adminUrl: string | undefined;
  readonly metricsUrl: string | undefined;
  /** The keys that sign, to be enabled at destinations; in the order in which they were given. */
  publicKeys(version: 1 | 2): readonly PublicKey[];
  /** How many of them sign; undefined when the version is not attested. */
  threshold(version: 1 | 2): number | undefined;
  readonly chains: readonly ChainStatus[];
  readonly faults: {
    add(request: FaultRequest): Fault;
    /** Whether there was one. */
    remove(id: string): boolean;
    list(): readonly Fault[];
    clear(): void;
  };
  /** New keys, where `rotationSeed` was given. The old ones are shown for so long. Rejects with RotationError. */
  rotateKeys(version: 1 | 2, overlapMs?: number): Promise<readonly PublicKey[]>;
  /** Remembers the state, on the disk; the id reverts to it, as often as wanted. */
  snapshot(): Promise<string>;
  /** Takes the state back, and goes on from there. Rejects with a RangeError when there is no such snapshot. */
  revert(id: string): Promise<void>;
  /** Stops to read chains until `resume`, so that they can be taken back together. What runs is ended first. */
  pause(): Promise<void>;
  resume(): void;
  /** Keys and values of the journal, which opens again wherever they are put into a database. Pause first. */
  journalEntries(): AsyncIterable<[Uint8Array, Uint8Array]>;
  close(): Promise<void>;
}

/**
 * Starts an attester. Rejects with everything closed: AttesterConfigError, AttesterKeyError, JournalError, ListenError, or
 * ChainMismatchError when a chain is another than it should be. A chain that does not answer is tried again and again.
 */
export async function startAttester(options: AttesterOptions): Promise<RunningAttester> {
  checkChains(options);
  const folder = join(options.home, "attester");
  mkdirSync(folder, { recursive: true });
  const journal = await Journal.open(folder);
  let attester: Attester | undefined;
  try {
    attester = new Attester(await openCore(options, journal));
    await attester.start(options);
    return attester;
  } catch (error) {
    await (attester ?? journal).close();
    throw error;
  }
}

class Attester implements RunningAttester {
  url = "";
  adminUrl: string | undefined;
  metricsUrl: string | undefined;
  readonly #core: Core;
  readonly #servers: FastifyInstance[] = [];

  constructor(core: Core) {
    this.#core = core;
  }

  async start({ http, admin, metrics, rateLimit }: AttesterOptions): Promise<void> {
    await Promise.all(this.#core.followers.map(refuseMismatch));
    this.url = await this.#serve(this.#publicServer(rateLimit), http);
    if (admin !== undefined) this.adminUrl = await this.#serve(this.#adminServer(), { port: admin.port });
    if (metrics !== undefined) this.metricsUrl = await this.#serve(this.#metricsServer(), metrics);
    this.resume();
  }

  async #serve(http: FastifyInstance, where: ListenOptions): Promise<string> {
    this.#servers.push(http);
    return listen(http, where);
  }

  readonly #onInternalError = (error: Error): void => this.#core.logger.error({ err: error }, "a request failed");

  #publicServer(rateLimit: RateLimitOptions | undefined): FastifyInstance {
    const parts = {
      ...this.#core,
      rateLimit: rateLimit && new RateLimit(rateLimit),
      health: () => healthOf(this.chains),
      onRequest: (route: string, status: number) => this.#core.metrics.request(route, status),
      onInternalError: this.#onInternalError,
    };
    return new PublicServer(parts).http;
  }

  #adminServer(): FastifyInstance {
    return createAdminServer({
      faults: this.#core.faults,
      onFaultsChanged: () => this.#poke(),
      rotateKeys: async (version, overlapMs) => ({
        keys: (await this.rotateKeys(version, overlapMs)).map(publicKeyJson),
      }),
      snapshot: () => this.snapshot(),
      revert: (id) => this.revert(id),
      status: () => this.#status(),
      onInternalError: this.#onInternalError,
    });
  }

  #metricsServer(): FastifyInstance {
    const { registry } = this.#core.metrics;
    collectDefaultMetrics({ register: registry });
    const http = createHttp(this.#onInternalError);
    http.get("/metrics", async (_request, reply) => {
      reply.header("content-type", registry.contentType);
      return registry.metrics();
    });
    return http;
  }

  #status(): object {
    const { ledger } = this.#core;
    const version = (number: 1 | 2) => ({
      threshold: this.threshold(number) ?? null,
      keys: this.publicKeys(number).map(publicKeyJson),
    });
    return {
      chains: this.chains.map(statusJson),
      v1: version(1),
      v2: version(2),
      fastAllowance: String(ledger.allowance().left),
    };
  }

  publicKeys(version: 1 | 2): readonly PublicKey[] {
    return this.#core.keys.currentKeys(version);
  }

  threshold(version: 1 | 2): number | undefined {
    return this.#core.keys.threshold(version);
  }

  get chains(): readonly ChainStatus[] {
    return this.#core.followers.map((follower) => follower.status);
  }

  get faults(): RunningAttester["faults"] {
    const { faults } = this.#core;
    const poked = <T>(result: T): T => {
      this.#poke();
      return result;
    };
    return {
      add: (request) => poked(faults.add(request)),
      remove: (id) => poked(faults.remove(id)),
      list: () => faults.list(),
      clear: () => poked(faults.clear()),
    };
  }

  /** What was waiting may be due now. */
  #poke(): void {
    for (const follower of this.#core.followers) follower.poke();
  }

  rotateKeys(version: 1 | 2, overlapMs = OVERLAP_MS): Promise<readonly PublicKey[]> {
    return this.#core.keeper.rotate(version, this.#core.nowMs() + overlapMs);
  }

  snapshot(): Promise<string> {
    return this.#core.ledger.snapshot();
  }

  async revert(id: string): Promise<void> {
    await this.#core.ledger.revert(id);
    this.#core.keeper.reload();
    this.#poke();
  }

  async pause(): Promise<void> {
    await Promise.all(this.#core.followers.map((follower) => follower.stop()));
    await this.#core.ledger.idle();
  }

  resume(): void {
    for (const follower of this.#core.followers) follower.start();
  }

  journalEntries(): AsyncIterable<[Uint8Array, Uint8Array]> {
    return this.#core.journal.entries();
  }

  async close(): Promise<void> {
    await Promise.all(this.#servers.map((server) => server.close()));
    await this.pause();
    for (const reader of this.#core.readers) await reader.close();
    await this.#core.journal.close();
  }
}

/** A chain that is another than it should be stops the start; one that does not answer does not. */
async function refuseMismatch(follower: ChainFollower): Promise<void> {
  try {
    await follower.verify();
  } catch (error) {
    if (!(error instanceof ChainReadError)) throw error;
  }
}

/** A chain that was read lately, or had no reason to be. */
function healthOf(chains: readonly ChainStatus[]): { readonly isHealthy: boolean; readonly chains: readonly object[] } {
  const isHealthy = chains.every(
    ({ lastError, lastPassAtMs }) => lastError === undefined && lastPassAtMs !== undefined,
  );
  return { isHealthy, chains: chains.map(statusJson) };
}

function statusJson(status: ChainStatus): object {
  const text = (height: bigint | undefined): string | null => (height === undefined ? null : String(height));
  return {
    ...status,
    latestHeight: text(status.latestHeight),
    scannedHeight: text(status.scannedHeight),
    settledHeight: text(status.settledHeight),
    lastError: status.lastError ?? null,
  };
}

function publicKeyJson({ version, publicKey, address }: PublicKey): object {
  return { version, publicKey: hex(publicKey), address: hex(address) };
}
