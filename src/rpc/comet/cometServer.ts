// CometBFT's RPC server (v0.38 rpc/core, rpc/jsonrpc): JSON-RPC by POST, methods by GET, WebSocket at /websocket.

import { createServer, type IncomingMessage, type Server } from "node:http";
import type { Duplex } from "node:stream";
import { WebSocketServer } from "ws";
import type { ChainNode, CommittedBlock } from "../../consensus/chainNode.ts";
import { closeHttpServer, listenHttp } from "../services/httpServer.ts";
import type { ListenOptions, RunningServer } from "../services/runningServer.ts";
import { Dispatcher, type RpcObserver } from "./dispatcher.ts";
import { EventBus } from "./eventBus.ts";
import { HttpFace } from "./httpFace.ts";
import { type CometRpcLimits, DEFAULT_LIMITS } from "./limits.ts";
import type { Environment, QueryFunction } from "./method.ts";
import { methodTable } from "./methods/table.ts";
import { PlainHttp } from "./plainHttp.ts";
import { TxWaiter } from "./txWaiter.ts";
import { WsConnection } from "./webSocket.ts";

const DEFAULT_PORT = 26657;
/** How often connections are looked at that take too long to send a request, in milliseconds. */
const TIMEOUT_CHECK_MS = 1_000;
/** How often a server that closes looks for connections that have become idle, in milliseconds. */
const IDLE_CHECK_MS = 10;

/** How the server listens and what it offers. */
export interface CometRpcOptions extends ListenOptions {
  /** Answers abci_query; the node itself unless given. CosmJS simulates by it: give the query router's. */
  readonly query?: QueryFunction;
  /** Offers the devnet's controls (`devnet_…`), if the node has them. */
  readonly admin?: boolean;
  /** Origins that browsers may read answers from; `*` is any. None unless given, as in CometBFT. */
  readonly corsOrigins?: readonly string[];
  readonly observer?: RpcObserver;
  /** CometBFT's defaults unless given: see limits.ts. */
  readonly limits?: Partial<CometRpcLimits>;
}

/** Starts the server. Rejects when the address is not free. The port defaults to 26657, the host to loopback. */
export async function startCometRpc(node: ChainNode, options: CometRpcOptions = {}): Promise<RunningServer> {
  const limits: CometRpcLimits = { ...DEFAULT_LIMITS, ...options.limits };
  const admin = options.admin === true && node.admin !== undefined;
  const bus = new EventBus(limits);
  const waiter = new TxWaiter(limits.commitTimeoutMs);
  let rpcAddress = "";
  const env: Environment = {
    node,
    query: options.query ?? ((path, data, height, prove) => node.query({ path, data, height, prove })),
    rpcAddress: () => rpcAddress,
    bus,
    waiter,
    genesisBytes: once(() => Buffer.from(JSON.stringify(genesisJson(node)), "utf8")),
  };
  const dispatcher = new Dispatcher(env, methodTable({ admin }), options.observer);
  const corsOrigins = options.corsOrigins ?? [];
  const face = new HttpFace(dispatcher, { limits, corsOrigins, isCachingAllowed: !admin });
  const server = createServer(
    { maxHeaderSize: limits.headerBytesMax, connectionsCheckingInterval: TIMEOUT_CHECK_MS },
    (request, response) => {
      face.serve(request, response).catch((error: unknown) => options.observer?.internalError?.("http", error));
    },
  );
  const connections = new Connections({ dispatcher, bus, limits });
  const plain = servePlain(server, face, { limits, headers: corsOrigins.length > 0 ? "vary: Origin\r\n" : "" });
  server.on("upgrade", (request, socket, head) => connections.upgrade(request, socket, head));
  const address = await listen(server, options, limits);
  rpcAddress = `tcp://${address.host}:${address.port}`;
  const stopListening = node.onBlock((block: CommittedBlock) => {
    waiter.publish(block);
    bus.publish(block);
  });
  const close = async () => {
    stopListening();
    waiter.close();
    connections.close();
    plain.close();
    // A connection that is busy now is idle once it was answered, and would be kept for the next request.
    const idle = setInterval(() => server.closeIdleConnections(), IDLE_CHECK_MS);
    await closeHttpServer(server, () => plain.cut());
    clearInterval(idle);
  };
  return { address, close };
}

/** Puts PlainHttp before node:http, whose own listener is the only one of a server that was just made. */
function servePlain(
  server: Server,
  face: HttpFace,
  { limits, headers }: { readonly limits: CometRpcLimits; readonly headers: string },
): PlainHttp {
  const byNode = server.listeners("connection");
  server.removeAllListeners("connection");
  const plain = new PlainHttp({
    answer: (body, socket) => face.answerJson(body, socket),
    handOver: (socket) => {
      for (const listener of byNode) listener.call(server, socket);
    },
    headers,
    ...limits,
  });
  server.on("connection", (socket) => plain.take(socket));
  return plain;
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

/** CometBFT always shows the version of the application, also when it is zero. */
function genesisJson({ genesis }: ChainNode) {
  const { consensus_params: params } = genesis;
  return { ...genesis, consensus_params: { ...params, version: { app: params.version.app ?? "0" } } };
}

async function listen(server: Server, { host, port }: ListenOptions, limits: CometRpcLimits) {
  const address = await listenHttp(server, { host: host ?? "127.0.0.1", port: port ?? DEFAULT_PORT });
  server.headersTimeout = limits.requestTimeoutMs;
  server.requestTimeout = limits.requestTimeoutMs;
  server.keepAliveTimeout = limits.keepAliveMs;
  server.maxConnections = limits.connectionsMax;
  server.timeout = limits.socketTimeoutMs;
  return address;
}

interface ConnectionParts {
  readonly dispatcher: Dispatcher;
  readonly bus: EventBus;
  readonly limits: CometRpcLimits;
}

/** The WebSocket connections. */
class Connections {
  readonly #server: WebSocketServer;
  readonly #parts: ConnectionParts;
  readonly #open = new Set<WsConnection>();

  constructor(parts: ConnectionParts) {
    this.#parts = parts;
    this.#server = new WebSocketServer({
      noServer: true,
      maxPayload: parts.limits.bodyBytesMax,
      clientTracking: false,
    });
  }

  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    // A client that goes away during the handshake is nobody's concern.
    socket.on("error", () => socket.destroy());
    if ((request.url ?? "/").split("?", 1)[0] !== "/websocket") {
      socket.end("HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
      return;
    }
    this.#server.handleUpgrade(request, socket, head, (webSocket) => {
      const connection = new WsConnection({ ...this.#parts, socket: webSocket, stream: socket });
      this.#open.add(connection);
      webSocket.once("close", () => this.#open.delete(connection));
    });
  }

  close(): void {
    for (const connection of this.#open) connection.close();
    this.#server.close();
  }
}
