// Money on its way back. On this chain a refund arrives at once; to another chain it has two phases: it is burned here,
// and completed when the far mint is reported. Where a burn is not possible now the money stays here and waits.

import {
  EventCrossChainRefundAttested,
  EventCrossChainRefundCompleted,
  EventCrossChainRefundFailed,
  EventCrossChainRefundInitiated,
  EventOrderRefunded,
  EventRefundInitiated,
  EventRefundRetried,
} from "../../../gen/stateset/orders/v1/events.ts";
import {
  type Order,
  OrderStatus,
  type Payment,
  type PaymentException,
  Refund,
  type RefundAddress,
  RefundPhase,
} from "../../../gen/stateset/orders/v1/types.ts";
import type { Context } from "../../../src/baseapp/context.ts";
import { OutOfGasError } from "../../../src/baseapp/gas.ts";
import { toHex } from "../../../src/codec/bytes.ts";
import { ChainError } from "../../../src/codec/chainError.ts";
import { timestampFromNs } from "../../../src/codec/time.ts";
import { ErrRefundExceeds, ErrRefundPhase } from "../errors.ts";
import type { RefundBurner } from "../expected.ts";
import { makeId } from "../ids.ts";
import { addToOrder, amountKept, amountOf } from "../types.ts";
import { ESCROW_ADDRESS, type Escrow } from "./escrow.ts";
import type { OrderStore } from "./store.ts";
import { type Cause, leaveRelease, moveTo } from "./timeline.ts";

/** What a refund gives back. */
interface RefundSource {
  readonly paymentId: string;
  readonly exceptionId: string;
  readonly denom: string;
  readonly refundAddress: RefundAddress | undefined;
  readonly cctpVersion: number;
}

const PHASE = RefundPhase;

/** Statuses that end in REFUNDED when everything went back. */
const REFUNDABLE: ReadonlySet<OrderStatus> = new Set([
  OrderStatus.ORDER_STATUS_PAID,
  OrderStatus.ORDER_STATUS_FULFILLED,
  OrderStatus.ORDER_STATUS_SHIPPED,
  OrderStatus.ORDER_STATUS_DELIVERED,
  OrderStatus.ORDER_STATUS_RETURNED,
]);

/** Starts refunds and sends them. */
export class Refunds {
  readonly #store: OrderStore;
  readonly #escrow: Escrow;
  readonly #burner: RefundBurner;

  constructor(store: OrderStore, escrow: Escrow, burner: RefundBurner) {
    this.#store = store;
    this.#escrow = escrow;
    this.#burner = burner;
  }

  /**
   * Gives back an amount of an order's payments, the newest first, or of one payment only; saves the order. The escrow
   * holds it already (`Escrow.refill`). Throws ErrRefundExceeds.
   */
  refundOrder(
    ctx: Context,
    order: Order,
    request: { readonly amount: bigint; readonly paymentId: string } & Cause,
  ): Refund[] {
    const parts = this.#choosePayments(ctx, order, request);
    const refunds = parts.map(({ payment, amount }) => {
      payment.amountRefunded = (amountOf(payment.amountRefunded) + amount).toString();
      this.#store.setPayment(ctx, payment);
      addToOrder(order, "amountEscrowed", -amount);
      addToOrder(order, "amountRefunding", amount);
      const source = { ...payment, paymentId: payment.id, exceptionId: "", cctpVersion: originVersion(payment) };
      return { refund: this.#create(ctx, order, source, amount, request), payment };
    });
    if (order.amountEscrowed === "0") leaveRelease(ctx, this.#store, order);
    this.#store.saveOrder(ctx, order);
    for (const { refund, payment } of refunds) this.#begin(ctx, refund, order, payment);
    return refunds.map(({ refund }) => refund);
  }

  /** Makes an entry of the exception ledger a refund. The caller has taken it out of the ledger. */
  refundException(ctx: Context, exception: PaymentException, order: Order | undefined, cause: Cause): Refund {
    const cctpVersion = originVersion(exception);
    const source = { ...exception, paymentId: "", exceptionId: exception.id, cctpVersion };
    const refund = this.#create(ctx, order, source, amountOf(exception.amount), cause);
    if (order !== undefined) this.#store.saveOrder(ctx, order);
    this.#begin(ctx, refund, order, undefined);
    return refund;
  }

  #choosePayments(
    ctx: Context,
    order: Order,
    { amount, paymentId }: { readonly amount: bigint; readonly paymentId: string },
  ): { payment: Payment; amount: bigint }[] {
    const candidates = this.#store.payments(ctx, order.id).filter(({ id }) => paymentId === "" || id === paymentId);
    const parts: { payment: Payment; amount: bigint }[] = [];
    let left = amount;
    for (const payment of candidates.reverse()) {
      const available = amountOf(payment.amountApplied) - amountOf(payment.amountRefunded);
      const part = available < left ? available : left;
      if (part > 0n) parts.push({ payment, amount: part });
      left -= part;
    }
    if (left > 0n) throw new ChainError(ErrRefundExceeds, `${amount} is ${left} more than what is left`);
    return parts;
  }

  #create(ctx: Context, order: Order | undefined, source: RefundSource, amount: bigint, cause: Cause): Refund {
    const sequence = (order?.refundCount ?? 0) + 1;
    if (order !== undefined) order.refundCount = sequence;
    const now = timestampFromNs(ctx.block.timeNs);
    const refund = Refund.fromPartial({
      id: makeId("ref", ctx.block.chainId, order?.id ?? source.exceptionId, BigInt(sequence)),
      orderId: order?.id ?? "",
      paymentId: source.paymentId,
      exceptionId: source.exceptionId,
      denom: source.denom,
      amount: amount.toString(),
      phase: source.refundAddress === undefined ? PHASE.REFUND_PHASE_CLAIMABLE : PHASE.REFUND_PHASE_PENDING,
      refundAddress: source.refundAddress,
      cctpVersion: source.cctpVersion,
      initiator: cause.actor,
      reason: cause.reason ?? "",
      createdAt: now,
      sequence,
    });
    this.#store.saveRefund(ctx, refund);
    this.#store.listRefund(ctx, refund);
    return refund;
  }

  #begin(ctx: Context, refund: Refund, order: Order | undefined, payment: Payment | undefined): void {
    ctx.events.emitTyped(EventRefundInitiated, { orderId: refund.orderId, order, refund, payment });
    if (refund.phase === PHASE.REFUND_PHASE_PENDING) this.send(ctx, refund, order);
  }

  /** Sends a pending refund: to an account here, or by a burn. A burn that is not possible leaves it pending. */
  send(ctx: Context, refund: Refund, order: Order | undefined): void {
    const { refundAddress } = refund;
    if (refundAddress === undefined) throw new ChainError(ErrRefundPhase, `${refund.id} has no address to go to`);
    if (refundAddress.localAddress === "") {
      this.#refundCrossChain(ctx, refund, refundAddress, order);
      return;
    }
    this.#escrow.give(ctx, refundAddress.localAddress, refund.denom, amountOf(refund.amount));
    this.#complete(ctx, refund, order);
  }

  /** Burns a refund towards another chain; where that is not possible now, the money stays and the refund waits. */
  #refundCrossChain(ctx: Context, refund: Refund, { domain, address }: RefundAddress, order: Order | undefined): void {
    refund.attempts += 1;
    const request = {
      cctpVersion: refund.cctpVersion === 1 ? 1 : 2,
      from: ESCROW_ADDRESS,
      amount: amountOf(refund.amount),
      denom: refund.denom,
      destinationDomain: domain,
      mintRecipient: address,
    } as const;
    try {
      const burn = ctx.attempt(() => this.#burner.depositForBurn(ctx, request));
      refund.messageHash = burn.messageHash;
      refund.nonce = burn.nonce;
    } catch (thrown) {
      if (!(thrown instanceof ChainError) || thrown instanceof OutOfGasError) throw thrown;
      // Code and not text: texts may change without the state's leave.
      refund.failure = `${thrown.codespace} ${thrown.code}`;
      this.#store.saveRefund(ctx, refund);
      ctx.events.emitTyped(EventCrossChainRefundFailed, { orderId: refund.orderId, refund });
      return;
    }
    refund.phase = PHASE.REFUND_PHASE_BURNED;
    refund.failure = "";
    this.#store.saveRefund(ctx, refund);
    ctx.events.emitTyped(EventCrossChainRefundInitiated, {
      orderId: refund.orderId,
      destinationChain: domain,
      amount: refund.amount,
      messageHash: toHex(refund.messageHash),
      refund,
      order,
    });
  }

  /** Marks a refund as arrived, and with it the order when everything went back. Event: EventOrderRefunded. */
  #complete(ctx: Context, refund: Refund, order: Order | undefined): void {
    refund.phase = PHASE.REFUND_PHASE_COMPLETED;
    refund.failure = "";
    this.#store.saveRefund(ctx, refund);
    if (order !== undefined) {
      if (refund.paymentId !== "") this.#book(ctx, order, refund);
      this.#store.saveOrder(ctx, order);
    }
    ctx.events.emitTyped(EventOrderRefunded, { orderId: refund.orderId, order, refund });
  }

  /** Books a payment's refund that has arrived. */
  #book(ctx: Context, order: Order, { amount: text, initiator, reason }: Refund): void {
    const amount = amountOf(text);
    addToOrder(order, "amountRefunding", -amount);
    addToOrder(order, "amountRefunded", amount);
    const isWhole = order.amountRefunding === "0" && amountKept(order) === 0n;
    if (!isWhole || !REFUNDABLE.has(order.status)) return;
    moveTo(ctx, order, OrderStatus.ORDER_STATUS_REFUNDED, { actor: initiator, reason });
  }

  /** Throws ErrRefundPhase unless the refund is in one of the phases. */
  requirePhase(refund: Refund, ...phases: readonly RefundPhase[]): void {
    if (!phases.includes(refund.phase))
      throw new ChainError(ErrRefundPhase, `${refund.id} is in phase ${refund.phase}`);
  }

  /** Gives a claimable or pending refund an address, and sends it. */
  claim(ctx: Context, refund: Refund, address: RefundAddress): void {
    this.requirePhase(refund, PHASE.REFUND_PHASE_CLAIMABLE, PHASE.REFUND_PHASE_PENDING);
    refund.refundAddress = address;
    refund.phase = PHASE.REFUND_PHASE_PENDING;
    this.send(ctx, refund, this.#store.getOrder(ctx, refund.orderId));
  }

  /** Tries a pending burn again. One that the other chain refused is watched again: it was burned, and is burned once. */
  retry(ctx: Context, refund: Refund): void {
    this.requirePhase(refund, PHASE.REFUND_PHASE_PENDING, PHASE.REFUND_PHASE_FAILED);
    if (refund.phase === PHASE.REFUND_PHASE_PENDING) {
      this.send(ctx, refund, this.#store.getOrder(ctx, refund.orderId));
      return;
    }
    const isAttested = refund.attestedMessageHash.length > 0;
    refund.phase = isAttested ? PHASE.REFUND_PHASE_ATTESTED : PHASE.REFUND_PHASE_BURNED;
    this.#store.saveRefund(ctx, refund);
    ctx.events.emitTyped(EventRefundRetried, { orderId: refund.orderId, refund });
  }

  /** Event: EventCrossChainRefundAttested. A second report may replace the hash: fast messages are attested anew. */
  reportAttested(ctx: Context, refund: Refund, attestedMessageHash: Uint8Array): void {
    this.requirePhase(refund, PHASE.REFUND_PHASE_BURNED, PHASE.REFUND_PHASE_ATTESTED, PHASE.REFUND_PHASE_FAILED);
    refund.phase = PHASE.REFUND_PHASE_ATTESTED;
    refund.attestedMessageHash = attestedMessageHash;
    this.#store.saveRefund(ctx, refund);
    ctx.events.emitTyped(EventCrossChainRefundAttested, { orderId: refund.orderId, refund });
  }

  /** Events: EventOrderRefunded, EventCrossChainRefundCompleted. */
  reportCompleted(ctx: Context, refund: Refund, destinationTxHash: string): void {
    this.requirePhase(refund, PHASE.REFUND_PHASE_BURNED, PHASE.REFUND_PHASE_ATTESTED, PHASE.REFUND_PHASE_FAILED);
    refund.destinationTxHash = destinationTxHash;
    const order = this.#store.getOrder(ctx, refund.orderId);
    this.#complete(ctx, refund, order);
    ctx.events.emitTyped(EventCrossChainRefundCompleted, { orderId: refund.orderId, refund, order });
  }

  /** Event: EventCrossChainRefundFailed. */
  reportFailed(ctx: Context, refund: Refund, failure: string): void {
    this.requirePhase(refund, PHASE.REFUND_PHASE_BURNED, PHASE.REFUND_PHASE_ATTESTED);
    refund.phase = PHASE.REFUND_PHASE_FAILED;
    refund.failure = failure;
    this.#store.saveRefund(ctx, refund);
    ctx.events.emitTyped(EventCrossChainRefundFailed, { orderId: refund.orderId, refund });
  }
}

function originVersion({ origin }: Pick<Payment | PaymentException, "origin">): number {
  return origin?.cctpVersion ?? 0;
}
