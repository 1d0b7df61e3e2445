// The tiers of the cache, one after the other, and what a write makes of their copies. A tier that fails is no failure of
// the call: the next one is asked, and in the end the gateway.

import { LRUCache } from "lru-cache";
import { type MemoryCacheOptions, memoryTier } from "./memoryTier.ts";
import { type RedisCacheOptions, redisTier } from "./redisTier.ts";
import type { CacheEntry, CacheTier } from "./tier.ts";

/** HTTP caches between client and gateway. */
export interface CdnCacheOptions {
  readonly enabled: boolean;
  /** Seconds that a copy of theirs may be old; 3600 by default. */
  readonly ttl?: number | undefined;
  /** Where the caches are. What they keep follows from the gateway's `Cache-Control`; the client does not use this. */
  readonly regions?: readonly string[] | undefined;
}

export interface CacheOptions {
  readonly memory?: MemoryCacheOptions | undefined;
  readonly redis?: RedisCacheOptions | undefined;
  readonly cdn?: CdnCacheOptions | undefined;
}

export interface CacheStats {
  readonly hits: number;
  readonly misses: number;
  /** 0 to 1; 0 before the first question. */
  readonly hit_rate: number;
  /** Failures of tiers, such as a Redis that cannot be reached. */
  readonly errors: number;
  /** A tier has failed a moment ago, and is left alone. */
  readonly is_resting: boolean;
}

/** Writes of this client that are remembered, so that no older answer becomes a copy. */
const WRITES_MAX = 10_000;
const WRITE_MEMORY_MS = 3_600_000;
/** A tier that failed is left alone for so long. */
const TIER_REST_MS = 1_000;

/** The tiers of one client. */
export class Cache {
  readonly #tiers: readonly CacheTier[];
  readonly #scope: () => Promise<string>;
  readonly #nowMs: () => number;
  /** When this client last wrote to a path, by `#clock`. */
  readonly #writes = new LRUCache<string, number>({ max: WRITES_MAX, ttl: WRITE_MEMORY_MS });
  readonly #restUntilMs = new Map<CacheTier, number>();
  #clock = 0;
  #hits = 0;
  #misses = 0;
  #errors = 0;

  /** Copies of one scope are not seen in another: it stands for endpoint and API key. */
  constructor(
    tiers: readonly CacheTier[],
    options: { readonly scope: () => Promise<string>; readonly nowMs: () => number },
  ) {
    this.#tiers = tiers;
    this.#scope = options.scope;
    this.#nowMs = options.nowMs;
  }

  get stats(): CacheStats {
    const asked = this.#hits + this.#misses;
    return {
      hits: this.#hits,
      misses: this.#misses,
      hit_rate: asked === 0 ? 0 : this.#hits / asked,
      errors: this.#errors,
      is_resting: [...this.#restUntilMs.values()].some((untilMs) => untilMs > this.#nowMs()),
    };
  }

  get isEmpty(): boolean {
    return this.#tiers.length === 0;
  }

  /** A time to give to `store` for what is asked from now on. */
  now(): number {
    return this.#clock;
  }

  /** Whether this client wrote to the path, as long as it remembers. */
  wasWritten(path: string): boolean {
    return this.#writes.has(path);
  }

  /** The newest copy there is, from the first tier that has one. */
  async find(path: string): Promise<CacheEntry | undefined> {
    for (const tier of this.#tiers) {
      const entry = await this.#try(tier, async () => tier.get(await this.#key(path)));
      if (entry !== undefined) return entry;
    }
    return undefined;
  }

  /** The copy of the first tier in which it is young enough: `maxAgeSeconds`, or the tier's own time. */
  async findFresh(path: string, maxAgeSeconds: number | undefined): Promise<CacheEntry | undefined> {
    const missing: CacheTier[] = [];
    const asked = this.now();
    for (const tier of this.#tiers) {
      const entry = await this.#try(tier, async () => tier.get(await this.#key(path)));
      const ageMs = entry === undefined ? Number.POSITIVE_INFINITY : this.#nowMs() - entry.askedMs;
      if (entry !== undefined && ageMs <= (maxAgeSeconds ?? tier.ttlSeconds) * 1_000) {
        this.#hits += 1;
        for (const above of missing) if (this.#isCurrent(path, asked)) await this.#set(above, path, entry);
        return entry;
      }
      missing.push(tier);
    }
    this.#misses += 1;
    return undefined;
  }

  /** Keeps what was asked for at `asked`, unless this client has written to the path since then. */
  async store(path: string, entry: CacheEntry, asked: number): Promise<void> {
    if (this.#isCurrent(path, asked)) await Promise.all(this.#tiers.map((tier) => this.#set(tier, path, entry)));
  }

  /** Removes the copies of paths that are about to change, or have. */
  async invalidate(paths: readonly string[]): Promise<void> {
    this.#clock += 1;
    for (const path of paths) this.#writes.set(path, this.#clock);
    const remove = async (tier: CacheTier) => tier.delete(await Promise.all(paths.map((path) => this.#key(path))));
    await Promise.all(this.#tiers.map((tier) => this.#try(tier, () => remove(tier))));
  }

  async close(): Promise<void> {
    await Promise.all(this.#tiers.map((tier) => this.#try(tier, () => tier.close())));
  }

  async #key(path: string): Promise<string> {
    return `${await this.#scope()}:${path}`;
  }

  #isCurrent(path: string, asked: number): boolean {
    return (this.#writes.get(path) ?? 0) <= asked;
  }

  async #set(tier: CacheTier, path: string, entry: CacheEntry): Promise<void> {
    await this.#try(tier, async () => tier.set(await this.#key(path), entry));
  }

  async #try<T>(tier: CacheTier, work: () => Promise<T>): Promise<T | undefined> {
    if ((this.#restUntilMs.get(tier) ?? 0) > this.#nowMs()) return undefined;
    try {
      return await work();
    } catch {
      this.#errors += 1;
      this.#restUntilMs.set(tier, this.#nowMs() + TIER_REST_MS);
      return undefined;
    }
  }
}

/** The tiers that the options name, the nearest first. Throws ConfigError. */
export function tiersOf({ memory, redis }: CacheOptions): readonly CacheTier[] {
  return [...(memory === undefined ? [] : [memoryTier(memory)]), ...(redis === undefined ? [] : [redisTier(redis)])];
}
