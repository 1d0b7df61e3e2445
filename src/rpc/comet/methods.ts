// The methods of CometBFT's RPC (rpc/core v0.38): one table for POST, GET and WebSocket.

import type { ResponseQuery } from "../../../gen/tendermint/abci/types.ts";
import { toBase64 } from "../../codec/bytes.ts";
import { formatTimestamp } from "../../codec/time.ts";
import type { ChainNode, CommittedBlock, IndexedTx, StoredBlock } from "../../consensus/chainNode.ts";
import { sha256 } from "../../crypto/hash.ts";
import { merkleProofs } from "../../crypto/merkle.ts";
import {
  blockIdJson,
  blockMetaJson,
  checkTxJson,
  commitJson,
  eventJson,
  headerJson,
  hexBytes,
  indexedTxJson,
  type Json,
  paramsJson,
  pubKeyJson,
  queryJson,
  resultBlockJson,
  txProofJson,
  txResultJson,
  validatorJson,
} from "./encode.ts";
import type { ParamSpec, Params } from "./params.ts";
import { invalidParams, refused } from "./rpcError.ts";

/** Answers an ABCI query; by default the node itself. */
export type QueryFunction = (path: string, data: Uint8Array, height: bigint, prove: boolean) => Promise<ResponseQuery>;

/** What the methods need. */
export interface MethodContext {
  readonly node: ChainNode;
  readonly query: QueryFunction;
  readonly rpcAddress: () => string;
}

/** A method. */
export interface Method {
  readonly params: ParamSpec;
  readonly handle: (ctx: MethodContext, params: Params) => Promise<Json> | Json;
}

const PER_PAGE_DEFAULT = 30;
const PER_PAGE_MAX = 100;
const BLOCKCHAIN_MAX = 20;
const UNCONFIRMED_MAX = 100;
/** How long broadcast_tx_commit waits for the block (config TimeoutBroadcastTxCommit). */
const COMMIT_TIMEOUT_MS = 10_000;
const GENESIS_CHUNK_BYTES = 16 * 1024 * 1024;
/** The version of CometBFT whose RPC this is. */
const COMET_VERSION = "0.38.17";

/** A height that was given, or the latest one. Throws with CometBFT's texts. */
function heightOf({ node }: MethodContext, params: Params, latest = node.latestHeight): number {
  const height = params.int("height");
  if (height === undefined || height === 0n) return latest;
  if (height <= 0n) throw refused(`height must be greater than 0, but got ${height}`);
  if (height > BigInt(latest)) {
    throw refused(`height ${height} must be less than or equal to the current blockchain height ${latest}`);
  }
  if (height < BigInt(node.earliestHeight)) {
    throw refused(`height ${height} is not available, lowest height is ${node.earliestHeight}`);
  }
  return Number(height);
}

function perPageOf(params: Params): number {
  const given = params.int("per_page") ?? 0n;
  if (given < 1n) return PER_PAGE_DEFAULT;
  return given > BigInt(PER_PAGE_MAX) ? PER_PAGE_MAX : Number(given);
}

/** A page of `totalCount` items. Throws with CometBFT's text. */
function pageOf(params: Params, perPage: number, totalCount: number): number {
  const given = params.int("page");
  const pages = Math.max(1, Math.ceil(totalCount / perPage));
  if (given === undefined) return 1;
  if (given <= 0n || given > BigInt(pages)) throw refused(`page should be within [1, ${pages}] range, given ${given}`);
  return Number(given);
}

function orderOf(params: Params, fallback: "asc" | "desc"): "asc" | "desc" {
  const order = params.text("order_by");
  if (order === "") return fallback;
  if (order === "asc" || order === "desc") return order;
  throw refused("expected order_by to be either `asc` or `desc` or empty");
}

async function requireBlock({ node }: MethodContext, height: number): Promise<StoredBlock> {
  const block = await node.getBlock(height);
  if (block === undefined) throw refused(`block ${height} is not in the store`);
  return block;
}

async function status(ctx: MethodContext): Promise<Json> {
  const { node } = ctx;
  const [latest, earliest, validators] = await Promise.all([
    node.getBlock(node.latestHeight),
    node.getBlock(node.earliestHeight),
    node.getValidators(node.latestHeight),
  ]);
  const [validator] = validators;
  if (validator === undefined || latest === undefined) throw refused("the node has no block yet");
  const head = (block: StoredBlock | undefined, prefix: string): Record<string, Json> => ({
    [`${prefix}_block_hash`]: hexBytes(block?.blockId.hash ?? new Uint8Array(0)),
    [`${prefix}_app_hash`]: hexBytes(block?.block.header?.appHash ?? new Uint8Array(0)),
    [`${prefix}_block_height`]: String(block?.block.header?.height ?? 0n),
    [`${prefix}_block_time`]:
      block?.block.header?.time === undefined ? "0001-01-01T00:00:00Z" : formatTimestamp(block.block.header.time),
  });
  return {
    node_info: {
      protocol_version: { p2p: "8", block: "11", app: "0" },
      id: node.nodeId,
      listen_addr: "tcp://127.0.0.1:0",
      network: node.chainId,
      version: COMET_VERSION,
      channels: "",
      moniker: node.moniker,
      other: { tx_index: "on", rpc_address: ctx.rpcAddress() },
    },
    sync_info: { ...head(latest, "latest"), ...head(earliest, "earliest"), catching_up: false },
    validator_info: {
      address: hexBytes(validator.address),
      pub_key: pubKeyJson(validator.pubKey),
      voting_power: validator.votingPower.toString(),
    },
  };
}

async function abciInfo({ node }: MethodContext): Promise<Json> {
  const { data, version, appVersion, lastBlockHeight, lastBlockAppHash } = node.info();
  return {
    response: {
      data,
      version,
      ...(appVersion === 0n ? {} : { app_version: appVersion.toString() }),
      last_block_height: lastBlockHeight.toString(),
      last_block_app_hash: toBase64(lastBlockAppHash),
    },
  };
}

async function blockResults(ctx: MethodContext, params: Params): Promise<Json> {
  const height = heightOf(ctx, params);
  const results = await ctx.node.getBlockResults(height);
  if (results === undefined) throw refused(`could not find results for height #${height}`);
  const { txResults, events, consensusParamUpdates, validatorUpdates } = results;
  return {
    height: String(height),
    txs_results: txResults.length === 0 ? null : txResults.map(txResultJson),
    finalize_block_events: events.map(eventJson),
    validator_updates:
      validatorUpdates.length === 0
        ? null
        : validatorUpdates.map(({ pubKey, power }) => ({
            pub_key: {
              Sum: {
                type: "tendermint.crypto.PublicKey_Ed25519",
                value: { ed25519: toBase64(pubKey?.ed25519 ?? new Uint8Array(0)) },
              },
            },
            power: power.toString(),
          })),
    consensus_param_updates: consensusParamUpdates === undefined ? null : paramsJson(consensusParamUpdates),
    app_hash: toBase64(results.appHash),
  };
}

async function blockchain(ctx: MethodContext, params: Params): Promise<Json> {
  const { latestHeight, earliestHeight } = ctx.node;
  const min = params.int("minHeight") ?? 0n;
  const max = params.int("maxHeight") ?? 0n;
  if (min < 0n || max < 0n) throw refused("heights must be non-negative");
  const to = max === 0n || max > BigInt(latestHeight) ? latestHeight : Number(max);
  const lowest = Math.max(earliestHeight, Number(min === 0n ? 1n : min));
  const from = Math.max(lowest, to - BLOCKCHAIN_MAX + 1);
  if (from > to) throw refused(`min height ${from} can't be greater than max height ${to}`);
  const heights = Array.from({ length: to - from + 1 }, (_, index) => to - index);
  const blocks = await Promise.all(heights.map((height) => requireBlock(ctx, height)));
  return { last_height: String(latestHeight), block_metas: blocks.map(blockMetaJson) };
}

async function commit(ctx: MethodContext, params: Params): Promise<Json> {
  const height = heightOf(ctx, params);
  const found = await ctx.node.getCommit(height);
  if (found === undefined) throw refused(`no commit for height ${height}`);
  return {
    signed_header: { header: headerJson(found.header), commit: commitJson(found.commit) },
    canonical: found.canonical,
  };
}

async function validators(ctx: MethodContext, params: Params): Promise<Json> {
  const height = heightOf(ctx, params, ctx.node.latestHeight + 1);
  const all = await ctx.node.getValidators(height);
  const perPage = perPageOf(params);
  const page = pageOf(params, perPage, all.length);
  const shown = all.slice((page - 1) * perPage, page * perPage);
  return {
    block_height: String(height),
    validators: shown.map(validatorJson),
    count: String(shown.length),
    total: String(all.length),
  };
}

/** The proof that a transaction is in its block. */
async function proofOf(ctx: MethodContext, found: IndexedTx): Promise<Json> {
  const { block } = await requireBlock(ctx, found.height);
  const { root, proofs } = merkleProofs((block.data?.txs ?? []).map(sha256));
  return txProofJson(root, found.tx, proofs[found.index]!);
}

async function tx(ctx: MethodContext, params: Params): Promise<Json> {
  const hash = params.bytes("hash");
  const found = await ctx.node.getTx(hash);
  if (found === undefined) throw refused(`tx (${hexBytes(hash)}) not found`);
  return indexedTxJson(found, params.bool("prove") ? await proofOf(ctx, found) : undefined);
}

async function txSearch(ctx: MethodContext, params: Params): Promise<Json> {
  const perPage = perPageOf(params);
  const wanted = params.int("page") ?? 1n;
  const { items, totalCount } = await ctx.node.searchTxs({
    query: requireQuery(params),
    page: wanted < 1n || wanted > BigInt(Number.MAX_SAFE_INTEGER) ? 1 : Number(wanted),
    perPage,
    order: orderOf(params, "asc"),
  });
  pageOf(params, perPage, totalCount);
  const prove = params.bool("prove");
  const txs: Json[] = [];
  for (const found of items) txs.push(indexedTxJson(found, prove ? await proofOf(ctx, found) : undefined));
  return { txs, total_count: String(totalCount) };
}

async function blockSearch(ctx: MethodContext, params: Params): Promise<Json> {
  const perPage = perPageOf(params);
  const wanted = params.int("page") ?? 1n;
  const { items, totalCount } = await ctx.node.searchBlocks({
    query: requireQuery(params),
    page: wanted < 1n || wanted > BigInt(Number.MAX_SAFE_INTEGER) ? 1 : Number(wanted),
    perPage,
    order: orderOf(params, "desc"),
  });
  pageOf(params, perPage, totalCount);
  return { blocks: items.map(resultBlockJson), total_count: String(totalCount) };
}

function requireQuery(params: Params): string {
  const query = params.text("query");
  if (query === "") throw invalidParams("query: must not be empty");
  return query;
}

function requireTx(params: Params): Uint8Array {
  if (!params.has("tx")) throw invalidParams("tx: is missing");
  return params.bytes("tx");
}

async function broadcastSync({ node }: MethodContext, params: Params): Promise<Json> {
  const bytes = requireTx(params);
  const { code, log, codespace } = await node.submitTx(bytes);
  return { code, data: "", log, codespace, hash: hexBytes(sha256(bytes)) };
}

async function broadcastAsync({ node }: MethodContext, params: Params): Promise<Json> {
  const bytes = requireTx(params);
  // The caller does not wait for the check, and hears nothing of it.
  node.submitTx(bytes).catch(() => undefined);
  return { code: 0, data: "", log: "", codespace: "", hash: hexBytes(sha256(bytes)) };
}

async function broadcastCommit({ node }: MethodContext, params: Params): Promise<Json> {
  const bytes = requireTx(params);
  const hash = sha256(bytes);
  const block = waitForTx(node, hash);
  try {
    const checked = await node.submitTx(bytes).catch((error: unknown) => {
      throw refused(`error on broadcastTxCommit: ${error instanceof Error ? error.message : String(error)}`);
    });
    const none = { code: 0, data: null, log: "", info: "", gas_wanted: "0", gas_used: "0", events: [], codespace: "" };
    if (checked.code !== 0) {
      return { check_tx: checkTxJson(checked), tx_result: none, hash: hexBytes(hash), height: "0" };
    }
    const found = await block.promise;
    return {
      check_tx: checkTxJson(checked),
      tx_result: txResultJson(found.result),
      hash: hexBytes(hash),
      height: String(found.height),
    };
  } finally {
    block.stop();
  }
}

/** Resolves with a transaction once it is in a block. Rejects after COMMIT_TIMEOUT_MS. */
function waitForTx(node: ChainNode, hash: Uint8Array): { promise: Promise<IndexedTx>; stop: () => void } {
  let stop = (): void => undefined;
  const promise = new Promise<IndexedTx>((resolve, reject) => {
    const timer = setTimeout(
      () => reject(refused("timed out waiting for tx to be included in a block")),
      COMMIT_TIMEOUT_MS,
    );
    const unsubscribe = node.onBlock((block: CommittedBlock) => {
      const found = block.txs.find((candidate) => Buffer.compare(candidate.hash, hash) === 0);
      if (found !== undefined) resolve(found);
    });
    stop = () => {
      clearTimeout(timer);
      unsubscribe();
    };
  });
  // When the check fails nobody waits any more.
  promise.catch(() => undefined);
  return { promise, stop };
}

function unconfirmed({ node }: MethodContext, params: Params): Json {
  const limit = params.int("limit") ?? 0n;
  const count = limit < 1n ? PER_PAGE_DEFAULT : Number(limit > BigInt(UNCONFIRMED_MAX) ? UNCONFIRMED_MAX : limit);
  const txs = node.mempool.list(count);
  return {
    n_txs: String(txs.length),
    total: String(node.mempool.size),
    total_bytes: String(node.mempool.sizeBytes),
    txs: txs.map(toBase64),
  };
}

function genesisChunked({ node }: MethodContext, params: Params): Json {
  const bytes = Buffer.from(JSON.stringify(node.genesis), "utf8");
  const total = Math.max(1, Math.ceil(bytes.length / GENESIS_CHUNK_BYTES));
  const chunk = params.int("chunk") ?? 0n;
  if (chunk < 0n || chunk >= BigInt(total)) {
    throw refused(`there are ${total} chunks, requested chunk ${chunk}`);
  }
  const start = Number(chunk) * GENESIS_CHUNK_BYTES;
  const data = bytes.subarray(start, start + GENESIS_CHUNK_BYTES).toString("base64");
  return { chunk: String(chunk), total: String(total), data };
}

async function abciQuery({ query }: MethodContext, params: Params): Promise<Json> {
  const height = params.int("height") ?? 0n;
  const response = await query(params.text("path"), params.bytes("data"), height, params.bool("prove"));
  return { response: queryJson(response) };
}

const HEIGHT: ParamSpec = { height: "int64" };
const TX: ParamSpec = { tx: "bytes" };
const SEARCH: ParamSpec = { query: "string", prove: "bool", page: "int64", per_page: "int64", order_by: "string" };

/** Every method but the subscriptions, which belong to a connection. */
export const METHODS: Readonly<Record<string, Method>> = {
  abci_info: { params: {}, handle: abciInfo },
  abci_query: { params: { path: "string", data: "hex", height: "int64", prove: "bool" }, handle: abciQuery },
  block: {
    params: HEIGHT,
    handle: async (ctx, params) => resultBlockJson(await requireBlock(ctx, heightOf(ctx, params))),
  },
  block_by_hash: {
    params: { hash: "hash" },
    handle: async ({ node }, params) => {
      const found = await node.getBlockByHash(params.bytes("hash"));
      return found === undefined ? { block_id: blockIdJson(undefined), block: null } : resultBlockJson(found);
    },
  },
  block_results: { params: HEIGHT, handle: blockResults },
  block_search: { params: SEARCH, handle: blockSearch },
  blockchain: { params: { minHeight: "int64", maxHeight: "int64" }, handle: blockchain },
  broadcast_tx_async: { params: TX, handle: broadcastAsync },
  broadcast_tx_commit: { params: TX, handle: broadcastCommit },
  broadcast_tx_sync: { params: TX, handle: broadcastSync },
  check_tx: { params: TX, handle: async ({ node }, params) => checkTxJson(await node.checkTx(requireTx(params))) },
  commit: { params: HEIGHT, handle: commit },
  consensus_params: {
    params: HEIGHT,
    handle: async (ctx, params) => {
      const height = heightOf(ctx, params, ctx.node.latestHeight + 1);
      const found = await ctx.node.getConsensusParams(height);
      return { block_height: String(height), consensus_params: paramsJson(found) };
    },
  },
  genesis: { params: {}, handle: ({ node }) => ({ genesis: node.genesis as unknown as Json }) },
  genesis_chunked: { params: { chunk: "int64" }, handle: genesisChunked },
  header: {
    params: HEIGHT,
    handle: async (ctx, params) => {
      const { block } = await requireBlock(ctx, heightOf(ctx, params));
      return { header: block.header === undefined ? null : headerJson(block.header) };
    },
  },
  header_by_hash: {
    params: { hash: "hash" },
    handle: async ({ node }, params) => {
      const found = await node.getBlockByHash(params.bytes("hash"));
      return { header: found?.block.header === undefined ? null : headerJson(found.block.header) };
    },
  },
  health: { params: {}, handle: () => ({}) },
  net_info: {
    params: {},
    handle: () => ({ listening: true, listeners: ["Listener(@)"], n_peers: "0", peers: [] }),
  },
  num_unconfirmed_txs: {
    params: {},
    handle: ({ node }) => ({
      n_txs: String(node.mempool.size),
      total: String(node.mempool.size),
      total_bytes: String(node.mempool.sizeBytes),
      txs: null,
    }),
  },
  status: { params: {}, handle: status },
  tx: { params: { hash: "hash", prove: "bool" }, handle: tx },
  tx_search: { params: SEARCH, handle: txSearch },
  unconfirmed_txs: { params: { limit: "int64" }, handle: unconfirmed },
  validators: { params: { height: "int64", page: "int64", per_page: "int64" }, handle: validators },
};

/** An ABCI query answered by the node alone. */
export function nodeQuery(node: ChainNode): QueryFunction {
  return async (path, data, height, prove) => node.query({ path, data, height, prove });
}

/** The devnet's controls, offered when the node has them and the server is told to. */
export const ADMIN_METHODS: Readonly<Record<string, Method>> = {
  devnet_mine: { params: {}, handle: async (ctx) => ({ height: String(await adminOf(ctx).mine()) }) },
  devnet_setNextBlockTime: {
    params: { time_ns: "int64" },
    handle: (ctx, params) => {
      adminOf(ctx).setNextBlockTime(requireInt(params, "time_ns"));
      return {};
    },
  },
  devnet_advanceTime: {
    params: { delta_ns: "int64" },
    handle: (ctx, params) => {
      adminOf(ctx).advanceTime(requireInt(params, "delta_ns"));
      return {};
    },
  },
  devnet_snapshot: { params: {}, handle: async (ctx) => ({ id: await adminOf(ctx).snapshot() }) },
  devnet_revert: {
    params: { id: "string" },
    handle: async (ctx, params) => {
      await adminOf(ctx).revert(params.text("id"));
      return {};
    },
  },
  devnet_setBalance: {
    params: { address: "string", denom: "string", amount: "string" },
    handle: async (ctx, params) => {
      const amount = params.text("amount");
      if (!/^[0-9]{1,78}$/.test(amount)) throw invalidParams("amount: expected digits");
      await adminOf(ctx).setBalance(params.text("address"), params.text("denom"), BigInt(amount));
      return {};
    },
  },
};

function adminOf({ node }: MethodContext) {
  if (node.admin === undefined) throw refused("this node has no devnet controls");
  return node.admin;
}

function requireInt(params: Params, name: string): bigint {
  const value = params.int(name);
  if (value === undefined) throw invalidParams(`${name}: is missing`);
  return value;
}
