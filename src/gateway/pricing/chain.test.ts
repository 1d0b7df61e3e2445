// Cases, over a real chain: an order in euros is paid in euros, in USDC in part, and not in pounds; taxes of the published
// example; a score, a status and the commitment in the answer; an order that may not be served is held.

import { afterAll, beforeAll, expect, test } from "vitest";
import type { Database } from "../sql/database.ts";
import { migrate } from "../sql/migrate.ts";
import { openPglite } from "../sql/pgliteDatabase.ts";
import { type ChainGateway, startChainGateway } from "../testing/chainGateway.ts";

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

const post = async (url: string, payload: object) => {
  const answer = await gateway.inject({ method: "POST", url, payload });
  return { status: answer.statusCode, json: answer.json() };
};

test("default: an order in euros is paid in euros at the rate that is locked on it", async () => {
  const made = await post("/v1/orders", {
    customer_id: "cust_123",
    items: [{ sku: "EU-PRODUCT", quantity: 1, unit_price: "200.00" }],
    currency: "EUR",
    exchange_rate: { from: "EUR", to: "USDC", rate: "1.09", source: "coinbase" },
  });
  expect(made).toMatchObject({ status: 201, json: { total: "218.00", currency: "USDC" } });
  const pay = (payload: object) => post(`/v1/orders/${made.json.id}/pay`, payload);
  expect((await pay({ amount: "1.00", currency: "GBP" })).json).toMatchObject({
    code: "not_supported",
    field: "/currency",
  });
  const half = await pay({ amount: "100.00", currency: "EUR", exchange_rate_locked: true });
  expect(half).toMatchObject({ status: 200, json: { amount: "109.00", amount_due: "109.00" } });
  const part = await pay({ amount: "100.00", currency: "USDC", exchange_rate_locked: true });
  expect(part).toMatchObject({ status: 200, json: { status: "CREATED", amount: "100.00", amount_due: "9.00" } });
  expect((await pay({ amount: "9.00" })).json).toMatchObject({ status: "PAID", amount_due: "0.00" });
});

test("default: taxes are in the total, and the answer says what was found", async () => {
  const made = await post("/v1/orders", {
    customer_id: "cust_124",
    items: [{ sku: "INT-PRODUCT", quantity: 1, price: "100.00" }],
    shipping_address: { country: "DE", postal_code: "10115" },
    tax_calculation: { enabled: true, provider: "avalara", include_duties: true },
    fraud_check: { enabled: true, rules: ["velocity", "geolocation", "device_fingerprint"], threshold: "medium" },
    compliance: { export_control: true, sanctions_screening: true, restricted_products: true, aml_check: true },
  });
  expect(made).toMatchObject({
    status: 201,
    json: { status: "CREATED", tax: "24.20", total: "124.20", fraud_score: 0.1, compliance_status: "CLEAR" },
  });
  expect(made.json.metadata.evaluation).toMatch(/^[0-9a-f]{64}$/);
});

test("behavior: an order that may not be served is held", async () => {
  const made = await post("/v1/orders", {
    customer_id: "cust_125",
    items: [{ sku: "A", quantity: 1, unit_price: "1.00" }],
    shipping_address: { country: "KP" },
    compliance: { export_control: true },
  });
  expect(made).toMatchObject({ status: 201, json: { status: "HELD", compliance_status: "RESTRICTED" } });
  const order = (await gateway.inject({ url: `/v1/orders/${made.json.id}` })).json();
  expect(order).toMatchObject({ status: "HELD", hold: { reason: "compliance_restricted" } });
  expect(JSON.stringify(order.metadata)).not.toContain("KP");
  const paid = await post("/v1/orders/create-and-pay", {
    customer_id: "cust_125",
    items: [{ sku: "A", quantity: 1, unit_price: "1.00" }],
    shipping_address: { country: "KP" },
    compliance: { export_control: true },
    payment: { method: "usdc", amount: "1.00" },
  });
  expect(paid).toMatchObject({ status: 409, json: { code: "conflict", compliance_status: "RESTRICTED" } });
});
