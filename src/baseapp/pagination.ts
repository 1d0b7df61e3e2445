// Paging of list queries (cosmos-sdk v0.53 types/query/pagination.go): by key or by offset, forwards or backwards.

import type { PageRequest, PageResponse } from "../../gen/cosmos/base/query/v1beta1/pagination.ts";
import type { KvStore } from "../store/kvStore.ts";
import { GRPC_STATUS, QueryError } from "./queryError.ts";

/** Entries on a page when none are asked for. */
export const PAGE_LIMIT_DEFAULT = 100;
/** Entries on a page at most; more is refused. */
export const PAGE_LIMIT_MAX = 1000;
/** Entries that an offset, a filter or a count that was asked for may pass. */
export const PAGE_SCAN_MAX = 100_000;

/** A page of a store. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly pagination: PageResponse;
}

/** Where a page begins and how long it is. Throws QueryError InvalidArgument. */
export function pageBounds(page: PageRequest | undefined): { offset: number; limit: number; isCounting: boolean } {
  const limit = page?.limit ?? 0n;
  const offset = page?.offset ?? 0n;
  if ((page?.key.length ?? 0) > 0 && offset > 0n) {
    throw new QueryError(GRPC_STATUS.INVALID_ARGUMENT, "invalid request, either offset or key is expected, got both");
  }
  if (limit > BigInt(PAGE_LIMIT_MAX)) {
    throw new QueryError(GRPC_STATUS.INVALID_ARGUMENT, `pagination limit ${limit} is above ${PAGE_LIMIT_MAX}`);
  }
  if (offset > BigInt(PAGE_SCAN_MAX)) {
    throw new QueryError(
      GRPC_STATUS.INVALID_ARGUMENT,
      `pagination offset ${offset} is above ${PAGE_SCAN_MAX}: use key`,
    );
  }
  // As in the SDK, a request without a limit is counted.
  const isCounting = page?.countTotal === true || limit === 0n;
  return { offset: Number(offset), limit: limit === 0n ? PAGE_LIMIT_DEFAULT : Number(limit), isCounting };
}

/**
 * A page of the entries of a store (often a prefix store). `toItem` may give `undefined` for entries that do not count.
 * PERF: with an offset or a count the store is read from its start, up to PAGE_SCAN_MAX entries.
 */
export function paginate<T>(
  store: KvStore,
  page: PageRequest | undefined,
  toItem: (key: Uint8Array, value: Uint8Array) => T | undefined,
): Page<T> {
  const { offset, limit, isCounting } = pageBounds(page);
  const items: T[] = [];
  const reverse = page?.reverse === true;
  const isByKey = (page?.key.length ?? 0) > 0;
  const range = isByKey ? (reverse ? { end: afterKey(page!.key), reverse } : { start: page!.key }) : { reverse };
  let matched = 0;
  let scanned = 0;
  let nextKey: Uint8Array = new Uint8Array(0);
  let isCounted = !isByKey && isCounting;
  for (const [key, value] of store.iterate(range)) {
    scanned += 1;
    if (scanned > PAGE_SCAN_MAX) {
      // Nobody asked for a count: the page is there, and its total is not known.
      if (nextKey.length > 0 && page?.countTotal !== true) {
        isCounted = false;
        break;
      }
      throw new QueryError(GRPC_STATUS.INVALID_ARGUMENT, `the query passes ${PAGE_SCAN_MAX} entries: use key`);
    }
    const item = toItem(key, value);
    if (item === undefined) continue;
    matched += 1;
    if (matched <= offset) continue;
    if (items.length < limit) {
      items.push(item);
      continue;
    }
    if (nextKey.length === 0) nextKey = key;
    if (isByKey || !isCounting) break;
  }
  return { items, pagination: { nextKey, total: isCounted ? BigInt(matched) : 0n } };
}

/** The smallest key above `key`: an exclusive bound that includes it. */
function afterKey(key: Uint8Array): Uint8Array {
  const after = new Uint8Array(key.length + 1);
  after.set(key);
  return after;
}
