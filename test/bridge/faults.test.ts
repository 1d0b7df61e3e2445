// Two relayers, processes of their own, carry transfers of all kinds between three chains over connections that are cut,
// lose answers, truncate, duplicate and delay them, and are killed (SIGKILL) again and again meanwhile. When it is over
// each message was delivered exactly once in effect, the supply over all chains is what it was, and next to nothing was
// spent on transactions that did nothing.
//
// COUNT=600 KILLS=40 SEED=7 npx vitest run test/bridge     transfers, kills and the schedule; all are printed
// (`npm run test:faults`; this form takes about a minute on two cores)
//
// Needs `npm run build`: the relayers are the program that people run.

import { setTimeout as sleep } from "node:timers/promises";
import { type Comet38Client, connectComet } from "@cosmjs/tendermint-rpc";
import { createWalletClient, encodeFunctionData, http } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import { afterAll, beforeAll, expect, test } from "vitest";
import { USDC_ABI } from "../../src/cctp/evmAbi.ts";
import { RELAYER_KEY } from "../../src/devnet/bridgeKeys.ts";
import { createDevnet } from "../../src/devnet/createDevnet.ts";
import { addressOfPrivKey } from "../../src/devnet/devnetKeys.ts";
import type { DevnetSystem } from "../../src/devnet/devnetSystem.ts";
import type { LocalEvmChain } from "../../src/devnet/evm/evmChain.ts";
import { hexOf } from "../../src/relayer/journal/record.ts";
import { type FaultProxy, startFaultProxy } from "../../src/relayer/testing/faultProxy.ts";
import { evmBalance, localChain, type Signer, signerOf } from "../e2e/bridge.ts";
import { randomFrom } from "../randomFrom.ts";
import { RelayerProcess } from "./relayerProcess.ts";
import { spendingOnEvm, spendingOnOurs, sumOf } from "./spending.ts";
import { type Expected, Traffic } from "./traffic.ts";

const COUNT = Number(process.env["COUNT"] ?? 120);
const KILLS = Number(process.env["KILLS"] ?? 6);
const SEED = Number(process.env["SEED"] ?? Date.now() % 1_000_000);
/** Long enough for the long form on a busy machine; the test ends before the runner ends it, and says what is missing. */
const DEADLINE_MS = 90_000 + COUNT * 1_000;
const TIMEOUT_MS = DEADLINE_MS + 60_000;
const LIFE_MS = { min: 1_500, max: 5_000 };
/** The second relayer is a spare: it leaves each message to the first for so long. */
const SPARE_DELAY_MS = 3_000;
/**
 * At most so much of what the two send may do nothing: of the transactions on EVM chains, of their gas, and of the messages
 * to our chain. On a busy machine the first is often later than the spare's delay, above all when it was just killed, and
 * then both deliver at once; one of the two fails early and cheaply. Measured on two busy cores: 2 to 7 %
 * of the transactions, below 1 % of the gas, no message.
 */
const WASTE_MAX = { transactions: 0.12, gas: 0.04, messages: 0.05 };
/** Accounts of the devnet on EVM chains. */
const TRANSFERS_BY = 1;
const PAYMENTS_BY = 2;
const SPARE = 8;

let devnet: DevnetSystem;
let rpc: Comet38Client;
let sender: Signer;
let merchant: Signer;
const proxies: FaultProxy[] = [];
const relayers: RelayerProcess[] = [];
const random = randomFrom(SEED);

beforeAll(async () => {
  console.log(`fault test: COUNT=${COUNT} KILLS=${KILLS} SEED=${SEED} (COUNT=600 KILLS=40 for the full run)`);
  devnet = await createDevnet({ blockIntervalMs: 50, emptyBlockIntervalMs: 1_000, relayer: false });
  rpc = (await connectComet(devnet.chain.rpcUrl)) as Comet38Client;
  sender = await signerOf({ devnet }, 1);
  merchant = await signerOf({ devnet }, 2);
  for (const chain of devnet.evm) for (const account of [TRANSFERS_BY, PAYMENTS_BY]) await approve(chain, account);
  const amount = [{ denom: "uusdc", amount: "100000000" }];
  await sender.client.sendTokens(sender.address, addressOfPrivKey(spareKey()), amount, "auto");
});

afterAll(async () => {
  for (const relayer of relayers) await relayer.close();
  for (const proxy of proxies) await proxy.close();
  sender?.client.disconnect();
  merchant?.client.disconnect();
  rpc?.disconnect();
  await devnet?.stop();
});

function spareKey(): Uint8Array {
  return devnet.evm[0]!.accounts[SPARE]!.privKey;
}

async function approve(chain: LocalEvmChain, account: number): Promise<void> {
  const holder = privateKeyToAccount(hexOf(chain.accounts[account]!.privKey));
  const wallet = createWalletClient({ account: holder, transport: http(chain.rpcUrl) });
  for (const { tokenMessenger } of [chain.contracts.v1, chain.contracts.v2]) {
    const args = [tokenMessenger, 2n ** 200n] as const;
    const data = encodeFunctionData({ abi: USDC_ABI, functionName: "approve", args });
    const hash = await wallet.sendTransaction({ to: chain.contracts.usdc, data, chain: null });
    await chain.client.waitForTransactionReceipt({ hash, pollingInterval: 25 });
  }
}

/** A relayer behind proxies of its own. */
async function startRelayer(privKey: Uint8Array, delayMs: number): Promise<RelayerProcess> {
  const proxied = async (url: string): Promise<string> => {
    const proxy = await startFaultProxy(url, randomFrom(SEED + proxies.length));
    proxies.push(proxy);
    return proxy.url;
  };
  const chains = [...devnet.evm.map(({ config }) => config), localChain(devnet)];
  const rpcUrls = new Map<string, string>();
  for (const { name, rpcUrls: urls } of chains) rpcUrls.set(name, await proxied(urls[0]!));
  const attestationUrl = await proxied(devnet.bridge!.attester.url);
  const relayer = new RelayerProcess({ chains, rpcUrls, attestationUrl, privKey, delayMs });
  relayers.push(relayer);
  relayer.start();
  return relayer;
}

/** USDC on all chains. */
async function supply(): Promise<bigint> {
  const evm = await Promise.all(
    devnet.evm.map(({ client, contracts }) =>
      client.readContract({ address: contracts.usdc, abi: USDC_ABI, functionName: "totalSupply" }),
    ),
  );
  const answer = await fetch(`${devnet.chain.restUrl}/cosmos/bank/v1beta1/supply/by_denom?denom=uusdc`);
  const { amount: ours } = ((await answer.json()) as { readonly amount: { readonly amount: string } }).amount;
  return evm.reduce((sum, amount) => sum + amount, BigInt(ours));
}

async function balanceOf({ chain, address }: Expected): Promise<bigint> {
  if (chain !== undefined) return evmBalance(chain, address);
  return BigInt((await sender.client.getBalance(address, "uusdc")).amount);
}

/** What has not arrived. Throws when somebody has more than was sent. */
async function missing(expected: readonly Expected[]): Promise<Expected[]> {
  const left: Expected[] = [];
  for (const item of expected) {
    const balance = await balanceOf(item);
    if (balance > item.amount) throw new Error(`${item.address} has ${balance}, and ${item.amount} were sent`);
    if (balance < item.amount) left.push(item);
  }
  return left;
}

/** Kills relayers in turns of random length until told to stop, and starts each again. */
async function killAgainAndAgain(isOver: () => boolean): Promise<number> {
  let kills = 0;
  while (!isOver() && kills < KILLS) {
    await sleep(LIFE_MS.min + random() * (LIFE_MS.max - LIFE_MS.min));
    const victim = relayers[Math.floor(random() * relayers.length)]!;
    expect(victim.failure).toBeUndefined();
    await victim.kill();
    kills += 1;
    victim.start();
  }
  return kills;
}

test(
  `behavior: ${COUNT} transfers over bad connections by two relayers that are killed: each exactly once`,
  async () => {
    const [ethereum, base] = devnet.evm as readonly [LocalEvmChain, LocalEvmChain];
    const traffic = new Traffic({ evm: devnet.evm, sender, merchant, random });
    const before = await supply();
    await startRelayer(RELAYER_KEY.privKey, 0);
    await startRelayer(spareKey(), SPARE_DELAY_MS);
    let isOver = false;
    const killing = killAgainAndAgain(() => isOver);
    const share = Math.ceil(COUNT / 6);
    const refunding = refundWhenPaid(traffic, share);
    await Promise.all([
      traffic.fromEvm(ethereum, TRANSFERS_BY, share),
      traffic.fromEvm(base, TRANSFERS_BY, share),
      traffic.fromOurs(2 * share),
    ]);
    await refunding;
    const kills = await waitForAll(traffic, killing);
    isOver = true;
    for (const { failure } of relayers) expect(failure).toBeUndefined();
    // Whoever would deliver a second time has had the time to.
    await sleep(SPARE_DELAY_MS);
    expect(await missing(traffic.expected)).toEqual([]);
    expect(await supply()).toBe(before);
    expect(devnet.chain.app.brokenInvariants()).toEqual([]);
    await expectLittleWaste(kills, traffic.burns);
  },
  TIMEOUT_MS,
);

/** Fails when a relayer has ended by itself, or it takes too long; says what hangs, and what the relayers said last. */
function expectProgress(startedMs: number, what: () => string): void {
  for (const { failure } of relayers) expect(failure).toBeUndefined();
  if (Date.now() - startedMs < DEADLINE_MS) return;
  const said = relayers.map((relayer, index) => `relayer ${index}:\n${relayer.said}`).join("\n");
  throw new Error(`SEED=${SEED}: waited in vain for ${what()}\n${said}`);
}

/** Orders that are paid, and then refunded across. */
async function refundWhenPaid(traffic: Traffic, count: number): Promise<void> {
  await traffic.payOrders(count, PAYMENTS_BY);
  const startedMs = Date.now();
  let open = traffic.orders;
  while (open.length > 0) {
    expectProgress(startedMs, () => `payments of ${open.map(({ orderId }) => orderId).join(" ")}`);
    const paid = await Promise.all(open.map(async ({ orderId }) => (await statusOf(orderId)) === "ORDER_STATUS_PAID"));
    const ready = open.filter((_, index) => paid[index]);
    if (ready.length > 0) await traffic.refund(ready);
    open = open.filter((_, index) => !paid[index]);
    if (open.length > 0) await sleep(500);
  }
}

async function statusOf(orderId: string): Promise<string> {
  const answer = await fetch(`${devnet.chain.restUrl}/stateset/orders/v1/orders/${orderId}`);
  const { order } = (await answer.json()) as { readonly order: { readonly status: string } };
  return order.status;
}

async function waitForAll(traffic: Traffic, killing: Promise<number>): Promise<number> {
  const kills = await killing;
  const startedMs = Date.now();
  let left = await missing(traffic.expected);
  while (left.length > 0) {
    expectProgress(startedMs, () => left.map(({ chain, address }) => `${chain?.name ?? "ours"} ${address}`).join(", "));
    await sleep(500);
    left = await missing(left);
  }
  return kills;
}

async function expectLittleWaste(kills: number, burns: number): Promise<void> {
  const addresses = [RELAYER_KEY.evmAddress, devnet.evm[0]!.accounts[SPARE]!.address];
  const evm = sumOf(await Promise.all(devnet.evm.map((chain) => spendingOnEvm(chain, addresses))));
  const accounts = [RELAYER_KEY.address, addressOfPrivKey(spareKey())];
  const ours = sumOf(await Promise.all(accounts.map((address) => spendingOnOurs(rpc, address))));
  const faults = proxies.reduce((sum, { counts }) => {
    const { requests, ...rest } = counts;
    return sum + Object.values(rest).reduce((a, b) => a + b, 0);
  }, 0);
  const requests = proxies.reduce((sum, { counts }) => sum + counts.requests, 0);
  const gasShare = Number((evm.gasFailed * 10_000n) / evm.gas) / 10_000;
  console.log(
    `${burns} burns, ${kills} kills, ${requests} requests with ${faults} faults; for nothing: ` +
      `${evm.failed} of ${evm.sent} EVM transactions (${(100 * gasShare).toFixed(1)} % of gas), ` +
      `${ours.failed} of ${ours.sent} messages to our chain`,
  );
  expect(evm.sent).toBeGreaterThan(0);
  expect(ours.sent).toBeGreaterThan(0);
  expect(evm.failed / evm.sent).toBeLessThanOrEqual(WASTE_MAX.transactions);
  expect(gasShare).toBeLessThanOrEqual(WASTE_MAX.gas);
  expect(ours.failed / ours.sent).toBeLessThanOrEqual(WASTE_MAX.messages);
}
