// What a payer is told about an order: amount, state, where to pay. Nothing of it is personal, and all of it is public on
// the chain anyway, to whoever knows the order's id.

import { formatMoney } from "../http/money.ts";
import type { ChainObject } from "../readModel/blockRows.ts";
import { enumName } from "../readModel/writeRows.ts";

/** How an order looks to a payer. */
export type CheckoutKind =
  | "awaiting"
  | "partly_paid"
  | "paid"
  | "overpaid"
  | "paused"
  | "late"
  | "expired"
  | "cancelled"
  | "refunded";

interface Wording {
  readonly headline: string;
  readonly detail: string;
  readonly tone: "waiting" | "good" | "bad";
  /** Whether to ask for money. */
  readonly isPayable: boolean;
}

/** What is said in each state. */
export const WORDINGS: Readonly<Record<CheckoutKind, Wording>> = {
  awaiting: {
    headline: "Waiting for payment",
    detail: "This page shows your payment as soon as it arrives.",
    tone: "waiting",
    isPayable: true,
  },
  partly_paid: {
    headline: "Partly paid",
    detail: "A part has arrived. Please send the rest.",
    tone: "waiting",
    isPayable: true,
  },
  paid: {
    headline: "Paid",
    detail: "The payment has arrived. You can close this page.",
    tone: "good",
    isPayable: false,
  },
  overpaid: {
    headline: "Overpaid",
    detail: "The order is paid. What was too much is kept apart, and goes back or is settled with you.",
    tone: "good",
    isPayable: false,
  },
  paused: {
    headline: "On hold",
    detail: "The seller has paused this order. Please do not pay now.",
    tone: "bad",
    isPayable: false,
  },
  late: {
    headline: "The time to pay is over",
    detail: "Please do not pay any more: ask the seller for a new order.",
    tone: "bad",
    isPayable: false,
  },
  expired: {
    headline: "Expired",
    detail: "This order was not paid in time. Please do not pay any more; what was paid goes back.",
    tone: "bad",
    isPayable: false,
  },
  cancelled: {
    headline: "Cancelled",
    detail: "This order was cancelled. Please do not pay any more; what was paid goes back.",
    tone: "bad",
    isPayable: false,
  },
  refunded: {
    headline: "Refunded",
    detail: "What was paid for this order goes back, or has gone back.",
    tone: "bad",
    isPayable: false,
  },
};

/** An order as the page shows it. Amounts in micro-units. */
export interface CheckoutState {
  readonly orderId: string;
  readonly kind: CheckoutKind;
  readonly total: bigint;
  readonly paid: bigint;
  readonly excess: bigint;
  /** What is still to pay; 0 when nothing should be paid. */
  readonly due: bigint;
  readonly depositAddress: string;
  /** RFC 3339; undefined when it waits for no payment. */
  readonly expiresAt: string | undefined;
  /** Of two states the one with the higher number is the newer. */
  readonly revision: string;
}

function text(order: ChainObject, field: string): string {
  const value = order[field];
  return typeof value === "string" ? value : "";
}

function amount(order: ChainObject, field: string): bigint {
  return BigInt(text(order, field) || "0");
}

function kindOf(order: ChainObject, due: bigint, isLate: boolean): CheckoutKind {
  const status = enumName(order["status"], "ORDER_STATUS_");
  const payment = enumName(order["payment_status"], "PAYMENT_STATUS_");
  if (status === "CANCELLED") return text(order, "cancel_cause") === "CANCEL_CAUSE_EXPIRED" ? "expired" : "cancelled";
  if (status === "REFUNDED" || payment === "REFUNDED" || payment === "REFUND_PENDING") return "refunded";
  if (due <= 0n) return payment === "OVERPAID" ? "overpaid" : "paid";
  if (status === "HELD") return "paused";
  if (isLate) return "late";
  return payment === "UNPAID" ? "awaiting" : "partly_paid";
}

/** What to show of an order, as its events had it. `nowMs` decides whether its time is over. */
export function checkoutState(order: ChainObject, nowMs: number): CheckoutState {
  const open = amount(order, "total") - amount(order, "amount_paid") - amount(order, "amount_tolerated");
  const expiresAt = text(order, "expires_at");
  const isLate = expiresAt !== "" && Date.parse(expiresAt) <= nowMs;
  const kind = kindOf(order, open, isLate);
  const { isPayable } = WORDINGS[kind];
  return {
    orderId: text(order, "id"),
    kind,
    total: amount(order, "total"),
    paid: amount(order, "amount_paid"),
    excess: amount(order, "amount_excess"),
    due: isPayable ? open : 0n,
    depositAddress: text(order, "deposit_address"),
    expiresAt: isPayable && expiresAt !== "" ? expiresAt : undefined,
    revision: text(order, "revision"),
  };
}

/** An amount for people. */
export function usdc(micro: bigint): string {
  return `${formatMoney(micro)} USDC`;
}
