// Command-line text to proto JSON, field by field, from the descriptors: what makes `tx` and `query` commands for every
// module without a line written for any of them (as cosmossdk.io/client/v2 autocli does).

import { readFileSync } from "node:fs";
import type { DescEnum, DescField, DescMessage } from "@bufbuild/protobuf";
import { parseCoins } from "../../codec/coins.ts";
import { CliError, orCliError } from "../cliError.ts";
import type { Json } from "../output.ts";

const COIN = "cosmos.base.v1beta1.Coin";
const PAGE_REQUEST = "cosmos.base.query.v1beta1.PageRequest";
const TIMESTAMP = "google.protobuf.Timestamp";
const DURATION = "google.protobuf.Duration";

const SCALAR_HINTS: Readonly<Record<number, string>> = {
  3: "integer",
  4: "integer",
  5: "integer",
  8: "true or false",
  9: "text",
  12: "bytes: base64, or hex after 0x",
  13: "integer",
};

/** Whether a field is the paging of a query, which has flags of its own. */
export function isPageRequest(field: DescField): boolean {
  return field.fieldKind === "message" && field.message.typeName === PAGE_REQUEST;
}

/** `fromAddress` and `from_address` → `from-address`. */
export function kebab(name: string): string {
  return name
    .replaceAll(/([a-z0-9])([A-Z])/g, "$1-$2")
    .replaceAll("_", "-")
    .toLowerCase();
}

function enumHint(desc: DescEnum): string {
  return desc.values.map((value) => value.name).join(" | ");
}

function messageHint(desc: DescMessage, isList: boolean): string {
  if (desc.typeName === COIN) return isList ? "coins, as in 5uusdc,3uatom" : "a coin, as in 5uusdc";
  if (desc.typeName === TIMESTAMP) return "time, as in 2026-01-31T12:00:00Z";
  if (desc.typeName === DURATION) return "duration, as in 3600s";
  return isList ? "JSON list, or @file.json" : "JSON object, or @file.json";
}

/** What a field takes, for the help. */
export function fieldHint(field: DescField): string {
  switch (field.fieldKind) {
    case "scalar":
      return SCALAR_HINTS[field.scalar] ?? "text";
    case "enum":
      return enumHint(field.enum);
    case "message":
      return messageHint(field.message, false);
    case "list":
      return field.listKind === "message" ? messageHint(field.message, true) : "comma-separated list";
    case "map":
      return "JSON object";
  }
}

/** JSON given as text, or as `@file.json`. Throws CliError `usage`. */
export function parseJson(name: string, text: string): Json {
  const json = text.startsWith("@") ? orCliError("usage", () => readFileSync(text.slice(1), "utf8"), name) : text;
  return orCliError("usage", () => JSON.parse(json), `${name}: not JSON`);
}

function parseBytes(name: string, text: string): string {
  if (!text.startsWith("0x")) return text;
  if (!/^0x([0-9a-fA-F]{2})*$/.test(text)) throw new CliError("usage", `${name}: malformed hex`);
  return Buffer.from(text.slice(2), "hex").toString("base64");
}

function parseScalar(name: string, scalar: number, text: string): Json {
  switch (SCALAR_HINTS[scalar]) {
    case "true or false":
      if (text === "true" || text === "false") return text === "true";
      throw new CliError("usage", `${name}: expected true or false, got ${text}`);
    case "integer":
      if (/^-?[0-9]{1,20}$/.test(text)) return text;
      throw new CliError("usage", `${name}: expected an integer, got ${text}`);
    case "text":
      return text;
    default:
      return parseBytes(name, text);
  }
}

function parseEnum(name: string, desc: DescEnum, text: string): Json {
  const found = desc.values.find((value) => value.name === text || String(value.number) === text);
  if (found === undefined) throw new CliError("usage", `${name}: expected one of ${enumHint(desc)}, got ${text}`);
  return found.name;
}

function coinsJson(name: string, text: string): { denom: string; amount: string }[] {
  const coins = orCliError("usage", () => parseCoins(text), name);
  return coins.map(({ denom, amount }) => ({ denom, amount: amount.toString() }));
}

function parseMessage(name: string, desc: DescMessage, text: string): Json {
  if (desc.typeName === TIMESTAMP || desc.typeName === DURATION) return text;
  if (desc.typeName !== COIN || text.startsWith("{")) return parseJson(name, text);
  const [coin, ...rest] = coinsJson(name, text);
  if (coin === undefined || rest.length > 0) throw new CliError("usage", `${name}: expected one coin, got ${text}`);
  return coin;
}

function parseList(name: string, field: DescField & { fieldKind: "list" }, text: string): Json {
  if (text.startsWith("[") || text.startsWith("@")) return parseJson(name, text);
  if (field.listKind === "message") {
    return field.message.typeName === COIN ? coinsJson(name, text) : [parseMessage(name, field.message, text)];
  }
  const items = text === "" ? [] : text.split(",");
  if (field.listKind === "enum") return items.map((item) => parseEnum(name, field.enum, item));
  return items.map((item) => parseScalar(name, field.scalar, item));
}

/** The proto JSON value of a field from its text on the command line. Throws CliError `usage`. */
export function parseField(field: DescField, text: string): Json {
  const name = kebab(field.name);
  switch (field.fieldKind) {
    case "scalar":
      return parseScalar(name, field.scalar, text);
    case "enum":
      return parseEnum(name, field.enum, text);
    case "message":
      return parseMessage(name, field.message, text);
    case "map":
      return parseJson(name, text);
    case "list":
      return parseList(name, field, text);
  }
}

/** What was given for a request: positional arguments and flags (in camelCase, as commander names them). */
export interface GivenFields {
  readonly positional: readonly string[];
  readonly flags: Readonly<Record<string, unknown>>;
  /** Fields whose value is already known, by .proto name: the signer of a transaction. */
  readonly preset: Readonly<Record<string, Json>>;
}

function camel(name: string): string {
  return name.replaceAll(/-([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

/** The fields of a request that a person gives, in the order in which positional arguments fill them. */
export function askedFields(desc: DescMessage): readonly DescField[] {
  return desc.fields.filter((field) => !isPageRequest(field)).sort((a, b) => a.number - b.number);
}

/**
 * The proto JSON of a request. Positional arguments fill the fields in the order of their numbers, leaving out what a
 * flag or a preset already gives. Throws CliError `usage` when arguments are left over.
 */
export function requestJson(desc: DescMessage, given: GivenFields): { [key: string]: Json } {
  const request: { [key: string]: Json } = { ...given.preset };
  const positional = [...given.positional];
  for (const field of askedFields(desc)) {
    if (Object.hasOwn(request, field.name)) continue;
    const flag = given.flags[camel(kebab(field.name))];
    const text = typeof flag === "string" ? flag : positional.shift();
    if (text !== undefined) request[field.name] = parseField(field, text);
  }
  if (positional.length > 0) throw new CliError("usage", `too many arguments: ${positional.join(" ")}`);
  return request;
}
