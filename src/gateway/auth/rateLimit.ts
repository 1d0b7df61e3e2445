// Rate limits: so many requests in a window for each API key, and for each address where no key is asked for. In memory, or
// in Redis for several gateways together.

import rateLimit from "@fastify/rate-limit";
import type { FastifyRequest } from "fastify";
import { Problem } from "../http/problem.ts";
import type { RouteModule } from "../http/routeModule.ts";

export interface RateLimitOptions {
  /** Requests in a window; default 1,000. */
  readonly max?: number;
  /** Default 10 s. */
  readonly windowMs?: number;
  /** A client of ioredis, where gateways share their limits. Its failures let requests pass. */
  readonly redis?: unknown;
}

const DEFAULT_MAX = 1_000;
const DEFAULT_WINDOW_MS = 10_000;
/** Keys and addresses that are counted at a time, in memory. */
const COUNTED_MAX = 20_000;

function nameOf(request: FastifyRequest): string {
  return request.routeOptions.config.scope === undefined ? `ip ${request.ip}` : `key ${request.apiKey.id}`;
}

/**
 * The plugin: `RateLimit-Limit`, `-Remaining` and `-Reset` (draft-ietf-httpapi-ratelimit-headers-07, seconds) with every
 * answer, Problem `rate_limited` with `Retry-After` beyond the limit. Wrong keys are limited where keys are recognized.
 */
export function rateLimits({
  max = DEFAULT_MAX,
  windowMs = DEFAULT_WINDOW_MS,
  redis,
}: RateLimitOptions = {}): RouteModule {
  return (app) => {
    void app.register(rateLimit, {
      ...{ global: false, cache: COUNTED_MAX, nameSpace: "stateset-gateway-", skipOnError: true },
      ...(redis === undefined ? {} : { redis }),
    });
    let count: ReturnType<typeof app.createRateLimit> | undefined;
    app.addHook("onReady", async () => {
      count = app.createRateLimit({ max, timeWindow: windowMs, keyGenerator: nameOf });
    });
    app.addHook("onRequest", async (request, reply) => {
      const counted = await count?.(request);
      if (counted === undefined || counted.isAllowed) return;
      void reply.header("ratelimit-limit", counted.max);
      void reply.header("ratelimit-remaining", counted.remaining);
      void reply.header("ratelimit-reset", counted.ttlInSeconds);
      if (!counted.isExceeded) return;
      throw new Problem("rate_limited", { detail: "too many requests", retryAfterSeconds: counted.ttlInSeconds });
    });
  };
}
