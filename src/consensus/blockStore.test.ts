// Cases: empty store; every read of what was written, from memory and from the database; nothing before publish;
// validators and parameters by height; truncation leaves what a shorter chain would have; hashes that begin alike; missing
// records and other formats are noticed.

import { describe, expect, test } from "vitest";
import { ConsensusParams } from "../../gen/tendermint/types/params.ts";
import { ValidatorSet } from "../../gen/tendermint/types/validator.ts";
import { BlockStore } from "./blockStore.ts";
import {
  DB_PREFIX,
  decodeTxPlace,
  encodeTxPlace,
  heightKey,
  META_KEY,
  metaKey,
  readHeight,
  writeHeight,
} from "./dbKeys.ts";
import { MemoryDatabase } from "./testing/memoryDatabase.ts";
import { sampleBlock, sampleCommit, sampleEvent } from "./testing/sampleBlocks.ts";

const params = (maxBytes: bigint) =>
  ConsensusParams.fromPartial({ block: { maxBytes, maxGas: -1n }, evidence: {}, validator: {}, version: {}, abci: {} });
const validators = ValidatorSet.fromPartial({
  validators: [{ address: new Uint8Array(20), pubKey: { ed25519: new Uint8Array(32) }, votingPower: 10n }],
  totalVotingPower: 10n,
});

/** Writes sample blocks, each with twelve times as many transactions as its height says; block 2 changes the parameters. */
async function fill(db: MemoryDatabase, heights: number): Promise<BlockStore> {
  const store = await BlockStore.open(db);
  for (let height = 1; height <= heights; height++) {
    const events = Array.from({ length: 12 * height }, (_, i) => [sampleEvent("message", { sender: `s${i}` })]);
    const committed = sampleBlock(height, events, [sampleEvent("mint", { amount: String(height) })]);
    const batch = db.batch();
    store.write(batch, {
      committed,
      commit: sampleCommit(height),
      validators: height === 1 ? [{ fromHeight: 1, set: validators }] : [],
      params: [
        ...(height === 1 ? [{ fromHeight: 1, params: params(1n) }] : []),
        ...(height === 2 ? [{ fromHeight: 3, params: params(2n) }] : []),
      ],
    });
    batch.apply();
    store.publish(committed);
  }
  return store;
}

describe("BlockStore", () => {
  test("default: an empty store", async () => {
    const store = await BlockStore.open(new MemoryDatabase());
    expect([store.latestHeight, store.earliestHeight]).toEqual([0, 0]);
    expect(await store.getBlock(1)).toBeUndefined();
    expect(store.getTx(new Uint8Array(32))).toBeUndefined();
    expect(await store.getValidators(1)).toBeUndefined();
  });

  test("behavior: reads what was written, from memory and after opening again", async () => {
    const db = new MemoryDatabase();
    const written = await fill(db, 4);
    const opened = await BlockStore.open(db);
    expect(opened.latest).toEqual(written.latest);
    for (const store of [written, opened]) {
      expect([store.latestHeight, store.earliestHeight]).toEqual([4, 1]);
      for (let height = 1; height <= 4; height++) {
        const events = Array.from({ length: 12 * height }, (_, i) => [sampleEvent("message", { sender: `s${i}` })]);
        const expected = sampleBlock(height, events, [sampleEvent("mint", { amount: String(height) })]);
        expect(await store.getCommitted(height)).toEqual(expected);
        expect(await store.getBlock(height)).toMatchObject({ blockId: expected.blockId, sizeBytes: 1000 + height });
        expect(await store.getResults(height)).toEqual(expected.results);
        expect(store.getHeightByHash(expected.blockId.hash)).toBe(height);
        expect(store.getCommit(height)).toEqual(sampleCommit(height));
        expect(store.getHead(height)).toMatchObject({
          height,
          txCount: 12 * height,
          txCountTotal: 6 * height * (height + 1),
        });
        for (const tx of expected.txs) {
          expect(store.getTx(tx.hash)).toEqual(tx);
          expect(store.getTxPlace(tx.hash)).toEqual({ height, index: tx.index });
        }
      }
      expect(await store.getBlock(5)).toBeUndefined();
      expect(await store.getBlock(0)).toBeUndefined();
      expect(store.getTxAt(4, 48)).toBeUndefined();
    }
  });

  test("behavior: nothing of a block shows before it is published", async () => {
    const db = new MemoryDatabase();
    const store = await fill(db, 1);
    const block = sampleBlock(2, [[]]);
    const batch = db.batch();
    store.write(batch, { committed: block, commit: sampleCommit(2), validators: [], params: [] });
    batch.apply();
    expect(store.latestHeight).toBe(1);
    expect(await store.getBlock(2)).toBeUndefined();
    expect(store.getCommit(2)).toBeUndefined();
    expect(store.getHeightByHash(block.blockId.hash)).toBeUndefined();
    expect(store.getTx(block.txs[0]!.hash)).toBeUndefined();
    store.publish(block);
    expect(store.getTx(block.txs[0]!.hash)).toEqual(block.txs[0]);
  });

  test("behavior: validators and parameters hold until they change", async () => {
    const store = await fill(new MemoryDatabase(), 4);
    for (const height of [1, 3, 5]) expect(await store.getValidators(height)).toEqual(validators);
    expect(await store.getParams(2)).toEqual(params(1n));
    expect(await store.getParams(3)).toEqual(params(2n));
    expect(await store.getParams(5)).toEqual(params(2n));
  });

  test.each([1, 2, 3])("behavior: truncating to %d leaves the bytes of a chain that never went on", async (height) => {
    const db = new MemoryDatabase();
    const store = await fill(db, 4);
    const batch = db.batch();
    const removed: number[] = [];
    await store.truncate(batch, height, (block) => removed.push(block.height));
    batch.apply();
    store.rewound(height);
    expect(removed).toEqual([4, 3, 2].slice(0, 4 - height));
    expect(store.latestHeight).toBe(height);
    const shorter = new MemoryDatabase();
    await fill(shorter, height);
    expect(new Map([...db.entries].sort())).toEqual(new Map([...shorter.entries].sort()));
  });

  test("behavior: a hash that has only its beginning in common with a transaction's finds nothing", async () => {
    const db = new MemoryDatabase();
    const written = await fill(db, 1);
    const { hash } = (await written.getCommitted(1))!.txs[5]!;
    for (const store of [written, await BlockStore.open(db)]) {
      expect(store.getTx(hash)?.index).toBe(5);
      expect(store.getTx(hash.with(31, hash[31]! ^ 1))).toBeUndefined();
      expect(store.getTx(hash.subarray(0, 20))).toBeUndefined();
      expect(store.getTx(new Uint8Array(0))).toBeUndefined();
    }
  });

  test("behavior: a block begun anew has nothing of the one before", async () => {
    const db = new MemoryDatabase();
    const store = await BlockStore.open(db);
    const block = sampleBlock(1, [[sampleEvent("message", { sender: "a" })], []]);
    store.begin(db.batch(), 1).add(block.txs[1]!);
    const batch = db.batch();
    const stored = store.write(batch, { committed: block, commit: sampleCommit(1), validators: [], params: [] });
    batch.apply();
    expect(stored).toEqual(block);
    expect((await (await BlockStore.open(db)).getCommitted(1))?.txs).toEqual(block.txs);
  });

  test("error: blocks in another format", async () => {
    const db = new MemoryDatabase();
    await fill(db, 1);
    const key = Buffer.from(metaKey(META_KEY.blockFormat)).toString("hex");
    db.entries.set(key, Uint8Array.of(3));
    await expect(BlockStore.open(db)).rejects.toThrow(
      "holds blocks in format 3; this program reads and writes format 2",
    );
    db.entries.delete(key);
    await expect(BlockStore.open(db)).rejects.toThrow("format 1");
  });

  test("error: a block that lost a transaction or its results", async () => {
    const db = new MemoryDatabase();
    await fill(db, 3);
    db.entries.delete(Buffer.from(heightKey(DB_PREFIX.results, 2)).toString("hex"));
    const lost = [...db.entries.keys()].find((key) => key.startsWith("58000000000003"))!;
    db.entries.delete(lost);
    const store = await BlockStore.open(db);
    await expect(store.getCommitted(2)).rejects.toThrow("lacks the results of block 2");
    await expect(store.getCommitted(3)).rejects.toThrow("block 3 has 20 of its 36 transactions");
  });
});

test("behavior: heights of six bytes keep their order", () => {
  const heights = [0, 1, 255, 256, 2 ** 32 - 1, 2 ** 32, 2 ** 40 + 7, 2 ** 48 - 1];
  const keys = heights.map((height) => {
    const bytes = new Uint8Array(6);
    writeHeight(bytes, 0, height);
    expect(readHeight(bytes, 0)).toBe(height);
    return Buffer.from(bytes).toString("hex");
  });
  expect([...keys].sort()).toEqual(keys);
});

test("behavior: places of transactions", () => {
  for (const height of [1, 2 ** 32 - 1, 2 ** 32, 2 ** 48 - 1]) {
    for (const index of [0, 2 ** 16 - 1, 2 ** 16, 2 ** 32 - 1]) {
      expect(decodeTxPlace(encodeTxPlace(height, index))).toEqual({ height, index });
    }
  }
});
