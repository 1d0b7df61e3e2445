// Who exported or deleted whose personal data, and when.

import type { Migration } from "../sql/migration.ts";

export const COMPLIANCE_MIGRATION: Migration = {
  name: "compliance",
  statements: [
    `create table compliance_log (
      position bigint generated always as identity primary key,
      id text not null unique,
      at timestamptz not null,
      merchant text not null,
      api_key_id text not null,
      action text not null check (action in ('export', 'delete')),
      customer_id text not null,
      records bigint not null
    )`,
    "create index compliance_log_by_merchant on compliance_log (merchant, position)",
  ],
};
