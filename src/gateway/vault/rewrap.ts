// A change of the master key: what others wrapped is wrapped with the current one; afterwards those can be thrown away.

import type { Database, Sql } from "../sql/database.ts";
import type { MasterKeys } from "./masterKeys.ts";

/** Rows that hold bytes wrapped by the master key that `master_key_id` names. */
export interface WrappedRows {
  /** Also how a person reads it: `customer_keys`. */
  readonly table: string;
  /** Columns that name a row. */
  readonly key: readonly string[];
  /** `bytea`; null where there is nothing any more. */
  readonly column: string;
  /** What the bytes are bound to, of the values of `key` as text. */
  readonly context: (...key: readonly string[]) => Uint8Array;
}

/** Rows of one transaction. */
const BATCH_ROWS = 200;

/**
 * Wraps anew what master keys before the current one wrapped; gives the number of rows. Safe beside everything else, and to
 * be called again after it was broken off. Rejects when a master key is missing.
 */
export async function rewrapRows(database: Database, masterKeys: MasterKeys, rows: WrappedRows): Promise<number> {
  for (let count = 0; ; ) {
    const step = await database.transaction((sql) => rewrapSome(sql, masterKeys, rows));
    count += step;
    if (step < BATCH_ROWS) return count;
  }
}

async function rewrapSome(sql: Sql, masterKeys: MasterKeys, wrapped: WrappedRows): Promise<number> {
  const { table, key, column, context } = wrapped;
  const rows = await sql.query<{ names: readonly string[]; master_key_id: string; bytes: Uint8Array }>(
    `select array[${key.map((name) => `${name}::text`).join(", ")}] as names, master_key_id, ${column} as bytes from ${table}
     where ${column} is not null and master_key_id <> $1 limit ${BATCH_ROWS} for update`,
    [masterKeys.currentId],
  );
  const isRow = key.map((name, index) => `${name}::text = $${index + 3}`).join(" and ");
  for (const { names, master_key_id, bytes } of rows) {
    const at = context(...names);
    const plain = masterKeys.unwrap(master_key_id, Uint8Array.from(bytes), at);
    await sql.query(`update ${table} set master_key_id = $1, ${column} = $2 where ${isRow}`, [
      masterKeys.currentId,
      masterKeys.wrap(plain, at),
      ...names,
    ]);
  }
  return rows.length;
}
