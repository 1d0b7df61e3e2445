// POST, GET, PATCH and list of customers.

import { Type } from "typebox";
import { Problem } from "../http/problem.ts";
import type { RouteModule } from "../http/routeModule.ts";
import { LIMIT_DEFAULT, PageFields, PageQuery, ref } from "../http/schemas.ts";
import { Customers } from "./customers.ts";
import { Customer, CustomerId, CustomerPatch, NewCustomer } from "./schemas.ts";

const Params = Type.Object({ id: CustomerId });
const tags = ["customers"];

function required<T>(found: T | undefined): T {
  if (found === undefined) throw new Problem("not_found", "no customer of this id");
  return found;
}

export const customerRoutes: RouteModule = (app, { database, vault }) => {
  const customers = new Customers({ database, vault, now: () => new Date() });
  app.addSchema(Customer);

  app.post(
    "/v1/customers",
    {
      config: { scope: "customers:write" },
      schema: {
        operationId: "createCustomer",
        tags,
        summary: "Adds a customer; all but the id is kept sealed, and never reaches the chain",
        body: NewCustomer,
        response: { 201: ref(Customer) },
      },
    },
    async ({ apiKey, body: { id, ...profile } }, reply) =>
      reply.code(201).send(await customers.create(apiKey.merchant, id, profile)),
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
      config: { scope: "customers:write" },
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
