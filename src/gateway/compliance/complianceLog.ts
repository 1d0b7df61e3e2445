// The log of what was done with personal data by right of the person concerned. Entries are only ever added.

import { newId } from "../ids.ts";
import { decodeCursor, encodeCursor } from "../readModel/cursor.ts";
import type { Sql } from "../sql/database.ts";
import { rfc3339 } from "../sql/times.ts";

/** An entry, as it is written. */
export interface NewLogEntry {
  readonly at: Date;
  readonly merchant: string;
  readonly apiKeyId: string;
  readonly action: "export" | "delete";
  readonly customerId: string;
  /** How many records were in the export, or became unreadable. */
  readonly records: number;
}

/** An entry, as it is shown. */
export interface LogEntry {
  readonly id: string;
  readonly at: string;
  readonly api_key_id: string;
  readonly action: "export" | "delete";
  readonly customer_id: string;
  readonly records: number;
}

const SORT = "-position";

/** Writes an entry; gives its id. */
export async function logCompliance(sql: Sql, entry: NewLogEntry): Promise<string> {
  const id = newId("cpl");
  await sql.query(
    `insert into compliance_log (id, at, merchant, api_key_id, action, customer_id, records)
     values ($1, $2::timestamptz, $3, $4, $5, $6, $7)`,
    [id, entry.at.toISOString(), entry.merchant, entry.apiKeyId, entry.action, entry.customerId, entry.records],
  );
  return id;
}

/** One page, the newest first. Throws CursorError. */
export async function listComplianceLog(
  sql: Sql,
  { merchant, limit, cursor }: { merchant: string; limit: number; cursor?: string | undefined },
): Promise<{ readonly entries: readonly LogEntry[]; readonly nextCursor: string | undefined }> {
  const rows = await sql.query<LogEntry & { readonly position: string }>(
    `select id, ${rfc3339("at")}, api_key_id, action, customer_id, records::int as records, position
     from compliance_log where merchant = $1 and ($2::bigint is null or position < $2::bigint)
     order by position desc limit $3`,
    [merchant, cursor === undefined ? null : decodeCursor(cursor, SORT).position, limit + 1],
  );
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  const nextCursor =
    rows.length > limit && last !== undefined
      ? encodeCursor({ sort: SORT, value: "", position: last.position })
      : undefined;
  return { entries: page.map(({ position: _position, ...entry }) => entry), nextCursor };
}
