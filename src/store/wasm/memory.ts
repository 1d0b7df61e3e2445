// Memory for nodes, keys and lists. What is given back is kept by size and used again.

import { FREE_LARGE, FREE_SMALL, HEAP, NODE_BYTES } from "./layout";

const CHUNK_BYTES: usize = 16384;
/** Blocks of up to so many units of 16 bytes come from chunks; larger ones are a power of two. */
const SMALL_UNITS_MAX: usize = 256;
/** One page less than 4 GiB, so that every typed array can span it. */
const BYTES_MAX: u64 = 65535 << 16;
/** Memory grows by a 32nd, at most by 4 MiB: what is not used yet is memory too. */
const GROWTH_PAGES_MAX: i32 = 64;
/** More than one key needs apart from its own block: three nodes for each level of 47, a chunk of each kind. */
const RESERVE_BYTES: u64 = 49152;

let top: usize = HEAP;
let smallAt: usize = 0;
let smallEnd: usize = 0;
let nodeAt: usize = 0;
let nodeEnd: usize = 0;
let freeNodes: usize = 0;

function requireRoom(bytes: u64): bool {
  const wanted: u64 = <u64>top + bytes;
  const pages = memory.size();
  const have: u64 = <u64>pages << 16;
  if (wanted <= have) return true;
  if (wanted > BYTES_MAX) return false;
  const needed = <i32>((wanted - have + 0xffff) >> 16);
  const step = max(needed, min(min(pages >> 5, GROWTH_PAGES_MAX), 65535 - pages));
  return memory.grow(step) >= 0 || (step > needed && memory.grow(needed) >= 0);
}

/** Room for whatever writing one key of a length takes. False when there is none; then nothing has changed. */
export function ensure(keyLength: usize): bool {
  return requireRoom(RESERVE_BYTES + 2 * <u64>keyLength);
}

function take(bytes: usize): usize {
  if (!requireRoom(bytes)) unreachable();
  const at = top;
  top += bytes;
  return at;
}

function largeClass(bytes: usize): u32 {
  return 32 - clz<u32>(<u32>bytes - 1);
}

export function allocate(bytes: usize): usize {
  const units = (bytes + 15) >> 4;
  if (units > SMALL_UNITS_MAX) {
    const sizeClass = largeClass(bytes);
    const head = FREE_LARGE + (<usize>sizeClass << 2);
    const freed = <usize>load<u32>(head);
    if (freed == 0) return take(<usize>1 << sizeClass);
    store<u32>(head, load<u32>(freed));
    return freed;
  }
  const head = FREE_SMALL + (units << 2);
  const freed = <usize>load<u32>(head);
  if (freed != 0) {
    store<u32>(head, load<u32>(freed));
    return freed;
  }
  const size = units << 4;
  if (smallEnd - smallAt < size) {
    smallAt = take(CHUNK_BYTES);
    smallEnd = smallAt + CHUNK_BYTES;
  }
  const at = smallAt;
  smallAt += size;
  return at;
}

/** Gives back a block. `bytes` is that of `allocate`. */
export function release(at: usize, bytes: usize): void {
  const units = (bytes + 15) >> 4;
  const head = units > SMALL_UNITS_MAX ? FREE_LARGE + (<usize>largeClass(bytes) << 2) : FREE_SMALL + (units << 2);
  store<u32>(at, load<u32>(head));
  store<u32>(head, <u32>at);
}

export function allocateNode(): usize {
  if (freeNodes != 0) {
    const freed = freeNodes;
    freeNodes = <usize>load<u32>(freed, 8);
    return freed;
  }
  if (nodeAt == nodeEnd) {
    nodeAt = take(CHUNK_BYTES);
    nodeEnd = nodeAt + CHUNK_BYTES;
  }
  const at = nodeAt;
  nodeAt += NODE_BYTES;
  return at;
}

/** Gives back a chain of nodes that are linked by their keys' field, from the first to the last. */
export function releaseNodes(first: usize, last: usize): void {
  store<u32>(last, <u32>freeNodes, 8);
  freeNodes = first;
}

/** So many nodes one after the other, all zero; 0 when there is no room. */
export function reserveNodes(count: u32): usize {
  const bytes = <u64>count * NODE_BYTES;
  if (!requireRoom(bytes + RESERVE_BYTES)) return 0;
  return take(<usize>bytes);
}

/** The end of what was ever used. */
export function usedBytes(): usize {
  return top;
}

// Lists of nodes: blocks of 62, the last one first. A list is the address of its first block, 0 when it is empty.

const LIST_BYTES: usize = 256;
const LIST_ITEMS: u32 = 62;

/** Adds a node. The list, which may begin elsewhere now. */
export function push(list: usize, node: usize): usize {
  let block = list;
  if (block == 0 || load<u32>(block, 4) == LIST_ITEMS) {
    block = allocate(LIST_BYTES);
    store<u32>(block, <u32>list);
    store<u32>(block, 0, 4);
  }
  const count = load<u32>(block, 4);
  store<u32>(block + 8 + (<usize>count << 2), <u32>node);
  store<u32>(block, count + 1, 4);
  return block;
}

/** Gives back a list's first block. The rest of the list. */
export function dropBlock(list: usize): usize {
  const next = <usize>load<u32>(list);
  release(list, LIST_BYTES);
  return next;
}

@inline export function blockCount(list: usize): u32 {
  return load<u32>(list, 4);
}

@inline export function blockItem(list: usize, index: u32): usize {
  return <usize>load<u32>(list + 8 + (<usize>index << 2));
}
