// Cases: a sound chain; each record of a block changed in one way, and what is said about it.

import { expect, test } from "vitest";
import { ResponseFinalizeBlock } from "../../../gen/tendermint/abci/types.ts";
import { BlockMeta, Commit, type Header } from "../../../gen/tendermint/types/types.ts";
import { ValidatorSet } from "../../../gen/tendermint/types/validator.ts";
import { concatBytes, toHex } from "../../codec/bytes.ts";
import { BlockStore } from "../blockStore.ts";
import { bytesKey, DB_PREFIX, heightKey, readUint32, txRunKey } from "../dbKeys.ts";
import { runHeadBytes } from "../resultEncoding.ts";
import { kvTx } from "../testing/kvApp.ts";
import type { MemoryDatabase } from "../testing/memoryDatabase.ts";
import { openTestNode } from "../testing/testNode.ts";
import { ChainCheckError, verifyChain } from "./verifyChain.ts";

/** A database with five blocks, each after the first with a transaction. */
async function chain(): Promise<MemoryDatabase> {
  const { node, disk } = await openTestNode();
  await node.start();
  for (let sequence = 0; sequence < 4; sequence++) {
    await node.submitTx(kvTx({ from: "alice", sequence, key: "k", value: "v" }));
    await node.produce();
  }
  await node.stop();
  return disk.db;
}

function change(db: MemoryDatabase, key: Uint8Array, to: (value: Uint8Array) => Uint8Array): void {
  const value = db.get(key);
  if (value === undefined) throw new Error("the test changes a record that is not there");
  db.entries.set(toHex(key), to(value));
}

const changeHead = (db: MemoryDatabase, height: number, to: (header: Header) => Partial<Header>) =>
  change(db, heightKey(DB_PREFIX.block, height), (value) => {
    const meta = BlockMeta.decode(value.subarray(8));
    const header = { ...meta.header!, ...to(meta.header!) };
    return concatBytes(value.subarray(0, 8), BlockMeta.encode({ ...meta, header }).finish());
  });

const other = new Uint8Array(32).fill(9);

test("default: a sound chain, whole and from the middle", async () => {
  const db = await chain();
  expect(await verifyChain(await BlockStore.open(db))).toBe(5);
});

/** Where the first transaction of a run begins, with its length. */
const partAt = (run: Uint8Array) => runHeadBytes(run[0]!) + readUint32(run, 1);
const flip = (bytes: Uint8Array, at: number) => bytes.with(at, bytes[at]! ^ 1);

const rows: readonly [what: string, change: (db: MemoryDatabase) => void, message: string][] = [
  ["a header's app hash", (db) => changeHead(db, 3, () => ({ appHash: other })), "block 3: block id"],
  ["a header's time", (db) => changeHead(db, 3, () => ({ time: { seconds: 1n, nanos: 0 } })), "block 3: block id"],
  ["a header's height", (db) => changeHead(db, 3, () => ({ height: 4n })), "block 3: its header says height 4"],
  ["a header's proposer", (db) => changeHead(db, 3, () => ({ proposerAddress: other })), "block 3: block id"],
  ["a transaction", (db) => change(db, txRunKey(3, 0), (value) => flip(value, partAt(value) + 1)), "block 3: block id"],
  [
    "a result's gas",
    // Log, info and codespace, which are empty, gas wanted and used.
    (db) =>
      change(db, txRunKey(3, 0), (value) => value.with(Buffer.from(value).indexOf(Buffer.of(0, 0, 0, 10, 5)) + 4, 6)),
    "block 4: last results hash",
  ],
  [
    "the app hash that a block gave",
    (db) =>
      change(db, heightKey(DB_PREFIX.results, 3), (value) =>
        ResponseFinalizeBlock.encode({ ...ResponseFinalizeBlock.decode(value), appHash: other }).finish(),
      ),
    "block 4: app hash",
  ],
  [
    "the last commit's signature",
    (db) =>
      change(db, heightKey(DB_PREFIX.commit, 5), (value) => {
        const commit = Commit.decode(value);
        const [vote] = commit.signatures;
        return Commit.encode({ ...commit, signatures: [{ ...vote!, signature: new Uint8Array(64) }] }).finish();
      }),
    "block 5: ",
  ],
  [
    "an earlier commit",
    (db) =>
      change(db, heightKey(DB_PREFIX.commit, 3), (value) =>
        Commit.encode({ ...Commit.decode(value), round: 1 }).finish(),
      ),
    "block 3: ",
  ],
  [
    "the validators",
    (db) =>
      change(db, heightKey(DB_PREFIX.validators, 1), (value) => {
        const set = ValidatorSet.decode(value);
        const [validator] = set.validators;
        return ValidatorSet.encode({ ...set, validators: [{ ...validator!, votingPower: 11n }] }).finish();
      }),
    "block 1: validators hash",
  ],
  [
    "where a transaction is found",
    (db) => {
      const [key] = [...db.entries.keys()].filter((text) => text.startsWith(toHex(Uint8Array.of(DB_PREFIX.txHash))));
      db.entries.delete(key!);
    },
    "is not found by its hash",
  ],
  [
    "where a block is found",
    (db) => {
      const meta = BlockMeta.decode(db.get(heightKey(DB_PREFIX.block, 2))!.subarray(8));
      db.entries.delete(toHex(bytesKey(DB_PREFIX.blockHash, meta.blockId!.hash)));
    },
    "block 2: is not found by its hash",
  ],
  ["a whole block", (db) => void db.entries.delete(toHex(heightKey(DB_PREFIX.block, 3))), "block 3: is missing"],
];

test.each(rows)("error: %s changed", async (_what, tamper, message) => {
  const db = await chain();
  tamper(db);
  const verified = verifyChain(await BlockStore.open(db));
  await expect(verified).rejects.toThrow(ChainCheckError);
  await expect(verified).rejects.toThrow(message);
});
