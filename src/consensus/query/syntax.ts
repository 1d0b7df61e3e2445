// The query language of CometBFT v0.38 (libs/pubsub/query/syntax): conditions joined by AND, as in
//   tm.event = 'Tx' AND transfer.amount > 100 AND tx.time >= TIME 2013-05-03T14:45:00Z
// A condition is `tag operator argument`, or `tag EXISTS`. Texts stand in single quotes and know no escapes, so a text
// with a single quote cannot be asked for.

import { parseTimeNs } from "../../codec/time.ts";

/** Longest query, in bytes of UTF-8 (rpc/core maxQueryLength). */
export const QUERY_BYTES_MAX = 512;
/** Most conditions in a query. */
export const QUERY_CONDITIONS_MAX = 32;

/** How a condition compares. */
export type Operator = "=" | "<" | "<=" | ">" | ">=" | "CONTAINS" | "EXISTS";

/** What a condition compares with. `text` is as it was written, without quotes and without TIME or DATE. */
export interface Argument {
  readonly kind: "string" | "number" | "time" | "date";
  readonly text: string;
}

/** One condition as it was written. */
export interface ParsedCondition {
  /** Event type and attribute key: `transfer.recipient`. */
  readonly tag: string;
  readonly operator: Operator;
  /** Undefined for EXISTS only. */
  readonly argument: Argument | undefined;
}

/** A query that is not of the language. The texts are CometBFT's; offsets are in bytes. */
export class QuerySyntaxError extends Error {
  readonly code = "query_syntax";
  readonly retryable = false;

  constructor(message: string) {
    super(message);
    this.name = "QuerySyntaxError";
  }
}

type TokenKind = "tag" | "AND" | Operator | Argument["kind"] | "end";

interface Token {
  readonly kind: TokenKind;
  readonly text: string;
  /** Where it starts, in bytes. */
  readonly offset: number;
}

/** What CometBFT calls tokens in its messages. */
const TOKEN_NAMES: Readonly<Record<TokenKind, string>> = {
  tag: "tag",
  string: "string",
  number: "number",
  time: "timestamp",
  date: "datestamp",
  AND: "AND operator",
  CONTAINS: "CONTAINS operator",
  EXISTS: "EXISTS operator",
  "=": "= operator",
  "<": "< operator",
  "<=": "<= operator",
  ">": "> operator",
  ">=": ">= operator",
  end: "EOF",
};

// Go's unicode.IsSpace; JavaScript's \s has U+FEFF too and lacks U+0085.
const SPACE = /^[\t\n\v\f\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]/;
const NUMBER = /^[0-9]+(?:\.[0-9]*)?/;
const TAG = /^[_\p{L}\p{Nd}][._\-\p{L}\p{Nd}]*/u;
const TIME_CHARACTERS = /^[-T:+Z0-9]*/;
const DATE_CHARACTERS = /^[-0-9]*/;

const YEAR_MIN = 1900;
const YEAR_MAX = 2999;

/** Cuts a query into tokens. The text is at most QUERY_BYTES_MAX long, which bounds every loop. */
class Scanner {
  #rest: string;
  #offset = 0;

  constructor(text: string) {
    this.#rest = text;
  }

  /** Bytes consumed. */
  get offset(): number {
    return this.#offset;
  }

  next(): Token {
    while (SPACE.test(this.#rest)) this.#take(1);
    const offset = this.#offset;
    const rest = this.#rest;
    if (rest === "") return { kind: "end", text: "", offset };
    const number = NUMBER.exec(rest);
    if (number !== null) return { kind: "number", text: this.#take(number[0].length), offset };
    const word = TAG.exec(rest);
    if (word !== null) return this.#word(this.#take(word[0].length), offset);
    if (rest.startsWith("'")) return { kind: "string", text: this.#string(), offset };
    const operator = (["<=", ">=", "<", ">", "="] as const).find((candidate) => rest.startsWith(candidate));
    if (operator !== undefined) return { kind: operator, text: this.#take(operator.length), offset };
    const character = String.fromCodePoint(rest.codePointAt(0)!);
    this.#take(character.length);
    throw new QuerySyntaxError(`offset ${offset}: invalid input ${character} at offset ${this.#offset}`);
  }

  #take(units: number): string {
    const taken = this.#rest.slice(0, units);
    this.#rest = this.#rest.slice(units);
    this.#offset += Buffer.byteLength(taken, "utf8");
    return taken;
  }

  #string(): string {
    const start = this.#offset;
    const end = this.#rest.indexOf("'", 1);
    // CometBFT takes this for the end of the query, and so ignores what follows a lone quote.
    if (end < 0) throw new QuerySyntaxError(`offset ${start}: EOF`);
    return this.#take(end + 1).slice(1, -1);
  }

  #word(text: string, offset: number): Token {
    if ((text === "TIME" || text === "DATE") && this.#rest.startsWith(" ")) {
      this.#take(1);
      const kind = text === "TIME" ? "time" : "date";
      const characters = kind === "time" ? TIME_CHARACTERS : DATE_CHARACTERS;
      const value = this.#take(characters.exec(this.#rest)?.[0].length ?? 0);
      requireMoment(kind, value, offset);
      return { kind, text: value, offset };
    }
    if (text === "AND" || text === "EXISTS" || text === "CONTAINS") return { kind: text, text, offset };
    return { kind: "tag", text, offset };
  }
}

function requireMoment(kind: "time" | "date", text: string, offset: number): void {
  const ns = kind === "time" ? parseTime(text) : parseDate(text);
  if (ns === undefined) {
    throw new QuerySyntaxError(`offset ${offset}: invalid ${kind.toUpperCase()} value: ${JSON.stringify(text)}`);
  }
  const year = Number(text.slice(0, 4));
  if (year < YEAR_MIN || year > YEAR_MAX) {
    throw new QuerySyntaxError(`offset ${offset}: ${TOKEN_NAMES[kind]} year ${year} out of range`);
  }
}

/** Nanoseconds since 1970 of an RFC 3339 time, or undefined when it is none. */
export function parseTime(text: string): bigint | undefined {
  if (text.length > 64) return undefined;
  try {
    return parseTimeNs(text);
  } catch (error) {
    if (error instanceof RangeError || (error instanceof Error && error.constructor === Error)) return undefined;
    throw error;
  }
}

const DATE = /^[0-9]{4}-[0-9]{2}-[0-9]{2}$/;

/** Nanoseconds since 1970 of the first instant of a day `2013-05-03` in UTC, or undefined when it is none. */
export function parseDate(text: string): bigint | undefined {
  return DATE.test(text) ? parseTime(`${text}T00:00:00Z`) : undefined;
}

const COMPARISONS: readonly TokenKind[] = ["<=", ">=", "<", ">"];
const OPERATORS: readonly TokenKind[] = [...COMPARISONS, "=", "CONTAINS", "EXISTS"];

/** The kinds of argument each operator takes. */
function argumentKinds(operator: Operator): readonly TokenKind[] {
  if (operator === "CONTAINS") return ["string"];
  return operator === "=" ? ["number", "time", "date", "string"] : ["number", "time", "date"];
}

function required(scanner: Scanner, kinds: readonly TokenKind[]): Token {
  const token = scanner.next();
  if (kinds.includes(token.kind)) return token;
  if (token.kind === "end") throw new QuerySyntaxError(`offset ${token.offset}: EOF`);
  const names = kinds.map((kind) => TOKEN_NAMES[kind]);
  const wanted = names.length === 1 ? names[0] : `${names.slice(0, -1).join(", ")} or ${names.at(-1)}`;
  throw new QuerySyntaxError(`offset ${token.offset}: got ${TOKEN_NAMES[token.kind]}, wanted ${wanted}`);
}

function parseCondition(scanner: Scanner): ParsedCondition {
  const tag = required(scanner, ["tag"]).text;
  // The kinds of OPERATORS are operators.
  const operator = required(scanner, OPERATORS).kind as Operator;
  if (operator === "EXISTS") return { tag, operator, argument: undefined };
  const { kind, text } = required(scanner, argumentKinds(operator));
  // The kinds that operators take are kinds of arguments.
  return { tag, operator, argument: { kind: kind as Argument["kind"], text } };
}

/** Parses a query: one condition or more. Throws QuerySyntaxError, and nothing else. */
export function parseConditions(query: string): readonly ParsedCondition[] {
  if (Buffer.byteLength(query, "utf8") > QUERY_BYTES_MAX) throw new QuerySyntaxError("maximum query length exceeded");
  const scanner = new Scanner(query);
  const conditions = [parseCondition(scanner)];
  for (;;) {
    const { kind, offset } = scanner.next();
    if (kind === "end") return conditions;
    if (kind !== "AND") {
      throw new QuerySyntaxError(`offset ${offset}: got ${TOKEN_NAMES[kind]}, want ${TOKEN_NAMES.AND}`);
    }
    if (conditions.length === QUERY_CONDITIONS_MAX) {
      throw new QuerySyntaxError(`offset ${offset}: more than ${QUERY_CONDITIONS_MAX} conditions`);
    }
    conditions.push(parseCondition(scanner));
  }
}
