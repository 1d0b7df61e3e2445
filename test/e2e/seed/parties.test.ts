// Cases: the snippets about conditions, several parties and cards in the API's published description, against a live gateway. Only
// ids and tokens are others.

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ConflictError, StateSetClient, ValidationError } from "../../../src/sdk/index.ts";
import { type LiveGateway, startLiveGateway } from "./liveGateway.ts";

let gateway: LiveGateway;
let client: StateSetClient;

beforeAll(async () => {
  gateway = await startLiveGateway();
  client = new StateSetClient({ endpoint: gateway.url, apiKey: gateway.apiKey });
  const prices = ["DROP-SHIP-001", "PRESALE-ITEM"].map((sku) => ({ sku, unit_price: "40.00" }));
  await client.request("setPrices", { body: { prices } });
}, 120_000);

afterAll(() => gateway?.close());

describe("snippets", () => {
  test("conditional orders", async () => {
    const { conditions } = await client.request("listConditions", {});
    const stock = conditions.find(({ methods }) => methods.some(({ method }) => method === "checkInventory"));
    // Create order with smart contract conditions
    const conditionalOrder = await client.orders.createConditional({
      customer_id: "cust_123",
      items: [{ sku: "PRESALE-ITEM", quantity: 1 }],
      conditions: {
        contract_address: stock!.contract_address,
        method: "checkInventory",
        params: ["PRESALE-ITEM"],
        expected_result: true,
      },
      auto_execute: true,
    });
    const { id } = conditionalOrder;
    expect((await client.orders.get(id)).status).toBe("HELD");
    await expect(client.orders.execute(id)).rejects.toThrow(ConflictError);
    await client.request("putInventory", { params: { sku: "PRESALE-ITEM" }, body: { quantity: 3 } });
    // By itself within a while, or by the shop at once.
    await client.orders.execute(id).catch((error: unknown) => expect(error).toBeInstanceOf(ConflictError));
    expect((await client.orders.get(id)).status).toBe("CREATED");
    expect(await client.orders.getConditions(id)).toMatchObject({ status: "RELEASED", conditions: [{ is_met: true }] });
  });

  test("multi-party orders", async () => {
    for (const [index, id] of ["merch_456", "supp_789", "platform"].entries()) {
      await client.request("putParty", { params: { id }, body: { address: gateway.others[index]! } });
    }
    // Create order with multiple parties (dropshipping)
    const multiPartyOrder = await client.orders.createMultiParty({
      customer_id: "cust_123",
      merchant_id: "merch_456",
      supplier_id: "supp_789",
      items: [{ sku: "DROP-SHIP-001", quantity: 1 }],
      revenue_split: {
        merchant: 70,
        supplier: 25,
        platform: 5,
      },
      fulfillment_by: "supplier",
    });
    expect(multiPartyOrder.total).toBe("40.00");
    expect(multiPartyOrder.revenue_split.map(({ basis_points }) => basis_points).sort()).toEqual([2500, 500, 7000]);
  });

  test("tokenized cards", async () => {
    const { id: ord_123 } = await client.orders.create({ items: [{ sku: "DROP-SHIP-001", quantity: 1 }] });
    // Tokenized payment data
    const payment = await client.orders.createPayment({
      order_id: ord_123,
      payment_method: {
        type: "card",
        token: "tok_secure_token", // PCI-compliant tokenization
        last4: "4242",
        brand: "visa",
      },
    });
    expect(payment).toMatchObject({ order_id: ord_123, amount: "40.00" });
    const number = { type: "card", token: "4242424242424242" } as const;
    await expect(client.orders.createPayment({ order_id: ord_123, payment_method: number })).rejects.toThrow(
      ValidationError,
    );
  });
});
