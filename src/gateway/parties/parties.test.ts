// Cases: percentages and what are none; over a real chain: the published example's split, by ids, by addresses and by roles;
// the money arrives as it says; what does not add up, unknown parties, who fulfils; parties over HTTP.

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { QueryBalanceRequest, QueryBalanceResponse } from "../../../gen/cosmos/bank/v1beta1/query.ts";
import { encodeAddress } from "../../codec/address.ts";
import { utf8 } from "../../codec/bytes.ts";
import { sha256 } from "../../crypto/hash.ts";
import { Problem } from "../http/problem.ts";
import type { Database } from "../sql/database.ts";
import { migrate } from "../sql/migrate.ts";
import { openPglite } from "../sql/pgliteDatabase.ts";
import { type ChainGateway, startChainGateway } from "../testing/chainGateway.ts";
import { basisPoints, sharesOf } from "./revenueSplit.ts";

const addressOf = (name: string) => encodeAddress(sha256(utf8(name)).subarray(0, 20));

describe("shares", () => {
  test("default: percentages are exact", () => {
    expect([basisPoints(70, ""), basisPoints(33.33, ""), basisPoints("0.01", ""), basisPoints("100", "")]).toEqual([
      7000, 3333, 1, 10_000,
    ]);
  });

  test.each([0, -1, 100.01, 33.333, "1e1", "", " 5", "0.001", Number.NaN])("error: %j is none", (percent) => {
    expect(() => basisPoints(percent, "/x")).toThrow(Problem);
  });

  test("behavior: roles of one address share one", () => {
    const addresses = new Map([
      ["a", "x"],
      ["b", "y"],
      ["c", "x"],
    ]);
    expect(sharesOf({ a: 70, b: 25, c: 5 }, addresses)).toEqual([
      { address: "x", basis_points: 7500 },
      { address: "y", basis_points: 2500 },
    ]);
    expect(() => sharesOf({ a: 70, b: 25 }, addresses)).toThrow("95 percent");
  });
});

describe("multi-party orders", () => {
  let database: Database;
  let gateway: ChainGateway;
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
  const body = (given: object = {}) => ({
    customer_id: "cust_123",
    merchant_id: "merch_456",
    supplier_id: "supp_789",
    items: [{ sku: "DROP-SHIP-001", quantity: 1, unit_price: "100.01" }],
    revenue_split: { merchant: 70, supplier: 25, platform: 5 },
    fulfillment_by: "supplier",
    ...given,
  });
  const create = (given?: object) => call("POST", "/v1/orders/multi-party", body(given));

  test("default: the published example's split, by ids of parties", async () => {
    expect((await create()).json).toMatchObject({ code: "not_found", field: "/merchant_id" });
    await call("PUT", "/v1/parties/merch_456", { address: gateway.key.merchant });
    await call("PUT", "/v1/parties/supp_789", { address: addressOf("supplier") });
    expect((await create()).json).toMatchObject({ code: "not_found", field: "/revenue_split/platform" });
    await call("PUT", "/v1/parties/platform", { address: addressOf("platform") });
    const made = await create({ release_mode: "instant" });
    expect(made.status).toBe(201);
    expect(made.json).toMatchObject({ total: "100.01", metadata: { fulfillment_by: "supplier" } });
    expect(made.json.revenue_split).toEqual([
      { address: gateway.key.merchant, basis_points: 7000 },
      { address: addressOf("supplier"), basis_points: 2500 },
      { address: addressOf("platform"), basis_points: 500 },
    ]);
    expect((await call("POST", `/v1/orders/${made.json.id}/pay`, {})).json).toMatchObject({ status: "PAID" });
    const balance = async (address: string) => {
      const request = QueryBalanceRequest.encode(QueryBalanceRequest.fromPartial({ address, denom: "uusdc" })).finish();
      const bytes = await gateway.parts.chain.query("/cosmos.bank.v1beta1.Query/Balance", request);
      return QueryBalanceResponse.decode(bytes).balance?.amount;
    };
    expect([await balance(addressOf("supplier")), await balance(addressOf("platform"))]).toEqual([
      "25002500",
      "5000500",
    ]);
  });

  test("behavior: by addresses, and by roles of one's own", async () => {
    const made = await create({
      merchant_id: undefined,
      supplier_id: addressOf("s"),
      parties: { courier: addressOf("c") },
      revenue_split: { merchant: "66.67", supplier: 33, courier: "0.33" },
      fulfillment_by: "courier",
    });
    expect(made.json.revenue_split).toEqual([
      { address: gateway.key.merchant, basis_points: 6667 },
      { address: addressOf("s"), basis_points: 3300 },
      { address: addressOf("c"), basis_points: 33 },
    ]);
  });

  test.each<readonly [string, object, string]>([
    ["less than all", { revenue_split: { merchant: 70, supplier: 25 } }, "/revenue_split"],
    ["more than all", { revenue_split: { merchant: 99, supplier: 25 } }, "/revenue_split"],
    ["three decimals", { revenue_split: { merchant: 66.667, supplier: 33.333 } }, "/revenue_split/merchant"],
    ["who fulfils is nobody", { fulfillment_by: "courier" }, "/fulfillment_by"],
  ])("error: %s", async (_name, given, field) => {
    expect((await create({ supplier_id: addressOf("s"), platform_id: addressOf("p"), ...given })).json).toMatchObject({
      code: "invalid_request",
      field,
    });
  });

  test("default: parties over HTTP, each merchant its own", async () => {
    const put = await call("PUT", "/v1/parties/p1", { address: addressOf("one") });
    expect(put).toMatchObject({ status: 200, json: { id: "p1", address: addressOf("one") } });
    await call("PUT", "/v1/parties/p1", { address: addressOf("two") });
    expect((await call("GET", "/v1/parties/p1")).json).toMatchObject({ address: addressOf("two") });
    const ids = (await call("GET", "/v1/parties")).json.parties.map(({ id }: { id: string }) => id);
    expect(ids).toContain("p1");
    expect((await call("GET", "/v1/parties/p1", undefined, "other")).status).toBe(404);
    const wrong = { address: `${addressOf("one").slice(0, -1)}q` };
    expect((await call("PUT", "/v1/parties/p2", wrong)).json).toMatchObject({ code: "invalid_request" });
  });
});
