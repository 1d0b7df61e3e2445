// Messages in amino's binary form (go-amino v0.16): protobuf's, except that fields are numbered by their place in the type,
// an Any is a prefix and the message behind it, a duration is its nanoseconds, and a key is its bytes.

import { ScalarType } from "@bufbuild/protobuf";
import { BinaryReader, BinaryWriter } from "@bufbuild/protobuf/wire";
import { AMINO_PREFIX_BYTES, aminoPrefix, planOfAminoPrefix } from "./aminoNames.ts";
import { toHex } from "./bytes.ts";
import { durationFromNs, durationToNs } from "./duration.ts";
import {
  type DynamicMessage,
  emptyMessage,
  getValue,
  hasValue,
  readMessage,
  type SingleValue,
  setSingular,
  writeMessage,
} from "./dynamicMessage.ts";
import { type FieldPlan, type MessagePlan, WIRE } from "./messagePlan.ts";
import { anyParts, secondsAndNanos } from "./protoJson.ts";
import type { TypeRegistry } from "./registry.ts";
import { MESSAGE_DEPTH_MAX } from "./unknownFields.ts";

const ANY = "google.protobuf.Any";
const DURATION = "google.protobuf.Duration";
const KEY_FIELD = "key_field";

/** The encoded message of an Any with its prefix in front. Throws an Error on a type without an amino name. */
export function anyToAmino(
  registry: TypeRegistry,
  any: { readonly typeUrl: string; readonly value: Uint8Array },
): Uint8Array {
  return interfaceBytes(registry, any.typeUrl, any.value, 0);
}

function interfaceBytes(registry: TypeRegistry, typeUrl: string, value: Uint8Array, depth: number): Uint8Array {
  const plan = registry.planOfUrl(typeUrl);
  if (plan?.aminoName === undefined) throw new Error(`${typeUrl} has no amino name`);
  const message = readMessage(plan, value);
  const writer = new BinaryWriter().raw(aminoPrefix(plan.aminoName));
  if (plan.aminoEncoding !== KEY_FIELD) return writer.raw(structBytes(registry, message, depth + 1)).finish();
  const key = getValue(message, "key");
  return writer.bytes(key instanceof Uint8Array ? key : new Uint8Array(0)).finish();
}

function structBytes(registry: TypeRegistry, message: DynamicMessage, depth: number): Uint8Array {
  if (depth >= MESSAGE_DEPTH_MAX) throw new Error("recursion limit reached");
  const writer = new BinaryWriter();
  for (const field of message.plan.fields) {
    const value = message.values[field.index];
    if (field.oneof !== undefined) throw new Error(`${message.plan.typeName}.${field.name}: amino has no oneof`);
    if (Array.isArray(value)) writeList(registry, field, value, writer, depth);
    else if (hasValue(field, value)) writeSingle(registry, field, value as SingleValue, writer, depth);
  }
  return writer.finish();
}

function writeList(
  registry: TypeRegistry,
  field: FieldPlan,
  list: readonly SingleValue[],
  writer: BinaryWriter,
  depth: number,
): void {
  if (list.length === 0) return;
  if (!field.packable) {
    for (const item of list) {
      writer.tag(field.index + 1, WIRE.BYTES);
      writer.bytes(contentBytes(registry, field, item, depth));
    }
    return;
  }
  writer.tag(field.index + 1, WIRE.BYTES).fork();
  for (const item of list) writeVarint(item, writer);
  writer.join();
}

function writeSingle(
  registry: TypeRegistry,
  field: FieldPlan,
  value: SingleValue,
  writer: BinaryWriter,
  depth: number,
): void {
  const number = field.index + 1;
  if (isDuration(field)) {
    const ns = durationToNs(secondsAndNanos(value as DynamicMessage));
    // By value it is a number in Go, of which zero is left out.
    if (ns !== 0n || field.options.nullable) writer.tag(number, WIRE.VARINT).int64(ns);
  } else if (field.wire === WIRE.BYTES) {
    const bytes = contentBytes(registry, field, value, depth);
    // What Go keeps by value and is all zero is left out, as a scalar is.
    if (bytes.length === 0 && field.kind === "message" && !field.options.nullable) return;
    writer.tag(number, WIRE.BYTES).bytes(bytes);
  } else {
    writeVarint(value, writer.tag(number, WIRE.VARINT));
  }
}

function isDuration(field: FieldPlan): boolean {
  return field.kind === "message" && field.message().typeName === DURATION;
}

/** The bytes of a text, of bytes, or of a message. */
function contentBytes(registry: TypeRegistry, field: FieldPlan, value: SingleValue, depth: number): Uint8Array {
  if (typeof value === "string") return new TextEncoder().encode(value);
  if (value instanceof Uint8Array) return value;
  if (typeof value !== "object") throw new Error(`field ${field.name} has an unsupported type`);
  if (value.plan.typeName !== ANY) return structBytes(registry, value, depth + 1);
  const { typeUrl, value: inner } = anyParts(value);
  return interfaceBytes(registry, typeUrl, inner, depth);
}

/** Amino writes every integer as the varint of its 64 bits. */
function writeVarint(value: SingleValue, writer: BinaryWriter): void {
  if (typeof value === "boolean") writer.bool(value);
  else if (typeof value === "bigint") writer.uint64(BigInt.asUintN(64, value));
  else if (typeof value === "number") writer.uint64(BigInt.asUintN(64, BigInt(value)));
  else throw new Error("expected a number");
}

/** An Any from bytes that begin with a prefix. Throws an Error on an unknown prefix and on malformed bytes. */
export function anyFromAmino(registry: TypeRegistry, bytes: Uint8Array): { typeUrl: string; value: Uint8Array } {
  return readInterface(registry, bytes, 0);
}

function readInterface(
  registry: TypeRegistry,
  bytes: Uint8Array,
  depth: number,
): { typeUrl: string; value: Uint8Array } {
  const prefix = bytes.subarray(0, AMINO_PREFIX_BYTES);
  const plan = planOfAminoPrefix(registry, prefix);
  if (plan === undefined) throw new Error(`unrecognized prefix bytes ${toHex(prefix).toUpperCase()}`);
  const rest = bytes.subarray(AMINO_PREFIX_BYTES);
  const message = plan.aminoEncoding === KEY_FIELD ? readKey(plan, rest) : readStruct(registry, plan, rest, depth + 1);
  return { typeUrl: `/${plan.typeName}`, value: writeMessage(message) };
}

function readKey(plan: MessagePlan, bytes: Uint8Array): DynamicMessage {
  const message = emptyMessage(plan);
  const reader = new BinaryReader(bytes);
  const key = reader.bytes();
  if (reader.pos !== reader.len) throw new Error(`${plan.typeName}: bytes are left over`);
  for (const field of plan.fields) if (field.name === "key") message.values[field.index] = key;
  return message;
}

/** A message as Go has it before anything is read: what is kept by value is there. */
function zeroMessage(plan: MessagePlan): DynamicMessage {
  const message = emptyMessage(plan);
  for (const field of plan.fields) {
    const isByValue = field.kind === "message" && !field.repeated && !field.options.nullable;
    if (isByValue) message.values[field.index] = zeroMessage(field.message());
  }
  return message;
}

function readStruct(registry: TypeRegistry, plan: MessagePlan, bytes: Uint8Array, depth: number): DynamicMessage {
  if (depth >= MESSAGE_DEPTH_MAX) throw new Error("recursion limit reached");
  const reader = new BinaryReader(bytes);
  const message = zeroMessage(plan);
  let last = 0;
  while (reader.pos < reader.len) {
    const [number, wire] = reader.tag();
    const field = plan.fields[number - 1];
    if (field === undefined) throw new Error(`${plan.typeName}: unknown field ${number}`);
    if (number < last || (number === last && !field.repeated)) {
      throw new Error(`${plan.typeName}: fields are not in their order`);
    }
    last = number;
    readField(registry, message, field, { reader, wire, depth });
  }
  return message;
}

interface Reading {
  readonly reader: BinaryReader;
  readonly wire: number;
  readonly depth: number;
}

function readField(registry: TypeRegistry, message: DynamicMessage, field: FieldPlan, reading: Reading): void {
  const { reader, wire } = reading;
  const expected = isDuration(field) ? WIRE.VARINT : field.packable ? WIRE.BYTES : field.wire;
  if (wire !== expected) throw new Error(`${message.plan.typeName}.${field.name}: wire type ${wire}`);
  if (!field.repeated) {
    setSingular(message, field, readSingle(registry, field, reading));
    return;
  }
  const list = message.values[field.index];
  const items = Array.isArray(list) ? list : [];
  message.values[field.index] = items;
  if (!field.packable) {
    items.push(readSingle(registry, field, reading));
    return;
  }
  const end = reader.uint32() + reader.pos;
  while (reader.pos < end) items.push(readVarint(field, reader));
  if (reader.pos !== end) throw new Error(`${message.plan.typeName}.${field.name}: bad packed list`);
}

function readSingle(registry: TypeRegistry, field: FieldPlan, { reader, depth }: Reading): SingleValue {
  if (isDuration(field)) return secondsMessage(field.message(), durationFromNs(BigInt(reader.int64())));
  if (field.kind === "message") return readContent(registry, field, reader.bytes(), depth);
  if (field.kind === "string") return reader.string(true);
  return field.kind === "bytes" ? reader.bytes() : readVarint(field, reader);
}

function readContent(registry: TypeRegistry, field: FieldPlan, bytes: Uint8Array, depth: number): DynamicMessage {
  if (!field.isAny) return readStruct(registry, field.message(), bytes, depth + 1);
  const { typeUrl, value } = readInterface(registry, bytes, depth + 1);
  const message = emptyMessage(field.message());
  for (const inner of message.plan.fields) message.values[inner.index] = inner.name === "value" ? value : typeUrl;
  return message;
}

function secondsMessage(plan: MessagePlan, time: { readonly seconds: bigint; readonly nanos: number }): DynamicMessage {
  const message = emptyMessage(plan);
  for (const field of plan.fields) message.values[field.index] = field.name === "seconds" ? time.seconds : time.nanos;
  return message;
}

function readVarint(field: FieldPlan, reader: BinaryReader): SingleValue {
  switch (field.kind) {
    case "bool":
      return reader.bool();
    case "int64":
      return BigInt(field.scalar === ScalarType.UINT64 ? reader.uint64() : reader.int64());
    default:
      return field.scalar === ScalarType.UINT32 ? reader.uint32() : reader.int32();
  }
}
