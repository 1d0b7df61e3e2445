// Subscriptions as rows: made, shown, paused, resumed, cancelled. What is due is done by charges.ts.

import { Problem } from "../http/problem.ts";
import { newId } from "../ids.ts";
import type { ApiKey } from "../parts.ts";
import { decodeCursor, encodeCursor } from "../readModel/cursor.ts";
import type { Database, Sql } from "../sql/database.ts";
import { rfc3339 } from "../sql/times.ts";
import type { CanonicalObject } from "../vault/canonicalJson.ts";
import type { Vault } from "../vault/vault.ts";
import { type Interval, periodAt, periodFrom, periodStart, type Schedule } from "./schedule.ts";

/**
 * ACTIVE and PAST_DUE (a charge failed and is tried again) are charged. PAUSED and UNPAID (it failed for good) can be
 * resumed. CANCELLED and COMPLETED have ended.
 */
export const SUBSCRIPTION_STATUSES = ["ACTIVE", "PAST_DUE", "PAUSED", "UNPAID", "CANCELLED", "COMPLETED"] as const;
export type SubscriptionStatus = (typeof SUBSCRIPTION_STATUSES)[number];

export interface SubscriptionRow {
  readonly id: string;
  readonly position: string;
  readonly merchant: string;
  readonly api_key_id: string;
  readonly customer_id: string;
  readonly commitment: Uint8Array;
  readonly wallet: string;
  readonly interval_name: Interval;
  readonly every: number;
  readonly start_at: string;
  readonly end_at: string | null;
  readonly status: SubscriptionStatus;
  readonly next_period: number;
  readonly last_problem: string | null;
  readonly created_at: string;
  readonly updated_at: string;
}

/** What was charged for one period. */
export interface ChargeRow {
  readonly period: number;
  readonly due_at: string;
  readonly status: "OPEN" | "PAID" | "FAILED";
  readonly order_id: string | null;
  readonly attempts: number;
  readonly last_problem: string | null;
  readonly updated_at: string;
}

const COLUMNS = `id, position, merchant, api_key_id, customer_id, commitment, wallet, interval_name, every, status,
  next_period, last_problem, ${["start_at", "end_at", "created_at", "updated_at"].map((name) => rfc3339(name)).join(", ")}`;

export const CHARGE_COLUMNS = `period, status, order_id, attempts, last_problem, ${rfc3339("due_at")}, ${rfc3339("updated_at")}`;

/** Of the records in the vault. */
export const SUBSCRIPTION_KIND = "subscription";
const SORT = "-created_at";
const DAY_MS = 86_400_000;

/** What a subscription is made of. */
export interface NewSubscription {
  readonly customerId: string;
  /** Who pays: granted to the key's signer. */
  readonly wallet: string;
  readonly schedule: Schedule;
  /** The body of the order of each period. */
  readonly order: CanonicalObject;
}

export interface SubscriptionsParts {
  readonly database: Database;
  readonly vault: Vault;
  readonly now: () => Date;
}

export function scheduleOf({ interval_name, every, start_at, end_at }: SubscriptionRow): Schedule {
  return {
    interval: interval_name,
    every,
    start: new Date(start_at),
    end: end_at === null ? undefined : new Date(end_at),
  };
}

/** A subscription by its id, of whatever merchant. */
export async function findSubscription(sql: Sql, id: string): Promise<SubscriptionRow | undefined> {
  const [row] = await sql.query<SubscriptionRow>(`select ${COLUMNS} from subscriptions where id = $1`, [id]);
  return row;
}

function startOfDay(time: Date): Date {
  return new Date(time.getTime() - (time.getTime() % DAY_MS));
}

/** Which statuses an action is for, and the status it leads to. */
const ACTIONS = {
  pause: { from: ["ACTIVE", "PAST_DUE", "UNPAID"], to: "PAUSED", done: ["PAUSED", "COMPLETED"] },
  resume: { from: ["PAUSED", "UNPAID"], to: "ACTIVE", done: ["ACTIVE", "PAST_DUE", "COMPLETED"] },
  cancel: { from: ["ACTIVE", "PAST_DUE", "PAUSED", "UNPAID"], to: "CANCELLED", done: ["CANCELLED", "COMPLETED"] },
} as const satisfies Record<
  string,
  { from: readonly SubscriptionStatus[]; to: SubscriptionStatus; done: readonly SubscriptionStatus[] }
>;

export type SubscriptionAction = keyof typeof ACTIONS;

export class Subscriptions {
  readonly #parts: SubscriptionsParts;

  constructor(parts: SubscriptionsParts) {
    this.#parts = parts;
  }

  /** Makes a subscription. Periods that began before today are not charged. Rejects with Problem `invalid_request`. */
  async create(key: ApiKey, { customerId, wallet, schedule, order }: NewSubscription): Promise<SubscriptionRow> {
    const { database, vault, now } = this.#parts;
    const { merchant } = key;
    const { commitment } = await vault.put({ merchant, customerId, kind: SUBSCRIPTION_KIND, data: { order } });
    const id = newId("sub");
    const at = now();
    const period = periodFrom(schedule, startOfDay(at));
    const next = periodAt(schedule, period);
    await database.query(
      `insert into subscriptions (id, merchant, api_key_id, customer_id, commitment, wallet, interval_name, every,
         start_at, end_at, status, next_period, created_at, updated_at, next_at)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9::timestamptz, $10::timestamptz, $11, $12, $13::timestamptz,
         $13::timestamptz, $14::timestamptz)`,
      [
        id,
        merchant,
        key.id,
        customerId,
        commitment,
        wallet,
        schedule.interval,
        schedule.every,
        schedule.start.toISOString(),
        schedule.end?.toISOString() ?? null,
        next === undefined ? "COMPLETED" : "ACTIVE",
        period,
        at.toISOString(),
        next?.toISOString() ?? null,
      ],
    );
    return this.require(merchant, id);
  }

  /** Rejects with Problem `not_found`. */
  async require(merchant: string, id: string): Promise<SubscriptionRow> {
    const row = await findSubscription(this.#parts.database, id);
    if (row === undefined || row.merchant !== merchant) throw new Problem("not_found", "no subscription of this id");
    return row;
  }

  /** What the order of each period is made of; undefined when the customer's data was deleted. */
  async order({ merchant, commitment }: SubscriptionRow): Promise<CanonicalObject | undefined> {
    const found = await this.#parts.vault.open(merchant, commitment);
    // What `create` put.
    return found?.data["order"] as CanonicalObject | undefined;
  }

  /** How many periods were paid. */
  async paidCount(id: string): Promise<number> {
    const [row] = await this.#parts.database.query<{ count: number }>(
      "select count(*)::int as count from subscription_charges where subscription_id = $1 and status = 'PAID'",
      [id],
    );
    return row?.count ?? 0;
  }

  /** The charges of a subscription, the newest first. */
  charges(id: string, limit: number): Promise<readonly ChargeRow[]> {
    return this.#parts.database.query<ChargeRow>(
      `select ${CHARGE_COLUMNS} from subscription_charges where subscription_id = $1 order by period desc limit $2`,
      [id, limit],
    );
  }

  /** One page of a merchant's subscriptions, the newest first. Throws CursorError. */
  async list(
    merchant: string,
    {
      customerId,
      status,
      limit,
      cursor,
    }: {
      readonly customerId?: string | undefined;
      readonly status?: SubscriptionStatus | undefined;
      readonly limit: number;
      readonly cursor?: string | undefined;
    },
  ): Promise<{ readonly rows: readonly SubscriptionRow[]; readonly nextCursor: string | undefined }> {
    const rows = await this.#parts.database.query<SubscriptionRow>(
      `select ${COLUMNS} from subscriptions
       where merchant = $1 and ($2::text is null or customer_id = $2) and ($3::text is null or status = $3)
         and ($4::bigint is null or position < $4::bigint)
       order by position desc limit $5`,
      [
        merchant,
        customerId ?? null,
        status ?? null,
        cursor === undefined ? null : decodeCursor(cursor, SORT).position,
        limit + 1,
      ],
    );
    const page = rows.slice(0, limit);
    const last = page.at(-1);
    const nextCursor =
      rows.length > limit && last !== undefined
        ? encodeCursor({ sort: SORT, value: "", position: last.position })
        : undefined;
    return { rows: page, nextCursor };
  }

  /** What began before the pause and was not given up is still owed; what began since is not. */
  async #resumedPeriod(row: SubscriptionRow, at: Date): Promise<number> {
    const schedule = scheduleOf(row);
    const wasDue = row.status === "PAUSED" && periodStart(schedule, row.next_period) <= new Date(row.updated_at);
    const [charge] = await this.#parts.database.query<{ status: string }>(
      "select status from subscription_charges where subscription_id = $1 and period = $2",
      [row.id, row.next_period],
    );
    if (wasDue && charge?.status !== "FAILED") return row.next_period;
    return Math.max(row.next_period, periodFrom(schedule, at));
  }

  /**
   * Pauses, resumes, cancels. Periods that begin during a pause are not charged later. What holds already is no failure:
   * nothing of a completed subscription is charged, whether it is paused or resumed. Rejects with Problem `conflict`.
   */
  async act(merchant: string, id: string, action: SubscriptionAction): Promise<SubscriptionRow> {
    const row = await this.require(merchant, id);
    const { from, to, done } = ACTIONS[action];
    const isDone = (status: SubscriptionStatus) => done.some((one) => one === status);
    if (isDone(row.status)) return row;
    const schedule = scheduleOf(row);
    const at = this.#parts.now();
    const period = to === "ACTIVE" ? await this.#resumedPeriod(row, at) : row.next_period;
    const next = to === "ACTIVE" ? periodAt(schedule, period) : undefined;
    const status = to === "ACTIVE" && next === undefined ? "COMPLETED" : to;
    // Whoever is charging it right now loses the lease: what was begun is finished by the chain, nothing new is.
    await this.#parts.database.query(
      `update subscriptions set status = $2, next_period = $3, next_at = $4::timestamptz, updated_at = $5::timestamptz,
         last_problem = null, lease_until = null, lease_token = null
       where id = $1 and status = any($6)`,
      [id, status, period, next?.toISOString() ?? null, at.toISOString(), [...from]],
    );
    const changed = await this.require(merchant, id);
    if (changed.status === status || isDone(changed.status)) return changed;
    const detail = `a subscription that is ${changed.status} cannot be ${action}${action.endsWith("e") ? "d" : "led"}`;
    throw new Problem("conflict", { detail, extra: { status: changed.status } });
  }
}
