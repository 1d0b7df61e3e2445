// What the read model knows of a customer's orders, and which devices a customer was seen on: what scores and screening ask.

import { utf8 } from "../../codec/bytes.ts";
import { sha256 } from "../../crypto/hash.ts";
import type { Sql } from "../sql/database.ts";

/** A customer's orders so far. Amounts are micro-units of USDC. */
export interface CustomerHistory {
  readonly ordersLastHour: number;
  readonly ordersLastDay: number;
  readonly unpaidLastDay: number;
  readonly disputes: number;
  readonly totalLastDay: bigint;
}

const NOTHING: CustomerHistory = {
  ordersLastHour: 0,
  ordersLastDay: 0,
  unpaidLastDay: 0,
  disputes: 0,
  totalLastDay: 0n,
};

interface HistoryRow {
  readonly orders_last_hour: number;
  readonly orders_last_day: number;
  readonly unpaid_last_day: number;
  readonly disputes: number;
  readonly total_last_day: string;
}

/** Whose orders, and seen from when. */
export interface Seen {
  readonly merchant: string;
  /** Nobody has a history without a name. */
  readonly customerId: string | undefined;
  readonly at: Date;
}

/** The history of a customer. PERF: one indexed read of its orders. */
export async function customerHistory(sql: Sql, { merchant, customerId, at }: Seen): Promise<CustomerHistory> {
  if (customerId === undefined) return NOTHING;
  const [row] = await sql.query<HistoryRow>(
    `select
       count(*) filter (where created_at > $3::timestamptz - interval '1 hour')::int as orders_last_hour,
       count(*) filter (where created_at > $3::timestamptz - interval '1 day')::int as orders_last_day,
       count(*) filter (where created_at > $3::timestamptz - interval '1 day' and status = 'CANCELLED' and amount_paid = 0)::int
         as unpaid_last_day,
       coalesce(sum((document ->> 'dispute_count')::int), 0)::int as disputes,
       coalesce(sum(total) filter (where created_at > $3::timestamptz - interval '1 day'), 0)::text as total_last_day
     from orders where merchant = $1 and customer_id = $2`,
    [merchant, customerId, at.toISOString()],
  );
  if (row === undefined) return NOTHING;
  return {
    ordersLastHour: row.orders_last_hour,
    ordersLastDay: row.orders_last_day,
    unpaidLastDay: row.unpaid_last_day,
    disputes: row.disputes,
    totalLastDay: BigInt(row.total_last_day),
  };
}

/** Of a device only a hash is kept, which says nothing to another merchant. */
function hashDevice(merchant: string, device: string): Uint8Array {
  return sha256(utf8(JSON.stringify(["stateset/device/1", merchant, device])));
}

/** Remembers that a customer was seen on a device; gives how many others were in the last week. */
export async function seeDevice(sql: Sql, { merchant, customerId, at }: Seen, device: string): Promise<number> {
  const values = [merchant, hashDevice(merchant, device), customerId ?? "", at.toISOString()] as const;
  if (customerId !== undefined) {
    await sql.query(
      `insert into device_sightings (merchant, device_hash, customer_id, seen_at) values ($1, $2, $3, $4::timestamptz)
       on conflict (merchant, device_hash, customer_id) do update set seen_at = excluded.seen_at`,
      values,
    );
  }
  const [others] = await sql.query<{ count: number }>(
    `select count(*)::int as count from device_sightings
     where merchant = $1 and device_hash = $2 and customer_id <> $3 and seen_at > $4::timestamptz - interval '7 days'`,
    values,
  );
  return others?.count ?? 0;
}
