// The events of the API. They are made of events of the chain alone, and made again with them.

import type { Migration } from "../sql/migration.ts";

/**
 * `event_position` is the chain's event that it tells of, `order_position` the last one up to there that holds the order.
 * The content is read from them, so nothing is stored twice. Whoever has a read model without this table makes it anew.
 */
export const EVENTS_MIGRATION: Migration = {
  name: "events of the API",
  statements: [
    `create table api_events (
      position bigint primary key,
      id text not null unique,
      type text not null,
      order_id text not null,
      merchant text,
      sequence bigint not null,
      height bigint not null,
      time timestamptz not null,
      event_position bigint not null,
      order_position bigint
    )`,
    "create index api_events_by_merchant on api_events (merchant, position)",
    "create index api_events_by_order on api_events (order_id, sequence)",
    "create index api_events_by_event on api_events (event_position)",
    "truncate projection, orders, payments, refunds, exceptions, merchants, events",
  ],
};

/**
 * Events of the gateway itself, which outlive the read model. `height` is the block that they follow, once they have their
 * place. Escrow that is paid out is told, too, so that what was read before is read again.
 */
export const GATEWAY_EVENTS_MIGRATION: Migration = {
  name: "events of the gateway",
  statements: [
    `create table gateway_events (
      position bigint generated always as identity primary key,
      id text not null unique,
      type text not null,
      order_id text not null,
      merchant text not null,
      time timestamptz not null,
      document jsonb not null,
      height bigint
    )`,
    "create index gateway_events_by_height on gateway_events (height)",
    "alter table api_events alter column event_position drop not null, add column gateway_event_id text",
    "truncate projection, orders, payments, refunds, exceptions, merchants, events, api_events",
  ],
};
