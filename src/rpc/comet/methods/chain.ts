// The chain as a whole: genesis, network, parameters, validators (CometBFT v0.38 rpc/core/{net,consensus,health}.go).

import { consensusParamsJson, validatorJson } from "../encodeAbci.ts";
import { type Json, JsonText } from "../json.ts";
import { GENESIS_CHUNK_BYTES } from "../limits.ts";
import type { Environment, MethodTable } from "../method.ts";
import type { Params } from "../params.ts";
import { refused } from "../rpcError.ts";
import { heightOf, pageOf, perPageOf } from "./heights.ts";
import { status } from "./status.ts";

function genesis({ genesisBytes }: Environment): JsonText {
  const bytes = genesisBytes();
  if (bytes.length > GENESIS_CHUNK_BYTES) {
    throw refused("genesis response is large, please use the genesis_chunked API instead");
  }
  return new JsonText(`{"genesis":${bytes.toString("utf8")}}`);
}

function genesisChunked({ genesisBytes }: Environment, params: Params): Json {
  const bytes = genesisBytes();
  const total = Math.ceil(bytes.length / GENESIS_CHUNK_BYTES);
  const chunk = params.int("chunk") ?? 0n;
  if (chunk >= BigInt(total)) throw refused(`there are ${total - 1} chunks, ${chunk} is invalid`);
  const start = Number(chunk) * GENESIS_CHUNK_BYTES;
  const data = bytes.subarray(start, start + GENESIS_CHUNK_BYTES).toString("base64");
  return { chunk: chunk.toString(), total: String(total), data };
}

async function consensusParams({ node }: Environment, params: Params): Promise<Json> {
  const height = heightOf(node, params, node.latestHeight + 1);
  const found = await node.getConsensusParams(height);
  return { block_height: String(height), consensus_params: consensusParamsJson(found) };
}

async function validators({ node }: Environment, params: Params): Promise<Json> {
  const height = heightOf(node, params, node.latestHeight + 1);
  const all = await node.getValidators(height);
  const perPage = perPageOf(params);
  const start = (pageOf(params, perPage, all.length) - 1) * perPage;
  const shown = all.slice(start, start + perPage);
  return {
    block_height: String(height),
    validators: shown.map(validatorJson),
    count: String(shown.length),
    total: String(all.length),
  };
}

export const CHAIN_METHODS: MethodTable = {
  consensus_params: { params: { height: "int64" }, handle: consensusParams, cacheableWith: ["height"] },
  genesis: { params: {}, handle: genesis, cacheableWith: [] },
  genesis_chunked: { params: { chunk: "uint64" }, handle: genesisChunked, cacheableWith: [] },
  health: { params: {}, handle: () => ({}) },
  // One process has no peers.
  net_info: { params: {}, handle: () => ({ listening: false, listeners: [], n_peers: "0", peers: [] }) },
  status: { params: {}, handle: status },
  validators: {
    params: { height: "int64", page: "int64", per_page: "int64" },
    handle: validators,
    cacheableWith: ["height"],
  },
};
