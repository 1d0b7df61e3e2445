// Cases: mine; times; snapshots and reverts, also after a restart, of the clock, and of unknown ids; what balances refuse.
// Balances themselves are tested with the whole application.

import { describe, expect, test } from "vitest";
import { kvTx } from "../testing/kvApp.ts";
import { openTestNode, type TestNodeOptions } from "../testing/testNode.ts";
import { AdminError, createAdmin } from "./admin.ts";

async function setUp(options: TestNodeOptions = {}) {
  const opened = await openTestNode(options);
  const { node, disk, clock } = opened;
  const admin = createAdmin(node, { disk, clock, privKeys: [], feeAmount: 1n, feeDenom: "uusdc" });
  await node.start();
  return { ...opened, admin };
}

describe("DevnetAdmin", () => {
  test("default: mines an empty block", async () => {
    const { admin, node } = await setUp();
    expect(await admin.mine()).toBe(2);
    expect(await Promise.all([admin.mine(), admin.mine()])).toEqual([3, 4]);
    expect(node.latestHeight).toBe(4);
  });

  test("behavior: sets and moves the time of blocks", async () => {
    const { admin, node } = await setUp();
    const start = node.latestTimeNs;
    admin.setNextBlockTime(start + 3_600_000_000_000n);
    await admin.mine();
    expect(node.latestTimeNs).toBe(start + 3_600_000_000_000n);
    admin.advanceTime(1_000_000_000n);
    await admin.mine();
    expect(node.latestTimeNs).toBe(start + 3_601_000_000_000n);
    expect(() => admin.setNextBlockTime(start)).toThrow(RangeError);
  });

  test("behavior: reverts to a snapshot; it and later ones are used up, earlier ones stay", async () => {
    const { admin, node, disk } = await setUp();
    const first = await admin.snapshot();
    await admin.mine();
    const second = await admin.snapshot();
    await node.submitTx(kvTx({ from: "alice", sequence: 0, key: "k", value: "v" }));
    await admin.mine();
    const third = await admin.snapshot();
    await admin.revert(second);
    expect(node.latestHeight).toBe(2);
    await expect(admin.revert(second)).rejects.toThrow(AdminError);
    await expect(admin.revert(third)).rejects.toThrow(AdminError);
    await admin.mine();
    // After a restart.
    const again = await setUp({ disk });
    expect(again.node.latestHeight).toBe(3);
    await again.admin.revert(first);
    expect(again.node.latestHeight).toBe(1);
    expect(await again.admin.mine()).toBe(2);
  });

  test("behavior: a revert takes back what moved the clock", async () => {
    const { admin, node } = await setUp();
    const id = await admin.snapshot();
    const beforeNs = admin.nowNs;
    admin.advanceTime(3_600_000_000_000n);
    await admin.mine();
    expect(node.latestTimeNs).toBeGreaterThanOrEqual(beforeNs + 3_600_000_000_000n);
    await admin.revert(id);
    await admin.mine();
    expect(node.latestTimeNs).toBeLessThan(beforeNs + 60_000_000_000n);
  });

  test("behavior: snapshots taken at once have names of their own", async () => {
    const { admin, node } = await setUp();
    const ids = await Promise.all([admin.snapshot(), admin.mine(), admin.snapshot(), admin.snapshot()]);
    expect(new Set(ids.map(String)).size).toBe(4);
    await admin.revert(String(ids[3]));
    await admin.revert(String(ids[0]));
    expect(node.latestHeight).toBe(1);
  });

  test("error: unknown snapshots, and balances without a faucet", async () => {
    const { admin } = await setUp();
    await expect(admin.revert("0x99")).rejects.toThrow('there is no snapshot "0x99"');
    await expect(admin.setBalance("stateset1", "uusdc", 1n)).rejects.toThrow("no faucet");
  });
});
