// `npm run demo`: from an EVM wallet to an order and back, on a devnet of its own. Ends with one line of JSON.

import { createDevnet } from "../src/devnet/createDevnet.ts";
import { tellStory } from "./demo/story.ts";
import { consoleTeller } from "./demo/teller.ts";

async function main(): Promise<void> {
  const startedMs = performance.now();
  const tell = consoleTeller(startedMs);
  tell.chapter("A chain, two EVM chains, an attester and a relayer");
  const devnet = await createDevnet({ blockIntervalMs: 50 });
  try {
    tell.step("the devnet is up");
    const { minted, burned, ...ending } = await tellStory(devnet, tell);
    const seconds = Number(((performance.now() - startedMs) / 1000).toFixed(1));
    const amounts = { minted: minted.toString(), burned: burned.toString() };
    console.log(`\n${JSON.stringify({ ...ending, ...amounts, seconds })}`);
  } finally {
    await devnet.stop();
  }
}

await main();
