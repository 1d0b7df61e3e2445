// Rate limits: so many requests in a window for each API key, and for each address where no key is asked for. In memory, or
// in Redis for several gateways together.

import rateLimit, { type RateLimitPluginOptions } from "@fastify/rate-limit";
import type { FastifyRequest } from "fastify";
import type { Redis } from "ioredis";
import { Problem } from "../http/problem.ts";
import type { GatewayApp, RouteModule } from "../http/routeModule.ts";

export interface RateLimitOptions {
  /** Requests in a window; default 1,000. */
  readonly max?: number | undefined;
  /** Default 10 s. */
  readonly windowMs?: number | undefined;
  /** Where gateways share their limits (redis.ts). While it is away each gateway counts by itself. */
  readonly redis?: Redis | undefined;
}

const DEFAULT_MAX = 1_000;
const DEFAULT_WINDOW_MS = 10_000;
/** Keys and addresses that are counted at a time, in memory. */
const COUNTED_MAX = 20_000;
/** So long after a failure Redis is not asked: one that hangs costs its timeout once, not at each request. */
const AWAY_MS = 1_000;

type Count = ReturnType<GatewayApp["createRateLimit"]>;

function nameOf(request: FastifyRequest): string {
  return request.routeOptions.config.scope === undefined ? `ip ${request.ip}` : `key ${request.apiKey.id}`;
}

/** What counts, once the server is ready: in a context of its own, since a context counts in one place only. */
function counter(app: GatewayApp, options: RateLimitPluginOptions): () => Count | undefined {
  let count: Count | undefined;
  void app.register(async (context) => {
    await context.register(rateLimit, { ...options, global: false, keyGenerator: nameOf });
    count = context.createRateLimit();
  });
  return () => count;
}

/**
 * The plugin: `RateLimit-Limit`, `-Remaining` and `-Reset` (draft-ietf-httpapi-ratelimit-headers-07, seconds) with every
 * answer, Problem `rate_limited` with `Retry-After` beyond the limit. Wrong keys are limited where keys are recognized.
 */
export function rateLimits(options: RateLimitOptions = {}): RouteModule {
  const { max = DEFAULT_MAX, windowMs: timeWindow = DEFAULT_WINDOW_MS, redis } = options;
  return (app) => {
    const alone = counter(app, { max, timeWindow, cache: COUNTED_MAX });
    const together =
      redis === undefined ? alone : counter(app, { max, timeWindow, redis, nameSpace: "stateset-gateway-" });
    let awayUntilMs = 0;
    const countOf = async (request: FastifyRequest) => {
      if (Date.now() < awayUntilMs) return alone()?.(request);
      try {
        return await together()?.(request);
      } catch (error) {
        request.log.debug({ err: error }, "Redis did not count a request");
        awayUntilMs = Date.now() + AWAY_MS;
        return alone()?.(request);
      }
    };
    app.addHook("onRequest", async (request, reply) => {
      const counted = await countOf(request);
      if (counted === undefined || counted.isAllowed) return;
      void reply.header("ratelimit-limit", counted.max);
      void reply.header("ratelimit-remaining", counted.remaining);
      void reply.header("ratelimit-reset", counted.ttlInSeconds);
      if (!counted.isExceeded) return;
      throw new Problem("rate_limited", { detail: "too many requests", retryAfterSeconds: counted.ttlInSeconds });
    });
  };
}
