// Fixed point with 18 decimals on bigint: LegacyDec of cosmossdk.io/math v1.5. A value is the integer `units`, the
// number times 10^18. On the protobuf wire a LegacyDec field holds the text of the units, without a point; its JSON has
// the point.

import { excerpt } from "./integer.ts";

/** Digits after the point. */
export const DEC_PRECISION = 18;

/** The units of the number one. */
export const DEC_ONE = 1_000_000_000_000_000_000n;

/** Largest magnitude in units: (2^256 - 1) * 10^18 and all decimals, as IsInValidRange allows. */
const DEC_UNITS_MAX = (1n << 256n) * DEC_ONE;

/** Digits before the point of the largest value, with room for leading zeros as Go takes them. */
const INTEGER_DIGITS_MAX = 78;

const DECIMAL = /^-?([0-9]+)(?:\.([0-9]+))?$/;

/** Parses `12`, `0.5` or `-1.25` (LegacyNewDecFromStr) into units. Throws a plain Error on anything else. */
export function parseDec(text: string): bigint {
  const match = text.length <= INTEGER_DIGITS_MAX + DEC_PRECISION + 2 ? DECIMAL.exec(text) : null;
  const whole = match?.[1];
  const fraction = match?.[2] ?? "";
  if (whole === undefined || whole.length > INTEGER_DIGITS_MAX) throw new Error(`invalid decimal ${excerpt(text)}`);
  if (fraction.length > DEC_PRECISION) {
    throw new Error(`value ${excerpt(text)} exceeds max precision: max precision ${DEC_PRECISION}`);
  }
  const units = BigInt(whole + fraction.padEnd(DEC_PRECISION, "0"));
  if (units > DEC_UNITS_MAX) throw new Error(`decimal out of range: ${excerpt(text)}`);
  return text.charCodeAt(0) === 45 ? -units : units;
}

/** The number with exactly 18 decimals: `0.010000000000000000`. */
export function formatDec(units: bigint): string {
  const digits = (units < 0n ? -units : units).toString().padStart(DEC_PRECISION + 1, "0");
  const point = digits.length - DEC_PRECISION;
  return `${units < 0n ? "-" : ""}${digits.slice(0, point)}.${digits.slice(point)}`;
}

/** The product of two decimals in units, cut toward zero (MulTruncate). */
export function decMulTrunc(a: bigint, b: bigint): bigint {
  return (a * b) / DEC_ONE;
}

/** The product of two decimals in units, rounded to the nearest, half to even (Mul). */
export function decMul(a: bigint, b: bigint): bigint {
  return roundHalfEven(a * b, DEC_ONE);
}

/** The quotient of two decimals in units, rounded to the nearest, half to even (Quo). Throws a RangeError on zero. */
export function decQuo(a: bigint, b: bigint): bigint {
  // As Go does it: cut at 36 decimals, then rounded at 18.
  return roundHalfEven(quoTrunc(a * DEC_ONE * DEC_ONE, b), DEC_ONE);
}

/** The quotient of two decimals in units, cut toward zero (QuoTruncate). Throws a RangeError on zero. */
export function decQuoTrunc(a: bigint, b: bigint): bigint {
  return quoTrunc(a * DEC_ONE, b);
}

/** The quotient of two decimals in units, rounded up (QuoRoundUp). Throws a RangeError on zero. */
export function decQuoCeil(a: bigint, b: bigint): bigint {
  return quoCeil(a * DEC_ONE, b);
}

/** The whole part of a decimal in units (TruncateInt). */
export function decTrunc(a: bigint): bigint {
  return a / DEC_ONE;
}

/** `divisor` is above zero. */
function roundHalfEven(dividend: bigint, divisor: bigint): bigint {
  if (dividend < 0n) return -roundHalfEven(-dividend, divisor);
  const quotient = dividend / divisor;
  const twice = (dividend % divisor) * 2n;
  const isUp = twice > divisor || (twice === divisor && quotient % 2n === 1n);
  return isUp ? quotient + 1n : quotient;
}

function requireDivisor(divisor: bigint): void {
  if (divisor === 0n) throw new RangeError("division by zero");
}

/** Integer quotient cut toward zero, as Go's Quo. Throws a RangeError on a zero divisor. */
export function quoTrunc(dividend: bigint, divisor: bigint): bigint {
  requireDivisor(divisor);
  return dividend / divisor;
}

/** Integer quotient rounded toward minus infinity. Throws a RangeError on a zero divisor. */
export function quoFloor(dividend: bigint, divisor: bigint): bigint {
  requireDivisor(divisor);
  const quotient = dividend / divisor;
  return dividend % divisor !== 0n && dividend < 0n !== divisor < 0n ? quotient - 1n : quotient;
}

/** Integer quotient rounded toward plus infinity. Throws a RangeError on a zero divisor. */
export function quoCeil(dividend: bigint, divisor: bigint): bigint {
  requireDivisor(divisor);
  const quotient = dividend / divisor;
  return dividend % divisor !== 0n && dividend < 0n === divisor < 0n ? quotient + 1n : quotient;
}
