// Subscriptions, and what was charged for each period. What a subscription orders is personal data in parts, and in the vault.

import type { Migration } from "../sql/migration.ts";

export const SUBSCRIPTIONS_MIGRATION: Migration = {
  name: "subscriptions",
  statements: [
    `create table subscriptions (
      id text primary key,
      position bigint generated always as identity unique,
      merchant text not null,
      api_key_id text not null,
      customer_id text not null,
      commitment bytea not null,
      wallet text not null,
      interval_name text not null,
      every int not null check (every > 0),
      start_at timestamptz not null,
      end_at timestamptz,
      status text not null,
      next_period int not null,
      last_problem text,
      created_at timestamptz not null,
      updated_at timestamptz not null,
      next_at timestamptz,
      lease_until timestamptz,
      lease_token text
    )`,
    "create index subscriptions_by_merchant on subscriptions (merchant, position)",
    "create index subscriptions_by_customer on subscriptions (merchant, customer_id, position)",
    "create index subscriptions_due on subscriptions (next_at) where next_at is not null",
    `create table subscription_charges (
      subscription_id text not null references subscriptions,
      period int not null,
      due_at timestamptz not null,
      status text not null check (status in ('OPEN', 'PAID', 'FAILED')),
      order_id text,
      attempts int not null,
      last_problem text,
      updated_at timestamptz not null,
      primary key (subscription_id, period)
    )`,
  ],
};
