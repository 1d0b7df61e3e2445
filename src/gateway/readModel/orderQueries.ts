// What is asked of the read model about orders: one with all that belongs to it, and lists with filters and pages.

import type { Sql, SqlValue } from "../sql/database.ts";
import type { ChainObject } from "./blockRows.ts";
import { CursorError, decodeCursor, encodeCursor } from "./cursor.ts";

/** Rows that one page holds at most. */
export const PAGE_MAX = 100;

/** An order with its payments, refunds and exceptions, each as the chain's events had it. */
export interface OrderDetails {
  readonly order: ChainObject;
  readonly payments: readonly ChainObject[];
  readonly refunds: readonly ChainObject[];
  readonly exceptions: readonly ChainObject[];
}

interface DocumentRow {
  readonly document: ChainObject;
}

/** The documents of a table that belong to an order, as one array. */
function ofOrder(table: string, order: string): string {
  return `(select coalesce(jsonb_agg(document order by ${order}), '[]') from ${table} where order_id = orders.id) as ${table}`;
}

const ORDER_DETAILS = `
  select document as "order", ${ofOrder("payments", "sequence")}, ${ofOrder("refunds", "sequence")},
    ${ofOrder("exceptions", "created_at, id")}
  from orders where id = $1`;

/** An order by its id. PERF: one statement. */
export async function getOrder(sql: Sql, id: string): Promise<OrderDetails | undefined> {
  return (await sql.query<{ -readonly [K in keyof OrderDetails]: OrderDetails[K] }>(ORDER_DETAILS, [id]))[0];
}

/** Of an order what lists show; times as the chain has them, which columns cut. */
const SUMMARY = `jsonb_build_object('id', id, 'customer_id', customer_id, 'status', status, 'payment_status', payment_status,
  'fulfillment_status', fulfillment_status, 'denom', denom, 'total', total::text, 'amount_paid', amount_paid::text,
  'amount_refunded', amount_refunded::text, 'created_at', document -> 'created_at', 'updated_at', document -> 'updated_at')`;

/** The orders a list may be in. A minus is descending. */
export const ORDER_SORTS = ["-created_at", "created_at", "-total", "total", "-updated_at", "updated_at"] as const;
export type OrderSort = (typeof ORDER_SORTS)[number];

/** Which orders. Amounts are micro-units; times RFC 3339; every bound is part of the range. */
export interface OrderFilter {
  readonly customerId?: string | undefined;
  readonly customer?: string | undefined;
  readonly merchant?: string | undefined;
  readonly status?: readonly string[] | undefined;
  readonly paymentStatus?: readonly string[] | undefined;
  readonly sourceDomain?: number | undefined;
  readonly denom?: string | undefined;
  readonly createdAfter?: string | undefined;
  readonly createdBefore?: string | undefined;
  readonly amountMin?: bigint | undefined;
  readonly amountMax?: bigint | undefined;
}

/** Which page of them: by a number of rows to skip, or behind a cursor. */
export interface OrderPageRequest {
  readonly filter: OrderFilter;
  readonly sort: OrderSort;
  /** Give of each order only what lists show, and names of enum values without the name of the enum. */
  readonly isSummary?: boolean;
  /** 1 to PAGE_MAX. */
  readonly limit: number;
  readonly offset?: number | undefined;
  readonly cursor?: string | undefined;
}

export interface OrderPage {
  readonly orders: readonly ChainObject[];
  /** Over all pages. */
  readonly totalCount: number;
  readonly hasMore: boolean;
  /** Of the next page; undefined on the last. */
  readonly nextCursor: string | undefined;
}

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

/** The conditions of a filter; analytics and reports use the same. */
export function orderConditions(filter: OrderFilter): Where {
  const where = new Where();
  where.add("customer_id = $", filter.customerId);
  where.add("customer = $", filter.customer);
  where.add("merchant = $", filter.merchant);
  where.add("status = any($)", filter.status);
  where.add("payment_status = any($)", filter.paymentStatus);
  where.add("source_domain = $", filter.sourceDomain);
  where.add("denom = $", filter.denom);
  where.add("created_at >= $::timestamptz", filter.createdAfter);
  where.add("created_at <= $::timestamptz", filter.createdBefore);
  where.add("total >= $::numeric", filter.amountMin?.toString());
  where.add("total <= $::numeric", filter.amountMax?.toString());
  return where;
}

/** Columns by which rows are sorted, with what a cursor's text must look like. The place decides among equals. */
const SORT_COLUMNS = {
  // Places ascend with time, and one index serves both filter and order.
  created_at: { column: "position", type: "bigint", value: /^[0-9]{1,18}$/ },
  total: { column: "total", type: "numeric", value: /^[0-9]{1,78}$/ },
  updated_at: { column: "updated_at", type: "timestamptz", value: /^[0-9T:.+ -]{10,40}$/ },
} as const;

interface PageRow extends DocumentRow {
  readonly position: string;
  readonly sort_value: string;
}

/** One page of orders. Throws CursorError. PERF: one indexed read a page, and one count over the filter. */
export async function listOrders(sql: Sql, request: OrderPageRequest): Promise<OrderPage> {
  const { sort, limit, offset = 0 } = request;
  const isDescending = sort.startsWith("-");
  const key = (isDescending ? sort.slice(1) : sort) as keyof typeof SORT_COLUMNS;
  const { column, type, value } = SORT_COLUMNS[key];
  const counted = orderConditions(request.filter);
  const counting = sql.query<{ count: string }>(
    `select count(*) as count from orders ${counted.text()}`,
    counted.values,
  );
  counting.catch(() => undefined);
  const where = orderConditions(request.filter);
  const after: string[] = [];
  if (request.cursor !== undefined) {
    const cursor = decodeCursor(request.cursor, sort);
    if (!value.test(cursor.value)) throw new CursorError();
    const place = `(${where.parameter(cursor.value)}::${type}, ${where.parameter(cursor.position)}::bigint)`;
    after.push(`(${column}, position) ${isDescending ? "<" : ">"} ${place}`);
  }
  const direction = isDescending ? "desc" : "asc";
  const document = request.isSummary === true ? `${SUMMARY} as document` : "document";
  const rows = await sql.query<PageRow>(
    `select ${document}, position, ${column}::text as sort_value from orders ${where.text(...after)}
     order by ${column} ${direction}, position ${direction}
     limit ${where.parameter(limit + 1)} offset ${where.parameter(request.cursor === undefined ? offset : 0)}`,
    where.values,
  );
  const [count] = await counting;
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  const hasMore = rows.length > limit;
  return {
    orders: page.map(({ document }) => document),
    totalCount: Number(count?.count ?? 0),
    hasMore,
    nextCursor:
      hasMore && last !== undefined
        ? encodeCursor({ sort, value: last.sort_value, position: last.position })
        : undefined,
  };
}
