// Cases: the snippets about orders in the API's published description, as they stand there, against a live gateway. Only
// host names, keys, networks and ids are others; where the text says "order details", there are some.

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { StateSetClient, valuesOf } from "../../../src/sdk/index.ts";
import { type LiveGateway, startLiveGateway } from "./liveGateway.ts";

let gateway: LiveGateway;
let client: StateSetClient;

beforeAll(async () => {
  gateway = await startLiveGateway();
  process.env["STATESET_ENDPOINT"] = gateway.url;
  process.env["STATESET_API_KEY"] = gateway.apiKey;
  client = new StateSetClient();
  const prices = ["WIDGET-001", "GADGET-002", "EU-PRODUCT"].map((sku) => ({ sku, unit_price: "10.00" }));
  await client.request("setPrices", { body: { prices } });
}, 120_000);

afterAll(async () => {
  await client?.close();
  await gateway?.close();
});

describe("snippets", () => {
  test("quick start", async () => {
    const client = new StateSetClient({
      endpoint: gateway.url,
      apiKey: process.env["STATESET_API_KEY"],
    });

    // Create and pay for order in one transaction
    const order = await client.orders.createAndPay({
      items: [
        {
          sku: "LAPTOP-001",
          quantity: 1,
          price: "999.99",
        },
      ],
      customer: {
        id: "cust_123",
        email: "customer@example.com",
      },
      payment: {
        method: "usdc",
        amount: "999.99",
      },
      shipping: {
        address: "123 Main St, San Francisco, CA 94105",
        method: "standard",
      },
    });

    console.log(`Order ${order.id} created and paid!`);
    expect(order).toMatchObject({ status: "PAID", total: "999.99", amount_due: "0.00", customer_id: "cust_123" });
  });

  test("bulk orders", async () => {
    // Create multiple orders atomically
    const bulkOrders = await client.orders.createBulk([
      {
        customer_id: "cust_123",
        items: [{ sku: "WIDGET-001", quantity: 10 }],
      },
      {
        customer_id: "cust_456",
        items: [{ sku: "GADGET-002", quantity: 5 }],
      },
    ]);
    expect(bulkOrders.map(({ total }) => total)).toEqual(["100.00", "50.00"]);
    const [ord_1, ord_2] = bulkOrders.map(({ id }) => id) as [string, string];

    // Process bulk payments
    const payments = await client.orders.payBulk([
      { order_id: ord_1, amount: "100.00" },
      { order_id: ord_2, amount: "50.00" },
    ]);
    expect(payments.map(({ status, amount }) => [status, amount])).toEqual([
      ["PAID", "100.00"],
      ["PAID", "50.00"],
    ]);
  });

  test("a complete flow", async () => {
    const client = new StateSetClient({
      endpoint: gateway.url,
      apiKey: process.env["STATESET_API_KEY"],
      network: "devnet",
    });

    // Complete e-commerce flow
    async function processOrder() {
      // 1. Create order
      const order = await client.orders.create({
        customer_id: "cust_123",
        items: [
          {
            sku: "PRODUCT-001",
            quantity: 2,
            price: "29.99",
          },
        ],
      });

      // 2. Process payment
      const payment = await client.orders.pay(order.id, {
        payment_method: {
          type: "usdc",
          amount: order.total,
        },
      });
      expect(payment).toMatchObject({ status: "PAID", amount: "59.98" });

      // 3. Fulfill order
      await client.orders.fulfill(order.id, {
        tracking_number: "FEDEX123456",
        carrier: "fedex",
        items: order.items,
      });

      // 4. Mark as shipped
      await client.orders.ship(order.id);

      return order;
    }

    const { id } = await processOrder();
    const shipped = await client.orders.get(id);
    expect(shipped.status).toBe("SHIPPED");
    expect(shipped.shipping).toMatchObject({ carrier: "fedex", tracking_number: "FEDEX123456" });
    expect(shipped.timeline.map(({ status }) => status)).toEqual(["CREATED", "PAID", "FULFILLED", "SHIPPED"]);
  });

  test("scaling", async () => {
    // Horizontal scaling with sharding
    const client = new StateSetClient({
      endpoint: gateway.url,
      shard_key: "customer_id", // Distribute by customer
      read_replicas: 3, // Read from nearest replica
      write_concern: "majority", // Ensure consistency
    });
    const orderRequests = Array.from({ length: 12 }, (_, index) => ({
      customer_id: `cust_${index}`,
      items: [{ sku: "WIDGET-001", quantity: index + 1 }],
    }));

    // Batch operations for high throughput
    const orders = await client.orders.createBatch(orderRequests, {
      batch_size: 100,
      parallel: true,
      timeout: 30000,
    });
    expect(valuesOf(orders).map(({ total }) => total)).toEqual(orderRequests.map((_, index) => `${index + 1}0.00`));
  });
});

describe("beyond the snippets", () => {
  test("the rest of an order's life", async () => {
    const make = async () => {
      const { id, total } = await client.orders.create({ items: [{ sku: "WIDGET-001", quantity: 1 }] });
      await client.orders.pay(id, { payment_method: { type: "usdc", amount: total } });
      return id;
    };
    const held = await make();
    expect(await client.orders.hold(held, "fraud_review")).toMatchObject({ status: "HELD" });
    expect(await client.orders.release(held)).toMatchObject({ status: "PAID" });
    expect(await client.orders.refund(held, { amount: "4.00" })).toMatchObject({ amount_refunded: "4.00" });
    expect(await client.orders.cancel(held, { reason: "changed their mind" })).toMatchObject({ status: "CANCELLED" });

    const sent = await make();
    await client.orders.fulfill(sent, { carrier: "ups", tracking_number: "1Z" });
    await client.orders.ship(sent);
    expect(await client.orders.deliver(sent)).toMatchObject({ status: "DELIVERED" });
    expect(await client.orders.return(sent, { reason: "too small" })).toMatchObject({ status: "RETURNED" });
    expect(await client.orders.refund(sent)).toMatchObject({ status: "REFUNDED" });
    expect((await client.payments.listRefunds({ order_id: sent }).page()).items).toHaveLength(1);
  });

  test("lists go on page by page", async () => {
    const ids: string[] = [];
    for await (const { id } of client.orders.list({ customer_id: "cust_123", limit: 1 })) ids.push(id);
    const page = await client.orders.list({ customer_id: "cust_123", limit: 100 }).page();
    expect(ids).toEqual(page.items.map(({ id }) => id));
    expect(ids.length).toBeGreaterThan(1);
    expect(page.totalCount).toBe(ids.length);
  });

  test("a write that is not waited for", async () => {
    const body = { items: [{ sku: "WIDGET-001", quantity: 1 }] };
    const { id, status } = await client.writes.submit("createOrder", { body });
    expect(status).toBe("PENDING");
    const done = await client.writes.wait(id);
    expect(done).toMatchObject({ status: "SUCCEEDED", result: { order_id: expect.stringMatching(/^ord_/) } });
  });
});
