// Cases: any transactions and results come back as they were, whole and apart; texts of a run stand in it once; long texts
// that differ a little, much, and at their ends; buffers grow; runs that stay as they are; damage is refused.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ExecTxResult } from "../../gen/tendermint/abci/types.ts";
import { RUN_TXS, RunWriter } from "./resultEncoding.ts";
import { TxRun } from "./txRun.ts";

/** JSON as an order's event has it: long, and alike in every order. */
const json = fc
  .record({
    id: fc.string({ maxLength: 20 }),
    items: fc.array(fc.record({ sku: fc.string({ unit: "grapheme", maxLength: 8 }), quantity: fc.nat(1000) }), {
      maxLength: 4,
    }),
    note: fc.string({ maxLength: 60 }),
    total: fc.nat().map(String),
  })
  .map((order) => JSON.stringify({ kind: "order".repeat(12), ...order, status: "ORDER_STATUS_CREATED" }));
const quotes = fc.string({ unit: fc.constantFrom('"', "a", "b"), minLength: 90, maxLength: 140 });
const text = fc.oneof(
  fc.string({ maxLength: 30 }),
  fc.string({ maxLength: 300 }),
  fc.string({ unit: "grapheme", maxLength: 150 }),
  fc.constantFrom("", "amount", "stateset1", "\ufeffmark", "0"),
  json,
  quotes,
);
const name = fc.oneof(fc.constantFrom("order", "sender", ""), text);
const attribute = fc.record({ key: name, value: text, index: fc.boolean() });
const event = fc.record({ type: name, attributes: fc.array(attribute, { maxLength: 5 }) });
const int64 = fc.oneof(fc.bigInt({ min: -(1n << 63n), max: (1n << 63n) - 1n }), fc.bigInt({ min: 0n, max: 1n << 36n }));
const result: fc.Arbitrary<ExecTxResult> = fc.record({
  code: fc.integer({ min: 0, max: 0xffffffff }),
  data: fc.uint8Array({ maxLength: 300 }),
  log: text,
  info: text,
  gasWanted: int64,
  gasUsed: int64,
  events: fc.array(event, { maxLength: 6 }),
  codespace: text,
});

function runOf(results: readonly ExecTxResult[], writer = new RunWriter()): Uint8Array {
  for (const [index, one] of results.entries()) writer.add(Uint8Array.of(index), one);
  return writer.finish();
}

const withText = (value: string) =>
  ExecTxResult.fromPartial({ events: [{ type: "created", attributes: [{ key: "order", value, index: true }] }] });
const bytesOf = (one: ExecTxResult) => Buffer.from(ExecTxResult.encode(one).finish()).toString("hex");

describe("RunWriter and TxRun", () => {
  test("behavior: whatever was added comes back", () => {
    const writer = new RunWriter();
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.uint8Array({ maxLength: 300 }), result), { minLength: 1, maxLength: RUN_TXS }),
        (txs) => {
          for (const [tx, given] of txs) writer.add(tx, given);
          expect(writer.count).toBe(txs.length);
          const run = new TxRun(writer.finish());
          expect(run.count).toBe(txs.length);
          for (const [index, [tx, given]] of [...txs.entries()].reverse()) {
            expect(Buffer.from(run.tx(index)).equals(tx)).toBe(true);
            expect(run.result(index)).toEqual(given);
          }
        },
      ),
      { numRuns: 500 },
    );
  });

  test("behavior: half a surrogate pair becomes what the generated encoder makes of it", () => {
    for (const value of ["\ud800", `${"x".repeat(100)}\udc00"y"`]) {
      const given = [withText(value), withText(value)];
      const run = new TxRun(runOf(given));
      for (const index of [0, 1]) expect(bytesOf(run.result(index))).toBe(bytesOf(given[index]!));
    }
  });

  test("behavior: long texts that differ anywhere", () => {
    const base = `{"a":"${"x".repeat(60)}","b":"${"y".repeat(60)}","c":""}`;
    const texts = [
      ...[base, base, `${base}"more"`, `${base}more`, base.slice(0, 110), base.slice(1), base.replace("x", "z")],
      ...[base.replace('"b"', '"bb"'), base.replace("xx", "x"), '"'.repeat(120), `"${base}`, "é".repeat(100)],
      ...[base.replace('""', '"é\u{1f600}"'), "n".repeat(200)],
    ];
    for (const first of texts) {
      const run = new TxRun(runOf([first, ...texts].map(withText)));
      const read = [first, ...texts].map((_, index) => run.result(index).events[0]?.attributes[0]?.value);
      expect(read).toEqual([first, ...texts]);
    }
  });

  test("behavior: what results have in common stands in the run once", () => {
    const order = (id: number) =>
      withText(`{"id":"ord_${id}","status":"ORDER_STATUS_CREATED","note":"${"n".repeat(500)}"}`);
    const one = runOf([order(0)]).length;
    const many = runOf(Array.from({ length: RUN_TXS }, (_, index) => order(100 + index))).length;
    expect((many - one) / (RUN_TXS - 1)).toBeLessThan(40);
  });

  test("behavior: grows for what is larger than its buffers", () => {
    const given = ExecTxResult.fromPartial({
      log: "x".repeat(300_000),
      data: new Uint8Array(200_000).fill(7),
      events: [{ type: "large", attributes: [{ key: "é".repeat(70_000), value: "y".repeat(200_000), index: true }] }],
    });
    const run = new TxRun(runOf([given, given]));
    for (const index of [0, 1]) expect(run.result(index)).toEqual(given);
  });

  test("behavior: a run stays as it is when the next one is written, and knows nothing of one that was cleared", () => {
    const writer = new RunWriter();
    const first = runOf([withText("first")], writer);
    const copy = first.slice();
    writer.add(Uint8Array.of(5), withText("dropped"));
    writer.clear();
    const second = runOf([withText("second")], writer);
    expect(first).toEqual(copy);
    expect(second).toEqual(runOf([withText("second")]));
  });

  test("error: a run that is cut short or damaged", () => {
    const long = `{"note":"${"n".repeat(200)}"}`;
    const run = runOf([withText(long), withText(`${long} `), withText("short")]);
    for (let length = 0; length < run.length; length += 1) {
      expect(() => new TxRun(run.subarray(0, length)).count, String(length)).toThrow(RangeError);
    }
    expect(() => new TxRun(run).tx(3)).toThrow("there is no transaction 3 in the run");
    // Whatever byte is changed: it is read as something else or refused, and reading ends.
    fc.assert(
      fc.property(fc.nat(run.length - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
        const damaged = run.slice();
        damaged[at]! ^= change;
        try {
          const read = new TxRun(damaged);
          for (let index = 0; index < read.count; index += 1) read.result(index);
        } catch (error) {
          expect(error).toBeInstanceOf(RangeError);
        }
      }),
    );
  });
});
