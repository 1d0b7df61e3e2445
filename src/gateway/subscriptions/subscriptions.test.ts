// Cases, on every database, over desks in memory: the published example has twelve charges; months that are shorter; periods
// before today; catching up after a standstill, once each; two runners at once; cut off between order and payment; pauses;
// cancelled while it is charged; refusals by the dunning schedule, to the end, and mended in between; the chain away; an order
// paid by somebody else; a revoked key; deleted data. Over HTTP: made, shown, listed, refused.

import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { encodeAddress } from "../../codec/address.ts";
import { Problem, type ProblemCode } from "../http/problem.ts";
import type { NewOrder } from "../orders/bodies.ts";
import type { Database } from "../sql/database.ts";
import { testDatabases } from "../testing/databases.ts";
import { testGateway, testKey } from "../testing/testGateway.ts";
import { testMasterKeys } from "../vault/testing/masterKeys.ts";
import { Vault } from "../vault/vault.ts";
import { DUNNING_MS, subscriptionCharges } from "./charges.ts";
import type { OrderDesk } from "./orderDesk.ts";
import { subscriptionRoutes } from "./routes.ts";
import { periodAt, periodFrom, periodStart, type Schedule } from "./schedule.ts";
import { Subscriptions } from "./subscriptions.ts";

const KEY = testKey("stateset1merchant");
const WALLET = encodeAddress(new Uint8Array(20).fill(7));
const DAY_MS = 86_400_000;
const kinds = testDatabases();

const schedule = (given: Partial<Schedule> = {}): Schedule => ({
  interval: "monthly",
  every: 1,
  start: new Date("2024-07-01T00:00:00Z"),
  end: new Date("2025-07-01T00:00:00Z"),
  ...given,
});

describe("schedules", () => {
  const starts = (given: Partial<Schedule>, count: number) =>
    Array.from({ length: count }, (_, period) => periodStart(schedule(given), period).toISOString().slice(0, 10));

  test("default: the published example has twelve periods", () => {
    expect(periodAt(schedule(), 11)?.toISOString()).toBe("2025-06-01T00:00:00.000Z");
    expect(periodAt(schedule(), 12)).toBeUndefined();
  });

  test("behavior: the end of a month stays the end, and comes back", () => {
    expect(starts({ start: new Date("2024-01-31T00:00:00Z") }, 5)).toEqual([
      "2024-01-31",
      "2024-02-29",
      "2024-03-31",
      "2024-04-30",
      "2024-05-31",
    ]);
    expect(starts({ interval: "yearly", start: new Date("2024-02-29T00:00:00Z") }, 5).slice(-2)).toEqual([
      "2027-02-28",
      "2028-02-29",
    ]);
    expect(starts({ interval: "weekly", every: 2 }, 3)).toEqual(["2024-07-01", "2024-07-15", "2024-07-29"]);
    expect(periodStart(schedule({ start: new Date("2024-01-31T23:59:59.999Z") }), 1).toISOString()).toBe(
      "2024-02-29T23:59:59.999Z",
    );
  });

  test("behavior: the first period from a time on", () => {
    const from = (text: string) => periodFrom(schedule(), new Date(text));
    expect([from("2020-01-01"), from("2024-07-01"), from("2024-07-01T00:00:00.001Z"), from("2025-01-15")]).toEqual([
      0, 0, 1, 7,
    ]);
  });
});

/** A chain in memory, as far as the desk knows it. */
class Desk implements OrderDesk {
  readonly orders = new Map<string, { body: NewOrder; status: string; payments: number }>();
  readonly keys: string[] = [];
  /** What the next calls are refused with. */
  refusals: { readonly create?: ProblemCode; readonly pay?: ProblemCode }[] = [];
  onPay: () => Promise<void> = async () => undefined;

  async create(_key: unknown, body: NewOrder, idempotencyKey: string) {
    const { create } = this.refusals[0] ?? {};
    if (create !== undefined) throw new Problem(this.#refuse(create), "refused");
    const id = `ord_${this.orders.size + 1}`;
    this.orders.set(id, { body, status: "CREATED", payments: 0 });
    this.keys.push(idempotencyKey);
    return id;
  }

  async state(orderId: string) {
    const order = this.orders.get(orderId);
    return order === undefined ? undefined : { status: order.status, due: order.status === "CREATED" ? 1n : 0n };
  }

  async pay(_key: unknown, orderId: string) {
    const { pay } = this.refusals[0] ?? {};
    if (pay !== undefined) throw new Problem(this.#refuse(pay), "refused");
    const order = this.orders.get(orderId);
    if (order?.status !== "CREATED") throw new Problem("chain_refused", "paid already");
    order.status = "PAID";
    order.payments += 1;
    await this.onPay();
  }

  #refuse(code: ProblemCode): ProblemCode {
    this.refusals.shift();
    return code;
  }

  get payments(): readonly number[] {
    return [...this.orders.values()].map(({ payments }) => payments);
  }
}

describe.each(kinds)("subscriptions in $name", (kind) => {
  let database: Database;
  let subscriptions: Subscriptions;
  let vault: Vault;
  let desk: Desk;
  let now: Date;
  let keys: readonly (typeof KEY)[];
  let errors: unknown[];

  beforeEach(async () => {
    database = await kind.open();
    now = new Date("2024-07-01T10:00:00Z");
    vault = new Vault({ database, masterKeys: testMasterKeys("test"), now: () => now });
    subscriptions = new Subscriptions({ database, vault, now: () => now });
    desk = new Desk();
    keys = [KEY];
    errors = [];
  });
  afterAll(() => kind.stop());

  const runner = () =>
    subscriptionCharges({
      database,
      vault,
      desk,
      findKey: async (id) => keys.find((key) => key.id === id),
      now: () => now,
      onError: (error) => errors.push(error),
    });
  const create = (given: Partial<Schedule> = {}) =>
    subscriptions.create(KEY, {
      customerId: "cust_123",
      wallet: WALLET,
      schedule: schedule(given),
      order: { items: [{ sku: "COFFEE-MONTHLY", quantity: 1 }], metadata: { channel: "web" } },
    });
  const find = (id: string) => subscriptions.require(KEY.merchant, id);
  const pass = (ms: number) => {
    now = new Date(now.getTime() + ms);
  };
  const at = async (text: string) => {
    now = new Date(text);
    await runner().tick();
  };

  test("default: the published example is charged twelve times, at the beginning of each month", async () => {
    const { id, status } = await create();
    expect(status).toBe("ACTIVE");
    for (let day = 0; day < 400; day += 1) {
      await runner().tick();
      pass(DAY_MS);
    }
    expect(desk.payments).toEqual(Array.from({ length: 12 }, () => 1));
    expect(desk.keys).toEqual(Array.from({ length: 12 }, (_, period) => `${id}/${period}`));
    expect(await find(id)).toMatchObject({ status: "COMPLETED", last_problem: null });
    const charges = await subscriptions.charges(id, 100);
    expect(charges.map(({ due_at }) => due_at.slice(0, 10)).reverse()).toEqual([
      ...["07", "08", "09", "10", "11", "12"].map((month) => `2024-${month}-01`),
      ...["01", "02", "03", "04", "05", "06"].map((month) => `2025-${month}-01`),
    ]);
    expect(desk.orders.get("ord_2")?.body).toMatchObject({
      customer_id: "cust_123",
      items: [{ sku: "COFFEE-MONTHLY", quantity: 1 }],
      metadata: { channel: "web", subscription: id, subscription_period: "2" },
    });
    expect(errors).toEqual([]);
  });

  test("behavior: nothing is charged before its time", async () => {
    now = new Date("2024-06-30T23:59:59Z");
    await create();
    await runner().tick();
    expect(desk.orders.size).toBe(0);
    await at("2024-07-01T00:00:00Z");
    expect(desk.payments).toEqual([1]);
  });

  test("behavior: periods before today are not charged, nor is a subscription that is over", async () => {
    now = new Date("2024-10-05T10:00:00Z");
    const { id, next_period } = await create();
    expect(next_period).toBe(4);
    await runner().tick();
    expect(desk.orders.size).toBe(0);
    await at("2024-11-01T00:00:00Z");
    expect(desk.payments).toEqual([1]);
    now = new Date("2026-01-01T00:00:00Z");
    expect((await create()).status).toBe("COMPLETED");
    expect((await subscriptions.act(KEY.merchant, id, "pause")).status).toBe("PAUSED");
  });

  test("behavior: after a standstill every period is charged once", async () => {
    const { id } = await create();
    await at("2024-12-15T00:00:00Z");
    expect(desk.payments).toEqual([1, 1, 1, 1, 1, 1]);
    await runner().tick();
    expect(desk.orders.size).toBe(6);
    expect(await find(id)).toMatchObject({ status: "ACTIVE", next_period: 6 });
  });

  test("behavior: runners at once charge once", async () => {
    for (let count = 0; count < 5; count += 1) await create();
    now = new Date("2024-09-15T00:00:00Z");
    await Promise.all([runner().tick(), runner().tick(), runner().tick()]);
    await runner().tick();
    expect(desk.payments).toEqual(Array.from({ length: 15 }, () => 1));
  });

  test("behavior: cut off between order, payment and note, it goes on where it was", async () => {
    const { id } = await create();
    desk.onPay = async () => {
      desk.onPay = async () => undefined;
      throw new Error("the process ends here");
    };
    await runner().tick();
    expect(errors).toHaveLength(1);
    expect(await find(id)).toMatchObject({ status: "ACTIVE", next_period: 0 });
    pass(61_000);
    await runner().tick();
    expect(desk.payments).toEqual([1]);
    expect(await find(id)).toMatchObject({ status: "ACTIVE", next_period: 1, last_problem: null });
  });

  test("behavior: what a gateway that died had taken is free when its lease ends", async () => {
    const { id } = await create();
    await database.query(
      "update subscriptions set lease_until = $2::timestamptz, lease_token = 'lease_dead' where id = $1",
      [id, new Date(now.getTime() + 60_000).toISOString()],
    );
    await runner().tick();
    expect(desk.orders.size).toBe(0);
    pass(60_000);
    await runner().tick();
    expect(desk.payments).toEqual([1]);
  });

  test("behavior: a pause skips what begins in it, and keeps what was due before", async () => {
    const { id } = await create();
    const act = (action: "pause" | "resume" | "cancel") => subscriptions.act(KEY.merchant, id, action);
    // Paused and resumed before the first charge was made.
    await act("pause");
    await act("resume");
    await runner().tick();
    expect(desk.payments).toEqual([1]);
    await at("2024-07-20T00:00:00Z");
    expect((await act("pause")).status).toBe("PAUSED");
    expect((await act("pause")).status).toBe("PAUSED");
    await at("2024-10-10T00:00:00Z");
    expect(desk.orders.size).toBe(1);
    expect(await act("resume")).toMatchObject({ status: "ACTIVE", next_period: 4 });
    await runner().tick();
    expect(desk.orders.size).toBe(1);
    await at("2024-11-01T00:00:00Z");
    expect(desk.orders.size).toBe(2);
    expect((await act("cancel")).status).toBe("CANCELLED");
    await at("2025-03-01T00:00:00Z");
    expect(desk.orders.size).toBe(2);
    const refused = await act("resume").catch((error: unknown) => error);
    expect(refused).toMatchObject({ code: "conflict" });
    expect((await act("cancel")).status).toBe("CANCELLED");
  });

  test("behavior: cancelled while it is charged stays cancelled", async () => {
    const { id } = await create();
    desk.onPay = async () => void (await subscriptions.act(KEY.merchant, id, "cancel"));
    await at("2024-09-15T00:00:00Z");
    expect(desk.payments).toEqual([1]);
    expect(await find(id)).toMatchObject({ status: "CANCELLED" });
  });

  test("behavior: a refusal is tried again by the schedule, and mended by success", async () => {
    const { id } = await create();
    desk.refusals = [{ pay: "grant_required" }, { pay: "chain_refused" }];
    await runner().tick();
    expect(await find(id)).toMatchObject({ status: "PAST_DUE", last_problem: "grant_required", next_period: 0 });
    const [told] = await database.query("select type, order_id, merchant, document from gateway_events");
    const next_attempt_at = new Date(now.getTime() + DUNNING_MS[0]).toISOString();
    const subscription = { id, status: "PAST_DUE", period: 1, attempts: 1, problem: "grant_required", next_attempt_at };
    expect(told).toMatchObject({ type: "GatewayChargeFailed", merchant: KEY.merchant, document: { subscription } });
    pass(DUNNING_MS[0] - 1);
    await runner().tick();
    expect(desk.refusals).toHaveLength(1);
    pass(1);
    await runner().tick();
    expect(await find(id)).toMatchObject({ status: "PAST_DUE", last_problem: "chain_refused" });
    pass(DUNNING_MS[1]);
    await runner().tick();
    expect(await find(id)).toMatchObject({ status: "ACTIVE", last_problem: null, next_period: 1 });
    expect(desk.payments).toEqual([1]);
    expect(await subscriptions.charges(id, 10)).toMatchObject([{ status: "PAID", attempts: 2, order_id: "ord_1" }]);
  });

  test("behavior: refused to the end it is unpaid, and resumed with the next period", async () => {
    const { id } = await create();
    desk.refusals = Array.from({ length: 5 }, () => ({ create: "price_required" as const }));
    for (const wait of [0, ...DUNNING_MS]) {
      pass(wait);
      await runner().tick();
    }
    expect(await find(id)).toMatchObject({ status: "UNPAID", last_problem: "price_required" });
    await at("2024-09-15T00:00:00Z");
    expect(desk.orders.size).toBe(0);
    expect(await subscriptions.act(KEY.merchant, id, "resume")).toMatchObject({ status: "ACTIVE", next_period: 3 });
    await at("2024-10-01T00:00:00Z");
    expect(desk.payments).toEqual([1]);
  });

  test("behavior: a chain that is away is nobody's failure", async () => {
    const { id } = await create();
    desk.refusals = Array.from({ length: 9 }, () => ({ pay: "chain_unavailable" as const }));
    for (let count = 0; count < 9; count += 1) {
      await runner().tick();
      pass(60_000);
    }
    expect(await find(id)).toMatchObject({ status: "ACTIVE", last_problem: "chain_unavailable" });
    await runner().tick();
    expect(desk.payments).toEqual([1]);
  });

  test("behavior: an order that somebody paid is paid", async () => {
    const { id } = await create();
    desk.refusals = [{ pay: "grant_required" }];
    await runner().tick();
    const order = desk.orders.get("ord_1");
    if (order !== undefined) order.status = "FULFILLED";
    pass(DAY_MS);
    await runner().tick();
    expect(await find(id)).toMatchObject({ status: "ACTIVE", next_period: 1 });
    expect(desk.payments).toEqual([0]);
  });

  test("behavior: a revoked key charges nothing", async () => {
    const { id } = await create();
    keys = [];
    await runner().tick();
    expect(await find(id)).toMatchObject({ status: "PAST_DUE", last_problem: "unauthorized" });
    expect(desk.orders.size).toBe(0);
  });

  test("behavior: deleted data ends a subscription", async () => {
    const { id } = await create();
    await database.transaction((sql) => vault.destroy(sql, { merchant: KEY.merchant, customerId: "cust_123" }));
    await runner().tick();
    expect(await find(id)).toMatchObject({ status: "CANCELLED", last_problem: "customer_deleted" });
    expect(desk.orders.size).toBe(0);
  });

  test("default: over HTTP", async () => {
    const gateway = await testGateway({
      database,
      routes: [subscriptionRoutes],
      keys: { other: testKey("stateset1x") },
    });
    try {
      const body = {
        customer_id: "cust_123",
        items: [{ sku: "COFFEE-MONTHLY", quantity: 1 }],
        schedule: { interval: "monthly", start_date: "2999-07-01", end_date: "3000-07-01" },
        payment_method: { type: "usdc", wallet_address: WALLET },
      };
      const post = async (url: string, payload: object = {}) => {
        const answer = await gateway.inject({ method: "POST", url, payload });
        return { status: answer.statusCode, json: answer.json() };
      };
      const made = await post("/v1/subscriptions", body);
      expect(made).toMatchObject({
        status: 201,
        json: {
          status: "ACTIVE",
          items: body.items,
          payment_method: body.payment_method,
          grantee: gateway.key.signer,
          periods_paid: 0,
          next_charge_at: "2999-07-01T00:00:00.000Z",
        },
      });
      const { id } = made.json;
      expect((await post(`/v1/subscriptions/${id}/pause`)).json).toMatchObject({
        status: "PAUSED",
        next_charge_at: null,
      });
      expect((await post(`/v1/subscriptions/${id}/resume`)).json).toMatchObject({ status: "ACTIVE" });
      await post("/v1/subscriptions", { ...body, customer_id: "cust_456" });
      const list = async (query: string) => (await gateway.inject({ url: `/v1/subscriptions?${query}` })).json();
      const first = await list("limit=1");
      expect(first).toMatchObject({ has_more: true, subscriptions: [{ customer_id: "cust_456" }] });
      expect(await list(`limit=1&cursor=${first.next_cursor}`)).toMatchObject({
        has_more: false,
        subscriptions: [{ id }],
      });
      expect((await list("customer_id=cust_123")).subscriptions).toHaveLength(1);
      expect((await list("status=PAUSED")).subscriptions).toEqual([]);
      expect((await gateway.inject({ url: `/v1/subscriptions/${id}/charges` })).json()).toEqual({ charges: [] });
      expect((await post(`/v1/subscriptions/${id}/cancel`)).json).toMatchObject({ status: "CANCELLED" });
      expect((await post(`/v1/subscriptions/${id}/resume`)).json).toMatchObject({ code: "conflict", status: 409 });
      const others = { authorization: "Bearer other" };
      expect((await gateway.inject({ url: `/v1/subscriptions/${id}`, headers: others })).statusCode).toBe(404);
      const wrong: readonly (readonly [object, string])[] = [
        [{ customer_id: undefined }, "/customer_id"],
        [{ schedule: { ...body.schedule, start_date: "2999-02-30" } }, "/schedule/start_date"],
        [{ schedule: { ...body.schedule, end_date: "2999-07-01" } }, "/schedule/end_date"],
        [{ schedule: { ...body.schedule, interval: "hourly" } }, "/schedule/interval"],
        [{ payment_method: { type: "card" } }, "/payment_method/type"],
        [{ payment_method: {} }, "/payment_method/wallet_address"],
        [{ customer_id: "a@example.com" }, "/customer_id"],
        [{ metadata: Object.fromEntries(Array.from({ length: 15 }, (_, index) => [`k${index}`, "v"])) }, "/metadata"],
      ];
      for (const [given, field] of wrong) {
        const { status, json } = await post("/v1/subscriptions", { ...body, ...given });
        expect([status, json.field]).toEqual([field.endsWith("wallet_address") ? 422 : 400, field]);
      }
    } finally {
      await gateway.close();
    }
  });
});
