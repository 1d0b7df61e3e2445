// Messages about refunds on their way: where they go, trying again, and what the relayer reports.

import { EventRefundAddressSet } from "../../../gen/stateset/orders/v1/events.ts";
import {
  MsgClaimRefund,
  MsgClaimRefundResponse,
  MsgReportRefundAttested,
  MsgReportRefundAttestedResponse,
  MsgReportRefundCompleted,
  MsgReportRefundCompletedResponse,
  MsgReportRefundFailed,
  MsgReportRefundFailedResponse,
  MsgRetryRefund,
  MsgRetryRefundResponse,
  MsgSetRefundAddress,
  MsgSetRefundAddressResponse,
} from "../../../gen/stateset/orders/v1/tx.ts";
import {
  type Order,
  type Payment,
  type PaymentException,
  type Refund,
  RefundPhase,
} from "../../../gen/stateset/orders/v1/types.ts";
import type { Context } from "../../../src/baseapp/context.ts";
import { type MsgHandler, msgHandler } from "../../../src/baseapp/module.ts";
import { ChainError } from "../../../src/codec/chainError.ts";
import { type MessageCodec, typeUrlOf } from "../../../src/codec/message.ts";
import { ErrInvalidHash, ErrNotAllowed, ErrNotReporter, ErrPaymentNotFound } from "../errors.ts";
import { isCustomer } from "../keeper/refundAddress.ts";
import type { OrdersKeeper } from "../keeper.ts";
import { REASON_MAX, requireAccount, requireText, TX_HASH_MAX } from "../limits.ts";

/** Open entries of the exception ledger that one message gives an address. */
const EXCEPTIONS_MAX = 100;
const HASH_BYTES = 32;

/**
 * Whether somebody may say where a payment goes back to: who paid on this chain, or the customer where nobody of this
 * chain paid and no address is known. One that is known stays: it is the payer's own word.
 */
function mayDirect(order: Order, payment: Payment, signer: string): boolean {
  if (payment.payer !== "") return payment.payer === signer;
  return isCustomer(order, signer) && payment.refundAddress === undefined;
}

/** The payments that a message is about. Throws ErrPaymentNotFound, ErrNotAllowed. */
function choosePayments(
  keeper: OrdersKeeper,
  ctx: Context,
  order: Order,
  { signer, paymentId }: { readonly signer: string; readonly paymentId: string },
): Payment[] {
  if (paymentId === "") {
    const isOpen = (payment: Payment) => payment.refundAddress === undefined && mayDirect(order, payment, signer);
    return keeper.store.payments(ctx, order.id).filter(isOpen);
  }
  const payment = keeper.store.requirePayment(ctx, paymentId);
  if (payment.orderId !== order.id) throw new ChainError(ErrPaymentNotFound, `${paymentId} is not of ${order.id}`);
  if (!mayDirect(order, payment, signer)) throw new ChainError(ErrNotAllowed, `refund address of ${paymentId}`);
  return [payment];
}

function chooseExceptions(
  keeper: OrdersKeeper,
  ctx: Context,
  order: Order,
  { signer, paymentId }: { readonly signer: string; readonly paymentId: string },
): PaymentException[] {
  if (paymentId !== "" || !isCustomer(order, signer)) return [];
  const open = keeper.store.openExceptions(ctx, order.id, EXCEPTIONS_MAX);
  return open.filter(({ refundAddress }) => refundAddress === undefined);
}

function setRefundAddressMsg(keeper: OrdersKeeper): MsgHandler {
  return msgHandler({
    request: MsgSetRefundAddress,
    response: MsgSetRefundAddressResponse,
    handle: (ctx, message) => {
      const signer = requireAccount("signer", message.signer);
      const order = keeper.store.requireOrder(ctx, message.orderId);
      const { paymentId } = message;
      const payments = choosePayments(keeper, ctx, order, { signer, paymentId });
      const exceptions = chooseExceptions(keeper, ctx, order, { signer, paymentId });
      if (payments.length + exceptions.length === 0 && !isCustomer(order, signer)) {
        throw new ChainError(ErrNotAllowed, `refund address of ${order.id}`);
      }
      const refundAddress = keeper.refundAddresses.parse(ctx, message.refundAddress);
      keeper.requireUnpaused(ctx, typeUrlOf(MsgSetRefundAddress));
      for (const payment of payments) {
        payment.refundAddress = refundAddress;
        keeper.store.setPayment(ctx, payment);
      }
      for (const exception of exceptions) {
        exception.refundAddress = refundAddress;
        keeper.store.setException(ctx, exception, true);
      }
      ctx.events.emitTyped(EventRefundAddressSet, {
        orderId: order.id,
        paymentId,
        refundAddress,
        payments,
        exceptions,
      });
      for (const exception of exceptions) keeper.exceptions.follow(ctx, exception, order);
      return {};
    },
  });
}

function claimRefundMsg(keeper: OrdersKeeper): MsgHandler {
  return msgHandler({
    request: MsgClaimRefund,
    response: MsgClaimRefundResponse,
    handle: (ctx, message) => {
      const signer = requireAccount("signer", message.signer);
      const refund = keeper.store.requireRefund(ctx, message.refundId);
      const order = keeper.store.getOrder(ctx, refund.orderId);
      const isAuthority = keeper.access.isAuthority(ctx, signer);
      // Only the authority redirects a refund that has an address: one that can never be reached.
      if (!isAuthority && !isCustomer(order, signer)) throw new ChainError(ErrNotAllowed, refund.id);
      if (!isAuthority) keeper.refunds.requirePhase(refund, RefundPhase.REFUND_PHASE_CLAIMABLE);
      const address = keeper.refundAddresses.parse(ctx, message.refundAddress);
      keeper.requireUnpaused(ctx, typeUrlOf(MsgClaimRefund));
      keeper.refunds.claim(ctx, refund, address);
      return { phase: refund.phase };
    },
  });
}

function retryRefundMsg(keeper: OrdersKeeper): MsgHandler {
  return msgHandler({
    request: MsgRetryRefund,
    response: MsgRetryRefundResponse,
    handle: (ctx, message) => {
      requireAccount("signer", message.signer);
      const refund = keeper.store.requireRefund(ctx, message.refundId);
      keeper.requireUnpaused(ctx, typeUrlOf(MsgRetryRefund));
      keeper.refunds.retry(ctx, refund);
      return { phase: refund.phase };
    },
  });
}

/** A message of a reporter about one refund: signer, refund, `validate`, paused, `report`. */
function reportMsg<Req extends { signer: string; refundId: string }>(
  keeper: OrdersKeeper,
  request: MessageCodec<Req>,
  response: MessageCodec<object>,
  parts: {
    readonly validate: (message: Req) => void;
    readonly report: (ctx: Context, refund: Refund, message: Req) => void;
  },
): MsgHandler {
  return msgHandler({
    request,
    response,
    handle: (ctx, message) => {
      const signer = requireAccount("signer", message.signer);
      const { refundReporters } = keeper.store.params(ctx);
      if (!refundReporters.includes(signer) && !keeper.access.isAuthority(ctx, signer)) {
        throw new ChainError(ErrNotReporter, signer);
      }
      const refund = keeper.store.requireRefund(ctx, message.refundId);
      parts.validate(message);
      keeper.requireUnpaused(ctx, typeUrlOf(request));
      parts.report(ctx, refund, message);
      return {};
    },
  });
}

/** The handlers. */
export function refundMsgs(keeper: OrdersKeeper): readonly MsgHandler[] {
  const { refunds } = keeper;
  return [
    setRefundAddressMsg(keeper),
    claimRefundMsg(keeper),
    retryRefundMsg(keeper),
    reportMsg<MsgReportRefundAttested>(keeper, MsgReportRefundAttested, MsgReportRefundAttestedResponse, {
      validate: ({ attestedMessageHash }) => {
        if (attestedMessageHash.length === HASH_BYTES) return;
        throw new ChainError(ErrInvalidHash, `attested_message_hash has ${attestedMessageHash.length} bytes`);
      },
      report: (ctx, refund, { attestedMessageHash }) => refunds.reportAttested(ctx, refund, attestedMessageHash),
    }),
    reportMsg<MsgReportRefundCompleted>(keeper, MsgReportRefundCompleted, MsgReportRefundCompletedResponse, {
      validate: ({ destinationTxHash }) => requireText("destination_tx_hash", destinationTxHash, TX_HASH_MAX),
      report: (ctx, refund, { destinationTxHash }) => refunds.reportCompleted(ctx, refund, destinationTxHash),
    }),
    reportMsg<MsgReportRefundFailed>(keeper, MsgReportRefundFailed, MsgReportRefundFailedResponse, {
      validate: ({ failure }) => requireText("failure", failure, REASON_MAX),
      report: (ctx, refund, { failure }) => refunds.reportFailed(ctx, refund, failure),
    }),
  ];
}
