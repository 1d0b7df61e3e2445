// MsgOpenDispute and MsgResolveDispute.

import {
  MsgOpenDispute,
  MsgOpenDisputeResponse,
  MsgResolveDispute,
  MsgResolveDisputeResponse,
} from "../../../gen/stateset/orders/v1/tx.ts";
import { OrderAction } from "../../../gen/stateset/orders/v1/types.ts";
import type { MsgHandler } from "../../../src/baseapp/module.ts";
import type { OrdersKeeper } from "../keeper.ts";
import { REASON_MAX, requireHash, requireText } from "../limits.ts";
import { parsePositive } from "../types.ts";
import { moveHandler, orderHandler } from "./orderMessage.ts";

/** The handlers. */
export function disputeMsgs(keeper: OrdersKeeper): readonly MsgHandler[] {
  const { lifecycle } = keeper;
  return [
    moveHandler(keeper, {
      request: MsgOpenDispute,
      response: MsgOpenDisputeResponse,
      action: OrderAction.ORDER_ACTION_OPEN_DISPUTE,
      validate: ({ message }) => requireHash("evidence_hash", message.evidenceHash),
      move: ({ ctx, message, order, actor }) => lifecycle.openDispute(ctx, order, actor, message.evidenceHash),
    }),
    orderHandler(keeper, {
      request: MsgResolveDispute,
      response: MsgResolveDisputeResponse,
      action: OrderAction.ORDER_ACTION_RESOLVE_DISPUTE,
      validate: ({ message, order }) => {
        requireText("resolution", message.resolution, REASON_MAX);
        const given = message.refundAmount === "" ? undefined : parsePositive("refund_amount", message.refundAmount);
        return lifecycle.refundOf(order, message.outcome, given);
      },
      execute: ({ ctx, message, order, actor }, amount) => {
        const cause = { ...actor, reason: message.resolution };
        const refunds = lifecycle.resolveDispute(ctx, order, { ...cause, outcome: message.outcome, amount });
        return { refundIds: refunds.map(({ id }) => id), status: order.status };
      },
    }),
  ];
}
