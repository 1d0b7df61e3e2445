// The REST server: every query and node service under its google.api.http path, as grpc-gateway v1 serves a Cosmos node
// (cosmos-sdk v0.53 server/api/server.go).

import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { GRPC_STATUS, QueryError } from "../../baseapp/queryError.ts";
import { messageToJson } from "../../codec/protoJson.ts";
import type { TypeRegistry } from "../../codec/registry.ts";
import type { ChainClient } from "../../consensus/chainNode.ts";
import { GATEWAY_STATUS, refusalOfError } from "../services/grpcStatus.ts";
import { HEIGHT_HEADER, parseHeight } from "../services/heightHeader.ts";
import { BodyTooLargeError, readBody } from "../services/httpBody.ts";
import { closeHttpServer, listenHttp } from "../services/httpServer.ts";
import type { QueryAnswer, QueryRouter } from "../services/queryRouter.ts";
import type { ListenOptions, RunningServer } from "../services/runningServer.ts";
import { buildRequest, type RequestParts } from "./buildRequest.ts";
import { httpStatusOf } from "./httpStatus.ts";
import { type KnownAnswer, KnownAnswers } from "./knownAnswers.ts";
import { createOpenApi } from "./openApi.ts";
import { parseRequestUrl } from "./requestUrl.ts";
import { type Route, type RouteMatch, RouteTable } from "./routes.ts";
import { createRoutesPage } from "./routesPage.ts";

/** Bytes of a request body: a transaction of 1 MiB in base64 or JSON fits. */
export const REST_BODY_BYTES_MAX = 4 * 1024 * 1024;

/** How the server listens and whom it answers. */
export interface RestOptions extends ListenOptions {
  /** Origins that browsers may call from; `*` is any. Chain data is public and nothing is authorised by cookies. */
  readonly corsOrigins?: readonly string[];
  /** Told of errors that nobody foresaw. */
  readonly onInternalError?: (path: string, error: unknown) => void;
}

/** Starts the REST server. Rejects when the address is not free. The port defaults to 1317. */
export async function startRest(
  node: ChainClient,
  registry: TypeRegistry,
  router: QueryRouter,
  options: RestOptions = {},
): Promise<RunningServer> {
  const gateway = new RestGateway(node, registry, router, options);
  const server = createServer((request, response) => void gateway.serve(request, response));
  const address = await listenHttp(server, { host: options.host ?? "127.0.0.1", port: options.port ?? 1317 });
  return { address, close: () => closeHttpServer(server) };
}

/** A response that is ready to be sent. */
interface Reply {
  readonly status: number;
  readonly type: "application/json" | "text/html; charset=utf-8";
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A request message, and the route that it is for. */
interface Bound {
  readonly route: Route;
  readonly data: Uint8Array;
}

class RestGateway {
  readonly #node: ChainClient;
  readonly #registry: TypeRegistry;
  readonly #router: QueryRouter;
  readonly #routes: RouteTable;
  readonly #known = new KnownAnswers();
  readonly #corsOrigins: readonly string[];
  readonly #onInternalError: ((path: string, error: unknown) => void) | undefined;
  readonly #pages: ReadonlyMap<string, () => Reply>;

  constructor(node: ChainClient, registry: TypeRegistry, router: QueryRouter, options: RestOptions) {
    this.#node = node;
    this.#registry = registry;
    this.#router = router;
    this.#routes = new RouteTable(registry, router.services);
    this.#corsOrigins = options.corsOrigins ?? ["*"];
    this.#onInternalError = options.onInternalError;
    const openApi = once(() => JSON.stringify(createOpenApi(this.#routes.routes, node.info().version)));
    const page = once(() => createRoutesPage(node.chainId, this.#routes.routes));
    this.#pages = new Map<string, () => Reply>([
      ["", () => ({ status: 200, type: "text/html; charset=utf-8", body: page() })],
      ["swagger/", () => ({ status: 200, type: "text/html; charset=utf-8", body: page() })],
      ["openapi.json", () => ({ status: 200, type: "application/json", body: openApi() })],
      ["health", () => this.#health()],
    ]);
  }

  /** Answers one request, whatever it is. Never rejects. */
  async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let reply: Reply;
    try {
      reply = await this.#reply(request);
    } catch (error) {
      reply = this.#refuse(request, error);
    }
    this.#send(request, response, reply);
  }

  async #reply(request: IncomingMessage): Promise<Reply> {
    if (request.method === "OPTIONS") return { status: 204, type: "application/json", body: "" };
    const isGet = request.method === "GET" || request.method === "HEAD";
    const known = isGet ? this.#known.get(request.url ?? "/") : undefined;
    if (known !== undefined) {
      const answer = await this.#router.call(known.route.method.path, known.data, heightOf(request));
      return this.#answer(request, known, answer);
    }
    const { segments, parameters } = parseRequestUrl(request.url ?? "/");
    const verb = request.method === "HEAD" ? "GET" : (request.method ?? "GET");
    const page = verb === "GET" ? this.#pages.get(segments.join("/")) : undefined;
    if (page !== undefined) return page();
    const matches = this.#routes.find(verb, segments);
    if (matches.length === 0) throw new QueryError(GRPC_STATUS.UNIMPLEMENTED, "Not Implemented");
    const height = heightOf(request);
    const takesBody = matches.some(({ route }) => route.rule.body !== "");
    const body = takesBody ? await readBody(request, REST_BODY_BYTES_MAX) : new Uint8Array();
    const bound = this.#bind(matches, { parameters, body });
    return this.#answer(request, bound, await this.#router.call(bound.route.method.path, bound.data, height));
  }

  /** The first route whose variables and parameters can be read; else the refusal of the first. */
  #bind(matches: readonly RouteMatch[], parts: RequestParts): Bound {
    let first: unknown;
    for (const match of matches) {
      try {
        return { route: match.route, data: buildRequest(this.#registry, match, parts) };
      } catch (error) {
        first ??= error;
      }
    }
    throw first;
  }

  /** `asked` is what was asked, and what came of it before. PERF: the JSON of the same bytes is not made again. */
  #answer(request: IncomingMessage, asked: Bound & Partial<KnownAnswer>, answer: QueryAnswer): Reply {
    const { route, data } = asked;
    const { value } = answer;
    const isSame = asked.value === value && asked.body !== undefined;
    const body = isSame ? asked.body : JSON.stringify(messageToJson(this.#registry, route.output.typeName, value));
    if (!isSame && request.method === "GET") this.#known.set(request.url ?? "/", { route, data, value, body });
    const height = answer.height.toString();
    const headers = { [HEIGHT_HEADER]: height, [`grpc-metadata-${HEIGHT_HEADER}`]: height };
    return { status: 200, type: "application/json", body, headers };
  }

  #health(): Reply {
    const body = JSON.stringify({ status: "ok", latest_height: String(this.#node.latestHeight) });
    return { status: 200, type: "application/json", body };
  }

  #refuse(request: IncomingMessage, error: unknown): Reply {
    if (error instanceof BodyTooLargeError) {
      // What was not read of the body would be taken for the next request.
      return { ...errorReply(413, GATEWAY_STATUS.RESOURCE_EXHAUSTED, error.message), headers: { connection: "close" } };
    }
    const refusal = refusalOfError(error);
    if (!(error instanceof QueryError)) this.#onInternalError?.(request.url ?? "", error);
    return errorReply(httpStatusOf(refusal.status), refusal.status, refusal.message);
  }

  #send(request: IncomingMessage, response: ServerResponse, reply: Reply): void {
    if (response.destroyed) return;
    const headers: Record<string, string> = {
      "x-content-type-options": "nosniff",
      ...this.#corsHeaders(request),
      ...reply.headers,
    };
    if (reply.status !== 204) headers["content-type"] = reply.type;
    if (reply.type.startsWith("text/html"))
      headers["content-security-policy"] = "default-src 'none'; style-src 'unsafe-inline'";
    response.writeHead(reply.status, headers);
    response.end(reply.body);
  }

  #corsHeaders(request: IncomingMessage): Record<string, string> {
    const origin = request.headers.origin;
    const isAny = this.#corsOrigins.includes("*");
    if (origin === undefined || !(isAny || this.#corsOrigins.includes(origin))) return {};
    return {
      "access-control-allow-origin": isAny ? "*" : origin,
      ...(isAny ? {} : { vary: "origin" }),
      "access-control-expose-headers": HEIGHT_HEADER,
      ...(request.method === "OPTIONS"
        ? {
            "access-control-allow-methods": "GET, HEAD, POST, OPTIONS",
            "access-control-allow-headers": `content-type, ${HEIGHT_HEADER}`,
            "access-control-max-age": "600",
          }
        : {}),
    };
  }
}

function once(make: () => string): () => string {
  let made: string | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

/** The height of the header, also in the form in which grpc-gateway passes metadata. */
function heightOf(request: IncomingMessage): bigint {
  const header = request.headers[HEIGHT_HEADER] ?? request.headers[`grpc-metadata-${HEIGHT_HEADER}`];
  return typeof header === "string" && header !== "" ? parseHeight(header) : 0n;
}

function errorReply(status: number, code: number, message: string): Reply {
  return { status, type: "application/json", body: JSON.stringify({ code, message, details: [] }) };
}
