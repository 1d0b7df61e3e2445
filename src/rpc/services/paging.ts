// Pages of node services: by number and size, by CometBFT's limits (cometbft v0.38 rpc/core/env.go validatePage).

import { GRPC_STATUS, QueryError } from "../../baseapp/queryError.ts";

/** Items of a page when the request does not say (DefaultLimit of the SDK). */
export const PAGE_LIMIT_DEFAULT = 100;

/** Items of a page at most; a larger limit means this one. */
export const PAGE_LIMIT_MAX = 100;

/** The greatest page number; beyond it a page cannot hold anything. */
const PAGE_MAX = 2 ** 31;

/** A page number from 1; 0 is 1. */
export function readPage(page: bigint): number {
  if (page > BigInt(PAGE_MAX)) throw pageOutOfRange(PAGE_MAX, page);
  return page === 0n ? 1 : Number(page);
}

/** The page that an offset lies in, as the SDK's ParsePagination reads it. */
export function pageOfOffset(offset: bigint, limit: number): number {
  return readPage(offset / BigInt(limit) + 1n);
}

/** Refuses a page after the last. The first page of nothing is allowed. */
export function requirePage(page: number, limit: number, totalCount: number): void {
  const pageCount = Math.max(1, Math.ceil(totalCount / limit));
  if (page > pageCount) throw pageOutOfRange(pageCount, BigInt(page));
}

function pageOutOfRange(pageCount: number, page: bigint): QueryError {
  const text = `page should be within [1, ${pageCount}] range, given ${page}`;
  return new QueryError(GRPC_STATUS.INVALID_ARGUMENT, text);
}
