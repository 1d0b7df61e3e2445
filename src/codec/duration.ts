// google.protobuf.Duration and its text.

/** A span of time; both parts have the same sign. */
export interface Duration {
  readonly seconds: bigint;
  readonly nanos: number;
}

const NS_PER_SECOND = 1_000_000_000n;

/** Ten thousand years, what protobuf allows. */
const DURATION_SECONDS_MAX = 315_576_000_000n;

/** Throws a RangeError outside ten thousand years, or when the signs differ. */
export function durationToNs(duration: Duration): bigint {
  const { seconds, nanos } = duration;
  if (seconds > DURATION_SECONDS_MAX || seconds < -DURATION_SECONDS_MAX) {
    throw new RangeError(`duration seconds ${seconds} out of range`);
  }
  if (!Number.isInteger(nanos) || nanos <= -1_000_000_000 || nanos >= 1_000_000_000) {
    throw new RangeError(`duration nanos ${nanos} out of range`);
  }
  if ((seconds > 0n && nanos < 0) || (seconds < 0n && nanos > 0)) {
    throw new RangeError("signs of seconds and nanos do not match");
  }
  return seconds * NS_PER_SECOND + BigInt(nanos);
}

/** Nanoseconds as a duration. */
export function durationFromNs(ns: bigint): Duration {
  return { seconds: ns / NS_PER_SECOND, nanos: Number(ns % NS_PER_SECOND) };
}

/** `3600s`, `1.500s`: 0, 3, 6 or 9 decimals, as protobuf's JSON has it. Throws as `durationToNs`. */
export function formatDuration(duration: Duration): string {
  const ns = durationToNs(duration);
  const size = ns < 0n ? -ns : ns;
  return `${ns < 0n ? "-" : ""}${size / NS_PER_SECOND}${shortFraction(Number(size % NS_PER_SECOND))}s`;
}

let lastFraction = { nanos: 0, text: "" };

/**
 * The point and 3, 6 or 9 digits of 0..999999999 nanoseconds; the empty text for none. PERF: the last one is kept, since
 * all times of a block have its fraction.
 */
export function shortFraction(nanos: number): string {
  if (lastFraction.nanos === nanos) return lastFraction.text;
  const digits = nanos.toString().padStart(9, "0");
  const text = nanos === 0 ? "" : `.${digits.replace(/^(...)(?:000000|(...)000)$/, "$1$2")}`;
  lastFraction = { nanos, text };
  return text;
}

const DURATION = /^(-?)([0-9]{1,12})(?:\.([0-9]{1,9}))?s$/;

/** Parses seconds with up to nine decimals and an `s`. Throws a plain Error. */
export function parseDuration(text: string): Duration {
  const match = text.length <= 24 ? DURATION.exec(text) : null;
  if (match === null) throw new Error("invalid duration: expected seconds such as 3600s");
  const size = BigInt(match[2] ?? "0") * NS_PER_SECOND + BigInt((match[3] ?? "").padEnd(9, "0"));
  const duration = durationFromNs(match[1] === "-" ? -size : size);
  durationToNs(duration);
  return duration;
}
