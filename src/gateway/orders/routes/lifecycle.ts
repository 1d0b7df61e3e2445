// What moves an order on: each route is one message of the chain.

import type { Static, TSchema } from "typebox";
import type { Any } from "../../../../gen/google/protobuf/any.ts";
import * as tx from "../../../../gen/stateset/orders/v1/tx.ts";
import { DisputeOutcome } from "../../../../gen/stateset/orders/v1/types.ts";
import { fromHex } from "../../../codec/bytes.ts";
import { parseTimestamp } from "../../../codec/time.ts";
import { parseMoney } from "../../http/money.ts";
import { Problem } from "../../http/problem.ts";
import type { GatewayApp } from "../../http/routeModule.ts";
import type { Scope } from "../../parts.ts";
import type { ChainObject } from "../../readModel/blockRows.ts";
import * as bodies from "../bodies.ts";
import { anyOf } from "../messages.ts";
import type { OrderReads } from "../orderReads.ts";
import { answerOrderWrite, OrderAnswer, OrderParams, optionalBody } from "./context.ts";
import { refundAddressMessage } from "./pay.ts";

/** Who acts: the key's signer, or somebody who is named in the order and granted it to the signer. */
type Actor = "signer" | "customer" | "arbiter";

interface Action<Body extends TSchema> {
  readonly path: string;
  readonly operationId: string;
  readonly summary: string;
  readonly scope: Scope;
  readonly tag: "orders" | "payments" | "disputes";
  readonly actor: Actor;
  readonly body: Body;
  /** The message; `base` has signer and order. */
  readonly message: (base: { signer: string; orderId: string }, body: Static<Body>, order: ChainObject) => Any;
}

function action<Body extends TSchema>(given: Action<Body>): Action<Body> {
  return given;
}

interface Line {
  readonly sku: string;
  readonly quantity: number;
}

/** Places of the lines that are meant, ascending. Throws Problem `invalid_request`. */
export function itemIndexes(items: bodies.ItemsInput | undefined, order: ChainObject): number[] {
  const lines = order["items"] as unknown as readonly Line[];
  const taken = new Set<number>();
  for (const [place, item] of (items ?? []).entries()) {
    const sku = typeof item === "string" ? item : typeof item === "number" ? undefined : item.sku;
    const index =
      sku === undefined ? (item as number) : lines.findIndex((line, at) => line.sku === sku && !taken.has(at));
    const line = lines[index];
    const field = `/items/${place}`;
    if (line === undefined || taken.has(index)) {
      throw new Problem("invalid_request", { detail: "the order has no such line, or it is named twice", field });
    }
    if (typeof item === "object" && item.quantity !== undefined && item.quantity !== line.quantity) {
      throw new Problem("invalid_request", { detail: "a line moves as a whole", field: `${field}/quantity` });
    }
    taken.add(index);
  }
  return [...taken].sort((a, b) => a - b);
}

function tracking(
  { items, carrier, tracking_number, estimated_delivery }: Static<typeof bodies.TrackingBody>,
  order: ChainObject,
) {
  return {
    itemIndexes: itemIndexes(items, order),
    carrier: carrier ?? "",
    trackingNumber: tracking_number ?? "",
    ...(estimated_delivery === undefined ? {} : { estimatedDelivery: timestamp(estimated_delivery) }),
  };
}

function timestamp(text: string) {
  try {
    return parseTimestamp(text);
  } catch (cause) {
    throw new Problem("invalid_request", { detail: "there is no such time", field: "/estimated_delivery" }, { cause });
  }
}

const micro = (text: string | undefined, field: string) =>
  text === undefined ? "" : parseMoney(text, field).toString();

const OUTCOMES = {
  customer: DisputeOutcome.DISPUTE_OUTCOME_REFUND_FULL,
  partial: DisputeOutcome.DISPUTE_OUTCOME_REFUND_PARTIAL,
  merchant: DisputeOutcome.DISPUTE_OUTCOME_MERCHANT,
} as const;

const ORDERS = { scope: "orders:write", tag: "orders", actor: "signer" } as const;
const PAYMENTS = { scope: "payments:write", tag: "payments", actor: "signer" } as const;

const ACTIONS = [
  action({
    ...ORDERS,
    path: "fulfill",
    operationId: "fulfillOrder",
    summary: "Say that items are prepared for shipping",
    body: bodies.TrackingBody,
    message: (base, body, order) => anyOf(tx.MsgFulfillOrder, { ...base, ...tracking(body, order) }),
  }),
  action({
    ...ORDERS,
    path: "ship",
    operationId: "shipOrder",
    summary: "Say that items are in transit",
    body: bodies.TrackingBody,
    message: (base, body, order) => anyOf(tx.MsgShipOrder, { ...base, ...tracking(body, order) }),
  }),
  action({
    ...ORDERS,
    path: "deliver",
    operationId: "deliverOrder",
    summary: "Say that items have arrived",
    body: bodies.ItemsBody,
    message: (base, { items }, order) => anyOf(tx.MsgDeliverOrder, { ...base, itemIndexes: itemIndexes(items, order) }),
  }),
  action({
    ...ORDERS,
    path: "cancel",
    operationId: "cancelOrder",
    summary: "End an order; what was paid is refunded",
    body: bodies.ReasonBody,
    message: (base, { reason }) => anyOf(tx.MsgCancelOrder, { ...base, reason: reason ?? "" }),
  }),
  action({
    ...ORDERS,
    path: "hold",
    operationId: "holdOrder",
    summary: "Pause an order",
    body: bodies.ReasonBody,
    message: (base, { reason }) => anyOf(tx.MsgHoldOrder, { ...base, reason: reason ?? "" }),
  }),
  action({
    ...ORDERS,
    path: "release",
    operationId: "releaseOrder",
    summary: "End a hold",
    body: bodies.EmptyBody,
    message: (base) => anyOf(tx.MsgReleaseOrder, base),
  }),
  action({
    ...ORDERS,
    path: "return",
    operationId: "returnOrder",
    summary: "Say that items are back",
    body: bodies.ReturnBody,
    message: (base, { items, reason }, order) =>
      anyOf(tx.MsgReturnOrder, { ...base, itemIndexes: itemIndexes(items, order), reason: reason ?? "" }),
  }),
  action({
    ...PAYMENTS,
    path: "refund",
    operationId: "refundOrder",
    summary: "Give money back, the newest payment first",
    body: bodies.RefundBody,
    message: (base, { amount, payment_id, reason }) =>
      anyOf(tx.MsgRefundOrder, {
        ...base,
        amount: micro(amount, "/amount"),
        paymentId: payment_id ?? "",
        reason: reason ?? "",
      }),
  }),
  action({
    ...PAYMENTS,
    path: "capture",
    operationId: "capturePayment",
    summary: "Pay the escrow out, once the dispute window is over",
    body: bodies.EmptyBody,
    message: (base) => anyOf(tx.MsgCapturePayment, base),
  }),
  action({
    ...PAYMENTS,
    path: "sweep",
    operationId: "sweepDeposit",
    summary: "Credit what lies at the deposit address",
    body: bodies.EmptyBody,
    message: (base) => anyOf(tx.MsgSweepDeposit, base),
  }),
  action({
    ...PAYMENTS,
    path: "refund-address",
    operationId: "setRefundAddress",
    summary: "Say where refunds go",
    actor: "customer",
    body: bodies.RefundAddressOfOrderBody,
    message: (base, { refund_address, payment_id }) =>
      anyOf(tx.MsgSetRefundAddress, {
        ...base,
        paymentId: payment_id ?? "",
        refundAddress: refundAddressMessage(refund_address),
      }),
  }),
  action({
    scope: "orders:write",
    tag: "disputes",
    actor: "customer",
    path: "dispute",
    operationId: "openDispute",
    summary: "Call the arbiter, in the name of the order's customer",
    body: bodies.DisputeBody,
    message: (base, { reason, evidence_hash }) =>
      anyOf(tx.MsgOpenDispute, {
        ...base,
        reason: reason ?? "",
        evidenceHash: evidence_hash === undefined ? new Uint8Array(0) : fromHex(evidence_hash.replace(/^0x/, "")),
      }),
  }),
  action({
    scope: "orders:write",
    tag: "disputes",
    actor: "arbiter",
    path: "resolve",
    operationId: "resolveDispute",
    summary: "Decide a dispute, in the name of the order's arbiter",
    body: bodies.ResolveBody,
    message: (base, { outcome, refund_amount, resolution }) =>
      anyOf(tx.MsgResolveDispute, {
        ...base,
        outcome: OUTCOMES[outcome],
        refundAmount: micro(refund_amount, "/refund_amount"),
        resolution: resolution ?? "",
      }),
  }),
] as const;

/** Who signs the message. Throws Problem `not_supported` where the order names nobody. */
function actorOf(actor: Actor, signer: string, order: ChainObject): string {
  if (actor === "signer") return signer;
  const named = String(order[actor] ?? "");
  if (named !== "") return named;
  throw new Problem("not_supported", `the order names no ${actor} who could do this`);
}

/** Adds the routes. */
export function addLifecycleRoutes(app: GatewayApp, reads: OrderReads): void {
  for (const { path, operationId, summary, scope, tag, actor, body, message } of ACTIONS) {
    // Each body fits its own message; the union of all of them cannot say so.
    const toMessage = message as Action<TSchema>["message"];
    const isNeeded = "required" in body && (body.required as readonly string[]).length > 0;
    app.post(
      `/v1/orders/:order_id/${path}`,
      {
        config: { scope },
        schema: {
          operationId,
          tags: [tag],
          summary,
          params: OrderParams,
          body: isNeeded ? body : optionalBody(body),
          response: OrderAnswer,
        },
      },
      async (request, reply) => {
        const { order_id: orderId } = request.params;
        const { order } = await reads.freshOrder(request.apiKey, orderId);
        const signer = actorOf(actor, request.apiKey.signer, order);
        return answerOrderWrite(
          reads,
          { request, reply },
          {
            orderId,
            actor: signer,
            message: toMessage({ signer, orderId }, request.body ?? {}, order),
          },
        );
      },
    );
  }
}
