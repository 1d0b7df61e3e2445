// Cases: which level, at which finality, at which fee; every reason to wait; what receivers would refuse is never decided.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { burnV2 } from "../chains/testing/testMessages.ts";
import { decideV2, type FastTerms } from "./decideV2.ts";
import { rateOfBps } from "./fees.ts";

const TERMS: FastTerms = {
  rates: { fast: rateOfBps(1), standard: 0n },
  amountMax: 1_000_000_000n,
  allowance: 500_000_000n,
};
const NOTHING = { fast: false, standard: false };
const FAST = { fast: true, standard: false };
const STANDARD = { fast: true, standard: true };

function burn(options: Parameters<typeof burnV2>[0]) {
  return { message: burnV2(options), isBurn: true };
}

const ENOUGH = burn({ amount: 1_000_000n, maxFee: 100n, minFinality: 1000 });

describe("levels", () => {
  test.each([
    ["nothing is reached", ENOUGH, NOTHING, { kind: "wait", delayReason: undefined }],
    ["fast is wanted and reached", ENOUGH, FAST, { kind: "attest", level: "fast", feeExecuted: 100n }],
    ["both are reached at once", ENOUGH, STANDARD, { kind: "attest", level: "standard", feeExecuted: 0n }],
    [
      "1 is fast, too",
      burn({ maxFee: 100n, minFinality: 1 }),
      FAST,
      { kind: "attest", level: "fast", feeExecuted: 100n },
    ],
    ["1001 is standard", burn({ maxFee: 100n, minFinality: 1001 }), FAST, { kind: "wait", delayReason: undefined }],
    ["2000 waits", burn({ minFinality: 2000 }), FAST, { kind: "wait", delayReason: undefined }],
    ["2000 is reached", burn({ minFinality: 2000 }), STANDARD, { kind: "attest", level: "standard", feeExecuted: 0n }],
  ] as const)("default: %s", (_name, record, reached, decision) => {
    expect(decideV2(record, reached, TERMS)).toEqual(decision);
  });

  test("behavior: messages that are no burns cost nothing and are bound by nothing", () => {
    const record = { message: ENOUGH.message, isBurn: false };
    const terms = { ...TERMS, allowance: 0n, amountMax: 0n };
    expect(decideV2(record, FAST, terms)).toEqual({ kind: "attest", level: "fast", feeExecuted: 0n });
  });
});

describe("reasons to wait", () => {
  test.each([
    ["insufficient_fee", burn({ amount: 1_000_000n, maxFee: 99n, minFinality: 1000 })],
    ["insufficient_fee", burn({ amount: 1n, maxFee: 0n, minFinality: 1000 })],
    // A transmitter that lets maxFee reach the amount: the fee would be the amount, which receivers refuse.
    ["insufficient_fee", burn({ amount: 1n, maxFee: 1n, minFinality: 1000 })],
    ["amount_above_max", burn({ amount: 1_000_000_001n, maxFee: 1_000_000n, minFinality: 1000 })],
    ["insufficient_allowance_available", burn({ amount: 500_000_001n, maxFee: 1_000_000n, minFinality: 1000 })],
  ] as const)("behavior: %s, said at once, and attested when it is final", (delayReason, record) => {
    for (const reached of [NOTHING, FAST])
      expect(decideV2(record, reached, TERMS)).toEqual({ kind: "wait", delayReason });
    expect(decideV2(record, STANDARD, TERMS)).toEqual({ kind: "attest", level: "standard", feeExecuted: 0n });
  });

  test("behavior: the first reason wins", () => {
    const record = burn({ amount: 2_000_000_000n, maxFee: 0n, minFinality: 1000 });
    expect(decideV2(record, FAST, TERMS)).toMatchObject({ delayReason: "insufficient_fee" });
  });
});

describe("fees", () => {
  test("behavior: a standard fee is no more than the burner allows", () => {
    const terms = { ...TERMS, rates: { fast: rateOfBps(1), standard: rateOfBps(2) } };
    const feeAt = (maxFee: bigint) => decideV2(burn({ amount: 1_000_000n, maxFee }), STANDARD, terms);
    expect(feeAt(500n)).toMatchObject({ feeExecuted: 200n });
    expect(feeAt(50n)).toMatchObject({ feeExecuted: 50n });
    expect(feeAt(0n)).toMatchObject({ feeExecuted: 0n });
  });

  test("property: what is attested, receivers accept: the fee is zero or below the amount, and at most maxFee", () => {
    const uint256 = fc.bigInt(0n, (1n << 256n) - 1n);
    const rate = fc.bigInt(0n, 9_999_999n);
    fc.assert(
      fc.property(uint256, uint256, rate, rate, fc.boolean(), (amount, maxFee, fast, standard, isFinal) => {
        const record = burn({ amount, maxFee, minFinality: 1000 });
        const terms = { rates: { fast, standard }, amountMax: 1n << 256n, allowance: 1n << 256n };
        const decision = decideV2(record, isFinal ? STANDARD : FAST, terms);
        if (decision.kind === "wait") return;
        expect(decision.feeExecuted === 0n || decision.feeExecuted < amount).toBe(true);
        expect(decision.feeExecuted).toBeLessThanOrEqual(maxFee);
      }),
    );
  });
});
