// Cases: order by sender and priority; limits and their texts; duplicates; eviction; expiry; unordered transactions;
// random runs against a plain list that does everything the slow way.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { AuthInfo, TxBody } from "../../gen/cosmos/tx/v1beta1/tx.ts";
import type { DecodedTx } from "../codec/tx.ts";
import { sha256 } from "../crypto/hash.ts";
import { framedBytes, Mempool, MempoolError, type MempoolPlace } from "./mempool.ts";

const EVERYTHING = { maxDataBytes: 1 << 30, maxGas: undefined };

function makeTx(label: string): DecodedTx {
  const bytes = new TextEncoder().encode(label);
  const nothing = new Uint8Array(0);
  return {
    bytes,
    hash: sha256(bytes),
    bodyBytes: nothing,
    authInfoBytes: nothing,
    body: TxBody.fromPartial({}),
    authInfo: AuthInfo.fromPartial({}),
    signatures: [],
    messages: [],
    signers: [],
    feePayer: nothing,
  };
}

function place(sender: string, sequence: number, priority: number, changes: Partial<MempoolPlace> = {}): MempoolPlace {
  return {
    sender,
    sequence: BigInt(sequence),
    priority: BigInt(priority),
    isUnordered: false,
    gasWanted: 10n,
    ...changes,
  };
}

function labels(txs: readonly { bytes: Uint8Array }[]): string[] {
  return txs.map((tx) => new TextDecoder().decode(tx.bytes));
}

describe("order", () => {
  test("default: by priority among senders, by sequence within one", () => {
    const pool = new Mempool();
    pool.add(makeTx("a1"), place("a", 1, 5), 1);
    pool.add(makeTx("b0"), place("b", 0, 7), 1);
    pool.add(makeTx("a0"), place("a", 0, 1), 1);
    pool.add(makeTx("c0"), place("c", 0, 7), 1);
    // a1 pays more than a0 and has to wait for it all the same.
    expect(labels(pool.take(EVERYTHING))).toEqual(["b0", "c0", "a0", "a1"]);
    expect(pool.list(2).map((bytes) => new TextDecoder().decode(bytes))).toEqual(["b0", "c0"]);
    expect(pool.size).toBe(4);
  });

  test("behavior: bytes and gas end a block", () => {
    const pool = new Mempool();
    for (const [index, label] of ["aa", "bb", "cc"].entries()) pool.add(makeTx(label), place(label, 0, 9 - index), 1);
    expect(labels(pool.take({ maxDataBytes: 2 * framedBytes(2), maxGas: undefined }))).toEqual(["aa", "bb"]);
    expect(labels(pool.take({ maxDataBytes: 1000, maxGas: 10n }))).toEqual(["aa"]);
    expect(labels(pool.take({ maxDataBytes: 1, maxGas: undefined }))).toEqual([]);
  });

  test("behavior: unordered transactions have no sequence and go by what they pay", () => {
    const pool = new Mempool();
    pool.add(makeTx("u1"), place("a", 0, 1, { isUnordered: true }), 1);
    pool.add(makeTx("u5"), place("a", 0, 5, { isUnordered: true }), 1);
    pool.add(makeTx("a0"), place("a", 0, 3), 1);
    expect(labels(pool.take(EVERYTHING))).toEqual(["u5", "a0", "u1"]);
  });

  test("behavior: framing counts as protobuf does", () => {
    expect([0, 127, 128, 16_383, 16_384].map(framedBytes)).toEqual([2, 129, 131, 16_386, 16_388]);
  });
});

describe("limits", () => {
  test("error: a transaction that is too large", () => {
    const pool = new Mempool({ maxTxBytes: 3 });
    expect(() => pool.reserve(makeTx("abcd").bytes, makeTx("abcd").hash)).toThrow(
      "Tx too large. Max size is 3, but got 4",
    );
  });

  test("error: a duplicate, until it is forgotten", () => {
    const pool = new Mempool();
    const tx = makeTx("a");
    const forget = pool.reserve(tx.bytes, tx.hash);
    expect(() => pool.reserve(tx.bytes, tx.hash)).toThrow("tx already exists in cache");
    forget();
    pool.reserve(tx.bytes, tx.hash);
    pool.add(tx, place("a", 0, 1), 1);
    pool.update([tx.hash], 2);
    expect(pool.size).toBe(0);
    // It is in a block now, and still known.
    expect(() => pool.reserve(tx.bytes, tx.hash)).toThrow(MempoolError);
  });

  test("behavior: what failed in a block may be sent again, once it is forgotten", () => {
    const pool = new Mempool();
    const tx = makeTx("a");
    pool.reserve(tx.bytes, tx.hash);
    pool.add(tx, place("a", 0, 1), 1);
    pool.forget(tx.hash);
    expect(() => pool.reserve(tx.bytes, tx.hash)).toThrow("tx already exists in cache");
    pool.update([tx.hash], 2);
    expect(() => pool.reserve(tx.bytes, tx.hash)).toThrow("tx already exists in cache");
    pool.forget(tx.hash);
    expect(() => pool.reserve(tx.bytes, tx.hash)).not.toThrow();
  });

  test("behavior: the oldest of the known hashes is forgotten first", () => {
    const pool = new Mempool({ cacheSize: 2 });
    const [a, b, c] = ["a", "b", "c"].map(makeTx) as [DecodedTx, DecodedTx, DecodedTx];
    for (const tx of [a, b, c]) pool.reserve(tx.bytes, tx.hash);
    expect(() => pool.reserve(c.bytes, c.hash)).toThrow();
    pool.reserve(a.bytes, a.hash);
    expect(() => pool.reserve(c.bytes, c.hash)).toThrow();
  });

  test("error: a full mempool, unless the newcomer pays more", () => {
    const pool = new Mempool({ maxTxs: 2 });
    pool.add(makeTx("a0"), place("a", 0, 5), 1);
    pool.add(makeTx("b0"), place("b", 0, 3), 1);
    expect(() => pool.add(makeTx("c0"), place("c", 0, 3), 1)).toThrow(
      "mempool is full: number of txs 2 (max: 2), total txs bytes 4 (max: 268435456)",
    );
    pool.add(makeTx("d0"), place("d", 0, 4), 1);
    expect(labels(pool.take(EVERYTHING))).toEqual(["a0", "d0"]);
  });

  test("behavior: an evicted transaction takes its sender's later ones along, and may be sent again", () => {
    const pool = new Mempool({ maxTxs: 3 });
    const first = makeTx("a0");
    pool.reserve(first.bytes, first.hash);
    pool.add(first, place("a", 0, 1), 1);
    pool.add(makeTx("a1"), place("a", 1, 9), 1);
    pool.add(makeTx("b0"), place("b", 0, 5), 1);
    pool.add(makeTx("c0"), place("c", 0, 2), 1);
    expect(labels(pool.take(EVERYTHING))).toEqual(["b0", "c0"]);
    expect(() => pool.reserve(first.bytes, first.hash)).not.toThrow();
  });

  test("error: one sender's share", () => {
    const pool = new Mempool({ maxTxsPerSender: 1 });
    pool.add(makeTx("a0"), place("a", 0, 1), 1);
    expect(() => pool.add(makeTx("a1"), place("a", 1, 1), 1)).toThrow("sender has 1 txs (max: 1)");
    pool.add(makeTx("b0"), place("b", 0, 1), 1);
  });

  test("behavior: what waits too long goes", () => {
    const pool = new Mempool({ ttlBlocks: 3 });
    pool.add(makeTx("a0"), place("a", 0, 1), 1);
    pool.add(makeTx("b0"), place("b", 0, 1), 2);
    pool.update([], 3);
    expect(pool.size).toBe(2);
    pool.update([], 4);
    expect(labels(pool.take(EVERYTHING))).toEqual(["b0"]);
  });
});

test("behavior: any run keeps sizes right and every sender's order", () => {
  const step = fc.record({
    sender: fc.constantFrom("a", "b", "c", "d"),
    priority: fc.integer({ min: 0, max: 5 }),
    action: fc.constantFrom("add", "add", "add", "commit", "remove"),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
      const pool = new Mempool({ maxTxs: 12 });
      const sequences = new Map<string, number>();
      steps.forEach(({ sender, priority, action }, index) => {
        if (action === "add") {
          const sequence = sequences.get(sender) ?? 0;
          sequences.set(sender, sequence + 1);
          try {
            pool.add(makeTx(`${sender}${sequence}`), place(sender, sequence, priority), index);
          } catch (error) {
            expect(error).toMatchObject({ code: "full" });
          }
        } else if (action === "commit") {
          pool.update(
            pool.take({ maxDataBytes: 20, maxGas: undefined }).map((tx) => tx.hash),
            index,
          );
        } else {
          const [tx] = pool.pending();
          if (tx !== undefined) pool.remove(tx);
        }
        const taken = pool.take(EVERYTHING);
        expect(taken).toHaveLength(pool.size);
        expect(pool.size).toBeLessThanOrEqual(12);
        expect(pool.sizeBytes).toBe(taken.reduce((sum, tx) => sum + tx.bytes.length, 0));
        for (const name of ["a", "b", "c", "d"]) {
          const numbers = labels(taken)
            .filter((label) => label.startsWith(name))
            .map((label) => Number(label.slice(1)));
          expect(numbers).toEqual([...numbers].sort((a, b) => a - b));
        }
      });
    }),
  );
});

describe("eviction", () => {
  test("error: nothing is evicted for a newcomer that finds no room after all", () => {
    const pool = new Mempool({ maxBytes: 6 });
    pool.add(makeTx("a0"), place("a", 0, 1), 1);
    pool.add(makeTx("b0"), place("b", 0, 5), 1);
    pool.add(makeTx("c0"), place("c", 0, 2), 1);
    expect(() => pool.add(makeTx("dddddd"), place("d", 0, 4), 1)).toThrow("total txs bytes 6 (max: 6)");
    expect(labels(pool.take(EVERYTHING))).toEqual(["b0", "c0", "a0"]);
    pool.add(makeTx("dddd"), place("d", 0, 4), 1);
    expect(labels(pool.take(EVERYTHING))).toEqual(["b0", "dddd"]);
  });

  test("error: a newcomer does not push out what it has to wait for", () => {
    const pool = new Mempool({ maxTxs: 2 });
    pool.add(makeTx("a0"), place("a", 0, 1), 1);
    pool.add(makeTx("b0"), place("b", 0, 5), 1);
    expect(() => pool.add(makeTx("a1"), place("a", 1, 9), 1)).toThrow("mempool is full");
    pool.add(makeTx("a-unordered"), place("a", 7, 9, { isUnordered: true }), 1);
    expect(labels(pool.take(EVERYTHING))).toEqual(["a-unordered", "b0"]);
  });

  test("behavior: a sender's later ones that are lowest themselves are evicted once", () => {
    const pool = new Mempool({ maxBytes: 6 });
    pool.add(makeTx("a0"), place("a", 0, 2), 1);
    pool.add(makeTx("a1"), place("a", 1, 1), 1);
    pool.add(makeTx("b0"), place("b", 0, 5), 1);
    pool.add(makeTx("cccc"), place("c", 0, 4), 1);
    expect([labels(pool.take(EVERYTHING)), pool.size, pool.sizeBytes]).toEqual([["b0", "cccc"], 2, 6]);
  });
});

describe("expiry by time", () => {
  test("behavior: what waits too long goes, with what needs it, and may be sent again", () => {
    const pool = new Mempool({ ttlNs: 100n });
    const [first, second] = [makeTx("a0"), makeTx("a1")];
    pool.reserve(first.bytes, first.hash);
    pool.add(first, place("a", 0, 1), 1, 1000n);
    pool.add(makeTx("b0"), place("b", 0, 1), 1, 1050n);
    pool.add(second, place("a", 1, 1), 1, 1050n);
    pool.update([], 2, 1099n);
    expect(pool.size).toBe(3);
    pool.update([], 3, 1100n);
    expect(labels(pool.pending())).toEqual(["b0"]);
    expect(() => pool.reserve(first.bytes, first.hash)).not.toThrow();
    expect(() => pool.add(makeTx("b0"), place("b", 0, 1), 4)).toThrow("tx already exists in cache");
  });
});

describe("against a plain list", () => {
  interface Waiting {
    readonly label: string;
    readonly place: MempoolPlace;
    readonly height: number;
    readonly arrival: number;
  }

  const LIMITS = { maxTxs: 10, maxBytes: 60, maxTxsPerSender: 4, ttlBlocks: 6 };
  const queueName = ({ sender, isUnordered }: MempoolPlace) => `${sender}${isUnordered}`;
  const pays = (a: Waiting, b: Waiting) => Number(b.place.priority - a.place.priority) || a.arrival - b.arrival;

  /** The mempool, with sorting and filtering in place of every structure. */
  class PlainPool {
    waiting: Waiting[] = [];

    queue(name: string): Waiting[] {
      const queue = this.waiting.filter((one) => queueName(one.place) === name);
      return queue.sort((a, b) =>
        a.place.isUnordered ? pays(a, b) : Number(a.place.sequence - b.place.sequence) || a.arrival - b.arrival,
      );
    }

    without(gone: readonly Waiting[]): Waiting[] {
      return this.waiting.filter((one) => !gone.includes(one));
    }

    withLater(one: Waiting): Waiting[] {
      const queue = this.queue(queueName(one.place));
      return one.place.isUnordered ? [one] : queue.slice(queue.indexOf(one));
    }

    add(fresh: Waiting): string {
      const own = queueName(fresh.place);
      if (this.queue(own).length >= LIMITS.maxTxsPerSender) return "sender_limit";
      const gone = new Set<Waiting>();
      for (;;) {
        const left = this.without([...gone]);
        const bytes = left.reduce((sum, { label }) => sum + label.length, fresh.label.length);
        if (left.length < LIMITS.maxTxs && bytes <= LIMITS.maxBytes) break;
        const lowest = left.sort(pays).at(-1);
        if (lowest === undefined || lowest.place.priority >= fresh.place.priority) return "full";
        if (queueName(lowest.place) === own && !fresh.place.isUnordered) return "full";
        for (const one of this.withLater(lowest)) gone.add(one);
      }
      this.waiting = [...this.without([...gone]), fresh];
      return "added";
    }

    order(): string[] {
      const queues = [...new Set(this.waiting.map(({ place }) => queueName(place)))].map((name) => this.queue(name));
      const ordered: string[] = [];
      while (queues.some((queue) => queue.length > 0)) {
        const heads = queues.filter((queue) => queue.length > 0).sort((a, b) => pays(a[0]!, b[0]!));
        ordered.push(heads[0]!.shift()!.label);
      }
      return ordered;
    }

    expire(height: number): void {
      for (const one of [...this.waiting]) {
        if (height - one.height >= LIMITS.ttlBlocks) this.waiting = this.without(this.withLater(one));
      }
    }
  }

  test("behavior: any run gives the same order, refusals and sizes", () => {
    const step = fc.record({
      sender: fc.constantFrom("a", "b", "c", "d", "e"),
      isUnordered: fc.boolean(),
      priority: fc.integer({ min: 0, max: 6 }),
      length: fc.integer({ min: 3, max: 12 }),
      action: fc.constantFrom("add", "add", "add", "add", "add", "block", "remove", "resend"),
      pick: fc.nat(),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 100 }), (steps) => {
        const pool = new Mempool(LIMITS);
        const plain = new PlainPool();
        let height = 1;
        steps.forEach((one, arrival) => {
          const known = plain.waiting[one.pick % Math.max(1, plain.waiting.length)];
          if (one.action === "add") {
            const label = `${arrival}`.padEnd(one.length, "-");
            const at = place(one.sender, arrival, one.priority, { isUnordered: one.isUnordered });
            const expected = plain.add({ label, place: at, height, arrival });
            let actual = "added";
            try {
              pool.add(makeTx(label), at, height);
            } catch (error) {
              actual = (error as MempoolError).code;
            }
            expect(actual).toBe(expected);
          } else if (one.action === "block") {
            height += 1;
            const taken = pool.take({ maxDataBytes: 30, maxGas: 30n });
            expect(labels(taken)).toEqual(plain.order().slice(0, taken.length));
            pool.update(
              taken.map((tx) => tx.hash),
              height,
            );
            plain.waiting = plain.waiting.filter(({ label }) => !labels(taken).includes(label));
            plain.expire(height);
          } else if (known !== undefined && one.action === "remove") {
            pool.remove(makeTx(known.label));
            plain.waiting = plain.without([known]);
          } else if (known !== undefined) {
            expect(() => pool.add(makeTx(known.label), known.place, height)).toThrow("tx already exists in cache");
          }
          expect(labels(pool.take(EVERYTHING))).toEqual(plain.order());
          expect(pool.list(3).map((bytes) => new TextDecoder().decode(bytes))).toEqual(plain.order().slice(0, 3));
          expect(pool.size).toBe(plain.waiting.length);
          expect(pool.sizeBytes).toBe(plain.waiting.reduce((sum, { label }) => sum + label.length, 0));
          expect(labels(pool.pending()).sort()).toEqual(plain.order().sort());
        });
        pool.clear();
        expect([pool.size, pool.sizeBytes, pool.take(EVERYTHING), pool.pending()]).toEqual([0, 0, [], []]);
      }),
      { numRuns: 300 },
    );
  });
});
