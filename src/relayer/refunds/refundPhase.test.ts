// Cases: what is told in each state, and once; what the chain knows already; failed, and arrived after all.

import { describe, expect, test } from "vitest";
import { RefundPhase as ChainPhase } from "../../../gen/stateset/orders/v1/types.ts";
import type { MessageRecord } from "../journal/record.ts";
import { burnV2, emitted, recordOf, txHashOf } from "../testing/records.ts";
import { FAILED_AFTER_MS, isKnown, wantedPhases } from "./refundPhase.ts";

const NOW_MS = 10_000_000;
const seen = recordOf(emitted(burnV2()), { isRefund: true });
const hash = txHashOf("attested") as `0x${string}`;
const attested: MessageRecord = {
  ...seen,
  state: "attested",
  attested: { message: seen.message, attestation: "0x01", hash, expirationBlock: "0" },
};
const reported = (record: MessageRecord, phase: "attested" | "completed" | "failed"): MessageRecord => ({
  ...record,
  refund: { id: "ref_1", reported: phase },
});
const refused = { ...attested, refusedSinceMs: NOW_MS - FAILED_AFTER_MS };

describe("what is to be told", () => {
  test.each<[string, MessageRecord, readonly string[]]>([
    ["what is no refund", { ...attested, refund: undefined }, []],
    ["seen", seen, []],
    ["attested", attested, ["attested"]],
    ["attested, and told", reported(attested, "attested"), []],
    ["submitted, and not told yet", { ...attested, state: "submitted" }, ["attested"]],
    ["arrived at once", { ...attested, state: "done" }, ["attested", "completed"]],
    ["arrived by somebody else before it was attested here", { ...seen, state: "done" }, ["completed"]],
    ["arrived, attested was told", reported({ ...attested, state: "done" }, "attested"), ["completed"]],
    ["arrived, and told", reported({ ...attested, state: "done" }, "completed"), []],
    ["refused for a moment", { ...refused, refusedSinceMs: NOW_MS - 1 }, ["attested"]],
    ["refused for long", refused, ["failed"]],
    ["refused for long, and told", reported(refused, "failed"), []],
    ["arrived after it failed", reported({ ...refused, state: "done" }, "failed"), ["completed"]],
    ["only another may deliver it", { ...seen, state: "parked", parkReason: "caller" }, ["failed"]],
    ["filtered", { ...seen, state: "parked", parkReason: "filtered" }, []],
  ])("default: %s", (_name, record, phases) => {
    expect(wantedPhases(record, NOW_MS)).toEqual(phases);
  });
});

describe("what the chain knows", () => {
  const { REFUND_PHASE_BURNED, REFUND_PHASE_ATTESTED, REFUND_PHASE_COMPLETED, REFUND_PHASE_FAILED } = ChainPhase;
  const knows = (phase: ChainPhase, attestedHash = "") => ({ phase, attestedHash });
  test.each([
    ["attested", REFUND_PHASE_BURNED, "", false],
    ["attested", REFUND_PHASE_ATTESTED, hash.slice(2), true],
    ["attested", REFUND_PHASE_ATTESTED, "00", false],
    ["attested", REFUND_PHASE_FAILED, "", false],
    ["attested", REFUND_PHASE_COMPLETED, "", true],
    ["completed", REFUND_PHASE_ATTESTED, "", false],
    ["completed", REFUND_PHASE_FAILED, "", false],
    ["completed", REFUND_PHASE_COMPLETED, "", true],
    ["failed", REFUND_PHASE_ATTESTED, "", false],
    ["failed", REFUND_PHASE_FAILED, "", true],
    ["failed", REFUND_PHASE_COMPLETED, "", true],
  ] as const)("default: %s in phase %i %s", (wanted, phase, attestedHash, expected) => {
    expect(isKnown(wanted, attested, knows(phase, attestedHash))).toBe(expected);
  });
});
