// PostgreSQL in WebAssembly (npm @electric-sql/pglite), in a folder or in memory. One statement runs at a time.

import { mkdirSync } from "node:fs";
import { PGlite, type Transaction, types } from "@electric-sql/pglite";
import { asDatabaseError, type Database, DatabaseError, type Sql, type SqlValue } from "./database.ts";

type Runner = Pick<PGlite | Transaction, "query">;

const asText = (text: string) => text;

/** As on a server: nothing that a double cannot hold exactly becomes one. */
const PARSERS = { [types.INT8]: asText, [types.NUMERIC]: asText, [types.TIMESTAMPTZ]: asText };

async function run<Row extends object>(runner: Runner, text: string, values: readonly SqlValue[] = []) {
  const { rows } = await asDatabaseError(runner.query<Row>(text, [...values], { parsers: PARSERS }));
  return rows;
}

/** What `work` rejects with is passed on as it is; what beginning or committing says is the database's. */
async function inTransaction<T>(pglite: PGlite, work: (sql: Sql) => Promise<T>): Promise<T> {
  let failure: { readonly error: unknown } | undefined;
  const result = await pglite
    .transaction(async (own) => {
      try {
        return await work({ query: (text, values) => run(own, text, values) });
      } catch (error) {
        failure = { error };
        throw error;
      }
    })
    .catch((cause: unknown) => {
      throw failure === undefined ? new DatabaseError(cause) : failure.error;
    });
  // PGlite gives undefined after a rollback only, and nothing here asks for one without rejecting.
  return result as T;
}

/** Opens the database of a folder, which is made when it is not there; in memory without one. */
export async function openPglite(folder?: string): Promise<Database> {
  if (folder !== undefined) mkdirSync(folder, { recursive: true });
  const pglite = await asDatabaseError(PGlite.create(folder === undefined ? {} : { dataDir: folder }));
  // Times are compared and shown in UTC, wherever the process runs.
  await asDatabaseError(pglite.exec("set time zone 'UTC'"));
  return {
    kind: "pglite",
    query: (text, values) => run(pglite, text, values),
    transaction: (work) => inTransaction(pglite, work),
    script: async (text) => void (await asDatabaseError(pglite.exec(text))),
    close: () => pglite.close(),
  };
}
