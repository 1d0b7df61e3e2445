// Orders in groups, by one statement of SQL: analytics and reports build theirs here.

import { Problem } from "../http/problem.ts";
import { type OrderFilter, orderConditions } from "../readModel/orderQueries.ts";
import type { Where } from "../readModel/page.ts";
import { instantsAround, type OpenRange } from "./dateRange.ts";
import { findDimension } from "./dimensions.ts";
import { SUM_NAMES, SUMS, type SumName, type Sums } from "./metrics.ts";

/** What is summed is of one denomination: a sum of several means nothing. */
const DENOM = "uusdc";

/** Which orders, in which groups. */
export interface Grouped {
  readonly filter: OrderFilter;
  /** Days of creation, and where days begin. */
  readonly range: OpenRange;
  /** Names of dimensions, in order. */
  readonly dimensions: readonly string[];
}

/** A row as the database gives it: sums as text. */
export type SumRow = Readonly<Record<SumName, string>>;

export function readSums(row: SumRow): Sums {
  return Object.fromEntries(SUM_NAMES.map((name) => [name, BigInt(row[name])])) as Record<SumName, bigint>;
}

/** The sums as a list of columns. */
export const SUM_COLUMNS = SUM_NAMES.map((name) => `${SUMS[name].sql} as ${name}`).join(", ");

/**
 * How many different customers have a part in each of these sums, as columns `who_…`. Those who have no name count as one.
 * PERF: sorts the rows, once for each sum; ask only for what is needed.
 */
export function customerColumns(names: readonly SumName[]): readonly string[] {
  return names.map((name) => `count(distinct who) filter (where ${SUMS[name].contributes}) as who_${name}`);
}

/** What a group is made of, beside its dimensions. */
const ROW_COLUMNS = [
  "coalesce(nullif(customer_id, ''), customer) as who",
  "amount_paid",
  "amount_refunded",
  "paid_at",
  "fulfilled_at",
];

/** A statement over orders in the making. */
export interface OrderSelection {
  /** An expression for each dimension. */
  readonly dimensions: readonly string[];
  /** The conditions, after `where`. */
  readonly conditions: string;
  /** Where further parameters go. */
  readonly where: Where;
}

/** Which orders, and their dimensions. Throws Problem on an unknown dimension. */
export function selectOrders({ filter, range, dimensions }: Grouped): OrderSelection {
  const around = instantsAround(range);
  const where = orderConditions({
    denom: DENOM,
    ...filter,
    createdAfter: later(filter.createdAfter, around.from),
    createdBefore: earlier(filter.createdBefore, around.to),
  });
  const zone = () => `${where.parameter(range.timeZone)}::text`;
  const expressions = dimensions.map((name, index) => {
    const dimension = findDimension(name);
    if (dimension === undefined) {
      throw new Problem("invalid_request", { detail: "there is no such dimension", field: `/dimensions/${index}` });
    }
    return dimension.sql({ where, zone });
  });
  const bounds = [
    [">=", range.startDate],
    ["<=", range.endDate],
  ] as const;
  const days = bounds.flatMap(([sign, date]) =>
    date === undefined ? [] : [`(created_at at time zone ${zone()})::date ${sign} ${where.parameter(date)}::date`],
  );
  return { dimensions: expressions, conditions: where.text(...days), where };
}

/** The rows that groups are made of, with dimensions as columns `d0`, `d1`, …, and where further parameters go. Throws Problem on an unknown dimension. */
export function orderRows(grouped: Grouped): { readonly text: string; readonly where: Where } {
  const { dimensions, conditions, where } = selectOrders(grouped);
  const columns = dimensions.map((expression, index) => `${expression} as d${index}`);
  return { text: `select ${[...columns, ...ROW_COLUMNS].join(", ")} from orders ${conditions}`, where };
}

/** Of two instants that may be missing, the later one. */
function later(a: string | undefined, b: string | undefined): string | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return Date.parse(a) > Date.parse(b) ? a : b;
}

function earlier(a: string | undefined, b: string | undefined): string | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return Date.parse(a) < Date.parse(b) ? a : b;
}
