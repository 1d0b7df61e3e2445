// Protobuf JSON as Cosmos nodes serve it: gogoproto v1.7 jsonpb with OrigName and EmitDefaults. Field names as in the
// .proto, defaults emitted, 64-bit integers as text, enums by name, bytes in base64 (null when absent), Any expanded with
// `@type`, LegacyDec with its point.

import { type JsonObject, type JsonValue, ScalarType } from "@bufbuild/protobuf";
import { fromBase64, fromUtf8, toBase64, utf8 } from "./bytes.ts";
import { formatDec, parseDec } from "./decimal.ts";
import { formatDuration, parseDuration, shortFraction } from "./duration.ts";
import {
  type DynamicMessage,
  emptyMessage,
  type FieldValue,
  getValue,
  readMessage,
  type SingleValue,
  setSingular,
  writeMessage,
} from "./dynamicMessage.ts";
import { messageOf } from "./errorText.ts";
import { excerpt, parseInt256 } from "./integer.ts";
import type { FieldPlan, MessagePlan } from "./messagePlan.ts";
import type { TypeRegistry } from "./registry.ts";
import { formatToSeconds, parseTimestamp, TIME_SECONDS_MIN } from "./time.ts";
import { MESSAGE_DEPTH_MAX } from "./unknownFields.ts";

export type { JsonObject, JsonValue } from "@bufbuild/protobuf";

/** JSON that is only read. */
export type JsonInput = null | boolean | number | string | readonly JsonInput[] | JsonInputObject;

/** An object of JSON that is only read. */
export interface JsonInputObject {
  readonly [name: string]: JsonInput;
}

/** Message types whose JSON is not an object of their fields. */
const TIMESTAMP = "google.protobuf.Timestamp";
const DURATION = "google.protobuf.Duration";
const ANY = "google.protobuf.Any";

function requirePlan(registry: TypeRegistry, typeName: string): MessagePlan {
  const plan = registry.plan(typeName);
  if (plan === undefined) throw new Error(`unable to resolve type URL /${typeName}`);
  return plan;
}

/**
 * The JSON of a message of this type (a full name, without a slash). Throws a plain Error on malformed bytes, and on an
 * Any of a type without descriptor.
 */
export function messageToJson(registry: TypeRegistry, typeName: string, bytes: Uint8Array): JsonValue {
  return toJson(registry, readMessage(requirePlan(registry, typeName), bytes), 0);
}

/** `messageToJson` of a message that is already read. `depth` counts the messages and Anys around it. */
export function toJson(registry: TypeRegistry, message: DynamicMessage, depth: number): JsonValue {
  if (depth >= MESSAGE_DEPTH_MAX) throw new Error("recursion limit reached");
  switch (message.plan.typeName) {
    case TIMESTAMP:
      return timestampJson(secondsAndNanos(message));
    case DURATION:
      return formatDuration(secondsAndNanos(message));
    case ANY:
      return anyJson(registry, message, depth);
    default:
      return objectJson(registry, message, depth);
  }
}

function objectJson(registry: TypeRegistry, message: DynamicMessage, depth: number): JsonObject {
  const json: JsonObject = {};
  for (const field of message.plan.fields) {
    const value = message.values[field.index];
    if (value === undefined && field.oneof !== undefined) continue;
    json[field.name] = fieldJson(registry, field, value, depth);
  }
  return json;
}

/** The JSON of one field, absent or not. */
export function fieldJson(registry: TypeRegistry, field: FieldPlan, value: FieldValue, depth: number): JsonValue {
  if (Array.isArray(value)) return value.map((item) => valueJson(registry, field, item, depth));
  if (field.repeated) return [];
  return value === undefined ? absentJson(registry, field, depth) : valueJson(registry, field, value, depth);
}

function valueJson(registry: TypeRegistry, field: FieldPlan, value: SingleValue, depth: number): JsonValue {
  if (typeof value === "string") return textJson(field, value);
  if (typeof value === "bigint") return value.toString();
  if (typeof value === "number") return field.enumNames?.get(value) ?? value;
  if (typeof value === "boolean") return value;
  if (value instanceof Uint8Array) return isNumber(field) ? textJson(field, fromUtf8(value)) : toBase64(value);
  return toJson(registry, value, depth + 1);
}

/** Whether a field of bytes holds the text of a number, as some of x/slashing and x/staking do. */
function isNumber({ options }: FieldPlan): boolean {
  return options.isDec || options.isInt;
}

/** The JSON of a text that may be a number's. */
export function textJson(field: FieldPlan, text: string): JsonValue {
  return field.options.isDec ? decJson(text) : intJson(field, text);
}

function intJson(field: FieldPlan, text: string): string {
  return field.options.isInt && text === "" ? "0" : text;
}

/** The units of a LegacyDec with their point; an empty text is Go's nil, null. */
function decJson(units: string): JsonValue {
  return units === "" ? null : formatDec(parseUnits(units));
}

/** Most digits of the units of a LegacyDec: 2^256 * 10^18. */
const UNITS_DIGITS_MAX = 96;

/** The units of a LegacyDec, from the text that stands on the wire. Throws a plain Error. */
export function parseUnits(text: string): bigint {
  if (text.length > UNITS_DIGITS_MAX + 1 || !/^-?(?:0|[1-9][0-9]*)$/.test(text)) {
    throw new Error(`invalid decimal units ${excerpt(text)}`);
  }
  return BigInt(text);
}

/** What Go emits for a field that is not on the wire. */
function absentJson(registry: TypeRegistry, field: FieldPlan, depth: number): JsonValue {
  if (field.kind === "message") {
    if (field.options.nullable) return null;
    if (field.options.isStdTime) return timestampJson({ seconds: TIME_SECONDS_MIN, nanos: 0 });
    return toJson(registry, emptyMessage(field.message()), depth + 1);
  }
  if (field.explicit) return null;
  switch (field.kind) {
    case "string":
      return valueJson(registry, field, "", depth);
    case "bytes":
      return isNumber(field) ? textJson(field, "") : null;
    case "bool":
      return false;
    case "int64":
      return "0";
    default:
      return valueJson(registry, field, 0, depth);
  }
}

/** The fields of a Timestamp or a Duration. */
export function secondsAndNanos(message: DynamicMessage): { seconds: bigint; nanos: number } {
  const seconds = getValue(message, "seconds");
  const nanos = getValue(message, "nanos");
  return { seconds: typeof seconds === "bigint" ? seconds : 0n, nanos: typeof nanos === "number" ? nanos : 0 };
}

/** Unlike RFC3339Nano, the fraction has 0, 3, 6 or 9 digits. */
export function timestampJson(time: { seconds: bigint; nanos: number }): string {
  return `${formatToSeconds(time)}${shortFraction(time.nanos)}Z`;
}

/** Type URL and bytes of an Any. */
export function anyParts(message: DynamicMessage): { typeUrl: string; value: Uint8Array } {
  const typeUrl = getValue(message, "type_url");
  const value = getValue(message, "value");
  return {
    typeUrl: typeof typeUrl === "string" ? typeUrl : "",
    value: value instanceof Uint8Array ? value : new Uint8Array(0),
  };
}

function anyJson(registry: TypeRegistry, message: DynamicMessage, depth: number): JsonValue {
  const { typeUrl, value } = anyParts(message);
  const plan = registry.planOfUrl(typeUrl);
  if (plan === undefined) throw new Error(`unable to resolve type URL ${typeUrl}`);
  const inner = toJson(registry, readMessage(plan, value), depth + 1);
  // An Any in an Any is an object too, but its own `@type` would clash.
  const isSpecial = typeof inner !== "object" || inner === null || Array.isArray(inner) || plan.typeName === ANY;
  return isSpecial ? { "@type": typeUrl, value: inner } : { "@type": typeUrl, ...inner };
}

function isObject(json: JsonInput): json is JsonInputObject {
  return typeof json === "object" && json !== null && !Array.isArray(json);
}

/**
 * The bytes of a message of this type (a full name, without a slash) from its JSON. Takes field names as in the .proto
 * or in camelCase, integers as numbers (only when exact) or text, enums by name or number, base64 in either alphabet;
 * null is absent. Throws a plain Error that names the field: unknown fields, wrong types, values out of range.
 */
export function jsonToMessage(registry: TypeRegistry, typeName: string, json: JsonInput): Uint8Array {
  return writeMessage(fromJson(registry, requirePlan(registry, typeName), json, typeName, 0));
}

/** `path` names the place in errors. */
function fromJson(
  registry: TypeRegistry,
  plan: MessagePlan,
  json: JsonInput,
  path: string,
  depth: number,
): DynamicMessage {
  if (depth >= MESSAGE_DEPTH_MAX) throw new Error(`${path}: nested too deep`);
  switch (plan.typeName) {
    case TIMESTAMP:
      return timeMessage(plan, parseTimestamp(requireText(json, path)));
    case DURATION:
      return timeMessage(plan, parseDuration(requireText(json, path)));
    case ANY:
      return anyFromJson(registry, plan, json, path, depth);
    default:
      return objectFromJson(registry, plan, requireObject(json, path), path, depth);
  }
}

function timeMessage(plan: MessagePlan, time: { readonly seconds: bigint; readonly nanos: number }): DynamicMessage {
  const message = emptyMessage(plan);
  for (const field of plan.fields) message.values[field.index] = field.name === "seconds" ? time.seconds : time.nanos;
  return message;
}

function requireText(json: JsonInput, path: string): string {
  if (typeof json !== "string") throw new Error(`${path}: expected a string`);
  return json;
}

function requireObject(json: JsonInput, path: string): JsonInputObject {
  if (!isObject(json)) throw new Error(`${path}: expected an object`);
  return json;
}

function anyFromJson(
  registry: TypeRegistry,
  plan: MessagePlan,
  json: JsonInput,
  path: string,
  depth: number,
): DynamicMessage {
  const { "@type": typeUrl, ...rest } = requireObject(json, path);
  if (typeof typeUrl !== "string") throw new Error(`${path}: Any JSON doesn't have '@type'`);
  const inner = registry.planOfUrl(typeUrl);
  if (inner === undefined) throw new Error(`${path}: unable to resolve type URL ${typeUrl}`);
  const special = inner.typeName === TIMESTAMP || inner.typeName === DURATION || inner.typeName === ANY;
  const content = fromJson(registry, inner, special ? (rest["value"] ?? null) : rest, path, depth + 1);
  const message = emptyMessage(plan);
  for (const field of plan.fields)
    message.values[field.index] = field.name === "value" ? writeMessage(content) : typeUrl;
  return message;
}

function objectFromJson(
  registry: TypeRegistry,
  plan: MessagePlan,
  json: JsonInputObject,
  path: string,
  depth: number,
): DynamicMessage {
  const message = emptyMessage(plan);
  const given = new Set<FieldPlan>();
  for (const [name, value] of Object.entries(json)) {
    const field = plan.byJsonName.get(name);
    if (field === undefined) throw new Error(`${path}: unknown field ${excerpt(name)}`);
    if (given.has(field)) throw new Error(`${path}: field ${field.name} is given twice`);
    given.add(field);
    if (value === null) continue;
    setField(registry, message, field, { json: value, path: `${path}.${field.name}`, depth });
  }
  return message;
}

/** A value of a JSON document, and where it stands. */
interface Place {
  readonly json: JsonInput;
  readonly path: string;
  readonly depth: number;
}

function setField(registry: TypeRegistry, message: DynamicMessage, field: FieldPlan, place: Place): void {
  const { json, path, depth } = place;
  if (field.repeated) {
    if (!Array.isArray(json)) throw new Error(`${path}: expected an array`);
    message.values[field.index] = json.map((item, i) =>
      valueFromJson(registry, field, { json: item, path: `${path}[${i}]`, depth }),
    );
    return;
  }
  const rivals = message.plan.fields.filter((other) => other.slot === field.slot && other !== field);
  if (rivals.some((other) => message.values[other.index] !== undefined)) {
    throw new Error(`${path}: another field of oneof ${field.oneof} is given too`);
  }
  setSingular(message, field, valueFromJson(registry, field, place));
}

function valueFromJson(registry: TypeRegistry, field: FieldPlan, place: Place): SingleValue {
  const { json, path, depth } = place;
  if (field.kind === "message") return fromJson(registry, field.message(), json, path, depth + 1);
  try {
    return scalarFromJson(field, json);
  } catch (cause) {
    throw new Error(`${path}: ${messageOf(cause)}`, { cause });
  }
}

function scalarFromJson(field: FieldPlan, json: JsonInput): SingleValue {
  switch (field.kind) {
    case "bool":
      if (typeof json !== "boolean") throw new Error("expected a boolean");
      return json;
    case "string":
      return stringFromJson(field, json);
    case "bytes":
      if (isNumber(field)) return utf8(stringFromJson(field, json));
      if (typeof json !== "string") throw new Error("expected base64");
      return bytesFromJson(json);
    case "enum":
      return enumFromJson(field, json);
    case "int32":
      return Number(
        integerFromJson(
          json,
          ...INT32_RANGES[field.scalar === ScalarType.UINT32 || field.scalar === ScalarType.FIXED32 ? 1 : 0],
        ),
      );
    default:
      return integerFromJson(
        json,
        ...INT64_RANGES[field.scalar === ScalarType.UINT64 || field.scalar === ScalarType.FIXED64 ? 1 : 0],
      );
  }
}

type Range = readonly [min: bigint, max: bigint];

/** Signed, unsigned. */
const INT32_RANGES: readonly [Range, Range] = [
  [-(1n << 31n), (1n << 31n) - 1n],
  [0n, (1n << 32n) - 1n],
];
const INT64_RANGES: readonly [Range, Range] = [
  [-(1n << 63n), (1n << 63n) - 1n],
  [0n, (1n << 64n) - 1n],
];

function integerFromJson(json: JsonInput, min: bigint, max: bigint): bigint {
  if (typeof json === "number" && !Number.isSafeInteger(json)) {
    throw new Error("number is not an exact integer: write large integers as strings");
  }
  if (typeof json !== "number" && typeof json !== "string") throw new Error("expected an integer");
  const value = typeof json === "number" ? BigInt(json) : parseInt256(json);
  if (value < min || value > max) throw new Error(`integer ${value} out of range`);
  return value;
}

function stringFromJson(field: FieldPlan, json: JsonInput): string {
  if (typeof json !== "string") throw new Error("expected a string");
  if (field.options.isDec) return parseDec(json).toString();
  return field.options.isInt ? parseInt256(json).toString() : json;
}

/** Base64 in the standard or the URL alphabet, padded or not: gateways take both. */
function bytesFromJson(text: string): Uint8Array {
  const standard = text.replaceAll("-", "+").replaceAll("_", "/");
  return fromBase64(
    standard.includes("=") ? standard : standard.padEnd(Math.trunc((standard.length + 3) / 4) * 4, "="),
  );
}

function enumFromJson(field: FieldPlan, json: JsonInput): number {
  if (typeof json === "string") {
    const number = field.enumNumbers?.get(json);
    if (number === undefined) throw new Error(`unknown enum value ${excerpt(json)}`);
    return number;
  }
  return Number(integerFromJson(json, ...INT32_RANGES[0]));
}
