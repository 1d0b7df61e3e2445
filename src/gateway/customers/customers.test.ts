// Cases, on every database, over HTTP: added, with and without an id; twice; shown; changed, with nulls; listed in pages;
// two that change at once; another merchant's; after a deletion; what orders tell of customers; malformed bodies.

import { afterAll, afterEach, beforeEach, describe, expect, test } from "vitest";
import { complianceRoutes } from "../compliance/routes.ts";
import { idempotency } from "../idempotency/plugin.ts";
import type { Database } from "../sql/database.ts";
import { testDatabases } from "../testing/databases.ts";
import { type TestGateway, testGateway, testKey } from "../testing/testGateway.ts";
import { testMasterKeys } from "../vault/testing/masterKeys.ts";
import { Customers } from "./customers.ts";
import { customerRoutes } from "./routes.ts";

const kinds = testDatabases();
const ANA = { email: "ana@example.com", name: "Ana", address: { city: "Berlin", country: "DE" } };

describe.each(kinds)("customers in $name", (kind) => {
  let database: Database;
  let gateway: TestGateway;
  beforeEach(async () => {
    database = await kind.open();
    const other = testKey("stateset1other");
    gateway = await testGateway({
      database,
      routes: [customerRoutes, complianceRoutes],
      plugins: [idempotency({ masterKeys: testMasterKeys("first"), warn: () => undefined })],
      keys: { other },
    });
  });
  afterEach(() => gateway.close());
  afterAll(() => kind.stop());

  const post = (payload: object) => gateway.inject({ method: "POST", url: "/v1/customers", payload });
  const get = (id: string, key = "test") =>
    gateway.inject({ url: `/v1/customers/${id}`, headers: { authorization: `Bearer ${key}` } });
  const patch = (id: string, payload: object) =>
    gateway.inject({ method: "PATCH", url: `/v1/customers/${id}`, payload });
  const erase = (id: string) => gateway.inject({ method: "DELETE", url: `/v1/compliance/customers/${id}` });

  test("default: a customer is added and shown", async () => {
    const made = await post({ id: "cust_123", ...ANA });
    expect(made.statusCode).toBe(201);
    expect(made.json()).toMatchObject({ id: "cust_123", ...ANA });
    const found = await get("cust_123");
    expect([found.statusCode, found.json()]).toEqual([200, made.json()]);
    const rows = await database.query<{ row: string }>("select customers::text as row from customers");
    expect(JSON.stringify(rows)).not.toContain("ana");
  });

  test("behavior: without an id it gets one", async () => {
    expect((await post(ANA)).json().id).toMatch(/^cust_[1-9A-HJ-NP-Za-km-z]{16}$/);
  });

  test("error: an id that is there", async () => {
    await post({ id: "cust_123", ...ANA });
    const again = await post({ id: "cust_123", email: "b@example.com" });
    expect(again.json()).toMatchObject({ code: "conflict", field: "/id" });
    expect((await get("cust_123")).json().email).toBe(ANA.email);
    expect(await database.query("select 1 from personal_data")).toHaveLength(1);
  });

  test("behavior: the same request again adds nobody, and no answer is kept outside the vault", async () => {
    const headers = { "idempotency-key": "k1", authorization: "Bearer test" };
    const send = () => gateway.app.inject({ method: "POST", url: "/v1/customers", payload: ANA, headers });
    const answers = await Promise.all([send(), send()]);
    const again = await send();
    expect([...answers, again].map(({ statusCode }) => statusCode)).toEqual([201, 201, 201]);
    expect(new Set([...answers, again].map(({ body }) => body)).size).toBe(1);
    const rows = await database.query<{ row: string }>("select t::text as row from idempotency_keys t");
    expect(JSON.stringify(rows)).not.toContain("ana");
    expect(await database.query("select 1 from customers")).toHaveLength(1);
  });

  test("behavior: a change; null removes, the rest stays, and what it was is gone", async () => {
    await post({ id: "cust_123", ...ANA });
    const changed = await patch("cust_123", { name: null, phone: "+49 30 1234", address: { city: "Bonn" } });
    expect(changed.statusCode).toBe(200);
    const { created_at, updated_at, ...rest } = changed.json();
    expect(rest).toEqual({ id: "cust_123", email: ANA.email, phone: "+49 30 1234", address: { city: "Bonn" } });
    expect(updated_at >= created_at).toBe(true);
    expect((await get("cust_123")).json()).toEqual(changed.json());
    expect(await database.query("select 1 from personal_data")).toHaveLength(1);
  });

  test("behavior: changes at once all count", async () => {
    await post({ id: "cust_123", ...ANA });
    const changes = [{ name: "B" }, { phone: "123456" }, { email: "c@example.com" }];
    const answers = await Promise.all(changes.map((change) => patch("cust_123", change)));
    expect(answers.map(({ statusCode }) => statusCode)).toEqual([200, 200, 200]);
    expect((await get("cust_123")).json()).toMatchObject({ name: "B", phone: "123456", email: "c@example.com" });
  });

  test("behavior: pages have each customer once, the newest first", async () => {
    for (let index = 0; index < 7; index += 1) await post({ id: `cust_${index}`, name: `N${index}` });
    await erase("cust_3");
    const list = async (query: string) => (await gateway.inject({ url: `/v1/customers?limit=4${query}` })).json();
    const first = await list("");
    expect(first).toMatchObject({ total_count: 6, has_more: true });
    const second = await list(`&cursor=${first.next_cursor}`);
    expect(second).toMatchObject({ total_count: 6, has_more: false, next_cursor: null });
    const names = [...first.customers, ...second.customers].map(({ name }) => name);
    expect(names).toEqual(["N6", "N5", "N4", "N2", "N1", "N0"]);
    expect((await list("&offset=4")).customers).toEqual(second.customers);
    expect(await list("&cursor=abc")).toMatchObject({ code: "invalid_request", field: "cursor" });
  });

  test("error: of another merchant", async () => {
    await post({ id: "cust_123", ...ANA });
    expect((await get("cust_123", "other")).statusCode).toBe(404);
    const list = await gateway.inject({ url: "/v1/customers", headers: { authorization: "Bearer other" } });
    expect(list.json()).toMatchObject({ customers: [], total_count: 0 });
  });

  test("behavior: after a deletion it is gone, and may come again with nothing of before", async () => {
    await post({ id: "cust_123", ...ANA });
    expect((await erase("cust_123")).statusCode).toBe(200);
    expect((await get("cust_123")).statusCode).toBe(410);
    expect((await patch("cust_123", { name: "B" })).statusCode).toBe(410);
    expect((await post({ id: "cust_123", name: "New" })).statusCode).toBe(201);
    const found = (await get("cust_123")).json();
    expect(found).toMatchObject({ name: "New" });
    expect(found).not.toHaveProperty("email");
  });

  test("behavior: what orders tell is added to what is known", async () => {
    const customers = new Customers({ database, vault: gateway.parts.vault, now: () => new Date() });
    const name = { merchant: gateway.key.merchant, customerId: "cust_9" };
    await customers.remember(name, { email: "a@example.com" });
    await patch("cust_9", { name: "Ana" });
    await customers.remember(name, { email: "b@example.com" });
    const { updated_at } = (await get("cust_9")).json();
    await customers.remember(name, { email: "b@example.com" });
    expect((await get("cust_9")).json()).toMatchObject({ name: "Ana", email: "b@example.com", updated_at });
  });

  test.each([
    ["an e-mail address as id", { id: "ana@example.com" }, "/id"],
    ["an unknown field", { card: "4242" }, "/card"],
    ["no e-mail address", { email: "ana" }, "/email"],
    ["a country by its name", { address: { country: "Germany" } }, "/address/country"],
    ["a wallet of another chain", { wallet_address: "cosmos1abc" }, "/wallet_address"],
    ["metadata that is no text", { metadata: { a: 1 } }, "/metadata/a"],
  ])("error: %s", async (_name, payload, field) => {
    const answer = await post(payload);
    expect(answer.statusCode).toBe(400);
    expect(answer.json()).toMatchObject({ code: "invalid_request", field });
  });

  test("error: none of this id; an empty change", async () => {
    expect((await get("nobody")).statusCode).toBe(404);
    expect((await patch("nobody", { name: "A" })).statusCode).toBe(404);
    expect((await patch("nobody", {})).statusCode).toBe(400);
  });
});
