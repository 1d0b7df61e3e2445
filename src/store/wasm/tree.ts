// The IAVL+ tree of github.com/cosmos/iavl v1.2 in linear memory: what iavlTree.ts does, step by step the same.
// A node is its address. AssemblyScript, not TypeScript: see README.md.

import {
  HEIGHT,
  KEY,
  KEY_BYTES,
  KEY_LENGTH,
  KEY_OWNERS,
  LEFT,
  PREFIX,
  RIGHT,
  SCRATCH,
  SIZE,
  VERSION,
} from "./layout";
import { allocate, allocateNode, blockCount, blockItem, dropBlock, ensure, push, release, releaseNodes } from "./memory";

export { allocate, ensure, release, releaseNodes, reserveNodes, usedBytes } from "./memory";
export {
  beginImport,
  importEnd,
  importHeld,
  importNodesLeft,
  importRecords,
  importRoot,
  importUnits,
} from "./import";
export { beginHashing, hashInnerNodes, hashLeaves, hashValues } from "./hashing";

/** The version that is being built, and its root; 0 is an empty tree. */
let working: u32 = 0;
let workingRoot: usize = 0;
/** Nodes that it no longer has, of the version before; and nodes that it made and dropped again. */
let orphans: usize = 0;
let garbage: usize = 0;
/** Nodes are changed where they are. */
let isReplaying: bool = false;
/** A node with the key that took the place of a removed smallest key, on the way up to where it belongs. */
let removedMinimum: usize = 0;
/** Freed leaves whose values JavaScript has not freed yet, linked by their keys' field. */
let deadLeaves: usize = 0;

@inline function left(node: usize): usize {
  return <usize>load<u32>(node, LEFT);
}

@inline function right(node: usize): usize {
  return <usize>load<u32>(node, RIGHT);
}

@inline function height(node: usize): i32 {
  return load<i32>(node, HEIGHT);
}

// Keys

export function prefixOf(key: usize, length: usize): u64 {
  if (length >= 8) return bswap<u64>(load<u64>(key));
  let prefix: u64 = 0;
  for (let index: usize = 0; index < length; index += 1) {
    prefix |= <u64>load<u8>(key + index) << (56 - (<u64>index << 3));
  }
  return prefix;
}

/** Byte order of a key against a node's: negative when it comes first. */
@inline function compare(key: usize, length: usize, prefix: u64, node: usize): i32 {
  const other = load<u64>(node, PREFIX);
  if (prefix != other) return prefix < other ? -1 : 1;
  return compareRest(key, length, <usize>load<u32>(node, KEY));
}

function compareRest(key: usize, length: usize, block: usize): i32 {
  const otherLength = <usize>load<u32>(block, KEY_LENGTH);
  const common = min(length, otherLength);
  const other = block + KEY_BYTES;
  if (common > 8) {
    // The last eight bytes are compared together with some before them, which are the same by then.
    for (let at: usize = 8; at < common; at += 8) {
      const offset = min(at, common - 8);
      const a = load<u64>(key + offset);
      const b = load<u64>(other + offset);
      if (a != b) return bswap<u64>(a) < bswap<u64>(b) ? -1 : 1;
    }
  }
  return length == otherLength ? 0 : length < otherLength ? -1 : 1;
}

@inline function copyKey(to: usize, from: usize): void {
  store<u32>(to, load<u32>(from, KEY), KEY);
  store<u64>(to, load<u64>(from, PREFIX), PREFIX);
}

/** A block for a key of a length, which one leaf has. Its bytes are the caller's to write. */
export function newKey(length: usize): usize {
  const block = allocate(KEY_BYTES + length);
  store<u32>(block, 1, KEY_OWNERS);
  store<u32>(block, <u32>length, KEY_LENGTH);
  return block;
}

// Nodes

@inline function newNode(): usize {
  const node = allocateNode();
  store<u32>(node, working, VERSION);
  return node;
}

@inline function fillLeaf(leaf: usize, unit: u32, tag: u32): usize {
  store<u32>(leaf, unit, LEFT);
  store<u32>(leaf, tag, RIGHT);
  store<u32>(leaf, 1, SIZE);
  store<u32>(leaf, 0, HEIGHT);
  return leaf;
}

function newLeaf(key: usize, length: usize, prefix: u64, unit: u32, tag: u32): usize {
  const leaf = newNode();
  const block = newKey(length);
  memory.copy(block + KEY_BYTES, key, length);
  store<u32>(leaf, <u32>block, KEY);
  store<u64>(leaf, prefix, PREFIX);
  return fillLeaf(leaf, unit, tag);
}

function newInner(leftChild: usize, rightChild: usize): usize {
  const node = newNode();
  store<u32>(node, <u32>leftChild, LEFT);
  store<u32>(node, <u32>rightChild, RIGHT);
  copyKey(node, rightChild);
  store<u32>(node, 2, SIZE);
  store<u32>(node, 1, HEIGHT);
  return node;
}

@inline function orphan(node: usize): void {
  if (load<u32>(node, VERSION) == working) garbage = push(garbage, node);
  else orphans = push(orphans, node);
}

/** The node itself when it belongs to the working version or no other is kept, else a copy that does. */
function ownCopy(node: usize): usize {
  if (load<u32>(node, VERSION) == working) return node;
  if (isReplaying) {
    store<u32>(node, working, VERSION);
    return node;
  }
  const copy = allocateNode();
  v128.store(copy, v128.load(node));
  v128.store(copy, v128.load(node, 16), 16);
  store<u32>(copy, working, VERSION);
  orphan(node);
  return copy;
}

@inline function measure(node: usize): void {
  const l = left(node);
  const r = right(node);
  store<u32>(node, load<u32>(l, SIZE) + load<u32>(r, SIZE), SIZE);
  store<i32>(node, 1 + max(height(l), height(r)), HEIGHT);
}

@inline function tilt(node: usize): i32 {
  return height(left(node)) - height(right(node));
}

function rotateRight(node: usize): usize {
  const own = ownCopy(node);
  const top = ownCopy(left(own));
  store<u32>(own, <u32>right(top), LEFT);
  store<u32>(top, <u32>own, RIGHT);
  measure(own);
  measure(top);
  return top;
}

function rotateLeft(node: usize): usize {
  const own = ownCopy(node);
  const top = ownCopy(right(own));
  store<u32>(own, <u32>left(top), RIGHT);
  store<u32>(top, <u32>own, LEFT);
  measure(own);
  measure(top);
  return top;
}

function balance(node: usize): usize {
  const by = tilt(node);
  if (by > 1) {
    if (tilt(left(node)) < 0) store<u32>(node, <u32>rotateLeft(left(node)), LEFT);
    return rotateRight(node);
  }
  if (by < -1) {
    if (tilt(right(node)) > 0) store<u32>(node, <u32>rotateRight(right(node)), RIGHT);
    return rotateLeft(node);
  }
  return node;
}

// Writing

function setAtLeaf(leaf: usize, order: i32, key: usize, length: usize, prefix: u64, unit: u32, tag: u32): usize {
  if (order == 0) {
    const updated = newNode();
    copyKey(updated, leaf);
    const block = <usize>load<u32>(leaf, KEY);
    store<u32>(block, load<u32>(block, KEY_OWNERS) + 1, KEY_OWNERS);
    fillLeaf(updated, unit, tag);
    orphan(leaf);
    return updated;
  }
  const added = newLeaf(key, length, prefix, unit, tag);
  return order < 0 ? newInner(added, leaf) : newInner(leaf, added);
}

function setBelow(node: usize, key: usize, length: usize, prefix: u64, unit: u32, tag: u32): usize {
  const order = compare(key, length, prefix, node);
  if (height(node) == 0) return setAtLeaf(node, order, key, length, prefix, unit, tag);
  const own = ownCopy(node);
  if (order < 0) store<u32>(own, <u32>setBelow(left(own), key, length, prefix, unit, tag), LEFT);
  else store<u32>(own, <u32>setBelow(right(own), key, length, prefix, unit, tag), RIGHT);
  const size = load<u32>(left(own), SIZE) + load<u32>(right(own), SIZE);
  if (size == load<u32>(own, SIZE)) return own;
  measure(own);
  return balance(own);
}

/** Removes a key that is there. What stands in the node's place; 0 when nothing does. */
function removeBelow(node: usize, key: usize, length: usize, prefix: u64): usize {
  if (height(node) == 0) {
    orphan(node);
    return 0;
  }
  const goesLeft = compare(key, length, prefix, node) < 0;
  const l = left(node);
  const r = right(node);
  const replaced = removeBelow(goesLeft ? l : r, key, length, prefix);
  if (replaced == 0) {
    if (goesLeft) removedMinimum = node;
    orphan(node);
    return goesLeft ? r : l;
  }
  const own = ownCopy(node);
  if (goesLeft) store<u32>(own, <u32>replaced, LEFT);
  else {
    store<u32>(own, <u32>replaced, RIGHT);
    if (removedMinimum != 0) {
      copyKey(own, removedMinimum);
      removedMinimum = 0;
    }
  }
  measure(own);
  return balance(own);
}

/** The leaf of a key below a root, or 0. */
export function find(root: usize, key: usize, length: usize): usize {
  if (root == 0) return 0;
  const prefix = prefixOf(key, length);
  let node = root;
  while (height(node) > 0) node = compare(key, length, prefix, node) < 0 ? left(node) : right(node);
  return compare(key, length, prefix, node) == 0 ? node : 0;
}

/** Starts to build a version upon a root. */
export function begin(root: usize, version: u32, replays: bool): void {
  working = version;
  workingRoot = root;
  isReplaying = replays;
}

/** Sets a key. False when there is no memory for it; then nothing has changed. */
export function set(key: usize, length: usize, unit: u32, tag: u32): bool {
  if (!ensure(length)) return false;
  const prefix = prefixOf(key, length);
  workingRoot =
    workingRoot == 0
      ? newLeaf(key, length, prefix, unit, tag)
      : setBelow(workingRoot, key, length, prefix, unit, tag);
  return true;
}

/** Removes a key if it is there. False when there is no memory for it; then nothing has changed. */
export function remove(key: usize, length: usize): bool {
  if (!ensure(0)) return false;
  if (find(workingRoot, key, length) == 0) return true;
  removedMinimum = 0;
  workingRoot = removeBelow(workingRoot, key, length, prefixOf(key, length));
  return true;
}

/**
 * Applies changes that lie in the scratch space: key length, whether it is removed, the value's unit and tag, key; each
 * from a multiple of 4 on. How many were applied: fewer than `count` when memory ran out.
 */
export function apply(count: u32): u32 {
  let at = SCRATCH;
  for (let index: u32 = 0; index < count; index += 1) {
    const length = <usize>load<u32>(at);
    const isDone =
      load<u32>(at, 4) != 0 ? remove(at + 16, length) : set(at + 16, length, load<u32>(at, 8), load<u32>(at, 12));
    if (!isDone) return index;
    at += (16 + length + 3) & ~3;
  }
  return count;
}

// Memory

function freeNode(node: usize): void {
  store<u32>(node, 0, VERSION);
  if (height(node) > 0) {
    releaseNodes(node, node);
    return;
  }
  const block = <usize>load<u32>(node, KEY);
  const owners = load<u32>(block, KEY_OWNERS) - 1;
  if (owners > 0) store<u32>(block, owners, KEY_OWNERS);
  else release(block, KEY_BYTES + <usize>load<u32>(block, KEY_LENGTH));
  store<u32>(node, <u32>deadLeaves, KEY);
  deadLeaves = node;
}

/** The freed leaves whose values are to be freed: a chain through their keys' field, which the caller gives back. */
export function takeDeadLeaves(): usize {
  const dead = deadLeaves;
  deadLeaves = 0;
  return dead;
}

/** Frees the nodes of a list that are of a version or later, and the list. */
export function freeList(list: usize, version: u32): void {
  let block = list;
  while (block != 0) {
    const count = blockCount(block);
    for (let index: u32 = 0; index < count; index += 1) {
      const node = blockItem(block, index);
      if (load<u32>(node, VERSION) >= version) freeNode(node);
    }
    block = dropBlock(block);
  }
}

/** Frees the nodes below a root that are of a version or later. A node's children are never newer than itself. */
export function freeNewer(node: usize, version: u32): void {
  if (node == 0 || load<u32>(node, VERSION) < version) return;
  if (height(node) > 0) {
    const l = left(node);
    const r = right(node);
    freeNewer(l, version);
    freeNewer(r, version);
  }
  freeNode(node);
}

/** Drops the working version. */
export function discard(): void {
  if (working != 0) freeNewer(workingRoot, working);
  freeList(garbage, 1);
  garbage = 0;
  let block = orphans;
  while (block != 0) block = dropBlock(block);
  forget();
}

/** Ends the working version, which stays. The list of its orphans: the caller's to free. */
export function end(): usize {
  freeList(garbage, 1);
  garbage = 0;
  const list = orphans;
  forget();
  return list;
}

function forget(): void {
  orphans = 0;
  working = 0;
  workingRoot = 0;
  isReplaying = false;
}

export function root(): usize {
  return workingRoot;
}
