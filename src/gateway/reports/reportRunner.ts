// Writes reports: a few at a time, each by one worker under a lease, page by page into a file. After a kill the next worker
// cuts the file to what the database knows of it, and goes on behind that.

import { type FileHandle, mkdir, open, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { newId } from "../ids.ts";
import type { Database } from "../sql/database.ts";
import { settleReport } from "./reportRequest.ts";
import { openSource, type ReportSource } from "./reportSource.ts";
import { type Checkpoint, type Lease, LeaseLostError, type ReportRecord, type ReportStore } from "./reportStore.ts";
import { ROW_FORMATS } from "./rowFormats.ts";

/** Rows that are in memory at a time. */
export const PAGE_ROWS = 1_000;
const CONCURRENCY = 2;
const LEASE_MS = 30_000;
/** The list is looked at this often, beside when something was put on it. */
const POLL_MS = 5_000;
const SWEEP_MS = 60_000;

/** What a runner needs. */
export interface ReportRunnerParts {
  readonly database: Database;
  readonly store: ReportStore;
  /** Where files go; made when it is not there. Gateways of one database share it. */
  readonly folder: string;
  /** Hears of failures that another try may mend, or that nobody waits for. */
  readonly onFailure: (error: unknown) => void;
  readonly leaseMs?: number | undefined;
  /** Called after each page, before the next one is read. */
  readonly onPage?: ((id: string) => void | Promise<void>) | undefined;
}

/** The file of a report. */
export function reportFile(folder: string, { id, format }: Pick<ReportRecord, "id" | "format">): string {
  return join(folder, `${id}.${format}`);
}

export class ReportRunner {
  readonly #parts: ReportRunnerParts;
  readonly #lease: Lease;
  readonly #running = new Set<Promise<void>>();
  #timers: NodeJS.Timeout[] = [];
  #isStopped = false;
  #isClaiming = false;
  #isPoked = false;
  #sweeping: Promise<void> = Promise.resolve();

  constructor(parts: ReportRunnerParts) {
    this.#parts = parts;
    this.#lease = { owner: newId("wrk"), ms: parts.leaseMs ?? LEASE_MS };
  }

  async start(): Promise<void> {
    await mkdir(this.#parts.folder, { recursive: true });
    this.#timers = [setInterval(() => this.poke(), POLL_MS), setInterval(() => void this.sweep(), SWEEP_MS)];
    await this.sweep();
    this.poke();
  }

  /** Stops at the next page. What is unfinished is given back. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    for (const timer of this.#timers) clearInterval(timer);
    await Promise.all([...this.#running, this.#sweeping]);
  }

  /** There may be something to do. */
  poke(): void {
    this.#isPoked = true;
    if (this.#isClaiming) return;
    this.#isClaiming = true;
    const claiming = this.#claimAll()
      .catch(this.#parts.onFailure)
      .finally(() => {
        this.#isClaiming = false;
        this.#running.delete(claiming);
      });
    this.#running.add(claiming);
  }

  /** Resolves when nothing runs. */
  async idle(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running);
  }

  async #claimAll(): Promise<void> {
    while (this.#isPoked && !this.#isStopped) {
      this.#isPoked = false;
      // This claiming is one of those that run.
      while (this.#running.size <= CONCURRENCY && !this.#isStopped) {
        const record = await this.#parts.store.claim(this.#lease);
        if (record === undefined) break;
        const work = this.#run(record).finally(() => {
          this.#running.delete(work);
          this.poke();
        });
        this.#running.add(work);
      }
    }
  }

  /** Never rejects. */
  async #run(record: ReportRecord): Promise<void> {
    const { store, onFailure } = this.#parts;
    const beat = setInterval(() => {
      // Whoever lost the lease hears it from the next checkpoint.
      store.extend(record.id, this.#lease).catch(() => undefined);
    }, this.#lease.ms / 3);
    try {
      const isDone = await this.#write(record);
      if (!isDone) await store.release(record.id, this.#lease);
    } catch (error) {
      if (error instanceof LeaseLostError) return;
      onFailure(error);
      await store.fail(record, this.#lease).catch(onFailure);
    } finally {
      clearInterval(beat);
    }
  }

  /** Whether it came to the end. */
  async #write(record: ReportRecord): Promise<boolean> {
    const { database, store, folder, onPage } = this.#parts;
    const source = openSource(settleReport(record.merchant, record.request), record.id);
    const known = record.last_key;
    const lastKey =
      known === null
        ? (await store.prepare(record.id, this.#lease, (sql) => source.prepare(sql))).lastKey
        : BigInt(known);
    const file = await ReportFile.open(reportFile(folder, record), record, source);
    try {
      while (!this.#isStopped) {
        const rows = await source.page(database, file.at.doneKey, lastKey, PAGE_ROWS);
        if (rows.length === 0) {
          await file.finish();
          await store.complete(record.id, this.#lease, file.at.fileBytes);
          return true;
        }
        await file.add(rows);
        await store.checkpoint(record.id, this.#lease, file.at);
        await onPage?.(record.id);
      }
      return false;
    } finally {
      await file.close();
    }
  }

  /** Ends what is too old, and removes the files that belong to nothing. Never rejects. */
  sweep(): Promise<void> {
    this.#sweeping = this.#sweep().catch(this.#parts.onFailure);
    return this.#sweeping;
  }

  async #sweep(): Promise<void> {
    const { store, folder } = this.#parts;
    await store.expire();
    const files = (await readdir(folder)).filter((name) => name.startsWith("rpt_"));
    const idOf = (name: string) => name.slice(0, name.indexOf("."));
    const kept = await store.withFiles(files.map(idOf));
    for (const name of files) if (!kept.has(idOf(name))) await rm(join(folder, name), { force: true });
  }
}

/** A report's file while it is written. */
class ReportFile {
  readonly #handle: FileHandle;
  readonly #record: ReportRecord;
  readonly #columns: readonly string[];
  #at: Checkpoint;

  private constructor(handle: FileHandle, record: ReportRecord, columns: readonly string[], at: Checkpoint) {
    this.#handle = handle;
    this.#record = record;
    this.#columns = columns;
    this.#at = at;
  }

  /** Opens the file where it stood; from its beginning when it is not there, or shorter than it was said to be. */
  static async open(path: string, record: ReportRecord, { columns }: ReportSource): Promise<ReportFile> {
    const handle = await open(path, "a+");
    const { size } = await handle.stat();
    const known = {
      doneKey: BigInt(record.done_key),
      rowsDone: BigInt(record.rows_done),
      fileBytes: Number(record.file_bytes),
    };
    const at = known.fileBytes > 0 && size >= known.fileBytes ? known : { doneKey: 0n, rowsDone: 0n, fileBytes: 0 };
    await handle.truncate(at.fileBytes);
    const file = new ReportFile(handle, record, columns, at);
    if (at.fileBytes === 0) await file.#append(ROW_FORMATS[record.format].head(columns));
    return file;
  }

  get at(): Checkpoint {
    return this.#at;
  }

  async #append(text: string): Promise<void> {
    const bytes = Buffer.from(text, "utf8");
    await this.#handle.appendFile(bytes);
    this.#at = { ...this.#at, fileBytes: this.#at.fileBytes + bytes.length };
  }

  /** Adds a page of rows. */
  async add(rows: readonly { readonly key: bigint; readonly cells: readonly (number | string | null)[] }[]) {
    const isFirst = this.#at.rowsDone === 0n;
    const cells = rows.map((row) => row.cells);
    await this.#append(ROW_FORMATS[this.#record.format].rows(this.#columns, cells, isFirst));
    const doneKey = rows.at(-1)?.key ?? this.#at.doneKey;
    this.#at = { ...this.#at, doneKey, rowsDone: this.#at.rowsDone + BigInt(rows.length) };
  }

  /** Writes the end, down to the disk. */
  async finish(): Promise<void> {
    await this.#append(ROW_FORMATS[this.#record.format].tail);
    await this.#handle.sync();
  }

  close(): Promise<void> {
    return this.#handle.close();
  }
}
