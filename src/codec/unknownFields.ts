// Refuses fields that a message type does not declare, through nested messages and Anys: ADR-020, cosmos-sdk v0.53
// x/tx/decode/unknown.go. A field whose number has bit 11 set is non-critical and may be allowed.
//
// Stricter than Go in what would let two readers of the same bytes differ: a singular field (or oneof) set twice, a
// known field with another wire type, groups, packed lists that do not end at their length, invalid UTF-8.

import { isUtf8 } from "node:buffer";
import { validUtf8 } from "./bytes.ts";
import { type FieldPlan, fieldOf, type MessagePlan, WIRE } from "./messagePlan.ts";
import type { TypeRegistry } from "./registry.ts";

/** Deepest nesting of messages, Anys included. */
export const MESSAGE_DEPTH_MAX = 64;

/** Deepest nesting of Any in Any: MsgExec in MsgExec, a multisig key in a multisig key. */
export const ANY_DEPTH_MAX = 16;

const NON_CRITICAL_BIT = 1 << 10;

/** Largest field number of protobuf. */
const FIELD_NUMBER_MAX = 536_870_911;

const WIRE_NAMES: readonly string[] = ["varint", "fixed64", "bytes", "start_group", "end_group", "fixed32"];

/** How to treat what is found. */
export interface ScanOptions {
  /** Let fields with bit 11 in their number pass. Default false. */
  readonly allowNonCritical?: boolean;
  /** Default ANY_DEPTH_MAX. */
  readonly anyDepthMax?: number;
}

/**
 * Checks the bytes of a message of this type. Returns whether there were non-critical unknown fields. Throws a plain
 * Error that says what is wrong: an unknown field, malformed bytes, an Any of unknown type, too deep a nesting.
 * PERF: one pass, no allocation but for the type URLs of Anys.
 */
export function rejectUnknownFields(
  registry: TypeRegistry,
  typeName: string,
  bytes: Uint8Array,
  options: ScanOptions = {},
): boolean {
  const plan = registry.plan(typeName);
  if (plan === undefined) throw new Error(`unable to resolve type URL /${typeName}`);
  const scanner = new Scanner(registry, bytes, options);
  scanner.message(plan, 0, bytes.length, 0, 0);
  return scanner.hasNonCritical;
}

/** The scan of one byte string. Positions are offsets into it. */
class Scanner {
  readonly #registry: TypeRegistry;
  readonly #bytes: Uint8Array;
  readonly #allowNonCritical: boolean;
  readonly #anyDepthMax: number;
  #pos = 0;
  hasNonCritical = false;

  constructor(registry: TypeRegistry, bytes: Uint8Array, options: ScanOptions) {
    this.#registry = registry;
    this.#bytes = bytes;
    this.#allowNonCritical = options.allowNonCritical ?? false;
    this.#anyDepthMax = options.anyDepthMax ?? ANY_DEPTH_MAX;
  }

  /** Scans the message in `start..end`. */
  message(plan: MessagePlan, start: number, end: number, depth: number, anyDepth: number): void {
    if (depth >= MESSAGE_DEPTH_MAX) throw new Error("recursion limit reached");
    // Slots of singular fields seen so far: one bit each, in an array when there are too many for that.
    let seen = 0;
    const seenMany = plan.slotCount > 31 ? new Uint8Array(plan.slotCount) : undefined;
    this.#pos = start;
    while (this.#pos < end) {
      const tag = this.#tag(end);
      const number = tag >>> 3;
      const wire = tag & 7;
      const field = fieldOf(plan, number);
      if (field === undefined) {
        this.#unknown(plan, number, wire, end);
        continue;
      }
      if (field.slot >= 0) {
        const bit = seenMany === undefined ? 1 << field.slot : 0;
        if ((seen & bit) !== 0 || seenMany?.[field.slot] === 1) throw duplicate(plan, number);
        seen |= bit;
        if (seenMany !== undefined) seenMany[field.slot] = 1;
      }
      this.#known(plan, field, wire, end, depth, anyDepth);
    }
  }

  #known(plan: MessagePlan, field: FieldPlan, wire: number, end: number, depth: number, anyDepth: number): void {
    if (wire !== field.wire) {
      if (wire !== WIRE.BYTES || !field.packable) throw mismatch(plan, field, wire);
      this.#packed(field.wire, this.#length(end));
      return;
    }
    if (wire !== WIRE.BYTES) {
      this.#skipNumber(wire, end);
      return;
    }
    const valueEnd = this.#length(end);
    if (field.kind === "string") this.#text(plan, field, valueEnd);
    else if (field.isAny) this.#any(field.message(), valueEnd, depth + 1, anyDepth + 1);
    else if (field.kind === "message") this.message(field.message(), this.#pos, valueEnd, depth + 1, anyDepth);
    this.#pos = valueEnd;
  }

  #unknown(plan: MessagePlan, number: number, wire: number, end: number): void {
    const critical = (number & NON_CRITICAL_BIT) === 0;
    if (critical || !this.#allowNonCritical) {
      const where = `${plan.typeName}: {TagNum: ${number}, WireType:"${wireName(wire)}"}`;
      throw new Error(`${where}: unknown protobuf field`);
    }
    this.hasNonCritical = true;
    if (wire === WIRE.BYTES) this.#pos = this.#length(end);
    else this.#skipNumber(wire, end);
  }

  /** An Any: its own two fields, then what it holds. */
  #any(anyPlan: MessagePlan, end: number, depth: number, anyDepth: number): void {
    if (anyDepth > this.#anyDepthMax) throw new Error(`Any nested deeper than ${this.#anyDepthMax}`);
    const start = this.#pos;
    this.message(anyPlan, start, end, depth, anyDepth);
    let typeUrl = "";
    let valueStart = end;
    let valueEnd = end;
    this.#pos = start;
    // The message was just scanned: fields 1 and 2 come at most once, both length-delimited.
    while (this.#pos < end) {
      const tag = this.#tag(end);
      if ((tag & 7) !== WIRE.BYTES) {
        this.#skipNumber(tag & 7, end);
        continue;
      }
      const fieldEnd = this.#length(end);
      if (tag >>> 3 === 1) typeUrl = textOf(this.#bytes, this.#pos, fieldEnd);
      if (tag >>> 3 === 2) {
        valueStart = this.#pos;
        valueEnd = fieldEnd;
      }
      this.#pos = fieldEnd;
    }
    const plan = this.#registry.planOfUrl(typeUrl);
    if (plan === undefined) throw new Error(`unable to resolve type URL ${typeUrl}`);
    this.message(plan, valueStart, valueEnd, depth + 1, anyDepth);
    this.#pos = end;
  }

  #text(plan: MessagePlan, field: FieldPlan, end: number): void {
    const bytes = this.#bytes;
    for (let i = this.#pos; i < end; i++) {
      if ((bytes[i] ?? 0) < 0x80) continue;
      if (!isUtf8(bytes.subarray(i, end))) throw new Error(`${plan.typeName}.${field.name} contains invalid UTF-8`);
      return;
    }
  }

  #packed(wire: number, end: number): void {
    while (this.#pos < end) this.#skipNumber(wire, end);
  }

  /** Field number and wire type. */
  #tag(end: number): number {
    const tag = this.#varint32(end);
    const number = tag >>> 3;
    if (number < 1 || number > FIELD_NUMBER_MAX) throw new Error("invalid field number");
    return tag;
  }

  /** Reads a length and returns where its bytes end. */
  #length(end: number): number {
    const length = this.#varint32(end);
    if (length > end - this.#pos) throw new Error("unexpected EOF");
    return this.#pos + length;
  }

  /** A varint that must fit 32 bits, in the at most ten bytes that a varint may have. */
  #varint32(end: number): number {
    const bytes = this.#bytes;
    let value = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      if (this.#pos >= end) throw new Error("unexpected EOF");
      const byte = bytes[this.#pos++] ?? 0;
      const bits = byte & 0x7f;
      if (shift < 28) value |= bits << shift;
      else if (shift === 28 && bits < 16) value |= bits << 28;
      else if (bits !== 0) throw new Error("varint overflows 32 bits");
      if (byte < 0x80) return value >>> 0;
    }
    throw new Error("varint overflow");
  }

  #skipNumber(wire: number, end: number): void {
    if (wire === WIRE.VARINT) this.#skipVarint(end);
    else if (wire === WIRE.FIXED64) this.#pos += 8;
    else if (wire === WIRE.FIXED32) this.#pos += 4;
    else throw new Error(`wire type ${wireName(wire)} is not supported`);
    if (this.#pos > end) throw new Error("unexpected EOF");
  }

  /** A varint of up to 64 bits. */
  #skipVarint(end: number): void {
    for (let i = 0; i < 10; i++) {
      if (this.#pos >= end) throw new Error("unexpected EOF");
      const byte = this.#bytes[this.#pos++] ?? 0;
      if (byte < 0x80) {
        if (i === 9 && byte > 1) throw new Error("varint overflow");
        return;
      }
    }
    throw new Error("varint overflow");
  }
}

function wireName(wire: number): string {
  return WIRE_NAMES[wire] ?? `unknown type: ${wire}`;
}

function duplicate(plan: MessagePlan, number: number): Error {
  return new Error(`${plan.typeName}: {TagNum: ${number}}: singular field occurs twice`);
}

function mismatch(plan: MessagePlan, field: FieldPlan, wire: number): Error {
  const kinds = `{TagNum: ${field.number}, GotWireType: "${wireName(wire)}" != WantWireType: "${wireName(field.wire)}"}`;
  return new Error(`${plan.typeName}: ${kinds}: mismatched wire type`);
}

/** Longest type URL that is looked up, in bytes. */
const TYPE_URL_LENGTH_MAX = 256;

function textOf(bytes: Uint8Array, start: number, end: number): string {
  if (end - start > TYPE_URL_LENGTH_MAX) throw new Error(`type URL longer than ${TYPE_URL_LENGTH_MAX} bytes`);
  return validUtf8(bytes, start, end);
}
