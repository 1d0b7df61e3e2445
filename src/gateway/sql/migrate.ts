// Brings the tables up to date: each migration once, in order, in a transaction with the note that it ran. Several
// gateways may start on one server at once.

import type { Database, Sql } from "./database.ts";
import { MIGRATIONS } from "./migrations.ts";

/** Any number that nobody else locks. */
const LOCK = 7_770_001;

/** The tables are newer than this program. */
export class SchemaTooNewError extends Error {
  readonly code = "schema_too_new";

  constructor(found: number) {
    super(`the database has schema ${found}, this program knows ${MIGRATIONS.length}: it was used by a newer version`);
    this.name = "SchemaTooNewError";
  }
}

async function versionOf(sql: Sql): Promise<number> {
  const [row] = await sql.query<{ version: number }>(
    "select coalesce(max(version), 0)::int as version from migrations",
  );
  return row?.version ?? 0;
}

/** Runs what has not run yet. Rejects with SchemaTooNewError on tables that a newer version made. */
export async function migrate(database: Database): Promise<void> {
  await database.query(
    "create table if not exists migrations (version int primary key, name text not null, applied_at timestamptz not null default now())",
  );
  await database.transaction(async (sql) => {
    await sql.query("select pg_advisory_xact_lock($1)", [LOCK]);
    const version = await versionOf(sql);
    if (version > MIGRATIONS.length) throw new SchemaTooNewError(version);
    for (const [index, { name, statements }] of MIGRATIONS.entries()) {
      if (index < version) continue;
      for (const statement of statements) await sql.query(statement);
      await sql.query("insert into migrations (version, name) values ($1, $2)", [index + 1, name]);
    }
  });
}
