// Transactions and their results as they are stored: in runs of up to RUN_TXS, one record each. What the texts of a run
// have in common stands in it once: event types, attribute keys, addresses and denominations are numbers of a table; of a
// long text, an order as JSON, it holds how it differs from the first one under the same attribute key. So an order takes
// 1.2 KB instead of 3.1, and one put in sixteen. Integers are unsigned LEB128 unless something else is said.
//
//   run    = count (1 byte) · bytes of the table and of each part (4 bytes each, big endian) · table · parts
//   table  = texts, each with its length; they are numbered from 1, 0 is the empty text
//   part   = tx with its length · code · data with its length · log · info · codespace (values) · gas wanted · gas used
//            (64 bits of two's complement) · count of events · events
//   event  = type (text) · count of attributes · attributes
//   attribute = 2 key + (1 if it is indexed) · value
//   value  = 2 text, or 2 text + 1 · length · steps that make it of that text (see #putSteps)

import type { Event, ExecTxResult } from "../../gen/tendermint/abci/types.ts";
import { writeUint32 } from "./dbKeys.ts";

/** Transactions in a run. PERF: a lookup reads a whole run, 20 KB for orders. */
export const RUN_TXS = 16;

/** Longer texts, which hardly come again, are not looked up in the table but compared with one. */
const SHORT_UNITS_MAX = 96;
/** Up to here a loop over ASCII beats a native call. */
const LOOP_UNITS_MAX = 24;
/** No item but text and bytes takes more. */
const ITEM_BYTES_MAX = 16;
/** Where the steps of a long text go on after a difference: what JSON puts around every text. */
const QUOTE = 0x22;

/** A buffer that grows. */
class Bytes {
  bytes: Buffer;
  /** Of the same bytes. */
  view: DataView;
  used = 0;

  constructor(size: number) {
    this.bytes = Buffer.allocUnsafeSlow(size);
    this.view = new DataView(this.bytes.buffer);
  }

  reserve(count: number): void {
    const needed = this.used + count;
    if (needed <= this.bytes.length) return;
    const wider = Buffer.allocUnsafeSlow(Math.max(needed, 2 * this.bytes.length));
    this.bytes.copy(wider, 0, 0, this.used);
    this.bytes = wider;
    this.view = new DataView(wider.buffer);
  }

  /** An integer of up to 32 bits; there must be room for it. */
  putUint(value: number): void {
    const { bytes } = this;
    let at = this.used;
    let rest = value;
    while (rest > 0x7f) {
      bytes[at++] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    bytes[at++] = rest;
    this.used = at;
  }

  putBytes(given: Uint8Array): void {
    this.reserve(given.length + ITEM_BYTES_MAX);
    this.putUint(given.length);
    this.bytes.set(given, this.used);
    this.used += given.length;
  }

  putInt64(value: bigint): void {
    if (value >= 0n && value < 0x100000000n) {
      this.putUint(Number(value));
      return;
    }
    let rest = BigInt.asUintN(64, value);
    while (rest > 0x7fn) {
      this.bytes[this.used++] = Number(rest & 0x7fn) | 0x80;
      rest >>= 7n;
    }
    this.bytes[this.used++] = Number(rest);
  }
}

/** Writes UTF-8 at a place with room for it, and returns where it ends. */
function writeText(bytes: Buffer, at: number, text: string): number {
  const { length } = text;
  if (length > LOOP_UNITS_MAX) return at + bytes.write(text, at, "utf8");
  for (let index = 0; index < length; index += 1) {
    const code = text.charCodeAt(index);
    if (code > 0x7f) return at + bytes.write(text, at, "utf8");
    bytes[at + index] = code;
  }
  return at + length;
}

/** Bytes before the table. */
export function runHeadBytes(count: number): number {
  return 5 + 4 * count;
}

function uintBytes(value: number): number {
  return value < 0x80 ? 1 : value < 0x4000 ? 2 : value < 0x200000 ? 3 : value < 0x10000000 ? 4 : 5;
}

/** A long text in the table that others are compared with. */
interface Reference {
  readonly text: number;
  readonly start: number;
  readonly end: number;
}

/** Collects runs, a transaction at a time. Its buffers serve one run after the other. */
export class RunWriter {
  readonly #parts = new Bytes(64 * 1024);
  readonly #table = new Bytes(64 * 1024);
  readonly #texts = new Map<string, number>();
  #textCount = 0;
  /** By the attribute key's text. */
  readonly #references = new Map<number, Reference>();
  readonly #partBytes: number[] = [];

  /** Transactions since the last `finish`. */
  get count(): number {
    return this.#partBytes.length;
  }

  /** PERF: 5 us for an order. */
  add(tx: Uint8Array, result: ExecTxResult): void {
    const parts = this.#parts;
    const start = parts.used;
    parts.putBytes(tx);
    parts.reserve(ITEM_BYTES_MAX);
    parts.putUint(result.code);
    parts.putBytes(result.data);
    this.#putValue(0, result.log);
    this.#putValue(0, result.info);
    this.#putValue(0, result.codespace);
    parts.reserve(3 * ITEM_BYTES_MAX);
    parts.putInt64(result.gasWanted);
    parts.putInt64(result.gasUsed);
    const { events } = result;
    parts.putUint(events.length);
    for (let index = 0; index < events.length; index += 1) this.#putEvent(events[index]!);
    this.#partBytes.push(parts.used - start);
  }

  #putEvent({ type, attributes }: Event): void {
    const parts = this.#parts;
    parts.reserve(2 * ITEM_BYTES_MAX);
    parts.putUint(this.#textOf(type));
    parts.putUint(attributes.length);
    for (let index = 0; index < attributes.length; index += 1) {
      const { key, value, index: isIndexed } = attributes[index]!;
      const name = this.#textOf(key);
      parts.reserve(ITEM_BYTES_MAX);
      parts.putUint(2 * name + (isIndexed ? 1 : 0));
      this.#putValue(name, value);
    }
  }

  #putValue(key: number, value: string): void {
    if (value.length > SHORT_UNITS_MAX) {
      this.#putLong(key, value);
      return;
    }
    const text = this.#textOf(value);
    this.#parts.reserve(ITEM_BYTES_MAX);
    this.#parts.putUint(2 * text);
  }

  #textOf(text: string): number {
    if (text === "") return 0;
    const known = this.#texts.get(text);
    if (known !== undefined) return known;
    this.#appendText(text);
    this.#texts.set(text, this.#textCount);
    return this.#textCount;
  }

  /** Puts a text behind the others, and returns where it begins. */
  #appendText(text: string): number {
    const table = this.#table;
    table.reserve(3 * text.length + ITEM_BYTES_MAX);
    const { bytes, used } = table;
    const guess = uintBytes(text.length);
    const end = writeText(bytes, used + guess, text);
    const length = end - used - guess;
    const needed = uintBytes(length);
    if (needed !== guess) bytes.copyWithin(used + needed, used + guess, end);
    table.putUint(length);
    table.used += length;
    this.#textCount += 1;
    return used + needed;
  }

  /** A long text: in the table when it is the first under its key, or differs too much from that one. */
  #putLong(key: number, value: string): void {
    const parts = this.#parts;
    const table = this.#table;
    const reference = this.#references.get(key);
    const tableUsed = table.used;
    const start = this.#appendText(value);
    const end = table.used;
    parts.reserve(end - start + 2 * ITEM_BYTES_MAX);
    if (reference === undefined) {
      this.#references.set(key, { text: this.#textCount, start, end });
      parts.putUint(2 * this.#textCount);
      return;
    }
    const partsUsed = parts.used;
    parts.putUint(2 * reference.text + 1);
    parts.putUint(end - start);
    if (this.#putSteps(reference, start, end)) {
      table.used = tableUsed;
      this.#textCount -= 1;
    } else {
      parts.used = partsUsed;
      parts.putUint(2 * this.#textCount);
    }
  }

  /**
   * The steps that make a text, which lies in the table, of another: how many bytes are the same, how many of the other
   * are passed over, how many come instead, and these. Returns false when they take more than half of the text.
   */
  #putSteps(reference: Reference, start: number, end: number): boolean {
    const parts = this.#parts;
    const { bytes, view } = this.#table;
    const bytesMax = parts.used + ((end - start) >>> 1);
    let at = start;
    let other = reference.start;
    while (at < end) {
      const same = at;
      while (at + 4 <= end && other + 4 <= reference.end && view.getInt32(at) === view.getInt32(other)) {
        at += 4;
        other += 4;
      }
      while (at < end && other < reference.end && bytes[at] === bytes[other]) {
        at += 1;
        other += 1;
      }
      const differs = at;
      const passed = other;
      while (at < end && bytes[at] !== QUOTE) at += 1;
      while (other < reference.end && bytes[other] !== QUOTE) other += 1;
      // Behind the other's end all that is left comes instead, so that each step leads on.
      if (other === reference.end) at = end;
      const length = at - differs;
      // There is room for as much as the text has, and for two items.
      if (parts.used + length > bytesMax) return false;
      parts.putUint(differs - same);
      parts.putUint(other - passed);
      parts.putUint(length);
      for (let index = differs; index < at; index += 1) parts.bytes[parts.used++] = bytes[index]!;
    }
    return true;
  }

  /** The run of all that was added, which nobody may change; the next one begins. */
  finish(): Uint8Array {
    const parts = this.#parts;
    const table = this.#table;
    const count = this.#partBytes.length;
    const run = new Uint8Array(runHeadBytes(count) + table.used + parts.used);
    run[0] = count;
    writeUint32(run, 1, table.used);
    for (let index = 0; index < count; index += 1) writeUint32(run, 5 + 4 * index, this.#partBytes[index]!);
    run.set(table.bytes.subarray(0, table.used), runHeadBytes(count));
    run.set(parts.bytes.subarray(0, parts.used), runHeadBytes(count) + table.used);
    this.clear();
    return run;
  }

  /** Forgets what was added. */
  clear(): void {
    this.#parts.used = 0;
    this.#table.used = 0;
    this.#texts.clear();
    this.#textCount = 0;
    this.#references.clear();
    this.#partBytes.length = 0;
  }
}
