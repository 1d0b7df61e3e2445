// The routes of webhooks.

import { type Static, Type } from "typebox";
import { rfc3339 } from "../events/apiEvent.ts";
import { parseMoment } from "../http/moment.ts";
import { Problem } from "../http/problem.ts";
import type { GatewayApp, RouteModule } from "../http/routeModule.ts";
import { Id, oneOf, PageQuery, ref } from "../http/schemas.ts";
import { newId } from "../ids.ts";
import type { GatewayParts } from "../parts.ts";
import type { EndpointRow } from "./endpoints.ts";
import {
  DELIVERY_STATES,
  type DeliveryRow,
  listDeliveries,
  type ReplayRange,
  replay,
  retryDelivery,
} from "./outbox.ts";
import {
  DeliveryListSchema,
  type DeliverySchema,
  NewWebhook,
  PingSchema,
  Replay,
  ReplayedSchema,
  Rotation,
  WEBHOOK_SCHEMAS,
  WebhookChange,
  WebhookListSchema,
  WebhookSchema,
  WebhookWithSecretSchema,
} from "./schemas.ts";

/** Blocks that the read model may be behind when an endpoint is made: what lies between would be sent as if it were new. */
const BEHIND_MAX = 100;

const Params = Type.Object({ id: Id });
const DeliveryParams = Type.Object({ id: Id, delivery_id: Id });
const DeliveriesQuery = Type.Object(
  {
    limit: PageQuery.properties.limit,
    cursor: PageQuery.properties.cursor,
    status: Type.Optional(oneOf(DELIVERY_STATES)),
  },
  { additionalProperties: false },
);

function timeOrNull(time: string | null): string | null {
  return time === null ? null : rfc3339(time);
}

function webhookView(row: EndpointRow): Static<typeof WebhookSchema> {
  return {
    id: row.id,
    url: row.url,
    // The table holds only what the schema let in.
    events: row.events as Static<typeof WebhookSchema>["events"],
    description: row.description,
    ordering: row.ordering,
    status: row.status,
    disabled_reason: row.disabled_reason,
    failing_since: timeOrNull(row.failing_since),
    header_names: [...row.header_names],
    previous_secret_until: timeOrNull(row.previous_until),
    created_at: rfc3339(row.created_at),
    updated_at: rfc3339(row.updated_at),
  };
}

function deliveryView(row: DeliveryRow): Static<typeof DeliverySchema> {
  return {
    id: row.id,
    event_id: row.event_id,
    event: row.event_type as Static<typeof DeliverySchema>["event"],
    order_id: row.order_id,
    event_timestamp: rfc3339(row.event_time),
    status: row.state,
    attempts: row.tries,
    last_attempt_at: timeOrNull(row.last_try_at),
    next_attempt_at: row.state === "pending" ? rfc3339(row.due_at) : null,
    response: {
      status_code: row.last_status,
      error: row.last_error,
      body_excerpt: row.response_excerpt,
      duration_ms: row.duration_ms,
    },
  };
}

function rangeOf({ from, to, event_ids: eventIds }: Static<typeof Replay>): ReplayRange {
  if (eventIds !== undefined && from === undefined && to === undefined) return { eventIds };
  if (eventIds !== undefined || from === undefined || to === undefined) {
    throw new Problem("invalid_request", { detail: "either from and to, or event_ids", field: "" });
  }
  return { from: parseMoment(from, "/from"), to: parseMoment(to, "/to") };
}

function requireUpToDate({ projector }: GatewayParts): void {
  if (projector.tip - projector.height <= BEHIND_MAX) return;
  throw new Problem("chain_unavailable", { detail: "events are being read from the chain", retryAfterSeconds: 5 });
}

export const webhookRoutes: RouteModule = (app, parts) => {
  for (const schema of WEBHOOK_SCHEMAS) app.addSchema(schema);
  addEndpointRoutes(app, parts);
  addDeliveryRoutes(app, parts);
};

function addEndpointRoutes(app: GatewayApp, parts: GatewayParts): void {
  const { endpoints } = parts.webhooks;
  const [read, write] = [{ scope: "webhooks:read" }, { scope: "webhooks:write" }] as const;
  const tags = ["webhooks"];

  app.post(
    "/v1/webhooks",
    {
      config: write,
      schema: {
        ...{ operationId: "createWebhook", tags, summary: "Create a webhook", body: NewWebhook },
        response: { 201: ref(WebhookWithSecretSchema) },
      },
    },
    async ({ body, apiKey }, reply) => {
      requireUpToDate(parts);
      const { row, secret } = await endpoints.create(apiKey, body);
      return reply.code(201).send({ ...webhookView(row), secret });
    },
  );
  app.get(
    "/v1/webhooks",
    {
      config: read,
      schema: {
        ...{ operationId: "listWebhooks", tags, summary: "List webhooks" },
        response: { 200: ref(WebhookListSchema) },
      },
    },
    async ({ apiKey }) => {
      const rows = await endpoints.list(apiKey.merchant);
      return { webhooks: rows.map(webhookView), total_count: rows.length, has_more: false, next_cursor: null };
    },
  );
  app.get(
    "/v1/webhooks/:id",
    {
      config: read,
      schema: {
        ...{ operationId: "getWebhook", tags, summary: "Get a webhook", params: Params },
        response: { 200: ref(WebhookSchema) },
      },
    },
    async ({ params, apiKey }) => webhookView(await endpoints.get(apiKey.merchant, params.id)),
  );
  app.patch(
    "/v1/webhooks/:id",
    {
      config: write,
      schema: {
        ...{ operationId: "updateWebhook", tags, summary: "Change a webhook", params: Params, body: WebhookChange },
        response: { 200: ref(WebhookSchema) },
      },
    },
    async ({ params, body, apiKey }) => {
      requireUpToDate(parts);
      const row = await endpoints.update(apiKey, params.id, body);
      parts.webhooks.deliverer.poke();
      return webhookView(row);
    },
  );
  app.delete(
    "/v1/webhooks/:id",
    {
      config: write,
      schema: {
        ...{ operationId: "deleteWebhook", tags, summary: "Delete a webhook and its deliveries", params: Params },
        response: { 204: Type.Null() },
      },
    },
    async ({ params, apiKey }, reply) => {
      await endpoints.remove(apiKey.merchant, params.id);
      return reply.code(204).send(null);
    },
  );
  app.post(
    "/v1/webhooks/:id/rotate",
    {
      config: write,
      schema: {
        ...{ operationId: "rotateWebhookSecret", tags, summary: "Change the secret", params: Params, body: Rotation },
        response: { 200: ref(WebhookWithSecretSchema) },
      },
    },
    async ({ params, body, apiKey }) => {
      const overlapSeconds = body.overlap_seconds ?? 0;
      const { row, secret } = await endpoints.rotate(apiKey.merchant, params.id, {
        secret: body.secret,
        overlapSeconds,
      });
      return { ...webhookView(row), secret };
    },
  );
}

function addDeliveryRoutes(app: GatewayApp, parts: GatewayParts): void {
  const { database, webhooks } = parts;
  const { endpoints, deliverer } = webhooks;
  const [read, write] = [{ scope: "webhooks:read" }, { scope: "webhooks:write" }] as const;
  const tags = ["webhooks"];

  app.post(
    "/v1/webhooks/:id/test",
    {
      config: write,
      schema: {
        ...{
          operationId: "testWebhook",
          tags,
          summary: "Send an event webhook.test, and tell the answer",
          params: Params,
        },
        response: { 200: ref(PingSchema) },
      },
    },
    async ({ params, apiKey }) => {
      const eventId = newId("evt");
      const result = await deliverer.ping(await endpoints.get(apiKey.merchant, params.id), eventId);
      const { status, error, excerpt, durationMs } = result;
      return {
        event_id: eventId,
        delivered: status !== undefined && status >= 200 && status < 300,
        status_code: status ?? null,
        error: error ?? null,
        body_excerpt: excerpt,
        duration_ms: durationMs,
      };
    },
  );
  app.get(
    "/v1/webhooks/:id/deliveries",
    {
      config: read,
      schema: {
        ...{ operationId: "listWebhookDeliveries", tags, summary: "List deliveries", params: Params },
        ...{ querystring: DeliveriesQuery, response: { 200: ref(DeliveryListSchema) } },
      },
    },
    async ({ params, query, apiKey }) => {
      const { id } = await endpoints.get(apiKey.merchant, params.id);
      const { limit = 50, cursor, status } = query;
      const page = await listDeliveries(database, { endpointId: id, state: status, limit, cursor });
      return {
        deliveries: page.rows.map(deliveryView),
        total_count: page.totalCount,
        has_more: page.hasMore,
        next_cursor: page.nextCursor ?? null,
      };
    },
  );
  app.post(
    "/v1/webhooks/:id/deliveries/:delivery_id/retry",
    {
      config: write,
      schema: {
        ...{ operationId: "retryWebhookDelivery", tags, summary: "Deliver again", params: DeliveryParams },
        response: { 202: ref(ReplayedSchema) },
      },
    },
    async ({ params, apiKey }, reply) => {
      const { id } = await endpoints.get(apiKey.merchant, params.id);
      if (!(await retryDelivery(database, id, params.delivery_id))) {
        throw new Problem("not_found", "there is no such delivery");
      }
      deliverer.poke();
      return reply.code(202).send({ replayed: 1 });
    },
  );
  app.post(
    "/v1/webhooks/:id/replay",
    {
      config: write,
      schema: {
        ...{ operationId: "replayWebhook", tags, summary: "Deliver events again", params: Params, body: Replay },
        response: { 202: ref(ReplayedSchema) },
      },
    },
    async ({ params, body, apiKey }, reply) => {
      const { id } = await endpoints.get(apiKey.merchant, params.id);
      const replayed = await replay(database, id, rangeOf(body));
      deliverer.poke();
      return reply.code(202).send({ replayed });
    },
  );
}
