// On a real LevelDB. Cases: records by key, transaction, hash and nonce; content that changes with its fork; progress and
// values; what is open; snapshots; a journal that is in use, or of another format.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Level } from "level";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { addressToBytes32 } from "../cctp/bytes32.ts";
import { burnV1, burnV2, TOKEN_MESSENGER } from "../chains/testing/testMessages.ts";
import { Journal, JournalError, SNAPSHOTS_MAX } from "./journal.ts";
import { hashText, type MessageRecord, recordKey } from "./messageRecord.ts";
import { newRecords } from "./newRecord.ts";

const TX = "ab".repeat(32);
const messenger = addressToBytes32(TOKEN_MESSENGER);

let folder: string;
let journal: Journal;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "journal-"));
  journal = await Journal.open(folder);
});

afterEach(async () => {
  await journal.close();
  rmSync(folder, { recursive: true, force: true });
});

function records(...messages: readonly Uint8Array[]): readonly MessageRecord[] {
  const emitted = messages.map((message, logIndex) => ({
    cctpVersion: message[3] === 0 ? (1 as const) : (2 as const),
    sourceDomain: 0,
    message,
    txHash: `0x${TX}`,
    height: 5n,
    blockHash: "0xblock",
    logIndex,
  }));
  return [...newRecords(emitted, { 1: messenger, 2: messenger }, 7).values()];
}

function attested(record: MessageRecord): MessageRecord {
  const signed = {
    message: record.message,
    attestation: new Uint8Array(65).fill(1),
    level: "standard" as const,
    atMs: 9,
  };
  return { ...record, attested: signed };
}

describe("records", () => {
  test("default: found by key, transaction, hash and nonce, after a restart, too", async () => {
    const [first, second, third] = records(burnV1({ nonce: 5n }), burnV2(), burnV1({ nonce: 6n })) as [
      MessageRecord,
      MessageRecord,
      MessageRecord,
    ];
    await journal.write({ put: [first, attested(second), { ...third, delayReason: "insufficient_fee" }] });
    await journal.close();
    journal = await Journal.open(folder);
    expect(journal.record(recordKey(second))).toEqual(attested(second));
    expect(journal.record("0/nothing")).toBeUndefined();
    expect(await journal.recordsOfTx({ domain: 0, txHash: TX })).toHaveLength(3);
    expect(await journal.recordsOfTx({ domain: 1, txHash: TX })).toEqual([]);
    expect(await journal.recordsOfV1Hash(hashText(first.message))).toEqual([first]);
    expect(await journal.recordsOfV1Nonce(0, "6")).toMatchObject([{ nonce: "6", delayReason: "insufficient_fee" }]);
    expect(await journal.recordsOfV1Nonce(0, "60")).toEqual([]);
    expect(journal.recordOfV2Nonce(second.nonce)).toEqual(attested(second));
    expect(await journal.recordsOfChain(0)).toHaveLength(3);
  });

  test("behavior: what is settled or removed is no longer open", async () => {
    const [first, second] = records(burnV1(), burnV2()) as [MessageRecord, MessageRecord];
    await journal.write({ put: [first, second] });
    expect(await journal.openRecords(0)).toHaveLength(2);
    expect(await journal.openRecords(7)).toEqual([]);
    await journal.write({ put: [{ ...first, settled: true }], remove: [second] });
    expect(await journal.openRecords(0)).toEqual([]);
    expect(journal.recordOfV2Nonce(second.nonce)).toBeUndefined();
    expect(await journal.recordsOfV1Hash(hashText(first.message))).toHaveLength(1);
  });

  test("behavior: two places that exchange their messages in a fork are found by what they have now", async () => {
    const before = records(burnV1({ nonce: 1n }), burnV1({ nonce: 2n }));
    await journal.write({ put: before });
    const after = records(burnV1({ nonce: 2n }), burnV1({ nonce: 1n }));
    await journal.write({ put: after });
    expect(await journal.recordsOfV1Nonce(0, "1")).toEqual([after[1]]);
    expect(await journal.recordsOfV1Hash(hashText(after[0]!.message))).toEqual([after[0]]);
  });
});

test("default: progress and values", async () => {
  expect([journal.progress(0), journal.value("name")]).toEqual([undefined, undefined]);
  const progress = {
    checkpoints: [
      { height: 1n, hash: "a" },
      { height: 1n << 60n, hash: "b" },
    ],
    settledHeight: -1n,
  };
  await journal.write({ progress: { domain: 0, progress }, values: { name: "value" } });
  expect([journal.progress(0), journal.value("name")]).toEqual([progress, "value"]);
});

describe("snapshots", () => {
  test("default: a snapshot takes everything back, as often as wanted, also after a restart", async () => {
    const [first, second] = records(burnV1(), burnV2()) as [MessageRecord, MessageRecord];
    await journal.write({ put: [first], values: { name: "before" } });
    const id = await journal.snapshot();
    for (let round = 0; round < 2; round++) {
      await journal.write({ put: [attested(first), second], values: { name: "after" } });
      await journal.close();
      journal = await Journal.open(folder);
      await journal.revert(id);
      expect(await journal.recordsOfChain(0)).toEqual([first]);
      expect(journal.recordOfV2Nonce(second.nonce)).toBeUndefined();
      expect(journal.value("name")).toBe("before");
    }
  });

  test("behavior: later snapshots are forgotten, unknown ones refused, the oldest of too many goes", async () => {
    const first = await journal.snapshot();
    const second = await journal.snapshot();
    await journal.revert(first);
    await expect(journal.revert(second)).rejects.toThrow(RangeError);
    for (const id of ["", "0", "s/", `${first}/`, "../"]) await expect(journal.revert(id)).rejects.toThrow(RangeError);
    for (let count = 1; count < SNAPSHOTS_MAX; count++) await journal.snapshot();
    await journal.revert(first);
    for (let count = 0; count < SNAPSHOTS_MAX; count++) await journal.snapshot();
    await expect(journal.revert(first)).rejects.toThrow(RangeError);
  });
});

describe("opening", () => {
  test("error: another attester has it", async () => {
    const error: unknown = await Journal.open(folder).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(JournalError);
    expect(error).toMatchObject({ code: "locked", message: `${folder}: another attester has this journal open` });
  });

  test("error: another format, and a folder that is none", async () => {
    await journal.close();
    const level = new Level(folder);
    await level.put("m/format", "2");
    await level.close();
    await expect(Journal.open(folder)).rejects.toMatchObject({ code: "unusable" });
    await expect(Journal.open("/dev/null/journal")).rejects.toMatchObject({ code: "unusable" });
    journal = await Journal.open(mkdtempSync(join(tmpdir(), "journal-")));
  });
});
