// Reads configuration that people write, TOML or JSON: every key is checked, unknown keys are refused, and an error names
// the place, as in `chains[1].v2.messageTransmitter`.

import { excerpt } from "../codec/integer.ts";
import { isRecord, type JsonRecord } from "./jsonRpc.ts";

/** Configuration that cannot be used. `path` is the key. */
export class ConfigError extends Error {
  readonly code = "invalid_config";
  readonly path: string;

  constructor(path: string, message: string) {
    super(`${path}: ${message}`);
    this.name = "ConfigError";
    this.path = path;
  }
}

/** Bounds of a number, both included. */
export interface Bounds {
  readonly min: number;
  readonly max: number;
}

/** Most items of a list. */
const ITEMS_MAX = 256;
/** Longest text. */
const TEXT_LENGTH_MAX = 4096;

/** One table. Readers return undefined for a key that is absent, and throw ConfigError on a value of another kind. */
export class ConfigTable {
  readonly path: string;
  readonly #values: JsonRecord;
  readonly #known = new Set<string>();

  /** `path` is empty for the whole file. */
  constructor(value: unknown, path: string) {
    if (!isRecord(value)) throw new ConfigError(path === "" ? "configuration" : path, "expected a table");
    this.path = path;
    this.#values = value;
  }

  /** Where a key stands. */
  pathOf(key: string): string {
    return this.path === "" ? key : `${this.path}.${key}`;
  }

  fail(key: string, message: string): never {
    throw new ConfigError(this.pathOf(key), message);
  }

  /** The value of a key, as it is. */
  value(key: string): unknown {
    this.#known.add(key);
    return Object.hasOwn(this.#values, key) ? this.#values[key] : undefined;
  }

  /** The value that `read` found, or an error that it is missing. */
  require<T>(key: string, read: (key: string) => T | undefined): T {
    return read.call(this, key) ?? this.fail(key, "is missing");
  }

  text(key: string): string | undefined {
    const value = this.value(key);
    return value === undefined ? undefined : this.#text(key, value);
  }

  #text(key: string, value: unknown): string {
    if (typeof value !== "string" || value === "") this.fail(key, `expected a text, got ${shown(value)}`);
    if (value.length > TEXT_LENGTH_MAX) this.fail(key, `longer than ${TEXT_LENGTH_MAX} characters`);
    return value;
  }

  /** A text of a form; `form` says it in words. */
  textLike(key: string, pattern: RegExp, form: string): string | undefined {
    const text = this.text(key);
    if (text !== undefined && !pattern.test(text)) this.fail(key, `expected ${form}, got ${excerpt(text)}`);
    return text;
  }

  bool(key: string): boolean | undefined {
    const value = this.value(key);
    if (value === undefined || typeof value === "boolean") return value;
    return this.fail(key, `expected true or false, got ${shown(value)}`);
  }

  /** A whole number; in TOML both 1 and a bigint of the parser. */
  integer(key: string, { min, max }: Bounds): number | undefined {
    const value = this.value(key);
    if (value === undefined) return undefined;
    const number = typeof value === "bigint" ? Number(value) : value;
    if (typeof number === "number" && Number.isSafeInteger(number) && number >= min && number <= max) return number;
    return this.fail(key, `expected a whole number of ${min} to ${max}, got ${shown(value)}`);
  }

  /** A number that may have a fraction. */
  number(key: string, { min, max }: Bounds): number | undefined {
    const value = this.value(key);
    if (value === undefined) return undefined;
    if (typeof value === "number" && value >= min && value <= max) return value;
    return this.fail(key, `expected a number of ${min} to ${max}, got ${shown(value)}`);
  }

  texts(key: string): readonly string[] | undefined {
    return this.#list(key)?.map((item, index) => this.#text(`${key}[${index}]`, item));
  }

  table(key: string): ConfigTable | undefined {
    const value = this.value(key);
    return value === undefined ? undefined : new ConfigTable(value, this.pathOf(key));
  }

  tables(key: string): readonly ConfigTable[] | undefined {
    return this.#list(key)?.map((item, index) => new ConfigTable(item, this.pathOf(`${key}[${index}]`)));
  }

  #list(key: string): readonly unknown[] | undefined {
    const value = this.value(key);
    if (value === undefined) return undefined;
    if (!Array.isArray(value)) this.fail(key, "expected a list");
    if (value.length > ITEMS_MAX) this.fail(key, `more than ${ITEMS_MAX} items`);
    return value;
  }

  /** Refuses keys that nobody asked for: a misspelt setting must not be a silent default. */
  end(): void {
    for (const key of Object.keys(this.#values)) {
      if (!this.#known.has(key)) this.fail(key, "there is no such setting");
    }
  }
}

/** A value in an error: its kind, and itself where it is short. */
function shown(value: unknown): string {
  if (typeof value === "string") return excerpt(value);
  if (typeof value === "number" || typeof value === "bigint" || typeof value === "boolean") return String(value);
  return Array.isArray(value) ? "a list" : "a table";
}
