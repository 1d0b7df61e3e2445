// `client.analytics` and `client.reports`: what a merchant's orders add up to.

import type { Api, RequestOf, ResponseOf } from "../api/api.ts";
import { StateSetError } from "../errors.ts";
import { pollUntil } from "../http/poll.ts";
import type { CallOptions } from "../http/transport.ts";

export type Report = ResponseOf<"getReport">;
export type OrderAnalytics = ResponseOf<"queryOrderAnalytics">;

export class Analytics {
  readonly #api: Api;

  constructor(api: Api) {
    this.#api = api;
  }

  /** Adds up orders in groups. */
  orders(request: RequestOf<"getOrderAnalytics">["query"] = {}, options?: CallOptions): Promise<OrderAnalytics> {
    return this.#api.call("getOrderAnalytics", { query: request }, options);
  }
}

/** A report that came to no file. */
export class ReportError extends StateSetError {
  readonly report: Report;

  constructor(report: Report) {
    super("report_failed", `report ${report.id} is ${report.status}`);
    this.report = report;
  }
}

const PACE = { firstMs: 250, mostMs: 5_000 };
const WAIT_MS = 600_000;

export class Reports {
  readonly #api: Api;

  constructor(api: Api) {
    this.#api = api;
  }

  /** Asks for a report; it is made in the background. */
  generate(request: RequestOf<"generateReport">["body"], options?: CallOptions): Promise<Report> {
    return this.#api.call("generateReport", { body: request }, options);
  }

  get(id: string, options?: CallOptions): Promise<Report> {
    return this.#api.call("getReport", { params: { report_id: id } }, options);
  }

  /** Waits until a report is made. `timeout` is that of the waiting, ten minutes by default. Rejects with ReportError. */
  async wait(id: string, options: CallOptions = {}): Promise<Report> {
    const timed = { timeout: WAIT_MS, ...options };
    const report = await pollUntil(
      (call) => this.get(id, call),
      ({ status }) => status !== "QUEUED" && status !== "RUNNING",
      timed,
      PACE,
    );
    if (report.status !== "COMPLETED") throw new ReportError(report);
    return report;
  }

  /** Waits until a report is made; gives the URL of its file, which needs no API key and ends soon. */
  async download(id: string, options?: CallOptions): Promise<string> {
    await this.wait(id, options);
    return (await this.#api.call("downloadReport", { params: { report_id: id } }, options)).url;
  }

  /** Deletes a report and its file. */
  async delete(id: string, options?: CallOptions): Promise<void> {
    await this.#api.call("deleteReport", { params: { report_id: id } }, options);
  }
}
