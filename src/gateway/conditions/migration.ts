// Orders that wait for conditions, and the stock that one of them looks at.

import type { Migration } from "../sql/migration.ts";

export const CONDITIONS_MIGRATION: Migration = {
  name: "conditions",
  statements: [
    `create table inventory (
      merchant text not null,
      sku text not null,
      quantity bigint not null check (quantity >= 0),
      updated_at timestamptz not null,
      primary key (merchant, sku)
    )`,
    `create table conditional_orders (
      id text primary key,
      merchant text not null,
      api_key_id text not null,
      conditions jsonb not null,
      auto_execute boolean not null,
      status text not null check (status in ('WAITING', 'RELEASED', 'ENDED')),
      created_at timestamptz not null,
      updated_at timestamptz not null,
      next_at timestamptz,
      lease_until timestamptz,
      lease_token text
    )`,
    "create index conditional_orders_due on conditional_orders (next_at) where next_at is not null",
  ],
};
