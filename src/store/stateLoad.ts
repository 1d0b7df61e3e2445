// A restart: the trees of the last durable version, from a tree snapshot and the change sets behind it. Versions older than
// the kept ones are replayed without hashes. From the oldest kept one on every version must have the app hash that its
// commit info says; that one's covers all that was replayed before it.

import { bytesEqual, toHex } from "../codec/bytes.ts";
import { createCommitMultiStore, type TreeMultiStore } from "./commitStore.ts";
import type { Database } from "./database.ts";
import { oldestKept, type PruningOptions } from "./pruning.ts";
import { type CommitInfo, changeSetsFrom, getCommitInfo, lastCommitInfo, oldestChangeSet } from "./stateLog.ts";
import { listSnapshots, readSnapshot } from "./treeSnapshot.ts";

/** How far loading is: bytes of a snapshot, or versions replayed. */
export interface LoadProgress {
  readonly stage: "snapshot" | "replay";
  readonly done: number;
  readonly total: number;
}

/** Stores that an upgrade brings. They are allowed to be missing in a database whose next version is that of the upgrade. */
export interface AddedStores {
  readonly names: readonly string[];
  readonly version: number;
}

/** What to load, and from where. */
export interface LoadOptions {
  readonly names: readonly string[];
  readonly added?: AddedStores | undefined;
  readonly pruning: PruningOptions;
  readonly snapshotFolder: string;
  /** See StateDiskOptions. */
  readonly valuesInMemoryBytes?: number | undefined;
  /** See CommitStoreOptions. */
  readonly nowMs?: (() => number) | undefined;
  /** Called now and then, often. */
  readonly onProgress?: ((progress: LoadProgress) => void) | undefined;
}

/** A loaded state, and how it was come by. */
export interface LoadedState {
  readonly store: TreeMultiStore;
  /** The version that the replay began from: that of a snapshot, or 0 for the empty state. */
  readonly baseVersion: number;
  /** Why better snapshots were passed over; empty when all is well. */
  readonly notes: readonly string[];
}

/** The database holds no state that can be loaded. */
export class StateLoadError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "StateLoadError";
  }
}

/**
 * Loads the last durable version. Replay begins at the newest snapshot that is at or below the oldest version that the
 * pruning option keeps, so that the whole window of versions is there again; when there is no such snapshot or it is
 * damaged, at the best other one, or at the empty state. Throws StateLoadError when none of them leads to the last
 * version, and when the stores are not those of the database.
 */
export async function loadState(db: Pick<Database, "get" | "iterate">, options: LoadOptions): Promise<LoadedState> {
  const last = await lastCommitInfo(db);
  if (last === undefined) return { store: createCommitMultiStore(options), baseVersion: 0, notes: [] };
  requireStores(last, options);
  const notes: string[] = [];
  for (const base of await basesInOrder(db, last.version, options)) {
    try {
      return { store: await loadFrom(base, { db, last, options }), baseVersion: base, notes };
    } catch (error) {
      notes.push(error instanceof Error ? error.message : String(error));
    }
  }
  throw new StateLoadError(
    `the state of version ${last.version} cannot be loaded: ${notes.join("; ") || "no snapshot"}`,
  );
}

function requireStores(last: CommitInfo, { names, added }: LoadOptions): void {
  const stored = last.stores.map(({ name }) => name);
  const addedNames = added?.version === last.version + 1 ? added.names : [];
  const isFit =
    stored.every((name) => names.includes(name)) &&
    names.every((name) => stored.includes(name) || addedNames.includes(name));
  if (isFit) return;
  const wanted = [...names].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0)).join(", ");
  throw new StateLoadError(`the database has the stores ${stored.join(", ")}; this program has ${wanted}`);
}

/** Of the stores that a version does not have: the first later version that has each, at the latest the next one. */
function birthsAfter(base: number, { db, last, options }: LoadParts): ReadonlyMap<string, number> {
  const births = new Map<string, number>();
  const first = Math.max(base, 1);
  const missing = new Set(options.names);
  for (let version = first; version <= last.version && missing.size > 0; version += 1) {
    for (const { name } of getCommitInfo(db, version)?.stores ?? []) {
      if (missing.delete(name) && version > first) births.set(name, version);
    }
  }
  for (const name of missing) births.set(name, last.version + 1);
  return births;
}

/** The versions that a replay can begin from, the best first. */
async function basesInOrder(
  db: Pick<Database, "iterate">,
  last: number,
  { pruning, snapshotFolder }: LoadOptions,
): Promise<number[]> {
  const oldest = (await oldestChangeSet(db)) ?? last + 1;
  const bases = [0, ...(await listSnapshots(snapshotFolder))].filter((base) => base <= last && oldest <= base + 1);
  const wanted = oldestKept(pruning, last);
  return [...bases.filter((base) => base <= wanted).reverse(), ...bases.filter((base) => base > wanted)];
}

interface LoadParts {
  readonly db: Pick<Database, "get" | "iterate">;
  readonly last: CommitInfo;
  readonly options: LoadOptions;
}

async function loadFrom(base: number, parts: LoadParts): Promise<TreeMultiStore> {
  const { db, options } = parts;
  const births = birthsAfter(base, parts);
  const store =
    base === 0 ? createCommitMultiStore({ ...options, births }) : await loadSnapshot(base, { db, options, births });
  try {
    await replayOn(store, base, parts);
    return store;
  } catch (error) {
    store.close();
    throw error;
  }
}

async function replayOn(store: TreeMultiStore, base: number, { db, last, options }: LoadParts): Promise<void> {
  const oldest = oldestKept(options.pruning, last.version);
  for await (const { version, changes } of changeSetsFrom(db, base + 1)) {
    if (version !== store.version + 1) throw new StateLoadError(`no change set of version ${store.version + 1}`);
    const info = getCommitInfo(db, version);
    if (version <= oldest) {
      store.replay(changes);
      if (version === oldest) requireHash(version, store.settle(), info, base + 1);
    } else {
      requireHash(version, store.stage(changes).appHash, info);
      store.commit();
    }
    options.onProgress?.({ stage: "replay", done: version - base, total: last.version - base });
  }
  if (store.version !== last.version) throw new StateLoadError(`no change set of version ${store.version + 1}`);
}

async function loadSnapshot(
  base: number,
  { db, options, births }: Omit<LoadParts, "last"> & { readonly births: ReadonlyMap<string, number> },
): Promise<TreeMultiStore> {
  const trees = await readSnapshot(options.snapshotFolder, base, {
    hashes: "trust",
    valuesInMemoryBytes: options.valuesInMemoryBytes,
    onProgress: (done, total) => options.onProgress?.({ stage: "snapshot", done, total }),
  });
  try {
    for (const name of trees.keys()) {
      if (options.names.includes(name)) continue;
      throw new StateLoadError(`the snapshot of version ${base} has a store ${name}`);
    }
    const store = createCommitMultiStore({ ...options, trees, births });
    requireHash(base, store.appHash, getCommitInfo(db, base));
    return store;
  } catch (error) {
    for (const tree of trees.values()) tree.close();
    throw error;
  }
}

/** `from` is the first version that the hash is the first one to cover, if not the version itself. */
function requireHash(version: number, appHash: Uint8Array, info: CommitInfo | undefined, from = version): void {
  if (info === undefined) throw new StateLoadError(`no commit info of version ${version}`);
  if (bytesEqual(info.appHash, appHash)) return;
  const replayed = from < version ? `, replayed from version ${from} on,` : "";
  throw new StateLoadError(`version ${version}${replayed} has app hash ${toHex(appHash)}, not ${toHex(info.appHash)}`);
}
