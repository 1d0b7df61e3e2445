// Cases: each kind of condition; conditions within one event; order and pages; hash; heights only; blocks; bounds of
// cost, also in an index without end; unpublished blocks; and random queries against a search that looks at everything.

import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import type { Event } from "../../gen/tendermint/abci/types.ts";
import { toHex } from "../codec/bytes.ts";
import type { KvEntry } from "../store/kvStore.ts";
import { BlockStore } from "./blockStore.ts";
import type { CommittedBlock, SearchOptions } from "./chainNode.ts";
import { DB_PREFIX, HEIGHT_BYTES } from "./dbKeys.ts";
import { MemoryDatabase } from "./testing/memoryDatabase.ts";
import { sampleBlock, sampleCommit, sampleEvent } from "./testing/sampleBlocks.ts";
import { SEARCH_CANDIDATES_MAX, SEARCH_ENTRIES_MAX, SEARCHES_MAX, SearchTooBroadError, TxIndex } from "./txIndex.ts";

async function open(db: MemoryDatabase) {
  const blocks = await BlockStore.open(db);
  const index = await TxIndex.open(db, blocks);
  const write = (block: CommittedBlock) => {
    const batch = db.batch();
    blocks.write(batch, { committed: block, commit: sampleCommit(block.height), validators: [], params: [] });
    index.write(batch, block);
    batch.apply();
    return () => blocks.publish(block);
  };
  return { blocks, index, write };
}

/** A database that takes a while to copy out, but is quick to write: enough for a few thousand entries. */
async function fill(blocks: readonly CommittedBlock[]) {
  const opened = await open(new MemoryDatabase());
  for (const block of blocks) opened.write(block)();
  return opened;
}

const send = (sender: string, recipient: string, amount: number): Event[] => [
  sampleEvent("message", { action: "/cosmos.bank.v1beta1.MsgSend", sender, module: "bank" }),
  sampleEvent("transfer", { sender, recipient, amount: `${amount}uusdc` }),
  sampleEvent("count", { n: String(amount) }),
];

const SAMPLE = [
  sampleBlock(1, [], [sampleEvent("mint", { minter: "genesis" })]),
  sampleBlock(2, [send("alice", "bob", 1), send("bob", "carol", 2)]),
  sampleBlock(3, [[], send("alice", "carol", 3)], [sampleEvent("mint", { minter: "carol", amount: "7" })]),
  sampleBlock(4, [send("carol", "alice", 10), send("alice", "bob", 11), send("alice", "x".repeat(90), 12)]),
];

describe("searchTxs", () => {
  let opened: Awaited<ReturnType<typeof fill>>;
  beforeAll(async () => {
    opened = await fill(SAMPLE);
  });
  const search = async (query: string, more: Partial<SearchOptions> = {}) => {
    const page = await opened.index.searchTxs({ query, page: 1, perPage: 100, order: "asc", ...more });
    return { places: page.items.map((tx) => `${tx.height}/${tx.index}`), total: page.totalCount };
  };

  test.each([
    ["message.sender='alice'", ["2/0", "3/1", "4/1", "4/2"]],
    ["message.sender='alice' AND tx.height>2", ["3/1", "4/1", "4/2"]],
    ["message.sender='alice' AND tx.height=3", ["3/1"]],
    ["message.sender='alice' AND message.module='bank' AND tx.height<=3", ["2/0", "3/1"]],
    ["transfer.sender='alice' AND transfer.recipient='bob'", ["2/0", "4/1"]],
    ["message.sender='alice' AND transfer.recipient='bob'", []],
    [`transfer.recipient='${"x".repeat(90)}'`, ["4/2"]],
    [`transfer.recipient='${"x".repeat(89)}'`, []],
    ["count.n > 2", ["3/1", "4/0", "4/1", "4/2"]],
    ["count.n > 2 AND tx.height < 4", ["3/1"]],
    ["transfer.recipient CONTAINS 'aro'", ["2/1", "3/1"]],
    ["transfer.recipient EXISTS", ["2/0", "2/1", "3/1", "4/0", "4/1", "4/2"]],
    ["tx.height=2", ["2/0", "2/1"]],
    ["tx.height>=3", ["3/0", "3/1", "4/0", "4/1", "4/2"]],
    ["tx.height>=3 AND tx.height<4", ["3/0", "3/1"]],
    ["tx.height>4", []],
    ["tx.height=1", []],
    ["message.sender='nobody'", []],
    ["nothing.at='all'", []],
  ])("behavior: %s", async (query, places) => {
    expect(await search(query)).toEqual({ places, total: places.length });
    expect(await search(query, { order: "desc" })).toEqual({ places: [...places].reverse(), total: places.length });
  });

  test("behavior: pages add up to the whole, in both orders", async () => {
    for (const query of ["message.sender='alice'", "tx.height>0", "count.n > 0"]) {
      for (const order of ["asc", "desc"] as const) {
        const whole = await search(query, { order });
        const paged: string[] = [];
        for (let page = 1; page <= whole.total + 1; page++) {
          const part = await search(query, { order, page, perPage: 2 });
          expect(part.total).toBe(whole.total);
          paged.push(...part.places);
        }
        expect(paged).toEqual(whole.places);
      }
    }
  });

  test("behavior: a hash is looked up in either case", async () => {
    const hash = toHex(SAMPLE[3]!.txs[1]!.hash);
    expect((await search(`tx.hash='${hash}'`)).places).toEqual(["4/1"]);
    expect((await search(`tx.hash='${hash.toUpperCase()}'`)).places).toEqual(["4/1"]);
    expect(await search(`tx.hash='${hash}'`, { page: 2 })).toEqual({ places: [], total: 1 });
    expect(await search(`tx.hash='${"00".repeat(32)}'`)).toEqual({ places: [], total: 0 });
  });

  test("behavior: the result is the whole transaction", async () => {
    const page = await opened.index.searchTxs({ query: "count.n = '11'", page: 1, perPage: 1, order: "asc" });
    expect(page.items).toEqual([SAMPLE[3]!.txs[1]]);
  });
});

describe("searchBlocks", () => {
  test.each([
    ["block.height >= 1 AND block.height <= 3", [1, 2, 3]],
    ["block.height > 3", [4]],
    ["mint.minter EXISTS", [1, 3]],
    ["mint.minter='carol'", [3]],
    ["mint.minter='carol' AND mint.amount='7'", [3]],
    ["mint.minter='carol' AND block.height < 3", []],
    ["message.sender='alice'", []],
  ])("behavior: %s", async (query, heights) => {
    const { index } = await fill(SAMPLE);
    const page = await index.searchBlocks({ query, page: 1, perPage: 100, order: "asc" });
    expect(page.items.map((block) => Number(block.block.header?.height))).toEqual(heights);
    expect(page.totalCount).toBe(heights.length);
    const newest = await index.searchBlocks({ query, page: 1, perPage: 1, order: "desc" });
    expect(newest.items.map((block) => Number(block.block.header?.height))).toEqual(heights.slice(-1));
  });
});

test("behavior: an unpublished block is not found", async () => {
  const opened = await fill(SAMPLE.slice(0, 3));
  const publish = opened.write(SAMPLE[3]!);
  const search = async (query: string) =>
    (await opened.index.searchTxs({ query, page: 1, perPage: 9, order: "asc" })).totalCount;
  expect([await search("message.sender='alice'"), await search("tx.height>0")]).toEqual([2, 4]);
  publish();
  expect([await search("message.sender='alice'"), await search("tx.height>0")]).toEqual([4, 7]);
});

test("error: a search that looks at too much says so; the same with an exact condition alone is counted", async () => {
  const many = sampleBlock(
    1,
    Array.from({ length: SEARCH_CANDIDATES_MAX + 1 }, () => [sampleEvent("message", { sender: "a", module: "m" })]),
  );
  const { index } = await fill([many]);
  const options = { page: 1, perPage: 1, order: "asc" } as const;
  const narrow = "message.sender='a'";
  expect((await index.searchTxs({ query: narrow, ...options })).totalCount).toBe(SEARCH_CANDIDATES_MAX + 1);
  await expect(index.searchTxs({ query: `${narrow} AND message.module='m'`, ...options })).rejects.toThrow(
    SearchTooBroadError,
  );
});

/** An index that never ends: its entries are of height 9, of which there is no block. */
class EndlessDatabase extends MemoryDatabase {
  entriesRead = 0;
  reading = 0;
  readingMax = 0;

  override async *iterate(range: Parameters<MemoryDatabase["iterate"]>[0]): AsyncGenerator<KvEntry> {
    if (range.start?.[0] !== DB_PREFIX.txEvent && range.start?.[0] !== DB_PREFIX.txAnyEvent)
      return yield* super.iterate(range);
    this.reading += 1;
    this.readingMax = Math.max(this.readingMax, this.reading);
    const key = new Uint8Array(4 + HEIGHT_BYTES).fill(9, 3 + HEIGHT_BYTES);
    const positions = new Uint8Array(1);
    try {
      for (;;) {
        this.entriesRead += 1;
        if (this.entriesRead % 1_000 === 0) await new Promise(setImmediate);
        yield [key, positions];
      }
    } finally {
      this.reading -= 1;
    }
  }
}

describe("an index without end", () => {
  const options = { page: 1, perPage: 9, order: "asc" } as const;
  const fillEndless = async (chain: readonly CommittedBlock[]) => {
    const db = new EndlessDatabase();
    const opened = await open(db);
    for (const block of chain) opened.write(block)();
    return { db, index: opened.index };
  };

  test("behavior: entries of other heights are counted, and a range of few transactions is looked at itself", async () => {
    const { db, index } = await fillEndless(SAMPLE);
    for (const query of ["count.n EXISTS AND tx.height=4", "transfer.sender='carol' AND tx.height=4"]) {
      db.entriesRead = 0;
      const { items } = await index.searchTxs({ query, ...options });
      expect(items.map((tx) => `${tx.height}/${tx.index}`)).toEqual(
        query.startsWith("count") ? ["4/0", "4/1", "4/2"] : ["4/0"],
      );
      expect(db.entriesRead).toBeLessThan(SEARCH_ENTRIES_MAX + 1_000);
    }
  });

  test("error: a range of many transactions is refused", async () => {
    const txs = Array.from({ length: SEARCH_CANDIDATES_MAX + 1 }, () => [sampleEvent("count", { n: "1" })]);
    const { index } = await fillEndless([sampleBlock(1, txs)]);
    await expect(index.searchTxs({ query: "count.n EXISTS", ...options })).rejects.toThrow(
      `the query reaches more than ${SEARCH_ENTRIES_MAX} index entries`,
    );
  });

  test("behavior: few searches run at one time, also when some fail, and each is answered", async () => {
    const { db, index } = await fillEndless(SAMPLE);
    const queries = Array.from({ length: 2 * SEARCHES_MAX }, (_, i) => (i % 4 === 0 ? "count.n" : "count.n EXISTS"));
    const searches = queries.map((query) => index.searchTxs({ query, ...options }));
    const outcomes = await Promise.allSettled(searches);
    expect(db.readingMax).toBe(SEARCHES_MAX);
    expect(outcomes.map(({ status }) => status)).toEqual(
      queries.map((query) => (query === "count.n" ? "rejected" : "fulfilled")),
    );
  });
});

test("behavior: random queries find what looking at everything finds", async () => {
  const name = fc.constantFrom("a", "b", "c");
  const value = fc.constantFrom("1", "2", "30", "x".repeat(70), `${"x".repeat(70)}y`);
  const event = fc.tuple(name, fc.dictionary(name, value, { maxKeys: 3 })).map(([type, of]) => sampleEvent(type, of));
  const txs = fc.array(fc.array(event, { maxLength: 3 }), { maxLength: 4 });
  const condition = fc.tuple(name, name, value).map(([type, key, text]) => ({ key: `${type}.${key}`, text }));
  await fc.assert(
    fc.asyncProperty(
      fc.array(txs, { minLength: 1, maxLength: 5 }),
      fc.array(condition, { minLength: 1, maxLength: 3 }),
      fc.integer({ min: 0, max: 6 }),
      async (chain, conditions, above) => {
        const blocks = chain.map((events, i) => sampleBlock(i + 1, events));
        const { index } = await fill(blocks);
        const query = [...conditions.map(({ key, text }) => `${key}='${text}'`), `tx.height>${above}`].join(" AND ");
        const expected = blocks
          .filter((block) => block.height > above)
          .flatMap((block) => block.txs)
          .filter((tx) =>
            tx.result.events.some((one) =>
              conditions.every(({ key, text }) =>
                one.attributes.some((attribute) => `${one.type}.${attribute.key}` === key && attribute.value === text),
              ),
            ),
          );
        const page = await index.searchTxs({ query, page: 1, perPage: 100, order: "asc" });
        expect(page.items).toEqual(expected);
        expect(page.totalCount).toBe(expected.length);
      },
    ),
    { numRuns: 200 },
  );
});
