// The contract of a versioned Merkle tree. One implementation in TypeScript (iavlTree.ts); another one, say in
// WebAssembly, must pass the same suite (testing/merkleTreeSuite.ts).

import type { ByteWriter } from "./byteStream.ts";
import type { ReadonlyKvStore } from "./kvStore.ts";
import type { KvChange } from "./multiStore.ts";
import type { ValueFile } from "./treeValues.ts";

/** An inner node on the way from a leaf to the root, as ICS-23 wants it. */
export interface ProofStep {
  readonly height: number;
  readonly size: number;
  readonly version: number;
  /** Hash of the sibling on the left; undefined when the way comes from the left. */
  readonly left: Uint8Array | undefined;
  readonly right: Uint8Array | undefined;
}

/** A leaf and the way from it to the root. */
export interface LeafProof {
  readonly key: Uint8Array;
  readonly value: Uint8Array;
  readonly version: number;
  /** From the leaf upwards. */
  readonly steps: readonly ProofStep[];
}

/** A node in the order left, right, parent. */
export type ExportedNode =
  | { readonly height: 0; readonly version: number; readonly key: Uint8Array; readonly value: Uint8Array }
  | { readonly height: number; readonly version: number };

/** What a frame of a snapshot is made from: records, and the values of the leaves among them. See treeSnapshot.ts. */
export interface FrameParts {
  readonly records: ByteWriter;
  readonly values: ByteWriter;
}

/** Gives the records of a version's nodes, as treeSnapshot.ts lays them out. */
export interface TreeExporter {
  /** Adds records until the frame holds so many bytes; false when no more are left. */
  write(frame: FrameParts, untilBytes: number): boolean;
  /**
   * Tells that the values of the last `write` lie in a file from a position on. A tree that was asked to move its values
   * reads them there from then on, and has them in memory no more.
   */
  written(file: ValueFile, position: number): void;
  /** Must be called in the end. */
  close(): void;
}

/** An ordered map whose versions each have a root hash. Versions ascend by one. */
export interface MerkleTree {
  /** The last committed version; 0 before the first. */
  readonly version: number;
  readonly oldestVersion: number;
  /** Entries of the last committed version. */
  readonly size: number;
  /** Entries of a version. Throws when the version is not kept. */
  sizeOf(version: number): number;
  /** Root hash of a version; sha256 of nothing when it is empty. Throws when the version is not kept. */
  rootHash(version: number): Uint8Array;
  /** Builds version + 1 from changes sorted by key, each key once, and gives its root hash. Replaces what was staged. */
  stage(changes: readonly KvChange[]): Uint8Array;
  /**
   * The two halves of `stage`: the new nodes without their hashes; their hashes, and the root hash. Throws StateFaultError
   * once a value could not be read: what was made of that must not become a version.
   */
  applyChanges(changes: readonly KvChange[]): void;
  hashWorking(): Uint8Array;
  /** Makes the staged version the last one. Throws when none is staged. */
  commit(): void;
  /**
   * Makes version + 1 from changes as those of `stage` the last version and the only one, without hashing it. Until
   * `settle` it can neither be read nor staged upon. When it throws, the tree is of no use any more.
   */
  replay(changes: readonly KvChange[]): void;
  /** Hashes what `replay` made, and gives the root hash of the last version. */
  settle(): Uint8Array;
  /** Entries of a version, stable until it is pruned. */
  view(version: number): ReadonlyKvStore;
  /** The leaf of a key, or the neighbours of where it would be. */
  prove(version: number, key: Uint8Array): { leaf?: LeafProof; left?: LeafProof; right?: LeafProof };
  /** Forgets versions below `version`. */
  pruneBelow(version: number): void;
  /** Makes an earlier version the last one and forgets the later ones. */
  revertTo(version: number): void;
  /** All nodes of a version. The version must not be pruned meanwhile. */
  export(version: number): IterableIterator<ExportedNode>;
  /**
   * Gives the records of all nodes of a version, children first. The version must not be pruned meanwhile. With `moves`
   * it must be the last one, and the values go from memory to the file, if the tree can do that.
   */
  exporter(version: number, moves?: boolean): TreeExporter;
  /** Bytes of memory in use; those of values among them that can be moved. */
  readonly memoryBytes: number;
  readonly movableBytes: number;
  /** Closes the files that values are read from. The tree cannot be used afterwards. */
  close(): void;
}
