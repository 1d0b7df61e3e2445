// Parameters of the methods, declared as data. In a JSON body integers are texts (CometBFT v0.38 libs/json/decoder.go;
// plain numbers are taken too), bytes are base64 or hex as the method says. In a URL (rpc/jsonrpc/server/
// http_uri_handler.go) a text stands in double quotes, bytes are 0x… or a quoted text that is taken as it is.

import { fromBase64, fromHex, utf8 } from "../../codec/bytes.ts";
import { messageOf } from "../../codec/errorText.ts";
import { excerpt } from "../../codec/integer.ts";
import { invalidParams } from "./rpcError.ts";

/** What a parameter is. `bytes` is base64 in a body, `hex` is hex; in a URL they are alike. */
export type ParamKind = "int64" | "uint64" | "bool" | "string" | "bytes" | "hex";

/** The parameters of a method, in the order of a list. */
export type ParamSpec = Readonly<Record<string, ParamKind>>;

type Value = bigint | boolean | string | Uint8Array;

/** The parameters of one request. What was left out, or was null, has its zero value. */
export class Params {
  readonly #values: ReadonlyMap<string, Value>;

  constructor(values: ReadonlyMap<string, Value>) {
    this.#values = values;
  }

  // A value has the type of its kind, since `readValue` and `readText` made it.

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

  /** Whether it was given, with something other than zero. */
  isSet(name: string): boolean {
    const value = this.#values.get(name);
    return value !== undefined && value !== 0n && value !== "";
  }
}

/** None was given. */
export const NO_PARAMS = new Params(new Map());

const INTEGER = /^-?(?:0|[1-9][0-9]{0,18})$/;
const INT64_MAX = (1n << 63n) - 1n;

function parseInteger(kind: "int64" | "uint64", text: string): bigint {
  if (!INTEGER.test(text)) throw new Error(`invalid 64-bit integer ${excerpt(text)}`);
  const value = BigInt(text);
  const min = kind === "int64" ? -INT64_MAX - 1n : 0n;
  if (value < min || value > INT64_MAX) throw new Error(`integer ${text} is out of range`);
  return value;
}

function parseHex(text: string): Uint8Array {
  return fromHex(/^0x/i.test(text) ? text.slice(2) : text);
}

/** Reads a value of a JSON body. Throws an Error that says what is wrong. */
function readValue(kind: ParamKind, value: unknown): Value {
  switch (kind) {
    case "bool":
      if (typeof value === "boolean") return value;
      throw new Error(`expected true or false, got ${kindOf(value)}`);
    case "int64":
    case "uint64":
      if (typeof value === "number") return parseInteger(kind, Number.isSafeInteger(value) ? String(value) : "");
      if (typeof value === "string") return parseInteger(kind, value);
      throw new Error(`expected an integer in a string, got ${kindOf(value)}`);
    default:
      if (typeof value !== "string") throw new Error(`expected a string, got ${kindOf(value)}`);
      if (kind === "string") return value;
      return kind === "bytes" ? fromBase64(value) : parseHex(value);
  }
}

function kindOf(value: unknown): string {
  if (Array.isArray(value)) return "a list";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}

/**
 * Reads the `params` of a request: an object by name, where unknown names are ignored, or a list with all of them.
 * Throws RpcError.
 */
export function paramsFromJson(spec: ParamSpec, given: unknown): Params {
  if (given === undefined || given === null) return NO_PARAMS;
  if (typeof given !== "object") throw badJson(`expected an object or a list, got ${kindOf(given)}`);
  const names = Object.keys(spec);
  const isList = Array.isArray(given);
  if (isList && given.length !== names.length) {
    throw badJson(`expected ${names.length} parameters (${names.join(" ")}), got ${given.length}`);
  }
  const values = new Map<string, Value>();
  for (let index = 0; index < names.length; index += 1) {
    const name = names[index]!;
    // An object that JSON.parse made has no keys but its own; those of its prototype are no names of parameters.
    const value = isList ? given[index] : (given as Record<string, unknown>)[name];
    if (value === undefined || value === null) continue;
    try {
      values.set(name, readValue(spec[name]!, value));
    } catch (error) {
      throw badJson(`${name}: ${messageOf(error)}`);
    }
  }
  return new Params(values);
}

function badJson(reason: string) {
  return invalidParams(`error converting json params to arguments: ${reason}`);
}

/** Reads a value of a URL. Throws an Error that says what is wrong. */
function readText(kind: ParamKind, text: string): Value {
  const isInteger = kind === "int64" || kind === "uint64";
  if (isInteger && /^-?[0-9]+$/.test(text)) return parseInteger(kind, text);
  if (/^0x/i.test(text)) {
    if (isInteger || kind === "bool") throw new Error(`got a hex string arg, but expected '${kind}'`);
    const bytes = fromHex(text.slice(2));
    return kind === "string" ? Buffer.from(bytes).toString("utf8") : bytes;
  }
  const value = parseJson(text);
  const isText = typeof value === "string";
  if ((kind === "bytes" || kind === "hex") && isText) return utf8(value);
  if (kind === "bool" || isText) return readValue(kind, value);
  throw new Error(`expected a string in double quotes, got ${excerpt(text)}`);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // What is no JSON has no value; the caller says so in its words.
    return undefined;
  }
}

/** Reads parameters of a URL, or of a form. Throws RpcError. */
export function paramsFromUri(spec: ParamSpec, given: URLSearchParams): Params {
  const values = new Map<string, Value>();
  for (const [name, kind] of Object.entries(spec)) {
    const text = given.get(name);
    if (text === null || text === "" || text === "null") continue;
    try {
      values.set(name, readText(kind, text));
    } catch (error) {
      throw invalidParams(`error converting http params to arguments: ${name}: ${messageOf(error)}`);
    }
  }
  return new Params(values);
}
