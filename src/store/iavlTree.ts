// The IAVL+ tree of github.com/cosmos/iavl v1.2 (mutable_tree.go, node.go, proof_ics23.go): same shape, same rotations,
// same hashes. It lives in typed arrays: a node is an index into them. A version is a root; nodes are copied on write,
// and a node that a version no longer has is freed when the versions that have it are pruned.

import { createHash } from "node:crypto";
import { compareBytes } from "../codec/bytes.ts";
import { sha256 } from "../crypto/hash.ts";
import { ByteArena } from "./byteArena.ts";
import type { ByteReader } from "./byteStream.ts";
import type { FrameParts } from "./merkleTree.ts";
import type { KvChange } from "./multiStore.ts";
import {
  claimLeaf,
  EMPTY_HASH,
  HASH_BYTES,
  type ImportOptions,
  NODES_MISMATCH,
  NONE,
  NodeTree,
  type TreeImporter,
  VersionNotAvailableError,
} from "./nodeTree.ts";
import { type Children, type NodeTarget, type ReadLeaf, recordImporter } from "./recordImporter.ts";
import { BATCH_MESSAGE_BYTES_MAX, Sha256Batch } from "./sha256Batch.ts";

const HASH_WORDS = 8;

// A node is 16 words, one cache line; its number is the index of its first word. These are the words:
const NODE_WORDS = 16;
/** The left child; of a leaf, the handle of its value. */
const LEFT = 0;
const VALUE = 0;
/** The right child; of a leaf, the length of its value. */
const RIGHT = 1;
const VALUE_LENGTH = 1;
/** The key's bytes; of an inner node those of the smallest key on its right. */
const KEY_HANDLE = 2;
const KEY_LENGTH = 3;
/** The key's number among all keys, by which its owners are counted. */
const KEY_ID = 4;
const SIZE = 5;
const VERSION = 6;
const HEIGHT = 7;
/** 8 words, in the byte order of the hash. */
const HASH = 8;
const IS_LITTLE_ENDIAN = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1;
const INITIAL_NODES = 1024;
const DOUBLE_UP_TO_NODES = 1 << 19;
/** Node numbers stay below 2^31: 8 GiB of nodes in one tree. */
const NODES_MAX = 1 << 27;
/** A tree that is read gets room for so much of its size besides. */
const IMPORT_SLACK = 16;
const DIGEST_PART_BYTES = 1 << 26;
const VARINT_BYTES_MAX = 10;
/** Scratch space that all trees share: between `start` and `flush` nothing else runs. */
const BATCH = new Sha256Batch();

/** Small tables double; large ones grow by a quarter, since what is not used yet is memory too. */
function nextCapacity(capacity: number): number {
  return capacity + Math.trunc(capacity < DOUBLE_UP_TO_NODES ? capacity : capacity / 4);
}

/** Writes n as Go's binary.PutUvarint does. Returns the offset behind it. n is below 2^53. */
function putUvarint(out: Uint8Array, offset: number, n: number): number {
  let rest = n;
  let at = offset;
  while (rest >= 0x80) {
    out[at] = (rest % 0x80) | 0x80;
    rest = Math.trunc(rest / 0x80);
    at += 1;
  }
  out[at] = rest;
  return at + 1;
}

/** Writes n as Go's binary.PutVarint does (zigzag); n is not negative. */
function putVarint(out: Uint8Array, offset: number, n: number): number {
  return putUvarint(out, offset, n * 2);
}

/** Bytes that putUvarint writes. */
function uvarintLength(n: number): number {
  let length = 1;
  for (let rest = n; rest >= 0x80; rest = Math.trunc(rest / 0x80)) length += 1;
  return length;
}

/**
 * Writes a hash, which begins at a word, with its length before it. Returns the offset behind it.
 * PERF: words by a DataView, which take any offset, beat bytes and `set` by far.
 */
function putHash(out: DataView, offset: number, from: Uint32Array, word: number): number {
  out.setUint8(offset, HASH_BYTES);
  for (let index = 0; index < HASH_WORDS; index += 1) {
    out.setUint32(offset + 1 + index * 4, from[word + index]!, IS_LITTLE_ENDIAN);
  }
  return offset + 1 + HASH_BYTES;
}

function wordsOf(bytes: Uint8Array): Uint32Array {
  return new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength >>> 2);
}

/** The hash preimage's start: height, size and version. Also the start of an ICS-23 prefix. */
export function nodePrefix(height: number, size: number, version: number): Uint8Array {
  const out = new Uint8Array(3 * VARINT_BYTES_MAX);
  const end = putVarint(out, putVarint(out, putVarint(out, 0, height), size), version);
  return out.slice(0, end);
}

/** An IAVL tree. See MerkleTree for what the methods promise. */
export class IavlTree extends NodeTree {
  /** The nodes, NODE_WORDS each. */
  #nodes = new Uint32Array(INITIAL_NODES * NODE_WORDS);
  /** The same memory. */
  #bytes = new Uint8Array(this.#nodes.buffer);
  /** The first word that no node has had. */
  #end = 0;
  #freeNodes: number[] = [];

  /** How many leaves have a key, by its id: an updated leaf shares the key's bytes with the one before. */
  #keyOwners = new Uint32Array(INITIAL_NODES);
  #keyCount = 0;
  #freeKeys: number[] = [];

  readonly #arena = new ByteArena();
  /** For each kept version but the oldest: the nodes that the version before has and it has not. */
  readonly #orphans = new Map<number, readonly number[]>();

  // The version that is being built.
  #working = 0;
  #workingRoot = NONE;
  #workingOrphans: number[] = [];
  #workingNodes: number[] = [];
  /** Inner nodes that the working version made and dropped again. */
  #workingGarbage: number[] = [];
  #isStaged = false;

  /** Nodes are changed where they are: nobody will ask for the versions that have them. */
  #isReplaying = false;

  readonly movableBytes = 0;

  get memoryBytes(): number {
    return this.#nodes.byteLength + this.#keyOwners.byteLength + this.#arena.allocatedBytes;
  }

  applyChanges(changes: readonly KvChange[]): void {
    this.#discard();
    this.#working = this.latest + 1;
    this.#applyTo(this.rootOf(this.latest), changes);
  }

  #applyTo(root: number, changes: readonly KvChange[]): void {
    this.#workingRoot = root;
    let last: Uint8Array | undefined;
    for (const [key, value] of changes) {
      // Another order would give another shape, and so another hash.
      if (last !== undefined && compareBytes(last, key) >= 0) throw new Error("changes are not sorted by key");
      last = key;
      if (value === undefined) this.#remove(key);
      else this.#set(key, value);
    }
  }

  hashWorking(): Uint8Array {
    this.#isStaged = true;
    if (this.#workingRoot === NONE) return EMPTY_HASH;
    this.#hashFrom(this.#workingRoot, this.#working);
    return this.hashOf(this.#workingRoot);
  }

  commit(): void {
    if (!this.#isStaged) throw new Error("no version is staged");
    this.latest = this.#working;
    this.roots.set(this.latest, { node: this.#workingRoot });
    this.#orphans.set(this.latest, this.#workingOrphans);
    for (let index = 0; index < this.#workingGarbage.length; index += 1) this.#freeNode(this.#workingGarbage[index]!);
    this.#forgetWork();
  }

  replay(changes: readonly KvChange[]): void {
    this.#discard();
    this.pruneBelow(this.latest);
    const root = this.roots.get(this.latest)!.node;
    this.#working = this.latest + 1;
    if (this.unsettledFrom === 0) this.unsettledFrom = this.#working;
    this.#isReplaying = true;
    this.#applyTo(root, changes);
    this.#isReplaying = false;
    for (let index = 0; index < this.#workingOrphans.length; index += 1) this.#freeNode(this.#workingOrphans[index]!);
    for (let index = 0; index < this.#workingGarbage.length; index += 1) this.#freeNode(this.#workingGarbage[index]!);
    this.roots.clear();
    this.roots.set(this.#working, { node: this.#workingRoot });
    this.latest = this.#working;
    this.oldest = this.#working;
    this.#forgetWork();
  }

  settle(): Uint8Array {
    const root = this.roots.get(this.latest)!.node;
    if (this.unsettledFrom > 0 && root !== NONE) this.#hashFrom(root, this.unsettledFrom);
    this.unsettledFrom = 0;
    return this.rootHash(this.latest);
  }

  pruneBelow(version: number): void {
    if (version > this.latest) throw new VersionNotAvailableError(version, this.oldest, this.latest);
    for (; this.oldest < version; this.oldest += 1) {
      this.roots.delete(this.oldest);
      const orphans = this.#orphans.get(this.oldest + 1) ?? [];
      for (let index = 0; index < orphans.length; index += 1) this.#freeNode(orphans[index]!);
      this.#orphans.delete(this.oldest + 1);
    }
  }

  revertTo(version: number): void {
    this.requireRoot(version);
    this.#discard();
    const dropped = new Set<number>();
    for (let later = this.latest; later > version; later -= 1) {
      this.#collectNewer(this.rootOf(later), version, dropped);
      // What was an orphan of a dropped version lives again, unless it was made after `version` itself.
      for (const orphan of this.#orphans.get(later) ?? []) {
        if (this.#nodes[orphan + VERSION]! > version) dropped.add(orphan);
      }
      this.#orphans.delete(later);
      this.roots.delete(later);
    }
    for (const node of dropped) this.#freeNode(node);
    this.latest = version;
  }

  /** Nodes below `root` that were made after `version`. A node's children are never newer than itself. */
  #collectNewer(root: number, version: number, into: Set<number>): void {
    if (root === NONE || this.#nodes[root + VERSION]! <= version || into.has(root)) return;
    into.add(root);
    if (this.#nodes[root + HEIGHT] === 0) return;
    this.#collectNewer(this.#nodes[root + LEFT]!, version, into);
    this.#collectNewer(this.#nodes[root + RIGHT]!, version, into);
  }

  // Reading

  protected leftOf(node: number): number {
    return this.#nodes[node + LEFT]!;
  }

  protected rightOf(node: number): number {
    return this.#nodes[node + RIGHT]!;
  }

  protected heightOf(node: number): number {
    return this.#nodes[node + HEIGHT]!;
  }

  protected leavesOf(node: number): number {
    return this.#nodes[node + SIZE]!;
  }

  protected versionOf(node: number): number {
    return this.#nodes[node + VERSION]!;
  }

  protected hashOf(node: number): Uint8Array {
    return this.#bytes.slice((node + HASH) * 4, (node + HASH) * 4 + HASH_BYTES);
  }

  #compareKey(key: Uint8Array, node: number): number {
    return this.#arena.compare(key, this.#nodes[node + KEY_HANDLE]!, this.#nodes[node + KEY_LENGTH]!);
  }

  protected compareKey(key: Uint8Array, node: number): number {
    return this.#compareKey(key, node);
  }

  protected keyOf(node: number): Uint8Array {
    return this.#arena.get(this.#nodes[node + KEY_HANDLE]!, this.#nodes[node + KEY_LENGTH]!);
  }

  valueOf(leaf: number): Uint8Array {
    return this.#arena.get(this.#nodes[leaf + VALUE]!, this.#nodes[leaf + VALUE_LENGTH]!);
  }

  findLeaf(root: number, key: Uint8Array): number {
    if (root === NONE) return NONE;
    let node = root;
    while (this.#nodes[node + HEIGHT]! > 0)
      node = this.#compareKey(key, node) < 0 ? this.#nodes[node + LEFT]! : this.#nodes[node + RIGHT]!;
    return this.#compareKey(key, node) === 0 ? node : NONE;
  }

  // Writing

  #set(key: Uint8Array, value: Uint8Array): void {
    if (key.length === 0) throw new Error("tree keys are not empty");
    if (this.#workingRoot === NONE) this.#workingRoot = this.#newLeaf(key, value);
    else this.#workingRoot = this.#setBelow(this.#workingRoot, key, value);
  }

  #setBelow(node: number, key: Uint8Array, value: Uint8Array): number {
    const order = this.#compareKey(key, node);
    if (this.#nodes[node + HEIGHT] === 0) return this.#setAtLeaf(node, order, key, value);
    const own = this.#ownCopy(node);
    // The columns may be replaced by larger ones in the call, so its result is taken first.
    const child = this.#setBelow(order < 0 ? this.#nodes[own + LEFT]! : this.#nodes[own + RIGHT]!, key, value);
    if (order < 0) this.#nodes[own + LEFT] = child;
    else this.#nodes[own + RIGHT] = child;
    const size = this.#nodes[this.#nodes[own + LEFT]! + SIZE]! + this.#nodes[this.#nodes[own + RIGHT]! + SIZE]!;
    if (size === this.#nodes[own + SIZE]) return own;
    this.#measure(own);
    return this.#balance(own);
  }

  #setAtLeaf(leaf: number, order: number, key: Uint8Array, value: Uint8Array): number {
    if (order === 0) {
      const updated = this.#newLeafLike(leaf, value);
      this.#orphan(leaf);
      return updated;
    }
    const added = this.#newLeaf(key, value);
    return order < 0 ? this.#newInner(added, leaf) : this.#newInner(leaf, added);
  }

  #remove(key: Uint8Array): void {
    if (this.findLeaf(this.#workingRoot, key) === NONE) return;
    this.#removedMinimum = NONE;
    this.#workingRoot = this.#removeBelow(this.#workingRoot, key);
  }

  /** A node with the key that took the place of a removed smallest key, on the way up to where it belongs; else NONE. */
  #removedMinimum = NONE;

  /** Removes a key that is there. Returns what stands in the node's place; NONE when nothing does. */
  #removeBelow(node: number, key: Uint8Array): number {
    if (this.#nodes[node + HEIGHT] === 0) {
      this.#orphan(node);
      return NONE;
    }
    const goesLeft = this.#compareKey(key, node) < 0;
    const left = this.#nodes[node + LEFT]!;
    const right = this.#nodes[node + RIGHT]!;
    const replaced = this.#removeBelow(goesLeft ? left : right, key);
    if (replaced === NONE) {
      if (goesLeft) this.#removedMinimum = node;
      this.#orphan(node);
      return goesLeft ? right : left;
    }
    const own = this.#ownCopy(node);
    if (goesLeft) {
      this.#nodes[own + LEFT] = replaced;
    } else {
      this.#nodes[own + RIGHT] = replaced;
      if (this.#removedMinimum !== NONE) {
        this.#copyKey(own, this.#removedMinimum);
        this.#removedMinimum = NONE;
      }
    }
    this.#measure(own);
    return this.#balance(own);
  }

  /** The node itself when it belongs to the working version or no other is kept, else a copy that does. */
  #ownCopy(node: number): number {
    if (this.#nodes[node + VERSION] === this.#working) return node;
    if (this.#isReplaying) {
      this.#nodes[node + VERSION] = this.#working;
      return node;
    }
    const copy = this.#newNode();
    this.#nodes[copy + LEFT] = this.#nodes[node + LEFT]!;
    this.#nodes[copy + RIGHT] = this.#nodes[node + RIGHT]!;
    this.#copyKey(copy, node);
    this.#nodes[copy + SIZE] = this.#nodes[node + SIZE]!;
    this.#nodes[copy + HEIGHT] = this.#nodes[node + HEIGHT]!;
    this.#orphan(node);
    return copy;
  }

  #newLeaf(key: Uint8Array, value: Uint8Array): number {
    const node = this.#newNode();
    const freed = this.#freeKeys.pop();
    if (freed === undefined && this.#keyCount === this.#keyOwners.length) this.#growKeys();
    const id = freed ?? this.#keyCount;
    if (freed === undefined) this.#keyCount += 1;
    this.#nodes[node + KEY_HANDLE] = this.#arena.put(key);
    this.#nodes[node + KEY_LENGTH] = key.length;
    this.#nodes[node + KEY_ID] = id;
    this.#keyOwners[id] = 1;
    return this.#fillLeaf(node, value);
  }

  /** A leaf with the key of another one. */
  #newLeafLike(leaf: number, value: Uint8Array): number {
    const node = this.#newNode();
    this.#copyKey(node, leaf);
    const id = this.#nodes[node + KEY_ID]!;
    this.#keyOwners[id] = this.#keyOwners[id]! + 1;
    return this.#fillLeaf(node, value);
  }

  #fillLeaf(node: number, value: Uint8Array): number {
    this.#nodes[node + VALUE] = this.#arena.put(value);
    this.#nodes[node + VALUE_LENGTH] = value.length;
    this.#nodes[node + SIZE] = 1;
    this.#nodes[node + HEIGHT] = 0;
    return node;
  }

  #copyKey(to: number, from: number): void {
    this.#nodes[to + KEY_HANDLE] = this.#nodes[from + KEY_HANDLE]!;
    this.#nodes[to + KEY_LENGTH] = this.#nodes[from + KEY_LENGTH]!;
    this.#nodes[to + KEY_ID] = this.#nodes[from + KEY_ID]!;
  }

  #newInner(left: number, right: number): number {
    const node = this.#newNode();
    this.#nodes[node + LEFT] = left;
    this.#nodes[node + RIGHT] = right;
    this.#copyKey(node, right);
    this.#nodes[node + SIZE] = 2;
    this.#nodes[node + HEIGHT] = 1;
    return node;
  }

  #measure(node: number): void {
    const left = this.#nodes[node + LEFT]!;
    const right = this.#nodes[node + RIGHT]!;
    this.#nodes[node + SIZE] = this.#nodes[left + SIZE]! + this.#nodes[right + SIZE]!;
    this.#nodes[node + HEIGHT] = 1 + Math.max(this.#nodes[left + HEIGHT]!, this.#nodes[right + HEIGHT]!);
  }

  #tilt(node: number): number {
    return this.#nodes[this.#nodes[node + LEFT]! + HEIGHT]! - this.#nodes[this.#nodes[node + RIGHT]! + HEIGHT]!;
  }

  #balance(node: number): number {
    const tilt = this.#tilt(node);
    if (tilt > 1) {
      if (this.#tilt(this.#nodes[node + LEFT]!) < 0) {
        const left = this.#rotateLeft(this.#nodes[node + LEFT]!);
        this.#nodes[node + LEFT] = left;
      }
      return this.#rotateRight(node);
    }
    if (tilt < -1) {
      if (this.#tilt(this.#nodes[node + RIGHT]!) > 0) {
        const right = this.#rotateRight(this.#nodes[node + RIGHT]!);
        this.#nodes[node + RIGHT] = right;
      }
      return this.#rotateLeft(node);
    }
    return node;
  }

  #rotateRight(node: number): number {
    const own = this.#ownCopy(node);
    const top = this.#ownCopy(this.#nodes[own + LEFT]!);
    this.#nodes[own + LEFT] = this.#nodes[top + RIGHT]!;
    this.#nodes[top + RIGHT] = own;
    this.#measure(own);
    this.#measure(top);
    return top;
  }

  #rotateLeft(node: number): number {
    const own = this.#ownCopy(node);
    const top = this.#ownCopy(this.#nodes[own + RIGHT]!);
    this.#nodes[own + RIGHT] = this.#nodes[top + LEFT]!;
    this.#nodes[top + LEFT] = own;
    this.#measure(own);
    this.#measure(top);
    return top;
  }

  // Memory

  #newNode(): number {
    const freed = this.#freeNodes.pop();
    if (freed === undefined && this.#end === this.#nodes.length) this.#growNodes();
    const node = freed ?? this.#end;
    if (freed === undefined) this.#end += NODE_WORDS;
    this.#nodes[node + VERSION] = this.#working;
    this.#workingNodes.push(node);
    return node;
  }

  /** Notes that the working version does not have a node any more. */
  #orphan(node: number): void {
    if (this.#nodes[node + VERSION] === this.#working) this.#workingGarbage.push(node);
    else this.#workingOrphans.push(node);
  }

  #freeNode(node: number): void {
    if (this.#nodes[node + HEIGHT] === 0) {
      this.#arena.free(this.#nodes[node + VALUE]!, this.#nodes[node + VALUE_LENGTH]!);
      this.#releaseKey(node);
    }
    this.#nodes[node + VERSION] = 0;
    this.#freeNodes.push(node);
  }

  #discard(): void {
    for (let index = 0; index < this.#workingNodes.length; index += 1) this.#freeNode(this.#workingNodes[index]!);
    this.#forgetWork();
  }

  #forgetWork(): void {
    this.#workingNodes = [];
    this.#workingOrphans = [];
    this.#workingGarbage = [];
    this.#isStaged = false;
  }

  #releaseKey(leaf: number): void {
    const id = this.#nodes[leaf + KEY_ID]!;
    const owners = this.#keyOwners[id]! - 1;
    this.#keyOwners[id] = owners;
    if (owners > 0) return;
    this.#arena.free(this.#nodes[leaf + KEY_HANDLE]!, this.#nodes[leaf + KEY_LENGTH]!);
    this.#freeKeys.push(id);
  }

  #growNodes(): void {
    const capacity = nextCapacity(this.#nodes.length / NODE_WORDS);
    if (capacity > NODES_MAX) throw new Error(`a tree of more than ${NODES_MAX} nodes`);
    const nodes = new Uint32Array(capacity * NODE_WORDS);
    nodes.set(this.#nodes);
    this.#nodes = nodes;
    this.#bytes = new Uint8Array(nodes.buffer);
  }

  #growKeys(): void {
    const owners = new Uint32Array(nextCapacity(this.#keyOwners.length));
    owners.set(this.#keyOwners);
    this.#keyOwners = owners;
  }

  // Hashing

  /**
   * Hashes the nodes of versions from `version` on below a root, level by level, the leaves first.
   * PERF: a batch of lanes takes a third of the time that one call of node:crypto for each node takes.
   */
  #hashFrom(root: number, version: number): void {
    const levels: number[][] = [];
    this.#collectLevels(root, version, levels);
    this.#hashLeaves(levels[0] ?? []);
    for (let height = 1; height < levels.length; height += 1) this.#hashInnerNodes(levels[height] ?? []);
  }

  #collectLevels(node: number, version: number, levels: number[][]): void {
    if (this.#nodes[node + VERSION]! < version) return;
    const height = this.#nodes[node + HEIGHT]!;
    while (levels.length <= height) levels.push([]);
    levels[height]!.push(node);
    if (height === 0) return;
    this.#collectLevels(this.#nodes[node + LEFT]!, version, levels);
    this.#collectLevels(this.#nodes[node + RIGHT]!, version, levels);
  }

  #hashLeaves(leaves: readonly number[]): void {
    const valueHashes = new Uint8Array(leaves.length * HASH_BYTES);
    BATCH.start(valueHashes);
    for (let at = 0; at < leaves.length; at += 1) {
      const handle = this.#nodes[leaves[at]! + VALUE]!;
      const length = this.#nodes[leaves[at]! + VALUE_LENGTH]!;
      if (length > BATCH_MESSAGE_BYTES_MAX) valueHashes.set(sha256(this.#arena.view(handle, length)), at * HASH_BYTES);
      else this.#arena.copyTo(handle, length, { out: BATCH.memory, offset: BATCH.add(length, at * HASH_BYTES) });
    }
    BATCH.flush();
    BATCH.start(this.#bytes);
    const valueWords = wordsOf(valueHashes);
    for (let at = 0; at < leaves.length; at += 1) {
      const leaf = leaves[at]!;
      const target = (leaf + HASH) * 4;
      const keyLength = this.#nodes[leaf + KEY_LENGTH]!;
      const length = this.#prefixLength(leaf) + uvarintLength(keyLength) + keyLength + 1 + HASH_BYTES;
      const isLong = length > BATCH_MESSAGE_BYTES_MAX;
      const out = isLong ? new Uint8Array(length) : BATCH.memory;
      const view = isLong ? new DataView(out.buffer) : BATCH.view;
      let offset = isLong ? 0 : BATCH.add(length, target);
      offset = putUvarint(out, this.#putPrefix(out, offset, leaf), keyLength);
      this.#arena.copyTo(this.#nodes[leaf + KEY_HANDLE]!, keyLength, { out, offset });
      putHash(view, offset + keyLength, valueWords, at * HASH_WORDS);
      if (isLong) this.#bytes.set(sha256(out), target);
    }
    BATCH.flush();
  }

  #hashInnerNodes(nodes: readonly number[]): void {
    BATCH.start(this.#bytes);
    for (let at = 0; at < nodes.length; at += 1) {
      const node = nodes[at]!;
      const start = BATCH.add(this.#prefixLength(node) + 2 * (1 + HASH_BYTES), (node + HASH) * 4);
      const afterPrefix = this.#putPrefix(BATCH.memory, start, node);
      const afterLeft = putHash(BATCH.view, afterPrefix, this.#nodes, this.#nodes[node + LEFT]! + HASH);
      putHash(BATCH.view, afterLeft, this.#nodes, this.#nodes[node + RIGHT]! + HASH);
    }
    BATCH.flush();
  }

  #putPrefix(out: Uint8Array, offset: number, node: number): number {
    const afterHeight = putVarint(out, offset, this.#nodes[node + HEIGHT]!);
    return putVarint(out, putVarint(out, afterHeight, this.#nodes[node + SIZE]!), this.#nodes[node + VERSION]!);
  }

  #prefixLength(node: number): number {
    // A height is below 64, so that its zigzag form has one byte.
    return 1 + uvarintLength(this.#nodes[node + SIZE]! * 2) + uvarintLength(this.#nodes[node + VERSION]! * 2);
  }

  // Whole trees

  protected writeRecord(node: number, frame: FrameParts): void {
    const { records, values } = frame;
    const height = this.#nodes[node + HEIGHT]!;
    records.byte(height);
    records.uvarint(this.#nodes[node + VERSION]!);
    const hashAt = records.claim(HASH_BYTES);
    const { buffer } = records;
    const from = (node + HASH) * 4;
    for (let index = 0; index < HASH_BYTES; index += 1) buffer[hashAt + index] = this.#bytes[from + index]!;
    if (height > 0) return;
    const keyLength = this.#nodes[node + KEY_LENGTH]!;
    const valueLength = this.#nodes[node + VALUE_LENGTH]!;
    const { keyAt, valueAt } = claimLeaf(frame, keyLength, valueLength);
    this.#arena.copyTo(this.#nodes[node + KEY_HANDLE]!, keyLength, { out: records.buffer, offset: keyAt });
    this.#arena.copyTo(this.#nodes[node + VALUE]!, valueLength, { out: values.buffer, offset: valueAt });
  }

  /** Values stay in memory. */
  protected beginMove(): undefined {
    return undefined;
  }

  close(): void {
    // There are no files.
  }

  /** Starts to build a tree from the records of its nodes. PERF: no object, copy or hash for an inner node. */
  static importer(options: ImportOptions): TreeImporter {
    const tree = new IavlTree(options.version);
    tree.#reserveNodes(options.nodeCount);
    const target: NodeTarget = {
      readNode: (height, version, reader) => tree.#readNode(height, version, reader),
      readLeaf: (node, leaf) => tree.#readLeaf(node, leaf),
      readInner: (node, children) => tree.#readInner(node, children),
      finish: (root, hashes) => {
        tree.finishImport(root, hashes);
        return tree;
      },
    };
    return recordImporter(target, options);
  }

  #reserveNodes(count: number): void {
    const capacity = Math.max(INITIAL_NODES, count + Math.trunc(count / IMPORT_SLACK));
    if (capacity > NODES_MAX) throw new Error(`a tree of more than ${NODES_MAX} nodes`);
    this.#nodes = new Uint32Array(capacity * NODE_WORDS);
    this.#bytes = new Uint8Array(this.#nodes.buffer);
    this.#keyOwners = new Uint32Array(Math.max(INITIAL_NODES, capacity >>> 1));
  }

  #readNode(height: number, version: number, reader: ByteReader): number {
    const node = this.#end;
    this.#end += NODE_WORDS;
    this.#nodes[node + VERSION] = version;
    this.#nodes[node + HEIGHT] = height;
    this.#bytes.set(reader.raw(HASH_BYTES), (node + HASH) * 4);
    return node;
  }

  #readLeaf(node: number, { key, value }: ReadLeaf): void {
    if (this.#keyCount === this.#keyOwners.length) this.#growKeys();
    this.#nodes[node + KEY_HANDLE] = this.#arena.put(key);
    this.#nodes[node + KEY_LENGTH] = key.length;
    this.#nodes[node + KEY_ID] = this.#keyCount;
    this.#keyOwners[this.#keyCount] = 1;
    this.#keyCount += 1;
    this.#nodes[node + VALUE] = this.#arena.put(value);
    this.#nodes[node + VALUE_LENGTH] = value.length;
    this.#nodes[node + SIZE] = 1;
  }

  #readInner(node: number, { left, right, smallest }: Children): number {
    this.#nodes[node + LEFT] = left;
    this.#nodes[node + RIGHT] = right;
    this.#copyKey(node, smallest);
    this.#measure(node);
    return this.#nodes[node + HEIGHT]!;
  }

  /** Hashes all nodes. Throws an Error when one had another hash. */
  protected checkHashes(root: number): void {
    const before = this.#nodesDigest();
    this.#hashFrom(root, 1);
    if (!before.equals(this.#nodesDigest())) throw new Error(NODES_MISMATCH);
  }

  #nodesDigest(): Buffer {
    const digest = createHash("sha256");
    const end = this.#end * 4;
    for (let at = 0; at < end; at += DIGEST_PART_BYTES) {
      digest.update(this.#bytes.subarray(at, Math.min(end, at + DIGEST_PART_BYTES)));
    }
    return digest.digest();
  }
}
