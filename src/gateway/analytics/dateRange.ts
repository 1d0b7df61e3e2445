// Which days: calendar dates in a time zone, both included.

import { Problem } from "../http/problem.ts";

/** What a client may say about days. */
export interface DateRangeRequest {
  /** `YYYY-MM-DD`. */
  readonly startDate?: string | undefined;
  readonly endDate?: string | undefined;
  /** A name of the IANA time zone database; UTC when left out. */
  readonly timeZone?: string | undefined;
  /** `7_years`: nothing older is looked at. */
  readonly retentionPolicy?: string | undefined;
}

/** Days from and to, both included. */
export interface DateRange {
  readonly startDate: string;
  readonly endDate: string;
  readonly timeZone: string;
}

/** Days of a range that says nothing: as many as that, with today. */
const DAYS_DEFAULT = 30;
/** Ten years and the leap days in them. */
export const RANGE_DAYS_MAX = 3_653;
const DAY_MS = 86_400_000;

const DATE = /^[12][0-9]{3}-[01][0-9]-[0-3][0-9]$/;
const RETENTION = /^([1-9]|10)_years$/;
/** Names only: offsets such as `+02:00` have no daylight-saving time, and are refused. */
const ZONE_NAME = /^[A-Za-z][A-Za-z0-9_+-]*(?:\/[A-Za-z0-9_+-]+){0,2}$/;

function refuse(field: string, detail: string): never {
  throw new Problem("invalid_request", { detail, field });
}

/** Days since 1970-01-01. Refuses what is no day of the calendar. */
function dayNumber(field: string, text: string): number {
  const ms = DATE.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN;
  // 2026-02-30 is read as the 2nd of March by some engines, and refused by others.
  if (Number.isNaN(ms) || dateOf(ms / DAY_MS) !== text) refuse(field, `${field} must be a date, YYYY-MM-DD`);
  return ms / DAY_MS;
}

/** A date of the calendar as it was given. Throws Problem. */
export function checkDate(field: string, text: string): string {
  return dateOf(dayNumber(field, text));
}

/** The date of a day since 1970-01-01. */
function dateOf(day: number): string {
  return new Date(day * DAY_MS).toISOString().slice(0, 10);
}

/** A time zone in the writing of the database of zones. Throws Problem. */
export function checkZone(name: string): string {
  if (!ZONE_NAME.test(name)) refuse("time_zone", "time_zone must be a name of the IANA time zone database");
  try {
    // Its own writing of the name: the database wants it exactly.
    return new Intl.DateTimeFormat("en", { timeZone: name }).resolvedOptions().timeZone;
  } catch {
    return refuse("time_zone", "time_zone must be a name of the IANA time zone database");
  }
}

function todayIn(timeZone: string, nowMs: number): number {
  // Sweden writes dates as ISO 8601 does.
  const text = new Intl.DateTimeFormat("sv-SE", { timeZone, dateStyle: "short" }).format(nowMs);
  return Date.parse(`${text}T00:00:00Z`) / DAY_MS;
}

/** The oldest day that a policy keeps: so many years before today. */
function retentionStart(policy: string, today: number): number {
  const [, years] =
    RETENTION.exec(policy) ?? refuse("retention_policy", "retention_policy must be 1_years to 10_years");
  const date = new Date(today * DAY_MS);
  date.setUTCFullYear(date.getUTCFullYear() - Number(years));
  return date.getTime() / DAY_MS;
}

/** Settles a range. Without dates: the last 30 days, or all that the retention policy keeps. Throws Problem. */
export function settleRange(request: DateRangeRequest, nowMs: number): DateRange {
  const timeZone = checkZone(request.timeZone ?? "UTC");
  const today = todayIn(timeZone, nowMs);
  const kept = request.retentionPolicy === undefined ? undefined : retentionStart(request.retentionPolicy, today);
  const end = request.endDate === undefined ? today : dayNumber("end_date", request.endDate);
  const start =
    request.startDate === undefined ? (kept ?? end - (DAYS_DEFAULT - 1)) : dayNumber("start_date", request.startDate);
  if (start > end) refuse("end_date", "end_date must not be before start_date");
  if (end - start >= RANGE_DAYS_MAX) refuse("start_date", `a range has at most ${RANGE_DAYS_MAX} days`);
  if (kept !== undefined && end < kept) refuse("end_date", "end_date is older than what the retention policy keeps");
  return { startDate: dateOf(Math.max(start, kept ?? start)), endDate: dateOf(end), timeZone };
}

/** How many days a range has. */
export function daysOf({ startDate, endDate }: DateRange): number {
  return (Date.parse(endDate) - Date.parse(startDate)) / DAY_MS + 1;
}

/** Days of which an end may be open. */
export interface OpenRange extends Omit<DateRange, "startDate" | "endDate"> {
  readonly startDate?: string | undefined;
  readonly endDate?: string | undefined;
}

/** Instants between which the days of a range lie in every time zone: for the index; the dates themselves decide. */
export function instantsAround({ startDate, endDate }: OpenRange): { from?: string; to?: string } {
  const shifted = (date: string, days: number) => new Date(Date.parse(date) + days * DAY_MS).toISOString();
  return {
    ...(startDate === undefined ? {} : { from: shifted(startDate, -1) }),
    ...(endDate === undefined ? {} : { to: shifted(endDate, 2) }),
  };
}
