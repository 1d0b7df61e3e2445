// What a block leaves of the state in the database, written into the block's own batch: the change set of the version,
// and its commit info. The trees live in memory; they are built again from a tree snapshot and the change sets behind it
// (stateLoad.ts).
//
//   c · version (8 bytes)   → change set     what the version changed
//   i · version (8 bytes)   → commit info    app hash and store roots
//
// Versions are big endian, so that byte order is number order.

import { concatBytes, copyBytes, utf8 } from "../codec/bytes.ts";
import { decodeUint64BE, encodeUint64BE } from "../codec/integer.ts";
import { ByteReader, ByteWriter, MalformedBytesError } from "./byteStream.ts";
import type { Database, DbBatch } from "./database.ts";
import { prefixEnd } from "./keyBounds.ts";
import type { KvChange, StoreChanges, StoreCommit, StoreInfo } from "./multiStore.ts";

/**
 * First bytes of the keys. The block store's are upper-case (src/consensus/dbKeys.ts). `s` (0x73) is retired: it held the
 * latest state key by key, which nothing read, for a third of all that was written.
 */
export const STATE_PREFIX = Object.freeze({ changes: 0x63, info: 0x69 });

const HASH_BYTES = 32;
/** As many as a multistore may have. */
const STORES_MAX = 1024;

/** App hash and store roots of a version. */
export interface CommitInfo {
  readonly version: number;
  readonly appHash: Uint8Array;
  /** Sorted by name. */
  readonly stores: readonly StoreInfo[];
}

function versionKey(prefix: number, version: number): Uint8Array {
  return concatBytes(Uint8Array.of(prefix), encodeUint64BE(BigInt(version)));
}

function versionOf(key: Uint8Array): number {
  return Number(decodeUint64BE(key.subarray(1)));
}

/** Adds what a version changed to a block's batch. */
export function putCommit(batch: Pick<DbBatch, "put">, commit: StoreCommit): void {
  batch.put(versionKey(STATE_PREFIX.changes, commit.version), encodeChanges(commit.changes));
  putInfo(batch, commit);
}

/** Adds the commit info of a version alone: of one that came as a snapshot, there is no change set. */
export function putInfo(batch: Pick<DbBatch, "put">, info: CommitInfo): void {
  batch.put(versionKey(STATE_PREFIX.info, info.version), encodeInfo(info));
}

/** A change set: per store its name, how many keys, and each key with 0 when it is deleted, else value length + 1. */
export function encodeChanges(stores: readonly StoreChanges[]): Uint8Array {
  const writer = new ByteWriter();
  writer.uvarint(stores.length);
  for (const { name, changes } of stores) {
    writer.lengthPrefixed(utf8(name));
    writer.uvarint(changes.length);
    for (const [key, value] of changes) {
      writer.lengthPrefixed(key);
      writer.uvarint(value === undefined ? 0 : value.length + 1);
      if (value !== undefined) writer.raw(value);
    }
  }
  return writer.finish();
}

/** Throws MalformedBytesError. Keys and values are views of the bytes. */
export function decodeChanges(bytes: Uint8Array): StoreChanges[] {
  const reader = new ByteReader(bytes);
  const stores: StoreChanges[] = [];
  for (let left = countOf(reader); left > 0; left -= 1) {
    const name = reader.text();
    const changes: KvChange[] = [];
    for (let keysLeft = reader.uvarint(); keysLeft > 0; keysLeft -= 1) {
      const key = reader.lengthPrefixed();
      const valueLength = reader.uvarint();
      changes.push([key, valueLength === 0 ? undefined : reader.raw(valueLength - 1)]);
    }
    stores.push({ name, changes });
  }
  requireEnd(reader);
  return stores;
}

function encodeInfo({ appHash, stores }: CommitInfo): Uint8Array {
  const writer = new ByteWriter();
  writer.raw(appHash);
  writer.uvarint(stores.length);
  for (const { name, rootHash } of stores) {
    writer.lengthPrefixed(utf8(name));
    writer.raw(rootHash);
  }
  return writer.finish();
}

function decodeInfo(version: number, bytes: Uint8Array): CommitInfo {
  const reader = new ByteReader(bytes);
  const appHash = copyBytes(reader.raw(HASH_BYTES));
  const stores: StoreInfo[] = [];
  for (let left = countOf(reader); left > 0; left -= 1) {
    stores.push({ name: reader.text(), rootHash: copyBytes(reader.raw(HASH_BYTES)) });
  }
  requireEnd(reader);
  return { version, appHash, stores };
}

function countOf(reader: ByteReader): number {
  const count = reader.uvarint();
  if (count > STORES_MAX) throw new MalformedBytesError(`${count} stores`, 0);
  return count;
}

function requireEnd(reader: ByteReader): void {
  if (!reader.isAtEnd) throw new MalformedBytesError("bytes are left over", 0);
}

/** The commit info of a version; undefined when the database does not have it. */
export function getCommitInfo(db: Pick<Database, "get">, version: number): CommitInfo | undefined {
  const bytes = db.get(versionKey(STATE_PREFIX.info, version));
  return bytes === undefined ? undefined : decodeInfo(version, bytes);
}

/** The commit info of the last durable version; undefined before the first. */
export async function lastCommitInfo(db: Pick<Database, "iterate">): Promise<CommitInfo | undefined> {
  const start = Uint8Array.of(STATE_PREFIX.info);
  for await (const [key, value] of db.iterate({ start, end: prefixEnd(start), reverse: true, limit: 1 })) {
    return decodeInfo(versionOf(key), value);
  }
  return undefined;
}

/** The oldest version whose change set is kept; undefined when there is none. */
export async function oldestChangeSet(db: Pick<Database, "iterate">): Promise<number | undefined> {
  const start = Uint8Array.of(STATE_PREFIX.changes);
  for await (const [key] of db.iterate({ start, end: prefixEnd(start), limit: 1 })) return versionOf(key);
  return undefined;
}

/** The change sets from a version on, in order, to the last one. */
export async function* changeSetsFrom(
  db: Pick<Database, "iterate">,
  version: number,
): AsyncIterable<{ readonly version: number; readonly changes: readonly StoreChanges[] }> {
  const range = {
    start: versionKey(STATE_PREFIX.changes, version),
    end: prefixEnd(Uint8Array.of(STATE_PREFIX.changes)),
  };
  for await (const [key, value] of db.iterate(range)) yield { version: versionOf(key), changes: decodeChanges(value) };
}

/** Adds the removal of the records of all versions after one to a batch. */
export async function truncateLog(
  batch: Pick<DbBatch, "delete">,
  { db, version }: { db: Pick<Database, "iterate">; version: number },
): Promise<void> {
  for (const prefix of [STATE_PREFIX.changes, STATE_PREFIX.info]) {
    const start = versionKey(prefix, version + 1);
    for await (const [key] of db.iterate({ start, end: prefixEnd(Uint8Array.of(prefix)) })) batch.delete(key);
  }
}

/** Adds the removal of the records that no restart needs to a batch: change sets up to a version, infos before it. */
export async function forgetUpTo(
  batch: Pick<DbBatch, "delete">,
  { db, version }: { db: Pick<Database, "iterate">; version: number },
): Promise<void> {
  for (const [prefix, end] of [
    [STATE_PREFIX.changes, version + 1],
    [STATE_PREFIX.info, version],
  ] as const) {
    for await (const [key] of db.iterate({ start: Uint8Array.of(prefix), end: versionKey(prefix, end) })) {
      batch.delete(key);
    }
  }
}
