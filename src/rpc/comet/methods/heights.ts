// Heights and pages of requests, checked with CometBFT's texts (v0.38 rpc/core/env.go).

import type { ChainNode } from "../../../consensus/chainNode.ts";
import { PER_PAGE_DEFAULT, PER_PAGE_MAX } from "../limits.ts";
import type { Params } from "../params.ts";
import { refused } from "../rpcError.ts";

/** The height that was asked for, or `latest` when none was. Throws RpcError. */
export function heightOf(node: ChainNode, params: Params, latest: number): number {
  const height = params.int("height");
  if (height === undefined) return latest;
  if (height <= 0n) throw refused(`height must be greater than 0, but got ${height}`);
  if (height > BigInt(latest)) {
    throw refused(`height ${height} must be less than or equal to the current blockchain height ${latest}`);
  }
  if (height < BigInt(node.earliestHeight)) {
    throw refused(`height ${height} is not available, lowest height is ${node.earliestHeight}`);
  }
  return Number(height);
}

/** How much is to be on a page. */
export function perPageOf(params: Params, name = "per_page"): number {
  const given = params.int(name);
  if (given === undefined || given < 1n) return PER_PAGE_DEFAULT;
  return given > BigInt(PER_PAGE_MAX) ? PER_PAGE_MAX : Number(given);
}

/** The page that was asked for, of so many items. Throws RpcError. */
export function pageOf(params: Params, perPage: number, totalCount: number): number {
  const page = params.int("page");
  if (page === undefined) return 1;
  const pages = Math.max(1, Math.ceil(totalCount / perPage));
  if (page <= 0n || page > BigInt(pages)) throw refused(`page should be within [1, ${pages}] range, given ${page}`);
  return Number(page);
}

/** Pages beyond this one do not exist: their items have no exact numbers. */
const PAGE_MAX = Math.trunc(Number.MAX_SAFE_INTEGER / PER_PAGE_MAX);

/** Paging and order of a search. Whether there is such a page is known afterwards: see `pageOf`. Throws RpcError. */
export function searchOptions(params: Params, fallback: "asc" | "desc") {
  const order = params.text("order_by") || fallback;
  if (order !== "asc" && order !== "desc") {
    throw refused("expected order_by to be either `asc` or `desc` or empty");
  }
  const page = params.int("page") ?? 1n;
  const isPossible = page >= 1n && page <= BigInt(PAGE_MAX);
  return {
    query: params.text("query"),
    page: isPossible ? Number(page) : 1,
    perPage: perPageOf(params),
    order,
  } as const;
}
