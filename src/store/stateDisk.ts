// The state of a node and its disk: the database, the trees in memory, and the snapshots between them. Who drives the
// application fills one batch per block, with the state's part by `putState`, and writes it once.

import { existsSync } from "node:fs";
import { cp, mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { TreeMultiStore } from "./commitStore.ts";
import { copyDatabase, type Database, type DbBatch, type DbRange, openDatabase } from "./database.ts";
import type { KvEntry } from "./kvStore.ts";
import type { StoreCommit } from "./multiStore.ts";
import type { PruningOptions } from "./pruning.ts";
import {
  DEFAULT_SNAPSHOT_SCHEDULE,
  SnapshotKeeper,
  type SnapshotSchedule,
  type WrittenSnapshot,
} from "./snapshotKeeper.ts";
import { type AddedStores, type LoadedState, type LoadProgress, loadState } from "./stateLoad.ts";
import { putCommit, truncateLog } from "./stateLog.ts";
import { listSnapshots, removeSnapshots, removeTemporaries } from "./treeSnapshot.ts";

/** What to open. */
export interface StateDiskOptions {
  /** Holds `chain.db` (LevelDB) and `snapshots`. Made when it does not exist. */
  readonly folder: string;
  /** The stores, in any order. */
  readonly names: readonly string[];
  readonly added?: AddedStores | undefined;
  readonly pruning: PruningOptions;
  readonly schedule?: SnapshotSchedule | undefined;
  /** More bytes of values than these are left to a snapshot's file: VALUES_IN_MEMORY_BYTES. */
  readonly valuesInMemoryBytes?: number | undefined;
  /** See CommitStoreOptions. */
  readonly nowMs?: (() => number) | undefined;
  readonly onProgress?: ((progress: LoadProgress) => void) | undefined;
  /** Told of each snapshot that was written in the background. */
  readonly onSnapshot?: ((snapshot: WrittenSnapshot) => void) | undefined;
  /** Told of snapshots that could not be written. */
  readonly onSnapshotError?: ((error: unknown) => void) | undefined;
}

/** An open node database with its state. */
export class StateDisk implements Database {
  readonly db: Database;
  /** The committed state. */
  readonly store: TreeMultiStore;
  /** How the state was loaded: tell the operator when there are notes. */
  readonly loaded: LoadedState;
  /** Where the snapshots of the state lie. */
  readonly snapshotFolder: string;
  readonly #keeper: SnapshotKeeper;

  constructor(db: Database, loaded: LoadedState, parts: { keeper: SnapshotKeeper; snapshotFolder: string }) {
    this.db = db;
    this.store = loaded.store;
    this.loaded = loaded;
    this.#keeper = parts.keeper;
    this.snapshotFolder = parts.snapshotFolder;
  }

  get(key: Uint8Array): Uint8Array | undefined {
    return this.db.get(key);
  }

  iterate(range?: DbRange): AsyncIterable<KvEntry> {
    return this.db.iterate(range);
  }

  batch(): DbBatch {
    return this.db.batch();
  }

  /**
   * Adds the state changes of the staged version to its block's batch. The versions before it must be durable and
   * committed; of the last of them a snapshot is begun when one is due.
   */
  putState(batch: Pick<DbBatch, "put">, commit: StoreCommit): void {
    this.#keeper.note(commit.changes.reduce((sum, { changes }) => sum + changes.length, 0));
    putCommit(batch, commit);
  }

  /**
   * Adds the removal of all state after a kept version to a batch. Once the batch is written, `store.revertTo(version)`
   * must follow. Rejects with VersionNotAvailableError when the version is pruned or in the future.
   */
  async truncateState(batch: Pick<DbBatch, "delete">, version: number): Promise<void> {
    // Throws when the version is not kept.
    this.store.at(version);
    // Snapshots first: an older one and the change sets lead to the same state, whenever the process ends.
    await this.#keeper.truncate(version);
    await truncateLog(batch, { db: this.db, version });
  }

  /** Resolves when no snapshot is being written. */
  idle(): Promise<void> {
    return this.#keeper.idle();
  }

  /** Copies everything into another folder, which must be empty. Nothing may be written until it has resolved. */
  async copyTo(folder: string): Promise<void> {
    await this.idle();
    await cp(this.snapshotFolder, join(folder, SNAPSHOTS), { recursive: true });
    await copyDatabase(this.db.iterate(), join(folder, DATABASE));
  }

  async close(): Promise<void> {
    await this.#keeper.close();
    this.store.close();
    await this.db.close();
  }
}

/** What lies in the folder. */
const DATABASE = "chain.db";
const SNAPSHOTS = "snapshots";

/** Rejects with DatabaseOpenError while another process has the folder open. */
export async function requireUnused(folder: string): Promise<void> {
  const database = join(folder, DATABASE);
  if (existsSync(database)) await (await openDatabase(database)).close();
}

/** Opens a folder and loads its last durable version. Throws DatabaseOpenError and StateLoadError. */
export async function openStateDisk(options: StateDiskOptions): Promise<StateDisk> {
  const folder = join(options.folder, SNAPSHOTS);
  await mkdir(folder, { recursive: true });
  const db = await openDatabase(join(options.folder, DATABASE));
  try {
    await removeTemporaries(folder);
    const { pruning, valuesInMemoryBytes } = options;
    const loaded = await loadState(db, { ...options, snapshotFolder: folder });
    const { store } = loaded;
    // What lies there without a state came from another node, and was never checked.
    if (store.version === 0) await removeSnapshots(folder);
    const newest = (await listSnapshots(folder)).findLast((version) => version <= store.version) ?? 0;
    const onError = options.onSnapshotError ?? (() => undefined);
    const parts = { db, store, pruning, folder, valuesInMemoryBytes, onError, onWritten: options.onSnapshot };
    const keeper = new SnapshotKeeper(options.schedule ?? DEFAULT_SNAPSHOT_SCHEDULE, newest, parts);
    return new StateDisk(db, loaded, { keeper, snapshotFolder: folder });
  } catch (error) {
    await db.close();
    throw error;
  }
}
