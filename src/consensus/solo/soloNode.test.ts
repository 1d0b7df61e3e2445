// Cases: block 1; transactions into blocks; order of a sender's pipelined transactions; refusals; recheck; order of
// publishing; failing disk; restart, also with a write that was lost; parameters; commits; reverts; listeners.

import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { toHex, utf8 } from "../../codec/bytes.ts";
import { sha256 } from "../../crypto/hash.ts";
import type { CommittedBlock } from "../chainNode.ts";
import { KvApp, kvStores, kvTx } from "../testing/kvApp.ts";
import { openTestNode, TEST_KEY, type TestNode, testGenesis } from "../testing/testNode.ts";
import { initChainRequest } from "./chainState.ts";
import { replayBlocks } from "./replayBlocks.ts";
import { type BlockTimings, NodeStoppedError } from "./soloNode.ts";
import { verifyChain } from "./verifyChain.ts";

const set = (sequence: number, more: { from?: string; key?: string; value?: string; fail?: boolean } = {}) =>
  kvTx({ from: "alice", sequence, key: `k${sequence}`, value: "v", ...more });

/** The chain is consistent, and a fresh application comes to the same hashes. */
async function expectSound({ blockStore, disk, app }: Pick<TestNode, "blockStore" | "disk" | "app">): Promise<void> {
  expect(await verifyChain(blockStore)).toBe(blockStore.latestHeight);
  const fresh = new KvApp(kvStores());
  const report = await replayBlocks({
    blocks: blockStore,
    app: fresh,
    genesis: initChainRequest(testGenesis()),
  });
  expect(report.blocks).toBe(blockStore.latestHeight);
  expect(toHex(fresh.stores.appHash)).toBe(toHex(app.stores.appHash));
  expect(disk.changes).toHaveLength(blockStore.latestHeight);
}

describe("SoloNode", () => {
  test("default: executes the genesis in block 1, then makes blocks of what is submitted", async () => {
    const opened = await openTestNode();
    const { node } = opened;
    expect([node.latestHeight, node.earliestHeight]).toEqual([0, 0]);
    await node.start();
    expect([node.latestHeight, node.earliestHeight]).toEqual([1, 1]);
    expect((await node.submitTx(set(0))).code).toBe(0);
    expect(node.mempool.size).toBe(1);
    const block = await node.produce();
    expect(block.height).toBe(2);
    expect(block.txs.map((tx) => tx.result.code)).toEqual([0]);
    expect(node.mempool.size).toBe(0);
    expect(await node.getTx(sha256(set(0)))).toEqual(block.txs[0]);
    expect(await node.getBlock(2)).toEqual(block);
    expect(await node.getBlockByHash(block.blockId.hash)).toEqual(block);
    expect((await node.getBlockResults(2))?.txResults).toHaveLength(1);
    expect(
      (await node.searchTxs({ query: "message.sender='alice'", page: 1, perPage: 10, order: "asc" })).totalCount,
    ).toBe(1);
    expect(node.query({ path: "", data: utf8("value/k0"), height: 0n, prove: false }).value).toEqual(utf8("v"));
    await expectSound(opened);
    await node.stop();
  });

  test("behavior: a sender's transactions sent back to back are taken in their order", async () => {
    const { node } = await openTestNode();
    await node.start();
    const responses = await Promise.all(Array.from({ length: 600 }, (_, i) => node.submitTx(set(i))));
    expect(responses.every((response) => response.code === 0)).toBe(true);
    const block = await node.produce();
    expect(block.txs.map((tx) => tx.result.code)).toEqual(Array.from({ length: 600 }, () => 0));
    await node.stop();
  });

  test("behavior: the observer hears how long each stage took, and together they are no longer than the time that passed", async () => {
    const heard: BlockTimings[] = [];
    const { node } = await openTestNode({ observer: { block: (timings) => void heard.push(timings) } });
    await node.start();
    const startedMs = performance.now();
    for (let i = 0; i < 100; i += 1) await node.submitTx(set(i));
    await node.produce();
    const passedMs = performance.now() - startedMs;
    expect(heard.map(({ height, txCount }) => [height, txCount])).toEqual([
      [1, 0],
      [2, 100],
    ]);
    const { verify, ...others } = heard[1]!.stagesMs;
    // The test application does not verify.
    expect(verify).toBe(0);
    expect(Object.keys(others).sort()).toEqual(["check", "commit", "decode", "execute", "publish", "tree"]);
    for (const ms of Object.values(others)) expect(ms).toBeGreaterThan(0);
    expect(Object.values(others).reduce((sum, ms) => sum + ms, 0)).toBeLessThan(passedMs);
    await node.stop();
  });

  test("behavior: a refusal is an answer and the same bytes may come again; a duplicate is an error", async () => {
    const { node } = await openTestNode();
    await node.start();
    expect((await node.submitTx(set(1))).code).toBe(32);
    expect((await node.submitTx(utf8("not json"))).code).toBe(2);
    expect((await node.submitTx(set(0))).code).toBe(0);
    await expect(node.submitTx(set(0))).rejects.toThrow("tx already exists in cache");
    expect((await node.submitTx(set(1))).code).toBe(0);
    await node.produce();
    await expect(node.submitTx(set(0))).rejects.toThrow("tx already exists in cache");
    await node.stop();
  });

  test("behavior: what a block leaves is checked again, and dropped when it no longer passes", async () => {
    const { node, app } = await openTestNode({ genesis: testGenesis(1100) });
    await node.start();
    for (let sequence = 0; sequence < 4; sequence++) await node.submitTx(set(sequence, { value: "x".repeat(100) }));
    const first = await node.produce();
    expect(first.txs.length).toBeGreaterThan(0);
    expect(first.txs.length).toBeLessThan(4);
    expect(app.rechecks).toBe(4 - first.txs.length);
    expect(node.mempool.size).toBe(4 - first.txs.length);
    // The check state knows what waits: the next sequence passes.
    expect((await node.submitTx(set(4))).code).toBe(0);
    await node.stop();
  });

  test("behavior: requests are answered while a block executes, from the state before it; what comes then goes into the next", async () => {
    const opened = await openTestNode();
    const { node, app, disk } = opened;
    await node.start();
    for (let sequence = 0; sequence < 5; sequence++) await node.submitTx(set(sequence));
    app.executionMs = 10;
    const made = node.produce();
    const seen: unknown[] = [];
    await new Promise(setImmediate);
    const late = await node.submitTx(set(5));
    seen.push(late.code, node.mempool.size, node.latestHeight);
    seen.push(node.query({ path: "", data: utf8("value/k0"), height: 0n, prove: false }).value.length);
    expect(disk.changes).toHaveLength(1);
    expect(seen).toEqual([0, 6, 1, 0]);
    expect((await made).txs).toHaveLength(5);
    expect([node.mempool.size, app.rechecks]).toEqual([1, 1]);
    expect((await node.produce()).txs.map((tx) => [tx.tx, tx.result.code])).toEqual([[set(5), 0]]);
    await expectSound(opened);
    await node.stop();
  });

  test("behavior: a stop in the middle of a block waits until it is durable", async () => {
    const opened = await openTestNode();
    const { node, app } = opened;
    await node.start();
    for (let sequence = 0; sequence < 3; sequence++) await node.submitTx(set(sequence));
    app.executionMs = 10;
    const made = node.produce();
    await new Promise(setImmediate);
    await node.stop();
    expect((await made).height).toBe(2);
    await expectSound(opened);
    await expect(node.produce()).rejects.toThrow(NodeStoppedError);
  });

  test("behavior: what no block can hold is refused, so that it cannot block the others", async () => {
    const bytes = await openTestNode({ genesis: testGenesis(1100) });
    await bytes.node.start();
    await expect(bytes.node.submitTx(set(0, { value: "x".repeat(300) }))).rejects.toThrow(
      "Tx too large. Max size is 260",
    );
    await bytes.node.stop();
    const genesis = testGenesis();
    const params = { ...genesis.consensus_params, block: { max_bytes: "1000000", max_gas: "9" } };
    const gas = await openTestNode({ genesis: { ...genesis, consensus_params: params } });
    await gas.node.start();
    const response = await gas.node.submitTx(set(0));
    expect([response.code, response.codespace]).toEqual([41, "sdk"]);
    expect(response.log).toBe("tx gas limit 10 exceeds block max gas 9: invalid gas limit");
    expect(gas.node.mempool.size).toBe(0);
    await gas.node.stop();
  });

  test("behavior: nothing shows and nobody hears before the write is durable", async () => {
    const { node, disk } = await openTestNode();
    await node.start();
    await node.submitTx(set(0));
    const heard: [number, number, boolean][] = [];
    node.onBlock((block) => {
      heard.push([block.height, node.latestHeight, node.mempool.size === 0]);
    });
    let release = () => undefined as undefined;
    disk.writing = new Promise<void>((resolve) => {
      release = () => void resolve() as undefined;
    });
    const made = node.produce();
    await new Promise(setImmediate);
    expect(node.latestHeight).toBe(1);
    expect(await node.getTx(sha256(set(0)))).toBeUndefined();
    expect(node.query({ path: "", data: utf8("value/k0"), height: 0n, prove: false }).value).toHaveLength(0);
    expect(heard).toEqual([]);
    release();
    await made;
    expect(heard).toEqual([[2, 2, true]]);
    expect(node.query({ path: "", data: utf8("value/k0"), height: 0n, prove: false }).value).toEqual(utf8("v"));
    await node.stop();
  });

  test("error: a disk that fails stops the node, and nothing of the block was shown", async () => {
    const failures: Error[] = [];
    const opened = await openTestNode({ observer: { failed: (error) => void failures.push(error) } });
    const { node, disk } = opened;
    await node.start();
    await node.submitTx(set(0));
    const heard: CommittedBlock[] = [];
    node.onBlock((block) => void heard.push(block));
    disk.failure = new Error("ENOSPC: no space left on device");
    await expect(node.produce()).rejects.toThrow(
      "block 2 could not be made, and the node has stopped at block 1: ENOSPC: no space left on device",
    );
    expect(failures).toHaveLength(1);
    expect(heard).toEqual([]);
    expect(node.latestHeight).toBe(1);
    await expect(node.submitTx(set(1))).rejects.toThrow(NodeStoppedError);
    await expect(node.produce()).rejects.toThrow(NodeStoppedError);
    await node.stop();
    // With space again, the same height is made anew.
    disk.failure = undefined;
    const again = await openTestNode({ disk });
    await again.node.start();
    expect((await again.node.produce()).height).toBe(2);
    await expectSound(again);
  });

  test("behavior: a restart goes on from the last durable block", async () => {
    const first = await openTestNode();
    await first.node.start();
    for (let sequence = 0; sequence < 3; sequence++) {
      await first.node.submitTx(set(sequence));
      await first.node.produce();
    }
    // Killed: no stop.
    const second = await openTestNode({ disk: first.disk });
    await second.node.start();
    expect(second.node.latestHeight).toBe(4);
    expect(toHex(second.app.stores.appHash)).toBe(toHex(first.app.stores.appHash));
    expect((await second.node.submitTx(set(3))).code).toBe(0);
    await second.node.produce();
    await expectSound(second);
  });

  test("behavior: commits are canonical once the next block carries them", async () => {
    const { node } = await openTestNode();
    await node.start();
    await node.produce();
    expect((await node.getCommit(1))?.canonical).toBe(true);
    expect((await node.getCommit(2))?.canonical).toBe(false);
    expect((await node.getBlock(2))?.block.lastCommit).toEqual((await node.getCommit(1))?.commit);
    expect(await node.getCommit(3)).toBeUndefined();
    expect((await node.getValidators(3))[0]?.pubKey).toEqual(TEST_KEY.pubKey);
    expect(await node.getValidators(4)).toEqual([]);
    expect((await node.getConsensusParams(3)).block?.maxBytes).toBe(1_000_000n);
    await expect(node.getConsensusParams(4)).rejects.toThrow(RangeError);
    await node.stop();
  });

  test("behavior: a failed transaction is in the block, its sequence used", async () => {
    const opened = await openTestNode();
    await opened.node.start();
    await opened.node.submitTx(set(0, { fail: true }));
    await opened.node.submitTx(set(1));
    const block = await opened.node.produce();
    expect(block.txs.map((tx) => tx.result.code)).toEqual([5, 0]);
    await expectSound(opened);
    await opened.node.stop();
  });

  test("behavior: reverting drops blocks, state, index and mempool, and survives a restart", async () => {
    const opened = await openTestNode();
    const { node, disk } = opened;
    await node.start();
    await node.submitTx(set(0));
    await node.produce();
    await node.submitTx(set(1));
    await node.produce();
    await node.submitTx(set(2));
    await node.revertTo(2, () => undefined);
    expect(node.latestHeight).toBe(2);
    expect(node.mempool.size).toBe(0);
    expect(await node.getTx(sha256(set(1)))).toBeUndefined();
    const found = await node.searchTxs({ query: "message.sender='alice'", page: 1, perPage: 10, order: "asc" });
    expect(found.items.map((tx) => tx.height)).toEqual([2]);
    expect((await node.submitTx(set(1, { value: "other" }))).code).toBe(0);
    expect((await node.produce()).height).toBe(3);
    const again = await openTestNode({ disk });
    await expectSound(again);
    expect(again.node.query({ path: "", data: utf8("value/k1"), height: 0n, prove: false }).value).toEqual(
      utf8("other"),
    );
  });

  test("behavior: a listener that throws stops neither the others nor the chain", async () => {
    const errors: unknown[] = [];
    const { node } = await openTestNode({ observer: { listenerFailed: (error) => void errors.push(error) } });
    await node.start();
    const heard: number[] = [];
    node.onBlock(() => {
      throw new Error("listener");
    });
    const stop = node.onBlock((block) => void heard.push(block.height));
    await node.produce();
    stop();
    await node.produce();
    expect(heard).toEqual([2]);
    expect(errors).toHaveLength(2);
    expect(node.latestHeight).toBe(3);
    await node.stop();
  });

  test("behavior: times follow the machine's clock and never go back", async () => {
    const { node, machine, clock } = await openTestNode();
    await node.start();
    const first = node.latestTimeNs;
    expect(first).toBe(machine.nowNs);
    machine.nowNs -= 1_000_000_000n;
    await node.produce();
    expect(node.latestTimeNs).toBe(first + 1_000_000n);
    clock.advance(60_000_000_000n);
    await node.produce();
    expect(node.latestTimeNs).toBe(first + 59_000_000_000n);
    await node.stop();
  });

  test("behavior: makes blocks by itself when there is work", async () => {
    const { node } = await openTestNode({ pace: { blockIntervalMs: 0, emptyBlockIntervalMs: undefined } });
    await node.start();
    const heard = new Promise<CommittedBlock>((resolve) => void node.onBlock(resolve));
    await node.submitTx(set(0));
    expect((await heard).txs).toHaveLength(1);
    await node.stop();
  });

  test("error: a data folder older than the validator's state file", async () => {
    const stateFile = join(mkdtempSync(join(tmpdir(), "solo-")), "priv_validator_state.json");
    const opened = await openTestNode({ stateFile });
    await opened.node.start();
    await opened.node.produce();
    await opened.node.stop();
    const state = JSON.parse(readFileSync(stateFile, "utf8"));
    expect([state.height, state.round, state.step]).toEqual(["2", 0, 3]);
    expect(Buffer.from(state.signature, "base64")).toHaveLength(64);
    await expect(openTestNode({ disk: opened.disk, stateFile })).resolves.toBeDefined();
    writeFileSync(stateFile, JSON.stringify({ ...state, height: "9" }));
    await expect(openTestNode({ disk: opened.disk, stateFile })).rejects.toThrow("it is an old copy");
    writeFileSync(stateFile, "{");
    await expect(openTestNode({ disk: opened.disk, stateFile })).rejects.toThrow(stateFile);
  });
});
