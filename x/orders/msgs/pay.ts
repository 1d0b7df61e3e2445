// MsgPayOrder, MsgPayOrders and MsgCreateAndPayOrder. Anybody may pay.

import {
  MsgCreateAndPayOrder,
  MsgCreateAndPayOrderResponse,
  MsgPayOrder,
  MsgPayOrderResponse,
  MsgPayOrders,
  MsgPayOrdersResponse,
  type OrderPayment,
} from "../../../gen/stateset/orders/v1/tx.ts";
import { type Order, OrderAction, type Payment, type RefundAddress } from "../../../gen/stateset/orders/v1/types.ts";
import type { Context } from "../../../src/baseapp/context.ts";
import { type MsgHandler, msgHandler } from "../../../src/baseapp/module.ts";
import { decodeAddress } from "../../../src/codec/address.ts";
import { ChainError } from "../../../src/codec/chainError.ts";
import { excerpt } from "../../../src/codec/integer.ts";
import { typeUrlOf } from "../../../src/codec/message.ts";
import { ErrOrderNotFound } from "../errors.ts";
import type { OrdersKeeper } from "../keeper.ts";
import { requireAccount, requireBatch } from "../limits.ts";
import { parsePositive } from "../types.ts";
import { requireGiven } from "./create.ts";

/** What is paid, checked against its order. */
interface ValidPayment {
  readonly order: Order;
  readonly amount: bigint;
  readonly refundAddress: RefundAddress | undefined;
}

type GivenPayment = Pick<OrderPayment, "amount" | "refundAddress">;

function requireFound(order: Order | undefined, id: string): Order {
  if (order === undefined) throw new ChainError(ErrOrderNotFound, excerpt(id));
  return order;
}

/** Refusals in this order: table, denomination, amount, refund address, deadline, number of payments. */
function validate(
  keeper: OrdersKeeper,
  ctx: Context,
  payer: string,
  { order, amount: coin, refundAddress: given }: GivenPayment & { readonly order: Order },
): ValidPayment {
  keeper.access.requireTransition(ctx, order, OrderAction.ORDER_ACTION_PAY, payer);
  keeper.payments.requireDenom(order, coin?.denom ?? "");
  const amount = parsePositive("amount", coin?.amount ?? "");
  const refundAddress = given === undefined ? undefined : keeper.refundAddresses.parse(ctx, given);
  keeper.payments.requirePayable(ctx, order, amount);
  return { order, amount, refundAddress };
}

function pay(
  keeper: OrdersKeeper,
  ctx: Context,
  payer: string,
  { order, amount, refundAddress }: ValidPayment,
): Payment {
  keeper.escrow.requireSendEnabled(ctx, order.denom, amount);
  return keeper.payments.pay(ctx, order, { payer: decodeAddress(payer), amount, refundAddress });
}

/** The handlers. */
export function payMsgs(keeper: OrdersKeeper): readonly MsgHandler[] {
  return [
    msgHandler({
      request: MsgPayOrder,
      response: MsgPayOrderResponse,
      handle: (ctx, message) => {
        const payer = requireAccount("payer", message.payer);
        const order = requireFound(keeper.store.getOrder(ctx, message.orderId), message.orderId);
        const valid = validate(keeper, ctx, payer, { ...message, order });
        keeper.requireUnpaused(ctx, typeUrlOf(MsgPayOrder));
        const { id: paymentId, amountApplied, amountReturned } = pay(keeper, ctx, payer, valid);
        return { paymentId, amountApplied, amountReturned, status: order.status };
      },
    }),
    msgHandler({
      request: MsgPayOrders,
      response: MsgPayOrdersResponse,
      handle: (ctx, { payer: text, payments }) => {
        const payer = requireAccount("payer", text);
        requireBatch("payments", payments.length);
        keeper.requireUnpaused(ctx, typeUrlOf(MsgPayOrders));
        // One after the other, since two of them may pay one order.
        const paymentIds = payments.map((payment) => {
          const order = requireFound(keeper.store.getOrder(ctx, payment.orderId), payment.orderId);
          return pay(keeper, ctx, payer, validate(keeper, ctx, payer, { ...payment, order })).id;
        });
        return { paymentIds };
      },
    }),
    msgHandler({
      request: MsgCreateAndPayOrder,
      response: MsgCreateAndPayOrderResponse,
      handle: (ctx, message) => {
        const creator = requireAccount("creator", message.creator);
        const given = requireGiven(message.order);
        keeper.requireUnpaused(ctx, typeUrlOf(MsgCreateAndPayOrder));
        const order = keeper.creation.create(ctx, creator, given);
        const { id: paymentId } = pay(keeper, ctx, creator, validate(keeper, ctx, creator, { ...message, order }));
        return { orderId: order.id, paymentId, status: order.status, depositAddress: order.depositAddress };
      },
    }),
  ];
}
