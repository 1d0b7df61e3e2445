// Reports as jobs. They survive a rebuild of the read model.

import type { Migration } from "../sql/migration.ts";

export const REPORTS_MIGRATION: Migration = {
  name: "reports",
  statements: [
    `create table reports (
      id text primary key,
      merchant text not null,
      request jsonb not null,
      format text not null,
      state text not null,
      attempts int not null default 0,
      not_before timestamptz not null,
      lease_owner text,
      lease_until timestamptz,
      rows_total bigint,
      last_key bigint,
      done_key bigint not null default 0,
      rows_done bigint not null default 0,
      file_bytes bigint not null default 0,
      created_at timestamptz not null,
      finished_at timestamptz,
      expires_at timestamptz
    )`,
    "create index reports_by_state on reports (state, not_before)",
    "create index reports_by_merchant on reports (merchant, created_at)",
    // Groups are made once, by one statement, and written to the file from here.
    `create table report_rows (
      report_id text not null references reports (id) on delete cascade,
      key bigint not null,
      document jsonb not null,
      primary key (report_id, key)
    )`,
    // What download links are signed with; the same for all gateways of a database.
    `create table report_secret (
      only_row boolean primary key default true check (only_row),
      secret bytea not null
    )`,
  ],
};
