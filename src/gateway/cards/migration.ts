// Payments by card: the processor's reference, and what became of it. No token and no number is kept.

import type { Migration } from "../sql/migration.ts";

export const CARDS_MIGRATION: Migration = {
  name: "card payments",
  statements: [
    `create table card_payments (
      id text primary key,
      merchant text not null,
      order_id text not null,
      processor text not null,
      reference text not null,
      brand text,
      last4 text,
      amount numeric(78, 0) not null,
      status text not null check (status in ('AUTHORIZED', 'PAID', 'RELEASED')),
      tx_hash text,
      created_at timestamptz not null,
      updated_at timestamptz not null
    )`,
    "create index card_payments_by_order on card_payments (order_id)",
    "create index card_payments_open on card_payments (created_at) where status = 'AUTHORIZED'",
  ],
};
