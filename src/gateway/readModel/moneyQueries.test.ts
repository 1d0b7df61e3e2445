// Cases, on every database: pages of payments, refunds and exceptions give each row once, the newest first, with the
// transaction that brought it; filters by order, id and status; another merchant has nothing; a cursor of another table.

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { PEOPLE } from "../../../x/orders/testing/ordersWorld.ts";
import type { Database } from "../sql/database.ts";
import { testDatabases } from "../testing/databases.ts";
import { SimulatedChain } from "../testing/simulatedChain.ts";
import { CursorError, encodeCursor } from "./cursor.ts";
import { listMoney, type MoneyFilter, type MoneyRow, type MoneyTable } from "./moneyQueries.ts";
import { Projector } from "./projector.ts";

const BLOCKS = 60;
const TABLES: readonly MoneyTable[] = ["payments", "refunds", "exceptions"];
const merchant = PEOPLE.merchant;

describe.each(testDatabases())("money in $name", (kind) => {
  let database: Database;

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
  });
  afterAll(() => kind.stop());

  async function all(table: MoneyTable, filter: Partial<MoneyFilter> = {}): Promise<readonly MoneyRow[]> {
    const rows: MoneyRow[] = [];
    for (let cursor: string | undefined; ; ) {
      const page = await listMoney(database, table, { filter: { merchant, ...filter }, limit: 7, cursor });
      rows.push(...page.rows);
      cursor = page.nextCursor;
      expect(page.hasMore).toBe(cursor !== undefined);
      if (cursor === undefined) {
        expect(page.totalCount).toBe(rows.length);
        return rows;
      }
    }
  }

  const idsOf = (rows: readonly MoneyRow[]) => rows.map(({ document }) => String(document["id"]));
  const timeOf = ({ document }: MoneyRow) => Date.parse(String(document["paid_at"] ?? document["created_at"]));

  test.each(TABLES)("default: pages of %s", async (table) => {
    const rows = await all(table);
    expect(rows.length).toBeGreaterThan(10);
    expect(new Set(idsOf(rows)).size).toBe(rows.length);
    const times = rows.map(timeOf);
    expect(times).toEqual([...times].sort((a, b) => b - a));
    const by = await listMoney(database, table, { filter: { merchant }, limit: 3, offset: 4 });
    expect(idsOf(by.rows)).toEqual(idsOf(rows.slice(4, 7)));
  });

  test.each(TABLES)("behavior: filters of %s", async (table) => {
    const [some] = await all(table);
    const orderId = String(some?.document["order_id"]);
    const id = String(some?.document["id"]);
    expect(idsOf(await all(table, { id }))).toEqual([id]);
    const ofOrder = await all(table, { orderId });
    expect(idsOf(ofOrder)).toContain(id);
    expect(ofOrder.every(({ document }) => document["order_id"] === orderId)).toBe(true);
    expect(await all(table, { merchant: PEOPLE.stranger })).toEqual([]);
  });

  test("behavior: a payment has the transaction that brought it", async () => {
    const rows = await all("payments");
    expect(rows.filter(({ txHash }) => /^[0-9A-F]{64}$/.test(txHash)).length).toBeGreaterThan(rows.length / 2);
  });

  test("behavior: refunds by phase", async () => {
    const every = await all("refunds");
    const done = await all("refunds", { status: ["COMPLETED"] });
    const rest = await all("refunds", { status: ["PENDING", "BURNED", "ATTESTED", "FAILED", "CLAIMABLE"] });
    expect(done.length + rest.length).toBe(every.length);
    expect(done.length).toBeGreaterThan(0);
  });

  test("error: a cursor of another table, or made up", async () => {
    const { nextCursor } = await listMoney(database, "payments", { filter: { merchant }, limit: 1 });
    for (const cursor of [nextCursor!, "abc", encodeCursor({ sort: "refunds", value: "x", position: "0" })]) {
      await expect(listMoney(database, "refunds", { filter: { merchant }, limit: 1, cursor })).rejects.toThrow(
        CursorError,
      );
    }
  });
});
