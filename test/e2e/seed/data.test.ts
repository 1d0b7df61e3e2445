// Cases: the snippets about analytics, reports and people's rights in the API's published description, against a live
// gateway. Only host names, keys and ids are others.

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { GoneError, StateSetClient } from "../../../src/sdk/index.ts";
import { type LiveGateway, startLiveGateway } from "./liveGateway.ts";

let gateway: LiveGateway;
let client: StateSetClient;
/** The day of the orders, since the devnet's clock is today's. */
const today = new Date().toISOString().slice(0, 10);

beforeAll(async () => {
  gateway = await startLiveGateway();
  client = new StateSetClient({ endpoint: gateway.url, apiKey: gateway.apiKey });
  for (const price of ["100.00", "100.03"]) {
    const order = { items: [{ sku: "A", quantity: 1, price }], customer: { id: "cust_123", email: "c@example.com" } };
    const { id } = await client.orders.create({ ...order, metadata: { customer_segment: "vip" } });
    await client.orders.pay(id, { payment_method: { type: "usdc", amount: price } });
    await client.orders.fulfill(id);
    await client.orders.ship(id, { carrier: "ups", tracking_number: "1Z" });
    await client.orders.deliver(id);
  }
  // What the list has, analytics and reports have, too.
  expect((await client.orders.list({ status: ["DELIVERED"] }).page()).totalCount).toBe(2);
}, 120_000);

afterAll(() => gateway?.close());

describe("snippets", () => {
  test("order analytics", async () => {
    // Get order analytics
    const analytics = await client.analytics.orders({
      start_date: today,
      end_date: today,
      group_by: "day",
      metrics: ["count", "revenue", "avg_order_value"],
    });

    expect(analytics.data).toEqual([{ date: today, order_count: 2, revenue: "200.03", avg_order_value: "100.02" }]);
    expect(analytics.summary).toEqual({
      total_orders: 2,
      total_revenue: "200.03",
      avg_order_value: "100.02",
    });
  });

  test("custom reports", async () => {
    // Generate custom reports
    const report = await client.reports.generate({
      type: "order_performance",
      filters: {
        status: ["DELIVERED"],
        created_after: "2024-01-01",
      },
      dimensions: ["customer_segment", "product_category"],
      metrics: ["count", "revenue", "fulfillment_time"],
      format: "csv",
    });

    // Download report
    const downloadUrl = await client.reports.download(report.id);

    const file = await fetch(downloadUrl);
    expect(file.headers.get("content-type")).toContain("text/csv");
    const [head, row, ...rest] = (await file.text()).trim().split(/\r?\n/);
    expect(head).toBe("customer_segment,product_category,order_count,revenue,fulfillment_time");
    expect(row).toMatch(/^vip,,2,200\.03,[0-9]+$/);
    expect(rest).toEqual([]);
  });

  test("privacy-preserving analytics", async () => {
    // Privacy-preserving analytics
    const analytics = await client.analytics.orders({
      anonymized: true,
      retention_policy: "7_years",
    });
    // One customer alone is no crowd.
    expect(analytics.data).toEqual([]);
    expect(analytics.anonymity).toEqual({ k: 5, suppressed_groups: 1 });
  });

  test("data subject rights", async () => {
    await client.customers.create({ id: "cust_9", email: "nine@example.com" });
    // Data subject rights
    const dataExport = await client.compliance.exportCustomerData("cust_9");
    const dataDeleted = await client.compliance.deleteCustomerData("cust_9");
    expect(JSON.stringify(dataExport.personal_data)).toContain("nine@example.com");
    expect(dataDeleted).toMatchObject({ customer_id: "cust_9", deleted: true });
    await expect(client.customers.get("cust_9")).rejects.toThrow(GoneError);
  });
});
