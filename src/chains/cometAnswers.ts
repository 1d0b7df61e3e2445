// What a CometBFT node (0.37 and 0.38) answers, as far as we read it: blockchain, block, block_results, tx, status. A
// node that answers something else gets an EndpointError.

import { fromBase64, toHex } from "../codec/bytes.ts";
import { sha256 } from "../crypto/hash.ts";
import { isMessageOf } from "./isMessageOf.ts";
import { isRecord, type JsonRecord, type JsonRpcEndpoint } from "./jsonRpc.ts";

/** The typed events that carry messages, and the version of each. */
export const MESSAGE_SENT_EVENTS: ReadonlyMap<string, 1 | 2> = new Map([
  ["circle.cctp.v1.MessageSent", 1],
  ["circle.cctp.v2.MessageSent", 2],
]);

const HEIGHT = /^(?:0|[1-9][0-9]{0,17})$/;
const HASH = /^[0-9A-F]{64}$/;

/** A field that must be an object. */
export function readRecord(endpoint: JsonRpcEndpoint, what: string, value: unknown): JsonRecord {
  if (isRecord(value)) return value;
  throw endpoint.fault(`${what} is no object`);
}

/** A field that must be a list; null is an empty one, as in Go. */
export function readList(endpoint: JsonRpcEndpoint, what: string, value: unknown): readonly unknown[] {
  if (value === null || value === undefined) return [];
  if (Array.isArray(value)) return value;
  throw endpoint.fault(`${what} is no list`);
}

/** A height, which is text in CometBFT's JSON. */
export function readHeight(endpoint: JsonRpcEndpoint, what: string, value: unknown): bigint {
  if (typeof value === "string" && HEIGHT.test(value)) return BigInt(value);
  throw endpoint.fault(`${what} is no height`);
}

/** 64 upper-case hex digits. */
export function readHash(endpoint: JsonRpcEndpoint, what: string, value: unknown): string {
  if (typeof value === "string" && HASH.test(value)) return value;
  throw endpoint.fault(`${what} is no hash`);
}

/** A block as `blockchain` lists it. */
export interface BlockMeta {
  readonly height: bigint;
  readonly hash: string;
}

/** The blocks in an answer of `blockchain`, lowest first. */
export function readBlockMetas(endpoint: JsonRpcEndpoint, value: unknown): readonly BlockMeta[] {
  const answer = readRecord(endpoint, "blockchain", value);
  return readList(endpoint, "block_metas", answer["block_metas"])
    .map((item) => {
      const meta = readRecord(endpoint, "a block meta", item);
      const header = readRecord(endpoint, "a block's header", meta["header"]);
      const id = readRecord(endpoint, "a block's id", meta["block_id"]);
      return {
        height: readHeight(endpoint, "a block's height", header["height"]),
        hash: readHash(endpoint, "a block's hash", id["hash"]),
      };
    })
    .sort((a, b) => Number(a.height > b.height) - Number(a.height < b.height));
}

/** The hash of a block and those of its transactions, in an answer of `block`. */
export function readBlockTxs(
  endpoint: JsonRpcEndpoint,
  value: unknown,
): { readonly hash: string; readonly txHashes: readonly string[] } {
  const answer = readRecord(endpoint, "block", value);
  const id = readRecord(endpoint, "a block's id", answer["block_id"]);
  const block = readRecord(endpoint, "a block", answer["block"]);
  const data = readRecord(endpoint, "a block's data", block["data"]);
  const txHashes = readList(endpoint, "a block's transactions", data["txs"]).map((tx) =>
    endpoint.decode("a transaction", () => toHex(sha256(fromBase64(String(tx)))).toUpperCase()),
  );
  return { hash: readHash(endpoint, "a block's hash", id["hash"]), txHashes };
}

/** Whose messages count, and who hears of events that hold none. */
export interface MessageScope {
  readonly domain: number;
  readonly onDropped: (detail: string) => void;
}

/** A message and the index of its event in the transaction, or among the block's own. */
export interface FoundMessage {
  readonly cctpVersion: 1 | 2;
  readonly message: Uint8Array;
  readonly logIndex: number;
}

/**
 * The messages in the result of a transaction; none when it failed. Events of another form than x/cctp's are told to
 * `onDropped` and left out.
 */
export function readTxMessages(
  endpoint: JsonRpcEndpoint,
  value: unknown,
  scope: MessageScope,
): readonly FoundMessage[] {
  const result = readRecord(endpoint, "a transaction's result", value);
  // CometBFT writes code 0, and leaves it out in some versions.
  if ((result["code"] ?? 0) !== 0) return [];
  return readMessages(endpoint, readList(endpoint, "events", result["events"]), scope);
}

/** Where a block's own events are: CometBFT 0.38, then 0.37. */
const BLOCK_EVENTS = ["finalize_block_events", "begin_block_events", "end_block_events"] as const;

/** The messages that a block emitted outside its transactions, in an answer of `block_results`. */
export function readBlockMessages(
  endpoint: JsonRpcEndpoint,
  answer: JsonRecord,
  scope: MessageScope,
): readonly FoundMessage[] {
  return readMessages(
    endpoint,
    BLOCK_EVENTS.flatMap((name) => readList(endpoint, name, answer[name])),
    scope,
  );
}

function readMessages(
  endpoint: JsonRpcEndpoint,
  events: readonly unknown[],
  { domain, onDropped }: MessageScope,
): readonly FoundMessage[] {
  const found: FoundMessage[] = [];
  for (const [logIndex, item] of events.entries()) {
    const event = readRecord(endpoint, "an event", item);
    const version = MESSAGE_SENT_EVENTS.get(String(event["type"]));
    if (version === undefined) continue;
    const message = messageIn(readList(endpoint, "attributes", event["attributes"]));
    if (message !== undefined && isMessageOf(message, { version, domain })) {
      found.push({ cctpVersion: version, message, logIndex });
    } else onDropped(`event ${logIndex} holds no message of V${version}`);
  }
  return found;
}

/** The attribute `message` is the JSON of bytes: base64 in double quotes. */
function messageIn(attributes: readonly unknown[]): Uint8Array | undefined {
  const attribute = attributes.find((item) => isRecord(item) && item["key"] === "message");
  if (!isRecord(attribute) || typeof attribute["value"] !== "string") return undefined;
  try {
    const text: unknown = JSON.parse(attribute["value"]);
    return typeof text === "string" ? fromBase64(text) : undefined;
  } catch (error) {
    // Neither JSON nor base64.
    if (error instanceof Error) return undefined;
    throw error;
  }
}
