// Work that is due at a time: rows of a table with `next_at`. Whoever takes one has a lease on it, so that several gateways
// share the work and none of it is done by two; a lease that ends frees what a gateway that died had taken.

import { newId } from "../ids.ts";
import type { Database } from "../sql/database.ts";
import { Repeated } from "./repeated.ts";

/** A row that was taken. Whoever changes it names the lease, and has lost it when nothing is changed. */
export interface Lease {
  readonly id: string;
  readonly token: string;
}

export interface DueRowsOptions {
  readonly database: Database;
  /** Has `id text`, `next_at`, `lease_until` (`timestamptz`) and `lease_token text`. Rows without `next_at` rest. */
  readonly table: string;
  readonly now: () => Date;
  /** Does what is due, and says when the row is due again: `next_at`, undefined for never. */
  readonly work: (lease: Lease) => Promise<Date | undefined>;
  /** What `work` rejects with; the row is due again a minute later. */
  readonly onError: (error: unknown) => void;
}

/** Longer than any piece of work takes. */
const LEASE_MS = 120_000;
const RETRY_MS = 60_000;
const TICK_MS = 1_000;

export class DueRows {
  readonly #options: DueRowsOptions;
  readonly #repeated: Repeated;
  #isStopped = false;

  constructor(options: DueRowsOptions) {
    this.#options = options;
    this.#repeated = new Repeated({ work: () => this.tick(), pauseMs: TICK_MS, onError: options.onError });
  }

  /** Looks for work once a second. */
  start(): void {
    this.#repeated.start();
  }

  /** Resolves when nothing is being done any more. */
  stop(): Promise<void> {
    this.#isStopped = true;
    return this.#repeated.stop();
  }

  /** Does all that is due now, the longest overdue first, until nothing is: a row that is behind catches up. */
  async tick(): Promise<void> {
    const start = this.#options.now();
    while (!this.#isStopped) {
      const lease = await this.#take(start);
      if (lease === undefined) return;
      await this.#do(lease);
    }
  }

  async #take(start: Date): Promise<Lease | undefined> {
    const { database, table, now } = this.#options;
    const token = newId("lease");
    const until = new Date(now().getTime() + LEASE_MS);
    const [row] = await database.query<{ id: string }>(
      `update ${table} set lease_until = $1::timestamptz, lease_token = $2
       where id = (
         select id from ${table}
         where next_at <= $3::timestamptz and (lease_until is null or lease_until <= $3::timestamptz)
         order by next_at limit 1 for update skip locked
       ) returning id`,
      [until.toISOString(), token, start.toISOString()],
    );
    return row === undefined ? undefined : { id: row.id, token };
  }

  async #do(lease: Lease): Promise<void> {
    const { database, table, now, work, onError } = this.#options;
    let next: Date | undefined;
    try {
      next = await work(lease);
    } catch (error) {
      onError(error);
      next = new Date(now().getTime() + RETRY_MS);
    }
    await database.query(
      `update ${table} set next_at = $3::timestamptz, lease_until = null, lease_token = null
       where id = $1 and lease_token = $2`,
      [lease.id, lease.token, next?.toISOString() ?? null],
    );
  }
}
