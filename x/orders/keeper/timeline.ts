// Moving an order to another status, and its places in the two queues. Changes the order in memory; the caller saves it.

import { type Order, OrderStatus, ReleaseMode } from "../../../gen/stateset/orders/v1/types.ts";
import type { Context } from "../../../src/baseapp/context.ts";
import { timestampFromNs, timestampToNs } from "../../../src/codec/time.ts";
import { EXPIRY_PREFIX, RELEASE_PREFIX } from "../keys.ts";
import type { OrderStore } from "./store.ts";

const NS_PER_SECOND = 1_000_000_000n;

/** Who did something, and what they said. */
export interface Cause {
  /** Empty for the chain itself. */
  readonly actor: string;
  readonly reason?: string;
}

/** Adds an entry to the timeline. */
export function addEntry(ctx: Context, order: Order, status: OrderStatus, { actor, reason = "" }: Cause): void {
  const { timeNs, height } = ctx.block;
  order.timeline.push({ status, time: timestampFromNs(timeNs), height: BigInt(height), actor, reason });
}

/** Moves an order to a status, with its entry in the timeline. The same status is no move. */
export function moveTo(ctx: Context, order: Order, status: OrderStatus, cause: Cause): void {
  if (order.status === status) return;
  order.status = status;
  addEntry(ctx, order, status, cause);
}

/** A time that lies so many seconds after the block's. */
export function secondsFromNow(ctx: Context, seconds: bigint): bigint {
  return ctx.block.timeNs + seconds * NS_PER_SECOND;
}

/** Queues an unpaid order for its end, instead of where it was queued before. */
export function setExpiry(ctx: Context, store: OrderStore, order: Order, timeNs: bigint): void {
  leaveExpiry(ctx, store, order);
  order.expiresAt = timestampFromNs(timeNs);
  store.enqueue(ctx, EXPIRY_PREFIX, timeNs, order.id);
}

/** Takes an order out of the queue of those that end unpaid. It keeps the time. */
export function leaveExpiry(ctx: Context, store: OrderStore, order: Order): void {
  if (order.expiresAt !== undefined) store.dequeue(ctx, EXPIRY_PREFIX, timestampToNs(order.expiresAt), order.id);
}

/** Queues an order for the release of its escrow. */
export function setRelease(ctx: Context, store: OrderStore, order: Order, timeNs: bigint): void {
  leaveRelease(ctx, store, order);
  order.releaseAt = timestampFromNs(timeNs);
  store.enqueue(ctx, RELEASE_PREFIX, timeNs, order.id);
}

/** Takes an order out of the queue of releases. */
export function leaveRelease(ctx: Context, store: OrderStore, order: Order): void {
  if (order.releaseAt !== undefined) store.dequeue(ctx, RELEASE_PREFIX, timestampToNs(order.releaseAt), order.id);
  order.releaseAt = undefined;
}

/** When the dispute window of a delivered order ends. */
export function disputeWindowEnd(order: Order): bigint {
  const delivered = order.shipping?.deliveredAt;
  return delivered === undefined ? 0n : timestampToNs(delivered) + order.disputeWindowSeconds * NS_PER_SECOND;
}

/** Whether the escrow is paid out with the payment that completes the total. */
export function isInstant(order: Order): boolean {
  return order.releaseMode === ReleaseMode.RELEASE_MODE_INSTANT;
}

/** Queues what a delivered order holds for the end of its dispute window; at once where that has passed. */
export function planRelease(ctx: Context, store: OrderStore, order: Order): void {
  if (order.status !== OrderStatus.ORDER_STATUS_DELIVERED || order.amountEscrowed === "0") return;
  const end = disputeWindowEnd(order);
  setRelease(ctx, store, order, end > ctx.block.timeNs ? end : ctx.block.timeNs);
}
