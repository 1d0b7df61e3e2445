// The watcher on a chain in memory, with a real journal. Cases: seen, final and settled at their depths; filtered; several
// messages and equal ones in a transaction; moved and gone by a reorganisation, and back; replaced V1 messages; an endpoint
// that hides logs, lags or is silent; a backfill; one transaction by hand; and any history of blocks and reorganisations.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ChainReadError, type HeightRange } from "../../chains/chainReader.ts";
import { Journal } from "../journal/journal.ts";
import type { MessageRecord } from "../journal/record.ts";
import type { RouteVerdict } from "../routes.ts";
import { FakeChain } from "../testing/fakeChain.ts";
import { burnV1, burnV2, txHashOf } from "../testing/records.ts";
import { ChainWatcher, type WatcherParts } from "./chainWatcher.ts";

const CARRY: RouteVerdict = { kind: "carry" };

let folder: string;
let journal: Journal;
let chain: FakeChain;
let reorganised: string[];
let nowMs: number;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "watcher-"));
  journal = await Journal.open(folder);
  chain = new FakeChain();
  reorganised = [];
  nowMs = 1_000;
});

afterEach(async () => {
  await journal.close();
  rmSync(folder, { recursive: true, force: true });
});

function watcher(over: Partial<WatcherParts> = {}): ChainWatcher {
  return new ChainWatcher({
    reader: chain,
    journal,
    clock: { nowMs: () => nowMs },
    judge: () => CARRY,
    isRefund: () => false,
    startHeight: 1n,
    observer: {
      malformed: ({ txHash }) => reorganised.push(`malformed ${txHash}`),
      reorganised: (_domain, from, to) => reorganised.push(`${from} to ${to}`),
    },
    ...over,
  });
}

/** Steps until nothing changes. */
async function settle(watching: ChainWatcher): Promise<void> {
  for (let steps = 0; steps < 3; steps++) await watching.tick();
}

async function recordsOfTx(name: string): Promise<MessageRecord[]> {
  return journal.byHash(txHashOf(name));
}

async function statesOfTx(name: string): Promise<string[]> {
  return (await recordsOfTx(name)).map(({ state, parkReason }) => parkReason ?? state);
}

/** A chain whose connection breaks before more than ten blocks were read. */
class FragileChain extends FakeChain {
  broken = 0;

  override messages(range: HeightRange): ReturnType<FakeChain["messages"]> {
    if (range.to - range.from < 10n) return super.messages(range);
    this.broken += 1;
    return Promise.reject(new ChainReadError("fake", "the connection broke"));
  }
}

describe("a bad connection", () => {
  test("behavior: over one that breaks with every long step it catches up all the same, in short ones", async () => {
    const fragile = new FragileChain();
    chain = fragile;
    chain.mine({ name: "early", messages: [burnV1(1n)] });
    for (let block = 0; block < 200; block++) chain.mine();
    const watching = watcher();
    let ticks = 0;
    for (; journal.cursor(chain.domain)?.scanned !== chain.height; ticks++) {
      await watching.tick().catch((error: unknown) => expect(error).toBeInstanceOf(ChainReadError));
      expect(ticks).toBeLessThan(100);
    }
    expect(fragile.broken).toBeGreaterThan(5);
    expect(await statesOfTx("early")).toEqual(["final"]);
    await settle(watching);
    expect(journal.cursor(chain.domain)?.standard).toBe(chain.height - chain.depth.standard);
  });
});

describe("a chain that goes on", () => {
  test("default: seen when it is there, final at the depth that it asks for, settled at the standard one", async () => {
    const watching = watcher();
    chain.mine({ name: "slow", messages: [burnV1(1n)] });
    chain.mine({ name: "fast", messages: [burnV2({ minFinalityThreshold: 1000 })] });
    const states: string[][] = [];
    for (let block = 0; block < 4; block++) {
      await watching.tick();
      states.push([...(await statesOfTx("slow")), ...(await statesOfTx("fast"))]);
      chain.mine();
    }
    expect(states).toEqual([
      ["seen", "seen"],
      ["seen", "final"],
      ["final", "final"],
      ["final", "final"],
    ]);
    expect((await recordsOfTx("fast"))[0]).toMatchObject({ isSettled: true, finalAtMs: nowMs, height: 2n });
    expect(journal.cursor(0)).toMatchObject({ scanned: 5n, fast: 4n, standard: 2n });
  });

  test("behavior: without a cursor and a start it begins with the next block", async () => {
    const watching = watcher({ startHeight: undefined });
    chain.mine({ name: "before", messages: [burnV1(1n)] });
    await watching.tick();
    chain.mine({ name: "after", messages: [burnV1(2n)] });
    await watching.tick();
    expect([await statesOfTx("before"), await statesOfTx("after")]).toEqual([[], ["seen"]]);
  });

  test("behavior: a restart goes on behind the cursor", async () => {
    chain.mine({ name: "one", messages: [burnV1(1n)] });
    await settle(watcher());
    for (let block = 0; block < 20; block++)
      chain.mine({ name: `tx ${block}`, messages: [burnV1(BigInt(10 + block))] });
    chain.asked.length = 0;
    await settle(watcher({ startHeight: 1_000n }));
    expect(chain.asked[0]).toEqual({ from: 1n, to: 21n });
    expect(journal.count("seen") + journal.count("final")).toBe(21);
  });

  test("behavior: messages that no route takes are not recorded; filtered ones are parked", async () => {
    const judge: WatcherParts["judge"] = ({ nonce }) => {
      if (nonce === "1") return undefined;
      return nonce === "2" ? { kind: "park", reason: "filtered", why: "too small" } : CARRY;
    };
    chain.mine({ name: "tx", messages: [burnV1(1n), burnV1(2n), burnV1(3n)] });
    await settle(watcher({ judge }));
    expect(await statesOfTx("tx")).toEqual(["filtered", "seen"]);
  });

  test("behavior: what is no message is told, and left out", async () => {
    chain.mine({ name: "bad", messages: [new Uint8Array(20), burnV1(1n)] });
    await watcher().tick();
    expect(reorganised).toEqual([`malformed ${txHashOf("bad")}`]);
    expect(await statesOfTx("bad")).toEqual(["seen"]);
  });

  test("behavior: equal messages of a transaction are as many as there are", async () => {
    chain.mine({ name: "twice", messages: [burnV2(), burnV2(), burnV2({ amount: 5n })] });
    await settle(watcher());
    await settle(watcher());
    expect((await recordsOfTx("twice")).map(({ logIndex }) => logIndex)).toEqual([0, 1, 2]);
  });
});

describe("reorganisations", () => {
  test("default: a message whose log is gone is parked, and comes back with it, where it then stands", async () => {
    const watching = watcher();
    chain.mine({ name: "tx", messages: [burnV1(1n)] });
    await watching.tick();
    chain.drop(1);
    chain.mine();
    await watching.tick();
    expect(await statesOfTx("tx")).toEqual(["reorged"]);
    expect(reorganised).toEqual(["0 to 1"]);
    chain.mine({ name: "first", messages: [burnV1(9n)] }, { name: "tx", messages: [burnV1(1n)] });
    await watching.tick();
    expect((await recordsOfTx("tx"))[0]).toMatchObject({
      state: "seen",
      height: 2n,
      logIndex: 1,
      parkReason: undefined,
    });
  });

  test("behavior: a message that moves keeps what is known of it", async () => {
    const watching = watcher();
    chain.mine({ name: "tx", messages: [burnV2({ minFinalityThreshold: 1000 })] });
    chain.mine();
    await watching.tick();
    const [before] = await recordsOfTx("tx");
    expect(before?.state).toBe("final");
    const dropped = chain.drop(2);
    chain.mine({ name: "other", messages: [burnV1(5n)] }, ...dropped);
    chain.mine();
    await watching.tick();
    const moved = await recordsOfTx("tx");
    expect(moved).toEqual([{ ...before, logIndex: 1, blockHash: chain.blocks[0]?.hash }]);
  });

  test("behavior: one that was sent already is not parked", async () => {
    const watching = watcher();
    chain.mine({ name: "tx", messages: [burnV2({ minFinalityThreshold: 1000 })] });
    chain.mine();
    await watching.tick();
    const [record] = await recordsOfTx("tx");
    const attested = {
      message: record!.message,
      attestation: "0x01",
      hash: record!.messageHash,
      expirationBlock: "0",
    } as const;
    await journal.apply({ records: [{ ...record!, state: "attested", attested }] });
    await journal.apply({ records: [{ ...record!, state: "submitted", attested }] });
    chain.drop(2);
    for (let block = 0; block < 6; block++) chain.mine();
    await settle(watching);
    expect((await recordsOfTx("tx"))[0]).toMatchObject({ state: "submitted", isSettled: true });
    expect((await recordsOfTx("tx"))[0]?.lastError).toContain("not on the source chain");
  });

  test("behavior: a V1 burn that gets another nonce is another message", async () => {
    const watching = watcher();
    chain.mine({ name: "tx", messages: [burnV1(1n)] });
    await watching.tick();
    chain.drop(1);
    chain.mine({ name: "tx", messages: [burnV1(2n)] });
    await watching.tick();
    const records = await recordsOfTx("tx");
    expect(records.map(({ nonce, state, parkReason }) => [nonce, parkReason ?? state])).toEqual([
      ["1", "reorged"],
      ["2", "seen"],
    ]);
    expect(new Set(records.map(({ id }) => id)).size).toBe(2);
  });

  test("behavior: deeper than finality, everything is found again", async () => {
    const watching = watcher();
    for (let block = 0; block < 10; block++) {
      chain.mine({ name: `tx ${block}`, messages: [burnV1(BigInt(block))] });
      await watching.tick();
    }
    chain.drop(8);
    for (let block = 0; block < 9; block++)
      chain.mine({ name: `new ${block}`, messages: [burnV1(BigInt(50 + block))] });
    await settle(watching);
    for (let block = 0; block < 9; block++) expect(await statesOfTx(`new ${block}`), `new ${block}`).toHaveLength(1);
  });
});

describe("messages that were replaced (V1)", () => {
  test("default: the newest of a nonce is carried; when it is gone, the one before it", async () => {
    const watching = watcher();
    chain.mine({ name: "first", messages: [burnV1(1n)] });
    await watching.tick();
    chain.mine({ name: "second", messages: [burnV1(1n, { mintRecipient: new Uint8Array(32).fill(9) })] });
    await watching.tick();
    expect([await statesOfTx("first"), await statesOfTx("second")]).toEqual([["replaced"], ["seen"]]);
    chain.drop(1);
    chain.mine();
    await watching.tick();
    expect([await statesOfTx("first"), await statesOfTx("second")]).toEqual([["seen"], ["reorged"]]);
  });

  test("behavior: one that was sent already stays", async () => {
    const watching = watcher();
    chain.mine({ name: "first", messages: [burnV1(1n)] });
    for (let block = 0; block < 4; block++) chain.mine();
    await settle(watching);
    const [record] = await recordsOfTx("first");
    const attested = {
      message: record!.message,
      attestation: "0x01",
      hash: record!.messageHash,
      expirationBlock: "0",
    } as const;
    for (const state of ["attested", "submitted"] as const)
      await journal.apply({ records: [{ ...record!, state, attested }] });
    chain.mine({ name: "second", messages: [burnV1(1n, { amount: 1n })] });
    await watching.tick();
    expect([await statesOfTx("first"), await statesOfTx("second")]).toEqual([["submitted"], ["seen"]]);
  });
});

describe("endpoints", () => {
  test("behavior: logs that are hidden at first are found when their block is final", async () => {
    const watching = watcher();
    chain.mine({ name: "tx", messages: [burnV1(1n)] });
    chain.hidden = new Set([1n]);
    await watching.tick();
    expect(await statesOfTx("tx")).toEqual([]);
    chain.hidden = new Set();
    for (let block = 0; block < 3; block++) chain.mine();
    await watching.tick();
    expect(await statesOfTx("tx")).toEqual(["final"]);
  });

  test("behavior: a message is not gone because its logs are hidden", async () => {
    const watching = watcher();
    chain.mine({ name: "tx", messages: [burnV1(1n)] });
    await watching.tick();
    chain.hidden = new Set([1n]);
    for (let block = 0; block < 3; block++) chain.mine();
    await watching.tick();
    expect(await statesOfTx("tx")).toEqual(["final"]);
  });

  test("behavior: silence and lagging lose nothing", async () => {
    const watching = watcher();
    chain.mine({ name: "one", messages: [burnV1(1n)] });
    await watching.tick();
    chain.isSilent = true;
    chain.mine({ name: "two", messages: [burnV1(2n)] });
    await expect(watching.tick()).rejects.toThrow("silent");
    chain.isSilent = false;
    chain.lagTo = 0n;
    await watching.tick();
    chain.lagTo = undefined;
    await watching.tick();
    expect([await statesOfTx("one"), await statesOfTx("two")]).toEqual([["seen"], ["seen"]]);
    expect(reorganised).toEqual([]);
  });
});

describe("one transaction by hand", () => {
  const judge: WatcherParts["judge"] = () => ({ kind: "park", reason: "filtered", why: "not wanted" });

  test("default: what was filtered is carried, from wherever it stands", async () => {
    chain.mine({ name: "tx", messages: [burnV1(1n), burnV1(2n)] });
    for (let block = 0; block < 5; block++) chain.mine();
    const watching = watcher({ judge, startHeight: undefined });
    await watching.tick();
    const relayed = await watching.relayTx(txHashOf("tx"));
    expect(relayed?.map(({ state, isManual }) => [state, isManual])).toEqual([
      ["final", true],
      ["final", true],
    ]);
  });

  test("behavior: one that is known and filtered", async () => {
    const watching = watcher({ judge });
    chain.mine({ name: "tx", messages: [burnV1(1n)] });
    await watching.tick();
    expect(await statesOfTx("tx")).toEqual(["filtered"]);
    expect((await watching.relayTx(txHashOf("tx")))?.map(({ state }) => state)).toEqual(["seen"]);
    for (let block = 0; block < 4; block++) chain.mine();
    await watching.tick();
    expect(await statesOfTx("tx")).toEqual(["final"]);
  });

  test("behavior: a transaction that is not there, and one without messages", async () => {
    const watching = watcher();
    chain.mine({ name: "plain", messages: [] });
    expect(await watching.relayTx(txHashOf("nothing"))).toBeUndefined();
    expect(await watching.relayTx(txHashOf("plain"))).toEqual([]);
  });
});

test("behavior: whatever blocks come and go, in the end every message of the chain is carried once, and no other", async () => {
  const step = fc.oneof(
    {
      weight: 5,
      arbitrary: fc.record({ kind: fc.constant("mine" as const), txs: fc.array(fc.nat(5), { maxLength: 2 }) }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constant("drop" as const),
        count: fc.integer({ min: 1, max: 2 }),
        keep: fc.boolean(),
      }),
    },
    { weight: 4, arbitrary: fc.constant({ kind: "tick" as const }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant("hide" as const), height: fc.nat(12) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant("lag" as const), to: fc.nat(8) }) },
    { weight: 1, arbitrary: fc.constant({ kind: "restart" as const }) },
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
      await journal.restore([]);
      chain = new FakeChain();
      let watching = watcher();
      const kinds = [burnV1(1n), burnV1(2n), burnV2(), burnV2({ minFinalityThreshold: 1000 })];
      let made = 0;
      for (const action of steps) {
        if (action.kind === "tick") await watching.tick().catch(() => undefined);
        if (action.kind === "hide") chain.hidden = new Set([BigInt(action.height)]);
        if (action.kind === "lag") chain.lagTo = BigInt(action.to);
        if (action.kind === "restart") watching = watcher();
        if (action.kind === "mine") {
          const txs = action.txs.map((count) => ({
            name: `tx ${made++}`,
            // V1 nonces differ; V2 messages may be equal.
            messages: Array.from({ length: count }, (_, n) =>
              n % 2 === 0 ? burnV1(BigInt(made * 10 + n)) : kinds[2 + (n % 2)]!,
            ),
          }));
          chain.mine(...txs);
        }
        if (action.kind === "drop") {
          const dropped = chain.drop(action.count);
          chain.mine(...(action.keep ? dropped : []));
        }
      }
      chain.hidden = new Set();
      chain.lagTo = undefined;
      for (let block = 0; block < 70; block++) {
        chain.mine();
        await watching.tick();
      }
      const standing = chain.emittedIn({ from: 1n, to: chain.height });
      const carried = journal.open("final");
      const place = (tx: string, logIndex: number, height: bigint) => `${tx} ${logIndex} ${height}`;
      expect(carried.map((record) => place(record.txHash, record.logIndex, record.height)).sort()).toEqual(
        standing.map((message) => place(message.txHash, message.logIndex, message.height)).sort(),
      );
      expect(journal.open("seen")).toEqual([]);
      expect(journal.unsettled(0)).toEqual([]);
    }),
    { numRuns: 60 },
  );
});
