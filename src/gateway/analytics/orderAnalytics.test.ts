// Cases, on every database: sums against the same sums in TypeScript over a simulated chain, in every grouping; the seed's
// shape; days, hours and weeks where clocks change; other merchants and other denominations are not seen; averages from the
// sums; defaults and the retention policy; refusals; anonymized answers, whose every number and difference is of a crowd.

import fc from "fast-check";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { ChainObject } from "../readModel/blockRows.ts";
import { Projector } from "../readModel/projector.ts";
import { enumName } from "../readModel/writeRows.ts";
import type { Database } from "../sql/database.ts";
import { testDatabases } from "../testing/databases.ts";
import { insertOrders, MERCHANT, type OrderRow } from "../testing/orderRows.ts";
import { SimulatedChain } from "../testing/simulatedChain.ts";
import { K } from "./anonymity.ts";
import { GROUPINGS } from "./dimensions.ts";
import { type AnalyticsRequest, orderAnalytics } from "./orderAnalytics.ts";

const NOW = Date.parse("2026-07-01T10:00:00Z");
const BLOCKS = 60;
const kinds = testDatabases();

describe.each(kinds)("analytics of orders in $name", (kind) => {
  let database: Database;
  beforeAll(async () => {
    database = await kind.open();
  });
  afterAll(() => kind.stop());

  const ask = (request: AnalyticsRequest) => orderAnalytics(database, MERCHANT, request, NOW);

  describe("of certain orders", () => {
    beforeEach(async () => {
      await database.query("truncate orders");
    });

    test("default: the seed's shape, count under both names", async () => {
      await insertOrders(database, [
        { total: "100000000", amount_paid: "100000000", created_at: "2026-06-25T01:00:00Z" },
        { total: "1840000", amount_paid: "1840000", created_at: "2026-06-25T23:59:59.999999Z" },
        { total: "5000000", amount_paid: "5000000", created_at: "2026-06-26T00:00:00Z" },
        { amount_paid: "7000000", merchant: "stateset1other", created_at: "2026-06-25T12:00:00Z" },
        { amount_paid: "7000000", denom: "uother", created_at: "2026-06-25T12:00:00Z" },
        { amount_paid: "9000000", created_at: "2026-05-31T23:59:59Z" },
      ]);
      const range = { startDate: "2026-06-01", endDate: "2026-06-30" };
      const metrics = ["count", "revenue", "avg_order_value"];
      const answer = await ask({ ...range, groupBy: "day", metrics });
      expect(answer).toEqual({
        data: [
          { date: "2026-06-25", order_count: 2, revenue: "101.84", avg_order_value: "50.92" },
          { date: "2026-06-26", order_count: 1, revenue: "5.00", avg_order_value: "5.00" },
        ],
        summary: { total_orders: 3, total_revenue: "106.84", avg_order_value: "35.61" },
        range: { start_date: "2026-06-01", end_date: "2026-06-30", time_zone: "UTC" },
      });
      const alias = await ask({ ...range, metrics: ["order_count", "revenue", "count", "avg_order_value"] });
      expect(alias).toEqual(answer);
    });

    test("behavior: amounts beyond what a double holds stay exact", async () => {
      await insertOrders(database, [{ amount_paid: "123456789012345678901234567" }, { amount_paid: "1" }]);
      const { summary } = await ask({ metrics: ["revenue"], startDate: "2026-06-01" });
      expect(summary).toEqual({ total_revenue: "123456789012345678901.234568" });
    });

    test("behavior: the time to fulfilment is of orders that came so far, refunds are summed", async () => {
      const paid = { created_at: "2026-06-02T00:00:00Z", paid_at: "2026-06-02T00:00:00Z" };
      await insertOrders(database, [
        { ...paid, fulfilled_at: "2026-06-02T01:00:00Z", amount_refunded: "250000" },
        { ...paid, fulfilled_at: "2026-06-02T02:00:01Z", amount_refunded: "250000" },
        { ...paid },
      ]);
      const metrics = ["fulfillment_time", "refunds"];
      const answer = await ask({ metrics, startDate: "2026-06-01", groupBy: "status" });
      // 5400.5 seconds: half to even.
      expect(answer.data).toEqual([{ status: "CREATED", fulfillment_time: 5400, refunds: "0.50" }]);
      expect(answer.summary).toEqual({ fulfillment_time: 5400, total_refunds: "0.50" });
    });

    test("behavior: nothing", async () => {
      const answer = await ask({ metrics: ["count", "revenue", "avg_order_value", "refunds", "fulfillment_time"] });
      expect(answer.data).toEqual([]);
      expect(answer.summary).toEqual({
        total_orders: 0,
        total_revenue: "0.00",
        avg_order_value: "0.00",
        total_refunds: "0.00",
        fulfillment_time: null,
      });
    });

    const datesOf = async (request: AnalyticsRequest) =>
      (await ask({ metrics: ["count"], ...request })).data.map(({ date, order_count }) => [date, order_count]);
    const berlin = { timeZone: "Europe/Berlin", startDate: "2026-03-01", endDate: "2026-12-31" };

    test("behavior: days begin at midnight of the time zone, also when one has 23 or 25 hours", async () => {
      await insertOrders(
        database,
        [
          // 29 March: 24:00 is 22:00 UTC, and the day before began at 23:00 UTC.
          "2026-03-28T22:59:59Z",
          "2026-03-28T23:00:00Z",
          "2026-03-29T21:59:59Z",
          "2026-03-29T22:00:00Z",
          // 25 October: from 22:00 UTC to 23:00 UTC of the next day.
          "2026-10-24T21:59:59Z",
          "2026-10-24T22:00:00Z",
          "2026-10-25T22:59:59Z",
          "2026-10-25T23:00:00Z",
        ].map((created_at) => ({ created_at })),
      );
      expect(await datesOf(berlin)).toEqual([
        ["2026-03-28", 1],
        ["2026-03-29", 2],
        ["2026-03-30", 1],
        ["2026-10-24", 1],
        ["2026-10-25", 2],
        ["2026-10-26", 1],
      ]);
      expect(await datesOf({ ...berlin, startDate: "2026-10-25", endDate: "2026-10-25" })).toEqual([["2026-10-25", 2]]);
      expect(await datesOf({ ...berlin, groupBy: "week" })).toEqual([
        ["2026-03-23", 3],
        ["2026-03-30", 1],
        ["2026-10-19", 3],
        ["2026-10-26", 1],
      ]);
      expect(await datesOf({ ...berlin, groupBy: "month" })).toEqual([
        ["2026-03-01", 4],
        ["2026-10-01", 4],
      ]);
    });

    test("behavior: the hour that comes twice is two hours; hours of a zone half an hour off", async () => {
      await insertOrders(database, [
        { created_at: "2026-10-25T00:30:00Z" },
        { created_at: "2026-10-25T01:30:00Z" },
        { created_at: "2026-10-25T01:59:59.999999Z" },
      ]);
      const day = { startDate: "2026-10-25", endDate: "2026-10-25", groupBy: "hour" };
      expect(await datesOf({ ...day, timeZone: "Europe/Berlin" })).toEqual([
        ["2026-10-25T00:00:00Z", 1],
        ["2026-10-25T01:00:00Z", 2],
      ]);
      expect(await datesOf({ ...day, timeZone: "Asia/Kolkata" })).toEqual([
        ["2026-10-25T00:30:00Z", 1],
        ["2026-10-25T01:30:00Z", 2],
      ]);
    });

    test("behavior: midnight that does not exist, and midnight that comes twice", async () => {
      // Santiago: 6 September 2026 begins at 01:00; 5 April 2026 has 23:00 twice on the day before.
      await insertOrders(database, [
        { created_at: "2026-09-06T03:59:59Z" },
        { created_at: "2026-09-06T04:00:00Z" },
        { created_at: "2026-04-05T02:30:00Z" },
        { created_at: "2026-04-05T03:30:00Z" },
        { created_at: "2026-04-05T04:00:00Z" },
      ]);
      const year = { startDate: "2026-01-01", endDate: "2026-12-31", timeZone: "America/Santiago" };
      expect(await datesOf(year)).toEqual([
        ["2026-04-04", 2],
        ["2026-04-05", 1],
        ["2026-09-05", 1],
        ["2026-09-06", 1],
      ]);
    });

    test("behavior: the chain a payment came from; null for none", async () => {
      await insertOrders(database, [{ source_domain: 6 }, { source_domain: 0 }, { source_domain: 6 }, {}]);
      const { data } = await ask({ groupBy: "source_chain", metrics: ["count"], startDate: "2026-06-01" });
      expect(data).toEqual([
        { source_chain: null, order_count: 1 },
        { source_chain: 0, order_count: 1 },
        { source_chain: 6, order_count: 2 },
      ]);
    });

    test("default: without dates the last thirty days, with a retention policy all that it keeps", async () => {
      expect((await ask({})).range).toEqual({ start_date: "2026-06-02", end_date: "2026-07-01", time_zone: "UTC" });
      const zone = { timeZone: "Pacific/Kiritimati" };
      expect((await ask(zone)).range).toMatchObject({ start_date: "2026-06-03", end_date: "2026-07-02" });
      const policy = { retentionPolicy: "7_years" };
      expect((await ask(policy)).range).toMatchObject({ start_date: "2019-07-01", end_date: "2026-07-01" });
      const old = { ...policy, startDate: "2018-01-01", endDate: "2020-01-01" };
      expect((await ask(old)).range).toMatchObject({ start_date: "2019-07-01", end_date: "2020-01-01" });
    });

    test.each<[string, AnalyticsRequest, string]>([
      ["a day that the calendar lacks", { startDate: "2026-02-30" }, "start_date"],
      ["a time of day", { endDate: "2026-02-03T00:00:00Z" }, "end_date"],
      ["an end before the start", { startDate: "2026-02-03", endDate: "2026-02-02" }, "end_date"],
      ["too many days", { startDate: "2010-01-01", endDate: "2026-01-01" }, "start_date"],
      ["too many hours", { startDate: "2024-01-01", endDate: "2026-01-01", groupBy: "hour" }, "start_date"],
      ["an unknown zone", { timeZone: "Europe/Atlantis" }, "time_zone"],
      ["an offset", { timeZone: "+02:00" }, "time_zone"],
      ["SQL as a zone", { timeZone: "UTC'; drop table orders; --" }, "time_zone"],
      ["an unknown grouping", { groupBy: "planet" }, "group_by"],
      ["a grouping that objects have", { groupBy: "constructor" }, "group_by"],
      ["an unknown metric", { metrics: ["count", "toString"] }, "/metrics/1"],
      ["an unknown policy", { retentionPolicy: "for_ever" }, "retention_policy"],
      [
        "what the policy does not keep",
        { retentionPolicy: "1_years", startDate: "2019-01-01", endDate: "2020-01-01" },
        "end_date",
      ],
    ])("error: %s", async (_name, request, field) => {
      await expect(ask(request)).rejects.toMatchObject({ code: "invalid_request", details: { field } });
    });

    const METRICS = ["count", "revenue", "refunds", "fulfillment_time"];
    const anonymized = { anonymized: true, groupBy: "day", metrics: METRICS, startDate: "2026-06-01" };
    const orders = (day: string, customers: readonly string[], more: OrderRow = {}) =>
      customers.map((customer_id) => ({
        customer_id,
        amount_paid: "1000000",
        created_at: `2026-06-${day}T12:00:00Z`,
        ...more,
      }));
    const people = (count: number, from = 0) => Array.from({ length: count }, (_, index) => `cust_${from + index}`);

    test("default: groups of five customers or more are told", async () => {
      await insertOrders(database, [...orders("10", people(5)), ...orders("11", people(6))]);
      const answer = await ask(anonymized);
      expect(answer.data.map(({ order_count }) => order_count)).toEqual([5, 6]);
      expect(answer.anonymity).toEqual({ k: K, suppressed_groups: 0 });
    });

    test("behavior: five orders of one customer are one customer", async () => {
      await insertOrders(database, orders("10", ["a", "a", "a", "a", "a"]));
      const answer = await ask(anonymized);
      expect(answer.data).toEqual([]);
      expect(answer.summary).toEqual({
        total_orders: null,
        total_revenue: null,
        total_refunds: null,
        fulfillment_time: null,
      });
      expect(answer.anonymity).toEqual({ k: K, suppressed_groups: 1 });
    });

    test("behavior: a lone small group takes the smallest large one with it", async () => {
      await insertOrders(database, [
        ...orders("10", people(2)),
        ...orders("11", people(7)),
        ...orders("12", people(6)),
        ...orders("13", people(9)),
      ]);
      const answer = await ask(anonymized);
      expect(answer.data.map(({ date }) => date)).toEqual(["2026-06-11", "2026-06-13"]);
      expect(answer.summary).toMatchObject({ total_orders: 24 });
      expect(answer.anonymity).toEqual({ k: K, suppressed_groups: 2 });
    });

    test("behavior: small groups that are a crowd together hide no other", async () => {
      await insertOrders(database, [
        ...orders("10", people(3)),
        ...orders("11", people(3, 100)),
        ...orders("12", people(6)),
      ]);
      const answer = await ask(anonymized);
      expect(answer.data.map(({ date }) => date)).toEqual(["2026-06-12"]);
      expect(answer.anonymity).toEqual({ k: K, suppressed_groups: 2 });
    });

    test("behavior: a refund of one customer in a crowd is not told, and cannot be had by subtraction", async () => {
      await insertOrders(database, [
        ...orders("10", people(6)),
        ...orders("10", ["cust_0"], { amount_refunded: "300000" }),
        ...orders("11", people(6), { amount_refunded: "100000" }),
        ...orders("12", people(9), { amount_refunded: "100000" }),
      ]);
      const answer = await ask(anonymized);
      expect(answer.data.map(({ date }) => date)).toEqual(["2026-06-12"]);
      expect(answer.summary).toMatchObject({ total_refunds: "1.80" });
      const only = await ask({ ...anonymized, endDate: "2026-06-10" });
      expect(only).toMatchObject({ data: [], summary: { total_orders: 7, total_refunds: null } });
    });

    test("behavior: whatever the orders, each number and each difference to the summary is of a crowd", async () => {
      const order = fc.record({
        day: fc.constantFrom("10", "11", "12", "13", "14"),
        customer: fc.integer({ min: 0, max: 11 }),
        refunded: fc.boolean(),
      });
      await fc.assert(
        fc.asyncProperty(fc.array(order, { maxLength: 40 }), async (given) => {
          await database.query("truncate orders");
          await insertOrders(
            database,
            given.flatMap(({ day, customer, refunded }) =>
              orders(day, [`c${customer}`], { amount_refunded: refunded ? "100000" : "0" }),
            ),
          );
          const { data, summary, anonymity } = await ask({ ...anonymized, metrics: ["count", "refunds"] });
          const told = new Set(data.map(({ date }) => String(date).slice(-2)));
          const crowd = (chosen: readonly { readonly customer: number }[]) => {
            const count = new Set(chosen.map(({ customer }) => customer)).size;
            return count === 0 || count >= K;
          };
          const refunds = given.filter(({ refunded }) => refunded);
          for (const [parts, field] of [
            [given, "total_orders"],
            [refunds, "total_refunds"],
          ] as const) {
            for (const day of told) expect(crowd(parts.filter((one) => one.day === day))).toBe(true);
            if (summary[field] === null) continue;
            expect(crowd(parts)).toBe(true);
            expect(crowd(parts.filter(({ day }) => !told.has(day)))).toBe(true);
          }
          expect(anonymity?.suppressed_groups).toBe(new Set(given.map(({ day }) => day)).size - told.size);
        }),
        { numRuns: 60 },
      );
    });
  });

  describe("of a simulated chain", () => {
    let all: readonly ChainObject[];
    let merchant: string;

    beforeAll(async () => {
      database = await kind.open();
      const chain = new SimulatedChain(33);
      chain.grow(BLOCKS);
      const projector = new Projector({ database, source: chain, onOtherChain: "stop" });
      await projector.start((error) => {
        throw error;
      });
      await projector.reached(BLOCKS, 30_000);
      await projector.stop();
      const documents = await database.query<{ document: ChainObject }>("select document from orders");
      all = documents.map(({ document }) => document);
      merchant = String(all[0]?.["merchant"]);
    });

    test.each(GROUPINGS)("default: grouped by %s, groups add up to the orders that there are", async (groupBy) => {
      const times = all.map((order) => String(order["created_at"]).slice(0, 10)).sort();
      const range = { startDate: String(times[0]), endDate: String(times.at(-1)) };
      const metrics = ["count", "revenue", "refunds"];
      const days = groupBy === "hour" ? { startDate: range.endDate, endDate: range.endDate } : range;
      const answer = await orderAnalytics(database, merchant, { ...days, groupBy, metrics }, NOW);
      const mine = all.filter(
        (order) =>
          order["merchant"] === merchant &&
          String(order["created_at"]).slice(0, 10) >= days.startDate &&
          String(order["created_at"]).slice(0, 10) <= days.endDate,
      );
      const micros = (text: unknown) =>
        BigInt(
          String(text)
            .replace(".", "")
            .padEnd(String(text).indexOf(".") + 6, "0"),
        );
      const sum = (field: string) => mine.reduce((total, order) => total + BigInt(String(order[field])), 0n);
      expect(mine.length).toBeGreaterThan(0);
      expect(answer.summary["total_orders"]).toBe(mine.length);
      expect(micros(answer.summary["total_revenue"])).toBe(sum("amount_paid"));
      expect(micros(answer.summary["total_refunds"])).toBe(sum("amount_refunded"));
      expect(answer.data.reduce((total, { order_count }) => total + Number(order_count), 0)).toBe(mine.length);
      expect(answer.data.reduce((total, { revenue }) => total + micros(revenue), 0n)).toBe(sum("amount_paid"));
      if (groupBy !== "status") return;
      for (const { status, order_count } of answer.data) {
        expect(mine.filter((order) => enumName(order["status"], "ORDER_STATUS_") === status)).toHaveLength(
          Number(order_count),
        );
      }
    });
  });
});
