// Blocks made by a node are replayed in a fresh process, which must come to the same app hash at every height, and must
// notice when a block was tampered with.

import { execFile } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { toHex } from "../../src/codec/bytes.ts";
import { readUint32, txRunKey } from "../../src/consensus/dbKeys.ts";
import { runHeadBytes } from "../../src/consensus/resultEncoding.ts";
import { openSoloNode } from "../../src/consensus/solo/openSoloNode.ts";
import { KV_STORES, KvApp, kvTx } from "../../src/consensus/testing/kvApp.ts";
import { TEST_KEY, testGenesis } from "../../src/consensus/testing/testNode.ts";
import { pruningOptions } from "../../src/store/pruning.ts";
import { openStateDisk } from "../../src/store/stateDisk.ts";

const RUNNER = new URL("./replayRunner.ts", import.meta.url).pathname;
const PRUNING = pruningOptions("default");

function openNode(dataFolder: string) {
  return openSoloNode({
    genesis: testGenesis(),
    moniker: "replay",
    nodeKey: TEST_KEY,
    validatorKey: TEST_KEY,
    dataFolder,
    storeNames: KV_STORES,
    pruning: PRUNING,
    validatorStateFile: join(dataFolder, "priv_validator_state.json"),
    createApp: ({ stores }) => new KvApp(stores),
    pace: { blockIntervalMs: 1_000_000, emptyBlockIntervalMs: undefined },
  });
}

/** Makes blocks with transfers, failures and empty ones between, over two lives; gives the app hash of each height. */
async function makeChain(dataFolder: string): Promise<string[]> {
  const hashes: string[] = [];
  let sequence = 0;
  for (const blocks of [12, 9]) {
    const node = await openNode(dataFolder);
    node.onBlock((block) => void hashes.push(toHex(block.results.appHash)));
    await node.start();
    for (let block = 0; block < blocks; block++) {
      for (let tx = 0; tx < block % 5; tx++) {
        const fail = sequence % 7 === 3;
        const moved = sequence % 3 === 0 ? { amount: sequence } : {};
        const bytes = kvTx({
          from: "alice",
          sequence,
          key: `bob${sequence % 4}`,
          value: `v${sequence}`,
          fail,
          ...moved,
        });
        expect((await node.submitTx(bytes)).code).toBe(0);
        sequence++;
      }
      await node.produce();
    }
    await node.stop();
  }
  return hashes;
}

function replay(dataFolder: string): Promise<string[]> {
  return new Promise((resolve) => {
    // A failed replay exits with 1; what it says is looked at.
    execFile(process.execPath, ["--import", "tsx", RUNNER, dataFolder], (_error, stdout) =>
      resolve(stdout.trim().split("\n")),
    );
  });
}

test("default: a fresh process comes to the same app hash at every height", { timeout: 60_000 }, async () => {
  const dataFolder = mkdtempSync(join(tmpdir(), "replay-"));
  const hashes = await makeChain(dataFolder);
  expect(hashes).toHaveLength(22);
  expect(new Set(hashes).size).toBe(22);
  const lines = await replay(dataFolder);
  expect(lines.slice(0, -1)).toEqual(hashes.map((hash, index) => `${index + 1} ${hash}`));
  expect(lines.at(-1)).toMatch(/^done 22 \d+$/);
});

test("error: a transaction or a result that was changed on the disk", { timeout: 60_000 }, async () => {
  const dataFolder = mkdtempSync(join(tmpdir(), "replay-"));
  await makeChain(dataFolder);
  const disk = await openStateDisk({ folder: dataFolder, names: KV_STORES, pruning: PRUNING });
  const key = txRunKey(4, 0);
  const record = disk.get(key)!.slice();
  // Within the first transaction, behind its length: a character of its JSON.
  record[runHeadBytes(record[0]!) + readUint32(record, 1) + 16]! ^= 1;
  const batch = disk.batch();
  batch.put(key, record);
  await batch.write();
  await disk.close();
  expect((await replay(dataFolder)).at(-1)).toMatch(/^failed block 4: /);
});
