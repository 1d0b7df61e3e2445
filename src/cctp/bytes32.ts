// The 32-byte words in which CCTP carries addresses of every chain: shorter ones stand at the right, zeros before them.

import { requireLength } from "./formatError.ts";

/** Bytes of a word. */
export const BYTES32_LENGTH = 32;
/** Bytes of an EVM address and of a Cosmos account that belongs to a key. */
export const ADDRESS20_LENGTH = 20;

const PADDING_LENGTH = BYTES32_LENGTH - ADDRESS20_LENGTH;

/** The zero word: "anybody" as destinationCaller, "nobody" elsewhere. A new array on each call. */
export function zeroBytes32(): Uint8Array {
  return new Uint8Array(BYTES32_LENGTH);
}

/** Whether every byte is zero; of no bytes at all too. */
export function isZero(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte === 0);
}

/** An address of 20 bytes as a word. Throws CctpFormatError on another length. */
export function addressToBytes32(address: Uint8Array): Uint8Array {
  requireLength("address", address, ADDRESS20_LENGTH);
  const word = zeroBytes32();
  word.set(address, PADDING_LENGTH);
  return word;
}

/**
 * The low 20 bytes of a word, owned by the caller. What stands above is dropped, as receivers on every chain do with
 * recipients; compare whole words where that must not be. Throws CctpFormatError unless there are 32 bytes.
 */
export function bytes32ToAddress(word: Uint8Array): Uint8Array {
  requireLength("bytes32", word, BYTES32_LENGTH);
  return new Uint8Array(word.subarray(PADDING_LENGTH));
}

/** Whether a word is an address of 20 bytes and nothing above it. */
export function isPaddedAddress(word: Uint8Array): boolean {
  return word.length === BYTES32_LENGTH && isZero(word.subarray(0, PADDING_LENGTH));
}
