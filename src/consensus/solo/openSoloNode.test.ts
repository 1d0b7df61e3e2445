// Cases: open, stop and open again; what a start is told; a revert on the disk; a genesis, a validator or a folder that
// do not belong; a folder in use.

import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { Block } from "../../../gen/tendermint/types/block.ts";
import { toHex } from "../../codec/bytes.ts";
import { DatabaseOpenError } from "../../store/database.ts";
import { pruningOptions } from "../../store/pruning.ts";
import { KV_STORES, KvApp, kvTx } from "../testing/kvApp.ts";
import { TEST_KEY, testGenesis } from "../testing/testNode.ts";
import { GenesisError } from "./chainState.ts";
import { generateNodeKey } from "./nodeFiles.ts";
import { DataFolderError, type OpenSoloOptions, openSoloNode } from "./openSoloNode.ts";
import { replayHome } from "./replayBlocks.ts";

function options(dataFolder: string, more: Partial<OpenSoloOptions> = {}): OpenSoloOptions {
  return {
    genesis: testGenesis(),
    moniker: "test",
    nodeKey: TEST_KEY,
    validatorKey: TEST_KEY,
    dataFolder,
    storeNames: KV_STORES,
    pruning: pruningOptions("default"),
    validatorStateFile: join(dataFolder, "priv_validator_state.json"),
    createApp: ({ stores }) => new KvApp(stores),
    pace: { blockIntervalMs: 1_000_000, emptyBlockIntervalMs: undefined },
    admin: { privKeys: [], feeAmount: 1n, feeDenom: "uusdc" },
    ...more,
  };
}

const newFolder = () => mkdtempSync(join(tmpdir(), "node-"));

test("default: goes on where it stopped, and says where that is", async () => {
  const folder = newFolder();
  const first = await openSoloNode(options(folder));
  await first.start();
  await first.submitTx(kvTx({ from: "a", sequence: 0, key: "k", value: "v" }));
  const block = await first.produce();
  await first.stop();
  const told: string[] = [];
  const observer: OpenSoloOptions["observer"] = {
    opened: ({ height, appHash, notes }) => void told.push(`${height} ${toHex(appHash)} ${notes.length}`),
  };
  const second = await openSoloNode(options(folder, { observer }));
  expect(told).toEqual([`2 ${toHex(block.results.appHash)} 0`]);
  const stored = await second.getBlock(2);
  expect(Buffer.from(Block.encode(stored!.block).finish()).equals(Block.encode(block.block).finish())).toBe(true);
  expect((await second.getBlockResults(2))?.txResults).toEqual(block.results.txResults);
  await second.start();
  expect(second.latestHeight).toBe(2);
  await second.stop();
});

test("behavior: the observer hears what takes long: the genesis, and a snapshot written in the background", async () => {
  const told: string[] = [];
  const observer: OpenSoloOptions["observer"] = {
    importing: ({ stateBytes }) => void told.push(`genesis of ${stateBytes} bytes`),
    opened: ({ height }) => void told.push(`opened at ${height}`),
    snapshot: ({ height, bytes }) => void told.push(`snapshot of ${height}: ${bytes > 0}`),
  };
  const snapshots = { everyVersions: 1_000_000, everyChanges: 1 };
  const node = await openSoloNode(options(newFolder(), { observer, snapshots }));
  await node.start();
  for (const sequence of [0, 1, 2]) {
    await node.submitTx(kvTx({ from: "a", sequence, key: "k", value: `${sequence}` }));
    await node.produce();
  }
  await expect.poll(() => told.at(-1)).toMatch(/^snapshot of \d: true$/);
  expect(told.slice(0, 2)).toEqual([
    `genesis of ${JSON.stringify(testGenesis().app_state).length} bytes`,
    "opened at 0",
  ]);
  await node.stop();
});

test("behavior: the application is told of the last block, and of none at the start of a chain", async () => {
  const folder = newFolder();
  const blocks: unknown[] = [];
  const createApp: OpenSoloOptions["createApp"] = ({ stores, lastBlock, maxGas }) => {
    blocks.push([lastBlock?.chainId, lastBlock?.height, lastBlock?.timeNs, maxGas]);
    return new KvApp(stores);
  };
  const first = await openSoloNode(options(folder, { createApp }));
  await first.start();
  const timeNs = first.latestTimeNs;
  await first.stop();
  await (await openSoloNode(options(folder, { createApp }))).stop();
  expect(blocks).toEqual([
    [undefined, undefined, undefined, undefined],
    ["test-1", 1, timeNs, undefined],
  ]);
});

test("behavior: a revert lasts, and the chain replays", async () => {
  const folder = newFolder();
  const node = await openSoloNode(options(folder));
  await node.start();
  const id = await node.admin!.snapshot();
  for (let sequence = 0; sequence < 3; sequence++) {
    await node.submitTx(kvTx({ from: "a", sequence, key: "k", value: "v" }));
    await node.admin!.mine();
  }
  await node.admin!.revert(id);
  await node.submitTx(kvTx({ from: "a", sequence: 0, key: "other", value: "w" }));
  await node.admin!.mine();
  await node.stop();
  const again = await openSoloNode(options(folder));
  expect(again.latestHeight).toBe(2);
  await again.stop();
  const report = await replayHome({
    dataFolder: folder,
    storeNames: KV_STORES,
    genesis: testGenesis(),
    createApp: (stores) => new KvApp(stores),
  });
  expect([report.blocks, report.txs]).toEqual([2, 1]);
});

test("error: a folder of another genesis, a genesis of another validator, a folder in use", async () => {
  const folder = newFolder();
  const node = await openSoloNode(options(folder));
  await node.start();
  await expect(openSoloNode(options(folder))).rejects.toThrow(DatabaseOpenError);
  await node.stop();
  const other = { ...testGenesis(), chain_id: "test-2" };
  await expect(openSoloNode(options(folder, { genesis: other }))).rejects.toThrow(DataFolderError);
  await expect(openSoloNode(options(folder, { validatorKey: generateNodeKey() }))).rejects.toThrow(GenesisError);
  const none = { ...testGenesis(), validators: [] };
  await expect(openSoloNode(options(newFolder(), { genesis: none }))).rejects.toThrow("runs with one validator, not 0");
  // A refused start leaves the folder closed and usable.
  await (await openSoloNode(options(folder))).stop();
});
