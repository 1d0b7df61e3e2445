// Pages of rows: filters, a count over all pages, and a place to go on from. Every list that SQL gives uses this.

import type { Sql, SqlValue } from "../sql/database.ts";
import { CursorError, decodeCursor, encodeCursor } from "./cursor.ts";

/** Conditions of a statement with their parameters. */
export class Where {
  readonly values: SqlValue[] = [];
  readonly #conditions: string[] = [];

  /** Adds a condition in which `$` stands for the value; nothing when there is no value. */
  add(condition: string, value: SqlValue | undefined): void {
    if (value === undefined) return;
    this.values.push(value);
    this.#conditions.push(condition.replace("$", `$${this.values.length}`));
  }

  /** The place of one more parameter. */
  parameter(value: SqlValue): string {
    this.values.push(value);
    return `$${this.values.length}`;
  }

  text(...more: readonly string[]): string {
    const all = [...this.#conditions, ...more];
    return all.length === 0 ? "" : `where ${all.join(" and ")}`;
  }
}

/** A column by which rows are sorted, and what a cursor's text of it must look like. */
export interface SortColumn {
  readonly column: string;
  readonly type: string;
  readonly value: RegExp;
}

/** What pages are made of. */
export interface PageSource {
  readonly columns: string;
  /**
   * Made of `columns`, which have those that sort, for the rows of the page alone; `columns` as they are unless given. PERF:
   * PostgreSQL makes what is selected of every row that it sorts, not only of those within the limit.
   */
  readonly shown?: string | undefined;
  readonly from: string;
  /** What is counted over; `from` unless joins can be left out. */
  readonly counted?: string;
  /** Of every row another one: decides among rows that are equal otherwise. */
  readonly position: string;
  /** Undefined where the place is the order. */
  readonly sortColumn?: SortColumn | undefined;
  /** Names the order in cursors; a minus in front is descending. */
  readonly sort: string;
  /** Makes the conditions of the filter, each time anew. */
  readonly conditions: () => Where;
}

/** Which page: by a number of rows to skip, or behind a cursor. */
export interface PageRequest {
  readonly limit: number;
  readonly offset?: number | undefined;
  readonly cursor?: string | undefined;
}

export interface Page<Row> {
  readonly rows: readonly Row[];
  /** Over all pages. */
  readonly totalCount: number;
  readonly hasMore: boolean;
  /** Of the next page; undefined on the last. */
  readonly nextCursor: string | undefined;
}

interface Place {
  readonly page_position: string;
  readonly page_value: string;
}

/** The condition of being behind a cursor. Throws CursorError. */
function behind({ sort, sortColumn, position }: PageSource, where: Where, text: string): string {
  const cursor = decodeCursor(text, sort);
  const sign = sort.startsWith("-") ? "<" : ">";
  if (!(sortColumn?.value ?? /^$/).test(cursor.value)) throw new CursorError();
  if (sortColumn === undefined) return `${position} ${sign} ${where.parameter(cursor.position)}::bigint`;
  const place = `(${where.parameter(cursor.value)}::${sortColumn.type}, ${where.parameter(cursor.position)}::bigint)`;
  return `(${sortColumn.column}, ${position}) ${sign} ${place}`;
}

/** One page. Throws CursorError. PERF: a read by the order's index, and a count over the filter. */
export async function readPage<Row extends object>(
  sql: Sql,
  source: PageSource,
  { limit, offset = 0, cursor }: PageRequest,
): Promise<Page<Row>> {
  const { columns, shown, from, counted = from, position, sortColumn, sort } = source;
  const all = source.conditions();
  const where = source.conditions();
  const after = cursor === undefined ? [] : [behind(source, where, cursor)];
  const counting = sql.query<{ count: string }>(`select count(*) as count from ${counted} ${all.text()}`, all.values);
  // The rows are awaited first: what the count rejects with is heard of then.
  counting.catch(() => undefined);
  const direction = sort.startsWith("-") ? "desc" : "asc";
  const order = [...(sortColumn === undefined ? [] : [sortColumn.column]), position]
    .map((column) => `${column} ${direction}`)
    .join(", ");
  const page = `select ${columns}, ${position} as page_position, ${sortColumn === undefined ? "''" : `${sortColumn.column}::text`} as page_value
     from ${from} ${where.text(...after)} order by ${order}
     limit ${where.parameter(limit + 1)} offset ${where.parameter(cursor === undefined ? offset : 0)}`;
  const found = await sql.query<Row & Place>(
    shown === undefined ? page : `select ${shown}, page_position, page_value from (${page}) as page order by ${order}`,
    where.values,
  );
  const [count] = await counting;
  const rows = found.slice(0, limit);
  const last = rows.at(-1);
  const hasMore = found.length > limit;
  return {
    rows,
    totalCount: Number(count?.count ?? 0),
    hasMore,
    nextCursor:
      hasMore && last !== undefined
        ? encodeCursor({ sort, value: last.page_value, position: last.page_position })
        : undefined,
  };
}
