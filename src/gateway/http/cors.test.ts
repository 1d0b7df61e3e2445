// Cases: what anybody may read is for any page; what needs a key is for pages of named origins, refusals too; what browsers ask
// before; origins that are not named, or none at all; never with credentials; origins that are none.

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Database } from "../sql/database.ts";
import { migrate } from "../sql/migrate.ts";
import { openPglite } from "../sql/pgliteDatabase.ts";
import { type TestGateway, testGateway } from "../testing/testGateway.ts";
import { OriginError, parseOrigin } from "./cors.ts";

const SHOP = "https://shop.example";

let database: Database;
let open: TestGateway;
let closed: TestGateway;
beforeAll(async () => {
  database = await openPglite();
  await migrate(database);
  open = await testGateway({ database, corsOrigins: [SHOP] });
  closed = await testGateway({ database });
});
afterAll(async () => {
  await open.close();
  await closed.close();
  await database.close();
});

const get = (gateway: TestGateway, url: string, headers: Record<string, string>) =>
  gateway.inject({ method: "GET", url, headers });
const ask = (gateway: TestGateway, origin: string) =>
  gateway.app.inject({
    ...{ method: "OPTIONS", url: "/v1/orders" },
    headers: {
      ...{ origin, "access-control-request-method": "POST" },
      "access-control-request-headers": "authorization,content-type,idempotency-key",
    },
  });

describe("CORS", () => {
  test.each(["/v1/health", "/openapi.json", "/pay/ord_111111111111/calls"])(
    "default: any page reads %s",
    async (url) => {
      for (const gateway of [open, closed]) {
        const { headers } = await get(gateway, url, { origin: "https://anybody.example" });
        expect(headers["access-control-allow-origin"]).toBe("*");
        expect(headers["access-control-allow-credentials"]).toBeUndefined();
      }
    },
  );

  test("default: a named origin, also where it is refused", async () => {
    const answers = [
      await get(open, "/v1/orders", { origin: SHOP }),
      await get(open, "/v1/orders", { origin: SHOP, authorization: "Bearer nobody" }),
      await get(open, "/v1/nowhere", { origin: SHOP }),
    ];
    expect(answers.map(({ statusCode }) => statusCode)).toEqual([200, 401, 404]);
    for (const { headers } of answers) {
      expect(headers["access-control-allow-origin"]).toBe(SHOP);
      expect(headers["access-control-expose-headers"]).toContain("Retry-After");
      expect(headers["access-control-allow-credentials"]).toBeUndefined();
      expect(String(headers["vary"])).toContain("Origin");
    }
    expect(String(answers[0]!.headers["vary"])).toContain("Authorization");
  });

  test("default: what a browser asks before", async () => {
    const { statusCode, headers, body } = await ask(open, SHOP);
    expect([statusCode, body]).toEqual([204, ""]);
    expect(headers["access-control-allow-origin"]).toBe(SHOP);
    expect(headers["access-control-allow-methods"]).toContain("POST");
    for (const name of ["Authorization", "Content-Type", "Idempotency-Key"]) {
      expect(headers["access-control-allow-headers"]).toContain(name);
    }
  });

  test.each(["https://evil.example", "https://shop.example.evil.example", "http://shop.example", "null", "*"])(
    "error: %s is not named",
    async (origin) => {
      const answers = [await ask(open, origin), await get(open, "/v1/orders", { origin })];
      expect(answers.map(({ statusCode }) => statusCode)).toEqual([405, 200]);
      for (const { headers } of answers) expect(headers["access-control-allow-origin"]).toBeUndefined();
    },
  );

  test("error: nobody is named", async () => {
    const answers = [await ask(closed, SHOP), await get(closed, "/v1/orders", { origin: SHOP })];
    for (const { headers } of answers) expect(headers["access-control-allow-origin"]).toBeUndefined();
    // A page of the gateway itself is no page for others.
    expect((await get(open, "/docs/", { origin: "https://evil.example" })).headers["access-control-allow-origin"]).toBe(
      undefined,
    );
  });

  test.each([
    "*",
    "shop.example",
    "https://shop.example/",
    "https://a:b@shop.example",
    "ftp://shop.example",
    "null",
    "",
  ])("error: %j is no origin", (text) => {
    expect(() => parseOrigin(text)).toThrow(OriginError);
  });

  test("behavior: origins as browsers send them", () => {
    expect(parseOrigin("https://Shop.example")).toBe(SHOP);
    expect(parseOrigin("http://127.0.0.1:3000")).toBe("http://127.0.0.1:3000");
  });
});
