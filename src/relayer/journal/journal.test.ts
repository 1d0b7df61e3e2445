// Cases: what is applied is there at once, and after a restart; forbidden transitions; indexes follow changes; random
// changes leave what a plain map would have; dump and restore; pruning; one process only; a change is durable before its
// promise resolves.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { done, submitted } from "../deliver/outcomes.ts";
import { burnV1, burnV2, emitted, recordOf } from "../testing/records.ts";
import { parked } from "../watch/reconcile.ts";
import { Journal, JournalError } from "./journal.ts";
import type { Cursor, MessageRecord, PendingTx } from "./record.ts";
import { isTransition, MESSAGE_STATES } from "./states.ts";

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

async function reopen(): Promise<void> {
  await journal.close();
  journal = await Journal.open(folder);
}

const seen = recordOf(emitted(burnV1(7n)));
const final: MessageRecord = { ...seen, state: "final", finalAtMs: 2_000 };
const attested: MessageRecord = {
  ...final,
  state: "attested",
  attestedAtMs: 3_000,
  attested: { message: seen.message, attestation: "0x01", hash: seen.messageHash, expirationBlock: "0" },
};
const pendingTx: PendingTx = {
  domain: 7770,
  account: "stateset1…",
  sequence: 4,
  deliveries: [seen.id],
  reports: [],
  copies: [{ hash: "ab".repeat(32), bytes: "0x02", isDelivery: true }],
  sentAtMs: 4_000,
  timeoutHeight: "0",
};
const cursor: Cursor = { domain: 0, scanned: 12n, fast: 11n, standard: 9n, hashes: [{ height: 12n, hash: "0xaa" }] };

describe("what is remembered", () => {
  test("default: records, cursor and transactions, at once and after a restart", async () => {
    await journal.apply({ records: [seen], cursor });
    await journal.apply({ records: [final] });
    await journal.apply({ records: [attested] });
    await journal.apply({ records: [submitted(attested, pendingTx.copies[0]!.hash, 4_000)], pending: [pendingTx] });
    const check = () => {
      expect(journal.get(seen.id)).toMatchObject({ state: "submitted", submittedAtMs: 4_000 });
      expect(journal.open("submitted").map(({ id }) => id)).toEqual([seen.id]);
      expect(journal.cursor(0)).toEqual(cursor);
      expect(journal.pending(7770)).toEqual([pendingTx]);
      expect(MESSAGE_STATES.map((state) => journal.count(state))).toEqual([0, 0, 0, 1, 0, 0]);
    };
    check();
    await reopen();
    check();
    expect(journal.get(seen.id)).toEqual(submitted(attested, pendingTx.copies[0]!.hash, 4_000));
  });

  test("behavior: what is changed is seen before it is durable, also when it is finished", async () => {
    const finished = { ...done(attested, { by: "other", txHash: undefined, height: "0" }, 9_000), isSettled: true };
    const first = journal.apply({ records: [seen] });
    const second = journal.apply({ records: [final] });
    const third = journal.apply({ records: [attested] });
    const fourth = journal.apply({ records: [finished] });
    expect(journal.get(seen.id)).toEqual(finished);
    await Promise.all([first, second, third, fourth]);
    expect(journal.open("seen", "final", "attested", "submitted", "done")).toEqual([]);
    expect(journal.get(seen.id)).toEqual(finished);
  });

  test("behavior: a promise resolves when the change is on the disk", async () => {
    const durable: string[] = [];
    await journal.close();
    journal = await Journal.open(folder, ({ records }) => durable.push(...(records ?? []).map(({ state }) => state)));
    const applied = journal.apply({ records: [seen] });
    expect(durable).toEqual([]);
    await applied;
    expect(durable).toEqual(["seen"]);
  });

  test("behavior: a settled transaction is gone", async () => {
    await journal.apply({ pending: [pendingTx] });
    await journal.apply({ settled: [pendingTx] });
    await reopen();
    expect(journal.pending(7770)).toEqual([]);
  });
});

describe("transitions", () => {
  test("error: from each state to each that does not follow", async () => {
    for (const from of MESSAGE_STATES) {
      for (const to of MESSAGE_STATES) {
        if (isTransition(from, to)) continue;
        const id = `${from} to ${to}`;
        const start = await walkTo({ ...seen, id }, from);
        const next = to === "parked" ? parked(start, "reorged", "") : { ...start, state: to, parkReason: undefined };
        expect(() => journal.apply({ records: [next] }), id).toThrow(`${from} cannot become ${to}`);
        expect(journal.get(id)?.state).toBe(from);
      }
    }
  });

  test("error: parked without a reason, and a reason without being parked", async () => {
    expect(() => journal.apply({ records: [{ ...seen, state: "parked" }] })).toThrow("reason undefined");
    expect(() => journal.apply({ records: [{ ...seen, parkReason: "filtered" }] })).toThrow("reason filtered");
  });

  /** Brings a record to a state along the table. */
  async function walkTo(record: MessageRecord, state: MessageRecord["state"]): Promise<MessageRecord> {
    const way = ["seen", "final", "attested", "submitted", "done"] as const;
    let current = record;
    await journal.apply({ records: [current] });
    if (state === "parked") {
      current = parked(current, "reorged", "");
      await journal.apply({ records: [current] });
      return current;
    }
    for (const step of way.slice(1, way.indexOf(state) + 1)) {
      current = { ...current, state: step };
      await journal.apply({ records: [current] });
    }
    return current;
  }
});

describe("finding", () => {
  test("default: by every hash of a message, in any case, with 0x and without", async () => {
    const sent = submitted(attested, "CD".repeat(32), 4_000);
    const arrived = done(sent, { by: "us", txHash: "EF".repeat(32), height: "3" }, 5_000);
    for (const record of [seen, final, attested, sent, arrived]) await journal.apply({ records: [record] });
    const hashes = [seen.txHash, seen.messageHash, "cd".repeat(32), `0x${"EF".repeat(32)}`, "ef".repeat(32)];
    for (const hash of hashes)
      expect(
        (await journal.byHash(hash)).map(({ id }) => id),
        hash,
      ).toEqual([seen.id]);
    expect(await journal.byHash("00".repeat(32))).toEqual([]);
  });

  test("behavior: equal V2 messages have one hash and are two", async () => {
    const message = burnV2();
    const twice = [0, 1].map((logIndex) => recordOf(emitted(message, { logIndex })));
    await journal.apply({ records: twice });
    expect((await journal.byHash(twice[0]!.messageHash)).map(({ logIndex }) => logIndex)).toEqual([0, 1]);
  });

  test("behavior: by nonce, V1 within its domain and V2 over all", async () => {
    const nonce = `0x${"0a".repeat(32)}`;
    const v2 = { ...recordOf(emitted(burnV2(), { tx: "other" })), nonce };
    await journal.apply({ records: [seen, v2] });
    expect((await journal.byNonce(1, 0, "7")).map(({ id }) => id)).toEqual([seen.id]);
    expect(await journal.byNonce(1, 1, "7")).toEqual([]);
    expect((await journal.byNonce(2, 99, nonce)).map(({ id }) => id)).toEqual([v2.id]);
  });

  test("behavior: pages of a state are in the order of arrival", async () => {
    const records = Array.from({ length: 7 }, (_, n) =>
      recordOf(emitted(burnV1(BigInt(n)), { tx: `tx ${n}` }), { nowMs: 1_000 + 7 * n }),
    );
    await journal.apply({ records });
    const first = await journal.byState("seen", { limit: 3 });
    const second = await journal.byState("seen", { limit: 10, after: first.at(-1)!.id });
    expect([...first, ...second].map(({ nonce }) => nonce)).toEqual(["0", "1", "2", "3", "4", "5", "6"]);
  });
});

test("default: any changes leave what a plain map would have, before and after a restart", async () => {
  const steps = fc.array(fc.tuple(fc.nat(5), fc.constantFrom(...MESSAGE_STATES), fc.boolean()), { maxLength: 40 });
  await fc.assert(
    fc.asyncProperty(steps, async (given) => {
      const model = new Map<string, MessageRecord>();
      for (const [n, state, isSettled] of given) {
        const base = model.get(`id ${n}`) ?? { ...recordOf(emitted(burnV1(BigInt(n)))), id: `id ${n}` };
        if (!isTransition(base.state, state)) continue;
        const next: MessageRecord = {
          ...base,
          state,
          isSettled,
          parkReason: state === "parked" ? "reorged" : undefined,
        };
        model.set(next.id, next);
        void journal.apply({ records: [next] });
      }
      const check = async () => {
        for (const [id, record] of model) expect(journal.get(id)).toEqual(record);
        for (const state of MESSAGE_STATES) {
          const expected = [...model.values()].filter((record) => record.state === state).map(({ id }) => id);
          expect((await journal.byState(state, { limit: 100 })).map(({ id }) => id)).toEqual(expected.sort());
          expect(journal.count(state)).toBe(expected.length);
        }
        const unsettled = [...model.values()].filter((record) => !record.isSettled).map(({ id }) => id);
        expect(
          journal
            .unsettled(0)
            .map(({ id }) => id)
            .sort(),
        ).toEqual(unsettled.sort());
      };
      await check();
      await reopen();
      await check();
      await journal.restore([]);
    }),
    { numRuns: 15 },
  );
});

describe("whole", () => {
  test("default: a dump restores everything", async () => {
    await journal.apply({ records: [seen], cursor, pending: [pendingTx] });
    const dump = await journal.dump();
    await journal.apply({ records: [final], settled: [pendingTx], cursor: { ...cursor, scanned: 99n } });
    await journal.restore(dump);
    const check = () => {
      expect(journal.get(seen.id)).toEqual(seen);
      expect(journal.cursor(0)).toEqual(cursor);
      expect(journal.pending(7770)).toEqual([pendingTx]);
      expect(journal.count("seen")).toBe(1);
    };
    check();
    await reopen();
    check();
  });

  test("default: pruning forgets what is finished and old, and nothing else", async () => {
    const old = { ...done(attested, { by: "other", txHash: undefined, height: "0" }, 9_000), isSettled: true };
    const young = recordOf(emitted(burnV1(8n), { tx: "young" }), { nowMs: 50_000 });
    const waiting = recordOf(emitted(burnV1(9n), { tx: "waiting" }), { nowMs: 10 });
    for (const record of [seen, final, attested, old, young, waiting]) await journal.apply({ records: [record] });
    expect(await journal.prune(20_000)).toBe(1);
    expect(journal.get(old.id)).toBeUndefined();
    expect(await journal.byHash(old.messageHash)).toEqual([]);
    expect([young, waiting].map(({ id }) => journal.get(id)?.state)).toEqual(["seen", "seen"]);
    expect(journal.count("done")).toBe(0);
  });

  test("error: a second relayer on one journal", async () => {
    const second = Journal.open(folder);
    await expect(second).rejects.toThrow(JournalError);
    await expect(second).rejects.toThrow("another relayer has it open");
  });
});
