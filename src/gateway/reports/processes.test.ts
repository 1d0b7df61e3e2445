// Reports that a process of its own writes, on PostgreSQL. Cases:
// - default: many rows need no more memory than few, in a heap that could not hold them. 200,000 rows; a million with
//   REPORT_ROWS=1000000. PGlite would be measured with it
// - behavior: a process that is killed in the middle; another one goes on, and the file is the same byte for byte

import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Database } from "../sql/database.ts";
import { migrate } from "../sql/migrate.ts";
import { openPostgres } from "../sql/postgresDatabase.ts";
import { insertManyOrders, MERCHANT } from "../testing/orderRows.ts";
import { type PostgresServer, postgresPrograms, startPostgres } from "../testing/postgresServer.ts";
import type { ReportType } from "./reportRequest.ts";
import { ReportRunner, reportFile } from "./reportRunner.ts";
import { type ReportRecord, ReportStore } from "./reportStore.ts";

const ROWS = Number(process.env["REPORT_ROWS"] ?? "200000");
const FEW = 2_000;
const KILLED_ROWS = 50_000;
const MIB = 1024 * 1024;
/** Garbage, and whatever a process has more of by chance; the rows as objects would be some 200 MiB. */
const TOLERANCE = 64 * MIB;
const HEAP_MIB = 64;
const TIMEOUT_MS = 600_000;
const SCRIPT = join(import.meta.dirname, "../testing/reportProcess.ts");

interface Measured {
  readonly state: string;
  readonly rows: number;
  readonly fileBytes: number;
  readonly rssMax: number;
}

describe.runIf(postgresPrograms() !== undefined)("a report", () => {
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

  const argsFor = (type: ReportType) => [
    "--max-semi-space-size=2",
    `--max-old-space-size=${HEAP_MIB}`,
    "--import",
    "tsx",
    SCRIPT,
    server.url,
    type,
    folder,
  ];

  async function measure(type: ReportType, rows: number): Promise<Measured> {
    await database.query("truncate orders, reports, report_rows");
    await insertManyOrders(database, rows);
    const { stdout } = await promisify(execFile)(process.execPath, argsFor(type));
    return JSON.parse(stdout.trimEnd().split("\n").at(-1) ?? "") as Measured;
  }

  test.each<ReportType>(["orders", "order_performance"])(
    "default: memory for %s",
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

  test("behavior: killed in the middle, it is taken up by another process", async () => {
    await database.query("truncate orders, reports, report_rows");
    await insertManyOrders(database, KILLED_ROWS);
    const child = spawn(process.execPath, argsFor("orders"), { stdio: ["ignore", "pipe", "inherit"] });
    for (let written = 0; written < 2; written += 1) await once(child.stdout, "data");
    child.kill("SIGKILL");
    await once(child, "exit");
    const [left] = await database.query<{ state: string; done: number }>(
      "select state, rows_done::int as done from reports",
    );
    expect(left?.state).toBe("RUNNING");
    expect(left?.done).toBeGreaterThan(0);
    expect(left?.done).toBeLessThan(KILLED_ROWS);
    // The lease of the dead ends.
    const store = new ReportStore(database, () => Date.now() + 60_000);
    await store.create(MERCHANT, { type: "orders", format: "csv", dimensions: ["customer_segment"] }, "csv");
    const failures: unknown[] = [];
    const runner = new ReportRunner({ database, store, folder, onFailure: (error) => failures.push(error) });
    await runner.start();
    await runner.idle();
    await runner.stop();
    expect(failures).toEqual([]);
    const done = await database.query<ReportRecord>("select * from reports order by created_at");
    expect(done.map(({ state }) => state)).toEqual(["COMPLETED", "COMPLETED"]);
    const [first, second] = done.map((record) => readFileSync(reportFile(folder, record), "utf8"));
    expect(first?.split("\r\n")).toHaveLength(KILLED_ROWS + 2);
    expect(first === second).toBe(true);
  });
});
