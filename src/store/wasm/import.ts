// Builds a tree from the records of a snapshot (treeSnapshot.ts), children first. The tree's form is checked here;
// whether its bytes are right the hashes tell, elsewhere. AssemblyScript, not TypeScript: see README.md.

import { HASH, HEIGHT, KEY, KEY_BYTES, LEFT, NODE_BYTES, PREFIX, RIGHT, SIZE, STACK, VERSION } from "./layout";
import { ensure } from "./memory";
import { newKey, prefixOf } from "./tree";

const HASH_BYTES: usize = 32;
/** As many subtrees wait for their parent at most, in a tree of 64 levels. */
const STACK_MAX: u32 = 64;

// What importRecords gives; wasmTree.ts has a word for each.
const DONE: i32 = 0;
const MALFORMED: i32 = 1;
const WRONG_VERSION: i32 = 2;
const NO_KEY: i32 = 3;
const NO_CHILDREN: i32 = 4;
const WRONG_HEIGHT: i32 = 5;
const MEMORY_FULL: i32 = 6;
const TOO_MANY: i32 = 7;

/** The node that the next record makes, and how many records there are to come. */
let next: usize = 0;
let nodesLeft: u32 = 0;
let latest: u32 = 0;
/** Subtrees without a parent: on the stack the root of each and the first leaf below it. */
let depth: u32 = 0;
/** Of the records that are being read: units that their values take, and values that are not empty. */
let units: u32 = 0;
let held: u32 = 0;
/** Where reading is; behind `end` after an error. */
let at: usize = 0;
let end: usize = 0;

/** Starts a tree of so many nodes, which lie from `first` on, whose last version is `version`. */
export function beginImport(first: usize, count: u32, version: u32): void {
  next = first;
  nodesLeft = count;
  latest = version;
  depth = 0;
  units = 0;
}

function readUvarint(): u32 {
  let value: u64 = 0;
  for (let shift: u64 = 0; shift < 35; shift += 7) {
    if (at >= end) break;
    const byte = <u64>load<u8>(at);
    at += 1;
    value |= (byte & 0x7f) << shift;
    if (byte < 0x80) {
      if (value > 0xffffffff || (byte == 0 && shift > 0)) break;
      return <u32>value;
    }
  }
  at = end + 1;
  return 0;
}

/** `unit` is that of the next value; `tag` is added to a value's length. */
function readLeaf(node: usize, unit: u32, tag: u32): i32 {
  const keyLength = <usize>readUvarint();
  const valueLength = readUvarint();
  if (at > end || keyLength > end - at || valueLength > 0x3ffffff) return MALFORMED;
  if (keyLength == 0) return NO_KEY;
  if (!ensure(keyLength)) return MEMORY_FULL;
  const block = newKey(keyLength);
  // PERF: memory.copy is a call out of the module. A block ends at a multiple of eight, and something is behind the records.
  for (let offset: usize = 0; offset < keyLength; offset += 8) {
    store<u64>(block + KEY_BYTES + offset, load<u64>(at + offset));
  }
  store<u32>(node, <u32>block, KEY);
  store<u64>(node, prefixOf(at, keyLength), PREFIX);
  at += keyLength;
  if (valueLength > 0) {
    store<u32>(node, unit, LEFT);
    store<u32>(node, tag + valueLength, RIGHT);
    units += (valueLength + 15) >> 4;
    held += 1;
  }
  store<u32>(node, 1, SIZE);
  if (depth == STACK_MAX) return TOO_MANY;
  store<u32>(STACK + (<usize>depth << 3), <u32>node);
  store<u32>(STACK + (<usize>depth << 3), <u32>node, 4);
  depth += 1;
  return DONE;
}

function readInner(node: usize, height: u32): i32 {
  if (depth < 2) return NO_CHILDREN;
  const below = STACK + (<usize>(depth - 2) << 3);
  const left = <usize>load<u32>(below);
  const right = <usize>load<u32>(below, 8);
  const smallest = <usize>load<u32>(below, 12);
  const actual = 1 + max(load<u32>(left, HEIGHT), load<u32>(right, HEIGHT));
  if (actual != height || height >= STACK_MAX) return WRONG_HEIGHT;
  store<u32>(node, <u32>left, LEFT);
  store<u32>(node, <u32>right, RIGHT);
  store<u32>(node, load<u32>(smallest, KEY), KEY);
  store<u64>(node, load<u64>(smallest, PREFIX), PREFIX);
  store<u32>(node, load<u32>(left, SIZE) + load<u32>(right, SIZE), SIZE);
  // The first leaf below the left child is that of the node, too.
  store<u32>(below, <u32>node);
  depth -= 1;
  return DONE;
}

/**
 * Reads the records from an address to another. Their values have units from `unit` on, and `tag` in front of their length.
 * DONE, or what is wrong.
 */
export function importRecords(from: usize, to: usize, unit: u32, tag: u32): i32 {
  at = from;
  end = to;
  units = 0;
  held = 0;
  while (at < end) {
    if (nodesLeft == 0) return TOO_MANY;
    const height = <u32>load<u8>(at);
    at += 1;
    const version = readUvarint();
    if (at > end || end - at < HASH_BYTES) return MALFORMED;
    if (version < 1 || version > latest) return WRONG_VERSION;
    const node = next;
    store<u32>(node, version, VERSION);
    store<u32>(node, height, HEIGHT);
    v128.store(node + HASH, v128.load(at));
    v128.store(node + HASH, v128.load(at, 16), 16);
    at += HASH_BYTES;
    const result = height == 0 ? readLeaf(node, unit + units, tag) : readInner(node, height);
    if (result != DONE) return result;
    next += NODE_BYTES;
    nodesLeft -= 1;
  }
  return at == end ? DONE : MALFORMED;
}

/** Records that are to come. */
export function importNodesLeft(): u32 {
  return nodesLeft;
}

/** Of the last call of importRecords: the units that its values take, and how many values are not empty. */
export function importUnits(): u32 {
  return units;
}

export function importHeld(): u32 {
  return held;
}

/** The address behind the last node that was made. */
export function importEnd(): usize {
  return next;
}

/** The root of all nodes; 0 when they make no tree, or none. */
export function importRoot(): usize {
  return depth == 1 ? <usize>load<u32>(STACK) : 0;
}
