// Parameters of JSON-RPC methods: declared as data, read from a JSON body or from a URL.

import { fromBase64, fromHex } from "../../codec/bytes.ts";
import { invalidParams } from "./rpcError.ts";

/** What a parameter is. `hash` is base64 in a body and hex in a URL; `hex` is hex in both. */
export type ParamKind = "int64" | "bool" | "string" | "bytes" | "hash" | "hex";

/** The parameters of a method, in their order. */
export type ParamSpec = Readonly<Record<string, ParamKind>>;

/** Parameters that were given and read. */
export class Params {
  readonly #values: ReadonlyMap<string, unknown>;

  constructor(values: ReadonlyMap<string, unknown>) {
    this.#values = values;
  }

  /** An integer, or undefined when it was left out. */
  int(name: string): bigint | undefined {
    return this.#values.get(name) as bigint | undefined;
  }

  bool(name: string): boolean {
    return this.#values.get(name) === true;
  }

  text(name: string): string {
    return (this.#values.get(name) as string | undefined) ?? "";
  }

  bytes(name: string): Uint8Array {
    return (this.#values.get(name) as Uint8Array | undefined) ?? new Uint8Array(0);
  }

  has(name: string): boolean {
    return this.#values.has(name);
  }
}

const INT64_MAX = (1n << 63n) - 1n;

function parseInt64(name: string, text: string): bigint {
  if (!/^-?[0-9]{1,19}$/.test(text)) throw invalidParams(`${name}: expected an integer, got ${JSON.stringify(text)}`);
  const value = BigInt(text);
  if (value > INT64_MAX || value < -INT64_MAX - 1n) throw invalidParams(`${name}: out of range`);
  return value;
}

function parseBytes(name: string, text: string, decode: (text: string) => Uint8Array): Uint8Array {
  try {
    return decode(text);
  } catch (error) {
    throw invalidParams(`${name}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function hexOf(text: string): Uint8Array {
  return fromHex(text.replace(/^0x/i, "").toLowerCase());
}

function fromJson(name: string, kind: ParamKind, value: unknown): unknown {
  switch (kind) {
    case "int64":
      if (typeof value === "number" && Number.isSafeInteger(value)) return BigInt(value);
      if (typeof value === "string") return parseInt64(name, value);
      break;
    case "bool":
      if (typeof value === "boolean") return value;
      break;
    case "string":
      if (typeof value === "string") return value;
      break;
    case "bytes":
    case "hash":
      if (typeof value === "string") return parseBytes(name, value, fromBase64);
      break;
    case "hex":
      if (typeof value === "string") return parseBytes(name, value, hexOf);
  }
  throw invalidParams(
    `${name}: expected ${kind === "int64" ? "an integer" : kind === "bool" ? "a boolean" : "a string"}`,
  );
}

/** Reads the `params` of a JSON-RPC request: an object by name, or a list by position. Unknown names are ignored. */
export function paramsFromJson(spec: ParamSpec, given: unknown): Params {
  const values = new Map<string, unknown>();
  const names = Object.keys(spec);
  if (given !== undefined && given !== null && typeof given !== "object") throw invalidParams("expected an object");
  if (Array.isArray(given) && given.length > names.length) throw invalidParams(`expected ${names.length} parameters`);
  names.forEach((name, index) => {
    const value: unknown = Array.isArray(given)
      ? given[index]
      : (given as Record<string, unknown> | null | undefined)?.[name];
    if (value !== undefined && value !== null) values.set(name, fromJson(name, spec[name]!, value));
  });
  return new Params(values);
}

function unquote(text: string): string | undefined {
  return text.length >= 2 && text.startsWith('"') && text.endsWith('"') ? text.slice(1, -1) : undefined;
}

function fromUri(name: string, kind: ParamKind, text: string): unknown {
  const quoted = unquote(text);
  switch (kind) {
    case "int64":
      return parseInt64(name, quoted ?? text);
    case "bool":
      if (text === "true" || text === "false") return text === "true";
      throw invalidParams(`${name}: expected true or false`);
    case "string":
      return quoted ?? text;
    default:
      // 0x… is hex; "…" are the bytes of the text itself.
      if (/^0x/i.test(text)) return parseBytes(name, text, hexOf);
      if (quoted !== undefined) return new TextEncoder().encode(quoted);
      return parseBytes(name, text, kind === "bytes" ? fromBase64 : hexOf);
  }
}

/** Reads parameters from a URL's query. */
export function paramsFromUri(spec: ParamSpec, query: URLSearchParams): Params {
  const values = new Map<string, unknown>();
  for (const [name, kind] of Object.entries(spec)) {
    const text = query.get(name);
    if (text !== null && text !== "") values.set(name, fromUri(name, kind, text));
  }
  return new Params(values);
}
