// A query that needs more than state: its row in the table that abci_query, gRPC and REST share.

import type { MessageCodec } from "../../codec/message.ts";
import type { ChainClient } from "../../consensus/chainNode.ts";

/** One method of a node-level service. */
export interface NodeService {
  /** `/cosmos.tx.v1beta1.Service/Simulate`: the path of abci_query and of gRPC. */
  readonly path: string;
  readonly request: MessageCodec<unknown>;
  readonly response: MessageCodec<unknown>;
  /** Rejects with QueryError; any other error reaches the client as Internal, without its text. */
  readonly handle: (node: ChainClient, request: unknown) => Promise<unknown>;
}

/** Declares a method with its types. */
export function nodeService<Req, Res>(
  path: string,
  request: MessageCodec<Req>,
  response: MessageCodec<Res>,
  handle: (node: ChainClient, request: Req) => Promise<Res>,
): NodeService {
  return {
    path,
    request: request as MessageCodec<unknown>,
    response: response as MessageCodec<unknown>,
    // The router decodes with `request`, so a handler only ever sees its own type.
    handle: handle as (node: ChainClient, request: unknown) => Promise<unknown>,
  };
}
