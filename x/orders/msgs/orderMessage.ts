// What the messages about one order have in common: find the order, ask the table, ask whether the type is paused.

import { type Order, type OrderAction, OrderRole, type OrderStatus } from "../../../gen/stateset/orders/v1/types.ts";
import type { Context } from "../../../src/baseapp/context.ts";
import { type MsgHandler, msgHandler } from "../../../src/baseapp/module.ts";
import { type MessageCodec, typeUrlOf } from "../../../src/codec/message.ts";
import type { Actor } from "../keeper/lifecycle.ts";
import type { OrdersKeeper } from "../keeper.ts";
import { REASON_MAX, requireAccount, requireText } from "../limits.ts";

/** A message about one order. */
interface OrderMessage {
  readonly signer: string;
  readonly orderId: string;
  readonly reason?: string;
}

/** What a handler knows once the table allows the message. */
export interface Allowed<Req> {
  readonly ctx: Context;
  readonly message: Req;
  readonly order: Order;
  readonly actor: Actor;
  /** All that the signer is to the order. */
  readonly roles: ReadonlySet<OrderRole>;
}

/** Whether somebody has none of the powers of the merchant's side or above. */
export function isCustomerOnly(roles: ReadonlySet<OrderRole>): boolean {
  return !isSeller(roles) && !roles.has(OrderRole.ORDER_ROLE_AUTHORITY);
}

/** Whether somebody is the merchant or an operator of it. */
export function isSeller(roles: ReadonlySet<OrderRole>): boolean {
  return roles.has(OrderRole.ORDER_ROLE_MERCHANT) || roles.has(OrderRole.ORDER_ROLE_OPERATOR);
}

/**
 * The handler of a message about one order. Refusals in this order: signer, order, table, `validate`, paused, `execute`.
 */
export function orderHandler<Req extends OrderMessage, Res, Valid>(
  keeper: OrdersKeeper,
  options: {
    readonly request: MessageCodec<Req>;
    readonly response: MessageCodec<Res>;
    readonly action: OrderAction;
    readonly validate: (allowed: Allowed<Req>) => Valid;
    readonly execute: (allowed: Allowed<Req>, valid: Valid) => Res;
  },
): MsgHandler {
  const { request, response, action, validate, execute } = options;
  const typeUrl = typeUrlOf(request);
  return msgHandler({
    request,
    response,
    handle: (ctx, message) => {
      const signer = requireAccount("signer", message.signer);
      const order = keeper.store.requireOrder(ctx, message.orderId);
      keeper.access.requireTransition(ctx, order, action, signer);
      const roles = keeper.access.rolesOf(ctx, order, signer);
      const actor = { actor: signer, reason: message.reason ?? "", isSeller: isSeller(roles) };
      const allowed = { ctx, message, order, actor, roles };
      requireText("reason", actor.reason, REASON_MAX);
      const valid = validate(allowed);
      keeper.requireUnpaused(ctx, typeUrl);
      return execute(allowed, valid);
    },
  });
}

/** The handler of a message about one order that answers with the order's status. Refusals as in `orderHandler`. */
export function moveHandler<Req extends OrderMessage>(
  keeper: OrdersKeeper,
  options: {
    readonly request: MessageCodec<Req>;
    readonly response: MessageCodec<{ status: OrderStatus }>;
    readonly action: OrderAction;
    readonly validate?: (allowed: Allowed<Req>) => void;
    readonly move: (allowed: Allowed<Req>) => void;
  },
): MsgHandler {
  const { validate = () => undefined, move } = options;
  return orderHandler(keeper, {
    ...options,
    validate,
    execute: (allowed) => {
      move(allowed);
      return { status: allowed.order.status };
    },
  });
}
