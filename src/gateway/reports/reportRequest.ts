// What a client asks of a report, checked: the same filters, dimensions and metrics as analytics have.

import { checkDate, checkZone, type OpenRange } from "../analytics/dateRange.ts";
import { findDimension } from "../analytics/dimensions.ts";
import type { MetricName } from "../analytics/metrics.ts";
import { settleMetrics } from "../analytics/orderAnalytics.ts";
import { parseMoney } from "../http/money.ts";
import { Problem } from "../http/problem.ts";
import type { OrderFilter } from "../readModel/orderQueries.ts";

export const REPORT_TYPES = ["order_performance", "orders"] as const;
export type ReportType = (typeof REPORT_TYPES)[number];

export const REPORT_FORMATS = ["csv", "json", "ndjson"] as const;
export type ReportFormat = (typeof REPORT_FORMATS)[number];

/** Columns of groups at most. */
export const DIMENSIONS_MAX = 5;

/** The body of `POST /v1/reports`. */
export interface ReportBody {
  readonly type: ReportType;
  readonly filters?: ReportFilters | undefined;
  readonly dimensions?: readonly string[] | undefined;
  readonly metrics?: readonly string[] | undefined;
  /** Where days of dimensions, and dates of filters, begin; UTC when left out. */
  readonly time_zone?: string | undefined;
  readonly format?: ReportFormat | undefined;
}

/** Which orders. Bounds are part of the range. */
export interface ReportFilters {
  readonly customer_id?: string | undefined;
  readonly status?: string | readonly string[] | undefined;
  readonly payment_status?: string | readonly string[] | undefined;
  readonly source_chain?: number | undefined;
  /** A date, which is whole, or an instant, RFC 3339. */
  readonly created_after?: string | undefined;
  readonly created_before?: string | undefined;
  readonly amount_min?: string | undefined;
  readonly amount_max?: string | undefined;
}

/** A request that was checked. */
export interface SettledReport {
  readonly type: ReportType;
  readonly format: ReportFormat;
  readonly filter: OrderFilter;
  readonly range: OpenRange;
  readonly dimensions: readonly string[];
  readonly metrics: readonly MetricName[];
}

const DATE_LENGTH = "2026-01-01".length;
const INSTANT =
  /^[12][0-9]{3}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-6][0-9](\.[0-9]{1,9})?(Z|[+-][01][0-9]:[0-5][0-9])$/;

/** An instant in UTC, cut to the microseconds that the read model has. */
function checkInstant(field: string, text: string): string {
  const [, fraction = ""] = INSTANT.exec(text) ?? refuseTime(field);
  checkDate(field, text.slice(0, DATE_LENGTH));
  const ms = Date.parse(text);
  if (Number.isNaN(ms)) refuseTime(field);
  return `${new Date(ms).toISOString().slice(0, -".000Z".length)}${fraction.slice(0, ".000000".length)}Z`;
}

function refuseTime(field: string): never {
  throw new Problem("invalid_request", { detail: "this must be a date or a time of RFC 3339", field });
}

/** Dates and instants of filters: dates bound the range, instants the filter. */
function settleTimes({ created_after, created_before }: ReportFilters, timeZone: string) {
  const isDate = (text: string | undefined) => text?.length === DATE_LENGTH;
  const date = (name: string, text: string | undefined) =>
    text !== undefined && isDate(text) ? checkDate(`/filters/${name}`, text) : undefined;
  const instant = (name: string, text: string | undefined) =>
    text !== undefined && !isDate(text) ? checkInstant(`/filters/${name}`, text) : undefined;
  return {
    range: {
      startDate: date("created_after", created_after),
      endDate: date("created_before", created_before),
      timeZone,
    },
    createdAfter: instant("created_after", created_after),
    createdBefore: instant("created_before", created_before),
  };
}

function amount(name: "amount_min" | "amount_max", filters: ReportFilters): bigint | undefined {
  const text = filters[name];
  return text === undefined ? undefined : parseMoney(text, `/filters/${name}`);
}

function list(value: string | readonly string[] | undefined): readonly string[] | undefined {
  return typeof value === "string" ? [value] : value;
}

function settleDimensions(names: readonly string[]): readonly string[] {
  if (names.length > DIMENSIONS_MAX) {
    throw new Problem("invalid_request", { detail: `at most ${DIMENSIONS_MAX} dimensions`, field: "/dimensions" });
  }
  for (const [index, name] of names.entries()) {
    if (findDimension(name) !== undefined && names.indexOf(name) === index) continue;
    throw new Problem("invalid_request", {
      detail: "there is no such dimension, or twice",
      field: `/dimensions/${index}`,
    });
  }
  return names;
}

/** Checks a request for the orders of a merchant. Throws Problem. */
export function settleReport(merchant: string, body: ReportBody): SettledReport {
  const { filters = {}, type } = body;
  const timeZone = checkZone(body.time_zone ?? "UTC");
  const { range, createdAfter, createdBefore } = settleTimes(filters, timeZone);
  if (type === "orders" && body.metrics !== undefined && body.metrics.length > 0) {
    throw new Problem("invalid_request", { detail: "a list of orders has no metrics", field: "/metrics" });
  }
  return {
    type,
    format: body.format ?? "csv",
    filter: {
      merchant,
      customerId: filters.customer_id,
      status: list(filters.status),
      paymentStatus: list(filters.payment_status),
      sourceDomain: filters.source_chain,
      createdAfter,
      createdBefore,
      amountMin: amount("amount_min", filters),
      amountMax: amount("amount_max", filters),
    },
    range,
    dimensions: settleDimensions(body.dimensions ?? []),
    metrics: settleMetrics(body.metrics, "/metrics"),
  };
}
