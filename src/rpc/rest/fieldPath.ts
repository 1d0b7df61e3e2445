// Sets the fields of a request message from texts in the path and in the query, by the rules of grpc-gateway v1
// (runtime/query.go): names as in the .proto or in camelCase, nested fields with dots, repeated names for lists.

import { type DescEnum, type DescField, type DescMessage, ScalarType } from "@bufbuild/protobuf";
import { type ReflectMessage, reflect } from "@bufbuild/protobuf/reflect";
import { GRPC_STATUS, QueryError } from "../../baseapp/queryError.ts";
import { parseDuration } from "../../codec/duration.ts";
import { messageOf } from "../../codec/errorText.ts";
import { parseTimestamp } from "../../codec/time.ts";

/** Fields from the request down to the one that is set. */
export const FIELD_PATH_DEPTH_MAX = 8;

/** Values of one list. */
export const FIELD_VALUES_MAX = 100;

function invalid(message: string): QueryError {
  return new QueryError(GRPC_STATUS.INVALID_ARGUMENT, message);
}

function fieldOf(message: DescMessage, name: string): DescField | undefined {
  return message.fields.find((field) => field.name === name || field.jsonName === name);
}

/** The field that a path such as `pagination.limit` leads to, or `undefined`. */
export function findField(message: DescMessage, path: string): DescField | undefined {
  const names = path.split(".", FIELD_PATH_DEPTH_MAX + 1);
  if (names.length > FIELD_PATH_DEPTH_MAX) return undefined;
  let scope: DescMessage | undefined = message;
  let found: DescField | undefined;
  for (const name of names) {
    if (scope === undefined) return undefined;
    found = fieldOf(scope, name);
    if (found === undefined) return undefined;
    scope = found.fieldKind === "message" ? found.message : undefined;
  }
  return found;
}

/**
 * Sets the field at a path from texts; a list takes them all, anything else the first. A path that leads nowhere is
 * passed over, as clients add parameters of their own. Throws QueryError InvalidArgument on a text that is no value.
 */
export function setFieldPath(message: ReflectMessage, path: string, texts: readonly string[]): void {
  if (findField(message.desc, path) === undefined) return;
  const names = path.split(".");
  let scope = message;
  for (const name of names.slice(0, -1)) {
    const field = fieldOf(scope.desc, name);
    // findField has been down this way.
    if (field?.fieldKind !== "message") return;
    scope = openMessage(scope, field);
  }
  const field = fieldOf(scope.desc, names.at(-1) ?? "");
  if (field !== undefined) setField(scope, field, { path, texts });
}

/** The message in a field, made when it is absent. */
function openMessage(scope: ReflectMessage, field: DescField & { fieldKind: "message" }): ReflectMessage {
  if (scope.isSet(field)) return scope.get(field);
  requireFreeOneof(scope, field);
  const made = reflect(field.message);
  scope.set(field, made);
  return scope.get(field);
}

function requireFreeOneof(scope: ReflectMessage, field: DescField): void {
  if (field.oneof === undefined) return;
  const taken = scope.oneofCase(field.oneof);
  if (taken !== undefined && taken !== field) throw invalid(`field already set for ${field.oneof.name} oneof`);
}

/** Where a value stands, for error texts, and its texts. */
interface Given {
  readonly path: string;
  readonly texts: readonly string[];
}

function setField(scope: ReflectMessage, field: DescField, given: Given): void {
  const first = given.texts[0] ?? "";
  requireFreeOneof(scope, field);
  switch (field.fieldKind) {
    case "scalar":
      scope.set(field, parseScalar(field.scalar, first, given.path));
      break;
    case "enum":
      scope.set(field, parseEnum(field.enum, first, given.path));
      break;
    case "list":
      setList(scope, field, given);
      break;
    case "message":
      scope.set(field, parseWellKnown(field.message, first, given.path));
      break;
    case "map":
      throw invalid(`field ${given.path} is a map: not supported in query parameters`);
  }
}

function setList(scope: ReflectMessage, field: DescField & { fieldKind: "list" }, given: Given): void {
  if (given.texts.length > FIELD_VALUES_MAX)
    throw invalid(`field ${given.path} has more than ${FIELD_VALUES_MAX} values`);
  const list = scope.get(field);
  for (const text of given.texts) {
    if (field.listKind === "scalar") list.add(parseScalar(field.scalar, text, given.path));
    else if (field.listKind === "enum") list.add(parseEnum(field.enum, text, given.path));
    else throw invalid(`field ${given.path} is a list of messages: not supported in query parameters`);
  }
}

/** Messages that have a text form. */
function parseWellKnown(message: DescMessage, text: string, path: string): ReflectMessage {
  const parse = { "google.protobuf.Timestamp": parseTimestamp, "google.protobuf.Duration": parseDuration }[
    message.typeName
  ];
  if (parse === undefined) throw invalid(`field ${path} is a message: not supported in query parameters`);
  const made = reflect(message);
  try {
    const { seconds, nanos } = parse(text);
    for (const field of message.fields) made.set(field, field.name === "seconds" ? seconds : nanos);
  } catch (cause) {
    throw invalid(`field ${path}: ${messageOf(cause)}`);
  }
  return made;
}

function parseEnum(type: DescEnum, text: string, path: string): number {
  const found = type.values.find((value) => value.name === text || String(value.number) === text);
  if (found === undefined) throw invalid(`field ${path}: ${excerpt(text)} is not a valid ${type.typeName}`);
  return found.number;
}

const TRUE = new Set(["1", "t", "T", "TRUE", "true", "True"]);
const FALSE = new Set(["0", "f", "F", "FALSE", "false", "False"]);

function parseScalar(type: ScalarType, text: string, path: string): unknown {
  switch (type) {
    case ScalarType.STRING:
      return text;
    case ScalarType.BOOL:
      if (TRUE.has(text)) return true;
      if (FALSE.has(text)) return false;
      throw invalid(`field ${path}: ${excerpt(text)} is not a boolean`);
    case ScalarType.BYTES:
      return parseBytes(text, path);
    case ScalarType.DOUBLE:
    case ScalarType.FLOAT:
      return parseNumber(text, path);
    case ScalarType.INT64:
    case ScalarType.SINT64:
    case ScalarType.SFIXED64:
      return parseInteger(text, path, INT64);
    case ScalarType.UINT64:
    case ScalarType.FIXED64:
      return parseInteger(text, path, UINT64);
    case ScalarType.INT32:
    case ScalarType.SINT32:
    case ScalarType.SFIXED32:
      return Number(parseInteger(text, path, INT32));
    case ScalarType.UINT32:
    case ScalarType.FIXED32:
      return Number(parseInteger(text, path, UINT32));
  }
}

interface Range {
  readonly name: string;
  readonly min: bigint;
  readonly max: bigint;
}

const INT64: Range = { name: "int64", min: -(2n ** 63n), max: 2n ** 63n - 1n };
const UINT64: Range = { name: "uint64", min: 0n, max: 2n ** 64n - 1n };
const INT32: Range = { name: "int32", min: -(2n ** 31n), max: 2n ** 31n - 1n };
const UINT32: Range = { name: "uint32", min: 0n, max: 2n ** 32n - 1n };

function parseInteger(text: string, path: string, range: Range): bigint {
  const value = /^-?(?:0|[1-9][0-9]{0,19})$/.test(text) ? BigInt(text) : undefined;
  if (value !== undefined && value >= range.min && value <= range.max) return value;
  throw invalid(`field ${path}: ${excerpt(text)} is not a ${range.name}`);
}

function parseNumber(text: string, path: string): number {
  const value = /^-?[0-9]{1,40}(?:\.[0-9]{1,40})?(?:[eE][-+]?[0-9]{1,3})?$/.test(text) ? Number(text) : Number.NaN;
  if (Number.isFinite(value)) return value;
  throw invalid(`field ${path}: ${excerpt(text)} is not a number`);
}

/** Padded base64 in either alphabet. A space is a plus that the client did not escape. */
function parseBytes(text: string, path: string): Uint8Array {
  const plain = text.replaceAll(" ", "+").replaceAll("-", "+").replaceAll("_", "/");
  if (plain.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(plain)) {
    throw invalid(`field ${path}: ${excerpt(text)} is not base64`);
  }
  return new Uint8Array(Buffer.from(plain, "base64"));
}

/** Enough of a text to find it by; a client may have sent kilobytes. */
function excerpt(text: string): string {
  return JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text);
}
