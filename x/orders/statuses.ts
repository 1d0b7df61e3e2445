// What follows from the items and the amounts of an order: its two other axes, and how far its goods are.

import {
  FulfillmentStatus,
  ItemStatus,
  type Order,
  type OrderItem,
  OrderStatus,
  PaymentStatus,
} from "../../gen/stateset/orders/v1/types.ts";
import { amountDue, amountOf } from "./types.ts";

/** Where the money stands. */
export function paymentStatusOf(order: Order): PaymentStatus {
  const paid = amountOf(order.amountPaid);
  const refunded = amountOf(order.amountRefunded);
  if (amountOf(order.amountRefunding) > 0n) return PaymentStatus.PAYMENT_STATUS_REFUND_PENDING;
  if (refunded > 0n) {
    return refunded === paid ? PaymentStatus.PAYMENT_STATUS_REFUNDED : PaymentStatus.PAYMENT_STATUS_PARTIALLY_REFUNDED;
  }
  if (paid === 0n) return PaymentStatus.PAYMENT_STATUS_UNPAID;
  if (amountDue(order) > 0n) return PaymentStatus.PAYMENT_STATUS_PARTIALLY_PAID;
  return amountOf(order.amountExcess) > 0n ? PaymentStatus.PAYMENT_STATUS_OVERPAID : PaymentStatus.PAYMENT_STATUS_PAID;
}

/** Where the goods stand: the furthest step that any item reached, partial while not all did. */
export function fulfillmentStatusOf(items: readonly OrderItem[]): FulfillmentStatus {
  const furthest = items.reduce<ItemStatus>(
    (far, { status }) => (status > far ? status : far),
    ItemStatus.ITEM_STATUS_PENDING,
  );
  const isWhole = items.every(({ status }) => status === furthest);
  switch (furthest) {
    case ItemStatus.ITEM_STATUS_FULFILLED:
      return isWhole
        ? FulfillmentStatus.FULFILLMENT_STATUS_FULFILLED
        : FulfillmentStatus.FULFILLMENT_STATUS_PARTIALLY_FULFILLED;
    case ItemStatus.ITEM_STATUS_SHIPPED:
      return isWhole
        ? FulfillmentStatus.FULFILLMENT_STATUS_SHIPPED
        : FulfillmentStatus.FULFILLMENT_STATUS_PARTIALLY_SHIPPED;
    case ItemStatus.ITEM_STATUS_DELIVERED:
      return isWhole
        ? FulfillmentStatus.FULFILLMENT_STATUS_DELIVERED
        : FulfillmentStatus.FULFILLMENT_STATUS_PARTIALLY_DELIVERED;
    case ItemStatus.ITEM_STATUS_RETURNED:
      return isWhole
        ? FulfillmentStatus.FULFILLMENT_STATUS_RETURNED
        : FulfillmentStatus.FULFILLMENT_STATUS_PARTIALLY_RETURNED;
    default:
      return FulfillmentStatus.FULFILLMENT_STATUS_UNFULFILLED;
  }
}

/** The status that a paid order has by its items: the step that every item has reached. */
export function statusByItems(items: readonly OrderItem[]): OrderStatus {
  const least = items.reduce<ItemStatus>(
    (low, { status }) => (status < low ? status : low),
    ItemStatus.ITEM_STATUS_RETURNED,
  );
  switch (least) {
    case ItemStatus.ITEM_STATUS_FULFILLED:
      return OrderStatus.ORDER_STATUS_FULFILLED;
    case ItemStatus.ITEM_STATUS_SHIPPED:
      return OrderStatus.ORDER_STATUS_SHIPPED;
    case ItemStatus.ITEM_STATUS_DELIVERED:
      return OrderStatus.ORDER_STATUS_DELIVERED;
    case ItemStatus.ITEM_STATUS_RETURNED:
      return OrderStatus.ORDER_STATUS_RETURNED;
    default:
      return OrderStatus.ORDER_STATUS_PAID;
  }
}
