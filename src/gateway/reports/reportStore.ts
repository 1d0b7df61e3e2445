// Reports in the database: made by clients, taken up by one worker at a time under a lease, finished, expired, deleted.

import { Problem } from "../http/problem.ts";
import { newId } from "../ids.ts";
import type { Database, Sql } from "../sql/database.ts";
import type { ReportBody, ReportFormat } from "./reportRequest.ts";
import type { Prepared } from "./reportSource.ts";

/** Where a report stands. Its file is there while it is COMPLETED. */
export type ReportState = "QUEUED" | "RUNNING" | "COMPLETED" | "FAILED" | "EXPIRED";

/** Reports of a merchant that are not finished yet, at most. */
export const OPEN_MAX = 10;
const RETRY_AFTER_SECONDS = 10;
/** How often a report is tried. */
export const ATTEMPTS_MAX = 3;
const RETRY_MS = 5_000;
/** How long a file is kept, and how long one is told that there was a report. */
export const FILE_DAYS = 7;
const RECORD_DAYS = 90;
const DAY_MS = 86_400_000;

/** A report as the database has it. Keys and counts are read as text. */
export interface ReportRecord {
  readonly id: string;
  readonly merchant: string;
  readonly request: ReportBody;
  readonly format: ReportFormat;
  readonly state: ReportState;
  readonly attempts: number;
  readonly rows_total: string | null;
  readonly last_key: string | null;
  readonly done_key: string;
  readonly rows_done: string;
  readonly file_bytes: string;
  readonly created_at: string;
  readonly finished_at: string | null;
  readonly expires_at: string | null;
}

/** How far a file is written. */
export interface Checkpoint {
  readonly doneKey: bigint;
  readonly rowsDone: bigint;
  readonly fileBytes: number;
}

/** The report was deleted, or another worker has taken it up. */
export class LeaseLostError extends Error {
  readonly code = "lease_lost";

  constructor(id: string) {
    super(`${id} is no longer ours`);
    this.name = "LeaseLostError";
  }
}

/** Of several workers, who; and for how long a lease is. */
export interface Lease {
  readonly owner: string;
  readonly ms: number;
}

const isoOf = (ms: number) => new Date(ms).toISOString();

export class ReportStore {
  readonly #database: Database;
  readonly #nowMs: () => number;

  constructor(database: Database, nowMs: () => number) {
    this.#database = database;
    this.#nowMs = nowMs;
  }

  #now(afterMs = 0): string {
    return isoOf(this.#nowMs() + afterMs);
  }

  /** Puts a report on the list. Throws Problem `rate_limited` when the merchant has too many that are not finished. */
  async create(merchant: string, request: ReportBody, format: ReportFormat): Promise<ReportRecord> {
    const [record] = await this.#database.query<ReportRecord>(
      `insert into reports (id, merchant, request, format, state, not_before, created_at)
       select $1, $2, $3::jsonb, $4, 'QUEUED', $5::timestamptz, $5::timestamptz
       where (select count(*) from reports where merchant = $2 and state in ('QUEUED', 'RUNNING')) < $6
       returning *`,
      [newId("rpt"), merchant, JSON.stringify(request), format, this.#now(), OPEN_MAX],
    );
    if (record !== undefined) return record;
    const detail = `${OPEN_MAX} reports are not finished yet`;
    throw new Problem("rate_limited", { detail, retryAfterSeconds: RETRY_AFTER_SECONDS });
  }

  /** A report of a merchant. Throws Problem `not_found`. */
  async require(merchant: string, id: string): Promise<ReportRecord> {
    const record = await this.find(id);
    if (record?.merchant === merchant) return record;
    throw new Problem("not_found", "there is no such report");
  }

  async find(id: string): Promise<ReportRecord | undefined> {
    const [record] = await this.#database.query<ReportRecord>("select * from reports where id = $1", [id]);
    return record;
  }

  /** Forgets a report; whoever writes it notices, and its file goes with the next sweep. */
  async delete(merchant: string, id: string): Promise<void> {
    await this.require(merchant, id);
    await this.#database.query("delete from reports where id = $1 and merchant = $2", [id, merchant]);
  }

  /** Takes up the report that waits longest: a new one, or one whose worker is gone. */
  async claim({ owner, ms }: Lease): Promise<ReportRecord | undefined> {
    const [record] = await this.#database.query<ReportRecord>(
      `update reports set state = 'RUNNING', lease_owner = $1, lease_until = $2::timestamptz, attempts = attempts + 1
       where id = (
         select id from reports
         where (state = 'QUEUED' and not_before <= $3::timestamptz) or (state = 'RUNNING' and lease_until <= $3::timestamptz)
         order by created_at, id limit 1 for update skip locked)
       returning *`,
      [owner, this.#now(ms), this.#now()],
    );
    return record;
  }

  /** Changes a report that is ours. Throws LeaseLostError. */
  async #change(sql: Sql, id: string, owner: string, set: string, values: readonly (string | number | null)[]) {
    const rows = await sql.query(
      `update reports set ${set} where id = $1 and lease_owner = $2 and state = 'RUNNING' returning id`,
      [id, owner, ...values],
    );
    if (rows.length === 0) throw new LeaseLostError(id);
  }

  /** Goes on holding the lease. */
  extend(id: string, { owner, ms }: Lease): Promise<void> {
    return this.#change(this.#database, id, owner, "lease_until = $3::timestamptz", [this.#now(ms)]);
  }

  /** Runs `prepare` and notes what it found, in one transaction. */
  prepare(id: string, { owner }: Lease, prepare: (sql: Sql) => Promise<Prepared>): Promise<Prepared> {
    return this.#database.transaction(async (sql) => {
      const prepared = await prepare(sql);
      const { rowsTotal, lastKey } = prepared;
      await this.#change(sql, id, owner, "rows_total = $3::bigint, last_key = $4::bigint", [
        rowsTotal.toString(),
        lastKey.toString(),
      ]);
      return prepared;
    });
  }

  /** Notes how far the file is. What stands in it behind that is written again after a restart. */
  checkpoint(id: string, { owner, ms }: Lease, { doneKey, rowsDone, fileBytes }: Checkpoint): Promise<void> {
    return this.#change(
      this.#database,
      id,
      owner,
      "done_key = $3::bigint, rows_done = $4::bigint, file_bytes = $5::bigint, lease_until = $6::timestamptz",
      [doneKey.toString(), rowsDone.toString(), fileBytes, this.#now(ms)],
    );
  }

  complete(id: string, { owner }: Lease, fileBytes: number): Promise<void> {
    return this.#database.transaction(async (sql) => {
      const set = `state = 'COMPLETED', file_bytes = $3::bigint, finished_at = $4::timestamptz, expires_at = $5::timestamptz`;
      await this.#change(sql, id, owner, set, [fileBytes, this.#now(), this.#now(FILE_DAYS * DAY_MS)]);
      await sql.query("delete from report_rows where report_id = $1", [id]);
    });
  }

  /** Another try, later; after the last one the report has failed. */
  async fail({ id, attempts }: ReportRecord, { owner }: Lease): Promise<void> {
    if (attempts < ATTEMPTS_MAX) {
      const notBefore = this.#now(RETRY_MS * attempts);
      await this.#change(this.#database, id, owner, "state = 'QUEUED', not_before = $3::timestamptz", [notBefore]);
      return;
    }
    await this.#database.transaction(async (sql) => {
      await this.#change(sql, id, owner, "state = 'FAILED', finished_at = $3::timestamptz", [this.#now()]);
      await sql.query("delete from report_rows where report_id = $1", [id]);
    });
  }

  /** Gives a report back unfinished: somebody else, or this one after a restart, goes on at once. */
  async release(id: string, { owner }: Lease): Promise<void> {
    const set = "state = 'QUEUED', not_before = $3::timestamptz, attempts = attempts - 1";
    await this.#change(this.#database, id, owner, set, [this.#now()]);
  }

  /** Ends what is too old. */
  async expire(): Promise<void> {
    await this.#database.query(
      "update reports set state = 'EXPIRED' where state = 'COMPLETED' and expires_at <= $1::timestamptz",
      [this.#now()],
    );
    await this.#database.query(
      "delete from reports where state in ('FAILED', 'EXPIRED') and finished_at <= $1::timestamptz",
      [this.#now(-RECORD_DAYS * DAY_MS)],
    );
  }

  /** Which of these reports have a file, or will have one. */
  async withFiles(ids: readonly string[]): Promise<ReadonlySet<string>> {
    const rows = await this.#database.query<{ id: string }>(
      "select id from reports where id = any($1) and state in ('QUEUED', 'RUNNING', 'COMPLETED')",
      [ids],
    );
    return new Set(rows.map(({ id }) => id));
  }

  /** What download links are signed with; `fresh` the first time. */
  async secret(fresh: Uint8Array): Promise<Uint8Array> {
    await this.#database.query("insert into report_secret (secret) values ($1) on conflict do nothing", [fresh]);
    const [row] = await this.#database.query<{ secret: Uint8Array }>("select secret from report_secret");
    if (row === undefined) throw new Error("the secret was just written");
    return new Uint8Array(row.secret);
  }
}
