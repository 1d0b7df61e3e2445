// Cases, on every database, against a real receiver.
// - default: exactly the events that match, as the feed has them, signed so that npm standardwebhooks takes them
// - behavior: order is kept under random failures, resets, redirects and slowness, by order and over all; a redirect is not
//   followed; Retry-After; 410 disables; dead letters are listed, retried and replayed; a disabled endpoint gets nothing, and
//   what waited goes on; a rebuild sends nothing again; two gateways share the work; secrets rotate; ping; metrics
// - error: URLs, secrets and headers that are refused; another merchant's

import { Registry } from "prom-client";
import { Webhook } from "standardwebhooks";
import { afterAll, afterEach, beforeEach, describe, expect, test } from "vitest";
import { PEOPLE } from "../../../x/orders/testing/ordersWorld.ts";
import { Random } from "../../../x/orders/testing/simulation.ts";
import type { ApiEvent } from "../events/apiEvent.ts";
import { PROJECTION_HOOKS } from "../projectionHooks.ts";
import { clearReadModel, Projector } from "../readModel/projector.ts";
import type { Database } from "../sql/database.ts";
import { testDatabases } from "../testing/databases.ts";
import { type TestGateway, testGateway, testKey } from "../testing/testGateway.ts";
import { DELIVERY_OPTIONS } from "./deliverer.ts";
import { addWebhookMetrics } from "./metrics.ts";
import { type Answer, type Receiver, refused, startReceiver, taken } from "./testing/receiver.ts";
import { testWebhooks } from "./testing/testWebhooks.ts";
import type { WebhooksParts } from "./webhooks.ts";

const FAST = { ...DELIVERY_OPTIONS, waitsMs: Array.from({ length: 30 }, () => 20), pollMs: 20, graceMs: 500 };
const kinds = testDatabases();
afterAll(async () => {
  for (const kind of kinds) await kind.stop();
});

describe.each(kinds)("webhooks in $name", (kind) => {
  let database: Database;
  let gateway: TestGateway;
  let receiver: Receiver;

  beforeEach(async () => {
    database = await kind.open();
    receiver = await startReceiver();
  });
  afterEach(async () => {
    await gateway.close();
    await receiver.close();
  });

  async function start(given: Partial<WebhooksParts> = {}): Promise<void> {
    gateway = await testGateway({
      database,
      keys: {
        other: testKey(PEOPLE.customer),
        live: testKey(PEOPLE.merchant, { kind: "live" }),
      },
      webhooks: { options: FAST, ...given },
    });
    gateway.parts.webhooks.deliverer.start();
  }

  type Method = "GET" | "POST" | "PATCH" | "DELETE";
  async function call(method: Method, path: string, payload?: object, key = "test") {
    const headers = { authorization: `Bearer ${key}` };
    const response = await gateway.app.inject({ method, url: `/v1${path}`, headers, ...(payload ? { payload } : {}) });
    return { status: response.statusCode, body: response.body === "" ? {} : response.json() };
  }
  async function create(fields: object = {}): Promise<{ id: string; secret: string }> {
    const { status, body } = await call("POST", "/webhooks", { url: receiver.url, ...fields });
    expect([status, body]).toEqual([201, body]);
    return body;
  }
  async function feed(): Promise<ApiEvent[]> {
    const events: ApiEvent[] = [];
    for (let cursor = ""; ; ) {
      const { body } = await call("GET", `/events?sort=created_at&limit=100${cursor && `&cursor=${cursor}`}`);
      events.push(...body.events);
      if (body.next_cursor === null) return events;
      cursor = body.next_cursor;
    }
  }
  const deliveries = async (id: string, query = "") => (await call("GET", `/webhooks/${id}/deliveries?${query}`)).body;
  const sequences = (events: readonly ApiEvent[]) => {
    const byOrder = new Map<string, number[]>();
    for (const { data, sequence } of events) {
      const { id } = data["order"] as { id: string };
      byOrder.set(id, [...(byOrder.get(id) ?? []), sequence]);
    }
    return byOrder;
  };
  const ids = (events: readonly ApiEvent[]) => events.map(({ id }) => id);

  test("default: exactly the events that match, as the feed has them, with signatures that hold", async () => {
    await start();
    await gateway.grow(10);
    const before = (await feed()).length;
    const { id, secret } = await create({
      events: ["order.created", "order.paid", "payment.received"],
      headers: { Authorization: "Bearer your-api-token" },
    });
    await gateway.grow(20);
    const wanted = (await feed())
      .slice(before)
      .filter(({ event }) => ["order.created", "order.paid", "payment.received"].includes(event));
    await receiver.until(() => receiver.taken.length >= wanted.length);
    expect(ids(receiver.taken.map(({ event }) => event)).sort()).toEqual(ids(wanted).sort());
    for (const { headers, body, event } of receiver.taken) {
      const verified = new Webhook(secret).verify(body, headers as Record<string, string>);
      expect(verified).toEqual(wanted.find((each) => each.id === event.id));
      expect(headers).toMatchObject({ "webhook-id": event.id, authorization: "Bearer your-api-token" });
    }
    await receiver.until(() => receiver.taken.length >= wanted.length);
    const page = await deliveries(id, "limit=1&status=delivered");
    expect(page.deliveries[0]).toMatchObject({ attempts: 1, response: { status_code: 200, body_excerpt: "thanks" } });
    const shown = JSON.stringify((await call("GET", `/webhooks/${id}`)).body);
    expect(shown).toContain('"header_names":["Authorization"]');
    expect(shown).not.toContain("your-api-token");
    expect(shown).not.toContain(secret);
  });

  test.each([
    ["by order", "order", 5],
    ["over all", "endpoint", 6],
  ] as const)("behavior: order is kept %s, whatever the receiver does", async (_name, ordering, seed) => {
    const random = new Random(seed);
    const failures: readonly Answer[] = [
      refused((response) => response.writeHead(500).end("no")),
      refused((response) => response.writeHead(302, { location: receiver.url }).end()),
      refused((response) => response.writeHead(429, { "retry-after": "0" }).end()),
      refused((response) => response.destroy()),
      refused((response) => setTimeout(() => response.destroy(), 600)),
    ];
    receiver.answer = (response, received) =>
      (random.below(3) === 0 ? failures[random.below(random.below(20) === 0 ? 5 : 4)]! : taken)(response, received);
    await start({ limits: { totalMs: 400, connectMs: 200 } });
    await create({ ordering });
    for (let blocks = 0; blocks < 4; blocks += 1) await gateway.grow(3);
    const events = await feed();
    // What was taken too late for the sender comes again: the first time counts.
    const firsts = () => [...new Map(receiver.taken.map(({ event }) => [event.id, event])).values()];
    await receiver.until(() => firsts().length >= events.length);
    const got = firsts();
    expect(receiver.refused.length).toBeGreaterThan(0);
    if (ordering === "endpoint") expect(ids(got)).toEqual(ids(events));
    else expect(sequences(got)).toEqual(sequences(events));
    expect([...receiver.taken, ...receiver.refused].every(({ path }) => path === "/hook")).toBe(true);
  });

  test("behavior: 410 disables; nothing is sent until it is enabled; then what waited, and a replay", async () => {
    receiver.answer = refused((response) => response.writeHead(410).end("gone\u0000"));
    await start();
    const { id } = await create({ ordering: "endpoint" });
    await gateway.grow(5);
    await receiver.until(() => receiver.refused.length === 1);
    const webhook = async () => (await call("GET", `/webhooks/${id}`)).body;
    while ((await webhook()).status === "enabled") await new Promise((resolve) => setTimeout(resolve, 10));
    expect(await webhook()).toMatchObject({ status: "disabled", disabled_reason: expect.stringContaining("410") });
    const waiting = (await deliveries(id, "status=pending")).total_count;
    expect((await deliveries(id, "status=dead")).deliveries).toMatchObject([{ response: { status_code: 410 } }]);
    await gateway.grow(3);
    expect((await deliveries(id, "status=pending")).total_count).toBe(waiting);
    expect(receiver.refused.length).toBe(1);
    receiver.answer = taken;
    await call("PATCH", `/webhooks/${id}`, { status: "enabled" });
    await receiver.until(() => receiver.taken.length === waiting);
    // What was dead, and what happened while the endpoint was disabled.
    const events = await feed();
    const missed = events.filter((event) => !receiver.taken.some((each) => each.event.id === event.id));
    const dead = missed[0]!;
    const [retried] = (await deliveries(id, "status=dead")).deliveries;
    expect((await call("POST", `/webhooks/${id}/deliveries/${retried.id}/retry`)).status).toBe(202);
    await receiver.until(() => receiver.taken.some(({ event }) => event.id === dead.id));
    const range = { from: events[0]!.timestamp, to: events.at(-1)!.timestamp };
    const replayed = (await call("POST", `/webhooks/${id}/replay`, range)).body.replayed;
    expect(replayed).toBeGreaterThanOrEqual(events.length - 1);
    await receiver.until(() => receiver.taken.length >= waiting + 1 + replayed);
    expect(new Set(ids(receiver.taken.map(({ event }) => event)))).toEqual(new Set(ids(events)));
    const single = await call("POST", `/webhooks/${id}/replay`, { event_ids: [dead.id, "evt_nobody"] });
    expect(single).toMatchObject({ status: 202, body: { replayed: 1 } });
  });

  test("behavior: after its last try a delivery is dead, and the next of its order goes", async () => {
    const random = () => 0;
    const options = { ...FAST, waitsMs: [5, 5] };
    await start({ options, random });
    let first = "";
    const unavailable = refused((response) => response.writeHead(503).end());
    receiver.answer = (response, received) => {
      first ||= received.event.id;
      return (received.event.id === first ? unavailable : taken)(response, received);
    };
    const { id } = await create({ ordering: "endpoint" });
    await gateway.grow(4);
    const events = await feed();
    await receiver.until(() => receiver.taken.length === events.length - 1);
    expect(receiver.refused.map(({ event }) => event.id)).toEqual([first, first, first]);
    expect((await deliveries(id, "status=dead")).deliveries).toMatchObject([{ event_id: first, attempts: 3 }]);
    expect((await call("GET", `/webhooks/${id}`)).body.failing_since).toBeNull();
  });

  test("behavior: an endpoint that accepts nothing for days is disabled", async () => {
    receiver.answer = refused((response) => response.writeHead(500).end());
    await start({ options: { ...FAST, failingDaysMax: 0 } });
    const { id } = await create();
    await gateway.grow(5);
    const webhook = async () => (await call("GET", `/webhooks/${id}`)).body;
    while ((await webhook()).status === "enabled") await new Promise((resolve) => setTimeout(resolve, 10));
    expect((await webhook()).disabled_reason).toContain("0 days");
  });

  test("behavior: a read model that is made again sends nothing again, and nothing from before", async () => {
    await start();
    await gateway.grow(5);
    const { id } = await create();
    await gateway.grow(5);
    const count = (await deliveries(id)).total_count;
    await receiver.until(() => receiver.taken.length === count);
    await gateway.parts.projector.stop();
    await clearReadModel(database);
    const again = new Projector({ database, source: gateway.chain, hooks: PROJECTION_HOOKS, onOtherChain: "stop" });
    await again.start(() => undefined);
    expect(await again.reached(10, 10_000)).toBe(true);
    await again.stop();
    expect((await deliveries(id)).total_count).toBe(count);
    expect((await deliveries(id, "status=pending")).total_count).toBe(0);
    expect(receiver.taken.length).toBe(count);
  });

  test("behavior: two gateways share the work, and send nothing twice", async () => {
    await start();
    const second = testWebhooks(database, gateway.parts.projector, { options: FAST });
    second.deliverer.start();
    await create();
    await gateway.grow(15);
    const events = await feed();
    await receiver.until(() => receiver.taken.length >= events.length);
    await second.close();
    expect(ids(receiver.taken.map(({ event }) => event)).sort()).toEqual(ids(events).sort());
    expect(sequences(receiver.taken.map(({ event }) => event))).toEqual(sequences(events));
  });

  test("behavior: a plain secret, rotation with two signatures, a ping, and what is counted", async () => {
    const registry = new Registry();
    await start({ onTry: addWebhookMetrics(registry, database) });
    const { id } = await create({ secret: "your-webhook-secret" });
    const ping = await call("POST", `/webhooks/${id}/test`);
    expect(ping.body).toMatchObject({ delivered: true, status_code: 200, body_excerpt: "thanks", error: null });
    const rotated = (await call("POST", `/webhooks/${id}/rotate`, {})).body;
    expect(rotated.secret).toMatch(/^whsec_/);
    await call("POST", `/webhooks/${id}/test`);
    const [first, both] = receiver.taken;
    const verify = (secret: string, options: { format: "raw" } | undefined, at = both!) =>
      new Webhook(secret, options).verify(at.body, at.headers as Record<string, string>);
    expect(verify("your-webhook-secret", { format: "raw" }, first)).toMatchObject({ event: "webhook.test" });
    expect(verify("your-webhook-secret", { format: "raw" })).toEqual(verify(rotated.secret, undefined));
    const last = (await call("POST", `/webhooks/${id}/rotate`, { overlap_seconds: 0 })).body.secret;
    await call("POST", `/webhooks/${id}/test`);
    expect(String(receiver.taken[2]?.headers["webhook-signature"]).split(" ").length).toBe(1);
    expect(verify(last, undefined, receiver.taken[2])).toMatchObject({ event: "webhook.test" });
    await gateway.grow(3);
    const count = (await deliveries(id)).total_count;
    await receiver.until(() => receiver.taken.length === 3 + count);
    while ((await deliveries(id, "status=pending")).total_count > 0);
    const text = await registry.metrics();
    expect(text).toContain(`stateset_gateway_webhook_tries_total{outcome="delivered"} ${count}`);
    expect(text).toContain("stateset_gateway_webhook_oldest_seconds 0");
  });

  test.each([
    ["no URL", { url: "shop" }, "/url", "test"],
    ["another protocol", { url: "ftp://shop.example/" }, "/url", "test"],
    ["a password", { url: "https://a:b@shop.example/" }, "/url", "test"],
    ["a private address", { url: "https://10.0.0.1/" }, "/url", "test"],
    ["http with a live key", { url: "http://shop.example/" }, "/url", "live"],
    ["an unknown type", { url: "https://shop.example/", events: ["order.lost"] }, "/events/0", "test"],
    ["a short secret", { url: "https://shop.example/", secret: "short" }, "/secret", "test"],
    ["a header", { url: "https://shop.example/", headers: { Host: "a" } }, "/headers/Host", "test"],
  ])("error: %s", async (_name, body, field, key) => {
    await start();
    expect(await call("POST", "/webhooks", body, key)).toMatchObject({ status: 400, body: { field } });
  });

  test("error: another merchant's webhook, and one that was deleted", async () => {
    await start();
    const { id } = await create();
    for (const [method, path, body] of [
      ["GET", `/webhooks/${id}`],
      ["PATCH", `/webhooks/${id}`, { description: "mine" }],
      ["DELETE", `/webhooks/${id}`],
      ["POST", `/webhooks/${id}/test`],
      ["POST", `/webhooks/${id}/rotate`, {}],
      ["GET", `/webhooks/${id}/deliveries`],
      ["POST", `/webhooks/${id}/replay`, { event_ids: ["evt_1"] }],
    ] as const) {
      expect((await call(method, path, body, "other")).status).toBe(404);
    }
    expect((await call("GET", "/webhooks", undefined, "other")).body.total_count).toBe(0);
    expect((await call("DELETE", `/webhooks/${id}`)).status).toBe(204);
    expect((await call("GET", `/webhooks/${id}`)).status).toBe(404);
  });
});
