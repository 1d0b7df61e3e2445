// A state that comes from another node: a tree snapshot becomes the state of a database that has none. What a restart
// does with it is what it does with a snapshot of its own (stateLoad.ts).

import { bytesEqual, toHex } from "../codec/bytes.ts";
import { createCommitMultiStore } from "./commitStore.ts";
import type { Database, DbBatch } from "./database.ts";
import type { StoreInfo } from "./multiStore.ts";
import { pruningOptions } from "./pruning.ts";
import { lastCommitInfo, putInfo } from "./stateLog.ts";
import { readSnapshot, removeSnapshot, SnapshotError, snapshotFile } from "./treeSnapshot.ts";

/** Which snapshot is to become the state. */
export interface RestoreOptions {
  /** Where the snapshot lies. */
  readonly folder: string;
  readonly version: number;
  /** The app hash that the chain says the version has. */
  readonly appHash: Uint8Array;
  /** The stores, in any order. */
  readonly names: readonly string[];
  /** Adds to the batch that makes the state count. */
  readonly extra?: (batch: Pick<DbBatch, "put">) => void;
}

/**
 * Makes the state of a snapshot that of a database, in one synced write: after a kill at any instant the database holds no
 * state, or this one. Throws SnapshotError when the snapshot is torn or has another app hash or other hashes within, and
 * an Error when the database has a state already: the snapshot is removed then. It must be opened anew afterwards.
 */
export async function restoreState(db: Database, options: RestoreOptions): Promise<void> {
  const { folder, version, appHash } = options;
  let stores: readonly StoreInfo[];
  try {
    const present = await lastCommitInfo(db);
    if (present !== undefined) throw new Error(`the database has the state of version ${present.version}`);
    stores = await readChecked(options);
  } catch (error) {
    // A later start would trust what lies under its name.
    await removeSnapshot(folder, version);
    throw error;
  }
  const batch = db.batch();
  putInfo(batch, { version, appHash, stores });
  options.extra?.(batch);
  await batch.write();
}

/** The stores of a snapshot that is right. */
async function readChecked({ folder, version, appHash, names }: RestoreOptions): Promise<readonly StoreInfo[]> {
  const path = snapshotFile(folder, version);
  const trees = await readSnapshot(folder, version, { hashes: "check" });
  try {
    for (const name of trees.keys()) {
      if (!names.includes(name)) throw new SnapshotError(path, `it has a store ${name}`);
    }
    const store = createCommitMultiStore({ names, pruning: pruningOptions("nothing"), trees });
    if (store.version !== version || !bytesEqual(store.appHash, appHash)) {
      throw new SnapshotError(path, `its app hash is ${toHex(store.appHash)}, not ${toHex(appHash)}`);
    }
    return store.storesOf(version);
  } finally {
    for (const tree of trees.values()) tree.close();
  }
}
