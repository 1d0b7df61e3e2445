// Orders that the gateway makes and pays by itself, in the name of an API key: what a schedule does instead of a client.

import { MsgCreateOrder, MsgCreateOrderResponse } from "../../../gen/stateset/orders/v1/tx.ts";
import { Problem } from "../http/problem.ts";
import type { NewOrder } from "../orders/bodies.ts";
import { chainOrder } from "../orders/chainOrders.ts";
import { forgetHolds, holdOrders, planHolds } from "../orders/holds.ts";
import { actAs, anyOf, responseOf } from "../orders/messages.ts";
import { prepareOrder } from "../orders/newOrder.ts";
import { paymentMessage } from "../orders/payer.ts";
import { amountDue } from "../orders/view.ts";
import { outcomeInTime } from "../orders/writes.ts";
import type { ApiKey, GatewayParts } from "../parts.ts";
import type { ChainObject } from "../readModel/blockRows.ts";
import { enumName } from "../readModel/writeRows.ts";

/** Where an order stands. */
export interface OrderState {
  /** As the API says it: `CREATED`, `PAID`, … */
  readonly status: string;
  /** Micro-units. */
  readonly due: bigint;
}

/** Makes and pays orders. Everything rejects with Problem. */
export interface OrderDesk {
  /** Makes an order; gives its id. One idempotency key makes one. */
  create(key: ApiKey, body: NewOrder, idempotencyKey: string): Promise<string>;
  state(orderId: string): Promise<OrderState | undefined>;
  /** Pays what is due from a wallet that granted it to the key's signer. The chain takes no more than that, ever. */
  pay(key: ApiKey, orderId: string, wallet: string): Promise<void>;
}

/** The desk of a gateway. */
export function orderDesk(parts: GatewayParts): OrderDesk {
  const order = async (orderId: string): Promise<ChainObject | undefined> =>
    (await chainOrder(parts.chain, orderId))?.order;
  return {
    async create(key, body, idempotencyKey) {
      const prepared = await prepareOrder({ parts, key, at: "" }, body);
      const message = anyOf(MsgCreateOrder, { creator: key.signer, order: prepared.order });
      // What has to be looked at first is held, and not paid until somebody has released it.
      const plan = await planHolds(parts, key, { reasons: [prepared.holdReason], clientKey: idempotencyKey });
      try {
        const pending = await parts.writer.submit({ apiKey: key, message, idempotencyKey });
        const { orderId } = responseOf(MsgCreateOrderResponse, await outcomeInTime(pending));
        if (plan !== undefined) await holdOrders(parts, key, plan, [orderId]);
        return orderId;
      } catch (error) {
        if (error instanceof Problem && error.code === "chain_refused") {
          await prepared.discard();
          await forgetHolds(parts, plan);
        }
        throw error;
      }
    },
    async state(orderId) {
      const found = await order(orderId);
      if (found === undefined) return undefined;
      return { status: enumName(found["status"], "ORDER_STATUS_"), due: amountDue(found) };
    },
    async pay(key, orderId, wallet) {
      const found = await order(orderId);
      if (found === undefined) throw new Problem("not_found", "there is no such order");
      const plan = { payer: wallet, order: found, amount: amountDue(found) };
      const message = actAs(key, wallet, await paymentMessage(parts, key, plan));
      await outcomeInTime(await parts.writer.submit({ apiKey: key, message }));
    },
  };
}
