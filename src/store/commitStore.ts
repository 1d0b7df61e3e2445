// The committed state: one Merkle tree for each module, committed together (cosmossdk.io/store v1.1 rootmulti).

import { runToEnd } from "../codec/steps.ts";
import { commitStores, proveKey, proveStore } from "./commitProof.ts";
import { createTree } from "./createTree.ts";
import type { ReadonlyKvStore } from "./kvStore.ts";
import type { MerkleTree } from "./merkleTree.ts";
import type {
  CommitMultiStore,
  KvChange,
  ProofOp,
  ReadonlyMultiStore,
  StoreChanges,
  StoreCommit,
  StoreInfo,
} from "./multiStore.ts";
import { VersionNotAvailableError } from "./nodeTree.ts";
import { oldestKept, type PruningOptions } from "./pruning.ts";
import { CachedView, ValueCache } from "./valueCache.ts";

/** What a multistore is made of. */
export interface CommitStoreOptions {
  /** The stores, in any order. */
  readonly names: readonly string[];
  readonly pruning: PruningOptions;
  /** Trees to start from, all of one version; a store without one starts empty. */
  readonly trees?: ReadonlyMap<string, MerkleTree>;
  /** Stores that an upgrade brought, with the first version that has them: they are no part of the hash of earlier ones. */
  readonly births?: ReadonlyMap<string, number> | undefined;
  /** A clock by which the store's work is measured; nothing else depends on it. */
  readonly nowMs?: (() => number) | undefined;
}

/** How large a store is. */
export interface StoreSize {
  readonly name: string;
  /** Of the last version. */
  readonly keys: number;
  /** What its tree uses. */
  readonly memoryBytes: number;
}

/** A committed multistore, with what the disk side of the store needs besides. */
export class TreeMultiStore implements CommitMultiStore {
  readonly names: readonly string[];
  readonly #trees: ReadonlyMap<string, MerkleTree>;
  /** In front of the last version of each tree. */
  readonly #caches: ReadonlyMap<string, ValueCache>;
  readonly #births: ReadonlyMap<string, number>;
  readonly #pruning: PruningOptions;
  /** Versions that are being written to disk, with how often each is pinned. */
  readonly #pins = new Map<number, number>();
  #version: number;
  #appHash: Uint8Array;
  #staged: StoreCommit | undefined;
  /** False while versions are replayed that nobody will ask for. */
  #isSettled = true;
  readonly #nowMs: () => number;
  #workMs = 0;

  constructor(options: CommitStoreOptions) {
    this.names = [...options.names].sort(byText);
    this.#births = options.births ?? new Map();
    this.#pruning = options.pruning;
    this.#nowMs = options.nowMs ?? (() => 0);
    const version = options.trees?.values().next().value?.version ?? 0;
    this.#trees = new Map(this.names.map((name) => [name, options.trees?.get(name) ?? createTree(version)]));
    for (const [name, tree] of this.#trees) {
      if (tree.version !== version) throw new Error(`store ${name} is at version ${tree.version}, not ${version}`);
    }
    this.#caches = new Map(this.names.map((name) => [name, new ValueCache()]));
    this.#version = version;
    this.#appHash = this.#commitInfo(version).root;
  }

  get version(): number {
    return this.#version;
  }

  /** Throws an Error between `replay` and `settle`. */
  get appHash(): Uint8Array {
    if (!this.#isSettled) throw new Error("the state is not settled");
    return this.#appHash;
  }

  get oldestVersion(): number {
    let oldest = 0;
    for (const tree of this.#trees.values()) oldest = Math.max(oldest, tree.oldestVersion);
    return oldest;
  }

  /** Bytes of memory that the trees use. */
  get memoryBytes(): number {
    return this.sizes.reduce((sum, { memoryBytes }) => sum + memoryBytes, 0);
  }

  get sizes(): readonly StoreSize[] {
    return this.names.map((name) => {
      const tree = this.#tree(name);
      return { name, keys: tree.size, memoryBytes: tree.memoryBytes };
    });
  }

  /** Bytes of memory that a snapshot could take over, in all stores. */
  get movableBytes(): number {
    let bytes = 0;
    for (const tree of this.#trees.values()) bytes += tree.movableBytes;
    return bytes;
  }

  /** Keys in all stores of the last version. */
  get keyCount(): number {
    let keys = 0;
    for (const tree of this.#trees.values()) keys += tree.size;
    return keys;
  }

  /** How long `stage` and `commit` have taken so far, milliseconds; 0 without a clock. */
  get workMs(): number {
    return this.#workMs;
  }

  latest(): ReadonlyMultiStore {
    return this.#view(({ name, tree }) => new CachedView(tree.view(this.#version), this.#caches.get(name)!));
  }

  at(version: number): ReadonlyMultiStore {
    if (version < this.oldestVersion || version > this.#version) {
      throw new VersionNotAvailableError(version, this.oldestVersion, this.#version);
    }
    return this.#view(({ tree }) => tree.view(version));
  }

  #view(viewOf: (store: { readonly name: string; readonly tree: MerkleTree }) => ReadonlyKvStore): MultiView {
    return new MultiView(new Map([...this.#trees].map(([name, tree]) => [name, viewOf({ name, tree })])));
  }

  stage(changes: readonly StoreChanges[]): StoreCommit {
    return runToEnd(this.stageInSteps(changes));
  }

  *stageInSteps(changes: readonly StoreChanges[]): Generator<undefined, StoreCommit, void> {
    this.#staged = undefined;
    const version = this.#version + 1;
    const byName = this.#byName(changes, version);
    const stores: StoreInfo[] = [];
    for (const name of this.names) {
      const tree = this.#tree(name);
      this.#timed(() => tree.applyChanges(byName.get(name) ?? []));
      yield;
      const rootHash = this.#timed(() => tree.hashWorking());
      if (this.#has(name, version)) stores.push({ name, rootHash });
      yield;
    }
    this.#staged = {
      version,
      appHash: commitStores(stores).root,
      stores,
      changes: changes.filter((entry) => entry.changes.length > 0).sort((a, b) => byText(a.name, b.name)),
    };
    return this.#staged;
  }

  /** Does some of the store's work. */
  #timed<T>(work: () => T): T {
    const startedMs = this.#nowMs();
    const result = work();
    this.#workMs += this.#nowMs() - startedMs;
    return result;
  }

  /** The changes of a version by store. Throws an Error when a store stands twice, or is not there. */
  #byName(changes: readonly StoreChanges[], version: number): ReadonlyMap<string, readonly KvChange[]> {
    const byName = new Map<string, readonly KvChange[]>(changes.map((entry) => [entry.name, entry.changes]));
    if (byName.size < changes.length) throw new Error("changes of one store stand twice");
    for (const name of byName.keys()) {
      this.#tree(name);
      if (!this.#has(name, version))
        throw new Error(`store ${name} is not there before version ${this.#births.get(name)}`);
    }
    return byName;
  }

  /** See MerkleTree's `replay`: the same of all stores. */
  replay(changes: readonly StoreChanges[]): void {
    const byName = this.#byName(changes, this.#version + 1);
    this.#staged = undefined;
    this.#isSettled = false;
    for (const [name, tree] of this.#trees) tree.replay(byName.get(name) ?? []);
    this.#version += 1;
  }

  /** Hashes what `replay` made, and gives the app hash of the last version. */
  settle(): Uint8Array {
    for (const tree of this.#trees.values()) tree.settle();
    for (const cache of this.#caches.values()) cache.reset();
    this.#appHash = this.#commitInfo(this.#version).root;
    this.#isSettled = true;
    return this.#appHash;
  }

  commit(): void {
    if (this.#staged === undefined) throw new Error("no version is staged");
    const startedMs = this.#nowMs();
    for (const tree of this.#trees.values()) tree.commit();
    const changes = new Map(this.#staged.changes.map((entry) => [entry.name, entry.changes]));
    for (const [name, cache] of this.#caches) cache.advance(changes.get(name) ?? []);
    this.#version = this.#staged.version;
    this.#appHash = this.#staged.appHash;
    this.#staged = undefined;
    this.#prune();
    this.#workMs += this.#nowMs() - startedMs;
  }

  prove(name: string, key: Uint8Array, version: number): { value: Uint8Array | undefined; ops: readonly ProofOp[] } {
    const { value, op } = proveKey(this.#tree(name), version, key);
    const { stores, proofs } = this.#commitInfo(version);
    const index = stores.findIndex((store) => store.name === name);
    if (index === -1) throw new Error(`version ${version} has no store named ${name}`);
    return { value, ops: [op, proveStore(stores[index]!, proofs[index]!)] };
  }

  /** The stores of a kept version, sorted by name. */
  storesOf(version: number): readonly StoreInfo[] {
    return this.#commitInfo(version).stores;
  }

  /** The tree of a store. For snapshots. Throws an Error when there is no such store. */
  treeOf(name: string): MerkleTree {
    return this.#tree(name);
  }

  /** Keeps a version and all later ones until the returned function is called. */
  pin(version: number): () => void {
    this.at(version);
    this.#pins.set(version, (this.#pins.get(version) ?? 0) + 1);
    let isPinned = true;
    return () => {
      if (!isPinned) return;
      isPinned = false;
      const left = this.#pins.get(version)! - 1;
      if (left > 0) this.#pins.set(version, left);
      else this.#pins.delete(version);
    };
  }

  /** Makes a kept version the last one and forgets the later ones. */
  revertTo(version: number): void {
    this.at(version);
    for (const tree of this.#trees.values()) tree.revertTo(version);
    for (const cache of this.#caches.values()) cache.reset();
    this.#staged = undefined;
    this.#version = version;
    this.#appHash = this.#commitInfo(version).root;
  }

  /** Closes the files that values are read from. The state cannot be read afterwards. */
  close(): void {
    for (const tree of this.#trees.values()) tree.close();
  }

  #prune(): void {
    const below = Math.min(oldestKept(this.#pruning, this.#version), ...this.#pins.keys());
    if (below <= this.oldestVersion) return;
    for (const tree of this.#trees.values()) tree.pruneBelow(below);
  }

  #tree(name: string): MerkleTree {
    const tree = this.#trees.get(name);
    if (tree === undefined) throw new Error(`no store named ${name} is mounted`);
    return tree;
  }

  #has(name: string, version: number): boolean {
    return (this.#births.get(name) ?? 0) <= version;
  }

  #commitInfo(version: number) {
    const names = this.names.filter((name) => this.#has(name, version));
    const stores = names.map((name) => ({ name, rootHash: this.#tree(name).rootHash(version) }));
    return { stores, ...commitStores(stores) };
  }
}

function byText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** A version of all stores. */
class MultiView implements ReadonlyMultiStore {
  readonly #views: ReadonlyMap<string, ReadonlyKvStore>;

  constructor(views: ReadonlyMap<string, ReadonlyKvStore>) {
    this.#views = views;
  }

  store(name: string): ReadonlyKvStore {
    const view = this.#views.get(name);
    if (view === undefined) throw new Error(`no store named ${name} is mounted`);
    return view;
  }
}

/** A committed multistore. See CommitStoreOptions. */
export function createCommitMultiStore(options: CommitStoreOptions): TreeMultiStore {
  return new TreeMultiStore(options);
}
