// Writes what blocks changed into the tables, a statement a table: rows travel as one JSON text, whatever their number.

import type { Sql } from "../sql/database.ts";
import type { BlockRows, ChainObject, EventRow, Json } from "./blockRows.ts";

/** Columns of a table and their SQL types, in the order of the statement. */
export type Columns = Readonly<Record<string, string>>;

/** A row by its columns. */
export type Row = Readonly<Record<string, Json | undefined>>;

interface Upsert {
  readonly table: string;
  readonly key: string;
  readonly columns: Columns;
  /** Columns that keep the value they were first given. */
  readonly kept?: readonly string[];
  /** When a row that is there gives way to the new one; always when left out. */
  readonly unless?: string;
}

const ORDERS: Upsert = {
  table: "orders",
  key: "id",
  columns: {
    id: "text",
    position: "bigint",
    customer_id: "text",
    customer: "text",
    merchant: "text",
    status: "text",
    payment_status: "text",
    fulfillment_status: "text",
    denom: "text",
    total: "numeric",
    amount_paid: "numeric",
    amount_refunded: "numeric",
    created_at: "timestamptz",
    updated_at: "timestamptz",
    paid_at: "timestamptz",
    fulfilled_at: "timestamptz",
    delivered_at: "timestamptz",
    revision: "bigint",
    document: "jsonb",
  },
  kept: ["position"],
  unless: "orders.revision > excluded.revision",
};

const PAYMENTS: Upsert = {
  table: "payments",
  key: "id",
  columns: {
    id: "text",
    order_id: "text",
    sequence: "bigint",
    amount: "numeric",
    paid_at: "timestamptz",
    document: "jsonb",
  },
};

const REFUNDS: Upsert = {
  table: "refunds",
  key: "id",
  columns: {
    id: "text",
    order_id: "text",
    sequence: "bigint",
    amount: "numeric",
    phase: "text",
    created_at: "timestamptz",
    updated_at: "timestamptz",
    document: "jsonb",
  },
};

const EXCEPTIONS: Upsert = {
  table: "exceptions",
  key: "id",
  columns: {
    id: "text",
    order_id: "text",
    kind: "text",
    status: "text",
    amount: "numeric",
    created_at: "timestamptz",
    document: "jsonb",
  },
};

const MERCHANTS: Upsert = { table: "merchants", key: "address", columns: { address: "text", document: "jsonb" } };

const EVENT_COLUMNS: Columns = {
  position: "bigint",
  id: "text",
  height: "bigint",
  time: "timestamptz",
  tx_hash: "text",
  type: "text",
  order_id: "text",
  sequence: "bigint",
  document: "jsonb",
};

/** Inserts rows by one statement; `rest` follows it. */
export async function insertRows(
  sql: Sql,
  table: string,
  columns: Columns,
  rows: readonly Row[],
  rest = "",
): Promise<void> {
  if (rows.length === 0) return;
  const keys = Object.keys(columns);
  const names = keys.join(", ");
  // What is in no column is in the document already.
  const given = rows.map((row) => Object.fromEntries(keys.map((key) => [key, row[key]])));
  const typed = Object.entries(columns).map(([name, type]) => `${name} ${type}`);
  await sql.query(
    `insert into ${table} (${names}) select ${names} from jsonb_to_recordset($1::jsonb) as given(${typed.join(", ")}) ${rest}`,
    [JSON.stringify(given)],
  );
}

function upsert(sql: Sql, { table, key, columns, kept = [], unless }: Upsert, rows: readonly Row[]): Promise<void> {
  const changed = Object.keys(columns).filter((name) => name !== key && !kept.includes(name));
  const set = changed.map((name) => `${name} = excluded.${name}`).join(", ");
  const where = unless === undefined ? "" : `where not (${unless})`;
  return insertRows(sql, table, columns, rows, `on conflict (${key}) do update set ${set} ${where}`);
}

/** `ORDER_STATUS_PAID` → `PAID`: names of enum values without the name of the enum. */
export function enumName(value: Json | undefined, prefix: string): string {
  const text = typeof value === "string" ? value : "";
  return text.startsWith(prefix) ? text.slice(prefix.length) : text;
}

interface TimelineEntry {
  readonly status: string;
  readonly time: string;
}

/** When an order first came to a status. */
function firstAt(order: ChainObject, status: string): string | undefined {
  // The chain's own timeline: entries with `status` and `time`.
  const timeline = (order["timeline"] ?? []) as unknown as readonly TimelineEntry[];
  return timeline.find((entry) => entry.status === `ORDER_STATUS_${status}`)?.time;
}

function orderRow(order: ChainObject, position: bigint): Row {
  return {
    ...order,
    position: position.toString(),
    status: enumName(order["status"], "ORDER_STATUS_"),
    payment_status: enumName(order["payment_status"], "PAYMENT_STATUS_"),
    fulfillment_status: enumName(order["fulfillment_status"], "FULFILLMENT_STATUS_"),
    paid_at: firstAt(order, "PAID"),
    fulfilled_at: firstAt(order, "FULFILLED"),
    delivered_at: firstAt(order, "DELIVERED"),
    document: order,
  };
}

function withDocument(object: ChainObject): Row {
  return { ...object, document: object };
}

function refundRow(refund: ChainObject): Row {
  return { ...withDocument(refund), phase: enumName(refund["phase"], "REFUND_PHASE_") };
}

function exceptionRow(exception: ChainObject): Row {
  return {
    ...withDocument(exception),
    kind: enumName(exception["kind"], "EXCEPTION_KIND_"),
    status: enumName(exception["status"], "EXCEPTION_STATUS_"),
  };
}

/** The last sequence of each of these orders. */
async function lastSequences(sql: Sql, events: readonly EventRow[]): Promise<Map<string, bigint>> {
  const ids = [...new Set(events.map(({ order_id }) => order_id))];
  const rows = await sql.query<{ order_id: string; last: string }>(
    "select order_id, max(sequence) as last from events where order_id = any($1) group by order_id",
    [ids],
  );
  return new Map(rows.map(({ order_id, last }) => [order_id, BigInt(last)]));
}

/** A numbered event. */
export interface PlacedEvent extends EventRow {
  /** Among all events, from 1. */
  readonly position: bigint;
  /** Among those of its order, from 1; among those without an order otherwise. */
  readonly sequence: bigint;
}

/** Gives events their numbers, going on after `count` events. */
async function placeEvents(sql: Sql, events: readonly EventRow[], count: bigint): Promise<readonly PlacedEvent[]> {
  if (events.length === 0) return [];
  const last = await lastSequences(sql, events);
  return events.map((event, index) => {
    const sequence = (last.get(event.order_id) ?? 0n) + 1n;
    last.set(event.order_id, sequence);
    return { ...event, position: count + BigInt(index) + 1n, sequence };
  });
}

/** The place of the first of these events of each order: that of an order which is new. */
function firstPositions(events: readonly PlacedEvent[]): Map<string, bigint> {
  const first = new Map<string, bigint>();
  for (const { order_id, position } of events) if (!first.has(order_id)) first.set(order_id, position);
  return first;
}

/** The chain of the first payment that came from another one. */
const SET_SOURCE_DOMAIN = `
  update orders set source_domain = given.domain
  from (
    select distinct on (order_id) order_id, (document -> 'origin' ->> 'source_domain')::bigint as domain
    from payments where order_id = any($1) and document -> 'origin' ->> 'source_domain' is not null
    order by order_id, sequence
  ) as given
  where orders.id = given.order_id and orders.source_domain is null`;

/** Writes rows in the transaction of `sql`. Gives the events with their numbers, which go on after `count`. */
export async function writeRows(sql: Sql, rows: BlockRows, count: bigint): Promise<readonly PlacedEvent[]> {
  const events = await placeEvents(sql, rows.events, count);
  const positions = firstPositions(events);
  await upsert(
    sql,
    ORDERS,
    rows.orders.map((order) => orderRow(order, positions.get(String(order["id"])) ?? 0n)),
  );
  await upsert(sql, PAYMENTS, rows.payments.map(withDocument));
  await upsert(sql, REFUNDS, rows.refunds.map(refundRow));
  await upsert(sql, EXCEPTIONS, rows.exceptions.map(exceptionRow));
  await upsert(sql, MERCHANTS, rows.merchants.map(withDocument));
  const paid = [...new Set(rows.payments.map((payment) => String(payment["order_id"])))];
  if (paid.length > 0) await sql.query(SET_SOURCE_DOMAIN, [paid]);
  const numbered = events.map((event) => ({
    ...event,
    position: event.position.toString(),
    sequence: event.sequence.toString(),
  }));
  await insertRows(sql, "events", EVENT_COLUMNS, numbered);
  return events;
}

/** Tables that are made of events alone, and may be made again. */
export const READ_MODEL_TABLES = [
  "projection",
  "orders",
  "payments",
  "refunds",
  "exceptions",
  "merchants",
  "events",
  "api_events",
] as const;
