// A process that writes one report from a PostgreSQL server's database. It says so at each page, and in the end as JSON what
// it wrote and what memory it took:
// `node --import tsx reportProcess.ts URL TYPE FOLDER`.

import type { ReportType } from "../reports/reportRequest.ts";
import { ReportRunner } from "../reports/reportRunner.ts";
import { ReportStore } from "../reports/reportStore.ts";
import { openPostgres } from "../sql/postgresDatabase.ts";
import { MERCHANT } from "./orderRows.ts";

const [, , url = "", type = "orders", folder = ""] = process.argv;
const database = await openPostgres(url);
const store = new ReportStore(database, Date.now);
const dimensions = type === "orders" ? ["customer_segment"] : ["customer_segment", "hour", "customer_id"];
const { id } = await store.create(MERCHANT, { type: type as ReportType, format: "csv", dimensions }, "csv");
let rssMax = 0;
const runner = new ReportRunner({
  database,
  store,
  folder,
  onFailure: (error) => {
    throw error;
  },
  onPage: () => {
    rssMax = Math.max(rssMax, process.memoryUsage.rss());
    console.log("page");
  },
});
await runner.start();
await runner.idle();
await runner.stop();
const { state, rows_done, file_bytes } = await store.require(MERCHANT, id);
await database.close();
console.log(JSON.stringify({ state, rows: Number(rows_done), fileBytes: Number(file_bytes), rssMax }));
