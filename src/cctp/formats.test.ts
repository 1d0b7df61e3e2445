// Round trips of every format; truncated, lengthened and random bytes give the typed refusal and nothing else; fields
// that do not fit are named.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type BurnMessageV1, decodeBurnMessageV1, encodeBurnMessageV1 } from "./burnMessageV1.ts";
import { type BurnMessageV2, decodeBurnMessageV2, encodeBurnMessageV2 } from "./burnMessageV2.ts";
import { addressToBytes32, bytes32ToAddress, isPaddedAddress, zeroBytes32 } from "./bytes32.ts";
import { CctpFormatError } from "./formatError.ts";
import { messageToJson } from "./messageJson.ts";
import { decodeMessageV1, encodeMessageV1, type MessageV1 } from "./messageV1.ts";
import { decodeMessageV2, encodeMessageV2, type MessageV2 } from "./messageV2.ts";

const uint32 = fc.integer({ min: 0, max: 0xffff_ffff });
const uint256 = fc.bigInt({ min: 0n, max: (1n << 256n) - 1n });
const word = fc.uint8Array({ minLength: 32, maxLength: 32 });
const body = fc.uint8Array({ maxLength: 400 });

const header = { version: uint32, sourceDomain: uint32, destinationDomain: uint32 };
const parties = { sender: word, recipient: word, destinationCaller: word, messageBody: body };
const messageV1: fc.Arbitrary<MessageV1> = fc.record({
  ...header,
  nonce: fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }),
  ...parties,
});
const messageV2: fc.Arbitrary<MessageV2> = fc.record({
  ...header,
  nonce: word,
  ...parties,
  minFinalityThreshold: uint32,
  finalityThresholdExecuted: uint32,
});
const burn = { version: uint32, burnToken: word, mintRecipient: word, amount: uint256, messageSender: word };
const burnV1: fc.Arbitrary<BurnMessageV1> = fc.record(burn);
const burnV2: fc.Arbitrary<BurnMessageV2> = fc.record({
  ...burn,
  maxFee: uint256,
  feeExecuted: uint256,
  expirationBlock: uint256,
  hookData: body,
});

interface Format {
  readonly name: string;
  readonly values: fc.Arbitrary<unknown>;
  readonly encode: (value: unknown) => Uint8Array;
  readonly decode: (bytes: Uint8Array) => unknown;
  readonly part: string;
  readonly length: number;
  readonly atLeast: boolean;
}

/** Erases the type of the value, so that the formats stand in one table. */
function format<T>(
  name: string,
  values: fc.Arbitrary<T>,
  encode: (value: T) => Uint8Array,
  decode: (bytes: Uint8Array) => T,
  limits: Pick<Format, "part" | "length" | "atLeast">,
): Format {
  // The table hands to `encode` only what came from `values` or `decode`.
  return { name, values, encode: (value) => encode(value as T), decode, ...limits };
}

const FORMATS: readonly Format[] = [
  format("messageV1", messageV1, encodeMessageV1, decodeMessageV1, { part: "message", length: 116, atLeast: true }),
  format("messageV2", messageV2, encodeMessageV2, decodeMessageV2, { part: "message", length: 148, atLeast: true }),
  format("burnMessageV1", burnV1, encodeBurnMessageV1, decodeBurnMessageV1, {
    part: "burnMessage",
    length: 132,
    atLeast: false,
  }),
  format("burnMessageV2", burnV2, encodeBurnMessageV2, decodeBurnMessageV2, {
    part: "burnMessage",
    length: 228,
    atLeast: true,
  }),
];

function problemOf(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    if (error instanceof CctpFormatError) return { part: error.part, ...error.problem };
    throw error;
  }
  return undefined;
}

describe.each(FORMATS)("$name", ({ values, encode, decode, part, length, atLeast }) => {
  test("default: value to bytes to value", () => {
    fc.assert(
      fc.property(values, (value) => {
        expect(decode(encode(value))).toEqual(value);
      }),
    );
  });

  test("default: bytes to value to bytes, and shorter ones are refused with both lengths", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 600 }), (bytes) => {
        const fits = atLeast ? bytes.length >= length : bytes.length === length;
        if (fits) {
          expect(encode(decode(bytes))).toEqual(bytes);
          return;
        }
        expect(problemOf(() => decode(bytes))).toEqual({
          part,
          code: "length",
          expectedBytes: length,
          atLeast,
          actualBytes: bytes.length,
        });
      }),
    );
  });

  test("error: every truncation of the fixed part", () => {
    const [value] = fc.sample(values, 1);
    const bytes = encode(value).subarray(0, length);
    for (let size = 0; size < length; size++) {
      expect(problemOf(() => decode(bytes.subarray(0, size)))).toMatchObject({ code: "length", actualBytes: size });
    }
    expect(encode(decode(bytes))).toEqual(bytes);
  });

  test("behavior: reads a message that does not begin its memory", () => {
    const [value] = fc.sample(values, 1);
    const bytes = encode(value);
    const framed = new Uint8Array(bytes.length + 7);
    framed.set(bytes, 7);
    expect(decode(framed.subarray(7))).toEqual(value);
  });
});

describe("fields", () => {
  const message = decodeMessageV1(new Uint8Array(116));
  const burnMessage = decodeBurnMessageV1(new Uint8Array(132));
  test.each([
    ["sender", () => encodeMessageV1({ ...message, sender: new Uint8Array(20) }), { code: "length", actualBytes: 20 }],
    [
      "recipient",
      () => encodeMessageV1({ ...message, recipient: new Uint8Array(33) }),
      { code: "length", actualBytes: 33 },
    ],
    ["nonce", () => encodeMessageV1({ ...message, nonce: 1n << 64n }), { code: "range", bits: 64 }],
    ["nonce", () => encodeMessageV1({ ...message, nonce: -1n }), { code: "range", bits: 64 }],
    ["sourceDomain", () => encodeMessageV1({ ...message, sourceDomain: 2 ** 32 }), { code: "range", bits: 32 }],
    ["version", () => encodeMessageV1({ ...message, version: 0.5 }), { code: "range", bits: 32 }],
    ["amount", () => encodeBurnMessageV1({ ...burnMessage, amount: 1n << 256n }), { code: "range", bits: 256 }],
  ])("error: %s that does not fit", (part, run, problem) => {
    expect(problemOf(run)).toMatchObject({ part, ...problem });
  });
});

describe("messageToJson", () => {
  test("error: random bytes give JSON or the typed refusal", () => {
    const versions = fc.constantFrom([0, 0, 0, 0], [0, 0, 0, 1], [0, 0, 0, 2], [0, 0]);
    fc.assert(
      fc.property(versions, fc.uint8Array({ maxLength: 500 }), (version, rest) => {
        problemOf(() => messageToJson(new Uint8Array([...version, ...rest])));
      }),
    );
  });

  test("error: too short for a version, and a version of neither protocol", () => {
    expect(problemOf(() => messageToJson(new Uint8Array(3)))).toMatchObject({ code: "length", actualBytes: 3 });
    const version2 = new Uint8Array(200);
    version2[3] = 2;
    expect(problemOf(() => messageToJson(version2))).toEqual({ part: "message", code: "version", actual: 2 });
  });

  test("behavior: a body of a burn's length but of another version is shown as bytes only", () => {
    const bytes = new Uint8Array(248);
    bytes[116 + 3] = 9;
    expect(messageToJson(bytes)).not.toHaveProperty("burnMessage");
    expect(messageToJson(new Uint8Array(248))).toHaveProperty("burnMessage");
  });
});

describe("words", () => {
  test("default: an address goes in and comes out", () => {
    const address = fc.uint8Array({ minLength: 20, maxLength: 20 });
    fc.assert(
      fc.property(address, (bytes) => {
        const padded = addressToBytes32(bytes);
        expect(bytes32ToAddress(padded)).toEqual(bytes);
        expect(isPaddedAddress(padded)).toBe(true);
      }),
    );
  });

  test("behavior: what stands above an address is dropped, and seen", () => {
    const dirty = zeroBytes32();
    dirty[11] = 1;
    expect(bytes32ToAddress(dirty)).toEqual(new Uint8Array(20));
    expect(isPaddedAddress(dirty)).toBe(false);
  });

  test("error: other lengths", () => {
    expect(problemOf(() => addressToBytes32(new Uint8Array(32)))).toMatchObject({ part: "address", actualBytes: 32 });
    expect(problemOf(() => bytes32ToAddress(new Uint8Array(20)))).toMatchObject({ part: "bytes32", actualBytes: 20 });
    expect(isPaddedAddress(new Uint8Array(20))).toBe(false);
  });
});
