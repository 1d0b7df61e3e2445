// Makes the API's events of the chain's, in the transaction that writes those.

import { utf8 } from "../../codec/bytes.ts";
import { sha256 } from "../../crypto/hash.ts";
import { hashBase58 } from "../ids.ts";
import type { ChainObject } from "../readModel/blockRows.ts";
import type { ProjectionHook } from "../readModel/projector.ts";
import { type Columns, insertRows, type PlacedEvent } from "../readModel/writeRows.ts";
import type { Sql } from "../sql/database.ts";
import { type EventRule, rulesFor } from "./eventTable.ts";

const COLUMNS: Columns = {
  position: "bigint",
  id: "text",
  type: "text",
  order_id: "text",
  merchant: "text",
  sequence: "bigint",
  height: "bigint",
  time: "timestamptz",
  event_position: "bigint",
  order_position: "bigint",
};

/**
 * The same for the same event of the same chain, whenever it is made. The time and the transaction are part of it, so that
 * what a chain does after it was reverted has other ids than what it did before.
 */
export function apiEventId({ id, time, tx_hash }: Omit<PlacedEvent, "document">, type: string): string {
  return `evt_${hashBase58(sha256(utf8(["stateset/event", id, time, tx_hash, type].join("|"))))}`;
}

interface Derived {
  readonly event: PlacedEvent;
  readonly rule: EventRule;
}

function orderOf({ document }: PlacedEvent): ChainObject | undefined {
  const order = document["order"];
  return typeof order === "object" && order !== null && "id" in order ? order : undefined;
}

async function rowsByOrder<Row extends { order_id: string }>(sql: Sql, text: string, ids: readonly string[]) {
  const rows = await sql.query<Row>(text, [ids]);
  return new Map(rows.map((row) => [row.order_id, row]));
}

/** The merchants of orders: what is written of an order's merchant never changes. */
async function merchantsOf(sql: Sql, ids: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const rows = await rowsByOrder<{ order_id: string; merchant: string }>(
    sql,
    "select id as order_id, merchant from orders where id = any($1)",
    ids,
  );
  return new Map([...rows].map(([id, { merchant }]) => [id, merchant]));
}

/** The last sequence of each order. */
async function lastSequences(sql: Sql, ids: readonly string[]): Promise<Map<string, bigint>> {
  const rows = await rowsByOrder<{ order_id: string; last: string }>(
    sql,
    "select order_id, max(sequence) as last from api_events where order_id = any($1) group by order_id",
    ids,
  );
  return new Map([...rows].map(([id, { last }]) => [id, BigInt(last)]));
}

/** For each event the place of the last one up to there that holds its order; 0 when there is none. */
async function orderPositions(sql: Sql, events: readonly PlacedEvent[]): Promise<ReadonlyMap<bigint, bigint>> {
  const last = new Map<string, bigint>();
  const found = new Map<bigint, bigint>();
  const missing: PlacedEvent[] = [];
  for (const event of events) {
    if (orderOf(event) !== undefined) last.set(event.order_id, event.position);
    const position = last.get(event.order_id);
    if (position !== undefined) found.set(event.position, position);
    else if (event.order_id !== "") missing.push(event);
  }
  if (missing.length === 0) return found;
  const earlier = await rowsByOrder<{ order_id: string; last: string }>(
    sql,
    `select order_id, max(position) as last from events
     where order_id = any($1) and position < ${events[0]!.position} and document -> 'order' ->> 'id' is not null
     group by order_id`,
    [...new Set(missing.map(({ order_id }) => order_id))],
  );
  for (const { position, order_id } of missing) found.set(position, BigInt(earlier.get(order_id)?.last ?? 0));
  return found;
}

/**
 * Writes the API's events of a batch. `position` goes up by one from event to event over all, `sequence` over those of an
 * order. Blocks are written one after the other, so whoever has seen a position has seen every lower one.
 */
export const writeApiEvents: ProjectionHook = async (sql, events) => {
  const derived: Derived[] = events.flatMap((event) =>
    rulesFor(event.type, event.document).map((rule) => ({ event, rule })),
  );
  if (derived.length === 0) return;
  const ids = [...new Set(derived.map(({ event }) => event.order_id))];
  const merchants = await merchantsOf(sql, ids);
  const sequences = await lastSequences(sql, ids);
  const positions = await orderPositions(sql, events);
  const [last] = await sql.query<{ last: string }>("select coalesce(max(position), 0) as last from api_events");
  let position = BigInt(last?.last ?? 0);
  const rows = derived.map(({ event, rule }) => {
    const { order_id, height, time } = event;
    const sequence = (sequences.get(order_id) ?? 0n) + 1n;
    sequences.set(order_id, sequence);
    position += 1n;
    const orderPosition = positions.get(event.position) ?? 0n;
    return {
      position: position.toString(),
      id: apiEventId(event, rule.type),
      type: rule.type,
      order_id,
      merchant: merchants.get(order_id) ?? null,
      sequence: sequence.toString(),
      height,
      time,
      event_position: event.position.toString(),
      order_position: orderPosition === 0n ? null : orderPosition.toString(),
    };
  });
  await insertRows(sql, "api_events", COLUMNS, rows);
};
