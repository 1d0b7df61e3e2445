// Replays the data folder of the test application in a process of its own: `height apphash` for each block, then `done`.

import { toHex } from "../../src/codec/bytes.ts";
import { replayHome } from "../../src/consensus/solo/replayBlocks.ts";
import { KV_STORES, KvApp } from "../../src/consensus/testing/kvApp.ts";
import { testGenesis } from "../../src/consensus/testing/testNode.ts";

try {
  const { blocks, txs } = await replayHome({
    dataFolder: process.argv[2]!,
    storeNames: KV_STORES,
    genesis: testGenesis(),
    createApp: (stores) => new KvApp(stores),
    progress: (height, appHash) => console.log(`${height} ${toHex(appHash)}`),
  });
  console.log(`done ${blocks} ${txs}`);
} catch (error) {
  console.log(`failed ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
