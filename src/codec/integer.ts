// Integers as text and as bytes. The text of an integer is `0`, or digits without a leading zero: BigInt() and
// parseInt() also take "", " 12 ", "0x10" and "1e3", so nothing here hands them unchecked text.

/** Largest magnitude of an amount: 2^256 - 1 (MaxBitLen of cosmossdk.io/math). */
export const MAX_INT256 = (1n << 256n) - 1n;

const MAX_UINT64 = (1n << 64n) - 1n;

const UINT = /^(?:0|[1-9][0-9]*)$/;

/** Most decimal digits of an unsigned integer of so many bits; 1233/4096 is a bit above log10(2). */
function maxDigits(bits: number): number {
  return Math.trunc((bits * 1233) / 4096) + 1;
}

/** Parses an unsigned integer below 2^bits, 1 <= bits <= 256. Throws a plain Error that shows no more than its start. */
export function parseUint(text: string, bits: number): bigint {
  if (text.length <= maxDigits(bits) && UINT.test(text)) {
    const value = BigInt(text);
    if (value >> BigInt(bits) === 0n) return value;
  }
  throw new Error(`invalid unsigned ${bits}-bit integer ${excerpt(text)}`);
}

/** Parses an integer of magnitude at most 2^256 - 1, with `-` in front when negative (and no `-0`); else an Error. */
export function parseInt256(text: string): bigint {
  const negative = text.charCodeAt(0) === 45;
  const digits = negative ? text.slice(1) : text;
  if (digits.length <= maxDigits(256) && UINT.test(digits)) {
    const magnitude = BigInt(digits);
    if (magnitude <= MAX_INT256 && !(negative && magnitude === 0n)) return negative ? -magnitude : magnitude;
  }
  throw new Error(`invalid 256-bit integer ${excerpt(text)}`);
}

/** At most this much of a refused text is repeated in an error. */
const EXCERPT_LENGTH_MAX = 100;

/** A text in quotes for an error message, cut when long. */
export function excerpt(text: string): string {
  return JSON.stringify(text.length <= EXCERPT_LENGTH_MAX ? text : `${text.slice(0, EXCERPT_LENGTH_MAX)}…`);
}

/** Eight bytes, most significant first, so that byte order is number order. Throws a RangeError outside 0..2^64-1. */
export function encodeUint64BE(value: bigint): Uint8Array {
  const bytes = new Uint8Array(8);
  putUint64BE(bytes, 0, value);
  return bytes;
}

/** Writes what `encodeUint64BE` gives at a place. Throws as it does. */
export function putUint64BE(out: Uint8Array, at: number, value: bigint): void {
  if (value < 0n || value > MAX_UINT64) throw new RangeError(`${value} is not an unsigned 64-bit integer`);
  putUint32BE(out, at, Number(value >> 32n));
  putUint32BE(out, at + 4, Number(value & 0xffffffffn));
}

/** Writes four bytes, most significant first. */
// PERF: a DataView over eight bytes moves them out of V8's heap first, which takes ten times as long.
export function putUint32BE(out: Uint8Array, at: number, value: number): void {
  out[at] = value >>> 24;
  out[at + 1] = value >>> 16;
  out[at + 2] = value >>> 8;
  out[at + 3] = value;
}

function uint32BEAt(bytes: Uint8Array, at: number): number {
  return ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0;
}

/** Reads what `encodeUint64BE` wrote. Throws a RangeError unless there are exactly eight bytes. */
export function decodeUint64BE(bytes: Uint8Array): bigint {
  if (bytes.length !== 8) throw new RangeError(`expected 8 bytes, got ${bytes.length}`);
  return (BigInt(uint32BEAt(bytes, 0)) << 32n) | BigInt(uint32BEAt(bytes, 4));
}
