// Cases, on every database: nothing asked, nothing done; taxes from the address, and what is missing for them; a provider
// that is not set up; prices in another currency by the merchant's rate, the gateway's and a quote; a quote that is expired,
// another merchant's or of another currency; a score from the read model's orders and devices; screening, and the hold;
// the notes against their commitment; quotes over HTTP.

import { Buffer } from "node:buffer";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { formatMoney, parseMoney } from "../http/money.ts";
import { Problem } from "../http/problem.ts";
import { writeRows } from "../readModel/writeRows.ts";
import type { Database } from "../sql/database.ts";
import { testDatabases } from "../testing/databases.ts";
import { testGateway } from "../testing/testGateway.ts";
import type { CanonicalObject } from "../vault/canonicalJson.ts";
import { verifyCommitment } from "../vault/commitment.ts";
import type { Draft, EvaluationOptions } from "./evaluateOrder.ts";
import { loadTables } from "./loadTables.ts";
import { createPricing, type Pricing } from "./pricing.ts";
import { QUOTE_SECONDS } from "./quotes.ts";
import { quoteRoutes } from "./routes.ts";

const MERCHANT = "stateset1merchant";
const START = new Date("2026-03-01T10:00:00.000Z");
const money = (text: string) => parseMoney(text, "");
const kinds = testDatabases();

describe.each(kinds)("evaluation in $name", (kind) => {
  let database: Database;
  let pricing: Pricing;
  let now: Date;

  beforeEach(async () => {
    database = await kind.open();
    now = START;
    const tables = loadTables();
    const sanctioned = [{ id: "SDN-1", names: ["Ivan Petrovich Sidorov"] }];
    const screening = { ...tables.screening, sanctioned };
    pricing = createPricing({ database, tables: { ...tables, screening }, now: () => now });
  });
  afterAll(() => kind.stop());

  const draft = (given: Partial<Draft> = {}, options: EvaluationOptions = {}): Draft => ({
    merchant: MERCHANT,
    customerId: "cust_1",
    customerWallet: undefined,
    currency: "USDC",
    items: [{ sku: "INT-PRODUCT", quantity: 1, unitPrice: money("100.00"), isSettled: false }],
    discount: 0n,
    shippingCost: 0n,
    tax: undefined,
    shippingAddress: { name: "Ana", country: "DE", postal_code: "10115" },
    billingAddress: undefined,
    options,
    ...given,
  });
  const evaluate = (options: EvaluationOptions, given: Partial<Draft> = {}) =>
    pricing.evaluateOrder(draft(given, options));
  const refused = async (work: Promise<unknown>) => {
    const error = await work.catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(Problem);
    const { code, details } = error as Problem;
    return { code, field: details.field };
  };

  test("default: what is not asked for is not done", async () => {
    expect(await evaluate({}, { tax: money("7.00"), shippingCost: money("5.00"), discount: money("1.00") })).toEqual({
      unitPrices: [money("100.00")],
      discount: money("1.00"),
      shippingCost: money("5.00"),
      tax: money("7.00"),
    });
    expect(await database.query("select 1 from quotes union all select 1 from device_sightings")).toEqual([]);
  });

  test("default: the published example's German tax, by a provider that is not set up", async () => {
    const found = await evaluate({ tax_calculation: { enabled: true, provider: "avalara", include_duties: true } });
    expect(formatMoney(found.tax)).toBe("24.20");
    expect(found.notes?.["tax"]).toMatchObject({
      provider: "built_in",
      requested_provider: "avalara",
      rate_percent: "19.00",
      duty_rate_percent: "5.20",
      tax: "19.00",
      duty: "5.20",
    });
    expect(found.holdReason).toBeUndefined();
  });

  test.each<readonly [string, EvaluationOptions, Partial<Draft>, object]>([
    [
      "no country",
      { tax_calculation: { enabled: true } },
      { shippingAddress: undefined },
      { code: "invalid_request", field: "/shipping_address/country" },
    ],
    [
      "a country without a rule",
      { tax_calculation: { enabled: true } },
      { shippingAddress: { country: "AQ" } },
      { code: "not_supported", field: "/shipping_address/country" },
    ],
    [
      "another provider",
      { tax_calculation: { enabled: true, provider: "nobody" } },
      {},
      { code: "not_supported", field: "/tax_calculation/provider" },
    ],
    [
      "a tax that is named, too",
      { tax_calculation: { enabled: true } },
      { tax: 1n },
      { code: "invalid_request", field: "/tax" },
    ],
    ["too large a discount", {}, { discount: money("100.01") }, { code: "invalid_request", field: "/discount" }],
    ["an unknown currency", {}, { currency: "XXX" }, { code: "not_supported", field: "/currency" }],
    ["a currency without a rate", {}, { currency: "INR" }, { code: "not_supported", field: "/from" }],
    [
      "a rate from another currency",
      { exchange_rate: { from: "GBP", rate: "1.09" } },
      { currency: "EUR" },
      { code: "invalid_request", field: "/exchange_rate/from" },
    ],
    [
      "a rate to another currency",
      { exchange_rate: { to: "USD", rate: "1.09" } },
      { currency: "EUR" },
      { code: "not_supported", field: "/exchange_rate/to" },
    ],
    [
      "a rate of nothing",
      { exchange_rate: { rate: "0" } },
      { currency: "EUR" },
      { code: "invalid_request", field: "/exchange_rate/rate" },
    ],
    [
      "a rule that is none",
      { fraud_check: { enabled: true, rules: ["velocity", "stars"] } },
      {},
      { code: "not_supported", field: "/fraud_check/rules/1" },
    ],
  ])("error: %s", async (_name, options, given, expected) => {
    expect(await refused(evaluate(options, given))).toEqual(expected);
  });

  test("default: euros by the rate that the merchant declares", async () => {
    const exchange_rate = { from: "EUR", to: "USDC", rate: "1.09", source: "coinbase" };
    const found = await evaluate({ exchange_rate }, { currency: "EUR", shippingCost: money("10.00") });
    expect(found.unitPrices.map(formatMoney)).toEqual(["109.00"]);
    expect(formatMoney(found.shippingCost)).toBe("10.90");
    const note = found.notes?.["exchange"] as { quote_id: string };
    expect(note).toMatchObject({
      from: "EUR",
      to: "USDC",
      rate_numerator: "109",
      rate_denominator: "100",
      source: "coinbase",
      declared_by_merchant: true,
    });
    expect(await pricing.quotes.find(MERCHANT, note.quote_id)).toMatchObject({ from: "EUR", isDeclared: true });
  });

  test("behavior: taxes are rounded in the order's currency", async () => {
    const items = [{ sku: "A", quantity: 3, unitPrice: money("0.99"), isSettled: false }];
    const found = await evaluate({ tax_calculation: { enabled: true } }, { currency: "EUR", items });
    // 19 % of 2.97 EUR is 0.56 EUR.
    expect(formatMoney(found.tax)).toBe("0.6104");
  });

  test("behavior: prices of the merchant's book are in USDC, and taxed in the order's currency", async () => {
    const items = [{ sku: "A", quantity: 2, unitPrice: money("109.00"), isSettled: true }];
    const found = await evaluate({ tax_calculation: { enabled: true } }, { currency: "EUR", items });
    expect(found.unitPrices.map(formatMoney)).toEqual(["109.00"]);
    // 19 % of 200.00 EUR is 38.00 EUR.
    expect(formatMoney(found.tax)).toBe("41.42");
  });

  test("behavior: a quote is good until it expires, for its merchant and its currency", async () => {
    const { id } = await pricing.quotes.make(MERCHANT, "EUR");
    const by = (quote_id: string, given: Partial<Draft> = {}) =>
      evaluate({ exchange_rate: { quote_id } }, { currency: "EUR", ...given });
    expect((await by(id)).unitPrices.map(formatMoney)).toEqual(["109.00"]);
    const field = "/exchange_rate/quote_id";
    expect(await refused(by(id, { currency: "GBP" }))).toEqual({ code: "invalid_request", field });
    expect(await refused(by(id, { merchant: "stateset1other" }))).toEqual({ code: "not_found", field });
    expect(await refused(by("quo_none"))).toEqual({ code: "not_found", field });
    const both = evaluate({ exchange_rate: { quote_id: id, rate: "1" } }, { currency: "EUR" });
    expect(await refused(both)).toEqual({ code: "invalid_request", field: "/exchange_rate/rate" });
    now = new Date(START.getTime() + QUOTE_SECONDS * 1000);
    expect(await refused(by(id))).toEqual({ code: "conflict", field });
  });

  /** An order of the read model. */
  const order = (id: string, minutesAgo: number, given: object = {}) => {
    const time = new Date(START.getTime() - minutesAgo * 60_000).toISOString();
    return {
      id,
      customer_id: "cust_1",
      customer: "",
      merchant: MERCHANT,
      status: "ORDER_STATUS_PAID",
      payment_status: "PAYMENT_STATUS_PAID",
      fulfillment_status: "FULFILLMENT_STATUS_UNFULFILLED",
      denom: "uusdc",
      total: money("3000").toString(),
      amount_paid: "1",
      amount_refunded: "0",
      created_at: time,
      updated_at: time,
      revision: "1",
      dispute_count: 0,
      ...given,
    };
  };
  const writeOrders = (orders: readonly ReturnType<typeof order>[]) => {
    const events = orders.map(({ id }, index) => ({
      id: `evt_${index}`,
      height: 1,
      time: START.toISOString(),
      tx_hash: "",
      type: "EventOrderCreated",
      order_id: id,
      document: {},
    }));
    const rows = { orders, payments: [], refunds: [], exceptions: [], merchants: [], events };
    return database.transaction((sql) => writeRows(sql, rows, 0n));
  };

  test("behavior: the score counts the customer's orders", async () => {
    const many = Array.from({ length: 5 }, (_, index) => order(`ord_${index}`, 10 + index));
    const unpaid = { status: "ORDER_STATUS_CANCELLED", amount_paid: "0" };
    const old = Array.from({ length: 3 }, (_, index) => order(`ord_o${index}`, 300 + index, unpaid));
    await writeOrders([...many, ...old, order("ord_x", 10, { merchant: "stateset1other" })]);
    const check = { fraud_check: { enabled: true, rules: ["velocity"] } };
    const found = await evaluate(check);
    expect(found.fraudScore).toBe(0.55);
    expect(found.notes?.["fraud"]).toEqual({
      score: "0.55",
      threshold: "medium",
      flagged: false,
      reasons: ["many_orders_in_an_hour", "unpaid_orders"],
    });
    expect((await evaluate(check, { customerId: "cust_2" })).fraudScore).toBe(0);
    now = new Date(START.getTime() + 3_600_000);
    expect((await evaluate(check)).fraudScore).toBe(0.2);
  });

  test("behavior: a device that many customers share, of which only a hash is kept", async () => {
    const device_fingerprint = "device-7351";
    const check = { fraud_check: { enabled: true, rules: ["device_fingerprint"], device_fingerprint } };
    const scores: unknown[] = [];
    for (const customerId of ["a", "a", "b", "c", "d", "e", "f"]) {
      scores.push((await evaluate(check, { customerId })).fraudScore);
    }
    expect(scores).toEqual([0, 0, 0, 0.3, 0.3, 0.3, 0.75]);
    expect((await evaluate(check, { customerId: undefined })).fraudScore).toBe(0.75);
    expect((await evaluate(check, { merchant: "stateset1other" })).fraudScore).toBe(0);
    const rows = await database.query<{ row: string }>("select t::text as row from device_sightings t");
    expect(JSON.stringify(rows)).not.toContain("7351");
    now = new Date(START.getTime() + 8 * 86_400_000);
    expect((await evaluate(check, { customerId: "g" })).fraudScore).toBe(0);
  });

  test("behavior: who is listed is held, and the notes do not name the customer", async () => {
    const compliance = { export_control: true, sanctions_screening: true, restricted_products: true, aml_check: true };
    const shippingAddress = { name: "Sidorov, Ivan Petrovich", country: "DE" };
    const found = await evaluate({ compliance }, { shippingAddress });
    expect(found).toMatchObject({ complianceStatus: "RESTRICTED", holdReason: "compliance_restricted" });
    expect(JSON.stringify(found.notes)).not.toContain("Sidorov");
    const clear = await evaluate({ compliance });
    expect([clear.complianceStatus, clear.holdReason]).toEqual(["CLEAR", undefined]);
    const off = await evaluate({ compliance: { sanctions_screening: false } }, { shippingAddress });
    expect(off.complianceStatus).toBeUndefined();
  });

  test("behavior: sums of a day are looked at", async () => {
    await writeOrders(Array.from({ length: 5 }, (_, index) => order(`ord_${index}`, 60 + index)));
    const found = await evaluate({ compliance: { aml_check: true } });
    expect(found).toMatchObject({ complianceStatus: "REVIEW", holdReason: "compliance_review" });
  });

  test("behavior: the chain's metadata commits to the notes", async () => {
    const found = await evaluate({
      tax_calculation: { enabled: true },
      fraud_check: { enabled: true },
      compliance: { aml_check: true },
    });
    const { salt, ...data } = found.notes as { salt: string } & CanonicalObject;
    const commitment = Buffer.from(found.metadata?.["evaluation"] ?? "", "hex");
    expect(verifyCommitment({ commitment, salt: Buffer.from(salt, "hex"), data })).toBe(true);
    expect(verifyCommitment({ commitment, salt: Buffer.from(salt, "hex"), data: { ...data, tax: null } })).toBe(false);
  });

  test("default: quotes over HTTP", async () => {
    const gateway = await testGateway({ database, routes: [quoteRoutes], parts: { quotes: pricing.quotes } });
    try {
      const payload = { from: "EUR", amount: "100.00" };
      const made = await gateway.inject({ method: "POST", url: "/v1/quotes", payload });
      expect(made.statusCode).toBe(201);
      const { amount, converted_amount, ...quote } = made.json();
      expect([amount, converted_amount]).toEqual(["100.00", "109.00"]);
      expect(quote).toMatchObject({ from: "EUR", to: "USDC", source: "built_in", declared_by_merchant: false });
      expect(quote).toMatchObject({ created_at: START.toISOString(), expires_at: "2026-03-01T10:15:00.000Z" });
      expect((await gateway.inject({ url: `/v1/quotes/${quote.id}` })).json()).toEqual(quote);
      expect((await gateway.inject({ url: "/v1/quotes/quo_none" })).statusCode).toBe(404);
      const wrong = await gateway.inject({ method: "POST", url: "/v1/quotes", payload: { from: "EUR", to: "USD" } });
      expect(wrong.json()).toMatchObject({ code: "not_supported", field: "/to" });
      const number = await gateway.inject({ method: "POST", url: "/v1/quotes", payload: { from: "EUR", amount: 1 } });
      expect(number.json()).toMatchObject({ code: "invalid_request", field: "/amount" });
    } finally {
      await gateway.close();
    }
  });
});
