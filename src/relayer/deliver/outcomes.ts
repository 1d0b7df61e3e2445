// What becomes of a message when its delivery goes on, is refused, or comes back. Pure: from record to record.

import { ATTEMPTS_MAX, type Attempt, type Delivery, type MessageRecord, type RefundPhase } from "../journal/record.ts";

/** Why a destination refuses a message, as far as it changes what is done next. */
export type Refusal =
  /** It was delivered before. */
  | "used"
  /** The signatures are not believed: another attestation is needed. */
  | "attestation"
  /** Void from its height on: another attestation is needed. */
  | "expired"
  /** Only another account may deliver it. */
  | "caller"
  /** Paused, not linked, recipient refused, and whatever else may change there: tried again, less and less often. */
  | "other"
  /** We do not pay for it now: the wallet is dry, or gas too dear. */
  | "unpaid";

function withAttempt(record: MessageRecord, attempt: Attempt): readonly Attempt[] {
  const others = record.attempts.filter(({ txHash }) => txHash !== attempt.txHash);
  return [...others, attempt].slice(-ATTEMPTS_MAX);
}

function settledAttempt(record: MessageRecord, txHash: string, outcome: Attempt["outcome"]): readonly Attempt[] {
  return record.attempts.map((attempt) => (attempt.txHash === txHash ? { ...attempt, outcome } : attempt));
}

/** A message whose transaction is about to be sent. */
export function submitted(record: MessageRecord, txHash: string, nowMs: number): MessageRecord {
  const attempts = withAttempt(record, { txHash, atMs: nowMs, outcome: undefined });
  return { ...record, state: "submitted", submittedAtMs: nowMs, attempts };
}

/** A message that arrived. */
export function done(record: MessageRecord, delivery: Delivery, nowMs: number): MessageRecord {
  const { txHash } = delivery;
  const attempts =
    delivery.by === "us" && txHash !== undefined ? settledAttempt(record, txHash, "delivered") : record.attempts;
  const fresh = { parkReason: undefined, lastError: undefined, refusedSinceMs: undefined };
  return { ...record, ...fresh, state: "done", delivery, attempts, doneAtMs: nowMs };
}

/** A message whose transaction failed, or never came into a block: it is delivered again. */
export function returned(
  record: MessageRecord,
  txHash: string,
  outcome: "failed" | "dropped",
  why: string,
): MessageRecord {
  return { ...record, state: "attested", attempts: settledAttempt(record, txHash, outcome), lastError: why };
}

/** A message that the destination would not take now. */
export function refused(record: MessageRecord, refusal: Refusal, why: string, nowMs: number): MessageRecord {
  if (refusal === "attestation" || refusal === "expired") return unattested(record, why);
  if (refusal === "caller") return { ...record, state: "parked", parkReason: "caller", lastError: why };
  const isTheirs = refusal === "other";
  return { ...record, lastError: why, refusedSinceMs: isTheirs ? (record.refusedSinceMs ?? nowMs) : undefined };
}

/** A message that needs another attestation. */
export function unattested(record: MessageRecord, why: string): MessageRecord {
  return { ...record, state: "final", attested: undefined, lastError: why };
}

/** A message whose refund was reported to the chain it was burned on. */
export function reported(record: MessageRecord, phase: RefundPhase): MessageRecord {
  return record.refund === undefined ? record : { ...record, refund: { ...record.refund, reported: phase } };
}
