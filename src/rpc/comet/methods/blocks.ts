// Blocks, headers, commits and results (CometBFT v0.38 rpc/core/blocks.go).

import { blockResultsJson } from "../encodeAbci.ts";
import { blockMetaJson, resultBlockJson } from "../encodeBlock.ts";
import { commitJson, headerJson } from "../encodeHeader.ts";
import type { Json } from "../json.ts";
import { BLOCKCHAIN_MAX } from "../limits.ts";
import type { Environment, MethodTable } from "../method.ts";
import type { ParamSpec, Params } from "../params.ts";
import { refused } from "../rpcError.ts";
import { heightOf, pageOf, searchOptions } from "./heights.ts";

async function block({ node }: Environment, params: Params): Promise<Json> {
  return resultBlockJson(await node.getBlock(heightOf(node, params, node.latestHeight)));
}

async function blockByHash({ node }: Environment, params: Params): Promise<Json> {
  return resultBlockJson(await node.getBlockByHash(params.bytes("hash")));
}

async function header({ node }: Environment, params: Params): Promise<Json> {
  const found = await node.getCommit(heightOf(node, params, node.latestHeight));
  return { header: found === undefined ? null : headerJson(found.header) };
}

async function headerByHash({ node }: Environment, params: Params): Promise<Json> {
  const found = (await node.getBlockByHash(params.bytes("hash")))?.block.header;
  return { header: found === undefined ? null : headerJson(found) };
}

async function commit({ node }: Environment, params: Params): Promise<Json> {
  const found = await node.getCommit(heightOf(node, params, node.latestHeight));
  if (found === undefined) return null;
  return {
    signed_header: { header: headerJson(found.header), commit: commitJson(found.commit) },
    canonical: found.canonical,
  };
}

async function blockResults({ node }: Environment, params: Params): Promise<Json> {
  const height = heightOf(node, params, node.latestHeight);
  const results = await node.getBlockResults(height);
  if (results === undefined) throw refused(`could not find results for height #${height}`);
  return blockResultsJson(results);
}

/** The heights between which `blockchain` lists, both included. Throws RpcError. */
export function blockchainRange(
  { min, max }: { readonly min: bigint; readonly max: bigint },
  chain: { readonly earliestHeight: number; readonly latestHeight: number },
): { readonly from: number; readonly to: number } {
  if (min < 0n || max < 0n) throw refused("heights must be non-negative");
  const latest = BigInt(chain.latestHeight);
  const to = max === 0n || max > latest ? latest : max;
  const from = largest(min === 0n ? 1n : min, BigInt(chain.earliestHeight), to - BigInt(BLOCKCHAIN_MAX) + 1n);
  if (from > to) throw refused(`min height ${from} can't be greater than max height ${to}`);
  return { from: Number(from), to: Number(to) };
}

function largest(...values: readonly bigint[]): bigint {
  let most = values[0] ?? 0n;
  for (const value of values) if (value > most) most = value;
  return most;
}

async function blockchain({ node }: Environment, params: Params): Promise<Json> {
  const wanted = { min: params.int("minHeight") ?? 0n, max: params.int("maxHeight") ?? 0n };
  const { from, to } = blockchainRange(wanted, node);
  const metas: Json[] = [];
  // One after the other: of blocks that may be large, one is held at a time.
  for (let height = to; height >= from; height -= 1) {
    const found = await node.getBlock(height);
    if (found !== undefined) metas.push(blockMetaJson(found));
  }
  return { last_height: String(node.latestHeight), block_metas: metas };
}

async function blockSearch({ node }: Environment, params: Params): Promise<Json> {
  const options = searchOptions(params, "desc");
  const { items, totalCount } = await node.searchBlocks(options);
  pageOf(params, options.perPage, totalCount);
  return { blocks: items.map(resultBlockJson), total_count: String(totalCount) };
}

const HEIGHT: ParamSpec = { height: "int64" };
const WITH_HEIGHT: readonly string[] = ["height"];

export const BLOCK_METHODS: MethodTable = {
  block: { params: HEIGHT, handle: block, cacheableWith: WITH_HEIGHT },
  block_by_hash: { params: { hash: "bytes" }, handle: blockByHash, cacheableWith: [] },
  block_results: { params: HEIGHT, handle: blockResults, cacheableWith: WITH_HEIGHT },
  block_search: {
    params: { query: "string", page: "int64", per_page: "int64", order_by: "string" },
    handle: blockSearch,
  },
  blockchain: { params: { minHeight: "int64", maxHeight: "int64" }, handle: blockchain },
  commit: { params: HEIGHT, handle: commit, cacheableWith: WITH_HEIGHT },
  header: { params: HEIGHT, handle: header, cacheableWith: WITH_HEIGHT },
  header_by_hash: { params: { hash: "hex" }, handle: headerByHash, cacheableWith: [] },
};
