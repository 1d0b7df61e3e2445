// What the routes of events answer.

import { Type } from "typebox";
import { Id, oneOf, PageFields, ref, Time } from "../http/schemas.ts";
import { EVENT_TYPES } from "./eventTable.ts";

export const EventTypeSchema = oneOf(EVENT_TYPES);

export const EventSchema = Type.Object(
  {
    id: Id,
    event: EventTypeSchema,
    data: Type.Object({}, { additionalProperties: true, description: "What it is about: docs/webhooks.md." }),
    timestamp: Time,
    sequence: Type.Integer({ minimum: 1, description: "Among the events of the order, from 1, without a gap." }),
    api_version: Type.String(),
  },
  { $id: "Event", description: "As webhooks and streams carry it." },
);

export const EventListSchema = Type.Object(
  { events: Type.Array(ref(EventSchema)), ...PageFields },
  { $id: "EventList" },
);
