// Made from the gateway's OpenAPI document by scripts/sdkTypes.ts. Not to be edited.

export type GetReportFileResponse = string;

export interface Problem {
  type: string;
  title: string;
  status: number;
  detail: string;
  instance: string;
  request_id: string;
  /**
   * Stable: act upon this.
   */
  code:
    | "invalid_request"
    | "unauthorized"
    | "forbidden"
    | "not_found"
    | "method_not_allowed"
    | "conflict"
    | "amount_mismatch"
    | "idempotency_conflict"
    | "gone"
    | "payload_too_large"
    | "unsupported_media_type"
    | "price_required"
    | "payer_required"
    | "grant_required"
    | "card_data_refused"
    | "card_declined"
    | "chain_refused"
    | "not_supported"
    | "rate_limited"
    | "internal"
    | "chain_unavailable"
    | "database_unavailable";
  /**
   * JSON pointer into the body, or name of a parameter.
   */
  field?: string;
  /**
   * What the chain said.
   */
  chain?: {
    codespace: string;
    code: number;
    message: string;
  };
  [k: string]: unknown;
}
export interface Health {
  status: "healthy" | "degraded" | "unhealthy";
  checks: {
    database: {
      status: "healthy" | "degraded" | "unhealthy";
      response_time: string;
    };
    blockchain: {
      status: "healthy" | "degraded" | "unhealthy";
      block_height: number;
      read_model_height: number;
      sync_status: "synced" | "syncing" | "unreachable";
    };
    cache: {
      status: "healthy" | "degraded" | "unhealthy";
      /**
       * Reads that a client's own copy still answered.
       */
      hit_rate: number;
    };
    external_apis: {
      status: "healthy" | "degraded" | "unhealthy";
      details: string;
    };
  };
  /**
   * RFC 3339, UTC.
   */
  timestamp: string;
}
export interface Payment {
  id: string;
  order_id: string;
  /**
   * Decimal text with 2 to 6 decimals.
   */
  amount: string;
  /**
   * Decimal text with 2 to 6 decimals.
   */
  amount_applied: string;
  /**
   * Decimal text with 2 to 6 decimals.
   */
  amount_returned: string;
  /**
   * Decimal text with 2 to 6 decimals.
   */
  amount_refunded: string;
  currency: string;
  /**
   * The money: USDC.
   */
  method: string;
  /**
   * How it came.
   */
  channel: "message" | "transfer" | "cctp" | "sweep";
  payer: string | null;
  /**
   * Where money goes back to.
   */
  refund_address: {
    /**
     * CCTP domain; null on this chain.
     */
    domain: number | null;
    address: string;
  } | null;
  origin: {
    cctp_version: number;
    /**
     * CCTP domain of the burn.
     */
    source_domain: number;
    /**
     * 0x and hex digits.
     */
    message_hash: string;
    /**
     * 0x and hex digits.
     */
    nonce: string;
    /**
     * 0x and hex digits.
     */
    message_sender: string;
    /**
     * Decimal text with 2 to 6 decimals.
     */
    fee_executed: string;
    finality_threshold_executed: number;
  } | null;
  /**
   * 64 upper-case hex digits.
   */
  transaction_hash?: string;
  /**
   * RFC 3339, UTC.
   */
  paid_at: string;
  height: number;
}
export interface Refund {
  id: string;
  order_id: string | null;
  payment_id: string | null;
  exception_id: string | null;
  /**
   * Decimal text with 2 to 6 decimals.
   */
  amount: string;
  currency: string;
  status: "PENDING" | "BURNED" | "ATTESTED" | "COMPLETED" | "FAILED" | "CLAIMABLE";
  /**
   * Where money goes back to.
   */
  refund_address: {
    /**
     * CCTP domain; null on this chain.
     */
    domain: number | null;
    address: string;
  } | null;
  /**
   * 0x and hex digits.
   */
  message_hash: string | null;
  destination_tx_hash: string | null;
  failure: string | null;
  reason: string | null;
  /**
   * RFC 3339, UTC.
   */
  created_at: string;
  /**
   * RFC 3339, UTC.
   */
  updated_at: string;
}
export interface PaymentException {
  id: string;
  order_id: string | null;
  kind: string;
  policy: string;
  status: "OPEN" | "APPLIED" | "REFUNDED" | "CREDITED" | "NOTED";
  /**
   * Decimal text with 2 to 6 decimals.
   */
  amount: string;
  currency: string;
  /**
   * Where money goes back to.
   */
  refund_address: {
    /**
     * CCTP domain; null on this chain.
     */
    domain: number | null;
    address: string;
  } | null;
  origin: {
    cctp_version: number;
    /**
     * CCTP domain of the burn.
     */
    source_domain: number;
    /**
     * 0x and hex digits.
     */
    message_hash: string;
    /**
     * 0x and hex digits.
     */
    nonce: string;
    /**
     * 0x and hex digits.
     */
    message_sender: string;
    /**
     * Decimal text with 2 to 6 decimals.
     */
    fee_executed: string;
    finality_threshold_executed: number;
  } | null;
  detail: string;
  payment_id: string | null;
  refund_id: string | null;
  /**
   * RFC 3339, UTC.
   */
  created_at: string;
  /**
   * RFC 3339, UTC.
   */
  resolved_at: string | null;
}
export interface Dispute {
  order_id: string;
  status: "OPEN" | "RESOLVED";
  opened_by: string;
  reason: string;
  /**
   * 0x and hex digits.
   */
  evidence_hash: string | null;
  /**
   * RFC 3339, UTC.
   */
  opened_at: string;
  previous_status:
    | "CREATED"
    | "PAID"
    | "FULFILLED"
    | "SHIPPED"
    | "DELIVERED"
    | "HELD"
    | "CANCELLED"
    | "RETURNED"
    | "REFUNDED"
    | "DISPUTED";
  /**
   * null while the dispute is open.
   */
  outcome: "customer" | "partial" | "merchant" | null;
  /**
   * Decimal text with 2 to 6 decimals.
   */
  amount_refunded: string;
  resolved_by: string | null;
  /**
   * RFC 3339, UTC.
   */
  resolved_at: string | null;
  resolution: string | null;
}
export interface CreatedOrder {
  id: string;
  customer_id: string | null;
  customer_wallet: string | null;
  merchant: string;
  status:
    | "CREATED"
    | "PAID"
    | "FULFILLED"
    | "SHIPPED"
    | "DELIVERED"
    | "HELD"
    | "CANCELLED"
    | "RETURNED"
    | "REFUNDED"
    | "DISPUTED";
  payment_status:
    | "UNPAID"
    | "PARTIALLY_PAID"
    | "PAID"
    | "OVERPAID"
    | "REFUND_PENDING"
    | "PARTIALLY_REFUNDED"
    | "REFUNDED";
  fulfillment_status:
    | "UNFULFILLED"
    | "PARTIALLY_FULFILLED"
    | "FULFILLED"
    | "PARTIALLY_SHIPPED"
    | "SHIPPED"
    | "PARTIALLY_DELIVERED"
    | "DELIVERED"
    | "PARTIALLY_RETURNED"
    | "RETURNED";
  items: {
    sku: string;
    quantity: number;
    /**
     * Decimal text with 2 to 6 decimals.
     */
    unit_price: string;
    /**
     * Decimal text with 2 to 6 decimals.
     */
    total_price: string;
    status: "PENDING" | "FULFILLED" | "SHIPPED" | "DELIVERED" | "RETURNED";
    description?: string;
  }[];
  /**
   * Decimal text with 2 to 6 decimals.
   */
  subtotal: string;
  /**
   * Decimal text with 2 to 6 decimals.
   */
  discount: string;
  /**
   * Decimal text with 2 to 6 decimals.
   */
  tax: string;
  /**
   * Decimal text with 2 to 6 decimals.
   */
  shipping_cost: string;
  /**
   * Decimal text with 2 to 6 decimals.
   */
  total: string;
  currency: string;
  /**
   * Decimal text with 2 to 6 decimals.
   */
  amount_paid: string;
  /**
   * Decimal text with 2 to 6 decimals.
   */
  amount_due: string;
  /**
   * Decimal text with 2 to 6 decimals.
   */
  amount_refunding: string;
  /**
   * Decimal text with 2 to 6 decimals.
   */
  amount_refunded: string;
  /**
   * Decimal text with 2 to 6 decimals.
   */
  amount_excess: string;
  /**
   * Decimal text with 2 to 6 decimals.
   */
  amount_released: string;
  /**
   * Decimal text with 2 to 6 decimals.
   */
  processing_fee: string;
  payment_url: string;
  /**
   * bech32 with the prefix stateset.
   */
  deposit_address: string;
  metadata: {
    [k: string]: string;
  };
  revenue_split: {
    address: string;
    basis_points: number;
  }[];
  release_mode: "instant" | "on_delivery";
  /**
   * RFC 3339, UTC.
   */
  created_at: string;
  /**
   * RFC 3339, UTC.
   */
  updated_at: string;
  /**
   * RFC 3339, UTC.
   */
  expires_at: string | null;
  /**
   * RFC 3339, UTC.
   */
  release_at: string | null;
  /**
   * Counts the changes: the higher one is the newer.
   */
  revision: number;
  fraud_score?: number | null;
  compliance_status?: string | null;
  /**
   * What taxes, quotes and checks said when the order was made.
   */
  evaluation?: {
    [k: string]: unknown;
  };
  /**
   * Decimal text with 2 to 6 decimals.
   */
  shipping: string;
}
export interface Order {
  id: string;
  customer_id: string | null;
  customer_wallet: string | null;
  merchant: string;
  status:
    | "CREATED"
    | "PAID"
    | "FULFILLED"
    | "SHIPPED"
    | "DELIVERED"
    | "HELD"
    | "CANCELLED"
    | "RETURNED"
    | "REFUNDED"
    | "DISPUTED";
  payment_status:
    | "UNPAID"
    | "PARTIALLY_PAID"
    | "PAID"
    | "OVERPAID"
    | "REFUND_PENDING"
    | "PARTIALLY_REFUNDED"
    | "REFUNDED";
  fulfillment_status:
    | "UNFULFILLED"
    | "PARTIALLY_FULFILLED"
    | "FULFILLED"
    | "PARTIALLY_SHIPPED"
    | "SHIPPED"
    | "PARTIALLY_DELIVERED"
    | "DELIVERED"
    | "PARTIALLY_RETURNED"
    | "RETURNED";
  items: {
    sku: string;
    quantity: number;
    /**
     * Decimal text with 2 to 6 decimals.
     */
    unit_price: string;
    /**
     * Decimal text with 2 to 6 decimals.
     */
    total_price: string;
    status: "PENDING" | "FULFILLED" | "SHIPPED" | "DELIVERED" | "RETURNED";
    description?: string;
  }[];
  /**
   * Decimal text with 2 to 6 decimals.
   */
  subtotal: string;
  /**
   * Decimal text with 2 to 6 decimals.
   */
  discount: string;
  /**
   * Decimal text with 2 to 6 decimals.
   */
  tax: string;
  /**
   * Decimal text with 2 to 6 decimals.
   */
  shipping_cost: string;
  /**
   * Decimal text with 2 to 6 decimals.
   */
  total: string;
  currency: string;
  /**
   * Decimal text with 2 to 6 decimals.
   */
  amount_paid: string;
  /**
   * Decimal text with 2 to 6 decimals.
   */
  amount_due: string;
  /**
   * Decimal text with 2 to 6 decimals.
   */
  amount_refunding: string;
  /**
   * Decimal text with 2 to 6 decimals.
   */
  amount_refunded: string;
  /**
   * Decimal text with 2 to 6 decimals.
   */
  amount_excess: string;
  /**
   * Decimal text with 2 to 6 decimals.
   */
  amount_released: string;
  /**
   * Decimal text with 2 to 6 decimals.
   */
  processing_fee: string;
  payment_url: string;
  /**
   * bech32 with the prefix stateset.
   */
  deposit_address: string;
  metadata: {
    [k: string]: string;
  };
  revenue_split: {
    address: string;
    basis_points: number;
  }[];
  release_mode: "instant" | "on_delivery";
  /**
   * RFC 3339, UTC.
   */
  created_at: string;
  /**
   * RFC 3339, UTC.
   */
  updated_at: string;
  /**
   * RFC 3339, UTC.
   */
  expires_at: string | null;
  /**
   * RFC 3339, UTC.
   */
  release_at: string | null;
  /**
   * Counts the changes: the higher one is the newer.
   */
  revision: number;
  fraud_score?: number | null;
  compliance_status?: string | null;
  /**
   * What taxes, quotes and checks said when the order was made.
   */
  evaluation?: {
    [k: string]: unknown;
  };
  payment: {
    id: string;
    status: "UNPAID" | "PARTIALLY_PAID" | "PAID" | "OVERPAID" | "REFUND_PENDING" | "PARTIALLY_REFUNDED" | "REFUNDED";
    /**
     * Decimal text with 2 to 6 decimals.
     */
    amount: string;
    method: string;
    /**
     * RFC 3339, UTC.
     */
    paid_at: string;
  } | null;
  payments: Payment[];
  refunds: Refund[];
  exceptions: PaymentException[];
  shipping: {
    carrier: string | null;
    tracking_number: string | null;
    /**
     * RFC 3339, UTC.
     */
    estimated_delivery: string | null;
    /**
     * RFC 3339, UTC.
     */
    fulfilled_at: string | null;
    /**
     * RFC 3339, UTC.
     */
    shipped_at: string | null;
    /**
     * RFC 3339, UTC.
     */
    delivered_at: string | null;
  } | null;
  hold: {
    held_from:
      | "CREATED"
      | "PAID"
      | "FULFILLED"
      | "SHIPPED"
      | "DELIVERED"
      | "HELD"
      | "CANCELLED"
      | "RETURNED"
      | "REFUNDED"
      | "DISPUTED";
    held_by: string;
    reason: string;
    /**
     * RFC 3339, UTC.
     */
    held_at: string;
  } | null;
  dispute: {
    opened_by: string;
    reason: string;
    /**
     * 0x and hex digits.
     */
    evidence_hash: string | null;
    /**
     * RFC 3339, UTC.
     */
    opened_at: string;
    previous_status:
      | "CREATED"
      | "PAID"
      | "FULFILLED"
      | "SHIPPED"
      | "DELIVERED"
      | "HELD"
      | "CANCELLED"
      | "RETURNED"
      | "REFUNDED"
      | "DISPUTED";
    /**
     * null while the dispute is open.
     */
    outcome: "customer" | "partial" | "merchant" | null;
    /**
     * Decimal text with 2 to 6 decimals.
     */
    amount_refunded: string;
    resolved_by: string | null;
    /**
     * RFC 3339, UTC.
     */
    resolved_at: string | null;
    resolution: string | null;
  } | null;
  cancel_cause: "requested" | "expired" | null;
  timeline: {
    status:
      | "CREATED"
      | "PAID"
      | "FULFILLED"
      | "SHIPPED"
      | "DELIVERED"
      | "HELD"
      | "CANCELLED"
      | "RETURNED"
      | "REFUNDED"
      | "DISPUTED"
      | "RELEASED"
      | "RESOLVED";
    /**
     * RFC 3339, UTC.
     */
    timestamp: string;
    reason: string | null;
  }[];
  /**
   * Only for keys with customers:read.
   */
  personal_data?: {
    [k: string]: unknown;
  };
}
export interface OrderSummary {
  id: string;
  customer_id: string | null;
  status:
    | "CREATED"
    | "PAID"
    | "FULFILLED"
    | "SHIPPED"
    | "DELIVERED"
    | "HELD"
    | "CANCELLED"
    | "RETURNED"
    | "REFUNDED"
    | "DISPUTED";
  payment_status:
    | "UNPAID"
    | "PARTIALLY_PAID"
    | "PAID"
    | "OVERPAID"
    | "REFUND_PENDING"
    | "PARTIALLY_REFUNDED"
    | "REFUNDED";
  fulfillment_status:
    | "UNFULFILLED"
    | "PARTIALLY_FULFILLED"
    | "FULFILLED"
    | "PARTIALLY_SHIPPED"
    | "SHIPPED"
    | "PARTIALLY_DELIVERED"
    | "DELIVERED"
    | "PARTIALLY_RETURNED"
    | "RETURNED";
  /**
   * Decimal text with 2 to 6 decimals.
   */
  total: string;
  currency: string;
  /**
   * Decimal text with 2 to 6 decimals.
   */
  amount_paid: string;
  /**
   * Decimal text with 2 to 6 decimals.
   */
  amount_refunded: string;
  /**
   * RFC 3339, UTC.
   */
  created_at: string;
  /**
   * RFC 3339, UTC.
   */
  updated_at: string;
}
export interface OrderList {
  orders: OrderSummary[];
  /**
   * Over all pages.
   */
  total_count: number;
  has_more: boolean;
  next_cursor: string | null;
}
export interface PaidOrder {
  payment_id: string;
  order_id: string;
  /**
   * Where the order stands now.
   */
  status:
    | "CREATED"
    | "PAID"
    | "FULFILLED"
    | "SHIPPED"
    | "DELIVERED"
    | "HELD"
    | "CANCELLED"
    | "RETURNED"
    | "REFUNDED"
    | "DISPUTED";
  payment_status:
    | "UNPAID"
    | "PARTIALLY_PAID"
    | "PAID"
    | "OVERPAID"
    | "REFUND_PENDING"
    | "PARTIALLY_REFUNDED"
    | "REFUNDED";
  /**
   * Decimal text with 2 to 6 decimals.
   */
  amount: string;
  /**
   * Decimal text with 2 to 6 decimals.
   */
  amount_due: string;
  currency: string;
  /**
   * 64 upper-case hex digits.
   */
  transaction_hash: string;
  /**
   * RFC 3339, UTC.
   */
  paid_at: string;
  fees: {
    /**
     * Decimal text with 2 to 6 decimals.
     */
    network_fee: string;
    /**
     * Decimal text with 2 to 6 decimals.
     */
    processing_fee: string;
  };
}
export interface Write {
  id: string;
  status: "PENDING" | "SUCCEEDED" | "FAILED";
  /**
   * 64 upper-case hex digits.
   */
  transaction_hash: string | null;
  height: number | null;
  /**
   * What the chain answered to the message.
   */
  result: {
    [k: string]: unknown;
  } | null;
  problem: {
    [k: string]: unknown;
  } | null;
}
export interface CardPayment {
  payment_id: string;
  order_id: string;
  /**
   * Where the order stands now.
   */
  status:
    | "CREATED"
    | "PAID"
    | "FULFILLED"
    | "SHIPPED"
    | "DELIVERED"
    | "HELD"
    | "CANCELLED"
    | "RETURNED"
    | "REFUNDED"
    | "DISPUTED";
  payment_status:
    | "UNPAID"
    | "PARTIALLY_PAID"
    | "PAID"
    | "OVERPAID"
    | "REFUND_PENDING"
    | "PARTIALLY_REFUNDED"
    | "REFUNDED";
  /**
   * Decimal text with 2 to 6 decimals.
   */
  amount: string;
  /**
   * Decimal text with 2 to 6 decimals.
   */
  amount_due: string;
  currency: string;
  /**
   * 64 upper-case hex digits.
   */
  transaction_hash: string;
  /**
   * RFC 3339, UTC.
   */
  paid_at: string;
  fees: {
    /**
     * Decimal text with 2 to 6 decimals.
     */
    network_fee: string;
    /**
     * Decimal text with 2 to 6 decimals.
     */
    processing_fee: string;
  };
  card: {
    processor: string;
    reference: string;
    last4?: string;
    brand?: string;
  };
}
export interface Party {
  id: string;
  /**
   * bech32 with the prefix stateset.
   */
  address: string;
  /**
   * RFC 3339, UTC.
   */
  updated_at: string;
}
export interface OrderConditions {
  order_id: string;
  status: "WAITING" | "RELEASED" | "ENDED";
  auto_execute: boolean;
  conditions: {
    /**
     * Of GET /v1/conditions.
     */
    contract_address: string;
    method: string;
    /**
     * @maxItems 8
     */
    params: (string | number | boolean)[];
    expected_result: string | number | boolean;
    is_met: boolean;
  }[];
  /**
   * RFC 3339, UTC.
   */
  created_at: string;
  /**
   * RFC 3339, UTC.
   */
  updated_at: string;
}
export interface Stock {
  sku: string;
  quantity: number;
  /**
   * RFC 3339, UTC.
   */
  updated_at: string;
}
/**
 * 1 of `from` is rate_numerator / rate_denominator of `to`.
 */
export interface Quote {
  id: string;
  from: string;
  to: string;
  rate_numerator: string;
  rate_denominator: string;
  source: string;
  declared_by_merchant: boolean;
  /**
   * RFC 3339, UTC.
   */
  created_at: string;
  /**
   * RFC 3339, UTC.
   */
  expires_at: string;
  /**
   * Decimal text with 2 to 6 decimals.
   */
  amount?: string;
  /**
   * Decimal text with 2 to 6 decimals.
   */
  converted_amount?: string;
}
/**
 * The wallet grants MsgPayOrder, or transfers up to a limit, to the grantee, who charges it.
 */
export interface Subscription {
  id: string;
  customer_id: string;
  status: "ACTIVE" | "PAST_DUE" | "PAUSED" | "UNPAID" | "CANCELLED" | "COMPLETED";
  items:
    | {
        [k: string]: unknown;
      }[]
    | null;
  schedule: {
    interval: "daily" | "weekly" | "monthly" | "yearly";
    every: number;
    /**
     * RFC 3339, UTC.
     */
    start_date: string;
    /**
     * RFC 3339, UTC.
     */
    end_date: string | null;
  };
  payment_method: {
    type: "usdc";
    /**
     * bech32 with the prefix stateset.
     */
    wallet_address: string;
  };
  /**
   * bech32 with the prefix stateset.
   */
  grantee: string | null;
  periods_paid: number;
  /**
   * RFC 3339, UTC.
   */
  next_charge_at: string | null;
  /**
   * Code of what the last charge was refused with.
   */
  last_problem: string | null;
  /**
   * RFC 3339, UTC.
   */
  created_at: string;
  /**
   * RFC 3339, UTC.
   */
  updated_at: string;
}
export interface Customer {
  /**
   * As the merchant names the customer. Goes to the chain: no personal data.
   */
  id: string;
  email?: string;
  name?: string;
  phone?: string;
  /**
   * bech32 with the prefix stateset.
   */
  wallet_address?: string;
  address?: {
    /**
     * Who receives.
     */
    name?: string;
    /**
     * Street and number; all of it where the address was given as one text.
     */
    address_line_1?: string;
    /**
     * More of it.
     */
    address_line_2?: string;
    /**
     * City.
     */
    city?: string;
    /**
     * State, province.
     */
    state?: string;
    postal_code?: string;
    /**
     * ISO 3166-1, two letters.
     */
    country?: string;
  };
  metadata?: {
    [k: string]: string;
  };
  /**
   * RFC 3339, UTC.
   */
  created_at: string;
  /**
   * RFC 3339, UTC.
   */
  updated_at: string;
}
/**
 * As webhooks and streams carry it.
 */
export interface Event {
  id: string;
  event:
    | "order.created"
    | "order.paid"
    | "order.fulfilled"
    | "order.shipped"
    | "order.delivered"
    | "order.cancelled"
    | "order.refunded"
    | "order.disputed"
    | "order.dispute_resolved"
    | "order.held"
    | "order.released"
    | "order.returned"
    | "order.expired"
    | "payment.received"
    | "payment.partial"
    | "payment.overpaid"
    | "payment.late"
    | "payment.unapplied"
    | "payment.resolved"
    | "refund.initiated"
    | "refund.attested"
    | "refund.settled"
    | "refund.failed"
    | "escrow.released"
    | "payment.failed"
    | "subscription.charge_failed"
    | "subscription.unpaid";
  /**
   * What it is about: docs/webhooks.md.
   */
  data: {
    [k: string]: unknown;
  };
  /**
   * RFC 3339, UTC.
   */
  timestamp: string;
  /**
   * Among the events of the order, from 1, without a gap.
   */
  sequence: number;
  api_version: string;
}
export interface EventList {
  events: Event[];
  /**
   * Over all pages.
   */
  total_count: number;
  has_more: boolean;
  next_cursor: string | null;
}
export interface Webhook {
  id: string;
  url: string;
  events: (
    | "order.created"
    | "order.paid"
    | "order.fulfilled"
    | "order.shipped"
    | "order.delivered"
    | "order.cancelled"
    | "order.refunded"
    | "order.disputed"
    | "order.dispute_resolved"
    | "order.held"
    | "order.released"
    | "order.returned"
    | "order.expired"
    | "payment.received"
    | "payment.partial"
    | "payment.overpaid"
    | "payment.late"
    | "payment.unapplied"
    | "payment.resolved"
    | "refund.initiated"
    | "refund.attested"
    | "refund.settled"
    | "refund.failed"
    | "escrow.released"
    | "payment.failed"
    | "subscription.charge_failed"
    | "subscription.unpaid"
  )[];
  description: string;
  /**
   * `order`: events of one order wait for each other. `endpoint`: all events, one after the other.
   */
  ordering: "order" | "endpoint";
  status: "enabled" | "disabled";
  disabled_reason: string | null;
  /**
   * RFC 3339, UTC.
   */
  failing_since: string | null;
  header_names: string[];
  /**
   * RFC 3339, UTC.
   */
  previous_secret_until: string | null;
  /**
   * RFC 3339, UTC.
   */
  created_at: string;
  /**
   * RFC 3339, UTC.
   */
  updated_at: string;
}
export interface WebhookWithSecret {
  id: string;
  url: string;
  events: (
    | "order.created"
    | "order.paid"
    | "order.fulfilled"
    | "order.shipped"
    | "order.delivered"
    | "order.cancelled"
    | "order.refunded"
    | "order.disputed"
    | "order.dispute_resolved"
    | "order.held"
    | "order.released"
    | "order.returned"
    | "order.expired"
    | "payment.received"
    | "payment.partial"
    | "payment.overpaid"
    | "payment.late"
    | "payment.unapplied"
    | "payment.resolved"
    | "refund.initiated"
    | "refund.attested"
    | "refund.settled"
    | "refund.failed"
    | "escrow.released"
    | "payment.failed"
    | "subscription.charge_failed"
    | "subscription.unpaid"
  )[];
  description: string;
  /**
   * `order`: events of one order wait for each other. `endpoint`: all events, one after the other.
   */
  ordering: "order" | "endpoint";
  status: "enabled" | "disabled";
  disabled_reason: string | null;
  /**
   * RFC 3339, UTC.
   */
  failing_since: string | null;
  header_names: string[];
  /**
   * RFC 3339, UTC.
   */
  previous_secret_until: string | null;
  /**
   * RFC 3339, UTC.
   */
  created_at: string;
  /**
   * RFC 3339, UTC.
   */
  updated_at: string;
  /**
   * Shown here and never again.
   */
  secret: string;
}
export interface WebhookList {
  webhooks: Webhook[];
  /**
   * Over all pages.
   */
  total_count: number;
  has_more: boolean;
  next_cursor: string | null;
}
export interface WebhookDelivery {
  id: string;
  event_id: string;
  event:
    | "order.created"
    | "order.paid"
    | "order.fulfilled"
    | "order.shipped"
    | "order.delivered"
    | "order.cancelled"
    | "order.refunded"
    | "order.disputed"
    | "order.dispute_resolved"
    | "order.held"
    | "order.released"
    | "order.returned"
    | "order.expired"
    | "payment.received"
    | "payment.partial"
    | "payment.overpaid"
    | "payment.late"
    | "payment.unapplied"
    | "payment.resolved"
    | "refund.initiated"
    | "refund.attested"
    | "refund.settled"
    | "refund.failed"
    | "escrow.released"
    | "payment.failed"
    | "subscription.charge_failed"
    | "subscription.unpaid";
  order_id: string;
  /**
   * RFC 3339, UTC.
   */
  event_timestamp: string;
  /**
   * `dead`: given up, until it is retried or replayed.
   */
  status: "pending" | "delivered" | "dead";
  /**
   * Since the delivery was last begun anew.
   */
  attempts: number;
  /**
   * RFC 3339, UTC.
   */
  last_attempt_at: string | null;
  /**
   * RFC 3339, UTC.
   */
  next_attempt_at: string | null;
  /**
   * Of the last attempt.
   */
  response: {
    status_code: number | null;
    /**
     * Why no answer came, as a code.
     */
    error: string | null;
    body_excerpt: string | null;
    duration_ms: number | null;
  };
}
export interface WebhookDeliveryList {
  deliveries: WebhookDelivery[];
  /**
   * Over all pages.
   */
  total_count: number;
  has_more: boolean;
  next_cursor: string | null;
}
export interface WebhookTest {
  event_id: string;
  delivered: boolean;
  status_code: number | null;
  /**
   * Why no answer came, as a code.
   */
  error: string | null;
  body_excerpt: string | null;
  duration_ms: number | null;
}
export interface WebhookReplay {
  /**
   * Deliveries that were begun anew, or for the first time.
   */
  replayed: number;
}
export interface CancelOrderParams {
  order_id: string;
}
export interface CancelOrderBody {
  /**
   * On the chain, for everybody to read: no personal data.
   */
  reason?: string;
}
export interface CancelSubscriptionParams {
  id: string;
}
export interface CapturePaymentParams {
  order_id: string;
}
export type CapturePaymentBody = Record<string, never>;
export interface ClaimRefundParams {
  id: string;
}
export interface ClaimRefundBody {
  refund_address:
    | {
        /**
         * bech32 with the prefix stateset.
         */
        address: string;
      }
    | {
        /**
         * CCTP domain.
         */
        domain: number;
        address: string;
      };
}
export interface CreateAndPayOrderBody {
  /**
   * Your name of the customer; public.
   */
  customer_id?: string;
  customer?: {
    /**
     * Your name of the customer; public.
     */
    id?: string;
    email?: string;
    name?: string;
    phone?: string;
    /**
     * bech32 with the prefix stateset.
     */
    wallet_address?: string;
  };
  /**
   * bech32 with the prefix stateset.
   */
  customer_wallet?: string;
  /**
   * @minItems 1
   * @maxItems 100
   */
  items: {
    sku: string;
    quantity: number;
    /**
     * Decimal text with at most 6 decimals; a JSON number is refused.
     */
    unit_price?: string;
    /**
     * Another name of unit_price.
     */
    price?: string;
    description?: string;
  }[];
  shipping_address?:
    | {
        name?: string;
        company?: string;
        address_line_1?: string;
        address_line_2?: string;
        city?: string;
        state?: string;
        postal_code?: string;
        /**
         * ISO 3166-1, two letters.
         */
        country?: string;
        phone?: string;
        email?: string;
      }
    | string;
  billing_address?:
    | {
        name?: string;
        company?: string;
        address_line_1?: string;
        address_line_2?: string;
        city?: string;
        state?: string;
        postal_code?: string;
        /**
         * ISO 3166-1, two letters.
         */
        country?: string;
        phone?: string;
        email?: string;
      }
    | string;
  shipping?: {
    address?:
      | {
          name?: string;
          company?: string;
          address_line_1?: string;
          address_line_2?: string;
          city?: string;
          state?: string;
          postal_code?: string;
          /**
           * ISO 3166-1, two letters.
           */
          country?: string;
          phone?: string;
          email?: string;
        }
      | string;
    method?: string;
    /**
     * Decimal text with at most 6 decimals; a JSON number is refused.
     */
    cost?: string;
  };
  /**
   * Decimal text with at most 6 decimals; a JSON number is refused.
   */
  shipping_cost?: string;
  /**
   * Decimal text with at most 6 decimals; a JSON number is refused.
   */
  discount?: string;
  /**
   * Decimal text with at most 6 decimals; a JSON number is refused.
   */
  tax?: string;
  /**
   * Decimal text with at most 6 decimals; a JSON number is refused.
   */
  subtotal?: string;
  /**
   * Decimal text with at most 6 decimals; a JSON number is refused.
   */
  total?: string;
  /**
   * Public: no personal data.
   */
  metadata?: {
    [k: string]: string;
  };
  currency?: string;
  exchange_rate?: {
    from?: string;
    to?: string;
    rate?: string;
    source?: string;
    quote_id?: string;
  };
  tax_calculation?: {
    enabled: boolean;
    provider?: string;
    include_duties?: boolean;
    compound?: boolean;
    rounding?: "half_even" | "half_up" | "truncate";
  };
  fraud_check?: {
    enabled: boolean;
    /**
     * @maxItems 16
     */
    rules?: string[];
    threshold?: "low" | "medium" | "high";
    ip_address?: string;
    ip_country?: string;
    device_fingerprint?: string;
  };
  compliance?: {
    export_control?: boolean;
    sanctions_screening?: boolean;
    restricted_products?: boolean;
    aml_check?: boolean;
  };
  expires_in_seconds?: number;
  release_mode?: "instant" | "on_delivery";
  dispute_window_seconds?: number;
  /**
   * @maxItems 16
   */
  revenue_split?: {
    /**
     * bech32 with the prefix stateset.
     */
    address: string;
    basis_points: number;
  }[];
  payment?: {
    type?: "usdc";
    /**
     * Another name of type.
     */
    method?: "usdc";
    /**
     * bech32 with the prefix stateset.
     */
    wallet_address?: string;
    /**
     * Decimal text with at most 6 decimals; a JSON number is refused.
     */
    amount?: string;
  };
  payment_method?: {
    type?: "usdc";
    /**
     * Another name of type.
     */
    method?: "usdc";
    /**
     * bech32 with the prefix stateset.
     */
    wallet_address?: string;
    /**
     * Decimal text with at most 6 decimals; a JSON number is refused.
     */
    amount?: string;
  };
}
export interface CreateConditionalOrderBody {
  /**
   * Your name of the customer; public.
   */
  customer_id?: string;
  customer?: {
    /**
     * Your name of the customer; public.
     */
    id?: string;
    email?: string;
    name?: string;
    phone?: string;
    /**
     * bech32 with the prefix stateset.
     */
    wallet_address?: string;
  };
  /**
   * bech32 with the prefix stateset.
   */
  customer_wallet?: string;
  /**
   * @minItems 1
   * @maxItems 100
   */
  items: {
    sku: string;
    quantity: number;
    /**
     * Decimal text with at most 6 decimals; a JSON number is refused.
     */
    unit_price?: string;
    /**
     * Another name of unit_price.
     */
    price?: string;
    description?: string;
  }[];
  shipping_address?:
    | {
        name?: string;
        company?: string;
        address_line_1?: string;
        address_line_2?: string;
        city?: string;
        state?: string;
        postal_code?: string;
        /**
         * ISO 3166-1, two letters.
         */
        country?: string;
        phone?: string;
        email?: string;
      }
    | string;
  billing_address?:
    | {
        name?: string;
        company?: string;
        address_line_1?: string;
        address_line_2?: string;
        city?: string;
        state?: string;
        postal_code?: string;
        /**
         * ISO 3166-1, two letters.
         */
        country?: string;
        phone?: string;
        email?: string;
      }
    | string;
  shipping?: {
    address?:
      | {
          name?: string;
          company?: string;
          address_line_1?: string;
          address_line_2?: string;
          city?: string;
          state?: string;
          postal_code?: string;
          /**
           * ISO 3166-1, two letters.
           */
          country?: string;
          phone?: string;
          email?: string;
        }
      | string;
    method?: string;
    /**
     * Decimal text with at most 6 decimals; a JSON number is refused.
     */
    cost?: string;
  };
  /**
   * Decimal text with at most 6 decimals; a JSON number is refused.
   */
  shipping_cost?: string;
  /**
   * Decimal text with at most 6 decimals; a JSON number is refused.
   */
  discount?: string;
  /**
   * Decimal text with at most 6 decimals; a JSON number is refused.
   */
  tax?: string;
  /**
   * Decimal text with at most 6 decimals; a JSON number is refused.
   */
  subtotal?: string;
  /**
   * Decimal text with at most 6 decimals; a JSON number is refused.
   */
  total?: string;
  /**
   * Public: no personal data.
   */
  metadata?: {
    [k: string]: string;
  };
  currency?: string;
  exchange_rate?: {
    from?: string;
    to?: string;
    rate?: string;
    source?: string;
    quote_id?: string;
  };
  tax_calculation?: {
    enabled: boolean;
    provider?: string;
    include_duties?: boolean;
    compound?: boolean;
    rounding?: "half_even" | "half_up" | "truncate";
  };
  fraud_check?: {
    enabled: boolean;
    /**
     * @maxItems 16
     */
    rules?: string[];
    threshold?: "low" | "medium" | "high";
    ip_address?: string;
    ip_country?: string;
    device_fingerprint?: string;
  };
  compliance?: {
    export_control?: boolean;
    sanctions_screening?: boolean;
    restricted_products?: boolean;
    aml_check?: boolean;
  };
  expires_in_seconds?: number;
  release_mode?: "instant" | "on_delivery";
  dispute_window_seconds?: number;
  /**
   * @maxItems 16
   */
  revenue_split?: {
    /**
     * bech32 with the prefix stateset.
     */
    address: string;
    basis_points: number;
  }[];
  conditions:
    | {
        /**
         * Of GET /v1/conditions.
         */
        contract_address: string;
        method: string;
        /**
         * @maxItems 8
         */
        params: (string | number | boolean)[];
        expected_result: string | number | boolean;
      }
    | {
        /**
         * Of GET /v1/conditions.
         */
        contract_address: string;
        method: string;
        /**
         * @maxItems 8
         */
        params: (string | number | boolean)[];
        expected_result: string | number | boolean;
      }[];
  /**
   * Released by itself; otherwise by POST …/execute.
   */
  auto_execute?: boolean;
}
export interface CreateCustomerBody {
  /**
   * As the merchant names the customer. Goes to the chain: no personal data.
   */
  id?: string;
  email?: string;
  name?: string;
  phone?: string;
  /**
   * bech32 with the prefix stateset.
   */
  wallet_address?: string;
  address?: {
    /**
     * Who receives.
     */
    name?: string;
    /**
     * Street and number; all of it where the address was given as one text.
     */
    address_line_1?: string;
    /**
     * More of it.
     */
    address_line_2?: string;
    /**
     * City.
     */
    city?: string;
    /**
     * State, province.
     */
    state?: string;
    postal_code?: string;
    /**
     * ISO 3166-1, two letters.
     */
    country?: string;
  };
  metadata?: {
    [k: string]: string;
  };
}
export interface CreateMultiPartyOrderBody {
  /**
   * Your name of the customer; public.
   */
  customer_id?: string;
  customer?: {
    /**
     * Your name of the customer; public.
     */
    id?: string;
    email?: string;
    name?: string;
    phone?: string;
    /**
     * bech32 with the prefix stateset.
     */
    wallet_address?: string;
  };
  /**
   * bech32 with the prefix stateset.
   */
  customer_wallet?: string;
  /**
   * @minItems 1
   * @maxItems 100
   */
  items: {
    sku: string;
    quantity: number;
    /**
     * Decimal text with at most 6 decimals; a JSON number is refused.
     */
    unit_price?: string;
    /**
     * Another name of unit_price.
     */
    price?: string;
    description?: string;
  }[];
  shipping_address?:
    | {
        name?: string;
        company?: string;
        address_line_1?: string;
        address_line_2?: string;
        city?: string;
        state?: string;
        postal_code?: string;
        /**
         * ISO 3166-1, two letters.
         */
        country?: string;
        phone?: string;
        email?: string;
      }
    | string;
  billing_address?:
    | {
        name?: string;
        company?: string;
        address_line_1?: string;
        address_line_2?: string;
        city?: string;
        state?: string;
        postal_code?: string;
        /**
         * ISO 3166-1, two letters.
         */
        country?: string;
        phone?: string;
        email?: string;
      }
    | string;
  shipping?: {
    address?:
      | {
          name?: string;
          company?: string;
          address_line_1?: string;
          address_line_2?: string;
          city?: string;
          state?: string;
          postal_code?: string;
          /**
           * ISO 3166-1, two letters.
           */
          country?: string;
          phone?: string;
          email?: string;
        }
      | string;
    method?: string;
    /**
     * Decimal text with at most 6 decimals; a JSON number is refused.
     */
    cost?: string;
  };
  /**
   * Decimal text with at most 6 decimals; a JSON number is refused.
   */
  shipping_cost?: string;
  /**
   * Decimal text with at most 6 decimals; a JSON number is refused.
   */
  discount?: string;
  /**
   * Decimal text with at most 6 decimals; a JSON number is refused.
   */
  tax?: string;
  /**
   * Decimal text with at most 6 decimals; a JSON number is refused.
   */
  subtotal?: string;
  /**
   * Decimal text with at most 6 decimals; a JSON number is refused.
   */
  total?: string;
  /**
   * Public: no personal data.
   */
  metadata?: {
    [k: string]: string;
  };
  currency?: string;
  exchange_rate?: {
    from?: string;
    to?: string;
    rate?: string;
    source?: string;
    quote_id?: string;
  };
  tax_calculation?: {
    enabled: boolean;
    provider?: string;
    include_duties?: boolean;
    compound?: boolean;
    rounding?: "half_even" | "half_up" | "truncate";
  };
  fraud_check?: {
    enabled: boolean;
    /**
     * @maxItems 16
     */
    rules?: string[];
    threshold?: "low" | "medium" | "high";
    ip_address?: string;
    ip_country?: string;
    device_fingerprint?: string;
  };
  compliance?: {
    export_control?: boolean;
    sanctions_screening?: boolean;
    restricted_products?: boolean;
    aml_check?: boolean;
  };
  expires_in_seconds?: number;
  release_mode?: "instant" | "on_delivery";
  dispute_window_seconds?: number;
  /**
   * An account of the chain, or a party of yours.
   */
  merchant_id?: string;
  /**
   * An account of the chain, or a party of yours.
   */
  supplier_id?: string;
  /**
   * An account of the chain, or a party of yours.
   */
  platform_id?: string;
  /**
   * Of other roles. A role that is named nowhere is the party of that id.
   */
  parties?: {
    /**
     * An account of the chain, or a party of yours.
     */
    [k: string]: string;
  };
  /**
   * Percentages by role, at most 2 decimals, together 100.
   */
  revenue_split: {
    [k: string]: number | string;
  };
  /**
   * A role of the split.
   */
  fulfillment_by?: string;
}
export interface CreateOrderBody {
  /**
   * Your name of the customer; public.
   */
  customer_id?: string;
  customer?: {
    /**
     * Your name of the customer; public.
     */
    id?: string;
    email?: string;
    name?: string;
    phone?: string;
    /**
     * bech32 with the prefix stateset.
     */
    wallet_address?: string;
  };
  /**
   * bech32 with the prefix stateset.
   */
  customer_wallet?: string;
  /**
   * @minItems 1
   * @maxItems 100
   */
  items: {
    sku: string;
    quantity: number;
    /**
     * Decimal text with at most 6 decimals; a JSON number is refused.
     */
    unit_price?: string;
    /**
     * Another name of unit_price.
     */
    price?: string;
    description?: string;
  }[];
  shipping_address?:
    | {
        name?: string;
        company?: string;
        address_line_1?: string;
        address_line_2?: string;
        city?: string;
        state?: string;
        postal_code?: string;
        /**
         * ISO 3166-1, two letters.
         */
        country?: string;
        phone?: string;
        email?: string;
      }
    | string;
  billing_address?:
    | {
        name?: string;
        company?: string;
        address_line_1?: string;
        address_line_2?: string;
        city?: string;
        state?: string;
        postal_code?: string;
        /**
         * ISO 3166-1, two letters.
         */
        country?: string;
        phone?: string;
        email?: string;
      }
    | string;
  shipping?: {
    address?:
      | {
          name?: string;
          company?: string;
          address_line_1?: string;
          address_line_2?: string;
          city?: string;
          state?: string;
          postal_code?: string;
          /**
           * ISO 3166-1, two letters.
           */
          country?: string;
          phone?: string;
          email?: string;
        }
      | string;
    method?: string;
    /**
     * Decimal text with at most 6 decimals; a JSON number is refused.
     */
    cost?: string;
  };
  /**
   * Decimal text with at most 6 decimals; a JSON number is refused.
   */
  shipping_cost?: string;
  /**
   * Decimal text with at most 6 decimals; a JSON number is refused.
   */
  discount?: string;
  /**
   * Decimal text with at most 6 decimals; a JSON number is refused.
   */
  tax?: string;
  /**
   * Decimal text with at most 6 decimals; a JSON number is refused.
   */
  subtotal?: string;
  /**
   * Decimal text with at most 6 decimals; a JSON number is refused.
   */
  total?: string;
  /**
   * Public: no personal data.
   */
  metadata?: {
    [k: string]: string;
  };
  currency?: string;
  exchange_rate?: {
    from?: string;
    to?: string;
    rate?: string;
    source?: string;
    quote_id?: string;
  };
  tax_calculation?: {
    enabled: boolean;
    provider?: string;
    include_duties?: boolean;
    compound?: boolean;
    rounding?: "half_even" | "half_up" | "truncate";
  };
  fraud_check?: {
    enabled: boolean;
    /**
     * @maxItems 16
     */
    rules?: string[];
    threshold?: "low" | "medium" | "high";
    ip_address?: string;
    ip_country?: string;
    device_fingerprint?: string;
  };
  compliance?: {
    export_control?: boolean;
    sanctions_screening?: boolean;
    restricted_products?: boolean;
    aml_check?: boolean;
  };
  expires_in_seconds?: number;
  release_mode?: "instant" | "on_delivery";
  dispute_window_seconds?: number;
  /**
   * @maxItems 16
   */
  revenue_split?: {
    /**
     * bech32 with the prefix stateset.
     */
    address: string;
    basis_points: number;
  }[];
}
export interface CreateOrdersBody {
  /**
   * @minItems 1
   * @maxItems 100
   */
  orders: {
    /**
     * Your name of the customer; public.
     */
    customer_id?: string;
    customer?: {
      /**
       * Your name of the customer; public.
       */
      id?: string;
      email?: string;
      name?: string;
      phone?: string;
      /**
       * bech32 with the prefix stateset.
       */
      wallet_address?: string;
    };
    /**
     * bech32 with the prefix stateset.
     */
    customer_wallet?: string;
    /**
     * @minItems 1
     * @maxItems 100
     */
    items: {
      sku: string;
      quantity: number;
      /**
       * Decimal text with at most 6 decimals; a JSON number is refused.
       */
      unit_price?: string;
      /**
       * Another name of unit_price.
       */
      price?: string;
      description?: string;
    }[];
    shipping_address?:
      | {
          name?: string;
          company?: string;
          address_line_1?: string;
          address_line_2?: string;
          city?: string;
          state?: string;
          postal_code?: string;
          /**
           * ISO 3166-1, two letters.
           */
          country?: string;
          phone?: string;
          email?: string;
        }
      | string;
    billing_address?:
      | {
          name?: string;
          company?: string;
          address_line_1?: string;
          address_line_2?: string;
          city?: string;
          state?: string;
          postal_code?: string;
          /**
           * ISO 3166-1, two letters.
           */
          country?: string;
          phone?: string;
          email?: string;
        }
      | string;
    shipping?: {
      address?:
        | {
            name?: string;
            company?: string;
            address_line_1?: string;
            address_line_2?: string;
            city?: string;
            state?: string;
            postal_code?: string;
            /**
             * ISO 3166-1, two letters.
             */
            country?: string;
            phone?: string;
            email?: string;
          }
        | string;
      method?: string;
      /**
       * Decimal text with at most 6 decimals; a JSON number is refused.
       */
      cost?: string;
    };
    /**
     * Decimal text with at most 6 decimals; a JSON number is refused.
     */
    shipping_cost?: string;
    /**
     * Decimal text with at most 6 decimals; a JSON number is refused.
     */
    discount?: string;
    /**
     * Decimal text with at most 6 decimals; a JSON number is refused.
     */
    tax?: string;
    /**
     * Decimal text with at most 6 decimals; a JSON number is refused.
     */
    subtotal?: string;
    /**
     * Decimal text with at most 6 decimals; a JSON number is refused.
     */
    total?: string;
    /**
     * Public: no personal data.
     */
    metadata?: {
      [k: string]: string;
    };
    currency?: string;
    exchange_rate?: {
      from?: string;
      to?: string;
      rate?: string;
      source?: string;
      quote_id?: string;
    };
    tax_calculation?: {
      enabled: boolean;
      provider?: string;
      include_duties?: boolean;
      compound?: boolean;
      rounding?: "half_even" | "half_up" | "truncate";
    };
    fraud_check?: {
      enabled: boolean;
      /**
       * @maxItems 16
       */
      rules?: string[];
      threshold?: "low" | "medium" | "high";
      ip_address?: string;
      ip_country?: string;
      device_fingerprint?: string;
    };
    compliance?: {
      export_control?: boolean;
      sanctions_screening?: boolean;
      restricted_products?: boolean;
      aml_check?: boolean;
    };
    expires_in_seconds?: number;
    release_mode?: "instant" | "on_delivery";
    dispute_window_seconds?: number;
    /**
     * @maxItems 16
     */
    revenue_split?: {
      /**
       * bech32 with the prefix stateset.
       */
      address: string;
      basis_points: number;
    }[];
  }[];
}
export interface CreateOrdersResponse {
  orders: CreatedOrder[];
}
export interface CreatePaymentParams {
  order_id: string;
}
export interface CreatePaymentBody {
  payment_method: {
    type: "card";
    /**
     * The processor's name of the card. A card number is refused, wherever it stands.
     */
    token: string;
    last4?: string;
    brand?: string;
  };
  /**
   * What is due, unless given.
   */
  amount?: string;
}
export interface CreateQuoteBody {
  from: string;
  /**
   * USDC, which is the default.
   */
  to?: string;
  /**
   * In `from`; the answer tells what it is in `to`.
   */
  amount?: string;
}
export interface CreateSubscriptionBody {
  /**
   * Your name of the customer; public.
   */
  customer_id?: string;
  customer?: {
    /**
     * Your name of the customer; public.
     */
    id?: string;
    email?: string;
    name?: string;
    phone?: string;
    /**
     * bech32 with the prefix stateset.
     */
    wallet_address?: string;
  };
  /**
   * bech32 with the prefix stateset.
   */
  customer_wallet?: string;
  /**
   * @minItems 1
   * @maxItems 100
   */
  items: {
    sku: string;
    quantity: number;
    /**
     * Decimal text with at most 6 decimals; a JSON number is refused.
     */
    unit_price?: string;
    /**
     * Another name of unit_price.
     */
    price?: string;
    description?: string;
  }[];
  shipping_address?:
    | {
        name?: string;
        company?: string;
        address_line_1?: string;
        address_line_2?: string;
        city?: string;
        state?: string;
        postal_code?: string;
        /**
         * ISO 3166-1, two letters.
         */
        country?: string;
        phone?: string;
        email?: string;
      }
    | string;
  billing_address?:
    | {
        name?: string;
        company?: string;
        address_line_1?: string;
        address_line_2?: string;
        city?: string;
        state?: string;
        postal_code?: string;
        /**
         * ISO 3166-1, two letters.
         */
        country?: string;
        phone?: string;
        email?: string;
      }
    | string;
  shipping?: {
    address?:
      | {
          name?: string;
          company?: string;
          address_line_1?: string;
          address_line_2?: string;
          city?: string;
          state?: string;
          postal_code?: string;
          /**
           * ISO 3166-1, two letters.
           */
          country?: string;
          phone?: string;
          email?: string;
        }
      | string;
    method?: string;
    /**
     * Decimal text with at most 6 decimals; a JSON number is refused.
     */
    cost?: string;
  };
  /**
   * Decimal text with at most 6 decimals; a JSON number is refused.
   */
  shipping_cost?: string;
  /**
   * Decimal text with at most 6 decimals; a JSON number is refused.
   */
  discount?: string;
  /**
   * Decimal text with at most 6 decimals; a JSON number is refused.
   */
  tax?: string;
  /**
   * Decimal text with at most 6 decimals; a JSON number is refused.
   */
  subtotal?: string;
  /**
   * Decimal text with at most 6 decimals; a JSON number is refused.
   */
  total?: string;
  /**
   * Public: no personal data.
   */
  metadata?: {
    [k: string]: string;
  };
  currency?: string;
  exchange_rate?: {
    from?: string;
    to?: string;
    rate?: string;
    source?: string;
    quote_id?: string;
  };
  tax_calculation?: {
    enabled: boolean;
    provider?: string;
    include_duties?: boolean;
    compound?: boolean;
    rounding?: "half_even" | "half_up" | "truncate";
  };
  fraud_check?: {
    enabled: boolean;
    /**
     * @maxItems 16
     */
    rules?: string[];
    threshold?: "low" | "medium" | "high";
    ip_address?: string;
    ip_country?: string;
    device_fingerprint?: string;
  };
  compliance?: {
    export_control?: boolean;
    sanctions_screening?: boolean;
    restricted_products?: boolean;
    aml_check?: boolean;
  };
  release_mode?: "instant" | "on_delivery";
  dispute_window_seconds?: number;
  /**
   * @maxItems 16
   */
  revenue_split?: {
    /**
     * bech32 with the prefix stateset.
     */
    address: string;
    basis_points: number;
  }[];
  schedule: {
    interval: "daily" | "weekly" | "monthly" | "yearly";
    /**
     * 2 with `weekly` is every other week.
     */
    every?: number;
    /**
     * A day, which begins at midnight UTC, or a time in RFC 3339, UTC.
     */
    start_date: string;
    /**
     * No period begins then or later.
     */
    end_date?: string;
  };
  payment_method?: {
    type?: "usdc";
    /**
     * bech32 with the prefix stateset.
     */
    wallet_address?: string;
  };
}
export interface CreateWebhookBody {
  /**
   * https; http for test keys only.
   */
  url: string;
  /**
   * Every type when empty or left out.
   *
   * @maxItems 27
   */
  events?: (
    | "order.created"
    | "order.paid"
    | "order.fulfilled"
    | "order.shipped"
    | "order.delivered"
    | "order.cancelled"
    | "order.refunded"
    | "order.disputed"
    | "order.dispute_resolved"
    | "order.held"
    | "order.released"
    | "order.returned"
    | "order.expired"
    | "payment.received"
    | "payment.partial"
    | "payment.overpaid"
    | "payment.late"
    | "payment.unapplied"
    | "payment.resolved"
    | "refund.initiated"
    | "refund.attested"
    | "refund.settled"
    | "refund.failed"
    | "escrow.released"
    | "payment.failed"
    | "subscription.charge_failed"
    | "subscription.unpaid"
  )[];
  /**
   * whsec_ and base64, or 16 to 128 visible ASCII characters; made when left out.
   */
  secret?: string;
  /**
   * Sent along; kept sealed, never shown.
   */
  headers?: {
    [k: string]: string;
  };
  description?: string;
  /**
   * `order`: events of one order wait for each other. `endpoint`: all events, one after the other.
   */
  ordering?: "order" | "endpoint";
}
export interface DeleteCustomerParams {
  /**
   * As the merchant names the customer. Goes to the chain: no personal data.
   */
  id: string;
}
export interface DeleteCustomerResponse {
  /**
   * As the merchant names the customer. Goes to the chain: no personal data.
   */
  customer_id: string;
  deleted: true;
  /**
   * RFC 3339, UTC.
   */
  deleted_at: string;
  /**
   * Records that were readable before, and are not any more.
   */
  records_deleted: number;
  log_id: string;
  stays: {
    on_chain: {
      /**
       * With the customer id, amounts, goods and times; no personal data is among them.
       */
      orders: number;
      /**
       * 32 bytes each, which say nothing without the salt that is gone.
       */
      commitments: number;
    };
    /**
     * What is kept, and why.
     */
    here: string[];
  };
}
export interface DeleteReportParams {
  report_id: string;
}
export interface DeleteWebhookParams {
  id: string;
}
export interface DeliverOrderParams {
  order_id: string;
}
export interface DeliverOrderBody {
  /**
   * All that can, unless given.
   *
   * @minItems 1
   * @maxItems 100
   */
  items?: (
    | number
    | string
    | {
        sku: string;
        quantity?: number;
        [k: string]: unknown;
      }
  )[];
}
export interface DownloadReportParams {
  report_id: string;
}
export interface DownloadReportResponse {
  url: string;
  /**
   * RFC 3339, UTC.
   */
  expires_at: string;
  file_name: string;
}
export interface ExecuteOrderParams {
  order_id: string;
}
export interface ExportCustomerParams {
  /**
   * As the merchant names the customer. Goes to the chain: no personal data.
   */
  id: string;
}
/**
 * Everything that is held. Written while it is read: a document that breaks off is not whole.
 */
export interface ExportCustomerResponse {
  /**
   * As the merchant names the customer. Goes to the chain: no personal data.
   */
  customer_id: string;
  merchant: string;
  /**
   * RFC 3339, UTC.
   */
  exported_at: string;
  log_id: string;
  deleted_at: string | null;
  /**
   * What the vault has, with salt and commitment: sha256(salt ‖ canonical JSON of data).
   */
  personal_data: unknown[];
  /**
   * As the chain has them.
   */
  orders: unknown[];
  /**
   * As the chain has them.
   */
  payments: unknown[];
  /**
   * As the chain has them.
   */
  refunds: unknown[];
  /**
   * Money that came and could not be credited.
   */
  exceptions: unknown[];
  /**
   * What happened to the orders, as webhooks told it.
   */
  events: unknown[];
  /**
   * What they order is among the personal data.
   */
  subscriptions: unknown[];
  /**
   * Hashes of devices the customer was seen on.
   */
  devices: unknown[];
}
export interface FulfillOrderParams {
  order_id: string;
}
export interface FulfillOrderBody {
  /**
   * All that can, unless given.
   *
   * @minItems 1
   * @maxItems 100
   */
  items?: (
    | number
    | string
    | {
        sku: string;
        quantity?: number;
        [k: string]: unknown;
      }
  )[];
  carrier?: string;
  tracking_number?: string;
  /**
   * RFC 3339, UTC.
   */
  estimated_delivery?: string;
}
export interface GenerateReportBody {
  /**
   * Groups with metrics, or a list of orders.
   */
  type: "order_performance" | "orders";
  filters?: {
    customer_id?: string;
    status?: string | string[];
    payment_status?: string | string[];
    source_chain?: number;
    /**
     * A date, which is whole, or a time of RFC 3339. Included.
     */
    created_after?: string;
    /**
     * A date, which is whole, or a time of RFC 3339. Included.
     */
    created_before?: string;
    amount_min?: string;
    amount_max?: string;
  };
  /**
   * Columns of the read model, calendar periods, and `metadata.KEY`.
   *
   * @maxItems 5
   */
  dimensions?: string[];
  /**
   * count, revenue, avg_order_value, refunds, fulfillment_time
   *
   * @maxItems 16
   */
  metrics?: string[];
  /**
   * IANA name; default UTC.
   */
  time_zone?: string;
  format?: "csv" | "json" | "ndjson";
}
export interface GenerateReportResponse {
  id: string;
  type: string;
  format: string;
  status: "QUEUED" | "RUNNING" | "COMPLETED" | "FAILED" | "EXPIRED";
  /**
   * Percent of the rows.
   */
  progress: number;
  /**
   * Null until they are counted.
   */
  row_count: number | null;
  /**
   * Null until the file is whole.
   */
  file_bytes: number | null;
  /**
   * RFC 3339, UTC.
   */
  created_at: string;
  completed_at: string | null;
  /**
   * The file is kept for 7 days.
   */
  expires_at: string | null;
}
export interface GetCustomerParams {
  /**
   * As the merchant names the customer. Goes to the chain: no personal data.
   */
  id: string;
}
export interface GetEventParams {
  id: string;
}
export interface GetInventoryParams {
  sku: string;
}
export interface GetMerchantResponse {
  address: string;
  /**
   * The account on chain that signs for this API key.
   */
  signer: string;
  operators: string[];
  release_mode: "instant" | "on_delivery";
  /**
   * 0 takes the chain's parameter.
   */
  dispute_window_seconds: number;
  /**
   * 0 takes the chain's parameter.
   */
  payment_deadline_seconds: number;
  /**
   * @maxItems 16
   */
  revenue_split: {
    /**
     * bech32 with the prefix stateset.
     */
    address: string;
    basis_points: number;
  }[];
  /**
   * bech32 with the prefix stateset.
   */
  arbiter: string | null;
  /**
   * Decimal text with 2 to 6 decimals.
   */
  fee_tolerance: string;
}
export interface GetOrderParams {
  order_id: string;
}
export interface GetOrderAnalyticsQuery {
  start_date?: string;
  /**
   * Included.
   */
  end_date?: string;
  /**
   * IANA name; default UTC.
   */
  time_zone?: string;
  /**
   * hour, day, week, month, status, merchant, source_chain; default day
   */
  group_by?: string;
  /**
   * count, revenue, avg_order_value, refunds, fulfillment_time; in a query also with commas between them
   *
   * @maxItems 16
   */
  metrics?: string[];
  /**
   * Orders of these statuses only.
   *
   * @maxItems 16
   */
  status?: string[];
  /**
   * Orders of these payment statuses only.
   *
   * @maxItems 16
   */
  payment_status?: string[];
  customer_id?: string;
  /**
   * CCTP domain.
   */
  source_chain?: number;
  amount_min?: string;
  amount_max?: string;
  /**
   * Tell nothing that is about fewer than five customers.
   */
  anonymized?: boolean;
  /**
   * Look at nothing that is older.
   */
  retention_policy?: string;
}
export interface GetOrderAnalyticsResponse {
  data: {
    /**
     * First day of the period in the time zone; an hour's beginning, RFC 3339.
     */
    date?: string;
    status?: string;
    merchant?: string;
    source_chain?: number | null;
    order_count?: number | null;
    revenue?: string | null;
    avg_order_value?: string | null;
    refunds?: string | null;
    fulfillment_time?: number | null;
  }[];
  /**
   * The metrics over all groups, also those that are not told; null where that is about too few.
   */
  summary: {
    total_orders?: number | null;
    total_revenue?: string | null;
    avg_order_value?: string | null;
    total_refunds?: string | null;
    fulfillment_time?: number | null;
  };
  range: {
    start_date: string;
    end_date: string;
    time_zone: string;
  };
  anonymity?: {
    k: number;
    suppressed_groups: number;
  };
}
export interface GetOrderConditionsParams {
  order_id: string;
}
export interface GetPartyParams {
  id: string;
}
export interface GetPaymentParams {
  id: string;
}
export interface GetPaymentCallsParams {
  order_id: string;
}
export interface GetPaymentCallsQuery {
  domain: number;
  version: number;
  /**
   * Where a refund goes.
   */
  payer: string;
}
export interface GetPaymentCallsResponse {
  chain_id: number;
  amount: string;
  max_fee: string;
  approve: {
    to: string;
    data: string;
  };
  burn: {
    to: string;
    data: string;
  };
}
export interface GetQuoteParams {
  id: string;
}
export interface GetRefundParams {
  id: string;
}
export interface GetReportParams {
  report_id: string;
}
export interface GetReportResponse {
  id: string;
  type: string;
  format: string;
  status: "QUEUED" | "RUNNING" | "COMPLETED" | "FAILED" | "EXPIRED";
  /**
   * Percent of the rows.
   */
  progress: number;
  /**
   * Null until they are counted.
   */
  row_count: number | null;
  /**
   * Null until the file is whole.
   */
  file_bytes: number | null;
  /**
   * RFC 3339, UTC.
   */
  created_at: string;
  completed_at: string | null;
  /**
   * The file is kept for 7 days.
   */
  expires_at: string | null;
}
export interface GetReportFileParams {
  report_id: string;
}
export interface GetReportFileQuery {
  expires: number;
  signature: string;
}
export interface GetSubscriptionParams {
  id: string;
}
export interface GetWebhookParams {
  id: string;
}
export interface GetWriteParams {
  id: string;
}
export interface HoldOrderParams {
  order_id: string;
}
export interface HoldOrderBody {
  /**
   * On the chain, for everybody to read: no personal data.
   */
  reason?: string;
}
export interface ListComplianceLogQuery {
  limit?: number;
  /**
   * next_cursor of the page before
   */
  cursor?: string;
}
export interface ListComplianceLogResponse {
  entries: {
    id: string;
    /**
     * RFC 3339, UTC.
     */
    at: string;
    api_key_id: string;
    action: "export" | "delete";
    /**
     * As the merchant names the customer. Goes to the chain: no personal data.
     */
    customer_id: string;
    /**
     * Records in the export, or deleted.
     */
    records: number;
  }[];
  has_more: boolean;
  next_cursor: string | null;
}
export interface ListConditionsResponse {
  conditions: {
    name: string;
    /**
     * bech32 with the prefix stateset.
     */
    contract_address: string;
    methods: {
      method: string;
      params: string[];
    }[];
  }[];
}
export interface ListCustomersQuery {
  limit?: number;
  offset?: number;
  /**
   * next_cursor of the page before
   */
  cursor?: string;
}
export interface ListCustomersResponse {
  customers: Customer[];
  /**
   * Over all pages.
   */
  total_count: number;
  has_more: boolean;
  next_cursor: string | null;
}
export interface ListDisputesQuery {
  limit?: number;
  offset?: number;
  /**
   * next_cursor of the page before
   */
  cursor?: string;
}
export interface ListDisputesResponse {
  disputes: Dispute[];
  /**
   * Over all pages.
   */
  total_count: number;
  has_more: boolean;
  next_cursor: string | null;
}
export interface ListEventsQuery {
  limit?: number;
  offset?: number;
  /**
   * next_cursor of the page before
   */
  cursor?: string;
  /**
   * @maxItems 27
   */
  type?: (
    | "order.created"
    | "order.paid"
    | "order.fulfilled"
    | "order.shipped"
    | "order.delivered"
    | "order.cancelled"
    | "order.refunded"
    | "order.disputed"
    | "order.dispute_resolved"
    | "order.held"
    | "order.released"
    | "order.returned"
    | "order.expired"
    | "payment.received"
    | "payment.partial"
    | "payment.overpaid"
    | "payment.late"
    | "payment.unapplied"
    | "payment.resolved"
    | "refund.initiated"
    | "refund.attested"
    | "refund.settled"
    | "refund.failed"
    | "escrow.released"
    | "payment.failed"
    | "subscription.charge_failed"
    | "subscription.unpaid"
  )[];
  order_id?: string;
  /**
   * Id of an event, or a time; exclusive.
   */
  after?: string;
  /**
   * Id of an event, or a time; exclusive.
   */
  before?: string;
  /**
   * A minus is descending, and the default.
   */
  sort?: "-created_at" | "created_at";
}
export interface ListExceptionsQuery {
  limit?: number;
  offset?: number;
  /**
   * next_cursor of the page before
   */
  cursor?: string;
  order_id?: string;
  /**
   * @maxItems 5
   */
  status?: ("OPEN" | "APPLIED" | "REFUNDED" | "CREDITED" | "NOTED")[];
}
export interface ListExceptionsResponse {
  exceptions: PaymentException[];
  /**
   * Over all pages.
   */
  total_count: number;
  has_more: boolean;
  next_cursor: string | null;
}
export interface ListOrdersQuery {
  limit?: number;
  offset?: number;
  /**
   * next_cursor of the page before
   */
  cursor?: string;
  customer_id?: string;
  customer_wallet?: string;
  /**
   * @maxItems 10
   */
  status?: (
    | "CREATED"
    | "PAID"
    | "FULFILLED"
    | "SHIPPED"
    | "DELIVERED"
    | "HELD"
    | "CANCELLED"
    | "RETURNED"
    | "REFUNDED"
    | "DISPUTED"
  )[];
  /**
   * @maxItems 7
   */
  payment_status?: (
    | "UNPAID"
    | "PARTIALLY_PAID"
    | "PAID"
    | "OVERPAID"
    | "REFUND_PENDING"
    | "PARTIALLY_REFUNDED"
    | "REFUNDED"
  )[];
  /**
   * CCTP domain of a payment.
   */
  source_domain?: number;
  /**
   * ISO 8601; UTC unless it says otherwise.
   */
  created_after?: string;
  /**
   * ISO 8601; UTC unless it says otherwise.
   */
  created_before?: string;
  /**
   * Decimal text with at most 6 decimals; a JSON number is refused.
   */
  amount_min?: string;
  /**
   * Decimal text with at most 6 decimals; a JSON number is refused.
   */
  amount_max?: string;
  /**
   * A minus is descending.
   */
  sort?: "-created_at" | "created_at" | "-total" | "total" | "-updated_at" | "updated_at";
}
export interface ListPartiesResponse {
  parties: Party[];
}
export interface ListPaymentsQuery {
  limit?: number;
  offset?: number;
  /**
   * next_cursor of the page before
   */
  cursor?: string;
  order_id?: string;
}
export interface ListPaymentsResponse {
  payments: Payment[];
  /**
   * Over all pages.
   */
  total_count: number;
  has_more: boolean;
  next_cursor: string | null;
}
export interface ListPaymentsOfOrderParams {
  order_id: string;
}
export interface ListPaymentsOfOrderResponse {
  payments: Payment[];
}
export interface ListPricesQuery {
  limit?: number;
  cursor?: string;
}
export interface ListPricesResponse {
  prices: {
    sku: string;
    /**
     * Decimal text with 2 to 6 decimals.
     */
    unit_price: string;
    currency: string;
    /**
     * RFC 3339, UTC.
     */
    updated_at: string | null;
  }[];
  has_more: boolean;
  next_cursor: string | null;
}
export interface ListRefundsQuery {
  limit?: number;
  offset?: number;
  /**
   * next_cursor of the page before
   */
  cursor?: string;
  order_id?: string;
  /**
   * @maxItems 6
   */
  status?: ("PENDING" | "BURNED" | "ATTESTED" | "COMPLETED" | "FAILED" | "CLAIMABLE")[];
}
export interface ListRefundsResponse {
  refunds: Refund[];
  /**
   * Over all pages.
   */
  total_count: number;
  has_more: boolean;
  next_cursor: string | null;
}
export interface ListSubscriptionChargesParams {
  id: string;
}
export interface ListSubscriptionChargesQuery {
  limit?: number;
}
export interface ListSubscriptionChargesResponse {
  charges: {
    period: number;
    /**
     * RFC 3339, UTC.
     */
    due_at: string;
    status: "OPEN" | "PAID" | "FAILED";
    order_id: string | null;
    /**
     * How often it was refused.
     */
    attempts: number;
    last_problem: string | null;
    /**
     * RFC 3339, UTC.
     */
    updated_at: string;
  }[];
}
export interface ListSubscriptionsQuery {
  limit?: number;
  /**
   * next_cursor of the page before
   */
  cursor?: string;
  customer_id?: string;
  status?: "ACTIVE" | "PAST_DUE" | "PAUSED" | "UNPAID" | "CANCELLED" | "COMPLETED";
}
export interface ListSubscriptionsResponse {
  subscriptions: Subscription[];
  has_more: boolean;
  next_cursor: string | null;
}
export interface ListWebhookDeliveriesParams {
  id: string;
}
export interface ListWebhookDeliveriesQuery {
  limit?: number;
  /**
   * next_cursor of the page before
   */
  cursor?: string;
  status?: "pending" | "delivered" | "dead";
}
export interface OpenDisputeParams {
  order_id: string;
}
export interface OpenDisputeBody {
  /**
   * On the chain, for everybody to read: no personal data.
   */
  reason?: string;
  evidence_hash?: string;
}
export interface PauseSubscriptionParams {
  id: string;
}
export interface PayOrderParams {
  order_id: string;
}
export interface PayOrderBody {
  payment_method?: {
    type?: "usdc";
    /**
     * Another name of type.
     */
    method?: "usdc";
    /**
     * bech32 with the prefix stateset.
     */
    wallet_address?: string;
    /**
     * Decimal text with at most 6 decimals; a JSON number is refused.
     */
    amount?: string;
  };
  /**
   * Decimal text with at most 6 decimals; a JSON number is refused.
   */
  amount?: string;
  currency?: string;
  exchange_rate_locked?: boolean;
  billing_address?:
    | {
        name?: string;
        company?: string;
        address_line_1?: string;
        address_line_2?: string;
        city?: string;
        state?: string;
        postal_code?: string;
        /**
         * ISO 3166-1, two letters.
         */
        country?: string;
        phone?: string;
        email?: string;
      }
    | string;
  refund_address?:
    | {
        /**
         * bech32 with the prefix stateset.
         */
        address: string;
      }
    | {
        /**
         * CCTP domain.
         */
        domain: number;
        address: string;
      };
  /**
   * Base64 of a TxRaw that pays this order.
   */
  signed_tx?: string;
}
export interface PayOrdersBody {
  /**
   * @minItems 1
   * @maxItems 100
   */
  payments: {
    order_id: string;
    /**
     * Decimal text with at most 6 decimals; a JSON number is refused.
     */
    amount?: string;
  }[];
  payment_method?: {
    type?: "usdc";
    /**
     * Another name of type.
     */
    method?: "usdc";
    /**
     * bech32 with the prefix stateset.
     */
    wallet_address?: string;
    /**
     * Decimal text with at most 6 decimals; a JSON number is refused.
     */
    amount?: string;
  };
}
export interface PayOrdersResponse {
  payments: PaidOrder[];
}
export interface PutInventoryParams {
  sku: string;
}
export interface PutInventoryBody {
  quantity: number;
}
export interface PutPartyParams {
  id: string;
}
export interface PutPartyBody {
  /**
   * bech32 with the prefix stateset.
   */
  address: string;
}
export interface QueryOrderAnalyticsBody {
  start_date?: string;
  /**
   * Included.
   */
  end_date?: string;
  /**
   * IANA name; default UTC.
   */
  time_zone?: string;
  /**
   * hour, day, week, month, status, merchant, source_chain; default day
   */
  group_by?: string;
  /**
   * count, revenue, avg_order_value, refunds, fulfillment_time; in a query also with commas between them
   *
   * @maxItems 16
   */
  metrics?: string[];
  /**
   * Orders of these statuses only.
   *
   * @maxItems 16
   */
  status?: string[];
  /**
   * Orders of these payment statuses only.
   *
   * @maxItems 16
   */
  payment_status?: string[];
  customer_id?: string;
  /**
   * CCTP domain.
   */
  source_chain?: number;
  amount_min?: string;
  amount_max?: string;
  /**
   * Tell nothing that is about fewer than five customers.
   */
  anonymized?: boolean;
  /**
   * Look at nothing that is older.
   */
  retention_policy?: string;
}
export interface QueryOrderAnalyticsResponse {
  data: {
    /**
     * First day of the period in the time zone; an hour's beginning, RFC 3339.
     */
    date?: string;
    status?: string;
    merchant?: string;
    source_chain?: number | null;
    order_count?: number | null;
    revenue?: string | null;
    avg_order_value?: string | null;
    refunds?: string | null;
    fulfillment_time?: number | null;
  }[];
  /**
   * The metrics over all groups, also those that are not told; null where that is about too few.
   */
  summary: {
    total_orders?: number | null;
    total_revenue?: string | null;
    avg_order_value?: string | null;
    total_refunds?: string | null;
    fulfillment_time?: number | null;
  };
  range: {
    start_date: string;
    end_date: string;
    time_zone: string;
  };
  anonymity?: {
    k: number;
    suppressed_groups: number;
  };
}
export interface RefundOrderParams {
  order_id: string;
}
export interface RefundOrderBody {
  /**
   * Decimal text with at most 6 decimals; a JSON number is refused.
   */
  amount?: string;
  payment_id?: string;
  /**
   * On the chain, for everybody to read: no personal data.
   */
  reason?: string;
}
export interface ReleaseOrderParams {
  order_id: string;
}
export type ReleaseOrderBody = Record<string, never>;
export interface ReplayWebhookParams {
  id: string;
}
/**
 * Events of a time, bounds included; or single ones.
 */
export interface ReplayWebhookBody {
  /**
   * ISO 8601; UTC unless it says otherwise.
   */
  from?: string;
  /**
   * ISO 8601; UTC unless it says otherwise.
   */
  to?: string;
  /**
   * @minItems 1
   * @maxItems 1000
   */
  event_ids?: string[];
}
export interface ResolveDisputeParams {
  order_id: string;
}
export interface ResolveDisputeBody {
  /**
   * Who is right; `partial` gives refund_amount back.
   */
  outcome: "customer" | "partial" | "merchant";
  /**
   * Decimal text with at most 6 decimals; a JSON number is refused.
   */
  refund_amount?: string;
  /**
   * On the chain, for everybody to read: no personal data.
   */
  resolution?: string;
}
export interface ResolveExceptionParams {
  id: string;
}
export interface ResolveExceptionBody {
  action: "apply" | "refund";
}
export interface ResumeSubscriptionParams {
  id: string;
}
export interface RetryRefundParams {
  id: string;
}
export interface RetryWebhookDeliveryParams {
  id: string;
  delivery_id: string;
}
export interface ReturnOrderParams {
  order_id: string;
}
export interface ReturnOrderBody {
  /**
   * All that can, unless given.
   *
   * @minItems 1
   * @maxItems 100
   */
  items?: (
    | number
    | string
    | {
        sku: string;
        quantity?: number;
        [k: string]: unknown;
      }
  )[];
  /**
   * On the chain, for everybody to read: no personal data.
   */
  reason?: string;
}
export interface RotateWebhookSecretParams {
  id: string;
}
export interface RotateWebhookSecretBody {
  /**
   * whsec_ and base64, or 16 to 128 visible ASCII characters; made when left out.
   */
  secret?: string;
  overlap_seconds?: number;
}
export interface SetPricesBody {
  /**
   * @minItems 1
   * @maxItems 100
   */
  prices: {
    sku: string;
    /**
     * Decimal text with at most 6 decimals; a JSON number is refused.
     */
    unit_price: string | null;
  }[];
}
export interface SetPricesResponse {
  prices: {
    sku: string;
    /**
     * Decimal text with 2 to 6 decimals.
     */
    unit_price: string;
    currency: string;
    /**
     * RFC 3339, UTC.
     */
    updated_at: string | null;
  }[];
}
export interface SetRefundAddressParams {
  order_id: string;
}
export interface SetRefundAddressBody {
  refund_address:
    | {
        /**
         * bech32 with the prefix stateset.
         */
        address: string;
      }
    | {
        /**
         * CCTP domain.
         */
        domain: number;
        address: string;
      };
  payment_id?: string;
}
export interface ShipOrderParams {
  order_id: string;
}
export interface ShipOrderBody {
  /**
   * All that can, unless given.
   *
   * @minItems 1
   * @maxItems 100
   */
  items?: (
    | number
    | string
    | {
        sku: string;
        quantity?: number;
        [k: string]: unknown;
      }
  )[];
  carrier?: string;
  tracking_number?: string;
  /**
   * RFC 3339, UTC.
   */
  estimated_delivery?: string;
}
export interface StreamEventsQuery {
  /**
   * @maxItems 27
   */
  type?: (
    | "order.created"
    | "order.paid"
    | "order.fulfilled"
    | "order.shipped"
    | "order.delivered"
    | "order.cancelled"
    | "order.refunded"
    | "order.disputed"
    | "order.dispute_resolved"
    | "order.held"
    | "order.released"
    | "order.returned"
    | "order.expired"
    | "payment.received"
    | "payment.partial"
    | "payment.overpaid"
    | "payment.late"
    | "payment.unapplied"
    | "payment.resolved"
    | "refund.initiated"
    | "refund.attested"
    | "refund.settled"
    | "refund.failed"
    | "escrow.released"
    | "payment.failed"
    | "subscription.charge_failed"
    | "subscription.unpaid"
  )[];
  order_id?: string;
  /**
   * As the header, for clients that cannot set it.
   */
  last_event_id?: string;
}
export interface SweepDepositParams {
  order_id: string;
}
export type SweepDepositBody = Record<string, never>;
export interface TestWebhookParams {
  id: string;
}
export interface UpdateCustomerParams {
  /**
   * As the merchant names the customer. Goes to the chain: no personal data.
   */
  id: string;
}
export interface UpdateCustomerBody {
  email?: string | null;
  name?: string | null;
  phone?: string | null;
  wallet_address?: string | null;
  address?: {
    /**
     * Who receives.
     */
    name?: string;
    /**
     * Street and number; all of it where the address was given as one text.
     */
    address_line_1?: string;
    /**
     * More of it.
     */
    address_line_2?: string;
    /**
     * City.
     */
    city?: string;
    /**
     * State, province.
     */
    state?: string;
    postal_code?: string;
    /**
     * ISO 3166-1, two letters.
     */
    country?: string;
  } | null;
  metadata?: {
    [k: string]: string;
  } | null;
}
export interface UpdateMerchantBody {
  release_mode?: "instant" | "on_delivery";
  /**
   * 0 takes the chain's parameter.
   */
  dispute_window_seconds?: number;
  /**
   * 0 takes the chain's parameter.
   */
  payment_deadline_seconds?: number;
  /**
   * @maxItems 16
   */
  revenue_split?: {
    /**
     * bech32 with the prefix stateset.
     */
    address: string;
    basis_points: number;
  }[];
  /**
   * bech32 with the prefix stateset.
   */
  arbiter?: string | null;
  /**
   * Decimal text with at most 6 decimals; a JSON number is refused.
   */
  fee_tolerance?: string;
}
export interface UpdateMerchantResponse {
  address: string;
  /**
   * The account on chain that signs for this API key.
   */
  signer: string;
  operators: string[];
  release_mode: "instant" | "on_delivery";
  /**
   * 0 takes the chain's parameter.
   */
  dispute_window_seconds: number;
  /**
   * 0 takes the chain's parameter.
   */
  payment_deadline_seconds: number;
  /**
   * @maxItems 16
   */
  revenue_split: {
    /**
     * bech32 with the prefix stateset.
     */
    address: string;
    basis_points: number;
  }[];
  /**
   * bech32 with the prefix stateset.
   */
  arbiter: string | null;
  /**
   * Decimal text with 2 to 6 decimals.
   */
  fee_tolerance: string;
}
export interface UpdateWebhookParams {
  id: string;
}
export interface UpdateWebhookBody {
  /**
   * https; http for test keys only.
   */
  url?: string;
  /**
   * Every type when empty or left out.
   *
   * @maxItems 27
   */
  events?: (
    | "order.created"
    | "order.paid"
    | "order.fulfilled"
    | "order.shipped"
    | "order.delivered"
    | "order.cancelled"
    | "order.refunded"
    | "order.disputed"
    | "order.dispute_resolved"
    | "order.held"
    | "order.released"
    | "order.returned"
    | "order.expired"
    | "payment.received"
    | "payment.partial"
    | "payment.overpaid"
    | "payment.late"
    | "payment.unapplied"
    | "payment.resolved"
    | "refund.initiated"
    | "refund.attested"
    | "refund.settled"
    | "refund.failed"
    | "escrow.released"
    | "payment.failed"
    | "subscription.charge_failed"
    | "subscription.unpaid"
  )[];
  /**
   * Sent along; kept sealed, never shown.
   */
  headers?: {
    [k: string]: string;
  };
  description?: string;
  /**
   * `order`: events of one order wait for each other. `endpoint`: all events, one after the other.
   */
  ordering?: "order" | "endpoint";
  status?: "enabled" | "disabled";
}
export interface WatchCheckoutParams {
  order_id: string;
}

/** What each operation is asked with and answers. */
export interface Operations {
  /** End an order; what was paid is refunded */
  cancelOrder: {
    readonly request: {
      readonly params: CancelOrderParams;
      readonly query?: undefined;
      readonly body?: CancelOrderBody;
    };
    readonly response: Order;
  };
  /** Ends it for good */
  cancelSubscription: {
    readonly request: {
      readonly params: CancelSubscriptionParams;
      readonly query?: undefined;
      readonly body?: undefined;
    };
    readonly response: Subscription;
  };
  /** Pay the escrow out, once the dispute window is over */
  capturePayment: {
    readonly request: {
      readonly params: CapturePaymentParams;
      readonly query?: undefined;
      readonly body?: CapturePaymentBody;
    };
    readonly response: Order;
  };
  /** Give a refund an address, in the name of the order's customer */
  claimRefund: {
    readonly request: {
      readonly params: ClaimRefundParams;
      readonly query?: undefined;
      readonly body: ClaimRefundBody;
    };
    readonly response: Refund;
  };
  /** Make an order and pay it, in one transaction */
  createAndPayOrder: {
    readonly request: { readonly params?: undefined; readonly query?: undefined; readonly body: CreateAndPayOrderBody };
    readonly response: Order;
  };
  /** Make an order that is held until its conditions are met */
  createConditionalOrder: {
    readonly request: {
      readonly params?: undefined;
      readonly query?: undefined;
      readonly body: CreateConditionalOrderBody;
    };
    readonly response: CreatedOrder;
  };
  /** Adds a customer; all but the id is kept sealed, and never reaches the chain */
  createCustomer: {
    readonly request: { readonly params?: undefined; readonly query?: undefined; readonly body: CreateCustomerBody };
    readonly response: Customer;
  };
  /** Make an order whose money goes to several parties, in the transaction that releases it */
  createMultiPartyOrder: {
    readonly request: {
      readonly params?: undefined;
      readonly query?: undefined;
      readonly body: CreateMultiPartyOrderBody;
    };
    readonly response: CreatedOrder;
  };
  /** Make an order */
  createOrder: {
    readonly request: { readonly params?: undefined; readonly query?: undefined; readonly body: CreateOrderBody };
    readonly response: CreatedOrder;
  };
  /** Make many orders, all or none */
  createOrders: {
    readonly request: { readonly params?: undefined; readonly query?: undefined; readonly body: CreateOrdersBody };
    readonly response: CreateOrdersResponse;
  };
  /** Pay an order by card, whose processor gave a token for it */
  createPayment: {
    readonly request: {
      readonly params: CreatePaymentParams;
      readonly query?: undefined;
      readonly body: CreatePaymentBody;
    };
    readonly response: CardPayment;
  };
  /** An exchange rate that an order can be priced with until it expires */
  createQuote: {
    readonly request: { readonly params?: undefined; readonly query?: undefined; readonly body: CreateQuoteBody };
    readonly response: Quote;
  };
  /** Orders that are made and paid at the beginning of each period */
  createSubscription: {
    readonly request: {
      readonly params?: undefined;
      readonly query?: undefined;
      readonly body: CreateSubscriptionBody;
    };
    readonly response: Subscription;
  };
  /** Create a webhook */
  createWebhook: {
    readonly request: { readonly params?: undefined; readonly query?: undefined; readonly body: CreateWebhookBody };
    readonly response: WebhookWithSecret;
  };
  /** Destroys the key of a customer's personal data; it cannot be undone */
  deleteCustomer: {
    readonly request: { readonly params: DeleteCustomerParams; readonly query?: undefined; readonly body?: undefined };
    readonly response: DeleteCustomerResponse;
  };
  /** Delete a report and its file */
  deleteReport: {
    readonly request: { readonly params: DeleteReportParams; readonly query?: undefined; readonly body?: undefined };
    readonly response: undefined;
  };
  /** Delete a webhook and its deliveries */
  deleteWebhook: {
    readonly request: { readonly params: DeleteWebhookParams; readonly query?: undefined; readonly body?: undefined };
    readonly response: undefined;
  };
  /** Say that items have arrived */
  deliverOrder: {
    readonly request: {
      readonly params: DeliverOrderParams;
      readonly query?: undefined;
      readonly body?: DeliverOrderBody;
    };
    readonly response: Order;
  };
  /** Get a link to the file of a report, which needs no API key and ends soon */
  downloadReport: {
    readonly request: { readonly params: DownloadReportParams; readonly query?: undefined; readonly body?: undefined };
    readonly response: DownloadReportResponse;
  };
  /** Release an order whose conditions are met; 409 while one is not */
  executeOrder: {
    readonly request: { readonly params: ExecuteOrderParams; readonly query?: undefined; readonly body?: undefined };
    readonly response: Order;
  };
  /** Everything that is held about a customer, as a download */
  exportCustomer: {
    readonly request: { readonly params: ExportCustomerParams; readonly query?: undefined; readonly body?: undefined };
    readonly response: ExportCustomerResponse;
  };
  /** Say that items are prepared for shipping */
  fulfillOrder: {
    readonly request: {
      readonly params: FulfillOrderParams;
      readonly query?: undefined;
      readonly body?: FulfillOrderBody;
    };
    readonly response: Order;
  };
  /** Ask for a report */
  generateReport: {
    readonly request: { readonly params?: undefined; readonly query?: undefined; readonly body: GenerateReportBody };
    readonly response: GenerateReportResponse;
  };
  /** A customer; 410 when its personal data was deleted */
  getCustomer: {
    readonly request: { readonly params: GetCustomerParams; readonly query?: undefined; readonly body?: undefined };
    readonly response: Customer;
  };
  /** Get an event */
  getEvent: {
    readonly request: { readonly params: GetEventParams; readonly query?: undefined; readonly body?: undefined };
    readonly response: Event;
  };
  /** How the gateway is */
  getHealth: {
    readonly request: { readonly params?: undefined; readonly query?: undefined; readonly body?: undefined };
    readonly response: Health;
  };
  /** How many there are */
  getInventory: {
    readonly request: { readonly params: GetInventoryParams; readonly query?: undefined; readonly body?: undefined };
    readonly response: Stock;
  };
  /** The merchant's settings */
  getMerchant: {
    readonly request: { readonly params?: undefined; readonly query?: undefined; readonly body?: undefined };
    readonly response: GetMerchantResponse;
  };
  /** One order, with its payments, refunds and timeline */
  getOrder: {
    readonly request: { readonly params: GetOrderParams; readonly query?: undefined; readonly body?: undefined };
    readonly response: Order;
  };
  /** Add up the merchant's orders in groups */
  getOrderAnalytics: {
    readonly request: {
      readonly params?: undefined;
      readonly query?: GetOrderAnalyticsQuery;
      readonly body?: undefined;
    };
    readonly response: GetOrderAnalyticsResponse;
  };
  /** What an order waits for, and whether it is met now */
  getOrderConditions: {
    readonly request: {
      readonly params: GetOrderConditionsParams;
      readonly query?: undefined;
      readonly body?: undefined;
    };
    readonly response: OrderConditions;
  };
  /** A party */
  getParty: {
    readonly request: { readonly params: GetPartyParams; readonly query?: undefined; readonly body?: undefined };
    readonly response: Party;
  };
  /** One payment */
  getPayment: {
    readonly request: { readonly params: GetPaymentParams; readonly query?: undefined; readonly body?: undefined };
    readonly response: Payment;
  };
  /** The transactions by which an account of an EVM chain pays an order */
  getPaymentCalls: {
    readonly request: {
      readonly params: GetPaymentCallsParams;
      readonly query: GetPaymentCallsQuery;
      readonly body?: undefined;
    };
    readonly response: GetPaymentCallsResponse;
  };
  /** A quote, also an expired one */
  getQuote: {
    readonly request: { readonly params: GetQuoteParams; readonly query?: undefined; readonly body?: undefined };
    readonly response: Quote;
  };
  /** One refund */
  getRefund: {
    readonly request: { readonly params: GetRefundParams; readonly query?: undefined; readonly body?: undefined };
    readonly response: Refund;
  };
  /** Look at a report */
  getReport: {
    readonly request: { readonly params: GetReportParams; readonly query?: undefined; readonly body?: undefined };
    readonly response: GetReportResponse;
  };
  /** Download the file of a report; ranges and ETag make it resumable */
  getReportFile: {
    readonly request: {
      readonly params: GetReportFileParams;
      readonly query: GetReportFileQuery;
      readonly body?: undefined;
    };
    readonly response: GetReportFileResponse;
  };
  /** A subscription */
  getSubscription: {
    readonly request: { readonly params: GetSubscriptionParams; readonly query?: undefined; readonly body?: undefined };
    readonly response: Subscription;
  };
  /** Get a webhook */
  getWebhook: {
    readonly request: { readonly params: GetWebhookParams; readonly query?: undefined; readonly body?: undefined };
    readonly response: Webhook;
  };
  /** What became of a write that was answered with 202 */
  getWrite: {
    readonly request: { readonly params: GetWriteParams; readonly query?: undefined; readonly body?: undefined };
    readonly response: Write;
  };
  /** Pause an order */
  holdOrder: {
    readonly request: { readonly params: HoldOrderParams; readonly query?: undefined; readonly body?: HoldOrderBody };
    readonly response: Order;
  };
  /** Who exported or deleted whose data, the newest first */
  listComplianceLog: {
    readonly request: {
      readonly params?: undefined;
      readonly query?: ListComplianceLogQuery;
      readonly body?: undefined;
    };
    readonly response: ListComplianceLogResponse;
  };
  /** What orders can wait for */
  listConditions: {
    readonly request: { readonly params?: undefined; readonly query?: undefined; readonly body?: undefined };
    readonly response: ListConditionsResponse;
  };
  /** The merchant's customers, the newest first */
  listCustomers: {
    readonly request: { readonly params?: undefined; readonly query?: ListCustomersQuery; readonly body?: undefined };
    readonly response: ListCustomersResponse;
  };
  /** List open disputes */
  listDisputes: {
    readonly request: { readonly params?: undefined; readonly query?: ListDisputesQuery; readonly body?: undefined };
    readonly response: ListDisputesResponse;
  };
  /** List events */
  listEvents: {
    readonly request: { readonly params?: undefined; readonly query?: ListEventsQuery; readonly body?: undefined };
    readonly response: EventList;
  };
  /** List money that came and could not be credited */
  listExceptions: {
    readonly request: { readonly params?: undefined; readonly query?: ListExceptionsQuery; readonly body?: undefined };
    readonly response: ListExceptionsResponse;
  };
  /** List orders */
  listOrders: {
    readonly request: { readonly params?: undefined; readonly query?: ListOrdersQuery; readonly body?: undefined };
    readonly response: OrderList;
  };
  /** The merchant's parties by id, the first 1000 */
  listParties: {
    readonly request: { readonly params?: undefined; readonly query?: undefined; readonly body?: undefined };
    readonly response: ListPartiesResponse;
  };
  /** List payments, the newest first */
  listPayments: {
    readonly request: { readonly params?: undefined; readonly query?: ListPaymentsQuery; readonly body?: undefined };
    readonly response: ListPaymentsResponse;
  };
  /** Payments of an order, the first one first */
  listPaymentsOfOrder: {
    readonly request: {
      readonly params: ListPaymentsOfOrderParams;
      readonly query?: undefined;
      readonly body?: undefined;
    };
    readonly response: ListPaymentsOfOrderResponse;
  };
  /** The merchant's price book */
  listPrices: {
    readonly request: { readonly params?: undefined; readonly query?: ListPricesQuery; readonly body?: undefined };
    readonly response: ListPricesResponse;
  };
  /** List refunds, the newest first */
  listRefunds: {
    readonly request: { readonly params?: undefined; readonly query?: ListRefundsQuery; readonly body?: undefined };
    readonly response: ListRefundsResponse;
  };
  /** What was charged, the last period first */
  listSubscriptionCharges: {
    readonly request: {
      readonly params: ListSubscriptionChargesParams;
      readonly query?: ListSubscriptionChargesQuery;
      readonly body?: undefined;
    };
    readonly response: ListSubscriptionChargesResponse;
  };
  /** The merchant's subscriptions, the newest first */
  listSubscriptions: {
    readonly request: {
      readonly params?: undefined;
      readonly query?: ListSubscriptionsQuery;
      readonly body?: undefined;
    };
    readonly response: ListSubscriptionsResponse;
  };
  /** List deliveries */
  listWebhookDeliveries: {
    readonly request: {
      readonly params: ListWebhookDeliveriesParams;
      readonly query?: ListWebhookDeliveriesQuery;
      readonly body?: undefined;
    };
    readonly response: WebhookDeliveryList;
  };
  /** List webhooks */
  listWebhooks: {
    readonly request: { readonly params?: undefined; readonly query?: undefined; readonly body?: undefined };
    readonly response: WebhookList;
  };
  /** Call the arbiter, in the name of the order's customer */
  openDispute: {
    readonly request: {
      readonly params: OpenDisputeParams;
      readonly query?: undefined;
      readonly body?: OpenDisputeBody;
    };
    readonly response: Order;
  };
  /** Charges nothing until it is resumed; what begins meanwhile is not charged later */
  pauseSubscription: {
    readonly request: {
      readonly params: PauseSubscriptionParams;
      readonly query?: undefined;
      readonly body?: undefined;
    };
    readonly response: Subscription;
  };
  /** Pay an order, wholly or in part */
  payOrder: {
    readonly request: { readonly params: PayOrderParams; readonly query?: undefined; readonly body: PayOrderBody };
    readonly response: PaidOrder;
  };
  /** Pay many orders from one wallet, all or none */
  payOrders: {
    readonly request: { readonly params?: undefined; readonly query?: undefined; readonly body: PayOrdersBody };
    readonly response: PayOrdersResponse;
  };
  /** Says how many there are; orders do not change it */
  putInventory: {
    readonly request: {
      readonly params: PutInventoryParams;
      readonly query?: undefined;
      readonly body: PutInventoryBody;
    };
    readonly response: Stock;
  };
  /** Says which account a party has; orders that are made keep theirs */
  putParty: {
    readonly request: { readonly params: PutPartyParams; readonly query?: undefined; readonly body: PutPartyBody };
    readonly response: Party;
  };
  /** Add up the merchant's orders in groups */
  queryOrderAnalytics: {
    readonly request: {
      readonly params?: undefined;
      readonly query?: undefined;
      readonly body: QueryOrderAnalyticsBody;
    };
    readonly response: QueryOrderAnalyticsResponse;
  };
  /** Give money back, the newest payment first */
  refundOrder: {
    readonly request: {
      readonly params: RefundOrderParams;
      readonly query?: undefined;
      readonly body?: RefundOrderBody;
    };
    readonly response: Order;
  };
  /** End a hold */
  releaseOrder: {
    readonly request: {
      readonly params: ReleaseOrderParams;
      readonly query?: undefined;
      readonly body?: ReleaseOrderBody;
    };
    readonly response: Order;
  };
  /** Deliver events again */
  replayWebhook: {
    readonly request: {
      readonly params: ReplayWebhookParams;
      readonly query?: undefined;
      readonly body: ReplayWebhookBody;
    };
    readonly response: WebhookReplay;
  };
  /** Decide a dispute, in the name of the order's arbiter */
  resolveDispute: {
    readonly request: {
      readonly params: ResolveDisputeParams;
      readonly query?: undefined;
      readonly body: ResolveDisputeBody;
    };
    readonly response: Order;
  };
  /** Credit waiting money to its order after all, or send it back */
  resolveException: {
    readonly request: {
      readonly params: ResolveExceptionParams;
      readonly query?: undefined;
      readonly body: ResolveExceptionBody;
    };
    readonly response: PaymentException;
  };
  /** Charges again, from the next period that begins */
  resumeSubscription: {
    readonly request: {
      readonly params: ResumeSubscriptionParams;
      readonly query?: undefined;
      readonly body?: undefined;
    };
    readonly response: Subscription;
  };
  /** Try a refund to another chain again */
  retryRefund: {
    readonly request: { readonly params: RetryRefundParams; readonly query?: undefined; readonly body?: undefined };
    readonly response: Refund;
  };
  /** Deliver again */
  retryWebhookDelivery: {
    readonly request: {
      readonly params: RetryWebhookDeliveryParams;
      readonly query?: undefined;
      readonly body?: undefined;
    };
    readonly response: WebhookReplay;
  };
  /** Say that items are back */
  returnOrder: {
    readonly request: {
      readonly params: ReturnOrderParams;
      readonly query?: undefined;
      readonly body?: ReturnOrderBody;
    };
    readonly response: Order;
  };
  /** Change the secret */
  rotateWebhookSecret: {
    readonly request: {
      readonly params: RotateWebhookSecretParams;
      readonly query?: undefined;
      readonly body: RotateWebhookSecretBody;
    };
    readonly response: WebhookWithSecret;
  };
  /** Set prices, or remove them with null */
  setPrices: {
    readonly request: { readonly params?: undefined; readonly query?: undefined; readonly body: SetPricesBody };
    readonly response: SetPricesResponse;
  };
  /** Say where refunds go */
  setRefundAddress: {
    readonly request: {
      readonly params: SetRefundAddressParams;
      readonly query?: undefined;
      readonly body: SetRefundAddressBody;
    };
    readonly response: Order;
  };
  /** Say that items are in transit */
  shipOrder: {
    readonly request: { readonly params: ShipOrderParams; readonly query?: undefined; readonly body?: ShipOrderBody };
    readonly response: Order;
  };
  /** Follow events */
  streamEvents: {
    readonly request: { readonly params?: undefined; readonly query?: StreamEventsQuery; readonly body?: undefined };
    readonly response: undefined;
  };
  /** Credit what lies at the deposit address */
  sweepDeposit: {
    readonly request: {
      readonly params: SweepDepositParams;
      readonly query?: undefined;
      readonly body?: SweepDepositBody;
    };
    readonly response: Order;
  };
  /** Send an event webhook.test, and tell the answer */
  testWebhook: {
    readonly request: { readonly params: TestWebhookParams; readonly query?: undefined; readonly body?: undefined };
    readonly response: WebhookTest;
  };
  /** Changes a customer: null removes, what is left out stays */
  updateCustomer: {
    readonly request: {
      readonly params: UpdateCustomerParams;
      readonly query?: undefined;
      readonly body: UpdateCustomerBody;
    };
    readonly response: Customer;
  };
  /** Change settings, for orders made from now on */
  updateMerchant: {
    readonly request: { readonly params?: undefined; readonly query?: undefined; readonly body: UpdateMerchantBody };
    readonly response: UpdateMerchantResponse;
  };
  /** Change a webhook */
  updateWebhook: {
    readonly request: {
      readonly params: UpdateWebhookParams;
      readonly query?: undefined;
      readonly body: UpdateWebhookBody;
    };
    readonly response: Webhook;
  };
  /** Hear of each change of an order, as server-sent events */
  watchCheckout: {
    readonly request: { readonly params: WatchCheckoutParams; readonly query?: undefined; readonly body?: undefined };
    readonly response: undefined;
  };
}

/** Where each operation is. */
export const OPERATIONS = {
  cancelOrder: { method: "POST", path: "/v1/orders/{order_id}/cancel" },
  cancelSubscription: { method: "POST", path: "/v1/subscriptions/{id}/cancel" },
  capturePayment: { method: "POST", path: "/v1/orders/{order_id}/capture" },
  claimRefund: { method: "POST", path: "/v1/refunds/{id}/claim" },
  createAndPayOrder: { method: "POST", path: "/v1/orders/create-and-pay" },
  createConditionalOrder: { method: "POST", path: "/v1/orders/conditional" },
  createCustomer: { method: "POST", path: "/v1/customers" },
  createMultiPartyOrder: { method: "POST", path: "/v1/orders/multi-party" },
  createOrder: { method: "POST", path: "/v1/orders" },
  createOrders: { method: "POST", path: "/v1/orders/bulk" },
  createPayment: { method: "POST", path: "/v1/orders/{order_id}/payments" },
  createQuote: { method: "POST", path: "/v1/quotes" },
  createSubscription: { method: "POST", path: "/v1/subscriptions" },
  createWebhook: { method: "POST", path: "/v1/webhooks" },
  deleteCustomer: { method: "DELETE", path: "/v1/compliance/customers/{id}" },
  deleteReport: { method: "DELETE", path: "/v1/reports/{report_id}" },
  deleteWebhook: { method: "DELETE", path: "/v1/webhooks/{id}" },
  deliverOrder: { method: "POST", path: "/v1/orders/{order_id}/deliver" },
  downloadReport: { method: "GET", path: "/v1/reports/{report_id}/download" },
  executeOrder: { method: "POST", path: "/v1/orders/{order_id}/execute" },
  exportCustomer: { method: "GET", path: "/v1/compliance/customers/{id}/export" },
  fulfillOrder: { method: "POST", path: "/v1/orders/{order_id}/fulfill" },
  generateReport: { method: "POST", path: "/v1/reports" },
  getCustomer: { method: "GET", path: "/v1/customers/{id}" },
  getEvent: { method: "GET", path: "/v1/events/{id}" },
  getHealth: { method: "GET", path: "/v1/health" },
  getInventory: { method: "GET", path: "/v1/inventory/{sku}" },
  getMerchant: { method: "GET", path: "/v1/merchant" },
  getOrder: { method: "GET", path: "/v1/orders/{order_id}" },
  getOrderAnalytics: { method: "GET", path: "/v1/analytics/orders" },
  getOrderConditions: { method: "GET", path: "/v1/orders/{order_id}/conditions" },
  getParty: { method: "GET", path: "/v1/parties/{id}" },
  getPayment: { method: "GET", path: "/v1/payments/{id}" },
  getPaymentCalls: { method: "GET", path: "/pay/{order_id}/calls" },
  getQuote: { method: "GET", path: "/v1/quotes/{id}" },
  getRefund: { method: "GET", path: "/v1/refunds/{id}" },
  getReport: { method: "GET", path: "/v1/reports/{report_id}" },
  getReportFile: { method: "GET", path: "/v1/reports/{report_id}/file" },
  getSubscription: { method: "GET", path: "/v1/subscriptions/{id}" },
  getWebhook: { method: "GET", path: "/v1/webhooks/{id}" },
  getWrite: { method: "GET", path: "/v1/writes/{id}" },
  holdOrder: { method: "POST", path: "/v1/orders/{order_id}/hold" },
  listComplianceLog: { method: "GET", path: "/v1/compliance/log" },
  listConditions: { method: "GET", path: "/v1/conditions" },
  listCustomers: { method: "GET", path: "/v1/customers" },
  listDisputes: { method: "GET", path: "/v1/disputes" },
  listEvents: { method: "GET", path: "/v1/events" },
  listExceptions: { method: "GET", path: "/v1/exceptions" },
  listOrders: { method: "GET", path: "/v1/orders" },
  listParties: { method: "GET", path: "/v1/parties" },
  listPayments: { method: "GET", path: "/v1/payments" },
  listPaymentsOfOrder: { method: "GET", path: "/v1/orders/{order_id}/payments" },
  listPrices: { method: "GET", path: "/v1/prices" },
  listRefunds: { method: "GET", path: "/v1/refunds" },
  listSubscriptionCharges: { method: "GET", path: "/v1/subscriptions/{id}/charges" },
  listSubscriptions: { method: "GET", path: "/v1/subscriptions" },
  listWebhookDeliveries: { method: "GET", path: "/v1/webhooks/{id}/deliveries" },
  listWebhooks: { method: "GET", path: "/v1/webhooks" },
  openDispute: { method: "POST", path: "/v1/orders/{order_id}/dispute" },
  pauseSubscription: { method: "POST", path: "/v1/subscriptions/{id}/pause" },
  payOrder: { method: "POST", path: "/v1/orders/{order_id}/pay" },
  payOrders: { method: "POST", path: "/v1/orders/bulk/pay" },
  putInventory: { method: "PUT", path: "/v1/inventory/{sku}" },
  putParty: { method: "PUT", path: "/v1/parties/{id}" },
  queryOrderAnalytics: { method: "POST", path: "/v1/analytics/orders" },
  refundOrder: { method: "POST", path: "/v1/orders/{order_id}/refund" },
  releaseOrder: { method: "POST", path: "/v1/orders/{order_id}/release" },
  replayWebhook: { method: "POST", path: "/v1/webhooks/{id}/replay" },
  resolveDispute: { method: "POST", path: "/v1/orders/{order_id}/resolve" },
  resolveException: { method: "POST", path: "/v1/exceptions/{id}/resolve" },
  resumeSubscription: { method: "POST", path: "/v1/subscriptions/{id}/resume" },
  retryRefund: { method: "POST", path: "/v1/refunds/{id}/retry" },
  retryWebhookDelivery: { method: "POST", path: "/v1/webhooks/{id}/deliveries/{delivery_id}/retry" },
  returnOrder: { method: "POST", path: "/v1/orders/{order_id}/return" },
  rotateWebhookSecret: { method: "POST", path: "/v1/webhooks/{id}/rotate" },
  setPrices: { method: "PUT", path: "/v1/prices" },
  setRefundAddress: { method: "POST", path: "/v1/orders/{order_id}/refund-address" },
  shipOrder: { method: "POST", path: "/v1/orders/{order_id}/ship" },
  streamEvents: { method: "GET", path: "/v1/events/stream" },
  sweepDeposit: { method: "POST", path: "/v1/orders/{order_id}/sweep" },
  testWebhook: { method: "POST", path: "/v1/webhooks/{id}/test" },
  updateCustomer: { method: "PATCH", path: "/v1/customers/{id}" },
  updateMerchant: { method: "PUT", path: "/v1/merchant" },
  updateWebhook: { method: "PATCH", path: "/v1/webhooks/{id}" },
  watchCheckout: { method: "GET", path: "/pay/{order_id}/events" },
} as const;
