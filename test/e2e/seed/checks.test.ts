// Cases: the snippets about what is found out of an order before it is made (fraud, currencies, taxes, compliance) in the
// API's published description, against a live gateway. Only host names, keys and ids are others; where the text says
// "order details", there are some.

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { AmountMismatchError, StateSetClient } from "../../../src/sdk/index.ts";
import { type LiveGateway, startLiveGateway } from "./liveGateway.ts";

let gateway: LiveGateway;
let client: StateSetClient;

beforeAll(async () => {
  gateway = await startLiveGateway();
  client = new StateSetClient({ endpoint: gateway.url, apiKey: gateway.apiKey });
  await client.request("setPrices", { body: { prices: [{ sku: "EU-PRODUCT", unit_price: "100.00" }] } });
}, 120_000);

afterAll(() => gateway?.close());

const details = { customer_id: "cust_123", items: [{ sku: "A", quantity: 1, price: "10.00" }] };

describe("snippets", () => {
  test("fraud detection", async () => {
    // Built-in fraud detection
    const order = await client.orders.create({
      ...details,
      fraud_check: {
        enabled: true,
        rules: ["velocity", "geolocation", "device_fingerprint"],
        threshold: "medium",
      },
    });

    // Fraud check result
    if (order.fraud_score > 0.7) {
      await client.orders.hold(order.id, "fraud_review");
    }
    expect(order.fraud_score).toBeGreaterThanOrEqual(0);
    expect(order.fraud_score).toBeLessThanOrEqual(0.7);
  });

  test("several currencies", async () => {
    // Orders in different currencies
    const euroOrder = await client.orders.create({
      items: [{ sku: "EU-PRODUCT", quantity: 1 }],
      currency: "EUR",
      exchange_rate: {
        from: "EUR",
        to: "USDC",
        rate: "1.09",
        source: "coinbase",
      },
    });
    // The price is that of the merchant's book, which is in USDC.
    expect(euroOrder.total).toBe("100.00");

    // Automatic currency conversion on payment
    const payment = await client.orders.pay(euroOrder.id, {
      amount: "100.00",
      currency: "USDC", // Auto-converted from EUR
      exchange_rate_locked: true,
    });
    expect(payment).toMatchObject({ amount: "100.00", status: "PAID" });
  });

  test("several currencies, priced by the order itself", async () => {
    const order = await client.orders.create({
      items: [{ sku: "EU-PRODUCT", quantity: 1, price: "100.00" }],
      currency: "EUR",
      exchange_rate: { from: "EUR", to: "USDC", rate: "1.09", source: "coinbase" },
    });
    expect(order.total).toBe("109.00");
    const part = await client.orders.pay(order.id, { amount: "100.00", currency: "USDC" });
    expect(part).toMatchObject({ payment_status: "PARTIALLY_PAID", amount_due: "9.00" });
    const error = await client.orders.pay(order.id, { amount: "10.00" }).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(AmountMismatchError);
    expect((error as AmountMismatchError).amountDue).toBe("9.00");
  });

  test("cross-border taxes", async () => {
    // Automatic tax calculation for international orders
    const order = await client.orders.create({
      items: [{ sku: "INT-PRODUCT", quantity: 1, price: "100.00" }],
      shipping_address: {
        country: "DE", // Germany
        postal_code: "10115",
      },
      tax_calculation: {
        enabled: true,
        provider: "avalara",
        include_duties: true,
      },
    });

    // Automatic tax and duty calculation
    // VAT: 19% (Germany)
    // Import duty: 5.2%
    expect(order).toMatchObject({ tax: "24.20", total: "124.20" });
  });

  test("regulatory compliance", async () => {
    // Automatic compliance checks
    const order = await client.orders.create({
      ...details,
      compliance: {
        export_control: true, // Check export restrictions
        sanctions_screening: true, // OFAC sanctions list
        restricted_products: true, // Country-specific restrictions
        aml_check: true, // Anti-money laundering
      },
    });

    // Compliance result
    if (order.compliance_status === "RESTRICTED") {
      throw new Error("Order violates export controls");
    }
    expect(order.compliance_status).toBe("CLEAR");
  });
});
