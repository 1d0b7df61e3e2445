// Bytes written and read one item after the other: what change sets, commit infos and tree snapshots are made of.
// Integers are unsigned LEB128, as Go's binary.PutUvarint writes them.

import { fromUtf8 } from "../codec/bytes.ts";

const INITIAL_BYTES = 4096;
/** 2^53 - 1 takes eight groups of seven bits. */
const UVARINT_BYTES_MAX = 8;

/** Bytes that do not hold what they should. */
export class MalformedBytesError extends Error {
  constructor(what: string, offset: number, options?: ErrorOptions) {
    super(`${what} at byte ${offset}`, options);
    this.name = "MalformedBytesError";
  }
}

/** Collects bytes in one growing buffer. */
export class ByteWriter {
  #bytes = new Uint8Array(INITIAL_BYTES);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** What was written, and room behind it. Another buffer whenever room is made. */
  get buffer(): Uint8Array {
    return this.#bytes;
  }

  /** Makes room for so many bytes, which the caller writes into `buffer` from the given offset on. */
  claim(count: number): number {
    this.#reserve(count);
    const offset = this.#length;
    this.#length += count;
    return offset;
  }

  /** 0..255. */
  byte(value: number): void {
    this.#reserve(1);
    this.#bytes[this.#length] = value;
    this.#length += 1;
  }

  /** A safe integer that is not negative. */
  uvarint(value: number): void {
    if (!Number.isSafeInteger(value) || value < 0) throw new RangeError(`not an unsigned integer: ${value}`);
    this.#reserve(UVARINT_BYTES_MAX);
    let rest = value;
    for (; rest >= 0x80; rest = Math.trunc(rest / 0x80)) {
      this.#bytes[this.#length] = (rest % 0x80) | 0x80;
      this.#length += 1;
    }
    this.#bytes[this.#length] = rest;
    this.#length += 1;
  }

  /** The bytes alone; the reader must know how many they are. */
  raw(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  /** The length, then the bytes. */
  lengthPrefixed(bytes: Uint8Array): void {
    this.uvarint(bytes.length);
    this.raw(bytes);
  }

  /** A copy of what was written. */
  finish(): Uint8Array {
    return this.#bytes.slice(0, this.#length);
  }

  /** Starts over with the same buffer. */
  clear(): void {
    this.#length = 0;
  }

  #reserve(count: number): void {
    const needed = this.#length + count;
    if (needed <= this.#bytes.length) return;
    const wider = new Uint8Array(Math.max(needed, this.#bytes.length * 2));
    wider.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = wider;
  }
}

/** Reads what ByteWriter wrote. Every method throws MalformedBytesError when the bytes do not hold it. */
export class ByteReader {
  readonly #bytes: Uint8Array;
  #offset = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get isAtEnd(): boolean {
    return this.#offset === this.#bytes.length;
  }

  byte(): number {
    const value = this.#bytes[this.#offset];
    if (value === undefined) throw new MalformedBytesError("unexpected end", this.#offset);
    this.#offset += 1;
    return value;
  }

  uvarint(): number {
    const first = this.byte();
    return first < 0x80 ? first : this.#longUvarint(first);
  }

  #longUvarint(first: number): number {
    let value = first & 0x7f;
    let scale = 0x80;
    for (let count = 1; count < UVARINT_BYTES_MAX; count += 1) {
      const byte = this.byte();
      value += (byte & 0x7f) * scale;
      scale *= 0x80;
      if (byte >= 0x80) continue;
      if (!Number.isSafeInteger(value)) break;
      if (byte === 0) throw new MalformedBytesError("an integer with needless bytes", this.#offset);
      return value;
    }
    throw new MalformedBytesError("an integer that is too large", this.#offset);
  }

  /** A view of the next bytes, not a copy. */
  raw(length: number): Uint8Array {
    if (length > this.#bytes.length - this.#offset) throw new MalformedBytesError("unexpected end", this.#offset);
    this.#offset += length;
    return this.#bytes.subarray(this.#offset - length, this.#offset);
  }

  /** The same of all that are left. */
  rest(): Uint8Array {
    return this.raw(this.#bytes.length - this.#offset);
  }

  lengthPrefixed(): Uint8Array {
    return this.raw(this.uvarint());
  }

  /** UTF-8 with its length in bytes before it. */
  text(): string {
    const bytes = this.lengthPrefixed();
    try {
      return fromUtf8(bytes);
    } catch (cause) {
      throw new MalformedBytesError("invalid UTF-8", this.#offset - bytes.length, { cause });
    }
  }
}
