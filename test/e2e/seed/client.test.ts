// Cases: the snippets about the client itself in the API's published description, against a live gateway and a real Redis
// where there is one. Only host names, keys and ids are others.

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { StateSetClient } from "../../../src/sdk/index.ts";
import { hasRedis, startRedis } from "../../../src/sdk/testing/redisServer.ts";
import { json, startTestServer } from "../../../src/sdk/testing/testServer.ts";
import { type LiveGateway, startLiveGateway } from "./liveGateway.ts";

let gateway: LiveGateway;

beforeAll(async () => {
  gateway = await startLiveGateway();
  process.env["STATESET_ENDPOINT"] = gateway.url;
  process.env["STATESET_API_KEY"] = gateway.apiKey;
}, 120_000);

afterAll(() => gateway?.close());

describe("snippets", () => {
  test.runIf(hasRedis())("caching", async () => {
    const redis = await startRedis();
    const paths: string[] = [];
    // Multi-level caching
    const client = new StateSetClient({
      cache: {
        // L1: In-memory cache
        memory: {
          ttl: 60, // 1 minute
          max_size: 1000,
        },
        // L2: Redis cache
        redis: {
          url: redis.url,
          ttl: 300, // 5 minutes
          key_prefix: "stateset:",
        },
        // L3: CDN cache
        cdn: {
          enabled: true,
          ttl: 3600, // 1 hour
          regions: ["us-east-1", "eu-west-1", "ap-southeast-1"],
        },
      },
      fetch: (input, init) => {
        paths.push(String(input));
        return fetch(input, init);
      },
    });
    try {
      const { id: ord_123 } = await client.orders.create({ items: [{ sku: "A", quantity: 1, price: "1.00" }] });
      const get = async () => {
        // Cache-aware queries
        const order = await client.orders.get(ord_123, {
          cache: "prefer", // Try cache first
          max_age: 300, // Accept cached data up to 5 minutes old
        });
        return order;
      };
      expect((await get()).status).toBe("CREATED");
      const asked = paths.length;
      expect((await get()).status).toBe("CREATED");
      expect(paths).toHaveLength(asked);
      await client.orders.cancel(ord_123);
      expect((await get()).status).toBe("CANCELLED");
      // Asked of the gateway, and found unchanged: 304 and the copy.
      expect((await client.orders.get(ord_123)).status).toBe("CANCELLED");
      expect(paths).toHaveLength(asked + 3);
      expect(client.cacheStats).toMatchObject({ hits: 1, errors: 0 });
      expect((await client.health.check()).checks.cache).toEqual({ status: "healthy", hit_rate: 1 / 3 });
    } finally {
      await client.close();
      await redis.stop();
    }
  });

  test("metrics", async () => {
    const collector = await startTestServer((_request, response) => json(response, 200, {}));
    const processingTime = 12;
    const pendingOrderCount = 3;
    // Built-in metrics collection
    const client = new StateSetClient({
      metrics: {
        enabled: true,
        endpoint: collector.url,
        tags: {
          environment: "production",
          service: "order-service",
        },
      },
    });

    // Custom metrics
    client.metrics.increment("orders.created", 1, {
      customer_segment: "enterprise",
      product_category: "software",
    });

    client.metrics.histogram("order.processing_time", processingTime);
    client.metrics.gauge("orders.pending", pendingOrderCount);

    await client.orders.list().page();
    await client.close();
    const [pushed] = JSON.parse(collector.seen[0]!.body).resourceMetrics;
    const names = pushed.scopeMetrics[0].metrics.map(({ name }: { name: string }) => name);
    expect(names).toEqual([
      ...["orders.created", "order.processing_time", "orders.pending"],
      ...["stateset.client.requests", "stateset.client.request_duration_ms"],
    ]);
    await collector.stop();
  });

  test("health", async () => {
    const client = new StateSetClient();
    // Built-in health monitoring
    const healthCheck = await client.health.check();
    expect(healthCheck).toEqual({
      status: "healthy",
      checks: {
        database: { status: "healthy", response_time: expect.stringMatching(/^[0-9]+ms$/) },
        blockchain: {
          status: "healthy",
          block_height: expect.any(Number),
          read_model_height: expect.any(Number),
          sync_status: "synced",
        },
        cache: { status: "healthy", hit_rate: expect.any(Number) },
        external_apis: { status: "healthy", details: expect.any(String) },
      },
      timestamp: expect.stringMatching(/Z$/),
    });
  });
});
