// Queries of the chain by a node's RPC: gRPC methods by `abci_query`, as CosmJS asks.

import { Buffer } from "node:buffer";
import { nodeCaller } from "./nodeCalls.ts";
import type { ChainReader } from "./parts.ts";

/** What the SDK's `abci_query` makes of gRPC's NotFound and InvalidArgument. */
const KEY_NOT_FOUND = 22;
const INVALID_REQUEST = 18;

/** The chain refuses a query. */
export class ChainQueryError extends Error {
  readonly code = "query_refused";
  readonly abciCode: number;

  constructor(abciCode: number, log: string) {
    super(log);
    this.name = "ChainQueryError";
    this.abciCode = abciCode;
  }

  /** What was asked for is not there. */
  get isMissing(): boolean {
    return this.abciCode === KEY_NOT_FOUND;
  }

  /** What was asked makes no sense to the chain. */
  get isInvalid(): boolean {
    return this.abciCode === INVALID_REQUEST;
  }
}

interface QueryAnswer {
  readonly response: { readonly code?: number; readonly log?: string; readonly value?: string | null };
}

/** Reads by a node's RPC. Queries reject with ChainQueryError, or with SourceError when the node does not answer. */
export function rpcChainReader(rpcUrl: string, chainId: string, call = nodeCaller(rpcUrl)): ChainReader {
  return {
    chainId,
    async query(path, request, height = 0) {
      const data = Buffer.from(request).toString("hex");
      const params = { path, data, height: String(height), prove: false };
      const { response } = await call<QueryAnswer>("abci_query", params);
      if ((response.code ?? 0) !== 0) throw new ChainQueryError(response.code ?? 0, response.log ?? "");
      return Buffer.from(response.value ?? "", "base64");
    },
  };
}
