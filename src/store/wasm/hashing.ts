// Hashes of nodes, level by level, the leaves first. A level is a chain through fields that are free meanwhile, so that
// hashing takes no memory and cannot run out of it.

import { HASH, HEIGHT, KEY, KEY_BYTES, KEY_LENGTH, LANES, LEFT, LEVELS, RIGHT, SCRATCH, SIZE, VERSION } from "./layout";
import { blocksOf, flush, submit, waitingCount } from "./sha256";

const LEVELS_MAX: u32 = 64;
/** Bytes between two messages that wait. */
const LANE_BYTES: usize = 256;
const LEAF_BLOCKS_MAX: u32 = 4;

/** Writes n as Go's binary.PutVarint does. The address behind it. */
@inline function putVarint(at: usize, n: u32): usize {
  let rest = <u64>n << 1;
  let to = at;
  while (rest >= 0x80) {
    store<u8>(to, <u8>rest | 0x80);
    rest >>= 7;
    to += 1;
  }
  store<u8>(to, <u8>rest);
  return to + 1;
}

@inline function putHash(at: usize, from: usize): usize {
  store<u8>(at, 32);
  v128.store(at + 1, v128.load(from));
  v128.store(at + 17, v128.load(from, 16));
  return at + 33;
}

@inline function lane(blocks: u32): usize {
  return LANES + <usize>(blocks - 1) * 4 * LANE_BYTES + <usize>waitingCount(blocks) * LANE_BYTES;
}

function collect(node: usize, version: u32): void {
  if (load<u32>(node, VERSION) < version) return;
  const height = load<u32>(node, HEIGHT);
  const head = LEVELS + (<usize>height << 2);
  if (height == 0) {
    store<u32>(node, load<u32>(head), SIZE);
    store<u32>(head, <u32>node);
    return;
  }
  store<u32>(node, load<u32>(head), HASH);
  store<u32>(head, <u32>node);
  collect(<usize>load<u32>(node, LEFT), version);
  collect(<usize>load<u32>(node, RIGHT), version);
}

/** Chains the nodes below a root that are of a version or later. The first leaf; the next one is in its size. */
export function beginHashing(root: usize, version: u32): usize {
  memory.fill(LEVELS, 0, LEVELS_MAX << 2);
  collect(root, version);
  return <usize>load<u32>(LEVELS);
}

/** Hashes values that lie in the scratch space: leaf, length, bytes and room for padding; each from a new 64 bytes on. */
export function hashValues(count: u32): void {
  let at = SCRATCH;
  for (let index: u32 = 0; index < count; index += 1) {
    const leaf = <usize>load<u32>(at);
    const length = <usize>load<u32>(at, 4);
    submit(at + 64, length, leaf + HASH);
    at += 64 + (<usize>blocksOf(length) << 6);
  }
  flush();
}

/** Hashes the leaves, whose values are hashed. A chain of those whose keys are too long for that: the caller does them. */
export function hashLeaves(): usize {
  let left: usize = 0;
  let leaf = <usize>load<u32>(LEVELS);
  while (leaf != 0) {
    const next = <usize>load<u32>(leaf, SIZE);
    store<u32>(leaf, 1, SIZE);
    const key = <usize>load<u32>(leaf, KEY);
    const keyLength = load<u32>(key, KEY_LENGTH);
    // Height and size are one byte each, the version at most five, the key's length two for a key that fits.
    if (<usize>keyLength > LANE_BYTES - 9 - 2 - 5 - 2 - 33) {
      store<u32>(leaf, <u32>left, SIZE);
      left = leaf;
      leaf = next;
      continue;
    }
    const version = load<u32>(leaf, VERSION);
    const length = <usize>(2 + varintLength(version) + (keyLength < 0x80 ? 1 : 2) + keyLength + 33);
    const message = lane(blocksOf(length));
    store<u8>(message, 0);
    store<u8>(message + 1, 2);
    let at = putVarint(message + 2, version);
    if (keyLength >= 0x80) {
      store<u8>(at, <u8>keyLength | 0x80);
      store<u8>(at + 1, <u8>(keyLength >> 7));
      at += 2;
    } else {
      store<u8>(at, <u8>keyLength);
      at += 1;
    }
    // PERF: memory.copy is a call out of the module. What is too much is overwritten, or behind the message; a lane has room.
    for (let offset: usize = 0; offset < <usize>keyLength; offset += 8) {
      store<u64>(at + offset, load<u64>(key + KEY_BYTES + offset));
    }
    putHash(at + keyLength, leaf + HASH);
    submit(message, length, leaf + HASH);
    leaf = next;
  }
  flush();
  return left;
}

@inline function varintLength(n: u32): u32 {
  let length: u32 = 1;
  let rest = <u64>n << 1;
  while (rest >= 0x80) {
    rest >>= 7;
    length += 1;
  }
  return length;
}

/** Hashes the inner nodes, whose leaves are hashed. */
export function hashInnerNodes(): void {
  for (let height: usize = 1; height < <usize>LEVELS_MAX; height += 1) {
    // A level may be left out: the children of a node may be two levels below it.
    let node = <usize>load<u32>(LEVELS + (height << 2));
    if (node == 0) continue;
    while (node != 0) {
      const next = <usize>load<u32>(node, HASH);
      // 69 to 77 bytes: always two blocks.
      const message = lane(2);
      store<u8>(message, <u8>(height << 1));
      let at = putVarint(message + 1, load<u32>(node, SIZE));
      at = putVarint(at, load<u32>(node, VERSION));
      at = putHash(at, <usize>load<u32>(node, LEFT) + HASH);
      at = putHash(at, <usize>load<u32>(node, RIGHT) + HASH);
      submit(message, at - message, node + HASH);
      node = next;
    }
    flush();
  }
}
