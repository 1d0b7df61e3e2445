// Cases: the limit of one API key, and what its answers say; with a Redis: gateways that share it, Redis going away and coming
// back, Redis that hangs, Redis that never was there.

import { afterEach, beforeAll, describe, expect, test } from "vitest";
import { freePort, hasRedis, type RedisServer, startRedis } from "../../sdk/testing/redisServer.ts";
import type { GatewayApp } from "../http/routeModule.ts";
import type { Database } from "../sql/database.ts";
import { migrate } from "../sql/migrate.ts";
import { openPglite } from "../sql/pgliteDatabase.ts";
import { type TestGateway, testGateway, testKey } from "../testing/testGateway.ts";
import { type RateLimitOptions, rateLimits } from "./rateLimit.ts";
import { connectRedis } from "./redis.ts";

const ends: (() => unknown)[] = [];
let database: Database;

beforeAll(async () => {
  database = await openPglite();
  await migrate(database);
  return () => database.close();
});
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

async function start(options: RateLimitOptions): Promise<TestGateway> {
  const gateway = await testGateway({
    ...{ database, keys: { other: testKey("other", { id: "key_other" }) } },
    plugins: [rateLimits({ windowMs: 60_000, ...options })],
    routes: [
      (app: GatewayApp) => {
        app.post("/things", { config: { scope: "orders:write" } }, async () => ({}));
        app.get("/public", async () => ({}));
      },
    ],
  });
  ends.push(() => gateway.close());
  return gateway;
}

const post = (gateway: TestGateway, token = "test") =>
  gateway.inject({ method: "POST", url: "/things", payload: {}, headers: { authorization: `Bearer ${token}` } });

/** Statuses of requests, one after the other. */
async function statuses(gateways: readonly TestGateway[]): Promise<readonly number[]> {
  const found: number[] = [];
  for (const gateway of gateways) found.push((await post(gateway)).statusCode);
  return found;
}

test("error: too many requests of one API key, and of one address", async () => {
  const limited = await start({ max: 2 });
  const first = await post(limited);
  expect(first.headers).toMatchObject({
    "ratelimit-limit": "2",
    "ratelimit-remaining": "1",
    "ratelimit-reset": "60",
  });
  expect((await post(limited)).statusCode).toBe(200);
  const third = await post(limited);
  expect([third.statusCode, third.json().code, third.headers["retry-after"]]).toEqual([429, "rate_limited", "60"]);
  expect((await post(limited, "other")).statusCode).toBe(200);
  const visit = async () => (await limited.inject({ method: "GET", url: "/public" })).statusCode;
  expect([await visit(), await visit(), await visit()]).toEqual([200, 200, 429]);
});

describe.runIf(hasRedis())("Redis", () => {
  async function redisAt(port?: number): Promise<RedisServer> {
    const server = await startRedis(port);
    ends.push(server.stop);
    return server;
  }

  /** A gateway with a connection of its own, as a process has it, that is there. */
  async function connected(url: string, away: unknown[] = []): Promise<TestGateway> {
    const redis = connectRedis(url, (error) => away.push(error));
    ends.push(() => redis.disconnect());
    await new Promise((resolve) => redis.once("ready", resolve));
    return start({ max: 3, redis });
  }

  test("default: two gateways have one limit", async () => {
    const { url } = await redisAt();
    const [one, two] = [await connected(url), await connected(url)];
    expect(await statuses([one, two, one, two, one])).toEqual([200, 200, 200, 429, 429]);
    expect((await post(two, "other")).headers).toMatchObject({ "ratelimit-limit": "3", "ratelimit-remaining": "2" });
  });

  test("behavior: while Redis is away each gateway counts by itself; then they share again", async () => {
    const first = await redisAt();
    const away: unknown[] = [];
    const [one, two] = [await connected(first.url, away), await connected(first.url)];
    expect(await statuses([one, two, one, two])).toEqual([200, 200, 200, 429]);
    await first.stop();
    expect(await statuses([one, one, one, one, two])).toEqual([200, 200, 200, 429, 200]);
    const again = await redisAt(Number(new URL(first.url).port));
    expect(again.url).toBe(first.url);
    // The new one has counted nothing: a gateway has more left as soon as it is asked.
    await expect.poll(() => post(one).then(({ statusCode }) => statusCode), { timeout: 20_000 }).toBe(200);
    expect(away.length).toBe(1);
  });

  test("behavior: a Redis that hangs holds nothing up for long", async () => {
    const server = await redisAt();
    const gateway = await connected(server.url);
    server.freeze();
    const startMs = performance.now();
    expect(await statuses([gateway, gateway, gateway, gateway])).toEqual([200, 200, 200, 429]);
    expect(performance.now() - startMs).toBeLessThan(1_000);
  });

  test("behavior: a Redis that was never there", async () => {
    const away: unknown[] = [];
    const redis = connectRedis(`redis://127.0.0.1:${await freePort()}`, (error) => away.push(error));
    ends.push(() => redis.disconnect());
    const gateway = await start({ max: 1, redis });
    expect(await statuses([gateway, gateway])).toEqual([200, 429]);
    await expect.poll(() => away.length).toBe(1);
  });
});
