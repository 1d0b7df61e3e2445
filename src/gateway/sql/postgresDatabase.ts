// A PostgreSQL server (npm pg), through a pool of connections.

import pg from "pg";
import { asDatabaseError, type Database, type Sql, type SqlValue } from "./database.ts";

/** Connections of one gateway; PostgreSQL's own default is 100 for everybody. */
const CONNECTIONS_MAX = 16;
const CONNECT_TIMEOUT_MS = 10_000;

const { builtins } = pg.types;
/** Types that stay text: doubles and Dates cannot hold them exactly. */
const TEXT_TYPES: ReadonlySet<number> = new Set([builtins.INT8, builtins.NUMERIC, builtins.TIMESTAMPTZ]);

const types: pg.CustomTypesConfig = {
  // biome-ignore lint/suspicious/noExplicitAny: the signature of pg-types.
  getTypeParser: (id: number, format?: any): any =>
    TEXT_TYPES.has(id) ? (text: string) => text : pg.types.getTypeParser(id, format),
};

type Runner = Pick<pg.Pool | pg.PoolClient, "query">;

async function run<Row extends object>(runner: Runner, text: string, values: readonly SqlValue[] = []) {
  const { rows } = await asDatabaseError(runner.query<Row>(text, [...values]));
  return rows;
}

async function inTransaction<T>(pool: pg.Pool, work: (sql: Sql) => Promise<T>): Promise<T> {
  const client = await asDatabaseError(pool.connect());
  // A connection may break between two statements, when nobody awaits it; the next statement tells.
  const ignore = () => undefined;
  client.on("error", ignore);
  try {
    await run(client, "begin");
    const result = await work({ query: (text, values) => run(client, text, values) });
    await run(client, "commit");
    client.release();
    return result;
  } catch (error) {
    // A connection on which the rollback fails is not used again.
    await client.query("rollback").then(
      () => client.release(),
      (broken: Error) => client.release(broken),
    );
    throw error;
  } finally {
    client.off("error", ignore);
  }
}

/** Opens a server's database by its URL, `postgres://user:password@host:port/name`. */
export async function openPostgres(url: string): Promise<Database> {
  const pool = new pg.Pool({
    connectionString: url,
    max: CONNECTIONS_MAX,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    options: "-c timezone=UTC",
    types,
  });
  // A connection that breaks while nobody uses it is replaced by the pool; the next statement tells if that fails.
  pool.on("error", () => undefined);
  const database: Database = {
    kind: "postgres",
    query: (text, values) => run(pool, text, values),
    transaction: (work) => inTransaction(pool, work),
    script: async (text) => void (await asDatabaseError(pool.query(text))),
    close: () => pool.end(),
  };
  try {
    await database.query("select 1");
  } catch (error) {
    await pool.end();
    throw error;
  }
  return database;
}
