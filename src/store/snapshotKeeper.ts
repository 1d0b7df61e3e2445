// When tree snapshots are written, and which of them, and of the change sets, are kept.

import type { TreeMultiStore } from "./commitStore.ts";
import type { Database } from "./database.ts";
import type { PruningOptions } from "./pruning.ts";
import { forgetUpTo } from "./stateLog.ts";
import { listSnapshots, removeSnapshot, VALUES_IN_MEMORY_BYTES, writeSnapshot } from "./treeSnapshot.ts";

/** How often snapshots are written. */
export interface SnapshotSchedule {
  /** Versions between two snapshots; a quarter of the versions that are kept, if that is more. */
  readonly everyVersions: number;
  /**
   * So many changed keys make a snapshot due earlier: a restart replays about 250,000 a second. An eighth of the keys, if
   * that is more, so that what is written for a changed key does not grow with the state.
   */
  readonly everyChanges: number;
}

const KEYS_PER_CHANGE = 8;

export const DEFAULT_SNAPSHOT_SCHEDULE: SnapshotSchedule = Object.freeze({
  everyVersions: 1_000,
  everyChanges: 1_000_000,
});

/** A snapshot that lies on the disk. */
export interface WrittenSnapshot {
  readonly version: number;
  readonly bytes: number;
}

/** What the keeper works on. */
export interface SnapshotKeeperParts {
  readonly db: Database;
  readonly store: TreeMultiStore;
  readonly pruning: PruningOptions;
  /** Where the snapshots lie. Made when the first one is written. */
  readonly folder: string;
  /** A snapshot takes over the values when they have more bytes in memory: VALUES_IN_MEMORY_BYTES. */
  readonly valuesInMemoryBytes?: number | undefined;
  /** Told of a snapshot that was written. */
  readonly onWritten?: ((snapshot: WrittenSnapshot) => void) | undefined;
  /** Told when a snapshot could not be written; the node runs on, and tries again when the next one is due. */
  readonly onError: (error: unknown) => void;
}

/** Writes snapshots in the background, one at a time. */
export class SnapshotKeeper {
  readonly #schedule: SnapshotSchedule;
  readonly #parts: SnapshotKeeperParts;
  #lastVersion: number;
  #changes = 0;
  #running: Promise<void> | undefined;
  #isCancelled = false;

  /** `lastVersion` is that of the newest snapshot, 0 when there is none. */
  constructor(schedule: SnapshotSchedule, lastVersion: number, parts: SnapshotKeeperParts) {
    const { keepRecent } = parts.pruning;
    this.#schedule = {
      ...schedule,
      everyVersions: Math.max(schedule.everyVersions, Math.trunc((keepRecent ?? 0) / 4)),
    };
    this.#lastVersion = lastVersion;
    this.#parts = parts;
  }

  /**
   * Counts what a version changes and, when a snapshot is due, begins to write one of the store's last version, which
   * must be durable.
   */
  note(changeCount: number): void {
    const { version, keyCount } = this.#parts.store;
    const { everyVersions, everyChanges } = this.#schedule;
    const isDue =
      version - this.#lastVersion >= everyVersions ||
      this.#changes >= Math.max(everyChanges, keyCount / KEYS_PER_CHANGE);
    this.#changes += changeCount;
    if (!isDue || version <= this.#lastVersion || this.#running !== undefined || this.#isCancelled) return;
    this.#lastVersion = version;
    this.#changes = changeCount;
    this.#running = this.#write(version)
      .catch((error: unknown) => this.#parts.onError(error))
      .finally(() => {
        this.#running = undefined;
      });
  }

  /** Resolves when nothing is being written. */
  async idle(): Promise<void> {
    await this.#running;
  }

  /** Stops what is being written and removes all snapshots after a version. */
  async truncate(version: number): Promise<void> {
    await this.#cancel();
    for (const snapshot of await listSnapshots(this.#parts.folder)) {
      if (snapshot > version) await removeSnapshot(this.#parts.folder, snapshot);
    }
    this.#lastVersion = Math.min(this.#lastVersion, version);
    this.#isCancelled = false;
  }

  /** Stops what is being written; nothing is written afterwards. */
  async close(): Promise<void> {
    await this.#cancel();
  }

  async #cancel(): Promise<void> {
    this.#isCancelled = true;
    await this.#running;
  }

  async #write(version: number): Promise<void> {
    const { folder, store, valuesInMemoryBytes } = this.#parts;
    const unpin = store.pin(version);
    try {
      const isCancelled = () => this.#isCancelled;
      const moves = store.movableBytes > (valuesInMemoryBytes ?? VALUES_IN_MEMORY_BYTES);
      const bytes = await writeSnapshot(folder, { source: store, version, isCancelled, moves });
      if (bytes === undefined) return;
      this.#parts.onWritten?.({ version, bytes });
    } finally {
      unpin();
    }
    await this.#forgetOld();
  }

  /**
   * Keeps the newest two snapshots, and those from the newest one that is at or below the kept versions: a restart from
   * it has all of these again. Change sets up to the oldest snapshot go, unless everything is to be kept.
   */
  async #forgetOld(): Promise<void> {
    const { db, folder, store, pruning } = this.#parts;
    const snapshots = await listSnapshots(folder);
    const secondNewest = snapshots.at(-2);
    if (secondNewest === undefined) return;
    let oldest = secondNewest;
    if (pruning.keepRecent !== undefined) {
      const windowStart = Math.min(store.version - pruning.keepRecent, store.oldestVersion);
      const base = snapshots.findLast((version) => version <= windowStart);
      if (base === undefined) return;
      oldest = Math.min(base, secondNewest);
      const batch = db.batch();
      await forgetUpTo(batch, { db, version: oldest });
      await batch.write({ sync: false });
    }
    for (const version of snapshots) {
      if (version < oldest) await removeSnapshot(folder, version);
    }
  }
}
