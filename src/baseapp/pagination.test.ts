// Cases: limits, offsets, keys, both directions; counts asked for, implied and too long; filters; refusals.

import { describe, expect, test } from "vitest";
import { PageRequest } from "../../gen/cosmos/base/query/v1beta1/pagination.ts";
import { writeSet } from "../store/cacheStore.ts";
import { createCommitMultiStore } from "../store/commitStore.ts";
import { pruningOptions } from "../store/pruning.ts";
import { PAGE_SCAN_MAX, paginate } from "./pagination.ts";
import { QueryError } from "./queryError.ts";

function keyOf(index: number): Uint8Array {
  return Uint8Array.of(index >>> 16, (index >>> 8) & 0xff, index & 0xff);
}

function storeOf(count: number) {
  const stores = createCommitMultiStore({ names: ["items"], pruning: pruningOptions("nothing") });
  const store = writeSet(stores.latest()).store("items");
  for (let index = 0; index < count; index += 1) store.set(keyOf(index), Uint8Array.of(1));
  return store;
}

const ten = storeOf(10);
const numberOf = (key: Uint8Array) => (key[0]! << 16) | (key[1]! << 8) | key[2]!;

function pageOf(request: Partial<PageRequest> | undefined, store = ten) {
  const page = request === undefined ? undefined : PageRequest.fromPartial(request);
  const { items, pagination } = paginate(store, page, numberOf);
  return {
    items,
    next: pagination.nextKey.length === 0 ? undefined : numberOf(pagination.nextKey),
    total: pagination.total,
  };
}

describe("paginate", () => {
  test.each([
    ["nothing asked", undefined, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9], undefined, 10n],
    ["a limit", { limit: 3n }, [0, 1, 2], 3, 0n],
    ["a limit and a count", { limit: 3n, countTotal: true }, [0, 1, 2], 3, 10n],
    ["an offset", { offset: 8n, limit: 5n }, [8, 9], undefined, 0n],
    ["an offset behind the end", { offset: 20n, limit: 5n, countTotal: true }, [], undefined, 10n],
    ["a key", { key: keyOf(4), limit: 3n }, [4, 5, 6], 7, 0n],
    ["a key that is not there", { key: Uint8Array.of(0, 0, 4, 1), limit: 2n }, [5, 6], 7, 0n],
    ["a key and a count, which keys do not have", { key: keyOf(9), countTotal: true }, [9], undefined, 0n],
    ["the last first", { limit: 3n, reverse: true }, [9, 8, 7], 6, 0n],
    ["the last first, from a key", { key: keyOf(6), limit: 3n, reverse: true }, [6, 5, 4], 3, 0n],
    ["the last first, from the first key", { key: keyOf(0), limit: 3n, reverse: true }, [0], undefined, 0n],
  ] as const)("default: %s", (_name, request, items, next, total) => {
    expect(pageOf(request)).toEqual({ items, next, total });
  });

  test("behavior: what a filter leaves out is neither counted nor takes room", () => {
    const even = (key: Uint8Array) => (numberOf(key) % 2 === 0 ? numberOf(key) : undefined);
    const { items, pagination } = paginate(
      ten,
      PageRequest.fromPartial({ limit: 2n, offset: 1n, countTotal: true }),
      even,
    );
    expect(items).toEqual([2, 4]);
    expect(pagination).toEqual({ nextKey: keyOf(6), total: 5n });
  });

  test("behavior: following the keys gives everything once", () => {
    for (const reverse of [false, true]) {
      const seen: number[] = [];
      let key: Uint8Array = new Uint8Array(0);
      do {
        const { items, pagination } = paginate(ten, PageRequest.fromPartial({ key, limit: 4n, reverse }), numberOf);
        seen.push(...items);
        key = pagination.nextKey;
      } while (key.length > 0);
      expect(seen).toEqual(reverse ? [9, 8, 7, 6, 5, 4, 3, 2, 1, 0] : [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    }
  });

  test.each([
    [{ key: keyOf(1), offset: 1n }, "either offset or key is expected, got both"],
    [{ limit: 1001n }, "pagination limit 1001 is above 1000"],
    [{ offset: 100_001n }, "pagination offset 100001 is above 100000: use key"],
    [{ limit: 2n ** 64n - 1n }, "is above 1000"],
  ] as const)("error: %o: %s", (request, text) => {
    expect(() => pageOf(request)).toThrow(QueryError);
    expect(() => pageOf(request)).toThrow(text);
  });

  test("behavior: a long store gives its first page uncounted, unless a count is asked for", () => {
    const long = storeOf(PAGE_SCAN_MAX + 1);
    expect(pageOf(undefined, long)).toMatchObject({ next: 100, total: 0n });
    expect(pageOf(undefined, long).items).toHaveLength(100);
    expect(() => pageOf({ limit: 1n, countTotal: true }, long)).toThrow(`the query passes ${PAGE_SCAN_MAX} entries`);
    expect(pageOf({ key: keyOf(PAGE_SCAN_MAX), limit: 1n }, long)).toMatchObject({ items: [PAGE_SCAN_MAX] });
  });
});
