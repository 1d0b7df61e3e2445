// Cases: all is well, in the shape of the published description; the chain is away; the read model is behind; the database is
// away; a service outside fails and only degrades itself; metrics tell routes and lag.

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startMetricsServer } from "../metricsServer.ts";
import { type Database, DatabaseError } from "../sql/database.ts";
import { openDatabase } from "../sql/openDatabase.ts";
import { SimulatedChain } from "../testing/simulatedChain.ts";
import { type TestGateway, testGateway } from "../testing/testGateway.ts";
import { GatewayMetrics } from "./metrics.ts";

let database: Database;
let isAway = false;
let gateway: TestGateway;
let failing = false;

beforeAll(async () => {
  database = await openDatabase({});
  const query: Database["query"] = async (text, values) => {
    if (isAway) throw new DatabaseError(new Error("gone"));
    return database.query(text, values);
  };
  const chain = new SimulatedChain(1);
  gateway = await testGateway({
    database: { ...database, query, transaction: (work) => database.transaction(work) },
    chain,
    parts: {
      externals: [
        {
          name: "tax",
          check: async () => {
            if (failing) throw new Error("secret of the tax service");
          },
        },
      ],
    },
  });
  await gateway.grow(3);
});
afterAll(async () => {
  await gateway.close();
  await database.close();
});

const health = async () => {
  const answer = await gateway.app.inject({ url: "/v1/health" });
  return { status: answer.statusCode, json: answer.json(), text: answer.body };
};

describe("health", () => {
  test("default: all is well, without a key", async () => {
    expect(await health()).toMatchObject({
      status: 200,
      json: {
        status: "healthy",
        checks: {
          database: { status: "healthy", response_time: expect.stringMatching(/^[0-9]+ms$/) },
          blockchain: { status: "healthy", block_height: 3, read_model_height: 3, sync_status: "synced" },
          cache: { status: "healthy", hit_rate: 0 },
          external_apis: { status: "healthy", details: "tax" },
        },
        timestamp: expect.stringMatching(/Z$/),
      },
    });
  });

  test("behavior: a service outside is not critical", async () => {
    failing = true;
    const { status, json, text } = await health();
    failing = false;
    expect([status, json.status, json.checks.external_apis]).toEqual([
      200,
      "healthy",
      { status: "degraded", details: "no answer: tax" },
    ]);
    expect(text).not.toContain("secret");
  });

  test("error: the chain, or the database, is away", async () => {
    gateway.chain.failures = 1;
    expect(await health()).toMatchObject({
      status: 503,
      json: { status: "unhealthy", checks: { blockchain: { sync_status: "unreachable" } } },
    });
    isAway = true;
    const away = await health();
    isAway = false;
    expect(away).toMatchObject({
      status: 503,
      json: { status: "unhealthy", checks: { database: { status: "unhealthy" } } },
    });
  });

  test("behavior: metrics tell routes, statuses and lag", async () => {
    const metrics = new GatewayMetrics(gateway.parts.projector);
    const counted = await testGateway({ database, chain: gateway.chain, plugins: [metrics.plugin] });
    await counted.inject({ url: "/v1/health" });
    await counted.inject({ url: "/v1/orders/ord_secret/nothing" });
    const server = await startMetricsServer(metrics.registry, { host: "127.0.0.1", port: 0 });
    const text = await (await fetch(`${server.url}/metrics`)).text();
    expect((await fetch(`${server.url}/other`)).status).toBe(404);
    await server.close();
    await counted.close();
    expect(text).toContain('stateset_gateway_requests_total{method="GET",route="/v1/health",status="200"} 1');
    expect(text).toContain('route="none",status="404"} 1');
    expect(text).toContain("stateset_gateway_read_model_lag_blocks 0");
    expect(text).not.toContain("ord_secret");
  });
});
