// StateSetClient: the Orders API of a StateSet gateway, by name.

import { Api, type OperationId, type RequestOf, type ResponseOf } from "./api/api.ts";
import { Cache, type CacheStats, tiersOf } from "./cache/cache.ts";
import { CachedReads } from "./cache/cachedReads.ts";
import { Endpoints } from "./http/endpoints.ts";
import { type CallOptions, type SentRequest, Transport } from "./http/transport.ts";
import { Metrics } from "./metrics/metrics.ts";
import { type Settings, type StateSetClientOptions, settingsOf } from "./options.ts";
import { Compliance, Customers } from "./resources/customers.ts";
import { Events } from "./resources/events.ts";
import { Health } from "./resources/health.ts";
import { Orders } from "./resources/orders.ts";
import { Payments } from "./resources/payments.ts";
import { Analytics, Reports } from "./resources/reports.ts";
import { Webhooks } from "./resources/webhooks.ts";
import { Writes } from "./resources/writes.ts";

const SCOPE_BYTES = 12;

/** Keeps the copies of one key and gateway apart from those of another, and does not tell the key. */
async function cacheScope({ apiKey = "", primaries }: Settings): Promise<string> {
  const text = new TextEncoder().encode(`${primaries.join(" ")}\n${apiKey}`);
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", text));
  return [...digest.subarray(0, SCOPE_BYTES)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

function cacheOf({ cache = {} }: StateSetClientOptions, settings: Settings): Cache {
  // Only a Redis is shared with others.
  let scope: Promise<string> | undefined;
  const shared = () => {
    scope ??= cacheScope(settings);
    return scope;
  };
  const own = async () => "";
  return new Cache(tiersOf(cache), { scope: cache.redis === undefined ? own : shared, nowMs: Date.now });
}

/** What the client counts of itself: paths without their ids, since each value of a tag is a series. */
function countRequest(metrics: Metrics, { method, path, status, tookMs }: SentRequest): void {
  const resource = path.split("/")[2] ?? "";
  const tags = { method, resource, status: status === undefined ? "none" : String(status) };
  metrics.increment("stateset.client.requests", 1, tags);
  metrics.histogram("stateset.client.request_duration_ms", tookMs, { method, resource });
}

/** The Orders API. One client serves a whole process; it holds no connection of its own beside that of its Redis. */
export class StateSetClient {
  readonly orders: Orders;
  readonly payments: Payments;
  readonly customers: Customers;
  readonly webhooks: Webhooks;
  readonly events: Events;
  readonly analytics: Analytics;
  readonly reports: Reports;
  readonly compliance: Compliance;
  readonly writes: Writes;
  readonly health: Health;
  readonly metrics: Metrics;
  readonly #api: Api;
  readonly #cache: Cache;

  /** Throws ConfigError. Asks nobody anything yet. */
  constructor(options: StateSetClientOptions = {}) {
    const settings = settingsOf(options);
    const { primaries, replicas, readReplicas } = settings;
    const nowMs = Date.now;
    // The platform's fetch wants to be called on the platform.
    const fetch: typeof globalThis.fetch = options.fetch ?? ((...given) => globalThis.fetch(...given));
    this.metrics = new Metrics(options.metrics, { fetch, nowMs });
    const transport = new Transport({
      ...settings,
      endpoints: new Endpoints({ primaries, replicas, readReplicas, nowMs }),
      fetch,
      nowMs,
      random: Math.random,
      onRequest: (sent) => countRequest(this.metrics, sent),
    });
    this.#cache = cacheOf(options, settings);
    const reads = new CachedReads({ cache: this.#cache, transport }, { cdn: options.cache?.cdn, nowMs });
    const api = new Api({ transport, cache: this.#cache, reads, shardKey: settings.shardKey });
    this.#api = api;
    this.orders = new Orders(api);
    this.payments = new Payments(api);
    this.customers = new Customers(api);
    this.webhooks = new Webhooks(api);
    this.events = new Events(api);
    this.analytics = new Analytics(api);
    this.reports = new Reports(api);
    this.compliance = new Compliance(api);
    this.writes = new Writes(api);
    this.health = new Health(api, this.#cache);
  }

  /** How often the cache had what was asked of it. */
  get cacheStats(): CacheStats {
    return this.#cache.stats;
  }

  /** Any operation of the API by its `operationId`, also such as have no method here. */
  request<Id extends OperationId>(id: Id, request: RequestOf<Id>, options?: CallOptions): Promise<ResponseOf<Id>> {
    return this.#api.call(id, request, options);
  }

  /** Sends the metrics that are left, and lets go of the Redis. */
  async close(): Promise<void> {
    await this.metrics.flush();
    await this.#cache.close();
  }
}
