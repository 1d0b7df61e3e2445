// Making orders: one, one that is paid at once, and many.

import type { FastifyReply, FastifyRequest } from "fastify";
import { Type } from "typebox";
import {
  MsgCreateAndPayOrder,
  MsgCreateAndPayOrderResponse,
  MsgCreateOrder,
  MsgCreateOrderResponse,
  MsgCreateOrders,
  MsgCreateOrdersResponse,
} from "../../../../gen/stateset/orders/v1/tx.ts";
import { formatMoney, parseMoney } from "../../http/money.ts";
import { Problem } from "../../http/problem.ts";
import type { GatewayApp } from "../../http/routeModule.ts";
import { ref } from "../../http/schemas.ts";
import type { ApiKey, WriteOutcome } from "../../parts.ts";
import { NewOrderBody, NewOrdersBody, type NewPaidOrder, NewPaidOrderBody } from "../bodies.ts";
import { forgetHolds, type HoldPlan, holdOrders, planHolds, type Waits } from "../holds.ts";
import { actAs, anyOf, responseOf } from "../messages.ts";
import { type PreparedOrder, prepareOrder } from "../newOrder.ts";
import type { OrderReads } from "../orderReads.ts";
import { requireGrant, requirePayer } from "../payer.ts";
import { CreatedOrderSchema, OrderSchema } from "../schemas.ts";
import { answerWrite, clientKeyOf } from "../writes.ts";
import { writeAnswers } from "./context.ts";

/** Holds the orders that are to be held, before anybody hears of them. */
async function holdPlanned(
  { parts, lastWrites }: OrderReads,
  apiKey: ApiKey,
  { plan, orderIds }: { readonly plan: HoldPlan | undefined; readonly orderIds: readonly string[] },
): Promise<void> {
  if (plan === undefined) return;
  const height = await holdOrders(parts, apiKey, plan, orderIds);
  lastWrites.wrote(apiKey.merchant, orderIds, height);
}

/** What has to be looked at first is not paid with the same message. Throws Problem `conflict`. */
function requireServable({ holdReason, notes }: PreparedOrder): void {
  if (holdReason === undefined) return;
  throw new Problem("conflict", {
    detail: "this order has to be looked at before it is paid: make it without a payment, and it is held",
    extra: { compliance_status: notes.compliance_status ?? "REVIEW" },
  });
}

/** What the payment of a new order brings: all of it, since a part would not pay the order. */
function paidAmount(body: NewPaidOrder, total: bigint): bigint {
  const field = body.payment === undefined ? "/payment_method/amount" : "/payment/amount";
  const given = (body.payment ?? body.payment_method)?.amount;
  if (given === undefined || parseMoney(given, field) === total) return total;
  throw new Problem("amount_mismatch", {
    detail: `the order's total is ${formatMoney(total)}`,
    field,
    extra: { amount_due: formatMoney(total) },
  });
}

/** What is kept for an order that is never sent is forgotten. */
async function orDiscard<T>(prepared: PreparedOrder, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    await prepared.discard();
    throw error;
  }
}

function walletOf({ payment, payment_method }: NewPaidOrder): string | undefined {
  return payment?.wallet_address ?? payment_method?.wallet_address;
}

/** Sends an order that is ready, and answers with it. It is held at once where it has to be looked at, or to wait. */
export async function answerCreated(
  reads: OrderReads,
  http: { readonly request: FastifyRequest; readonly reply: FastifyReply },
  prepared: PreparedOrder,
  waits?: Waits,
): Promise<FastifyReply> {
  const { apiKey } = http.request;
  const idOf = (outcome: WriteOutcome) => responseOf(MsgCreateOrderResponse, outcome).orderId;
  const reasons = [prepared.holdReason];
  const clientKey = clientKeyOf(http.request);
  const plan = await planHolds(reads.parts, apiKey, { reasons, clientKey, ...(waits === undefined ? {} : { waits }) });
  return answerWrite(reads, http, {
    message: anyOf(MsgCreateOrder, { creator: apiKey.signer, order: prepared.order }),
    status: 201,
    journalKey: plan?.idempotencyKey,
    async onRefused() {
      await prepared.discard();
      await forgetHolds(reads.parts, plan);
    },
    after: (outcome) => holdPlanned(reads, apiKey, { plan, orderIds: [idOf(outcome)] }),
    answer: async (outcome) => {
      reads.lastWrites.wrote(apiKey.merchant, [idOf(outcome)], outcome.height);
      return reads.createdView(await reads.freshOrder(apiKey, idOf(outcome)));
    },
  });
}

/** Adds the routes. */
export function addCreateRoutes(app: GatewayApp, reads: OrderReads): void {
  const { parts } = reads;
  app.post(
    "/v1/orders",
    {
      config: { scope: "orders:write" },
      schema: {
        operationId: "createOrder",
        tags: ["orders"],
        summary: "Make an order",
        body: NewOrderBody,
        response: writeAnswers(201, ref(CreatedOrderSchema)),
      },
    },
    async (request, reply) => {
      const { apiKey } = request;
      const prepared = await prepareOrder({ parts, key: apiKey, at: "" }, request.body);
      return answerCreated(reads, { request, reply }, prepared);
    },
  );

  app.post(
    "/v1/orders/create-and-pay",
    {
      config: { scope: "orders:write" },
      schema: {
        operationId: "createAndPayOrder",
        tags: ["orders"],
        summary: "Make an order and pay it, in one transaction",
        description:
          "The wallet that pays becomes the order's customer. It must have granted MsgCreateAndPayOrder to the API key's signer.",
        body: NewPaidOrderBody,
        response: writeAnswers(201, ref(OrderSchema)),
      },
    },
    async (request, reply) => {
      const { apiKey, body } = request;
      if (!apiKey.scopes.has("payments:write"))
        throw new Problem("forbidden", "the API key lacks the scope payments:write");
      const payer = requirePayer(parts, apiKey, walletOf(body));
      const isOwn = payer === apiKey.signer;
      const prepared = await prepareOrder({ parts, key: apiKey, at: "", payer: isOwn ? undefined : payer }, body);
      const message = await orDiscard(prepared, async () => {
        requireServable(prepared);
        const amount = { denom: prepared.order.denom, amount: paidAmount(body, prepared.total).toString() };
        const pay = anyOf(MsgCreateAndPayOrder, { creator: payer, order: prepared.order, amount });
        await requireGrant(parts, apiKey, { payer, typeUrl: pay.typeUrl });
        return actAs(apiKey, payer, pay);
      });
      return answerWrite(
        reads,
        { request, reply },
        {
          message,
          status: 201,
          onRefused: prepared.discard,
          answer: async (outcome) => {
            const { orderId } = responseOf(MsgCreateAndPayOrderResponse, outcome);
            return reads.view(await made(apiKey, orderId, outcome));
          },
        },
      );
    },
  );

  app.post(
    "/v1/orders/bulk",
    {
      config: { scope: "orders:write" },
      schema: {
        operationId: "createOrders",
        tags: ["orders"],
        summary: "Make many orders, all or none",
        body: NewOrdersBody,
        response: writeAnswers(201, Type.Object({ orders: Type.Array(ref(CreatedOrderSchema)) })),
      },
    },
    async (request, reply) => {
      const { apiKey } = request;
      const prepared: PreparedOrder[] = [];
      const discard = async () => {
        for (const order of prepared) await order.discard();
      };
      try {
        for (const [index, order] of request.body.orders.entries()) {
          prepared.push(await prepareOrder({ parts, key: apiKey, at: `/orders/${index}` }, order));
        }
      } catch (error) {
        await discard();
        throw error;
      }
      const reasons = prepared.map(({ holdReason }) => holdReason);
      const plan = await planHolds(parts, apiKey, { reasons, clientKey: clientKeyOf(request) });
      return answerWrite(
        reads,
        { request, reply },
        {
          message: anyOf(MsgCreateOrders, { creator: apiKey.signer, orders: prepared.map(({ order }) => order) }),
          status: 201,
          journalKey: plan?.idempotencyKey,
          async onRefused() {
            await discard();
            await forgetHolds(parts, plan);
          },
          after: (outcome) => {
            const { orderIds } = responseOf(MsgCreateOrdersResponse, outcome);
            return holdPlanned(reads, apiKey, { plan, orderIds });
          },
          answer: async (outcome) => {
            const { orderIds } = responseOf(MsgCreateOrdersResponse, outcome);
            const orders = orderIds.map(async (id) => reads.createdView(await made(apiKey, id, outcome)));
            return { orders: await Promise.all(orders) };
          },
        },
      );
    },
  );

  function made(key: ApiKey, orderId: string, { height }: WriteOutcome) {
    reads.lastWrites.wrote(key.merchant, [orderId], height);
    return reads.freshOrder(key, orderId);
  }
}
