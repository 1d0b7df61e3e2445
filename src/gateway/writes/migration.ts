// The journal of what is written to the chain: signed transactions, and which request is which of their messages.

import type { Migration } from "../sql/migration.ts";

/**
 * A transaction is `open` until its fate is known: `done` when its messages ran, `void` when they never will. A write is
 * `sent` while its transaction is open, `waiting` when it is to be signed anew, and then `done`, `refused` by the chain, or
 * `unreached`: in no block, and never to be.
 */
export const WRITES_MIGRATION: Migration = {
  name: "writes",
  statements: [
    `create table gateway_txs (
      hash text primary key,
      signer text not null,
      bytes bytea not null,
      state text not null default 'open',
      void_after timestamptz not null,
      fee numeric(78, 0) not null,
      height bigint,
      created_at timestamptz not null default now()
    )`,
    "create index gateway_txs_open on gateway_txs (created_at) where state = 'open'",
    "create index gateway_txs_by_time on gateway_txs (created_at)",
    `create table gateway_writes (
      id text primary key,
      api_key_id text not null,
      idempotency_key text,
      type_url text not null,
      tx_hash text not null,
      message_index int not null,
      state text not null default 'sent',
      attempts int not null default 1,
      claim text,
      claimed_at timestamptz,
      height bigint,
      network_fee numeric(78, 0),
      response_type text,
      response bytea,
      refusal jsonb,
      created_at timestamptz not null default now()
    )`,
    `create unique index gateway_writes_by_idempotency_key on gateway_writes (api_key_id, idempotency_key)
      where idempotency_key is not null`,
    "create index gateway_writes_by_tx on gateway_writes (tx_hash)",
    "create index gateway_writes_waiting on gateway_writes (claimed_at) where state = 'waiting'",
    "create index gateway_writes_by_time on gateway_writes (created_at)",
  ],
};
