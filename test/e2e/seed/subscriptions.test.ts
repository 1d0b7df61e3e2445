// Cases: the snippet about subscriptions in the API's published description, against a live gateway. Only ids, and the days,
// which are past, are others.

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { StateSetClient } from "../../../src/sdk/index.ts";
import { type LiveGateway, startLiveGateway } from "./liveGateway.ts";

let gateway: LiveGateway;
let client: StateSetClient;
const year = new Date().getUTCFullYear() + 1;

beforeAll(async () => {
  gateway = await startLiveGateway();
  client = new StateSetClient({ endpoint: gateway.url, apiKey: gateway.apiKey });
  await client.request("setPrices", { body: { prices: [{ sku: "COFFEE-MONTHLY", unit_price: "19.00" }] } });
}, 120_000);

afterAll(() => gateway?.close());

describe("snippets", () => {
  test("subscription orders", async () => {
    // Create recurring subscription orders
    const subscription = await client.orders.createSubscription({
      customer_id: "cust_123",
      items: [{ sku: "COFFEE-MONTHLY", quantity: 1 }],
      schedule: {
        interval: "monthly",
        start_date: `${year}-07-01`,
        end_date: `${year + 1}-07-01`,
      },
      payment_method: {
        type: "usdc",
        wallet_address: gateway.wallet,
      },
    });
    expect(subscription).toMatchObject({
      status: "ACTIVE",
      next_charge_at: expect.stringMatching(`^${year}-07-01T00:00:00`),
    });

    // Manage subscription
    await client.orders.pauseSubscription(subscription.id);
    expect((await client.orders.getSubscription(subscription.id)).status).toBe("PAUSED");
    await client.orders.resumeSubscription(subscription.id);
    expect((await client.orders.getSubscription(subscription.id)).status).toBe("ACTIVE");

    const [listed] = (await client.orders.listSubscriptions().page()).items;
    expect(listed?.id).toBe(subscription.id);
    expect((await client.orders.cancelSubscription(subscription.id)).status).toBe("CANCELLED");
  });
});
