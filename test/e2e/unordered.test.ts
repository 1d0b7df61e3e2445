// Unordered transactions through a real node: many at once, replays refused, the sequence left alone.

import type { EncodeObject } from "@cosmjs/proto-signing";
import { coins } from "@cosmjs/stargate";
import { afterAll, beforeAll, expect, test } from "vitest";
import { signUnordered } from "../../src/sdk/unorderedTx.ts";
import { addressOf, directWallet, freshAddress, signingClient, startTestChain, type TestChain } from "./testChain.ts";

const FEE = { amount: coins(2500, "uusdc"), gas: "120000" };

let chain: TestChain;

beforeAll(async () => {
  chain = await startTestChain();
});

afterAll(async () => {
  await chain?.close();
});

async function setUp() {
  const wallet = await directWallet(chain, 1);
  const address = await addressOf(wallet);
  const client = await signingClient(chain, wallet);
  const { accountNumber, sequence } = await client.getSequence(address);
  const recipient = await freshAddress();
  const message: EncodeObject = {
    typeUrl: "/cosmos.bank.v1beta1.MsgSend",
    value: { fromAddress: address, toAddress: recipient, amount: coins(5, "uusdc") },
  };
  const sign = (timeoutTimestampMs: number) =>
    signUnordered({
      signer: wallet,
      address,
      chainId: chain.devnet.chainId,
      accountNumber,
      messages: [message],
      fee: FEE,
      timeoutTimestampMs,
    });
  return { address, client, recipient, sequence, sign };
}

test("default: ten at once all arrive, and the sequence stays", async () => {
  const { address, client, recipient, sequence, sign } = await setUp();
  const soonMs = Date.now() + 60_000;
  const txs = await Promise.all(Array.from({ length: 10 }, (_, index) => sign(soonMs + index)));
  const results = await Promise.all(txs.reverse().map((tx) => client.broadcastTx(tx)));
  expect(results.map((result) => result.code)).toEqual(new Array(10).fill(0));
  expect((await client.getBalance(recipient, "uusdc")).amount).toBe("50");
  expect((await client.getSequence(address)).sequence).toBe(sequence);
  client.disconnect();
});

test("error: the same time twice, a time too far, a time that has passed", async () => {
  const { client, sign } = await setUp();
  const soonMs = Date.now() + 90_000;
  expect((await client.broadcastTx(await sign(soonMs))).code).toBe(0);
  // Another recipient makes other bytes with the same time.
  const again = await setUp();
  await expect(client.broadcastTx(await again.sign(soonMs))).rejects.toMatchObject({ code: 18 });
  await expect(client.broadcastTx(await sign(Date.now() + 700_000))).rejects.toThrow("unordered tx ttl exceeds 10m0s");
  await expect(client.broadcastTx(await sign(Date.now() - 60_000))).rejects.toMatchObject({ code: 42 });
  await expect(sign(1.5)).rejects.toThrow("expected milliseconds since 1970");
  client.disconnect();
  again.client.disconnect();
});
