// What an event says: made of the chain's event when it is read, so that a feed, a stream and a webhook say the same.

import { disputeView, exceptionView, orderView, paymentView, payoutView, refundView } from "../orders/view.ts";
import type { ChainObject, Json } from "../readModel/blockRows.ts";
import { type DataPart, type EventType, ruleOf } from "./eventTable.ts";

/** Version of what events say: the major part of the API's. It changes when a field changes its meaning. */
export const EVENT_API_VERSION = "1";

/** An event as clients get it. */
export interface ApiEvent {
  readonly id: string;
  readonly event: EventType;
  /** What it is about, by the parts that eventTable.ts names. */
  readonly data: Readonly<Record<string, unknown>>;
  /** The block's time, RFC 3339. */
  readonly timestamp: string;
  /** Among the events of the order, from 1, without a gap. */
  readonly sequence: number;
  readonly api_version: string;
}

/** An event as the database has it, with the chain's event behind it. */
export interface StoredEvent {
  readonly position: string;
  readonly id: string;
  readonly type: EventType;
  readonly order_id: string;
  readonly sequence: string;
  readonly time: string;
  readonly chain_type: string;
  readonly tx_hash: string;
  readonly document: ChainObject;
  /** The order as it was then; null where money names no order. */
  readonly order_document: ChainObject | null;
}

function object(value: Json | undefined): ChainObject | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as ChainObject) : undefined;
}

function text(value: Json | undefined): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}

/** An order as it was at an event: without payments, refunds and exceptions, which have events of their own. */
function orderSnapshot(order: ChainObject, publicUrl: string) {
  const details = { order, payments: [], refunds: [], exceptions: [] };
  const { payment: _, payments: __, refunds: ___, exceptions: ____, ...snapshot } = orderView(details, publicUrl);
  return snapshot;
}

type OrderSnapshot = ReturnType<typeof orderSnapshot>;

interface Context {
  readonly document: ChainObject;
  readonly txHash: string;
  readonly chainOrder: ChainObject | undefined;
  readonly order: OrderSnapshot | null;
}

function itemsOf({ document, order }: Context): OrderSnapshot["items"] {
  const indexes = document["item_indexes"];
  const places = new Set(Array.isArray(indexes) ? indexes.map(Number) : []);
  return (order?.items ?? []).filter((_, index) => places.has(index));
}

/** How each part is made. */
const PARTS: Readonly<Record<DataPart, (context: Context) => unknown>> = {
  order: ({ order }) => order,
  customer: ({ order }) => (order === null ? null : { id: order.customer_id, wallet: order.customer_wallet }),
  payment: ({ document, txHash }) => withObject(document["payment"], (payment) => paymentView(payment, txHash)),
  items: itemsOf,
  tracking: ({ order }) => {
    const { carrier, tracking_number, estimated_delivery, shipped_at } = order?.shipping ?? {};
    return { carrier, tracking_number, estimated_delivery, shipped_at };
  },
  delivery: ({ order }) => ({ delivered_at: order?.shipping?.delivered_at ?? null }),
  reason: ({ document }) => text(document["reason"]),
  refund: ({ document }) => withObject(document["refund"], refundView),
  dispute: ({ chainOrder }) => (chainOrder === undefined ? null : disputeView(chainOrder)),
  hold: ({ order }) => order?.hold ?? null,
  exception: ({ document }) => withObject(document["exception"], exceptionView),
  payout: ({ document }) => payoutView(document),
  // As whoever told of it wrote it.
  card: ({ document }) => document["card"] ?? null,
  subscription: ({ document }) => document["subscription"] ?? null,
};

function withObject<T>(value: Json | undefined, view: (found: ChainObject) => T): T | null {
  const found = object(value);
  return found === undefined ? null : view(found);
}

/** `2026-01-02 03:04:05.123456+00` → `2026-01-02T03:04:05.123456Z`. */
export function rfc3339(time: string): string {
  return time.replace(" ", "T").replace(/\+00$/, "Z");
}

/** The event for clients. `publicUrl` is where the gateway is reached. */
export function apiEvent(stored: StoredEvent, publicUrl: string): ApiEvent {
  const chainOrder = stored.order_document ?? undefined;
  const context: Context = {
    document: stored.document,
    txHash: stored.tx_hash,
    chainOrder,
    order: chainOrder === undefined ? null : orderSnapshot(chainOrder, publicUrl),
  };
  const parts = ruleOf(stored.chain_type, stored.type)?.data ?? [];
  return {
    id: stored.id,
    event: stored.type,
    data: Object.fromEntries(parts.map((part) => [part, PARTS[part](context)])),
    timestamp: rfc3339(stored.time),
    sequence: Number(stored.sequence),
    api_version: EVENT_API_VERSION,
  };
}
