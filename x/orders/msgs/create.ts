// MsgCreateOrder and MsgCreateOrders.

import {
  MsgCreateOrder,
  MsgCreateOrderResponse,
  MsgCreateOrders,
  MsgCreateOrdersResponse,
  type NewOrder,
} from "../../../gen/stateset/orders/v1/tx.ts";
import { type MsgHandler, msgHandler } from "../../../src/baseapp/module.ts";
import { ChainError } from "../../../src/codec/chainError.ts";
import { typeUrlOf } from "../../../src/codec/message.ts";
import { ErrInvalidRequest } from "../../../src/codec/sdkErrors.ts";
import type { OrdersKeeper } from "../keeper.ts";
import { requireAccount, requireBatch } from "../limits.ts";

/** Throws ErrInvalidRequest. */
export function requireGiven(order: NewOrder | undefined): NewOrder {
  if (order === undefined) throw new ChainError(ErrInvalidRequest, "order is missing");
  return order;
}

/** The handlers. Pauses come first here: there is no order yet that could tell who may. */
export function createMsgs(keeper: OrdersKeeper): readonly MsgHandler[] {
  return [
    msgHandler({
      request: MsgCreateOrder,
      response: MsgCreateOrderResponse,
      handle: (ctx, message) => {
        const creator = requireAccount("creator", message.creator);
        const given = requireGiven(message.order);
        keeper.requireUnpaused(ctx, typeUrlOf(MsgCreateOrder));
        const { id: orderId, depositAddress } = keeper.creation.create(ctx, creator, given);
        return { orderId, depositAddress };
      },
    }),
    msgHandler({
      request: MsgCreateOrders,
      response: MsgCreateOrdersResponse,
      handle: (ctx, { creator: text, orders }) => {
        const creator = requireAccount("creator", text);
        requireBatch("orders", orders.length);
        keeper.requireUnpaused(ctx, typeUrlOf(MsgCreateOrders));
        return { orderIds: orders.map((given) => keeper.creation.create(ctx, creator, given).id) };
      },
    }),
  ];
}
