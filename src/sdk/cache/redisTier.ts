// The second tier: a Redis that several processes share. `ioredis` is used when it is installed; any client with the same
// three calls can be given instead.

import { ConfigError } from "../errors.ts";
import type { CacheEntry, CacheTier } from "./tier.ts";

/** As much of ioredis as is used. */
export interface RedisClient {
  get(key: string): Promise<string | null>;
  set(key: string, value: string, unit: "EX", seconds: number): Promise<unknown>;
  del(...keys: string[]): Promise<unknown>;
}

export interface RedisCacheOptions {
  /** `redis://localhost:6379`; needs the package `ioredis`. */
  readonly url?: string | undefined;
  /** A client that is there already; it is not closed with ours. */
  readonly client?: RedisClient | undefined;
  /** Seconds; 300 by default. */
  readonly ttl?: number | undefined;
  /** `stateset:` by default. */
  readonly key_prefix?: string | undefined;
}

const TTL_SECONDS = 300;
const KEY_PREFIX = "stateset:";
/** A cache that takes longer than this to answer is no help. */
const COMMAND_TIMEOUT_MS = 500;

interface OwnClient extends RedisClient {
  on(event: "error", listener: (error: unknown) => void): unknown;
  disconnect(): void;
}

type RedisClass = new (url: string, options: Readonly<Record<string, unknown>>) => OwnClient;

/** By a name that is no literal, so that bundlers for browsers do not look for the package. */
async function redisClass(): Promise<RedisClass> {
  const name = "ioredis";
  try {
    // The package has no types here: it need not be installed.
    const loaded = (await import(/* @vite-ignore */ /* webpackIgnore: true */ name)) as { readonly Redis: RedisClass };
    return loaded.Redis;
  } catch {
    throw new ConfigError("cache.redis needs the package ioredis: npm install ioredis");
  }
}

async function connect(url: string): Promise<OwnClient> {
  const Redis = await redisClass();
  const client = new Redis(url, {
    lazyConnect: false,
    enableOfflineQueue: true,
    maxRetriesPerRequest: 1,
    commandTimeout: COMMAND_TIMEOUT_MS,
  });
  // Without a listener ioredis writes to the console; failed commands reject all the same.
  client.on("error", () => undefined);
  return client;
}

function decode(text: string | null): CacheEntry | undefined {
  if (text === null) return undefined;
  const entry: unknown = JSON.parse(text);
  const isEntry = typeof entry === "object" && entry !== null && "text" in entry && "askedMs" in entry;
  // What this tier wrote, since the keys are its own.
  return isEntry ? (entry as CacheEntry) : undefined;
}

export function redisTier(options: RedisCacheOptions): CacheTier {
  const { url, client, ttl = TTL_SECONDS, key_prefix = KEY_PREFIX } = options;
  if (url === undefined && client === undefined) throw new ConfigError("cache.redis: expected url or client");
  let own: Promise<OwnClient> | undefined;
  const redis = async (): Promise<RedisClient> => {
    if (client !== undefined) return client;
    own ??= connect(url!);
    return own;
  };
  return {
    name: "redis",
    ttlSeconds: ttl,
    get: async (key) => decode(await (await redis()).get(key_prefix + key)),
    async set(key, entry) {
      await (await redis()).set(key_prefix + key, JSON.stringify(entry), "EX", ttl);
    },
    async delete(keys) {
      if (keys.length > 0) await (await redis()).del(...keys.map((key) => key_prefix + key));
    },
    async close() {
      const opened = await own?.catch(() => undefined);
      opened?.disconnect();
    },
  };
}
