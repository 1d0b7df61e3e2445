// Reads an EVM chain: MessageSent logs of Circle's transmitters, heights, hashes, finality.

import { type Abi, decodeFunctionResult, encodeFunctionData } from "viem";
import { MESSAGE_TRANSMITTER_ABI } from "../cctp/evmAbi.ts";
import { MESSAGE_VERSION_V1 } from "../cctp/messageV1.ts";
import { MESSAGE_VERSION_V2 } from "../cctp/messageV2.ts";
import type { EvmChainConfig } from "./chainConfig.ts";
import {
  ChainMismatchError,
  type ChainReader,
  type EmittedMessage,
  type FinalityLevel,
  type HeightRange,
} from "./chainReader.ts";
import { type ChainReaderOptions, Endpoints } from "./endpoints.ts";
import {
  type LogScope,
  MESSAGE_SENT_TOPIC,
  readBlock,
  readHash,
  readLogs,
  readQuantity,
  type Transmitters,
} from "./evmAnswers.ts";
import { HeightWatches } from "./heightWatch.ts";
import { isRecord, type JsonRpcEndpoint, REQUEST_TIMEOUT_MS, RpcRefusal } from "./jsonRpc.ts";

/** After so many ranges that a node did not refuse, it is asked for twice as many blocks again. */
const RANGES_BEFORE_WIDENING = 32;
/** A message transmitter's domain and version, by the names of its functions. */
const IDENTITY_FUNCTIONS = ["localDomain", "version"] as const;

const TX_HASH = /^0x[0-9a-f]{64}$/i;

interface Transmitter {
  readonly address: `0x${string}`;
  readonly version: 1 | 2;
}

function transmittersOf({ v1, v2 }: EvmChainConfig): readonly Transmitter[] {
  return [
    ...(v1 === undefined ? [] : [{ address: v1.messageTransmitter, version: 1 as const }]),
    ...(v2 === undefined ? [] : [{ address: v2.messageTransmitter, version: 2 as const }]),
  ];
}

function toQuantity(height: bigint): string {
  return `0x${height.toString(16)}`;
}

/** The block number in a notice of `newHeads`. */
function heightOfNotice(message: unknown): bigint | undefined {
  if (!isRecord(message) || !isRecord(message["params"]) || !isRecord(message["params"]["result"])) return undefined;
  const { number } = message["params"]["result"];
  return typeof number === "string" && /^0x[0-9a-f]{1,15}$/i.test(number) ? BigInt(number) : undefined;
}

/** A reader of an EVM chain. */
export class EvmReader implements ChainReader {
  readonly name: string;
  readonly domain: number;
  readonly #config: EvmChainConfig;
  readonly #transmitters: Transmitters;
  readonly #endpoints: Endpoints;
  readonly #onIncident: NonNullable<ChainReaderOptions["onIncident"]>;
  readonly #watches: HeightWatches;
  /** Blocks that one eth_getLogs asks for: as many as the configuration and the nodes allow. */
  #span: bigint;
  #rangesSinceRefusal = 0;

  constructor(config: EvmChainConfig, options: ChainReaderOptions = {}) {
    this.name = config.name;
    this.domain = config.domain;
    this.#config = config;
    this.#span = BigInt(config.logRangeMax);
    this.#transmitters = new Map(
      transmittersOf(config).map(({ address, version }) => [address.toLowerCase(), version]),
    );
    this.#onIncident = options.onIncident ?? (() => undefined);
    this.#endpoints = new Endpoints(
      { chain: config.name, urls: config.rpcUrls, timeoutMs: options.requestTimeoutMs ?? REQUEST_TIMEOUT_MS },
      (endpoint) => this.#whatIsWrongWith(endpoint),
      this.#onIncident,
    );
    const { pollIntervalMs, wsUrl } = config;
    const subscription = { jsonrpc: "2.0", id: 1, method: "eth_subscribe", params: ["newHeads"] };
    const webSocket = wsUrl === undefined ? undefined : { url: wsUrl, subscription, heightOf: heightOfNotice };
    const source = { pollIntervalMs, latestHeight: () => this.latestHeight(), webSocket };
    this.#watches = new HeightWatches(source, this.#onIncident);
  }

  async #whatIsWrongWith(endpoint: JsonRpcEndpoint): Promise<string | undefined> {
    const actual = readQuantity(endpoint, "the chain id", await endpoint.call("eth_chainId", []));
    const expected = BigInt(this.#config.chainId);
    return actual === expected ? undefined : `expected chain id ${expected}, got ${actual}`;
  }

  async verify(): Promise<void> {
    await this.#endpoints.verifyIdentity();
    for (const transmitter of transmittersOf(this.#config)) {
      await this.#endpoints.run((endpoint) => this.#verifyTransmitter(endpoint, transmitter));
    }
  }

  async #verifyTransmitter(endpoint: JsonRpcEndpoint, { address, version }: Transmitter): Promise<void> {
    const expected = [this.domain, version === 1 ? MESSAGE_VERSION_V1 : MESSAGE_VERSION_V2];
    for (const [index, functionName] of IDENTITY_FUNCTIONS.entries()) {
      const actual = await this.#callView(endpoint, address, functionName);
      if (actual === expected[index]) continue;
      const got = actual === undefined ? "no transmitter" : String(actual);
      throw new ChainMismatchError(
        this.name,
        `V${version} ${address} ${functionName}: expected ${expected[index]}, got ${got}`,
      );
    }
  }

  /** A number that a transmitter tells; undefined when there is no such contract. */
  async #callView(
    endpoint: JsonRpcEndpoint,
    address: `0x${string}`,
    functionName: (typeof IDENTITY_FUNCTIONS)[number],
  ): Promise<number | undefined> {
    const abi: Abi = MESSAGE_TRANSMITTER_ABI;
    try {
      const data = await endpoint.call("eth_call", [
        { to: address, data: encodeFunctionData({ abi, functionName }) },
        "latest",
      ]);
      if (typeof data !== "string" || !/^0x[0-9a-f]{64}$/i.test(data)) return undefined;
      return Number(decodeFunctionResult({ abi, functionName, data: data as `0x${string}` }));
    } catch (error) {
      // A contract without the function reverts, which is an answer.
      if (error instanceof RpcRefusal && /revert/i.test(error.message)) return undefined;
      throw error;
    }
  }

  latestHeight(): Promise<bigint> {
    return this.#endpoints.run(async (endpoint) =>
      readQuantity(endpoint, "the height", await endpoint.call("eth_blockNumber", [])),
    );
  }

  async finalHeight(level: FinalityLevel): Promise<bigint> {
    const rule = this.#config.finality[level];
    if (rule.kind === "tag") return (await this.#block(rule.tag))?.height ?? -1n;
    const final = (await this.latestHeight()) - BigInt(rule.blocks);
    return final < 0n ? -1n : final;
  }

  async blockHash(height: bigint): Promise<string | undefined> {
    return (await this.#block(toQuantity(height)))?.hash;
  }

  #block(which: string): Promise<{ readonly height: bigint; readonly hash: string } | undefined> {
    return this.#endpoints.run(async (endpoint) =>
      readBlock(endpoint, await endpoint.call("eth_getBlockByNumber", [which, false])),
    );
  }

  async messages({ from, to }: HeightRange): Promise<readonly EmittedMessage[]> {
    const found: EmittedMessage[] = [];
    // Everything below `next` is in `found`.
    for (let next = from; next <= to; ) {
      const last = next + this.#span - 1n < to ? next + this.#span - 1n : to;
      const messages = await this.#endpoints.run((endpoint) => this.#messagesOnce(endpoint, { from: next, to: last }));
      if (messages === "refused") {
        // A refused range has two blocks or more.
        this.#span = (last - next + 1n) / 2n;
        this.#rangesSinceRefusal = 0;
        continue;
      }
      found.push(...messages);
      next = last + 1n;
      this.#widen();
    }
    return found;
  }

  #widen(): void {
    this.#rangesSinceRefusal += 1;
    const most = BigInt(this.#config.logRangeMax);
    if (this.#span === most || this.#rangesSinceRefusal < RANGES_BEFORE_WIDENING) return;
    this.#rangesSinceRefusal = 0;
    this.#span = 2n * this.#span < most ? 2n * this.#span : most;
  }

  /** Messages of one eth_getLogs; "refused" when the node wants to be asked for fewer blocks. */
  async #messagesOnce(
    endpoint: JsonRpcEndpoint,
    { from, to }: HeightRange,
  ): Promise<readonly EmittedMessage[] | "refused"> {
    // A node that lags behind answers with an empty list for blocks that it does not have. So first: does it have them?
    const last = readBlock(endpoint, await endpoint.call("eth_getBlockByNumber", [toQuantity(to), false]));
    if (last === undefined) throw endpoint.fault(`it has no block ${to} yet`);
    const filter = {
      fromBlock: toQuantity(from),
      toBlock: toQuantity(to),
      address: [...this.#transmitters.keys()],
      topics: [MESSAGE_SENT_TOPIC],
    };
    let logs: unknown;
    try {
      logs = await endpoint.call("eth_getLogs", [filter]);
    } catch (error) {
      // Nodes have no common code or text for "too many blocks" and "too many logs".
      if (error instanceof RpcRefusal && from !== to) return "refused";
      throw error;
    }
    const messages = readLogs(this.#scope(endpoint), logs);
    for (const { height, blockHash } of messages) {
      if (height < from || height > to)
        throw endpoint.fault(`a log of block ${height}, which is not in ${from} to ${to}`);
      if (height === to && blockHash !== last.hash) throw endpoint.fault(`block ${to} changed while it was read`);
    }
    return messages;
  }

  #scope(endpoint: JsonRpcEndpoint): LogScope {
    const onDropped = (detail: string): void => this.#onIncident({ kind: "message_dropped", detail });
    return { endpoint, domain: this.domain, transmitters: this.#transmitters, onDropped };
  }

  async messagesOfTx(txHash: string): Promise<readonly EmittedMessage[] | undefined> {
    if (!TX_HASH.test(txHash)) return undefined;
    return this.#endpoints.run(async (endpoint) => {
      const receipt = await endpoint.call("eth_getTransactionReceipt", [txHash.toLowerCase()]);
      if (receipt === null) return undefined;
      if (!isRecord(receipt)) throw endpoint.fault("a receipt is no object");
      const hash = readHash(endpoint, "a receipt's transaction", receipt["transactionHash"]);
      if (hash !== txHash.toLowerCase()) throw endpoint.fault("a receipt of another transaction");
      const messages = readLogs(this.#scope(endpoint), receipt["logs"]);
      if (messages.some((message) => message.txHash !== hash)) throw endpoint.fault("a log of another transaction");
      return messages;
    });
  }

  watch(onHeight: (height: bigint) => void): () => void {
    return this.#watches.start(onHeight);
  }

  async close(): Promise<void> {
    this.#watches.close();
  }
}
