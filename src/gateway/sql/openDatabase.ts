// Which database a gateway has.

import type { Database } from "./database.ts";
import { migrate } from "./migrate.ts";

/** Where the data is: a server's URL, or a folder; in memory when neither is given. */
export interface DatabaseOptions {
  readonly url?: string | undefined;
  readonly folder?: string | undefined;
}

/** Opens the database and brings its tables up to date. What is not used is not loaded. */
export async function openDatabase({ url, folder }: DatabaseOptions): Promise<Database> {
  const database =
    url === undefined
      ? await (await import("./pgliteDatabase.ts")).openPglite(folder)
      : await (await import("./postgresDatabase.ts")).openPostgres(url);
  try {
    await migrate(database);
    return database;
  } catch (error) {
    await database.close();
    throw error;
  }
}
