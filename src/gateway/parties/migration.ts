// Parties that share in a merchant's orders, as the merchant names them.

import type { Migration } from "../sql/migration.ts";

export const PARTIES_MIGRATION: Migration = {
  name: "parties",
  statements: [
    `create table parties (
      merchant text not null,
      id text not null,
      address text not null,
      updated_at timestamptz not null,
      primary key (merchant, id)
    )`,
  ],
};
