// Money that reached an order from elsewhere and cannot be sent back to where it came from: it is credited where it may
// be, and goes to the exception ledger otherwise. Nothing here refuses: the money is here.

import { EventCrossChainPaymentReceived } from "../../../gen/stateset/orders/v1/events.ts";
import {
  type CrossChainOrigin,
  ExceptionKind,
  type Order,
  OrderStatus,
  type Payment,
  type PaymentMethod,
  type RefundAddress,
} from "../../../gen/stateset/orders/v1/types.ts";
import type { Context } from "../../../src/baseapp/context.ts";
import { toHex } from "../../../src/codec/bytes.ts";
import { type OrdersKeeper, PAY_ORDER } from "../keeper.ts";
import { PAYMENTS_MAX } from "../limits.ts";
import { amountDue, amountOf } from "../types.ts";

/** Money that is in the module account, and belongs to nobody yet. */
export interface Inbound {
  readonly denom: string;
  readonly amount: bigint;
  readonly method: PaymentMethod;
  readonly refundAddress: RefundAddress | undefined;
  readonly origin: CrossChainOrigin | undefined;
}

/** Why money cannot be credited. */
interface Obstacle {
  readonly kind: ExceptionKind;
  readonly detail: string;
}

const KIND = ExceptionKind;

/** The statuses in which an order has ended without wanting money any more. */
const ENDED: ReadonlySet<OrderStatus> = new Set([
  OrderStatus.ORDER_STATUS_CANCELLED,
  OrderStatus.ORDER_STATUS_REFUNDED,
]);

/** Credits such money. */
export class InboundMoney {
  readonly #keeper: OrdersKeeper;

  constructor(keeper: OrdersKeeper) {
    this.#keeper = keeper;
  }

  /** Money that names no order, or in a way that cannot be followed. */
  park(ctx: Context, inbound: Inbound, { kind, detail }: Obstacle): void {
    this.#keeper.exceptions.open(ctx, { ...inbound, kind, detail, order: undefined, paymentId: "" });
  }

  /** Credits money to its order, or parks it there. Event: EventCrossChainPaymentReceived for money of another chain. */
  processCrossChainPayment(ctx: Context, order: Order, inbound: Inbound): void {
    const { origin } = inbound;
    if (origin !== undefined) {
      ctx.events.emitTyped(EventCrossChainPaymentReceived, {
        orderId: order.id,
        sourceChain: origin.sourceDomain,
        amount: inbound.amount.toString(),
        messageHash: toHex(origin.messageHash),
        origin,
      });
    }
    if (inbound.denom !== order.denom) {
      this.park(ctx, inbound, { kind: KIND.EXCEPTION_KIND_FOREIGN_DENOM, detail: order.id });
      return;
    }
    const obstacle = this.#obstacleOf(ctx, order, inbound);
    if (obstacle !== undefined) this.#keeper.exceptions.open(ctx, { ...inbound, ...obstacle, order, paymentId: "" });
    else this.apply(ctx, order, inbound);
  }

  /** The first reason not to credit money. */
  #obstacleOf(ctx: Context, order: Order, { amount, origin }: Inbound): Obstacle | undefined {
    const { payments, store } = this.#keeper;
    if (ENDED.has(order.status)) return { kind: KIND.EXCEPTION_KIND_LATE, detail: "the order has ended" };
    if (order.status === OrderStatus.ORDER_STATUS_HELD && order.hold?.heldFrom === OrderStatus.ORDER_STATUS_CREATED) {
      return { kind: KIND.EXCEPTION_KIND_NOT_PAYABLE, detail: "the order is held" };
    }
    if (order.status !== OrderStatus.ORDER_STATUS_CREATED) {
      return { kind: KIND.EXCEPTION_KIND_REPEATED, detail: "the order is paid" };
    }
    if (store.isPaused(ctx, PAY_ORDER)) {
      return { kind: KIND.EXCEPTION_KIND_NOT_PAYABLE, detail: "payments are paused" };
    }
    if (payments.isLate(ctx, order)) return { kind: KIND.EXCEPTION_KIND_LATE, detail: "the deadline has passed" };
    const finality = this.#finalityOf(ctx, order);
    if (origin !== undefined && origin.finalityThresholdExecuted < finality) {
      const detail = `finality ${origin.finalityThresholdExecuted}, at least ${finality} for this value`;
      return { kind: KIND.EXCEPTION_KIND_LOW_FINALITY, detail };
    }
    if (payments.isFull(order, amount)) {
      return { kind: KIND.EXCEPTION_KIND_TOO_SMALL, detail: `${PAYMENTS_MAX} payments` };
    }
    if (payments.isTooSmall(ctx, order, amount)) {
      return { kind: KIND.EXCEPTION_KIND_TOO_SMALL, detail: "below min_payment" };
    }
    return undefined;
  }

  /** The least finality for an order of this value. */
  #finalityOf(ctx: Context, order: Order): number {
    const total = amountOf(order.total);
    let least = 0;
    for (const { minTotal, minFinality } of this.#keeper.store.params(ctx).finalityTiers) {
      if (total >= amountOf(minTotal)) least = minFinality;
    }
    return least;
  }

  /** Credits money to an order that awaits payment. What is not due goes to the exception ledger. */
  apply(ctx: Context, order: Order, inbound: Inbound): Payment {
    const due = amountDue(order);
    const applied = inbound.amount < due ? inbound.amount : due;
    const short = due - applied;
    const fee = amountOf(inbound.origin?.feeExecuted ?? "0");
    const isFeeShort = short > 0n && short <= fee;
    const tolerated = isFeeShort && short <= amountOf(order.feeTolerance) ? short : 0n;
    const payment = this.#keeper.payments.credit(ctx, order, {
      ...inbound,
      payer: "",
      applied,
      returned: 0n,
      tolerated,
    });
    const paymentId = payment.id;
    if (isFeeShort) {
      const detail = `short by ${short} of a fee of ${fee}${tolerated > 0n ? ", let pass" : ""}`;
      const kind = KIND.EXCEPTION_KIND_FEE_SHORT;
      this.#keeper.exceptions.note(ctx, { ...inbound, kind, detail, order, paymentId });
    }
    const excess = inbound.amount - applied;
    if (excess > 0n) {
      const kind = KIND.EXCEPTION_KIND_OVERPAID;
      const detail = `${excess} more than was due`;
      this.#keeper.exceptions.open(ctx, { ...inbound, amount: excess, kind, detail, order, paymentId });
    }
    return payment;
  }
}
