// Payments, refunds, entries of the exception ledger, and disputes.

import { Type } from "typebox";
import {
  ExceptionAction,
  MsgClaimRefund,
  MsgResolveException,
  MsgRetryRefund,
} from "../../../../gen/stateset/orders/v1/tx.ts";
import { Problem } from "../../http/problem.ts";
import type { GatewayApp } from "../../http/routeModule.ts";
import { Id, oneOf, PageFields, PageQuery, ref } from "../../http/schemas.ts";
import { listMoney, type MoneyPage, type MoneyTable } from "../../readModel/moneyQueries.ts";
import { listOrders } from "../../readModel/orderQueries.ts";
import { ClaimBody, ExceptionBody } from "../bodies.ts";
import { chainOrder } from "../chainOrders.ts";
import { actAs, anyOf } from "../messages.ts";
import type { OrderReads } from "../orderReads.ts";
import {
  DisputeOfOrder,
  EXCEPTION_STATUSES,
  ExceptionSchema,
  PaymentSchema,
  REFUND_PHASES,
  RefundSchema,
} from "../schemas.ts";
import { disputeView, exceptionView, orderSummary, paymentView, refundView } from "../view.ts";
import { answerWrite } from "../writes.ts";
import { OrderParams, writeAnswers } from "./context.ts";
import { refundAddressMessage } from "./pay.ts";

const IdParams = Type.Object({ id: Id });

const STRICT = { additionalProperties: false } as const;

const MoneyQuery = Type.Object({ ...PageQuery.properties, order_id: Type.Optional(Id) }, STRICT);

function pageOf({ totalCount, hasMore, nextCursor }: Omit<MoneyPage, "rows">) {
  return { total_count: totalCount, has_more: hasMore, next_cursor: nextCursor ?? null };
}

const EXCEPTION_ACTIONS = {
  apply: ExceptionAction.EXCEPTION_ACTION_APPLY,
  refund: ExceptionAction.EXCEPTION_ACTION_REFUND,
} as const;

/** Adds the routes. */
export function addMoneyRoutes(app: GatewayApp, reads: OrderReads): void {
  const { database } = reads.parts;

  /** One row of the key's merchant. Rejects with Problem `not_found`. */
  async function one(table: MoneyTable, merchant: string, id: string) {
    const { rows } = await listMoney(database, table, { filter: { merchant, id }, limit: 1 });
    const [row] = rows;
    if (row === undefined) throw new Problem("not_found", "there is no such thing");
    return row;
  }

  app.get(
    "/v1/payments",
    {
      config: { scope: "orders:read" },
      schema: {
        operationId: "listPayments",
        tags: ["payments"],
        summary: "List payments, the newest first",
        querystring: MoneyQuery,
        response: { 200: Type.Object({ payments: Type.Array(ref(PaymentSchema)), ...PageFields }) },
      },
    },
    async (request, reply) => {
      const { merchant } = request.apiKey;
      await reads.caughtUp(request, reply, merchant);
      const { order_id: orderId, limit = 50, offset, cursor } = request.query;
      const page = await listMoney(database, "payments", { filter: { merchant, orderId }, limit, offset, cursor });
      return { payments: page.rows.map(({ document, txHash }) => paymentView(document, txHash)), ...pageOf(page) };
    },
  );

  app.get(
    "/v1/payments/:id",
    {
      config: { scope: "orders:read" },
      schema: {
        operationId: "getPayment",
        tags: ["payments"],
        summary: "One payment",
        params: IdParams,
        response: { 200: ref(PaymentSchema) },
      },
    },
    async (request, reply) => {
      await reads.caughtUp(request, reply, request.apiKey.merchant);
      const { document, txHash } = await one("payments", request.apiKey.merchant, request.params.id);
      return paymentView(document, txHash);
    },
  );

  app.get(
    "/v1/orders/:order_id/payments",
    {
      config: { scope: "orders:read" },
      schema: {
        operationId: "listPaymentsOfOrder",
        tags: ["payments"],
        summary: "Payments of an order, the first one first",
        params: OrderParams,
        response: { 200: Type.Object({ payments: Type.Array(ref(PaymentSchema)) }) },
      },
    },
    async (request, reply) => {
      const { payments } = await reads.order(request, reply, request.params.order_id);
      return { payments: payments.map((payment) => paymentView(payment)) };
    },
  );

  app.get(
    "/v1/refunds",
    {
      config: { scope: "orders:read" },
      schema: {
        operationId: "listRefunds",
        tags: ["payments"],
        summary: "List refunds, the newest first",
        querystring: Type.Object(
          { ...MoneyQuery.properties, status: Type.Optional(Type.Array(oneOf(REFUND_PHASES), { maxItems: 6 })) },
          STRICT,
        ),
        response: { 200: Type.Object({ refunds: Type.Array(ref(RefundSchema)), ...PageFields }) },
      },
    },
    async (request, reply) => {
      const { merchant } = request.apiKey;
      await reads.caughtUp(request, reply, merchant);
      const { order_id: orderId, status, limit = 50, offset, cursor } = request.query;
      const page = await listMoney(database, "refunds", {
        filter: { merchant, orderId, status },
        limit,
        offset,
        cursor,
      });
      return { refunds: page.rows.map(({ document }) => refundView(document)), ...pageOf(page) };
    },
  );

  app.get(
    "/v1/refunds/:id",
    {
      config: { scope: "orders:read" },
      schema: {
        operationId: "getRefund",
        tags: ["payments"],
        summary: "One refund",
        params: IdParams,
        response: { 200: ref(RefundSchema) },
      },
    },
    async (request, reply) => {
      await reads.caughtUp(request, reply, request.apiKey.merchant);
      return refundView((await one("refunds", request.apiKey.merchant, request.params.id)).document);
    },
  );

  app.get(
    "/v1/exceptions",
    {
      config: { scope: "orders:read" },
      schema: {
        operationId: "listExceptions",
        tags: ["payments"],
        summary: "List money that came and could not be credited",
        querystring: Type.Object(
          { ...MoneyQuery.properties, status: Type.Optional(Type.Array(oneOf(EXCEPTION_STATUSES), { maxItems: 5 })) },
          STRICT,
        ),
        response: { 200: Type.Object({ exceptions: Type.Array(ref(ExceptionSchema)), ...PageFields }) },
      },
    },
    async (request, reply) => {
      const { merchant } = request.apiKey;
      await reads.caughtUp(request, reply, merchant);
      const { order_id: orderId, status, limit = 50, offset, cursor } = request.query;
      const filter = { merchant, orderId, status };
      const page = await listMoney(database, "exceptions", { filter, limit, offset, cursor });
      return { exceptions: page.rows.map(({ document }) => exceptionView(document)), ...pageOf(page) };
    },
  );

  app.get(
    "/v1/disputes",
    {
      config: { scope: "orders:read" },
      schema: {
        operationId: "listDisputes",
        tags: ["disputes"],
        summary: "List open disputes",
        querystring: PageQuery,
        response: { 200: Type.Object({ disputes: Type.Array(ref(DisputeOfOrder)), ...PageFields }) },
      },
    },
    async (request, reply) => {
      const { merchant } = request.apiKey;
      await reads.caughtUp(request, reply, merchant);
      const { limit = 50, offset, cursor } = request.query;
      const filter = { merchant, status: ["DISPUTED"] };
      const page = await listOrders(database, { filter, sort: "-created_at", limit, offset, cursor });
      const disputes = page.orders.flatMap((order) => {
        const dispute = disputeView(order);
        if (dispute === null) return [];
        const status = dispute.outcome === null ? ("OPEN" as const) : ("RESOLVED" as const);
        return [{ order_id: orderSummary(order).id, status, ...dispute }];
      });
      return { disputes, ...pageOf(page) };
    },
  );

  app.post(
    "/v1/refunds/:id/claim",
    {
      config: { scope: "payments:write" },
      schema: {
        operationId: "claimRefund",
        tags: ["payments"],
        summary: "Give a refund an address, in the name of the order's customer",
        params: IdParams,
        body: ClaimBody,
        response: writeAnswers(200, ref(RefundSchema)),
      },
    },
    async (request, reply) => {
      const { apiKey, params, body } = request;
      const { document } = await one("refunds", apiKey.merchant, params.id);
      const { order } = await reads.freshOrder(apiKey, String(document["order_id"]));
      const customer = String(order["customer"] ?? "");
      if (customer === "") throw new Problem("not_supported", "the order names no customer who could do this");
      const refundAddress = refundAddressMessage(body.refund_address);
      const message = anyOf(MsgClaimRefund, { signer: customer, refundId: params.id, refundAddress });
      return answerWrite(
        reads,
        { request, reply },
        {
          message: actAs(apiKey, customer, message),
          orderIds: [String(document["order_id"])],
          answer: () => refundNow(params.id, document),
        },
      );
    },
  );

  app.post(
    "/v1/refunds/:id/retry",
    {
      config: { scope: "payments:write" },
      schema: {
        operationId: "retryRefund",
        tags: ["payments"],
        summary: "Try a refund to another chain again",
        params: IdParams,
        response: writeAnswers(200, ref(RefundSchema)),
      },
    },
    async (request, reply) => {
      const { apiKey, params } = request;
      const { document } = await one("refunds", apiKey.merchant, params.id);
      return answerWrite(
        reads,
        { request, reply },
        {
          message: anyOf(MsgRetryRefund, { signer: apiKey.signer, refundId: params.id }),
          orderIds: [String(document["order_id"])],
          answer: () => refundNow(params.id, document),
        },
      );
    },
  );

  app.post(
    "/v1/exceptions/:id/resolve",
    {
      config: { scope: "payments:write" },
      schema: {
        operationId: "resolveException",
        tags: ["payments"],
        summary: "Credit waiting money to its order after all, or send it back",
        params: IdParams,
        body: ExceptionBody,
        response: writeAnswers(200, ref(ExceptionSchema)),
      },
    },
    async (request, reply) => {
      const { apiKey, params, body } = request;
      const { document } = await one("exceptions", apiKey.merchant, params.id);
      const action = EXCEPTION_ACTIONS[body.action];
      return answerWrite(
        reads,
        { request, reply },
        {
          message: anyOf(MsgResolveException, { signer: apiKey.signer, exceptionId: params.id, action }),
          orderIds: [String(document["order_id"])],
          answer: async ({ height }) => {
            await reads.parts.projector.reached(height, 5_000);
            return exceptionView((await one("exceptions", apiKey.merchant, params.id)).document);
          },
        },
      );
    },
  );

  /** A refund as the chain has it now. */
  async function refundNow(id: string, known: Parameters<typeof refundView>[0]) {
    const details = await chainOrder(reads.parts.chain, String(known["order_id"]));
    return refundView(details?.refunds.find((refund) => refund["id"] === id) ?? known);
  }
}
