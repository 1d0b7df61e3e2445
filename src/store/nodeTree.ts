// What the trees of nodes in memory have in common, whatever the memory is: their versions, and how they are read.

import { sha256 } from "../crypto/hash.ts";
import type { KvEntry, KvRange, ReadonlyKvStore } from "./kvStore.ts";
import type { ExportedNode, FrameParts, LeafProof, MerkleTree, ProofStep, TreeExporter } from "./merkleTree.ts";
import type { KvChange } from "./multiStore.ts";
import { VALUE_UNIT_BYTES, type ValueFile, valueUnits } from "./treeValues.ts";

/** The root of an empty tree. */
export const NONE = -1;
export const HASH_BYTES = 32;
/** A record has at least a height, a version and a hash. */
export const RECORD_BYTES_MIN = 2 + HASH_BYTES;
/** The root hash of an empty tree. */
export const EMPTY_HASH = sha256(new Uint8Array(0));
export const NODES_MISMATCH = "a node has another hash";

/** A version that is pruned, or not made yet. */
export class VersionNotAvailableError extends Error {
  readonly version: number;

  constructor(version: number, oldest: number, latest: number) {
    super(`version ${version} is not available; kept are ${oldest} to ${latest}`);
    this.name = "VersionNotAvailableError";
    this.version = version;
  }
}

/** The root of a version. A new object for each commit, so that a view knows whether its version was reverted. */
interface Root {
  readonly node: number;
}

/** Builds a tree from the records of its nodes. */
export interface TreeImporter {
  /** Nodes whose records have not been read. */
  readonly nodesLeft: number;
  /** Reads the records of a frame, and the values of their leaves. Throws an Error when they do not fit. */
  read(frame: ReadFrame): void;
  /**
   * `check` computes all hashes again; `trust` takes those of the records, whose source must be known. Throws an Error
   * when the nodes do not make one tree, or have other hashes.
   */
  finish(hashes: "check" | "trust"): NodeTree;
  /** Lets go of the file when the tree will not be finished. */
  abandon(): void;
}

/** Records and values of a frame, and where the values lie in their file. */
export interface ReadFrame {
  readonly records: Uint8Array;
  readonly values: Uint8Array;
  readonly position: number;
}

/** How a tree is imported. */
export interface ImportOptions {
  /** That of the tree's last version. */
  readonly version: number;
  readonly nodeCount: number;
  /** The file of the frames, where values are to be left in it, if the tree can do that. */
  readonly file?: ValueFile | undefined;
}

/** A tree whose nodes have numbers. See MerkleTree for what the methods promise. */
export abstract class NodeTree implements MerkleTree {
  /** Root of each kept version. */
  protected readonly roots = new Map<number, Root>();
  protected latest: number;
  protected oldest: number;
  /** Nothing of this version or a later one is hashed; 0 when the tree is settled. */
  protected unsettledFrom = 0;

  /** An empty tree. `version` is the version it starts at, so that a store that is added later can join. */
  constructor(version = 0) {
    this.latest = version;
    this.oldest = version;
    this.roots.set(version, { node: NONE });
  }

  abstract readonly memoryBytes: number;
  abstract readonly movableBytes: number;
  abstract commit(): void;
  abstract close(): void;
  abstract replay(changes: readonly KvChange[]): void;
  abstract settle(): Uint8Array;
  abstract pruneBelow(version: number): void;
  abstract revertTo(version: number): void;
  abstract applyChanges(changes: readonly KvChange[]): void;
  abstract hashWorking(): Uint8Array;
  /** The leaf of a key below a root, or NONE. */
  abstract findLeaf(root: number, key: Uint8Array): number;
  abstract valueOf(leaf: number): Uint8Array;

  protected abstract leftOf(node: number): number;
  protected abstract rightOf(node: number): number;
  protected abstract heightOf(node: number): number;
  protected abstract leavesOf(node: number): number;
  protected abstract versionOf(node: number): number;
  protected abstract hashOf(node: number): Uint8Array;
  /** The key; of an inner node the smallest on its right. */
  protected abstract keyOf(node: number): Uint8Array;
  /** Byte order of a key against a node's: negative when it comes first. */
  protected abstract compareKey(key: Uint8Array, node: number): number;
  protected abstract writeRecord(node: number, frame: FrameParts): void;
  /** Hashes all nodes. Throws an Error when one had another hash. */
  protected abstract checkHashes(root: number): void;
  /** See MerkleTree's `exporter`: begins to move the values of the last version. Undefined when they stay. */
  protected abstract beginMove(): ValueMove | undefined;

  get version(): number {
    return this.latest;
  }

  get oldestVersion(): number {
    return this.oldest;
  }

  get size(): number {
    return this.sizeOf(this.latest);
  }

  sizeOf(version: number): number {
    const root = this.rootOf(version);
    return root === NONE ? 0 : this.leavesOf(root);
  }

  rootHash(version: number): Uint8Array {
    const root = this.rootOf(version);
    return root === NONE ? EMPTY_HASH : this.hashOf(root);
  }

  stage(changes: readonly KvChange[]): Uint8Array {
    this.applyChanges(changes);
    return this.hashWorking();
  }

  view(version: number): ReadonlyKvStore {
    return new TreeView(this, version, this.requireRoot(version));
  }

  protected rootOf(version: number): number {
    return this.requireRoot(version).node;
  }

  /** The root of a kept version. Throws VersionNotAvailableError, and an Error when the tree is not settled. */
  requireRoot(version: number): Root {
    if (this.unsettledFrom > 0) throw new Error("the tree is not settled");
    const root = this.roots.get(version);
    if (root === undefined) throw new VersionNotAvailableError(version, this.oldest, this.latest);
    return root;
  }

  /** Throws VersionNotAvailableError when a root is no longer that of its version. */
  checkRoot(version: number, root: Root): void {
    if (this.roots.get(version) !== root) throw new VersionNotAvailableError(version, this.oldest, this.latest);
  }

  /** The entries of a range in a version, in order. */
  *entriesOf(version: number, root: Root, range: KvRange): IterableIterator<KvEntry> {
    this.checkRoot(version, root);
    if (root.node === NONE) return;
    const { start, end } = range;
    const reverse = range.reverse === true;
    const stack: number[] = [root.node];
    for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
      if (this.heightOf(node) === 0) {
        if (start !== undefined && this.compareKey(start, node) > 0) continue;
        if (end !== undefined && this.compareKey(end, node) <= 0) continue;
        yield [this.keyOf(node), this.valueOf(node)];
        this.checkRoot(version, root);
        continue;
      }
      // The key of an inner node is the smallest on its right.
      const goesLeft = start === undefined || this.compareKey(start, node) < 0;
      const goesRight = end === undefined || this.compareKey(end, node) > 0;
      if (reverse) {
        if (goesLeft) stack.push(this.leftOf(node));
        if (goesRight) stack.push(this.rightOf(node));
      } else {
        if (goesRight) stack.push(this.rightOf(node));
        if (goesLeft) stack.push(this.leftOf(node));
      }
    }
  }

  prove(version: number, key: Uint8Array): { leaf?: LeafProof; left?: LeafProof; right?: LeafProof } {
    const root = this.rootOf(version);
    if (root === NONE) return {};
    const at = this.#countBelow(root, key);
    if (this.findLeaf(root, key) !== NONE) return { leaf: this.#proofAt(root, at) };
    return {
      ...(at > 0 ? { left: this.#proofAt(root, at - 1) } : {}),
      ...(at < this.leavesOf(root) ? { right: this.#proofAt(root, at) } : {}),
    };
  }

  /** How many leaves below a root have smaller keys. */
  #countBelow(root: number, key: Uint8Array): number {
    let node = root;
    let count = 0;
    while (this.heightOf(node) > 0) {
      if (this.compareKey(key, node) < 0) {
        node = this.leftOf(node);
      } else {
        count += this.leavesOf(this.leftOf(node));
        node = this.rightOf(node);
      }
    }
    return this.compareKey(key, node) > 0 ? count + 1 : count;
  }

  /** The proof of the leaf with an index, 0 for the smallest key. */
  #proofAt(root: number, index: number): LeafProof {
    const steps: ProofStep[] = [];
    let node = root;
    let rest = index;
    while (this.heightOf(node) > 0) {
      const left = this.leftOf(node);
      const right = this.rightOf(node);
      const goesLeft = rest < this.leavesOf(left);
      steps.push({
        height: this.heightOf(node),
        size: this.leavesOf(node),
        version: this.versionOf(node),
        left: goesLeft ? undefined : this.hashOf(left),
        right: goesLeft ? this.hashOf(right) : undefined,
      });
      if (!goesLeft) rest -= this.leavesOf(left);
      node = goesLeft ? left : right;
    }
    steps.reverse();
    return { key: this.keyOf(node), value: this.valueOf(node), version: this.versionOf(node), steps };
  }

  *export(version: number): IterableIterator<ExportedNode> {
    const root = this.requireRoot(version);
    if (root.node === NONE) return;
    const stack: number[] = [root.node];
    for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
      if (top < 0) {
        const node = seenTwice(top);
        yield { height: this.heightOf(node), version: this.versionOf(node) };
        this.checkRoot(version, root);
      } else if (this.heightOf(top) === 0) {
        yield { height: 0, version: this.versionOf(top), key: this.keyOf(top), value: this.valueOf(top) };
        this.checkRoot(version, root);
      } else {
        stack.push(seenTwice(top), this.rightOf(top), this.leftOf(top));
      }
    }
  }

  exporter(version: number, moves = false): TreeExporter {
    const root = this.requireRoot(version);
    const stack: number[] = root.node === NONE ? [] : [root.node];
    const move = moves && version === this.latest ? this.beginMove() : undefined;
    let leaves: number[] = [];
    return {
      write: (frame, untilBytes) => {
        this.checkRoot(version, root);
        leaves = [];
        return this.#writeRecords(stack, { frame, untilBytes, leaves });
      },
      written: (file, position) => move?.moveTo(file, position, leaves),
      close: () => move?.end(),
    };
  }

  #writeRecords(stack: number[], { frame, untilBytes, leaves }: Writing): boolean {
    const { records, values } = frame;
    while (records.length + values.length < untilBytes) {
      const top = stack.pop();
      if (top === undefined) return false;
      if (top < 0) this.writeRecord(seenTwice(top), frame);
      else if (this.heightOf(top) === 0) {
        this.writeRecord(top, frame);
        leaves.push(top);
      } else stack.push(seenTwice(top), this.rightOf(top), this.leftOf(top));
    }
    return true;
  }

  /** The end of an import: `root` is that of the last version. */
  protected finishImport(root: number, hashes: "check" | "trust"): void {
    this.roots.set(this.latest, { node: root });
    if (hashes === "check" && root !== NONE) this.checkHashes(root);
  }
}

/** A frame that is being written, and the leaves in it. */
interface Writing {
  readonly frame: FrameParts;
  readonly untilBytes: number;
  readonly leaves: number[];
}

/** Moves values to a file. */
export interface ValueMove {
  /** The values of the leaves lie in a file, one after the other from a position on. */
  moveTo(file: ValueFile, position: number, leaves: readonly number[]): void;
  end(): void;
}

/** Adds a leaf's key and value. The offset of the key in the records, where it is to be written, and of the value. */
export function claimLeaf({ records, values }: FrameParts, keyLength: number, valueLength: number): LeafPlace {
  records.uvarint(keyLength);
  records.uvarint(valueLength);
  const valueAt = values.claim(valueUnits(valueLength) * VALUE_UNIT_BYTES);
  values.buffer.fill(0, valueAt + valueLength, values.length);
  return { keyAt: records.claim(keyLength), valueAt };
}

interface LeafPlace {
  readonly keyAt: number;
  readonly valueAt: number;
}

/**
 * A node is pushed twice on the stack of a walk: the second time as this negative number, to be met when its children are
 * behind it. The node of such a number is the same again. Not `~`: an address may have 32 bits.
 */
function seenTwice(node: number): number {
  return -1 - node;
}

/** A version of a tree as a store. */
class TreeView implements ReadonlyKvStore {
  /** See ChangeCounting in cacheStore.ts: a version never changes. */
  readonly changeCount = 0;
  readonly #tree: NodeTree;
  readonly #version: number;
  readonly #root: Root;

  constructor(tree: NodeTree, version: number, root: Root) {
    this.#tree = tree;
    this.#version = version;
    this.#root = root;
  }

  get(key: Uint8Array): Uint8Array | undefined {
    this.#tree.checkRoot(this.#version, this.#root);
    const leaf = this.#tree.findLeaf(this.#root.node, key);
    return leaf === NONE ? undefined : this.#tree.valueOf(leaf);
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
