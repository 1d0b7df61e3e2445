// What the routes of webhooks take and answer.

import { Type } from "typebox";
import { EVENT_TYPES } from "../events/eventTable.ts";
import { EventTypeSchema } from "../events/schemas.ts";
import { Moment } from "../http/moment.ts";
import { Id, nullable, oneOf, PageFields, ref, Time } from "../http/schemas.ts";
import { ORDERINGS, URL_MAX } from "./endpoints.ts";
import { DELIVERY_STATES } from "./outbox.ts";

const OVERLAP_DEFAULT_SECONDS = 86_400;
const OVERLAP_MAX_SECONDS = 604_800;
const REPLAY_IDS_MAX = 1_000;

const Url = Type.String({ minLength: 1, maxLength: URL_MAX, description: "https; http for test keys only." });
const Secret = Type.String({
  minLength: 1,
  maxLength: 128,
  description: "whsec_ and base64, or 16 to 128 visible ASCII characters; made when left out.",
});
const Events = Type.Array(EventTypeSchema, {
  maxItems: EVENT_TYPES.length,
  uniqueItems: true,
  description: "Every type when empty or left out.",
});
const Headers = Type.Record(Type.String(), Type.String(), { description: "Sent along; kept sealed, never shown." });
const Description = Type.String({ maxLength: 200 });
const OrderingSchema = oneOf(
  ORDERINGS,
  "`order`: events of one order wait for each other. `endpoint`: all events, one after the other.",
);
const StatusSchema = oneOf(["enabled", "disabled"]);

export const NewWebhook = Type.Object(
  {
    url: Url,
    events: Type.Optional(Events),
    secret: Type.Optional(Secret),
    headers: Type.Optional(Headers),
    description: Type.Optional(Description),
    ordering: Type.Optional(OrderingSchema),
  },
  { additionalProperties: false },
);

export const WebhookChange = Type.Object(
  {
    url: Type.Optional(Url),
    events: Type.Optional(Events),
    headers: Type.Optional(Headers),
    description: Type.Optional(Description),
    ordering: Type.Optional(OrderingSchema),
    status: Type.Optional(StatusSchema),
  },
  { additionalProperties: false, minProperties: 1 },
);

export const Rotation = Type.Object(
  {
    secret: Type.Optional(Secret),
    overlap_seconds: Type.Optional(
      Type.Integer({ minimum: 0, maximum: OVERLAP_MAX_SECONDS, default: OVERLAP_DEFAULT_SECONDS }),
    ),
  },
  { additionalProperties: false },
);

export const Replay = Type.Object(
  {
    from: Type.Optional(Moment),
    to: Type.Optional(Moment),
    event_ids: Type.Optional(Type.Array(Id, { minItems: 1, maxItems: REPLAY_IDS_MAX })),
  },
  { additionalProperties: false, description: "Events of a time, bounds included; or single ones." },
);

const WebhookFields = {
  id: Id,
  url: Type.String(),
  events: Type.Array(EventTypeSchema),
  description: Type.String(),
  ordering: OrderingSchema,
  status: StatusSchema,
  disabled_reason: nullable(Type.String()),
  failing_since: nullable(Time),
  header_names: Type.Array(Type.String()),
  previous_secret_until: nullable(Time),
  created_at: Time,
  updated_at: Time,
};

export const WebhookSchema = Type.Object(WebhookFields, { $id: "Webhook" });
export const WebhookWithSecretSchema = Type.Object(
  { ...WebhookFields, secret: Type.String({ description: "Shown here and never again." }) },
  { $id: "WebhookWithSecret" },
);
export const WebhookListSchema = Type.Object(
  { webhooks: Type.Array(ref(WebhookSchema)), ...PageFields },
  { $id: "WebhookList" },
);

const ResponseSchema = {
  status_code: nullable(Type.Integer()),
  error: nullable(Type.String({ description: "Why no answer came, as a code." })),
  body_excerpt: nullable(Type.String()),
  duration_ms: nullable(Type.Integer()),
};

export const DeliverySchema = Type.Object(
  {
    id: Id,
    event_id: Id,
    event: EventTypeSchema,
    order_id: Id,
    event_timestamp: Time,
    status: oneOf(DELIVERY_STATES, "`dead`: given up, until it is retried or replayed."),
    attempts: Type.Integer({ description: "Since the delivery was last begun anew." }),
    last_attempt_at: nullable(Time),
    next_attempt_at: nullable(Time),
    response: Type.Object(ResponseSchema, { description: "Of the last attempt." }),
  },
  { $id: "WebhookDelivery" },
);
export const DeliveryListSchema = Type.Object(
  { deliveries: Type.Array(ref(DeliverySchema)), ...PageFields },
  { $id: "WebhookDeliveryList" },
);
export const PingSchema = Type.Object(
  { event_id: Id, delivered: Type.Boolean(), ...ResponseSchema },
  { $id: "WebhookTest" },
);
export const ReplayedSchema = Type.Object(
  { replayed: Type.Integer({ description: "Deliveries that were begun anew, or for the first time." }) },
  { $id: "WebhookReplay" },
);

export const WEBHOOK_SCHEMAS = [
  ...[WebhookSchema, WebhookWithSecretSchema, WebhookListSchema, DeliverySchema, DeliveryListSchema],
  ...[PingSchema, ReplayedSchema],
];
