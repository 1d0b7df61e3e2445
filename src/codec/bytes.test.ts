// Cases: order, equality, concatenation, hex, base64, UTF-8; round trips and refusals of each text form.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  bytesEqual,
  compareBytes,
  concatBytes,
  fromBase64,
  fromHex,
  fromUtf8,
  toBase64,
  toHex,
  utf8,
} from "./bytes.ts";

const bytes = (...values: number[]) => Uint8Array.from(values);

describe("order", () => {
  test("default", () => {
    expect(compareBytes(bytes(1, 2), bytes(1, 3))).toBeLessThan(0);
    expect(compareBytes(bytes(255), bytes(1, 0))).toBeGreaterThan(0);
    expect(compareBytes(bytes(1), bytes(1))).toBe(0);
  });

  test("behavior: a prefix comes before what it begins", () => {
    expect(compareBytes(bytes(), bytes(0))).toBeLessThan(0);
    expect(compareBytes(bytes(1, 0), bytes(1))).toBeGreaterThan(0);
  });

  test("behavior: equal means same length and content", () => {
    expect(bytesEqual(bytes(1, 2), bytes(1, 2))).toBe(true);
    expect(bytesEqual(bytes(1, 2), bytes(1))).toBe(false);
    expect(bytesEqual(bytes(1, 2), bytes(1, 3))).toBe(false);
  });

  test("behavior: concatenation does not share memory with its parts", () => {
    const part = bytes(1, 2);
    const joined = concatBytes(part, bytes(), bytes(3));
    part[0] = 9;
    expect(joined).toEqual(bytes(1, 2, 3));
  });
});

describe("texts", () => {
  test("behavior: hex and base64 come back as they went", () => {
    fc.assert(
      fc.property(fc.uint8Array(), (value) => {
        expect(fromHex(toHex(value))).toEqual(value);
        expect(fromHex(toHex(value).toUpperCase())).toEqual(value);
        expect(fromBase64(toBase64(value))).toEqual(value);
      }),
    );
  });

  test("behavior: UTF-8 comes back as it went, byte order mark included", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (text) => {
        expect(fromUtf8(utf8(text))).toBe(text);
        expect(fromUtf8(utf8(`\ufeff${text}`))).toBe(`\ufeff${text}`);
      }),
    );
  });

  test.each(["0", "0x00", "zz", " 00", "00 ", "0 0"])("error: %j is no hex", (text) => {
    expect(() => fromHex(text)).toThrow("invalid hex");
  });

  test.each(["A", "AA", "AA=", "AB==", "AAB=", "A===", "A-_=", " AAA", "AAA\n", "AA==AA=="])(
    "error: %j is no canonical base64",
    (text) => {
      expect(() => fromBase64(text)).toThrow("base64");
    },
  );

  test.each([[0xff], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xe2, 0x82]])("error: bytes %j… are no UTF-8", (...values) => {
    expect(() => fromUtf8(bytes(...values))).toThrow("invalid UTF-8");
  });
});
