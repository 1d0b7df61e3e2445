// Too many requests in a second, and a client is shut out for a while, as Circle's service does it.

/** Clients that are remembered; of more, those that were seen longest ago are forgotten. */
const CLIENTS_MAX = 10_000;
const WINDOW_MS = 1_000;

/** How many, and for how long. */
export interface RateLimitOptions {
  readonly perSecond: number;
  readonly blockedMs: number;
}

/** As Circle's: 35 a second, five minutes. */
export const CIRCLE_RATE_LIMIT: RateLimitOptions = Object.freeze({ perSecond: 35, blockedMs: 300_000 });

interface Client {
  windowStartMs: number;
  count: number;
  blockedUntilMs: number;
}

/** Counts requests by client. */
export class RateLimit {
  readonly #options: RateLimitOptions;
  /** In the order in which they were last seen. */
  readonly #clients = new Map<string, Client>();

  constructor(options: RateLimitOptions) {
    this.#options = options;
  }

  /** For how many milliseconds the client is shut out; 0 lets the request through. */
  blockedMs(name: string, nowMs: number): number {
    const client = this.#clients.get(name) ?? { windowStartMs: nowMs, count: 0, blockedUntilMs: 0 };
    this.#clients.delete(name);
    this.#clients.set(name, client);
    if (this.#clients.size > CLIENTS_MAX) this.#forgetOldest();
    if (client.blockedUntilMs > nowMs) return client.blockedUntilMs - nowMs;
    if (nowMs - client.windowStartMs >= WINDOW_MS) {
      client.windowStartMs = nowMs;
      client.count = 0;
    }
    client.count += 1;
    if (client.count <= this.#options.perSecond) return 0;
    client.blockedUntilMs = nowMs + this.#options.blockedMs;
    return this.#options.blockedMs;
  }

  #forgetOldest(): void {
    for (const name of this.#clients.keys()) {
      this.#clients.delete(name);
      return;
    }
  }
}
