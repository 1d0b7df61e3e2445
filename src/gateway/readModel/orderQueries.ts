// What is asked of the read model about orders: one with all that belongs to it, and lists with filters and pages.

import type { Sql } from "../sql/database.ts";
import type { ChainObject } from "./blockRows.ts";
import { type Page, type PageRequest, readPage, type SortColumn, Where } from "./page.ts";

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

/** Which page of them; `limit` is 1 to PAGE_MAX. */
export interface OrderPageRequest extends PageRequest {
  readonly filter: OrderFilter;
  readonly sort: OrderSort;
  /** Give of each order only what lists show, and names of enum values without the name of the enum. */
  readonly isSummary?: boolean;
}

export interface OrderPage extends Omit<Page<never>, "rows"> {
  readonly orders: readonly ChainObject[];
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

/** Columns by which rows are sorted. The place decides among equals. */
const SORT_COLUMNS: Readonly<Record<string, SortColumn>> = {
  // Places ascend with time, and one index serves both filter and order.
  created_at: { column: "position", type: "bigint", value: /^[0-9]{1,18}$/ },
  total: { column: "total", type: "numeric", value: /^[0-9]{1,78}$/ },
  updated_at: { column: "updated_at", type: "timestamptz", value: /^[0-9T:.+ -]{10,40}$/ },
};

/** One page of orders. Throws CursorError. */
export async function listOrders(
  sql: Sql,
  { filter, sort, isSummary = false, ...page }: OrderPageRequest,
): Promise<OrderPage> {
  const source = {
    ...{ columns: isSummary ? "orders.*" : "document", from: "orders", position: "position", sort },
    shown: isSummary ? `${SUMMARY} as document` : undefined,
    sortColumn: SORT_COLUMNS[sort.replace(/^-/, "")],
    conditions: () => orderConditions(filter),
  };
  const { rows, ...rest } = await readPage<DocumentRow>(sql, source, page);
  return { orders: rows.map(({ document }) => document), ...rest };
}
