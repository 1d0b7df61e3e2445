// Where things lie in the linear memory. AssemblyScript, not TypeScript: see README.md. wasmTree.ts knows the same numbers.
//
//   0      nothing: address 0 says "none"
//   1024   constants of SHA-256
//   2048   messages that wait for a hash, heads of the free lists, heads of the levels, the message schedule, lanes
//   11264  the stack of an import
//   12288  scratch: what JavaScript hands over
//   65536  nodes, keys and lists, in chunks

// A node is one cache line. The fields' offsets in it:
/** The left child; of a leaf, the unit of its value: see treeValues.ts. */
export const LEFT: usize = 0;
/** The right child; of a leaf, the tag of its value. */
export const RIGHT: usize = 4;
/** The key's block; of an inner node that of the smallest key on its right. Of a free node, the next free one. */
export const KEY: usize = 8;
/** Leaves below; while leaves are hashed, the next of them. */
export const SIZE: usize = 12;
/** The version that made the node; 0 when it is free. */
export const VERSION: usize = 16;
export const HEIGHT: usize = 20;
/** The key's first 8 bytes as a number, filled up with zeros. PERF: most comparisons need no more than this line. */
export const PREFIX: usize = 24;
/** 32 bytes; of a leaf that is being hashed its value's hash first, of an inner node the next of its level. */
export const HASH: usize = 32;
export const NODE_BYTES: usize = 64;

// A key's block: how many leaves have it, its length, its bytes.
export const KEY_OWNERS: usize = 0;
export const KEY_LENGTH: usize = 4;
export const KEY_BYTES: usize = 8;

export const WAITING: usize = 2048;
export const FREE_SMALL: usize = 4400;
export const FREE_LARGE: usize = 5440;
export const LEVELS: usize = 5600;
export const SCHEDULE: usize = 6144;
export const LANES: usize = 7168;
export const STACK: usize = 11264;
export const SCRATCH: usize = 12288;
export const HEAP: usize = 65536;
