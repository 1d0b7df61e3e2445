// Export and deletion of a customer's data, and the log of both.

import { Readable } from "node:stream";
import { type Static, Type } from "typebox";
import { CustomerId } from "../customers/schemas.ts";
import { Problem } from "../http/problem.ts";
import type { RouteModule } from "../http/routeModule.ts";
import { Id, LIMIT_DEFAULT, PageFields, PageQuery, Time } from "../http/schemas.ts";
import { Compliance } from "./compliance.ts";
import { listComplianceLog } from "./complianceLog.ts";

const Params = Type.Object({ id: CustomerId });
const tags = ["compliance"];

const count = (description: string) => Type.Integer({ minimum: 0, description });
const anything = (description: string) => Type.Array(Type.Unknown(), { description });

const Export = Type.Object(
  {
    customer_id: CustomerId,
    merchant: Type.String(),
    exported_at: Time,
    log_id: Id,
    deleted_at: Type.Union([Time, Type.Null()]),
    personal_data: anything("What the vault has, with salt and commitment: sha256(salt ‖ canonical JSON of data)."),
    orders: anything("As the chain has them."),
    payments: anything("As the chain has them."),
    refunds: anything("As the chain has them."),
    exceptions: anything("Money that came and could not be credited."),
    events: anything("What happened to the orders, as webhooks told it."),
    subscriptions: anything("What they order is among the personal data."),
    devices: anything("Hashes of devices the customer was seen on."),
  },
  { description: "Everything that is held. Written while it is read: a document that breaks off is not whole." },
);

const Deletion = Type.Object({
  customer_id: CustomerId,
  deleted: Type.Literal(true),
  deleted_at: Time,
  records_deleted: count("Records that were readable before, and are not any more."),
  log_id: Id,
  stays: Type.Object({
    on_chain: Type.Object({
      orders: count("With the customer id, amounts, goods and times; no personal data is among them."),
      commitments: count("32 bytes each, which say nothing without the salt that is gone."),
    }),
    here: Type.Array(Type.String(), { description: "What is kept, and why." }),
  }),
});

const LogEntry = Type.Object({
  id: Id,
  at: Time,
  api_key_id: Id,
  action: Type.Union([Type.Literal("export"), Type.Literal("delete")]),
  customer_id: CustomerId,
  records: count("Records in the export, or deleted."),
});

const KEPT_HERE = [
  "the customer id and the time of the deletion, as proof of it",
  "this log of exports and deletions",
  "the read model of the chain, which can be made again from it at any time",
];

function required<T>(found: T | undefined): T {
  if (found === undefined) throw new Problem("not_found", "nothing is held of a customer of this id");
  return found;
}

/** A customer's name within a file name. */
function fileName(customerId: string): string {
  return `customer-${customerId.replace(/[^A-Za-z0-9_.-]/g, "_")}.json`;
}

export const complianceRoutes: RouteModule = (app, { database, vault }) => {
  const compliance = new Compliance({ database, vault, now: () => new Date() });

  app.get(
    "/v1/compliance/customers/:id/export",
    {
      config: { scope: "compliance:write" },
      schema: {
        operationId: "exportCustomer",
        tags,
        summary: "Everything that is held about a customer, as a download",
        params: Params,
        response: { 200: Export },
      },
    },
    async ({ apiKey, params }, reply) => {
      const text = required(await compliance.export(apiKey, params.id));
      return (
        reply
          .header("content-type", "application/json; charset=utf-8")
          .header("content-disposition", `attachment; filename="${fileName(params.id)}"`)
          .header("cache-control", "no-store")
          // A stream is sent as it is; its type is that of what it holds.
          .send(Readable.from(text) as unknown as Static<typeof Export>)
      );
    },
  );

  app.delete(
    "/v1/compliance/customers/:id",
    {
      config: { scope: "compliance:write" },
      schema: {
        operationId: "deleteCustomer",
        tags,
        summary: "Destroys the key of a customer's personal data; it cannot be undone",
        params: Params,
        response: { 200: Deletion },
      },
    },
    async ({ apiKey, params }) => {
      const done = required(await compliance.delete(apiKey, params.id));
      return {
        customer_id: params.id,
        deleted: true as const,
        deleted_at: done.deletedAt,
        records_deleted: done.records,
        log_id: done.logId,
        stays: { on_chain: { orders: done.orders, commitments: done.commitments }, here: KEPT_HERE },
      };
    },
  );

  app.get(
    "/v1/compliance/log",
    {
      config: { scope: "compliance:write" },
      schema: {
        operationId: "listComplianceLog",
        tags,
        summary: "Who exported or deleted whose data, the newest first",
        querystring: Type.Pick(PageQuery, ["limit", "cursor"]),
        response: {
          200: Type.Object({
            entries: Type.Array(LogEntry),
            has_more: PageFields.has_more,
            next_cursor: PageFields.next_cursor,
          }),
        },
      },
    },
    async ({ apiKey, query: { limit = LIMIT_DEFAULT, cursor } }) => {
      const page = await listComplianceLog(database, { merchant: apiKey.merchant, limit, cursor });
      return {
        entries: [...page.entries],
        has_more: page.nextCursor !== undefined,
        next_cursor: page.nextCursor ?? null,
      };
    },
  );
};
