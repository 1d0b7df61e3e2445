// A set of named key-value stores that are read, cached and committed together (cosmos-sdk store/v1 rootmulti).

import type { KvStore, ReadonlyKvStore } from "./kvStore.ts";
import type { StoredValue } from "./storedValue.ts";

/** Named stores for reading. */
export interface ReadonlyMultiStore {
  /** Throws an Error when no store of that name is mounted. */
  store(name: string): ReadonlyKvStore;
}

/** Named stores for reading and writing. */
export interface MultiStore extends ReadonlyMultiStore {
  store(name: string): KvStore;
}

/** A layer of writes. */
export interface LayerStore extends MultiStore {
  /**
   * Runs something, and undoes what it wrote here when it throws. Attempts nest. PERF: the writes go where all others of
   * the layer are, so that an attempt that succeeds costs nothing but a note for each write.
   */
  attempt<T>(run: () => T): T;
}

/** A layer of writes over a multistore. Nothing reaches the layer below before `write`. */
export interface CacheMultiStore extends LayerStore {
  /** Applies the writes to the layer below, each store's keys in byte order, and empties this layer. */
  write(): void;
  /** Drops the writes. */
  discard(): void;
}

/** One key that a block changed. `undefined` means deleted. `stored` is the value with what is decoded from it, if any is. */
export type KvChange = readonly [key: Uint8Array, value: Uint8Array | undefined, stored?: StoredValue | undefined];

/** What one version (block) changed in one store, sorted by key, each key once. */
export interface StoreChanges {
  readonly name: string;
  readonly changes: readonly KvChange[];
}

/** The name, version and root of one mounted store, as in cosmos.store.v1beta1.StoreInfo. */
export interface StoreInfo {
  readonly name: string;
  readonly rootHash: Uint8Array;
}

/** The outcome of a block, before it is durable. */
export interface StoreCommit {
  readonly version: number;
  /** Root of the multistore: the app hash. */
  readonly appHash: Uint8Array;
  /** Sorted by name. */
  readonly stores: readonly StoreInfo[];
  /** Sorted by store name; stores without changes are left out. */
  readonly changes: readonly StoreChanges[];
}

/** One link of a proof, in the shape of tendermint.crypto.ProofOp. */
export interface ProofOp {
  /** `ics23:iavl` or `ics23:simple`. */
  readonly type: string;
  readonly key: Uint8Array;
  /** An encoded cosmos.ics23.v1.CommitmentProof. */
  readonly data: Uint8Array;
}

/**
 * The committed state: Merkle trees in memory, one for each store, with the last versions kept.
 * Synchronous: nothing in it waits for a disk. What a version changed is returned for somebody else to make durable.
 */
export interface CommitMultiStore {
  readonly names: readonly string[];
  /** The last committed version; 0 before the first. */
  readonly version: number;
  /** App hash of `version`. Before the first commit the root of the empty stores. */
  readonly appHash: Uint8Array;
  /** The oldest version that `at` and `prove` serve. */
  readonly oldestVersion: number;
  /** A read-only view of the last committed version, stable while later versions are committed and until it is pruned. */
  latest(): ReadonlyMultiStore;
  /** A read-only view of a version. Throws VersionNotAvailableError when it is pruned or in the future. */
  at(version: number): ReadonlyMultiStore;
  /**
   * Computes version `version + 1` from the changes (sorted within each store, each key once; stores in any order) and
   * stages it: nothing visible moves. Staging again replaces what was staged.
   */
  stage(changes: readonly StoreChanges[]): StoreCommit;
  /** The same in steps. Reads may go on between two of them; nothing may be staged, committed or reverted. */
  stageInSteps(changes: readonly StoreChanges[]): Generator<undefined, StoreCommit, void>;
  /** Makes the staged version the last one and prunes what the pruning option says. */
  commit(): void;
  /** The value and the two-level ICS-23 proof of a key in a version, of existence or of absence. */
  prove(name: string, key: Uint8Array, version: number): { value: Uint8Array | undefined; ops: readonly ProofOp[] };
}
