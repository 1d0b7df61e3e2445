// Exchange quotes, and which customers were seen on which device.

import type { Migration } from "../sql/migration.ts";

export const PRICING_MIGRATION: Migration = {
  name: "pricing",
  statements: [
    `create table quotes (
      id text primary key,
      merchant text not null,
      from_currency text not null,
      to_currency text not null,
      numerator numeric(78, 0) not null check (numerator > 0),
      denominator numeric(78, 0) not null check (denominator > 0),
      source text not null,
      is_declared boolean not null,
      created_at timestamptz not null,
      expires_at timestamptz not null
    )`,
    `create table device_sightings (
      merchant text not null,
      device_hash bytea not null,
      customer_id text not null,
      seen_at timestamptz not null,
      primary key (merchant, device_hash, customer_id)
    )`,
    "create index device_sightings_by_customer on device_sightings (merchant, customer_id)",
  ],
};
