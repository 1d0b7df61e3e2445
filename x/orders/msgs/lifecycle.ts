// MsgCancelOrder, MsgHoldOrder, MsgReleaseOrder, MsgRefundOrder and MsgCapturePayment.

import {
  MsgCancelOrder,
  MsgCancelOrderResponse,
  MsgCapturePayment,
  MsgCapturePaymentResponse,
  MsgHoldOrder,
  MsgHoldOrderResponse,
  MsgRefundOrder,
  MsgRefundOrderResponse,
  MsgReleaseOrder,
  MsgReleaseOrderResponse,
} from "../../../gen/stateset/orders/v1/tx.ts";
import { CancelCause, OrderAction, OrderRole } from "../../../gen/stateset/orders/v1/types.ts";
import type { MsgHandler } from "../../../src/baseapp/module.ts";
import { ChainError } from "../../../src/codec/chainError.ts";
import { ErrPaymentNotFound } from "../errors.ts";
import type { OrdersKeeper } from "../keeper.ts";
import { amountKept, amountOf, parsePositive } from "../types.ts";
import { type Allowed, isCustomerOnly, moveHandler, orderHandler } from "./orderMessage.ts";

/** What a refund gives back: the amount asked for, else all that is left. Throws ErrPaymentNotFound. */
function refundAmount(keeper: OrdersKeeper, { ctx, message, order }: Allowed<MsgRefundOrder>): bigint {
  const { amount, paymentId } = message;
  if (paymentId !== "" && keeper.store.requirePayment(ctx, paymentId).orderId !== order.id) {
    throw new ChainError(ErrPaymentNotFound, `${paymentId} is not of ${order.id}`);
  }
  if (amount !== "") return parsePositive("amount", amount);
  if (paymentId === "") return amountKept(order);
  const { amountApplied, amountRefunded } = keeper.store.requirePayment(ctx, paymentId);
  return amountOf(amountApplied) - amountOf(amountRefunded);
}

/** Whether nobody but the merchant's side wants the escrow paid out. */
function isSellerAlone(roles: ReadonlySet<OrderRole>): boolean {
  const others = [OrderRole.ORDER_ROLE_CUSTOMER, OrderRole.ORDER_ROLE_ARBITER, OrderRole.ORDER_ROLE_AUTHORITY];
  return !others.some((role) => roles.has(role));
}

/** The handlers. */
export function lifecycleMsgs(keeper: OrdersKeeper): readonly MsgHandler[] {
  const { lifecycle } = keeper;
  return [
    moveHandler(keeper, {
      request: MsgCancelOrder,
      response: MsgCancelOrderResponse,
      action: OrderAction.ORDER_ACTION_CANCEL,
      validate: ({ order, roles }) => lifecycle.requireUnprepared(order, isCustomerOnly(roles)),
      move: ({ ctx, order, actor }) => lifecycle.cancel(ctx, order, actor, CancelCause.CANCEL_CAUSE_REQUESTED),
    }),
    moveHandler(keeper, {
      request: MsgHoldOrder,
      response: MsgHoldOrderResponse,
      action: OrderAction.ORDER_ACTION_HOLD,
      move: ({ ctx, order, actor }) => lifecycle.hold(ctx, order, actor),
    }),
    moveHandler(keeper, {
      request: MsgReleaseOrder,
      response: MsgReleaseOrderResponse,
      action: OrderAction.ORDER_ACTION_RELEASE,
      move: ({ ctx, order, actor }) => lifecycle.release(ctx, order, actor),
    }),
    orderHandler(keeper, {
      request: MsgRefundOrder,
      response: MsgRefundOrderResponse,
      action: OrderAction.ORDER_ACTION_REFUND,
      validate: (allowed) => refundAmount(keeper, allowed),
      execute: ({ ctx, message, order, actor }, amount) => {
        const refunds = lifecycle.refund(ctx, order, { ...actor, amount, paymentId: message.paymentId });
        return { refundIds: refunds.map(({ id }) => id), status: order.status };
      },
    }),
    orderHandler(keeper, {
      request: MsgCapturePayment,
      response: MsgCapturePaymentResponse,
      action: OrderAction.ORDER_ACTION_CAPTURE,
      validate: () => undefined,
      execute: ({ ctx, order, roles }) => ({ amount: lifecycle.capture(ctx, order, isSellerAlone(roles)).toString() }),
    }),
  ];
}
