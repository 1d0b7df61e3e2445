// The envelope of orders: its bytes, round trips, every fault, and random bytes.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { utf8 } from "../codec/bytes.ts";
import { addressToBytes32 } from "./bytes32.ts";
import { CctpFormatError } from "./formatError.ts";
import { encodeOrderHook, type OrderHook, readOrderHook } from "./orderHook.ts";

const address = addressToBytes32(new Uint8Array(20).fill(0xab));
const hook: OrderHook = { orderId: "ord_7Hx2", refund: { domain: 6, address } };

test("default: the bytes of an envelope", () => {
  const refundAddress = `${"00".repeat(12)}${"ab".repeat(20)}`;
  expect(Buffer.from(encodeOrderHook(hook)).toString("hex")).toBe(
    `534f5244${"01"}${"00000006"}${refundAddress}${"08"}6f72645f37487832`,
  );
});

test("default: value to bytes to value", () => {
  const refund = fc.record({
    domain: fc.integer({ min: 0, max: 0xffff_ffff }),
    address: fc.uint8Array({ minLength: 32, maxLength: 32 }).filter((bytes) => bytes.some((byte) => byte !== 0)),
  });
  const hooks = fc.record({
    orderId: fc.stringMatching(/^[A-Za-z0-9_-]{1,64}$/),
    refund: fc.option(refund, { nil: undefined }),
  });
  fc.assert(
    fc.property(hooks, (value) => {
      expect(readOrderHook(encodeOrderHook(value))).toEqual({ kind: "order", hook: value });
    }),
  );
});

test("default: bytes to value to bytes; random ones never crash", () => {
  const bytes = encodeOrderHook(hook);
  fc.assert(
    fc.property(fc.nat(bytes.length - 1), fc.nat(255), (index, byte) => {
      const changed = bytes.slice();
      changed[index] = byte;
      const reading = readOrderHook(changed);
      if (reading.kind === "order") expect(encodeOrderHook(reading.hook)).toEqual(changed);
    }),
    { numRuns: 500 },
  );
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 120 }), (rest) => {
      readOrderHook(new Uint8Array([0x53, 0x4f, 0x52, 0x44, 1, ...rest]));
      readOrderHook(rest);
    }),
  );
});

describe("what is none of ours", () => {
  test.each([
    ["nothing", new Uint8Array(0)],
    ["Circle's forwarding service", utf8("cctp-forward\0\0\0\0\0\0\0\0\0\0\0\0")],
    ["half a magic", utf8("SOR")],
  ])("behavior: %s", (_name, bytes) => {
    expect(readOrderHook(bytes)).toEqual({ kind: "other" });
  });
});

describe("broken envelopes", () => {
  const bytes = encodeOrderHook(hook);
  const put = (index: number, byte: number) => {
    const changed = bytes.slice();
    changed[index] = byte;
    return changed;
  };
  const noRefundButDomain = encodeOrderHook({ orderId: "ord_1", refund: undefined });
  noRefundButDomain[8] = 3;
  test.each([
    ["a version to come", put(4, 2), "version"],
    ["one byte less", bytes.subarray(0, -1), "length"],
    ["one byte more", new Uint8Array([...bytes, 0]), "length"],
    ["an id of no bytes", put(41, 0).subarray(0, 42), "length"],
    ["an id of 65 bytes", new Uint8Array([...put(41, 65).subarray(0, 42), ...utf8("x".repeat(65))]), "orderId"],
    ["a space in the id", put(42, 0x20), "orderId"],
    ["an id that is no ASCII", put(42, 0xe9), "orderId"],
    ["a refund domain without an address", noRefundButDomain, "refund"],
  ])("error: %s", (_name, changed, reason) => {
    expect(readOrderHook(changed)).toEqual({ kind: "malformed", reason });
  });
});

describe("what no envelope can carry", () => {
  test.each([
    ["an empty id", { ...hook, orderId: "" }, RangeError],
    ["a long id", { ...hook, orderId: "x".repeat(65) }, RangeError],
    ["an id with a line break", { ...hook, orderId: "ord_1\n" }, RangeError],
    ["a zero address", { ...hook, refund: { domain: 0, address: new Uint8Array(32) } }, RangeError],
    [
      "an address of 20 bytes",
      { ...hook, refund: { domain: 0, address: new Uint8Array(20).fill(1) } },
      CctpFormatError,
    ],
    ["a domain beyond 32 bits", { ...hook, refund: { domain: 2 ** 32, address } }, CctpFormatError],
  ])("error: %s", (_name, value, error) => {
    expect(() => encodeOrderHook(value)).toThrow(error);
  });
});
