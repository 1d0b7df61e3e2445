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
import { KvApp, kvTx } from "../../src/consensus/testing/kvApp.ts";
import { openKvApp } from "../../src/consensus/testing/kvHome.ts";
import { TEST_KEY, testGenesis } from "../../src/consensus/testing/testNode.ts";
import { type Database, openDatabase } from "../../src/store/database.ts";

const SENDERS = 20;
const IN_FLIGHT_MAX = 100;

/** Written at once: what is said here was true before a kill. */
function say(line: string): void {
  writeSync(1, `${line}\n`);
}

function check(isTrue: boolean, what: string): void {
  if (!isTrue) throw new Error(what);
}

/** Hash links, signatures, app hash by replay, supply, and every transaction that was acknowledged. */
async function checkHome(home: string, db: Database): Promise<string> {
  const blocks = await BlockStore.open(db);
  const opened = await openKvApp(db);
  check(opened.height === blocks.latestHeight, `state of ${opened.height}, blocks to ${blocks.latestHeight}`);
  await verifyChain(blocks);
  const fresh = new KvApp();
  const genesis = initChainRequest(testGenesis(), TEST_KEY);
  const replay = await replayBlocks({ blocks, app: fresh, genesis });
  check(toHex(fresh.stores.appHash) === toHex(opened.appHash), "replay gives another app hash");
  check(opened.app.surplus() === 0, `the supply is off by ${opened.app.surplus()}`);
  const file = join(home, "acknowledged.txt");
  const hashes = existsSync(file) ? readFileSync(file, "utf8").split("\n").filter(Boolean) : [];
  for (const hash of hashes) {
    check(blocks.getTx(fromHex(hash)) !== undefined, `the acknowledged transaction ${hash} is gone`);
  }
  return `ready ${blocks.latestHeight} ${toHex(opened.appHash)} ${replay.txs}`;
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
  const dataFolder = join(home, "data");
  const db = await openDatabase(dataFolder);
  const ready = await checkHome(home, db);
  const app = (await openKvApp(db)).app;
  await db.close();
  const node = await openSoloNode({
    genesis: testGenesis(),
    moniker: "kill",
    nodeKey: TEST_KEY,
    validatorKey: TEST_KEY,
    dataFolder,
    validatorStateFile: join(home, "priv_validator_state.json"),
    openApp: openKvApp,
    pace: { blockIntervalMs: 0, emptyBlockIntervalMs: undefined },
    observer: { failed: (error) => fail(error) },
  });
  node.onBlock((block) => {
    for (const tx of block.txs) say(`committed ${toHex(tx.hash)}`);
  });
  await node.start();
  say(ready);
  const sequences = new Map<string, number>();
  for (let sender = 0; sender < SENDERS; sender++) sequences.set(`sender${sender}`, app.sequenceOf(`sender${sender}`));
  await load(node, sequences);
}

function fail(error: unknown): never {
  say(`failed ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  process.exit(1);
}

main(process.argv[2]!).catch(fail);
