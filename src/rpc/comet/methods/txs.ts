// Transactions in blocks and in the mempool (CometBFT v0.38 rpc/core/tx.go, rpc/core/mempool.go).

import { toBase64 } from "../../../codec/bytes.ts";
import type { IndexedTx, MempoolView } from "../../../consensus/chainNode.ts";
import { sha256 } from "../../../crypto/hash.ts";
import { merkleProof } from "../../../crypto/merkle.ts";
import { indexedTxJson, txProofJson } from "../encodeAbci.ts";
import { hexJson } from "../encodeHeader.ts";
import type { Json } from "../json.ts";
import type { Environment, MethodTable } from "../method.ts";
import type { Params } from "../params.ts";
import { refused } from "../rpcError.ts";
import { pageOf, perPageOf, searchOptions } from "./heights.ts";

/** The hashes of a block's transactions: the leaves of its data hash. */
async function leavesOf({ node }: Environment, height: number): Promise<readonly Uint8Array[]> {
  return ((await node.getBlock(height))?.block.data?.txs ?? []).map(sha256);
}

/** Proof that a transaction is in its block. PERF: hashes every transaction of the block. */
function proofOf(leaves: readonly Uint8Array[], { tx, index }: IndexedTx): Json | undefined {
  if (index >= leaves.length) return undefined;
  const { root, proof } = merkleProof(leaves, index);
  return txProofJson(root, tx, proof);
}

async function tx(env: Environment, params: Params): Promise<Json> {
  const hash = params.bytes("hash");
  if (hash.length === 0) throw refused("transaction hash cannot be empty");
  const found = await env.node.getTx(hash);
  if (found === undefined) throw refused(`tx (${hexJson(hash)}) not found`);
  const proof = params.bool("prove") ? proofOf(await leavesOf(env, found.height), found) : undefined;
  return indexedTxJson(found, proof);
}

async function txSearch(env: Environment, params: Params): Promise<Json> {
  const options = searchOptions(params, "asc");
  const { items, totalCount } = await env.node.searchTxs(options);
  pageOf(params, options.perPage, totalCount);
  const prove = params.bool("prove");
  const txs: Json[] = [];
  let leaves: { readonly height: number; readonly hashes: readonly Uint8Array[] } | undefined;
  for (const found of items) {
    if (prove && leaves?.height !== found.height) {
      leaves = { height: found.height, hashes: await leavesOf(env, found.height) };
    }
    txs.push(indexedTxJson(found, leaves === undefined ? undefined : proofOf(leaves.hashes, found)));
  }
  return { txs, total_count: String(totalCount) };
}

/** The mempool, with these of its transactions; without any when only the numbers were asked for. */
export function unconfirmedJson({ size, sizeBytes }: MempoolView, txs: readonly Uint8Array[] | undefined): Json {
  return {
    n_txs: String(txs?.length ?? size),
    total: String(size),
    total_bytes: String(sizeBytes),
    txs: txs === undefined ? null : txs.map(toBase64),
  };
}

export const TX_METHODS: MethodTable = {
  num_unconfirmed_txs: { params: {}, handle: ({ node }) => unconfirmedJson(node.mempool, undefined) },
  tx: { params: { hash: "bytes", prove: "bool" }, handle: tx, cacheableWith: [] },
  tx_search: {
    params: { query: "string", prove: "bool", page: "int64", per_page: "int64", order_by: "string" },
    handle: txSearch,
  },
  unconfirmed_txs: {
    params: { limit: "int64" },
    handle: ({ node }, params) => unconfirmedJson(node.mempool, node.mempool.list(perPageOf(params, "limit"))),
  },
};
