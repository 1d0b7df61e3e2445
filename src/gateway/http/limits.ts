// What a request may hold at most, and the reading of query strings. Schemas bound what they name; this bounds the rest.

import { Problem } from "./problem.ts";

export const BODY_BYTES_MAX = 1024 * 1024;
/** Objects in objects. */
export const DEPTH_MAX = 24;
/** Characters of any one text, unless its schema says less. */
export const TEXT_MAX = 65_536;
/** Entries of any one array or object, unless its schema says less. */
export const ENTRIES_MAX = 1_000;
/** Characters of a path parameter. */
export const PARAM_MAX = 128;

/** U+0000, and half of a surrogate pair: PostgreSQL's text has no place for them. */
const NO_CHARACTER = /\0|[\ud800-\udfff]/u;

function requireText(text: string, field: string): void {
  if (text.length > TEXT_MAX) throw new Problem("invalid_request", { detail: "this text is too long", field });
  if (NO_CHARACTER.test(text)) {
    throw new Problem("invalid_request", { detail: "this text holds a character that is none", field });
  }
}

/** Walks a parsed value. Throws Problem `invalid_request` that names the first thing beyond a limit. */
export function requireLimits(value: unknown, at = "", depth = 0): void {
  if (typeof value === "string") requireText(value, at);
  if (typeof value !== "object" || value === null) return;
  if (depth === DEPTH_MAX) throw new Problem("invalid_request", { detail: "this is nested too deeply", field: at });
  const entries = Object.entries(value);
  if (entries.length > ENTRIES_MAX)
    throw new Problem("invalid_request", { detail: "this has too many entries", field: at });
  for (const [key, child] of entries) {
    requireText(key, at);
    requireLimits(child, `${at}/${key.slice(0, 64)}`, depth + 1);
  }
}

/** Bodies are UTF-8 as they are: read as anything else they would mean something else. Throws Problem. */
export function requirePlainBody(headers: Readonly<Record<string, string | string[] | undefined>>): void {
  const charset = /;\s*charset\s*=\s*"?([^;"\s]*)/i.exec(String(headers["content-type"] ?? ""))?.[1] ?? "utf-8";
  const encoding = String(headers["content-encoding"] ?? "identity");
  if (/^utf-?8$/i.test(charset) && /^identity$/i.test(encoding)) return;
  throw new Problem("unsupported_media_type", "a body is UTF-8, and not compressed");
}

interface ParameterSchema {
  readonly type?: string;
  readonly items?: ParameterSchema;
  readonly properties?: Readonly<Record<string, ParameterSchema>>;
}

function readParameter(text: unknown, schema: ParameterSchema): unknown {
  if (schema.type === "array")
    return (Array.isArray(text) ? text : [text]).map((one) => readParameter(one, schema.items ?? {}));
  if (typeof text !== "string") return text;
  if (schema.type === "integer" && /^-?[0-9]{1,15}$/.test(text)) return Number(text);
  if (schema.type === "boolean" && (text === "true" || text === "false")) return text === "true";
  return text;
}

/** A query string's texts as what its schema declares: integers, booleans, arrays. What does not fit stays text. */
export function readQuery(query: unknown, schema: unknown): Record<string, unknown> {
  const properties = (schema as ParameterSchema | undefined)?.properties ?? {};
  return Object.fromEntries(
    Object.entries(query as Record<string, unknown>).map(([name, text]) => [
      name,
      readParameter(text, properties[name] ?? {}),
    ]),
  );
}
