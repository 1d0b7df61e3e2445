// ICS-23 proofs of the two levels: a key in a store (proofs of iavl v1.2 proof_ics23.go), and a store in the multistore
// (cosmossdk.io/store v1.1 internal/proofs). Stock clients verify them with `iavlSpec` and `tendermintSpec`.

import { CommitmentProof, type ExistenceProof, HashOp, InnerOp, LeafOp, LengthOp } from "../../gen/confio/proofs.ts";
import { concatBytes, utf8 } from "../codec/bytes.ts";
import { sha256 } from "../crypto/hash.ts";
import { type MerkleProof, merkleProofs } from "../crypto/merkle.ts";
import { nodePrefix } from "./iavlTree.ts";
import type { LeafProof, MerkleTree, ProofStep } from "./merkleTree.ts";
import type { ProofOp, StoreInfo } from "./multiStore.ts";

const LENGTH_BYTE = Uint8Array.of(32);
const NOTHING = new Uint8Array(0);

function iavlStep(step: ProofStep): InnerOp {
  const prefix = nodePrefix(step.height, step.size, step.version);
  if (step.left === undefined) {
    return InnerOp.fromPartial({
      hash: HashOp.SHA256,
      prefix: concatBytes(prefix, LENGTH_BYTE),
      suffix: concatBytes(LENGTH_BYTE, step.right ?? NOTHING),
    });
  }
  return InnerOp.fromPartial({
    hash: HashOp.SHA256,
    prefix: concatBytes(prefix, LENGTH_BYTE, step.left, LENGTH_BYTE),
    suffix: NOTHING,
  });
}

function iavlExistence(proof: LeafProof): ExistenceProof {
  return {
    key: proof.key,
    value: proof.value,
    leaf: LeafOp.fromPartial({
      hash: HashOp.SHA256,
      prehashKey: HashOp.NO_HASH,
      prehashValue: HashOp.SHA256,
      length: LengthOp.VAR_PROTO,
      prefix: nodePrefix(0, 1, proof.version),
    }),
    path: proof.steps.map(iavlStep),
  };
}

/** The proof that a key has its value in a version of a tree, or that it is absent. */
export function proveKey(
  tree: MerkleTree,
  version: number,
  key: Uint8Array,
): { value: Uint8Array | undefined; op: ProofOp } {
  const { leaf, left, right } = tree.prove(version, key);
  const proof =
    leaf === undefined
      ? { nonexist: { key, left: left && iavlExistence(left), right: right && iavlExistence(right) } }
      : { exist: iavlExistence(leaf) };
  const data = CommitmentProof.encode(CommitmentProof.fromPartial(proof)).finish();
  return { value: leaf?.value, op: { type: "ics23:iavl", key, data } };
}

function lengthPrefixed(bytes: Uint8Array): Uint8Array {
  // Store names and hashes are shorter than 128 bytes, so their length is one byte.
  return concatBytes(Uint8Array.of(bytes.length), bytes);
}

function storeLeaf({ name, rootHash }: StoreInfo): Uint8Array {
  return concatBytes(lengthPrefixed(utf8(name)), lengthPrefixed(sha256(rootHash)));
}

/** Root of a multistore, and a proof for each store, from the stores sorted by name. */
export function commitStores(stores: readonly StoreInfo[]): { root: Uint8Array; proofs: readonly MerkleProof[] } {
  return merkleProofs(stores.map(storeLeaf));
}

/** The sides of an RFC 6962 proof, from the leaf upwards: whether the aunt stands on the left. */
function auntSides(index: number, total: number): boolean[] {
  if (total === 1) return [];
  let split = 1;
  while (split * 2 < total) split *= 2;
  return index < split ? [...auntSides(index, split), false] : [...auntSides(index - split, total - split), true];
}

/** The proof that a store has its root in the multistore. */
export function proveStore(store: StoreInfo, proof: MerkleProof): ProofOp {
  const sides = auntSides(proof.index, proof.total);
  const path = proof.aunts.map((aunt, level) =>
    InnerOp.fromPartial(
      sides[level] === true
        ? { hash: HashOp.SHA256, prefix: concatBytes(Uint8Array.of(1), aunt), suffix: NOTHING }
        : { hash: HashOp.SHA256, prefix: Uint8Array.of(1), suffix: aunt },
    ),
  );
  const leaf = LeafOp.fromPartial({
    hash: HashOp.SHA256,
    prehashKey: HashOp.NO_HASH,
    prehashValue: HashOp.SHA256,
    length: LengthOp.VAR_PROTO,
    prefix: Uint8Array.of(0),
  });
  const key = utf8(store.name);
  const exist = { key, value: store.rootHash, leaf, path };
  return { type: "ics23:simple", key, data: CommitmentProof.encode(CommitmentProof.fromPartial({ exist })).finish() };
}
