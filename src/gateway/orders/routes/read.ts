// Reading orders: one, and lists with filters.

import { Type } from "typebox";
import { Moment, parseMoment } from "../../http/moment.ts";
import { Money, parseMoney } from "../../http/money.ts";
import type { GatewayApp } from "../../http/routeModule.ts";
import { oneOf, PageQuery, ref } from "../../http/schemas.ts";
import { listOrders, ORDER_SORTS } from "../../readModel/orderQueries.ts";
import { OrderAnswers, sendAnswer } from "../orderAnswers.ts";
import type { OrderReads } from "../orderReads.ts";
import { ORDER_STATUSES, OrderListSchema, OrderSchema, PAYMENT_STATUSES } from "../schemas.ts";
import { orderSummary } from "../view.ts";
import { OrderParams } from "./context.ts";

/** The query parameters of the list. */
export const OrdersQuery = Type.Object(
  {
    ...PageQuery.properties,
    customer_id: Type.Optional(Type.String({ maxLength: 64 })),
    customer_wallet: Type.Optional(Type.String({ maxLength: 90 })),
    status: Type.Optional(Type.Array(oneOf(ORDER_STATUSES), { maxItems: ORDER_STATUSES.length })),
    payment_status: Type.Optional(Type.Array(oneOf(PAYMENT_STATUSES), { maxItems: PAYMENT_STATUSES.length })),
    source_domain: Type.Optional(
      Type.Integer({ minimum: 0, maximum: 4_294_967_295, description: "CCTP domain of a payment." }),
    ),
    created_after: Type.Optional(Moment),
    created_before: Type.Optional(Moment),
    amount_min: Type.Optional(Money),
    amount_max: Type.Optional(Money),
    sort: Type.Optional(oneOf(ORDER_SORTS, "A minus is descending.")),
  },
  { additionalProperties: false },
);

/** Adds the routes. */
export function addReadRoutes(app: GatewayApp, reads: OrderReads): void {
  const { parts } = reads;
  const answers = new OrderAnswers(parts.projector);
  app.get(
    "/v1/orders",
    {
      config: { scope: "orders:read" },
      schema: {
        operationId: "listOrders",
        tags: ["orders"],
        summary: "List orders",
        querystring: OrdersQuery,
        response: { 200: ref(OrderListSchema) },
      },
    },
    async (request, reply) => {
      const { query, apiKey } = request;
      await reads.caughtUp(request, reply, apiKey.merchant);
      const page = await listOrders(parts.database, {
        filter: {
          merchant: apiKey.merchant,
          customerId: query.customer_id,
          customer: query.customer_wallet,
          status: query.status,
          paymentStatus: query.payment_status,
          sourceDomain: query.source_domain,
          createdAfter:
            query.created_after === undefined ? undefined : parseMoment(query.created_after, "created_after"),
          createdBefore:
            query.created_before === undefined ? undefined : parseMoment(query.created_before, "created_before"),
          amountMin: query.amount_min === undefined ? undefined : parseMoney(query.amount_min, "amount_min"),
          amountMax: query.amount_max === undefined ? undefined : parseMoney(query.amount_max, "amount_max"),
        },
        sort: query.sort ?? "-created_at",
        isSummary: true,
        limit: query.limit ?? 50,
        offset: query.offset,
        cursor: query.cursor,
      });
      return {
        orders: page.orders.map(orderSummary),
        total_count: page.totalCount,
        has_more: page.hasMore,
        next_cursor: page.nextCursor ?? null,
      };
    },
  );

  app.get(
    "/v1/orders/:order_id",
    {
      config: { scope: "orders:read" },
      schema: {
        operationId: "getOrder",
        tags: ["orders"],
        summary: "One order, with its payments, refunds and timeline",
        params: OrderParams,
        response: { 200: ref(OrderSchema) },
      },
    },
    async (request, reply) => {
      const { apiKey } = request;
      const { order_id: id } = request.params;
      const isThere = await reads.caughtUp(request, reply, id);
      const before = isThere ? answers.get(id, apiKey) : undefined;
      if (before !== undefined) return sendAnswer(reply, before);
      const { changes } = answers;
      const known = isThere ? await reads.known(apiKey, id) : undefined;
      const details = known ?? (await reads.freshOrder(apiKey, id));
      const view = await reads.view(details);
      const hasPersonalData = reads.hasPersonalData(details.order);
      if (hasPersonalData && apiKey.scopes.has("customers:read")) {
        const personal = await reads.personalData(details.order);
        return reply.send(personal === undefined ? view : { ...view, personal_data: personal });
      }
      // The chain tells no exceptions: only what the read model told is the whole answer.
      if (known === undefined) return reply.send(view);
      const text = String(reply.serializeInput(view, "200"));
      return sendAnswer(reply, answers.keep(id, { merchant: apiKey.merchant, hasPersonalData, text }, changes));
    },
  );
}
