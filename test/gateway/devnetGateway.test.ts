// The gateway as a devnet runs it: over a port, in a process of its own, with the writer that puts many requests into one
// transaction. Cases: an order's life; many requests at once; stopped in the middle and started again; health, document,
// metrics; time travel; a snapshot that is reverted to; a dump that is loaded; killed, once and again and again.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createDevnet } from "../../src/devnet/createDevnet.ts";
import { GatewayEndedError } from "../../src/devnet/devnetGateway.ts";
import type { DevnetSystem } from "../../src/devnet/devnetSystem.ts";

let home: string;
let devnet: DevnetSystem;
const failures: unknown[] = [];

const start = () =>
  createDevnet({
    home,
    evm: false,
    blockIntervalMs: 20,
    emptyBlockIntervalMs: 500,
    onFailure: (error) => failures.push(error),
  });

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), "devnet-gateway-"));
  devnet = await start();
}, 60_000);

afterAll(async () => {
  await devnet?.stop();
  rmSync(home, { recursive: true, force: true });
});

// biome-ignore lint/suspicious/noExplicitAny: JSON of answers.
type Answer = { readonly status: number; readonly json: any };

async function call(method: string, path: string, body?: object, { gateway } = devnet): Promise<Answer> {
  const { url, apiKey } = gateway!;
  const answer = await fetch(`${url}${path}`, {
    method,
    headers: {
      authorization: `Bearer ${apiKey}`,
      ...(body === undefined ? {} : { "content-type": "application/json" }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: answer.status, json: await answer.json() };
}

/** A machine that others use takes its time. */
const WAIT = { timeout: 50_000 };
const ORDER = { customer_id: "cust_123", items: [{ sku: "LAPTOP-001", quantity: 1, price: "999.99" }] };

test("default: an order's life", async () => {
  const { json: order, status } = await call("POST", "/v1/orders", ORDER);
  expect([status, order.code]).toEqual([201, undefined]);
  const pay = { payment_method: { type: "usdc", amount: order.total } };
  const { json: payment } = await call("POST", `/v1/orders/${order.id}/pay`, pay);
  expect(payment).toMatchObject({ status: "PAID", amount: "999.99" });
  await call("POST", `/v1/orders/${order.id}/fulfill`, {
    tracking_number: "FEDEX123456",
    carrier: "fedex",
    items: order.items,
  });
  const { json: shipped } = await call("POST", `/v1/orders/${order.id}/ship`);
  expect(shipped.status).toBe("SHIPPED");
  expect((await call("GET", `/v1/orders/${order.id}`)).json).toEqual(shipped);
  const { json: quick } = await call("POST", "/v1/orders/create-and-pay", {
    ...ORDER,
    payment: { method: "usdc", amount: "999.99" },
  });
  expect(quick.status).toBe("PAID");
});

test("behavior: many at once, each with its own answer", async () => {
  const amounts = Array.from({ length: 40 }, (_, index) => `${index + 1}.50`);
  const answers = await Promise.all(
    amounts.map((price) =>
      call("POST", "/v1/orders", { customer_id: "cust_many", items: [{ sku: "A", quantity: 1, price }] }),
    ),
  );
  expect(answers.map(({ json }) => json.total)).toEqual(amounts);
  expect(new Set(answers.map(({ json }) => json.id)).size).toBe(amounts.length);
  const { json } = await call("GET", "/v1/orders?customer_id=cust_many&limit=1");
  expect(json.total_count).toBe(amounts.length);
});

test("behavior: what was written is there after a restart", async () => {
  const { json: order } = await call("POST", "/v1/orders", { ...ORDER, shipping_address: { name: "John Doe" } });
  await devnet.stop();
  devnet = await start();
  const { json } = await call("GET", `/v1/orders/${order.id}`);
  expect(json).toMatchObject({ id: order.id, personal_data: { shipping_address: { name: "John Doe" } } });
  expect((await call("POST", `/v1/orders/${order.id}/pay`, {})).json.status).toBe("PAID");
});

test("behavior: health, document, metrics", async () => {
  const { json: health } = await call("GET", "/v1/health");
  expect(health).toMatchObject({ status: "healthy", checks: { blockchain: { sync_status: "synced" } } });
  const { json: document } = await call("GET", "/openapi.json");
  expect(document.servers).toEqual([{ url: devnet.gateway!.url }]);
  const metrics = await (await fetch(`${devnet.gateway!.metricsUrl}/metrics`)).text();
  expect(metrics).toContain("stateset_gateway_read_model_height");
});

test("error: no key, or another one", async () => {
  const { url } = devnet.gateway!;
  for (const headers of [{}, { authorization: "Bearer sk_test_other" }]) {
    expect((await fetch(`${url}/v1/orders`, { headers })).status).toBe(401);
  }
});

test("behavior: time moves, and orders expire", async () => {
  const { json: order } = await call("POST", "/v1/orders", { ...ORDER, expires_in_seconds: 3_600 });
  await devnet.time.advance(3_601);
  await expect.poll(async () => (await call("GET", `/v1/orders/${order.id}`)).json.status, WAIT).toBe("CANCELLED");
});

test("behavior: what was written since a snapshot is gone when the devnet reverts to it", async () => {
  const { json: before } = await call("POST", "/v1/orders", ORDER);
  const id = await devnet.snapshot();
  const { json: after } = await call("POST", "/v1/orders", ORDER);
  await devnet.revert(id);
  await expect.poll(async () => (await call("GET", `/v1/orders/${after.id}`)).status, WAIT).toBe(404);
  await expect.poll(async () => (await call("GET", `/v1/orders/${before.id}`)).status, WAIT).toBe(200);
  expect((await call("POST", "/v1/orders", ORDER)).status).toBe(201);
});

test("behavior: a dump holds what only the gateway knows", async () => {
  const address = { name: "Jane Doe", city: "Berlin" };
  const { json: order } = await call("POST", "/v1/orders", { ...ORDER, shipping_address: address });
  const file = join(home, "dump.tar.gz");
  await devnet.dump(file);
  const loaded = await createDevnet({ load: file, evm: false });
  try {
    const { json } = await call("GET", `/v1/orders/${order.id}`, undefined, loaded);
    expect(json).toMatchObject({ id: order.id, personal_data: { shipping_address: address } });
    expect((await call("POST", "/v1/orders", ORDER, loaded)).status).toBe(201);
  } finally {
    await loaded.stop();
  }
});

/** Ends the gateway's process as the system would that needs its memory. Resolves when there is another, or will be none. */
async function killGateway(): Promise<void> {
  const { pid } = devnet.gateway!;
  process.kill(pid, "SIGKILL");
  await expect.poll(() => devnet.gateway!.pid !== pid || failures.length > 0, WAIT).toBe(true);
}

test("behavior: a gateway that was killed is started again, where it was", async () => {
  const { json: order } = await call("POST", "/v1/orders", ORDER);
  await killGateway();
  const height = devnet.chain.node.latestHeight;
  const status = () => call("GET", `/v1/orders/${order.id}`).then((answer) => answer.status, String);
  await expect.poll(status, WAIT).toBe(200);
  expect(devnet.chain.node.latestHeight).toBeGreaterThan(height);
  expect(failures).toEqual([]);
});

test("error: one that ends again and again is given up", async () => {
  for (let times = 1; failures.length === 0 && times <= 4; times += 1) await killGateway();
  expect(failures).toEqual([expect.any(GatewayEndedError)]);
});
