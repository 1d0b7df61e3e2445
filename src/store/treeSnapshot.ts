// Tree snapshots: all trees of one version in a file, so that a restart need not replay the chain from its first block.
// Node hashes are not in it: reading computes them, so that a snapshot whose app hash is right is right in every byte.
//
//   "SSTREE1\n"
//   frames: length (4 bytes, big endian, not 0) · records
//   0 (4 bytes) · sha256 of everything before
//
// The records, one after the other over all frames:
//   version (uvarint)                                                  once, at the beginning
//   0xff · store name · number of nodes (uvarint)                      a store begins
//   0 · version (uvarint) · key · value                                a leaf
//   height · version (uvarint)                                         an inner node, after its children
// Names, keys and values have their length before them. A frame ends between two records.

import { createHash } from "node:crypto";
import { type FileHandle, open, readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { bytesEqual, utf8 } from "../codec/bytes.ts";
import { ByteReader, ByteWriter, MalformedBytesError } from "./byteStream.ts";
import { IavlTree, type TreeImporter } from "./iavlTree.ts";
import type { MerkleTree } from "./merkleTree.ts";

const MAGIC = utf8("SSTREE1\n");
const STORE_RECORD = 0xff;
const LENGTH_BYTES = 4;
const DIGEST_BYTES = 32;
/** A frame is written once it has this many bytes: about 3 ms of the main thread. */
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

/** Removes what a process that was killed left half-written. */
export async function removeTemporaries(folder: string): Promise<void> {
  for (const name of await namesIn(folder)) {
    if (TEMPORARY_NAME.test(name)) await rm(join(folder, name), { force: true });
  }
}

/** What a snapshot is made from. */
export interface SnapshotSource {
  readonly names: readonly string[];
  treeOf(name: string): Pick<MerkleTree, "export" | "sizeOf">;
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
  const digest = createHash("sha256");
  let bytes = 0;
  const put = async (part: Uint8Array): Promise<void> => {
    digest.update(part);
    await writeAll(file, part);
    bytes += part.length;
  };
  await put(MAGIC);
  for (const frame of frames) {
    if (isCancelled()) return undefined;
    await put(lengthBytes(frame.length));
    await put(frame);
  }
  await put(lengthBytes(0));
  await writeAll(file, digest.digest());
  return bytes + DIGEST_BYTES;
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
    for (const node of tree.export(version)) {
      writer.byte(node.height);
      writer.uvarint(node.version);
      if ("key" in node) {
        writer.lengthPrefixed(node.key);
        writer.lengthPrefixed(node.value);
      }
      if (writer.length < FRAME_BYTES) continue;
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

/**
 * Reads the trees of a snapshot, by store name. Throws SnapshotError when the file is missing, torn or changed. The
 * caller compares the app hash: the checksum finds accidents, not intent.
 */
export async function readSnapshot(
  folder: string,
  version: number,
  onProgress?: SnapshotProgress,
): Promise<Map<string, IavlTree>> {
  const path = snapshotFile(folder, version);
  try {
    const file = await open(path, "r");
    try {
      return await readFrames(file, version, onProgress);
    } finally {
      await file.close();
    }
  } catch (error) {
    throw new SnapshotError(path, error instanceof Error ? error.message : String(error), error);
  }
}

async function readFrames(
  file: FileHandle,
  version: number,
  onProgress: SnapshotProgress | undefined,
): Promise<Map<string, IavlTree>> {
  const digest = createHash("sha256");
  const totalBytes = (await file.stat()).size;
  let readBytes = 0;
  const take = async (length: number): Promise<Uint8Array> => {
    const bytes = await readExactly(file, length, readBytes);
    readBytes += length;
    return bytes;
  };
  const magic = await take(MAGIC.length);
  if (!bytesEqual(magic, MAGIC)) throw new Error("not a tree snapshot");
  digest.update(magic);
  const reader = new RecordReader(version);
  for (;;) {
    const head = await take(LENGTH_BYTES);
    digest.update(head);
    const length = new DataView(head.buffer, head.byteOffset).getUint32(0);
    if (length === 0) break;
    if (length > FRAME_BYTES_MAX || length > totalBytes - readBytes) throw new Error(`a frame of ${length} bytes`);
    const frame = await take(length);
    digest.update(frame);
    reader.read(frame);
    onProgress?.(readBytes, totalBytes);
  }
  if (!bytesEqual(await take(DIGEST_BYTES), digest.digest())) throw new Error("the checksum is wrong");
  if (readBytes !== totalBytes) throw new Error("bytes are left over");
  return reader.finish();
}

/** Bytes of a file from a position on. Throws an Error when it ends before. */
export async function readExactly(file: FileHandle, length: number, position: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  let done = 0;
  while (done < length) {
    const { bytesRead } = await file.read(bytes, done, length - done, position + done);
    if (bytesRead === 0) throw new Error("the file ends too early");
    done += bytesRead;
  }
  return bytes;
}

/** Builds trees from the records of the frames. */
class RecordReader {
  readonly #version: number;
  readonly #trees = new Map<string, IavlTree>();
  #hasVersion = false;
  #name = "";
  #importer: TreeImporter | undefined;
  #nodesLeft = 0;

  constructor(version: number) {
    this.#version = version;
  }

  read(frame: Uint8Array): void {
    const reader = new ByteReader(frame);
    if (!this.#hasVersion) {
      const version = reader.uvarint();
      if (version !== this.#version) throw new Error(`it is of version ${version}`);
      this.#hasVersion = true;
    }
    while (!reader.isAtEnd) {
      const kind = reader.byte();
      if (kind === STORE_RECORD) this.#beginStore(reader.text(), reader.uvarint());
      else this.#addNode(kind, reader);
    }
  }

  finish(): Map<string, IavlTree> {
    if (!this.#hasVersion) throw new Error("it is empty");
    this.#endStore();
    return this.#trees;
  }

  #beginStore(name: string, nodeCount: number): void {
    this.#endStore();
    if (this.#trees.has(name)) throw new Error(`store ${name} stands twice`);
    this.#name = name;
    this.#nodesLeft = nodeCount;
    this.#importer = IavlTree.importer(this.#version);
  }

  #endStore(): void {
    if (this.#importer === undefined) return;
    if (this.#nodesLeft !== 0) throw new Error(`store ${this.#name} lacks ${this.#nodesLeft} nodes`);
    this.#trees.set(this.#name, this.#importer.finish());
    this.#importer = undefined;
  }

  #addNode(height: number, reader: ByteReader): void {
    if (this.#importer === undefined || this.#nodesLeft === 0) throw new MalformedBytesError("a node too many", 0);
    this.#nodesLeft -= 1;
    const version = reader.uvarint();
    if (height > 0) this.#importer.add({ height, version });
    else {
      this.#importer.add({ height: 0, version, key: reader.lengthPrefixed(), value: reader.lengthPrefixed() });
    }
  }
}
