// The answer of `GET /v1/analytics/orders`: groups with their metrics, and a summary over all of them, from the read model.

import { Problem } from "../http/problem.ts";
import type { OrderFilter } from "../readModel/orderQueries.ts";
import type { Database, Sql } from "../sql/database.ts";
import { type CustomerGroup, type Customers, complement, hiddenSums, isLarge, K } from "./anonymity.ts";
import { type DateRange, type DateRangeRequest, daysOf, settleRange } from "./dateRange.ts";
import { GROUP_FIELDS, GROUPINGS, type Grouping } from "./dimensions.ts";
import { customerColumns, orderRows, readSums, SUM_COLUMNS, type SumRow } from "./groupedOrders.ts";
import { type MetricName, metricFields, metricName, SUM_NAMES, type SumName, type Sums, sumsOf } from "./metrics.ts";

/** Groups of one answer at most. */
export const GROUPS_MAX = 10_000;

/** What is asked. Everything has a default. */
export interface AnalyticsRequest extends DateRangeRequest {
  readonly groupBy?: string | undefined;
  readonly metrics?: readonly string[] | undefined;
  readonly filter?: Omit<OrderFilter, "merchant" | "denom"> | undefined;
  /** Nothing that is about fewer than five customers is told. */
  readonly anonymized?: boolean | undefined;
}

type Fields = Readonly<Record<string, number | string | null>>;

/** The answer, with the seed's names. */
export interface AnalyticsAnswer {
  readonly data: readonly Fields[];
  readonly summary: Fields;
  /** What was looked at. */
  readonly range: { readonly start_date: string; readonly end_date: string; readonly time_zone: string };
  readonly anonymity?: { readonly k: number; readonly suppressed_groups: number };
}

const GROUP_BY_DEFAULT = "day";
const METRICS_DEFAULT: readonly MetricName[] = ["count", "revenue", "avg_order_value"];
const HOURS_PER_DAY = 24;

/** Metric names without repetition. Throws Problem on an unknown one, naming its place under `pointer`. */
export function settleMetrics(names: readonly string[] | undefined, pointer: string): readonly MetricName[] {
  if (names === undefined || names.length === 0) return METRICS_DEFAULT;
  const known = names.map((name, index) => {
    const metric = metricName(name);
    if (metric === undefined) {
      throw new Problem("invalid_request", { detail: "there is no such metric", field: `${pointer}/${index}` });
    }
    return metric;
  });
  return [...new Set(known)];
}

function settleGrouping(name: string = GROUP_BY_DEFAULT): Grouping {
  const grouping = GROUPINGS.find((known) => known === name);
  if (grouping === undefined) {
    throw new Problem("invalid_request", {
      detail: `group_by must be one of ${GROUPINGS.join(", ")}`,
      field: "group_by",
    });
  }
  return grouping;
}

function requireFewGroups(grouping: Grouping, range: DateRange): void {
  if (grouping !== "hour" || daysOf(range) * HOURS_PER_DAY <= GROUPS_MAX) return;
  const days = Math.trunc(GROUPS_MAX / HOURS_PER_DAY);
  throw new Problem("invalid_request", { detail: `by the hour a range has at most ${days} days`, field: "start_date" });
}

/** A group, or all of them together. */
interface Group {
  /** Empty for what has no value. */
  readonly key: string;
  readonly sums: Sums;
  readonly customers: Customers;
}

type GroupRow = SumRow & Readonly<Record<`who_${SumName}`, string>> & { readonly key: string };

/** Whose orders, and how they are put into groups. */
interface Settled {
  readonly filter: OrderFilter;
  readonly range: DateRange;
  readonly grouping: Grouping;
  /** The sums whose customers are counted; none where the answer is not anonymized. */
  readonly counted: readonly SumName[];
}

/** The sums that are told. Whatever the metrics: a group is there because of its orders. */
function toldSums(metrics: readonly MetricName[]): readonly SumName[] {
  const told = new Set<SumName>(["orders", ...metrics.flatMap(sumsOf)]);
  return SUM_NAMES.filter((name) => told.has(name));
}

function customersOf(row: GroupRow, counted: readonly SumName[]): Customers {
  return Object.fromEntries(counted.map((name) => [name, Number(row[`who_${name}`])]));
}

/** PERF: one read of the orders of the range, by the index of merchant and time. */
async function readGroups(sql: Sql, settled: Settled): Promise<{ groups: readonly Group[]; total: Group }> {
  const { text, where } = orderRows({ ...settled, dimensions: [settled.grouping] });
  const rows = await sql.query<GroupRow>(
    `with given as (${text}), keyed as (select given.*, coalesce(d0, '') as key from given)
     select key, ${[SUM_COLUMNS, ...customerColumns(settled.counted)].join(", ")}
     from keyed group by grouping sets ((key), ()) order by grouping(key) desc, key`,
    where.values,
  );
  const [total, ...groups] = rows.map((row) => ({
    key: row.key,
    sums: readSums(row),
    customers: customersOf(row, settled.counted),
  }));
  if (total === undefined) throw new Error("the grouping set of everything is always there");
  return { groups, total };
}

/** The customers of several groups together, each once. */
async function customersOfGroups(sql: Sql, settled: Settled, keys: readonly string[]): Promise<Customers> {
  const { text, where } = orderRows({ ...settled, dimensions: [settled.grouping] });
  const [row] = await sql.query<GroupRow>(
    `with given as (${text}) select ${customerColumns(settled.counted).join(", ")} from given where coalesce(d0, '') = any(${where.parameter(keys)})`,
    where.values,
  );
  return row === undefined ? {} : customersOf(row, settled.counted);
}

/** The keys of the groups that must not be told. */
async function suppressed(sql: Sql, settled: Settled, groups: readonly Group[], total: Group) {
  const small = groups.filter(({ customers }) => !isLarge(customers)).map(({ key }) => key);
  if (small.length === 0) return new Set<string>();
  const hidden = await customersOfGroups(sql, settled, small);
  const large: readonly CustomerGroup[] = groups.filter(({ customers }) => isLarge(customers));
  return new Set([...small, ...complement(large, hidden, total.customers)]);
}

function keyValue(grouping: Grouping, key: string): number | string | null {
  if (grouping !== "source_chain") return key;
  return key === "" ? null : Number(key);
}

/** Answers for the orders of one merchant. Throws Problem. */
export async function orderAnalytics(
  database: Database,
  merchant: string,
  request: AnalyticsRequest,
  nowMs: number,
): Promise<AnalyticsAnswer> {
  const range = settleRange(request, nowMs);
  const grouping = settleGrouping(request.groupBy);
  requireFewGroups(grouping, range);
  const metrics = settleMetrics(request.metrics, "/metrics");
  const isAnonymized = request.anonymized === true;
  const counted = isAnonymized ? toldSums(metrics) : [];
  const settled: Settled = { filter: { ...request.filter, merchant }, range, grouping, counted };
  const { groups, total, hidden } = await database.transaction(async (sql) => {
    // Both statements see the same orders.
    await sql.query("set transaction isolation level repeatable read, read only");
    const read = await readGroups(sql, settled);
    const keys = isAnonymized ? await suppressed(sql, settled, read.groups, read.total) : new Set<string>();
    return { ...read, hidden: keys };
  });
  const told = groups.filter(({ key }) => !hidden.has(key));
  const tooFew = isAnonymized ? hiddenSums(total.customers) : new Set<SumName>();
  return {
    data: told.map(({ key, sums }) => ({
      [GROUP_FIELDS[grouping]]: keyValue(grouping, key),
      ...metricFields(metrics, sums, { isSummary: false }),
    })),
    summary: metricFields(metrics, total.sums, { isSummary: true, hides: (sum) => tooFew.has(sum) }),
    range: { start_date: range.startDate, end_date: range.endDate, time_zone: range.timeZone },
    ...(isAnonymized ? { anonymity: { k: K, suppressed_groups: hidden.size } } : {}),
  };
}
