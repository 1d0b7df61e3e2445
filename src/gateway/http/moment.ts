// Moments as clients write them in query strings.

import { Type } from "typebox";
import { Problem } from "./problem.ts";

const PATTERN =
  /^[0-9]{4}-[0-9]{2}-[0-9]{2}([Tt][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,9})?)?([Zz]|[+-][0-9]{2}:[0-9]{2})?)?$/;

/** A day, or a time of it, with or without an offset. */
export const Moment = Type.String({
  pattern: PATTERN.source,
  description: "ISO 8601; UTC unless it says otherwise.",
  examples: ["2026-06-25", "2026-06-25T12:00:00Z"],
});

/** RFC 3339 in UTC with milliseconds; a day begins at midnight. Throws Problem `invalid_request`. */
export function parseMoment(text: string, field: string): string {
  const hasTime = /[Tt]/.test(text);
  const hasOffset = hasTime && /([Zz]|[+-][0-9]{2}:[0-9]{2})$/.test(text);
  const ms = PATTERN.test(text)
    ? Date.parse(`${text}${hasTime ? "" : "T00:00:00"}${hasOffset ? "" : "Z"}`)
    : Number.NaN;
  // JavaScript reads the 31st of February as a day of March.
  const isDay = !Number.isNaN(Date.parse(`${text.slice(0, 10)}T00:00:00Z`));
  const day = isDay ? new Date(`${text.slice(0, 10)}T00:00:00Z`).toISOString().slice(0, 10) : "";
  if (Number.isNaN(ms) || day !== text.slice(0, 10) || text.startsWith("0000")) {
    throw new Problem("invalid_request", { detail: "there is no such time", field });
  }
  return new Date(ms).toISOString();
}
