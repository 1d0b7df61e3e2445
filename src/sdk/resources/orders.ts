// `client.orders`: orders from their creation to their end.

import type { Api, RequestOf, ResponseOf } from "../api/api.ts";
import type { OrderSummary, Subscription } from "../api/types.ts";
import type { GetOptions } from "../cache/cachedReads.ts";
import type { List } from "../http/pager.ts";
import type { CallOptions } from "../http/transport.ts";
import { type BatchOptions, type BatchResult, runBatch } from "./batch.ts";

type Body<Id extends Parameters<Api["call"]>[0]> = NonNullable<RequestOf<Id>["body"]>;

export type NewOrder = Body<"createOrder">;
export type NewPaidOrder = Body<"createAndPayOrder">;
export type CreatedOrder = ResponseOf<"createOrder">;
export type Order = ResponseOf<"getOrder">;
export type PaidOrder = ResponseOf<"payOrder">;
export type OrderFilter = NonNullable<RequestOf<"listOrders">["query"]>;

/** An order whose creation asked for a fraud check has a score; one whose creation asked for screening has its result. */
export type CheckedOrder<Request extends NewOrder> = CreatedOrder &
  (Request extends { readonly fraud_check: object } ? { readonly fraud_score: number } : unknown) &
  (Request extends { readonly compliance: object } ? { readonly compliance_status: string } : unknown);

/** A reason alone may stand for the whole request. */
type Reason = string | { readonly reason?: string };

function reasonOf(reason: Reason | undefined): { readonly reason?: string } {
  return typeof reason === "string" ? { reason } : { ...reason };
}

function orderPath(id: string): string {
  return `/v1/orders/${encodeURIComponent(id)}`;
}

export class Orders {
  readonly #api: Api;

  constructor(api: Api) {
    this.#api = api;
  }

  /** Makes an order that waits for its payment. */
  async create<const Request extends NewOrder>(order: Request, options?: CallOptions): Promise<CheckedOrder<Request>> {
    // What was asked for is there: the gateway answers no order without it.
    return (await this.#api.call("createOrder", { body: order }, options)) as CheckedOrder<Request>;
  }

  /** Makes an order and pays it, in one transaction. */
  createAndPay(order: NewPaidOrder, options?: CallOptions): Promise<ResponseOf<"createAndPayOrder">> {
    return this.#api.call("createAndPayOrder", { body: order }, options);
  }

  /** One order. */
  get(id: string, options?: GetOptions): Promise<Order> {
    return this.#api.get("getOrder", { params: { order_id: id } }, options);
  }

  /** Orders, the newest first unless `sort` says otherwise. */
  list(filter: OrderFilter = {}, options?: CallOptions): List<OrderSummary> {
    return this.#api.list("listOrders", { query: filter }, ({ orders }) => orders, options);
  }

  /** Pays an order, wholly or in part. */
  pay(id: string, payment: Body<"payOrder">, options?: CallOptions): Promise<PaidOrder> {
    return this.#api.call("payOrder", { params: { order_id: id }, body: payment }, options);
  }

  /** Says that items are prepared for shipping; all of them unless `items` names some. */
  fulfill(id: string, tracking: Body<"fulfillOrder"> = {}, options?: CallOptions): Promise<Order> {
    return this.#api.call("fulfillOrder", { params: { order_id: id }, body: tracking }, options);
  }

  /** Says that items are on their way. */
  ship(id: string, tracking: Body<"shipOrder"> = {}, options?: CallOptions): Promise<Order> {
    return this.#api.call("shipOrder", { params: { order_id: id }, body: tracking }, options);
  }

  /** Says that items have arrived. */
  deliver(id: string, items: Body<"deliverOrder"> = {}, options?: CallOptions): Promise<Order> {
    return this.#api.call("deliverOrder", { params: { order_id: id }, body: items }, options);
  }

  /** Pauses an order. The reason is public. */
  hold(id: string, reason?: Reason, options?: CallOptions): Promise<Order> {
    return this.#api.call("holdOrder", { params: { order_id: id }, body: reasonOf(reason) }, options);
  }

  /** Ends a hold. */
  release(id: string, options?: CallOptions): Promise<Order> {
    return this.#api.call("releaseOrder", { params: { order_id: id }, body: {} }, options);
  }

  /** Ends an order; what was paid is refunded. The reason is public. */
  cancel(id: string, reason?: Reason, options?: CallOptions): Promise<Order> {
    return this.#api.call("cancelOrder", { params: { order_id: id }, body: reasonOf(reason) }, options);
  }

  /** Says that items are back. */
  return(id: string, returned: Body<"returnOrder"> = {}, options?: CallOptions): Promise<Order> {
    return this.#api.call("returnOrder", { params: { order_id: id }, body: returned }, options);
  }

  /** Gives money back: all of it unless `amount` says less. */
  refund(id: string, refund: Body<"refundOrder"> = {}, options?: CallOptions): Promise<Order> {
    return this.#api.call("refundOrder", { params: { order_id: id }, body: refund }, options);
  }

  /** Calls the arbiter, in the name of the order's customer. */
  openDispute(id: string, dispute: Body<"openDispute"> = {}, options?: CallOptions): Promise<Order> {
    return this.#api.call("openDispute", { params: { order_id: id }, body: dispute }, options);
  }

  /** Decides a dispute, in the name of the order's arbiter. */
  resolveDispute(id: string, decision: Body<"resolveDispute">, options?: CallOptions): Promise<Order> {
    return this.#api.call("resolveDispute", { params: { order_id: id }, body: decision }, options);
  }

  /** Makes up to 100 orders in one transaction: all of them or none. */
  async createBulk(orders: readonly NewOrder[], options?: CallOptions): Promise<readonly CreatedOrder[]> {
    return (await this.#api.call("createOrders", { body: { orders: [...orders] } }, options)).orders;
  }

  /** Pays up to 100 orders from one wallet in one transaction: all of them or none. */
  async payBulk(
    payments: Body<"payOrders">["payments"],
    options: CallOptions & { readonly payment_method?: Body<"payOrders">["payment_method"] } = {},
  ): Promise<readonly PaidOrder[]> {
    const { payment_method, ...call } = options;
    const body = { payments: [...payments], ...(payment_method === undefined ? {} : { payment_method }) };
    const changes = payments.map(({ order_id }) => orderPath(order_id));
    return (await this.#api.call("payOrders", { body }, { ...call, changes })).payments;
  }

  /** Makes any number of orders, each for itself. One result for each, in their order; it does not reject. */
  createBatch(orders: readonly NewOrder[], options?: BatchOptions): Promise<readonly BatchResult<CreatedOrder>[]> {
    return runBatch(orders, (order, call) => this.#api.call("createOrder", { body: order }, call), options);
  }

  /** Makes an order again in each period, and pays it from a wallet that granted it. */
  createSubscription(subscription: Body<"createSubscription">, options?: CallOptions): Promise<Subscription> {
    return this.#api.call("createSubscription", { body: subscription }, options);
  }

  getSubscription(id: string, options?: GetOptions): Promise<Subscription> {
    return this.#api.get("getSubscription", { params: { id } }, options);
  }

  listSubscriptions(filter: RequestOf<"listSubscriptions">["query"] = {}, options?: CallOptions): List<Subscription> {
    return this.#api.list("listSubscriptions", { query: filter }, ({ subscriptions }) => subscriptions, options);
  }

  /** Periods that begin from now on make no order. */
  pauseSubscription(id: string, options?: CallOptions): Promise<Subscription> {
    return this.#api.call("pauseSubscription", { params: { id } }, options);
  }

  resumeSubscription(id: string, options?: CallOptions): Promise<Subscription> {
    return this.#api.call("resumeSubscription", { params: { id } }, options);
  }

  cancelSubscription(id: string, options?: CallOptions): Promise<Subscription> {
    return this.#api.call("cancelSubscription", { params: { id } }, options);
  }

  /** Makes an order whose money is split among parties by percentages. Parties are named with `putParty`. */
  createMultiParty(order: Body<"createMultiPartyOrder">, options?: CallOptions): Promise<CreatedOrder> {
    return this.#api.call("createMultiPartyOrder", { body: order }, options);
  }

  /** Pays an order by card, whose token is the processor's. A card number is refused, wherever it stands. */
  createPayment(
    { order_id, ...payment }: Body<"createPayment"> & { readonly order_id: string },
    options?: CallOptions,
  ): Promise<ResponseOf<"createPayment">> {
    return this.#api.call("createPayment", { params: { order_id }, body: payment }, options);
  }

  /** Makes an order that is held until its conditions are met. */
  createConditional(order: Body<"createConditionalOrder">, options?: CallOptions): Promise<CreatedOrder> {
    return this.#api.call("createConditionalOrder", { body: order }, options);
  }

  /** What such an order waits for, and whether it is met now. */
  getConditions(id: string, options?: GetOptions): Promise<ResponseOf<"getOrderConditions">> {
    return this.#api.get("getOrderConditions", { params: { order_id: id } }, options);
  }

  /** Releases such an order whose conditions are met; ConflictError while one is not. */
  execute(id: string, options?: CallOptions): Promise<Order> {
    return this.#api.call("executeOrder", { params: { order_id: id } }, options);
  }
}
