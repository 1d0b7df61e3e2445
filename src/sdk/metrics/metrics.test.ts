// Cases: series by name and tags; pushed as OTLP in batches; handed to OpenTelemetry; a collector that fails, values that
// are none and too many series never reach the caller.

import { metrics as openTelemetry } from "@opentelemetry/api";
import { afterEach, describe, expect, test, vi } from "vitest";
import { json, startTestServer, type TestServer } from "../testing/testServer.ts";
import { type Meter, Metrics } from "./metrics.ts";

const servers: TestServer[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.stop()));
});

const parts = { fetch, nowMs: () => 1_700_000_000_000 };

async function collector(status = 200): Promise<TestServer> {
  const server = await startTestServer((_request, response) => json(response, status, {}));
  servers.push(server);
  return server;
}

describe("default", () => {
  test("one series for each name and set of tags", () => {
    const metrics = new Metrics({ enabled: true }, parts);
    metrics.increment("orders.created", 1, { segment: "enterprise", n: 1 });
    metrics.increment("orders.created", 2, { n: 1, segment: "enterprise" });
    metrics.increment("orders.created");
    metrics.gauge("orders.pending", 4);
    metrics.gauge("orders.pending", 3);
    for (const value of [1, 7, 99_999]) metrics.histogram("order.processing_time", value);
    const [created, other, pending, time] = metrics.snapshot();
    expect([created, other, pending]).toEqual([
      { kind: "counter", name: "orders.created", tags: { segment: "enterprise", n: 1 }, value: 3 },
      { kind: "counter", name: "orders.created", tags: {}, value: 1 },
      { kind: "gauge", name: "orders.pending", tags: {}, value: 3 },
    ]);
    expect(time).toMatchObject({ count: 3, sum: 100_007, min: 1, max: 99_999 });
    expect(time).toMatchObject({ buckets: [1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1] });
  });

  test("pushes to a collector, and again when there is more", async () => {
    const { url, seen } = await collector();
    const options = {
      endpoint: `${url}/`,
      tags: { service: "order-service" },
      interval: 10,
      headers: { "x-key": "1" },
    };
    const metrics = new Metrics(options, parts);
    metrics.increment("orders.created", 1, { segment: "enterprise" });
    metrics.histogram("time", 3);
    await vi.waitFor(() => expect(seen).toHaveLength(1));
    expect(seen[0]).toMatchObject({ method: "POST", url: "/v1/metrics", headers: { "x-key": "1" } });
    const [pushed] = JSON.parse(seen[0]!.body).resourceMetrics;
    expect(pushed.resource.attributes).toEqual([{ key: "service", value: { stringValue: "order-service" } }]);
    const [counter, histogram] = pushed.scopeMetrics[0].metrics;
    expect(counter.sum.dataPoints[0]).toEqual({
      attributes: [{ key: "segment", value: { stringValue: "enterprise" } }],
      startTimeUnixNano: "1700000000000000000",
      timeUnixNano: "1700000000000000000",
      asDouble: 1,
    });
    expect(histogram.histogram.dataPoints[0]).toMatchObject({ count: "1", sum: 3, min: 3, max: 3 });
    metrics.increment("orders.created", 1, { segment: "enterprise" });
    await metrics.flush();
    expect(JSON.parse(seen[1]!.body).resourceMetrics[0].scopeMetrics[0].metrics[0].sum.dataPoints[0].asDouble).toBe(2);
  });

  test("hands on to OpenTelemetry where it is installed", async () => {
    const recorded: unknown[] = [];
    const instrument = (kind: string) => (name: string) => {
      const record = (value: number, tags: unknown) => recorded.push([kind, name, value, tags]);
      return { add: record, record };
    };
    const meter = {
      createCounter: instrument("counter"),
      createHistogram: instrument("histogram"),
      createGauge: instrument("gauge"),
    } as unknown as Meter;
    const getMeter = vi.spyOn(openTelemetry, "getMeter").mockReturnValue(meter as never);
    const metrics = new Metrics({ tags: { service: "shop" } }, parts);
    await vi.waitFor(() => expect(getMeter).toHaveBeenCalledWith("@stateset/commerce-sdk"));
    await new Promise((resolve) => setImmediate(resolve));
    metrics.increment("a", 2, { b: 1 });
    metrics.gauge("g", 5);
    metrics.histogram("h", 7);
    expect(recorded).toEqual([
      ["counter", "a", 2, { service: "shop", b: 1 }],
      ["gauge", "g", 5, { service: "shop" }],
      ["histogram", "h", 7, { service: "shop" }],
    ]);
    getMeter.mockRestore();
  });
});

describe("error", () => {
  test("nothing reaches the caller", async () => {
    const { url } = await collector(500);
    const metrics = new Metrics({ endpoint: url }, parts);
    metrics.increment("a", Number.NaN);
    metrics.increment("a", 1, {
      get bad(): string {
        throw new Error("no");
      },
    });
    metrics.increment("a");
    await metrics.flush();
    expect(metrics.pushFailures).toBe(1);
    const nowhere = new Metrics({ endpoint: "no url" }, parts);
    nowhere.increment("a");
    await nowhere.flush();
    expect(nowhere.pushFailures).toBe(1);
  });

  test("no more series than fit, none when it is not enabled", async () => {
    const metrics = new Metrics({ enabled: true }, parts);
    for (let index = 0; index < 2_100; index += 1) metrics.increment("a", 1, { id: index });
    expect(metrics.snapshot()).toHaveLength(2_000);
    for (const options of [undefined, { enabled: false }]) {
      const off = new Metrics(options, parts);
      off.increment("a");
      await off.flush();
      expect(off.snapshot()).toEqual([]);
    }
  });
});
