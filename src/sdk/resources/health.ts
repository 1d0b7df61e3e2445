// `client.health`: how the gateway and what it stands on are, and how this client's cache is.

import type { Api, ResponseOf } from "../api/api.ts";
import type { Cache } from "../cache/cache.ts";
import { ApiError } from "../errors.ts";
import type { CallOptions } from "../http/transport.ts";

export type HealthReport = ResponseOf<"getHealth">;

function isReport(value: unknown): value is HealthReport {
  return typeof value === "object" && value !== null && "checks" in value && "timestamp" in value;
}

export class Health {
  readonly #api: Api;
  readonly #cache: Cache;

  constructor(api: Api, cache: Cache) {
    this.#api = api;
    this.#cache = cache;
  }

  /**
   * Asks the gateway, which checks database, chain and services outside. Where this client has a cache, `checks.cache` is
   * about that one. A gateway that is not well answers all the same; rejects where nobody answers.
   */
  async check(options?: CallOptions): Promise<HealthReport> {
    const report = await this.#ask(options);
    if (this.#cache.isEmpty) return report;
    const { hit_rate, is_resting } = this.#cache.stats;
    const cache = { status: is_resting ? ("degraded" as const) : ("healthy" as const), hit_rate };
    return { ...report, checks: { ...report.checks, cache } };
  }

  async #ask(options: CallOptions | undefined): Promise<HealthReport> {
    try {
      return await this.#api.call("getHealth", {}, { maxRetries: 0, ...options });
    } catch (error) {
      if (error instanceof ApiError && isReport(error.problem)) return error.problem;
      throw error;
    }
  }
}
