// Cases: what happens to an order is told by `client.events`: as pages, and as a stream that misses nothing when its
// connection breaks.

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Event, StateSetClient } from "../../../src/sdk/index.ts";
import { type LiveGateway, startLiveGateway } from "./liveGateway.ts";

let gateway: LiveGateway;
let client: StateSetClient;

beforeAll(async () => {
  gateway = await startLiveGateway();
  client = new StateSetClient({ endpoint: gateway.url, apiKey: gateway.apiKey });
}, 120_000);

afterAll(() => gateway?.close());

async function makePaid(): Promise<string> {
  const { id } = await client.orders.create({ items: [{ sku: "A", quantity: 1, price: "1.00" }] });
  await client.orders.pay(id, { amount: "1.00" });
  return id;
}

describe("events", () => {
  test("default: pages and single ones", async () => {
    const id = await makePaid();
    const order = await client.orders.get(id);
    expect(order.status).toBe("PAID");
    const all: Event[] = [];
    for await (const event of client.events.list({ order_id: id, sort: "created_at", limit: 1 })) all.push(event);
    expect(all.map(({ event }) => event)).toEqual(["order.created", "payment.received", "order.paid"]);
    expect(await client.events.get(all[0]!.id)).toEqual(all[0]);
  });

  test("behavior: the stream goes on when its connection breaks, and nothing is missed", async () => {
    let connections = 0;
    const controllers: AbortController[] = [];
    const flaky = new StateSetClient({
      endpoint: gateway.url,
      apiKey: gateway.apiKey,
      fetch: (input, init) => {
        if (!String(input).includes("/stream")) return fetch(input, init);
        connections += 1;
        const controller = new AbortController();
        controllers.push(controller);
        return fetch(input, { ...init, signal: AbortSignal.any([init!.signal!, controller.signal]) });
      },
    });
    await makePaid();
    const ended = new AbortController();
    const stream = flaky.events.stream({ type: ["order.paid"], signal: ended.signal });
    const next = async () => (await stream.next()).value?.data["order"] as { readonly id: string };
    const ids: string[] = [];
    for (let round = 0; round < 3; round += 1) {
      const waiting = next();
      ids.push(await makePaid());
      expect((await waiting).id).toBe(ids.at(-1));
      controllers.at(-1)?.abort();
    }
    expect(connections).toBe(3);
    const last = next();
    ended.abort(new Error("enough"));
    await expect(last).rejects.toThrow("enough");
  });
});
