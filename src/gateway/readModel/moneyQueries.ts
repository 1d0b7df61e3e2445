// What is asked of the read model about money beside orders: payments, refunds and exceptions of a merchant, in pages.

import type { Sql, SqlValue } from "../sql/database.ts";
import type { ChainObject } from "./blockRows.ts";
import { CursorError, decodeCursor, encodeCursor } from "./cursor.ts";

/** A row with the transaction that brought it, where there was one. */
export interface MoneyRow {
  readonly document: ChainObject;
  readonly txHash: string;
}

/** Which rows. */
export interface MoneyFilter {
  readonly merchant: string;
  readonly orderId?: string | undefined;
  readonly id?: string | undefined;
  readonly status?: readonly string[] | undefined;
}

/** A page of rows, the newest first. */
export interface MoneyPageRequest {
  readonly filter: MoneyFilter;
  readonly limit: number;
  readonly offset?: number | undefined;
  readonly cursor?: string | undefined;
}

export interface MoneyPage {
  readonly rows: readonly MoneyRow[];
  readonly totalCount: number;
  readonly hasMore: boolean;
  readonly nextCursor: string | undefined;
}

/** The tables, with the column of time and the one of status that each has. */
const TABLES = {
  payments: { time: "paid_at", status: undefined },
  refunds: { time: "created_at", status: "phase" },
  exceptions: { time: "created_at", status: "status" },
} as const;

export type MoneyTable = keyof typeof TABLES;

interface Row {
  readonly document: ChainObject;
  readonly tx_hash: string | null;
  readonly time: string;
  readonly id: string;
}

/** A page. Throws CursorError. PERF: one indexed read of the merchant's orders, and one count. */
export async function listMoney(sql: Sql, table: MoneyTable, request: MoneyPageRequest): Promise<MoneyPage> {
  const { time, status } = TABLES[table];
  const { filter, limit, offset = 0, cursor } = request;
  const values: SqlValue[] = [filter.merchant];
  const conditions = ["orders.merchant = $1"];
  const add = (condition: (place: string) => string, value: SqlValue | undefined) => {
    if (value === undefined) return;
    values.push(value);
    conditions.push(condition(`$${values.length}`));
  };
  add((place) => `row.order_id = ${place}`, filter.orderId);
  add((place) => `row.id = ${place}`, filter.id);
  if (status !== undefined) add((place) => `row.${status} = any(${place})`, filter.status);
  const from = `from ${table} row join orders on orders.id = row.order_id`;
  const [count] = await sql.query<{ count: string }>(
    `select count(*) as count ${from} where ${conditions.join(" and ")}`,
    values,
  );
  if (cursor !== undefined) {
    const after = decodeMoneyCursor(cursor, table);
    values.push(after.time, after.id);
    conditions.push(`(row.${time}, row.id) < ($${values.length - 1}::timestamptz, $${values.length})`);
  }
  values.push(limit + 1, cursor === undefined ? offset : 0);
  const rows = await sql.query<Row>(
    `select row.document, row.id, row.${time}::text as time,
       (select events.tx_hash from events where events.order_id = row.order_id
        and events.document -> '${table.slice(0, -1)}' ->> 'id' = row.id order by events.position limit 1) as tx_hash
     ${from} where ${conditions.join(" and ")}
     order by row.${time} desc, row.id desc limit $${values.length - 1} offset $${values.length}`,
    values,
  );
  const last = rows.slice(0, limit).at(-1);
  const hasMore = rows.length > limit;
  return {
    rows: rows.slice(0, limit).map(({ document, tx_hash }) => ({ document, txHash: tx_hash ?? "" })),
    totalCount: Number(count?.count ?? 0),
    hasMore,
    nextCursor:
      hasMore && last !== undefined
        ? encodeCursor({ sort: table, value: `${last.time}|${last.id}`, position: "0" })
        : undefined,
  };
}

function decodeMoneyCursor(text: string, table: MoneyTable): { readonly time: string; readonly id: string } {
  const match = /^([0-9T:.+ -]{10,40})\|([A-Za-z0-9_]{1,64})$/.exec(decodeCursor(text, table).value);
  if (match === null) throw new CursorError();
  return { time: match[1]!, id: match[2]! };
}
