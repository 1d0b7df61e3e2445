// Reads of single things through the cache. Without a wish of the caller's a copy is never used unasked: the gateway is
// asked whether it still holds (If-None-Match, 304), unless it said itself for how long it does (Cache-Control).

import { CacheMissError } from "../errors.ts";
import type { ApiRequest, CallOptions, Transport } from "../http/transport.ts";
import type { Cache, CdnCacheOptions } from "./cache.ts";
import type { CacheEntry } from "./tier.ts";

/** Options of `get`. */
export interface GetOptions extends CallOptions {
  /**
   * `prefer` takes a copy that is young enough; `only` takes nothing else; `bypass` asks the gateway and no cache on the
   * way. Left out: a copy is used when the gateway says that it still holds.
   */
  readonly cache?: "prefer" | "only" | "bypass" | undefined;
  /** How old a copy may be, seconds; the tier's time by default. */
  readonly max_age?: number | undefined;
}

const CDN_TTL_SECONDS = 3_600;

/** What `Cache-Control` allows. */
function freshness(headers: Headers): { readonly mayStore: boolean; readonly maxAgeSeconds: number } {
  const text = headers.get("cache-control") ?? "";
  const isFresh = !/\bno-cache\b/i.test(text);
  const maxAge = /(?:^|[\s,])max-age=([0-9]{1,9})/i.exec(text)?.[1];
  return { mayStore: !/\bno-store\b/i.test(text), maxAgeSeconds: isFresh ? Number(maxAge ?? 0) : 0 };
}

/** Seconds that a cache on the way has kept the answer. */
function ageSeconds(headers: Headers): number {
  const age = headers.get("age") ?? "";
  return /^[0-9]{1,9}$/.test(age) ? Number(age) : 0;
}

export class CachedReads {
  readonly #cache: Cache;
  readonly #transport: Transport;
  readonly #cdn: CdnCacheOptions | undefined;
  readonly #nowMs: () => number;

  constructor(
    parts: { readonly cache: Cache; readonly transport: Transport },
    options: { readonly cdn: CdnCacheOptions | undefined; readonly nowMs: () => number },
  ) {
    this.#cache = parts.cache;
    this.#transport = parts.transport;
    this.#cdn = options.cdn;
    this.#nowMs = options.nowMs;
  }

  /** The body of a GET. Rejects as `Transport.send` does, and with CacheMissError. */
  async read(request: ApiRequest, options: GetOptions): Promise<unknown> {
    const { path } = request;
    if (options.cache === "prefer" || options.cache === "only") {
      const entry = await this.#cache.findFresh(path, options.max_age);
      if (entry !== undefined) return JSON.parse(entry.text);
      if (options.cache === "only") throw new CacheMissError(path);
    }
    return this.#fromGateway(request, options);
  }

  async #fromGateway(request: ApiRequest, options: GetOptions): Promise<unknown> {
    const { path } = request;
    const asked = this.#cache.now();
    const askedMs = this.#nowMs();
    const known = options.cache === "bypass" ? undefined : await this.#cache.find(path);
    if (known !== undefined && askedMs - known.askedMs < known.maxAgeSeconds * 1_000) return JSON.parse(known.text);
    const headers = {
      ...request.headers,
      ...(known?.etag === undefined ? {} : { "if-none-match": known.etag }),
      ...this.#cdnHeaders(path, options),
    };
    const answer = await this.#transport.send({ ...request, headers }, options);
    const { mayStore, maxAgeSeconds } = freshness(answer.headers);
    const isUnchanged = answer.status === 304 && known !== undefined;
    const entry: CacheEntry = {
      text: isUnchanged ? known.text : (JSON.stringify(answer.body) ?? "null"),
      etag: answer.headers.get("etag") ?? known?.etag,
      askedMs: askedMs - ageSeconds(answer.headers) * 1_000,
      maxAgeSeconds,
    };
    if (mayStore) await this.#cache.store(path, entry, asked);
    return isUnchanged ? JSON.parse(entry.text) : answer.body;
  }

  /** What caches on the way are told (RFC 9111, section 5.2.1). They know nothing of this client's writes. */
  #cdnHeaders(path: string, { cache, max_age }: GetOptions): Readonly<Record<string, string>> {
    if (cache === "bypass" || this.#cache.wasWritten(path)) return { "cache-control": "no-cache" };
    if (this.#cdn?.enabled !== true) return {};
    return { "cache-control": `max-age=${max_age ?? this.#cdn.ttl ?? CDN_TTL_SECONDS}` };
  }
}
