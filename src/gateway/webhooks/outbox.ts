// What is to be delivered: written in the transaction of the block, leased by whoever delivers, and told how it went. The
// database's clock decides, so gateways whose clocks differ share the work.

import { Problem } from "../http/problem.ts";
import { type Page, type PageRequest, readPage, Where } from "../readModel/page.ts";
import type { Database, Sql } from "../sql/database.ts";
import type { SendResult } from "./send.ts";

/** Events that one replay takes. */
export const REPLAY_MAX = 100_000;
/** What waits for an endpoint that is disabled is looked at so often. */
const DISABLED_LOOK = "interval '1 hour'";
/** What waits for another delivery is looked at again after so long, or as soon as that is done. */
const BLOCKED_LOOK = "interval '1 second'";

/** An id in hexadecimal with a letter for 0: characters of base58, and the same for the same endpoint and event. */
const COLUMNS = `id, endpoint_id, event_id, event_type, order_id, position, height, event_time, line, state, due_at, created_at`;
const NEW_DELIVERY = `
  select 'whd_' || translate(md5(w.id || '|' || a.id), '0', 'g'), w.id, a.id, a.type, a.order_id, a.position, a.height,
         a.time, case when w.ordering = 'order' then a.order_id else '' end, 'pending', now(), now()
  from webhook_endpoints w join api_events a on a.merchant = w.merchant`;
const OF_ITS_TYPES = "(cardinality(w.events) = 0 or a.type = any(w.events))";

/** Writes whom the events from a position on are for. */
export async function writeOutbox(sql: Sql, firstPosition: bigint): Promise<void> {
  await sql.query(
    `insert into webhook_deliveries (${COLUMNS}) ${NEW_DELIVERY}
     where a.position >= $1::bigint and w.status = 'enabled' and ${OF_ITS_TYPES}
       and (a.height > w.since_height or a.time > w.since_time)
     on conflict (endpoint_id, event_id) do nothing`,
    [firstPosition.toString()],
  );
}

/** A delivery that was leased: whoever has it is the only one, until the lease ends. */
export interface LeasedDelivery {
  readonly id: string;
  readonly endpoint_id: string;
  readonly event_id: string;
  readonly height: string;
  /** Counts leases: an outcome of an older one is not taken. */
  readonly lease: number;
  /** Those before this one, since the last replay. */
  readonly tries: number;
}

interface Candidate extends LeasedDelivery {
  readonly status: string;
  readonly is_blocked: boolean;
}

export interface LeaseRequest {
  readonly limit: number;
  readonly leaseMs: number;
  /** How many more an endpoint may have under way. */
  readonly room: (endpointId: string) => number;
  /** Endpoints without room. */
  readonly full: readonly string[];
}

const CANDIDATES = `
  with due as (
    select * from webhook_deliveries
    where state = 'pending' and due_at <= now() and endpoint_id <> all($2)
    order by due_at, position limit $1 for update skip locked)
  select due.id, due.endpoint_id, due.event_id, due.height, due.lease, due.tries, w.status,
         exists (select 1 from webhook_deliveries e where e.endpoint_id = due.endpoint_id and e.line = due.line
                   and e.state = 'pending' and e.position < due.position) as is_blocked
  from due join webhook_endpoints w on w.id = due.endpoint_id
  order by due.due_at, due.position`;

/** Waits for the first of its line: as long as that waits, unless it is done before. */
const POSTPONE_BLOCKED = `
  update webhook_deliveries d set due_at = greatest(now() + ${BLOCKED_LOOK}, (
    select e.due_at from webhook_deliveries e where e.endpoint_id = d.endpoint_id and e.line = d.line
      and e.state = 'pending' and e.position < d.position order by e.position limit 1))
  where id = any($1)`;

/** Takes deliveries that are due, each the first of its line. */
export function leaseDeliveries(database: Database, request: LeaseRequest): Promise<readonly LeasedDelivery[]> {
  const { limit, leaseMs, room, full } = request;
  return database.transaction(async (sql) => {
    const candidates = await sql.query<Candidate>(CANDIDATES, [limit, full]);
    if (candidates.length === 0) return [];
    const ids = (those: readonly Candidate[]) => those.map(({ id }) => id);
    const disabled = candidates.filter(({ status }) => status === "disabled");
    const enabled = candidates.filter(({ status }) => status === "enabled");
    const taken = new Map<string, number>();
    const free = enabled.filter(({ is_blocked, endpoint_id }) => {
      const count = taken.get(endpoint_id) ?? 0;
      if (is_blocked || count >= room(endpoint_id)) return false;
      taken.set(endpoint_id, count + 1);
      return true;
    });
    if (free.length > 0) {
      await sql.query(
        `update webhook_deliveries set lease = lease + 1, due_at = now() + $2::int * interval '1 millisecond'
         where id = any($1)`,
        [ids(free), leaseMs],
      );
    }
    const blocked = enabled.filter(({ is_blocked }) => is_blocked);
    if (blocked.length > 0) await sql.query(POSTPONE_BLOCKED, [ids(blocked)]);
    if (disabled.length > 0) {
      const text = `update webhook_deliveries set due_at = now() + ${DISABLED_LOOK} where id = any($1)`;
      await sql.query(text, [ids(disabled)]);
    }
    return free.map((delivery) => ({ ...delivery, lease: delivery.lease + 1 }));
  });
}

/** What becomes of a delivery after a try. */
export type Verdict =
  | { readonly state: "delivered" }
  | { readonly state: "dead" }
  | { readonly state: "pending"; readonly waitMs: number };

/** Notes a try, and lets the next of the line go when this one is done. False when somebody else had it by then. */
export async function noteTry(
  sql: Sql,
  delivery: LeasedDelivery,
  result: SendResult,
  verdict: Verdict,
): Promise<boolean> {
  const waitMs = verdict.state === "pending" ? verdict.waitMs : 0;
  const rows = await sql.query(
    `with done as (
       update webhook_deliveries set state = $3, tries = tries + 1, due_at = now() + $4::bigint * interval '1 millisecond',
         last_status = $5, last_error = $6, last_try_at = now()
       where id = $1 and lease = $2 and state = 'pending' returning *),
     noted as (
       insert into webhook_attempts (delivery_id, number, at, duration_ms, status, error, response_excerpt)
       select id, lease, now(), $7, $5, $6, $8 from done),
     next as (
       update webhook_deliveries n set due_at = now() from done
       where done.state <> 'pending' and n.state = 'pending' and n.endpoint_id = done.endpoint_id and n.line = done.line
         and n.position = (select min(m.position) from webhook_deliveries m where m.endpoint_id = done.endpoint_id
                             and m.line = done.line and m.state = 'pending' and m.id <> done.id))
     select id from done`,
    [
      ...[delivery.id, delivery.lease, verdict.state, waitMs],
      ...[result.status ?? null, result.error ?? null, result.durationMs, result.excerpt],
    ],
  );
  return rows.length === 1;
}

/** Gives a lease back: nothing was tried. */
export async function postpone(sql: Sql, { id, lease }: LeasedDelivery, waitMs: number): Promise<void> {
  await sql.query(
    `update webhook_deliveries set due_at = now() + $3::int * interval '1 millisecond'
     where id = $1 and lease = $2 and state = 'pending'`,
    [id, lease, waitMs],
  );
}

/** Notes how an endpoint does. One that has failed for so long, or is gone, is disabled. */
export async function noteEndpoint(
  sql: Sql,
  id: string,
  { isWell, isGone, failingDaysMax }: { isWell: boolean; isGone: boolean; failingDaysMax: number },
): Promise<void> {
  if (isWell) {
    await sql.query("update webhook_endpoints set failing_since = null where id = $1 and failing_since is not null", [
      id,
    ]);
    return;
  }
  const reason = isGone ? "the receiver answered 410 Gone" : `nothing was accepted for ${failingDaysMax} days`;
  await sql.query(
    `update webhook_endpoints set failing_since = coalesce(failing_since, now()) where id = $1 and failing_since is null`,
    [id],
  );
  await sql.query(
    `update webhook_endpoints set status = 'disabled', disabled_reason = $2, updated_at = now()
     where id = $1 and status = 'enabled' and ($3 or failing_since <= now() - $4::int * interval '1 day')`,
    [id, reason, isGone, failingDaysMax],
  );
}

/** Which events are sent again: those of a time, or single ones. */
export type ReplayRange = { readonly from: string; readonly to: string } | { readonly eventIds: readonly string[] };

/** Sends events again, and those that were never due at this endpoint for the first time. Gives how many. */
export async function replay(database: Database, endpointId: string, range: ReplayRange): Promise<number> {
  const [where, values] =
    "eventIds" in range
      ? (["a.id = any($2)", [range.eventIds]] as const)
      : ([
          `a.time >= $2::timestamptz and a.time <= $3::timestamptz and ${OF_ITS_TYPES}`,
          [range.from, range.to],
        ] as const);
  return database.transaction(async (sql) => {
    const [count] = await sql.query<{ count: string }>(
      `select count(*) as count from webhook_endpoints w join api_events a on a.merchant = w.merchant
       where w.id = $1 and ${where}`,
      [endpointId, ...values],
    );
    if (Number(count?.count) > REPLAY_MAX) {
      throw new Problem("invalid_request", `these are ${count?.count} events, at most ${REPLAY_MAX} at a time`);
    }
    const rows = await sql.query(
      `insert into webhook_deliveries (${COLUMNS}) ${NEW_DELIVERY} where w.id = $1 and ${where}
       on conflict (endpoint_id, event_id) do update set state = 'pending', due_at = now(), tries = 0
       where webhook_deliveries.state <> 'pending' returning id`,
      [endpointId, ...values],
    );
    return rows.length;
  });
}

/** Sends one delivery again, or at once. False when there is none. */
export async function retryDelivery(sql: Sql, endpointId: string, id: string): Promise<boolean> {
  const rows = await sql.query(
    `update webhook_deliveries set tries = case when state = 'pending' then tries else 0 end,
       due_at = now(), state = 'pending' where id = $1 and endpoint_id = $2 returning id`,
    [id, endpointId],
  );
  return rows.length === 1;
}

export const DELIVERY_STATES = ["pending", "delivered", "dead"] as const;

export interface DeliveryRow {
  readonly id: string;
  readonly event_id: string;
  readonly event_type: string;
  readonly order_id: string;
  readonly position: string;
  readonly event_time: string;
  readonly state: (typeof DELIVERY_STATES)[number];
  readonly tries: number;
  readonly due_at: string;
  readonly last_try_at: string | null;
  readonly last_status: number | null;
  readonly last_error: string | null;
  readonly response_excerpt: string | null;
  readonly duration_ms: number | null;
}

export interface DeliveryPageRequest extends PageRequest {
  readonly endpointId: string;
  readonly state?: string | undefined;
}

const LISTED = `webhook_deliveries d left join lateral (
  select * from webhook_attempts where delivery_id = d.id order by number desc limit 1) t on true`;

/** An endpoint's deliveries, the newest event first. Throws CursorError. */
export function listDeliveries(
  sql: Sql,
  { endpointId, state, ...page }: DeliveryPageRequest,
): Promise<Page<DeliveryRow>> {
  const conditions = () => {
    const where = new Where();
    where.add("d.endpoint_id = $", endpointId);
    where.add("d.state = $", state);
    return where;
  };
  const columns = "d.*, t.response_excerpt, t.duration_ms";
  const counted = "webhook_deliveries d";
  const source = { columns, from: LISTED, counted, position: "d.position", sort: "-position", conditions };
  return readPage<DeliveryRow>(sql, source, page);
}
