// MsgResolveException and MsgSweepDeposit: money that could not be credited when it came.

import {
  ExceptionAction,
  MsgResolveException,
  MsgResolveExceptionResponse,
  MsgSweepDeposit,
  MsgSweepDepositResponse,
} from "../../../gen/stateset/orders/v1/tx.ts";
import {
  type Order,
  OrderRole,
  OrderStatus,
  type PaymentException,
  PaymentMethod,
} from "../../../gen/stateset/orders/v1/types.ts";
import type { Context } from "../../../src/baseapp/context.ts";
import { type MsgHandler, msgHandler } from "../../../src/baseapp/module.ts";
import { decodeAddress } from "../../../src/codec/address.ts";
import { ChainError } from "../../../src/codec/chainError.ts";
import { typeUrlOf } from "../../../src/codec/message.ts";
import {
  ErrExceptionAction,
  ErrInvalidRefundAddress,
  ErrInvalidTransition,
  ErrNotAllowed,
  ErrNothingToSweep,
} from "../errors.ts";
import type { OrdersKeeper } from "../keeper.ts";
import { requireAccount } from "../limits.ts";
import { statusName } from "../transitions.ts";
import { amountOf } from "../types.ts";
import type { InboundMoney } from "./inbound.ts";

/** Who deals with the exceptions of an order. */
const RESOLVERS: readonly OrderRole[] = [
  OrderRole.ORDER_ROLE_MERCHANT,
  OrderRole.ORDER_ROLE_OPERATOR,
  OrderRole.ORDER_ROLE_ARBITER,
  OrderRole.ORDER_ROLE_AUTHORITY,
];

/** Throws ErrNotAllowed: without an order only the authority. */
function requireResolver(keeper: OrdersKeeper, ctx: Context, order: Order | undefined, signer: string): void {
  if (order === undefined) {
    if (!keeper.access.isAuthority(ctx, signer)) throw new ChainError(ErrNotAllowed, "the entry names no order");
    return;
  }
  const roles = keeper.access.rolesOf(ctx, order, signer);
  if (!RESOLVERS.some((role) => roles.has(role))) throw new ChainError(ErrNotAllowed, `exceptions of ${order.id}`);
}

/** Throws ErrExceptionAction, ErrInvalidTransition, ErrTooOften. */
function applyEntry(
  keeper: OrdersKeeper,
  inbound: InboundMoney,
  ctx: Context,
  { exception, order }: { readonly exception: PaymentException; readonly order: Order | undefined },
): void {
  if (order === undefined) throw new ChainError(ErrExceptionAction, `${exception.id} names no order`);
  if (order.status !== OrderStatus.ORDER_STATUS_CREATED) {
    throw new ChainError(ErrInvalidTransition, `${order.id} is ${statusName(order.status)}`);
  }
  const amount = amountOf(exception.amount);
  keeper.payments.requireRoom(order, amount);
  keeper.exceptions.apply(ctx, exception, order);
  const { denom, method, refundAddress, origin } = exception;
  const payment = inbound.apply(ctx, order, { denom, amount, method, refundAddress, origin });
  keeper.exceptions.applied(ctx, exception, order, payment.id);
}

function resolveExceptionMsg(keeper: OrdersKeeper, inbound: InboundMoney): MsgHandler {
  return msgHandler({
    request: MsgResolveException,
    response: MsgResolveExceptionResponse,
    handle: (ctx, message) => {
      const signer = requireAccount("signer", message.signer);
      const exception = keeper.store.requireException(ctx, message.exceptionId);
      const order = keeper.store.getOrder(ctx, exception.orderId);
      requireResolver(keeper, ctx, order, signer);
      if (message.refundAddress !== undefined) {
        if (!keeper.access.isAuthority(ctx, signer) || exception.refundAddress !== undefined) {
          throw new ChainError(ErrInvalidRefundAddress, "only the authority may give one, where none is known");
        }
        exception.refundAddress = keeper.refundAddresses.parse(ctx, message.refundAddress);
      }
      keeper.requireUnpaused(ctx, typeUrlOf(MsgResolveException));
      switch (message.action) {
        case ExceptionAction.EXCEPTION_ACTION_APPLY:
          applyEntry(keeper, inbound, ctx, { exception, order });
          break;
        case ExceptionAction.EXCEPTION_ACTION_REFUND:
          keeper.exceptions.refund(ctx, exception, order, { actor: signer });
          break;
        default:
          throw new ChainError(ErrExceptionAction, `action ${message.action}`);
      }
      return { status: exception.status };
    },
  });
}

/** Money at a deposit address that no message told of: it lay there before the order was made, say. */
function sweepDepositMsg(keeper: OrdersKeeper, inbound: InboundMoney): MsgHandler {
  return msgHandler({
    request: MsgSweepDeposit,
    response: MsgSweepDepositResponse,
    handle: (ctx, message) => {
      requireAccount("signer", message.signer);
      const order = keeper.store.requireOrder(ctx, message.orderId);
      keeper.requireUnpaused(ctx, typeUrlOf(MsgSweepDeposit));
      const deposit = decodeAddress(order.depositAddress);
      const amount = keeper.escrow.balanceOf(ctx, deposit, order.denom);
      if (amount === 0n) throw new ChainError(ErrNothingToSweep, order.id);
      keeper.escrow.take(ctx, deposit, order.denom, amount);
      inbound.processCrossChainPayment(ctx, order, {
        denom: order.denom,
        amount,
        method: PaymentMethod.PAYMENT_METHOD_SWEEP,
        refundAddress: undefined,
        origin: undefined,
      });
      return { amount: amount.toString() };
    },
  });
}

/** The handlers. */
export function exceptionMsgs(keeper: OrdersKeeper, inbound: InboundMoney): readonly MsgHandler[] {
  return [resolveExceptionMsg(keeper, inbound), sweepDepositMsg(keeper, inbound)];
}
