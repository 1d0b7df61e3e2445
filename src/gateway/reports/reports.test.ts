// Cases, on every database: the seed's report, grouped; a list of orders in each format; formulas in CSV; filters, dates in a
// time zone, metadata as dimensions; a report goes on after a stop, a kill in the middle of a page, and a lost file, and is
// the same byte for byte; one worker at a time; tries end; too many at once; deletion while it runs; expiry and its files;
// links; refusals.

import { appendFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { Problem } from "../http/problem.ts";
import type { Database } from "../sql/database.ts";
import { testDatabases } from "../testing/databases.ts";
import { insertManyOrders, insertOrders, MERCHANT } from "../testing/orderRows.ts";
import { isLinkValid, makeLink } from "./downloadLink.ts";
import { type ReportBody, settleReport } from "./reportRequest.ts";
import { PAGE_ROWS, ReportRunner, type ReportRunnerParts, reportFile } from "./reportRunner.ts";
import { ATTEMPTS_MAX, FILE_DAYS, OPEN_MAX, ReportStore } from "./reportStore.ts";

const DAY_MS = 86_400_000;
const kinds = testDatabases();

describe.each(kinds)("reports in $name", (kind) => {
  let database: Database;
  let folder: string;
  let store: ReportStore;
  let nowMs: number;
  const failures: unknown[] = [];

  beforeAll(async () => {
    database = await kind.open();
  });
  beforeEach(async () => {
    await database.query("truncate orders, reports, report_rows");
    folder = mkdtempSync(join(tmpdir(), "reports-"));
    nowMs = Date.parse("2026-07-01T00:00:00Z");
    store = new ReportStore(database, () => nowMs);
    failures.length = 0;
    return () => rmSync(folder, { recursive: true, force: true });
  });
  afterAll(() => kind.stop());

  const runnerOf = (parts: Partial<ReportRunnerParts> = {}) =>
    new ReportRunner({ database, store, folder, onFailure: (error) => failures.push(error), ...parts });
  const create = (body: ReportBody) => store.create(MERCHANT, body, body.format ?? "csv");

  /** Runs everything that waits, and stops. */
  async function runAll(parts: Partial<ReportRunnerParts> = {}): Promise<void> {
    const runner = runnerOf(parts);
    await runner.start();
    await runner.idle();
    await runner.stop();
  }

  async function textOf(body: ReportBody): Promise<string> {
    const { id } = await create(body);
    await runAll();
    const record = await store.require(MERCHANT, id);
    expect(failures).toEqual([]);
    expect(record.state).toBe("COMPLETED");
    const text = readFileSync(reportFile(folder, record), "utf8");
    expect(Number(record.file_bytes)).toBe(Buffer.byteLength(text));
    expect(record.rows_done).toBe(record.rows_total);
    return text;
  }

  const metadata = (segment: string, category: string) => ({
    document: {
      metadata: [
        { key: "customer_segment", value: segment },
        { key: "product_category", value: category },
      ],
    },
  });

  test("default: the seed's report", async () => {
    const delivered = {
      status: "DELIVERED",
      amount_paid: "10500000",
      created_at: "2024-01-01T00:00:00Z",
      paid_at: "2024-01-01T00:00:00Z",
      fulfilled_at: "2024-01-01T00:01:40Z",
    };
    await insertOrders(database, [
      { ...delivered, ...metadata("enterprise", "software") },
      { ...delivered, ...metadata("enterprise", "software") },
      { ...delivered, ...metadata("enterprise", "=1+1"), fulfilled_at: "2024-01-01T00:00:10Z" },
      { ...delivered },
      { ...delivered, status: "PAID" },
      { ...delivered, created_at: "2023-12-31T23:59:59Z" },
      { ...delivered, merchant: "stateset1other" },
    ]);
    const text = await textOf({
      type: "order_performance",
      filters: { status: ["DELIVERED"], created_after: "2024-01-01" },
      dimensions: ["customer_segment", "product_category"],
      metrics: ["count", "revenue", "fulfillment_time"],
      format: "csv",
    });
    expect(text).toBe(
      [
        "customer_segment,product_category,order_count,revenue,fulfillment_time",
        "enterprise,'=1+1,1,10.50,10",
        "enterprise,software,2,21.00,100",
        ",,1,10.50,100",
        "",
      ].join("\r\n"),
    );
    expect(await database.query("select 1 from report_rows")).toEqual([]);
  });

  test("default: without dimensions one row, also of nothing", async () => {
    const report = { type: "order_performance", metrics: ["count", "refunds"], format: "json" } as const;
    expect(JSON.parse(await textOf(report))).toEqual([{ order_count: 0, refunds: "0.00" }]);
  });

  test("default: a list of orders in each format", async () => {
    await insertOrders(database, [
      { id: "ord_a", customer_id: '@SUM("A1")', total: "1500000", source_domain: 6, ...metadata("a,b", "x") },
      { id: "ord_b", customer_id: "+49", total: "2000001", paid_at: "2026-06-02T03:04:05.678Z" },
    ]);
    const report = { type: "orders", dimensions: ["customer_segment", "status"] } as const;
    const csv = await textOf({ ...report, format: "csv" });
    const [head, first, second, end] = csv.split("\r\n");
    expect(head).toContain("id,customer_id,status,");
    expect(head?.endsWith(",delivered_at,customer_segment")).toBe(true);
    expect(first).toBe(
      `ord_a,"'@SUM(""A1"")",CREATED,UNPAID,UNFULFILLED,1.50,0.00,0.00,USDC,6,2026-06-01T12:00:00.000Z,,,,"a,b"`,
    );
    expect(second?.startsWith("ord_b,'+49,")).toBe(true);
    expect(end).toBe("");
    const json = JSON.parse(await textOf({ ...report, format: "json" })) as readonly object[];
    expect(json[0]).toMatchObject({ id: "ord_a", customer_id: '@SUM("A1")', source_chain: "6", total: "1.50" });
    expect(json[1]).toMatchObject({ paid_at: "2026-06-02T03:04:05.678Z", customer_segment: null, total: "2.000001" });
    const lines = (await textOf({ ...report, format: "ndjson" })).trimEnd().split("\n");
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual(json);
  });

  test("behavior: no orders are a file all the same", async () => {
    expect(JSON.parse(await textOf({ type: "orders", format: "json" }))).toEqual([]);
    expect(await textOf({ type: "orders", format: "ndjson" })).toBe("");
    expect((await textOf({ type: "orders" })).split("\r\n")).toHaveLength(2);
  });

  test("behavior: dates are whole in the time zone, instants are exact, amounts are bounds", async () => {
    await insertOrders(database, [
      { id: "ord_a", created_at: "2026-06-01T03:59:59Z", total: "1000000" },
      { id: "ord_b", created_at: "2026-06-01T04:00:00Z", total: "2000000" },
      { id: "ord_c", created_at: "2026-06-02T03:59:59Z", total: "3000000" },
      { id: "ord_d", created_at: "2026-06-02T04:00:00Z", total: "4000000" },
    ]);
    const ids = async (filters: ReportBody["filters"], time_zone?: string) => {
      const rows = JSON.parse(await textOf({ type: "orders", format: "json", filters, time_zone })) as { id: string }[];
      return rows.map(({ id }) => id.slice(-1)).join("");
    };
    const day = { created_after: "2026-06-01", created_before: "2026-06-01" };
    expect(await ids(day, "America/New_York")).toBe("bc");
    expect(await ids(day)).toBe("ab");
    expect(await ids({ created_after: "2026-06-02T03:59:59Z" })).toBe("cd");
    expect(await ids({ created_after: "2026-06-02T03:59:59.000000999Z" })).toBe("cd");
    expect(await ids({ created_after: "2026-06-02T03:59:59.000001Z" })).toBe("d");
    expect(await ids({ created_after: "2026-06-02T23:58:00+19:58" })).toBe("d");
    expect(await ids({ created_before: "2026-06-02T04:59:59+01:00" })).toBe("abc");
    expect(await ids({ amount_min: "2", amount_max: "3.00" })).toBe("bc");
  });

  describe("a report that is interrupted", () => {
    const body = { type: "orders", format: "ndjson", dimensions: ["customer_segment"] } as const;
    const rows = PAGE_ROWS * 3 + 10;
    let expected: string;

    beforeEach(async () => {
      await insertManyOrders(database, rows);
      expected = await textOf(body);
      expect(expected.trimEnd().split("\n")).toHaveLength(rows);
    });

    const finished = async (id: string) => {
      const record = await store.require(MERCHANT, id);
      expect(record.state).toBe("COMPLETED");
      return readFileSync(reportFile(folder, record), "utf8") === expected;
    };

    test("behavior: by a stop: it goes on where it stood", async () => {
      const { id } = await create(body);
      const first = runnerOf({ onPage: () => void first.stop() });
      await first.start();
      await first.idle();
      expect(await store.find(id)).toMatchObject({ state: "QUEUED", rows_done: String(PAGE_ROWS), attempts: 0 });
      const pages: string[] = [];
      await runAll({ onPage: (page) => void pages.push(page) });
      expect(pages).toEqual([id, id, id]);
      expect(await finished(id)).toBe(true);
    });

    test("behavior: by a kill after something was written: what nobody noted is cut off", async () => {
      const { id } = await create(body);
      const dead = { owner: "dead", ms: 1_000 };
      const claimed = await store.claim(dead);
      await runAll();
      expect(await store.find(id)).toMatchObject({ state: "RUNNING" });
      // A page and a half, of which the page was noted.
      const lines = expected.split("\n");
      const page = `${lines.slice(0, PAGE_ROWS).join("\n")}\n`;
      await store.prepare(id, dead, async () => ({ rowsTotal: BigInt(rows), lastKey: BigInt(rows) }));
      await store.checkpoint(id, dead, {
        doneKey: BigInt(PAGE_ROWS),
        rowsDone: BigInt(PAGE_ROWS),
        fileBytes: Buffer.byteLength(page),
      });
      appendFileSync(reportFile(folder, claimed!), `${page}{"id":"ord_100`);
      nowMs += 1_001;
      await runAll();
      expect(await finished(id)).toBe(true);
      await expect(store.extend(id, dead)).rejects.toMatchObject({ code: "lease_lost" });
    });

    test("behavior: its file is gone: it is written again", async () => {
      const { id } = await create(body);
      const first = runnerOf({ onPage: () => void first.stop() });
      await first.start();
      await first.idle();
      rmSync(reportFile(folder, { id, format: "ndjson" }));
      await runAll();
      expect(await finished(id)).toBe(true);
    });

    test("behavior: two workers at once write it once", async () => {
      const { id } = await create(body);
      const pages: string[] = [];
      await Promise.all([1, 2].map(() => runAll({ onPage: (page) => void pages.push(page) })));
      expect(pages).toEqual([id, id, id, id]);
      expect(await finished(id)).toBe(true);
    });

    test("behavior: deleted while it is written: its file goes with it", async () => {
      const { id } = await create(body);
      await runAll({ onPage: () => store.delete(MERCHANT, id) });
      expect(await store.find(id)).toBeUndefined();
      await runAll();
      expect(failures).toEqual([]);
      expect(readdirSync(folder).filter((name) => name.startsWith(id))).toEqual([]);
    });

    test("error: whatever fails is tried again, and in the end given up", async () => {
      const { id } = await create(body);
      const onPage = () => {
        throw new Error("no space left");
      };
      for (let attempt = 1; attempt <= ATTEMPTS_MAX; attempt += 1) {
        await runAll({ onPage });
        expect(await store.find(id)).toMatchObject({
          attempts: attempt,
          state: attempt < ATTEMPTS_MAX ? "QUEUED" : "FAILED",
        });
        nowMs += 60_000;
      }
      expect(failures).toHaveLength(ATTEMPTS_MAX);
      await runAll();
      expect(existsSync(reportFile(folder, { id, format: "ndjson" }))).toBe(false);
    });
  });

  test("behavior: a file is kept for its days", async () => {
    const { id } = await create({ type: "orders" });
    await runAll();
    const path = reportFile(folder, { id, format: "csv" });
    nowMs += FILE_DAYS * DAY_MS - 1;
    await runAll();
    expect(existsSync(path)).toBe(true);
    nowMs += 1;
    await runAll();
    expect(existsSync(path)).toBe(false);
    expect(await store.require(MERCHANT, id)).toMatchObject({ state: "EXPIRED" });
    nowMs += 90 * DAY_MS;
    await runAll();
    expect(await store.find(id)).toBeUndefined();
  });

  test("error: too many that are not finished; another merchant's", async () => {
    for (let count = 0; count < OPEN_MAX; count += 1) await create({ type: "orders" });
    await expect(create({ type: "orders" })).rejects.toMatchObject({ code: "rate_limited" });
    const { id } = await store.create("stateset1other", { type: "orders" }, "csv");
    await expect(store.require(MERCHANT, id)).rejects.toMatchObject({ code: "not_found" });
    await expect(store.delete(MERCHANT, id)).rejects.toMatchObject({ code: "not_found" });
  });

  test("default: links are signed with a secret that stays", async () => {
    const secret = await store.secret(new Uint8Array(32).fill(1));
    expect(await store.secret(new Uint8Array(32).fill(2))).toEqual(secret);
    const link = makeLink(secret, "rpt_a", nowMs);
    expect(isLinkValid(secret, "rpt_a", link, nowMs)).toBe(true);
    expect(isLinkValid(secret, "rpt_b", link, nowMs)).toBe(false);
    expect(isLinkValid(secret, "rpt_a", { ...link, expires: link.expires + 1 }, nowMs)).toBe(false);
    expect(isLinkValid(secret, "rpt_a", { ...link, signature: "" }, nowMs)).toBe(false);
    expect(isLinkValid(secret, "rpt_a", link, link.expires * 1000)).toBe(false);
  });
});

const BASE: ReportBody = { type: "order_performance" };
test.each<[string, ReportBody, string]>([
  ["an unknown dimension", { ...BASE, dimensions: ["day", "planet"] }, "/dimensions/1"],
  ["a dimension twice", { ...BASE, dimensions: ["day", "day"] }, "/dimensions/1"],
  ["a metadata key with SQL in it", { ...BASE, dimensions: ["metadata.a' or 1=1"] }, "/dimensions/0"],
  ["too many dimensions", { ...BASE, dimensions: ["a", "b", "c", "d", "e", "f"] }, "/dimensions"],
  ["an unknown metric", { ...BASE, metrics: ["profit"] }, "/metrics/0"],
  ["metrics of a list", { type: "orders", metrics: ["count"] }, "/metrics"],
  ["a day that the calendar lacks", { ...BASE, filters: { created_after: "2026-02-30" } }, "/filters/created_after"],
  ["a time on no day", { ...BASE, filters: { created_after: "2026-02-30T00:00:00Z" } }, "/filters/created_after"],
  ["a time without a zone", { ...BASE, filters: { created_before: "2026-02-03T04:05:06" } }, "/filters/created_before"],
  ["an amount that is none", { ...BASE, filters: { amount_min: "1e3" } }, "/filters/amount_min"],
  ["an unknown zone", { ...BASE, time_zone: "Mars/Olympus" }, "time_zone"],
])("error: %s", (_name, body, field) => {
  expect(() => settleReport(MERCHANT, body)).toThrow(Problem);
  try {
    settleReport(MERCHANT, body);
  } catch (error) {
    expect(error).toMatchObject({ code: "invalid_request", details: { field } });
  }
});
