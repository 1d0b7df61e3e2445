// The IAVL+ tree of github.com/cosmos/iavl v1.2 (mutable_tree.go, node.go, proof_ics23.go): same shape, same rotations,
// same hashes. It lives in typed arrays: a node is an index into them. A version is a root; nodes are copied on write,
// and a node that a version no longer has is freed when the versions that have it are pruned.

import { compareBytes } from "../codec/bytes.ts";
import { sha256 } from "../crypto/hash.ts";
import { ByteArena } from "./byteArena.ts";
import type { KvEntry, KvRange, ReadonlyKvStore } from "./kvStore.ts";
import type { ExportedNode, LeafProof, MerkleTree, ProofStep } from "./merkleTree.ts";
import type { KvChange } from "./multiStore.ts";
import { BATCH_MESSAGE_BYTES_MAX, Sha256Batch } from "./sha256Batch.ts";

const NONE = -1;
const HASH_BYTES = 32;
const INITIAL_NODES = 1024;
const DOUBLE_UP_TO_NODES = 1 << 19;
/** Fibonacci growth of AVL trees: 2^32 leaves are at most 46 levels deep. */
const HEIGHT_MAX = 64;
const VARINT_BYTES_MAX = 10;
/** Scratch space that all trees share: between `start` and `flush` nothing else runs. */
const BATCH = new Sha256Batch();
const EMPTY_HASH = sha256(new Uint8Array(0));

/** A version that is pruned, or not made yet. */
export class VersionNotAvailableError extends Error {
  readonly version: number;

  constructor(version: number, oldest: number, latest: number) {
    super(`version ${version} is not available; kept are ${oldest} to ${latest}`);
    this.name = "VersionNotAvailableError";
    this.version = version;
  }
}

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

/** Writes a hash with its length before it. Returns the offset behind it. PERF: a loop beats `set` at this length. */
function putHash(out: Uint8Array, offset: number, { from, at }: { from: Uint8Array; at: number }): number {
  out[offset] = HASH_BYTES;
  for (let index = 0; index < HASH_BYTES; index += 1) out[offset + 1 + index] = from[at + index]!;
  return offset + 1 + HASH_BYTES;
}

/** The hash preimage's start: height, size and version. Also the start of an ICS-23 prefix. */
export function nodePrefix(height: number, size: number, version: number): Uint8Array {
  const out = new Uint8Array(3 * VARINT_BYTES_MAX);
  const end = putVarint(out, putVarint(out, putVarint(out, 0, height), size), version);
  return out.slice(0, end);
}

/** The root of a version. A new object for each commit, so that a view knows whether its version was reverted. */
export interface Root {
  readonly node: number;
}

/** Builds a tree from its nodes in the order of `export`. */
export interface TreeImporter {
  /** Throws an Error when the node does not fit. */
  add(node: ExportedNode): void;
  /** Throws an Error when the nodes do not make one tree. */
  finish(): IavlTree;
}

/** An IAVL tree. See MerkleTree for what the methods promise. */
export class IavlTree implements MerkleTree {
  // One column for each field of a node.
  #left = new Int32Array(INITIAL_NODES);
  #right = new Int32Array(INITIAL_NODES);
  /** Index of the node's key in the key table; for an inner node the smallest key on its right. */
  #key = new Uint32Array(INITIAL_NODES);
  #value = new Uint32Array(INITIAL_NODES);
  #valueLength = new Uint32Array(INITIAL_NODES);
  #size = new Uint32Array(INITIAL_NODES);
  #version = new Uint32Array(INITIAL_NODES);
  #height = new Uint8Array(INITIAL_NODES);
  #hash = new Uint8Array(INITIAL_NODES * HASH_BYTES);
  #nodeCount = 0;
  #freeNodes: number[] = [];

  // The key table: leaves own keys by count, since an updated leaf shares its key with the one before.
  #keyHandle = new Uint32Array(INITIAL_NODES);
  #keyLength = new Uint32Array(INITIAL_NODES);
  #keyOwners = new Uint32Array(INITIAL_NODES);
  #keyCount = 0;
  #freeKeys: number[] = [];

  readonly #arena = new ByteArena();
  /** Root of each kept version; NONE is an empty tree. */
  readonly #roots = new Map<number, Root>();
  /** For each kept version but the oldest: the nodes that the version before has and it has not. */
  readonly #orphans = new Map<number, readonly number[]>();
  #latest: number;
  #oldest: number;

  // The version that is being built.
  #working = 0;
  #workingRoot = NONE;
  #workingOrphans: number[] = [];
  #workingNodes: number[] = [];
  /** Inner nodes that the working version made and dropped again. */
  #workingGarbage: number[] = [];
  #isStaged = false;

  /** An empty tree. `version` is the version it starts at, so that a store that is added later can join. */
  constructor(version = 0) {
    this.#latest = version;
    this.#oldest = version;
    this.#roots.set(version, { node: NONE });
  }

  get version(): number {
    return this.#latest;
  }

  get oldestVersion(): number {
    return this.#oldest;
  }

  get size(): number {
    return this.sizeOf(this.#latest);
  }

  sizeOf(version: number): number {
    const root = this.#rootOf(version);
    return root === NONE ? 0 : this.#size[root]!;
  }

  get memoryBytes(): number {
    const columns = this.#left.byteLength * 6 + this.#size.byteLength + this.#height.byteLength + this.#hash.length;
    return columns + this.#keyHandle.byteLength * 3 + this.#arena.allocatedBytes;
  }

  rootHash(version: number): Uint8Array {
    const root = this.#rootOf(version);
    return root === NONE ? EMPTY_HASH : this.#hashOf(root);
  }

  stage(changes: readonly KvChange[]): Uint8Array {
    this.applyChanges(changes);
    return this.hashWorking();
  }

  /** The first half of `stage`: the new nodes, without their hashes. */
  applyChanges(changes: readonly KvChange[]): void {
    this.#discard();
    this.#working = this.#latest + 1;
    this.#workingRoot = this.#rootOf(this.#latest);
    let last: Uint8Array | undefined;
    for (const [key, value] of changes) {
      // Another order would give another shape, and so another hash.
      if (last !== undefined && compareBytes(last, key) >= 0) throw new Error("changes are not sorted by key");
      last = key;
      if (value === undefined) this.#remove(key);
      else this.#set(key, value);
    }
  }

  /** The second half of `stage`: hashes what `applyChanges` made. The root hash. */
  hashWorking(): Uint8Array {
    this.#isStaged = true;
    if (this.#workingRoot === NONE) return EMPTY_HASH;
    this.#hashFrom(this.#workingRoot, this.#working);
    return this.#hashOf(this.#workingRoot);
  }

  commit(): void {
    if (!this.#isStaged) throw new Error("no version is staged");
    this.#latest = this.#working;
    this.#roots.set(this.#latest, { node: this.#workingRoot });
    this.#orphans.set(this.#latest, this.#workingOrphans);
    for (let index = 0; index < this.#workingGarbage.length; index += 1) this.#freeNode(this.#workingGarbage[index]!);
    this.#forgetWork();
  }

  view(version: number): ReadonlyKvStore {
    return new TreeView(this, version, this.requireRoot(version));
  }

  pruneBelow(version: number): void {
    if (version > this.#latest) throw new VersionNotAvailableError(version, this.#oldest, this.#latest);
    for (; this.#oldest < version; this.#oldest += 1) {
      this.#roots.delete(this.#oldest);
      const orphans = this.#orphans.get(this.#oldest + 1) ?? [];
      for (let index = 0; index < orphans.length; index += 1) this.#freeNode(orphans[index]!);
      this.#orphans.delete(this.#oldest + 1);
    }
  }

  revertTo(version: number): void {
    this.requireRoot(version);
    this.#discard();
    const dropped = new Set<number>();
    for (let later = this.#latest; later > version; later -= 1) {
      this.#collectNewer(this.#rootOf(later), version, dropped);
      // What was an orphan of a dropped version lives again, unless it was made after `version` itself.
      for (const orphan of this.#orphans.get(later) ?? []) {
        if (this.#version[orphan]! > version) dropped.add(orphan);
      }
      this.#orphans.delete(later);
      this.#roots.delete(later);
    }
    for (const node of dropped) this.#freeNode(node);
    this.#latest = version;
  }

  /** Nodes below `root` that were made after `version`. A node's children are never newer than itself. */
  #collectNewer(root: number, version: number, into: Set<number>): void {
    if (root === NONE || this.#version[root]! <= version || into.has(root)) return;
    into.add(root);
    if (this.#height[root] === 0) return;
    this.#collectNewer(this.#left[root]!, version, into);
    this.#collectNewer(this.#right[root]!, version, into);
  }

  // Reading

  #rootOf(version: number): number {
    return this.requireRoot(version).node;
  }

  /** The root of a kept version. Throws VersionNotAvailableError. */
  requireRoot(version: number): Root {
    const root = this.#roots.get(version);
    if (root === undefined) throw new VersionNotAvailableError(version, this.#oldest, this.#latest);
    return root;
  }

  /** Throws VersionNotAvailableError when a root is no longer that of its version. */
  checkRoot(version: number, root: Root): void {
    if (this.#roots.get(version) !== root) throw new VersionNotAvailableError(version, this.#oldest, this.#latest);
  }

  #hashOf(node: number): Uint8Array {
    return this.#hash.slice(node * HASH_BYTES, (node + 1) * HASH_BYTES);
  }

  #compareKey(key: Uint8Array, node: number): number {
    const id = this.#key[node]!;
    return this.#arena.compare(key, this.#keyHandle[id]!, this.#keyLength[id]!);
  }

  #keyOf(node: number): Uint8Array {
    const id = this.#key[node]!;
    return this.#arena.get(this.#keyHandle[id]!, this.#keyLength[id]!);
  }

  #valueOf(leaf: number): Uint8Array {
    return this.#arena.get(this.#value[leaf]!, this.#valueLength[leaf]!);
  }

  /** The leaf of a key below a root, or NONE. */
  findLeaf(root: number, key: Uint8Array): number {
    if (root === NONE) return NONE;
    let node = root;
    while (this.#height[node]! > 0) node = this.#compareKey(key, node) < 0 ? this.#left[node]! : this.#right[node]!;
    return this.#compareKey(key, node) === 0 ? node : NONE;
  }

  /** The value of a key below a root. */
  valueBelow(root: number, key: Uint8Array): Uint8Array | undefined {
    const leaf = this.findLeaf(root, key);
    return leaf === NONE ? undefined : this.#valueOf(leaf);
  }

  /** The entries of a range in a version, in order. */
  *entriesOf(version: number, root: Root, range: KvRange): IterableIterator<KvEntry> {
    this.checkRoot(version, root);
    if (root.node === NONE) return;
    const { start, end } = range;
    const reverse = range.reverse === true;
    const stack: number[] = [root.node];
    for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
      if (this.#height[node] === 0) {
        if (start !== undefined && this.#compareKey(start, node) > 0) continue;
        if (end !== undefined && this.#compareKey(end, node) <= 0) continue;
        yield [this.#keyOf(node), this.#valueOf(node)];
        this.checkRoot(version, root);
        continue;
      }
      // The key of an inner node is the smallest on its right.
      const goesLeft = start === undefined || this.#compareKey(start, node) < 0;
      const goesRight = end === undefined || this.#compareKey(end, node) > 0;
      if (reverse) {
        if (goesLeft) stack.push(this.#left[node]!);
        if (goesRight) stack.push(this.#right[node]!);
      } else {
        if (goesRight) stack.push(this.#right[node]!);
        if (goesLeft) stack.push(this.#left[node]!);
      }
    }
  }

  prove(version: number, key: Uint8Array): { leaf?: LeafProof; left?: LeafProof; right?: LeafProof } {
    const root = this.#rootOf(version);
    if (root === NONE) return {};
    const at = this.#countBelow(root, key);
    if (this.findLeaf(root, key) !== NONE) return { leaf: this.#proofAt(root, at) };
    return {
      ...(at > 0 ? { left: this.#proofAt(root, at - 1) } : {}),
      ...(at < this.#size[root]! ? { right: this.#proofAt(root, at) } : {}),
    };
  }

  /** How many leaves below a root have smaller keys. */
  #countBelow(root: number, key: Uint8Array): number {
    let node = root;
    let count = 0;
    while (this.#height[node]! > 0) {
      if (this.#compareKey(key, node) < 0) {
        node = this.#left[node]!;
      } else {
        count += this.#size[this.#left[node]!]!;
        node = this.#right[node]!;
      }
    }
    return this.#compareKey(key, node) > 0 ? count + 1 : count;
  }

  /** The proof of the leaf with an index, 0 for the smallest key. */
  #proofAt(root: number, index: number): LeafProof {
    const steps: ProofStep[] = [];
    let node = root;
    let rest = index;
    while (this.#height[node]! > 0) {
      const left = this.#left[node]!;
      const right = this.#right[node]!;
      const goesLeft = rest < this.#size[left]!;
      steps.push({
        height: this.#height[node]!,
        size: this.#size[node]!,
        version: this.#version[node]!,
        left: goesLeft ? undefined : this.#hashOf(left),
        right: goesLeft ? this.#hashOf(right) : undefined,
      });
      if (!goesLeft) rest -= this.#size[left]!;
      node = goesLeft ? left : right;
    }
    steps.reverse();
    return { key: this.#keyOf(node), value: this.#valueOf(node), version: this.#version[node]!, steps };
  }

  // Writing

  #set(key: Uint8Array, value: Uint8Array): void {
    if (key.length === 0) throw new Error("tree keys are not empty");
    if (this.#workingRoot === NONE) this.#workingRoot = this.#newLeaf(this.#newKey(key), value);
    else this.#workingRoot = this.#setBelow(this.#workingRoot, key, value);
  }

  #setBelow(node: number, key: Uint8Array, value: Uint8Array): number {
    const order = this.#compareKey(key, node);
    if (this.#height[node] === 0) return this.#setAtLeaf(node, order, key, value);
    const own = this.#ownCopy(node);
    // The columns may be replaced by larger ones in the call, so its result is taken first.
    const child = this.#setBelow(order < 0 ? this.#left[own]! : this.#right[own]!, key, value);
    if (order < 0) this.#left[own] = child;
    else this.#right[own] = child;
    const size = this.#size[this.#left[own]!]! + this.#size[this.#right[own]!]!;
    if (size === this.#size[own]) return own;
    this.#measure(own);
    return this.#balance(own);
  }

  #setAtLeaf(leaf: number, order: number, key: Uint8Array, value: Uint8Array): number {
    if (order === 0) {
      const updated = this.#newLeaf(this.#key[leaf]!, value);
      this.#orphan(leaf);
      return updated;
    }
    const added = this.#newLeaf(this.#newKey(key), value);
    return order < 0 ? this.#newInner(added, leaf) : this.#newInner(leaf, added);
  }

  #remove(key: Uint8Array): void {
    if (this.findLeaf(this.#workingRoot, key) === NONE) return;
    this.#removedMinimum = NONE;
    this.#workingRoot = this.#removeBelow(this.#workingRoot, key);
  }

  /** The key that took the place of a removed smallest key, on the way up to the node whose key it is; else NONE. */
  #removedMinimum = NONE;

  /** Removes a key that is there. Returns what stands in the node's place; NONE when nothing does. */
  #removeBelow(node: number, key: Uint8Array): number {
    if (this.#height[node] === 0) {
      this.#orphan(node);
      return NONE;
    }
    const goesLeft = this.#compareKey(key, node) < 0;
    const left = this.#left[node]!;
    const right = this.#right[node]!;
    const replaced = this.#removeBelow(goesLeft ? left : right, key);
    if (replaced === NONE) {
      if (goesLeft) this.#removedMinimum = this.#key[node]!;
      this.#orphan(node);
      return goesLeft ? right : left;
    }
    const own = this.#ownCopy(node);
    if (goesLeft) {
      this.#left[own] = replaced;
    } else {
      this.#right[own] = replaced;
      if (this.#removedMinimum !== NONE) {
        this.#key[own] = this.#removedMinimum;
        this.#removedMinimum = NONE;
      }
    }
    this.#measure(own);
    return this.#balance(own);
  }

  /** The node itself when it belongs to the working version, else a copy that does. */
  #ownCopy(node: number): number {
    if (this.#version[node] === this.#working) return node;
    const copy = this.#newNode();
    this.#left[copy] = this.#left[node]!;
    this.#right[copy] = this.#right[node]!;
    this.#key[copy] = this.#key[node]!;
    this.#size[copy] = this.#size[node]!;
    this.#height[copy] = this.#height[node]!;
    this.#orphan(node);
    return copy;
  }

  #newLeaf(keyId: number, value: Uint8Array): number {
    const node = this.#newNode();
    this.#left[node] = NONE;
    this.#right[node] = NONE;
    this.#key[node] = keyId;
    this.#keyOwners[keyId] = this.#keyOwners[keyId]! + 1;
    this.#value[node] = this.#arena.put(value);
    this.#valueLength[node] = value.length;
    this.#size[node] = 1;
    this.#height[node] = 0;
    return node;
  }

  #newInner(left: number, right: number): number {
    const node = this.#newNode();
    this.#left[node] = left;
    this.#right[node] = right;
    this.#key[node] = this.#key[right]!;
    this.#size[node] = 2;
    this.#height[node] = 1;
    return node;
  }

  #measure(node: number): void {
    const left = this.#left[node]!;
    const right = this.#right[node]!;
    this.#size[node] = this.#size[left]! + this.#size[right]!;
    this.#height[node] = 1 + Math.max(this.#height[left]!, this.#height[right]!);
  }

  #tilt(node: number): number {
    return this.#height[this.#left[node]!]! - this.#height[this.#right[node]!]!;
  }

  #balance(node: number): number {
    const tilt = this.#tilt(node);
    if (tilt > 1) {
      if (this.#tilt(this.#left[node]!) < 0) {
        const left = this.#rotateLeft(this.#left[node]!);
        this.#left[node] = left;
      }
      return this.#rotateRight(node);
    }
    if (tilt < -1) {
      if (this.#tilt(this.#right[node]!) > 0) {
        const right = this.#rotateRight(this.#right[node]!);
        this.#right[node] = right;
      }
      return this.#rotateLeft(node);
    }
    return node;
  }

  #rotateRight(node: number): number {
    const own = this.#ownCopy(node);
    const top = this.#ownCopy(this.#left[own]!);
    this.#left[own] = this.#right[top]!;
    this.#right[top] = own;
    this.#measure(own);
    this.#measure(top);
    return top;
  }

  #rotateLeft(node: number): number {
    const own = this.#ownCopy(node);
    const top = this.#ownCopy(this.#right[own]!);
    this.#right[own] = this.#left[top]!;
    this.#left[top] = own;
    this.#measure(own);
    this.#measure(top);
    return top;
  }

  // Memory

  #newNode(): number {
    const freed = this.#freeNodes.pop();
    if (freed === undefined && this.#nodeCount === this.#left.length) this.#growNodes();
    const node = freed ?? this.#nodeCount;
    if (freed === undefined) this.#nodeCount += 1;
    this.#version[node] = this.#working;
    this.#workingNodes.push(node);
    return node;
  }

  /** Notes that the working version does not have a node any more. */
  #orphan(node: number): void {
    if (this.#version[node] === this.#working) this.#workingGarbage.push(node);
    else this.#workingOrphans.push(node);
  }

  #freeNode(node: number): void {
    if (this.#height[node] === 0) {
      this.#arena.free(this.#value[node]!, this.#valueLength[node]!);
      this.#releaseKey(this.#key[node]!);
    }
    this.#version[node] = 0;
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

  #newKey(bytes: Uint8Array): number {
    const freed = this.#freeKeys.pop();
    if (freed === undefined && this.#keyCount === this.#keyHandle.length) this.#growKeys();
    const id = freed ?? this.#keyCount;
    if (freed === undefined) this.#keyCount += 1;
    this.#keyHandle[id] = this.#arena.put(bytes);
    this.#keyLength[id] = bytes.length;
    this.#keyOwners[id] = 0;
    return id;
  }

  #releaseKey(id: number): void {
    const owners = this.#keyOwners[id]! - 1;
    this.#keyOwners[id] = owners;
    if (owners > 0) return;
    this.#arena.free(this.#keyHandle[id]!, this.#keyLength[id]!);
    this.#freeKeys.push(id);
  }

  #growNodes(): void {
    const capacity = nextCapacity(this.#left.length);
    const wider = <T extends Int32Array | Uint32Array | Uint8Array>(column: T, made: T): T => {
      made.set(column);
      return made;
    };
    this.#left = wider(this.#left, new Int32Array(capacity));
    this.#right = wider(this.#right, new Int32Array(capacity));
    this.#key = wider(this.#key, new Uint32Array(capacity));
    this.#value = wider(this.#value, new Uint32Array(capacity));
    this.#valueLength = wider(this.#valueLength, new Uint32Array(capacity));
    this.#size = wider(this.#size, new Uint32Array(capacity));
    this.#version = wider(this.#version, new Uint32Array(capacity));
    this.#height = wider(this.#height, new Uint8Array(capacity));
    const hash = new Uint8Array(capacity * HASH_BYTES);
    hash.set(this.#hash);
    this.#hash = hash;
  }

  #growKeys(): void {
    const capacity = nextCapacity(this.#keyHandle.length);
    const wider = (column: Uint32Array): Uint32Array<ArrayBuffer> => {
      const made = new Uint32Array(capacity);
      made.set(column);
      return made;
    };
    this.#keyHandle = wider(this.#keyHandle);
    this.#keyLength = wider(this.#keyLength);
    this.#keyOwners = wider(this.#keyOwners);
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
    if (this.#version[node]! < version) return;
    const height = this.#height[node]!;
    while (levels.length <= height) levels.push([]);
    levels[height]!.push(node);
    if (height === 0) return;
    this.#collectLevels(this.#left[node]!, version, levels);
    this.#collectLevels(this.#right[node]!, version, levels);
  }

  #hashLeaves(leaves: readonly number[]): void {
    const valueHashes = new Uint8Array(leaves.length * HASH_BYTES);
    BATCH.start(valueHashes);
    for (let at = 0; at < leaves.length; at += 1) {
      const handle = this.#value[leaves[at]!]!;
      const length = this.#valueLength[leaves[at]!]!;
      if (length > BATCH_MESSAGE_BYTES_MAX) valueHashes.set(sha256(this.#arena.view(handle, length)), at * HASH_BYTES);
      else this.#arena.copyTo(handle, length, { out: BATCH.memory, offset: BATCH.add(length, at * HASH_BYTES) });
    }
    BATCH.flush();
    BATCH.start(this.#hash);
    for (let at = 0; at < leaves.length; at += 1) {
      const leaf = leaves[at]!;
      const keyId = this.#key[leaf]!;
      const keyLength = this.#keyLength[keyId]!;
      const length = this.#prefixLength(leaf) + uvarintLength(keyLength) + keyLength + 1 + HASH_BYTES;
      const isLong = length > BATCH_MESSAGE_BYTES_MAX;
      const out = isLong ? new Uint8Array(length) : BATCH.memory;
      let offset = isLong ? 0 : BATCH.add(length, leaf * HASH_BYTES);
      offset = putUvarint(out, this.#putPrefix(out, offset, leaf), keyLength);
      this.#arena.copyTo(this.#keyHandle[keyId]!, keyLength, { out, offset });
      putHash(out, offset + keyLength, { from: valueHashes, at: at * HASH_BYTES });
      if (isLong) this.#hash.set(sha256(out), leaf * HASH_BYTES);
    }
    BATCH.flush();
  }

  #hashInnerNodes(nodes: readonly number[]): void {
    const out = BATCH.memory;
    const from = this.#hash;
    BATCH.start(this.#hash);
    for (let at = 0; at < nodes.length; at += 1) {
      const node = nodes[at]!;
      const start = BATCH.add(this.#prefixLength(node) + 2 * (1 + HASH_BYTES), node * HASH_BYTES);
      const afterPrefix = this.#putPrefix(out, start, node);
      const afterLeft = putHash(out, afterPrefix, { from, at: this.#left[node]! * HASH_BYTES });
      putHash(out, afterLeft, { from, at: this.#right[node]! * HASH_BYTES });
    }
    BATCH.flush();
  }

  #putPrefix(out: Uint8Array, offset: number, node: number): number {
    const afterHeight = putVarint(out, offset, this.#height[node]!);
    return putVarint(out, putVarint(out, afterHeight, this.#size[node]!), this.#version[node]!);
  }

  #prefixLength(node: number): number {
    // A height is below 64, so that its zigzag form has one byte.
    return 1 + uvarintLength(this.#size[node]! * 2) + uvarintLength(this.#version[node]! * 2);
  }

  // Whole trees

  *export(version: number): IterableIterator<ExportedNode> {
    const root = this.requireRoot(version);
    if (root.node === NONE) return;
    // A node is pushed twice: the second time, as its complement, when its children are behind it.
    const stack: number[] = [root.node];
    for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
      if (top < 0) {
        yield { height: this.#height[~top]!, version: this.#version[~top]! };
        this.checkRoot(version, root);
      } else if (this.#height[top] === 0) {
        yield { height: 0, version: this.#version[top]!, key: this.#keyOf(top), value: this.#valueOf(top) };
        this.checkRoot(version, root);
      } else {
        stack.push(~top, this.#right[top]!, this.#left[top]!);
      }
    }
  }

  /** Starts to build a tree whose last version is `version`, from what `export` gave. PERF: 2 us for each node. */
  static importer(version: number): TreeImporter {
    const tree = new IavlTree(version);
    const stack: number[] = [];
    return {
      add: (node) => tree.#import(node, stack),
      finish: () => {
        if (stack.length > 1) throw new Error("nodes are left over");
        tree.#forgetWork();
        tree.#working = 0;
        const root = stack[0] ?? NONE;
        tree.#roots.set(version, { node: root });
        if (root !== NONE) tree.#hashFrom(root, 1);
        return tree;
      },
    };
  }

  /** Builds a tree from what `export` gave. Throws an Error when the nodes do not make one tree. */
  static import(version: number, nodes: Iterable<ExportedNode>): IavlTree {
    const importer = IavlTree.importer(version);
    for (const node of nodes) importer.add(node);
    return importer.finish();
  }

  #import(node: ExportedNode, stack: number[]): void {
    if (node.version > this.#latest || node.version < 1) throw new Error(`node of version ${node.version}`);
    this.#working = node.version;
    if ("key" in node) {
      if (node.key.length === 0) throw new Error("a leaf without a key");
      stack.push(this.#importLeaf(node.key, node.value));
      return;
    }
    const right = stack.pop();
    const left = stack.pop();
    if (left === undefined || right === undefined) throw new Error("an inner node without children");
    if (node.height > HEIGHT_MAX) throw new Error("the tree is too deep");
    const inner = this.#importInner(left, right);
    if (this.#height[inner] !== node.height) throw new Error(`an inner node of height ${node.height}`);
    stack.push(inner);
  }

  #importLeaf(key: Uint8Array, value: Uint8Array): number {
    return this.#newLeaf(this.#newKey(key), value);
  }

  #importInner(left: number, right: number): number {
    const node = this.#newInner(left, right);
    let smallest = right;
    while (this.#height[smallest]! > 0) smallest = this.#left[smallest]!;
    this.#key[node] = this.#key[smallest]!;
    this.#measure(node);
    return node;
  }
}

/** A version of a tree as a store. */
class TreeView implements ReadonlyKvStore {
  /** See ChangeCounting in cacheStore.ts: a version never changes. */
  readonly changeCount = 0;
  readonly #tree: IavlTree;
  readonly #version: number;
  readonly #root: Root;

  constructor(tree: IavlTree, version: number, root: Root) {
    this.#tree = tree;
    this.#version = version;
    this.#root = root;
  }

  get(key: Uint8Array): Uint8Array | undefined {
    this.#tree.checkRoot(this.#version, this.#root);
    return this.#tree.valueBelow(this.#root.node, key);
  }

  has(key: Uint8Array): boolean {
    this.#tree.checkRoot(this.#version, this.#root);
    return this.#tree.findLeaf(this.#root.node, key) !== NONE;
  }

  iterate(range: KvRange = {}): IterableIterator<KvEntry> {
    this.#tree.checkRoot(this.#version, this.#root);
    return this.#tree.entriesOf(this.#version, this.#root, range);
  }
}
