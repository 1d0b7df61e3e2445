// The goods of an order: each item moves by itself, and the status follows when every item has come as far.

import {
  EventOrderDelivered,
  EventOrderFulfilled,
  EventOrderReturned,
  EventOrderShipped,
} from "../../../gen/stateset/orders/v1/events.ts";
import { ItemStatus, type Order, OrderStatus, type ShippingInfo } from "../../../gen/stateset/orders/v1/types.ts";
import type { Context } from "../../../src/baseapp/context.ts";
import { ChainError } from "../../../src/codec/chainError.ts";
import { type Timestamp, timestampFromNs } from "../../../src/codec/time.ts";
import { ErrInvalidItemIndex, ErrTrackingRequired } from "../errors.ts";
import { statusByItems } from "../statuses.ts";
import { requireKept } from "./lifecycle.ts";
import type { OrderStore } from "./store.ts";
import { type Cause, leaveRelease, moveTo, planRelease } from "./timeline.ts";

/** What a message says about the way of the goods; empty keeps what is known. */
export interface Tracking {
  readonly carrier: string;
  readonly trackingNumber: string;
  readonly estimatedDelivery: Timestamp | undefined;
}

const PENDING = ItemStatus.ITEM_STATUS_PENDING;
const FULFILLED = ItemStatus.ITEM_STATUS_FULFILLED;
const SHIPPED = ItemStatus.ITEM_STATUS_SHIPPED;
const DELIVERED = ItemStatus.ITEM_STATUS_DELIVERED;
const RETURNED = ItemStatus.ITEM_STATUS_RETURNED;

/**
 * The items that a step moves: those named, each of which must be ready for it, or all that are. Throws
 * ErrInvalidItemIndex, also when there is none.
 */
export function chooseItems(order: Order, indexes: readonly number[], from: readonly ItemStatus[]): number[] {
  const isReady = (index: number) => {
    const item = order.items[index];
    return item !== undefined && from.includes(item.status);
  };
  for (const [at, index] of indexes.entries()) {
    const before = indexes[at - 1];
    if (before !== undefined && before >= index) throw new ChainError(ErrInvalidItemIndex, "indexes are not ascending");
    if (!isReady(index)) throw new ChainError(ErrInvalidItemIndex, `items[${index}]`);
  }
  const chosen = indexes.length > 0 ? [...indexes] : order.items.map((_, index) => index).filter(isReady);
  if (chosen.length === 0) throw new ChainError(ErrInvalidItemIndex, "no item is ready for this");
  return chosen;
}

function shippingOf(order: Order): ShippingInfo {
  order.shipping ??= {
    carrier: "",
    trackingNumber: "",
    estimatedDelivery: undefined,
    fulfilledAt: undefined,
    shippedAt: undefined,
    deliveredAt: undefined,
  };
  return order.shipping;
}

function track(order: Order, { carrier, trackingNumber, estimatedDelivery }: Tracking): ShippingInfo {
  const shipping = shippingOf(order);
  if (carrier !== "") shipping.carrier = carrier;
  if (trackingNumber !== "") shipping.trackingNumber = trackingNumber;
  if (estimatedDelivery !== undefined) shipping.estimatedDelivery = estimatedDelivery;
  return shipping;
}

/** Moves goods. Every method saves the order and emits its event. */
export class Fulfillment {
  readonly #store: OrderStore;

  constructor(store: OrderStore) {
    this.#store = store;
  }

  /** Throws ErrRefundPending, ErrInvalidItemIndex. */
  fulfill(ctx: Context, order: Order, step: Step & Tracking): void {
    const itemIndexes = this.#move(order, step, [PENDING], FULFILLED);
    const shipping = track(order, step);
    if (order.items.every(({ status }) => status >= FULFILLED)) shipping.fulfilledAt = now(ctx);
    this.#follow(ctx, order, step);
    ctx.events.emitTyped(EventOrderFulfilled, { orderId: order.id, order, itemIndexes });
  }

  /** Throws ErrRefundPending, ErrInvalidItemIndex, ErrTrackingRequired. */
  ship(ctx: Context, order: Order, step: Step & Tracking): void {
    const itemIndexes = this.#move(order, step, [FULFILLED], SHIPPED);
    const shipping = track(order, step);
    if (shipping.carrier === "" || shipping.trackingNumber === "") throw new ChainError(ErrTrackingRequired, order.id);
    if (order.items.every(({ status }) => status >= SHIPPED)) shipping.shippedAt = now(ctx);
    this.#follow(ctx, order, step);
    ctx.events.emitTyped(EventOrderShipped, { orderId: order.id, order, itemIndexes });
  }

  /** Throws ErrRefundPending, ErrInvalidItemIndex. The last item starts the dispute window. */
  deliver(ctx: Context, order: Order, step: Step): void {
    const itemIndexes = this.#move(order, step, [SHIPPED], DELIVERED);
    this.#follow(ctx, order, step);
    ctx.events.emitTyped(EventOrderDelivered, { orderId: order.id, order, itemIndexes });
  }

  /** Throws ErrInvalidItemIndex. A wholly returned order keeps its escrow until somebody decides about it. */
  takeBack(ctx: Context, order: Order, step: Step): void {
    const itemIndexes = chooseItems(order, step.itemIndexes, [SHIPPED, DELIVERED]);
    for (const index of itemIndexes) order.items[index]!.status = RETURNED;
    this.#follow(ctx, order, step);
    ctx.events.emitTyped(EventOrderReturned, { orderId: order.id, order, itemIndexes });
  }

  #move(order: Order, { itemIndexes }: Step, from: readonly ItemStatus[], to: ItemStatus): number[] {
    requireKept(order);
    const chosen = chooseItems(order, itemIndexes, from);
    for (const index of chosen) order.items[index]!.status = to;
    return chosen;
  }

  /** Lets the status follow the items. */
  #follow(ctx: Context, order: Order, cause: Cause): void {
    moveTo(ctx, order, statusByItems(order.items), cause);
    if (order.status === OrderStatus.ORDER_STATUS_DELIVERED && shippingOf(order).deliveredAt === undefined) {
      shippingOf(order).deliveredAt = now(ctx);
      planRelease(ctx, this.#store, order);
    }
    if (order.status === OrderStatus.ORDER_STATUS_RETURNED) leaveRelease(ctx, this.#store, order);
    this.#store.saveOrder(ctx, order);
  }
}

/** Who moves which items. */
export interface Step extends Cause {
  /** Ascending; none means all that are ready. */
  readonly itemIndexes: readonly number[];
}

function now(ctx: Context): Timestamp {
  return timestampFromNs(ctx.block.timeNs);
}
