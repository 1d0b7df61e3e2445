// Cases: list, bounds by id and time, a page's shape, one event; scopes and other merchants; a stream that is broken again and
// again, and goes on by Last-Event-ID, has each event once and in order; filters of a stream; heartbeats; stopping ends streams at once; too many streams.

import { once } from "node:events";
import { request as httpRequest, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, afterEach, beforeEach, expect, test } from "vitest";
import { PEOPLE } from "../../../x/orders/testing/ordersWorld.ts";
import { Random } from "../../../x/orders/testing/simulation.ts";
import type { Database } from "../sql/database.ts";
import { testDatabases } from "../testing/databases.ts";
import { type TestGateway, testGateway, testKey } from "../testing/testGateway.ts";
import type { ApiEvent } from "./apiEvent.ts";
import { STREAM_TIMES, type StreamTimes } from "./eventStream.ts";
import { addEventRoutes } from "./routes.ts";

let database: Database;
let gateway: TestGateway;
let port: number;

async function start(times: Partial<StreamTimes> = {}): Promise<void> {
  gateway = await testGateway({
    database,
    routes: [(app, parts) => addEventRoutes(app, parts, { ...STREAM_TIMES, ...times })],
    keys: {
      other: testKey(PEOPLE.customer, { id: "key_other" }),
      writer: testKey(PEOPLE.merchant, { scopes: new Set(["orders:write"]) }),
    },
  });
  await gateway.app.listen({ port: 0, host: "127.0.0.1" });
  port = (gateway.app.server.address() as AddressInfo).port;
}

const [kind] = testDatabases();
beforeEach(async () => {
  database = await kind!.open();
});
afterEach(() => gateway.close());
afterAll(() => kind!.stop());

async function list(query = ""): Promise<{ events: ApiEvent[]; total_count: number; next_cursor: string | null }> {
  const response = await gateway.inject({ url: `/v1/events?${query}` });
  expect(response.statusCode).toBe(200);
  return response.json();
}

/** Every event, the oldest first. */
async function all(query = ""): Promise<ApiEvent[]> {
  const events: ApiEvent[] = [];
  for (let cursor: string | null = ""; cursor !== null; ) {
    const page: Awaited<ReturnType<typeof list>> = await list(
      `${query}&sort=created_at&limit=100${cursor === "" ? "" : `&cursor=${cursor}`}`,
    );
    events.push(...page.events);
    cursor = page.next_cursor;
  }
  return events;
}

async function open(query = "", lastEventId?: string, key = "test"): Promise<IncomingMessage> {
  const headers = {
    authorization: `Bearer ${key}`,
    ...(lastEventId === undefined ? {} : { "last-event-id": lastEventId }),
  };
  const request = httpRequest({ port, host: "127.0.0.1", path: `/v1/events/stream?${query}`, headers });
  request.end();
  const [response] = (await once(request, "response")) as [IncomingMessage];
  return response;
}

interface Sent {
  readonly id: string;
  readonly event: string;
  readonly data: ApiEvent;
}

/** Reads until `count` events came; what is half there when it ends is dropped, as a browser does. */
async function read(response: IncomingMessage, count: number): Promise<Sent[]> {
  const sent: Sent[] = [];
  let text = "";
  for await (const chunk of response) {
    text += String(chunk);
    const blocks = text.split("\n\n");
    text = blocks.pop() ?? "";
    for (const block of blocks) {
      const fields = Object.fromEntries(
        block.split("\n").map((line) => [line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 2)]),
      );
      if (fields["id"] === undefined) continue;
      sent.push({ id: fields["id"], event: fields["event"] ?? "", data: JSON.parse(fields["data"] ?? "") });
      if (sent.length === count) {
        response.destroy();
        return sent;
      }
    }
  }
  return sent;
}

test("default: pages, bounds by id and by time, one event", async () => {
  await start();
  await gateway.grow(30);
  const events = await all();
  expect(events.length).toBeGreaterThan(50);
  const newest = await list("limit=1");
  expect(newest).toMatchObject({ events: [events.at(-1)], total_count: events.length, has_more: true });
  const [from, to] = [events[5]!, events[12]!];
  expect(await all(`after=${from.id}&before=${to.id}`)).toEqual(events.slice(6, 12));
  const ofTime = await all(`after=${from.timestamp}`);
  expect(ofTime).toEqual(events.filter(({ timestamp }) => timestamp > from.timestamp));
  const paid = await all("type=order.paid&type=order.created");
  expect(new Set(paid.map(({ event }) => event))).toEqual(new Set(["order.paid", "order.created"]));
  expect((await gateway.inject({ url: `/v1/events/${from.id}` })).json()).toEqual(from);
});

test.each([
  ["an unknown type", "/v1/events?type=order.lost", "test", 400],
  ["a bound that is none", "/v1/events?after=yesterday", "test", 400],
  ["a bound of another", "/v1/events?after=evt_nobody", "test", 400],
  ["a stream behind nothing", "/v1/events/stream?last_event_id=evt_nobody", "test", 400],
  ["an event that is not there", "/v1/events/evt_nobody", "test", 404],
  ["no key", "/v1/events", "nobody", 401],
  ["a key without the scope", "/v1/events/stream", "writer", 403],
])("error: %s", async (_name, url, key, status) => {
  await start();
  const response = await gateway.app.inject({ url, headers: { authorization: `Bearer ${key}` } });
  expect(response.statusCode).toBe(status);
  expect(response.headers["content-type"]).toContain("application/problem+json");
});

test("behavior: another merchant's key sees nothing", async () => {
  await start();
  await gateway.grow(10);
  const [event] = await all();
  const headers = { authorization: "Bearer other" };
  expect((await gateway.app.inject({ url: "/v1/events", headers })).json()).toMatchObject({ total_count: 0 });
  expect((await gateway.app.inject({ url: `/v1/events/${event!.id}`, headers })).statusCode).toBe(404);
});

test("behavior: over many broken connections each event comes once, in order", async () => {
  await start();
  await gateway.grow(5);
  const random = new Random(7);
  const [first] = await all();
  const got: Sent[] = [];
  let lastId = first!.id;
  const growing = (async () => {
    for (let made = 0; made < 20; made += 1) await gateway.grow(2, 5);
  })();
  for (let reconnects = 0; reconnects < 25; reconnects += 1) {
    const sent = await read(await open("", lastId), 1 + random.below(15));
    got.push(...sent);
    lastId = got.at(-1)?.id ?? lastId;
    if (reconnects > 3 && got.length + 16 > (await list("limit=1")).total_count) break;
  }
  await growing;
  const rest = (await all()).length - 1 - got.length;
  if (rest > 0) got.push(...(await read(await open("", lastId), rest)));
  expect(got.map(({ data }) => data)).toEqual((await all()).slice(1));
  for (const { id, event, data } of got) expect([id, event]).toEqual([data.id, data.event]);
});

test("behavior: a stream begins with what happens next, and has a filter", async () => {
  await start();
  await gateway.grow(10);
  const before = (await all()).length;
  const response = await open("type=order.created&type=order.paid");
  expect(response.headers["content-type"]).toBe("text/event-stream");
  await gateway.grow(10);
  const expected = (await all()).slice(before).filter(({ event }) => ["order.created", "order.paid"].includes(event));
  const sent = await read(response, expected.length);
  expect(sent.map(({ data }) => data)).toEqual(expected);
});

test("behavior: silence is filled, and stopping ends a stream", async () => {
  await start({ heartbeatMs: 20 });
  const response = await open();
  let text = "";
  response.on("data", (chunk) => {
    text += String(chunk);
  });
  while (text.split(": still here").length < 3) await once(response, "data");
  const ended = once(response, "end");
  await gateway.app.close();
  await ended;
});

test("error: too many streams of one key", async () => {
  await start();
  const streams = await Promise.all(Array.from({ length: 20 }, () => open()));
  const refused = await open();
  expect(refused.statusCode).toBe(429);
  for (const stream of [...streams, refused]) stream.destroy();
});
