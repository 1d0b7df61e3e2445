// Cases:
// - default: headers, query, body; the answer's body
// - behavior: what is tried again and how: same idempotency key, Retry-After, another endpoint, never a refusal
// - behavior: a replica that is behind the last write is not believed
// - error: each status as its class with the problem's fields; time, signal, no server, an answer that is no JSON

import { afterEach, describe, expect, test } from "vitest";
import {
  AmountMismatchError,
  ApiConnectionError,
  ApiError,
  AuthenticationError,
  ChainRefusedError,
  ConflictError,
  GoneError,
  IdempotencyError,
  NotFoundError,
  PermissionError,
  RateLimitError,
  ServerError,
  StaleReadError,
  TimeoutError,
  ValidationError,
} from "../errors.ts";
import { type Handler, json, startTestServer, type TestServer } from "../testing/testServer.ts";
import { Endpoints, rendezvous } from "./endpoints.ts";
import { type SentRequest, Transport } from "./transport.ts";

const servers: TestServer[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.stop()));
});

async function server(handler: Handler): Promise<TestServer> {
  const started = await startTestServer(handler);
  servers.push(started);
  return started;
}

interface Setup {
  readonly primaries: readonly string[];
  readonly replicas?: readonly string[];
  readonly maxRetries?: number;
  readonly timeoutMs?: number;
  readonly sent?: SentRequest[];
}

/** Without randomness the first wait is 125 ms. */
function transport({ primaries, replicas = [], maxRetries = 2, timeoutMs = 5_000, sent }: Setup): Transport {
  const endpoints = new Endpoints({ primaries, replicas, readReplicas: undefined, nowMs: Date.now });
  return new Transport({
    endpoints,
    apiKey: "sk_test_1",
    timeoutMs,
    maxRetries,
    fetch,
    random: () => 0,
    nowMs: Date.now,
    onRequest: (request) => sent?.push(request),
  });
}

const GET = { method: "GET", path: "/v1/orders/ord_1" } as const;
const POST = { method: "POST", path: "/v1/orders", body: { customer_id: "cust_1" } } as const;

function refusal(status: number, code: string, more: Record<string, unknown> = {}): Record<string, unknown> {
  return { status, code, title: "T", detail: `refused: ${code}`, request_id: "req_1", ...more };
}

describe("default", () => {
  test("sends what it is given and gives what it gets", async () => {
    const { url, seen } = await server((_request, response) => json(response, 200, { id: "ord_1" }));
    const send = transport({ primaries: [url] });
    const answer = await send.send({ ...GET, query: { status: ["PAID", "SHIPPED"], limit: 5, cursor: undefined } });
    expect(answer.body).toEqual({ id: "ord_1" });
    expect(seen[0]).toMatchObject({ method: "GET", url: "/v1/orders/ord_1?status=PAID&status=SHIPPED&limit=5" });
    expect(seen[0]?.headers).toMatchObject({ accept: "application/json", authorization: "Bearer sk_test_1" });
    expect(seen[0]?.headers["idempotency-key"]).toBeUndefined();

    await send.send(POST);
    expect(seen[1]).toMatchObject({ method: "POST", body: '{"customer_id":"cust_1"}' });
    expect(seen[1]?.headers["idempotency-key"]).toMatch(/^idk_[0-9a-f]{32}$/);
    await send.send(POST, { idempotencyKey: "mine" });
    expect(seen[2]?.headers["idempotency-key"]).toBe("mine");
  });
});

describe("behavior: retries", () => {
  test("a write is sent again with the same key, after 5xx and after a broken connection", async () => {
    const sent: SentRequest[] = [];
    const { url, seen } = await server((_request, response, index) => {
      if (index === 0) json(response, 503, refusal(503, "chain_unavailable"));
      else if (index === 1) response.socket?.destroy();
      else json(response, 201, { id: "ord_1" });
    });
    await transport({ primaries: [url], sent }).send(POST);
    expect(seen).toHaveLength(3);
    expect(new Set(seen.map(({ headers }) => headers["idempotency-key"])).size).toBe(1);
    expect(sent.map(({ status }) => status)).toEqual([503, undefined, 201]);
  });

  test("waits as long as the gateway wants, and not for one that wants too much", async () => {
    const { url, seen } = await server((_request, response, index) =>
      index === 0
        ? json(response, 429, refusal(429, "rate_limited"), { "retry-after": "1" })
        : json(response, 200, { ok: true }),
    );
    const startedMs = performance.now();
    await transport({ primaries: [url] }).send(GET);
    expect(performance.now() - startedMs).toBeGreaterThan(950);
    expect(seen).toHaveLength(2);

    const busy = await server((_request, response) =>
      json(response, 429, refusal(429, "rate_limited"), { "retry-after": "3600" }),
    );
    await expect(transport({ primaries: [busy.url] }).send(GET)).rejects.toMatchObject({ retryAfterMs: 3_600_000 });
    expect(busy.seen).toHaveLength(1);
  });

  test("gives up after maxRetries with the last error, and never repeats a refusal", async () => {
    const { url, seen } = await server((_request, response) => json(response, 500, refusal(500, "internal")));
    await expect(transport({ primaries: [url], maxRetries: 1 }).send(POST)).rejects.toThrow(ServerError);
    expect(seen).toHaveLength(2);
    const strict = await server((_request, response) => json(response, 409, refusal(409, "conflict")));
    await expect(transport({ primaries: [strict.url] }).send(POST)).rejects.toThrow(ConflictError);
    expect(strict.seen).toHaveLength(1);
  });

  test("does not begin to wait for what the call has no time for", async () => {
    const { url } = await server((_request, response) =>
      json(response, 429, refusal(429, "rate_limited"), { "retry-after": "30" }),
    );
    const startedMs = performance.now();
    await expect(transport({ primaries: [url], timeoutMs: 2_000 }).send(GET)).rejects.toThrow(RateLimitError);
    expect(performance.now() - startedMs).toBeLessThan(1_000);
  });
});

describe("behavior: several endpoints", () => {
  test("the key's endpoint gets its writes; when it is down, its next one does", async () => {
    const answer: Handler = (_request, response) => json(response, 201, { id: "ord_1" });
    const [a, b] = [await server(answer), await server(answer)];
    const send = transport({ primaries: [a.url, b.url], maxRetries: 0 });
    const keys = Array.from({ length: 40 }, (_, index) => `cust_${index}`);
    for (const routeKey of keys) await send.send({ ...POST, routeKey });
    const expected = keys.filter((key) => rendezvous([a.url, b.url], key)[0] === a.url).length;
    expect([a.seen.length, b.seen.length]).toEqual([expected, 40 - expected]);
    expect(expected).toBeGreaterThan(8);
    expect(expected).toBeLessThan(32);

    await a.stop();
    for (const routeKey of keys) await send.send({ ...POST, routeKey });
    expect(b.seen.length).toBe(40 - expected + 40);
  });

  test("a read goes to the replica that is near and has the last write", async () => {
    let height = 9;
    const primary = await server((request, response) =>
      json(response, 200, { by: "primary" }, { "chain-height": request.method === "GET" ? "12" : "10" }),
    );
    const near = await server((_request, response) =>
      json(response, 200, { by: "near" }, { "chain-height": String(height) }),
    );
    const far = await server((_request, response) => {
      setTimeout(() => json(response, 200, { by: "far" }, { "chain-height": "10" }), 100);
    });
    const send = transport({ primaries: [primary.url], replicas: [near.url, far.url] });
    const by = async () => ((await send.send(GET)).body as { by: string }).by;
    await by();
    await by();
    expect([await by(), await by()]).toEqual(["near", "near"]);
    // Block 10 has the write, the near one has 9.
    await send.send(POST);
    expect(await by()).toBe("far");
    expect(far.seen.at(-1)?.headers["min-height"]).toBe("10");
    height = 10;
    await far.stop();
    expect(await by()).toBe("near");
    height = 9;
    await near.stop();
    expect(await by()).toBe("primary");
  });

  test("a replica that hangs has its share of the time, not all of it", async () => {
    const primary = await server((_request, response) => json(response, 200, { by: "primary" }));
    const hanging = await server(() => undefined);
    const send = transport({ primaries: [primary.url], replicas: [hanging.url], timeoutMs: 600 });
    expect((await send.send(GET)).body).toEqual({ by: "primary" });
  });

  test("nobody has the last write", async () => {
    const old: Handler = (request, response) =>
      json(response, 200, {}, { "chain-height": request.method === "GET" ? "9" : "10" });
    const [primary, replica] = [await server(old), await server(old)];
    const send = transport({ primaries: [primary.url], replicas: [replica.url], maxRetries: 1 });
    await send.send(POST);
    await expect(send.send(GET)).rejects.toThrow(StaleReadError);
    expect(replica.seen.length).toBe(2);
  });
});

describe("error", () => {
  test.each([
    [400, "invalid_request", ValidationError],
    [401, "unauthorized", AuthenticationError],
    [403, "forbidden", PermissionError],
    [404, "not_found", NotFoundError],
    [405, "method_not_allowed", ApiError],
    [409, "conflict", ConflictError],
    [409, "idempotency_conflict", IdempotencyError],
    [410, "gone", GoneError],
    [413, "payload_too_large", ValidationError],
    [415, "unsupported_media_type", ValidationError],
    [422, "price_required", ValidationError],
    [429, "rate_limited", RateLimitError],
    [500, "internal", ServerError],
    [503, "chain_unavailable", ServerError],
  ])("%s %s", async (status, code, kind) => {
    const { url } = await server((_request, response) =>
      json(response, status, refusal(status, code, { field: "/items/0" })),
    );
    const error = await transport({ primaries: [url], maxRetries: 0 })
      .send(POST)
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(kind);
    expect(error).toMatchObject({ status, code, field: "/items/0", requestId: "req_1", name: kind.name });
  });

  test("what clients act upon", async () => {
    const { url } = await server((request, response) =>
      request.url === "/v1/orders"
        ? json(response, 409, refusal(409, "amount_mismatch", { amount_due: "1.00" }))
        : json(
            response,
            422,
            refusal(422, "chain_refused", { chain: { codespace: "orders", code: 5, message: "no" } }),
          ),
    );
    const send = transport({ primaries: [url] });
    const due = await send.send(POST).catch((thrown: unknown) => thrown);
    expect(due).toBeInstanceOf(AmountMismatchError);
    expect((due as AmountMismatchError).amountDue).toBe("1.00");
    const refused = await send.send({ ...POST, path: "/v1/x" }).catch((thrown: unknown) => thrown);
    expect(refused).toBeInstanceOf(ChainRefusedError);
    expect(refused).toMatchObject({ chain: { codespace: "orders", code: 5 } });
  });

  test("a proxy's page, and an answer that is no JSON", async () => {
    const { url } = await server((request, response) => {
      if (request.method === "GET") response.writeHead(502, { "content-type": "text/html" }).end("<h1>Bad</h1>");
      else response.writeHead(200, { "content-type": "application/json" }).end("{");
    });
    const send = transport({ primaries: [url], maxRetries: 0 });
    await expect(send.send(GET)).rejects.toMatchObject({ code: "http_502", status: 502, message: "status 502" });
    await expect(send.send(POST)).rejects.toThrow(ApiConnectionError);
  });

  test("time, signal, no server, a redirect", async () => {
    const { url } = await server((request, response) => {
      if (request.url === "/away") response.writeHead(302, { location: "http://127.0.0.1:1/" }).end();
    });
    const send = transport({ primaries: [url], maxRetries: 0 });
    await expect(send.send(GET, { timeout: 50 })).rejects.toThrow(TimeoutError);
    const controller = new AbortController();
    const sending = send.send(POST, { signal: controller.signal });
    controller.abort(new Error("the shop closed"));
    await expect(sending).rejects.toThrow("the shop closed");
    await expect(send.send(POST, { signal: AbortSignal.abort(new Error("closed before")) })).rejects.toThrow("before");
    await expect(send.send({ ...GET, path: "/away" })).rejects.toThrow(ApiConnectionError);
    const nobody = await startTestServer(() => undefined);
    await nobody.stop();
    await expect(transport({ primaries: [nobody.url], maxRetries: 0 }).send(GET)).rejects.toMatchObject({
      code: "connection",
      message: `no answer from ${nobody.url}`,
    });
  });
});
