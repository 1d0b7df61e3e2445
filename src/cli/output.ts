// How results reach the terminal: JSON for programs, aligned text for people.

import type { Command } from "commander";
import { CliError } from "./cliError.ts";

/** A value that JSON can carry. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** Options that every command has. */
export interface GlobalOptions {
  readonly home: string;
  readonly node: string;
  readonly chainId: string | undefined;
  readonly output: "json" | "text";
  readonly keyringBackend: string;
}

/** The global options as given on the command line, checked. */
export function globalOptions(command: Command): GlobalOptions {
  const given = command.optsWithGlobals<Record<string, string | undefined>>();
  const output = given["output"] ?? "text";
  if (output !== "json" && output !== "text")
    throw new CliError("usage", `--output: expected json or text, got ${output}`);
  return {
    home: given["home"] ?? "",
    node: given["node"] ?? "",
    chainId: given["chainId"],
    output,
    keyringBackend: given["keyringBackend"] ?? "test",
  };
}

function isRecord(value: Json): value is { readonly [key: string]: Json } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isScalar(value: Json): boolean {
  return typeof value !== "object" || value === null;
}

/** JSON as indented text: `key: value`, lists with dashes; what people read in SDK command lines. */
export function toText(value: Json, indent = ""): string {
  if (Array.isArray(value)) {
    if (value.length === 0) return `${indent}[]`;
    return value
      .map((item: Json) => {
        const text = toText(item, `${indent}  `);
        return `${indent}- ${text.slice(indent.length + 2)}`;
      })
      .join("\n");
  }
  if (isRecord(value)) {
    const entries = Object.entries(value);
    if (entries.length === 0) return `${indent}{}`;
    return entries
      .map(([key, item]) => {
        const empty = !isScalar(item) && Object.keys(item as object).length === 0;
        if (isScalar(item)) return `${indent}${key}: ${item === null ? "null" : String(item)}`;
        if (empty) return `${indent}${key}: ${Array.isArray(item) ? "[]" : "{}"}`;
        return `${indent}${key}:\n${toText(item, `${indent}  `)}`;
      })
      .join("\n");
  }
  return `${indent}${value === null ? "null" : String(value)}`;
}

/** Prints a result in the format that was asked for. */
export function print(options: { readonly output: "json" | "text" }, value: Json): void {
  console.log(options.output === "json" ? JSON.stringify(value) : toText(value));
}

/** Says what long work is doing, on standard error, at most once a second and on one line when that is a terminal. */
export function progressLine(label: string): (done: number, total: number) => void {
  let shownMs = 0;
  return (done, total) => {
    const nowMs = Date.now();
    if (nowMs - shownMs < 1000 && done !== total) return;
    shownMs = nowMs;
    const line = `${label}: ${done} of ${total}`;
    process.stderr.write(process.stderr.isTTY ? `\r\x1b[K${line}${done === total ? "\n" : ""}` : `${line}\n`);
  };
}
