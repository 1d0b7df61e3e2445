// The databases that tests run on: PGlite always, and PostgreSQL where it is installed.

import type { Database } from "../sql/database.ts";
import { migrate } from "../sql/migrate.ts";
import { openPglite } from "../sql/pgliteDatabase.ts";
import { openPostgres } from "../sql/postgresDatabase.ts";
import { postgresPrograms, startPostgres } from "./postgresServer.ts";

/** A kind of database. One test at a time has it. */
export interface TestDatabases {
  readonly name: string;
  /** An empty database with the tables of the gateway. */
  open(): Promise<Database>;
  /** Ends what was started. */
  stop(): Promise<void>;
}

/** As new: what the tests before have made is gone. One database for all is quicker than a new one each time. */
async function emptied(database: Database): Promise<Database> {
  await database.script("drop schema public cascade; create schema public");
  await migrate(database);
  return { ...database, close: async () => undefined };
}

function testDatabase(name: string, start: () => Promise<{ database: Database; stop?: () => void }>): TestDatabases {
  let started: ReturnType<typeof start> | undefined;
  return {
    name,
    async open() {
      started ??= start();
      return emptied((await started).database);
    },
    async stop() {
      if (started === undefined) return;
      const { database, stop } = await started;
      await database.close();
      stop?.();
    },
  };
}

const pglite = () => testDatabase("PGlite", async () => ({ database: await openPglite() }));

const postgres = () =>
  testDatabase("PostgreSQL", async () => {
    const server = await startPostgres();
    return { database: await openPostgres(server.url), stop: server.stop };
  });

/** Every kind that this machine has. CI installs PostgreSQL; elsewhere its absence is told. */
export function testDatabases(): readonly TestDatabases[] {
  if (postgresPrograms() !== undefined) return [pglite(), postgres()];
  console.log("PostgreSQL is not installed (apt-get install postgresql): its tests do not run");
  return [pglite()];
}
