// A shop's webhook endpoint: takes what is signed, refuses what is not, and remembers it.

import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { verifyWebhook, WebhookVerificationError } from "../../src/sdk/index.ts";
import { until } from "../demo/shop.ts";

/** As much of an event as the shop looks at. */
export interface ShopEvent {
  readonly id: string;
  readonly event: string;
  readonly sequence: number;
  readonly data: { readonly order: { readonly id: string; readonly status: string } };
}

export interface WebhookInbox {
  readonly url: string;
  /** Each event once, whatever was delivered twice. */
  readonly events: ReadonlyMap<string, ShopEvent>;
  /** How many deliveries had no valid signature. */
  readonly refused: number;
  /** Waits for an event of an order. */
  until(event: string, orderId: string): Promise<ShopEvent>;
  close(): Promise<void>;
}

/** Starts the endpoint. Deliveries are checked with `secret`. */
export async function startWebhookInbox(secret: string): Promise<WebhookInbox> {
  const events = new Map<string, ShopEvent>();
  let refused = 0;
  const take = async (body: Uint8Array, headers: Readonly<Record<string, string | string[] | undefined>>) => {
    try {
      const event = await verifyWebhook<ShopEvent>(body, headers, secret);
      events.set(event.id, event);
      return 204;
    } catch (error) {
      if (!(error instanceof WebhookVerificationError)) throw error;
      refused += 1;
      return 401;
    }
  };
  const server = createServer(async (request, response) => {
    const chunks: Uint8Array[] = [];
    for await (const chunk of request) chunks.push(chunk);
    response.writeHead(await take(Buffer.concat(chunks), request.headers)).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  // A TCP server's address is never a pipe's name.
  const { port } = server.address() as AddressInfo;
  const find = (event: string, orderId: string) =>
    [...events.values()].find((each) => each.event === event && each.data.order.id === orderId);
  return {
    url: `http://127.0.0.1:${port}/webhooks/stateset`,
    events,
    get refused() {
      return refused;
    },
    async until(event, orderId) {
      const found = await until(
        `${event} of ${orderId}`,
        async () => find(event, orderId),
        (each) => each !== undefined,
      );
      return found!;
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
