// Cases, over HTTP:
// - default: analytics by GET and by POST; a report from its request to its file, by range and with ETag; deletion
// - error: a link of another report, one that was changed, an unfinished report, another merchant's, no scope

import { setTimeout as wait } from "node:timers/promises";
import { Validator } from "@seriousme/openapi-schema-validator";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { analyticsRoutes } from "../analytics/routes.ts";
import { checkoutRoutes } from "../checkout/routes.ts";
import type { Database } from "../sql/database.ts";
import { testDatabases } from "../testing/databases.ts";
import { insertOrders, MERCHANT } from "../testing/orderRows.ts";
import { type TestGateway, testGateway, testKey } from "../testing/testGateway.ts";
import { reportRoutes } from "./routes.ts";

const [kind] = testDatabases();
let database: Database;
let gateway: TestGateway;

beforeAll(async () => {
  database = await kind!.open();
  gateway = await testGateway({
    database,
    routes: [analyticsRoutes, reportRoutes, checkoutRoutes],
    keys: {
      shop: testKey(MERCHANT),
      other: testKey("stateset1other"),
      reader: testKey(MERCHANT, { scopes: new Set(["orders:read"]) }),
    },
  });
  await insertOrders(database, [
    { amount_paid: "2000000", created_at: "2026-06-25T10:00:00Z" },
    { amount_paid: "1000000", created_at: "2026-06-25T11:00:00Z", status: "DELIVERED" },
  ]);
});
afterAll(async () => {
  await gateway.close();
  await kind!.stop();
});

const ask = (method: "GET" | "POST" | "DELETE", url: string, more: { body?: object; key?: string } = {}) =>
  gateway.inject({
    method,
    url,
    headers: { authorization: `Bearer ${more.key ?? "shop"}` },
    ...(more.body === undefined ? {} : { payload: more.body }),
  });

test("default: the document that describes these routes is a valid one", async () => {
  const { valid, errors } = await new Validator().validate((await ask("GET", "/openapi.json")).json());
  expect([valid, errors]).toEqual([true, undefined]);
});

describe("analytics", () => {
  const expected = {
    data: [{ date: "2026-06-25", order_count: 2, revenue: "3.00", avg_order_value: "1.50" }],
    summary: { total_orders: 2, total_revenue: "3.00", avg_order_value: "1.50" },
  };

  test("default: by GET and by POST", async () => {
    const range = { start_date: "2026-06-01", end_date: "2026-06-30", group_by: "day" };
    const metrics = ["count", "revenue", "avg_order_value"];
    const query = new URLSearchParams({ ...range, metrics: metrics.join(",") });
    const got = await ask("GET", `/v1/analytics/orders?${query}`);
    expect(got.json()).toMatchObject(expected);
    const posted = await ask("POST", "/v1/analytics/orders", { body: { ...range, metrics } });
    expect(posted.json()).toEqual(got.json());
    const paid = await ask(
      "GET",
      `/v1/analytics/orders?start_date=2026-06-01&status=DELIVERED&metrics=count&metrics=refunds`,
    );
    expect(paid.json()).toMatchObject({ summary: { total_orders: 1, total_refunds: "0.00" } });
  });

  test("default: the seed's anonymized question", async () => {
    const answer = await ask("POST", "/v1/analytics/orders", {
      body: { anonymized: true, retention_policy: "7_years" },
    });
    expect(answer.statusCode).toBe(200);
    expect(answer.json()).toMatchObject({ data: [], anonymity: { k: 5, suppressed_groups: 1 } });
    expect(answer.json()).toMatchObject({ summary: { total_orders: null, total_revenue: null } });
  });

  test("error: another merchant sees nothing, a key without the scope is refused, so is what is unknown", async () => {
    const other = await ask("GET", "/v1/analytics/orders?start_date=2026-06-01", { key: "other" });
    expect(other.json()).toMatchObject({ data: [], summary: { total_orders: 0 } });
    expect((await ask("GET", "/v1/analytics/orders", { key: "reader" })).statusCode).toBe(403);
    expect((await ask("GET", "/v1/analytics/orders?merchant=x")).json()).toMatchObject({ field: "merchant" });
    expect((await ask("GET", "/v1/analytics/orders?metrics=count,profit")).json()).toMatchObject({
      field: "/metrics/1",
    });
  });
});

describe("a report", () => {
  const body = { type: "order_performance", dimensions: ["status"], metrics: ["count", "revenue"], format: "csv" };
  const FILE = "status,order_count,revenue\r\nCREATED,1,2.00\r\nDELIVERED,1,1.00\r\n";

  async function finished(): Promise<string> {
    const asked = await ask("POST", "/v1/reports", { body });
    expect(asked.statusCode).toBe(202);
    const { id } = asked.json<{ id: string }>();
    expect(asked.headers["location"]).toBe(`/v1/reports/${id}`);
    for (;;) {
      const { status } = (await ask("GET", `/v1/reports/${id}`)).json<{ status: string }>();
      if (status === "COMPLETED") return id;
      await wait(10);
    }
  }

  const linkOf = async (id: string) => {
    const { url } = (await ask("GET", `/v1/reports/${id}/download`)).json<{ url: string }>();
    return url.slice(gateway.parts.publicUrl.length);
  };

  test("default: from its request to its file, and to its end", async () => {
    const id = await finished();
    const report = (await ask("GET", `/v1/reports/${id}`)).json();
    expect(report).toMatchObject({ progress: 100, row_count: 2, file_bytes: FILE.length, type: "order_performance" });
    const link = await linkOf(id);
    const file = await gateway.app.inject({ method: "GET", url: link });
    expect(file.statusCode).toBe(200);
    expect(file.body).toBe(FILE);
    expect(file.headers).toMatchObject({
      "content-type": "text/csv; charset=utf-8; header=present",
      "content-disposition": `attachment; filename="${id}.csv"`,
      "content-length": String(FILE.length),
      "accept-ranges": "bytes",
      "x-content-type-options": "nosniff",
    });
    const { etag = "" } = file.headers;
    const part = await gateway.app.inject({ method: "GET", url: link, headers: { range: "bytes=7-17" } });
    expect([part.statusCode, part.body]).toEqual([206, FILE.slice(7, 18)]);
    const same = await gateway.app.inject({ method: "GET", url: link, headers: { "if-none-match": String(etag) } });
    expect([same.statusCode, same.body]).toEqual([304, ""]);
    const beyond = await gateway.app.inject({ method: "GET", url: link, headers: { range: "bytes=9999-" } });
    expect(beyond.json()).toMatchObject({ code: "invalid_request", field: "range" });
    expect((await ask("DELETE", `/v1/reports/${id}`)).statusCode).toBe(204);
    expect((await ask("GET", `/v1/reports/${id}`)).statusCode).toBe(404);
    expect((await gateway.app.inject({ method: "GET", url: link })).statusCode).toBe(404);
  });

  test("error: links of others, and others' reports", async () => {
    const [first, second] = [await finished(), await finished()];
    const link = await linkOf(first);
    const other = await gateway.app.inject({ method: "GET", url: link.replace(first, second) });
    expect(other.json()).toMatchObject({ code: "forbidden" });
    const later = link.replace(/expires=([0-9]+)/, (_, expires) => `expires=${Number(expires) + 1}`);
    expect((await gateway.app.inject({ method: "GET", url: later })).statusCode).toBe(403);
    for (const [method, path] of [
      ["GET", ""],
      ["GET", "/download"],
      ["DELETE", ""],
    ] as const) {
      expect((await ask(method, `/v1/reports/${first}${path}`, { key: "other" })).statusCode).toBe(404);
      expect((await ask(method, `/v1/reports/${first}${path}`, { key: "reader" })).statusCode).toBe(403);
    }
  });

  test("error: what has no file yet, or cannot be asked", async () => {
    const { id } = (await ask("POST", "/v1/reports", { body })).json<{ id: string }>();
    await database.query("update reports set state = 'QUEUED', not_before = now() + interval '1 day' where id = $1", [
      id,
    ]);
    expect((await ask("GET", `/v1/reports/${id}/download`)).json()).toMatchObject({ code: "conflict" });
    const wrong = await ask("POST", "/v1/reports", { body: { ...body, metrics: ["profit"] } });
    expect(wrong.json()).toMatchObject({ code: "invalid_request", field: "/metrics/0" });
    expect((await ask("POST", "/v1/reports", { body: { ...body, type: "x" } })).json()).toMatchObject({
      field: "/type",
    });
  });
});
