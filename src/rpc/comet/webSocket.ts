// A connection at /websocket (CometBFT v0.38 rpc/jsonrpc/server/ws_handler.go): the same methods, and subscriptions.
// Requests are answered one after the other, but broadcast_tx_commit holds up nobody.

import type { Duplex } from "node:stream";
import type { RawData, WebSocket } from "ws";
import type { Answer, Dispatcher } from "./dispatcher.ts";
import type { EventBus, EventReceiver } from "./eventBus.ts";
import { type Call, errorText, readCalls } from "./jsonRpc.ts";
import type { CometRpcLimits } from "./limits.ts";
import { Outbox } from "./outbox.ts";
import { RpcError, subscriptionCanceled } from "./rpcError.ts";

/** Codes of RFC 6455, section 7.4. */
const CLOSE_GOING_AWAY = 1001;
const CLOSE_POLICY = 1008;
const CLOSE_INTERNAL = 1011;

/** How long a client that was told to go may take before it is cut off, in milliseconds. */
const CLOSE_GRACE_MS = 1_000;

/** What a connection needs. */
export interface WsParts {
  readonly socket: WebSocket;
  /** What the socket writes to. */
  readonly stream: Duplex;
  readonly dispatcher: Dispatcher;
  readonly bus: EventBus;
  readonly limits: CometRpcLimits;
}

/** One connection, from the handshake until it is closed. */
export class WsConnection implements EventReceiver {
  readonly #parts: WsParts;
  readonly #outbox: Outbox;
  /** Requests that have not begun. */
  readonly #queue: Call[] = [];
  /** Requests that have begun and hold up others. */
  #running = 0;
  /** Whether one of them runs alone. */
  #isExclusive = false;
  /** Requests that hold up nobody. */
  #apart = 0;
  #isPaused = false;
  /** As many as requests wait: more than an emitter of events takes for sound. */
  readonly #closeListeners = new Set<() => void>();
  readonly #ping: NodeJS.Timeout;
  readonly #silence: NodeJS.Timeout;

  constructor(parts: WsParts) {
    this.#parts = parts;
    const { socket, limits } = parts;
    this.#outbox = new Outbox(parts, limits, {
      onSlow: () => this.#cutOff(),
      onBroken: (error) => this.#breakOff(error),
      onDrain: () => this.#pump(),
    });
    this.#ping = setInterval(() => socket.ping(), limits.pingPeriodMs);
    this.#silence = setTimeout(() => socket.terminate(), limits.readTimeoutMs);
    socket.on("message", (data) => this.#onMessage(data));
    socket.on("ping", () => this.#silence.refresh());
    socket.on("pong", () => this.#silence.refresh());
    // Malformed frames, and clients that break off: `ws` closes the connection by itself.
    socket.on("error", () => socket.terminate());
    socket.on("close", () => this.#onClose());
  }

  receive(message: () => string): void {
    this.#outbox.push(message);
  }

  once(_event: "close", listener: () => void): void {
    this.#closeListeners.add(listener);
  }

  off(_event: "close", listener: () => void): void {
    this.#closeListeners.delete(listener);
  }

  /** Says goodbye; cuts the connection when the client does not answer. */
  close(): void {
    this.#end(CLOSE_GOING_AWAY, "the node is stopping");
  }

  #onClose(): void {
    clearInterval(this.#ping);
    clearTimeout(this.#silence);
    this.#queue.length = 0;
    this.#outbox.close();
    this.#parts.bus.unsubscribeAll(this);
    for (const listener of this.#closeListeners) listener();
    this.#closeListeners.clear();
  }

  /** The client does not take what it asked for. It is told, should it ever read again. */
  #cutOff(): void {
    const { socket, bus } = this.#parts;
    const reason = "client is not pulling messages fast enough";
    for (const id of bus.unsubscribeAll(this)) socket.send(errorText(id, subscriptionCanceled(reason)));
    this.#end(CLOSE_POLICY, reason);
  }

  /** An event has no JSON: nobody foresaw that. */
  #breakOff(error: unknown): void {
    this.#parts.dispatcher.report("event", error);
    this.#end(CLOSE_INTERNAL, "internal error");
  }

  #end(code: number, reason: string): void {
    const { socket } = this.#parts;
    this.#outbox.close();
    socket.close(code, reason);
    const cut = setTimeout(() => socket.terminate(), CLOSE_GRACE_MS);
    socket.once("close", () => clearTimeout(cut));
  }

  #onMessage(data: RawData): void {
    this.#silence.refresh();
    try {
      const [call] = readCalls(textOf(data), { allowsBatch: false }).calls;
      if (call?.id === undefined) return;
      this.#queue.push(call);
    } catch (error) {
      if (!(error instanceof RpcError)) throw error;
      this.#outbox.push(errorText(null, error));
      return;
    }
    this.#pump();
  }

  get #pending(): number {
    return this.#queue.length + this.#running + this.#apart;
  }

  /** Begins what may begin, in the order of arrival; nothing while the client does not take the answers it has. */
  #pump(): void {
    const { dispatcher, limits, socket } = this.#parts;
    for (let call = this.#queue[0]; call !== undefined && !this.#outbox.isBehind; call = this.#queue[0]) {
      const pace = dispatcher.paceOf(call);
      if (pace !== "apart" && (this.#isExclusive || (pace === undefined && this.#running > 0))) break;
      this.#queue.shift();
      this.#run(call, pace);
    }
    const isFull = this.#pending >= limits.pendingRequestsMax;
    if (isFull === this.#isPaused) return;
    this.#isPaused = isFull;
    if (isFull) socket.pause();
    else socket.resume();
  }

  /** PERF: what is answered at once is neither counted nor waited for. */
  #run(call: Call, pace: "joined" | "apart" | undefined): void {
    const answer = this.#parts.dispatcher.answer(call, { client: this, receiver: this });
    if (answer instanceof Promise) void this.#waitFor(answer, pace);
    else this.#outbox.push(answer.text);
  }

  async #waitFor(answer: Promise<Answer>, pace: "joined" | "apart" | undefined): Promise<void> {
    if (pace === "apart") this.#apart += 1;
    else this.#running += 1;
    if (pace === undefined) this.#isExclusive = true;
    const { text } = await answer;
    if (pace === "apart") this.#apart -= 1;
    else this.#running -= 1;
    if (pace === undefined) this.#isExclusive = false;
    this.#outbox.push(text);
    this.#pump();
  }
}

function textOf(data: RawData): string {
  if (Array.isArray(data)) return Buffer.concat(data).toString("utf8");
  return data instanceof ArrayBuffer ? Buffer.from(data).toString("utf8") : data.toString("utf8");
}
