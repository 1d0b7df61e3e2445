// Any message, read and written by its descriptor alone: for JSON, where generated codecs know neither the .proto field
// names nor the annotations.

import { ScalarType } from "@bufbuild/protobuf";
import { BinaryReader, BinaryWriter } from "@bufbuild/protobuf/wire";
import { type FieldPlan, fieldOf, type MessagePlan, WIRE } from "./messagePlan.ts";
import { MESSAGE_DEPTH_MAX } from "./unknownFields.ts";

/** One value: bigint for 64-bit integers, number for 32-bit integers and enums. */
export type SingleValue = string | bigint | number | boolean | Uint8Array | DynamicMessage;

/** A field: a list when it is repeated; `undefined` when absent. */
export type FieldValue = SingleValue | SingleValue[] | undefined;

/** A message and its fields, `values[i]` belonging to `plan.fields[i]`. Absent scalars are undefined, not zero. */
export interface DynamicMessage {
  readonly plan: MessagePlan;
  readonly values: FieldValue[];
}

/** A message without any field set. */
export function emptyMessage(plan: MessagePlan): DynamicMessage {
  return { plan, values: new Array<FieldValue>(plan.fields.length).fill(undefined) };
}

/**
 * Reads a message. As everywhere in protobuf unknown fields are skipped and the last of several values wins; bytes of
 * transactions have passed `rejectUnknownFields`, which refuses both. Byte fields are views of the input. Throws a plain
 * Error on malformed bytes.
 */
export function readMessage(plan: MessagePlan, bytes: Uint8Array): DynamicMessage {
  const reader = new BinaryReader(bytes);
  return readFields(plan, reader, reader.len, 0);
}

function readFields(plan: MessagePlan, reader: BinaryReader, end: number, depth: number): DynamicMessage {
  if (depth >= MESSAGE_DEPTH_MAX) throw new Error("recursion limit reached");
  if (end > reader.len) throw new Error(`${plan.typeName}: unexpected EOF`);
  const message = emptyMessage(plan);
  while (reader.pos < end) {
    const [number, wire] = reader.tag();
    const field = fieldOf(plan, number);
    if (field !== undefined && wire === field.wire) {
      const value = readValue(field, reader, depth);
      if (field.repeated) appendValue(message, field, value);
      else setSingular(message, field, value);
    } else if (field?.packable === true && wire === WIRE.BYTES) {
      const packedEnd = reader.uint32() + reader.pos;
      while (reader.pos < packedEnd) appendValue(message, field, readValue(field, reader, depth));
      if (reader.pos !== packedEnd) throw new Error(`${plan.typeName}.${field.name}: bad packed list`);
    } else {
      reader.skip(wire, number);
    }
  }
  if (reader.pos !== end) throw new Error(`${plan.typeName}: bad length`);
  return message;
}

function appendValue(message: DynamicMessage, field: FieldPlan, value: SingleValue): void {
  const list = message.values[field.index];
  if (Array.isArray(list)) list.push(value);
  else message.values[field.index] = [value];
}

/** Sets a singular field; the other members of its oneof are unset. */
export function setSingular(message: DynamicMessage, field: FieldPlan, value: SingleValue): void {
  if (field.oneof !== undefined) {
    for (const other of message.plan.fields) if (other.slot === field.slot) message.values[other.index] = undefined;
  }
  message.values[field.index] = value;
}

function readValue(field: FieldPlan, reader: BinaryReader, depth: number): SingleValue {
  if (field.kind === "message") {
    const end = reader.uint32() + reader.pos;
    return readFields(field.message(), reader, end, depth + 1);
  }
  switch (field.scalar) {
    case ScalarType.STRING:
      return reader.string(true);
    case ScalarType.BYTES:
      return reader.bytes();
    case ScalarType.BOOL:
      return reader.bool();
    case ScalarType.INT32:
      return reader.int32();
    case ScalarType.UINT32:
      return reader.uint32();
    case ScalarType.SINT32:
      return reader.sint32();
    case ScalarType.FIXED32:
      return reader.fixed32();
    case ScalarType.SFIXED32:
      return reader.sfixed32();
    // The reader gives bigint wherever BigInt exists; its type allows text for where it does not.
    case ScalarType.INT64:
      return BigInt(reader.int64());
    case ScalarType.UINT64:
      return BigInt(reader.uint64());
    case ScalarType.SINT64:
      return BigInt(reader.sint64());
    case ScalarType.FIXED64:
      return BigInt(reader.fixed64());
    case ScalarType.SFIXED64:
      return BigInt(reader.sfixed64());
    default:
      throw new Error(`field ${field.name} has an unsupported type`);
  }
}

/** Writes a message with its fields in ascending order; zero scalars without presence are left out, as in Go. */
export function writeMessage(message: DynamicMessage): Uint8Array {
  const writer = new BinaryWriter();
  writeFields(message, writer, 0);
  return writer.finish();
}

function writeFields(message: DynamicMessage, writer: BinaryWriter, depth: number): void {
  if (depth >= MESSAGE_DEPTH_MAX) throw new Error("recursion limit reached");
  const fields = [...message.plan.fields].sort((a, b) => a.number - b.number);
  for (const field of fields) {
    const value = message.values[field.index];
    if (value === undefined) continue;
    if (Array.isArray(value)) writeList(field, value, writer, depth);
    else if (hasValue(field, value)) writeTagged(field, value, writer, depth);
  }
}

function writeList(field: FieldPlan, list: readonly SingleValue[], writer: BinaryWriter, depth: number): void {
  if (!field.packable) {
    for (const item of list) writeTagged(field, item, writer, depth);
  } else if (list.length > 0) {
    writer.tag(field.number, WIRE.BYTES).fork();
    for (const item of list) writeValue(field, item, writer, depth);
    writer.join();
  }
}

function writeTagged(field: FieldPlan, value: SingleValue, writer: BinaryWriter, depth: number): void {
  writer.tag(field.number, field.wire);
  writeValue(field, value, writer, depth);
}

/** Whether a value counts as set: not the zero of a scalar without presence. */
export function hasValue(field: FieldPlan, value: FieldValue): value is SingleValue | SingleValue[] {
  if (value === undefined) return false;
  if (field.explicit) return true;
  if (typeof value === "object") return !("length" in value) || value.length > 0;
  return value !== "" && value !== 0 && value !== 0n && value !== false;
}

function writeValue(field: FieldPlan, value: SingleValue, writer: BinaryWriter, depth: number): void {
  if (typeof value === "string") {
    writer.string(value);
  } else if (typeof value === "boolean") {
    writer.bool(value);
  } else if (value instanceof Uint8Array) {
    writer.bytes(value);
  } else if (typeof value === "bigint") {
    writeInt64(field, value, writer);
  } else if (typeof value === "number") {
    writeInt32(field, value, writer);
  } else {
    writer.fork();
    writeFields(value, writer, depth + 1);
    writer.join();
  }
}

function writeInt64(field: FieldPlan, value: bigint, writer: BinaryWriter): void {
  switch (field.scalar) {
    case ScalarType.UINT64:
      writer.uint64(value);
      break;
    case ScalarType.SINT64:
      writer.sint64(value);
      break;
    case ScalarType.FIXED64:
      writer.fixed64(value);
      break;
    case ScalarType.SFIXED64:
      writer.sfixed64(value);
      break;
    default:
      writer.int64(value);
  }
}

function writeInt32(field: FieldPlan, value: number, writer: BinaryWriter): void {
  switch (field.scalar) {
    case ScalarType.UINT32:
      writer.uint32(value);
      break;
    case ScalarType.SINT32:
      writer.sint32(value);
      break;
    case ScalarType.FIXED32:
      writer.fixed32(value);
      break;
    case ScalarType.SFIXED32:
      writer.sfixed32(value);
      break;
    default:
      writer.int32(value);
  }
}

/** The value of a field by its .proto name; `undefined` when absent or when the type has no such field. */
export function getValue(message: DynamicMessage, name: string): FieldValue {
  const field = message.plan.fields.find((candidate) => candidate.name === name);
  return field === undefined ? undefined : message.values[field.index];
}
