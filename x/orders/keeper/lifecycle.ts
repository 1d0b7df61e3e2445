// What happens to an order between its payment and its end, apart from its goods (`fulfillment.ts`). The caller has
// asked the table.

import {
  EventOrderCancelled,
  EventOrderDisputed,
  EventOrderHeld,
  EventOrderReleased,
  EventOrderResolved,
} from "../../../gen/stateset/orders/v1/events.ts";
import {
  type CancelCause,
  DisputeOutcome,
  ItemStatus,
  type Order,
  OrderStatus,
  type Refund,
} from "../../../gen/stateset/orders/v1/types.ts";
import type { Context } from "../../../src/baseapp/context.ts";
import { ChainError } from "../../../src/codec/chainError.ts";
import { timestampFromNs, timestampToNs } from "../../../src/codec/time.ts";
import {
  ErrDisputeWindowOpen,
  ErrDisputeWindowOver,
  ErrInvalidOutcome,
  ErrItemsUnderway,
  ErrNothingToCapture,
  ErrRefundExceeds,
  ErrRefundPending,
  ErrTooOften,
} from "../errors.ts";
import { DISPUTES_MAX, HOLDS_MAX } from "../limits.ts";
import { amountKept, amountOf } from "../types.ts";
import type { Escrow } from "./escrow.ts";
import type { Refunds } from "./refunds.ts";
import type { OrderStore } from "./store.ts";
import {
  addEntry,
  type Cause,
  disputeWindowEnd,
  leaveExpiry,
  leaveRelease,
  moveTo,
  planRelease,
  setExpiry,
} from "./timeline.ts";

/** Who does something, and whether they are of the merchant's side: those can give back what was released. */
export interface Actor extends Cause {
  readonly isSeller: boolean;
}

/** Throws ErrRefundPending when nothing of what was paid is left: such an order goes nowhere any more. */
export function requireKept(order: Order): void {
  if (amountOf(order.amountPaid) > 0n && amountKept(order) === 0n) throw new ChainError(ErrRefundPending, order.id);
}

/** Moves orders. Every method saves the order and emits its event. */
export class Lifecycle {
  readonly #store: OrderStore;
  readonly #escrow: Escrow;
  readonly #refunds: Refunds;

  constructor(store: OrderStore, escrow: Escrow, refunds: Refunds) {
    this.#store = store;
    this.#escrow = escrow;
    this.#refunds = refunds;
  }

  /** Throws ErrItemsUnderway unless the merchant's side or the authority asks, or no item is prepared yet. */
  requireUnprepared(order: Order, isCustomerOnly: boolean): void {
    if (!isCustomerOnly) return;
    if (order.items.every(({ status }) => status === ItemStatus.ITEM_STATUS_PENDING)) return;
    throw new ChainError(ErrItemsUnderway, order.id);
  }

  /** Ends an order and refunds what was paid. Throws ErrFundsReleased, ErrInsufficientFunds. */
  cancel(ctx: Context, order: Order, actor: Actor, cause: CancelCause): Refund[] {
    const kept = amountKept(order);
    this.#escrow.refill(ctx, order, kept, actor.isSeller);
    leaveExpiry(ctx, this.#store, order);
    leaveRelease(ctx, this.#store, order);
    order.hold = undefined;
    order.cancelCause = cause;
    moveTo(ctx, order, OrderStatus.ORDER_STATUS_CANCELLED, actor);
    this.#store.saveOrder(ctx, order);
    ctx.events.emitTyped(EventOrderCancelled, { orderId: order.id, order, reason: actor.reason ?? "" });
    return kept === 0n ? [] : this.#refunds.refundOrder(ctx, order, { ...actor, amount: kept, paymentId: "" });
  }

  /** Throws ErrRefundPending, ErrTooOften. */
  hold(ctx: Context, order: Order, actor: Actor): void {
    requireKept(order);
    if (order.holdCount >= HOLDS_MAX) throw new ChainError(ErrTooOften, `${order.id}: ${HOLDS_MAX} holds`);
    order.holdCount += 1;
    order.hold = {
      heldFrom: order.status,
      heldBy: actor.actor,
      reason: actor.reason ?? "",
      heldAt: timestampFromNs(ctx.block.timeNs),
    };
    // While it is held nobody can pay, so it does not expire either.
    leaveExpiry(ctx, this.#store, order);
    moveTo(ctx, order, OrderStatus.ORDER_STATUS_HELD, actor);
    this.#store.saveOrder(ctx, order);
    ctx.events.emitTyped(EventOrderHeld, { orderId: order.id, order });
  }

  /** Back to where it was held from. An unpaid order gets the time back that it was held. */
  release(ctx: Context, order: Order, actor: Actor): void {
    const { hold } = order;
    if (hold === undefined) throw new Error(`${order.id} is held and has no hold`);
    addEntry(ctx, order, OrderStatus.ORDER_STATUS_RELEASED, actor);
    order.status = hold.heldFrom;
    order.hold = undefined;
    if (order.status === OrderStatus.ORDER_STATUS_CREATED) this.#prolong(ctx, order, hold.heldAt);
    this.#store.saveOrder(ctx, order);
    ctx.events.emitTyped(EventOrderReleased, { orderId: order.id, order });
  }

  #prolong(ctx: Context, order: Order, heldAt: Order["createdAt"]): void {
    if (order.expiresAt === undefined || heldAt === undefined) return;
    const held = ctx.block.timeNs - timestampToNs(heldAt);
    setExpiry(ctx, this.#store, order, timestampToNs(order.expiresAt) + held);
  }

  /** Gives money back. Throws ErrRefundExceeds, ErrFundsReleased, ErrInsufficientFunds. */
  refund(
    ctx: Context,
    order: Order,
    { amount, paymentId, ...actor }: Actor & { readonly amount: bigint; readonly paymentId: string },
  ): Refund[] {
    const kept = amountKept(order);
    if (amount === 0n || amount > kept) throw new ChainError(ErrRefundExceeds, `${amount} of ${kept}`);
    this.#escrow.refill(ctx, order, amount, actor.isSeller);
    return this.#refunds.refundOrder(ctx, order, { ...actor, amount, paymentId });
  }

  /** Throws ErrDisputeWindowOver, ErrRefundPending, ErrTooOften. */
  openDispute(ctx: Context, order: Order, actor: Actor, evidenceHash: Uint8Array): void {
    const isDelivered = order.status === OrderStatus.ORDER_STATUS_DELIVERED;
    if (isDelivered && disputeWindowEnd(order) <= ctx.block.timeNs)
      throw new ChainError(ErrDisputeWindowOver, order.id);
    requireKept(order);
    if (order.disputeCount >= DISPUTES_MAX) throw new ChainError(ErrTooOften, `${order.id}: ${DISPUTES_MAX} disputes`);
    order.disputeCount += 1;
    order.dispute = {
      openedBy: actor.actor,
      reason: actor.reason ?? "",
      evidenceHash,
      openedAt: timestampFromNs(ctx.block.timeNs),
      previousStatus: order.status,
      outcome: DisputeOutcome.DISPUTE_OUTCOME_UNSPECIFIED,
      amountRefunded: "0",
      resolvedBy: "",
      resolvedAt: undefined,
      resolution: "",
    };
    leaveRelease(ctx, this.#store, order);
    moveTo(ctx, order, OrderStatus.ORDER_STATUS_DISPUTED, actor);
    this.#store.saveOrder(ctx, order);
    ctx.events.emitTyped(EventOrderDisputed, { orderId: order.id, order });
  }

  /** What an outcome gives back. Throws ErrInvalidOutcome. */
  refundOf(order: Order, outcome: DisputeOutcome, partial: bigint | undefined): bigint {
    const isPartial = outcome === DisputeOutcome.DISPUTE_OUTCOME_REFUND_PARTIAL;
    if (isPartial !== (partial !== undefined)) {
      throw new ChainError(ErrInvalidOutcome, "refund_amount belongs to a partial refund, and to it alone");
    }
    switch (outcome) {
      case DisputeOutcome.DISPUTE_OUTCOME_REFUND_FULL:
        return amountKept(order);
      case DisputeOutcome.DISPUTE_OUTCOME_REFUND_PARTIAL:
        return partial ?? 0n;
      case DisputeOutcome.DISPUTE_OUTCOME_MERCHANT:
        return 0n;
      default:
        throw new ChainError(ErrInvalidOutcome, `outcome ${outcome}`);
    }
  }

  /** Ends a dispute. Throws ErrRefundExceeds, ErrFundsReleased. */
  resolveDispute(
    ctx: Context,
    order: Order,
    { outcome, amount, ...actor }: Actor & { readonly outcome: DisputeOutcome; readonly amount: bigint },
  ): Refund[] {
    const { dispute } = order;
    if (dispute === undefined) throw new Error(`${order.id} is disputed and has no dispute`);
    dispute.outcome = outcome;
    dispute.amountRefunded = amount.toString();
    dispute.resolvedBy = actor.actor;
    dispute.resolvedAt = timestampFromNs(ctx.block.timeNs);
    dispute.resolution = actor.reason ?? "";
    addEntry(ctx, order, OrderStatus.ORDER_STATUS_RESOLVED, actor);
    order.status = dispute.previousStatus;
    planRelease(ctx, this.#store, order);
    this.#store.saveOrder(ctx, order);
    ctx.events.emitTyped(EventOrderResolved, { orderId: order.id, order });
    return amount === 0n ? [] : this.refund(ctx, order, { ...actor, amount, paymentId: "" });
  }

  /** Pays the escrow out now. Throws ErrDisputeWindowOpen for the merchant's side, ErrNothingToCapture. */
  capture(ctx: Context, order: Order, isSellerOnly: boolean): bigint {
    if (isSellerOnly && disputeWindowEnd(order) > ctx.block.timeNs) {
      throw new ChainError(ErrDisputeWindowOpen, order.id);
    }
    if (order.amountEscrowed === "0") throw new ChainError(ErrNothingToCapture, order.id);
    return this.#escrow.release(ctx, order);
  }
}
