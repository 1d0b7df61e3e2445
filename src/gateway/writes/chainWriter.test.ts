// Cases, on a real chain and every database: many requests in few transactions; a message that fails alone; out of gas; one
// that the chain cannot read; idempotency keys, also after a restart; a kill before and after sending; void and signed anew;
// a node that is away; a full queue; transactions that clients sign; two writers that sign one message anew at once; a block
// that is told of before it is executed, one that was missed, one in which a transaction failed; a signing that failed.

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { MsgCreateOrderResponse } from "../../../gen/stateset/orders/v1/tx.ts";
import { ErrTxTimeout } from "../../codec/sdkErrors.ts";
import type { Devnet } from "../../devnet/devnet.ts";
import { RefusedError, SourceError } from "../nodeCalls.ts";
import type { Database } from "../sql/database.ts";
import { testDatabases } from "../testing/databases.ts";
import { ChainWriter } from "./chainWriter.ts";
import { GasBook } from "./gasBook.ts";
import { Deferred } from "./liveWrite.ts";
import { type NodeRpc, nodeRpc } from "./nodeRpc.ts";
import { signTx, txHashOf } from "./signTx.ts";
import { devnetKeys, orderMessage, ordersMessage, ownKey, sendMessage, startTestChain } from "./testing/writerWorld.ts";
import type { SignerKeys, WriterOptions, WriterParts } from "./writerOptions.ts";

let devnet: Devnet;
beforeAll(async () => {
  devnet = await startTestChain();
});
afterAll(() => devnet.close());

const merchant = (index: number) => devnet.accounts[index]!.address;

/** A node whose calls a test can change. */
function nodeWith(changes: Partial<NodeRpc>): NodeRpc {
  return { ...nodeRpc(devnet.rpcUrl), ...changes };
}

/** Blocks whose transactions nobody sees. */
const unseen: NodeRpc["block"] = async (height) => ({ ...(await nodeRpc(devnet.rpcUrl).block(height)), txs: [] });

async function startWriter(
  database: Database,
  options: Partial<WriterOptions> = {},
  node: Partial<NodeRpc> = {},
  gas = new GasBook(),
  parts: Partial<WriterParts> = {},
) {
  const writer = new ChainWriter(
    {
      ...{ database, node: nodeWith(node), chainId: devnet.chainId, keys: devnetKeys(devnet) },
      ...{ nowMs: Date.now, warn: () => undefined, gas, ...parts },
    },
    options,
  );
  await writer.start();
  await expect.poll(() => writer.isReady).toBe(true);
  return writer;
}

async function rows<Row extends object>(database: Database, text: string): Promise<readonly Row[]> {
  return database.query<Row>(text);
}

describe.each(testDatabases())("$name", (kind) => {
  let database: Database;
  beforeAll(async () => {
    database = await kind.open();
  });
  afterAll(() => kind.stop());

  test("default: requests share transactions, and each has its own response and share of the fee", async () => {
    const writer = await startWriter(database);
    const apiKey = ownKey(merchant(1));
    const pending = await Promise.all(
      Array.from({ length: 150 }, (_, index) =>
        writer.submit({ apiKey, message: orderMessage(merchant(1), `many-${index}`) }),
      ),
    );
    const outcomes = await Promise.all(pending.map(({ outcome }) => outcome));
    const ids = outcomes.map(({ response }) => MsgCreateOrderResponse.decode(response.value).orderId);
    expect(new Set(ids).size).toBe(150);
    const hashes = new Set(outcomes.map(({ txHash }) => txHash));
    expect(hashes.size).toBeLessThan(20);
    for (const hash of hashes) {
      const [tx] = await database.query<{ fee: string }>("select fee from gateway_txs where hash = $1", [hash]);
      const shares = outcomes.filter(({ txHash }) => txHash === hash).map(({ networkFee }) => networkFee);
      expect(shares.reduce((a, b) => a + b)).toBe(BigInt(tx!.fee));
      expect(shares.every((share) => share > 0n)).toBe(true);
    }
    const [first] = pending;
    expect((await (await writer.find(apiKey.id, first!.id))!.outcome).txHash).toBe(outcomes[0]!.txHash);
    expect(await writer.find("key_other", first!.id)).toBeUndefined();
    await writer.close();
  });

  test("error: a message that the chain refuses fails alone", async () => {
    const writer = await startWriter(database, { gatherMs: 50 });
    const apiKey = ownKey(merchant(2));
    const good = await Promise.all([
      writer.submit({ apiKey, message: orderMessage(merchant(2), "good") }),
      writer.submit({ apiKey, message: orderMessage(merchant(2), "bad", "-1") }),
    ]);
    const [one, two] = await Promise.allSettled(good.map(({ outcome }) => outcome));
    expect(one).toMatchObject({ status: "fulfilled", value: { messageIndex: 0 } });
    expect(two).toMatchObject({
      status: "rejected",
      reason: { code: "chain_refused", details: { chain: { codespace: "orders", code: 14 } } },
    });
    const again = (await writer.find(apiKey.id, good[1]!.id))!.outcome;
    await expect(again).rejects.toMatchObject({ code: "chain_refused", details: { chain: { code: 14 } } });
    await writer.close();
  });

  test("error: a message that spoils the transaction of all is found by halves", async () => {
    const writer = await startWriter(database, { gatherMs: 50 });
    const apiKey = ownKey(merchant(3));
    // Signed by somebody else than the key's account: the whole transaction lacks a signature.
    const messages = [
      ...Array.from({ length: 5 }, (_, index) => orderMessage(merchant(3), `ok-${index}`)),
      sendMessage(merchant(4), merchant(3), "5"),
      orderMessage(merchant(3), "ok-5"),
    ];
    const pending = await Promise.all(messages.map((message) => writer.submit({ apiKey, message })));
    const ended = await Promise.allSettled(pending.map(({ outcome }) => outcome));
    expect(ended.map(({ status }) => status)).toEqual([...Array(5).fill("fulfilled"), "rejected", "fulfilled"]);
    expect(ended[5]).toMatchObject({ reason: { code: "chain_refused", details: { chain: { codespace: "sdk" } } } });
    await writer.close();
  });

  test("behavior: what ran out of gas is tried again with more", async () => {
    const gas = new GasBook();
    for (let learned = 0; learned < 20; learned += 1) gas.used([ordersMessage(merchant(5), 100)], 0n);
    const writer = await startWriter(database, { gatherMs: 50 }, {}, gas);
    const apiKey = ownKey(merchant(5));
    const pending = await Promise.all([
      writer.submit({ apiKey, message: ordersMessage(merchant(5), 100) }),
      writer.submit({ apiKey, message: orderMessage(merchant(5), "beside") }),
    ]);
    await Promise.all(pending.map(({ outcome }) => outcome));
    const [attempts] = await database.query<{ attempts: number }>("select attempts from gateway_writes where id = $1", [
      pending[0]!.id,
    ]);
    expect(attempts!.attempts).toBeGreaterThan(1);
    await writer.close();
  });

  test("behavior: one idempotency key is one write, also in another process", async () => {
    const apiKey = ownKey(merchant(6));
    const request = { apiKey, message: orderMessage(merchant(6), "once"), idempotencyKey: "order 1" };
    const writer = await startWriter(database);
    const [one, two] = await Promise.all([writer.submit(request), writer.submit(request)]);
    expect(two!.id).toBe(one!.id);
    const outcome = await one!.outcome;
    await writer.close();
    const next = await startWriter(database);
    const third = await next.submit(request);
    expect(third.id).toBe(one!.id);
    expect((await third.outcome).response.value).toEqual(outcome.response.value);
    const other = { ...request, message: sendMessage(merchant(6), merchant(1), "1") };
    await expect(next.submit(other)).rejects.toMatchObject({ code: "idempotency_conflict" });
    await next.close();
  });

  test.each([
    ["before it was sent", async () => Promise.reject(new SourceError("killed"))],
    [
      "after it was sent",
      async (bytes: Uint8Array) => {
        await nodeRpc(devnet.rpcUrl).broadcast(bytes);
        throw new SourceError("killed");
      },
    ],
  ])("behavior: a process that ended %s: the next carries the same bytes to their end", async (when, broadcast) => {
    const apiKey = ownKey(merchant(7));
    const request = { apiKey, message: orderMessage(merchant(7), when), idempotencyKey: when };
    const killed = await startWriter(database, { resendAfterMs: 60_000 }, { broadcast, block: unseen });
    const pending = await killed.submit(request);
    await new Promise((resolve) => setTimeout(resolve, 100));
    await killed.close();
    await expect(pending.outcome).rejects.toThrow("closed");
    const next = await startWriter(database, { resendAfterMs: 100 });
    const again = await next.submit(request);
    expect(again.id).toBe(pending.id);
    const { txHash } = await again.outcome;
    const txs = await database.query("select 1 from gateway_writes where id = $1 and tx_hash = $2 and attempts = 1", [
      pending.id,
      txHash,
    ]);
    expect(txs).toHaveLength(1);
    await next.close();
  });

  test("behavior: a transaction whose time is over is signed anew, and takes effect once", async () => {
    const apiKey = ownKey(merchant(8));
    let sendings = 0;
    const node = nodeRpc(devnet.rpcUrl);
    const lost: NodeRpc["broadcast"] = async (bytes) => {
      sendings += 1;
      return sendings <= 2 ? { kind: "later" } : node.broadcast(bytes);
    };
    const options = { validMs: 1_500, resendAfterMs: 700, indexLagMs: 200 };
    const writer = await startWriter(database, options, { broadcast: lost });
    const pending = await writer.submit({ apiKey, message: orderMessage(merchant(8), "anew") });
    await pending.outcome;
    const [row] = await rows<{ attempts: number }>(
      database,
      `select attempts from gateway_writes where id = '${pending.id}'`,
    );
    expect(row!.attempts).toBeGreaterThanOrEqual(1);
    await writer.close();
  });

  test("error: it comes into no block however often it is signed", async () => {
    const apiKey = ownKey(merchant(9));
    const options = { validMs: 600, resendAfterMs: 200, indexLagMs: 100, attemptsMax: 2 };
    const writer = await startWriter(database, options, { broadcast: async () => ({ kind: "later" }) });
    const request = { apiKey, message: orderMessage(merchant(9), "never"), idempotencyKey: "never" };
    const pending = await writer.submit(request);
    await expect(pending.outcome).rejects.toMatchObject({ code: "chain_unavailable" });
    await expect((await writer.find(apiKey.id, pending.id))!.outcome).rejects.toMatchObject({
      code: "chain_unavailable",
    });
    await writer.close();
    const next = await startWriter(database);
    const again = await next.submit(request);
    expect(again.id).not.toBe(pending.id);
    await again.outcome;
    await next.close();
  });

  test("behavior: CometBFT tells of a block before it is executed: the writer reads it then", async () => {
    const apiKey = ownKey(merchant(8));
    const asked = new Set<number>();
    const block: NodeRpc["block"] = async (height) => {
      if (asked.has(height)) return nodeRpc(devnet.rpcUrl).block(height);
      asked.add(height);
      throw new RefusedError(`could not find results for height #${height}`);
    };
    const writer = await startWriter(database, {}, { block, tx: async () => undefined });
    const pending = await Promise.all(
      Array.from({ length: 10 }, () => writer.submit({ apiKey, message: orderMessage(merchant(8), "early") })),
    );
    await Promise.all(pending.map(({ outcome }) => outcome));
    await writer.close();
  });

  test("behavior: a transaction whose block was missed is asked for", async () => {
    const apiKey = ownKey(merchant(8));
    const writer = await startWriter(database, { resendAfterMs: 300 }, { block: unseen });
    const pending = await writer.submit({ apiKey, message: orderMessage(merchant(8), "missed") });
    await pending.outcome;
    await writer.close();
  });

  test("behavior: what failed in a block before its messages ran is sent again as it is, and runs once", async () => {
    const apiKey = ownKey(merchant(8));
    const node = nodeRpc(devnet.rpcUrl);
    let failing: string | undefined;
    let sendings = 0;
    const broadcast: NodeRpc["broadcast"] = async (bytes) => {
      sendings += 1;
      if (sendings > 1) return node.broadcast(bytes);
      failing = txHashOf(bytes);
      return { kind: "taken" };
    };
    const block: NodeRpc["block"] = async (height) => {
      const made = await node.block(height);
      if (failing === undefined) return made;
      const result = { code: 5, codespace: "sdk", log: "no funds", data: new Uint8Array(), gasUsed: 0n };
      const failed = { hash: failing, height, result };
      failing = undefined;
      return { ...made, txs: [...made.txs, failed] };
    };
    const writer = await startWriter(database, { resendAfterMs: 700 }, { broadcast, block });
    const pending = await writer.submit({ apiKey, message: orderMessage(merchant(8), "failed") });
    const { txHash } = await pending.outcome;
    expect(failing).toBeUndefined();
    const txs = await database.query("select 1 from gateway_writes where id = $1 and tx_hash = $2 and attempts = 1", [
      pending.id,
      txHash,
    ]);
    expect(txs).toHaveLength(1);
    await writer.close();
  });

  test("behavior: a signing anew that fails is tried again", async () => {
    const apiKey = ownKey(merchant(8));
    const node = nodeRpc(devnet.rpcUrl);
    const { codespace, code } = { codespace: "sdk", code: ErrTxTimeout.code };
    let [sendings, signings] = [0, 0];
    const broadcast: NodeRpc["broadcast"] = async (bytes) => {
      sendings += 1;
      return sendings === 1 ? { kind: "refused", codespace, code, log: "" } : node.broadcast(bytes);
    };
    const keys: SignerKeys = {
      async privKeyOf(signer) {
        signings += 1;
        if (signings === 2) throw new SourceError("away");
        return devnetKeys(devnet).privKeyOf(signer);
      },
    };
    const writer = await startWriter(database, {}, { broadcast }, new GasBook(), { keys });
    const pending = await writer.submit({ apiKey, message: orderMessage(merchant(8), "again") });
    await pending.outcome;
    expect([signings, sendings]).toEqual([3, 2]);
    await writer.close();
  });

  test("error: a node that is away, and a queue that is full", async () => {
    const apiKey = ownKey(merchant(1));
    let isAway = false;
    const node = nodeRpc(devnet.rpcUrl);
    const place = async () => {
      if (isAway) throw new SourceError("away");
      return node.place();
    };
    const writer = await startWriter(database, { silentMs: 500, queueMax: 2, gatherMs: 100 }, { place });
    const submit = () => writer.submit({ apiKey, message: orderMessage(merchant(1), "full") });
    const three = await Promise.allSettled([submit(), submit(), submit()]);
    expect(three.map(({ status }) => status)).toEqual(["fulfilled", "fulfilled", "rejected"]);
    expect(three[2]).toMatchObject({ reason: { code: "chain_unavailable", details: { retryAfterSeconds: 2 } } });
    isAway = true;
    await expect
      .poll(
        () =>
          submit().then(
            () => "taken",
            (error) => error.code,
          ),
        { timeout: 5_000 },
      )
      .toBe("chain_unavailable");
    isAway = false;
    await expect
      .poll(
        () =>
          submit().then(
            () => "taken",
            (error) => error.code,
          ),
        { timeout: 5_000 },
      )
      .toBe("taken");
    await writer.close();
  });

  test("behavior: of two writers that sign one message anew at once, one does", async () => {
    const apiKey = ownKey(merchant(11));
    /** Keys that are given from the second signing on when the test says so. */
    const gated = (signings: number) => {
      const gate = new Deferred<void>();
      const reached = new Deferred<void>();
      const keys: SignerKeys = {
        async privKeyOf(signer) {
          signings -= 1;
          if (signings < 0) {
            reached.resolve();
            await gate.promise;
          }
          return devnetKeys(devnet).privKeyOf(signer);
        },
      };
      return { keys, reached: reached.promise, open: () => gate.resolve() };
    };
    const [one, two] = [gated(1), gated(0)];
    const warned: unknown[] = [];
    const warn = (_: string, error: unknown) => void warned.push(error);
    const { codespace, code } = { codespace: "sdk", code: ErrTxTimeout.code };
    const voided: NodeRpc["broadcast"] = async () => ({ kind: "refused", codespace, code, log: "" });
    const writer = await startWriter(database, {}, { broadcast: voided }, new GasBook(), { keys: one.keys, warn });
    const pending = await writer.submit({ apiKey, message: orderMessage(merchant(11), "claimed") });
    await one.reached;
    const other = await startWriter(database, {}, {}, new GasBook(), { keys: two.keys, warn });
    await two.reached;
    one.open();
    two.open();
    const { txHash } = await pending.outcome;
    const txs = await database.query<{ hash: string; state: string }>(
      "select hash, state from gateway_txs where signer = $1 order by created_at",
      [merchant(11)],
    );
    expect(txs.map(({ state }) => state)).toEqual(["void", "done"]);
    expect(txs[1]!.hash).toBe(txHash);
    expect((await (await other.find(apiKey.id, pending.id))!.outcome).txHash).toBe(txHash);
    const [row] = await rows<{ attempts: number }>(
      database,
      `select attempts from gateway_writes where id = '${pending.id}'`,
    );
    expect(row!.attempts).toBe(2);
    expect(warned).toEqual([]);
    await writer.close();
    await other.close();
  });

  test("behavior: a transaction that the client signed goes as it is, once", async () => {
    const writer = await startWriter(database);
    const apiKey = ownKey(merchant(1));
    const client = devnet.accounts[10]!;
    const accountNumber = (await nodeRpc(devnet.rpcUrl).accountNumber(client.address))!;
    const terms = (chainId: string, amount: string) => ({
      ...{ chainId, accountNumber, privKey: client.privKey, gasLimit: 300_000n },
      messages: [sendMessage(client.address, merchant(1), amount)],
      fee: { denom: "uusdc", amount: 50_000n },
      voidAfterNs: BigInt(Date.now() + 30_000) * 1_000_000n,
    });
    const allow = () => undefined;
    const { bytes, hash } = signTx(terms(devnet.chainId, "7"));
    const pending = await writer.submitSigned({ apiKey, bytes, allow });
    expect(await pending.outcome).toMatchObject({ txHash: hash, networkFee: 50_000n });
    expect((await writer.submitSigned({ apiKey, bytes, allow })).id).toBe(pending.id);
    const foreign = await writer.submitSigned({ apiKey, bytes: signTx(terms("other-1", "7")).bytes, allow });
    await expect(foreign.outcome).rejects.toMatchObject({ details: { chain: { codespace: "sdk", code: 4 } } });
    await expect(writer.submitSigned({ apiKey, bytes: Uint8Array.of(1), allow })).rejects.toMatchObject({
      code: "invalid_request",
    });
    await writer.close();
  });
});
