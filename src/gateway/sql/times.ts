// Times as answers have them.

/** Selects a time column as RFC 3339 in UTC, milliseconds, under its own name. */
export function rfc3339(column: string, name = column): string {
  return `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as ${name}`;
}
