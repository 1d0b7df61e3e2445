// The devnet's controls over JSON-RPC: mining, time, snapshots, balances; and that a node without them does not know them.

import { coins } from "@cosmjs/stargate";
import { afterAll, beforeAll, expect, test } from "vitest";
import { addressOf, directWallet, freshAddress, signingClient, startTestChain, type TestChain } from "./testChain.ts";

const FEE = { amount: coins(2500, "uusdc"), gas: "100000" };
const HOUR_NS = 3_600_000_000_000n;

let chain: TestChain;

beforeAll(async () => {
  chain = await startTestChain();
});

afterAll(async () => {
  await chain?.close();
});

async function call(method: string, params: object = {}): Promise<Record<string, string>> {
  const response = await fetch(chain.rpcUrl, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ jsonrpc: "2.0", id: 1, method, params }),
  });
  const { result, error } = (await response.json()) as { result?: Record<string, string>; error?: object };
  if (result === undefined) throw new Error(JSON.stringify(error));
  return result;
}

async function head(): Promise<{ height: number; timeMs: number }> {
  const status = await chain.devnet.node.getBlock(chain.devnet.node.latestHeight);
  const { height, time } = status!.block.header!;
  return { height: Number(height), timeMs: Number(time!.seconds) * 1000 };
}

test("default: a block is mined when it is asked for, and time is moved forward but never back", async () => {
  const before = await head();
  await call("devnet_advanceTime", { delta_ns: HOUR_NS.toString() });
  await call("devnet_mine");
  const after = await head();
  expect(after.height).toBeGreaterThan(before.height);
  expect(after.timeMs - before.timeMs).toBeGreaterThanOrEqual(3_600_000 - 1000);
  const target = BigInt(after.timeMs) * 1_000_000n + 2n * HOUR_NS;
  await call("devnet_setNextBlockTime", { time_ns: target.toString() });
  await call("devnet_mine");
  expect((await head()).timeMs).toBeGreaterThanOrEqual(Number(target / 1_000_000n) - 1000);
  await expect(call("devnet_setNextBlockTime", { time_ns: "1000" })).rejects.toThrow(/Internal error/);
});

test("behavior: a reverted chain stands where it stood, and what was sent since can be sent again", async () => {
  const wallet = await directWallet(chain, 2);
  const client = await signingClient(chain, wallet);
  const sender = await addressOf(wallet);
  const recipient = await freshAddress();
  const { id } = await call("devnet_snapshot");
  const { sequence } = await client.getSequence(sender);
  expect((await client.sendTokens(sender, recipient, coins(5, "uusdc"), FEE)).code).toBe(0);
  await call("devnet_revert", { id: id! });
  expect((await client.getBalance(recipient, "uusdc")).amount).toBe("0");
  expect((await client.getSequence(sender)).sequence).toBe(sequence);
  expect((await client.sendTokens(sender, recipient, coins(5, "uusdc"), FEE)).code).toBe(0);
  expect((await client.getBalance(recipient, "uusdc")).amount).toBe("5");
  await expect(call("devnet_revert", { id: "nothing" })).rejects.toThrow(/Internal error/);
  client.disconnect();
});

test("behavior: balances are set, up for anybody and down for the devnet's own accounts", async () => {
  const client = await signingClient(chain, await directWallet(chain, 3));
  const fresh = await freshAddress();
  const own = await addressOf(await directWallet(chain, 3));
  for (const [address, amount] of [
    [fresh, "1234"],
    [own, "42"],
    [own, "2000000000000"],
  ] as const) {
    await call("devnet_setBalance", { address, denom: "uusdc", amount });
    expect((await client.getBalance(address, "uusdc")).amount).toBe(amount);
  }
  await expect(call("devnet_setBalance", { address: fresh, denom: "uusdc", amount: "1" })).rejects.toThrow();
  expect(chain.devnet.app.brokenInvariants()).toEqual([]);
  client.disconnect();
});
