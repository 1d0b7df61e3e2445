// The first tier: the process's own memory, the least recently used goes first.

import { LRUCache } from "lru-cache";
import type { CacheEntry, CacheTier } from "./tier.ts";

export interface MemoryCacheOptions {
  /** Seconds; 60 by default. */
  readonly ttl?: number | undefined;
  /** Copies; 1000 by default. */
  readonly max_size?: number | undefined;
}

const TTL_SECONDS = 60;
const SIZE_MAX = 1_000;

export function memoryTier({ ttl = TTL_SECONDS, max_size = SIZE_MAX }: MemoryCacheOptions): CacheTier {
  const entries = new LRUCache<string, CacheEntry>({ max: max_size, ttl: ttl * 1_000 });
  return {
    name: "memory",
    ttlSeconds: ttl,
    get: async (key) => entries.get(key),
    async set(key, entry) {
      entries.set(key, entry);
    },
    async delete(keys) {
      for (const key of keys) entries.delete(key);
    },
    async close() {
      entries.clear();
    },
  };
}
