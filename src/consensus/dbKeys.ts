// The keys of the block store and the indexes in the node's one LevelDB. The state log has lower-case prefixes
// (src/store/stateLog.ts); these are upper-case. Numbers are big endian, so that byte order is number order.

/** First bytes of the keys. A byte that is retired stays listed and is not used again. */
export const DB_PREFIX = Object.freeze({
  /** height → transactions up to and with this block (8 bytes), then an encoded BlockMeta. */
  block: 0x42, // B
  /** height → the Commit for the block. */
  commit: 0x43, // C
  /** composite key id, value, height → positions of the transactions with that attribute. */
  txEvent: 0x45, // E
  /** composite key id, value, height → nothing: a block whose own events have that attribute. */
  blockEvent: 0x46, // F
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
  /** transaction hash → height (6 bytes), position (4 bytes). */
  txHash: 0x54, // T
  /** height from which it holds → ValidatorSet. */
  validators: 0x56, // V
  /** height, position → a transaction and its result (resultEncoding.ts). */
  tx: 0x58, // X
});

/** Heights are stored in six bytes. */
export const HEIGHT_BYTES = 6;

/** Keys after `DB_PREFIX.meta`. */
export const META_KEY = Object.freeze({
  /** → sha256 of the genesis document's JSON: a data folder belongs to one chain. */
  genesis: 1,
  /** → the devnet's snapshots, as JSON. */
  snapshots: 2,
  /** → the last block as the application knows it, as JSON; where CometBFT keeps the blocks. */
  abciHead: 3,
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

/** `X · height · position` */
export function txKey(height: number, index: number): Uint8Array {
  const key = new Uint8Array(1 + HEIGHT_BYTES + 4);
  key[0] = DB_PREFIX.tx;
  writeHeight(key, 1, height);
  writeUint32(key, 7, index);
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

/** Where a transaction lies: height (6 bytes), position (4 bytes). */
export function encodeTxPlace(height: number, index: number): Uint8Array {
  const place = new Uint8Array(HEIGHT_BYTES + 4);
  writeHeight(place, 0, height);
  writeUint32(place, HEIGHT_BYTES, index);
  return place;
}

/** Reads what `encodeTxPlace` wrote. */
export function decodeTxPlace(place: Uint8Array): { height: number; index: number } {
  return { height: readHeight(place, 0), index: readUint32(place, HEIGHT_BYTES) };
}

/** Reads four bytes, big endian. */
export function readUint32(bytes: Uint8Array, offset: number): number {
  return bytes[offset]! * 0x1000000 + ((bytes[offset + 1]! << 16) | (bytes[offset + 2]! << 8) | bytes[offset + 3]!);
}

function writeUint32(out: Uint8Array, offset: number, value: number): void {
  out[offset] = value >>> 24;
  out[offset + 1] = value >>> 16;
  out[offset + 2] = value >>> 8;
  out[offset + 3] = value;
}
