// One life of a node that will be killed: opens the home, checks the whole chain, says so, and makes blocks under load
// until the end. Started by kill.test.ts as its own process.
//
//   in:  the home; `acknowledged.txt` there, the hashes that earlier lives reported as committed
//   out: `ready <height> <app hash> <transactions checked>` after the checks, then `committed <hash>` for each
//        transaction, written when a subscriber hears of it; `failed <reason>` and exit code 1 when a check fails

import { existsSync, readFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { fromHex, toHex } from "../../src/codec/bytes.ts";
import { BlockStore } from "../../src/consensus/blockStore.ts";
import { initChainRequest } from "../../src/consensus/solo/chainState.ts";
import { openSoloNode } from "../../src/consensus/solo/openSoloNode.ts";
import { replayBlocks } from "../../src/consensus/solo/replayBlocks.ts";
import type { SoloNode } from "../../src/consensus/solo/soloNode.ts";
import { verifyChain } from "../../src/consensus/solo/verifyChain.ts";
import { KV_STORES, KvApp, kvStores, kvTx } from "../../src/consensus/testing/kvApp.ts";
import { TEST_KEY, testGenesis } from "../../src/consensus/testing/testNode.ts";
import { pruningOptions } from "../../src/store/pruning.ts";
import { openStateDisk } from "../../src/store/stateDisk.ts";

const SENDERS = 20;
const IN_FLIGHT_MAX = 100;

/** Written at once: what is said here was true before a kill. */
function say(line: string): void {
  writeSync(1, `${line}\n`);
}

function check(isTrue: boolean, what: string): void {
  if (!isTrue) throw new Error(what);
}

/** Where a life keeps its chain, with snapshots often enough that most lives begin from one. */
const disk = (home: string) => ({
  folder: join(home, "data"),
  names: KV_STORES,
  pruning: pruningOptions("custom", 20),
  schedule: { everyVersions: 25, everyChanges: 2_000_000 },
});

/** Hash links, signatures, app hash by replay, supply, and every transaction that was acknowledged. */
async function checkHome(home: string): Promise<{ ready: string; sequences: Map<string, number> }> {
  const db = await openStateDisk(disk(home));
  const blocks = await BlockStore.open(db);
  check(db.store.version === blocks.latestHeight, `state of ${db.store.version}, blocks to ${blocks.latestHeight}`);
  await verifyChain(blocks);
  const fresh = new KvApp(kvStores());
  const genesis = initChainRequest(testGenesis());
  const replay = await replayBlocks({ blocks, app: fresh, genesis });
  check(toHex(fresh.stores.appHash) === toHex(db.store.appHash), "replay gives another app hash");
  const app = new KvApp(db.store);
  check(app.surplus() === 0, `the supply is off by ${app.surplus()}`);
  const file = join(home, "acknowledged.txt");
  const hashes = existsSync(file) ? readFileSync(file, "utf8").split("\n").filter(Boolean) : [];
  for (const hash of hashes) {
    check(blocks.getTx(fromHex(hash)) !== undefined, `the acknowledged transaction ${hash} is gone`);
  }
  const sequences = new Map<string, number>();
  for (let sender = 0; sender < SENDERS; sender++) sequences.set(`sender${sender}`, app.sequenceOf(`sender${sender}`));
  await db.close();
  return { ready: `ready ${blocks.latestHeight} ${toHex(db.store.appHash)} ${replay.txs}`, sequences };
}

/** Sends as fast as answers come, a few senders at a time, each in its order. */
async function load(node: SoloNode, sequences: Map<string, number>): Promise<never> {
  let inFlight = 0;
  let wake = () => {
    // Replaced while the loop waits.
  };
  for (let count = 0; ; count++) {
    const from = `sender${count % SENDERS}`;
    const sequence = sequences.get(from) ?? 0;
    sequences.set(from, sequence + 1);
    inFlight++;
    const tx = kvTx({ from, sequence, key: `sender${(count * 7) % SENDERS}`, value: "", amount: count % 40 });
    const done = () => {
      inFlight--;
      wake();
    };
    node.submitTx(tx).then(done, done);
    if (inFlight >= IN_FLIGHT_MAX) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
    if (node.mempool.size > 2000) await new Promise(setImmediate);
  }
}

async function main(home: string): Promise<void> {
  const { ready, sequences } = await checkHome(home);
  const { folder, names, pruning, schedule } = disk(home);
  const node = await openSoloNode({
    genesis: testGenesis(),
    moniker: "kill",
    nodeKey: TEST_KEY,
    validatorKey: TEST_KEY,
    dataFolder: folder,
    storeNames: names,
    pruning,
    snapshots: schedule,
    validatorStateFile: join(home, "priv_validator_state.json"),
    createApp: ({ stores }) => new KvApp(stores),
    pace: { blockIntervalMs: 0, emptyBlockIntervalMs: undefined },
    observer: { failed: fail, snapshotFailed: fail },
  });
  node.onBlock((block) => {
    for (const tx of block.txs) say(`committed ${toHex(tx.hash)}`);
  });
  await node.start();
  say(ready);
  await load(node, sequences);
}

function fail(error: unknown): never {
  say(`failed ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  process.exit(1);
}

main(process.argv[2]!).catch(fail);
