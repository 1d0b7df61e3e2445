// Reads a Cosmos chain with a CCTP module through CometBFT's RPC. Messages are found in the results of blocks, not by a
// search: results need no index and come whole. Blocks without transactions are read too: what a chain does at the end of a
// block, refunding expired orders for one, burns as well. The hash of such a message's transaction is that of its block.

import { QueryLocalDomainRequest, QueryLocalDomainResponse } from "../../gen/circle/cctp/v1/query.ts";
import { QuerySettingsRequest } from "../../gen/circle/cctp/v2/query.ts";
import { fromBase64, fromHex, toBase64, toHex } from "../codec/bytes.ts";
import type { CosmosChainConfig } from "./chainConfig.ts";
import {
  ChainMismatchError,
  type ChainReader,
  type EmittedMessage,
  type FinalityLevel,
  type HeightRange,
} from "./chainReader.ts";
import {
  type BlockMeta,
  type FoundMessage,
  type MessageScope,
  readBlockMessages,
  readBlockMetas,
  readBlockTxs,
  readHash,
  readHeight,
  readList,
  readRecord,
  readTxMessages,
} from "./cometAnswers.ts";
import { type ChainReaderOptions, Endpoints } from "./endpoints.ts";
import { HeightWatches } from "./heightWatch.ts";
import { isRecord, type JsonRpcEndpoint, REQUEST_TIMEOUT_MS, RpcRefusal } from "./jsonRpc.ts";

/** What `blockchain` lists at most (CometBFT v0.38 rpc/core/blocks.go). */
const METAS_MAX = 20n;
/** Block results that are asked for at one time: each may have megabytes. */
const RESULTS_AT_ONCE = 4;

const TX_HASH = /^(?:0x)?[0-9a-f]{64}$/i;

/** The height in an event of NewBlockHeader. */
function heightOfEvent(message: unknown): bigint | undefined {
  let value: unknown = message;
  for (const key of ["result", "data", "value", "header", "height"]) value = isRecord(value) ? value[key] : undefined;
  return typeof value === "string" && /^[1-9][0-9]{0,17}$/.test(value) ? BigInt(value) : undefined;
}

/** A reader of a Cosmos chain. */
export class CosmosReader implements ChainReader {
  readonly name: string;
  readonly domain: number;
  readonly #config: CosmosChainConfig;
  readonly #endpoints: Endpoints;
  readonly #onIncident: NonNullable<ChainReaderOptions["onIncident"]>;
  readonly #watches: HeightWatches;

  constructor(config: CosmosChainConfig, options: ChainReaderOptions = {}) {
    this.name = config.name;
    this.domain = config.domain;
    this.#config = config;
    this.#onIncident = options.onIncident ?? (() => undefined);
    this.#endpoints = new Endpoints(
      { chain: config.name, urls: config.rpcUrls, timeoutMs: options.requestTimeoutMs ?? REQUEST_TIMEOUT_MS },
      (endpoint) => this.#whatIsWrongWith(endpoint),
      this.#onIncident,
    );
    const { pollIntervalMs, wsUrl } = config;
    const params = { query: "tm.event='NewBlockHeader'" };
    const subscription = { jsonrpc: "2.0", id: 1, method: "subscribe", params };
    const webSocket = wsUrl === undefined ? undefined : { url: wsUrl, subscription, heightOf: heightOfEvent };
    const source = { pollIntervalMs, latestHeight: () => this.latestHeight(), webSocket };
    this.#watches = new HeightWatches(source, this.#onIncident);
  }

  async #whatIsWrongWith(endpoint: JsonRpcEndpoint): Promise<string | undefined> {
    const status = readRecord(endpoint, "status", await endpoint.call("status", {}));
    const { network } = readRecord(endpoint, "node_info", status["node_info"]);
    if (typeof network !== "string") throw endpoint.fault("a status without a network");
    const expected = this.#config.chainId;
    return network === expected
      ? undefined
      : `expected chain id ${expected}, got ${JSON.stringify(network.slice(0, 64))}`;
  }

  async verify(): Promise<void> {
    await this.#endpoints.verifyIdentity();
    await this.#endpoints.run(async (endpoint) => {
      const answer = await this.#query(endpoint, "v1.Query/LocalDomain", QueryLocalDomainRequest.encode({}).finish());
      const domain = answer && endpoint.decode("LocalDomain", () => QueryLocalDomainResponse.decode(answer).domainId);
      if (domain !== this.domain) {
        throw new ChainMismatchError(this.name, `expected domain ${this.domain}, got ${domain ?? "no module cctp"}`);
      }
      if (!this.#config.hasV2) return;
      const settings = await this.#query(endpoint, "v2.Query/Settings", QuerySettingsRequest.encode({}).finish());
      if (settings === undefined) throw new ChainMismatchError(this.name, "expected CCTP V2, and it has only V1");
    });
  }

  /** The bytes that a query of the module answers; undefined when the chain has no such query. */
  async #query(endpoint: JsonRpcEndpoint, path: string, request: Uint8Array): Promise<Uint8Array | undefined> {
    const params = { path: `/circle.cctp.${path}`, data: toHex(request), height: "0", prove: false };
    const answer = readRecord(endpoint, "abci_query", await endpoint.call("abci_query", params));
    const response = readRecord(endpoint, "a query's response", answer["response"]);
    if ((response["code"] ?? 0) !== 0) return undefined;
    return endpoint.decode("a query's value", () => fromBase64(String(response["value"] ?? "")));
  }

  latestHeight(): Promise<bigint> {
    return this.#endpoints.run((endpoint) => this.#latestOf(endpoint));
  }

  async #latestOf(endpoint: JsonRpcEndpoint): Promise<bigint> {
    const status = readRecord(endpoint, "status", await endpoint.call("status", {}));
    const sync = readRecord(endpoint, "sync_info", status["sync_info"]);
    return readHeight(endpoint, "the height", sync["latest_block_height"]);
  }

  async finalHeight(level: FinalityLevel): Promise<bigint> {
    const rule = this.#config.finality[level];
    // Blocks of CometBFT have no tags: every one is final.
    const final = (await this.latestHeight()) - (rule.kind === "blocks" ? BigInt(rule.blocks) : 0n);
    return final < 0n ? -1n : final;
  }

  blockHash(height: bigint): Promise<string | undefined> {
    return this.#endpoints.run(async (endpoint) => {
      if (height < 1n || height > (await this.#latestOf(endpoint))) return undefined;
      const [meta] = await this.#metas(endpoint, { from: height, to: height });
      return meta?.hash;
    });
  }

  async messages({ from, to }: HeightRange): Promise<readonly EmittedMessage[]> {
    const found: EmittedMessage[] = [];
    // A chain's first height is 1. Everything below `next` is in `found`.
    for (let next = from < 1n ? 1n : from; next <= to; next += METAS_MAX) {
      const last = next + METAS_MAX - 1n < to ? next + METAS_MAX - 1n : to;
      found.push(...(await this.#endpoints.run((endpoint) => this.#messagesOnce(endpoint, { from: next, to: last }))));
    }
    return found;
  }

  async #messagesOnce(endpoint: JsonRpcEndpoint, range: HeightRange): Promise<readonly EmittedMessage[]> {
    const blocks = await this.#metas(endpoint, range);
    const found: EmittedMessage[] = [];
    for (let index = 0; index < blocks.length; index += RESULTS_AT_ONCE) {
      const some = blocks.slice(index, index + RESULTS_AT_ONCE);
      found.push(...(await Promise.all(some.map((block) => this.#messagesOfBlock(endpoint, block)))).flat());
    }
    return found;
  }

  /** The blocks of a range of at most METAS_MAX, all of them. */
  async #metas(endpoint: JsonRpcEndpoint, { from, to }: HeightRange): Promise<readonly BlockMeta[]> {
    const params = { minHeight: String(from), maxHeight: String(to) };
    const metas = readBlockMetas(endpoint, await endpoint.call("blockchain", params));
    const isWhole =
      BigInt(metas.length) === to - from + 1n && metas.every(({ height }, index) => height === from + BigInt(index));
    if (!isWhole) throw endpoint.fault(`it has not all blocks of ${from} to ${to}`);
    return metas;
  }

  async #messagesOfBlock(endpoint: JsonRpcEndpoint, block: BlockMeta): Promise<readonly EmittedMessage[]> {
    const height = String(block.height);
    const answer = readRecord(endpoint, "block_results", await endpoint.call("block_results", { height }));
    if (answer["height"] !== height) throw endpoint.fault(`results of another block than ${height}`);
    const results = readList(endpoint, "txs_results", answer["txs_results"]);
    const byTx = results.map((result) => readTxMessages(endpoint, result, this.#scope(`block ${height}`)));
    const own = readBlockMessages(endpoint, answer, this.#scope(`block ${height}`));
    if (own.length === 0 && byTx.every((messages) => messages.length === 0)) return [];
    const { hash, txHashes } = readBlockTxs(endpoint, await endpoint.call("block", { height }));
    if (hash !== block.hash) throw endpoint.fault(`block ${height} changed while it was read`);
    if (txHashes.length !== results.length) throw endpoint.fault(`block ${height} and its results disagree`);
    return [
      ...byTx.flatMap((messages, index) => messages.map((message) => this.#emitted(message, txHashes[index]!, block))),
      ...own.map((message) => this.#emitted(message, block.hash, block)),
    ];
  }

  #emitted(found: FoundMessage, txHash: string, { height, hash }: Pick<BlockMeta, "height" | "hash">): EmittedMessage {
    return { ...found, sourceDomain: this.domain, txHash, height, blockHash: hash };
  }

  #scope(where: string): MessageScope {
    const onDropped = (detail: string): void =>
      this.#onIncident({ kind: "message_dropped", detail: `${where}: ${detail}` });
    return { domain: this.domain, onDropped };
  }

  async messagesOfTx(txHash: string): Promise<readonly EmittedMessage[] | undefined> {
    if (!TX_HASH.test(txHash)) return undefined;
    const hash = txHash.replace(/^0x/i, "").toUpperCase();
    return this.#endpoints.run(async (endpoint) => {
      const answer = await this.#tx(endpoint, hash);
      if (answer === undefined) return this.#messagesOfOwn(endpoint, hash);
      if (readHash(endpoint, "a transaction's hash", answer["hash"]) !== hash)
        throw endpoint.fault("another transaction");
      const height = readHeight(endpoint, "a transaction's height", answer["height"]);
      const messages = readTxMessages(endpoint, answer["tx_result"], this.#scope(`tx ${hash}`));
      if (messages.length === 0) return [];
      const [block] = await this.#metas(endpoint, { from: height, to: height });
      return messages.map((message) => this.#emitted(message, hash, block!));
    });
  }

  /** What a block emitted outside its transactions, by the block's hash; undefined when that is nothing. */
  async #messagesOfOwn(endpoint: JsonRpcEndpoint, hash: string): Promise<readonly EmittedMessage[] | undefined> {
    const params = { hash: toBase64(fromHex(hash)) };
    const answer = readRecord(endpoint, "block_by_hash", await endpoint.call("block_by_hash", params));
    if (!isRecord(answer["block"])) return undefined;
    const header = readRecord(endpoint, "a block's header", answer["block"]["header"]);
    const height = readHeight(endpoint, "a block's height", header["height"]);
    const messages = (await this.#messagesOfBlock(endpoint, { height, hash })).filter(({ txHash }) => txHash === hash);
    return messages.length === 0 ? undefined : messages;
  }

  async #tx(endpoint: JsonRpcEndpoint, hash: string): Promise<Readonly<Record<string, unknown>> | undefined> {
    try {
      const params = { hash: toBase64(fromHex(hash)), prove: false };
      return readRecord(endpoint, "a transaction", await endpoint.call("tx", params));
    } catch (error) {
      // CometBFT v0.38 rpc/core/tx.go: `tx (HASH) not found`.
      if (error instanceof RpcRefusal && error.reason.endsWith("not found")) return undefined;
      throw error;
    }
  }

  watch(onHeight: (height: bigint) => void): () => void {
    return this.#watches.start(onHeight);
  }

  async close(): Promise<void> {
    this.#watches.close();
  }
}
