// Cases: the snippet about webhooks in the API's published description, against a live gateway; what comes to the endpoint is
// verified by the SDK, and has the shape of the description's example. Only host names, keys and ids are others.

import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { StateSetClient, WebhookVerificationError } from "../../../src/sdk/index.ts";
import { startTestServer, type TestServer } from "../../../src/sdk/testing/testServer.ts";
import { type LiveGateway, startLiveGateway } from "./liveGateway.ts";

let gateway: LiveGateway;
let client: StateSetClient;
let shop: TestServer;

beforeAll(async () => {
  gateway = await startLiveGateway();
  client = new StateSetClient({ endpoint: gateway.url, apiKey: gateway.apiKey });
  shop = await startTestServer((_request, response) => {
    response.writeHead(204).end();
  });
}, 120_000);

afterAll(async () => {
  await gateway?.close();
  await shop?.stop();
});

test("snippets: webhook configuration, and what comes of it", async () => {
  // Configure webhook endpoints
  const webhook = await client.webhooks.create({
    url: `${shop.url}/webhooks/stateset`,
    events: ["order.paid", "order.shipped"],
    secret: "your-webhook-secret",
    headers: {
      Authorization: "Bearer your-api-token",
    },
  });
  expect(webhook).toMatchObject({ events: ["order.paid", "order.shipped"], status: "enabled" });

  const { id } = await client.orders.create({ items: [{ sku: "A", quantity: 1, price: "1097.47" }] });
  await client.orders.pay(id, { payment_method: { type: "usdc", amount: "1097.47" } });
  await vi.waitFor(() => expect(shop.seen).toHaveLength(1), { timeout: 20_000, interval: 50 });
  const { url, headers, body } = shop.seen[0]!;
  expect([url, headers.authorization]).toEqual(["/webhooks/stateset", "Bearer your-api-token"]);

  const event = await client.webhooks.verify(body, headers, "your-webhook-secret");
  expect(event).toMatchObject({
    event: "order.paid",
    data: {
      order: { id, status: "PAID", total: "1097.47" },
      payment: { id: expect.stringMatching(/^pay_/), amount: "1097.47", method: "USDC" },
    },
    timestamp: expect.stringMatching(/Z$/),
  });
  await expect(client.webhooks.verify(body, headers, "another-webhook-secret")).rejects.toThrow(
    WebhookVerificationError,
  );

  const deliveries = await client.webhooks.deliveries(webhook.id).page();
  expect(deliveries.items).toMatchObject([{ event: "order.paid", order_id: id, response: { status_code: 204 } }]);
  expect(await client.webhooks.test(webhook.id)).toMatchObject({ delivered: true, status_code: 204 });
  const rotated = await client.webhooks.rotateSecret(webhook.id);
  expect(await client.webhooks.replay(webhook.id, { event_ids: [event.id] })).toBe(1);
  await vi.waitFor(() => expect(shop.seen).toHaveLength(3), { timeout: 20_000, interval: 50 });
  const again = shop.seen[2]!;
  expect(await client.webhooks.verify(again.body, again.headers, rotated.secret)).toEqual(event);
  await client.webhooks.update(webhook.id, { status: "disabled" });
  expect((await client.webhooks.list().page()).items[0]).toMatchObject({ id: webhook.id, status: "disabled" });
  await client.webhooks.delete(webhook.id);
  expect((await client.webhooks.list().page()).items).toEqual([]);
});
