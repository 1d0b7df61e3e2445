// Cases: equality by value and height; values that begin others; shared entries; long and non-ASCII values; any value;
// what is not indexed; numbering survives opening; removal; blocks apart from transactions.

import { describe, expect, test } from "vitest";
import { EventIndex, HEIGHT_MAX, type Posting } from "./eventIndex.ts";
import { MemoryDatabase } from "./testing/memoryDatabase.ts";
import { sampleEvent } from "./testing/sampleBlocks.ts";

const ALL = { min: 0, max: HEIGHT_MAX };

async function list(postings: AsyncIterable<Posting>): Promise<[height: number, positions: readonly number[]][]> {
  const found: [number, readonly number[]][] = [];
  for await (const posting of postings) found.push([posting.height, posting.positions]);
  return found;
}

async function fill(db: MemoryDatabase): Promise<EventIndex> {
  const index = await EventIndex.open(db);
  const batch = db.batch();
  const a = sampleEvent("message", { sender: "alice", module: "bank" });
  const b = sampleEvent("message", { sender: "alicea", module: "bank" });
  index.writeTxs(batch, 1, [[a], [b], [a, a, b]]);
  index.writeTxs(batch, 2, [[b]]);
  index.writeTxs(batch, 300, [...Array.from({ length: 500 }, () => []), [a], ...Array.from({ length: 9 }, () => [a])]);
  index.writeBlock(batch, 2, [sampleEvent("message", { sender: "alice" })]);
  batch.apply();
  return index;
}

describe("EventIndex", () => {
  test("default: equality finds exactly that value, by height", async () => {
    const index = await fill(new MemoryDatabase());
    const late = Array.from({ length: 10 }, (_, i) => 500 + i);
    expect(await list(index.equal("tx", "message.sender", "alice", ALL))).toEqual([
      [1, [0, 2]],
      [300, late],
    ]);
    expect(await list(index.equal("tx", "message.sender", "alice", { min: 2, max: 300 }))).toEqual([[300, late]]);
    expect(await list(index.equal("tx", "message.sender", "alice", { min: 1, max: 299 }))).toEqual([[1, [0, 2]]]);
    expect(await list(index.equal("tx", "message.sender", "alicea", ALL))).toEqual([
      [1, [1, 2]],
      [2, [0]],
    ]);
    expect(await list(index.equal("tx", "message.sender", "ali", ALL))).toEqual([]);
    expect(await list(index.equal("tx", "message.nothing", "alice", ALL))).toEqual([]);
  });

  test("behavior: any value of a composite key", async () => {
    const index = await fill(new MemoryDatabase());
    const found = await list(index.any("tx", "message.sender"));
    expect(found.filter(([height]) => height < 300).sort()).toEqual([
      [1, [0, 2]],
      [1, [1, 2]],
      [2, [0]],
    ]);
    expect(found).toHaveLength(4);
  });

  test("behavior: a block's own events are apart", async () => {
    const index = await fill(new MemoryDatabase());
    expect(await list(index.equal("block", "message.sender", "alice", ALL))).toEqual([[2, []]]);
    expect(await list(index.any("block", "message.module"))).toEqual([]);
  });

  test("behavior: long values are cut and say so; other scripts are bytes", async () => {
    const db = new MemoryDatabase();
    const index = await EventIndex.open(db);
    const batch = db.batch();
    const long = "x".repeat(65);
    index.writeTxs(batch, 7, [
      [sampleEvent("t", { k: long })],
      [sampleEvent("t", { k: `${long}y` })],
      [sampleEvent("t", { k: "x".repeat(64) })],
      [sampleEvent("t", { k: "é" })],
      [sampleEvent("t", { k: "" })],
      [sampleEvent("t", { k: "é".repeat(64) })],
      [sampleEvent("t", { k: "é".repeat(70) })],
    ]);
    batch.apply();
    // Both long values: the reader looks at the events.
    expect(await list(index.equal("tx", "t.k", long, ALL))).toEqual([[7, [0, 1]]]);
    expect(index.isExact(long)).toBe(false);
    expect(await list(index.equal("tx", "t.k", "x".repeat(64), ALL))).toEqual([[7, [2]]]);
    expect(index.isExact("x".repeat(64))).toBe(true);
    expect(index.isExact("é".repeat(64))).toBe(true);
    expect(await list(index.equal("tx", "t.k", "é", ALL))).toEqual([[7, [3]]]);
    expect(await list(index.equal("tx", "t.k", "", ALL))).toEqual([[7, [4]]]);
    expect(await list(index.equal("tx", "t.k", "é".repeat(64), ALL))).toEqual([[7, [5]]]);
    expect(await list(index.equal("tx", "t.k", "é".repeat(70), ALL))).toEqual([[7, [6]]]);
  });

  test("behavior: attributes without a name or not marked for the index are left out", async () => {
    const db = new MemoryDatabase();
    const index = await EventIndex.open(db);
    const batch = db.batch();
    index.writeTxs(batch, 1, [
      [
        { type: "t", attributes: [{ key: "hidden", value: "v", index: false }] },
        sampleEvent("t", { "": "v" }),
        sampleEvent("", { k: "v" }),
        sampleEvent("t", { ["k".repeat(300)]: "v" }),
      ],
    ]);
    batch.apply();
    expect(db.entries.size).toBe(0);
  });

  test("behavior: the numbering of composite keys survives opening again", async () => {
    const db = new MemoryDatabase();
    await fill(db);
    const index = await EventIndex.open(db);
    const batch = db.batch();
    index.writeTxs(batch, 301, [[sampleEvent("other", { key: "v" }), sampleEvent("message", { sender: "alice" })]]);
    batch.apply();
    const again = await EventIndex.open(db);
    expect(await list(again.equal("tx", "message.sender", "alice", { min: 2, max: 400 }))).toHaveLength(2);
    expect(await list(again.equal("tx", "other.key", "v", ALL))).toEqual([[301, [0]]]);
  });

  test("behavior: removal takes what was written and nothing else", async () => {
    const db = new MemoryDatabase();
    const index = await fill(db);
    const before = new Map(db.entries);
    const events = {
      txs: [[sampleEvent("message", { sender: "alice", module: "bank" })], [sampleEvent("new", { k: "v" })]],
      block: [sampleEvent("message", { sender: "alice" })],
    };
    const writing = db.batch();
    index.writeTxs(writing, 400, events.txs);
    index.writeBlock(writing, 400, events.block);
    writing.apply();
    const removing = db.batch();
    index.remove(removing, 400, events);
    removing.apply();
    const left = [...db.entries.keys()].filter((key) => !before.has(key));
    // The number given to the new composite key stays.
    expect(left).toEqual([Buffer.from("Knew.k").toString("hex")]);
  });
});
