// The keys of the block store and the indexes in the node's one LevelDB. The state log has lower-case prefixes
// (src/store/stateLog.ts); these are upper-case. Numbers are big endian, so that byte order is number order.

/** First bytes of the keys. A byte that is retired stays listed and is not used again. */
export const DB_PREFIX = Object.freeze({
  /** composite key id, height → positions of the transactions with that attribute (eventIndex.ts). */
  txAnyEvent: 0x41, // A
  /** height → transactions up to and with this block (8 bytes), then an encoded BlockMeta. */
  block: 0x42, // B
  /** height → the Commit for the block. */
  commit: 0x43, // C
  /** value, height → composite key ids with that value, and positions of the transactions (eventIndex.ts). */
  txEvent: 0x45, // E
  /** The same for a block's own events. */
  blockEvent: 0x46, // F
  blockAnyEvent: 0x47, // G
  /** block hash → height. */
  blockHash: 0x48, // H
  /** composite key (`message.sender`) → its id in the indexes, two bytes. */
  compositeKey: 0x4b, // K
  /** Single values of the node: see META_KEY. */
  meta: 0x4d, // M
  /** height from which they hold → ConsensusParams. */
  params: 0x50, // P
  /** height → an encoded ResponseFinalizeBlock without transaction results. */
  results: 0x52, // R
  /** the first TX_HASH_BYTES of a transaction's hash → its height and position. */
  txHash: 0x54, // T
  /** height from which it holds → ValidatorSet. */
  validators: 0x56, // V
  /** height, number of the run in its block → transactions and their results (resultEncoding.ts). */
  txRun: 0x58, // X
});

/** Heights are stored in six bytes. */
export const HEIGHT_BYTES = 6;

/** How blocks and indexes are stored; it changes whenever what one program writes is not what another reads. */
export const BLOCK_FORMAT = 2;

/** Keys after `DB_PREFIX.meta`. */
export const META_KEY = Object.freeze({
  /** → sha256 of the genesis document's JSON: a data folder belongs to one chain. */
  genesis: 1,
  /** → the devnet's snapshots, as JSON. */
  snapshots: 2,
  /** → the last block as the application knows it, as JSON; where CometBFT keeps the blocks. */
  abciHead: 3,
  /** → BLOCK_FORMAT in one byte; not there in format 1. */
  blockFormat: 4,
});

/** Writes a height in six bytes. */
export function writeHeight(out: Uint8Array, offset: number, height: number): void {
  const high = Math.floor(height / 0x100000000);
  out[offset] = high >>> 8;
  out[offset + 1] = high;
  out[offset + 2] = height >>> 24;
  out[offset + 3] = height >>> 16;
  out[offset + 4] = height >>> 8;
  out[offset + 5] = height;
}

/** Reads a height of six bytes. */
export function readHeight(bytes: Uint8Array, offset: number): number {
  const high = bytes[offset]! * 0x100 + bytes[offset + 1]!;
  const low =
    bytes[offset + 2]! * 0x1000000 + bytes[offset + 3]! * 0x10000 + bytes[offset + 4]! * 0x100 + bytes[offset + 5]!;
  return high * 0x100000000 + low;
}

/** `prefix · height` */
export function heightKey(prefix: number, height: number): Uint8Array {
  const key = new Uint8Array(1 + HEIGHT_BYTES);
  key[0] = prefix;
  writeHeight(key, 1, height);
  return key;
}

/** `X · height · number of the run` */
export function txRunKey(height: number, run: number): Uint8Array {
  const key = new Uint8Array(1 + HEIGHT_BYTES + 4);
  key[0] = DB_PREFIX.txRun;
  writeHeight(key, 1, height);
  writeUint32(key, 7, run);
  return key;
}

/**
 * Bytes of a transaction's hash in its key. Whoever finds one transaction that has these in common with another has done
 * 2^80 hashes; a lookup compares the whole hash.
 */
const TX_HASH_BYTES = 20;

/** `T · beginning of the hash` */
export function txHashKey(hash: Uint8Array): Uint8Array {
  const length = Math.min(hash.length, TX_HASH_BYTES);
  const key = new Uint8Array(1 + length);
  key[0] = DB_PREFIX.txHash;
  for (let index = 0; index < length; index += 1) key[1 + index] = hash[index]!;
  return key;
}

/** `prefix · bytes` */
export function bytesKey(prefix: number, bytes: Uint8Array): Uint8Array {
  const key = new Uint8Array(1 + bytes.length);
  key[0] = prefix;
  key.set(bytes, 1);
  return key;
}

/** `M · which` */
export function metaKey(which: number): Uint8Array {
  return Uint8Array.of(DB_PREFIX.meta, which);
}

/** Where a transaction lies: its position (2 bytes, 4 with a height of 6), then its height (4 bytes, or 6). */
export function encodeTxPlace(height: number, index: number): Uint8Array {
  const isShort = height < 2 ** 32 && index < 2 ** 16;
  const place = new Uint8Array(isShort ? 6 : 10);
  if (isShort) {
    place[0] = index >>> 8;
    place[1] = index;
    writeUint32(place, 2, height);
  } else {
    writeUint32(place, 0, index);
    writeHeight(place, 4, height);
  }
  return place;
}

/** Reads what `encodeTxPlace` wrote. */
export function decodeTxPlace(place: Uint8Array): { height: number; index: number } {
  return place.length === 6
    ? { index: (place[0]! << 8) | place[1]!, height: readUint32(place, 2) }
    : { index: readUint32(place, 0), height: readHeight(place, 4) };
}

/** Reads four bytes, big endian. */
export function readUint32(bytes: Uint8Array, offset: number): number {
  return bytes[offset]! * 0x1000000 + ((bytes[offset + 1]! << 16) | (bytes[offset + 2]! << 8) | bytes[offset + 3]!);
}

/** Writes four bytes, big endian. */
export function writeUint32(out: Uint8Array, offset: number, value: number): void {
  out[offset] = value >>> 24;
  out[offset + 1] = value >>> 16;
  out[offset + 2] = value >>> 8;
  out[offset + 3] = value;
}
