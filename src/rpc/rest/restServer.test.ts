// Cases: GET and POST routes over plain fetch, height header, CORS, status shapes (400, 404, 413, 501), OpenAPI and the
// page, limits; URLs that are known; random paths, queries and bodies.

import { request as httpRequest } from "node:http";
import { Validator } from "@seriousme/openapi-schema-validator";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { QueryBalanceRequest, QueryBalanceResponse } from "../../../gen/cosmos/bank/v1beta1/query.ts";
import { MsgSend } from "../../../gen/cosmos/bank/v1beta1/tx.ts";
import { ResponseQuery } from "../../../gen/tendermint/abci/types.ts";
import { GRPC_STATUS, QueryError } from "../../baseapp/queryError.ts";
import { toBase64, toHex } from "../../codec/bytes.ts";
import { TypeRegistry } from "../../codec/registry.ts";
import { sha256 } from "../../crypto/hash.ts";
import { createQueryRouter, type QueryRouter } from "../services/queryRouter.ts";
import type { RunningServer } from "../services/runningServer.ts";
import { ALICE, BOB, createStubNode, STUB_AMOUNT, type StubNode, stubTx } from "../services/testing/stubNode.ts";
import { REST_BODY_BYTES_MAX, startRest } from "./restServer.ts";

const registry = new TypeRegistry();
registry.register(MsgSend);
let node: StubNode;
let server: RunningServer;
let base: string;

beforeAll(async () => {
  node = createStubNode();
  server = await startRest(node, registry, createQueryRouter(node, registry), { port: 0 });
  base = `http://127.0.0.1:${server.address.port}`;
});

afterAll(async () => {
  await server.close();
});

// biome-ignore lint/suspicious/noExplicitAny: the tests say by their expectations what the JSON is.
type AnyJson = any;

async function get(path: string, headers: Record<string, string> = {}) {
  const response = await fetch(base + path, { headers });
  return { status: response.status, headers: response.headers, json: (await response.json()) as AnyJson };
}

async function post(path: string, body: unknown, contentType = "application/json") {
  const response = await fetch(base + path, {
    method: "POST",
    body: typeof body === "string" ? body : JSON.stringify(body),
    headers: { "content-type": contentType },
  });
  return { status: response.status, json: (await response.json()) as AnyJson };
}

const TX_HASH = toHex(sha256(stubTx())).toUpperCase();
const balancePath = (address: string) => `/cosmos/bank/v1beta1/balances/${address}/by_denom?denom=uusdc`;

describe("reads", () => {
  test("default: a module query, with the height it is of", async () => {
    const { status, headers, json } = await get(balancePath(ALICE));
    expect(status).toBe(200);
    expect(json).toEqual({ balance: { denom: "uusdc", amount: STUB_AMOUNT } });
    expect(headers.get("content-type")).toBe("application/json");
    expect(headers.get("x-cosmos-block-height")).toBe("2");
    expect(headers.get("grpc-metadata-x-cosmos-block-height")).toBe("2");
  });

  test("default: at a height", async () => {
    expect((await get(balancePath(ALICE), { "x-cosmos-block-height": "1" })).headers.get("x-cosmos-block-height")).toBe(
      "1",
    );
    expect((await get(balancePath(ALICE), { "x-cosmos-block-height": "9" })).status).toBe(400);
    expect(await get(balancePath(ALICE), { "x-cosmos-block-height": "abc" })).toMatchObject({
      status: 400,
      json: { code: 3 },
    });
  });

  test("behavior: a URL that is known is asked for again, and its JSON is that of the present answer", async () => {
    const balanceOf = (amount: string) => QueryBalanceResponse.encode({ balance: { denom: "uusdc", amount } }).finish();
    const [five, six] = [balanceOf("5"), balanceOf("6")];
    const { services } = createQueryRouter(node, registry);
    const asked: string[] = [];
    let present: Uint8Array | undefined;
    const call: QueryRouter["call"] = async (_path, data, height) => {
      asked.push(`${toHex(data)} ${height}`);
      if (present === undefined) throw new QueryError(GRPC_STATUS.NOT_FOUND, "gone");
      return { value: present, height: BigInt(asked.length) };
    };
    const router: QueryRouter = { services, call, query: () => ResponseQuery.fromPartial({}) };
    const known = await startRest(node, registry, router, { port: 0 });
    const url = `http://127.0.0.1:${known.address.port}${balancePath(ALICE)}`;
    const amounts: unknown[] = [];
    const steps = [five, five, six, balanceOf("6"), undefined, five, five];
    for (const [index, step] of steps.entries()) {
      present = step;
      const response = await fetch(url, { headers: index === 5 ? { "x-cosmos-block-height": "1" } : {} });
      const json = (await response.json()) as AnyJson;
      amounts.push(json.balance?.amount ?? json.code);
      if (step !== undefined) expect(response.headers.get("x-cosmos-block-height")).toBe(String(index + 1));
    }
    expect(amounts).toEqual(["5", "5", "6", "6", GRPC_STATUS.NOT_FOUND, "5", "5"]);
    const question = toHex(QueryBalanceRequest.encode({ address: ALICE, denom: "uusdc" }).finish());
    expect(asked).toEqual(steps.map((_, index) => `${question} ${index === 5 ? 1 : 0}`));
    const head = await fetch(url, { method: "HEAD" });
    expect([head.status, await head.text(), asked.length]).toEqual([200, "", 8]);
    await known.close();
  });

  test("default: a literal path goes before a variable", async () => {
    const latest = await get("/cosmos/base/tendermint/v1beta1/blocks/latest");
    expect(latest.json.block.header).toMatchObject({
      height: "2",
      chain_id: "stub-1",
      time: "2023-11-14T22:13:21.500Z",
    });
    expect(latest.json.sdk_block.header.proposer_address).toMatch(/^statesetvalcons1/);
    expect((await get("/cosmos/base/tendermint/v1beta1/blocks/1")).json.block.header.height).toBe("1");
  });

  test("default: a transaction, with its messages expanded", async () => {
    const { json } = await get(`/cosmos/tx/v1beta1/txs/${TX_HASH}`);
    expect(json.tx.body.messages[0]).toEqual({
      "@type": "/cosmos.bank.v1beta1.MsgSend",
      from_address: ALICE,
      to_address: BOB,
      amount: [{ denom: "uusdc", amount: "5" }],
    });
    expect(json.tx_response).toMatchObject({
      height: "2",
      txhash: TX_HASH,
      code: 0,
      timestamp: "2023-11-14T22:13:21Z",
    });
    expect(json.tx_response.tx["@type"]).toBe("/cosmos.tx.v1beta1.Tx");
  });

  test("default: a search with nested, repeated and enum parameters", async () => {
    const found = await get("/cosmos/tx/v1beta1/txs?query=tx.height%3D2&order_by=ORDER_BY_DESC&page=1&limit=5");
    expect(found.json).toMatchObject({ total: "1", tx_responses: [{ txhash: TX_HASH }] });
    const old = await get(
      `/cosmos/tx/v1beta1/txs?events=${encodeURIComponent("message.action='send'")}&events=tx.height%3D2&pagination.limit=5&orderBy=1`,
    );
    expect(old.json.total).toBe("1");
  });

  test("behavior: unknown parameters are passed over, HEAD answers without a body", async () => {
    expect((await get(`${balancePath(ALICE)}&_=123&no.such.field=1`)).status).toBe(200);
    const head = await fetch(base + balancePath(ALICE), { method: "HEAD" });
    expect([head.status, await head.text()]).toEqual([200, ""]);
  });

  test("behavior: what is told apart by type only is tried in turn", async () => {
    // Both bech32 routes have one path; an address is no padded base64, so the second takes it (and the stub has neither).
    const address = await get(`/cosmos/auth/v1beta1/bech32/${ALICE}`);
    expect(address).toMatchObject({ status: 501, json: { code: 12, message: "unknown query path: unknown request" } });
  });
});

describe("writes", () => {
  test("default: simulate and broadcast", async () => {
    const tx_bytes = toBase64(stubTx("rest"));
    const simulated = await post("/cosmos/tx/v1beta1/simulate", { tx_bytes });
    expect(simulated.json.gas_info).toEqual({ gas_wanted: "18446744073709551615", gas_used: "70000" });
    const sent = await post("/cosmos/tx/v1beta1/txs", { tx_bytes, mode: "BROADCAST_MODE_SYNC" });
    expect(sent).toMatchObject({
      status: 200,
      json: { tx_response: { code: 0, txhash: toHex(sha256(stubTx("rest"))).toUpperCase() } },
    });
    expect(node.submitted.map(toHex)).toContain(toHex(stubTx("rest")));
  });

  test("default: decode and encode", async () => {
    const decoded = await post("/cosmos/tx/v1beta1/decode", { tx_bytes: toBase64(stubTx()) });
    expect(decoded.json.tx.auth_info.fee.gas_limit).toBe("100000");
    const encoded = await post("/cosmos/tx/v1beta1/encode", decoded.json);
    expect(encoded.json.tx_bytes).toBe(toBase64(stubTx()));
  });
});

describe("refusals", () => {
  test.each([
    ["not found", balancePath(BOB), 404, 5, `account ${BOB} not found`],
    ["an invalid argument", `/cosmos/bank/v1beta1/balances/${ALICE}/by_denom`, 400, 3, "invalid denom"],
    ["a query nobody answers", "/cosmos/bank/v1beta1/params", 501, 12, "unknown query path: unknown request"],
    ["an unknown path", "/cosmos/no/such/path", 501, 12, "Not Implemented"],
    ["a trailing slash", "/cosmos/bank/v1beta1/supply/", 501, 12, "Not Implemented"],
    ["a verb that the path has not", "/cosmos/tx/v1beta1/simulate", 501, 12, "Not Implemented"],
    [
      "a height that is no number",
      "/cosmos/base/tendermint/v1beta1/blocks/abc",
      400,
      3,
      'field height: "abc" is not a int64',
    ],
    [
      "a number over 64 bits",
      "/cosmos/tx/v1beta1/txs?query=a&page=18446744073709551616",
      400,
      3,
      'field page: "18446744073709551616" is not a uint64',
    ],
    [
      "an enum that is none",
      "/cosmos/tx/v1beta1/txs?order_by=UP",
      400,
      3,
      'field order_by: "UP" is not a valid cosmos.tx.v1beta1.OrderBy',
    ],
    [
      "a boolean that is none",
      "/cosmos/bank/v1beta1/supply?pagination.reverse=maybe",
      400,
      3,
      'field pagination.reverse: "maybe" is not a boolean',
    ],
    [
      "bytes that are no base64",
      "/cosmos/bank/v1beta1/supply?pagination.key=%21",
      400,
      3,
      'field pagination.key: "!" is not base64',
    ],
    [
      "a message as a parameter",
      "/cosmos/bank/v1beta1/supply?pagination=x",
      400,
      3,
      "field pagination is a message: not supported in query parameters",
    ],
    ["a malformed escape", "/cosmos/%zz", 400, 3, "URL has a malformed percent escape"],
    [
      "a malformed escape in the query",
      "/cosmos/bank/v1beta1/supply?a=%ff",
      400,
      3,
      "URL has a malformed percent escape",
    ],
    [
      "a transaction nobody has",
      `/cosmos/tx/v1beta1/txs/${"00".repeat(32)}`,
      404,
      5,
      `tx not found: ${"00".repeat(32)}`,
    ],
  ])("error: %s", async (_name, path, status, code, message) => {
    expect(await get(path)).toMatchObject({ status, json: { code, message, details: [] } });
  });

  test.each([
    ["no JSON", "{", "body is not JSON"],
    ["an unknown field", '{"nope":1}', "nope"],
    ["a wrong type", '{"tx_bytes":5}', "tx_bytes"],
    ["an array", "[]", ""],
    ["bytes that are no UTF-8", "", "empty txBytes is not allowed"],
  ])("error: a body that is %s", async (_name, body, text) => {
    const { status, json } = await post("/cosmos/tx/v1beta1/simulate", body);
    expect(status).toBe(400);
    expect(json).toMatchObject({ code: 3, details: [] });
    expect(json.message).toContain(text);
  });

  test("error: a body over the limit, announced or not", async () => {
    const announced = await post("/cosmos/tx/v1beta1/simulate", "x".repeat(REST_BODY_BYTES_MAX + 1));
    expect(announced).toMatchObject({ status: 413, json: { code: 8 } });
    const status = await new Promise<number | undefined>((resolve, reject) => {
      const sent = httpRequest(`${base}/cosmos/tx/v1beta1/simulate`, { method: "POST" }, (response) =>
        resolve(response.statusCode),
      );
      sent.on("error", reject);
      sent.write("x".repeat(REST_BODY_BYTES_MAX));
      sent.write("xx");
    });
    expect(status).toBe(413);
  });

  test("error: a URL, a path or a query that is too large", async () => {
    expect((await get(`/${"a".repeat(8_200)}`)).json.message).toBe("URL is longer than 8192 characters");
    expect((await get("/a".repeat(65))).json.message).toBe("path has more than 64 segments");
    expect((await get(`/a?${"b=1&".repeat(101)}`)).json.message).toBe("query has more than 100 parameters");
  });
});

describe("around the routes", () => {
  test("default: CORS for any origin, with the preflight", async () => {
    const simple = await fetch(`${base}/health`, { headers: { origin: "https://shop.example" } });
    expect(simple.headers.get("access-control-allow-origin")).toBe("*");
    const preflight = await fetch(`${base}/cosmos/tx/v1beta1/txs`, {
      method: "OPTIONS",
      headers: { origin: "https://shop.example" },
    });
    expect(preflight.status).toBe(204);
    expect(preflight.headers.get("access-control-allow-methods")).toContain("POST");
    expect(preflight.headers.get("access-control-allow-headers")).toContain("x-cosmos-block-height");
  });

  test("behavior: CORS for the origins that are named, no others", async () => {
    const strict = await startRest(node, registry, createQueryRouter(node, registry), {
      port: 0,
      corsOrigins: ["https://a.example"],
    });
    const ask = async (origin: string) =>
      (await fetch(`http://127.0.0.1:${strict.address.port}/health`, { headers: { origin } })).headers.get(
        "access-control-allow-origin",
      );
    expect([await ask("https://a.example"), await ask("https://b.example")]).toEqual(["https://a.example", null]);
    await strict.close();
  });

  test("default: health, and a page that loads nothing", async () => {
    expect((await get("/health")).json).toEqual({ status: "ok", latest_height: "2" });
    for (const path of ["/", "/swagger/"]) {
      const page = await fetch(base + path);
      expect(page.headers.get("content-security-policy")).toContain("default-src 'none'");
      expect(await page.text()).toContain("/cosmos/bank/v1beta1/balances/{address}/by_denom");
    }
  });

  test("default: the OpenAPI document names every route, and every reference leads somewhere", async () => {
    const { json } = await get("/openapi.json");
    expect(json.openapi).toBe("3.0.3");
    const balance = json.paths["/cosmos/bank/v1beta1/balances/{address}/by_denom"].get;
    expect(balance.parameters).toEqual([
      { name: "address", in: "path", required: true, schema: { type: "string" } },
      { name: "denom", in: "query", schema: { type: "string" } },
    ]);
    const supply = json.paths["/cosmos/bank/v1beta1/supply"].get;
    expect(supply.parameters.map((parameter: { name: string }) => parameter.name)).toContain("pagination.key");
    expect(json.paths["/cosmos/tx/v1beta1/txs"].post.requestBody.content["application/json"].schema).toEqual({
      $ref: "#/components/schemas/cosmos.tx.v1beta1.BroadcastTxRequest",
    });
    const references = [...JSON.stringify(json).matchAll(/"#\/components\/schemas\/([^"]+)"/g)].map(
      (match) => match[1] ?? "",
    );
    expect(references.length).toBeGreaterThan(50);
    expect(references.filter((name) => json.components.schemas[name] === undefined)).toEqual([]);
  });

  test("behavior: the OpenAPI document is valid, and no two paths are the same but for their variables", async () => {
    const { json } = await get("/openapi.json");
    const validator = new Validator();
    expect(await validator.validate(json)).toEqual({ valid: true });
    const shapes = Object.keys(json.paths).map((path) => path.replace(/\{[^}]*\}/g, "{}"));
    expect(new Set(shapes).size).toBe(shapes.length);
    const operations = Object.values(json.paths as Record<string, object>).flatMap((verbs) => Object.values(verbs));
    expect(new Set(operations.map(({ operationId }) => operationId)).size).toBe(operations.length);
  });

  test("error: a port that is taken", async () => {
    const start = startRest(node, registry, createQueryRouter(node, registry), { port: server.address.port });
    await expect(start).rejects.toThrow(`cannot listen on 127.0.0.1:${server.address.port}`);
  });
});

describe("hostile input", () => {
  const expectShaped = async (response: Response) => {
    const text = await response.text();
    if (response.status === 200) return;
    expect([400, 404, 413, 501]).toContain(response.status);
    const json = JSON.parse(text);
    expect(Object.keys(json)).toEqual(["code", "message", "details"]);
  };

  test("behavior: random parameters of a route are answered or refused in shape", async () => {
    const name = fc.constantFrom(
      "query",
      "events",
      "pagination.key",
      "pagination.limit",
      "order_by",
      "page",
      "limit",
      "__proto__",
      "constructor",
      "a.b.c",
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(name, fc.string({ unit: "grapheme", maxLength: 12 })), { maxLength: 6 }),
        async (pairs) => {
          const query = pairs.map(([key, value]) => `${key}=${encodeURIComponent(value)}`).join("&");
          await expectShaped(await fetch(`${base}/cosmos/tx/v1beta1/txs?${query}`));
        },
      ),
      { numRuns: 200 },
    );
  });

  test("behavior: random JSON bodies are answered or refused in shape", async () => {
    const body = fc.oneof(
      fc.json(),
      fc
        .record({ tx_bytes: fc.oneof(fc.base64String(), fc.jsonValue()), mode: fc.jsonValue(), tx: fc.jsonValue() })
        .map((value) => JSON.stringify(value)),
      fc.string(),
    );
    await fc.assert(
      fc.asyncProperty(body, fc.constantFrom("simulate", "txs", "decode", "encode"), async (text, path) => {
        await expectShaped(await fetch(`${base}/cosmos/tx/v1beta1/${path}`, { method: "POST", body: text }));
      }),
      { numRuns: 200 },
    );
  });

  test("behavior: a body of nested arrays a million deep does not stop the server", async () => {
    await expectShaped(
      await fetch(`${base}/cosmos/tx/v1beta1/encode`, { method: "POST", body: `{"tx":${"[".repeat(1_000_000)}` }),
    );
    const deep = `{"tx":${'{"body":'.repeat(3_000)}1${"}".repeat(3_000)}}`;
    await expectShaped(await fetch(`${base}/cosmos/tx/v1beta1/encode`, { method: "POST", body: deep }));
    expect((await get("/health")).status).toBe(200);
  });
});
