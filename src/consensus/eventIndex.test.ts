// Cases: equality by value and height; values that begin others; shared entries; long and non-ASCII values; any value;
// what is not indexed; numbering survives opening; removal; blocks apart from transactions.

import { describe, expect, test } from "vitest";
import type { Event } from "../../gen/tendermint/abci/types.ts";
import type { BlockBatch } from "./blockDatabase.ts";
import { EventIndex, type EventWriter, HEIGHT_MAX, type Posting } from "./eventIndex.ts";
import { MemoryDatabase } from "./testing/memoryDatabase.ts";
import { sampleEvent } from "./testing/sampleBlocks.ts";

const ALL = { min: 0, max: HEIGHT_MAX };

async function list(
  postings: AsyncIterable<Posting | undefined>,
): Promise<[height: number, positions: readonly number[]][]> {
  const found: [number, readonly number[]][] = [];
  for await (const posting of postings) {
    if (posting !== undefined) found.push([posting.height, posting.positions]);
  }
  return found;
}

/** Writes a block's events as the indexer does. */
function write(
  index: EventIndex,
  batch: BlockBatch,
  block: { readonly height: number; readonly txs: readonly (readonly Event[])[]; readonly own?: readonly Event[] },
): void {
  index.write(batch, block.height, collect(index, block));
}

function collect(
  index: EventIndex,
  { txs, own = [] }: { readonly txs: readonly (readonly Event[])[]; readonly own?: readonly Event[] },
): EventWriter {
  const writer = index.begin();
  for (const events of txs) writer.addTx(events);
  writer.addBlock(own);
  return writer;
}

async function fill(db: MemoryDatabase): Promise<EventIndex> {
  const index = await EventIndex.open(db);
  const batch = db.batch();
  const a = sampleEvent("message", { sender: "alice", module: "bank" });
  const b = sampleEvent("message", { sender: "alicea", module: "bank" });
  write(index, batch, { height: 1, txs: [[a], [b], [a, a, b]] });
  write(index, batch, { height: 2, txs: [[b]], own: [sampleEvent("message", { sender: "alice" })] });
  write(index, batch, {
    height: 300,
    txs: [...Array.from({ length: 500 }, () => []), ...Array.from({ length: 10 }, () => [a])],
  });
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
    const late = Array.from({ length: 10 }, (_, i) => 500 + i);
    expect(await list(index.any("tx", "message.sender", ALL))).toEqual([
      [1, [0, 1, 2]],
      [2, [0]],
      [300, late],
    ]);
    expect(await list(index.any("tx", "message.sender", { min: 2, max: 299 }))).toEqual([[2, [0]]]);
    expect(await list(index.any("tx", "message.nothing", ALL))).toEqual([]);
  });

  test("behavior: one entry serves all attributes with a value, and says what was read in vain", async () => {
    const db = new MemoryDatabase();
    const index = await EventIndex.open(db);
    const batch = db.batch();
    const shared = sampleEvent("transfer", { sender: "alice", recipient: "bob" });
    write(index, batch, { height: 1, txs: [[shared, sampleEvent("message", { sender: "alice" })], [shared]] });
    write(index, batch, { height: 2, txs: [[sampleEvent("message", { sender: "alice" })]] });
    batch.apply();
    expect([...db.entries.keys()].filter((key) => key.startsWith("45"))).toHaveLength(3);
    expect(await list(index.equal("tx", "transfer.sender", "alice", ALL))).toEqual([[1, [0, 1]]]);
    expect(await list(index.equal("tx", "message.sender", "alice", ALL))).toEqual([
      [1, [0]],
      [2, [0]],
    ]);
    const read: (Posting | undefined)[] = [];
    for await (const posting of index.equal("tx", "transfer.sender", "alice", ALL)) read.push(posting);
    expect(read).toEqual([{ height: 1, positions: [0, 1] }, undefined]);
  });

  test("behavior: a block's own events are apart", async () => {
    const index = await fill(new MemoryDatabase());
    expect(await list(index.equal("block", "message.sender", "alice", ALL))).toEqual([[2, [0]]]);
    expect(await list(index.any("block", "message.sender", ALL))).toEqual([[2, [0]]]);
    expect(await list(index.any("block", "message.module", ALL))).toEqual([]);
  });

  test("behavior: long values are cut and say so; other scripts are bytes", async () => {
    const db = new MemoryDatabase();
    const index = await EventIndex.open(db);
    const batch = db.batch();
    const long = "x".repeat(65);
    write(index, batch, {
      height: 7,
      txs: [
        [sampleEvent("t", { k: long })],
        [sampleEvent("t", { k: `${long}y` })],
        [sampleEvent("t", { k: "x".repeat(64) })],
        [sampleEvent("t", { k: "é" })],
        [sampleEvent("t", { k: "" })],
        [sampleEvent("t", { k: "é".repeat(64) })],
        [sampleEvent("t", { k: "é".repeat(70) })],
      ],
    });
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
    write(index, batch, {
      height: 1,
      txs: [
        [
          { type: "t", attributes: [{ key: "hidden", value: "v", index: false }] },
          sampleEvent("t", { "": "v" }),
          sampleEvent("", { k: "v" }),
          sampleEvent("t", { ["k".repeat(300)]: "v" }),
        ],
      ],
    });
    batch.apply();
    expect(db.entries.size).toBe(0);
  });

  test("behavior: the numbering of composite keys survives opening again", async () => {
    const db = new MemoryDatabase();
    await fill(db);
    const index = await EventIndex.open(db);
    const batch = db.batch();
    const events = [sampleEvent("other", { key: "v" }), sampleEvent("message", { sender: "alice" })];
    write(index, batch, { height: 301, txs: [events] });
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
      own: [sampleEvent("message", { sender: "alice" })],
    };
    const writing = db.batch();
    write(index, writing, { height: 400, ...events });
    writing.apply();
    const removing = db.batch();
    index.remove(removing, 400, collect(index, events));
    removing.apply();
    const left = [...db.entries.keys()].filter((key) => !before.has(key));
    // The number given to the new composite key stays.
    expect(left).toEqual([Buffer.from("Knew.k").toString("hex")]);
  });
});
