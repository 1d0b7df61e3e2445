// Requests over HTTP (CometBFT v0.38 rpc/jsonrpc/server): JSON-RPC at `/`, each method at its own path with parameters
// in the URL or in a form. Errors of JSON-RPC have status 200, those of requests by URL 500, as clients expect.

import type { IncomingMessage, ServerResponse } from "node:http";
import type { Answer, Dispatcher } from "./dispatcher.ts";
import { endpointsPage } from "./endpointsPage.ts";
import type { Client } from "./eventBus.ts";
import { type CallList, errorText, readCalls } from "./jsonRpc.ts";
import type { CometRpcLimits } from "./limits.ts";
import { readRequestBody } from "./requestBody.ts";
import { invalidRequest, RpcError } from "./rpcError.ts";

const JSON_TYPE = "application/json";
const HTML_TYPE = "text/html; charset=utf-8";
const TEXT_TYPE = "text/plain; charset=utf-8";
/** How long browsers may keep what does not change. */
export const CACHE_CONTROL = "public, max-age=86400";
const ALLOWED_METHODS = "HEAD, GET, POST";
const ALLOWED_HEADERS = "Origin, Accept, Content-Type, X-Requested-With, X-Server-Time";
const FORM_TYPE = "application/x-www-form-urlencoded";

/** How the face answers. */
export interface HttpFaceOptions {
  readonly limits: CometRpcLimits;
  /** Origins that browsers may read answers from; `*` is any. */
  readonly corsOrigins: readonly string[];
  /** Whether browsers may keep what does not change: not where blocks can be reverted. */
  readonly isCachingAllowed: boolean;
}

/** Serves requests over HTTP. */
export class HttpFace {
  readonly #dispatcher: Dispatcher;
  readonly #options: HttpFaceOptions;

  constructor(dispatcher: Dispatcher, options: HttpFaceOptions) {
    this.#dispatcher = dispatcher;
    this.#options = options;
  }

  /** Answers one request, whatever it is. Rejects, after an answer, only when the server itself is broken. */
  async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    // A client that goes away while it is answered is nobody's concern.
    response.on("error", () => response.destroy());
    try {
      if (this.#options.corsOrigins.length > 0 && this.#cors(request, response)) return;
      const [path, query] = splitUrl(request.url ?? "/");
      if (path === "/") await this.#root(request, response);
      else await this.#method(request, response, { name: path.slice(1), query });
    } catch (error) {
      // Nothing above throws unless it is broken itself: the client must not wait.
      if (!response.headersSent) send(response, { status: 500, type: TEXT_TYPE, body: "internal error\n" });
      else response.destroy();
      throw error;
    }
  }

  /** Sets what browsers want to see. Whether that was all of the answer. */
  #cors(request: IncomingMessage, response: ServerResponse): boolean {
    const { origin } = request.headers;
    response.setHeader("vary", "Origin");
    const { corsOrigins } = this.#options;
    const isAny = corsOrigins.includes("*");
    const isAllowed = origin !== undefined && (isAny || corsOrigins.includes(origin));
    if (isAllowed) response.setHeader("access-control-allow-origin", isAny ? "*" : origin);
    if (request.method !== "OPTIONS" || request.headers["access-control-request-method"] === undefined) return false;
    if (isAllowed) {
      response.setHeader("access-control-allow-methods", ALLOWED_METHODS);
      response.setHeader("access-control-allow-headers", ALLOWED_HEADERS);
    }
    response.writeHead(204);
    response.end();
    return true;
  }

  /** JSON-RPC; without a body, the list of methods. */
  async #root(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const bytes = await this.#body(request, response);
    if (bytes === undefined) return;
    if (bytes.length === 0) {
      const body = endpointsPage(request.headers.host ?? "", this.#dispatcher.methods);
      return send(response, { status: 200, type: HTML_TYPE, body });
    }
    send(response, await this.answerJson(bytes.toString("utf8"), request.socket));
  }

  /** Answers a body of JSON-RPC, at once where its method does. Never throws or rejects. */
  answerJson(text: string, client: Client): Reply | Promise<Reply> {
    let list: CallList;
    try {
      list = readCalls(text, { allowsBatch: true });
    } catch (error) {
      if (!(error instanceof RpcError)) throw error;
      return { status: 500, type: JSON_TYPE, body: errorText(null, error), isCacheable: false };
    }
    const { calls } = list;
    const problem = this.#problemOf(list);
    if (problem !== undefined) return jsonReply(errorText(null, problem), false);
    const transport = { client, receiver: undefined };
    const [only] = calls;
    if (calls.length > 1 || only?.id === undefined) {
      const { batchAnswerBytesMax } = this.#options.limits;
      return this.#dispatcher
        .answerAll(calls, transport, batchAnswerBytesMax)
        .then((answers) => this.#replyOfAll(answers));
    }
    const answer = this.#dispatcher.answer(only, transport);
    return answer instanceof Promise ? answer.then((settled) => this.#replyOf(settled)) : this.#replyOf(answer);
  }

  #problemOf({ calls }: CallList): RpcError | undefined {
    const { batchMax } = this.#options.limits;
    if (calls.length <= batchMax) return undefined;
    return invalidRequest(`batch request exceeds maximum (${batchMax}) allowed number of requests`);
  }

  #replyOf({ text, isCacheable }: Answer): Reply {
    return jsonReply(text, this.#mayCache(isCacheable));
  }

  #replyOfAll(answers: readonly Answer[]): Reply {
    const isCacheable = answers.length > 0 && answers.every((answer) => answer.isCacheable);
    const texts = answers.map(({ text }) => text);
    // Notifications have no answer, and CometBFT makes no list of one: CosmJS knows.
    const body = texts.length > 1 ? `[${texts.join(",")}]` : (texts[0] ?? "");
    return jsonReply(body, this.#mayCache(isCacheable));
  }

  #mayCache(isCacheable: boolean): boolean {
    return isCacheable && this.#options.isCachingAllowed;
  }

  /** A method at its own path. */
  async #method(
    request: IncomingMessage,
    response: ServerResponse,
    { name, query }: { readonly name: string; readonly query: string },
  ): Promise<void> {
    if (name === "websocket") return send(response, { status: 400, type: TEXT_TYPE, body: "Bad Request\n" });
    const method = this.#dispatcher.methods.get(name);
    if (method === undefined) return send(response, { status: 404, type: TEXT_TYPE, body: "404 page not found\n" });
    const bytes = await this.#body(request, response);
    if (bytes === undefined) return;
    const params = new URLSearchParams(query);
    if (bytes.length > 0 && (request.headers["content-type"] ?? "").startsWith(FORM_TYPE)) {
      for (const [key, value] of new URLSearchParams(bytes.toString("utf8"))) params.append(key, value);
    }
    const answer = await this.#dispatcher.answerUri(name, params, { client: request.socket, receiver: undefined });
    const status = answer.isOk ? 200 : method.isWebSocketOnly === true ? 404 : 500;
    send(response, { status, type: JSON_TYPE, body: answer.text, isCacheable: this.#mayCache(answer.isCacheable) });
  }

  /** The body; undefined when there is nothing more to do. */
  async #body(request: IncomingMessage, response: ServerResponse): Promise<Buffer | undefined> {
    const body = await readRequestBody(request, this.#options.limits.bodyBytesMax);
    if (body.kind === "whole") return body.bytes;
    if (body.kind === "too_large") {
      const problem = invalidRequest("error reading request body: http: request body too large");
      response.setHeader("connection", "close");
      send(response, { status: 400, type: JSON_TYPE, body: errorText(null, problem) });
    }
    return undefined;
  }
}

/** Path and query. */
function splitUrl(url: string): readonly [path: string, query: string] {
  const at = url.indexOf("?");
  return at < 0 ? [url, ""] : [url.slice(0, at), url.slice(at + 1)];
}

/** What a request is answered with. */
export interface Reply {
  readonly status: number;
  readonly type: string;
  readonly body: string;
  /** Browsers may keep it. */
  readonly isCacheable?: boolean;
}

function jsonReply(body: string, isCacheable: boolean): Reply {
  return { status: 200, type: JSON_TYPE, body, isCacheable };
}

function send(response: ServerResponse, { status, type, body, isCacheable }: Reply): void {
  if (response.destroyed) return;
  const length = Buffer.byteLength(body);
  // PERF: one literal for each case; this is on the way of every transaction.
  if (isCacheable === true) {
    response.writeHead(status, { "content-type": type, "content-length": length, "cache-control": CACHE_CONTROL });
  } else response.writeHead(status, { "content-type": type, "content-length": length });
  response.end(body);
}
