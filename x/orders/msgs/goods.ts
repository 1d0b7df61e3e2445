// MsgFulfillOrder, MsgShipOrder, MsgDeliverOrder and MsgReturnOrder: the way of the goods.

import {
  MsgDeliverOrder,
  MsgDeliverOrderResponse,
  MsgFulfillOrder,
  MsgFulfillOrderResponse,
  MsgReturnOrder,
  MsgReturnOrderResponse,
  MsgShipOrder,
  MsgShipOrderResponse,
} from "../../../gen/stateset/orders/v1/tx.ts";
import { OrderAction } from "../../../gen/stateset/orders/v1/types.ts";
import type { MsgHandler } from "../../../src/baseapp/module.ts";
import { ChainError } from "../../../src/codec/chainError.ts";
import { ErrInvalidRequest } from "../../../src/codec/sdkErrors.ts";
import { timestampToNs } from "../../../src/codec/time.ts";
import type { Tracking } from "../keeper/fulfillment.ts";
import type { OrdersKeeper } from "../keeper.ts";
import { NAME_MAX, requireText } from "../limits.ts";
import { moveHandler } from "./orderMessage.ts";

/** Throws ErrTextTooLong, ErrInvalidRequest on a time that protobuf does not allow. */
function requireTracking({ carrier, trackingNumber, estimatedDelivery }: Tracking): void {
  requireText("carrier", carrier, NAME_MAX);
  requireText("tracking_number", trackingNumber, NAME_MAX);
  if (estimatedDelivery === undefined) return;
  try {
    timestampToNs(estimatedDelivery);
  } catch (thrown) {
    const reason = thrown instanceof Error ? thrown.message : String(thrown);
    throw new ChainError(ErrInvalidRequest, `estimated_delivery: ${reason}`);
  }
}

/** The handlers. */
export function goodsMsgs(keeper: OrdersKeeper): readonly MsgHandler[] {
  const { fulfillment } = keeper;
  return [
    moveHandler(keeper, {
      request: MsgFulfillOrder,
      response: MsgFulfillOrderResponse,
      action: OrderAction.ORDER_ACTION_FULFILL,
      validate: ({ message }) => requireTracking(message),
      move: ({ ctx, message, order, actor }) => fulfillment.fulfill(ctx, order, { ...message, ...actor }),
    }),
    moveHandler(keeper, {
      request: MsgShipOrder,
      response: MsgShipOrderResponse,
      action: OrderAction.ORDER_ACTION_SHIP,
      validate: ({ message }) => requireTracking(message),
      move: ({ ctx, message, order, actor }) => fulfillment.ship(ctx, order, { ...message, ...actor }),
    }),
    moveHandler(keeper, {
      request: MsgDeliverOrder,
      response: MsgDeliverOrderResponse,
      action: OrderAction.ORDER_ACTION_DELIVER,
      move: ({ ctx, message, order, actor }) => fulfillment.deliver(ctx, order, { ...message, ...actor }),
    }),
    moveHandler(keeper, {
      request: MsgReturnOrder,
      response: MsgReturnOrderResponse,
      action: OrderAction.ORDER_ACTION_RETURN,
      move: ({ ctx, message, order, actor }) => fulfillment.takeBack(ctx, order, { ...message, ...actor }),
    }),
  ];
}
