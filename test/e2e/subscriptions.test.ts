// Cases: NewBlockHeader, NewBlock and Tx subscriptions over the WebSocket client of @cosmjs/tendermint-rpc; filtered
// subscriptions; broadcast_tx_commit beside a subscription; what is announced can be read.

import { toHex } from "@cosmjs/encoding";
import { coins } from "@cosmjs/stargate";
import { Comet38Client, type comet38, WebsocketClient } from "@cosmjs/tendermint-rpc";
import { afterAll, beforeAll, expect, test } from "vitest";
import { TxRaw } from "../../gen/cosmos/tx/v1beta1/tx.ts";
import { hashBlock } from "./cometHasher.ts";
import { addressOf, directWallet, freshAddress, signingClient, startTestChain, type TestChain } from "./testChain.ts";

const FEE = { amount: coins(2500, "uusdc"), gas: "100000" };

interface Stream<T> {
  subscribe(listener: { next: (value: T) => void; error: (error: unknown) => void }): { unsubscribe(): void };
}

let chain: TestChain;

beforeAll(async () => {
  chain = await startTestChain();
});

afterAll(async () => {
  await chain?.close();
});

function collect<T>(stream: Stream<T>, count: number): Promise<T[]> {
  return new Promise((resolve, reject) => {
    const values: T[] = [];
    const subscription = stream.subscribe({
      next: (value) => {
        values.push(value);
        if (values.length < count) return;
        subscription.unsubscribe();
        resolve(values);
      },
      error: reject,
    });
  });
}

/** A connected client. CosmJS sends nothing ever when a socket connects while its queue is empty, so it asks at once. */
async function webSocketClient(): Promise<Comet38Client> {
  const client = Comet38Client.create(new WebsocketClient(chain.rpcUrl.replace("http", "ws")));
  await client.status();
  return client;
}

test("default: headers follow each other, and hash to what blocks say", async () => {
  const client = await webSocketClient();
  const headers = await collect(client.subscribeNewBlockHeader(), 3);
  const [first, second, third] = headers;
  if (first === undefined || second === undefined || third === undefined) throw new Error("no headers");
  expect(second.height).toBe(first.height + 1);
  expect(toHex(third.lastBlockId?.hash ?? new Uint8Array())).toBe(toHex(hashBlock(second)));
  client.disconnect();
});

test("behavior: a Tx subscription with a condition hears of that transaction, which can be read at once", async () => {
  const client = await webSocketClient();
  const wallet = await directWallet(chain, 0);
  const sender = await addressOf(wallet);
  const recipient = await freshAddress();
  const heard = collect(client.subscribeTx(`transfer.recipient='${recipient}'`), 1);
  const signing = await signingClient(chain, wallet);
  await signing.sendTokens(sender, await freshAddress(), coins(1, "uusdc"), FEE);
  const sent = await signing.sendTokens(sender, recipient, coins(2, "uusdc"), FEE);
  const [event] = await heard;
  if (event === undefined) throw new Error("no event");
  expect(toHex(event.hash).toUpperCase()).toBe(sent.transactionHash);
  expect(event.height).toBe(sent.height);
  expect((await client.tx({ hash: event.hash })).height).toBe(event.height);
  expect(event.result.code).toBe(0);
  signing.disconnect();
  client.disconnect();
});

test("behavior: broadcast_tx_commit answers on a socket whose subscriptions go on", async () => {
  const client = await webSocketClient();
  const blocks = collect(client.subscribeNewBlock(), 4);
  const wallet = await directWallet(chain, 1);
  const sender = await addressOf(wallet);
  const signing = await signingClient(chain, wallet);
  const value = { fromAddress: sender, toAddress: sender, amount: coins(1, "uusdc") };
  const signed = await signing.sign(sender, [{ typeUrl: "/cosmos.bank.v1beta1.MsgSend", value }], FEE, "");
  const result = await client.broadcastTxCommit({ tx: TxRaw.encode(signed).finish() });
  expect(result.checkTx.code).toBe(0);
  expect(result.txResult?.code).toBe(0);
  expect(result.height).toBeGreaterThan(0);
  expect(await blocks).toHaveLength(4);
  signing.disconnect();
  client.disconnect();
});

test("behavior: the moment a block is announced, its transactions are in every index", async () => {
  const client = await webSocketClient();
  const wallet = await directWallet(chain, 2);
  const sender = await addressOf(wallet);
  const signing = await signingClient(chain, wallet);
  const checks: Promise<void>[] = [];
  const subscription = (client.subscribeTx() as Stream<comet38.TxEvent>).subscribe({
    next: (event) => {
      checks.push(
        (async () => {
          expect((await client.tx({ hash: event.hash })).height).toBe(event.height);
          const { txs } = await client.txSearch({ query: `tx.height=${event.height}` });
          expect(txs.map((tx) => toHex(tx.hash))).toContain(toHex(event.hash));
          expect((await client.status()).syncInfo.latestBlockHeight).toBeGreaterThanOrEqual(event.height);
        })(),
      );
    },
    error: () => undefined,
  });
  for (let index = 0; index < 5; index += 1) {
    await signing.sendTokens(sender, await freshAddress(), coins(1, "uusdc"), FEE);
  }
  await expect.poll(() => checks.length).toBeGreaterThanOrEqual(5);
  await Promise.all(checks);
  subscription.unsubscribe();
  signing.disconnect();
  client.disconnect();
});
