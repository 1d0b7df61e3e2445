// Property tests of the two-level proofs that abci_query gives, with the stock ICS-23 verifier: of random stores every key
// that is there and every key that is not is proven; of what is false nothing is, whichever bytes of a proof are changed.

import { iavlSpec, ics23, tendermintSpec, verifyExistence, verifyNonExistence } from "@confio/ics23";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compareBytes, toHex, utf8 } from "../codec/bytes.ts";
import { createCommitMultiStore } from "./commitStore.ts";
import type { KvChange } from "./multiStore.ts";
import { pruningOptions } from "./pruning.ts";

const NAMES = ["acc", "bank", "orders"];

/** What somebody claims of a key: a value, or that there is none. */
interface Claim {
  readonly store: string;
  readonly key: Uint8Array;
  readonly value: Uint8Array | undefined;
  readonly appHash: Uint8Array;
  /** Of the key in its store, and of the store in the application. */
  readonly proofs: readonly [Uint8Array, Uint8Array];
}

/** What a light client does, as far as the proofs go. Throws an Error when the claim is not proven. */
function verify({ store, key, value, appHash, proofs }: Claim): void {
  const [inner, outer] = proofs.map((bytes) => ics23.CommitmentProof.decode(bytes));
  const storeRoot = outer?.exist?.value;
  if (storeRoot == null) throw new Error("no root of the store");
  verifyExistence(outer!.exist!, tendermintSpec, appHash, utf8(store), storeRoot);
  if (value !== undefined) {
    if (inner?.exist == null) throw new Error("no proof of existence");
    verifyExistence(inner.exist, iavlSpec, storeRoot, key, value);
    return;
  }
  if (inner?.nonexist == null) throw new Error("no proof of absence");
  verifyNonExistence(inner.nonexist, iavlSpec, storeRoot, key);
}

function isProven(claim: Claim): boolean {
  try {
    verify(claim);
    return true;
  } catch {
    // Whatever it throws: of a key that is out of order the verifier of ics23 throws `true`.
    return false;
  }
}

const key = fc.uint8Array({ minLength: 1, maxLength: 12 });
const value = fc.uint8Array({ minLength: 1, maxLength: 40 });
const change = fc.tuple(key, fc.option(value, { nil: undefined, freq: 4 }));
const versions = fc.array(fc.array(change, { minLength: 1, maxLength: 25 }), { minLength: 1, maxLength: 4 });

function sortedChanges(changes: readonly (readonly [Uint8Array, Uint8Array | undefined])[]): KvChange[] {
  const byKey = new Map(changes.map((entry) => [toHex(entry[0]), entry]));
  return [...byKey.values()].sort(([a], [b]) => compareBytes(a, b));
}

/** A store with a key that is never empty, so that absence can be proven. */
function storeOf(history: readonly (readonly (readonly [Uint8Array, Uint8Array | undefined])[])[]) {
  const store = createCommitMultiStore({ names: NAMES, pruning: pruningOptions("nothing") });
  const first: readonly [Uint8Array, Uint8Array] = [utf8("first"), utf8("value")];
  for (const [index, changes] of history.entries()) {
    const all = sortedChanges(index === 0 ? [...changes, first] : changes);
    store.stage([{ name: "bank", changes: all }]);
    store.commit();
  }
  return store;
}

function claimOf(store: ReturnType<typeof storeOf>, asked: Uint8Array): Claim {
  const { value: found, ops } = store.prove("bank", asked, store.version);
  return { store: "bank", key: asked, value: found, appHash: store.appHash, proofs: [ops[0]!.data, ops[1]!.data] };
}

/** An asked key: one of the history, or any. */
function askedKey(history: readonly (readonly (readonly [Uint8Array, unknown])[])[], pick: number, any: Uint8Array) {
  const known = history.flat().map(([known]) => known);
  return pick % 2 === 0 ? any : (known[pick % known.length] ?? any);
}

function changed(bytes: Uint8Array, at: number, by: number): Uint8Array {
  const copy = bytes.slice();
  const index = at % copy.length;
  copy[index] = copy[index]! ^ (1 + (by % 255));
  return copy;
}

/** Claims that are false, made from one that is true. */
function falseClaims(claim: Claim, at: number, by: number): Claim[] {
  const other = changed(claim.value ?? utf8("something"), at, by);
  return [
    { ...claim, value: other },
    { ...claim, value: claim.value === undefined ? utf8("there") : undefined },
    { ...claim, appHash: changed(claim.appHash, at, by) },
    { ...claim, store: "orders" },
  ];
}

describe("proofs of random stores", () => {
  const at = fc.nat(10_000);

  test("default: what is there is proven, and what is not", () => {
    fc.assert(
      fc.property(versions, at, key, (history, pick, any) => {
        const store = storeOf(history);
        verify(claimOf(store, askedKey(history, pick, any)));
      }),
    );
  });

  test("error: another value, the opposite, another root, another store", () => {
    fc.assert(
      fc.property(versions, at, key, at, at, (history, pick, any, where, by) => {
        const claim = claimOf(storeOf(history), askedKey(history, pick, any));
        for (const wrong of falseClaims(claim, where, by)) expect(isProven(wrong)).toBe(false);
      }),
    );
  });

  test("error: nothing false is proven by changed bytes", () => {
    fc.assert(
      fc.property(versions, at, key, at, at, fc.boolean(), (history, pick, any, where, by, isInner) => {
        const claim = claimOf(storeOf(history), askedKey(history, pick, any));
        const [inner, outer] = claim.proofs;
        const proofs: Claim["proofs"] = isInner
          ? [changed(inner, where, by), outer]
          : [inner, changed(outer, where, by)];
        for (const wrong of falseClaims(claim, by, where)) expect(isProven({ ...wrong, proofs })).toBe(false);
      }),
      { numRuns: 500 },
    );
  });

  test("error: a proof of another key, and bytes that are no proof", () => {
    fc.assert(
      fc.property(versions, key, key, fc.uint8Array({ maxLength: 200 }), (history, asked, any, noise) => {
        fc.pre(compareBytes(asked, any) !== 0);
        const store = storeOf(history);
        const claim = claimOf(store, asked);
        const about = claimOf(store, any);
        // One proof of absence may serve two keys that lie between the same neighbours.
        if (claim.value !== undefined || about.value !== undefined) {
          expect(isProven({ ...claim, proofs: about.proofs })).toBe(false);
        }
        expect(isProven({ ...claim, proofs: [noise, claim.proofs[1]] })).toBe(false);
        expect(isProven({ ...claim, proofs: [claim.proofs[0], noise] })).toBe(false);
      }),
    );
  });
});
