// Cases: default (both ways), behavior: any amount survives a round trip, error: every other way to write a number.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatMoney, parseMoney } from "./money.ts";

describe("money", () => {
  it.each([
    ["1097.47", 1_097_470_000n, "1097.47"],
    ["0", 0n, "0.00"],
    ["0.000001", 1n, "0.000001"],
    ["1.5", 1_500_000n, "1.50"],
    ["1.230", 1_230_000n, "1.23"],
    ["99999999999999.999999", 99_999_999_999_999_999_999n, "99999999999999.999999"],
  ])("default: %s", (text, micro, out) => {
    expect(parseMoney(text, "amount")).toBe(micro);
    expect(formatMoney(micro)).toBe(out);
  });

  it("default: a sum below zero", () => {
    expect(formatMoney(-1_500_000n)).toBe("-1.50");
    expect(formatMoney(-1n)).toBe("-0.000001");
  });

  it("behavior: any amount survives", () => {
    fc.assert(
      fc.property(fc.bigInt(0n, 10n ** 20n - 1n), (micro) => parseMoney(formatMoney(micro), "amount") === micro),
    );
  });

  it.each([
    "",
    " 1",
    "1 ",
    "+1",
    "-1",
    "01",
    "1.",
    ".5",
    "1.1234567",
    "1e3",
    "0x10",
    "1,5",
    "١",
    "NaN",
    "100000000000000",
  ])("error: %j", (text) => {
    expect(() => parseMoney(text, "/amount")).toThrow(expect.objectContaining({ code: "invalid_request" }));
  });
});
