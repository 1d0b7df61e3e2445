// Orders written straight into the read model, for tests that need many, or certain ones. Only what is asked for is set.

import type { Sql } from "../sql/database.ts";

/** An order; the rest has a default. Amounts are micro-units, times RFC 3339. */
export interface OrderRow {
  readonly id?: string;
  readonly customer_id?: string;
  readonly merchant?: string;
  readonly status?: string;
  readonly total?: string;
  readonly amount_paid?: string;
  readonly amount_refunded?: string;
  readonly created_at?: string;
  readonly paid_at?: string;
  readonly fulfilled_at?: string;
  readonly source_domain?: number;
  readonly denom?: string;
  readonly document?: object;
}

export const MERCHANT = "stateset1merchant";

/** Adds orders, in this order. */
export async function insertOrders(sql: Sql, orders: readonly OrderRow[]): Promise<void> {
  const [at] = await sql.query<{ last: string }>("select coalesce(max(position), 0) as last from orders");
  const first = Number(at?.last ?? 0) + 1;
  const rows = orders.map((order, index) => ({
    id: `ord_${first + index}`,
    position: first + index,
    customer_id: "cust_1",
    customer: "",
    merchant: MERCHANT,
    status: "CREATED",
    payment_status: "UNPAID",
    fulfillment_status: "UNFULFILLED",
    denom: "uusdc",
    total: "0",
    amount_paid: "0",
    amount_refunded: "0",
    created_at: "2026-06-01T12:00:00Z",
    updated_at: "2026-06-01T12:00:00Z",
    revision: 1,
    document: { metadata: [] },
    ...order,
  }));
  await sql.query("insert into orders select * from jsonb_populate_recordset(null::orders, $1::jsonb)", [
    JSON.stringify(rows),
  ]);
}

/** Adds `count` orders of MERCHANT without their ever being in this process: a second apart, 1.00 USDC each. */
export async function insertManyOrders(sql: Sql, count: number): Promise<void> {
  await sql.query(
    `insert into orders (id, position, customer_id, customer, merchant, status, payment_status, fulfillment_status, denom,
       total, amount_paid, amount_refunded, created_at, updated_at, paid_at, revision, document)
     select 'ord_' || n, n, 'cust_' || n % 1000, '', $1, 'PAID', 'PAID', 'UNFULFILLED', 'uusdc', 1000000, 1000000, 0, at, at, at,
       1, jsonb_build_object('metadata', jsonb_build_array(jsonb_build_object('key', 'customer_segment', 'value', 's' || n % 7)))
     from (select n, timestamptz '2026-01-01T00:00:00Z' + n * interval '1 second' as at from generate_series(1, $2::int) n) as made`,
    [MERCHANT, count],
  );
}
