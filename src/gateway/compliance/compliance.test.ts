// Cases, on every database, over HTTP: an export has everything of one customer and nothing of others, also over many rows,
// and its commitments can be checked; a deletion leaves nothing readable, says what stays, and may come twice; both are in
// the log; who nothing is held of; another merchant's; a key without the scope.

import { Buffer } from "node:buffer";
import { afterAll, afterEach, beforeEach, describe, expect, test } from "vitest";
import { customerRoutes } from "../customers/routes.ts";
import type { RouteModule } from "../http/routeModule.ts";
import { idempotency } from "../idempotency/plugin.ts";
import { seeDevice } from "../pricing/customerHistory.ts";
import type { Database } from "../sql/database.ts";
import { testDatabases } from "../testing/databases.ts";
import { type TestGateway, testGateway, testKey } from "../testing/testGateway.ts";
import { verifyCommitment } from "../vault/commitment.ts";
import { testMasterKeys } from "../vault/testing/masterKeys.ts";
import { complianceRoutes } from "./routes.ts";

const kinds = testDatabases();
/** A word that stands nowhere else. */
const CANARY = "canary7351";

/** Every row of every table as text. */
async function everything(database: Database): Promise<string> {
  const tables = await database.query<{ name: string }>(
    "select table_name as name from information_schema.tables where table_schema = 'public'",
  );
  const texts: string[] = [];
  for (const { name } of tables) {
    const rows = await database.query<{ row: string }>(`select t::text as row from ${name} t`);
    texts.push(...rows.map(({ row }) => row));
  }
  return texts.join("\n");
}

/** Makes and pays orders, as far as an answer goes. */
const orders: RouteModule = (app) => {
  app.post("/orders", { config: { scope: "orders:write" } }, async ({ body }, reply) =>
    reply.header("location", "/there").send({ id: "ord_new", customer: body }),
  );
  app.post("/orders/:order_id/pay", { config: { scope: "orders:write" } }, async () => ({ paid: true }));
};

describe.each(kinds)("compliance in $name", (kind) => {
  let database: Database;
  let gateway: TestGateway;
  beforeEach(async () => {
    database = await kind.open();
    gateway = await testGateway({
      database,
      routes: [customerRoutes, complianceRoutes, orders],
      plugins: [idempotency({ masterKeys: testMasterKeys("test"), warn: () => undefined })],
      keys: {
        other: testKey("stateset1other", { id: "key_other" }),
        reader: testKey("stateset1other", { scopes: new Set(["customers:read"]) }),
      },
    });
  });
  afterEach(() => gateway.close());
  afterAll(() => kind.stop());

  const exported = (id: string, key = "test") =>
    gateway.inject({ url: `/v1/compliance/customers/${id}/export`, headers: { authorization: `Bearer ${key}` } });
  const erase = (id: string) => gateway.inject({ method: "DELETE", url: `/v1/compliance/customers/${id}` });
  const log = async () => (await gateway.inject({ url: "/v1/compliance/log" })).json();

  /** A customer of the simulated chain with orders of the key's merchant. */
  async function busiest(): Promise<{ id: string; orders: number }> {
    await gateway.grow(25);
    const [row] = await database.query<{ id: string; orders: number }>(
      `select customer_id as id, count(*)::int as orders from orders
       where merchant = $1 and customer_id <> '' group by 1 order by 2 desc limit 1`,
      [gateway.key.merchant],
    );
    if (row === undefined) throw new Error("the simulation made no orders");
    return row;
  }

  async function withData(id: string) {
    const { vault } = gateway.parts;
    await gateway.inject({ method: "POST", url: "/v1/customers", payload: { id, email: `${CANARY}@example.com` } });
    await vault.put({
      merchant: gateway.key.merchant,
      customerId: id,
      orderId: "ord_1",
      kind: "billing",
      data: { name: CANARY },
    });
  }

  test("behavior: a deletion empties what idempotency keys keep of the customer, and leaves what is of others", async () => {
    const { id } = await busiest();
    await withData(id);
    const [order] = await database.query<{ id: string }>(
      "select id from orders where merchant = $1 and customer_id = $2 limit 1",
      [gateway.key.merchant, id],
    );
    const post = (key: string, url: string, payload: object, token = "test") =>
      gateway.inject({
        ...{ method: "POST", url, payload },
        headers: { "idempotency-key": key, authorization: `Bearer ${token}` },
      });
    const own = ["made", "guest", "paid"];
    await post("made", "/orders", { customer_id: id, email: `${CANARY}@example.com` });
    await post("guest", "/orders", { orders: [{ customer: { id } }] });
    await post("paid", `/orders/${order!.id}/pay`, { billing: CANARY });
    await post("mine", "/orders", { customer_id: "somebody" });
    await post("made", "/orders", { customer_id: id }, "other");
    expect((await erase(id)).statusCode).toBe(200);
    const rows = await database.query<{ key: string; merchant: string; row: string }>(
      "select key, merchant, to_jsonb(t) - 'created_at' - 'leased_until' - 'holder' as row from idempotency_keys t",
    );
    for (const key of own) {
      const found = rows.find((row) => row.key === key && row.merchant === gateway.key.merchant);
      expect(found?.row).toMatchObject({ request_hash: "erased", status: 410, headers: null, body: null, about: null });
      const again = await post(key, key === "paid" ? `/orders/${order!.id}/pay` : "/orders", {});
      expect([again.statusCode, again.json().code]).toEqual([410, "gone"]);
    }
    expect((await post("mine", "/orders", { customer_id: "somebody" })).headers["idempotent-replayed"]).toBe("true");
    const others = await post("made", "/orders", { customer_id: id }, "other");
    expect(others.headers["idempotent-replayed"]).toBe("true");
  });

  test("default: an export has everything of the customer, and nothing of others", async () => {
    const { id, orders } = await busiest();
    await withData(id);
    const answer = await exported(id);
    expect(answer.statusCode).toBe(200);
    expect(answer.headers["content-type"]).toBe("application/json; charset=utf-8");
    expect(answer.headers["content-disposition"]).toMatch(/^attachment; filename="customer-.*\.json"$/);
    const document = answer.json();
    expect(document).toMatchObject({ customer_id: id, merchant: gateway.key.merchant, deleted_at: null });
    expect(document.orders).toHaveLength(orders);
    const ids = new Set(document.orders.map((order: { id: string }) => order.id));
    for (const name of ["payments", "refunds", "exceptions", "events"]) {
      const rows: { order_id: string }[] = document[name];
      const [count] = await database.query<{ count: number }>(
        `select count(*)::int as count from ${name} where order_id = any($1)`,
        [[...ids] as string[]],
      );
      expect(rows).toHaveLength(count?.count ?? -1);
      expect(rows.every(({ order_id }) => ids.has(order_id))).toBe(true);
    }
    expect(document.events.length).toBeGreaterThan(document.orders.length);
    expect(document.personal_data).toMatchObject([
      { kind: "customer", order_id: null, data: { email: `${CANARY}@example.com` } },
      { kind: "billing", order_id: "ord_1", data: { name: CANARY } },
    ]);
    for (const { commitment, salt, data } of document.personal_data) {
      const opening = { commitment: Buffer.from(commitment, "hex"), salt: Buffer.from(salt, "hex"), data };
      expect(verifyCommitment(opening)).toBe(true);
    }
  });

  test("behavior: more rows than one read", async () => {
    const { vault } = gateway.parts;
    for (let index = 0; index < 401; index += 1) {
      await vault.put({ merchant: gateway.key.merchant, customerId: "many", kind: "order", data: { index } });
    }
    const { personal_data } = (await exported("many")).json();
    expect(personal_data.map(({ data }: { data: { index: number } }) => data.index)).toEqual(
      Array.from({ length: 401 }, (_, index) => index),
    );
  });

  test("behavior: a deletion leaves nothing readable, and says what stays", async () => {
    const { id, orders } = await busiest();
    await withData(id);
    await withData("somebody_else");
    await seeDevice(database, { merchant: gateway.key.merchant, customerId: id, at: new Date() }, "device");
    expect((await exported(id)).json().devices).toHaveLength(1);
    const [before] = await database.query<{ wrapped: string }>(
      "select encode(wrapped, 'hex') as wrapped from customer_keys where customer_id = $1",
      [id],
    );
    const answer = (await erase(id)).json();
    expect(answer).toMatchObject({ customer_id: id, deleted: true, records_deleted: 2 });
    expect(answer.stays.on_chain.orders).toBe(orders);
    expect(answer.stays.on_chain.commitments).toBeLessThanOrEqual(orders);
    const rows = await everything(database);
    expect(rows).not.toContain(CANARY);
    expect(rows).not.toContain(before?.wrapped);
    expect(await database.query("select 1 from device_sightings")).toEqual([]);
    const document = (await exported(id)).json();
    expect(document).toMatchObject({ personal_data: [], deleted_at: answer.deleted_at });
    expect(document.orders).toHaveLength(orders);
    expect((await exported("somebody_else")).json().personal_data).toHaveLength(2);
  });

  test("behavior: a second deletion finds nothing more", async () => {
    await withData("cust_1");
    const first = (await erase("cust_1")).json();
    const second = (await erase("cust_1")).json();
    expect(second).toMatchObject({ deleted: true, records_deleted: 0, deleted_at: first.deleted_at });
  });

  test("behavior: both are in the log, the newest first, in pages", async () => {
    await withData("cust_1");
    const { log_id: one } = (await exported("cust_1")).json();
    const { log_id: two } = (await erase("cust_1")).json();
    const { entries, has_more } = await log();
    expect(has_more).toBe(false);
    expect(entries).toMatchObject([
      { id: two, action: "delete", customer_id: "cust_1", records: 2, api_key_id: gateway.key.id },
      { id: one, action: "export", customer_id: "cust_1", records: 2 },
    ]);
    const first = (await gateway.inject({ url: "/v1/compliance/log?limit=1" })).json();
    const second = (await gateway.inject({ url: `/v1/compliance/log?limit=1&cursor=${first.next_cursor}` })).json();
    expect([first.entries[0].id, second.entries[0].id, second.has_more]).toEqual([two, one, false]);
    const others = await gateway.inject({ url: "/v1/compliance/log", headers: { authorization: "Bearer other" } });
    expect(others.json().entries).toEqual([]);
  });

  test("error: nothing is held; of another merchant; without the scope", async () => {
    await withData("cust_1");
    expect((await exported("nobody")).statusCode).toBe(404);
    expect((await erase("nobody")).statusCode).toBe(404);
    expect((await exported("cust_1", "other")).statusCode).toBe(404);
    expect((await exported("cust_1", "reader")).json()).toMatchObject({ code: "forbidden" });
    expect((await log()).entries).toEqual([]);
  });
});
