// What is measured of a group of orders: a table that analytics and reports share. The database gives sums, exactly; what
// is divided is divided here, once.

import { formatMoney } from "../http/money.ts";

/** A sum over the rows of a group. */
interface Sum {
  /** SQL aggregate that gives a whole number. */
  readonly sql: string;
  /** Which rows have a part in it. */
  readonly contributes: string;
}

const IS_FULFILLED = "paid_at is not null and fulfilled_at is not null";

/** Sums over the rows of `orderRows`, by name. Money in micro-units, durations in microseconds. */
export const SUMS = {
  orders: { sql: "count(*)", contributes: "true" },
  revenue: { sql: "coalesce(sum(amount_paid), 0)", contributes: "amount_paid > 0" },
  refunds: { sql: "coalesce(sum(amount_refunded), 0)", contributes: "amount_refunded > 0" },
  fulfilled: { sql: `count(*) filter (where ${IS_FULFILLED})`, contributes: IS_FULFILLED },
  fulfillment_us: {
    sql: "(coalesce(sum(extract(epoch from fulfilled_at - paid_at)), 0) * 1000000)::numeric(78, 0)",
    contributes: IS_FULFILLED,
  },
} as const satisfies Record<string, Sum>;

export type SumName = keyof typeof SUMS;
export const SUM_NAMES = Object.keys(SUMS) as readonly SumName[];

/** The sums of a group. */
export type Sums = Readonly<Record<SumName, bigint>>;

/** What a metric is told as: a JSON number, a decimal amount, or whole seconds. */
type Unit = "count" | "money" | "seconds";

/** A metric: a sum, or one sum divided by another. */
interface Metric {
  /** The field of a group, and of the summary. */
  readonly field: string;
  readonly summaryField: string;
  readonly unit: Unit;
  readonly of: SumName;
  readonly per?: SumName;
  readonly describes: string;
}

/** The metrics by name. */
export const METRICS = {
  count: {
    field: "order_count",
    summaryField: "total_orders",
    unit: "count",
    of: "orders",
    describes: "orders that were made, paid or not",
  },
  revenue: {
    field: "revenue",
    summaryField: "total_revenue",
    unit: "money",
    of: "revenue",
    describes: "what payments brought, before refunds",
  },
  avg_order_value: {
    field: "avg_order_value",
    summaryField: "avg_order_value",
    unit: "money",
    of: "revenue",
    per: "orders",
    describes: "revenue divided by order_count, half to even on cents",
  },
  refunds: {
    field: "refunds",
    summaryField: "total_refunds",
    unit: "money",
    of: "refunds",
    describes: "what arrived with whom it was refunded to",
  },
  fulfillment_time: {
    field: "fulfillment_time",
    summaryField: "fulfillment_time",
    unit: "seconds",
    of: "fulfillment_us",
    per: "fulfilled",
    describes: "whole seconds from PAID to FULFILLED, the average of orders that came so far; null when none did",
  },
} as const satisfies Record<string, Metric>;

export type MetricName = keyof typeof METRICS;
export const METRIC_NAMES = Object.keys(METRICS) as readonly MetricName[];
const METRICS_BY_NAME: Readonly<Record<MetricName, Metric>> = METRICS;

/** Other names that are accepted for a metric. */
const ALIASES: Readonly<Record<string, MetricName>> = { order_count: "count" };

/** A metric's name, from that name or an alias; undefined when there is none. */
export function metricName(text: string): MetricName | undefined {
  if (Object.hasOwn(METRICS, text)) return text as MetricName;
  return Object.hasOwn(ALIASES, text) ? ALIASES[text] : undefined;
}

/** The sums that a metric is made of. */
export function sumsOf(metric: MetricName): readonly SumName[] {
  const { of, per } = METRICS_BY_NAME[metric];
  return per === undefined ? [of] : [of, per];
}

/** Divides; a half goes to the even neighbour. Both are not negative. */
export function divideHalfEven(dividend: bigint, divisor: bigint): bigint {
  const quotient = dividend / divisor;
  const twice = (dividend % divisor) * 2n;
  if (twice < divisor || (twice === divisor && quotient % 2n === 0n)) return quotient;
  return quotient + 1n;
}

const MICROS_PER_CENT = 10_000n;
const US_PER_SECOND = 1_000_000n;

/** A metric of a group, as JSON has it; null when it is an average of nothing. */
export function metricValue(name: MetricName, sums: Sums): number | string | null {
  const { unit, of, per } = METRICS_BY_NAME[name];
  const divisor = per === undefined ? 1n : sums[per];
  if (divisor === 0n) return unit === "money" ? formatMoney(0n) : null;
  if (unit === "seconds") return Number(divideHalfEven(sums[of], divisor * US_PER_SECOND));
  if (unit === "count") return Number(sums[of]);
  if (per === undefined) return formatMoney(sums[of]);
  return formatMoney(divideHalfEven(sums[of], divisor * MICROS_PER_CENT) * MICROS_PER_CENT);
}

/** The fields of metrics: of a group, or of the summary. `hides` says which sums must not be told. */
export function metricFields(
  metrics: readonly MetricName[],
  sums: Sums,
  options: { readonly isSummary: boolean; readonly hides?: (sum: SumName) => boolean },
): Readonly<Record<string, number | string | null>> {
  return Object.fromEntries(
    metrics.map((name) => {
      const { field, summaryField } = METRICS_BY_NAME[name];
      const isHidden = sumsOf(name).some((sum) => options.hides?.(sum) === true);
      return [options.isSummary ? summaryField : field, isHidden ? null : metricValue(name, sums)];
    }),
  );
}
