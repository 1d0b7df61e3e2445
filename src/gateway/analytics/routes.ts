// `GET /v1/analytics/orders`, and the same as POST for those who would rather send a body.

import { type Static, Type } from "typebox";
import { MoneyOut, parseMoney } from "../http/money.ts";
import type { RouteModule } from "../http/routeModule.ts";
import { GROUPINGS } from "./dimensions.ts";
import { METRIC_NAMES } from "./metrics.ts";
import { type AnalyticsAnswer, type AnalyticsRequest, orderAnalytics } from "./orderAnalytics.ts";

const DateText = Type.String({ minLength: 10, maxLength: 10, examples: ["2026-06-01"] });
const Names = (description: string) =>
  Type.Array(Type.String({ maxLength: 256 }), { maxItems: 16, description, examples: [["count", "revenue"]] });

/** What may be asked, as query parameters and as a body. */
const AnalyticsFields = Type.Object(
  {
    start_date: Type.Optional(DateText),
    end_date: Type.Optional(Type.String({ minLength: 10, maxLength: 10, description: "Included." })),
    time_zone: Type.Optional(Type.String({ maxLength: 64, description: "IANA name; default UTC." })),
    group_by: Type.Optional(Type.String({ maxLength: 64, description: `${GROUPINGS.join(", ")}; default day` })),
    metrics: Type.Optional(Names(`${METRIC_NAMES.join(", ")}; in a query also with commas between them`)),
    status: Type.Optional(Names("Orders of these statuses only.")),
    payment_status: Type.Optional(Names("Orders of these payment statuses only.")),
    customer_id: Type.Optional(Type.String({ maxLength: 256 })),
    source_chain: Type.Optional(Type.Integer({ minimum: 0, maximum: 4_294_967_295, description: "CCTP domain." })),
    amount_min: Type.Optional(Type.String({ maxLength: 21 })),
    amount_max: Type.Optional(Type.String({ maxLength: 21 })),
    anonymized: Type.Optional(Type.Boolean({ description: "Tell nothing that is about fewer than five customers." })),
    retention_policy: Type.Optional(
      Type.String({ maxLength: 16, examples: ["7_years"], description: "Look at nothing that is older." }),
    ),
  },
  { additionalProperties: false },
);

const Nullable = <T extends Type.TSchema>(schema: T) => Type.Union([schema, Type.Null()]);
const Seconds = Nullable(Type.Integer({ minimum: 0, description: "Seconds from PAID to FULFILLED." }));
const Count = Nullable(Type.Integer({ minimum: 0 }));
const Amount = Nullable(MoneyOut);

const AnalyticsAnswerSchema = Type.Object({
  data: Type.Array(
    Type.Object(
      {
        date: Type.Optional(
          Type.String({ description: "First day of the period in the time zone; an hour's beginning, RFC 3339." }),
        ),
        status: Type.Optional(Type.String()),
        merchant: Type.Optional(Type.String()),
        source_chain: Type.Optional(
          Nullable(Type.Integer({ description: "CCTP domain; null for what came from no other chain." })),
        ),
        order_count: Type.Optional(Count),
        revenue: Type.Optional(Amount),
        avg_order_value: Type.Optional(Amount),
        refunds: Type.Optional(Amount),
        fulfillment_time: Type.Optional(Seconds),
      },
      { description: "A group: its value, and the metrics that were asked for. Groups without orders are not there." },
    ),
  ),
  summary: Type.Object(
    {
      total_orders: Type.Optional(Count),
      total_revenue: Type.Optional(Amount),
      avg_order_value: Type.Optional(Amount),
      total_refunds: Type.Optional(Amount),
      fulfillment_time: Type.Optional(Seconds),
    },
    { description: "The metrics over all groups, also those that are not told; null where that is about too few." },
  ),
  range: Type.Object({ start_date: Type.String(), end_date: Type.String(), time_zone: Type.String() }),
  anonymity: Type.Optional(Type.Object({ k: Type.Integer(), suppressed_groups: Type.Integer() })),
});

function readRequest(fields: Static<typeof AnalyticsFields>): AnalyticsRequest {
  const amount = (name: "amount_min" | "amount_max") => {
    const text = fields[name];
    return text === undefined ? undefined : parseMoney(text, name);
  };
  const names = (list: readonly string[] | undefined) => list?.flatMap((name) => name.split(","));
  return {
    startDate: fields.start_date,
    endDate: fields.end_date,
    timeZone: fields.time_zone,
    groupBy: fields.group_by,
    metrics: names(fields.metrics),
    filter: {
      customerId: fields.customer_id,
      status: names(fields.status),
      paymentStatus: names(fields.payment_status),
      sourceDomain: fields.source_chain,
      amountMin: amount("amount_min"),
      amountMax: amount("amount_max"),
    },
    anonymized: fields.anonymized,
    retentionPolicy: fields.retention_policy,
  };
}

export const analyticsRoutes: RouteModule = (app, { database }) => {
  const common = { tags: ["analytics"], response: { 200: Type.Unsafe<AnalyticsAnswer>(AnalyticsAnswerSchema) } };
  const summary = "Add up the merchant's orders in groups";
  const config = { scope: "analytics:read" } as const;
  app.get(
    "/v1/analytics/orders",
    { config, schema: { ...common, operationId: "getOrderAnalytics", summary, querystring: AnalyticsFields } },
    ({ apiKey, query }) => orderAnalytics(database, apiKey.merchant, readRequest(query), Date.now()),
  );
  app.post(
    "/v1/analytics/orders",
    { config, schema: { ...common, operationId: "queryOrderAnalytics", summary, body: AnalyticsFields, headers: {} } },
    ({ apiKey, body }) => orderAnalytics(database, apiKey.merchant, readRequest(body), Date.now()),
  );
};
