// The IAVL tree whose nodes and keys lie in the linear memory of a WebAssembly module (src/store/wasm). Values are outside
// (treeValues.ts), so that 4 GiB hold the nodes and keys of ten million entries and more; a leaf has their place.
// Shape and hashes are those of iavlTree.ts.

import { createHash } from "node:crypto";
import { treeModuleBase64 } from "../../gen/store/treeModule.ts";
import { bytesEqual, compareBytes, toHex } from "../codec/bytes.ts";
import { sha256 } from "../crypto/hash.ts";
import { ByteWriter } from "./byteStream.ts";
import { nodePrefix } from "./iavlTree.ts";
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
  type ReadFrame,
  type TreeImporter,
  type ValueMove,
  VersionNotAvailableError,
} from "./nodeTree.ts";
import { lengthOfTag, StateFaultError, TreeValues, VALUE_UNIT_BYTES, valueUnits } from "./treeValues.ts";

// A node's fields in words, the key's block and the scratch space: see wasm/layout.ts.
const LEFT = 0;
const VALUE = 0;
const RIGHT = 1;
const TAG = 1;
const KEY = 2;
const SIZE = 3;
const VERSION = 4;
const HEIGHT = 5;
const HASH_AT = 32;
const NODE_BYTES = 64;
const KEY_LENGTH = 1;
const KEY_AT = 8;
const SCRATCH = 12_288;
const HEAP = 65_536;

/** A key is copied eight bytes at a time, so that a few behind it are read. */
const PREFIX_BYTES = 8;
const CHANGE_HEAD_BYTES = 16;
/** Longer keys go one at a time, through a block of their own. */
const SCRATCH_KEY_BYTES_MAX = 1024;
/** A longer value is hashed by node:crypto. */
const LANE_VALUE_BYTES_MAX = 64 * 64 - 9;
const COPY_IN_LOOP_MAX = 48;
/** Nodes and keys, and what is there besides. */
const MEMORY_BYTES_MAX = 65_535 * 65_536;
const DIGEST_PART_BYTES = 1 << 26;
const FULL = "the tree's memory of 4 GiB is full, or the system gives no more";
/** What importRecords may answer, by its number; 0 is that all is well. */
const IMPORT_ERRORS = [
  "",
  "malformed records",
  "a node of another version",
  "a leaf without a key",
  "an inner node without children",
  "an inner node of another height",
  FULL,
  "a node too many",
];
const IS_LITTLE_ENDIAN = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1;

/** What the module gives; see wasm/tree.ts. Addresses come as signed numbers. */
interface TreeModule {
  readonly memory: { readonly buffer: SharedArrayBuffer };
  allocate(bytes: number): number;
  release(at: number, bytes: number): void;
  ensure(keyLength: number): number;
  releaseNodes(first: number, last: number): void;
  reserveNodes(count: number): number;
  usedBytes(): number;
  newKey(length: number): number;
  find(root: number, key: number, length: number): number;
  begin(root: number, version: number, replays: number): void;
  set(key: number, length: number, unit: number, tag: number): number;
  remove(key: number, length: number): number;
  apply(count: number): number;
  takeDeadLeaves(): number;
  freeList(list: number, version: number): void;
  freeNewer(node: number, version: number): void;
  discard(): void;
  end(): number;
  root(): number;
  beginHashing(root: number, version: number): number;
  hashValues(count: number): void;
  hashLeaves(): number;
  hashInnerNodes(): void;
  beginImport(first: number, count: number, version: number): void;
  importRecords(from: number, to: number, unit: number, tag: number): number;
  importNodesLeft(): number;
  importUnits(): number;
  importHeld(): number;
  importEnd(): number;
  importRoot(): number;
}

/** Memory of the module that an importer copies records to. */
interface ImportRoom {
  at: number;
  bytes: number;
}

/** Where records are copied to; tag and unit of the first of their values. */
interface ImportPlace {
  readonly room: ImportRoom;
  readonly tag: number;
  readonly unit: number;
}

/** The part of the WebAssembly API that is used; TypeScript declares it in its DOM library only. */
interface WebAssemblyApi {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: TreeModule };
}

// Node has it; its type is the one above. All trees share the compiled code; each has a memory.
const { WebAssembly } = globalThis as unknown as { WebAssembly: WebAssemblyApi | undefined };
const CODE = compile();

function compile(): object | undefined {
  if (WebAssembly === undefined || !IS_LITTLE_ENDIAN) return undefined;
  try {
    return new WebAssembly.Module(Buffer.from(treeModuleBase64, "base64"));
  } catch (error) {
    // What a processor without vector instructions says.
    if (error instanceof Error && error.name === "CompileError") return undefined;
    throw error;
  }
}

/** Whether this machine runs trees in WebAssembly: it has vector instructions and its byte order. */
export const hasWasmTree = CODE !== undefined;

function address(signed: number): number {
  return signed >>> 0;
}

/** An IAVL tree in linear memory. See MerkleTree for what the methods promise. Throws an Error without `hasWasmTree`. */
export class WasmTree extends NodeTree {
  readonly #module: TreeModule;
  /** The memory, and the same in words. Other arrays once it has grown: see `#refresh`. */
  #bytes: Uint8Array<ArrayBufferLike> = new Uint8Array(0);
  #words: Uint32Array<ArrayBufferLike> = new Uint32Array(0);
  readonly #values = new TreeValues();
  /** For each kept version but the oldest: the list of the nodes that the version before has and it has not. */
  readonly #orphans = new Map<number, number>();
  #working = 0;
  #isStaged = false;
  #fault: StateFaultError | undefined;

  constructor(version = 0) {
    super(version);
    if (WebAssembly === undefined || CODE === undefined) throw new Error("no WebAssembly with vectors on this machine");
    this.#module = new WebAssembly.Instance(CODE).exports;
    this.#refresh();
  }

  /** A grown memory is another buffer; arrays over the one before reach no farther than they did. */
  #refresh(): void {
    const { buffer } = this.#module.memory;
    if (this.#bytes.buffer === buffer) return;
    this.#bytes = new Uint8Array(buffer);
    this.#words = new Uint32Array(buffer);
  }

  get memoryBytes(): number {
    return this.#bytes.length + this.#values.memoryBytes;
  }

  get movableBytes(): number {
    return this.#values.memoryBytes;
  }

  // Writing

  applyChanges(changes: readonly KvChange[]): void {
    if (this.#fault !== undefined) throw this.#fault;
    this.#discard();
    this.#working = this.latest + 1;
    this.#begin(this.rootOf(this.latest), false);
    this.#apply(changes);
  }

  #begin(root: number, replays: boolean): void {
    this.#module.begin(root === NONE ? 0 : root, this.#working, replays ? 1 : 0);
  }

  #apply(changes: readonly KvChange[]): void {
    let last: Uint8Array | undefined;
    for (const [key, value] of changes) {
      // Another order would give another shape, and so another hash.
      if (last !== undefined && compareBytes(last, key) >= 0) throw new Error("changes are not sorted by key");
      if (key.length === 0 && value !== undefined) throw new Error("tree keys are not empty");
      last = key;
    }
    for (let next = 0; next < changes.length; ) {
      const isLong = changes[next]![0].length > SCRATCH_KEY_BYTES_MAX;
      next = isLong ? this.#applyLong(changes, next) : this.#applyShort(changes, next);
    }
    this.#refresh();
  }

  /** Applies what fits into the scratch space. The index of the change behind it. */
  #applyShort(changes: readonly KvChange[], from: number): number {
    this.#refresh();
    let at = SCRATCH;
    let next = from;
    for (; next < changes.length; next += 1) {
      const [key, value] = changes[next]!;
      const end = at + CHANGE_HEAD_BYTES + ((key.length + 3) & ~3);
      if (end > HEAP || key.length > SCRATCH_KEY_BYTES_MAX) break;
      const word = at >>> 2;
      this.#words[word] = key.length;
      this.#words[word + 1] = value === undefined ? 1 : 0;
      this.#words[word + 2] = value === undefined ? 0 : this.#values.put(value);
      this.#words[word + 3] = value === undefined ? 0 : this.#values.tagOf(value.length);
      this.#copyIn(key, at + CHANGE_HEAD_BYTES);
      at = end;
    }
    const done = this.#module.apply(next - from);
    if (done < next - from) this.#fail(next - from, done);
    return next;
  }

  /** Frees the values of the changes in the scratch space that were not made, and drops those that were. */
  #fail(count: number, done: number): never {
    this.#refresh();
    let at = SCRATCH;
    for (let index = 0; index < count; index += 1) {
      const word = at >>> 2;
      if (index >= done) this.#values.free(this.#words[word + 2]!, this.#words[word + 3]!);
      at += CHANGE_HEAD_BYTES + ((this.#words[word]! + 3) & ~3);
    }
    this.#discard();
    throw new Error(FULL);
  }

  /** A key that has no place in the scratch space. The index of the change behind it. */
  #applyLong(changes: readonly KvChange[], index: number): number {
    const [key, value] = changes[index]!;
    const block = this.#putLong(key);
    const unit = value === undefined ? 0 : this.#values.put(value);
    const tag = this.#values.tagOf(value?.length ?? 0);
    const isDone =
      value === undefined ? this.#module.remove(block, key.length) : this.#module.set(block, key.length, unit, tag);
    this.#module.release(block, key.length);
    if (isDone === 0) {
      if (value !== undefined) this.#values.free(unit, tag);
      this.#fail(0, 0);
    }
    return index + 1;
  }

  #putLong(key: Uint8Array): number {
    if (key.length * 4 > MEMORY_BYTES_MAX || this.#module.ensure(key.length) === 0) this.#fail(0, 0);
    const block = address(this.#module.allocate(key.length));
    this.#refresh();
    this.#bytes.set(key, block);
    return block;
  }

  #copyIn(bytes: Uint8Array, at: number): void {
    if (bytes.length > COPY_IN_LOOP_MAX) this.#bytes.set(bytes, at);
    else for (let index = 0; index < bytes.length; index += 1) this.#bytes[at + index] = bytes[index]!;
  }

  hashWorking(): Uint8Array {
    this.#isStaged = true;
    const root = address(this.#module.root());
    if (root === 0) return EMPTY_HASH;
    this.#hashFrom(root, this.#working);
    return this.hashOf(root);
  }

  commit(): void {
    if (!this.#isStaged) throw new Error("no version is staged");
    this.latest = this.#working;
    const root = address(this.#module.root());
    this.roots.set(this.latest, { node: root === 0 ? NONE : root });
    this.#orphans.set(this.latest, address(this.#module.end()));
    this.#isStaged = false;
    this.#buryLeaves();
  }

  replay(changes: readonly KvChange[]): void {
    this.#discard();
    this.pruneBelow(this.latest);
    this.#working = this.latest + 1;
    if (this.unsettledFrom === 0) this.unsettledFrom = this.#working;
    this.#begin(this.roots.get(this.latest)!.node, true);
    this.#apply(changes);
    const root = address(this.#module.root());
    this.#module.freeList(this.#module.end(), 1);
    this.#buryLeaves();
    this.roots.clear();
    this.roots.set(this.#working, { node: root === 0 ? NONE : root });
    this.latest = this.#working;
    this.oldest = this.#working;
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
      this.#module.freeList(this.#orphans.get(this.oldest + 1) ?? 0, 1);
      this.#orphans.delete(this.oldest + 1);
    }
    this.#buryLeaves();
  }

  revertTo(version: number): void {
    this.requireRoot(version);
    this.#discard();
    for (let later = this.latest; later > version; later -= 1) {
      const root = this.rootOf(later);
      if (root !== NONE) this.#module.freeNewer(root, version + 1);
      // What was an orphan of a dropped version lives again, unless it was made after `version` itself.
      this.#module.freeList(this.#orphans.get(later) ?? 0, version + 1);
      this.#orphans.delete(later);
      this.roots.delete(later);
    }
    this.latest = version;
    this.#buryLeaves();
  }

  #discard(): void {
    this.#module.discard();
    this.#isStaged = false;
    this.#buryLeaves();
  }

  /** Frees the values of leaves that were freed, and gives the leaves back. */
  #buryLeaves(): void {
    const first = address(this.#module.takeDeadLeaves());
    if (first === 0) return;
    this.#refresh();
    let last = first;
    for (let leaf = first; leaf !== 0; leaf = this.#words[(leaf >>> 2) + KEY]!) {
      this.#values.free(this.#words[(leaf >>> 2) + VALUE]!, this.#words[(leaf >>> 2) + TAG]!);
      last = leaf;
    }
    this.#module.releaseNodes(first, last);
  }

  // Hashing

  /** Hashes the nodes of versions from `version` on below a root, level by level, the leaves first. */
  #hashFrom(root: number, version: number): void {
    this.#hashValues(address(this.#module.beginHashing(root, version)));
    let long = address(this.#module.hashLeaves());
    while (long !== 0) {
      const word = long >>> 2;
      const next = this.#words[word + SIZE]!;
      this.#words[word + SIZE] = 1;
      this.#hashLongLeaf(long);
      long = next;
    }
    this.#module.hashInnerNodes();
  }

  /** Hashes the values of a chain of leaves into their hash fields. */
  #hashValues(first: number): void {
    let at = SCRATCH;
    let count = 0;
    for (let leaf = first; leaf !== 0; leaf = this.#words[(leaf >>> 2) + SIZE]!) {
      const unit = this.#words[(leaf >>> 2) + VALUE]!;
      const tag = this.#words[(leaf >>> 2) + TAG]!;
      const length = lengthOfTag(tag);
      if (length > LANE_VALUE_BYTES_MAX) {
        this.#bytes.set(sha256(this.#values.get(unit, tag)), leaf + HASH_AT);
        continue;
      }
      const bytes = 64 + (((length + 9 + 63) >>> 6) << 6);
      if (at + bytes > HEAP) {
        this.#module.hashValues(count);
        at = SCRATCH;
        count = 0;
      }
      this.#words[at >>> 2] = leaf;
      this.#words[(at >>> 2) + 1] = length;
      this.#values.copyTo(unit, tag, { out: this.#bytes, offset: at + 64 });
      at += bytes;
      count += 1;
    }
    this.#module.hashValues(count);
  }

  #hashLongLeaf(leaf: number): void {
    this.#bytes.set(this.#leafHash(leaf, this.hashOf(leaf)), leaf + HASH_AT);
  }

  #leafHash(leaf: number, valueHash: Uint8Array): Uint8Array {
    const writer = new ByteWriter();
    writer.raw(nodePrefix(0, 1, this.versionOf(leaf)));
    writer.lengthPrefixed(this.keyOf(leaf));
    writer.lengthPrefixed(valueHash);
    return sha256(writer.finish());
  }

  // Reading

  protected leftOf(node: number): number {
    return this.#words[(node >>> 2) + LEFT]!;
  }

  protected rightOf(node: number): number {
    return this.#words[(node >>> 2) + RIGHT]!;
  }

  protected heightOf(node: number): number {
    return this.#words[(node >>> 2) + HEIGHT]!;
  }

  protected leavesOf(node: number): number {
    return this.#words[(node >>> 2) + SIZE]!;
  }

  protected versionOf(node: number): number {
    return this.#words[(node >>> 2) + VERSION]!;
  }

  protected hashOf(node: number): Uint8Array {
    return this.#bytes.slice(node + HASH_AT, node + HASH_AT + HASH_BYTES);
  }

  protected keyOf(node: number): Uint8Array {
    const block = this.#words[(node >>> 2) + KEY]!;
    return this.#bytes.slice(block + KEY_AT, block + KEY_AT + this.#words[(block >>> 2) + KEY_LENGTH]!);
  }

  protected compareKey(key: Uint8Array, node: number): number {
    const block = this.#words[(node >>> 2) + KEY]!;
    const length = this.#words[(block >>> 2) + KEY_LENGTH]!;
    const common = Math.min(key.length, length);
    for (let index = 0; index < common; index += 1) {
      const difference = key[index]! - this.#bytes[block + KEY_AT + index]!;
      if (difference !== 0) return difference;
    }
    return key.length - length;
  }

  valueOf(leaf: number): Uint8Array {
    const tag = this.#words[(leaf >>> 2) + TAG]!;
    const unit = this.#words[(leaf >>> 2) + VALUE]!;
    return this.#values.isInFile(tag) ? this.#storedValueOf(leaf, unit, tag) : this.#values.get(unit, tag);
  }

  /**
   * A value from a file. Whatever the disk did to it since it was written, another one is not taken for it. Throws
   * StateFaultError, and the tree builds no version any more: whoever executes takes an error of a handler for the result
   * of a transaction, and that would be another one than on a machine that can read.
   */
  #storedValueOf(leaf: number, unit: number, tag: number): Uint8Array {
    try {
      const value = this.#values.get(unit, tag);
      if (bytesEqual(this.#leafHash(leaf, sha256(value)), this.hashOf(leaf))) return value;
      throw new Error("it was changed on the disk");
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      this.#fault = new StateFaultError(`the value of key ${toHex(this.keyOf(leaf))} cannot be read: ${reason}`, cause);
      throw this.#fault;
    }
  }

  findLeaf(root: number, key: Uint8Array): number {
    if (root === NONE) return NONE;
    if (key.length > SCRATCH_KEY_BYTES_MAX) return this.#findLong(root, key);
    this.#copyIn(key, SCRATCH);
    const leaf = address(this.#module.find(root, SCRATCH, key.length));
    return leaf === 0 ? NONE : leaf;
  }

  #findLong(root: number, key: Uint8Array): number {
    let node = root;
    while (this.heightOf(node) > 0) node = this.compareKey(key, node) < 0 ? this.leftOf(node) : this.rightOf(node);
    return this.compareKey(key, node) === 0 ? node : NONE;
  }

  // Whole trees

  protected writeRecord(node: number, frame: FrameParts): void {
    const { records, values } = frame;
    const word = node >>> 2;
    const height = this.#words[word + HEIGHT]!;
    records.byte(height);
    records.uvarint(this.#words[word + VERSION]!);
    this.#copyOut(node + HASH_AT, HASH_BYTES, { out: records, offset: records.claim(HASH_BYTES) });
    if (height > 0) return;
    const block = this.#words[word + KEY]!;
    const keyLength = this.#words[(block >>> 2) + KEY_LENGTH]!;
    const tag = this.#words[word + TAG]!;
    const { keyAt, valueAt } = claimLeaf(frame, keyLength, lengthOfTag(tag));
    this.#copyOut(block + KEY_AT, keyLength, { out: records, offset: keyAt });
    this.#values.copyTo(this.#words[word + VALUE]!, tag, { out: values.buffer, offset: valueAt });
  }

  #copyOut(from: number, length: number, { out, offset }: { readonly out: ByteWriter; readonly offset: number }): void {
    const { buffer } = out;
    for (let index = 0; index < length; index += 1) buffer[offset + index] = this.#bytes[from + index]!;
  }

  protected beginMove(): ValueMove | undefined {
    if (!this.#values.seal()) return undefined;
    const root = address(this.#module.root());
    if (root !== 0) this.#renewValues(root);
    let [tag, start] = [-1, 0];
    return {
      moveTo: (file, position, leaves) => {
        if (tag === -1) [tag, start] = [this.#values.addFile(file, position), position];
        this.#moveValues(leaves, (position - start) / VALUE_UNIT_BYTES, tag);
      },
      end: () => {
        if (tag !== -1) this.#values.letGo(tag);
        tag = -1;
      },
    };
  }

  /** Puts the values of the working version anew: no snapshot of an earlier one has them, so that they would not move. */
  #renewValues(node: number): void {
    if (this.versionOf(node) !== this.#working) return;
    if (this.heightOf(node) > 0) {
      this.#renewValues(this.leftOf(node));
      this.#renewValues(this.rightOf(node));
      return;
    }
    const word = node >>> 2;
    const [unit, tag] = [this.#words[word + VALUE]!, this.#words[word + TAG]!];
    const value = this.#values.get(unit, tag);
    this.#words[word + VALUE] = this.#values.put(value);
    this.#words[word + TAG] = this.#values.tagOf(value.length);
    this.#values.free(unit, tag);
  }

  #moveValues(leaves: readonly number[], firstUnit: number, tag: number): void {
    let unit = firstUnit;
    for (const leaf of leaves) {
      const word = leaf >>> 2;
      const [oldUnit, oldTag] = [this.#words[word + VALUE]!, this.#words[word + TAG]!];
      const length = lengthOfTag(oldTag);
      if (length === 0) continue;
      this.#values.hold(tag, 1);
      this.#words[word + VALUE] = unit;
      this.#words[word + TAG] = tag + length;
      this.#values.free(oldUnit, oldTag);
      unit += valueUnits(length);
    }
  }

  close(): void {
    this.#values.close();
  }

  /**
   * Starts to build a tree from the records of its nodes. Memory is taken for all of them at once: that they can be there
   * must be known.
   */
  static importer({ version, nodeCount, file }: ImportOptions): TreeImporter {
    const tree = new WasmTree(version);
    const module = tree.#module;
    tree.#beginImport(nodeCount);
    const room: ImportRoom = { at: 0, bytes: 0 };
    let [tag, start] = [0, 0];
    return {
      get nodesLeft() {
        return module.importNodesLeft();
      },
      read: (frame) => {
        if (file !== undefined && tag === 0)
          [tag, start] = [tree.#values.addFile(file, frame.position), frame.position];
        const first = address(module.importEnd());
        tree.#importFrame(frame, { room, tag, unit: (frame.position - start) / VALUE_UNIT_BYTES });
        if (file === undefined) tree.#takeValues(first, address(module.importEnd()), frame.values);
        else tree.#values.hold(tag, module.importHeld());
      },
      finish: (hashes) => {
        if (module.importNodesLeft() > 0) throw new Error(`${module.importNodesLeft()} nodes are missing`);
        const root = address(module.importRoot());
        if (nodeCount > 0 && root === 0) throw new Error("nodes are left over");
        if (room.bytes > 0) module.release(room.at, room.bytes);
        if (tag !== 0) tree.#values.letGo(tag);
        tree.finishImport(root === 0 ? NONE : root, hashes);
        return tree;
      },
      abandon: () => tree.close(),
    };
  }

  #beginImport(nodeCount: number): void {
    if (nodeCount * NODE_BYTES > MEMORY_BYTES_MAX)
      throw new Error(`a tree of more than ${MEMORY_BYTES_MAX / NODE_BYTES} nodes`);
    const first = nodeCount === 0 ? 0 : address(this.#module.reserveNodes(nodeCount));
    if (first === 0 && nodeCount > 0) throw new Error(FULL);
    this.#module.beginImport(first, nodeCount, this.latest);
    this.#refresh();
  }

  /** Reads a frame's records, which must be as its values. */
  #importFrame({ records, values }: ReadFrame, { room, tag, unit }: ImportPlace): void {
    const bytes = records.length + PREFIX_BYTES;
    if (room.bytes < bytes) {
      if (room.bytes > 0) this.#module.release(room.at, room.bytes);
      if (bytes * 2 > MEMORY_BYTES_MAX || this.#module.ensure(bytes) === 0) throw new Error(FULL);
      room.at = address(this.#module.allocate(bytes));
      room.bytes = bytes;
      this.#refresh();
    }
    this.#bytes.set(records, room.at);
    const result = this.#module.importRecords(room.at, room.at + records.length, unit, tag);
    this.#refresh();
    if (result !== 0) throw new Error(IMPORT_ERRORS[result]);
    if (this.#module.importUnits() * VALUE_UNIT_BYTES !== values.length) throw new Error("values are left over");
  }

  /** Copies the values of new leaves, which lie one after the other. */
  #takeValues(first: number, end: number, values: Uint8Array): void {
    let at = 0;
    for (let node = first; node < end; node += NODE_BYTES) {
      const word = node >>> 2;
      const length = this.#words[word + HEIGHT] === 0 ? lengthOfTag(this.#words[word + TAG]!) : 0;
      if (length === 0) continue;
      this.#words[word + VALUE] = this.#values.put(values.subarray(at, at + length));
      this.#words[word + TAG] = this.#values.tagOf(length);
      at += valueUnits(length) * VALUE_UNIT_BYTES;
    }
  }

  protected checkHashes(root: number): void {
    const before = this.#digest();
    this.#hashFrom(root, 1);
    if (!before.equals(this.#digest())) throw new Error(NODES_MISMATCH);
  }

  /** Of everything that nodes and keys lie in. */
  #digest(): Buffer {
    const digest = createHash("sha256");
    const end = address(this.#module.usedBytes());
    for (let at = HEAP; at < end; at += DIGEST_PART_BYTES) {
      digest.update(this.#bytes.subarray(at, Math.min(end, at + DIGEST_PART_BYTES)));
    }
    return digest.digest();
  }
}
