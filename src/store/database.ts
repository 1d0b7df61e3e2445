// The node's one LevelDB: state log, blocks and indexes share it, so that a block becomes durable in one synced batch.

import { Level } from "level";
import type { KvEntry, KvRange } from "./kvStore.ts";

/** What the chained batch and the iterators of LevelDB take and give: plain bytes. */
const ENCODING = { keyEncoding: "view", valueEncoding: "view" } as const;

/** The database could not be opened: it is in use by another process, damaged, or the folder cannot be written. */
export class DatabaseOpenError extends Error {
  /** LevelDB's code, for example LEVEL_LOCKED. */
  readonly code: string;

  constructor(folder: string, cause: unknown) {
    const code = codeOf(cause);
    const reason = code === "LEVEL_LOCKED" ? "another process has it open" : messageOf(cause);
    super(`cannot open the database in ${folder}: ${reason}`, { cause });
    this.name = "DatabaseOpenError";
    this.code = code;
  }
}

/** Writes that become durable together. */
export interface DbBatch {
  put(key: Uint8Array, value: Uint8Array): void;
  delete(key: Uint8Array): void;
  /**
   * Writes all or nothing, once. Resolves when the batch is on the disk, or, without `sync`, when the operating system
   * has it: it survives the end of the process then, not that of the machine.
   */
  write(options?: { readonly sync?: boolean }): Promise<void>;
}

/** A range of the database. */
export interface DbRange extends KvRange {
  /** Entries at most; absent is all. */
  readonly limit?: number | undefined;
}

/** Ordered bytes on a disk. */
export interface Database {
  /** PERF: 6-17 us, in the calling thread. */
  get(key: Uint8Array): Uint8Array | undefined;
  /** The entries of a range in byte order, as they were when the iteration began. */
  iterate(range?: DbRange): AsyncIterable<KvEntry>;
  batch(): DbBatch;
  /** Ends what runs and closes the files. */
  close(): Promise<void>;
}

/** V8 keeps arrays of up to so many bytes in its own heap. */
const ON_HEAP_BYTES_MAX = 64;

/**
 * Where LevelDB's binding reads small arrays, which it copies at once. PERF: to show one of V8's heap to native code moves
 * it out of the heap for good, which takes 200 ns and leaves the collector something to free; to copy it here takes 30.
 */
class Window {
  readonly #views: (Uint8Array | undefined)[] = [];
  readonly #memory = new Uint8Array(new ArrayBuffer(ON_HEAP_BYTES_MAX + 1));

  /** The same bytes, until the next call. */
  show(bytes: Uint8Array): Uint8Array {
    const { length } = bytes;
    if (length > ON_HEAP_BYTES_MAX) return bytes;
    const view = this.#views[length] ?? this.#memory.subarray(0, length);
    this.#views[length] = view;
    view.set(bytes);
    return view;
  }
}

const keyWindow = new Window();
const valueWindow = new Window();

/** LevelDB gives Buffers, whose `slice`, `toString` and more do something else than those of a Uint8Array. */
function plain({ buffer, byteOffset, length }: Uint8Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, length);
}

class LevelDatabase implements Database {
  readonly #level: Level<Uint8Array, Uint8Array>;

  constructor(level: Level<Uint8Array, Uint8Array>) {
    this.#level = level;
  }

  get(key: Uint8Array): Uint8Array | undefined {
    const value = this.#level.getSync(keyWindow.show(key));
    return value === undefined ? undefined : plain(value);
  }

  async *iterate({ start, end, reverse = false, limit }: DbRange = {}): AsyncIterable<KvEntry> {
    const iterator = this.#level.iterator({
      ...(start === undefined ? {} : { gte: start }),
      ...(end === undefined ? {} : { lt: end }),
      ...(limit === undefined ? {} : { limit }),
      reverse,
    });
    for await (const [key, value] of iterator) yield [plain(key), plain(value)];
  }

  /** PERF: a chained batch takes 0.3 us of the calling thread for each put, one of an array of objects 7. */
  batch(): DbBatch {
    const batch = this.#level.batch();
    return {
      put: (key, value) => void batch.put(keyWindow.show(key), valueWindow.show(value)),
      delete: (key) => void batch.del(keyWindow.show(key)),
      write: ({ sync = true } = {}) => batch.write({ sync }),
    };
  }

  close(): Promise<void> {
    return this.#level.close();
  }
}

/** Opens the database in a folder, which is made when it does not exist. Throws DatabaseOpenError. */
export async function openDatabase(folder: string): Promise<Database> {
  const level = new Level<Uint8Array, Uint8Array>(folder, {
    ...ENCODING,
    cacheSize: 32 << 20,
    writeBufferSize: 16 << 20,
  });
  try {
    await level.open();
  } catch (error) {
    // LevelDB wraps what went wrong: LEVEL_DATABASE_NOT_OPEN, with the reason as its cause.
    throw new DatabaseOpenError(folder, error instanceof Error && error.cause !== undefined ? error.cause : error);
  }
  return new LevelDatabase(level);
}

/** Entries that a copy writes together. */
const COPY_BATCH_ENTRIES = 1000;

/** Puts entries, which are those of another database, into one in a folder that must be empty. */
export async function copyDatabase(entries: AsyncIterable<KvEntry>, folder: string): Promise<void> {
  const to = await openDatabase(folder);
  try {
    let batch = to.batch();
    let count = 0;
    for await (const [key, value] of entries) {
      batch.put(key, value);
      count += 1;
      if (count % COPY_BATCH_ENTRIES !== 0) continue;
      await batch.write({ sync: false });
      batch = to.batch();
    }
    await batch.write();
  } finally {
    await to.close();
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "UNKNOWN";
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
