// The fields that messages are made of: big-endian integers and 32-byte words, at fixed offsets.

import { fromHex, toHex } from "../codec/bytes.ts";
import { BYTES32_LENGTH } from "./bytes32.ts";
import { CctpFormatError, requireLength } from "./formatError.ts";

const MAX_UINT32 = 0xffff_ffff;
const UINT64_BITS = 64;
const UINT256_BITS = 256;

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Four bytes at an offset that lies inside. */
export function readUint32(bytes: Uint8Array, offset: number): number {
  return viewOf(bytes).getUint32(offset);
}

/** Eight bytes at an offset that lies inside. */
export function readUint64(bytes: Uint8Array, offset: number): bigint {
  return viewOf(bytes).getBigUint64(offset);
}

/** 32 bytes at an offset that lies inside, as a number below 2^256. */
export function readUint256(bytes: Uint8Array, offset: number): bigint {
  return BigInt(`0x${toHex(readBytes32(bytes, offset))}`);
}

/** 32 bytes at an offset that lies inside: a view of the same memory. */
export function readBytes32(bytes: Uint8Array, offset: number): Uint8Array {
  return bytes.subarray(offset, offset + BYTES32_LENGTH);
}

function requireFits(field: string, value: bigint, bits: number): void {
  if (value < 0n || value >> BigInt(bits) !== 0n) throw new CctpFormatError(field, { code: "range", bits });
}

/** Writes four bytes. Throws CctpFormatError when the value is not an unsigned 32-bit integer. */
export function writeUint32(out: Uint8Array, offset: number, field: string, value: number): void {
  if (!Number.isInteger(value) || value < 0 || value > MAX_UINT32) {
    throw new CctpFormatError(field, { code: "range", bits: 32 });
  }
  viewOf(out).setUint32(offset, value);
}

/** Writes eight bytes. Throws CctpFormatError when the value is not below 2^64. */
export function writeUint64(out: Uint8Array, offset: number, field: string, value: bigint): void {
  requireFits(field, value, UINT64_BITS);
  viewOf(out).setBigUint64(offset, value);
}

/** Writes 32 bytes. Throws CctpFormatError when the value is not below 2^256. */
export function writeUint256(out: Uint8Array, offset: number, field: string, value: bigint): void {
  requireFits(field, value, UINT256_BITS);
  out.set(fromHex(value.toString(16).padStart(2 * BYTES32_LENGTH, "0")), offset);
}

/** Writes 32 bytes as they are. Throws CctpFormatError on another length. */
export function writeBytes32(out: Uint8Array, offset: number, field: string, value: Uint8Array): void {
  requireLength(field, value, BYTES32_LENGTH);
  out.set(value, offset);
}
