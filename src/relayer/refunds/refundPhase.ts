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

/** What the message's state calls for; undefined when nothing new is to be told. */
export function wantedPhase(record: MessageRecord, nowMs: number): RefundPhase | undefined {
  const { refund, state, parkReason, refusedSinceMs, attested } = record;
  if (refund === undefined || refund.reported === "completed") return undefined;
  if (state === "done") return "completed";
  const isRefused = refusedSinceMs !== undefined && nowMs - refusedSinceMs >= FAILED_AFTER_MS;
  if (parkReason === "caller" || isRefused) return refund.reported === "failed" ? undefined : "failed";
  if (attested === undefined) return undefined;
  return refund.reported === undefined ? "attested" : undefined;
}

/** Whether the chain knows that already, or knows better. */
export function isKnown(wanted: RefundPhase, record: MessageRecord, refund: ChainRefund): boolean {
  if (refund.phase === ChainPhase.REFUND_PHASE_COMPLETED) return true;
  if (wanted === "completed") return false;
  if (wanted === "failed") return refund.phase === ChainPhase.REFUND_PHASE_FAILED;
  const isAttested = refund.phase === ChainPhase.REFUND_PHASE_ATTESTED;
  return isAttested && `0x${refund.attestedHash}` === record.attested?.hash;
}
