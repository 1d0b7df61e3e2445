// Cases: strict parsing of unsigned and 256-bit integers, what BigInt() would take and we do not, big-endian bytes.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compareBytes } from "./bytes.ts";
import { decodeUint64BE, encodeUint64BE, MAX_INT256, parseInt256, parseUint } from "./integer.ts";

const NOT_INTEGERS = [
  "",
  " ",
  "00",
  "01",
  "+1",
  " 1",
  "1 ",
  "1\n",
  "0x10",
  "0b1",
  "1e3",
  "1.0",
  "1_000",
  "1n",
  "١",
  "--1",
];

describe("parseUint", () => {
  test("default", () => {
    expect(parseUint("0", 64)).toBe(0n);
    expect(parseUint("18446744073709551615", 64)).toBe((1n << 64n) - 1n);
    expect(parseUint("4294967295", 32)).toBe(0xffffffffn);
  });

  test.each([...NOT_INTEGERS, "-1", "-0"])("error: %j", (text) => {
    expect(() => parseUint(text, 64)).toThrow("invalid unsigned 64-bit integer");
  });

  test("error: one above the largest of each width", () => {
    for (const bits of [1, 8, 31, 32, 53, 63, 64, 128, 255, 256]) {
      const limit = 1n << BigInt(bits);
      expect(parseUint((limit - 1n).toString(), bits)).toBe(limit - 1n);
      expect(() => parseUint(limit.toString(), bits)).toThrow(`${bits}-bit`);
    }
  });

  test("error: a long text is refused without being converted, and is not repeated whole", () => {
    expect(() => parseUint("9".repeat(1_000_000), 64)).toThrow(/^.{0,200}$/);
  });
});

describe("parseInt256", () => {
  test("behavior: every integer of the range comes back as it went", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -MAX_INT256, max: MAX_INT256 }), (value) => {
        expect(parseInt256(value.toString())).toBe(value);
      }),
    );
    expect(parseInt256(MAX_INT256.toString())).toBe(MAX_INT256);
    expect(parseInt256((-MAX_INT256).toString())).toBe(-MAX_INT256);
  });

  test.each([...NOT_INTEGERS, "-", "-0", "-01", "- 1"])("error: %j", (text) => {
    expect(() => parseInt256(text)).toThrow("invalid 256-bit integer");
  });

  test("error: 2^256 in either direction", () => {
    expect(() => parseInt256((MAX_INT256 + 1n).toString())).toThrow("invalid 256-bit integer");
    expect(() => parseInt256((-MAX_INT256 - 1n).toString())).toThrow("invalid 256-bit integer");
  });
});

describe("big-endian bytes", () => {
  test("default", () => {
    expect(encodeUint64BE(258n)).toEqual(Uint8Array.from([0, 0, 0, 0, 0, 0, 1, 2]));
  });

  test("behavior: byte order is number order, and values come back", () => {
    const uint64 = fc.bigInt({ min: 0n, max: (1n << 64n) - 1n });
    fc.assert(
      fc.property(uint64, uint64, (a, b) => {
        expect(decodeUint64BE(encodeUint64BE(a))).toBe(a);
        expect(Math.sign(compareBytes(encodeUint64BE(a), encodeUint64BE(b)))).toBe(a < b ? -1 : a > b ? 1 : 0);
      }),
    );
  });

  test("behavior: a view into a larger buffer is read at its own offset", () => {
    expect(decodeUint64BE(Uint8Array.from([9, 9, 0, 0, 0, 0, 0, 0, 0, 7]).subarray(2))).toBe(7n);
  });

  test("error: out of range, and lengths other than eight", () => {
    expect(() => encodeUint64BE(-1n)).toThrow(RangeError);
    expect(() => encodeUint64BE(1n << 64n)).toThrow(RangeError);
    expect(() => decodeUint64BE(new Uint8Array(7))).toThrow(RangeError);
    expect(() => decodeUint64BE(new Uint8Array(9))).toThrow(RangeError);
  });
});
