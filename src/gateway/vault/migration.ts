// The tables of personal data. They are not made from the chain, and survive when the read model is made again.

import type { Migration } from "../sql/migration.ts";

/**
 * Keys of customers, wrapped; a key that is null was destroyed, and its row is the tombstone. `position` of a record is its
 * place among all, in the order of writing.
 */
export const VAULT_MIGRATION: Migration = {
  name: "vault",
  statements: [
    `create table customer_keys (
      merchant text not null,
      customer_id text not null,
      generation int not null check (generation > 0),
      master_key_id text,
      wrapped bytea,
      created_at timestamptz not null,
      destroyed_at timestamptz,
      primary key (merchant, customer_id, generation),
      check ((wrapped is null) = (destroyed_at is not null) and (wrapped is null) = (master_key_id is null))
    )`,
    // One living key for each customer.
    "create unique index customer_keys_living on customer_keys (merchant, customer_id) where wrapped is not null",
    "create index customer_keys_by_master_key on customer_keys (master_key_id) where wrapped is not null",
    `create table personal_data (
      position bigint generated always as identity primary key,
      merchant text not null,
      customer_id text not null,
      generation int not null,
      order_id text,
      kind text not null,
      commitment bytea not null,
      sealed bytea,
      created_at timestamptz not null,
      foreign key (merchant, customer_id, generation) references customer_keys
    )`,
    "create unique index personal_data_by_commitment on personal_data (commitment)",
    "create index personal_data_by_customer on personal_data (merchant, customer_id, position)",
  ],
};
