// POST, GET, PATCH and list of customers.

import { Type } from "typebox";
import { toHex, utf8 } from "../../codec/bytes.ts";
import { sha256 } from "../../crypto/hash.ts";
import { Problem } from "../http/problem.ts";
import type { RouteModule } from "../http/routeModule.ts";
import { LIMIT_DEFAULT, PageFields, PageQuery, ref } from "../http/schemas.ts";
import type { ApiKey } from "../parts.ts";
import { Customers } from "./customers.ts";
import { Customer, CustomerId, CustomerPatch, NewCustomer } from "./schemas.ts";

const Params = Type.Object({ id: CustomerId });
const tags = ["customers"];
const ID_BYTES = 12;

function required<T>(found: T | undefined): T {
  if (found === undefined) throw new Problem("not_found", "no customer of this id");
  return found;
}

/** The id of a customer that is added without one: a request that is repeated adds nobody else. */
function idFrom({ id }: ApiKey, idempotencyKey: string): string {
  const hash = sha256(utf8(JSON.stringify(["stateset/customer/1", id, idempotencyKey])));
  return `cust_${toHex(hash.subarray(0, ID_BYTES))}`;
}

export const customerRoutes: RouteModule = (app, { database, vault }) => {
  const customers = new Customers({ database, vault, now: () => new Date() });
  app.addSchema(Customer);

  app.post(
    "/v1/customers",
    {
      config: { scope: "customers:write", isPersonal: true },
      schema: {
        operationId: "createCustomer",
        tags,
        summary: "Adds a customer; all but the id is kept sealed, and never reaches the chain",
        body: NewCustomer,
        response: { 201: ref(Customer) },
      },
    },
    async ({ apiKey, headers, body: { id, ...profile } }, reply) => {
      const key = headers["idempotency-key"];
      const own = id ?? (typeof key === "string" ? idFrom(apiKey, key) : undefined);
      return reply.code(201).send(await customers.create(apiKey.merchant, own, profile));
    },
  );

  app.get(
    "/v1/customers/:id",
    {
      config: { scope: "customers:read" },
      schema: {
        operationId: "getCustomer",
        tags,
        summary: "A customer; 410 when its personal data was deleted",
        params: Params,
        response: { 200: ref(Customer) },
      },
    },
    async ({ apiKey, params }) => required(await customers.get({ merchant: apiKey.merchant, customerId: params.id })),
  );

  app.patch(
    "/v1/customers/:id",
    {
      config: { scope: "customers:write", isPersonal: true },
      schema: {
        operationId: "updateCustomer",
        tags,
        summary: "Changes a customer: null removes, what is left out stays",
        params: Params,
        body: CustomerPatch,
        response: { 200: ref(Customer) },
      },
    },
    async ({ apiKey, params, body }) =>
      required(await customers.patch({ merchant: apiKey.merchant, customerId: params.id }, body)),
  );

  app.get(
    "/v1/customers",
    {
      config: { scope: "customers:read" },
      schema: {
        operationId: "listCustomers",
        tags,
        summary: "The merchant's customers, the newest first",
        querystring: PageQuery,
        response: { 200: Type.Object({ customers: Type.Array(ref(Customer)), ...PageFields }) },
      },
    },
    async ({ apiKey, query: { limit = LIMIT_DEFAULT, ...place } }) => {
      const page = await customers.list({ merchant: apiKey.merchant, limit, ...place });
      return {
        customers: [...page.customers],
        total_count: page.totalCount,
        has_more: page.hasMore,
        next_cursor: page.nextCursor ?? null,
      };
    },
  );
};
