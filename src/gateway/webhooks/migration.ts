// Endpoints, what is to be delivered to them, and how it went. Not made of the chain alone: they outlive the read model.

import type { Migration } from "../sql/migration.ts";

/**
 * A delivery is one event for one endpoint, once: a read model that is made again makes no second one. `line` is what keeps
 * order: the order's id, or empty where an endpoint wants everything in order. `due_at` is the next try; while one is under
 * way, when it is given up. `since_…` is where an endpoint begins to listen.
 */
export const WEBHOOKS_MIGRATION: Migration = {
  name: "webhooks",
  statements: [
    `create table webhook_endpoints (
      id text primary key,
      merchant text not null,
      kind text not null,
      url text not null,
      events text[] not null,
      description text not null,
      ordering text not null check (ordering in ('order', 'endpoint')),
      status text not null check (status in ('enabled', 'disabled')),
      disabled_reason text,
      failing_since timestamptz,
      header_names text[] not null,
      master_key_id text not null,
      sealed bytea not null,
      previous_until timestamptz,
      since_height bigint not null,
      since_time timestamptz not null,
      created_at timestamptz not null,
      updated_at timestamptz not null
    )`,
    "create index webhook_endpoints_by_merchant on webhook_endpoints (merchant, created_at, id)",
    `create table webhook_deliveries (
      id text primary key,
      endpoint_id text not null references webhook_endpoints on delete cascade,
      event_id text not null,
      event_type text not null,
      order_id text not null,
      position bigint not null,
      height bigint not null,
      event_time timestamptz not null,
      line text not null,
      state text not null check (state in ('pending', 'delivered', 'dead')),
      due_at timestamptz not null,
      lease int not null default 0,
      tries int not null default 0,
      last_status int,
      last_error text,
      last_try_at timestamptz,
      created_at timestamptz not null,
      unique (endpoint_id, event_id)
    )`,
    "create index webhook_deliveries_due on webhook_deliveries (due_at) where state = 'pending'",
    "create index webhook_deliveries_line on webhook_deliveries (endpoint_id, line, position) where state = 'pending'",
    "create index webhook_deliveries_listed on webhook_deliveries (endpoint_id, position desc)",
    `create table webhook_attempts (
      delivery_id text not null references webhook_deliveries on delete cascade,
      number int not null,
      at timestamptz not null,
      duration_ms int not null,
      status int,
      error text,
      response_excerpt text,
      primary key (delivery_id, number)
    )`,
  ],
};

/** What finds tries that are old. */
export const WEBHOOK_PRUNING_MIGRATION: Migration = {
  name: "old webhook attempts",
  statements: ["create index webhook_attempts_by_time on webhook_attempts (at)"],
};
