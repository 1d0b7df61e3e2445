// From what the chain says of an order (proto JSON) to what the API says.

import type { Static } from "typebox";
import { fromBase64, toHex } from "../../codec/bytes.ts";
import { formatMoney } from "../http/money.ts";
import type { ChainObject, Json } from "../readModel/blockRows.ts";
import type { OrderDetails } from "../readModel/orderQueries.ts";
import { enumName } from "../readModel/writeRows.ts";
import type { ExceptionSchema, OrderSchema, OrderSummarySchema, PaymentSchema, RefundSchema } from "./schemas.ts";

type OrderView = Static<typeof OrderSchema>;
type Status = OrderView["status"];

/** Denominations by the names that people use. */
const CURRENCIES: Readonly<Record<string, string>> = { uusdc: "USDC" };

/** What is kept of an order beside the chain. */
export interface OrderNotes {
  /** Of the items, in their order. */
  readonly descriptions?: readonly (string | null)[] | undefined;
  readonly fraud_score?: number | null | undefined;
  readonly compliance_status?: string | null | undefined;
  readonly evaluation?: Readonly<Record<string, Json>> | undefined;
}

function text(value: Json | undefined): string {
  return typeof value === "string" ? value : "";
}

function textOrNull(value: Json | undefined): string | null {
  return text(value) === "" ? null : text(value);
}

function number(value: Json | undefined): number {
  return Number(typeof value === "string" || typeof value === "number" ? value : 0);
}

/** Micro-units of an amount of the chain, where empty is zero. */
export function micro(value: Json | undefined): bigint {
  return BigInt(text(value) === "" ? "0" : text(value));
}

function money(value: Json | undefined): string {
  return formatMoney(micro(value));
}

/** Nanoseconds are cut to microseconds: what most readers of RFC 3339 take. */
function time(value: Json | undefined): string {
  return text(value).replace(/(\.[0-9]{6})[0-9]+Z$/, "$1Z");
}

function timeOrNull(value: Json | undefined): string | null {
  return textOrNull(value) === null ? null : time(value);
}

function hexOrNull(value: Json | undefined): string | null {
  return textOrNull(value) === null ? null : `0x${toHex(fromBase64(text(value)))}`;
}

function list(value: Json | undefined): readonly ChainObject[] {
  return (Array.isArray(value) ? value : []) as readonly ChainObject[];
}

function object(value: Json | undefined): ChainObject | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as ChainObject) : undefined;
}

/** A value of an enum of the chain. What it may be is the schema's business: the serializer never sees another. */
function name<T extends string>(value: Json | undefined, prefix: string): T {
  return enumName(value, prefix) as T;
}

function lower<T extends string>(value: Json | undefined, prefix: string): T {
  return enumName(value, prefix).toLowerCase() as T;
}

function currency(value: Json | undefined): string {
  return CURRENCIES[text(value)] ?? text(value);
}

function orderStatus<T extends string = Status>(value: Json | undefined): T {
  return name<T>(value, "ORDER_STATUS_");
}

/** What is still to be paid; nothing once an order has ended. */
export function amountDue(order: ChainObject): bigint {
  const due = micro(order["total"]) - micro(order["amount_paid"]) - micro(order["amount_tolerated"]);
  const hasEnded = ["CANCELLED", "REFUNDED"].includes(orderStatus(order["status"]));
  return hasEnded || due < 0n ? 0n : due;
}

function refundAddressView(value: Json | undefined): { domain: number | null; address: string } | null {
  const address = object(value);
  if (address === undefined) return null;
  const local = textOrNull(address["local_address"]);
  if (local !== null) return { domain: null, address: local };
  return { domain: number(address["domain"]), address: hexOrNull(address["address"]) ?? "" };
}

function originView(value: Json | undefined) {
  const origin = object(value);
  if (origin === undefined) return null;
  return {
    cctp_version: number(origin["cctp_version"]),
    source_domain: number(origin["source_domain"]),
    message_hash: hexOrNull(origin["message_hash"]) ?? "",
    nonce: hexOrNull(origin["nonce"]) ?? "",
    message_sender: hexOrNull(origin["message_sender"]) ?? "",
    fee_executed: money(origin["fee_executed"]),
    finality_threshold_executed: number(origin["finality_threshold_executed"]),
  };
}

/** A payment. */
export function paymentView(payment: ChainObject, transactionHash?: string): Static<typeof PaymentSchema> {
  return {
    id: text(payment["id"]),
    order_id: text(payment["order_id"]),
    amount: money(payment["amount"]),
    amount_applied: money(payment["amount_applied"]),
    amount_returned: money(payment["amount_returned"]),
    amount_refunded: money(payment["amount_refunded"]),
    currency: currency(payment["denom"]),
    method: currency(payment["denom"]),
    channel: lower(payment["method"], "PAYMENT_METHOD_"),
    payer: textOrNull(payment["payer"]),
    refund_address: refundAddressView(payment["refund_address"]),
    origin: originView(payment["origin"]),
    ...(transactionHash === undefined || transactionHash === "" ? {} : { transaction_hash: transactionHash }),
    paid_at: time(payment["paid_at"]),
    height: number(payment["height"]),
  };
}

/** A refund. */
export function refundView(refund: ChainObject): Static<typeof RefundSchema> {
  return {
    id: text(refund["id"]),
    order_id: textOrNull(refund["order_id"]),
    payment_id: textOrNull(refund["payment_id"]),
    exception_id: textOrNull(refund["exception_id"]),
    amount: money(refund["amount"]),
    currency: currency(refund["denom"]),
    status: name(refund["phase"], "REFUND_PHASE_"),
    refund_address: refundAddressView(refund["refund_address"]),
    message_hash: hexOrNull(refund["attested_message_hash"]) ?? hexOrNull(refund["message_hash"]),
    destination_tx_hash: textOrNull(refund["destination_tx_hash"]),
    failure: textOrNull(refund["failure"]),
    reason: textOrNull(refund["reason"]),
    created_at: time(refund["created_at"]),
    updated_at: time(refund["updated_at"]),
  };
}

/** An entry of the exception ledger. */
export function exceptionView(exception: ChainObject): Static<typeof ExceptionSchema> {
  return {
    id: text(exception["id"]),
    order_id: textOrNull(exception["order_id"]),
    kind: name(exception["kind"], "EXCEPTION_KIND_"),
    policy: lower(exception["policy"], "EXCEPTION_POLICY_"),
    status: name(exception["status"], "EXCEPTION_STATUS_"),
    amount: money(exception["amount"]),
    currency: currency(exception["denom"]),
    refund_address: refundAddressView(exception["refund_address"]),
    origin: originView(exception["origin"]),
    detail: text(exception["detail"]),
    payment_id: textOrNull(exception["payment_id"]),
    refund_id: textOrNull(exception["refund_id"]),
    created_at: time(exception["created_at"]),
    resolved_at: timeOrNull(exception["resolved_at"]),
  };
}

const OUTCOMES = { REFUND_FULL: "customer", REFUND_PARTIAL: "partial", MERCHANT: "merchant" } as const;

/** The last dispute of an order; null when there was none. */
export function disputeView(order: ChainObject): OrderView["dispute"] {
  const dispute = object(order["dispute"]);
  if (dispute === undefined) return null;
  const outcome = OUTCOMES[name<keyof typeof OUTCOMES>(dispute["outcome"], "DISPUTE_OUTCOME_")] ?? null;
  return {
    opened_by: text(dispute["opened_by"]),
    reason: text(dispute["reason"]),
    evidence_hash: hexOrNull(dispute["evidence_hash"]),
    opened_at: time(dispute["opened_at"]),
    previous_status: orderStatus(dispute["previous_status"]),
    outcome,
    amount_refunded: money(dispute["amount_refunded"]),
    resolved_by: textOrNull(dispute["resolved_by"]),
    resolved_at: timeOrNull(dispute["resolved_at"]),
    resolution: textOrNull(dispute["resolution"]),
  };
}

function holdView(value: Json | undefined): OrderView["hold"] {
  const hold = object(value);
  if (hold === undefined) return null;
  return {
    held_from: orderStatus(hold["held_from"]),
    held_by: text(hold["held_by"]),
    reason: text(hold["reason"]),
    held_at: time(hold["held_at"]),
  };
}

function shippingView(value: Json | undefined): OrderView["shipping"] {
  const shipping = object(value);
  if (shipping === undefined) return null;
  return {
    carrier: textOrNull(shipping["carrier"]),
    tracking_number: textOrNull(shipping["tracking_number"]),
    estimated_delivery: timeOrNull(shipping["estimated_delivery"]),
    fulfilled_at: timeOrNull(shipping["fulfilled_at"]),
    shipped_at: timeOrNull(shipping["shipped_at"]),
    delivered_at: timeOrNull(shipping["delivered_at"]),
  };
}

/** The payment of an order, as if it had one: the newest stands for all. */
function paymentOfOrder(order: ChainObject, payments: readonly ChainObject[]): OrderView["payment"] {
  const last = payments.at(-1);
  if (last === undefined) return null;
  return {
    id: text(last["id"]),
    status: name(order["payment_status"], "PAYMENT_STATUS_"),
    amount: money(order["amount_paid"]),
    method: currency(order["denom"]),
    paid_at: time(last["paid_at"]),
  };
}

function commonView(order: ChainObject, publicUrl: string, notes: OrderNotes) {
  const status = orderStatus(order["status"]);
  return {
    id: text(order["id"]),
    customer_id: textOrNull(order["customer_id"]),
    customer_wallet: textOrNull(order["customer"]),
    merchant: text(order["merchant"]),
    status,
    payment_status: name<OrderView["payment_status"]>(order["payment_status"], "PAYMENT_STATUS_"),
    fulfillment_status: name<OrderView["fulfillment_status"]>(order["fulfillment_status"], "FULFILLMENT_STATUS_"),
    items: list(order["items"]).map((item, index) => {
      const description = notes.descriptions?.[index];
      return {
        sku: text(item["sku"]),
        quantity: number(item["quantity"]),
        unit_price: money(item["unit_price"]),
        total_price: money(item["total_price"]),
        status: name<OrderView["items"][number]["status"]>(item["status"], "ITEM_STATUS_"),
        ...(typeof description === "string" ? { description } : {}),
      };
    }),
    subtotal: money(order["subtotal"]),
    discount: money(order["discount"]),
    tax: money(order["tax"]),
    shipping_cost: money(order["shipping_cost"]),
    total: money(order["total"]),
    currency: currency(order["denom"]),
    amount_paid: money(order["amount_paid"]),
    amount_due: formatMoney(amountDue(order)),
    amount_refunding: money(order["amount_refunding"]),
    amount_refunded: money(order["amount_refunded"]),
    amount_excess: money(order["amount_excess"]),
    amount_released: money(order["amount_released"]),
    processing_fee: money(order["processing_fee"]),
    payment_url: `${publicUrl}/pay/${text(order["id"])}`,
    deposit_address: text(order["deposit_address"]),
    metadata: Object.fromEntries(list(order["metadata"]).map(({ key, value }) => [text(key), text(value)])),
    revenue_split: list(order["revenue_split"]).map((share) => ({
      address: text(share["address"]),
      basis_points: number(share["basis_points"]),
    })),
    release_mode: lower<OrderView["release_mode"]>(order["release_mode"], "RELEASE_MODE_"),
    created_at: time(order["created_at"]),
    updated_at: time(order["updated_at"]),
    // Only what is not paid expires.
    expires_at: status === "CREATED" || status === "HELD" ? timeOrNull(order["expires_at"]) : null,
    release_at: timeOrNull(order["release_at"]),
    revision: number(order["revision"]),
    ...(notes.fraud_score === undefined ? {} : { fraud_score: notes.fraud_score }),
    ...(notes.compliance_status === undefined ? {} : { compliance_status: notes.compliance_status }),
    ...(notes.evaluation === undefined ? {} : { evaluation: { ...notes.evaluation } }),
  };
}

/** An order with all that belongs to it. */
export function orderView(details: OrderDetails, publicUrl: string, notes: OrderNotes = {}): OrderView {
  const { order, payments, refunds, exceptions } = details;
  const cause = lower<"requested" | "expired" | "unspecified">(order["cancel_cause"], "CANCEL_CAUSE_");
  return {
    ...commonView(order, publicUrl, notes),
    payment: paymentOfOrder(order, payments),
    payments: payments.map((payment) => paymentView(payment)),
    refunds: refunds.map(refundView),
    exceptions: exceptions.map(exceptionView),
    shipping: shippingView(order["shipping"]),
    hold: holdView(order["hold"]),
    dispute: disputeView(order),
    cancel_cause: cause === "unspecified" ? null : cause,
    timeline: list(order["timeline"]).map((entry) => ({
      status: orderStatus<OrderView["timeline"][number]["status"]>(entry["status"]),
      timestamp: time(entry["time"]),
      reason: textOrNull(entry["reason"]),
    })),
  };
}

/** What escrow paid out, of the chain's event. */
export function payoutView(event: ChainObject) {
  return {
    amount: money(event["amount"]),
    processing_fee: money(event["processing_fee"]),
    recipients: list(event["payouts"]).map(({ address, amount }) => ({
      address: text(address),
      amount: money(amount),
    })),
  };
}

/** An order as the answer to its creation. */
export function createdOrderView(order: ChainObject, publicUrl: string, notes: OrderNotes = {}) {
  return { ...commonView(order, publicUrl, notes), shipping: money(order["shipping_cost"]) };
}

/** An order in a list. */
export function orderSummary(order: ChainObject): Static<typeof OrderSummarySchema> {
  return {
    id: text(order["id"]),
    customer_id: textOrNull(order["customer_id"]),
    status: orderStatus(order["status"]),
    payment_status: name(order["payment_status"], "PAYMENT_STATUS_"),
    fulfillment_status: name(order["fulfillment_status"], "FULFILLMENT_STATUS_"),
    total: money(order["total"]),
    currency: currency(order["denom"]),
    amount_paid: money(order["amount_paid"]),
    amount_refunded: money(order["amount_refunded"]),
    created_at: time(order["created_at"]),
    updated_at: time(order["updated_at"]),
  };
}

/** What a merchant has set. */
export function merchantView(merchant: ChainObject, { signer }: { readonly signer: string }) {
  const settings = object(merchant["settings"]) ?? {};
  const mode = lower<"instant" | "on_delivery" | "unspecified">(settings["release_mode"], "RELEASE_MODE_");
  return {
    address: text(merchant["address"]),
    signer,
    operators: ((merchant["operators"] ?? []) as readonly Json[]).map(text),
    release_mode: mode === "unspecified" ? ("on_delivery" as const) : mode,
    dispute_window_seconds: number(settings["dispute_window_seconds"]),
    payment_deadline_seconds: number(settings["payment_deadline_seconds"]),
    revenue_split: list(settings["revenue_split"]).map((share) => ({
      address: text(share["address"]),
      basis_points: number(share["basis_points"]),
    })),
    arbiter: textOrNull(settings["arbiter"]),
    fee_tolerance: money(settings["fee_tolerance"]),
  };
}
