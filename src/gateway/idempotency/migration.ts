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

/**
 * Hashes are keyed from here on (`master key . hex`); the ones before are forgotten. `about`: ids of the customers and orders
 * that request and answer name, so that the row can be emptied when one of them is deleted: `request_hash` is `erased` then.
 */
export const IDEMPOTENCY_ERASURE_MIGRATION: Migration = {
  name: "idempotency keys without traces",
  statements: [
    "delete from idempotency_keys",
    "alter table idempotency_keys add column merchant text, add column about text[]",
    "create index idempotency_keys_about on idempotency_keys using gin (about) where about is not null",
  ],
};
