// Cases: events however their bytes are cut; a stream that breaks goes on behind the last event; one that is silent, too;
// refusals and signals end it.

import { afterEach, describe, expect, test } from "vitest";
import { NotFoundError } from "../errors.ts";
import { type Handler, json, startTestServer, type TestServer } from "../testing/testServer.ts";
import { Endpoints } from "./endpoints.ts";
import { type EventStreamOptions, followEvents, readEvents, type ServerSentEvent } from "./eventStream.ts";
import { Transport } from "./transport.ts";

const TEXT =
  '\uFEFF: hello\r\nid: 1\r\nevent: order.paid\r\ndata: {"a":\r\ndata: 1}\r\n\r\ndata:größer\n\nid\ndata: x\rretry: 5\r\r\n: end\n\ndata: unfinished\n';

function bodyOf(text: string, size: number): ReadableStream<Uint8Array> {
  const bytes = new TextEncoder().encode(text);
  let at = 0;
  return new ReadableStream({
    pull(controller) {
      if (at >= bytes.length) return controller.close();
      controller.enqueue(bytes.slice(at, at + size));
      at += size;
    },
  });
}

async function collect(events: AsyncIterable<ServerSentEvent>): Promise<ServerSentEvent[]> {
  const all: ServerSentEvent[] = [];
  for await (const event of events) all.push(event);
  return all;
}

describe("readEvents", () => {
  test.each([1, 2, 3, 7, 1_000])("default: in pieces of %i bytes", async (size) => {
    expect(await collect(readEvents(bodyOf(TEXT, size)))).toEqual([
      { id: "1", event: "order.paid", data: '{"a":\n1}' },
      { id: "1", event: "message", data: "größer" },
      { id: "", event: "message", data: "x" },
    ]);
  });

  test("error: a line without end", async () => {
    await expect(collect(readEvents(bodyOf("x".repeat(1_100_000), 65_536)))).rejects.toThrow("no end");
    await expect(collect(readEvents(bodyOf("data: xxxxxxxx\n".repeat(140_000), 65_536)))).rejects.toThrow("too large");
  });
});

describe("followEvents", () => {
  const servers: TestServer[] = [];
  afterEach(async () => {
    await Promise.all(servers.splice(0).map((server) => server.stop()));
  });

  async function follow(handler: Handler, options: Partial<EventStreamOptions> = {}) {
    const server = await startTestServer(handler);
    servers.push(server);
    const primaries = [server.url];
    const endpoints = new Endpoints({ primaries, replicas: [], readReplicas: undefined, nowMs: Date.now });
    const limits = { apiKey: undefined, timeoutMs: 0, maxRetries: 0, random: () => 0 };
    const transport = new Transport({ ...limits, endpoints, fetch, nowMs: Date.now });
    const open: EventStreamOptions["open"] = (lastEventId, signal) =>
      transport.open(
        {
          method: "GET",
          path: "/v1/events/stream",
          headers: lastEventId === undefined ? {} : { "last-event-id": lastEventId },
        },
        signal,
      );
    const defaults = { open, lastEventId: undefined, signal: undefined, idleMs: 5_000, random: () => 0 };
    return { server, events: followEvents({ ...defaults, ...options }) };
  }

  const sse: Handler = ({ headers }, response, index) => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    const last = Number(headers["last-event-id"] ?? 0);
    response.write(`id: ${last + 1}\ndata: ${index}\n\n`);
    // Cut in the middle of the next one.
    setTimeout(() => response.destroy(), 20);
    response.write(`id: ${last + 2}\ndata: lo`);
  };

  test("behavior: goes on behind the last event when the connection breaks", async () => {
    const { server, events } = await follow(sse, { lastEventId: "41" });
    const ids: string[] = [];
    for await (const { id } of events) {
      ids.push(id);
      if (ids.length === 3) break;
    }
    expect(ids).toEqual(["42", "43", "44"]);
    expect(server.seen.map(({ headers }) => headers["last-event-id"])).toEqual(["41", "42", "43"]);
  });

  test("behavior: a silent connection is made anew, a server that is away is asked again", async () => {
    const { server, events } = await follow(
      (_request, response, index) => {
        if (index === 1) return json(response, 503, { code: "chain_unavailable" });
        response.writeHead(200, { "content-type": "text/event-stream" });
        response.write(index === 0 ? ": nothing\n\n" : "id: 7\ndata: x\n\n");
      },
      { idleMs: 100 },
    );
    const next = await events.next();
    expect(next.value).toMatchObject({ id: "7" });
    expect(server.seen).toHaveLength(3);
    await events.return();
  });

  test("error: a refusal ends it, and so does the signal", async () => {
    const { events } = await follow((_request, response) => json(response, 404, { code: "not_found" }));
    await expect(events.next()).rejects.toThrow(NotFoundError);
    const controller = new AbortController();
    const endless = await follow(
      (_request, response) => {
        response.writeHead(200, { "content-type": "text/event-stream" });
        response.write("id: 1\ndata: x\n\n");
      },
      { signal: controller.signal },
    );
    await endless.events.next();
    const waiting = endless.events.next();
    controller.abort(new Error("enough"));
    await expect(waiting).rejects.toThrow("enough");
  });
});
