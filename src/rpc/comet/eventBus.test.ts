// Who hears what, without sockets. Cases: topics that are one; limits per client and over all; what is given back; the
// order and content of events; nothing is made that nobody hears; waiting for transactions.

import { EventEmitter } from "node:events";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { toHex } from "../../codec/bytes.ts";
import { sampleBlock, sampleEvent } from "../../consensus/testing/sampleBlocks.ts";
import { FAKE_VALIDATOR, fakeBlocks } from "../testing/fakeNode.ts";
import { EventBus, type EventReceiver } from "./eventBus.ts";
import { DEFAULT_LIMITS } from "./limits.ts";
import { TxWaiter } from "./txWaiter.ts";

class Receiver extends EventEmitter implements EventReceiver {
  readonly messages: (() => string)[] = [];

  receive(message: () => string): void {
    this.messages.push(message);
  }

  /** The events that have come. */
  heard(): { id: unknown; result: { query: string; data: { type: string; value: unknown }; events: unknown } }[] {
    return this.messages.map((message) => JSON.parse(message()));
  }

  types(): string[] {
    return this.heard().map(({ result }) => result.data.type.replace("tendermint/event/", ""));
  }
}

const busWith = (limits: Partial<typeof DEFAULT_LIMITS> = {}) => new EventBus({ ...DEFAULT_LIMITS, ...limits });
const refusal = (data: string) => expect.objectContaining({ code: -32603, data });

function refusalOf(work: () => void): unknown {
  try {
    work();
    return undefined;
  } catch (error) {
    return error;
  }
}

describe("subscriptions", () => {
  test("default: all events of a block, in CometBFT's order", () => {
    const bus = busWith();
    const receiver = new Receiver();
    bus.subscribe(receiver, 7, "tm.event EXISTS");
    const block = fakeBlocks()[1]!;
    const validatorUpdates = [{ pubKey: { ed25519: FAKE_VALIDATOR.pubKey }, power: 4n }];
    bus.publish({ ...block, results: { ...block.results, validatorUpdates } });
    expect(receiver.types()).toEqual([
      "NewBlock",
      "NewBlockHeader",
      "NewBlockEvents",
      "Tx",
      "Tx",
      "ValidatorSetUpdates",
    ]);
    const [newBlock, header, , first, second, validators] = receiver.heard();
    expect(newBlock).toMatchObject({
      id: 7,
      result: { query: "tm.event EXISTS", events: { "mint.amount": ["1"], "tm.event": ["NewBlock"] } },
    });
    expect(header?.result.events).toEqual({ "tm.event": ["NewBlockHeader"] });
    expect(first?.result.events).toEqual({
      "transfer.recipient": ["a"],
      "transfer.amount": ["5uusdc"],
      "tm.event": ["Tx"],
      "tx.hash": [toHex(block.txs[0]!.hash).toUpperCase()],
      "tx.height": ["2"],
    });
    expect(second?.result.data.value).toMatchObject({ TxResult: { height: "2", index: 1 } });
    expect(validators?.result.data.value).toMatchObject({
      validator_updates: [{ address: toHex(FAKE_VALIDATOR.address).toUpperCase(), voting_power: "4" }],
    });
  });

  test("behavior: an application's own values stand before the reserved ones", () => {
    const bus = busWith();
    const receiver = new Receiver();
    bus.subscribe(receiver, 1, "tm.event='Tx'");
    bus.publish(sampleBlock(1, [[sampleEvent("tx", { height: "forged", hash: "forged" })]]));
    expect(receiver.heard()[0]?.result.events).toMatchObject({
      "tx.height": ["forged", "1"],
      "tx.hash": ["forged", expect.stringMatching(/^[0-9A-F]{64}$/)],
    });
  });

  test("behavior: queries that say the same are one, however they are written; the answer has what was sent", () => {
    const bus = busWith();
    const receiver = new Receiver();
    bus.subscribe(receiver, 1, "tm.event  =  'Tx'   AND transfer.recipient='a'");
    expect(refusalOf(() => bus.subscribe(receiver, 2, "tm.event='Tx' AND transfer.recipient = 'a'"))).toEqual(
      refusal("already subscribed"),
    );
    bus.publish(fakeBlocks()[1]!);
    expect(receiver.heard().map(({ result }) => result.query)).toEqual([
      "tm.event  =  'Tx'   AND transfer.recipient='a'",
    ]);
    bus.unsubscribe(receiver, "tm.event='Tx' AND transfer.recipient='a'");
    expect(bus.isHeard).toBe(false);
  });

  test("behavior: receivers of one topic keep their own ids", () => {
    const bus = busWith();
    const [a, b] = [new Receiver(), new Receiver()];
    bus.subscribe(a, 1, "tm.event='NewBlock'");
    bus.subscribe(b, "two", "tm.event = 'NewBlock'");
    bus.publish(fakeBlocks()[0]!);
    expect([a.heard()[0]?.id, b.heard()[0]?.id]).toEqual([1, "two"]);
    bus.unsubscribeAll(a);
    bus.publish(fakeBlocks()[1]!);
    expect([a.messages.length, b.messages.length]).toEqual([1, 2]);
  });

  test("behavior: nothing is read of a block that nobody hears of", () => {
    const bus = busWith();
    const untouchable = new Proxy(fakeBlocks()[1]!, {
      get: () => {
        throw new Error("the block was read");
      },
    });
    bus.publish(untouchable);
    const receiver = new Receiver();
    bus.subscribe(receiver, 1, "tm.event='Tx'");
    bus.unsubscribe(receiver, "tm.event='Tx'");
    bus.publish(untouchable);
    expect(receiver.messages).toEqual([]);
  });

  test("behavior: a receiver that ends while it is told does not disturb others", () => {
    const bus = busWith();
    const quitter = new Receiver();
    const other = new Receiver();
    quitter.receive = () => void bus.unsubscribeAll(quitter);
    bus.subscribe(quitter, 1, "tm.event EXISTS");
    bus.subscribe(other, 1, "tm.event EXISTS");
    bus.publish(fakeBlocks()[1]!);
    expect(other.messages).toHaveLength(5);
  });

  test.each([
    ["", /^failed to parse query: /],
    ["tm.event", /^failed to parse query: /],
    [`a = '${"é".repeat(254)}'`, /^maximum query length exceeded$/],
  ])("error: the query %s", (query, data) => {
    const bus = busWith();
    const receiver = new Receiver();
    expect(refusalOf(() => bus.subscribe(receiver, 1, query))).toMatchObject({ data: expect.stringMatching(data) });
    // Nothing was taken.
    for (let index = 0; index < 5; index += 1) bus.subscribe(receiver, index, `a = ${index}`);
    expect(bus.isHeard).toBe(true);
  });
});

describe("limits", () => {
  test("behavior: calls that wait count among a client's subscriptions, and are given back", () => {
    const bus = busWith({ subscriptionsPerClientMax: 2 });
    const receiver = new Receiver();
    const release = bus.take(receiver);
    bus.subscribe(receiver, 1, "a = 1");
    const full = refusal("max_subscriptions_per_client 2 reached");
    expect(refusalOf(() => bus.subscribe(receiver, 2, "a = 2"))).toEqual(full);
    expect(refusalOf(() => bus.take(receiver))).toEqual(full);
    release();
    bus.subscribe(receiver, 2, "a = 2");
    bus.unsubscribe(receiver, "a = 1");
    bus.take(receiver);
    expect(refusalOf(() => bus.take(receiver))).toEqual(full);
  });

  test("error: too many clients", () => {
    const bus = busWith({ subscriptionClientsMax: 3 });
    const clients = [new Receiver(), new Receiver(), new Receiver()];
    for (const client of clients) bus.subscribe(client, 1, "a = 1");
    const full = refusal("max_subscription_clients 3 reached");
    expect(refusalOf(() => bus.subscribe(new Receiver(), 1, "a = 1"))).toEqual(full);
    bus.unsubscribeAll(clients[0]!);
    bus.subscribe(new Receiver(), 1, "a = 1");
  });
});

describe("waiting for a transaction", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  const tx = fakeBlocks()[1]!.txs[1]!;

  test("default: everybody who waits hears of the block that has it", async () => {
    const waiter = new TxWaiter(10_000);
    const waits = [waiter.wait(tx.hash), waiter.wait(tx.hash)];
    const other = waiter.wait(new Uint8Array(32));
    for (const block of fakeBlocks()) waiter.publish(block);
    for (const { found, stop } of waits) {
      expect(await found).toMatchObject({ height: 2, index: 1 });
      stop();
    }
    vi.advanceTimersByTime(10_000);
    await expect(other.found).rejects.toMatchObject({ data: "timed out waiting for tx to be included in a block" });
    other.stop();
    expect(vi.getTimerCount()).toBe(0);
  });

  test("behavior: a wait that is canceled, and those that the end of the server cuts short", async () => {
    const waiter = new TxWaiter(10_000);
    const [a, b] = [waiter.wait(tx.hash), waiter.wait(tx.hash)];
    a.cancel("the client is gone");
    await expect(a.found).rejects.toMatchObject({ data: "the client is gone" });
    waiter.close();
    await expect(b.found).rejects.toMatchObject({ data: "txSub was canceled (reason: CometBFT exited)" });
    for (const { stop } of [a, b]) stop();
    expect(vi.getTimerCount()).toBe(0);
  });
});
