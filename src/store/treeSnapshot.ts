// Tree snapshots: all trees of one version in a file, so that a restart need not replay the chain from its first block.
// The nodes' hashes are in it: a node reads its own snapshot without hashing. Of one that comes from somebody else they are
// computed anew and compared, so that when its app hash is right it is right in every byte.
//
//   "SSTREE2\n"
//   frames: length (4 bytes, big endian, not 0) · sha256 of the records · records
//   0 (4 bytes) · sha256 of all frames' sha256
//
// The records, one after the other over all frames:
//   version (uvarint)                                                  once, at the beginning
//   0xff · store name · number of nodes (uvarint)                      a store begins
//   0 · version (uvarint) · hash · lengths (uvarint) · key · value     a leaf
//   height · version (uvarint) · hash                                  an inner node, after its children
// A name has its length before it. A frame ends between two records.

import { createHash, webcrypto } from "node:crypto";
import { type FileHandle, open, readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { bytesEqual, concatBytes, utf8 } from "../codec/bytes.ts";
import { ByteReader, ByteWriter, MalformedBytesError } from "./byteStream.ts";
import { treeImporter } from "./createTree.ts";
import type { MerkleTree } from "./merkleTree.ts";
import { type NodeTree, RECORD_BYTES_MIN, type TreeImporter } from "./nodeTree.ts";

const MAGIC = utf8("SSTREE2\n");
const STORE_RECORD = 0xff;
const LENGTH_BYTES = 4;
const DIGEST_BYTES = 32;
/** What stands before a frame's records: their length and their checksum. */
const HEAD_BYTES = LENGTH_BYTES + DIGEST_BYTES;
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

/**
 * Writes the snapshot of a version: to a temporary file that gets its name once it is on the disk. The version must stay
 * kept meanwhile. Between two frames the event loop runs. `isCancelled` is asked at each; when it says so, nothing is
 * left behind and the result is undefined, else the file's size in bytes.
 */
export async function writeSnapshot(
  folder: string,
  { source, version, isCancelled }: { source: SnapshotSource; version: number; isCancelled?: () => boolean },
): Promise<number | undefined> {
  const path = snapshotFile(folder, version);
  const temporary = temporarySnapshotFile(folder, version);
  try {
    const file = await open(temporary, "w");
    let bytes: number | undefined;
    try {
      bytes = await writeFrames(file, framesOf(source, version), isCancelled ?? (() => false));
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
  frames: Iterable<Uint8Array>,
  isCancelled: () => boolean,
): Promise<number | undefined> {
  const digests = createHash("sha256");
  let bytes = 0;
  const put = async (part: Uint8Array): Promise<void> => {
    await writeAll(file, part);
    bytes += part.length;
  };
  await put(MAGIC);
  for (const frame of frames) {
    if (isCancelled()) return undefined;
    const digest = await digestOf(frame);
    digests.update(digest);
    await put(concatBytes(lengthBytes(frame.length), digest));
    await put(frame);
  }
  await put(concatBytes(lengthBytes(0), digests.digest()));
  return bytes;
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

function lengthBytes(length: number): Uint8Array {
  const bytes = new Uint8Array(LENGTH_BYTES);
  new DataView(bytes.buffer).setUint32(0, length);
  return bytes;
}

function* framesOf(source: SnapshotSource, version: number): IterableIterator<Uint8Array> {
  const writer = new ByteWriter();
  writer.uvarint(version);
  for (const name of source.names) {
    const tree = source.treeOf(name);
    const size = tree.sizeOf(version);
    writer.byte(STORE_RECORD);
    writer.lengthPrefixed(utf8(name));
    writer.uvarint(size === 0 ? 0 : size * 2 - 1);
    const exporter = tree.exporter(version);
    while (exporter.write(writer, FRAME_BYTES)) {
      yield writer.finish();
      writer.clear();
    }
  }
  if (writer.length > 0) yield writer.finish();
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

/** How to read. */
export interface ReadOptions {
  /** `trust` the hashes in the file when this node has written it, or has checked them before. */
  readonly hashes: "check" | "trust";
  readonly onProgress?: SnapshotProgress | undefined;
}

/**
 * Reads the trees of a snapshot, by store name. Throws SnapshotError when the file is missing, torn or changed. The
 * caller compares the app hash: the checksums find accidents, not intent.
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
      return await readFrames(file, version, options);
    } finally {
      await file.close();
    }
  } catch (error) {
    throw new SnapshotError(path, error instanceof Error ? error.message : String(error), error);
  }
}

async function readFrames(file: FileHandle, version: number, options: ReadOptions): Promise<Map<string, NodeTree>> {
  const { size } = await file.stat();
  let position = 0;
  const take = (length: number): Promise<Uint8Array> => {
    position += length;
    return readExactly(file, length, position - length);
  };
  if (!bytesEqual(await take(MAGIC.length), MAGIC)) throw new Error("not a tree snapshot of this format");
  const reader = new RecordReader(version, { fileBytes: size, hashes: options.hashes });
  const digests = createHash("sha256");
  // While a frame is parsed, the next one is read and this one's checksum computed in the thread pool.
  // PERF: two buffers in turn; a new one for each frame would keep the collector busy.
  let spare = [new Uint8Array(2 * FRAME_BYTES), new Uint8Array(2 * FRAME_BYTES)];
  let head = await take(HEAD_BYTES);
  let next = takeFrame(head);
  for (;;) {
    const digest = head.subarray(LENGTH_BYTES);
    const frame = await next;
    if (frame === undefined) {
      if (!bytesEqual(digest, digests.digest())) throw new Error("the checksum is wrong");
      break;
    }
    digests.update(digest);
    const records = frame.subarray(0, frame.length - HEAD_BYTES);
    head = frame.slice(records.length);
    next = takeFrame(head);
    const [checked, parsed] = await Promise.allSettled([isDigest(records, digest), parse(records), next]);
    if (checked.status === "rejected" || !checked.value) throw new Error("the checksum of a frame is wrong");
    if (parsed.status === "rejected") throw parsed.reason;
    options.onProgress?.(position, size);
  }
  if (position !== size) throw new Error("bytes are left over");
  return reader.finish();

  async function parse(records: Uint8Array): Promise<void> {
    reader.read(records);
  }

  /** The frame that a head announces, and the head behind it; undefined at the end. */
  async function takeFrame(announced: Uint8Array): Promise<Uint8Array | undefined> {
    const length = new DataView(announced.buffer, announced.byteOffset).getUint32(0);
    if (length === 0) return undefined;
    if (length > FRAME_BYTES_MAX || length > size - position) throw new Error(`a frame of ${length} bytes`);
    const bytes = length + HEAD_BYTES;
    spare = [spare[1]!, spare[0]!.length < bytes ? new Uint8Array(bytes) : spare[0]!];
    const frame = spare[1]!.subarray(0, bytes);
    position += bytes;
    await readInto(file, frame, position - bytes);
    return frame;
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

/** Builds trees from the records of the frames. */
class RecordReader {
  readonly #version: number;
  readonly #options: { readonly fileBytes: number; readonly hashes: "check" | "trust" };
  readonly #trees = new Map<string, NodeTree>();
  #hasVersion = false;
  #name = "";
  #importer: TreeImporter | undefined;

  constructor(version: number, options: { readonly fileBytes: number; readonly hashes: "check" | "trust" }) {
    this.#version = version;
    this.#options = options;
  }

  read(frame: Uint8Array): void {
    const reader = new ByteReader(frame);
    if (!this.#hasVersion) {
      const version = reader.uvarint();
      if (version !== this.#version) throw new Error(`it is of version ${version}`);
      this.#hasVersion = true;
    }
    while (!reader.isAtEnd) {
      if (this.#importer !== undefined && this.#importer.nodesLeft > 0) this.#importer.read(reader);
      else if (reader.byte() === STORE_RECORD) this.#beginStore(reader.text(), reader.uvarint());
      else throw new MalformedBytesError("a node too many", 0);
    }
  }

  finish(): Map<string, NodeTree> {
    if (!this.#hasVersion) throw new Error("it is empty");
    this.#endStore();
    return this.#trees;
  }

  #beginStore(name: string, nodeCount: number): void {
    this.#endStore();
    if (this.#trees.has(name)) throw new Error(`store ${name} stands twice`);
    if (nodeCount * RECORD_BYTES_MIN > this.#options.fileBytes) throw new Error(`store ${name} of ${nodeCount} nodes`);
    this.#name = name;
    this.#importer = treeImporter(this.#version, nodeCount);
  }

  #endStore(): void {
    if (this.#importer === undefined) return;
    this.#trees.set(this.#name, this.#importer.finish(this.#options.hashes));
    this.#importer = undefined;
  }
}
