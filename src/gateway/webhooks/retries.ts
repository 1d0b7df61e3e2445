// When a delivery is tried again.

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/**
 * The longest wait before each further try; the real one is anything between nothing and this, evenly at random (full
 * jitter), so that what failed together does not come back together. Three days in the mean, six at most.
 */
export const RETRY_WAITS_MS: readonly number[] = [
  ...[10 * SECOND, MINUTE, 5 * MINUTE, 15 * MINUTE, HOUR, 3 * HOUR, 6 * HOUR, 12 * HOUR],
  ...[24 * HOUR, 24 * HOUR, 24 * HOUR, 24 * HOUR, 24 * HOUR],
];

/** What a receiver asks for by `Retry-After` counts up to this. */
export const RETRY_AFTER_MAX_MS = 24 * HOUR;

/** Milliseconds that `Retry-After` asks for, in seconds or as a date; undefined when it says nothing. */
export function retryAfterMs(value: string | undefined, nowMs: number): number | undefined {
  if (value === undefined) return undefined;
  const text = value.trim();
  const ms = /^[0-9]{1,9}$/.test(text) ? Number(text) * SECOND : Date.parse(text) - nowMs;
  return Number.isNaN(ms) ? undefined : Math.min(Math.max(ms, 0), RETRY_AFTER_MAX_MS);
}

/** What decides on the next try. `random` is in [0, 1). */
export interface RetryInput {
  readonly askedMs: number | undefined;
  readonly random: number;
  readonly waitsMs: readonly number[];
}

/** How long to wait after the `tries`th try failed; undefined when that was the last. */
export function nextWaitMs(tries: number, { askedMs = 0, random, waitsMs }: RetryInput): number | undefined {
  const longest = waitsMs[tries - 1];
  return longest === undefined ? undefined : Math.max(Math.floor(random * longest), askedMs);
}
