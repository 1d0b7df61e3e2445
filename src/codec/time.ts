// Times: protobuf Timestamp, nanoseconds since 1970 as bigint, and RFC 3339 text as Go's time.RFC3339Nano writes it.
// The calendar is the proleptic Gregorian one, in UTC; Date is not used.

/** As ts-proto generates google.protobuf.Timestamp: nanos lies in 0..999999999 and always counts forward. */
export interface Timestamp {
  seconds: bigint;
  nanos: number;
}

const NS_PER_SECOND = 1_000_000_000n;

/** 0001-01-01T00:00:00Z, the zero time of Go and the first that protobuf allows. */
export const TIME_SECONDS_MIN = -62_135_596_800n;

/** 9999-12-31T23:59:59Z, the last second that protobuf allows. */
export const TIME_SECONDS_MAX = 253_402_300_799n;

/** Throws a RangeError when the seconds or the nanos are outside what protobuf allows. */
function requireTimestamp(time: Timestamp): void {
  if (time.seconds < TIME_SECONDS_MIN || time.seconds > TIME_SECONDS_MAX) {
    throw new RangeError(`timestamp seconds ${time.seconds} outside the years 1 to 9999`);
  }
  if (!Number.isInteger(time.nanos) || time.nanos < 0 || time.nanos > 999_999_999) {
    throw new RangeError(`timestamp nanos ${time.nanos} outside 0..999999999`);
  }
}

/** Nanoseconds since 1970; negative before. Throws a RangeError outside the years 1 to 9999. */
export function timestampToNs(time: Timestamp): bigint {
  requireTimestamp(time);
  return time.seconds * NS_PER_SECOND + BigInt(time.nanos);
}

let last: { readonly ns: bigint; readonly time: Timestamp } = { ns: 0n, time: { seconds: 0n, nanos: 0 } };

/** Throws a RangeError outside the years 1 to 9999. PERF: the last one is kept, since all of a block happens at one time. */
export function timestampFromNs(ns: bigint): Timestamp {
  if (last.ns !== ns) last = { ns, time: splitNs(ns) };
  return { seconds: last.time.seconds, nanos: last.time.nanos };
}

function splitNs(ns: bigint): Timestamp {
  const nanos = ((ns % NS_PER_SECOND) + NS_PER_SECOND) % NS_PER_SECOND;
  const time = { seconds: (ns - nanos) / NS_PER_SECOND, nanos: Number(nanos) };
  requireTimestamp(time);
  return time;
}

const SECONDS_PER_DAY = 86_400;

/** Days from 0000-03-01 to 1970-01-01. Years begin in March, so that the leap day is the last of its year. */
const DAYS_MARCH_0_TO_1970 = 719_468;

/** Days of 400 years, after which the calendar repeats. */
const DAYS_PER_ERA = 146_097;

/** Year, month 1..12 and day 1..31 of a day number since 1970 that is not before the year 1. */
function dayToDate(dayNumber: number): readonly [year: number, month: number, day: number] {
  const days = dayNumber + DAYS_MARCH_0_TO_1970;
  const era = Math.trunc(days / DAYS_PER_ERA);
  const dayOfEra = days - era * DAYS_PER_ERA;
  const leapDays = Math.trunc(dayOfEra / 1460) - Math.trunc(dayOfEra / 36_524) + Math.trunc(dayOfEra / 146_096);
  const yearOfEra = Math.trunc((dayOfEra - leapDays) / 365);
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.trunc(yearOfEra / 4) - Math.trunc(yearOfEra / 100));
  const marchMonth = Math.trunc((5 * dayOfYear + 2) / 153);
  const day = dayOfYear - Math.trunc((153 * marchMonth + 2) / 5) + 1;
  const month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9;
  return [era * 400 + yearOfEra + (month <= 2 ? 1 : 0), month, day];
}

/** Day number since 1970 of a date that is not before the year 1. */
function dateToDay(year: number, month: number, day: number): number {
  const marchYear = month <= 2 ? year - 1 : year;
  const era = Math.trunc(marchYear / 400);
  const yearOfEra = marchYear - era * 400;
  const dayOfYear = Math.trunc((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.trunc(yearOfEra / 4) - Math.trunc(yearOfEra / 100) + dayOfYear;
  return era * DAYS_PER_ERA + dayOfEra - DAYS_MARCH_0_TO_1970;
}

function pad(value: number, width: number): string {
  return value.toString().padStart(width, "0");
}

/** Seconds whose text is kept: a block's time and what follows from it stand in many events and headers. */
const KEPT_SECONDS_MAX = 256;
const secondTexts = new Map<number, string>();

/** `2024-01-02T03:04:05.6Z`: UTC, the fraction without trailing zeros (Go's RFC3339Nano). Throws as `timestampToNs`. */
export function formatTimestamp(time: Timestamp): string {
  const seconds = formatToSeconds(time);
  return time.nanos === 0 ? `${seconds}Z` : `${seconds}.${pad(time.nanos, 9).replace(/0+$/, "")}Z`;
}

/** `2024-01-02T03:04:05`, without the fraction. Throws as `timestampToNs`. PERF: kept, it costs a look-up instead of 1 us. */
export function formatToSeconds(time: Timestamp): string {
  requireTimestamp(time);
  const seconds = Number(time.seconds);
  const known = secondTexts.get(seconds);
  if (known !== undefined) return known;
  const text = formatSeconds(seconds);
  if (secondTexts.size >= KEPT_SECONDS_MAX) secondTexts.clear();
  secondTexts.set(seconds, text);
  return text;
}

function formatSeconds(seconds: number): string {
  const secondOfDay = ((seconds % SECONDS_PER_DAY) + SECONDS_PER_DAY) % SECONDS_PER_DAY;
  const [year, month, day] = dayToDate((seconds - secondOfDay) / SECONDS_PER_DAY);
  const hour = Math.trunc(secondOfDay / 3600);
  const minute = Math.trunc((secondOfDay % 3600) / 60);
  const clock = `${pad(hour, 2)}:${pad(minute, 2)}:${pad(secondOfDay % 60, 2)}`;
  return `${pad(year, 4)}-${pad(month, 2)}-${pad(day, 2)}T${clock}`;
}

const RFC3339 =
  /^([0-9]{4})-([0-9]{2})-([0-9]{2})T([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.([0-9]{1,9}))?(?:Z|([+-])([0-9]{2}):([0-9]{2}))$/;

const MONTH_DAYS: readonly number[] = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

function daysInMonth(year: number, month: number): number {
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return month === 2 && leap ? 29 : (MONTH_DAYS[month - 1] ?? 0);
}

/** Parses RFC 3339 with up to nine decimals, in UTC or with an offset; no leap seconds. Throws a plain Error. */
export function parseTimestamp(text: string): Timestamp {
  const match = text.length <= 40 ? RFC3339.exec(text) : null;
  if (match === null) throw new Error("invalid RFC 3339 time");
  const part = (index: number) => Number(match[index] ?? "0");
  const [year, month, day, hour, minute, second] = [part(1), part(2), part(3), part(4), part(5), part(6)];
  const dateOk = year >= 1 && month >= 1 && day >= 1 && day <= daysInMonth(year, month);
  const clockOk = hour < 24 && minute < 60 && second < 60 && part(9) < 24 && part(10) < 60;
  if (!dateOk || !clockOk) throw new Error("RFC 3339 time is out of range");
  const offset = (part(9) * 60 + part(10)) * 60 * (match[8] === "-" ? -1 : 1);
  const seconds = dateToDay(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second - offset;
  const time = { seconds: BigInt(seconds), nanos: Number((match[7] ?? "").padEnd(9, "0")) };
  requireTimestamp(time);
  return time;
}

/** `formatTimestamp` of nanoseconds since 1970. */
export function formatTimeNs(ns: bigint): string {
  return formatTimestamp(timestampFromNs(ns));
}

/** Nanoseconds since 1970 of an RFC 3339 text. */
export function parseTimeNs(text: string): bigint {
  return timestampToNs(parseTimestamp(text));
}
