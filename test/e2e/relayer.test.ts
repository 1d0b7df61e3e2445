// A relayer between our chain and two EVM chains, all real; only the attestation service is a stub. Cases: V1 and V2 from
// every chain to every other; the HTTP API; delivered by somebody else; an attestation that expires; one of strangers, and
// the right one later; a rate limit; a stuck transaction; a message that our chain refuses among others; a sequence that
// somebody else used; filters, and one transaction by hand.

import { createWalletClient, http } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { RELAYER_KEY } from "../../src/devnet/bridgeKeys.ts";
import type { LocalEvmChain } from "../../src/devnet/evm/evmChain.ts";
import { receiveMessageCalldata } from "../../src/relayer/evm/receiveMessage.ts";
import { type Hex, hexOf, type MessageRecord } from "../../src/relayer/journal/record.ts";
import type { RunningRelayer } from "../../src/relayer/relayer.ts";
import {
  burnOnCosmos,
  burnOnEvm,
  cosmosBalance,
  evmBalance,
  freshEvmAddress,
  LOCAL_DOMAIN,
  sendMessage,
  signerOf,
  startBridge,
  type TestBridge,
  until,
} from "./bridge.ts";
import { freshAddress } from "./testChain.ts";

const GWEI = 10n ** 9n;

let bridge: TestBridge;
let ethereum: LocalEvmChain;
let base: LocalEvmChain;

beforeAll(async () => {
  bridge = await startBridge();
  ethereum = bridge.devnet.evmChain("ethereum");
  base = bridge.devnet.evmChain("base");
});

afterAll(async () => {
  await bridge?.close();
});

async function recordOf(relayer: RunningRelayer, hash: string): Promise<MessageRecord> {
  const [record] = await relayer.find(hash);
  if (record === undefined) throw new Error(`no message of ${hash}`);
  return record;
}

/** Runs work with a relayer that begins at the newest blocks, and closes it. */
async function withRelayer(over: object, work: (relayer: RunningRelayer) => Promise<void>): Promise<void> {
  const chains = bridge.tables().map((table) => ({ ...table, startHeight: undefined }));
  const relayer = await bridge.relayer({ chains, ...over });
  try {
    await until("the chains are read", async () => {
      const { sources } = (await (await fetch(`${relayer.httpUrl}/status`)).json()) as {
        sources: { scanned: string }[];
      };
      return sources.every(({ scanned }) => scanned !== "-1");
    });
    await work(relayer);
  } finally {
    await relayer.close();
  }
}

/** One number of the metrics. */
async function metric(relayer: RunningRelayer, name: string): Promise<number> {
  const text = await (await fetch(`${relayer.httpUrl}/metrics`)).text();
  const line = text.split("\n").find((candidate) => candidate.startsWith(`stateset_relayer_${name} `));
  return line === undefined ? 0 : Number(line.split(" ").at(-1));
}

describe("carrying", () => {
  test("default: V1 and V2 between all chains, equal burns too, each once", async () => {
    const relayer = await bridge.relayer();
    const [onEthereum, onBase, here] = [freshEvmAddress(), freshEvmAddress(), await freshAddress()];
    const [v1Hash] = await burnOnEvm(
      ethereum,
      1,
      { version: 1, to: LOCAL_DOMAIN, recipient: here, amount: 1_000_000n },
      { version: 2, to: LOCAL_DOMAIN, recipient: here, amount: 2_000_000n },
      { version: 1, to: base.domain, recipient: onBase, amount: 3_000_000n },
      { version: 2, to: base.domain, recipient: onBase, amount: 4_000_000n, maxFee: 10n, threshold: 1000 },
    );
    bridge.iris.isReversed = true;
    const burned = await burnOnCosmos(
      bridge,
      { version: 1, to: 0, recipient: onEthereum, amount: 5_000_000n },
      { version: 2, to: 0, recipient: onEthereum, amount: 6_000_000n },
      { version: 2, to: 0, recipient: onEthereum, amount: 6_000_000n },
      { version: 2, to: 6, recipient: onBase, amount: 7_000_000n },
    );
    await until("everything is known", async () => (await relayer.find(burned.transactionHash)).length === 4);
    await until("everything is done", () => relayer.openCount === 0);
    bridge.iris.isReversed = false;
    expect(await cosmosBalance(bridge, here)).toBe(3_000_000n);
    expect(await evmBalance(base, onBase)).toBe(14_000_000n);
    expect(await evmBalance(ethereum, onEthereum)).toBe(17_000_000n);
    const records = [...(await relayer.find(burned.transactionHash)), await recordOf(relayer, v1Hash!)];
    expect(records.every(({ state, delivery }) => state === "done" && delivery?.by === "us")).toBe(true);
    expect(new Set(records.map(({ sourceDomain, nonce }) => `${sourceDomain} ${nonce}`)).size).toBe(records.length);
    expect(await metric(relayer, 'fees_wasted_total{chain="ethereum"}')).toBe(0);
    expect(bridge.devnet.chain.app.brokenInvariants()).toEqual([]);
    await relayer.close();
  });

  test("behavior: the HTTP API", async () => {
    await withRelayer({}, async (relayer) => {
      const [hash] = await burnOnEvm(ethereum, 2, { version: 2, to: 6, recipient: freshEvmAddress(), amount: 5n });
      await until("it is done", async () => (await relayer.find(hash!))[0]?.state === "done");
      const ask = async (path: string, options?: RequestInit) => {
        const response = await fetch(`${relayer.httpUrl}${path}`, options);
        return { status: response.status, body: (await response.json()) as Record<string, unknown> };
      };
      const record = await recordOf(relayer, hash!);
      for (const known of [hash!, record.messageHash.slice(2).toUpperCase(), record.delivery!.txHash!]) {
        const found = await ask(`/messages/${known}`);
        expect(found).toMatchObject({
          status: 200,
          body: { messages: [{ id: record.id, state: "done", amount: "5" }] },
        });
      }
      expect(await ask("/messages?state=done&limit=1")).toMatchObject({ body: { messages: [{ id: record.id }] } });
      expect(await ask("/health")).toEqual({ status: 200, body: { status: "ok", problems: [] } });
      expect(await ask("/status")).toMatchObject({ body: { messages: { done: 1, seen: 0 } } });
      expect((await ask("/messages?state=lost")).status).toBe(400);
      expect((await ask("/messages/0x12")).status).toBe(400);
      expect((await ask(`/messages/${"0".repeat(64)}`)).status).toBe(404);
      const post = { method: "POST" };
      expect((await ask(`/messages/${"0".repeat(64)}/retry`, post)).status).toBe(404);
      expect((await ask(`/tx/0/${"0".repeat(64)}`, post)).status).toBe(404);
      expect((await ask(`/tx/99/${hash}`, post)).status).toBe(404);
      expect((await ask(`/tx/0/${hash}`, { ...post, headers: { origin: "http://evil.example" } })).status).toBe(403);
      expect(await ask(`/tx/0/${hash}`, post)).toMatchObject({ status: 200, body: { messages: [{ state: "done" }] } });
    });
  });

  test("behavior: filters hold back, and one transaction by hand goes all the same", async () => {
    const routes = [{ from: "ethereum", to: "base", amountMinUusdc: 1_000 }];
    await withRelayer({ routes }, async (relayer) => {
      const recipient = freshEvmAddress();
      const [small] = await burnOnEvm(ethereum, 3, { version: 2, to: 6, recipient, amount: 999n });
      const [large] = await burnOnEvm(ethereum, 3, { version: 2, to: 6, recipient, amount: 1_000n });
      const [elsewhere] = await burnOnEvm(ethereum, 3, {
        version: 2,
        to: LOCAL_DOMAIN,
        recipient: await freshAddress(),
        amount: 1_000n,
      });
      await until("the large one arrived", async () => (await evmBalance(base, recipient)) === 1_000n);
      expect(await recordOf(relayer, small!)).toMatchObject({ state: "parked", parkReason: "filtered" });
      expect(await relayer.find(elsewhere!)).toEqual([]);
      expect((await relayer.relayTx(0, small!.toUpperCase().replace("0X", "0x")))?.length).toBe(1);
      await until("both arrived", async () => (await evmBalance(base, recipient)) === 1_999n);
      expect((await recordOf(relayer, large!)).state).toBe("done");
    });
  });
});

describe("attestations", () => {
  test("behavior: one that is about to expire is asked for anew, and what comes is delivered", async () => {
    await withRelayer({}, async (relayer) => {
      const recipient = freshEvmAddress();
      const height = await base.client.getBlockNumber();
      bridge.iris.fields = { feeExecuted: 1n, expirationBlock: height + 3n };
      bridge.iris.renewed = { feeExecuted: 1n, expirationBlock: height + 100_000n };
      const burn = { version: 2, to: 6, recipient, amount: 1_000n, maxFee: 1n, threshold: 1000 } as const;
      const [hash] = await burnOnEvm(ethereum, 1, burn);
      await until("it arrived", async () => (await evmBalance(base, recipient)) === 999n);
      bridge.iris.fields = { feeExecuted: 0n, expirationBlock: 0n };
      expect(bridge.iris.requests.some((request) => request.startsWith("POST /v2/reattest/0x"))).toBe(true);
      await until("it is done", async () => (await recordOf(relayer, hash!)).state === "done");
      expect((await recordOf(relayer, hash!)).attested?.expirationBlock).toBe(String(height + 100_000n));
    });
  });

  test("behavior: strangers' signatures cost no gas; the right ones are taken when they come", async () => {
    await withRelayer({}, async (relayer) => {
      const recipient = await freshAddress();
      bridge.iris.signWith([RELAYER_KEY.privKey, RELAYER_KEY.privKey]);
      const [v1Hash] = await burnOnEvm(ethereum, 1, { version: 1, to: LOCAL_DOMAIN, recipient, amount: 10n });
      const [v2Hash] = await burnOnEvm(ethereum, 1, { version: 2, to: 6, recipient: freshEvmAddress(), amount: 10n });
      const isRefused = async (hash: Hex) =>
        (await relayer.find(hash))[0]?.lastError?.includes("does not hold") === true;
      await until("both are refused", async () => (await isRefused(v1Hash!)) && (await isRefused(v2Hash!)));
      expect((await recordOf(relayer, v1Hash!)).attempts).toEqual([]);
      bridge.iris.signWith(undefined);
      await until("both are done", () => relayer.openCount === 0);
      expect(await cosmosBalance(bridge, recipient)).toBe(10n);
    });
  });

  test("behavior: after `too many requests` nothing is asked for a while, and nothing is lost", async () => {
    await withRelayer({}, async (relayer) => {
      bridge.iris.status = 429;
      const [hash] = await burnOnEvm(ethereum, 1, { version: 2, to: 6, recipient: freshEvmAddress(), amount: 10n });
      const before = bridge.iris.requests.length;
      await until("it was asked", () => bridge.iris.requests.length > before);
      const asked = bridge.iris.requests.length;
      await new Promise((resolve) => setTimeout(resolve, 500));
      expect(bridge.iris.requests.length).toBe(asked);
      bridge.iris.status = undefined;
      await until("it is done", async () => (await recordOf(relayer, hash!)).state === "done");
    });
  });

  test("behavior: errors of the service, and an unknown message, are waited out", async () => {
    await withRelayer({}, async (relayer) => {
      for (const status of [500, 404]) {
        bridge.iris.status = status;
        const before = bridge.iris.requests.length;
        const [hash] = await burnOnEvm(ethereum, 1, { version: 1, to: 6, recipient: freshEvmAddress(), amount: 10n });
        await until("it was asked often", () => bridge.iris.requests.length > before + 5);
        expect(await recordOf(relayer, hash!)).toMatchObject({ state: "final" });
        bridge.iris.status = undefined;
        await until("it is done", async () => (await recordOf(relayer, hash!)).state === "done");
      }
    });
  });
});

describe("delivering on EVM chains", () => {
  /** Holds back the blocks of a chain while work runs. */
  async function withoutBlocks(chain: LocalEvmChain, work: () => Promise<void>): Promise<void> {
    await chain.client.setAutomine(false);
    try {
      await work();
    } finally {
      await chain.client.setAutomine(true);
      await chain.mine();
    }
  }

  test("behavior: a stuck transaction gets dearer copies, and one of them delivers", async () => {
    await withRelayer({}, async (relayer) => {
      const recipient = freshEvmAddress();
      let hash: Hex | undefined;
      await withoutBlocks(base, async () => {
        [hash] = await burnOnEvm(ethereum, 1, { version: 2, to: 6, recipient, amount: 77n });
        await until("there are three copies", async () => (await relayer.find(hash!))[0]?.attempts.length === 3);
      });
      await until("it is done", async () => (await recordOf(relayer, hash!)).state === "done");
      const { attempts, delivery } = await recordOf(relayer, hash!);
      expect(attempts.at(-1)).toMatchObject({ txHash: delivery?.txHash, outcome: "delivered" });
      expect(await evmBalance(base, recipient)).toBe(77n);
      const receipt = await base.client.getTransactionReceipt({ hash: delivery!.txHash as Hex });
      expect(receipt.status).toBe("success");
    });
  });

  test("behavior: delivered by somebody else before us: done, and nothing spent", async () => {
    await withRelayer({ delayMs: 2_000 }, async (relayer) => {
      const recipient = freshEvmAddress();
      const [hash] = await burnOnEvm(ethereum, 1, { version: 2, to: 6, recipient, amount: 55n });
      await until("it is attested", async () => (await relayer.find(hash!))[0]?.state === "attested");
      const theirs = await deliverByHand(await recordOf(relayer, hash!));
      await until("it is done", async () => (await recordOf(relayer, hash!)).state === "done");
      expect(await recordOf(relayer, hash!)).toMatchObject({ attempts: [], delivery: { by: "other", txHash: theirs } });
      expect(await metric(relayer, 'fees_wasted_total{chain="base"}')).toBe(0);
    });
  });

  test("behavior: overtaken with another behind it: a cheap cancellation takes the turn", async () => {
    await withRelayer({}, async (relayer) => {
      const recipient = freshEvmAddress();
      const burn = (amount: bigint) => ({ version: 2, to: 6, recipient, amount }) as const;
      const hashes: Hex[] = [];
      let theirs: Hex | undefined;
      await withoutBlocks(base, async () => {
        for (const amount of [66n, 1n]) {
          const [hash] = await burnOnEvm(ethereum, 1, burn(amount));
          await until("it is submitted", async () => (await relayer.find(hash!))[0]?.state === "submitted");
          hashes.push(hash!);
        }
        theirs = await deliverByHand(await recordOf(relayer, hashes[0]!), false);
        // A block that is too dear for ours: theirs comes into it, and ours wait.
        await base.client.setNextBlockBaseFeePerGas({ baseFeePerGas: 50n * GWEI });
        await base.mine();
        await until("there is another copy", async () => (await relayer.find(hashes[0]!))[0]?.attempts.length === 2);
      });
      await until("both are done", () => relayer.openCount === 0);
      expect((await recordOf(relayer, hashes[0]!)).delivery).toMatchObject({ by: "other", txHash: theirs });
      expect((await recordOf(relayer, hashes[1]!)).delivery).toMatchObject({ by: "us" });
      const wasted = await metric(relayer, 'fees_wasted_total{chain="base"}');
      expect(wasted).toBeGreaterThan(0);
      expect(wasted).toBeLessThan(Number(21_000n * 60n * GWEI));
      expect(await evmBalance(base, recipient)).toBe(67n);
    });
  });

  /** Delivers by another account; waits for the block unless it is told not to. */
  async function deliverByHand({ attested }: MessageRecord, isWaiting = true): Promise<Hex> {
    const account = privateKeyToAccount(hexOf(base.accounts[7]!.privKey));
    const wallet = createWalletClient({ account, transport: http(base.rpcUrl) });
    const data = receiveMessageCalldata(attested!.message, attested!.attestation);
    const to = base.contracts.v2.messageTransmitter;
    const hash = await wallet.sendTransaction({
      to,
      data,
      chain: null,
      gas: 400_000n,
      maxFeePerGas: 100n * GWEI,
      maxPriorityFeePerGas: 10n * GWEI,
    });
    if (isWaiting) await base.client.waitForTransactionReceipt({ hash, pollingInterval: 20 });
    return hash;
  }
});

describe("delivering on our chain", () => {
  test("behavior: a message that is refused does not hold up the others, and goes when it may", async () => {
    const operator = await signerOf(bridge, 0);
    const [good, bad] = [await freshAddress(), await freshAddress()];
    await sendMessage(operator, "/stateset.issuer.v1.MsgBlacklist", { from: operator.address, address: bad });
    await withRelayer({}, async (relayer) => {
      const burn = (recipient: string, amount: bigint) =>
        ({ version: 2, to: LOCAL_DOMAIN, recipient, amount }) as const;
      const hashes = await burnOnEvm(base, 4, burn(good, 1n), burn(bad, 2n), burn(good, 4n));
      await until("the good ones arrived", async () => (await cosmosBalance(bridge, good)) === 5n);
      await until(
        "the bad one is refused",
        async () => (await relayer.find(hashes[1]!))[0]?.refusedSinceMs !== undefined,
      );
      expect(await recordOf(relayer, hashes[1]!)).toMatchObject({ state: "attested", attempts: [] });
      expect((await recordOf(relayer, hashes[1]!)).lastError).toContain("blacklisted");
      await sendMessage(operator, "/stateset.issuer.v1.MsgUnblacklist", { from: operator.address, address: bad });
      await fetch(`${relayer.httpUrl}/messages/${hashes[1]}/retry`, { method: "POST" });
      await until("the bad one arrived", async () => (await cosmosBalance(bridge, bad)) === 2n);
      await until("all are done", () => relayer.openCount === 0);
      expect((await recordOf(relayer, hashes[1]!)).refusedSinceMs).toBeUndefined();
    });
    operator.client.disconnect();
  });

  test("behavior: somebody used the account's sequence: it is found again", async () => {
    await withRelayer({}, async (relayer) => {
      const recipient = await freshAddress();
      const burn = { version: 1, to: LOCAL_DOMAIN, recipient, amount: 3n } as const;
      await burnOnEvm(base, 5, burn);
      await until("the first arrived", async () => (await cosmosBalance(bridge, recipient)) === 3n);
      const intruder = await signerOf(bridge, RELAYER_KEY.privKey);
      await intruder.client.sendTokens(intruder.address, recipient, [{ denom: "uusdc", amount: "1" }], "auto");
      intruder.client.disconnect();
      await burnOnEvm(base, 5, burn, burn);
      await until("all arrived", async () => (await cosmosBalance(bridge, recipient)) === 10n);
      await until("all are done", () => relayer.openCount === 0);
    });
  });
});
