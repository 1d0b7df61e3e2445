// Cases: timestamps, nanoseconds and RFC 3339 text against JavaScript's own calendar; durations; refusals.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { durationFromNs, durationToNs, formatDuration, parseDuration } from "./duration.ts";
import {
  formatTimeNs,
  formatTimestamp,
  parseTimeNs,
  parseTimestamp,
  TIME_SECONDS_MAX,
  TIME_SECONDS_MIN,
  timestampFromNs,
  timestampToNs,
} from "./time.ts";

const seconds = fc.bigInt({ min: TIME_SECONDS_MIN, max: TIME_SECONDS_MAX });
const nanos = fc.integer({ min: 0, max: 999_999_999 });

describe("times", () => {
  test.each([
    ["1970-01-01T00:00:00Z", { seconds: 0n, nanos: 0 }],
    ["0001-01-01T00:00:00Z", { seconds: TIME_SECONDS_MIN, nanos: 0 }],
    ["9999-12-31T23:59:59.999999999Z", { seconds: TIME_SECONDS_MAX, nanos: 999_999_999 }],
    ["2000-02-29T00:00:00.1Z", { seconds: 951_782_400n, nanos: 100_000_000 }],
    ["1969-12-31T23:59:59.000000001Z", { seconds: -1n, nanos: 1 }],
  ])("default %s", (text, time) => {
    expect(formatTimestamp(time)).toBe(text);
    expect(parseTimestamp(text)).toEqual(time);
  });

  test("behavior: the calendar is JavaScript's", () => {
    fc.assert(
      fc.property(seconds, (time) => {
        const theirs = new Date(Number(time) * 1_000).toISOString().replace(".000Z", "Z");
        expect(formatTimestamp({ seconds: time, nanos: 0 })).toBe(theirs);
      }),
      { numRuns: 1_000 },
    );
  });

  test("behavior: times come back as they went", () => {
    fc.assert(
      fc.property(seconds, nanos, (s, n) => {
        const time = { seconds: s, nanos: n };
        expect(timestampFromNs(timestampToNs(time))).toEqual(time);
        expect(parseTimestamp(formatTimestamp(time))).toEqual(time);
        expect(parseTimeNs(formatTimeNs(timestampToNs(time)))).toBe(timestampToNs(time));
      }),
    );
  });

  test("behavior: an offset is taken off", () => {
    expect(parseTimestamp("2024-01-01T01:30:00+01:30")).toEqual(parseTimestamp("2024-01-01T00:00:00Z"));
    expect(parseTimestamp("2023-12-31T19:00:00-05:00")).toEqual(parseTimestamp("2024-01-01T00:00:00Z"));
  });

  test.each([
    "",
    "2024-01-01",
    "2024-01-01 00:00:00Z",
    "2024-01-01T00:00:00",
    "2024-1-1T00:00:00Z",
    "2023-02-29T00:00:00Z",
    "1900-02-29T00:00:00Z",
    "2024-13-01T00:00:00Z",
    "2024-00-01T00:00:00Z",
    "2024-01-00T00:00:00Z",
    "2024-01-01T24:00:00Z",
    "2024-01-01T00:60:00Z",
    "2024-01-01T00:00:60Z",
    "2024-01-01T00:00:00.Z",
    "2024-01-01T00:00:00.0000000001Z",
    "2024-01-01T00:00:00+24:00",
    "0000-12-31T00:00:00Z",
    "0001-01-01T00:00:00+00:01",
    "9999-12-31T23:59:59-00:01",
    `2024-01-01T00:00:00.${"0".repeat(1_000)}Z`,
  ])("error: %j", (text) => {
    expect(() => parseTimestamp(text)).toThrow();
  });

  test("error: outside the years 1 to 9999, or nanos outside a second", () => {
    expect(() => formatTimestamp({ seconds: TIME_SECONDS_MIN - 1n, nanos: 0 })).toThrow(RangeError);
    expect(() => timestampToNs({ seconds: TIME_SECONDS_MAX + 1n, nanos: 0 })).toThrow(RangeError);
    expect(() => timestampToNs({ seconds: 0n, nanos: -1 })).toThrow(RangeError);
    expect(() => timestampToNs({ seconds: 0n, nanos: 1_000_000_000 })).toThrow(RangeError);
    expect(() => timestampFromNs((TIME_SECONDS_MAX + 1n) * 1_000_000_000n)).toThrow(RangeError);
  });
});

describe("durations", () => {
  test.each([
    [0n, "0s"],
    [3_600_000_000_000n, "3600s"],
    [1_500_000_000n, "1.500s"],
    [1_000_001_000n, "1.000001s"],
    [1n, "0.000000001s"],
    [-1n, "-0.000000001s"],
    [-1_500_000_000n, "-1.500s"],
  ])("default %s ns", (ns, text) => {
    expect(formatDuration(durationFromNs(ns))).toBe(text);
    expect(durationToNs(parseDuration(text))).toBe(ns);
  });

  test("behavior: durations come back as they went", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(1n << 63n), max: 1n << 63n }), (ns) => {
        expect(durationToNs(durationFromNs(ns))).toBe(ns);
        expect(durationToNs(parseDuration(formatDuration(durationFromNs(ns))))).toBe(ns);
      }),
    );
  });

  test.each(["", "s", "1", "1 s", "1h", ".5s", "1.s", "1.0000000000s", "+1s", "--1s", "1e3s", "999999999999s"])(
    "error: %j",
    (text) => {
      expect(() => parseDuration(text)).toThrow();
    },
  );

  test("error: parts of different signs or out of range", () => {
    expect(() => durationToNs({ seconds: 1n, nanos: -1 })).toThrow("signs");
    expect(() => durationToNs({ seconds: -1n, nanos: 1 })).toThrow("signs");
    expect(() => durationToNs({ seconds: 0n, nanos: 1_000_000_000 })).toThrow(RangeError);
    expect(() => durationToNs({ seconds: 1n << 62n, nanos: 0 })).toThrow(RangeError);
  });
});
