// Reads events: pages of them, those behind a place, and single ones.

import { type Page, type PageRequest, readPage, Where } from "../readModel/page.ts";
import type { Sql, SqlValue } from "../sql/database.ts";
import type { StoredEvent } from "./apiEvent.ts";

const COLUMNS = `a.position, a.id, a.type, a.order_id, a.sequence, a.time,
  coalesce(e.type, g.type) as chain_type, coalesce(e.tx_hash, '') as tx_hash,
  coalesce(e.document, g.document) as document, o.document -> 'order' as order_document`;
const FROM = `api_events a
  left join events e on e.position = a.event_position
  left join gateway_events g on g.id = a.gateway_event_id
  left join events o on o.position = a.order_position`;
const SELECT = `select ${COLUMNS} from ${FROM}`;

/** Which events. Bounds are exclusive: an event's place, or a time. */
export interface EventFilter {
  readonly merchant: string;
  readonly types?: readonly string[] | undefined;
  readonly orderId?: string | undefined;
  readonly afterPosition?: string | undefined;
  readonly beforePosition?: string | undefined;
  readonly afterTime?: string | undefined;
  readonly beforeTime?: string | undefined;
}

export const EVENT_SORTS = ["-created_at", "created_at"] as const;

export interface EventPageRequest extends PageRequest {
  readonly filter: EventFilter;
  readonly sort: (typeof EVENT_SORTS)[number];
}

export interface EventPage extends Omit<Page<never>, "rows"> {
  readonly events: readonly StoredEvent[];
}

function conditions(filter: EventFilter): Where {
  const where = new Where();
  where.add("a.merchant = $", filter.merchant);
  where.add("a.type = any($)", filter.types);
  where.add("a.order_id = $", filter.orderId);
  where.add("a.position > $::bigint", filter.afterPosition);
  where.add("a.position < $::bigint", filter.beforePosition);
  where.add("a.time > $::timestamptz", filter.afterTime);
  where.add("a.time < $::timestamptz", filter.beforeTime);
  return where;
}

/** One page. Throws CursorError. */
export async function listEvents(sql: Sql, { filter, sort, ...page }: EventPageRequest): Promise<EventPage> {
  const source = {
    ...{ columns: COLUMNS, from: FROM, counted: "api_events a", position: "a.position", sort },
    conditions: () => conditions(filter),
  };
  const { rows: events, ...rest } = await readPage<StoredEvent>(sql, source, page);
  return { events, ...rest };
}

/** The next events behind a place, in order. */
export function eventsBehind(sql: Sql, filter: EventFilter, limit: number): Promise<readonly StoredEvent[]> {
  const where = conditions(filter);
  return sql.query<StoredEvent>(
    `${SELECT} ${where.text()} order by a.position limit ${where.parameter(limit)}`,
    where.values,
  );
}

/** An event of a merchant. */
export async function getEvent(sql: Sql, id: string, merchant: string): Promise<StoredEvent | undefined> {
  const values: readonly SqlValue[] = [id, merchant];
  const [row] = await sql.query<StoredEvent>(`${SELECT} where a.id = $1 and a.merchant = $2`, values);
  return row;
}

/** Events by their ids, of whatever merchant. */
export function eventsByIds(sql: Sql, ids: readonly string[]): Promise<readonly StoredEvent[]> {
  return sql.query<StoredEvent>(`${SELECT} where a.id = any($1)`, [ids]);
}

/** The place of an event of a merchant. */
export async function eventPosition(sql: Sql, id: string, merchant: string): Promise<string | undefined> {
  const [row] = await sql.query<{ position: string }>(
    "select position from api_events where id = $1 and merchant = $2",
    [id, merchant],
  );
  return row?.position;
}

/** The place of the newest event of all. */
export async function lastEventPosition(sql: Sql): Promise<string> {
  const [row] = await sql.query<{ last: string }>("select coalesce(max(position), 0) as last from api_events");
  return row?.last ?? "0";
}
