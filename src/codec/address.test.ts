// Cases: texts of addresses against the bech32 package, the SDK's refusals in their order, the cache.

import { bech32 } from "bech32";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { BECH32_PREFIX, decodeAddress, decodeBech32, encodeAddress, encodeBech32 } from "./address.ts";
import { ChainError } from "./chainError.ts";
import { ErrInvalidAddress } from "./sdkErrors.ts";

const TEN = Uint8Array.from({ length: 20 }, (_, i) => i);
const text = encodeAddress(TEN);

function refusal(input: string): string {
  try {
    decodeAddress(input);
  } catch (error) {
    expect(error).toBeInstanceOf(ChainError);
    // The line above has just made sure of the type.
    expect((error as ChainError).kind).toBe(ErrInvalidAddress);
    return (error as ChainError).message;
  }
  throw new Error("was not refused");
}

describe("agreement with the bech32 package", () => {
  test("behavior: addresses of every length", () => {
    for (let length = 1; length <= 255; length++) {
      const bytes = Uint8Array.from({ length }, (_, i) => (i * 37 + length) & 255);
      expect(encodeAddress(bytes)).toBe(bech32.encode(BECH32_PREFIX, bech32.toWords(bytes), 1_023));
      expect(decodeAddress(encodeAddress(bytes))).toEqual(bytes);
    }
  });

  test("behavior: any bytes under any prefix", () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z]{1,20}$/), fc.uint8Array({ maxLength: 200 }), (prefix, bytes) => {
        const encoded = encodeBech32(prefix, bytes);
        expect(encoded).toBe(bech32.encode(prefix, bech32.toWords(bytes), 1_023));
        expect(decodeBech32(encoded)).toEqual({ prefix, bytes });
        expect(decodeBech32(encoded.toUpperCase())).toEqual({ prefix, bytes });
      }),
    );
  });

  test("behavior: the same texts are accepted, with the same bytes", () => {
    const mutated = fc
      .tuple(fc.uint8Array({ maxLength: 40 }), fc.nat(), fc.constantFrom(..."1bioqpzry9XQ \u00e9"))
      .map(([bytes, at, character]) => {
        const encoded = encodeBech32("stateset", bytes);
        const index = at % (encoded.length + 1);
        return encoded.slice(0, index) + character + encoded.slice(index + 1);
      });
    fc.assert(
      fc.property(fc.oneof(mutated, fc.string()), (candidate) => {
        const theirs = bech32.decodeUnsafe(candidate, 1_023);
        const bytes = theirs === undefined ? undefined : bech32.fromWordsUnsafe(theirs.words);
        let ours: { prefix: string; bytes: Uint8Array } | undefined;
        try {
          ours = decodeBech32(candidate);
        } catch (error) {
          expect((error as Error).message).toMatch(/^decoding bech32 failed: /);
        }
        if (theirs === undefined || bytes === undefined) expect(ours).toBeUndefined();
        else expect(ours).toEqual({ prefix: theirs.prefix, bytes: Uint8Array.from(bytes) });
      }),
      { numRuns: 2_000 },
    );
  });
});

describe("addresses", () => {
  test("default", () => {
    expect(text).toMatch(/^stateset1[02-9ac-hj-np-z]{38}$/);
    expect(decodeAddress(text)).toEqual(TEN);
    expect(decodeAddress(text.toUpperCase())).toEqual(TEN);
  });

  test("behavior: one array for a text", () => {
    expect(decodeAddress(text)).toBe(decodeAddress(text));
  });

  test("behavior: the cache forgets, and results stay the same", () => {
    for (let i = 0; i < 40_000; i++) encodeAddress(Uint8Array.from([i >>> 8, i & 255, 1, 2, 3, 4, 5, 6]));
    expect(encodeAddress(TEN)).toBe(text);
    expect(decodeAddress(text)).toEqual(TEN);
  });

  test.each([
    ["", "empty address string is not allowed"],
    [" \t\n", "empty address string is not allowed"],
    ["a1b", "decoding bech32 failed: invalid bech32 string length 3"],
    ["s".repeat(1_024), "decoding bech32 failed: invalid bech32 string length 1024"],
    [`${text} `, "decoding bech32 failed: invalid character in string: ' '"],
    [text.replace("s", "S"), "decoding bech32 failed: string not all lowercase or all uppercase"],
    ["statesetqqqqqqqqqq", "decoding bech32 failed: invalid separator index -1"],
    ["stateset1qqqqq", "decoding bech32 failed: invalid separator index 8"],
    ["1qqqqqqqqq", "decoding bech32 failed: invalid separator index 0"],
    [`stateset1b${text.slice(10)}`, "decoding bech32 failed: invalid character not part of charset: 98"],
    [`${text.slice(0, -6)}qqqqqq`, `decoding bech32 failed: invalid checksum (expected ${text.slice(-6)} got qqqqqq)`],
    [encodeBech32("cosmos", TEN), "invalid Bech32 prefix; expected stateset, got cosmos"],
    [encodeBech32("stateset", new Uint8Array(0)), "addresses cannot be empty"],
    [encodeBech32("stateset", new Uint8Array(256)), "address max length is 255, got 256"],
    [bech32.encode("stateset", [1], 90), "decoding bech32 failed: invalid incomplete group"],
  ])("error: %s", (input, message) => {
    expect(refusal(input)).toBe(`${message}: invalid address`);
    expect(refusal(input)).toBe(`${message}: invalid address`);
  });

  test("error: bytes that are no address", () => {
    expect(() => encodeAddress(new Uint8Array(0))).toThrow("addresses cannot be empty");
    expect(() => encodeAddress(new Uint8Array(256))).toThrow("address max length is 255, got 256");
  });
});
