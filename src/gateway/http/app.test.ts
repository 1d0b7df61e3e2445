// Cases: what holds for every route, whatever it does.
// - default: OpenAPI document and page; request ids
// - error: unknown path, wrong method, wrong type, unknown field, bad JSON, large, deep, odd characters, no key, no scope
// - error: what is thrown unexpectedly tells nothing

import { Type } from "typebox";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DatabaseError } from "../sql/database.ts";
import { migrate } from "../sql/migrate.ts";
import { openPglite } from "../sql/pgliteDatabase.ts";
import { type TestGateway, testGateway, testKey } from "../testing/testGateway.ts";
import { Money, parseMoney } from "./money.ts";
import { Problem } from "./problem.ts";
import type { RouteModule } from "./routeModule.ts";

const Body = Type.Object(
  { amount: Money, count: Type.Optional(Type.Integer()), tags: Type.Optional(Type.Any()) },
  { additionalProperties: false },
);

const routes: RouteModule = (app) => {
  app.post(
    "/v1/echo",
    {
      config: { scope: "orders:write" },
      schema: { operationId: "echo", tags: ["test"], summary: "Echo", body: Body, response: { 200: Body } },
    },
    async ({ body }) => body,
  );
  app.get(
    "/v1/things/:id",
    {
      schema: {
        operationId: "getThing",
        querystring: Type.Object(
          {
            limit: Type.Integer({ default: 5 }),
            all: Type.Optional(Type.Boolean()),
            status: Type.Optional(Type.Array(Type.String())),
          },
          { additionalProperties: false },
        ),
        response: {
          200: Type.Object({
            limit: Type.Integer(),
            all: Type.Optional(Type.Boolean()),
            status: Type.Optional(Type.Array(Type.String())),
            merchant: Type.Optional(Type.String()),
          }),
        },
      },
    },
    async ({ query }) => query,
  );
  app.get("/v1/broken", { schema: { response: {} } }, async () => {
    throw new Error("secret of this machine");
  });
  app.get("/v1/away", { schema: { response: {} } }, async () => {
    throw new DatabaseError(new Error("connect ECONNREFUSED"));
  });
  app.get("/v1/due", { schema: { response: {} } }, async () => {
    throw new Problem("amount_mismatch", {
      detail: "1.00 is due",
      extra: { amount_due: "1.00" },
      retryAfterSeconds: 1.2,
    });
  });
  app.get("/v1/keyless", { schema: { response: {} } }, async ({ apiKey }) => apiKey.id);
};

let gateway: TestGateway;
beforeAll(async () => {
  const database = await openPglite();
  await migrate(database);
  const reader = testKey("stateset1reader", { scopes: new Set(["orders:read"]) });
  gateway = await testGateway({ database, routes: [routes], keys: { reader } });
});
afterAll(async () => {
  await gateway.close();
  await gateway.parts.database.close();
});

const post = (payload: string, headers: Record<string, string> = {}) =>
  gateway.inject({
    method: "POST",
    url: "/v1/echo",
    payload,
    headers: { "content-type": "application/json", ...headers },
  });

describe("default", () => {
  it("answers, with the client's request id or one of its own", async () => {
    const answer = await post('{"amount":"1.5","count":3}', { "request-id": "mine-1" });
    expect([answer.statusCode, answer.json(), answer.headers["request-id"]]).toEqual([
      200,
      { amount: "1.5", count: 3 },
      "mine-1",
    ]);
    const other = await post('{"amount":"1"}', { "request-id": "not\tsane" });
    expect(other.headers["request-id"]).toMatch(/^req_[0-9a-f]{24}$/);
  });

  it("reads query strings as they are declared", async () => {
    const answer = await gateway.inject({ url: "/v1/things/1?limit=7&all=true&status=PAID" });
    expect(answer.json()).toEqual({ limit: 7, all: true, status: ["PAID"] });
    expect((await gateway.inject({ url: "/v1/things/1" })).json()).toEqual({ limit: 5 });
    for (const query of ["limit=7.5", "limit=0x1", "limit=", "limit=1&limit=2", "all=yes", "unknown=1"]) {
      const refused = await gateway.inject({ url: `/v1/things/1?${query}` });
      expect([query, refused.statusCode, refused.json().field]).toEqual([query, 400, query.split("=")[0]]);
    }
  });

  it("describes itself", async () => {
    const document = (await gateway.inject({ url: "/openapi.json" })).json();
    expect(document.openapi).toBe("3.1.0");
    const echo = document.paths["/v1/echo"].post;
    expect(echo.security).toEqual([{ apiKey: [] }]);
    expect(echo["x-scope"]).toBe("orders:write");
    expect(echo.parameters.map(({ name }: { name: string }) => name)).toEqual(["idempotency-key", "prefer"]);
    expect(echo.responses["4XX"].content["application/problem+json"].schema).toEqual({
      $ref: "#/components/schemas/Problem",
    });
    expect(document.components.schemas.Problem.properties.code.enum).toContain("price_required");
    expect((await gateway.inject({ url: "/docs/" })).statusCode).toBe(200);
  });
});

describe("error", () => {
  const deep = (depth: number) => `{"amount":"1","tags":${"[".repeat(depth)}${"]".repeat(depth)}}`;
  it.each([
    ["a number as money", '{"amount":1.5}', 400, "invalid_request", "/amount"],
    ["too many decimals", '{"amount":"1.1234567"}', 400, "invalid_request", "/amount"],
    ["a text as a number", '{"amount":"1","count":"3"}', 400, "invalid_request", "/count"],
    ["a field that is missing", "{}", 400, "invalid_request", "/amount"],
    ["a field that is not known", '{"amount":"1","a/b":1}', 400, "invalid_request", "/a~1b"],
    ["no object", "[]", 400, "invalid_request", undefined],
    ["no JSON", "{", 400, "invalid_request", undefined],
    ["no body", "", 400, "invalid_request", undefined],
    ["a prototype", '{"amount":"1","__proto__":{}}', 400, "invalid_request", undefined],
    ["a body of more than 1 MiB", `{"amount":"${"1".repeat(1 << 20)}"}`, 413, "payload_too_large", undefined],
    ["a body that is too deep", deep(30), 400, "invalid_request", `/tags${"/0".repeat(23)}`],
    ["too many entries", `{"amount":"1","tags":[${"1,".repeat(1000)}1]}`, 400, "invalid_request", "/tags"],
    ["a character that is none", '{"amount":"1","tags":"\\u0000"}', 400, "invalid_request", "/tags"],
    ["half a character", '{"amount":"1","tags":"\\ud800"}', 400, "invalid_request", "/tags"],
  ])("%s", async (_name, payload, status, code, field) => {
    const answer = await post(payload);
    expect(answer.headers["content-type"]).toContain("application/problem+json");
    const document = answer.json();
    expect([answer.statusCode, document.status, document.code, document.field]).toEqual([status, status, code, field]);
    expect(document.request_id).toBe(answer.headers["request-id"]);
  });

  it("another content type", async () => {
    for (const type of ["text/plain", "application/xml", "nonsense"]) {
      expect((await post("x", { "content-type": type })).json().code).toBe("unsupported_media_type");
    }
  });

  it("a body in another encoding", async () => {
    const json = { "content-type": "application/json" };
    for (const headers of [
      { "content-type": "application/json; charset=utf-16" },
      { "content-type": 'application/json;charset="latin1"' },
      { ...json, "content-encoding": "gzip" },
    ]) {
      expect((await post('{"amount":"1"}', headers)).json().code).toBe("unsupported_media_type");
    }
    for (const charset of ["utf-8", "UTF8"]) {
      const taken = await post('{"amount":"1"}', { "content-type": `application/json; charset=${charset}` });
      expect(taken.statusCode).toBe(200);
    }
  });

  it("no key, a key that is unknown, a key without the scope", async () => {
    const none = await gateway.app.inject({ method: "POST", url: "/v1/echo", payload: { amount: "1" } });
    expect([none.statusCode, none.json().code, none.headers["www-authenticate"]]).toEqual([
      401,
      "unauthorized",
      "Bearer",
    ]);
    expect((await post('{"amount":"1"}', { authorization: "Bearer nobody" })).statusCode).toBe(401);
    expect((await post('{"amount":"1"}', { authorization: "Bearer reader" })).json().code).toBe("forbidden");
  });

  it("a path that is not there, a method that is not there, a path that is none", async () => {
    expect((await gateway.inject({ url: "/v1/nothing" })).json()).toMatchObject({ code: "not_found", status: 404 });
    const method = await gateway.inject({ method: "DELETE", url: "/v1/things/1?x=1" });
    expect([method.statusCode, method.headers["allow"], method.json().code]).toEqual([
      405,
      "GET, HEAD",
      "method_not_allowed",
    ]);
    // A method that the types do not know, and which needs a content type of its own.
    const odd = await gateway.inject({ method: "QUERY" as "GET", url: "/v1/things/1" });
    expect([odd.statusCode, odd.headers["allow"]]).toEqual([405, "GET, HEAD"]);
    expect((await gateway.inject({ url: "/v1/things/%zz" })).json()).toMatchObject({ code: "invalid_request" });
    expect((await gateway.inject({ url: `/v1/things/${"x".repeat(200)}` })).statusCode).toBeLessThan(500);
    expect((await gateway.inject({ url: "/v1/things/%00" })).json().code).toBe("invalid_request");
  });

  it("what is thrown unexpectedly tells nothing", async () => {
    const broken = await gateway.inject({ url: "/v1/broken" });
    expect([broken.statusCode, broken.json().code]).toEqual([500, "internal"]);
    expect(broken.body).not.toContain("secret");
    const away = await gateway.inject({ url: "/v1/away" });
    expect([away.statusCode, away.json().code, away.headers["retry-after"]]).toEqual([
      503,
      "database_unavailable",
      "1",
    ]);
    expect(away.body).not.toContain("ECONNREFUSED");
    expect((await gateway.inject({ url: "/v1/keyless" })).json().code).toBe("internal");
  });

  it("what clients can act upon", async () => {
    const due = await gateway.inject({ url: "/v1/due" });
    expect([due.statusCode, due.headers["retry-after"]]).toEqual([409, "2"]);
    expect(due.json()).toMatchObject({
      code: "amount_mismatch",
      amount_due: "1.00",
      title: "The amount is not what is due",
    });
  });

  it("money that is none", () => {
    expect(parseMoney("0.000001", "/amount")).toBe(1n);
    expect(() => parseMoney("01", "/amount")).toThrow(Problem);
  });
});
