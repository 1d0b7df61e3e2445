// The devnet's controls over JSON-RPC. Cases: mining; time forward and never back; snapshots, reverts, and transactions
// that are sent again; controls at once; balances up and down; what is refused and how; a node without controls.

import { coins } from "@cosmjs/stargate";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { TxRaw } from "../../gen/cosmos/tx/v1beta1/tx.ts";
import { timestampToNs } from "../../src/codec/time.ts";
import { addressOf, directWallet, freshAddress, signingClient, startTestChain, type TestChain } from "./testChain.ts";

const FEE = { amount: coins(2500, "uusdc"), gas: "100000" };
const HOUR_NS = 3_600_000_000_000n;
const SECOND_NS = 1_000_000_000n;

let chain: TestChain;

beforeAll(async () => {
  chain = await startTestChain();
});

afterAll(async () => {
  await chain?.close();
});

interface RpcAnswer {
  readonly result?: Record<string, string>;
  readonly error?: { readonly code: number; readonly message: string; readonly data: string };
}

async function ask(method: string, params: object = {}, rpcUrl = chain.rpcUrl): Promise<RpcAnswer> {
  const response = await fetch(rpcUrl, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ jsonrpc: "2.0", id: 1, method, params }),
  });
  return (await response.json()) as RpcAnswer;
}

async function call(method: string, params: object = {}): Promise<Record<string, string>> {
  const { result, error } = await ask(method, params);
  if (result === undefined) throw new Error(`${method}: ${JSON.stringify(error)}`);
  return result;
}

async function timeNsOf(height: number): Promise<bigint> {
  const stored = await chain.devnet.node.getBlock(height);
  if (stored?.block.header?.time === undefined) throw new Error(`there is no block ${height}`);
  return timestampToNs(stored.block.header.time);
}

describe("blocks and time", () => {
  test("default: blocks are mined when they are asked for", async () => {
    const before = chain.devnet.node.latestHeight;
    const one = await call("devnet_mine");
    expect(Number(one["height"])).toBeGreaterThan(before);
    const five = await call("devnet_mine", { blocks: "5" });
    expect(Number(five["height"])).toBeGreaterThanOrEqual(Number(one["height"]) + 5);
  });

  test("behavior: time is moved by an hour, set to an instant, and goes on from there", async () => {
    const beforeNs = chain.devnet.node.latestTimeNs;
    await call("devnet_advanceTime", { delta_ns: HOUR_NS.toString() });
    const afterNs = await timeNsOf(Number((await call("devnet_mine"))["height"]));
    expect(afterNs - beforeNs).toBeGreaterThanOrEqual(HOUR_NS);
    expect(afterNs - beforeNs).toBeLessThan(HOUR_NS + 60n * SECOND_NS);
    const targetNs = afterNs + 2n * HOUR_NS;
    await call("devnet_setNextBlockTime", { time_ns: targetNs.toString() });
    const height = Number((await call("devnet_mine"))["height"]);
    // An empty block may have come before the one that was asked for: it has the time then.
    const times = await Promise.all([height - 1, height].map(timeNsOf));
    expect(times).toContain(targetNs);
    const nextNs = await timeNsOf(Number((await call("devnet_mine"))["height"]));
    expect(nextNs).toBeGreaterThan(targetNs);
    expect(nextNs - targetNs).toBeLessThan(60n * SECOND_NS);
  });

  test("behavior: the times of all blocks grow, whatever was asked", async () => {
    const { latestHeight } = chain.devnet.node;
    const times = await Promise.all(Array.from({ length: latestHeight }, (_, index) => timeNsOf(index + 1)));
    expect(times.every((timeNs, index) => index === 0 || timeNs > times[index - 1]!)).toBe(true);
  });

  test.each([
    ["a time that has passed", "devnet_setNextBlockTime", { time_ns: "1000" }, -32603, /is not after the last block's/],
    ["a time no clock reaches", "devnet_setNextBlockTime", { time_ns: "9223372036854775807" }, -32603, /at most/],
    ["a step back", "devnet_advanceTime", { delta_ns: "-1" }, -32603, /the clock moves forward only, not by -1/],
    ["a step beyond 2200", "devnet_advanceTime", { delta_ns: "9223372036854775807" }, -32603, /at most/],
    ["more than 64 bits", "devnet_advanceTime", { delta_ns: "9223372036854775808" }, -32602, /delta_ns/],
    ["no number", "devnet_advanceTime", { delta_ns: "soon" }, -32602, /delta_ns/],
    ["no step", "devnet_advanceTime", {}, -32602, /delta_ns: expected an integer, got nothing/],
    ["no blocks", "devnet_mine", { blocks: "0" }, -32602, /blocks: expected 1 to 1000, got 0/],
    ["too many blocks", "devnet_mine", { blocks: "1001" }, -32602, /blocks: expected 1 to 1000, got 1001/],
  ])("error: %s", async (_name, method, params, code, data) => {
    expect((await ask(method, params)).error).toMatchObject({ code, data: expect.stringMatching(data) });
    // Whatever was refused, the chain goes on.
    await call("devnet_mine");
  });
});

describe("snapshots", () => {
  test("default: a reverted chain stands where it stood, goes on, and takes the same transaction again", async () => {
    const wallet = await directWallet(chain, 2);
    const client = await signingClient(chain, wallet);
    const sender = await addressOf(wallet);
    const recipient = await freshAddress();
    const { id } = await call("devnet_snapshot");
    const { sequence } = await client.getSequence(sender);
    const balance = await client.getBalance(sender, "uusdc");
    const send = {
      typeUrl: "/cosmos.bank.v1beta1.MsgSend",
      value: { fromAddress: sender, toAddress: recipient, amount: coins(5, "uusdc") },
    };
    const tx = TxRaw.encode(await client.sign(sender, [send], FEE, "")).finish();
    const first = await client.broadcastTx(tx, 10_000, 50);
    expect(first.code).toBe(0);
    const reverted = await call("devnet_revert", { id: id! });
    expect(Number(reverted["height"])).toBeLessThan(first.height);
    expect(await client.getTx(first.transactionHash)).toBeNull();
    expect(await client.searchTx(`transfer.recipient='${recipient}'`)).toEqual([]);
    expect((await client.getBalance(recipient, "uusdc")).amount).toBe("0");
    expect(await client.getBalance(sender, "uusdc")).toEqual(balance);
    expect((await client.getSequence(sender)).sequence).toBe(sequence);
    const again = await client.broadcastTx(tx, 10_000, 50);
    expect(again).toMatchObject({ code: 0, transactionHash: first.transactionHash });
    expect((await client.getBalance(recipient, "uusdc")).amount).toBe("5");
    expect(await client.searchTx(`transfer.recipient='${recipient}'`)).toHaveLength(1);
    // Used up.
    expect((await ask("devnet_revert", { id: id! })).error).toMatchObject({
      code: -32603,
      data: `there is no snapshot "${id}"`,
    });
    client.disconnect();
  });

  test("behavior: what waits in the mempool goes with the reverted blocks", async () => {
    const wallet = await directWallet(chain, 4);
    const client = await signingClient(chain, wallet);
    const sender = await addressOf(wallet);
    const { id } = await call("devnet_snapshot");
    for (let count = 0; count < 3; count += 1) {
      await client.sendTokens(sender, sender, coins(1, "uusdc"), FEE);
    }
    await call("devnet_revert", { id: id! });
    expect(chain.devnet.node.mempool.size).toBe(0);
    expect((await client.sendTokens(sender, sender, coins(1, "uusdc"), FEE)).code).toBe(0);
    client.disconnect();
  });

  test("behavior: controls that are used at once do not disturb each other", async () => {
    const fresh = await Promise.all(Array.from({ length: 6 }, freshAddress));
    const [ids] = await Promise.all([
      Promise.all(Array.from({ length: 6 }, () => call("devnet_snapshot"))),
      Promise.all(fresh.map((address) => call("devnet_setBalance", { address, denom: "uusdc", amount: "7" }))),
      call("devnet_mine", { blocks: "3" }),
    ]);
    expect(new Set(ids.map(({ id }) => id)).size).toBe(6);
    const client = await signingClient(chain, await directWallet(chain, 5));
    for (const address of fresh) expect((await client.getBalance(address, "uusdc")).amount).toBe("7");
    client.disconnect();
  });

  test.each([
    ["an unknown snapshot", { id: "nothing" }, -32603, /there is no snapshot "nothing"/],
    ["no snapshot", {}, -32602, /id: expected a text, got nothing/],
    ["no text", { id: { $ne: 1 } }, -32602, /id/],
  ])("error: %s", async (_name, params, code, data) => {
    expect((await ask("devnet_revert", params)).error).toMatchObject({ code, data: expect.stringMatching(data) });
  });
});

describe("balances", () => {
  test("default: up for anybody, up and down for the devnet's own accounts, and the books still add up", async () => {
    const wallet = await directWallet(chain, 3);
    const client = await signingClient(chain, wallet);
    const [fresh, own] = [await freshAddress(), await addressOf(wallet)];
    for (const [address, amount] of [
      [fresh, "1234"],
      [fresh, "1234"],
      [fresh, "1235"],
      [own, "42"],
      [own, "0"],
      [own, "2000000000000"],
    ] as const) {
      await call("devnet_setBalance", { address, denom: "uusdc", amount });
      expect((await client.getBalance(address, "uusdc")).amount).toBe(amount);
    }
    expect(chain.devnet.app.brokenInvariants()).toEqual([]);
    // The account still signs.
    expect((await client.sendTokens(own, fresh, coins(1, "uusdc"), FEE)).code).toBe(0);
    client.disconnect();
  });

  test("behavior: set while the account spends", async () => {
    const wallet = await directWallet(chain, 6);
    const client = await signingClient(chain, wallet);
    const own = await addressOf(wallet);
    const spent = client.sendTokens(own, await freshAddress(), coins(10, "uusdc"), FEE);
    await call("devnet_setBalance", { address: own, denom: "uusdc", amount: "2000000000000" });
    expect((await spent).code).toBe(0);
    // Before the transfer or after it, and nothing between.
    expect(["2000000000000", "1999999997490"]).toContain((await client.getBalance(own, "uusdc")).amount);
    client.disconnect();
  });

  test.each([
    [
      "lowering somebody else's",
      async () => ({ amount: "1" }),
      -32603,
      /lowering the balance of .* needs its signature/,
    ],
    ["the faucet's own", async () => ({ address: chain.devnet.accounts[0]!.address }), -32603, /faucet's own balance/],
    ["a malformed address", async () => ({ address: "stateset1xyz" }), -32603, /address|bech32|checksum/],
    ["a coin the faucet has none of", async () => ({ denom: "unknown", amount: "5" }), -32603, /insufficient funds/],
    ["more than there is", async () => ({ amount: (10n ** 30n).toString() }), -32603, /insufficient funds/],
    ["a malformed coin", async () => ({ denom: "!", amount: "5" }), -32603, /denom/],
    ["a negative amount", async () => ({ amount: "-1" }), -32602, /amount/],
    ["an amount over 256 bits", async () => ({ amount: (2n ** 256n).toString() }), -32602, /amount/],
    ["no amount", async () => ({ amount: undefined }), -32602, /amount/],
  ])("error: %s", async (_name, changes, code, data) => {
    const address = await freshAddress();
    await call("devnet_setBalance", { address, denom: "uusdc", amount: "50" });
    const params = { address, denom: "uusdc", amount: "60", ...(await changes()) };
    expect((await ask("devnet_setBalance", params)).error).toMatchObject({
      code,
      data: expect.stringMatching(data),
    });
    await call("devnet_mine");
  });
});

test("error: a node without controls does not know them", async () => {
  const plain = await startTestChain({ admin: false });
  try {
    for (const method of ["mine", "setNextBlockTime", "advanceTime", "snapshot", "revert", "setBalance"]) {
      const { error } = await ask(`devnet_${method}`, {}, plain.rpcUrl);
      expect(error).toMatchObject({ code: -32601, message: "Method not found" });
    }
    expect((await fetch(`${plain.rpcUrl}/devnet_mine`)).status).toBe(404);
  } finally {
    await plain.close();
  }
});
