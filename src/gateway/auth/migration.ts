// API keys, and the accounts on chain that sign for them.

import type { Migration } from "../sql/migration.ts";

/** Of a key only sha256 is kept; of a signer the private key, sealed with a master key. */
export const AUTH_MIGRATION: Migration = {
  name: "API keys",
  statements: [
    `create table gateway_signers (
      address text primary key,
      merchant text not null,
      master_key_id text not null,
      sealed bytea not null,
      created_at timestamptz not null default now()
    )`,
    `create table api_keys (
      id text primary key,
      kind text not null,
      hash text not null unique,
      hint text not null,
      name text not null,
      merchant text not null,
      signer text not null references gateway_signers (address),
      scopes text not null,
      created_at timestamptz not null default now(),
      expires_at timestamptz,
      revoked_at timestamptz,
      last_used_at timestamptz
    )`,
    "create index api_keys_by_merchant on api_keys (merchant, created_at)",
  ],
};
