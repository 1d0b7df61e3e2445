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

/** A payment is written down before the processor is asked. AUTHORIZED is of before, when nobody took such payments up. */
export const CARD_SETTLEMENT_MIGRATION: Migration = {
  name: "card payments come to an end",
  statements: [
    "alter table card_payments drop constraint card_payments_status_check",
    `alter table card_payments add constraint card_payments_status_check check (status in
      ('AUTHORIZING', 'SENT', 'PAID', 'RELEASING', 'RELEASED', 'DECLINED', 'AUTHORIZED'))`,
    `alter table card_payments alter column reference drop not null, add column api_key_id text, add column payer text,
      add column next_at timestamptz, add column lease_until timestamptz, add column lease_token text`,
    "drop index card_payments_open",
    "create index card_payments_due on card_payments (next_at) where next_at is not null",
  ],
};
