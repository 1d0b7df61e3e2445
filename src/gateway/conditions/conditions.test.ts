// Cases: modules by facts; over a real chain: held until the stock is there, and released by itself; by request, with 409
// before; by price; an order that was cancelled; one that is held for another reason, too; unknown addresses, methods and
// parameters; another merchant's.

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Database } from "../sql/database.ts";
import { migrate } from "../sql/migrate.ts";
import { openPglite } from "../sql/pgliteDatabase.ts";
import { type ChainGateway, startChainGateway } from "../testing/chainGateway.ts";
import { conditionalReleases } from "./conditionalOrders.ts";
import { CONDITION_MODULES, type Condition, checkCondition, type Facts, isMet } from "./modules.ts";

const addressOf = (name: string) => CONDITION_MODULES.find((module) => module.name === name)?.address ?? "";
const condition = (
  name: string,
  method: string,
  params: Condition["params"],
  expected: Condition["expected_result"] = true,
) => ({
  contract_address: addressOf(name),
  method,
  params,
  expected_result: expected,
});

describe("modules", () => {
  const facts: Facts = {
    now: new Date("2026-03-01T10:00:00Z"),
    inventory: async (sku) => (sku === "A" ? 5n : 0n),
    price: async (sku) => (sku === "A" ? 9_990_000n : undefined),
  };

  test.each<readonly [Condition, boolean]>([
    [condition("inventory", "checkInventory", ["A"]), true],
    [condition("inventory", "checkInventory", ["A", 5]), true],
    [condition("inventory", "checkInventory", ["A", 6]), false],
    [condition("inventory", "checkInventory", ["B"], false), true],
    [condition("inventory", "getInventory", ["A"], 5), true],
    [condition("price", "checkPrice", ["A", "9.99"]), true],
    [condition("price", "checkPrice", ["A", "9.989999"]), false],
    [condition("price", "checkPrice", ["B", "100"]), false],
    [condition("price", "getPrice", ["A"], "9.99"), true],
    [condition("time", "isAfter", ["2026-03-01T09:59:59Z"]), true],
    [condition("time", "isAfter", ["2026-03-01T10:00:00Z"]), false],
    [condition("time", "isBefore", ["2026-03-01T10:00:01Z"]), true],
    // A text is no boolean.
    [condition("inventory", "checkInventory", ["A"], "true"), false],
  ])("default: %j is %j", async (given, expected) => {
    checkCondition(given, "");
    expect(await isMet(given, facts)).toBe(expected);
  });
});

describe("conditional orders", () => {
  let database: Database;
  let gateway: ChainGateway;
  const errors: unknown[] = [];
  beforeAll(async () => {
    database = await openPglite();
    await migrate(database);
    gateway = await startChainGateway(database);
  }, 60_000);
  afterAll(async () => {
    await gateway.close();
    await database.close();
  });

  const call = async (method: "POST" | "PUT" | "GET", url: string, payload?: object, key = "test") => {
    const headers = { authorization: `Bearer ${key}` };
    const answer = await gateway.inject({ method, url, headers, ...(payload === undefined ? {} : { payload }) });
    return { status: answer.statusCode, json: answer.json() };
  };
  const create = (given: object) =>
    call("POST", "/v1/orders/conditional", {
      customer_id: "cust_123",
      items: [{ sku: "PRESALE-ITEM", quantity: 1, unit_price: "10.00" }],
      conditions: condition("inventory", "checkInventory", ["PRESALE-ITEM"]),
      ...given,
    });
  const status = async (id: string) => (await call("GET", `/v1/orders/${id}`)).json.status;
  const stock = (quantity: number) => call("PUT", "/v1/inventory/PRESALE-ITEM", { quantity });
  /** What the schedule does some seconds later. */
  const tick = (seconds = 10) =>
    conditionalReleases(gateway.parts, {
      findKey: async () => gateway.key,
      now: () => new Date(Date.now() + seconds * 1000),
      onError: (error) => errors.push(error),
    }).tick();
  const settled = () => gateway.parts.projector.reached(gateway.parts.projector.height + 2, 10_000);

  test("default: held until the stock is there, then released by itself", async () => {
    expect((await call("GET", "/v1/inventory/PRESALE-ITEM")).status).toBe(404);
    const made = await create({ auto_execute: true });
    expect(made).toMatchObject({ status: 201, json: { status: "HELD" } });
    const { id } = made.json;
    expect((await call("POST", `/v1/orders/${id}/pay`, {})).json.code).toBe("conflict");
    await tick();
    expect((await call("GET", `/v1/orders/${id}/conditions`)).json).toMatchObject({
      status: "WAITING",
      auto_execute: true,
      conditions: [{ method: "checkInventory", is_met: false }],
    });
    expect((await stock(3)).json).toMatchObject({ sku: "PRESALE-ITEM", quantity: 3 });
    await tick(20);
    await settled();
    expect(await status(id)).toBe("CREATED");
    expect((await call("GET", `/v1/orders/${id}/conditions`)).json).toMatchObject({
      status: "RELEASED",
      conditions: [{ is_met: true }],
    });
    expect((await call("POST", `/v1/orders/${id}/pay`, {})).json).toMatchObject({ status: "PAID" });
    expect(errors).toEqual([]);
  });

  test("behavior: by request, when all conditions are met", async () => {
    await stock(0);
    const conditions = [
      condition("time", "isAfter", ["2020-01-01T00:00:00Z"]),
      condition("inventory", "checkInventory", ["PRESALE-ITEM", 2]),
    ];
    const { id } = (await create({ conditions })).json;
    expect((await call("POST", `/v1/orders/${id}/execute`)).json).toMatchObject({
      code: "conflict",
      field: "/conditions/1",
      met: false,
    });
    await stock(2);
    await tick();
    expect(await status(id)).toBe("HELD");
    expect((await call("POST", `/v1/orders/${id}/execute`)).json).toMatchObject({ id, status: "CREATED" });
    expect((await call("POST", `/v1/orders/${id}/execute`)).json).toMatchObject({ code: "conflict" });
  });

  test("behavior: an order that was cancelled does not wait any more", async () => {
    await stock(0);
    const { id } = (await create({ auto_execute: true })).json;
    await call("POST", `/v1/orders/${id}/cancel`, {});
    await stock(1);
    await tick();
    expect((await call("GET", `/v1/orders/${id}/conditions`)).json).toMatchObject({ status: "ENDED" });
    expect(await status(id)).toBe("CANCELLED");
    expect(errors).toEqual([]);
  });

  test("behavior: conditions do not end another hold", async () => {
    await stock(1);
    const given = { shipping_address: { country: "KP" }, compliance: { export_control: true }, auto_execute: true };
    const { id } = (await create(given)).json;
    await tick();
    await settled();
    expect(await status(id)).toBe("HELD");
    expect((await call("POST", `/v1/orders/${id}/execute`)).json).toMatchObject({ code: "conflict" });
  });

  test.each<readonly [string, object, number, string]>([
    ["an unknown contract", { contract_address: "stateset1contract" }, 422, "/conditions/contract_address"],
    ["an unknown method", { method: "toString" }, 422, "/conditions/method"],
    ["too few parameters", { params: [] }, 400, "/conditions/params"],
    ["too many", { params: ["A", 1, 1] }, 400, "/conditions/params"],
    ["a count that is none", { params: ["A", "1"] }, 400, "/conditions/params/1"],
    ["a parameter that is an object", { params: [{}] }, 400, "/conditions/params/0"],
  ])("error: %s", async (_name, given, code, field) => {
    const conditions = { ...condition("inventory", "checkInventory", ["A"]), ...given };
    const answer = await create({ conditions });
    expect([answer.status, answer.json.field]).toEqual([code, field]);
  });

  test("error: another merchant's; the list", async () => {
    const { id } = (await create({})).json;
    expect((await call("GET", `/v1/orders/${id}/conditions`, undefined, "other")).status).toBe(404);
    expect((await call("POST", `/v1/orders/${id}/execute`, undefined, "other")).status).toBe(404);
    expect((await call("GET", "/v1/inventory/PRESALE-ITEM", undefined, "other")).status).toBe(404);
    const names = (await call("GET", "/v1/conditions")).json.conditions.map(({ name }: { name: string }) => name);
    expect(names).toEqual(["inventory", "price", "time"]);
  });
});
