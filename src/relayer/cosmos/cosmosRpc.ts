// A Cosmos chain that messages are delivered to, over CometBFT's JSON-RPC: the endpoints in their order, the next one when
// one fails, and queries with their types.

import { Comet38Client, HttpClient } from "@cosmjs/tendermint-rpc";
import type { MessageCodec } from "../../codec/message.ts";
import { ErrKeyNotFound, ErrNotFound } from "../../codec/sdkErrors.ts";
import { DestinationError } from "../deliver/destination.ts";

/** How long an endpoint may take. */
const TIMEOUT_MS = 10_000;

/** A query that the chain refused. Not worth another try by itself. */
export class QueryRefusedError extends Error {
  readonly code: number;

  constructor(code: number, log: string) {
    super(log);
    this.name = "QueryRefusedError";
    this.code = code;
  }
}

/** Whether a query was refused because there is no such thing. */
export function isNotFound(error: unknown): boolean {
  return error instanceof QueryRefusedError && (error.code === ErrKeyNotFound.code || error.code === ErrNotFound.code);
}

/** Calls to one chain. */
export class CosmosRpc {
  readonly #chain: string;
  readonly #clients: readonly Comet38Client[];
  /** The endpoint that answered last. */
  #current = 0;

  constructor(chain: string, rpcUrls: readonly string[]) {
    this.#chain = chain;
    this.#clients = rpcUrls.map((url) => Comet38Client.create(new HttpClient(url, TIMEOUT_MS)));
  }

  /** Runs a call at an endpoint that answers. Rejects with DestinationError `unreachable` when none does. */
  async call<T>(work: (rpc: Comet38Client) => Promise<T>): Promise<T> {
    let last: unknown;
    for (let tried = 0; tried < this.#clients.length; tried++) {
      const index = (this.#current + tried) % this.#clients.length;
      try {
        // The index is below the length.
        const answer = await work(this.#clients[index]!);
        this.#current = index;
        return answer;
      } catch (error) {
        last = error;
      }
    }
    const text = last instanceof Error ? last.message : String(last);
    throw new DestinationError(this.#chain, "unreachable", text.slice(0, 500), { cause: last });
  }

  /** A query with its types. Rejects with QueryRefusedError, or DestinationError. */
  async query<Req, Res>(
    path: string,
    request: { readonly codec: Pick<MessageCodec<Req>, "encode">; readonly value: Req },
    response: Pick<MessageCodec<Res>, "decode">,
  ): Promise<Res> {
    const data = request.codec.encode(request.value).finish();
    const { code = 0, log = "", value } = await this.call((rpc) => rpc.abciQuery({ path, data, prove: false }));
    if (code !== 0) throw new QueryRefusedError(code, log);
    return response.decode(value);
  }
}
