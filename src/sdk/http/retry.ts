// Which failures are tried again, and after how long.

import { ApiConnectionError, ApiError } from "../errors.ts";

const BASE_DELAY_MS = 250;
const DELAY_MAX_MS = 8_000;
/** A gateway that asks for more patience than this is not waited for: its error goes to the caller at once. */
export const RETRY_AFTER_MAX_MS = 60_000;

const RETRYABLE_STATUS: ReadonlySet<number> = new Set([408, 429, 500, 502, 503, 504]);

/** Doubles with each retry, from BASE_DELAY_MS; somewhere in its upper half, so that clients do not come back as one. */
export function backoffMs(retry: number, random: () => number): number {
  const most = Math.min(DELAY_MAX_MS, BASE_DELAY_MS * 2 ** retry);
  return Math.round(most / 2 + (random() * most) / 2);
}

/** Milliseconds of a `Retry-After`: seconds, or a date. Undefined when there is none that can be read. */
export function retryAfterMs(value: string | null, nowMs: number): number | undefined {
  if (value === null) return undefined;
  if (/^[0-9]{1,9}$/.test(value.trim())) return Number(value) * 1_000;
  const at = Date.parse(value);
  return Number.isNaN(at) ? undefined : Math.max(0, at - nowMs);
}

/** Whether the same request may have another end when it is sent again. */
export function isRetryable(error: unknown): boolean {
  if (error instanceof ApiError) {
    return RETRYABLE_STATUS.has(error.status) && (error.retryAfterMs ?? 0) <= RETRY_AFTER_MAX_MS;
  }
  return error instanceof ApiConnectionError && error.code !== "timeout";
}

/** How long to wait before a retry: the gateway's wish, or longer. */
export function delayMs(error: unknown, retry: number, random: () => number): number {
  const wish = error instanceof ApiError ? (error.retryAfterMs ?? 0) : 0;
  return Math.max(wish, backoffMs(retry, random));
}
