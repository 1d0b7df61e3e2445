// Makes the API's events of the chain's, in the transaction that writes those.

import { utf8 } from "../../codec/bytes.ts";
import { sha256 } from "../../crypto/hash.ts";
import { hashBase58 } from "../ids.ts";
import type { ChainObject } from "../readModel/blockRows.ts";
import { type Columns, insertRows, type PlacedEvent } from "../readModel/writeRows.ts";
import type { Sql } from "../sql/database.ts";
import { type EventRule, rulesFor } from "./eventTable.ts";
import { type GatewayEventRow, takeGatewayEvents } from "./gatewayEvents.ts";

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
  gateway_event_id: "text",
};

/**
 * The same for the same event of the same chain, whenever it is made. The time and the transaction are part of it, so that
 * what a chain does after it was reverted has other ids than what it did before.
 */
export function apiEventId({ id, time, tx_hash }: Omit<PlacedEvent, "document">, type: string): string {
  return `evt_${hashBase58(sha256(utf8(["stateset/event", id, time, tx_hash, type].join("|"))))}`;
}

/** What happened, on the chain or here. */
interface Occurrence {
  readonly type: string;
  readonly order_id: string;
  readonly height: number;
  readonly time: string;
  readonly document: ChainObject;
  /** Its place among the chain's events; undefined where the chain does not know of it. */
  readonly position?: bigint;
  /** Where it happened here: its id, and whose it is. */
  readonly gatewayEventId?: string;
  readonly merchant?: string;
  readonly idOf: (type: string) => string;
}

interface Derived {
  readonly event: Occurrence;
  readonly rule: EventRule;
}

function orderOf({ document }: Occurrence): ChainObject | undefined {
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

/** For each event the place of the chain's last one up to there that holds its order; 0 when there is none. */
async function orderPositions(sql: Sql, all: readonly Occurrence[]): Promise<ReadonlyMap<Occurrence, bigint>> {
  const last = new Map<string, bigint>();
  const found = new Map<Occurrence, bigint>();
  const missing: Occurrence[] = [];
  for (const event of all) {
    if (event.position !== undefined && orderOf(event) !== undefined) last.set(event.order_id, event.position);
    const position = last.get(event.order_id);
    if (position !== undefined) found.set(event, position);
    else if (event.order_id !== "") missing.push(event);
  }
  if (missing.length === 0) return found;
  const first = all.find(({ position }) => position !== undefined)?.position;
  const earlier = await rowsByOrder<{ order_id: string; last: string }>(
    sql,
    `select order_id, max(position) as last from events
     where order_id = any($1) ${first === undefined ? "" : `and position < ${first}`}
       and document -> 'order' ->> 'id' is not null group by order_id`,
    [...new Set(missing.map(({ order_id }) => order_id))],
  );
  for (const event of missing) found.set(event, BigInt(earlier.get(event.order_id)?.last ?? 0));
  return found;
}

/** The chain's events and the gateway's own, those of the gateway behind the block that they follow. */
function inOrder(chain: readonly PlacedEvent[], own: readonly GatewayEventRow[]): readonly Occurrence[] {
  const all: Occurrence[] = [
    ...chain.map((event) => ({
      ...{ type: event.type, order_id: event.order_id, height: event.height, time: event.time },
      ...{ document: event.document, position: event.position, idOf: (type: string) => apiEventId(event, type) },
    })),
    ...own.map(({ id, ...event }) => ({
      ...event,
      gatewayEventId: id,
      idOf: (type: string) => ownEventId(id, event, type),
    })),
  ];
  // Stable: at one height the chain's come first.
  return all.sort((a, b) => a.height - b.height);
}

/** The first of its types has the id that it was given, the others have one that follows from it. */
function ownEventId(id: string, { type, document }: Pick<Occurrence, "type" | "document">, wanted: string): string {
  if (rulesFor(type, document)[0]?.type === wanted) return id;
  return `evt_${hashBase58(sha256(utf8(["stateset/gateway-event", id, wanted].join("|"))))}`;
}

/**
 * Writes the API's events of a batch. `position` goes up by one from event to event over all, `sequence` over those of an
 * order. Blocks are written one after the other, so whoever has seen a position has seen every lower one. Gives the first
 * position; undefined when nothing was written.
 */
export async function writeApiEvents(sql: Sql, chain: readonly PlacedEvent[]): Promise<bigint | undefined> {
  const events = inOrder(chain, await takeGatewayEvents(sql));
  const derived: Derived[] = events.flatMap((event) =>
    rulesFor(event.type, event.document).map((rule) => ({ event, rule })),
  );
  if (derived.length === 0) return undefined;
  const ids = [...new Set(derived.map(({ event }) => event.order_id))];
  const merchants = await merchantsOf(sql, ids);
  const sequences = await lastSequences(sql, ids);
  const positions = await orderPositions(sql, events);
  const [last] = await sql.query<{ last: string }>("select coalesce(max(position), 0) as last from api_events");
  const first = BigInt(last?.last ?? 0) + 1n;
  const rows = derived.map(({ event, rule }, index) => {
    const { order_id, height, time } = event;
    const sequence = (sequences.get(order_id) ?? 0n) + 1n;
    sequences.set(order_id, sequence);
    const orderPosition = positions.get(event) ?? 0n;
    return {
      position: (first + BigInt(index)).toString(),
      id: event.idOf(rule.type),
      type: rule.type,
      order_id,
      merchant: event.merchant ?? merchants.get(order_id) ?? null,
      sequence: sequence.toString(),
      height,
      time,
      event_position: event.position?.toString() ?? null,
      order_position: orderPosition === 0n ? null : orderPosition.toString(),
      gateway_event_id: event.gatewayEventId ?? null,
    };
  });
  await insertRows(sql, "api_events", COLUMNS, rows);
  return first;
}
