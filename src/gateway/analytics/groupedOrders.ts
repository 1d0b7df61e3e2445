// Orders in groups, by one statement of SQL: analytics and reports build theirs here.

import { Problem } from "../http/problem.ts";
import { type OrderFilter, orderConditions, type Where } from "../readModel/orderQueries.ts";
import type { SqlValue } from "../sql/database.ts";
import { type DateRange, instantsAround } from "./dateRange.ts";
import { findDimension } from "./dimensions.ts";
import { SUM_NAMES, SUMS, type Sums } from "./metrics.ts";

/** What is summed is of one denomination: a sum of several means nothing. */
export const DENOM = "uusdc";

/** Which orders, in which groups. */
export interface Grouped {
  readonly filter: OrderFilter;
  /** Days of creation; all when left out. */
  readonly range?: DateRange | undefined;
  /** Names of dimensions, in order. */
  readonly dimensions: readonly string[];
  /** Where days begin when there is no range. */
  readonly timeZone?: string | undefined;
}

/** A statement with its parameters. */
export interface Statement {
  readonly text: string;
  readonly values: readonly SqlValue[];
}

/** Names of the columns of dimensions: `d0`, `d1`, … */
export function dimensionColumns(count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => `d${index}`);
}

/** A row as the database gives it: sums as text. */
export type SumRow = Readonly<Record<keyof typeof SUMS, string>>;

export function readSums(row: SumRow): Sums {
  return Object.fromEntries(SUM_NAMES.map((name) => [name, BigInt(row[name])])) as Record<keyof typeof SUMS, bigint>;
}

/** The sums as a list of columns. */
export const SUM_COLUMNS = SUM_NAMES.map((name) => `${SUMS[name].sql} as ${name}`).join(", ");

/** How many different customers have a part in each sum, as columns `who_…`. Those who have no name count as one. */
export const CUSTOMER_COLUMNS = SUM_NAMES.map(
  (name) => `count(distinct who) filter (where ${SUMS[name].contributes}) as who_${name}`,
).join(", ");

/**
 * The rows that groups are made of: `select d0, …, who, amount_paid, amount_refunded, paid_at, fulfilled_at from orders`.
 * Gives the text, and where further parameters go. Throws Problem on an unknown dimension.
 */
export function orderRows({ filter, range, dimensions, timeZone }: Grouped): { text: string; where: Where } {
  const around = range === undefined ? undefined : instantsAround(range);
  const where = orderConditions({
    denom: DENOM,
    ...filter,
    createdAfter: later(filter.createdAfter, around?.from),
    createdBefore: earlier(filter.createdBefore, around?.to),
  });
  const zone = `${where.parameter(range?.timeZone ?? timeZone ?? "UTC")}::text`;
  const columns = dimensions.map((name, index) => {
    const dimension = findDimension(name);
    if (dimension === undefined) {
      throw new Problem("invalid_request", { detail: "there is no such dimension", field: `/dimensions/${index}` });
    }
    return `${dimension.sql({ where, zone })} as d${index}`;
  });
  const days =
    range === undefined
      ? // The parameter must be used, or its type is unknown.
        [`${zone} <> ''`]
      : [
          `(created_at at time zone ${zone})::date between ${where.parameter(range.startDate)}::date and ${where.parameter(range.endDate)}::date`,
        ];
  const who = "coalesce(nullif(customer_id, ''), customer) as who";
  const selected = [...columns, who, "amount_paid", "amount_refunded", "paid_at", "fulfilled_at"].join(", ");
  return { text: `select ${selected} from orders ${where.text(...days)}`, where };
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
