// The command line's connection to a node: JSON-RPC through CosmJS, with errors that say what to do.

import { Comet38Client, type comet38, HttpClient } from "@cosmjs/tendermint-rpc";
import { messageOf } from "../codec/errorText.ts";
import type { MessageCodec } from "../codec/message.ts";
import { CliError } from "./cliError.ts";

/** Why nothing was sent, or no answer came; undefined when the node has answered. `fetch` says it in its cause. */
function connectionProblem(error: unknown): string | undefined {
  if (!(error instanceof TypeError) || error.message !== "fetch failed") return undefined;
  const { cause } = error;
  // With several addresses of one name, the first failure says enough.
  const first = cause instanceof AggregateError ? cause.errors[0] : cause;
  if (!(first instanceof Error)) return error.message;
  return "code" in first && typeof first.code === "string" ? first.code : first.message;
}

/** What a node's refusal says: CosmJS throws the JSON of the error, whose reason is in `data`. */
function reasonOf(error: unknown): string {
  const text = messageOf(error);
  try {
    const { message, data } = JSON.parse(text) as { message?: unknown; data?: unknown };
    return [data, message].find((part) => typeof part === "string" && part !== "")?.toString() ?? text;
  } catch {
    // Not a node's refusal: the text is the reason.
    return text;
  }
}

/** A node as commands see it. */
export class ChainClient {
  readonly url: string;
  readonly rpc: Comet38Client;

  constructor(url: string, rpc: Comet38Client) {
    this.url = url;
    this.rpc = rpc;
  }

  /** Runs a call; a failure to connect becomes CliError `unreachable`, any other failure `failed`. */
  async call<T>(work: (rpc: Comet38Client) => Promise<T>): Promise<T> {
    try {
      return await work(this.rpc);
    } catch (cause) {
      if (cause instanceof CliError) throw cause;
      const problem = connectionProblem(cause);
      if (problem !== undefined) {
        throw new CliError("unreachable", `no node answers at ${this.url} (${problem}); is it running?`, { cause });
      }
      throw new CliError("failed", reasonOf(cause), { cause });
    }
  }

  /** The raw answer of an ABCI query. Throws CliError `failed` with the node's code and log when it is refused. */
  async queryRaw(path: string, data: Uint8Array, height?: number): Promise<comet38.AbciQueryResponse> {
    const answer = await this.call((rpc) =>
      rpc.abciQuery({ path, data, prove: false, ...(height === undefined ? {} : { height }) }),
    );
    if (answer.code !== 0) throw new CliError("failed", `${answer.log ?? ""} (code ${answer.code})`);
    return answer;
  }

  /** A query with its types. */
  async query<Req, Res>(
    path: string,
    request: { codec: MessageCodec<Req>; value: Req },
    response: MessageCodec<Res>,
  ): Promise<Res> {
    const answer = await this.queryRaw(path, request.codec.encode(request.value).finish());
    return response.decode(answer.value);
  }
}

/** Prepares a client. Nothing is sent yet. Throws CliError `usage` on a URL that is not http(s). */
export function chainClient(url: string): ChainClient {
  const http = url.replace(/^tcp:/, "http:");
  if (!/^https?:\/\/[^/]+/.test(http)) throw new CliError("usage", `--node: expected http://host:port, got ${url}`);
  return new ChainClient(http, Comet38Client.create(new HttpClient(http)));
}
