// The Merkle tree of CometBFT (crypto/merkle/{tree,proof,hash}.go, v0.38): RFC 6962, section 2.1. The left half of a
// tree is the largest power of two below its size; leaves and inner nodes are hashed with different prefixes.

import { sha256 } from "./hash.ts";

const HASH_BYTES = 32;
const LEAF_PREFIX = 0;
const INNER_PREFIX = 1;

/** Siblings a proof may carry (MaxAunts). */
export const MERKLE_AUNTS_MAX = 100;

const EMPTY_ROOT = sha256(new Uint8Array(0));

/** Most leaves are hashes: their preimage is built here. */
const leafScratch = new Uint8Array(1 + HASH_BYTES);
leafScratch[0] = LEAF_PREFIX;
const innerScratch = new Uint8Array(1 + 2 * HASH_BYTES);
innerScratch[0] = INNER_PREFIX;

/** Hash of a leaf: 32 bytes. */
export function merkleLeafHash(leaf: Uint8Array): Uint8Array {
  if (leaf.length === HASH_BYTES) {
    leafScratch.set(leaf, 1);
    return sha256(leafScratch);
  }
  const preimage = new Uint8Array(1 + leaf.length);
  preimage[0] = LEAF_PREFIX;
  preimage.set(leaf, 1);
  return sha256(preimage);
}

/** Hash of two children of 32 bytes each: 32 bytes. Throws RangeError on another length. */
export function merkleInnerHash(left: Uint8Array, right: Uint8Array): Uint8Array {
  if (left.length !== HASH_BYTES || right.length !== HASH_BYTES) {
    throw new RangeError(`expected hashes of ${HASH_BYTES} bytes, got ${left.length} and ${right.length}`);
  }
  innerScratch.set(left, 1);
  innerScratch.set(right, 1 + HASH_BYTES);
  return sha256(innerScratch);
}

/** The largest power of two below `count`; `count` is at least 2. */
function splitPoint(count: number): number {
  let split = 1;
  while (split * 2 < count) split *= 2;
  return split;
}

function rootOf(hashes: readonly Uint8Array[], start: number, end: number): Uint8Array {
  if (end - start === 1) return hashes[start]!;
  const middle = start + splitPoint(end - start);
  return merkleInnerHash(rootOf(hashes, start, middle), rootOf(hashes, middle, end));
}

/** Root of a list of leaves; sha256 of nothing when there are none. PERF: two hashes a leaf, about 2.5 us. */
export function merkleRoot(leaves: readonly Uint8Array[]): Uint8Array {
  return leaves.length === 0 ? new Uint8Array(EMPTY_ROOT) : rootOf(leaves.map(merkleLeafHash), 0, leaves.length);
}

/** The way from a leaf to the root. */
export interface MerkleProof {
  /** Leaves of the tree. */
  readonly total: number;
  /** Position of the leaf, from 0. */
  readonly index: number;
  readonly leafHash: Uint8Array;
  /** Sibling hashes from the leaf upwards, at most MERKLE_AUNTS_MAX. */
  readonly aunts: readonly Uint8Array[];
}

/** Root and a proof for each leaf, in order. */
export function merkleProofs(leaves: readonly Uint8Array[]): { root: Uint8Array; proofs: MerkleProof[] } {
  const hashes = leaves.map(merkleLeafHash);
  const aunts: Uint8Array[][] = hashes.map(() => []);
  const climb = (start: number, end: number): Uint8Array => {
    if (end - start === 1) return hashes[start]!;
    const middle = start + splitPoint(end - start);
    const left = climb(start, middle);
    const right = climb(middle, end);
    for (let index = start; index < middle; index += 1) aunts[index]!.push(right);
    for (let index = middle; index < end; index += 1) aunts[index]!.push(left);
    return merkleInnerHash(left, right);
  };
  const root = hashes.length === 0 ? new Uint8Array(EMPTY_ROOT) : climb(0, hashes.length);
  const proofs = hashes.map((leafHash, index) => ({ total: hashes.length, index, leafHash, aunts: aunts[index]! }));
  return { root, proofs };
}

/** Root and the proof of one leaf; `index` is below `leaves.length`. Cheaper than all proofs. */
export function merkleProof(leaves: readonly Uint8Array[], index: number): { root: Uint8Array; proof: MerkleProof } {
  const hashes = leaves.map(merkleLeafHash);
  const leafHash = hashes[index];
  if (leafHash === undefined) throw new RangeError(`no leaf ${index} among ${leaves.length}`);
  const aunts: Uint8Array[] = [];
  const climb = (start: number, end: number): Uint8Array => {
    if (end - start === 1) return hashes[start]!;
    const middle = start + splitPoint(end - start);
    const left = climb(start, middle);
    const right = climb(middle, end);
    if (index >= start && index < middle) aunts.push(right);
    else if (index >= middle && index < end) aunts.push(left);
    return merkleInnerHash(left, right);
  };
  return { root: climb(0, hashes.length), proof: { total: hashes.length, index, leafHash, aunts } };
}

/** Root above a leaf hash, or undefined when the proof has too few or too many aunts. Depth is bounded by the aunts. */
function climbFrom(proof: MerkleProof, index: number, total: number, auntCount: number): Uint8Array | undefined {
  if (total === 1) return auntCount === 0 ? proof.leafHash : undefined;
  if (auntCount === 0) return undefined;
  const split = splitPoint(total);
  const aunt = proof.aunts[auntCount - 1]!;
  if (index < split) {
    const left = climbFrom(proof, index, split, auntCount - 1);
    return left === undefined ? undefined : merkleInnerHash(left, aunt);
  }
  const right = climbFrom(proof, index - split, total - split, auntCount - 1);
  return right === undefined ? undefined : merkleInnerHash(aunt, right);
}

/** Whether a proof leads from a leaf to a root. Never throws: a malformed proof proves nothing. */
export function verifyMerkleProof(proof: MerkleProof, root: Uint8Array, leaf: Uint8Array): boolean {
  const { total, index, leafHash, aunts } = proof;
  if (!Number.isSafeInteger(total) || !Number.isSafeInteger(index) || index < 0 || index >= total) return false;
  if (aunts.length > MERKLE_AUNTS_MAX || aunts.some((aunt) => aunt.length !== HASH_BYTES)) return false;
  if (Buffer.compare(merkleLeafHash(leaf), leafHash) !== 0) return false;
  const climbed = climbFrom(proof, index, total, aunts.length);
  return climbed !== undefined && Buffer.compare(climbed, root) === 0;
}
