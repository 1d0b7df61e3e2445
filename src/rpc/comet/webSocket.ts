// CometBFT's RPC over a WebSocket: the same methods, and subscriptions.

import type { RawData, WebSocket } from "ws";
import { type Call, type Dispatcher, errorText, readCall, resultText } from "./dispatch.ts";
import type { Json } from "./encode.ts";
import { RPC_CODE, RpcError, refused, rpcErrorOf } from "./rpcError.ts";
import { type Happening, Subscriptions } from "./subscriptions.ts";

/** Limits of a connection, as CometBFT's defaults. */
export const WS_LIMITS = Object.freeze({
  connections: 100,
  subscriptions: 5,
  frameBytes: 2 * 1024 * 1024,
  /** Bytes that wait for a client that does not read; then it is cut off. */
  bufferBytes: 64 * 1024 * 1024,
  pingIntervalMs: 27_000,
  queryLength: 512,
  /** Requests of one connection that run at a time. */
  running: 100,
});

/** One connection. Requests run in the order of their arrival; only broadcast_tx_commit does not hold up the others. */
export class WsConnection {
  readonly #socket: WebSocket;
  readonly #dispatcher: Dispatcher;
  readonly #subscriptions = new Subscriptions();
  #queue: Promise<void> = Promise.resolve();
  #running = 0;
  #isAlive = true;

  constructor(socket: WebSocket, dispatcher: Dispatcher) {
    this.#socket = socket;
    this.#dispatcher = dispatcher;
    socket.on("message", (data, isBinary) => this.#onMessage(data, isBinary));
    socket.on("pong", () => {
      this.#isAlive = true;
    });
    // A connection that breaks is closed; there is nobody to tell.
    socket.on("error", () => socket.terminate());
    socket.on("close", () => this.#subscriptions.clear());
  }

  get hasSubscriptions(): boolean {
    return this.#subscriptions.size > 0;
  }

  /** Tells of something that happened to the subscriptions that want to know. */
  tell(happened: Happening): void {
    for (const frame of this.#subscriptions.framesFor(happened)) this.#send(frame);
  }

  /** Asks whether anybody is there; closes when the last question was not answered. */
  ping(): void {
    if (!this.#isAlive) {
      this.#socket.terminate();
      return;
    }
    this.#isAlive = false;
    this.#socket.ping();
  }

  close(): void {
    this.#socket.close(1001, "the node is stopping");
  }

  #send(text: string): void {
    if (this.#socket.readyState !== this.#socket.OPEN) return;
    if (this.#socket.bufferedAmount > WS_LIMITS.bufferBytes) {
      this.#socket.close(1013, "client is not pulling messages fast enough");
      this.#socket.terminate();
      return;
    }
    this.#socket.send(text);
  }

  #onMessage(data: RawData, isBinary: boolean): void {
    if (this.#running >= WS_LIMITS.running) {
      this.#socket.close(1013, "too many requests at a time");
      return;
    }
    const calls = isBinary ? undefined : parseFrame(data.toString());
    if (calls === undefined) {
      this.#send(errorText(null, new RpcError(RPC_CODE.parse, "Parse error. Invalid JSON")));
      return;
    }
    for (const value of calls) this.#take(value);
  }

  #take(value: unknown): void {
    this.#running += 1;
    const done = (): void => {
      this.#running -= 1;
    };
    let call: Call;
    try {
      call = readCall(value);
    } catch (error) {
      done();
      this.#send(errorText(null, rpcErrorOf(error)));
      return;
    }
    if (call.method === "broadcast_tx_commit") {
      void this.#answer(call).then(done);
      return;
    }
    this.#queue = this.#queue.then(() => this.#answer(call)).then(done);
  }

  /** Never rejects. */
  async #answer(call: Call): Promise<void> {
    try {
      this.#send(resultText(call.id, await this.#run(call)));
    } catch (error) {
      this.#send(errorText(call.id, rpcErrorOf(error)));
    }
  }

  async #run(call: Call): Promise<Json> {
    switch (call.method) {
      case "subscribe":
        return this.#subscribe(call);
      case "unsubscribe":
        if (!this.#subscriptions.delete(queryOf(call))) throw refused("subscription not found");
        return {};
      case "unsubscribe_all":
        this.#subscriptions.clear();
        return {};
      default:
        return this.#dispatcher.run(call);
    }
  }

  #subscribe(call: Call): Json {
    const query = queryOf(call);
    if (this.#subscriptions.has(query)) throw refused("already subscribed");
    if (this.#subscriptions.size >= WS_LIMITS.subscriptions) {
      throw refused(`max_subscriptions_per_client ${WS_LIMITS.subscriptions} reached`);
    }
    if (query.length > WS_LIMITS.queryLength) throw refused("maximum query length exceeded");
    try {
      this.#subscriptions.add(call.id, query);
    } catch (error) {
      throw refused(`failed to parse query: ${error instanceof Error ? error.message : String(error)}`);
    }
    return {};
  }
}

function queryOf({ params }: Call): string {
  const query: unknown = Array.isArray(params) ? params[0] : (params as { query?: unknown } | undefined)?.query;
  if (typeof query !== "string" || query === "") {
    throw new RpcError(RPC_CODE.invalidParams, "Invalid params", "query: expected a string");
  }
  return query;
}

/** The requests in a frame; undefined when it is not JSON. */
function parseFrame(text: string): readonly unknown[] | undefined {
  try {
    const parsed: unknown = JSON.parse(text);
    return Array.isArray(parsed) ? parsed : [parsed];
  } catch {
    // Told to the client as a parse error.
    return undefined;
  }
}
