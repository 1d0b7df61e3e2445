// `client.payments`: money that came, money that goes back, and money that could not be credited.

import type { Api, RequestOf, ResponseOf } from "../api/api.ts";
import type { Dispute, Payment, PaymentException, Refund } from "../api/types.ts";
import type { GetOptions } from "../cache/cachedReads.ts";
import type { List } from "../http/pager.ts";
import type { CallOptions } from "../http/transport.ts";

export class Payments {
  readonly #api: Api;

  constructor(api: Api) {
    this.#api = api;
  }

  get(id: string, options?: GetOptions): Promise<Payment> {
    return this.#api.get("getPayment", { params: { id } }, options);
  }

  /** Payments, the newest first. */
  list(filter: RequestOf<"listPayments">["query"] = {}, options?: CallOptions): List<Payment> {
    return this.#api.list("listPayments", { query: filter }, ({ payments }) => payments, options);
  }

  getRefund(id: string, options?: GetOptions): Promise<Refund> {
    return this.#api.get("getRefund", { params: { id } }, options);
  }

  listRefunds(filter: RequestOf<"listRefunds">["query"] = {}, options?: CallOptions): List<Refund> {
    return this.#api.list("listRefunds", { query: filter }, ({ refunds }) => refunds, options);
  }

  /** Money that came and could not be credited: too much, too late, for no order. */
  listExceptions(filter: RequestOf<"listExceptions">["query"] = {}, options?: CallOptions): List<PaymentException> {
    return this.#api.list("listExceptions", { query: filter }, ({ exceptions }) => exceptions, options);
  }

  /** Applies such money to its order after all, or sends it back. */
  resolveException(
    id: string,
    action: NonNullable<RequestOf<"resolveException">["body"]>["action"],
    options?: CallOptions,
  ): Promise<ResponseOf<"resolveException">> {
    return this.#api.call("resolveException", { params: { id }, body: { action } }, options);
  }

  listDisputes(filter: RequestOf<"listDisputes">["query"] = {}, options?: CallOptions): List<Dispute> {
    return this.#api.list("listDisputes", { query: filter }, ({ disputes }) => disputes, options);
  }
}
