// Cases: vectors of Go's iavl and rootmulti that are about more than one tree from version 1 on: trees that start at a
// later version, app hashes of multistores, and the two-level proofs of abci_query, which the stock verifier accepts.

import { readFileSync } from "node:fs";
import { iavlSpec, ics23, tendermintSpec, verifyExistence, verifyNonExistence } from "@confio/ics23";
import { describe, expect, test } from "vitest";
import { ProofOp as WireProofOp } from "../../gen/tendermint/crypto/proof.ts";
import { fromHex, toHex, utf8 } from "../codec/bytes.ts";
import { proveKey } from "./commitProof.ts";
import { createCommitMultiStore } from "./commitStore.ts";
import { IavlTree } from "./iavlTree.ts";
import type { KvChange, ProofOp } from "./multiStore.ts";
import { pruningOptions } from "./pruning.ts";
import { WasmTree } from "./wasmTree.ts";

interface HexChange {
  key: string;
  value: string | null;
}

interface TreeCase {
  name: string;
  firstVersion: number;
  versions: { changes: HexChange[]; root: string; size: number; height: number }[];
  proofs: { version: number; key: string; proof: string }[];
}

interface StoreCase {
  names: string[];
  versions: {
    version: number;
    changes: Record<string, HexChange[]>;
    appHash: string;
    stores: Record<string, string>;
    proofs: { store: string; key: string; exists: boolean; ops: string[] }[];
  }[];
}

function load<T>(file: string): T {
  return JSON.parse(readFileSync(new URL(`../../test/vectors/iavl/${file}`, import.meta.url), "utf8"));
}

function kvChanges(changes: readonly HexChange[]): KvChange[] {
  return changes.map(({ key, value }) => [fromHex(key), value === null ? undefined : fromHex(value)]);
}

describe.each(load<TreeCase[]>("laterTrees.json"))("a tree from version $firstVersion on: $name", (vector) => {
  test.each([IavlTree, WasmTree])("default: roots, sizes and proofs are Go's: %o", (Tree) => {
    const tree = new Tree(vector.firstVersion - 1);
    for (const version of vector.versions) {
      expect(toHex(tree.stage(kvChanges(version.changes)))).toBe(version.root);
      tree.commit();
      expect(tree.size).toBe(version.size);
    }
    for (const { version, key, proof } of vector.proofs) {
      expect(toHex(proveKey(tree, version, fromHex(key)).op.data)).toBe(proof);
    }
  });
});

describe.each(load<StoreCase[]>("multistores.json"))("a multistore of $names", ({ names, versions }) => {
  const store = createCommitMultiStore({ names: [...names].reverse(), pruning: pruningOptions("nothing") });
  const commits = versions.map(({ changes }) => {
    const staged = store.stage(Object.entries(changes).map(([name, hex]) => ({ name, changes: kvChanges(hex) })));
    store.commit();
    return staged;
  });

  test("default: app hashes and store roots are Go's", () => {
    commits.forEach((commit, index) => {
      const wanted = versions[index]!;
      expect(commit.version).toBe(wanted.version);
      expect(Object.fromEntries(commit.stores.map(({ name, rootHash }) => [name, toHex(rootHash)]))).toEqual(
        wanted.stores,
      );
      expect(toHex(commit.appHash)).toBe(wanted.appHash);
    });
  });

  test("default: the proof ops of abci_query are Go's, byte for byte", () => {
    for (const { version, proofs } of versions) {
      for (const { store: name, key, exists, ops } of proofs) {
        const proven = store.prove(name, fromHex(key), version);
        expect(proven.value !== undefined).toBe(exists);
        expect(proven.ops.map((op) => toHex(WireProofOp.encode(op).finish()))).toEqual(ops);
      }
    }
  });

  test("behavior: the stock ICS-23 verifier follows both levels up to the app hash, and refuses another value", () => {
    for (const { version, appHash, stores, proofs } of versions) {
      for (const { store: name, key: keyHex } of proofs) {
        const key = fromHex(keyHex);
        const { value, ops } = store.prove(name, key, version);
        const [inner, outer] = ops.map(decodeProof);
        const rootHash = fromHex(stores[name]!);
        if (value === undefined && inner!.nonexist!.left == null && inner!.nonexist!.right == null) {
          // Nothing can be proven of an empty store but its root.
          expect(toHex(rootHash)).toBe("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
        } else if (hasEmptyValue(inner!)) {
          // ICS-23 knows no empty values: the stock verifiers refuse proofs of them and beside them, as on a Go chain.
          expect(() => verifyNonExistence(inner!.nonexist!, iavlSpec, rootHash, key)).toThrow();
        } else if (value === undefined) {
          verifyNonExistence(inner!.nonexist!, iavlSpec, rootHash, key);
        } else {
          verifyExistence(inner!.exist!, iavlSpec, rootHash, key, value);
          expect(() => verifyExistence(inner!.exist!, iavlSpec, rootHash, key, utf8("another"))).toThrow();
        }
        verifyExistence(outer!.exist!, tendermintSpec, fromHex(appHash), utf8(name), rootHash);
        expect(() =>
          verifyExistence(outer!.exist!, tendermintSpec, fromHex(appHash), utf8(`${name}x`), rootHash),
        ).toThrow();
      }
    }
  });
});

function decodeProof(op: ProofOp): ics23.CommitmentProof {
  return ics23.CommitmentProof.decode(op.data);
}

function hasEmptyValue({ exist, nonexist }: ics23.CommitmentProof): boolean {
  return [exist, nonexist?.left, nonexist?.right].some((proof) => proof != null && proof.value?.length === 0);
}
