// Subscriptions over HTTP.

import { type Static, Type } from "typebox";
import { Problem } from "../http/problem.ts";
import type { RouteModule } from "../http/routeModule.ts";
import {
  Address,
  Id,
  LIMIT_DEFAULT,
  LIMIT_MAX,
  nullable,
  oneOf,
  PageFields,
  PageQuery,
  ref,
  Time,
} from "../http/schemas.ts";
import { NewOrderBody } from "../orders/bodies.ts";
import { requirePayer } from "../orders/payer.ts";
import type { ApiKey } from "../parts.ts";
import type { CanonicalObject } from "../vault/canonicalJson.ts";
import { INTERVALS, periodAt, type Schedule } from "./schedule.ts";
import {
  type ChargeRow,
  SUBSCRIPTION_STATUSES,
  type SubscriptionRow,
  Subscriptions,
  scheduleOf,
} from "./subscriptions.ts";

const STRICT = { additionalProperties: false } as const;
/** Two entries are the subscription's own. */
const METADATA_MAX = 14;

const Moment = Type.String({
  pattern: "^[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{1,3})?Z)?$",
  description: "A day, which begins at midnight UTC, or a time in RFC 3339, UTC.",
  examples: ["2026-07-01"],
});

const { expires_in_seconds: _deadline, ...orderFields } = NewOrderBody.properties;

const NewSubscription = Type.Object(
  {
    ...orderFields,
    schedule: Type.Object(
      {
        interval: oneOf(INTERVALS),
        every: Type.Optional(
          Type.Integer({ minimum: 1, maximum: 366, default: 1, description: "2 with `weekly` is every other week." }),
        ),
        start_date: Moment,
        end_date: Type.Optional(Type.String({ ...Moment, description: "No period begins then or later." })),
      },
      STRICT,
    ),
    payment_method: Type.Optional(
      Type.Object({ type: Type.Optional(oneOf(["usdc"])), wallet_address: Type.Optional(Address) }, STRICT),
    ),
  },
  STRICT,
);

const SubscriptionSchema = Type.Object(
  {
    id: Id,
    customer_id: Type.String(),
    status: oneOf(SUBSCRIPTION_STATUSES),
    items: nullable(Type.Array(Type.Object({}, { additionalProperties: true }))),
    schedule: Type.Object({
      interval: oneOf(INTERVALS),
      every: Type.Integer(),
      start_date: Time,
      end_date: nullable(Time),
    }),
    payment_method: Type.Object({
      type: Type.Literal("usdc"),
      wallet_address: Address,
    }),
    grantee: nullable(Address),
    periods_paid: Type.Integer({ minimum: 0 }),
    next_charge_at: nullable(Time),
    last_problem: nullable(Type.String({ description: "Code of what the last charge was refused with." })),
    created_at: Time,
    updated_at: Time,
  },
  {
    $id: "Subscription",
    description: "The wallet grants MsgPayOrder, or transfers up to a limit, to the grantee, who charges it.",
  },
);

const ChargeSchema = Type.Object({
  period: Type.Integer({ minimum: 1 }),
  due_at: Time,
  status: oneOf(["OPEN", "PAID", "FAILED"]),
  order_id: nullable(Id),
  attempts: Type.Integer({ minimum: 0, description: "How often it was refused." }),
  last_problem: nullable(Type.String()),
  updated_at: Time,
});

const Params = Type.Object({ id: Id });
const tags = ["subscriptions"];

/** Throws Problem `invalid_request` on a day that the calendar has not. */
function momentOf(text: string, field: string): Date {
  const time = new Date(text);
  const isThere = !Number.isNaN(time.getTime()) && time.toISOString().startsWith(text.slice(0, 10));
  if (!isThere) throw new Problem("invalid_request", { detail: "there is no such day or time", field });
  return time;
}

function scheduleFrom({
  interval,
  every = 1,
  start_date,
  end_date,
}: Static<typeof NewSubscription>["schedule"]): Schedule {
  const start = momentOf(start_date, "/schedule/start_date");
  const end = end_date === undefined ? undefined : momentOf(end_date, "/schedule/end_date");
  if (end !== undefined && end <= start) {
    throw new Problem("invalid_request", { detail: "it ends before it begins", field: "/schedule/end_date" });
  }
  return { interval, every, start, end };
}

/** Whose subscription it is. Throws Problem `invalid_request`. */
function customerOf({ customer_id, customer }: Static<typeof NewSubscription>): string {
  const id = customer_id ?? customer?.id;
  if (id === undefined) {
    throw new Problem("invalid_request", { detail: "a subscription belongs to a customer", field: "/customer_id" });
  }
  if (customer?.id !== undefined && customer.id !== id) {
    throw new Problem("invalid_request", { detail: "this is given twice, and differs", field: "/customer_id" });
  }
  return id;
}

function chargeView({ period, ...rest }: ChargeRow): Static<typeof ChargeSchema> {
  return { period: period + 1, ...rest };
}

export const subscriptionRoutes: RouteModule = (app, parts) => {
  const { database, vault } = parts;
  const subscriptions = new Subscriptions({ database, vault, now: () => new Date() });
  app.addSchema(SubscriptionSchema);

  async function view(key: ApiKey, row: SubscriptionRow): Promise<Static<typeof SubscriptionSchema>> {
    const schedule = scheduleOf(row);
    const order = await subscriptions.order(row);
    const isCharged = row.status === "ACTIVE" || row.status === "PAST_DUE";
    const next = isCharged ? periodAt(schedule, row.next_period) : undefined;
    return {
      id: row.id,
      customer_id: row.customer_id,
      status: row.status,
      items: (order?.["items"] as Record<string, unknown>[] | undefined) ?? null,
      schedule: { interval: row.interval_name, every: row.every, start_date: row.start_at, end_date: row.end_at },
      payment_method: { type: "usdc", wallet_address: row.wallet },
      // A subscription is charged by the key that made it.
      grantee: key.id === row.api_key_id ? key.signer : null,
      periods_paid: await subscriptions.paidCount(row.id),
      next_charge_at: next?.toISOString() ?? null,
      last_problem: row.last_problem,
      created_at: row.created_at,
      updated_at: row.updated_at,
    };
  }

  app.post(
    "/v1/subscriptions",
    {
      config: { scope: "orders:write" },
      schema: {
        operationId: "createSubscription",
        tags,
        summary: "Orders that are made and paid at the beginning of each period",
        description: "Periods that began before today are not charged.",
        body: NewSubscription,
        response: { 201: ref(SubscriptionSchema) },
      },
    },
    async ({ apiKey, body }, reply) => {
      if (!apiKey.scopes.has("payments:write")) {
        throw new Problem("forbidden", "the API key lacks the scope payments:write");
      }
      const { schedule, payment_method, ...order } = body;
      if (Object.keys(order.metadata ?? {}).length > METADATA_MAX) {
        throw new Problem("invalid_request", { detail: `at most ${METADATA_MAX} entries`, field: "/metadata" });
      }
      const row = await subscriptions.create(apiKey, {
        customerId: customerOf(body),
        wallet: requirePayer(parts, apiKey, payment_method?.wallet_address),
        schedule: scheduleFrom(schedule),
        // Its schema has nothing but texts, integers, booleans, arrays and objects.
        order: order as CanonicalObject,
      });
      return reply.code(201).send(await view(apiKey, row));
    },
  );

  app.get(
    "/v1/subscriptions/:id",
    {
      config: { scope: "orders:read" },
      schema: {
        operationId: "getSubscription",
        tags,
        summary: "A subscription",
        params: Params,
        response: { 200: ref(SubscriptionSchema) },
      },
    },
    async ({ apiKey, params }) => view(apiKey, await subscriptions.require(apiKey.merchant, params.id)),
  );

  app.get(
    "/v1/subscriptions",
    {
      config: { scope: "orders:read" },
      schema: {
        operationId: "listSubscriptions",
        tags,
        summary: "The merchant's subscriptions, the newest first",
        querystring: Type.Object({
          ...Type.Pick(PageQuery, ["limit", "cursor"]).properties,
          customer_id: Type.Optional(Type.String({ minLength: 1, maxLength: 64 })),
          status: Type.Optional(oneOf(SUBSCRIPTION_STATUSES)),
        }),
        response: {
          200: Type.Object({
            subscriptions: Type.Array(ref(SubscriptionSchema)),
            has_more: PageFields.has_more,
            next_cursor: PageFields.next_cursor,
          }),
        },
      },
    },
    async ({ apiKey, query: { customer_id: customerId, limit = LIMIT_DEFAULT, ...rest } }) => {
      const page = await subscriptions.list(apiKey.merchant, { customerId, limit, ...rest });
      return {
        subscriptions: await Promise.all(page.rows.map((row) => view(apiKey, row))),
        has_more: page.nextCursor !== undefined,
        next_cursor: page.nextCursor ?? null,
      };
    },
  );

  app.get(
    "/v1/subscriptions/:id/charges",
    {
      config: { scope: "orders:read" },
      schema: {
        operationId: "listSubscriptionCharges",
        tags,
        summary: "What was charged, the last period first",
        params: Params,
        querystring: Type.Object({
          limit: Type.Optional(Type.Integer({ minimum: 1, maximum: LIMIT_MAX, default: LIMIT_DEFAULT })),
        }),
        response: { 200: Type.Object({ charges: Type.Array(ChargeSchema) }) },
      },
    },
    async ({ apiKey, params, query: { limit = LIMIT_DEFAULT } }) => {
      const { id } = await subscriptions.require(apiKey.merchant, params.id);
      return { charges: (await subscriptions.charges(id, limit)).map(chargeView) };
    },
  );

  for (const [action, summary] of [
    ["pause", "Charges nothing until it is resumed; what begins meanwhile is not charged later"],
    ["resume", "Charges again, from the next period that begins"],
    ["cancel", "Ends it for good"],
  ] as const) {
    app.post(
      `/v1/subscriptions/:id/${action}`,
      {
        config: { scope: "orders:write" },
        schema: {
          operationId: `${action}Subscription`,
          tags,
          summary,
          params: Params,
          response: { 200: ref(SubscriptionSchema) },
        },
      },
      async ({ apiKey, params }) => view(apiKey, await subscriptions.act(apiKey.merchant, params.id, action)),
    );
  }
};
