// Tree snapshots: all trees of one version in a file, so that a restart need not replay the chain from its first block.
// The nodes' hashes are in it: a node reads its own snapshot without hashing. Of one that comes from somebody else they are
// computed anew and compared, so that when its app hash is right every node and value is.
//
//   "SSTREE3\n" · version (8 bytes)
//   frames: length of the records (8) · length of the values (8) · sha256 of both · records · values
//   0 (8) · 0 (8) · sha256 of all frames' sha256
//
// The records of a store, over one frame or more, which hold nothing else:
//   0xff · store name · number of nodes (uvarint)                      first
//   0 · version (uvarint) · hash · lengths (uvarint) · key             a leaf
//   height · version (uvarint) · hash                                  an inner node, after its children
// A name has its length before it. Numbers of 8 bytes are big endian. The records of a frame, and each of its values, are
// filled up with zeros to a multiple of 16 bytes, so that a value is found in the file by a 16th of its position: a tree
// whose values are many leaves them there (treeValues.ts).

import { createHash, webcrypto } from "node:crypto";
import { type FileHandle, mkdir, open, readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { bytesEqual, concatBytes, utf8 } from "../codec/bytes.ts";
import { ByteReader, ByteWriter } from "./byteStream.ts";
import { treeImporter } from "./createTree.ts";
import type { FrameParts, MerkleTree, TreeExporter } from "./merkleTree.ts";
import { type NodeTree, RECORD_BYTES_MIN, type ReadFrame, type TreeImporter } from "./nodeTree.ts";
import { VALUE_UNIT_BYTES, ValueFile, valueUnits } from "./treeValues.ts";

const MAGIC = utf8("SSTREE3\n");
const STORE_RECORD = 0xff;
const NUMBER_BYTES = 8;
const LENGTHS_BYTES = 2 * NUMBER_BYTES;
const DIGEST_BYTES = 32;
/** What stands before a frame's records: the lengths of these and of the values, and the checksum of both. */
const HEAD_BYTES = LENGTHS_BYTES + DIGEST_BYTES;
/** A frame is written once it has this many bytes: about 1 ms of the main thread. */
const FRAME_BYTES = 256 << 10;
/** No frame is longer: a value of a transaction is far shorter. */
const FRAME_BYTES_MAX = 256 << 20;
const FILE_NAME = /^tree-(\d{1,15})\.snapshot$/;
const TEMPORARY_NAME = /^tree-\d{1,15}\.snapshot\.tmp$/;

/** A snapshot that is torn, changed, or not one. */
export class SnapshotError extends Error {
  constructor(path: string, reason: string, cause?: unknown) {
    super(`tree snapshot ${path}: ${reason}`, { cause });
    this.name = "SnapshotError";
  }
}

/** Where the snapshot of a version lies. */
export function snapshotFile(folder: string, version: number): string {
  return join(folder, `tree-${version}.snapshot`);
}

/** Where it lies until it is whole. `removeTemporaries` removes it. */
export function temporarySnapshotFile(folder: string, version: number): string {
  return `${snapshotFile(folder, version)}.tmp`;
}

/** The versions that have a snapshot in a folder, ascending. None when there is no such folder. */
export async function listSnapshots(folder: string): Promise<number[]> {
  return (await namesIn(folder))
    .map((name) => FILE_NAME.exec(name)?.[1])
    .filter((digits) => digits !== undefined)
    .map(Number)
    .sort((a, b) => a - b);
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return [];
    throw error;
  }
}

/** Removes the snapshot of a version, if there is one. */
export async function removeSnapshot(folder: string, version: number): Promise<void> {
  await rm(snapshotFile(folder, version), { force: true });
}

/** Removes all snapshots. */
export async function removeSnapshots(folder: string): Promise<void> {
  for (const version of await listSnapshots(folder)) await removeSnapshot(folder, version);
}

/** Removes what a process that was killed left half-written. */
export async function removeTemporaries(folder: string): Promise<void> {
  for (const name of await namesIn(folder)) {
    if (TEMPORARY_NAME.test(name)) await rm(join(folder, name), { force: true });
  }
}

/** What a snapshot is made from. */
export interface SnapshotSource {
  readonly names: readonly string[];
  treeOf(name: string): Pick<MerkleTree, "exporter" | "sizeOf">;
}

/** How a snapshot is written. */
export interface WriteOptions {
  readonly source: SnapshotSource;
  readonly version: number;
  /** Asked at each frame. When it says so, nothing is left behind. */
  readonly isCancelled?: (() => boolean) | undefined;
  /** Values in memory go to the file: see MerkleTree's `exporter`. */
  readonly moves?: boolean | undefined;
}

/**
 * Writes the snapshot of a version: to a temporary file that gets its name once it is on the disk. The version must stay
 * kept meanwhile. The folder is made. Between two frames the event loop runs. Gives the file's size in bytes, or undefined
 * when cancelled.
 */
export async function writeSnapshot(folder: string, options: WriteOptions): Promise<number | undefined> {
  const { source, version, moves } = options;
  // Before anything else goes on: what moves is what is there now.
  const stores = source.names.map((name) => {
    const tree = source.treeOf(name);
    return { name, size: tree.sizeOf(version), exporter: tree.exporter(version, moves) };
  });
  try {
    return await writeStores(folder, stores, options);
  } finally {
    for (const { exporter } of stores) exporter.close();
  }
}

interface ExportedStore {
  readonly name: string;
  readonly size: number;
  readonly exporter: TreeExporter;
}

async function writeStores(
  folder: string,
  stores: readonly ExportedStore[],
  options: WriteOptions,
): Promise<number | undefined> {
  await mkdir(folder, { recursive: true });
  const path = snapshotFile(folder, options.version);
  const temporary = temporarySnapshotFile(folder, options.version);
  try {
    const file = await open(temporary, "w");
    let bytes: number | undefined;
    try {
      const values = new ValueFile(temporary);
      try {
        bytes = await writeFrames(file, stores, { ...options, values });
      } finally {
        values.letGo();
      }
      if (bytes !== undefined) await file.sync();
    } finally {
      await file.close();
    }
    if (bytes !== undefined) {
      await rename(temporary, path);
      await syncFolder(folder);
    }
    return bytes;
  } finally {
    await rm(temporary, { force: true });
  }
}

/** The number of bytes written; undefined when cancelled. */
async function writeFrames(
  file: FileHandle,
  stores: readonly ExportedStore[],
  options: WriteOptions & { readonly values: ValueFile },
): Promise<number | undefined> {
  const digests = createHash("sha256");
  let bytes = 0;
  const put = async (part: Uint8Array): Promise<void> => {
    await writeAll(file, part);
    bytes += part.length;
  };
  await put(concatBytes(MAGIC, numberBytes(options.version)));
  for (const { records, values, exporter } of framesOf(stores)) {
    if (options.isCancelled?.() === true) return undefined;
    const body = concatBytes(records, new Uint8Array(paddedLength(records.length) - records.length), values);
    const digest = await digestOf(body);
    digests.update(digest);
    await put(concatBytes(numberBytes(records.length), numberBytes(values.length), digest));
    await put(body);
    exporter.written(options.values, bytes - values.length);
  }
  await put(concatBytes(numberBytes(0), numberBytes(0), digests.digest()));
  return bytes;
}

function paddedLength(length: number): number {
  return valueUnits(length) * VALUE_UNIT_BYTES;
}

/** The sha256, computed in the thread pool. */
async function digestOf(bytes: Uint8Array): Promise<Uint8Array> {
  return new Uint8Array(await webcrypto.subtle.digest("SHA-256", bytes));
}

async function isDigest(bytes: Uint8Array, digest: Uint8Array): Promise<boolean> {
  return bytesEqual(await digestOf(bytes), digest);
}

async function writeAll(file: FileHandle, bytes: Uint8Array): Promise<void> {
  let offset = 0;
  while (offset < bytes.length) offset += (await file.write(bytes, offset)).bytesWritten;
}

function numberBytes(value: number): Uint8Array {
  const bytes = new Uint8Array(NUMBER_BYTES);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(value));
  return bytes;
}

function numberAt(bytes: Uint8Array, offset: number): number {
  return Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(offset));
}

interface WrittenFrame {
  readonly records: Uint8Array;
  readonly values: Uint8Array;
  readonly exporter: TreeExporter;
}

function* framesOf(stores: readonly ExportedStore[]): IterableIterator<WrittenFrame> {
  const frame: FrameParts = { records: new ByteWriter(), values: new ByteWriter() };
  for (const { name, size, exporter } of stores) {
    frame.records.byte(STORE_RECORD);
    frame.records.lengthPrefixed(utf8(name));
    frame.records.uvarint(size === 0 ? 0 : size * 2 - 1);
    for (let isMore = true; isMore; ) {
      isMore = exporter.write(frame, FRAME_BYTES);
      if (frame.records.length > 0) yield { records: frame.records.finish(), values: frame.values.finish(), exporter };
      frame.records.clear();
      frame.values.clear();
    }
  }
}

/** Makes the names in a folder durable. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** How far reading is. */
export type SnapshotProgress = (readBytes: number, totalBytes: number) => void;

/** As many bytes of values may be in memory, all stores together, before they are left to a snapshot's file. */
export const VALUES_IN_MEMORY_BYTES = 192 << 20;

/** How to read. */
export interface ReadOptions {
  /** `trust` the hashes in the file when this node has written it, or has checked them before. */
  readonly hashes: "check" | "trust";
  /** The values of a snapshot that is larger stay in the file: VALUES_IN_MEMORY_BYTES. */
  readonly valuesInMemoryBytes?: number | undefined;
  readonly onProgress?: SnapshotProgress | undefined;
}

/**
 * Reads the trees of a snapshot, by store name. Throws SnapshotError when the file is missing, torn or changed. The
 * caller compares the app hash: the checksums find accidents, not intent. And the caller closes the trees.
 */
export async function readSnapshot(
  folder: string,
  version: number,
  options: ReadOptions,
): Promise<Map<string, NodeTree>> {
  const path = snapshotFile(folder, version);
  try {
    const file = await open(path, "r");
    try {
      const { size } = await file.stat();
      const staysInFile = size > (options.valuesInMemoryBytes ?? VALUES_IN_MEMORY_BYTES);
      const values = staysInFile ? new ValueFile(path) : undefined;
      try {
        return await readTrees(file, { ...options, version, size, values });
      } finally {
        values?.letGo();
      }
    } finally {
      await file.close();
    }
  } catch (error) {
    throw new SnapshotError(path, error instanceof Error ? error.message : String(error), error);
  }
}

/** What is read, and how. */
interface Reading extends ReadOptions {
  readonly version: number;
  /** Of the file, in bytes. */
  readonly size: number;
  /** The file, when values are to stay in it. */
  readonly values: ValueFile | undefined;
}

async function readTrees(file: FileHandle, reading: Reading): Promise<Map<string, NodeTree>> {
  const builder = new TreeBuilder(reading);
  try {
    await readFrames(file, reading, builder);
    return builder.finish();
  } catch (error) {
    builder.abandon();
    throw error;
  }
}

/** Two buffers in turn. PERF: a new one for each frame would keep the collector busy. */
class SpareBuffers {
  #next = new Uint8Array(2 * FRAME_BYTES);
  #last = new Uint8Array(2 * FRAME_BYTES);

  take(bytes: number): Uint8Array {
    const buffer = this.#next.length < bytes ? new Uint8Array(bytes) : this.#next;
    this.#next = this.#last;
    this.#last = buffer;
    return buffer.subarray(0, bytes);
  }
}

async function readFrames(file: FileHandle, { version, size, onProgress }: Reading, builder: TreeBuilder) {
  let position = 0;
  const take = (length: number): Promise<Uint8Array> => {
    position += length;
    return readExactly(file, length, position - length);
  };
  if (!bytesEqual(await take(MAGIC.length), MAGIC)) throw new Error("not a tree snapshot of this format");
  const found = numberAt(await take(NUMBER_BYTES), 0);
  if (found !== version) throw new Error(`it is of version ${found}`);
  const digests = createHash("sha256");
  const buffers = new SpareBuffers();
  let head = await take(HEAD_BYTES);
  let next = takeFrame(head);
  // While a frame is parsed, the next one is read and this one's checksum computed in the thread pool.
  for (;;) {
    const digest = head.subarray(LENGTHS_BYTES);
    const bytes = await next;
    if (bytes === undefined) {
      if (!bytesEqual(digest, digests.digest())) throw new Error("the checksum is wrong");
      break;
    }
    digests.update(digest);
    const body = bytes.subarray(0, bytes.length - HEAD_BYTES);
    const valuesAt = body.length - numberAt(head, NUMBER_BYTES);
    const frame = {
      records: body.subarray(0, numberAt(head, 0)),
      values: body.subarray(valuesAt),
      position: position - bytes.length + valuesAt,
    };
    head = bytes.slice(body.length);
    next = takeFrame(head);
    const [checked, parsed] = await Promise.allSettled([isDigest(body, digest), parse(frame), next]);
    if (checked.status === "rejected" || !checked.value) throw new Error("the checksum of a frame is wrong");
    if (parsed.status === "rejected") throw parsed.reason;
    onProgress?.(position, size);
  }
  if (position !== size) throw new Error("bytes are left over");

  async function parse(frame: ReadFrame): Promise<void> {
    builder.add(frame);
  }

  /** The frame that a head announces, and the head behind it; undefined at the end. */
  async function takeFrame(announced: Uint8Array): Promise<Uint8Array | undefined> {
    const [records, values] = [numberAt(announced, 0), numberAt(announced, NUMBER_BYTES)];
    if (records === 0 && values === 0) return undefined;
    const length = paddedLength(records) + values;
    if (values % VALUE_UNIT_BYTES !== 0 || length > FRAME_BYTES_MAX || length > size - position) {
      throw new Error(`a frame of ${length} bytes`);
    }
    const bytes = buffers.take(length + HEAD_BYTES);
    position += bytes.length;
    await readInto(file, bytes, position - bytes.length);
    return bytes;
  }
}

/** Bytes of a file from a position on. Throws an Error when it ends before. */
export async function readExactly(file: FileHandle, length: number, position: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  await readInto(file, bytes, position);
  return bytes;
}

async function readInto(file: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const { bytesRead } = await file.read(bytes, done, bytes.length - done, position + done);
    if (bytesRead === 0) throw new Error("the file ends too early");
    done += bytesRead;
  }
}

/** Builds trees from the frames. */
class TreeBuilder {
  readonly #reading: Reading;
  readonly #trees = new Map<string, NodeTree>();
  #name = "";
  #importer: TreeImporter | undefined;

  constructor(reading: Reading) {
    this.#reading = reading;
  }

  add(frame: ReadFrame): void {
    const isWithinStore = this.#importer !== undefined && this.#importer.nodesLeft > 0;
    const records = isWithinStore ? frame.records : this.#beginStore(frame.records);
    this.#importer!.read({ ...frame, records });
  }

  finish(): Map<string, NodeTree> {
    this.#endStore();
    return this.#trees;
  }

  /** Lets go of the file. */
  abandon(): void {
    for (const tree of this.#trees.values()) tree.close();
    this.#importer?.abandon();
  }

  /** The records behind the first one of a store. */
  #beginStore(records: Uint8Array): Uint8Array {
    this.#endStore();
    const reader = new ByteReader(records);
    if (reader.byte() !== STORE_RECORD) throw new Error("a node too many");
    const [name, nodeCount] = [reader.text(), reader.uvarint()];
    const { version, size, values } = this.#reading;
    if (this.#trees.has(name)) throw new Error(`store ${name} stands twice`);
    if (nodeCount * RECORD_BYTES_MIN > size) throw new Error(`store ${name} of ${nodeCount} nodes`);
    this.#name = name;
    this.#importer = treeImporter({ version, nodeCount, file: values });
    return reader.rest();
  }

  #endStore(): void {
    if (this.#importer === undefined) return;
    this.#trees.set(this.#name, this.#importer.finish(this.#reading.hashes));
    this.#importer = undefined;
  }
}
