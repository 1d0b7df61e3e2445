// Whether a V2 message is attested now, at which level, and at which fee.

import { type BurnMessageV2, decodeBurnMessageV2 } from "../cctp/burnMessageV2.ts";
import { decodeMessageV2, FINALITY_THRESHOLD_CONFIRMED } from "../cctp/messageV2.ts";
import type { FinalityLevel } from "../chains/chainReader.ts";
import { feeOf, type RouteRates } from "./fees.ts";
import type { DelayReason, MessageRecord } from "./messageRecord.ts";

/** What fast transfers are bound by. */
export interface FastTerms {
  readonly rates: RouteRates;
  /** Most that one burn may move fast, in base units. */
  readonly amountMax: bigint;
  /** What is left of the pool, in base units. */
  readonly allowance: bigint;
}

/** How far the block of a message is. */
export interface ReachedFinality {
  readonly fast: boolean;
  readonly standard: boolean;
}

export type DecisionV2 =
  | { readonly kind: "attest"; readonly level: FinalityLevel; readonly feeExecuted: bigint }
  | { readonly kind: "wait"; readonly delayReason: DelayReason | undefined };

/**
 * The sender asks for a level: at most 1000 is fast, anything above standard. Standard is never refused: it takes its fee
 * from what the burner allows. Fast is refused, with the reason, when fee, amount or allowance do not do; the message
 * waits for the standard level then.
 */
export function decideV2(
  record: Pick<MessageRecord, "message" | "isBurn">,
  reached: ReachedFinality,
  terms: FastTerms,
): DecisionV2 {
  const { minFinalityThreshold, messageBody } = decodeMessageV2(record.message);
  const burn = record.isBurn ? decodeBurnMessageV2(messageBody) : undefined;
  if (reached.standard) {
    return { kind: "attest", level: "standard", feeExecuted: burn === undefined ? 0n : standardFee(burn, terms) };
  }
  if (minFinalityThreshold > FINALITY_THRESHOLD_CONFIRMED) return { kind: "wait", delayReason: undefined };
  const feeExecuted = burn === undefined ? 0n : feeOf(burn.amount, terms.rates.fast);
  const delayReason = burn && delayReasonOf(burn, feeExecuted, terms);
  if (!reached.fast || delayReason !== undefined) return { kind: "wait", delayReason };
  return { kind: "attest", level: "fast", feeExecuted };
}

/** No more than the burner allows, and less than the amount, as receivers ask for. */
function standardFee({ amount, maxFee }: BurnMessageV2, { rates }: FastTerms): bigint {
  const due = feeOf(amount, rates.standard);
  const allowed = maxFee < amount ? maxFee : amount === 0n ? 0n : amount - 1n;
  return due < allowed ? due : allowed;
}

function delayReasonOf({ amount, maxFee }: BurnMessageV2, fee: bigint, terms: FastTerms): DelayReason | undefined {
  if (fee > maxFee || (fee > 0n && fee >= amount)) return "insufficient_fee";
  if (amount > terms.amountMax) return "amount_above_max";
  return amount > terms.allowance ? "insufficient_allowance_available" : undefined;
}
