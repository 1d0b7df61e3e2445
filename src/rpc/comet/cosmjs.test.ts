// What the published client of CosmJS makes of every method it has, over HTTP, in batches and over a WebSocket.

import { fromHex, toHex } from "@cosmjs/encoding";
import { Comet38Client, connectComet, HttpBatchClient, HttpClient, WebsocketClient } from "@cosmjs/tendermint-rpc";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { utf8 } from "../../codec/bytes.ts";
import { kvTx } from "../../consensus/testing/kvApp.ts";
import { sha256 } from "../../crypto/hash.ts";
import { type MerkleProof, verifyMerkleProof } from "../../crypto/merkle.ts";
import { type ServedNode, serveNode } from "./testing/servedNode.ts";

const txOf = (from: string, sequence: number) => kvTx({ from, sequence, key: `${from}-${sequence}`, value: "v" });
const FIRST = txOf("alice", 0);
const SECOND = txOf("bob", 0);
const FAILING = kvTx({ from: "carol", sequence: 0, key: "k", value: "v", fail: true });

let served: ServedNode;

/** Block 1 is empty, 2 has three transactions, 3 is empty, 4 has 40. */
async function serve(): Promise<void> {
  served = await serveNode();
  for (const tx of [FIRST, SECOND, FAILING]) await served.node.submitTx(tx);
  await served.node.produce();
  await served.node.produce();
  for (let sequence = 0; sequence < 40; sequence += 1) await served.node.submitTx(txOf("dave", sequence));
  await served.node.produce();
}

const OVER = {
  http: () => new HttpClient(served.url),
  batch: () => new HttpBatchClient(served.url, { dispatchInterval: 1 }),
  webSocket: () => new WebsocketClient(served.url.replace("http", "ws")),
};

describe.each(Object.keys(OVER) as (keyof typeof OVER)[])("over %s", (name) => {
  let client: Comet38Client;
  beforeAll(async () => {
    await serve();
    client = Comet38Client.create(OVER[name]());
  });
  afterAll(async () => {
    client?.disconnect();
    await served?.close();
  });

  test("default: status and health", async () => {
    const { nodeInfo, syncInfo, validatorInfo } = await client.status();
    expect(nodeInfo.network).toBe("test-1");
    expect(nodeInfo.moniker).toBe("test");
    expect(toHex(nodeInfo.id)).toBe(served.node.nodeId);
    expect(syncInfo).toMatchObject({ latestBlockHeight: 4, earliestBlockHeight: 1, catchingUp: false });
    const { block } = await client.block(4);
    expect(syncInfo.latestAppHash).toEqual(block.header.appHash);
    expect(syncInfo.latestBlockHash).toEqual((await client.block(4)).blockId.hash);
    expect(validatorInfo?.votingPower).toBe(10n);
    expect(await client.health()).toBeNull();
  });

  test("default: blocks, their commits and results", async () => {
    const latest = await client.block();
    expect(latest.block.header.height).toBe(4);
    const second = await client.block(2);
    expect(second.block.txs).toEqual(expect.arrayContaining([FIRST, SECOND, FAILING]));
    const first = await client.block(1);
    expect(first.block.lastCommit).toBeNull();
    expect((await client.block(3)).block.header.lastBlockId).toEqual(second.blockId);
    expect((await client.commit(2)).canonical).toBe(true);
    expect((await client.commit()).canonical).toBe(false);
    expect((await client.commit(2)).commit.blockId).toEqual(second.blockId);
    const { results, finalizeBlockEvents, height } = await client.blockResults(2);
    expect(height).toBe(2);
    expect(results.map(({ code }) => code).sort()).toEqual([0, 0, 5]);
    expect(finalizeBlockEvents.map(({ type }) => type)).toContain("clock");
    const chain = await client.blockchain(1, 3);
    expect(chain.lastHeight).toBe(4);
    expect(chain.blockMetas.map(({ header }) => header.height)).toEqual([3, 2, 1]);
    expect(chain.blockMetas[1]?.numTxs).toBe(3);
  });

  test("default: abci info and queries", async () => {
    expect(await client.abciInfo()).toMatchObject({ data: "kv", lastBlockHeight: 4 });
    const answer = await client.abciQuery({ path: "/key", data: utf8("value/alice-0") });
    expect(answer.code).toBe(0);
    expect(new TextDecoder().decode(answer.value)).toBe("v");
    expect(answer.height).toBe(4);
  });

  test("default: validators and genesis", async () => {
    const { validators, total, blockHeight } = await client.validatorsAll();
    expect([validators.length, total, blockHeight]).toEqual([1, 1, 5]);
    expect((await client.validators({ height: 2 })).validators[0]?.votingPower).toBe(10n);
    expect((await client.genesis()).chainId).toBe("test-1");
  });

  test("default: a transaction by its hash, proven against the block's data hash", async () => {
    const found = await client.tx({ hash: sha256(FIRST), prove: true });
    expect(found.height).toBe(2);
    expect(found.tx).toEqual(FIRST);
    const { block } = await client.block(2);
    const { total, index, leafHash, aunts } = found.proof!.proof;
    const proof: MerkleProof = { total, index, leafHash, aunts };
    expect(verifyMerkleProof(proof, block.header.dataHash, sha256(FIRST))).toBe(true);
    expect(found.proof!.rootHash).toEqual(block.header.dataHash);
    expect((await client.tx({ hash: sha256(SECOND) })).proof).toBeUndefined();
  });

  test("default: searches, in pages and whole", async () => {
    const hash = toHex(sha256(FIRST));
    for (const text of [hash, hash.toUpperCase()]) {
      const { txs } = await client.txSearch({ query: `tx.hash='${text}'` });
      expect(txs.map((tx) => tx.tx)).toEqual([FIRST]);
    }
    const pages = await Promise.all(
      [1, 2, 3].map((page) => client.txSearch({ query: "message.sender='dave'", page, per_page: 15 })),
    );
    expect(pages.map(({ txs }) => txs.length)).toEqual([15, 15, 10]);
    expect(new Set(pages.flatMap(({ txs }) => txs.map((tx) => toHex(tx.hash)))).size).toBe(40);
    expect(pages.map(({ totalCount }) => totalCount)).toEqual([40, 40, 40]);
    const all = await client.txSearchAll({ query: "message.sender='dave'" });
    expect(all.txs.map(({ index }) => index)).toEqual(Array.from({ length: 40 }, (_, index) => index));
    const last = await client.txSearch({ query: "tx.height>0", order_by: "desc", per_page: 1, prove: true });
    expect(last.txs[0]).toMatchObject({ height: 4, index: 39 });
    expect(last.txs[0]?.proof?.proof.index).toBe(39);
    expect(await client.txSearch({ query: "tx.height=99" })).toEqual({ txs: [], totalCount: 0 });
    // The client puts them in order itself.
    const blocks = await client.blockSearch({ query: "block.height >= 1 AND block.height <= 3" });
    expect(blocks.blocks.map(({ block }) => block.header.height)).toEqual([1, 2, 3]);
    expect((await client.blockSearchAll({ query: "block.height > 0", per_page: 1 })).totalCount).toBe(4);
  });

  test("default: what is sent, and what waits", async () => {
    const tx = txOf(`sync-${name}`, 0);
    const sent = await client.broadcastTxSync({ tx });
    expect(sent).toMatchObject({ code: 0, hash: sha256(tx) });
    expect(await client.numUnconfirmedTxs()).toMatchObject({ total: 1, totalBytes: tx.length });
    expect((await client.broadcastTxAsync({ tx: txOf(`async-${name}`, 0) })).hash).toHaveLength(32);
    const refused = await client.broadcastTxSync({ tx: txOf(`sync-${name}`, 5) });
    expect(refused).toMatchObject({ code: 32, codespace: "kv", log: "code 32" });
    await expect(client.broadcastTxSync({ tx })).rejects.toThrow(/-32603.*tx already exists in cache/);
    const committing = client.broadcastTxCommit({ tx: txOf(`commit-${name}`, 0) });
    await expect.poll(() => served.node.mempool.size).toBe(3);
    const { height } = await served.node.produce();
    const committed = await committing;
    expect(committed).toMatchObject({ height, checkTx: { code: 0 }, txResult: { code: 0 } });
    const unchecked = await client.broadcastTxCommit({ tx: txOf(`commit-${name}`, 9) });
    expect(unchecked).toMatchObject({ height: 0, checkTx: { code: 32 } });
    await expect(client.broadcastTxCommit({ tx })).rejects.toThrow(/error on broadcastTxCommit: tx already exists/);
  });

  test("error: what is not there", async () => {
    const hash = fromHex("AB".repeat(32));
    await expect(client.tx({ hash })).rejects.toThrow(`tx (${"AB".repeat(32)}) not found`);
    await expect(client.block(99)).rejects.toThrow(/must be less than or equal to the current blockchain height/);
    await expect(client.txSearch({ query: "tx.height=" })).rejects.toThrow(/-32603/);
  });
});

describe("one client", () => {
  beforeAll(serve);
  afterAll(() => served?.close());

  test("default: blocks, headers and transactions come in order, and end when nobody listens", async () => {
    const client = Comet38Client.create(new WebsocketClient(served.url.replace("http", "ws")));
    const heard: string[] = [];
    const note = (what: string) => ({
      next: () => heard.push(what),
      error: (error: unknown) => heard.push(String(error)),
    });
    const subscriptions = [
      client.subscribeNewBlock().subscribe({
        ...note("block"),
        next: ({ txs, header }) => heard.push(`block ${header.height - start} with ${txs.length}`),
      }),
      client.subscribeNewBlockHeader().subscribe({
        ...note("header"),
        next: ({ height }) => heard.push(`header ${height - start}`),
      }),
      client.subscribeTx("message.sender='erin'").subscribe({
        ...note("tx"),
        next: (event) => heard.push(`tx ${toHex(event.hash) === toHex(sha256(txOf("erin", 0)))} ${event.result.code}`),
      }),
    ];
    const start = served.node.latestHeight;
    // Answered after the subscriptions were made.
    await client.health();
    await served.node.submitTx(txOf("erin", 0));
    await served.node.submitTx(txOf("frank", 0));
    await served.node.produce();
    await expect.poll(() => heard).toEqual(["block 1 with 2", "header 1", "tx true 0"]);
    for (const subscription of subscriptions) subscription.unsubscribe();
    await client.health();
    await served.node.produce();
    await client.health();
    expect(heard).toHaveLength(3);
    // The same stream again uses the same id; the client may then tell an event twice, as it keeps old listeners.
    const again = client.subscribeNewBlock().subscribe(note("again"));
    await client.health();
    await served.node.produce();
    await expect.poll(() => [...new Set(heard.slice(3))]).toEqual(["again"]);
    again.unsubscribe();
    client.disconnect();
  });

  test("default: finds out by itself that this is CometBFT 0.38", async () => {
    const client = await connectComet(served.url);
    expect(client).toBeInstanceOf(Comet38Client);
    client.disconnect();
  });
});
