// Crediting money to orders, however it came.

import {
  EventCrossChainPaymentApplied,
  EventOrderPaid,
  EventPaymentPartial,
} from "../../../gen/stateset/orders/v1/events.ts";
import {
  type CrossChainOrigin,
  type Order,
  OrderStatus,
  type Payment,
  PaymentMethod,
  type RefundAddress,
} from "../../../gen/stateset/orders/v1/types.ts";
import type { Context } from "../../../src/baseapp/context.ts";
import { encodeAddress } from "../../../src/codec/address.ts";
import { ChainError } from "../../../src/codec/chainError.ts";
import { timestampFromNs, timestampToNs } from "../../../src/codec/time.ts";
import {
  ErrDeadlinePassed,
  ErrInvalidTransition,
  ErrPaymentTooSmall,
  ErrTooOften,
  ErrUnknownDenom,
} from "../errors.ts";
import { makeId } from "../ids.ts";
import { PAYMENTS_MAX } from "../limits.ts";
import { statusName } from "../transitions.ts";
import { addToOrder, amountDue, amountOf } from "../types.ts";
import type { Escrow } from "./escrow.ts";
import { localRefundAddress } from "./refundAddress.ts";
import type { OrderStore } from "./store.ts";
import { isInstant, leaveExpiry, moveTo, setExpiry } from "./timeline.ts";

const NS_PER_SECOND = 1_000_000_000n;

/** Money that came for an order and is in the module account already. */
export interface Credit {
  readonly method: PaymentMethod;
  /** Bech32; empty when nobody of this chain paid. */
  readonly payer: string;
  /** What came. */
  readonly amount: bigint;
  /** What of it is credited: no more than is due. */
  readonly applied: bigint;
  /** What of it went back to the payer at once. */
  readonly returned: bigint;
  readonly refundAddress: RefundAddress | undefined;
  readonly origin: CrossChainOrigin | undefined;
  /** What is due afterwards and let pass as a transfer's fee. */
  readonly tolerated: bigint;
}

/** Credits payments. */
export class Payments {
  readonly #store: OrderStore;
  readonly #escrow: Escrow;

  constructor(store: OrderStore, escrow: Escrow) {
    this.#store = store;
    this.#escrow = escrow;
  }

  /** Whether the deadline of an order has passed and nobody lets late money pay. */
  isLate(ctx: Context, order: Order): boolean {
    if (order.expiresAt === undefined || this.#store.params(ctx).acceptLate) return false;
    return timestampToNs(order.expiresAt) <= ctx.block.timeNs;
  }

  /** Throws ErrDeadlinePassed, and as `requireRoom`. */
  requirePayable(ctx: Context, order: Order, amount: bigint): void {
    if (this.isLate(ctx, order)) throw new ChainError(ErrDeadlinePassed, order.id);
    this.requireRoom(order, amount);
  }

  /** Throws ErrTooOften. */
  requireRoom(order: Order, amount: bigint): void {
    if (this.isFull(order, amount)) throw new ChainError(ErrTooOften, `${order.id}: ${PAYMENTS_MAX} payments`);
  }

  /** Whether an order has as many payments as it may. One that completes it is taken all the same: dust locks nobody out. */
  isFull(order: Order, amount: bigint): boolean {
    return order.paymentCount >= PAYMENTS_MAX && amount < amountDue(order);
  }

  /** Throws ErrUnknownDenom. */
  requireDenom(order: Order, denom: string): void {
    if (denom !== order.denom) throw new ChainError(ErrUnknownDenom, `${denom}, the order is in ${order.denom}`);
  }

  /** An account of this chain pays. What is not due stays with it. The caller has checked everything else. */
  pay(
    ctx: Context,
    order: Order,
    { payer, amount, refundAddress }: { payer: Uint8Array; amount: bigint; refundAddress: RefundAddress | undefined },
  ): Payment {
    const due = amountDue(order);
    const applied = amount < due ? amount : due;
    this.#escrow.take(ctx, payer, order.denom, applied);
    const account = encodeAddress(payer);
    return this.credit(ctx, order, {
      method: PaymentMethod.PAYMENT_METHOD_MESSAGE,
      payer: account,
      amount,
      applied,
      returned: amount - applied,
      refundAddress: refundAddress ?? localRefundAddress(account),
      origin: undefined,
      tolerated: 0n,
    });
  }

  /**
   * A transfer on this chain reached a deposit address: sweeps it, credits what is due, gives the rest back. Throws, so
   * that the transfer fails and the sender keeps the money: ErrUnknownDenom, ErrInvalidTransition, ErrDeadlinePassed,
   * ErrTooOften, ErrPaymentTooSmall.
   */
  payByTransfer(
    ctx: Context,
    order: Order,
    { deposit, payer, denom, amount }: { deposit: Uint8Array; payer: Uint8Array; denom: string; amount: bigint },
  ): Payment {
    this.requireDenom(order, denom);
    if (order.status !== OrderStatus.ORDER_STATUS_CREATED) {
      throw new ChainError(ErrInvalidTransition, `${order.id} is ${statusName(order.status)}`);
    }
    this.requirePayable(ctx, order, amount);
    const due = amountDue(order);
    if (this.isTooSmall(ctx, order, amount)) throw new ChainError(ErrPaymentTooSmall, `${amount} of ${due}`);
    const applied = amount < due ? amount : due;
    const account = encodeAddress(payer);
    this.#escrow.take(ctx, deposit, denom, amount);
    this.#escrow.give(ctx, account, denom, amount - applied);
    return this.credit(ctx, order, {
      method: PaymentMethod.PAYMENT_METHOD_TRANSFER,
      payer: account,
      amount,
      applied,
      returned: amount - applied,
      refundAddress: localRefundAddress(account),
      origin: undefined,
      tolerated: 0n,
    });
  }

  /** Whether money is less than a deposit must bring, and does not complete the order either. */
  isTooSmall(ctx: Context, order: Order, amount: bigint): boolean {
    return amount < amountOf(this.#store.params(ctx).minPayment) && amount < amountDue(order);
  }

  /**
   * Credits money to an order that awaits payment, and saves it. Events: EventOrderPaid when nothing is due any more, else
   * EventPaymentPartial; EventCrossChainPaymentApplied for other chains; EventEscrowReleased for instant release.
   */
  credit(ctx: Context, order: Order, credit: Credit): Payment {
    const payment = this.#record(ctx, order, credit);
    addToOrder(order, "amountPaid", credit.applied);
    addToOrder(order, "amountEscrowed", credit.applied);
    addToOrder(order, "amountTolerated", credit.tolerated);
    const isPaid = amountDue(order) === 0n;
    if (isPaid) {
      leaveExpiry(ctx, this.#store, order);
      moveTo(ctx, order, OrderStatus.ORDER_STATUS_PAID, { actor: credit.payer });
    } else {
      this.#extendDeadline(ctx, order, payment);
    }
    this.#store.saveOrder(ctx, order);
    if (credit.origin !== undefined) {
      ctx.events.emitTyped(EventCrossChainPaymentApplied, { orderId: order.id, order, payment });
    }
    ctx.events.emitTyped(isPaid ? EventOrderPaid : EventPaymentPartial, { orderId: order.id, order, payment });
    if (isPaid && isInstant(order)) this.#escrow.release(ctx, order);
    return payment;
  }

  #record(ctx: Context, order: Order, credit: Credit): Payment {
    order.paymentCount += 1;
    const sequence = order.paymentCount;
    const payment: Payment = {
      id: makeId("pay", ctx.block.chainId, order.id, BigInt(sequence)),
      orderId: order.id,
      method: credit.method,
      payer: credit.payer,
      denom: order.denom,
      amount: credit.amount.toString(),
      amountApplied: credit.applied.toString(),
      amountReturned: credit.returned.toString(),
      amountRefunded: "0",
      refundAddress: credit.refundAddress,
      origin: credit.origin,
      paidAt: timestampFromNs(ctx.block.timeNs),
      height: BigInt(ctx.block.height),
      sequence,
    };
    this.#store.addPayment(ctx, payment);
    return payment;
  }

  /** The first part of a payment gives the payer time for the rest, once. */
  #extendDeadline(ctx: Context, order: Order, { sequence }: Payment): void {
    if (sequence !== 1 || order.expiresAt === undefined) return;
    const extra = this.#store.params(ctx).topUpWindowSeconds * NS_PER_SECOND;
    setExpiry(ctx, this.#store, order, timestampToNs(order.expiresAt) + extra);
  }
}
