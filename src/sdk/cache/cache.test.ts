// Cases:
// - default: revalidates what it has (ETag, 304), or takes the gateway's word for how long it holds
// - behavior: prefer, only, bypass, max_age; a write removes copies, also against a read that is on its way
// - behavior: Redis is shared by processes and keys, each key's copies apart; a Redis that is away stops nobody
// - behavior: caches on the way are told what is wanted of them

import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { CacheMissError, ConfigError } from "../errors.ts";
import { Endpoints } from "../http/endpoints.ts";
import { Transport } from "../http/transport.ts";
import { hasRedis, type RedisServer, startRedis } from "../testing/redisServer.ts";
import { type Handler, json, startTestServer, type TestServer } from "../testing/testServer.ts";
import { Cache, type CacheOptions, tiersOf } from "./cache.ts";
import { CachedReads, type GetOptions } from "./cachedReads.ts";
import { redisTier } from "./redisTier.ts";
import type { CacheTier } from "./tier.ts";

const PATH = "/v1/orders/ord_1";
const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const each of open.splice(0)) await each.close();
});

/** A gateway with one thing that has a version. */
class Gateway {
  version = 1;
  cacheControl = "private, max-age=0";
  age = "0";
  server!: TestServer;

  static async start(): Promise<Gateway> {
    const gateway = new Gateway();
    gateway.server = await startTestServer(gateway.#answer);
    open.push({ close: () => gateway.server.stop() });
    return gateway;
  }

  get count(): number {
    return this.server.seen.length;
  }

  readonly #answer: Handler = ({ headers }, response) => {
    const etag = `"v${this.version}"`;
    const validators = { etag, "cache-control": this.cacheControl, age: this.age };
    if (headers["if-none-match"] === etag) response.writeHead(304, validators).end();
    else json(response, 200, { version: this.version }, validators);
  };
}

/** A client's cache and its clock. */
class Client {
  nowMs = 1_700_000_000_000;
  readonly cache: Cache;
  readonly reads: CachedReads;

  constructor(gateway: Gateway, options: CacheOptions, scope = "mine", tiers: readonly CacheTier[] = tiersOf(options)) {
    const nowMs = () => this.nowMs;
    const endpoints = new Endpoints({ primaries: [gateway.server.url], replicas: [], readReplicas: undefined, nowMs });
    const limits = { apiKey: undefined, timeoutMs: 5_000, maxRetries: 0, random: () => 0 };
    const transport = new Transport({ ...limits, endpoints, fetch, nowMs });
    this.cache = new Cache(tiers, { scope: async () => scope, nowMs });
    open.push(this.cache);
    this.reads = new CachedReads({ cache: this.cache, transport }, { cdn: options.cdn, nowMs });
  }

  async version(options: GetOptions = {}): Promise<number> {
    const body = await this.reads.read({ method: "GET", path: PATH }, options);
    return (body as { version: number }).version;
  }
}

const MEMORY = { memory: { ttl: 60, max_size: 10 } } as const;

describe("memory", () => {
  test("default: asks whether the copy still holds", async () => {
    const gateway = await Gateway.start();
    const client = new Client(gateway, MEMORY);
    expect([await client.version(), await client.version()]).toEqual([1, 1]);
    expect(gateway.server.seen.map(({ headers }) => headers["if-none-match"])).toEqual([undefined, '"v1"']);
    gateway.version = 2;
    expect(await client.version()).toBe(2);
  });

  test("default: takes the gateway's word for how long it holds", async () => {
    const gateway = await Gateway.start();
    gateway.cacheControl = "private, max-age=30";
    gateway.age = "10";
    const client = new Client(gateway, MEMORY);
    await client.version();
    client.nowMs += 19_000;
    await client.version();
    expect(gateway.count).toBe(1);
    client.nowMs += 2_000;
    await client.version();
    expect(gateway.count).toBe(2);
  });

  test("behavior: prefer takes what is young enough, only takes nothing else, bypass takes nothing", async () => {
    const gateway = await Gateway.start();
    const client = new Client(gateway, MEMORY);
    await expect(client.version({ cache: "only" })).rejects.toThrow(CacheMissError);
    await client.version({ cache: "prefer" });
    gateway.version = 2;
    client.nowMs += 30_000;
    expect(await client.version({ cache: "prefer" })).toBe(1);
    expect(await client.version({ cache: "only", max_age: 30 })).toBe(1);
    expect(await client.version({ cache: "prefer", max_age: 29 })).toBe(2);
    gateway.version = 3;
    expect(await client.version({ cache: "bypass" })).toBe(3);
    expect(await client.version({ cache: "only" })).toBe(3);
    client.nowMs += 61_000;
    await expect(client.version({ cache: "only" })).rejects.toThrow(CacheMissError);
    expect(client.cache.stats).toMatchObject({ hits: 3, misses: 4, hit_rate: 3 / 7, errors: 0 });
  });

  test("behavior: no-store is not stored, and no caller changes another's copy", async () => {
    const gateway = await Gateway.start();
    const client = new Client(gateway, MEMORY);
    const first = await client.reads.read({ method: "GET", path: PATH }, {});
    (first as { version: number }).version = 99;
    expect(await client.version({ cache: "only" })).toBe(1);
    gateway.cacheControl = "no-store";
    const other = new Client(gateway, MEMORY);
    await other.version();
    await expect(other.version({ cache: "only" })).rejects.toThrow(CacheMissError);
  });

  test("behavior: a write removes the copy, also of a read that began before it", async () => {
    const gateway = await Gateway.start();
    const client = new Client(gateway, MEMORY);
    await client.version();
    await client.cache.invalidate([PATH]);
    await expect(client.version({ cache: "only" })).rejects.toThrow(CacheMissError);
    const asked = client.cache.now();
    await client.cache.invalidate([PATH]);
    const entry = { text: '{"version":1}', etag: undefined, askedMs: client.nowMs, maxAgeSeconds: 0 };
    await client.cache.store(PATH, entry, asked);
    await expect(client.version({ cache: "only" })).rejects.toThrow(CacheMissError);
    await client.version();
    expect(await client.version({ cache: "only" })).toBe(1);
  });

  test("behavior: caches on the way hear what is wanted", async () => {
    const gateway = await Gateway.start();
    const client = new Client(gateway, { cdn: { enabled: true, ttl: 600 } });
    await client.version({ cache: "prefer" });
    await client.version({ cache: "prefer", max_age: 5 });
    await client.version({ cache: "bypass" });
    await client.cache.invalidate([PATH]);
    await client.version({ cache: "prefer" });
    const heard = gateway.server.seen.map(({ headers }) => headers["cache-control"]);
    expect(heard).toEqual(["max-age=600", "max-age=5", "no-cache", "no-cache"]);
  });
});

describe.runIf(hasRedis())("Redis", () => {
  let redis: RedisServer;
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(() => redis.stop());

  const options = (prefix: string): CacheOptions => ({
    ...MEMORY,
    redis: { url: redis.url, ttl: 300, key_prefix: prefix },
  });

  test("behavior: what one process has read another one finds, and no other key", async () => {
    const gateway = await Gateway.start();
    const [a, b] = [new Client(gateway, options("a:")), new Client(gateway, options("a:"))];
    await a.version();
    expect(await b.version({ cache: "only" })).toBe(1);
    await expect(new Client(gateway, options("a:"), "another key").version({ cache: "only" })).rejects.toThrow();
    await expect(new Client(gateway, options("b:")).version({ cache: "only" })).rejects.toThrow(CacheMissError);
    await b.cache.invalidate([PATH]);
    const c = new Client(gateway, options("a:"));
    await expect(c.version({ cache: "only" })).rejects.toThrow(CacheMissError);
    expect(gateway.count).toBe(1);
  });

  test("behavior: the second tier keeps longer than the first, and fills it", async () => {
    const gateway = await Gateway.start();
    const client = new Client(gateway, options("c:"));
    await client.version();
    client.nowMs += 200_000;
    expect(await client.version({ cache: "prefer" })).toBe(1);
    client.nowMs += 101_000;
    await expect(client.version({ cache: "only" })).rejects.toThrow(CacheMissError);
  });

  test("behavior: a Redis that goes away stops nobody", async () => {
    const own = await startRedis();
    const gateway = await Gateway.start();
    const client = new Client(gateway, { redis: { url: own.url } });
    await client.version();
    expect(await client.version({ cache: "only" })).toBe(1);
    await own.stop();
    gateway.version = 2;
    expect(await client.version({ cache: "prefer" })).toBe(2);
    expect(client.cache.stats.errors).toBeGreaterThan(0);
  });

  test("behavior: a client that is there already is used, and not closed", async () => {
    const held = new Map<string, string>();
    const client = {
      get: async (key: string) => held.get(key) ?? null,
      set: async (key: string, value: string, unit: "EX", seconds: number) =>
        held.set(key, value).size + seconds + unit,
      del: async (...keys: string[]) => keys.map((key) => held.delete(key)),
    };
    const gateway = await Gateway.start();
    const own = new Client(gateway, { redis: { client, key_prefix: "p:" } });
    await own.version();
    expect([...held.keys()]).toEqual([`p:mine:${PATH}`]);
    expect(await own.version({ cache: "only" })).toBe(1);
    await own.cache.invalidate([PATH]);
    expect(held.size).toBe(0);
  });

  test("error: neither URL nor client", () => {
    expect(() => redisTier({})).toThrow(ConfigError);
  });
});
