// What an EVM node answers, as far as we read it (Ethereum execution APIs: eth_getLogs, eth_getBlockByNumber,
// eth_getTransactionReceipt). A node that answers something else gets an EndpointError.

import { decodeAbiParameters, parseAbiParameters, toEventSelector } from "viem";
import type { EmittedMessage } from "./chainReader.ts";
import { isMessageOf, MESSAGE_BYTES_MAX } from "./isMessageOf.ts";
import { isRecord, type JsonRpcEndpoint } from "./jsonRpc.ts";

/** Topic of `MessageSent(bytes)`, which V1 and V2 share. */
export const MESSAGE_SENT_TOPIC = toEventSelector("MessageSent(bytes)");
/** Most logs in one answer. */
const LOGS_MAX = 100_000;

const QUANTITY = /^0x(?:0|[1-9a-f][0-9a-f]{0,15})$/i;
const BYTES32 = /^0x[0-9a-f]{64}$/i;
const MESSAGE_SENT_DATA = parseAbiParameters("bytes message");

/** Address of a transmitter in lower case, and its version. */
export type Transmitters = ReadonlyMap<string, 1 | 2>;

/** What an answer is read for. */
export interface LogScope {
  readonly endpoint: JsonRpcEndpoint;
  readonly domain: number;
  readonly transmitters: Transmitters;
  /** Told of logs that our contracts emitted and that hold no message. */
  readonly onDropped: (detail: string) => void;
}

/** A non-negative integer below 2^64. */
export function readQuantity(endpoint: JsonRpcEndpoint, what: string, value: unknown): bigint {
  if (typeof value === "string" && QUANTITY.test(value)) return BigInt(value);
  throw endpoint.fault(`${what} is no quantity`);
}

function readIndex(endpoint: JsonRpcEndpoint, what: string, value: unknown): number {
  const index = readQuantity(endpoint, what, value);
  if (index > 0xffff_ffffn) throw endpoint.fault(`${what} is out of range`);
  return Number(index);
}

/** `0x` and 64 hex digits, in lower case. */
export function readHash(endpoint: JsonRpcEndpoint, what: string, value: unknown): string {
  if (typeof value === "string" && BYTES32.test(value)) return value.toLowerCase();
  throw endpoint.fault(`${what} is no hash`);
}

/** A block's height and hash; undefined for the null that stands for no such block. */
export function readBlock(
  endpoint: JsonRpcEndpoint,
  value: unknown,
): { readonly height: bigint; readonly hash: string } | undefined {
  if (value === null) return undefined;
  if (!isRecord(value)) throw endpoint.fault("a block is no object");
  return {
    height: readQuantity(endpoint, "a block's number", value["number"]),
    hash: readHash(endpoint, "a block's hash", value["hash"]),
  };
}

/**
 * The messages in a list of logs, ordered as on the chain, each once. Logs of others, of other events, and removed ones
 * are left out; those without a message of their contract's version are dropped. Two hashes for one height are an error.
 */
export function readLogs(scope: LogScope, value: unknown): readonly EmittedMessage[] {
  if (!Array.isArray(value)) throw scope.endpoint.fault("logs are no list");
  if (value.length > LOGS_MAX) throw scope.endpoint.fault(`more than ${LOGS_MAX} logs`);
  const messages = new Map<string, EmittedMessage>();
  const hashes = new Map<bigint, string>();
  for (const log of value as readonly unknown[]) {
    const message = readLog(scope, log);
    if (message === undefined) continue;
    const known = hashes.get(message.height) ?? message.blockHash;
    if (known !== message.blockHash) throw scope.endpoint.fault(`two hashes for block ${message.height}`);
    hashes.set(message.height, message.blockHash);
    messages.set(`${message.txHash}/${message.logIndex}`, message);
  }
  return [...messages.values()].sort(
    (a, b) => Number(a.height > b.height) - Number(a.height < b.height) || a.logIndex - b.logIndex,
  );
}

function readLog(scope: LogScope, log: unknown): EmittedMessage | undefined {
  const { endpoint } = scope;
  if (!isRecord(log)) throw endpoint.fault("a log is no object");
  const { address, topics } = log;
  if (typeof address !== "string" || !Array.isArray(topics)) throw endpoint.fault("a log without address or topics");
  const version = scope.transmitters.get(address.toLowerCase());
  if (version === undefined || topics[0] !== MESSAGE_SENT_TOPIC || log["removed"] === true) return undefined;
  const place = {
    txHash: readHash(endpoint, "a log's transaction", log["transactionHash"]),
    height: readQuantity(endpoint, "a log's block", log["blockNumber"]),
    blockHash: readHash(endpoint, "a log's block hash", log["blockHash"]),
    logIndex: readIndex(endpoint, "a log's index", log["logIndex"]),
  };
  const message = messageIn(log["data"]);
  if (message === undefined || !isMessageOf(message, { version, domain: scope.domain })) {
    scope.onDropped(`log ${place.logIndex} of ${place.txHash} holds no message of V${version}`);
    return undefined;
  }
  return { cctpVersion: version, sourceDomain: scope.domain, message, ...place };
}

/** The bytes in a log's data; undefined when they are not encoded as the event's are. */
function messageIn(data: unknown): Uint8Array | undefined {
  // Hex digits, and two words before the bytes.
  if (typeof data !== "string" || data.length > 4 * MESSAGE_BYTES_MAX) return undefined;
  try {
    const [hex] = decodeAbiParameters(MESSAGE_SENT_DATA, data as `0x${string}`);
    return new Uint8Array(Buffer.from(hex.slice(2), "hex"));
  } catch (error) {
    // viem says by an Error that it is no such encoding.
    if (error instanceof Error) return undefined;
    throw error;
  }
}
