// What is to be reported of a refund next: pure, from the record of its message and from what the chain knows of it.

import { RefundPhase as ChainPhase } from "../../../gen/stateset/orders/v1/types.ts";
import type { MessageRecord, RefundPhase } from "../journal/record.ts";

/** A refund as its chain has it. */
export interface ChainRefund {
  readonly phase: ChainPhase;
  /** Of the attested message, 32 bytes; empty until it was reported. Lower-case hex without `0x`. */
  readonly attestedHash: string;
}

/** How long a destination has to refuse a refund before that is reported as its failure. */
export const FAILED_AFTER_MS = 60 * 60_000;

/** What the message's state calls for, in the order in which it is told; nothing when all of it was. */
export function wantedPhases(record: MessageRecord, nowMs: number): readonly RefundPhase[] {
  const { refund, state, parkReason, refusedSinceMs, attested } = record;
  if (refund === undefined || refund.reported === "completed") return [];
  // One that arrives at once is told to be attested all the same: the chain keeps the hash of what was signed.
  const first: readonly RefundPhase[] = attested !== undefined && refund.reported === undefined ? ["attested"] : [];
  if (state === "done") return [...first, "completed"];
  const isRefused = refusedSinceMs !== undefined && nowMs - refusedSinceMs >= FAILED_AFTER_MS;
  if (parkReason !== "caller" && !isRefused) return first;
  return refund.reported === "failed" ? [] : ["failed"];
}

/** Whether the chain knows that already, or knows better. */
export function isKnown(wanted: RefundPhase, record: MessageRecord, refund: ChainRefund): boolean {
  if (refund.phase === ChainPhase.REFUND_PHASE_COMPLETED) return true;
  if (wanted === "completed") return false;
  if (wanted === "failed") return refund.phase === ChainPhase.REFUND_PHASE_FAILED;
  const isAttested = refund.phase === ChainPhase.REFUND_PHASE_ATTESTED;
  return isAttested && `0x${refund.attestedHash}` === record.attested?.hash;
}
