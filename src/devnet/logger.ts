// Structured logs: JSON lines by pino.

import { type Logger, pino } from "pino";

export type { Logger };

/** Levels, from silent to everything. */
export const LOG_LEVELS = ["silent", "fatal", "error", "warn", "info", "debug", "trace"] as const;

/** A logger to standard error, so that standard output stays the command's own. Throws on an unknown level. */
export function createLogger(level: string): Logger {
  if (!(LOG_LEVELS as readonly string[]).includes(level)) {
    throw new Error(`log level: expected one of ${LOG_LEVELS.join(", ")}, got ${level}`);
  }
  return pino(
    { level, base: null, timestamp: pino.stdTimeFunctions.isoTime },
    pino.destination({ dest: 2, sync: false }),
  );
}
