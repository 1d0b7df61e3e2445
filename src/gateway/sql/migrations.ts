// The tables, as the list of changes that led to them. A change that was released is never edited: another follows it.

import { ANALYTICS_MIGRATION } from "../analytics/migration.ts";
import { AUTH_MIGRATION } from "../auth/migration.ts";
import { CARD_SETTLEMENT_MIGRATION, CARDS_MIGRATION } from "../cards/migration.ts";
import { COMPLIANCE_MIGRATION } from "../compliance/migration.ts";
import { CONDITIONS_MIGRATION } from "../conditions/migration.ts";
import { CUSTOMERS_MIGRATION } from "../customers/migration.ts";
import { EVENTS_MIGRATION, GATEWAY_EVENTS_MIGRATION } from "../events/migration.ts";
import { IDEMPOTENCY_ERASURE_MIGRATION, IDEMPOTENCY_MIGRATION } from "../idempotency/migration.ts";
import { ORDER_HOLDS_MIGRATION, ORDER_NOTES_MIGRATION } from "../orders/migration.ts";
import { PARTIES_MIGRATION } from "../parties/migration.ts";
import { PRICING_MIGRATION } from "../pricing/migration.ts";
import { REPORTS_MIGRATION } from "../reports/migration.ts";
import { SUBSCRIPTIONS_MIGRATION } from "../subscriptions/migration.ts";
import { VAULT_MIGRATION } from "../vault/migration.ts";
import { WEBHOOK_PRUNING_MIGRATION, WEBHOOKS_MIGRATION } from "../webhooks/migration.ts";
import { WRITES_MIGRATION } from "../writes/migration.ts";
import type { Migration } from "./migration.ts";

/**
 * What the chain said, object by object as its events carried it, with columns for what is asked for. Amounts are
 * micro-units. Times are those of blocks, cut to microseconds; `document` has them whole.
 */
const READ_MODEL: Migration = {
  name: "read model",
  statements: [
    `create table projection (
      only_row boolean primary key default true check (only_row),
      chain_id text not null,
      height bigint not null,
      block_hash text not null,
      event_count bigint not null
    )`,
    `create table orders (
      id text primary key,
      position bigint not null,
      customer_id text not null,
      customer text not null,
      merchant text not null,
      status text not null,
      payment_status text not null,
      fulfillment_status text not null,
      denom text not null,
      total numeric(78, 0) not null,
      amount_paid numeric(78, 0) not null,
      amount_refunded numeric(78, 0) not null,
      created_at timestamptz not null,
      updated_at timestamptz not null,
      paid_at timestamptz,
      fulfilled_at timestamptz,
      delivered_at timestamptz,
      source_domain bigint,
      revision bigint not null,
      document jsonb not null
    )`,
    "create unique index orders_by_position on orders (position)",
    "create index orders_by_customer_id on orders (customer_id, position)",
    "create index orders_by_customer on orders (customer, position)",
    "create index orders_by_merchant on orders (merchant, position)",
    "create index orders_by_status on orders (status, position)",
    "create index orders_by_created_at on orders (created_at, position)",
    "create index orders_by_total on orders (total, position)",
    `create table payments (
      id text primary key,
      order_id text not null,
      sequence bigint not null,
      amount numeric(78, 0) not null,
      paid_at timestamptz not null,
      document jsonb not null
    )`,
    "create index payments_by_order on payments (order_id, sequence)",
    `create table refunds (
      id text primary key,
      order_id text not null,
      sequence bigint not null,
      amount numeric(78, 0) not null,
      phase text not null,
      created_at timestamptz not null,
      updated_at timestamptz not null,
      document jsonb not null
    )`,
    "create index refunds_by_order on refunds (order_id, sequence)",
    "create index refunds_by_phase on refunds (phase, created_at)",
    `create table exceptions (
      id text primary key,
      order_id text not null,
      kind text not null,
      status text not null,
      amount numeric(78, 0) not null,
      created_at timestamptz not null,
      document jsonb not null
    )`,
    "create index exceptions_by_order on exceptions (order_id, created_at)",
    "create index exceptions_by_status on exceptions (status, created_at)",
    `create table merchants (
      address text primary key,
      document jsonb not null
    )`,
    `create table events (
      position bigint primary key,
      id text not null unique,
      height bigint not null,
      time timestamptz not null,
      tx_hash text not null,
      type text not null,
      order_id text not null,
      sequence bigint not null,
      document jsonb not null
    )`,
    "create index events_by_order on events (order_id, sequence)",
    "create index events_by_height on events (height)",
  ],
};

/** In the order in which they are applied; the number of a migration is its place, from 1. Only ever appended to. */
export const MIGRATIONS: readonly Migration[] = [
  READ_MODEL,
  VAULT_MIGRATION,
  CUSTOMERS_MIGRATION,
  COMPLIANCE_MIGRATION,
  ORDER_NOTES_MIGRATION,
  ANALYTICS_MIGRATION,
  REPORTS_MIGRATION,
  WRITES_MIGRATION,
  AUTH_MIGRATION,
  IDEMPOTENCY_MIGRATION,
  PRICING_MIGRATION,
  SUBSCRIPTIONS_MIGRATION,
  CARDS_MIGRATION,
  PARTIES_MIGRATION,
  CONDITIONS_MIGRATION,
  EVENTS_MIGRATION,
  WEBHOOKS_MIGRATION,
  IDEMPOTENCY_ERASURE_MIGRATION,
  WEBHOOK_PRUNING_MIGRATION,
  CARD_SETTLEMENT_MIGRATION,
  GATEWAY_EVENTS_MIGRATION,
  ORDER_HOLDS_MIGRATION,
];
