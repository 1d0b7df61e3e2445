// Cases: what each failure is called; heights; store paths, with and without proof.

import { describe, expect, test } from "vitest";
import { ChainError } from "../codec/chainError.ts";
import { ErrInsufficientFunds } from "../codec/sdkErrors.ts";
import { createCommitMultiStore } from "../store/commitStore.ts";
import { VersionNotAvailableError } from "../store/nodeTree.ts";
import { pruningOptions } from "../store/pruning.ts";
import { checkQueryHeight, queryFailure, queryStore, refuseQuery } from "./abciQuery.ts";
import { GRPC_STATUS, QueryError } from "./queryError.ts";

describe("queryFailure", () => {
  test.each([
    [new QueryError(GRPC_STATUS.NOT_FOUND, "x"), 22, "rpc error: code = NotFound desc = x: key not found"],
    [
      new QueryError(GRPC_STATUS.INVALID_ARGUMENT, "x"),
      18,
      "rpc error: code = InvalidArgument desc = x: invalid request",
    ],
    [
      new QueryError(GRPC_STATUS.FAILED_PRECONDITION, "x"),
      18,
      "rpc error: code = FailedPrecondition desc = x: invalid request",
    ],
    [new QueryError(GRPC_STATUS.UNAUTHENTICATED, "x"), 4, "rpc error: code = Unauthenticated desc = x: unauthorized"],
    [new QueryError(GRPC_STATUS.INTERNAL, "x"), 6, "rpc error: code = Internal desc = x: unknown request"],
    [new ChainError(ErrInsufficientFunds, "x"), 5, "x: insufficient funds"],
    [new Error("x"), 18, "x: invalid request"],
    [
      new VersionNotAvailableError(3, 62, 162),
      38,
      "failed to load state at height 3; version does not exist: version 3 is not available; kept are 62 to 162: not found",
    ],
  ])("error: %s", (thrown, code, log) => {
    expect(refuseQuery(queryFailure(thrown), 7)).toMatchObject({ code, codespace: "sdk", log, height: 7n });
  });
});

test("checkQueryHeight: 0 is the latest, others must be there", () => {
  expect([0n, 5n, 9n].map((height) => checkQueryHeight(height, 9))).toEqual([9, 5, 9]);
  expect(() => checkQueryHeight(-1n, 9)).toThrow(
    "cannot query with height < 0; please provide a valid height: invalid height",
  );
  expect(() => checkQueryHeight(10n, 9)).toThrow(
    "cannot query with height in the future; please provide a valid height: invalid height",
  );
});

describe("queryStore", () => {
  const stores = createCommitMultiStore({ names: ["bank"], pruning: pruningOptions("everything") });
  for (const value of [1, 2, 3, 4, 5]) {
    stores.stage([{ name: "bank", changes: [[Uint8Array.of(1), Uint8Array.of(value)]] }]);
    stores.commit();
  }
  const ask = (path: string, data: Uint8Array, height = 5, prove = false) =>
    queryStore(stores, { path, data, height, prove });

  test("default: a key as it was at a height", () => {
    expect(ask("/store/bank/key", Uint8Array.of(1))).toMatchObject({ value: Uint8Array.of(5), height: 5n });
    expect(ask("/store/bank/key", Uint8Array.of(1), 4)).toMatchObject({ value: Uint8Array.of(4), height: 4n });
    expect(ask("/store/bank/key", Uint8Array.of(9)).value).toHaveLength(0);
  });

  test("behavior: a proof has both levels, of presence and of absence", () => {
    for (const key of [1, 9]) {
      const { proofOps } = ask("/store/bank/key", Uint8Array.of(key), 4, true);
      expect(proofOps?.ops.map(({ type }) => type)).toEqual(["ics23:iavl", "ics23:simple"]);
    }
  });

  test.each([
    ["/store/shop/key", Uint8Array.of(1), 5, "no such store: shop: unknown request"],
    ["/store/bank/subspace", Uint8Array.of(1), 5, "unexpected query path: /store/bank/subspace: unknown request"],
    ["/store/bank/key", new Uint8Array(0), 5, "query cannot be zero length: invalid request"],
    ["/store/bank/key", Uint8Array.of(1), 1, "version 1 is not available; kept are 3 to 5"],
  ])("error: %s %s at %i", (path, data, height, text) => {
    for (const prove of [false, true]) expect(() => ask(path, data, height, prove)).toThrow(text);
  });
});
