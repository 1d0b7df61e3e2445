// PostgreSQL in WebAssembly (npm @electric-sql/pglite), in a folder or in memory. One statement runs at a time.

import { mkdirSync } from "node:fs";
import { cp } from "node:fs/promises";
import { PGlite, type Transaction, types } from "@electric-sql/pglite";
import { Level } from "level";
import { asDatabaseError, type Database, DatabaseError, type Sql, type SqlValue } from "./database.ts";

type Runner = Pick<PGlite | Transaction, "query">;

const asText = (text: string) => text;

/** As on a server: nothing that a double cannot hold exactly becomes one. */
const PARSERS = { [types.INT8]: asText, [types.NUMERIC]: asText, [types.TIMESTAMPTZ]: asText };

/** PostgreSQL's own default, 128 MB, is for servers; what is not in it is in the system's cache of files all the same. */
const START_PARAMS = [...PGlite.defaultStartParams, "-c", "shared_buffers=16MB"];

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

/** The folder is another process's: PGlite itself would write into it all the same, and damage it. */
export class FolderInUseError extends Error {
  readonly code = "database_in_use";

  constructor(folder: string, cause: unknown) {
    super(`another process has the database in ${folder} open`, { cause });
    this.name = "FolderInUseError";
  }
}

/** Holds a folder until it is released, or the process ends: an empty LevelDB beside it has a lock of the system's. */
async function lockFolder(folder: string): Promise<() => Promise<void>> {
  const lock = new Level(`${folder}.lock`);
  try {
    await lock.open();
  } catch (cause) {
    throw new FolderInUseError(folder, cause);
  }
  return () => lock.close();
}

/**
 * Opens the database of a folder, which is made when it is not there; in memory without one. Rejects with
 * FolderInUseError and DatabaseError.
 */
export async function openPglite(folder?: string): Promise<Database> {
  if (folder === undefined) return openUnlocked({}, async () => undefined);
  mkdirSync(folder, { recursive: true });
  const release = await lockFolder(folder);
  try {
    return await openUnlocked({ dataDir: folder }, release);
  } catch (error) {
    await release();
    throw error;
  }
}

/** No statement runs meanwhile; what the last checkpoint lacks is in the log, which is copied, too. */
async function copyFolder(pglite: PGlite, from: string, to: string): Promise<void> {
  await asDatabaseError(pglite.exec("checkpoint"));
  await pglite.runExclusive(() => cp(from, to, { recursive: true }));
}

async function openUnlocked(options: { readonly dataDir?: string }, release: () => Promise<void>): Promise<Database> {
  const pglite = await asDatabaseError(PGlite.create({ ...options, startParams: START_PARAMS }));
  // Times are compared and shown in UTC, wherever the process runs.
  await asDatabaseError(pglite.exec("set time zone 'UTC'"));
  return {
    kind: "pglite",
    query: (text, values) => run(pglite, text, values),
    transaction: (work) => inTransaction(pglite, work),
    copyTo: options.dataDir === undefined ? undefined : (folder) => copyFolder(pglite, options.dataDir!, folder),
    script: async (text) => void (await asDatabaseError(pglite.exec(text))),
    close: async () => {
      await pglite.close();
      await release();
    },
  };
}
