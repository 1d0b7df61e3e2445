// Where a page ends, as text that a client hands back: the sort value of the last row and its place.

import { Buffer } from "node:buffer";

/** The last row of a page. */
export interface Cursor {
  /** Which order the rows were in; a cursor of another order is refused. */
  readonly sort: string;
  /** The row's value in that order, as text. */
  readonly value: string;
  /** The row's place among all. */
  readonly position: string;
}

const CURSOR_LENGTH_MAX = 512;

/** A cursor that nobody gave out, or that belongs to another order. */
export class CursorError extends Error {
  readonly code = "invalid_cursor";

  constructor() {
    super("not a cursor that was given out for this order of rows");
    this.name = "CursorError";
  }
}

export function encodeCursor({ sort, value, position }: Cursor): string {
  return Buffer.from(JSON.stringify([sort, value, position])).toString("base64url");
}

/** Reads a cursor. Throws CursorError. */
export function decodeCursor(text: string, sort: string): Cursor {
  if (text.length > CURSOR_LENGTH_MAX) throw new CursorError();
  let parsed: unknown;
  try {
    parsed = JSON.parse(Buffer.from(text, "base64url").toString("utf8"));
  } catch {
    throw new CursorError();
  }
  if (!Array.isArray(parsed) || parsed.length !== 3 || parsed[0] !== sort) throw new CursorError();
  const [, value, position] = parsed as unknown[];
  if (typeof value !== "string" || typeof position !== "string" || !/^[0-9]{1,18}$/.test(position)) {
    throw new CursorError();
  }
  return { sort, value, position };
}
