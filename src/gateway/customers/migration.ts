// Which customers a merchant told of. Whatever is personal about them lies in the vault.

import type { Migration } from "../sql/migration.ts";

export const CUSTOMERS_MIGRATION: Migration = {
  name: "customers",
  statements: [
    `create table customers (
      position bigint generated always as identity unique,
      merchant text not null,
      customer_id text not null,
      commitment bytea,
      created_at timestamptz not null,
      updated_at timestamptz not null,
      erased_at timestamptz,
      primary key (merchant, customer_id),
      check ((commitment is null) = (erased_at is not null))
    )`,
    "create index customers_by_merchant on customers (merchant, position)",
  ],
};
