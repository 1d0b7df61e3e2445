// Cases: staging, staging again, committing; views that stay as they are; pruning by option and around pins; reverting;
// proofs of earlier versions; what is refused: unsorted changes, a store twice, unknown stores, versions that are gone.

import { iavlSpec, ics23, verifyExistence } from "@confio/ics23";
import { describe, expect, test } from "vitest";
import { toHex, utf8 } from "../codec/bytes.ts";
import { createCommitMultiStore, type TreeMultiStore } from "./commitStore.ts";
import { VersionNotAvailableError } from "./nodeTree.ts";
import { type PruningOptions, pruningOptions } from "./pruning.ts";

const A = Uint8Array.of(1);
const B = Uint8Array.of(2);
const NAMES = ["bank", "acc"];

function makeStore(pruning: PruningOptions = pruningOptions("default")): TreeMultiStore {
  return createCommitMultiStore({ names: NAMES, pruning });
}

function stageValue(store: TreeMultiStore, value: string, key = A) {
  return store.stage([{ name: "bank", changes: [[key, utf8(value)]] }]);
}

function commitValues(store: TreeMultiStore, count: number): string[] {
  const hashes = [toHex(store.appHash)];
  for (let version = 1; version <= count; version += 1) {
    stageValue(store, `value ${version}`);
    store.commit();
    hashes.push(toHex(store.appHash));
  }
  return hashes;
}

test("default: nothing moves before the commit, and then everything", () => {
  const store = makeStore();
  const before = store.latest();
  const commit = stageValue(store, "one");
  expect(store.version).toBe(0);
  expect(store.latest().store("bank").has(A)).toBe(false);
  expect(() => store.at(1)).toThrow(VersionNotAvailableError);
  store.commit();
  expect(store.version).toBe(1);
  expect(store.appHash).toEqual(commit.appHash);
  expect(store.latest().store("bank").get(A)).toEqual(utf8("one"));
  expect(before.store("bank").has(A)).toBe(false);
  expect(commit.stores.map(({ name }) => name)).toEqual(["acc", "bank"]);
});

test("behavior: staging again replaces what was staged, with the same result as staging once", () => {
  const [once, twice] = [makeStore(), makeStore()];
  commitValues(once, 3);
  commitValues(twice, 3);
  twice.stage([
    {
      name: "bank",
      changes: [
        [A, undefined],
        [B, utf8("b")],
      ],
    },
    { name: "acc", changes: [[B, utf8("b")]] },
  ]);
  expect(stageValue(twice, "four").appHash).toEqual(stageValue(once, "four").appHash);
  twice.commit();
  expect(twice.latest().store("acc").has(B)).toBe(false);
  expect(twice.latest().store("bank").has(B)).toBe(false);
});

test("behavior: changes come out sorted by store, without stores that have none", () => {
  const { changes } = makeStore().stage([
    { name: "bank", changes: [[A, utf8("a")]] },
    { name: "acc", changes: [] },
  ]);
  expect(changes.map(({ name }) => name)).toEqual(["bank"]);
});

describe("pruning", () => {
  test.each<[string, PruningOptions, number]>([
    ["default", pruningOptions("default"), 50],
    ["everything", pruningOptions("everything"), 148],
    ["custom", pruningOptions("custom", 7), 143],
    ["custom with an interval", pruningOptions("custom", 7, 40), 113],
    ["nothing", pruningOptions("nothing"), 0],
  ])("default: %s", (_, pruning, oldest) => {
    const store = makeStore(pruning);
    const hashes = commitValues(store, 150);
    expect(store.oldestVersion).toBe(oldest);
    for (let version = Math.max(oldest, 1); version <= 150; version += 1) {
      expect(store.at(version).store("bank").get(A)).toEqual(utf8(`value ${version}`));
      expect(toHex(store.storesOf(version)[1]!.rootHash)).not.toBe(toHex(store.storesOf(version)[0]!.rootHash));
    }
    expect(toHex(store.appHash)).toBe(hashes[150]);
    if (oldest > 0) expect(() => store.at(oldest - 1)).toThrow(VersionNotAvailableError);
    expect(() => store.at(151)).toThrow(VersionNotAvailableError);
  });

  test("behavior: a pinned version stays, with all after it, until the last pin is gone", () => {
    const store = makeStore(pruningOptions("custom", 2));
    commitValues(store, 5);
    const unpin = [store.pin(4), store.pin(4)];
    commitValues(store, 20);
    expect(store.oldestVersion).toBe(4);
    unpin[0]!();
    unpin[0]!();
    commitValues(store, 1);
    expect(store.oldestVersion).toBe(4);
    unpin[1]!();
    commitValues(store, 1);
    expect(store.oldestVersion).toBe(store.version - 2);
  });

  test.each([
    [1, 1, "pruning: keepRecent must be at least 2, got 1"],
    [Number.NaN, 1, "pruning: keepRecent must be at least 2, got NaN"],
    [10, 0, "pruning: interval must be at least 1, got 0"],
    [10, 2.5, "pruning: interval must be at least 1, got 2.5"],
  ])("error: keepRecent %d and interval %d are refused", (keepRecent, interval, message) => {
    expect(() => pruningOptions("custom", keepRecent, interval)).toThrow(new RangeError(message));
  });
});

describe("reverting", () => {
  test("default: the store is as it was, goes on differently, and views of what is gone say so", () => {
    const store = makeStore();
    const hashes = commitValues(store, 10);
    const gone = store.at(9);
    const kept = store.at(6);
    const openEntries = gone.store("bank").iterate();
    store.revertTo(6);
    expect(store.version).toBe(6);
    expect(toHex(store.appHash)).toBe(hashes[6]);
    expect(() => store.commit()).toThrow("no version is staged");
    stageValue(store, "other", B);
    store.commit();
    for (let more = 0; more < 3; more += 1) commitValues(store, 1);
    expect(kept.store("bank").get(A)).toEqual(utf8("value 6"));
    expect(() => gone.store("bank").get(A)).toThrow(VersionNotAvailableError);
    expect(() => openEntries.next()).toThrow(VersionNotAvailableError);
    expect(store.at(7).store("bank").get(B)).toEqual(utf8("other"));
  });

  test("error: versions that are not kept cannot be reverted to, and nothing changes", () => {
    const store = makeStore(pruningOptions("everything"));
    const hashes = commitValues(store, 10);
    for (const version of [3, 11, -1, 9.5]) {
      expect(() => store.revertTo(version)).toThrow(VersionNotAvailableError);
    }
    expect(toHex(store.appHash)).toBe(hashes[10]);
  });
});

test("default: earlier versions are proven against their own root", () => {
  const store = makeStore();
  commitValues(store, 5);
  const { value, ops } = store.prove("bank", A, 3);
  expect(value).toEqual(utf8("value 3"));
  expect(ops.map(({ type }) => type)).toEqual(["ics23:iavl", "ics23:simple"]);
  const root = store.storesOf(3)[1]!.rootHash;
  verifyExistence(ics23.CommitmentProof.decode(ops[0]!.data).exist!, iavlSpec, root, A, utf8("value 3"));
  expect(() => store.prove("bank", A, 6)).toThrow(VersionNotAvailableError);
  expect(() => store.prove("gov", A, 5)).toThrow("no store named gov is mounted");
});

test("error: changes out of order, a store twice and unknown stores are refused, and nothing is staged", () => {
  const store = makeStore();
  stageValue(store, "one");
  expect(() =>
    store.stage([
      {
        name: "bank",
        changes: [
          [B, utf8("b")],
          [A, utf8("a")],
        ],
      },
    ]),
  ).toThrow("changes are not sorted by key");
  expect(() => store.commit()).toThrow("no version is staged");
  expect(() =>
    store.stage([
      {
        name: "bank",
        changes: [
          [A, utf8("a")],
          [A, undefined],
        ],
      },
    ]),
  ).toThrow("not sorted");
  expect(() =>
    store.stage([
      { name: "bank", changes: [] },
      { name: "bank", changes: [] },
    ]),
  ).toThrow("stand twice");
  expect(() => store.stage([{ name: "gov", changes: [] }])).toThrow("no store named gov is mounted");
  expect(() => store.latest().store("gov")).toThrow("no store named gov is mounted");
  stageValue(store, "one");
  store.commit();
  expect(store.latest().store("bank").get(A)).toEqual(utf8("one"));
});

test("behavior: replayed versions have the app hash of staged ones once they are settled, and none before", () => {
  const [staged, replayed] = [makeStore(), makeStore()];
  const hashes = commitValues(staged, 5);
  for (let version = 1; version <= 4; version += 1) {
    replayed.replay([{ name: "bank", changes: [[A, utf8(`value ${version}`)]] }]);
    expect(() => replayed.appHash).toThrow("the state is not settled");
    expect(() => replayed.latest()).toThrow("the tree is not settled");
  }
  expect(() => replayed.replay([{ name: "gov", changes: [] }])).toThrow("no store named gov is mounted");
  expect(toHex(replayed.settle())).toBe(hashes[4]);
  expect(replayed.version).toBe(4);
  expect(replayed.oldestVersion).toBe(4);
  expect(replayed.latest().store("bank").get(A)).toEqual(utf8("value 4"));
  stageValue(replayed, "value 5");
  replayed.commit();
  expect(toHex(replayed.appHash)).toBe(hashes[5]);
});
