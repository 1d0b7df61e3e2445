// What a tier of the cache is: a place that may have a copy of an answer, and may lose it at any time.

/** A copy of an answer. Its body is text, so that no caller can change what another one gets. */
export interface CacheEntry {
  /** JSON. */
  readonly text: string;
  /** The validator that the gateway gave, as it came. */
  readonly etag: string | undefined;
  /** When the gateway was asked, milliseconds since 1970: the copy is at least as new as this. */
  readonly askedMs: number;
  /** How long the gateway says it is fresh, seconds. */
  readonly maxAgeSeconds: number;
}

/** Copies by key. A tier may reject; the cache goes on without it. */
export interface CacheTier {
  readonly name: string;
  /** How long a copy may be used where the caller does not say. */
  readonly ttlSeconds: number;
  get(key: string): Promise<CacheEntry | undefined>;
  set(key: string, entry: CacheEntry): Promise<void>;
  delete(keys: readonly string[]): Promise<void>;
  close(): Promise<void>;
}
