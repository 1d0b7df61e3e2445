// A report of many rows needs no more memory than one of few: each is written by a process of its own, whose heap could not
// hold the large one. 200,000 rows; a million with REPORT_ROWS=1000000. On PostgreSQL, since PGlite would be measured with it.

import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Database } from "../sql/database.ts";
import { migrate } from "../sql/migrate.ts";
import { openPostgres } from "../sql/postgresDatabase.ts";
import { insertManyOrders } from "../testing/orderRows.ts";
import { type PostgresServer, postgresPrograms, startPostgres } from "../testing/postgresServer.ts";
import type { ReportType } from "./reportRequest.ts";

const ROWS = Number(process.env["REPORT_ROWS"] ?? "200000");
const FEW = 2_000;
const MIB = 1024 * 1024;
/** Garbage, and whatever a process has more of by chance; the rows as objects would be some 200 MiB. */
const TOLERANCE = 48 * MIB;
const HEAP_MIB = 64;
const TIMEOUT_MS = 600_000;
const SCRIPT = join(import.meta.dirname, "../testing/reportProcess.ts");

interface Measured {
  readonly state: string;
  readonly rows: number;
  readonly fileBytes: number;
  readonly rssMax: number;
}

describe.runIf(postgresPrograms() !== undefined)("memory of a report", () => {
  let server: PostgresServer;
  let database: Database;
  let folder: string;
  beforeAll(async () => {
    server = await startPostgres();
    database = await openPostgres(server.url);
    await migrate(database);
    folder = mkdtempSync(join(tmpdir(), "report-memory-"));
  });
  afterAll(async () => {
    await database?.close();
    server?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  async function measure(type: ReportType, rows: number): Promise<Measured> {
    await database.query("truncate orders, reports, report_rows");
    await insertManyOrders(database, rows);
    const args = [`--max-old-space-size=${HEAP_MIB}`, "--import", "tsx", SCRIPT, server.url, type, folder];
    const { stdout } = await promisify(execFile)(process.execPath, args);
    return JSON.parse(stdout) as Measured;
  }

  test.each<ReportType>(["orders", "order_performance"])(
    "default: %s",
    async (type) => {
      const few = await measure(type, FEW);
      const many = await measure(type, ROWS);
      console.log(`${type}: ${FEW} rows ${JSON.stringify(few)}, ${ROWS} rows ${JSON.stringify(many)}`);
      expect(few).toMatchObject({ state: "COMPLETED", rows: FEW });
      expect(many).toMatchObject({ state: "COMPLETED", rows: ROWS });
      expect(many.fileBytes).toBeGreaterThan(few.fileBytes * (ROWS / FEW / 2));
      expect(many.rssMax - few.rssMax).toBeLessThan(TOLERANCE);
    },
    TIMEOUT_MS,
  );
});
