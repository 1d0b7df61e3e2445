// One text for one JSON value: RFC 8785 (JSON Canonicalization Scheme), of the values that the gateway keeps. Numbers are
// integers that a double holds exactly, so that no rule of printing fractions matters.

/** What can be written canonically. */
export type CanonicalValue =
  | null
  | boolean
  | number
  | string
  | readonly CanonicalValue[]
  | { readonly [key: string]: CanonicalValue | undefined };

export type CanonicalObject = { readonly [key: string]: CanonicalValue | undefined };

/** Objects and arrays within each other. */
const DEPTH_MAX = 8;

/** A value that has no canonical text. Its message names the place, never the value. */
export class CanonicalJsonError extends Error {
  readonly code = "not_canonical";
  /** JSON pointer. */
  readonly field: string;

  constructor(field: string, message: string) {
    super(`${field === "" ? "the value" : field} ${message}`);
    this.name = "CanonicalJsonError";
    this.field = field;
  }
}

/** UTF-16 code units decide, as RFC 8785 wants: what `<` does. */
function compareKeys([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : 1;
}

/** PostgreSQL's jsonb has no place for U+0000 and for half of a surrogate pair, RFC 8785 none for the second. */
const NO_TEXT = /[\0\p{Cs}]/u;

function textOf(text: string, field: string): string {
  if (NO_TEXT.test(text)) throw new CanonicalJsonError(field, "is not a text of Unicode");
  return JSON.stringify(text);
}

function write(value: unknown, field: string, depth: number): string {
  if (value === null || typeof value === "boolean") return String(value);
  if (typeof value === "string") return textOf(value, field);
  if (typeof value === "number" && Number.isSafeInteger(value) && !Object.is(value, -0)) return String(value);
  if (typeof value !== "object") throw new CanonicalJsonError(field, "is neither text, integer, boolean nor null");
  if (depth === DEPTH_MAX) throw new CanonicalJsonError(field, `is deeper than ${DEPTH_MAX}`);
  if (Array.isArray(value)) {
    return `[${value.map((item: unknown, index) => write(item, `${field}/${index}`, depth + 1)).join(",")}]`;
  }
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .sort(compareKeys)
    .map(([key, member]) => `${textOf(key, field)}:${write(member, `${field}/${key}`, depth + 1)}`);
  return `{${members.join(",")}}`;
}

/** The canonical text; members that are undefined are left out. Throws CanonicalJsonError. */
export function canonicalJson(value: CanonicalValue): string {
  return write(value, "", 0);
}
