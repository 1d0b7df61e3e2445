// Calls back when a chain has a new block. Polling does the work; a WebSocket, where there is one, is faster and makes
// polls unnecessary while it speaks. When it falls silent, the polls go on by themselves.

import { type RawData, WebSocket } from "ws";
import type { ChainIncident } from "./endpoints.ts";
import { endpointLabel, isRecord } from "./jsonRpc.ts";

/** After so long without a word over the WebSocket, polls take over. */
const QUIET_MS = 15_000;
/** After so long without one it counts as dead, and is opened anew. */
const SILENT_MS = 60_000;
/** Waits before a WebSocket is opened again: the first, and the longest after repeated failures. */
const RECONNECT_MIN_MS = 250;
const RECONNECT_MAX_MS = 30_000;
const WS_MESSAGE_BYTES_MAX = 16 * 1024 * 1024;

/** How a chain tells of its blocks. */
export interface HeightSource {
  readonly pollIntervalMs: number;
  /** The newest height. Rejections are taken for "not now". */
  latestHeight(): Promise<bigint>;
  readonly webSocket?:
    | {
        readonly url: string;
        /** What is sent once it is open. */
        readonly subscription: object;
        /** The height in a message; undefined when it tells of none. */
        heightOf(message: unknown): bigint | undefined;
      }
    | undefined;
}

/** The watches of one reader, which end with it. */
export class HeightWatches {
  readonly #source: HeightSource;
  readonly #onIncident: (incident: ChainIncident) => void;
  readonly #running = new Set<HeightWatch>();

  constructor(source: HeightSource, onIncident: (incident: ChainIncident) => void) {
    this.#source = source;
    this.#onIncident = onIncident;
  }

  /** Calls back until the function that it returns is called. */
  start(onHeight: (height: bigint) => void): () => void {
    const watch = new HeightWatch(this.#source, onHeight, this.#onIncident);
    this.#running.add(watch);
    return () => {
      watch.close();
      this.#running.delete(watch);
    };
  }

  close(): void {
    for (const watch of this.#running) watch.close();
    this.#running.clear();
  }
}

/** Runs until it is closed. */
class HeightWatch {
  readonly #source: HeightSource;
  readonly #onHeight: (height: bigint) => void;
  readonly #onIncident: (incident: ChainIncident) => void;
  #last: bigint | undefined;
  #closed = false;
  #pollTimer: NodeJS.Timeout | undefined;
  #reconnectTimer: NodeJS.Timeout | undefined;
  #socket: WebSocket | undefined;
  #heardAtMs = 0;
  #reconnectMs = RECONNECT_MIN_MS;

  constructor(source: HeightSource, onHeight: (height: bigint) => void, onIncident: (incident: ChainIncident) => void) {
    this.#source = source;
    this.#onHeight = onHeight;
    this.#onIncident = onIncident;
    void this.#poll();
    this.#connect();
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#pollTimer);
    clearTimeout(this.#reconnectTimer);
    this.#socket?.terminate();
  }

  #tell(height: bigint): void {
    // A height may come down: a reorganisation, or a chain for tests that was taken back.
    if (this.#closed || height === this.#last) return;
    this.#last = height;
    this.#onHeight(height);
  }

  async #poll(): Promise<void> {
    if (Date.now() - this.#heardAtMs > QUIET_MS) {
      try {
        this.#tell(await this.#source.latestHeight());
      } catch (error) {
        // The reader has told of it; the next poll is the next try.
        if (!(error instanceof Error)) throw error;
      }
    }
    if (!this.#closed) this.#pollTimer = setTimeout(() => void this.#poll(), this.#source.pollIntervalMs);
  }

  #connect(): void {
    const { webSocket } = this.#source;
    if (webSocket === undefined || this.#closed) return;
    const socket = new WebSocket(webSocket.url, {
      handshakeTimeout: QUIET_MS,
      maxPayload: WS_MESSAGE_BYTES_MAX,
      perMessageDeflate: false,
    });
    this.#socket = socket;
    let silence: NodeJS.Timeout | undefined;
    const listen = (): void => {
      clearTimeout(silence);
      silence = setTimeout(() => socket.terminate(), SILENT_MS);
    };
    let reason = "the connection ended";
    socket.on("open", () => {
      listen();
      socket.send(JSON.stringify(webSocket.subscription));
    });
    socket.on("message", (data) => {
      listen();
      this.#heard(data, webSocket.heightOf);
    });
    socket.on("error", (error) => {
      reason = "code" in error ? String(error.code) : "no WebSocket answers there";
    });
    socket.on("close", () => {
      clearTimeout(silence);
      this.#heardAtMs = 0;
      if (this.#closed) return;
      this.#onIncident({ kind: "watch_lost", detail: `${endpointLabel(webSocket.url)}: ${reason}` });
      this.#reconnectTimer = setTimeout(() => this.#connect(), this.#reconnectMs);
      this.#reconnectMs = Math.min(2 * this.#reconnectMs, RECONNECT_MAX_MS);
    });
  }

  #heard(data: RawData, heightOf: (message: unknown) => bigint | undefined): void {
    const height = heightOf(parseMessage(data));
    if (height === undefined) return;
    this.#heardAtMs = Date.now();
    this.#reconnectMs = RECONNECT_MIN_MS;
    this.#tell(height);
  }
}

function parseMessage(data: RawData): unknown {
  try {
    const message: unknown = JSON.parse(data.toString());
    return isRecord(message) ? message : undefined;
  } catch (error) {
    // What is no JSON tells of no block.
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
