// CometBFT's RPC server: JSON-RPC by POST, methods by GET, WebSocket at /websocket.

import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import { WebSocketServer } from "ws";
import type { ChainNode } from "../../consensus/chainNode.ts";
import { BodyTooLargeError, readBody } from "../services/httpBody.ts";
import { closeHttpServer, listenHttp } from "../services/httpServer.ts";
import type { ListenOptions, RunningServer } from "../services/runningServer.ts";
import { Dispatcher, errorText, type RpcObserver, resultText } from "./dispatch.ts";
import { nodeQuery, type QueryFunction } from "./methods.ts";
import { rpcErrorOf } from "./rpcError.ts";
import { happeningsOf } from "./subscriptions.ts";
import { WS_LIMITS, WsConnection } from "./webSocket.ts";

/** How the server listens and what it offers. */
export interface CometRpcOptions extends ListenOptions {
  /** Answers abci_query; by default the node itself. */
  readonly query?: QueryFunction;
  /** Offer the devnet's controls. */
  readonly admin?: boolean;
  /** Origins that browsers may call from; `*` is any. */
  readonly corsOrigins?: readonly string[];
  readonly observer?: RpcObserver;
}

/** Bytes of a request: a transaction of 1 MiB in base64 fits (CometBFT's default is 1,000,000). */
export const RPC_BODY_BYTES_MAX = 2 * 1024 * 1024;
/** An id that CometBFT gives to answers of GET requests. */
const URI_ID = -1;

/** Starts the server. Rejects when the address is not free. The port defaults to 26657. */
export async function startCometRpc(node: ChainNode, options: CometRpcOptions = {}): Promise<RunningServer> {
  let rpcAddress = "";
  const dispatcher = new Dispatcher(
    { node, query: options.query ?? nodeQuery(node), rpcAddress: () => rpcAddress },
    { admin: options.admin === true && node.admin !== undefined, observer: options.observer },
  );
  const face = new HttpFace(dispatcher, options.corsOrigins ?? []);
  const server = createServer((request, response) => void face.serve(request, response));
  const connections = new Connections(node, dispatcher);
  server.on("upgrade", (request, socket, head) => connections.upgrade(request, socket, head));
  const address = await listenHttp(server, { host: options.host ?? "127.0.0.1", port: options.port ?? 26657 });
  rpcAddress = `tcp://${address.host}:${address.port}`;
  return {
    address,
    async close() {
      connections.close();
      await closeHttpServer(server);
    },
  };
}

/** Requests by POST and GET. */
class HttpFace {
  readonly #dispatcher: Dispatcher;
  readonly #corsOrigins: readonly string[];

  constructor(dispatcher: Dispatcher, corsOrigins: readonly string[]) {
    this.#dispatcher = dispatcher;
    this.#corsOrigins = corsOrigins;
  }

  async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.#allowOrigin(request, response);
    try {
      switch (request.method) {
        case "POST":
          return await this.#post(request, response);
        case "GET":
        case "HEAD":
          return await this.#get(request, response);
        case "OPTIONS":
          response.writeHead(204).end();
          return;
        default:
          return send(response, 405, "text/plain", "method not allowed\n");
      }
    } catch (error) {
      if (response.headersSent || response.destroyed) return;
      const status = error instanceof BodyTooLargeError ? 413 : 400;
      response.setHeader("connection", "close");
      send(response, status, "text/plain", `${error instanceof Error ? error.message : "bad request"}\n`);
    }
  }

  #allowOrigin(request: IncomingMessage, response: ServerResponse): void {
    const { origin } = request.headers;
    if (origin === undefined || this.#corsOrigins.length === 0) return;
    const isAny = this.#corsOrigins.includes("*");
    if (!isAny && !this.#corsOrigins.includes(origin)) return;
    response.setHeader("access-control-allow-origin", isAny ? "*" : origin);
    response.setHeader("access-control-allow-methods", "GET, HEAD, POST, OPTIONS");
    response.setHeader("access-control-allow-headers", "content-type");
    if (!isAny) response.setHeader("vary", "origin");
  }

  async #post(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await readBody(request, RPC_BODY_BYTES_MAX);
    const text = Buffer.from(body.buffer, body.byteOffset, body.length).toString("utf8");
    const answer = await this.#dispatcher.answerBody(text);
    send(response, answer.isParsed ? 200 : 500, "application/json", answer.text);
  }

  async #get(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = parseUrl(request.url ?? "/");
    if (url === undefined) return send(response, 400, "text/plain", "malformed URL\n");
    const method = url.pathname.replace(/^\/+|\/+$/g, "");
    if (method === "") return send(response, 200, "text/html; charset=utf-8", this.#page());
    if (!this.#dispatcher.methods.has(method)) return send(response, 404, "text/plain", "404 page not found\n");
    try {
      const result = await this.#dispatcher.runUri(method, url.searchParams);
      send(response, 200, "application/json", resultText(URI_ID, result));
    } catch (error) {
      send(response, 500, "application/json", errorText(URI_ID, rpcErrorOf(error)));
    }
  }

  /** All methods with links, as CometBFT shows them at `/`. */
  #page(): string {
    const items = [...this.#dispatcher.methods].map(([name, { params }]) => {
      const names = Object.keys(params);
      const query = names.length === 0 ? "" : `?${names.map((param) => `${param}=_`).join("&amp;")}`;
      return `<li><a href="/${name}">/${name}</a>${query}</li>`;
    });
    return `<!doctype html><title>RPC</title><h1>Available endpoints</h1><ul>${items.join("")}</ul>`;
  }
}

function send(response: ServerResponse, status: number, type: string, body: string): void {
  response.writeHead(status, { "content-type": type, "content-length": Buffer.byteLength(body) });
  response.end(body);
}

function parseUrl(text: string): URL | undefined {
  return URL.canParse(text, "http://localhost") ? new URL(text, "http://localhost") : undefined;
}

/** The WebSocket connections, and the blocks they hear of. */
class Connections {
  readonly #sockets = new WebSocketServer({ noServer: true, maxPayload: WS_LIMITS.frameBytes });
  readonly #connections = new Set<WsConnection>();
  readonly #dispatcher: Dispatcher;
  readonly #stopListening: () => void;
  readonly #pings: NodeJS.Timeout;

  constructor(node: ChainNode, dispatcher: Dispatcher) {
    this.#dispatcher = dispatcher;
    this.#stopListening = node.onBlock((block) => {
      const listening = [...this.#connections].filter((connection) => connection.hasSubscriptions);
      if (listening.length === 0) return;
      for (const happened of happeningsOf(block)) for (const connection of listening) connection.tell(happened);
    });
    this.#pings = setInterval(() => {
      for (const connection of this.#connections) connection.ping();
    }, WS_LIMITS.pingIntervalMs);
    this.#pings.unref();
  }

  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    // A client that goes away during the handshake is nobody's concern.
    socket.on("error", () => socket.destroy());
    if (parseUrl(request.url ?? "/")?.pathname !== "/websocket") {
      refuseUpgrade(socket, "404 Not Found");
      return;
    }
    if (this.#connections.size >= WS_LIMITS.connections) {
      refuseUpgrade(socket, "503 Service Unavailable");
      return;
    }
    this.#sockets.handleUpgrade(request, socket, head, (webSocket) => {
      const connection = new WsConnection(webSocket, this.#dispatcher);
      this.#connections.add(connection);
      webSocket.on("close", () => this.#connections.delete(connection));
    });
  }

  close(): void {
    this.#stopListening();
    clearInterval(this.#pings);
    for (const connection of this.#connections) connection.close();
    this.#sockets.close();
  }
}

function refuseUpgrade(socket: Duplex, status: string): void {
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}
