// The exception ledger: money that came and could not be credited. It stays in the module account, belongs to an entry,
// and leaves by the entry's policy, by MsgResolveException, or by a refund.

import { EventCrossChainPaymentException, EventPaymentException } from "../../../gen/stateset/orders/v1/events.ts";
import {
  type CrossChainOrigin,
  type ExceptionKind,
  ExceptionPolicy,
  ExceptionStatus,
  type Order,
  PaymentException,
  type PaymentMethod,
  type Refund,
  type RefundAddress,
} from "../../../gen/stateset/orders/v1/types.ts";
import type { Context } from "../../../src/baseapp/context.ts";
import { ChainError } from "../../../src/codec/chainError.ts";
import { timestampFromNs } from "../../../src/codec/time.ts";
import { ErrExceptionAction } from "../errors.ts";
import { makeId } from "../ids.ts";
import { addToOrder, amountOf } from "../types.ts";
import type { Escrow } from "./escrow.ts";
import type { Refunds } from "./refunds.ts";
import type { OrderStore } from "./store.ts";
import type { Cause } from "./timeline.ts";

/** Money that came, with what is wrong. It is in the module account already. */
export interface NewException {
  readonly kind: ExceptionKind;
  readonly order: Order | undefined;
  readonly denom: string;
  readonly amount: bigint;
  readonly method: PaymentMethod;
  readonly refundAddress: RefundAddress | undefined;
  readonly origin: CrossChainOrigin | undefined;
  readonly detail: string;
  /** The payment that it was part of; empty for none. */
  readonly paymentId: string;
}

const STATUS = ExceptionStatus;
const THE_CHAIN: Cause = { actor: "" };

/** Keeps the ledger. */
export class Exceptions {
  readonly #store: OrderStore;
  readonly #escrow: Escrow;
  readonly #refunds: Refunds;

  constructor(store: OrderStore, escrow: Escrow, refunds: Refunds) {
    this.#store = store;
    this.#escrow = escrow;
    this.#refunds = refunds;
  }

  /** Opens an entry, saves its order, and does what the policy says. Event: as `#emit`. */
  open(ctx: Context, entry: NewException): PaymentException {
    const exception = this.#add(ctx, entry, STATUS.EXCEPTION_STATUS_OPEN);
    const { order } = entry;
    if (order !== undefined) {
      addToOrder(order, "amountExcess", entry.amount);
      this.#store.saveOrder(ctx, order);
    }
    this.#emit(ctx, exception, order);
    this.follow(ctx, exception, order);
    return exception;
  }

  /** Adds an entry that holds no money: a remark about money that was credited. */
  note(ctx: Context, entry: NewException): void {
    this.#emit(ctx, this.#add(ctx, { ...entry, amount: 0n }, STATUS.EXCEPTION_STATUS_NOTED), entry.order);
  }

  #add(ctx: Context, entry: NewException, status: ExceptionStatus): PaymentException {
    const count = this.#store.exceptionCount(ctx) + 1n;
    this.#store.setExceptionCount(ctx, count);
    const now = timestampFromNs(ctx.block.timeNs);
    const exception = PaymentException.fromPartial({
      id: makeId("exc", ctx.block.chainId, "", count),
      orderId: entry.order?.id ?? "",
      kind: entry.kind,
      policy: this.#policyOf(ctx, entry.kind),
      status,
      denom: entry.denom,
      amount: entry.amount.toString(),
      method: entry.method,
      refundAddress: entry.refundAddress,
      origin: entry.origin,
      detail: entry.detail,
      paymentId: entry.paymentId,
      createdAt: now,
      resolvedAt: status === STATUS.EXCEPTION_STATUS_OPEN ? undefined : now,
    });
    this.#store.setException(ctx, exception, status === STATUS.EXCEPTION_STATUS_OPEN);
    return exception;
  }

  #policyOf(ctx: Context, kind: ExceptionKind): ExceptionPolicy {
    const entry = this.#store.params(ctx).policies.find((candidate) => candidate.kind === kind);
    const policy = entry?.policy ?? ExceptionPolicy.EXCEPTION_POLICY_WAIT;
    return policy === ExceptionPolicy.EXCEPTION_POLICY_UNSPECIFIED ? ExceptionPolicy.EXCEPTION_POLICY_WAIT : policy;
  }

  /** EventCrossChainPaymentException for money of another chain, else EventPaymentException. */
  #emit(ctx: Context, exception: PaymentException, order: Order | undefined): void {
    const codec = exception.origin === undefined ? EventPaymentException : EventCrossChainPaymentException;
    ctx.events.emitTyped(codec, { orderId: exception.orderId, exception, order });
  }

  /** Does what the policy of an open entry says, as far as that is possible by now. */
  follow(ctx: Context, exception: PaymentException, order: Order | undefined): void {
    const { policy } = exception;
    if (policy === ExceptionPolicy.EXCEPTION_POLICY_REFUND && exception.refundAddress !== undefined) {
      this.refund(ctx, exception, order, THE_CHAIN);
    }
    const customer = order?.customer ?? "";
    if (policy !== ExceptionPolicy.EXCEPTION_POLICY_CREDIT || customer === "") return;
    this.#close(ctx, exception, order, STATUS.EXCEPTION_STATUS_CREDITED);
    this.#escrow.give(ctx, customer, exception.denom, amountOf(exception.amount));
    if (order !== undefined) this.#store.saveOrder(ctx, order);
    this.#emit(ctx, exception, order);
  }

  /** Takes an entry's money out of the ledger. The caller says where it goes, and saves the order. */
  #close(ctx: Context, exception: PaymentException, order: Order | undefined, status: ExceptionStatus): void {
    if (exception.status !== STATUS.EXCEPTION_STATUS_OPEN) {
      throw new ChainError(ErrExceptionAction, `${exception.id} is not open`);
    }
    exception.status = status;
    exception.resolvedAt = timestampFromNs(ctx.block.timeNs);
    this.#store.setException(ctx, exception, false);
    if (order !== undefined) addToOrder(order, "amountExcess", -amountOf(exception.amount));
  }

  /** Sends the money of an entry back; without an address it becomes claimable. Throws ErrExceptionAction. */
  refund(ctx: Context, exception: PaymentException, order: Order | undefined, cause: Cause): Refund {
    this.#close(ctx, exception, order, STATUS.EXCEPTION_STATUS_REFUNDED);
    const refund = this.#refunds.refundException(ctx, exception, order, cause);
    exception.refundId = refund.id;
    this.#store.setException(ctx, exception, false);
    this.#emit(ctx, exception, order);
    return refund;
  }

  /** Takes an entry out of the ledger for its order. The caller credits the money. Throws ErrExceptionAction. */
  apply(ctx: Context, exception: PaymentException, order: Order): void {
    this.#close(ctx, exception, order, STATUS.EXCEPTION_STATUS_APPLIED);
  }

  /** Tells of an entry that was applied, once its payment is known. */
  applied(ctx: Context, exception: PaymentException, order: Order, paymentId: string): void {
    exception.paymentId = paymentId;
    this.#store.setException(ctx, exception, false);
    this.#emit(ctx, exception, order);
  }
}
