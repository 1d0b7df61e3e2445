// `client.customers` and `client.compliance`: people, what is kept of them, and their rights to it.

import type { Api, RequestOf, ResponseOf } from "../api/api.ts";
import type { Customer } from "../api/types.ts";
import type { GetOptions } from "../cache/cachedReads.ts";
import type { List } from "../http/pager.ts";
import type { CallOptions } from "../http/transport.ts";

export class Customers {
  readonly #api: Api;

  constructor(api: Api) {
    this.#api = api;
  }

  create(customer: RequestOf<"createCustomer">["body"], options?: CallOptions): Promise<Customer> {
    return this.#api.call("createCustomer", { body: customer }, options);
  }

  get(id: string, options?: GetOptions): Promise<Customer> {
    return this.#api.get("getCustomer", { params: { id } }, options);
  }

  /** Changes what is named; null removes. */
  update(id: string, patch: RequestOf<"updateCustomer">["body"], options?: CallOptions): Promise<Customer> {
    return this.#api.call("updateCustomer", { params: { id }, body: patch }, options);
  }

  list(query: RequestOf<"listCustomers">["query"] = {}, options?: CallOptions): List<Customer> {
    return this.#api.list("listCustomers", { query }, ({ customers }) => customers, options);
  }
}

export class Compliance {
  readonly #api: Api;

  constructor(api: Api) {
    this.#api = api;
  }

  /** Everything that is held about a customer. */
  exportCustomerData(customerId: string, options?: CallOptions): Promise<ResponseOf<"exportCustomer">> {
    return this.#api.call("exportCustomer", { params: { id: customerId } }, options);
  }

  /** Destroys the key of a customer's personal data. It cannot be undone. */
  deleteCustomerData(customerId: string, options?: CallOptions): Promise<ResponseOf<"deleteCustomer">> {
    const changes = [`/v1/customers/${encodeURIComponent(customerId)}`];
    return this.#api.call("deleteCustomer", { params: { id: customerId } }, { ...options, changes });
  }

  /** Who exported or deleted whose data. */
  log(query: RequestOf<"listComplianceLog">["query"] = {}, options?: CallOptions): List<ComplianceLogEntry> {
    return this.#api.list("listComplianceLog", { query }, ({ entries }) => entries, options);
  }
}

export type ComplianceLogEntry = ResponseOf<"listComplianceLog">["entries"][number];
