// `npm run example:shop`: a shop's day by the SDK, on a devnet of its own. Ends with one line of JSON.

import { createDevnet } from "../src/devnet/createDevnet.ts";
import { StateSetClient } from "../src/sdk/index.ts";
import { consoleTeller } from "./demo/teller.ts";
import { tellShopDay } from "./example/shopStory.ts";
import { startWebhookInbox } from "./example/webhookInbox.ts";

const SECRET = "a-secret-of-the-shop-and-the-gateway";

async function main(): Promise<void> {
  const startedMs = performance.now();
  const tell = consoleTeller(startedMs);
  tell.chapter("A chain, two EVM chains, the bridge between them, and the gateway");
  const devnet = await createDevnet({ blockIntervalMs: 50 });
  const inbox = await startWebhookInbox(SECRET);
  const { url, apiKey } = devnet.gateway!;
  const client = new StateSetClient({ endpoint: url, apiKey, network: "devnet" });
  try {
    const { status, checks } = await client.health.check();
    tell.step(`the gateway is ${status} at block ${checks.blockchain.block_height}: ${url}`);
    await client.webhooks.create({
      url: inbox.url,
      events: ["order.paid", "order.shipped", "order.refunded"],
      secret: SECRET,
    });
    tell.step(`webhooks go to ${inbox.url}`);
    const ending = await tellShopDay({ devnet, client, inbox, tell });
    const seconds = Number(((performance.now() - startedMs) / 1000).toFixed(1));
    console.log(`\n${JSON.stringify({ ...ending, seconds })}`);
  } finally {
    await client.close();
    await devnet.stop();
    await inbox.close();
  }
}

await main();
