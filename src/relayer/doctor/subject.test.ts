// What is taken as a subject: hashes in every spelling, ids of orders and what belongs to them; and what is not.

import { describe, expect, test } from "vitest";
import { parseSubject, SubjectError } from "./subject.ts";

const HASH = "ab".repeat(32);

describe("parseSubject", () => {
  test.each([
    [HASH, { kind: "hash", hash: HASH }],
    [`0x${HASH}`, { kind: "hash", hash: HASH }],
    [`0X${HASH.toUpperCase()}`, { kind: "hash", hash: HASH }],
    ["ord_123456789ABC", { kind: "order", id: "ord_123456789ABC" }],
    ["pay_123456789ABC", { kind: "payment", id: "pay_123456789ABC" }],
    ["ref_123456789ABC", { kind: "refund", id: "ref_123456789ABC" }],
    ["exc_123456789ABC", { kind: "exception", id: "exc_123456789ABC" }],
  ])("default: %s", (text, subject) => {
    expect(parseSubject(text)).toEqual(subject);
  });

  test.each([
    "",
    "0x",
    HASH.slice(1),
    `${HASH}00`,
    "ord_",
    "ord_0OIl56789ABC",
    "usd_123456789ABC",
    ` ${HASH}`,
    "x".repeat(9999),
  ])("error: %.20j", (text) => {
    expect(() => parseSubject(text)).toThrow(SubjectError);
    expect(() => parseSubject(text)).toThrow(/^expected a transaction or message hash/);
  });
});
