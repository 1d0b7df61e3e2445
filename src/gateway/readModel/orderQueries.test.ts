// Cases, on every database: one order with what belongs to it; every filter, alone and together, against the same filter in
// TypeScript; pages by offset and by cursor in every order give each row once; a cursor of another order, or made up.

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Database } from "../sql/database.ts";
import { testDatabases } from "../testing/databases.ts";
import { SimulatedChain } from "../testing/simulatedChain.ts";
import type { ChainObject } from "./blockRows.ts";
import { CursorError, encodeCursor } from "./cursor.ts";
import { getOrder, listOrders, ORDER_SORTS, type OrderFilter, type OrderSort } from "./orderQueries.ts";
import { Projector } from "./projector.ts";
import { enumName } from "./writeRows.ts";

const BLOCKS = 60;
const kinds = testDatabases();

describe.each(kinds)("orders in $name", (kind) => {
  let database: Database;
  let all: readonly ChainObject[];

  beforeAll(async () => {
    database = await kind.open();
    const chain = new SimulatedChain(21);
    chain.grow(BLOCKS);
    const projector = new Projector({ database, source: chain, onOtherChain: "stop" });
    await projector.start((error) => {
      throw error;
    });
    await projector.reached(BLOCKS, 30_000);
    await projector.stop();
    all = (await database.query<{ document: ChainObject }>("select document from orders order by position")).map(
      ({ document }) => document,
    );
    expect(all.length).toBeGreaterThan(30);
  });
  afterAll(() => kind.stop());

  const idsOf = (orders: readonly ChainObject[]) => orders.map(({ id }) => String(id));
  const total = (order: ChainObject) => BigInt(String(order["total"]));
  const createdAt = (order: ChainObject) => Date.parse(String(order["created_at"]));
  const status = (order: ChainObject) => enumName(order["status"], "ORDER_STATUS_");
  const list = (filter: OrderFilter, sort: OrderSort = "created_at") =>
    listOrders(database, { filter, sort, limit: 100 });

  test("default: an order with its payments and refunds", async () => {
    const [paid] = all.filter(({ payment_count }) => Number(payment_count) > 1);
    const details = await getOrder(database, String(paid?.["id"]));
    expect(details?.order).toEqual(paid);
    expect(details?.payments.map(({ sequence }) => sequence)).toEqual(
      Array.from({ length: Number(paid?.["payment_count"]) }, (_, index) => index + 1),
    );
    expect(await getOrder(database, "ord_none")).toBeUndefined();
  });

  const some = () => all[Math.trunc(all.length / 2)] ?? {};
  const filters: readonly (readonly [string, () => OrderFilter, (order: ChainObject) => boolean])[] = [
    [
      "customer_id",
      () => ({ customerId: String(some()["customer_id"]) }),
      (o) => o["customer_id"] === some()["customer_id"],
    ],
    ["merchant", () => ({ merchant: String(some()["merchant"]) }), (o) => o["merchant"] === some()["merchant"]],
    ["a status", () => ({ status: ["PAID"] }), (o) => status(o) === "PAID"],
    ["two statuses", () => ({ status: ["PAID", "HELD"] }), (o) => ["PAID", "HELD"].includes(status(o))],
    ["amount_min", () => ({ amountMin: total(some()) }), (o) => total(o) >= total(some())],
    ["amount_max", () => ({ amountMax: total(some()) }), (o) => total(o) <= total(some())],
    ["created_after", () => ({ createdAfter: String(some()["created_at"]) }), (o) => createdAt(o) >= createdAt(some())],
    [
      "created_before",
      () => ({ createdBefore: String(some()["created_at"]) }),
      (o) => createdAt(o) <= createdAt(some()),
    ],
    [
      "several together",
      () => ({
        status: ["CREATED", "CANCELLED"],
        amountMin: total(some()),
        createdBefore: String(some()["created_at"]),
      }),
      (o) =>
        ["CREATED", "CANCELLED"].includes(status(o)) && total(o) >= total(some()) && createdAt(o) <= createdAt(some()),
    ],
    ["what nobody has", () => ({ customerId: "'; drop table orders; --" }), () => false],
  ];

  test.each(filters)("behavior: filter by %s", async (_name, filter, matches) => {
    const page = await list(filter());
    const expected = all.filter(matches);
    expect(page.totalCount).toBe(expected.length);
    expect(idsOf(page.orders)).toEqual(idsOf(expected).slice(0, 100));
  });

  test.each(ORDER_SORTS)("behavior: pages in the order %s have each row once", async (sort) => {
    const byOffset: string[] = [];
    const byCursor: string[] = [];
    for (let offset = 0, more = true; more; offset += 7) {
      const page = await listOrders(database, { filter: {}, sort, limit: 7, offset });
      byOffset.push(...idsOf(page.orders));
      more = page.hasMore;
    }
    for (let cursor: string | undefined, more = true; more; ) {
      const page = await listOrders(database, { filter: {}, sort, limit: 7, cursor });
      byCursor.push(...idsOf(page.orders));
      cursor = page.nextCursor;
      more = page.hasMore;
      expect(cursor === undefined).toBe(!more);
    }
    expect(byCursor).toEqual(byOffset);
    expect([...byOffset].sort()).toEqual(idsOf(all).sort());
    if (!sort.endsWith("total")) return;
    const totals = byOffset.map((id) => total(all.find((order) => order["id"] === id) ?? {}));
    const ascending = sort === "total" ? totals : [...totals].reverse();
    expect(ascending.every((value, index) => index === 0 || value >= (ascending[index - 1] ?? 0n))).toBe(true);
  });

  test.each([
    ["of another order", encodeCursor({ sort: "total", value: "1", position: "1" })],
    ["made up", "abc"],
    ["too long", "a".repeat(10_000)],
    ["with SQL in it", encodeCursor({ sort: "-created_at", value: "1); drop table orders; --", position: "1" })],
  ])("error: a cursor %s", async (_name, cursor) => {
    await expect(listOrders(database, { filter: {}, sort: "-created_at", limit: 10, cursor })).rejects.toThrow(
      CursorError,
    );
  });
});
