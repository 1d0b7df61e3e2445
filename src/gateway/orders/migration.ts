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
