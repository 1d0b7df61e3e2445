// The Merkle tree of CometBFT (crypto/merkle v0.38): RFC 6962, with the left half the largest power of two.

import { sha256 } from "./hash.ts";

const EMPTY_ROOT = sha256(new Uint8Array(0));
const LEAF_PREFIX = 0;
const INNER_PREFIX = 1;

/** Hash of a leaf. */
export function merkleLeafHash(leaf: Uint8Array): Uint8Array {
  const preimage = new Uint8Array(1 + leaf.length);
  preimage[0] = LEAF_PREFIX;
  preimage.set(leaf, 1);
  return sha256(preimage);
}

/** Hash of two children. */
export function merkleInnerHash(left: Uint8Array, right: Uint8Array): Uint8Array {
  const preimage = new Uint8Array(1 + left.length + right.length);
  preimage[0] = INNER_PREFIX;
  preimage.set(left, 1);
  preimage.set(right, 1 + left.length);
  return sha256(preimage);
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

/** Root of a list of leaves; sha256 of nothing when there are none. */
export function merkleRoot(leaves: readonly Uint8Array[]): Uint8Array {
  return leaves.length === 0 ? EMPTY_ROOT : rootOf(leaves.map(merkleLeafHash), 0, leaves.length);
}

/** The way from a leaf to the root. */
export interface MerkleProof {
  readonly total: number;
  readonly index: number;
  readonly leafHash: Uint8Array;
  /** Sibling hashes from the leaf upwards. */
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
  const root = hashes.length === 0 ? EMPTY_ROOT : climb(0, hashes.length);
  const proofs = hashes.map((leafHash, index) => ({ total: hashes.length, index, leafHash, aunts: aunts[index]! }));
  return { root, proofs };
}

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

/** Whether a proof leads from a leaf to a root. */
export function verifyMerkleProof(proof: MerkleProof, root: Uint8Array, leaf: Uint8Array): boolean {
  if (proof.index < 0 || proof.index >= proof.total) return false;
  if (Buffer.compare(merkleLeafHash(leaf), proof.leafHash) !== 0) return false;
  const climbed = climbFrom(proof, proof.index, proof.total, proof.aunts.length);
  return climbed !== undefined && Buffer.compare(climbed, root) === 0;
}
