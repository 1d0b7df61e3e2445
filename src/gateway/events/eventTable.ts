// Which events the API tells of, and which events of the chain they come from: the one table. What an event carries is named
// here and made in eventData.ts.

import type { ChainObject, Json } from "../readModel/blockRows.ts";

/** Every type, in the order of docs/webhooks.md. A type that was released is never renamed. */
export const EVENT_TYPES = [
  "order.created",
  "order.paid",
  "order.fulfilled",
  "order.shipped",
  "order.delivered",
  "order.cancelled",
  "order.refunded",
  "order.disputed",
  "order.dispute_resolved",
  "order.held",
  "order.released",
  "order.returned",
  "order.expired",
  "payment.received",
  "payment.partial",
  "payment.overpaid",
  "payment.late",
  "payment.unapplied",
  "payment.resolved",
  "refund.initiated",
  "refund.attested",
  "refund.settled",
  "refund.failed",
  "escrow.released",
  "payment.failed",
  "subscription.charge_failed",
  "subscription.unpaid",
] as const;

export type EventType = (typeof EVENT_TYPES)[number];

/** What `data` may hold. */
export type DataPart =
  | "order"
  | "customer"
  | "payment"
  | "items"
  | "tracking"
  | "delivery"
  | "reason"
  | "refund"
  | "dispute"
  | "hold"
  | "exception"
  | "payout"
  | "card"
  | "subscription";

/** An event of the API and where it comes from. */
export interface EventRule {
  /** Without the package: `EventOrderPaid`. Names that begin with `Gateway` are the gateway's own (gatewayEvents.ts). */
  readonly chain: string;
  readonly type: EventType;
  readonly data: readonly DataPart[];
  /** Only of such events of the chain; of all when left out. */
  readonly when?: (document: ChainObject) => boolean;
}

function fieldOf(value: Json | undefined, name: string): Json | undefined {
  return typeof value === "object" && value !== null && name in value ? (value as ChainObject)[name] : undefined;
}

const isExpired = ({ order }: ChainObject) => fieldOf(order, "cancel_cause") === "CANCEL_CAUSE_EXPIRED";
/** Money of the exception ledger that goes back is no refund of the order. */
const isOfPayment = ({ refund }: ChainObject) => ![undefined, ""].includes(fieldOf(refund, "payment_id") as string);
const isOpen = ({ exception }: ChainObject) => fieldOf(exception, "status") === "EXCEPTION_STATUS_OPEN";
const isOpenOf = (kind: string) => (document: ChainObject) =>
  isOpen(document) && fieldOf(document["exception"], "kind") === `EXCEPTION_KIND_${kind}`;
const isResolved = ({ exception }: ChainObject) =>
  ["APPLIED", "REFUNDED", "CREDITED"].some((status) => fieldOf(exception, "status") === `EXCEPTION_STATUS_${status}`);

const isLastCharge = ({ subscription }: ChainObject) => fieldOf(subscription, "status") === "UNPAID";

/** The same rules for money of this chain and of others. */
const exceptionRules = (chain: string): readonly EventRule[] => [
  { chain, type: "payment.unapplied", data: ["order", "exception"], when: isOpen },
  { chain, type: "payment.overpaid", data: ["order", "exception"], when: isOpenOf("OVERPAID") },
  { chain, type: "payment.late", data: ["order", "exception"], when: isOpenOf("LATE") },
  { chain, type: "payment.resolved", data: ["order", "exception"], when: isResolved },
];

/** Of one event of the chain come all rules that fit, in this order. */
export const EVENT_TABLE: readonly EventRule[] = [
  { chain: "EventOrderCreated", type: "order.created", data: ["order", "customer"] },
  { chain: "EventPaymentPartial", type: "payment.received", data: ["order", "payment"] },
  { chain: "EventPaymentPartial", type: "payment.partial", data: ["order", "payment"] },
  { chain: "EventOrderPaid", type: "payment.received", data: ["order", "payment"] },
  { chain: "EventOrderPaid", type: "order.paid", data: ["order", "payment"] },
  { chain: "EventOrderFulfilled", type: "order.fulfilled", data: ["order", "items"] },
  { chain: "EventOrderShipped", type: "order.shipped", data: ["order", "tracking", "items"] },
  { chain: "EventOrderDelivered", type: "order.delivered", data: ["order", "delivery", "items"] },
  { chain: "EventOrderHeld", type: "order.held", data: ["order", "hold"] },
  { chain: "EventOrderReleased", type: "order.released", data: ["order"] },
  { chain: "EventOrderCancelled", type: "order.cancelled", data: ["order", "reason"] },
  { chain: "EventOrderCancelled", type: "order.expired", data: ["order"], when: isExpired },
  { chain: "EventOrderReturned", type: "order.returned", data: ["order", "items"] },
  { chain: "EventOrderDisputed", type: "order.disputed", data: ["order", "dispute"] },
  { chain: "EventOrderResolved", type: "order.dispute_resolved", data: ["order", "dispute"] },
  { chain: "EventEscrowReleased", type: "escrow.released", data: ["order", "payout"] },
  { chain: "EventRefundInitiated", type: "refund.initiated", data: ["order", "refund"] },
  { chain: "EventCrossChainRefundAttested", type: "refund.attested", data: ["order", "refund"] },
  { chain: "EventCrossChainRefundFailed", type: "refund.failed", data: ["order", "refund"] },
  { chain: "EventOrderRefunded", type: "refund.settled", data: ["order", "refund"] },
  { chain: "EventOrderRefunded", type: "order.refunded", data: ["order", "refund"], when: isOfPayment },
  ...exceptionRules("EventPaymentException"),
  ...exceptionRules("EventCrossChainPaymentException"),
  { chain: "GatewayCardFailed", type: "payment.failed", data: ["order", "card"] },
  { chain: "GatewayChargeFailed", type: "subscription.charge_failed", data: ["order", "subscription"] },
  { chain: "GatewayChargeFailed", type: "subscription.unpaid", data: ["order", "subscription"], when: isLastCharge },
];

/**
 * Events of the chain that become none here: another event tells the same, or they are about no order. A type that is in
 * neither list fails a test, so that none is forgotten.
 */
export const SILENT_EVENTS: readonly string[] = [
  "EventCrossChainPaymentReceived",
  "EventCrossChainPaymentApplied",
  "EventCrossChainRefundInitiated",
  "EventCrossChainRefundCompleted",
  "EventRefundRetried",
  "EventRefundAddressSet",
  "EventMerchantUpdated",
  "EventPriceSet",
  "EventPriceRemoved",
  "EventPausedMessages",
  "EventParamsUpdated",
];

const RULES_OF = new Map<string, EventRule[]>();
for (const rule of EVENT_TABLE) RULES_OF.set(rule.chain, [...(RULES_OF.get(rule.chain) ?? []), rule]);

/** What becomes of an event of the chain. */
export function rulesFor(chain: string, document: ChainObject): readonly EventRule[] {
  return (RULES_OF.get(chain) ?? []).filter(({ when }) => when === undefined || when(document));
}

/** The rule by which an event was made. */
export function ruleOf(chain: string, type: string): EventRule | undefined {
  return RULES_OF.get(chain)?.find((rule) => rule.type === type);
}
