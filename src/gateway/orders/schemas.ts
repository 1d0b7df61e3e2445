// What the routes of orders answer. Names and shapes are those of the API's published description; what goes beyond it has
// names in the same style.

import { Type } from "typebox";
import { MoneyOut } from "../http/money.ts";
import { Address, Id, nullable, oneOf, PageFields, ref, Time, TxHash } from "../http/schemas.ts";

export const ORDER_STATUSES = [
  ...["CREATED", "PAID", "FULFILLED", "SHIPPED", "DELIVERED", "HELD", "CANCELLED", "RETURNED", "REFUNDED", "DISPUTED"],
] as const;
export const PAYMENT_STATUSES = [
  ...["UNPAID", "PARTIALLY_PAID", "PAID", "OVERPAID", "REFUND_PENDING", "PARTIALLY_REFUNDED", "REFUNDED"],
] as const;
const FULFILLMENT_STATUSES = [
  ...["UNFULFILLED", "PARTIALLY_FULFILLED", "FULFILLED", "PARTIALLY_SHIPPED", "SHIPPED", "PARTIALLY_DELIVERED"],
  ...["DELIVERED", "PARTIALLY_RETURNED", "RETURNED"],
] as const;
const ITEM_STATUSES = ["PENDING", "FULFILLED", "SHIPPED", "DELIVERED", "RETURNED"] as const;
const TIMELINE_STATUSES = [...ORDER_STATUSES, "RELEASED", "RESOLVED"] as const;
const METHODS = ["message", "transfer", "cctp", "sweep"] as const;
export const REFUND_PHASES = ["PENDING", "BURNED", "ATTESTED", "COMPLETED", "FAILED", "CLAIMABLE"] as const;
export const EXCEPTION_STATUSES = ["OPEN", "APPLIED", "REFUNDED", "CREDITED", "NOTED"] as const;

const Text = Type.String();
const MaybeTime = nullable(Time);
const Hex = Type.String({ description: "0x and hex digits." });

/** Orders are in USDC on the chain, whatever they were priced in. */
const Currency = Type.String({ examples: ["USDC"] });

const ItemSchema = Type.Object({
  sku: Text,
  quantity: Type.Integer(),
  unit_price: MoneyOut,
  total_price: MoneyOut,
  status: oneOf(ITEM_STATUSES),
  description: Type.Optional(Text),
});

const RefundAddressSchema = Type.Object(
  {
    domain: nullable(Type.Integer({ description: "CCTP domain; null on this chain." })),
    address: Text,
  },
  { description: "Where money goes back to." },
);

const OriginSchema = Type.Object({
  cctp_version: Type.Integer(),
  source_domain: Type.Integer({ description: "CCTP domain of the burn." }),
  message_hash: Hex,
  nonce: Hex,
  message_sender: Hex,
  fee_executed: MoneyOut,
  finality_threshold_executed: Type.Integer(),
});

export const PaymentSchema = Type.Object(
  {
    id: Id,
    order_id: Id,
    amount: MoneyOut,
    amount_applied: MoneyOut,
    amount_returned: MoneyOut,
    amount_refunded: MoneyOut,
    currency: Currency,
    method: Type.String({ description: "The money: USDC." }),
    channel: oneOf(METHODS, "How it came."),
    payer: nullable(Text),
    refund_address: nullable(RefundAddressSchema),
    origin: nullable(OriginSchema),
    transaction_hash: Type.Optional(TxHash),
    paid_at: Time,
    height: Type.Integer(),
  },
  { $id: "Payment" },
);

export const RefundSchema = Type.Object(
  {
    id: Id,
    order_id: nullable(Text),
    payment_id: nullable(Text),
    exception_id: nullable(Text),
    amount: MoneyOut,
    currency: Currency,
    status: oneOf(REFUND_PHASES),
    refund_address: nullable(RefundAddressSchema),
    message_hash: nullable(Hex),
    destination_tx_hash: nullable(Text),
    failure: nullable(Text),
    reason: nullable(Text),
    created_at: Time,
    updated_at: Time,
  },
  { $id: "Refund" },
);

export const ExceptionSchema = Type.Object(
  {
    id: Id,
    order_id: nullable(Text),
    kind: Text,
    policy: Text,
    status: oneOf(EXCEPTION_STATUSES),
    amount: MoneyOut,
    currency: Currency,
    refund_address: nullable(RefundAddressSchema),
    origin: nullable(OriginSchema),
    detail: Text,
    payment_id: nullable(Text),
    refund_id: nullable(Text),
    created_at: Time,
    resolved_at: MaybeTime,
  },
  { $id: "PaymentException" },
);

export const DISPUTE_OUTCOMES = ["customer", "partial", "merchant"] as const;

const DisputeFields = {
  opened_by: Text,
  reason: Text,
  evidence_hash: nullable(Hex),
  opened_at: Time,
  previous_status: oneOf(ORDER_STATUSES),
  outcome: nullable(oneOf(DISPUTE_OUTCOMES, "null while the dispute is open.")),
  amount_refunded: MoneyOut,
  resolved_by: nullable(Text),
  resolved_at: MaybeTime,
  resolution: nullable(Text),
};

const DisputeSchema = Type.Object(DisputeFields);

/** A dispute in a list of disputes. */
export const DisputeOfOrder = Type.Object(
  { order_id: Id, status: oneOf(["OPEN", "RESOLVED"]), ...DisputeFields },
  { $id: "Dispute" },
);

const CommonOrder = {
  id: Id,
  customer_id: nullable(Text),
  customer_wallet: nullable(Text),
  merchant: Text,
  status: oneOf(ORDER_STATUSES),
  payment_status: oneOf(PAYMENT_STATUSES),
  fulfillment_status: oneOf(FULFILLMENT_STATUSES),
  items: Type.Array(ItemSchema),
  subtotal: MoneyOut,
  discount: MoneyOut,
  tax: MoneyOut,
  shipping_cost: MoneyOut,
  total: MoneyOut,
  currency: Currency,
  amount_paid: MoneyOut,
  amount_due: MoneyOut,
  amount_refunding: MoneyOut,
  amount_refunded: MoneyOut,
  amount_excess: MoneyOut,
  amount_released: MoneyOut,
  processing_fee: MoneyOut,
  payment_url: Text,
  deposit_address: Address,
  metadata: Type.Record(Type.String(), Text),
  revenue_split: Type.Array(Type.Object({ address: Text, basis_points: Type.Integer() })),
  release_mode: oneOf(["instant", "on_delivery"]),
  created_at: Time,
  updated_at: Time,
  expires_at: MaybeTime,
  release_at: MaybeTime,
  revision: Type.Integer({ description: "Counts the changes: the higher one is the newer." }),
  fraud_score: Type.Optional(nullable(Type.Number())),
  compliance_status: Type.Optional(nullable(Text)),
  evaluation: Type.Optional(
    Type.Record(Type.String(), Type.Any(), {
      description: "What taxes, quotes and checks said when the order was made.",
    }),
  ),
};

/** An order as the answer to its creation: there `shipping` is what shipping costs. */
export const CreatedOrderSchema = Type.Object({ ...CommonOrder, shipping: MoneyOut }, { $id: "CreatedOrder" });

const ShippingSchema = Type.Object({
  carrier: nullable(Text),
  tracking_number: nullable(Text),
  estimated_delivery: MaybeTime,
  fulfilled_at: MaybeTime,
  shipped_at: MaybeTime,
  delivered_at: MaybeTime,
});

export const OrderSchema = Type.Object(
  {
    ...CommonOrder,
    payment: nullable(
      Type.Object({
        id: Id,
        status: oneOf(PAYMENT_STATUSES),
        amount: MoneyOut,
        method: Text,
        paid_at: Time,
      }),
    ),
    payments: Type.Array(ref(PaymentSchema)),
    refunds: Type.Array(ref(RefundSchema)),
    exceptions: Type.Array(ref(ExceptionSchema)),
    shipping: nullable(ShippingSchema),
    hold: nullable(Type.Object({ held_from: oneOf(ORDER_STATUSES), held_by: Text, reason: Text, held_at: Time })),
    dispute: nullable(DisputeSchema),
    cancel_cause: nullable(oneOf(["requested", "expired"])),
    timeline: Type.Array(Type.Object({ status: oneOf(TIMELINE_STATUSES), timestamp: Time, reason: nullable(Text) })),
    personal_data: Type.Optional(
      Type.Record(Type.String(), Type.Any(), { description: "Only for keys with customers:read." }),
    ),
  },
  { $id: "Order" },
);

export const OrderSummarySchema = Type.Object(
  {
    id: Id,
    customer_id: nullable(Text),
    status: oneOf(ORDER_STATUSES),
    payment_status: oneOf(PAYMENT_STATUSES),
    fulfillment_status: oneOf(FULFILLMENT_STATUSES),
    total: MoneyOut,
    currency: Currency,
    amount_paid: MoneyOut,
    amount_refunded: MoneyOut,
    created_at: Time,
    updated_at: Time,
  },
  { $id: "OrderSummary" },
);

export const OrderListSchema = Type.Object(
  { orders: Type.Array(ref(OrderSummarySchema)), ...PageFields },
  { $id: "OrderList" },
);

/** The answer to a payment. */
export const PaidSchema = Type.Object(
  {
    payment_id: Id,
    order_id: Id,
    status: oneOf(ORDER_STATUSES, "Where the order stands now."),
    payment_status: oneOf(PAYMENT_STATUSES),
    amount: MoneyOut,
    amount_due: MoneyOut,
    currency: Currency,
    transaction_hash: TxHash,
    paid_at: Time,
    fees: Type.Object({ network_fee: MoneyOut, processing_fee: MoneyOut }),
  },
  { $id: "PaidOrder" },
);

/** A write that is not in a block yet, or what became of it. */
export const WriteSchema = Type.Object(
  {
    id: Id,
    status: oneOf(["PENDING", "SUCCEEDED", "FAILED"]),
    transaction_hash: nullable(TxHash),
    height: nullable(Type.Integer()),
    result: nullable(
      Type.Object({}, { additionalProperties: true, description: "What the chain answered to the message." }),
    ),
    problem: nullable(Type.Object({}, { additionalProperties: true })),
  },
  { $id: "Write" },
);

/** Every schema that has a name of its own in the document. */
export const ORDER_SCHEMAS = [
  ...[PaymentSchema, RefundSchema, ExceptionSchema, DisputeOfOrder, CreatedOrderSchema, OrderSchema],
  ...[OrderSummarySchema, OrderListSchema, PaidSchema, WriteSchema],
] as const;
