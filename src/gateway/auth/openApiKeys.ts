// What a gateway needs of its keys: who asks, who signs, and what holds for every request.

import type { FastifyBaseLogger } from "fastify";
import type { OpenKeys } from "../gatewayConfig.ts";
import { idempotency } from "../idempotency/plugin.ts";
import type { MasterKeys } from "../vault/masterKeys.ts";
import { ApiKeys } from "./apiKeys.ts";
import { type RateLimitOptions, rateLimits } from "./rateLimit.ts";

export interface OpenApiKeysOptions {
  readonly masterKeys: MasterKeys;
  /** The chain whose keys are live; on any other they are test keys. */
  readonly liveChainId?: string | undefined;
  readonly rateLimit?: RateLimitOptions | undefined;
  readonly logger: Pick<FastifyBaseLogger, "warn">;
}

/** Opens the API keys of the gateway's database. */
export function openApiKeys({ masterKeys, liveChainId, rateLimit, logger }: OpenApiKeysOptions): OpenKeys {
  return async (database, chainId) => {
    const warn = (what: string, error: unknown) => logger.warn({ err: error }, what);
    const apiKeys = new ApiKeys({ database, masterKeys, chainId, liveChainId, nowMs: Date.now, warn });
    return {
      authenticate: (request) => apiKeys.authenticate(request),
      signers: apiKeys,
      plugins: [rateLimits(rateLimit), idempotency({ masterKeys, warn })],
    };
  };
}
