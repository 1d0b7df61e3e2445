// The paging flags of list queries.

import type { Command } from "commander";
import { CliError } from "../cliError.ts";
import type { Json } from "../output.ts";

/** Adds the paging flags that SDK command lines have. */
export function addPagingFlags(command: Command): void {
  command
    .option("--page-key <base64>", "key of the next page, from the last answer")
    .option("--page-offset <n>", "entries to leave out")
    .option("--page-limit <n>", "entries on a page (at most 1000)")
    .option("--page-count-total", "count all entries")
    .option("--page-reverse", "last entries first");
}

/** The PageRequest that the flags ask for; undefined when there are none. */
export function pageRequestJson(flags: Readonly<Record<string, unknown>>): Json | undefined {
  const page: { [key: string]: Json } = {};
  for (const name of ["Offset", "Limit"] as const) {
    const text = flags[`page${name}`];
    if (text === undefined) continue;
    if (!/^[0-9]{1,19}$/.test(String(text))) {
      throw new CliError("usage", `--page-${name.toLowerCase()}: expected a number`);
    }
    page[name.toLowerCase()] = String(text);
  }
  if (flags["pageKey"] !== undefined) page["key"] = String(flags["pageKey"]);
  if (flags["pageCountTotal"] === true) page["count_total"] = true;
  if (flags["pageReverse"] === true) page["reverse"] = true;
  return Object.keys(page).length === 0 ? undefined : page;
}
