// Queries of the chain by a node's RPC: gRPC methods by `abci_query`, as CosmJS asks.

import { Buffer } from "node:buffer";
import type { ChainReader } from "./parts.ts";
import { SourceError } from "./readModel/blockSource.ts";

const CALL_TIMEOUT_MS = 10_000;
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
  readonly result?: {
    readonly response: { readonly code?: number; readonly log?: string; readonly value?: string | null };
  };
  readonly error?: { readonly message: string; readonly data?: string };
}

/** Reads by a node's RPC. Queries reject with ChainQueryError, or with SourceError when the node does not answer. */
export function rpcChainReader(rpcUrl: string, chainId: string): ChainReader {
  return {
    chainId,
    async query(path, request, height = 0) {
      let answer: QueryAnswer;
      try {
        const response = await fetch(rpcUrl, {
          method: "POST",
          headers: { "content-type": "application/json" },
          body: JSON.stringify({
            jsonrpc: "2.0",
            id: 1,
            method: "abci_query",
            params: { path, data: Buffer.from(request).toString("hex"), height: String(height), prove: false },
          }),
          signal: AbortSignal.timeout(CALL_TIMEOUT_MS),
        });
        answer = (await response.json()) as QueryAnswer;
      } catch (cause) {
        throw new SourceError(`abci_query: ${rpcUrl} does not answer`, { cause });
      }
      const response = answer.result?.response;
      if (response === undefined) throw new SourceError(`abci_query: ${answer.error?.message ?? "no result"}`);
      if ((response.code ?? 0) !== 0) throw new ChainQueryError(response.code ?? 0, response.log ?? "");
      return Buffer.from(response.value ?? "", "base64");
    },
  };
}
