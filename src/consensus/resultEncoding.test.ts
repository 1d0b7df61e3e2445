// Cases: bytes equal the generated encoder's for any result; records split again; truncation is refused.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ExecTxResult } from "../../gen/tendermint/abci/types.ts";
import { encodeTxRecord, splitTxRecord } from "./resultEncoding.ts";

const text = fc.oneof(fc.string({ maxLength: 200 }), fc.string({ unit: "grapheme", maxLength: 60 }), fc.constant(""));
const attribute = fc.record({ key: text, value: text, index: fc.boolean() });
const event = fc.record({ type: text, attributes: fc.array(attribute, { maxLength: 5 }) });
const int64 = fc.bigInt({ min: -(1n << 63n), max: (1n << 63n) - 1n });
const result: fc.Arbitrary<ExecTxResult> = fc.record({
  code: fc.integer({ min: 0, max: 0xffffffff }),
  data: fc.uint8Array({ maxLength: 300 }),
  log: text,
  info: text,
  gasWanted: fc.oneof(int64, fc.bigInt({ min: 0n, max: 1n << 33n })),
  gasUsed: int64,
  events: fc.array(event, { maxLength: 8 }),
  codespace: text,
});

describe("encodeTxRecord", () => {
  test("behavior: writes the bytes of the generated encoder", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 500 }), result, (tx, given) => {
        const parts = splitTxRecord(encodeTxRecord(tx, given));
        expect(Buffer.from(parts.tx).equals(tx)).toBe(true);
        expect(Buffer.from(parts.result).equals(ExecTxResult.encode(given).finish())).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  test("behavior: grows for a result that is larger than its buffer", () => {
    const given = ExecTxResult.fromPartial({
      log: "x".repeat(300_000),
      events: [{ type: "large", attributes: [{ key: "é".repeat(70_000), value: "y".repeat(200_000), index: true }] }],
    });
    const { result } = splitTxRecord(encodeTxRecord(new Uint8Array(100_000), given));
    expect(Buffer.from(result).equals(ExecTxResult.encode(given).finish())).toBe(true);
  });

  test("behavior: a record stays as it is when the next one is written", () => {
    const first = encodeTxRecord(Uint8Array.of(1, 2), ExecTxResult.fromPartial({ log: "first" }));
    const copy = first.slice();
    encodeTxRecord(Uint8Array.of(9, 9), ExecTxResult.fromPartial({ log: "other" }));
    expect(first).toEqual(copy);
  });

  test("behavior: records that share memory and those that begin a new slab are all as they were", () => {
    const logOf = (index: number) => `${index} `.repeat(1 + (index % 700));
    const records = Array.from({ length: 2000 }, (_, index) =>
      encodeTxRecord(Uint8Array.of(index), ExecTxResult.fromPartial({ log: logOf(index) })),
    );
    expect(new Set(records.map(({ buffer }) => buffer)).size).toBeGreaterThan(2);
    for (const [index, record] of records.entries()) {
      const { tx, result } = splitTxRecord(record);
      expect([...tx]).toEqual([index & 0xff]);
      expect(ExecTxResult.decode(result).log).toBe(logOf(index));
    }
  });

  test("error: a record that is cut short", () => {
    expect(() => splitTxRecord(Uint8Array.of(0, 0))).toThrow("cut short");
    expect(() => splitTxRecord(Uint8Array.of(0, 0, 0, 9, 1))).toThrow("cut short");
  });
});
