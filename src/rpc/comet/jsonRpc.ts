// JSON-RPC 2.0 as CometBFT v0.38 reads and writes it (rpc/jsonrpc/types/types.go).

import { messageOf } from "../../codec/errorText.ts";
import { type Json, type JsonText, textOfJson } from "./json.ts";
import { parseError, type RpcError } from "./rpcError.ts";

/** What an answer is told apart by. Null only where the request could not be read. */
export type RpcId = string | number | null;

/** A request. */
export interface Call {
  /** Undefined in a notification: nothing is done and nothing answered. */
  readonly id: string | number | undefined;
  readonly method: string;
  /** Anything: it is read by the method's own parameters. */
  readonly params: unknown;
}

/** What a body or a message holds. */
export interface CallList {
  readonly calls: readonly Call[];
  /** Whether the answers are to be a list. */
  readonly isBatch: boolean;
}

/** Reads one request. Throws RpcError. */
function readCall(value: unknown): Call {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw parseError("expected an object");
  }
  const { id, method, params } = value as Readonly<Record<string, unknown>>;
  if (id === undefined || id === null) return { id: undefined, method: "", params: undefined };
  if (typeof method !== "string" && method !== undefined && method !== null) {
    throw parseError("expected a string as method");
  }
  return { id: readId(id), method: method ?? "", params };
}

function readId(id: unknown): string | number {
  if (typeof id === "string") return id;
  // Decimals are cut off, as CometBFT does.
  if (typeof id === "number") return Math.trunc(id);
  throw parseError(`json-rpc ID is of unknown type (${typeof id})`);
}

/** Reads the text of one request or, where that is allowed, of a list. Throws RpcError. Bounded by the text's length. */
export function readCalls(text: string, options: { readonly allowsBatch: boolean }): CallList {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw parseError(messageOf(error));
  }
  if (options.allowsBatch && Array.isArray(value)) return { calls: value.map(readCall), isBatch: true };
  return { calls: [readCall(value)], isBatch: false };
}

/** The text of a successful answer. */
export function resultText(id: RpcId, result: Json | JsonText): string {
  return `{"jsonrpc":"2.0","id":${JSON.stringify(id)},"result":${textOfJson(result)}}`;
}

/** The text of a refusal. */
export function errorText(id: RpcId, { code, message, data }: RpcError): string {
  const error = data === "" ? { code, message } : { code, message, data };
  return `{"jsonrpc":"2.0","id":${JSON.stringify(id)},"error":${JSON.stringify(error)}}`;
}
