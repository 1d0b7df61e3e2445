// State of x/slashing (cosmos-sdk v0.50 x/slashing/types/keys.go). No prefix begins another.

import { concatBytes } from "../../src/codec/bytes.ts";
import { encodeUint64BE } from "../../src/codec/integer.ts";

/** Name of the module and of its store. */
export const SLASHING = "slashing";

/** Params. */
export const PARAMS_KEY = Uint8Array.of(0);
/** length · consensus address → ValidatorSigningInfo. */
export const SIGNING_INFO_PREFIX = Uint8Array.of(1);
/** length · consensus address · chunk, 8 bytes → a bit for each block of the window that was missed. */
export const MISSED_PREFIX = Uint8Array.of(2);

/** Bits of a chunk. */
export const CHUNK_BITS = 1024;

/** `prefix · length · address` */
export function ofValidator(prefix: Uint8Array, consensusAddress: Uint8Array): Uint8Array {
  return concatBytes(prefix, Uint8Array.of(consensusAddress.length), consensusAddress);
}

/** `0x02 · length · address · chunk` */
export function chunkKey(consensusAddress: Uint8Array, chunk: number): Uint8Array {
  return concatBytes(ofValidator(MISSED_PREFIX, consensusAddress), encodeUint64BE(BigInt(chunk)));
}
