// A real relayer process is killed (SIGKILL) right behind each kind of change of its journal, and at random instants, while
// messages are on their way in all directions. In the end each has arrived exactly once, no transaction of the relayer's
// failed, and each refund was reported once.
//
// KILLS=50 SEED=7 npx vitest run test/kill/relayer     the number of random kills, and their instants

import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterAll, beforeAll, expect, test } from "vitest";
import { toHex } from "../../src/codec/bytes.ts";
import { RELAYER_KEY } from "../../src/devnet/bridgeKeys.ts";
import type { LocalEvmChain } from "../../src/devnet/evm/evmChain.ts";
import { MESSAGE_STATES } from "../../src/relayer/journal/states.ts";
import {
  burnOnCosmos,
  burnOnEvm,
  cosmosBalance,
  evmBalance,
  freshEvmAddress,
  LOCAL_DOMAIN,
  RELAYER_KEYS,
  signerOf,
  startBridge,
  type TestBridge,
  until,
} from "../e2e/bridge.ts";
import { TestOrders } from "../e2e/bridgeOrders.ts";
import { freshAddress } from "../e2e/testChain.ts";
import type { RunnerInput } from "./relayerRunner.ts";

const KILLS = Number(process.env["KILLS"] ?? 4);
const SEED = Number(process.env["SEED"] ?? Date.now() % 1_000_000);
const LIFE_MS_MAX = 900;
/** Idle before anything was read says nothing: so often in a row it does. */
const IDLE_TIMES = 20;
const RUNNER = new URL("./relayerRunner.ts", import.meta.url).pathname;

let bridge: TestBridge;
let folder: string;
let ethereum: LocalEvmChain;
let base: LocalEvmChain;
let running: ChildProcess | undefined;

beforeAll(async () => {
  bridge = await startBridge();
  ethereum = bridge.devnet.evmChain("ethereum");
  base = bridge.devnet.evmChain("base");
  folder = mkdtempSync(join(tmpdir(), "relayer-kill-"));
});

afterAll(async () => {
  running?.kill("SIGKILL");
  await bridge?.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Starts a relayer on the journal of this name. Resolves to how it ended; when it stays idle, it is ended. */
async function live(journal: string, dieAt: RunnerInput["dieAt"], killMs?: number): Promise<string> {
  const input: RunnerInput = {
    config: { ...bridge.configTable(), chains: chains(), journal: join(folder, journal), http: false },
    privKeys: Object.fromEntries([...RELAYER_KEYS].map(([chain, key]) => [chain, toHex(key)])),
    dieAt,
  };
  const file = join(folder, "input.json");
  writeFileSync(file, JSON.stringify(input));
  const child = spawn(process.execPath, ["--import", "tsx", RUNNER, file], { stdio: ["ignore", "pipe", "inherit"] });
  running = child;
  const ended = new Promise<string>((resolve) => child.once("exit", (code, signal) => resolve(String(signal ?? code))));
  let idle = 0;
  for await (const line of createInterface(child.stdout!)) {
    if (line === "ready" && killMs !== undefined) setTimeout(() => child.kill("SIGKILL"), killMs);
    idle = line === "idle" ? idle + 1 : 0;
    if (killMs === undefined && idle > IDLE_TIMES) child.kill("SIGTERM");
  }
  return ended;
}

/** Blocks of one chain need another on top of them, so that its messages are seen before they are final. */
function chains(): readonly object[] {
  const depth = { fast: 0, standard: 1 };
  return bridge
    .tables()
    .map((table) => ("name" in table && table.name === "ethereum" ? { ...table, finality: depth } : table));
}

interface Sent {
  readonly here: string;
  readonly onEthereum: string;
  readonly onBase: string;
  count: number;
}

async function newRecipients(): Promise<Sent> {
  return { here: await freshAddress(), onEthereum: freshEvmAddress(), onBase: freshEvmAddress(), count: 0 };
}

/** One message of each version to each chain: six messages. */
async function send(sent: Sent): Promise<void> {
  const [one, two] = [
    { version: 1, amount: 1n },
    { version: 2, amount: 1n },
  ] as const;
  sent.count += 1;
  await burnOnCosmos(
    bridge,
    { ...one, to: 0, recipient: sent.onEthereum },
    { ...two, to: 0, recipient: sent.onEthereum },
  );
  const toBase = { to: base.domain, recipient: sent.onBase };
  await burnOnEvm(
    ethereum,
    1,
    { ...one, ...toBase },
    { ...two, ...toBase },
    { ...two, to: LOCAL_DOMAIN, recipient: sent.here },
  );
  await burnOnEvm(base, 1, { ...one, to: LOCAL_DOMAIN, recipient: sent.here });
}

async function expectArrived(sent: Sent): Promise<void> {
  const expected = BigInt(2 * sent.count);
  await until("everything arrived", async () => {
    const balances = [await evmBalance(ethereum, sent.onEthereum), await evmBalance(base, sent.onBase)];
    return [...balances, await cosmosBalance(bridge, sent.here)].every((balance) => balance >= expected);
  });
  expect(await evmBalance(ethereum, sent.onEthereum)).toBe(expected);
  expect(await evmBalance(base, sent.onBase)).toBe(expected);
  expect(await cosmosBalance(bridge, sent.here)).toBe(expected);
}

/** Transactions of the relayer that are in blocks and failed. */
async function failedTransactions(): Promise<string[]> {
  const failed: string[] = [];
  for (const chain of [ethereum, base]) {
    const latest = await chain.client.getBlockNumber();
    for (let number = 0n; number <= latest; number++) {
      const block = await chain.client.getBlock({ blockNumber: number, includeTransactions: true });
      for (const { hash, from } of block.transactions) {
        if (from.toLowerCase() !== RELAYER_KEY.evmAddress.toLowerCase()) continue;
        const { status } = await chain.client.getTransactionReceipt({ hash });
        if (status !== "success") failed.push(`${chain.name} ${hash}`);
      }
    }
  }
  const ours = await bridge.cosmos.searchTx([{ key: "message.sender", value: RELAYER_KEY.address }]);
  failed.push(...ours.filter(({ code }) => code !== 0).map(({ hash }) => `stateset ${hash}`));
  return failed;
}

/** The refund's report first, while it waits for one. */
const STEPS = ["reported", ...MESSAGE_STATES.filter((state) => state !== "parked"), "settled", "cursor"];

test("behavior: killed behind each kind of change, at its first and at its third", async () => {
  const sent = await newRecipients();
  const merchant = await signerOf(bridge, 2);
  const orders = new TestOrders(bridge, merchant);
  const order = await orders.create(3n);
  await orders.pay(order, base, 3n, freshEvmAddress());
  await live("steps", undefined);
  const [refundId] = await orders.refund(order);
  for (const step of STEPS) {
    for (const after of [0, 2]) {
      await send(sent);
      const end = await live("steps", { step, after });
      // There may be fewer changes of a kind than three, but always one.
      if (after === 0) expect(end, step).toBe("SIGKILL");
    }
  }
  await ethereum.mine();
  await live("steps", undefined);
  await expectArrived(sent);
  expect(await failedTransactions()).toEqual([]);
  const reports = ["EventCrossChainRefundAttested", "EventCrossChainRefundCompleted"];
  expect(await orders.reportsOf(refundId!)).toEqual(reports);
  expect(bridge.devnet.chain.app.brokenInvariants()).toEqual([]);
  merchant.client.disconnect();
}, 600_000);

test(`behavior: ${KILLS} kills at random instants`, async () => {
  console.log(`relayer kill test: KILLS=${KILLS} SEED=${SEED}`);
  const sent = await newRecipients();
  let state = SEED >>> 0;
  for (let kill = 0; kill < KILLS; kill++) {
    await send(sent);
    // A generator of instants that follows from the seed.
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    await live("random", undefined, Math.floor((state / 2 ** 32) * LIFE_MS_MAX));
  }
  await live("random", undefined);
  await expectArrived(sent);
  expect(await failedTransactions()).toEqual([]);
  expect(bridge.devnet.chain.app.brokenInvariants()).toEqual([]);
}, 600_000);
