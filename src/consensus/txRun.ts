// Reads the runs of transactions and results that resultEncoding.ts writes.

import type { Event, EventAttribute, ExecTxResult } from "../../gen/tendermint/abci/types.ts";
import { readUint32 } from "./dbKeys.ts";
import { runHeadBytes } from "./resultEncoding.ts";

/** A stored run, whose bytes must not change. Throws RangeError when they are not those of a run. */
export class TxRun {
  readonly #bytes: Buffer;
  /** Where each part begins, and where the last one ends. */
  readonly #starts: readonly number[];
  #textStarts: readonly number[] | undefined;

  constructor(run: Uint8Array) {
    this.#bytes = Buffer.from(run.buffer, run.byteOffset, run.length);
    const count = run[0] ?? 0;
    if (run.length < runHeadBytes(count)) throw cutShort();
    let at = runHeadBytes(count) + readUint32(run, 1);
    const starts = [at];
    for (let index = 0; index < count; index += 1) {
      at += readUint32(run, 5 + 4 * index);
      starts.push(at);
    }
    if (at !== run.length) throw cutShort();
    this.#starts = starts;
  }

  get count(): number {
    return this.#starts.length - 1;
  }

  /** A transaction, sharing memory with the run. */
  tx(index: number): Uint8Array {
    return this.#reader(index).bytes();
  }

  /** The result of a transaction. PERF: 10 us for an order. */
  result(index: number): ExecTxResult {
    const reader = this.#reader(index);
    reader.bytes();
    const code = reader.uint();
    const data = reader.bytes();
    const log = this.#value(reader);
    const info = this.#value(reader);
    const codespace = this.#value(reader);
    const gasWanted = reader.int64();
    const gasUsed = reader.int64();
    const events: Event[] = [];
    for (let left = reader.uint(); left > 0; left -= 1) events.push(this.#event(reader));
    return { code, data, log, info, gasWanted, gasUsed, events, codespace };
  }

  #event(reader: PartReader): Event {
    const type = this.#text(reader.uint());
    const attributes: EventAttribute[] = [];
    for (let left = reader.uint(); left > 0; left -= 1) {
      const key = reader.uint();
      attributes.push({ key: this.#text(key >>> 1), value: this.#value(reader), index: (key & 1) === 1 });
    }
    return { type, attributes };
  }

  #value(reader: PartReader): string {
    const value = reader.uint();
    if ((value & 1) === 0) return this.#text(value >>> 1);
    const { start, end } = this.#rangeOf(value >>> 1);
    const length = reader.uint();
    // Each byte of the other text serves once, and the rest stands here.
    if (length > end - start + reader.left) throw cutShort();
    const bytes = Buffer.allocUnsafe(length);
    let at = 0;
    let other = start;
    while (at < bytes.length) {
      const same = reader.uint();
      if (other + same > end || at + same > bytes.length) throw cutShort();
      this.#bytes.copy(bytes, at, other, other + same);
      at += same;
      const passed = reader.uint();
      other += same + passed;
      const instead = reader.bytes();
      if (same + passed + instead.length === 0 || at + instead.length > bytes.length) throw cutShort();
      bytes.set(instead, at);
      at += instead.length;
    }
    return bytes.toString("utf8");
  }

  #text(number: number): string {
    if (number === 0) return "";
    const { start, end } = this.#rangeOf(number);
    return this.#bytes.toString("utf8", start, end);
  }

  /** Where a text of the table lies. */
  #rangeOf(number: number): { start: number; end: number } {
    this.#textStarts ??= this.#findTexts();
    const start = this.#textStarts[2 * number - 2];
    const end = this.#textStarts[2 * number - 1];
    if (start === undefined || end === undefined) throw cutShort();
    return { start, end };
  }

  /** Begin and end of each text. */
  #findTexts(): number[] {
    const reader = new PartReader(this.#bytes, runHeadBytes(this.count), this.#starts[0]!);
    const found: number[] = [];
    while (reader.left > 0) {
      const length = reader.uint();
      found.push(reader.at, reader.at + length);
      reader.skip(length);
    }
    return found;
  }

  #reader(index: number): PartReader {
    const start = this.#starts[index];
    const end = this.#starts[index + 1];
    if (start === undefined || end === undefined) throw new RangeError(`there is no transaction ${index} in the run`);
    return new PartReader(this.#bytes, start, end);
  }
}

/** Reads the items of a part. */
class PartReader {
  readonly #bytes: Buffer;
  readonly #end: number;
  at: number;

  constructor(bytes: Buffer, start: number, end: number) {
    this.#bytes = bytes;
    this.at = start;
    this.#end = end;
  }

  /** Bytes that are left. */
  get left(): number {
    return this.#end - this.at;
  }

  uint(): number {
    let value = 0;
    for (let scale = 1; scale <= 2 ** 28; scale *= 0x80) {
      const byte = this.#byte();
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
    }
    throw cutShort();
  }

  int64(): bigint {
    const start = this.at;
    let low = 0;
    for (let scale = 1; scale <= 2 ** 28; scale *= 0x80) {
      const byte = this.#byte();
      low += (byte & 0x7f) * scale;
      if (byte < 0x80) return BigInt(low);
    }
    this.at = start;
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = this.#byte();
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return BigInt.asIntN(64, value);
    }
    throw cutShort();
  }

  bytes(): Uint8Array {
    const length = this.uint();
    const start = this.at;
    this.skip(length);
    return new Uint8Array(this.#bytes.buffer, this.#bytes.byteOffset + start, length);
  }

  skip(length: number): void {
    if (length > this.left) throw cutShort();
    this.at += length;
  }

  #byte(): number {
    if (this.at >= this.#end) throw cutShort();
    return this.#bytes[this.at++]!;
  }
}

function cutShort(): RangeError {
  return new RangeError("stored transactions are damaged or cut short");
}
