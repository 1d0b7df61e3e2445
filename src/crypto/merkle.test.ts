// Cases: RFC 6962's roots; proofs of every leaf of every small tree; one proof as all proofs; refusals.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { sha256 } from "./hash.ts";
import {
  MERKLE_AUNTS_MAX,
  type MerkleProof,
  merkleInnerHash,
  merkleLeafHash,
  merkleProof,
  merkleProofs,
  merkleRoot,
  verifyMerkleProof,
} from "./merkle.ts";

const fromHex = (text: string) => new Uint8Array(Buffer.from(text, "hex"));
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");

/** Leaves and roots by number of leaves, from the test data of Certificate Transparency's reference implementation. */
const CT_LEAVES = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"];
const CT_ROOTS = [
  "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
  "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
  "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
  "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
  "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
  "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
  "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
  "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
  "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
];

const leavesArb = fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 40 });

describe("roots", () => {
  test.each(CT_ROOTS.map((root, count) => ({ root, count })))("default: $count leaves", ({ root, count }) => {
    const leaves = CT_LEAVES.slice(0, count).map(fromHex);
    expect(hex(merkleRoot(leaves))).toBe(root);
    expect(hex(merkleProofs(leaves).root)).toBe(root);
  });

  test("behavior: the root of no leaves is not shared", () => {
    merkleRoot([])[0]! ^= 1;
    expect(merkleRoot([])).toEqual(sha256(new Uint8Array(0)));
  });

  test("error: children that are no hashes", () => {
    expect(() => merkleInnerHash(new Uint8Array(31), new Uint8Array(32))).toThrow("expected hashes of 32 bytes");
  });
});

describe("proofs", () => {
  test("behavior: every leaf is proven, by every way of making its proof", () => {
    fc.assert(
      fc.property(leavesArb, (leaves) => {
        const { root, proofs } = merkleProofs(leaves);
        expect(root).toEqual(merkleRoot(leaves));
        for (const [index, proof] of proofs.entries()) {
          expect(verifyMerkleProof(proof, root, leaves[index]!)).toBe(true);
          expect(merkleProof(leaves, index)).toEqual({ root, proof });
        }
      }),
    );
  });

  test("error: a proof that was changed proves nothing", () => {
    fc.assert(
      fc.property(leavesArb, fc.nat(), fc.nat(), fc.integer({ min: 1, max: 255 }), (leaves, leafAt, byteAt, flip) => {
        fc.pre(leaves.length > 0);
        const index = leafAt % leaves.length;
        const { root, proofs } = merkleProofs(leaves);
        const proof = proofs[index]!;
        const leaf = leaves[index]!;
        const flipped = (bytes: Uint8Array) => {
          const copy = bytes.slice();
          copy[byteAt % copy.length]! ^= flip;
          return copy;
        };
        expect(verifyMerkleProof(proof, flipped(root), leaf)).toBe(false);
        expect(verifyMerkleProof({ ...proof, leafHash: flipped(proof.leafHash) }, root, leaf)).toBe(false);
        expect(verifyMerkleProof(proof, root, Uint8Array.of(...leaf, 0))).toBe(false);
        for (let i = 0; i < proof.aunts.length; i++) {
          expect(
            verifyMerkleProof({ ...proof, aunts: proof.aunts.with(i, flipped(proof.aunts[i]!)) }, root, leaf),
          ).toBe(false);
        }
      }),
    );
  });

  test.each<[string, Partial<MerkleProof>]>([
    ["an index beyond the leaves", { index: 5 }],
    ["a negative index", { index: -1 }],
    ["an index that is no integer", { index: 1.5 }],
    ["no leaves", { total: 0, index: 0 }],
    ["a total that is no number", { total: Number.NaN }],
    ["an endless total", { total: Number.POSITIVE_INFINITY }],
    ["a total of another tree", { total: 9 }],
    ["too few aunts", { aunts: [] }],
    ["an aunt of another length", { aunts: [new Uint8Array(31)] }],
    ["too many aunts", { aunts: Array.from({ length: MERKLE_AUNTS_MAX + 1 }, () => new Uint8Array(32)) }],
    ["many aunts of a large total", { total: 2 ** 50, aunts: Array.from({ length: 100 }, () => new Uint8Array(32)) }],
  ])("error: %s", (_, change) => {
    const leaves = CT_LEAVES.slice(0, 5).map(fromHex);
    const { root, proofs } = merkleProofs(leaves);
    const proof = proofs[1]!;
    expect(verifyMerkleProof(proof, root, leaves[1]!)).toBe(true);
    expect(verifyMerkleProof({ ...proof, ...change }, root, leaves[1]!)).toBe(false);
  });

  test("error: a proof of a leaf that does not exist", () => {
    expect(() => merkleProof([], 0)).toThrow("no leaf 0 among 0");
    expect(() => merkleProof([new Uint8Array(1)], 1)).toThrow("no leaf 1 among 1");
  });

  test("behavior: a leaf cannot pass for an inner node", () => {
    const [left, right] = [merkleLeafHash(Uint8Array.of(1)), merkleLeafHash(Uint8Array.of(2))];
    expect(merkleLeafHash(Uint8Array.of(...left, ...right))).not.toEqual(merkleInnerHash(left, right));
  });
});
