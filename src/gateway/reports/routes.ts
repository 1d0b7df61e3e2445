// Reports over HTTP: ask for one, look at it, get a link, download, delete.

import { randomBytes } from "node:crypto";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import type { Readable } from "node:stream";
import send from "@fastify/send";
import { type Static, Type } from "typebox";
import { METRIC_NAMES } from "../analytics/metrics.ts";
import { Problem } from "../http/problem.ts";
import type { GatewayApp, RouteModule } from "../http/routeModule.ts";
import { Id, Time } from "../http/schemas.ts";
import { isLinkValid, makeLink } from "./downloadLink.ts";
import { DIMENSIONS_MAX, REPORT_FORMATS, REPORT_TYPES, type ReportBody, settleReport } from "./reportRequest.ts";
import { ReportRunner, reportFile } from "./reportRunner.ts";
import { FILE_DAYS, type ReportRecord, ReportStore } from "./reportStore.ts";
import { ROW_FORMATS } from "./rowFormats.ts";

const SECRET_BYTES = 32;
const PERCENT = 100n;

const Statuses = Type.Union([
  Type.String({ maxLength: 64 }),
  Type.Array(Type.String({ maxLength: 64 }), { maxItems: 16 }),
]);
const Bound = Type.String({ maxLength: 40, description: "A date, which is whole, or a time of RFC 3339. Included." });

const ReportBodySchema = Type.Object(
  {
    type: Type.Enum([...REPORT_TYPES], { description: "Groups with metrics, or a list of orders." }),
    filters: Type.Optional(
      Type.Object(
        {
          customer_id: Type.Optional(Type.String({ maxLength: 256 })),
          status: Type.Optional(Statuses),
          payment_status: Type.Optional(Statuses),
          source_chain: Type.Optional(Type.Integer({ minimum: 0, maximum: 4_294_967_295 })),
          created_after: Type.Optional(Bound),
          created_before: Type.Optional(Bound),
          amount_min: Type.Optional(Type.String({ maxLength: 21 })),
          amount_max: Type.Optional(Type.String({ maxLength: 21 })),
        },
        { additionalProperties: false },
      ),
    ),
    dimensions: Type.Optional(
      Type.Array(Type.String({ maxLength: 80 }), {
        maxItems: DIMENSIONS_MAX,
        examples: [["customer_segment", "product_category"]],
        description: "Columns of the read model, calendar periods, and `metadata.KEY`.",
      }),
    ),
    metrics: Type.Optional(
      Type.Array(Type.String({ maxLength: 64 }), { maxItems: 16, description: METRIC_NAMES.join(", ") }),
    ),
    time_zone: Type.Optional(Type.String({ maxLength: 64, description: "IANA name; default UTC." })),
    format: Type.Optional(Type.Enum([...REPORT_FORMATS], { default: "csv" })),
  },
  { additionalProperties: false },
);

const ReportSchema = Type.Object({
  id: Type.String(),
  type: Type.String(),
  format: Type.String(),
  status: Type.Enum(["QUEUED", "RUNNING", "COMPLETED", "FAILED", "EXPIRED"]),
  progress: Type.Integer({ minimum: 0, maximum: 100, description: "Percent of the rows." }),
  row_count: Type.Union([Type.Integer(), Type.Null()], { description: "Null until they are counted." }),
  file_bytes: Type.Union([Type.Integer(), Type.Null()], { description: "Null until the file is whole." }),
  created_at: Time,
  completed_at: Type.Union([Time, Type.Null()]),
  expires_at: Type.Union([Time, Type.Null()], { description: `The file is kept for ${FILE_DAYS} days.` }),
});

const LinkSchema = Type.Object({ url: Type.String(), expires_at: Time, file_name: Type.String() });

const Params = Type.Object({ report_id: Id });
const LinkQuery = Type.Object(
  {
    expires: Type.Integer({ minimum: 0, maximum: 99_999_999_999 }),
    signature: Type.String({ pattern: "^[A-Za-z0-9_-]{43}$" }),
  },
  { additionalProperties: false },
);

function isoOf(text: string): string {
  return new Date(text).toISOString();
}

function viewOf(record: ReportRecord): Static<typeof ReportSchema> {
  const isDone = record.state === "COMPLETED" || record.state === "EXPIRED";
  const total = record.rows_total === null ? undefined : BigInt(record.rows_total);
  const percent = total === undefined || total === 0n ? 0 : Number((BigInt(record.rows_done) * PERCENT) / total);
  return {
    id: record.id,
    type: record.request.type,
    format: record.format,
    status: record.state,
    // Orders that were made while they were counted may make it more.
    progress: isDone ? 100 : Math.min(percent, 99),
    row_count: isDone ? Number(record.rows_done) : total === undefined ? null : Number(total),
    file_bytes: isDone ? Number(record.file_bytes) : null,
    created_at: isoOf(record.created_at),
    completed_at: isDone && record.finished_at !== null ? isoOf(record.finished_at) : null,
    expires_at: record.expires_at === null ? null : isoOf(record.expires_at),
  };
}

/** Throws Problem where a report has no file to download. */
function requireFile(record: ReportRecord): void {
  if (record.state === "COMPLETED") return;
  if (record.state === "EXPIRED") throw new Problem("gone", "the file of this report was kept until it expired");
  if (record.state === "FAILED") throw new Problem("conflict", "this report could not be made");
  throw new Problem("conflict", { detail: "this report is not finished yet", retryAfterSeconds: 1 });
}

export const reportRoutes: RouteModule = (app, { database, folder, publicUrl }) => {
  const store = new ReportStore(database, Date.now);
  const temporary = join(tmpdir(), `stateset-gateway-${randomBytes(8).toString("hex")}`);
  const files = join(folder ?? temporary, "reports");
  const runner = new ReportRunner({
    database,
    store,
    folder: files,
    onFailure: (error) => app.log.error({ err: error }, "a report failed"),
  });
  app.addHook("onReady", () => runner.start());
  app.addHook("onClose", async () => {
    await runner.stop();
    if (folder === undefined) await rm(temporary, { recursive: true, force: true });
  });
  let secret: Promise<Uint8Array> | undefined;
  const links = {
    store,
    files,
    publicUrl,
    // Asked for again when it could not be read.
    secret: () => {
      secret ??= store.secret(randomBytes(SECRET_BYTES)).catch((error: unknown) => {
        secret = undefined;
        throw error;
      });
      return secret;
    },
  };
  addReportRoutes(app, store, runner);
  addDownloadRoutes(app, links);
};

const config = { scope: "reports:write" } as const;
const tags = ["reports"];

function addReportRoutes(app: GatewayApp, store: ReportStore, runner: ReportRunner): void {
  app.post(
    "/v1/reports",
    {
      config,
      schema: {
        operationId: "generateReport",
        tags,
        summary: "Ask for a report",
        body: ReportBodySchema,
        response: { 202: ReportSchema },
      },
    },
    async ({ apiKey, body }, reply) => {
      const request: ReportBody = body;
      const { format } = settleReport(apiKey.merchant, request);
      const record = await store.create(apiKey.merchant, request, format);
      runner.poke();
      return reply.code(202).header("location", `/v1/reports/${record.id}`).send(viewOf(record));
    },
  );
  app.get(
    "/v1/reports/:report_id",
    {
      config,
      schema: {
        operationId: "getReport",
        tags,
        summary: "Look at a report",
        params: Params,
        response: { 200: ReportSchema },
      },
    },
    async ({ apiKey, params }) => viewOf(await store.require(apiKey.merchant, params.report_id)),
  );
  app.delete(
    "/v1/reports/:report_id",
    {
      config,
      schema: {
        operationId: "deleteReport",
        tags,
        summary: "Delete a report and its file",
        params: Params,
        response: { 204: Type.Null() },
      },
    },
    async ({ apiKey, params }, reply) => {
      await store.delete(apiKey.merchant, params.report_id);
      await runner.sweep();
      return reply.code(204).send(null);
    },
  );
}

interface Links {
  readonly store: ReportStore;
  readonly files: string;
  readonly publicUrl: string;
  readonly secret: () => Promise<Uint8Array>;
}

function addDownloadRoutes(app: GatewayApp, { store, files, publicUrl, secret }: Links): void {
  app.get(
    "/v1/reports/:report_id/download",
    {
      config,
      schema: {
        operationId: "downloadReport",
        tags,
        summary: "Get a link to the file of a report, which needs no API key and ends soon",
        params: Params,
        response: { 200: LinkSchema },
      },
    },
    async ({ apiKey, params }) => {
      const record = await store.require(apiKey.merchant, params.report_id);
      requireFile(record);
      const { expires, signature } = makeLink(await secret(), record.id, Date.now());
      return {
        url: `${publicUrl}/v1/reports/${record.id}/file?expires=${expires}&signature=${signature}`,
        expires_at: new Date(expires * 1000).toISOString(),
        file_name: `${record.id}.${record.format}`,
      };
    },
  );
  app.get(
    "/v1/reports/:report_id/file",
    {
      schema: {
        operationId: "getReportFile",
        tags,
        summary: "Download the file of a report; ranges and ETag make it resumable",
        params: Params,
        querystring: LinkQuery,
        response: { 200: fileAnswer(), 206: fileAnswer(), 304: Type.Unsafe<Readable>({ type: "null" }) },
      },
    },
    async (request, reply) => {
      const { report_id: id } = request.params;
      if (!isLinkValid(await secret(), id, request.query, Date.now())) {
        throw new Problem("forbidden", "this link is not valid, or no longer");
      }
      const record = await store.find(id);
      if (record === undefined) throw new Problem("not_found", "there is no such report");
      requireFile(record);
      const path = reportFile(files, record);
      const sent = await send(request.raw, `/${basename(path)}`, { root: dirname(path), cacheControl: false });
      if (sent.type === "error") throw fileProblem(sent.statusCode);
      return reply
        .code(sent.statusCode as 200 | 206 | 304)
        .headers({
          ...sent.headers,
          "cache-control": "private, no-transform",
          "content-type": ROW_FORMATS[record.format].contentType,
          "content-disposition": `attachment; filename="${basename(path)}"`,
          "x-content-type-options": "nosniff",
        })
        .send(sent.stream);
    },
  );
}

function fileProblem(status: number): Problem {
  if (status === 416) return new Problem("invalid_request", { detail: "the file has no such range", field: "range" });
  return new Problem("gone", "the file of this report is no longer there");
}

/** Whatever the format of the file. */
function fileAnswer() {
  const schema = Type.Unsafe<Readable>({ type: "string", format: "binary" });
  const content = Object.values(ROW_FORMATS).map(({ contentType }) => [contentType.split(";")[0]!, { schema }]);
  return {
    description: "The file.",
    content: Object.fromEntries(content) as Record<string, { schema: typeof schema }>,
  };
}
