// Answers by idempotency key.

import type { Migration } from "../sql/migration.ts";

/** While `status` is null the request is in flight, of the process that holds the lease. */
export const IDEMPOTENCY_MIGRATION: Migration = {
  name: "idempotency keys",
  statements: [
    `create table idempotency_keys (
      api_key_id text not null,
      key text not null,
      request_hash text not null,
      holder text not null,
      leased_until timestamptz not null,
      status int,
      headers jsonb,
      body text,
      created_at timestamptz not null default now(),
      primary key (api_key_id, key)
    )`,
    "create index idempotency_keys_by_time on idempotency_keys (created_at)",
    "create index idempotency_keys_held on idempotency_keys (holder) where status is null",
  ],
};
