// Orders paid and refunded through the relayer, and the relayer taken back with its chains. Cases: a burn with a hook pays;
// its refund arrives and is reported once; equal refunds of one transaction; a refund that no transaction burned; two relayers on the same routes; snapshot and revert of everything.

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { OrderStatus, RefundPhase } from "../../gen/stateset/orders/v1/types.ts";
import type { LocalEvmChain } from "../../src/devnet/evm/evmChain.ts";
import { hexOf } from "../../src/relayer/journal/record.ts";
import {
  burnOnCosmos,
  burnOnEvm,
  cosmosBalance,
  evmBalance,
  freshEvmAddress,
  LOCAL_DOMAIN,
  type Signer,
  signerOf,
  startBridge,
  type TestBridge,
  until,
} from "./bridge.ts";
import { TestOrders } from "./bridgeOrders.ts";
import { freshAddress } from "./testChain.ts";

const TOTAL = 12_000_000n;

let bridge: TestBridge;
let ethereum: LocalEvmChain;
let base: LocalEvmChain;
let merchant: Signer;
let orders: TestOrders;

beforeAll(async () => {
  bridge = await startBridge();
  ethereum = bridge.devnet.evmChain("ethereum");
  base = bridge.devnet.evmChain("base");
  merchant = await signerOf(bridge, 2);
  orders = new TestOrders(bridge, merchant);
});

afterAll(async () => {
  merchant?.client.disconnect();
  await bridge?.close();
});

describe("refunds", () => {
  test("default: paid from two chains, refunded to both, reported once each", async () => {
    const relayer = await bridge.relayer();
    const order = await orders.create(TOTAL);
    const [backOnEthereum, backOnBase] = [freshEvmAddress(), freshEvmAddress()];
    await orders.pay(order, ethereum, 5_000_000n, backOnEthereum);
    await orders.pay(order, base, 7_000_000n, backOnBase);
    await until("it is paid", () => orders.get(order).status === OrderStatus.ORDER_STATUS_PAID);
    const refundIds = await orders.refund(order);
    expect(refundIds).toHaveLength(2);
    const isCompleted = (id: string) => orders.refundOf(id).phase === RefundPhase.REFUND_PHASE_COMPLETED;
    await until("both are reported as completed", () => refundIds.every(isCompleted));
    await until("the relayer knows", async () => {
      const records = await Promise.all(refundIds.map((id) => relayer.find(orders.refundOf(id).destinationTxHash)));
      return records.every(([record]) => record?.refund?.reported === "completed");
    });
    expect(await evmBalance(ethereum, backOnEthereum)).toBe(5_000_000n);
    expect(await evmBalance(base, backOnBase)).toBe(7_000_000n);
    expect(orders.get(order).status).toBe(OrderStatus.ORDER_STATUS_REFUNDED);
    for (const id of refundIds) {
      const { destinationTxHash, attestedMessageHash } = orders.refundOf(id);
      const [record] = await relayer.find(destinationTxHash);
      expect(record).toMatchObject({ state: "done", refund: { id, reported: "completed" } });
      expect(hexOf(attestedMessageHash)).toBe(record?.attested?.hash);
      expect(await orders.reportsOf(id)).toEqual(["EventCrossChainRefundAttested", "EventCrossChainRefundCompleted"]);
    }
    expect(bridge.devnet.chain.app.brokenInvariants()).toEqual([]);
    await relayer.close();
  });

  test("behavior: equal refunds of one transaction are told apart", async () => {
    const relayer = await bridge.relayer();
    const order = await orders.create(TOTAL);
    const back = freshEvmAddress();
    await orders.pay(order, base, 6_000_000n, back);
    await orders.pay(order, base, 6_000_000n, back);
    await until("it is paid", () => orders.get(order).status === OrderStatus.ORDER_STATUS_PAID);
    const refundIds = await orders.refund(order);
    expect(new Set(refundIds).size).toBe(2);
    await until("both are completed", () =>
      refundIds.every((id) => orders.refundOf(id).phase === RefundPhase.REFUND_PHASE_COMPLETED),
    );
    expect(await evmBalance(base, back)).toBe(TOTAL);
    expect(new Set(refundIds.map((id) => orders.refundOf(id).destinationTxHash)).size).toBe(2);
    await relayer.close();
  });

  test("behavior: a refund that the chain burns by itself, when an order expires, arrives and is reported", async () => {
    const relayer = await bridge.relayer();
    const order = await orders.create(TOTAL);
    const back = freshEvmAddress();
    await orders.pay(order, base, 5_000_000n, back);
    await until("it is paid in part", () => orders.get(order).amountPaid === "5000000");
    const now = BigInt(Math.floor(bridge.devnet.time.now().getTime() / 1000));
    await bridge.devnet.time.advance(Number(orders.get(order).expiresAt!.seconds - now) + 1);
    await until("it arrived", async () => (await evmBalance(base, back)) === 5_000_000n);
    expect(orders.get(order).status).toBe(OrderStatus.ORDER_STATUS_CANCELLED);
    const isCompleted = () => orders.refundsOf(order)[0]?.phase === RefundPhase.REFUND_PHASE_COMPLETED;
    await until("it is reported as completed", isCompleted);
    expect(await orders.reportsOf(orders.refundsOf(order)[0]!.id)).toHaveLength(2);
    await relayer.close();
  });
});

describe("two relayers on the same routes", () => {
  test("behavior: every message arrives once; a spare that waits spends nothing", async () => {
    const spareKeys = new Map([
      ...bridge.devnet.evm.map(({ name, accounts }) => [name, accounts[8]!.privKey] as const),
      ["stateset", bridge.devnet.chain.accounts[9]!.privKey] as const,
    ]);
    const relayer = await bridge.relayer();
    const spare = await bridge.relayer({ delayMs: 4_000 }, { privKeys: spareKeys });
    const [there, here] = [freshEvmAddress(), await freshAddress()];
    const burns = Array.from(
      { length: 5 },
      (_, n) => ({ version: n % 2 === 0 ? 1 : 2, amount: BigInt(n + 1) }) as const,
    );
    await burnOnEvm(ethereum, 3, ...burns.map((burn) => ({ ...burn, to: base.domain, recipient: there })));
    const sent = await burnOnCosmos(bridge, ...burns.map((burn) => ({ ...burn, to: base.domain, recipient: there })));
    await burnOnEvm(ethereum, 3, ...burns.map((burn) => ({ ...burn, to: LOCAL_DOMAIN, recipient: here })));
    await until("all arrived there", async () => (await evmBalance(base, there)) === 30n);
    await until("all arrived here", async () => (await cosmosBalance(bridge, here)) === 15n);
    await until("both know", async () => relayer.openCount === 0 && spare.openCount === 0);
    for (const record of await spare.find(sent.transactionHash)) {
      expect(record).toMatchObject({ state: "done", delivery: { by: "other" }, attempts: [] });
      const [theirs] = await relayer.find(record.id.split(":")[2]!);
      expect(theirs?.state).toBe("done");
    }
    const metrics = await (await fetch(`${spare.httpUrl}/metrics`)).text();
    expect(metrics).not.toContain("fees_wasted_total{");
    expect(metrics).not.toContain("fees_spent_total{");
    await relayer.close();
    await spare.close();
  });

  test("behavior: two that do not wait deliver everything once, too", async () => {
    const keys = new Map([
      ...bridge.devnet.evm.map(({ name, accounts }) => [name, accounts[8]!.privKey] as const),
      ["stateset", bridge.devnet.chain.accounts[9]!.privKey] as const,
    ]);
    const pair = [await bridge.relayer(), await bridge.relayer({}, { privKeys: keys })];
    const [there, here] = [freshEvmAddress(), await freshAddress()];
    const burns = Array.from(
      { length: 6 },
      (_, n) => ({ version: n % 2 === 0 ? 1 : 2, amount: BigInt(n + 1) }) as const,
    );
    await burnOnCosmos(bridge, ...burns.map((burn) => ({ ...burn, to: base.domain, recipient: there })));
    await burnOnEvm(base, 3, ...burns.map((burn) => ({ ...burn, to: LOCAL_DOMAIN, recipient: here })));
    await until("all arrived there", async () => (await evmBalance(base, there)) === 21n);
    await until("all arrived here", async () => (await cosmosBalance(bridge, here)) === 21n);
    await until("both know", () => pair.every(({ openCount }) => openCount === 0));
    expect(bridge.devnet.chain.app.brokenInvariants()).toEqual([]);
    for (const relayer of pair) await relayer.close();
  });
});

describe("snapshots", () => {
  test("default: chains and relayer are taken back together, and go on from there", async () => {
    const relayer = await bridge.relayer();
    const recipient = freshEvmAddress();
    const [before] = await burnOnEvm(ethereum, 4, { version: 2, to: 6, recipient, amount: 1n });
    await until("the first arrived", async () => (await relayer.find(before!))[0]?.state === "done");
    await relayer.pause();
    const [ours, system] = [await relayer.snapshot(), await bridge.devnet.snapshot()];
    relayer.resume();
    const [after] = await burnOnEvm(ethereum, 4, { version: 2, to: 6, recipient, amount: 2n });
    await until("the second arrived", async () => (await relayer.find(after!))[0]?.state === "done");
    await relayer.pause();
    await bridge.devnet.revert(system);
    await relayer.revert(ours);
    bridge.iris.forget();
    relayer.resume();
    expect(await relayer.find(after!)).toEqual([]);
    expect((await relayer.find(before!))[0]?.state).toBe("done");
    expect(await evmBalance(base, recipient)).toBe(1n);
    await burnOnEvm(ethereum, 4, { version: 1, to: 6, recipient, amount: 4n });
    await burnOnCosmos(bridge, { version: 2, to: 6, recipient, amount: 8n });
    await until("what came later arrived", async () => (await evmBalance(base, recipient)) === 13n);
    await expect(relayer.revert(ours)).rejects.toThrow("there is no snapshot");
    await relayer.close();
  });
});
