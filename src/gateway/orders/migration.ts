// What is kept of orders beside the chain, and is no personal data.

import type { Migration } from "../sql/migration.ts";

/** By the commitment that the order has on chain: it is written before the order has an id. */
export const ORDER_NOTES_MIGRATION: Migration = {
  name: "order notes",
  statements: [
    `create table order_notes (
      commitment bytea primary key,
      merchant text not null,
      document jsonb not null,
      created_at timestamptz not null default now()
    )`,
  ],
};

/** Orders that are to be held as soon as they are made: rows are gone when that is done. */
export const ORDER_HOLDS_MIGRATION: Migration = {
  name: "order holds",
  statements: [
    `create table order_holds (
      id text primary key,
      api_key_id text not null,
      idempotency_key text not null,
      reasons text[] not null,
      waits jsonb,
      created_at timestamptz not null,
      next_at timestamptz,
      lease_until timestamptz,
      lease_token text
    )`,
    "create index order_holds_due on order_holds (next_at) where next_at is not null",
  ],
};
