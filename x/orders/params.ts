// Parameters and settings: defaults and checks.

import {
  ExceptionKind,
  ExceptionPolicy,
  type MerchantSettings,
  type Params,
  ReleaseMode,
} from "../../gen/stateset/orders/v1/types.ts";
import { decodeAddress, encodeAddress } from "../../src/codec/address.ts";
import { checkDenom } from "../../src/codec/coins.ts";
import { BASIS_POINTS } from "./split.ts";
import { AMOUNT_MAX, amountOf } from "./types.ts";

const HOUR = 3600n;
const DAY = 24n * HOUR;
/** Ten years: no time in the state comes near the end of the calendar. */
const SECONDS_MAX = 3650n * DAY;
const LIST_MAX = 32;
const USDC = 1_000_000n;
/** Finality thresholds of CCTP: fast and standard. */
const FAST = 1000;
const STANDARD = 2000;

const REFUND = ExceptionPolicy.EXCEPTION_POLICY_REFUND;

/** What holds unless genesis says otherwise. */
export const DEFAULT_PARAMS: Params = Object.freeze({
  denoms: ["uusdc"],
  paymentDeadlineSeconds: DAY,
  paymentDeadlineMaxSeconds: 30n * DAY,
  topUpWindowSeconds: HOUR,
  acceptLate: false,
  disputeWindowSeconds: 14n * DAY,
  disputeWindowMaxSeconds: 90n * DAY,
  processingFeeBasisPoints: 0,
  feeRecipient: "",
  arbiter: "",
  minPayment: (USDC / 100n).toString(),
  finalityTiers: [
    { minTotal: "0", minFinality: FAST },
    { minTotal: (10_000n * USDC).toString(), minFinality: STANDARD },
  ],
  policies: [
    { kind: ExceptionKind.EXCEPTION_KIND_OVERPAID, policy: REFUND },
    { kind: ExceptionKind.EXCEPTION_KIND_LATE, policy: REFUND },
    { kind: ExceptionKind.EXCEPTION_KIND_REPEATED, policy: REFUND },
  ],
  refundReporters: [],
});

function isAddress(text: string): boolean {
  try {
    // In its one spelling: signers are compared with it as text.
    return encodeAddress(decodeAddress(text)) === text;
  } catch {
    // Not bech32, or not of this chain.
    return false;
  }
}

function isAmount(text: string): boolean {
  return /^(?:0|[1-9][0-9]{0,18})$/.test(text) && amountOf(text) <= AMOUNT_MAX;
}

function checkTimes(params: Params): string | undefined {
  const { paymentDeadlineSeconds, paymentDeadlineMaxSeconds, topUpWindowSeconds } = params;
  const { disputeWindowSeconds, disputeWindowMaxSeconds } = params;
  if (paymentDeadlineSeconds < 1n) return "payment_deadline_seconds is 0";
  if (paymentDeadlineMaxSeconds < paymentDeadlineSeconds) return "payment_deadline_max_seconds is below the default";
  if (disputeWindowMaxSeconds < disputeWindowSeconds) return "dispute_window_max_seconds is below the default";
  const all = [paymentDeadlineMaxSeconds, topUpWindowSeconds, disputeWindowMaxSeconds];
  return all.some((seconds) => seconds > SECONDS_MAX) ? `a time is above ${SECONDS_MAX} seconds` : undefined;
}

function checkTiers({ finalityTiers }: Params): string | undefined {
  if (finalityTiers.length > LIST_MAX) return `more than ${LIST_MAX} finality_tiers`;
  for (const [index, { minTotal }] of finalityTiers.entries()) {
    if (!isAmount(minTotal)) return `finality_tiers[${index}].min_total is not an amount`;
    if (index === 0 && minTotal !== "0") return "finality_tiers do not begin at 0";
    const before = finalityTiers[index - 1];
    if (before !== undefined && amountOf(before.minTotal) >= amountOf(minTotal)) return "finality_tiers are not sorted";
  }
  return undefined;
}

function checkPolicies({ policies }: Params): string | undefined {
  let last: number = ExceptionKind.EXCEPTION_KIND_UNSPECIFIED;
  for (const { kind, policy } of policies) {
    if (kind > ExceptionKind.EXCEPTION_KIND_FOREIGN_DENOM || kind <= last) return "policies are not sorted by kind";
    if (policy < 0 || policy > ExceptionPolicy.EXCEPTION_POLICY_CREDIT) return `policy ${policy} is unknown`;
    last = kind;
  }
  return undefined;
}

/** What is wrong with parameters, or undefined. */
export function checkParams(params: Params): string | undefined {
  if (params.denoms.length === 0 || params.denoms.length > LIST_MAX) return `denoms: expected 1 to ${LIST_MAX}`;
  for (const denom of params.denoms) {
    const problem = checkDenom(denom);
    if (problem !== undefined) return problem;
  }
  const times = checkTimes(params);
  if (times !== undefined) return times;
  if (params.processingFeeBasisPoints > BASIS_POINTS) return "processing_fee_basis_points is above the whole";
  for (const address of [params.feeRecipient, params.arbiter]) {
    if (address !== "" && !isAddress(address)) return `${address} is not an address`;
  }
  if (!isAmount(params.minPayment)) return "min_payment is not an amount";
  if (params.refundReporters.length > LIST_MAX) return `more than ${LIST_MAX} refund_reporters`;
  const reporter = params.refundReporters.find((address) => !isAddress(address));
  if (reporter !== undefined) return `${reporter} is not an address`;
  return checkTiers(params) ?? checkPolicies(params);
}

/** What is wrong with a merchant's settings apart from addresses and shares, or undefined. */
export function checkSettings(settings: MerchantSettings, params: Params): string | undefined {
  if (settings.releaseMode < 0 || settings.releaseMode > ReleaseMode.RELEASE_MODE_ON_DELIVERY) {
    return `release_mode ${settings.releaseMode} is unknown`;
  }
  if (settings.disputeWindowSeconds > params.disputeWindowMaxSeconds) {
    return `dispute_window_seconds is above ${params.disputeWindowMaxSeconds}`;
  }
  if (settings.paymentDeadlineSeconds > params.paymentDeadlineMaxSeconds) {
    return `payment_deadline_seconds is above ${params.paymentDeadlineMaxSeconds}`;
  }
  return undefined;
}
