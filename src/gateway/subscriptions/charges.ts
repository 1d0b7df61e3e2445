// Charges subscriptions when their periods begin. A period has one order, whose id is written down before it is paid, and the
// chain takes no more for an order than is due: whatever is cut off and begun again, nothing is paid twice.

import { tell } from "../events/gatewayEvents.ts";
import { Problem, type ProblemCode } from "../http/problem.ts";
import type { NewOrder } from "../orders/bodies.ts";
import type { ApiKey } from "../parts.ts";
import { DueRows, type Lease } from "../schedule/dueRows.ts";
import type { Database, Sql } from "../sql/database.ts";
import type { Vault } from "../vault/vault.ts";
import type { OrderDesk } from "./orderDesk.ts";
import { periodAt, periodStart } from "./schedule.ts";
import {
  CHARGE_COLUMNS,
  type ChargeRow,
  findSubscription,
  type SubscriptionRow,
  type SubscriptionStatus,
  Subscriptions,
  scheduleOf,
} from "./subscriptions.ts";

const DAY_MS = 86_400_000;
/** How long after a failure a charge is tried again; after the last one it has failed. */
export const DUNNING_MS = [1 * DAY_MS, 2 * DAY_MS, 4 * DAY_MS, 7 * DAY_MS] as const;
/** What is nobody's fault is tried again so soon, as often as it takes. */
const RETRY_MS = 60_000;
/** An order waits for its payment as long as it is asked for, and a little more. */
const DEADLINE_SECONDS = (DUNNING_MS.reduce((sum: number, wait) => sum + wait, 0) + DAY_MS) / 1000;

/** Refusals that another try may mend without anybody's doing. */
const PASSING: ReadonlySet<ProblemCode> = new Set(["chain_unavailable", "database_unavailable", "rate_limited"]);

export interface ChargesParts {
  readonly database: Database;
  readonly vault: Vault;
  readonly desk: OrderDesk;
  /** The key that a subscription was made with; undefined when it was revoked. */
  readonly findKey: (apiKeyId: string) => Promise<ApiKey | undefined>;
  readonly now: () => Date;
  readonly onError: (error: unknown) => void;
}

/** What a look at a subscription led to. */
interface Step {
  readonly status: SubscriptionStatus;
  readonly nextPeriod: number;
  readonly nextAt: Date | undefined;
  readonly problem: string | undefined;
}

/** The work of charging, and who does it when it is due. */
export function subscriptionCharges(parts: ChargesParts): DueRows {
  const { database, now, onError } = parts;
  return new DueRows({
    ...{ database, table: "subscriptions", now, onError },
    work: (lease) => charge(parts, lease),
  });
}

async function charge(parts: ChargesParts, lease: Lease): Promise<Date | undefined> {
  const row = await findSubscription(parts.database, lease.id);
  if (row === undefined || (row.status !== "ACTIVE" && row.status !== "PAST_DUE")) return undefined;
  const step = await next(parts, row);
  // Whoever paused or cancelled it meanwhile took the lease, and has the last word.
  await parts.database.query(
    `update subscriptions set status = $3, next_period = $4, last_problem = $5, updated_at = $6::timestamptz
     where id = $1 and lease_token = $2`,
    [lease.id, lease.token, step.status, step.nextPeriod, step.problem ?? null, parts.now().toISOString()],
  );
  return step.nextAt;
}

/** One look: at most one charge. */
async function next(parts: ChargesParts, row: SubscriptionRow): Promise<Step> {
  const period = row.next_period;
  if (periodAt(scheduleOf(row), period) === undefined) {
    return { status: "COMPLETED", nextPeriod: period, nextAt: undefined, problem: undefined };
  }
  const open = await openCharge(parts, row);
  // Paid, and then cut off before the subscription went on.
  if (open.status === "PAID") return paid(row);
  try {
    const isPaid = await tryCharge(parts, row, open);
    if (isPaid === undefined) return erased(row);
    await setCharge(parts.database, parts, row, { status: "PAID", attempts: open.attempts, problem: undefined });
    return paid(row);
  } catch (error) {
    return failed(parts, row, open, error);
  }
}

/** On to the next period; at once when it has begun already. */
function paid(row: SubscriptionRow): Step {
  const nextPeriod = row.next_period + 1;
  const nextAt = periodAt(scheduleOf(row), nextPeriod);
  return { status: nextAt === undefined ? "COMPLETED" : "ACTIVE", nextPeriod, nextAt, problem: undefined };
}

function erased(row: SubscriptionRow): Step {
  return { status: "CANCELLED", nextPeriod: row.next_period, nextAt: undefined, problem: "customer_deleted" };
}

async function openCharge({ database, now }: ChargesParts, row: SubscriptionRow): Promise<ChargeRow> {
  await database.query(
    `insert into subscription_charges (subscription_id, period, due_at, status, attempts, updated_at)
     values ($1, $2, $3::timestamptz, 'OPEN', 0, $4::timestamptz) on conflict do nothing`,
    [row.id, row.next_period, periodStart(scheduleOf(row), row.next_period).toISOString(), now().toISOString()],
  );
  const [charge] = await database.query<ChargeRow>(
    `select ${CHARGE_COLUMNS} from subscription_charges where subscription_id = $1 and period = $2`,
    [row.id, row.next_period],
  );
  if (charge === undefined) throw new Error(`${row.id} lost a charge`);
  return charge;
}

interface ChargeChange {
  readonly status: ChargeRow["status"];
  readonly attempts: number;
  readonly problem: string | undefined;
}

async function setCharge(
  sql: Sql,
  { now }: Pick<ChargesParts, "now">,
  row: SubscriptionRow,
  change: ChargeChange,
): Promise<void> {
  await sql.query(
    `update subscription_charges set status = $3, attempts = $4, last_problem = $5, updated_at = $6::timestamptz
     where subscription_id = $1 and period = $2`,
    [row.id, row.next_period, change.status, change.attempts, change.problem ?? null, now().toISOString()],
  );
}

/** True when the order of the period is paid; undefined when the customer's data is gone. Rejects with Problem. */
async function tryCharge(parts: ChargesParts, row: SubscriptionRow, open: ChargeRow): Promise<true | undefined> {
  const key = await parts.findKey(row.api_key_id);
  if (key === undefined) throw new Problem("unauthorized", "the API key of the subscription was revoked");
  const orderId = open.order_id ?? (await makeOrder(parts, row, key));
  if (orderId === undefined) return undefined;
  const state = await parts.desk.state(orderId);
  if (state === undefined) throw new Problem("chain_unavailable", "the order cannot be seen yet");
  // Somebody else paid it, at its payment_url for one.
  if (state.status !== "CREATED" && state.due === 0n && state.status !== "CANCELLED") return true;
  if (state.status !== "CREATED") {
    throw new Problem("conflict", { detail: `the order is ${state.status}`, extra: { status: state.status } });
  }
  await parts.desk.pay(key, orderId, row.wallet);
  return true;
}

/** Undefined when the customer's data is gone. */
async function makeOrder(parts: ChargesParts, row: SubscriptionRow, key: ApiKey): Promise<string | undefined> {
  const body = await new Subscriptions(parts).order(row);
  if (body === undefined) return undefined;
  // What `POST /v1/subscriptions` took.
  const order = body as unknown as NewOrder;
  const name = { subscription: row.id, subscription_period: String(row.next_period + 1) };
  const orderId = await parts.desk.create(
    key,
    {
      ...order,
      customer_id: row.customer_id,
      expires_in_seconds: DEADLINE_SECONDS,
      metadata: { ...order.metadata, ...name },
    },
    `${row.id}/${row.next_period}`,
  );
  await parts.database.query(
    "update subscription_charges set order_id = $3 where subscription_id = $1 and period = $2",
    [row.id, row.next_period, orderId],
  );
  return orderId;
}

/** Nobody's fault is tried again soon; anything else by the dunning schedule, and at its end it has failed. */
async function failed(parts: ChargesParts, row: SubscriptionRow, open: ChargeRow, error: unknown): Promise<Step> {
  if (!(error instanceof Problem)) parts.onError(error);
  const now = parts.now().getTime();
  const problem = error instanceof Problem ? error.code : "internal";
  if (!(error instanceof Problem) || PASSING.has(error.code)) {
    return { status: row.status, nextPeriod: row.next_period, nextAt: new Date(now + RETRY_MS), problem };
  }
  const attempts = open.attempts + 1;
  const wait = DUNNING_MS[open.attempts];
  const isLast = wait === undefined;
  const step: Step = {
    ...{ status: isLast ? "UNPAID" : "PAST_DUE", nextPeriod: row.next_period, problem },
    nextAt: isLast ? undefined : new Date(now + wait),
  };
  await parts.database.transaction(async (sql) => {
    await setCharge(sql, parts, row, { status: isLast ? "FAILED" : "OPEN", attempts, problem });
    const [charge] = await sql.query<{ order_id: string | null }>(
      "select order_id from subscription_charges where subscription_id = $1 and period = $2",
      [row.id, row.next_period],
    );
    await tell(sql, {
      ...{ name: "GatewayChargeFailed", merchant: row.merchant, about: charge?.order_id ?? row.id },
      document: {
        subscription: {
          ...{ id: row.id, customer_id: row.customer_id, status: step.status, period: row.next_period + 1 },
          ...{ attempts, problem, next_attempt_at: step.nextAt?.toISOString() ?? null },
        },
      },
    });
  });
  return step;
}
