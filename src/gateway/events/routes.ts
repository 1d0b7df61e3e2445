// The feed of events: pages, single ones, and a stream.

import type { OutgoingHttpHeaders } from "node:http";
import type { FastifyReply, FastifyRequest } from "fastify";
import { Type } from "typebox";
import { parseMoment } from "../http/moment.ts";
import { Problem } from "../http/problem.ts";
import type { GatewayApp, RouteModule } from "../http/routeModule.ts";
import { Id, oneOf, PageQuery, ref } from "../http/schemas.ts";
import type { ApiKey, GatewayParts } from "../parts.ts";
import { apiEvent } from "./apiEvent.ts";
import {
  EVENT_SORTS,
  type EventFilter,
  eventPosition,
  getEvent,
  lastEventPosition,
  listEvents,
} from "./eventQueries.ts";
import { STREAM_TIMES, type StreamTimes, streamEvents } from "./eventStream.ts";
import { EVENT_TYPES } from "./eventTable.ts";
import { EventListSchema, EventSchema, EventTypeSchema } from "./schemas.ts";

/** Streams that are open at a time: of one API key, and of all. */
const STREAMS_OF_KEY_MAX = 20;
const STREAMS_MAX = 500;

const Bound = Type.String({ minLength: 1, maxLength: 64, description: "Id of an event, or a time; exclusive." });

const FilterQuery = {
  type: Type.Optional(Type.Array(EventTypeSchema, { maxItems: EVENT_TYPES.length })),
  order_id: Type.Optional(Id),
};

const EventsQuery = Type.Object(
  {
    ...PageQuery.properties,
    ...FilterQuery,
    after: Type.Optional(Bound),
    before: Type.Optional(Bound),
    sort: Type.Optional(oneOf(EVENT_SORTS, "A minus is descending, and the default.")),
  },
  { additionalProperties: false },
);

const StreamQuery = Type.Object(
  {
    ...FilterQuery,
    last_event_id: Type.Optional(
      Type.String({ maxLength: 64, description: "As the header, for clients that cannot set it." }),
    ),
  },
  { additionalProperties: false },
);

const StreamHeaders = Type.Object({
  "last-event-id": Type.Optional(Type.String({ maxLength: 64, description: "The stream goes on behind this event." })),
});

/** The place of an event. Rejects with Problem: it is not there, or not there yet while the read model is made anew. */
async function placeOf({ database, projector }: GatewayParts, key: ApiKey, id: string, field: string): Promise<string> {
  const position = await eventPosition(database, id, key.merchant);
  if (position !== undefined) return position;
  if (projector.height < projector.tip) {
    throw new Problem("chain_unavailable", { detail: "events are being read from the chain", retryAfterSeconds: 2 });
  }
  throw new Problem("invalid_request", { detail: "there is no event with this id", field });
}

/** A bound of a list: an event's place, or a time. */
async function boundOf(parts: GatewayParts, key: ApiKey, side: "after" | "before", text: string | undefined) {
  if (text === undefined) return {};
  if (!text.startsWith("evt_")) return { [`${side}Time`]: parseMoment(text, side) };
  return { [`${side}Position`]: await placeOf(parts, key, text, side) };
}

/** The streams that are open. */
class OpenStreams {
  readonly #streams = new Map<AbortController, string>();

  /** Throws Problem `rate_limited`. */
  add(keyId: string): AbortController {
    const own = [...this.#streams.values()].filter((id) => id === keyId).length;
    if (own >= STREAMS_OF_KEY_MAX || this.#streams.size >= STREAMS_MAX) {
      throw new Problem("rate_limited", { detail: "too many streams are open", retryAfterSeconds: 10 });
    }
    const stream = new AbortController();
    this.#streams.set(stream, keyId);
    return stream;
  }

  remove(stream: AbortController): void {
    stream.abort();
    this.#streams.delete(stream);
  }

  endAll(): void {
    for (const stream of this.#streams.keys()) stream.abort();
  }
}

/** Adds the routes; `times` are for tests. */
export function addEventRoutes(app: GatewayApp, parts: GatewayParts, times: StreamTimes = STREAM_TIMES): void {
  const { database, projector, publicUrl } = parts;
  const streams = new OpenStreams();
  app.addSchema(EventSchema);
  app.addSchema(EventListSchema);
  app.addHook("preClose", async () => streams.endAll());
  parts.stopping?.addEventListener("abort", () => streams.endAll());

  app.get(
    "/v1/events",
    {
      config: { scope: "orders:read" },
      schema: {
        operationId: "listEvents",
        tags: ["events"],
        summary: "List events",
        querystring: EventsQuery,
        response: { 200: ref(EventListSchema) },
      },
    },
    async ({ query, apiKey }) => {
      const filter: EventFilter = {
        merchant: apiKey.merchant,
        types: query.type,
        orderId: query.order_id,
        ...(await boundOf(parts, apiKey, "after", query.after)),
        ...(await boundOf(parts, apiKey, "before", query.before)),
      };
      const { sort = "-created_at", limit = 50, offset, cursor } = query;
      const page = await listEvents(database, { filter, sort, limit, offset, cursor });
      return {
        events: page.events.map((event) => apiEvent(event, publicUrl)),
        total_count: page.totalCount,
        has_more: page.hasMore,
        next_cursor: page.nextCursor ?? null,
      };
    },
  );

  app.get(
    "/v1/events/:id",
    {
      config: { scope: "orders:read" },
      schema: {
        operationId: "getEvent",
        tags: ["events"],
        summary: "Get an event",
        params: Type.Object({ id: Id }),
        response: { 200: ref(EventSchema) },
      },
    },
    async ({ params, apiKey }) => {
      const event = await getEvent(database, params.id, apiKey.merchant);
      if (event === undefined) throw new Problem("not_found", "there is no such event");
      return apiEvent(event, publicUrl);
    },
  );

  app.get(
    "/v1/events/stream",
    {
      config: { scope: "orders:read" },
      schema: {
        operationId: "streamEvents",
        tags: ["events"],
        summary: "Follow events",
        description: "Server-sent events: `id`, `event` and the event as JSON in `data`.",
        querystring: StreamQuery,
        headers: StreamHeaders,
        response: { 200: { description: "Events.", content: { "text/event-stream": { schema: Type.String() } } } },
      },
    },
    async (request, reply) => {
      const { query, headers, apiKey } = request;
      const lastId = headers["last-event-id"] ?? query.last_event_id;
      const position =
        lastId === undefined || lastId === ""
          ? await lastEventPosition(database)
          : await placeOf(parts, apiKey, lastId, "last_event_id");
      const stream = streams.add(apiKey.id);
      open(request, reply, stream);
      try {
        await streamEvents({
          ...{ sql: database, news: projector, position, publicUrl, out: reply.raw, signal: stream.signal, times },
          filter: { merchant: apiKey.merchant, types: query.type, orderId: query.order_id },
        });
      } catch (error) {
        // The status was sent; the client connects again and goes on behind the last event.
        request.log.warn({ err: error }, "a stream of events ended");
      }
      streams.remove(stream);
      reply.raw.end();
      // What a client did not take is not kept for it.
      if (reply.raw.writableNeedDrain) reply.raw.destroy();
      return reply;
    },
  );
}

/** Answers with the head of a stream, which Fastify leaves alone from here on. */
function open(request: FastifyRequest, reply: FastifyReply, stream: AbortController): void {
  reply.hijack();
  reply.raw.once("close", () => stream.abort());
  reply.raw.on("error", () => stream.abort());
  reply.raw.writeHead(200, {
    // Fastify's headers are Node's; only the types of absent ones differ.
    ...(reply.getHeaders() as OutgoingHttpHeaders),
    "content-type": "text/event-stream",
    "cache-control": "no-store",
    "x-accel-buffering": "no",
    "request-id": request.id,
  });
}

export const eventRoutes: RouteModule = (app, parts) => addEventRoutes(app, parts);
