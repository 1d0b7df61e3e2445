// Rows as text: CSV, one JSON array, or a JSON object a line. Pages of rows make pieces that stand one after the other.

import { stringify } from "csv-stringify/sync";
import type { ReportFormat } from "./reportRequest.ts";
import type { Cell } from "./reportSource.ts";

/** How a file of a format is put together. */
export interface RowFormat {
  readonly contentType: string;
  /** What stands first. */
  head(columns: readonly string[]): string;
  /** A page of rows; `isFirst` when none stands before it. */
  rows(columns: readonly string[], rows: readonly (readonly Cell[])[], isFirst: boolean): string;
  /** What stands last. */
  readonly tail: string;
}

/**
 * Spreadsheets run what begins like a formula, and customers choose some of these texts: cells that begin with = + - @ tab
 * or carriage return get an apostrophe in front (OWASP, CSV injection).
 */
function csv(rows: readonly (readonly Cell[])[]): string {
  return stringify(rows as (readonly Cell[])[], { escape_formulas: true, record_delimiter: "windows" });
}

function objects(columns: readonly string[], rows: readonly (readonly Cell[])[]): readonly string[] {
  return rows.map((cells) => JSON.stringify(Object.fromEntries(columns.map((name, index) => [name, cells[index]]))));
}

export const ROW_FORMATS: Readonly<Record<ReportFormat, RowFormat>> = {
  csv: {
    contentType: "text/csv; charset=utf-8; header=present",
    head: (columns) => csv([columns]),
    rows: (_columns, rows) => csv(rows),
    tail: "",
  },
  json: {
    contentType: "application/json; charset=utf-8",
    head: () => "[\n",
    rows: (columns, rows, isFirst) =>
      rows.length === 0 ? "" : `${isFirst ? "" : ",\n"}${objects(columns, rows).join(",\n")}`,
    tail: "\n]\n",
  },
  ndjson: {
    contentType: "application/x-ndjson; charset=utf-8",
    head: () => "",
    rows: (columns, rows) =>
      objects(columns, rows)
        .map((line) => `${line}\n`)
        .join(""),
    tail: "",
  },
};
