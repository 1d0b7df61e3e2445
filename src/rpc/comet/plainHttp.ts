// Plain requests without node:http. Nearly every request to the RPC port is a POST to / that arrives in one piece and has
// a plain head (plainHead.ts): such a one is answered from here. A connection that brings anything else, or brings it in
// another way (in pieces, in a pipeline), is given to node:http as it is, with all that has come, and stays there. So what
// is odd or hostile meets the same parser and the same limits as if this file were not there.
//
// PERF: node:http takes 14 us of CPU for a request and its answer, of which the system calls are 6; this takes 8.

import { STATUS_CODES } from "node:http";
import type { Socket } from "node:net";
import { CACHE_CONTROL, type Reply } from "./httpFace.ts";
import { bodyBytesOfPlainHead, PLAIN_HEAD_MAX } from "./plainHead.ts";

const HEAD_END = "\r\n\r\n";
/** Heads that are remembered with what they say; a client sends the same one again and again. */
const HEADS_MAX = 1_000;
/** How often connections are looked at that may be silent for too long, in milliseconds. */
const SWEEP_MS = 1_000;
const TIMED_OUT = "HTTP/1.1 408 Request Timeout\r\nConnection: close\r\n\r\n";

/** What plain requests are answered with, and by what rules. Times are milliseconds. */
export interface PlainHttpParts {
  /** Answers the body of a request. Never throws or rejects. */
  readonly answer: (body: string, socket: Socket) => Reply | Promise<Reply>;
  /** Takes a connection over, with what has come put back into it: node:http's own listener. */
  readonly handOver: (socket: Socket) => void;
  /** Lines of every head with their ends. */
  readonly headers: string;
  readonly bodyBytesMax: number;
  /** How long a client may take for its first request, for the next one, and to take its answer. */
  readonly requestTimeoutMs: number;
  readonly keepAliveMs: number;
  readonly socketTimeoutMs: number;
}

/** The connections that bring plain requests. */
export class PlainHttp {
  readonly parts: PlainHttpParts;
  readonly #open = new Set<PlainConnection>();
  readonly #sweep: NodeJS.Timeout;
  /** Bytes of the body by head. */
  readonly #heads = new Map<string, number>();
  #date = "";
  #dateSecond = 0;
  #isClosing = false;

  constructor(parts: PlainHttpParts) {
    this.parts = parts;
    this.#sweep = setInterval(() => {
      const nowMs = Date.now();
      for (const connection of this.#open) connection.checkSilence(nowMs);
    }, SWEEP_MS);
    this.#sweep.unref();
  }

  /** Whether connections are closed behind the answer that they wait for. */
  get isClosing(): boolean {
    return this.#isClosing;
  }

  /** Takes a connection that was just accepted. */
  take(socket: Socket): void {
    this.#open.add(new PlainConnection(socket, this));
  }

  leave(connection: PlainConnection): void {
    this.#open.delete(connection);
  }

  /** Closes what is idle at once, and what waits for an answer when it has it. */
  close(): void {
    this.#isClosing = true;
    clearInterval(this.#sweep);
    for (const connection of this.#open) connection.closeWhenIdle();
  }

  /** Cuts every connection off. */
  cut(): void {
    for (const connection of this.#open) connection.cut();
  }

  /** The body of a chunk that is one whole plain request; undefined when it is anything else. */
  bodyOf(chunk: Buffer): string | undefined {
    const headBytes = chunk.subarray(0, PLAIN_HEAD_MAX).indexOf(HEAD_END, 0, "latin1") + HEAD_END.length;
    if (headBytes < HEAD_END.length) return undefined;
    const bodyBytes = this.#bodyBytesOf(chunk.toString("latin1", 0, headBytes));
    if (bodyBytes === undefined || bodyBytes === 0 || bodyBytes > this.parts.bodyBytesMax) return undefined;
    return chunk.length === headBytes + bodyBytes ? chunk.toString("utf8", headBytes) : undefined;
  }

  #bodyBytesOf(head: string): number | undefined {
    const known = this.#heads.get(head);
    if (known !== undefined) return known;
    const bodyBytes = bodyBytesOfPlainHead(head);
    if (bodyBytes === undefined) return undefined;
    if (this.#heads.size >= HEADS_MAX) this.#heads.clear();
    this.#heads.set(head, bodyBytes);
    return bodyBytes;
  }

  /** The head of an answer, as node:http writes it. */
  headOf({ status, type, isCacheable }: Reply, bodyBytes: number): string {
    const { headers, keepAliveMs } = this.parts;
    const connection = this.#isClosing
      ? "Connection: close"
      : `Connection: keep-alive\r\nKeep-Alive: timeout=${Math.trunc(keepAliveMs / 1000)}`;
    const cacheControl = isCacheable === true ? `cache-control: ${CACHE_CONTROL}\r\n` : "";
    return `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${headers}content-type: ${type}\r\ncontent-length: ${bodyBytes}\r\n${cacheControl}Date: ${this.#dateText()}\r\n${connection}\r\n\r\n`;
  }

  #dateText(): string {
    const nowMs = Date.now();
    const second = Math.trunc(nowMs / 1000);
    if (second !== this.#dateSecond) {
      this.#dateSecond = second;
      this.#date = new Date(nowMs).toUTCString();
    }
    return this.#date;
  }
}

/** One connection for as long as all it brings is plain. */
class PlainConnection {
  readonly #socket: Socket;
  readonly #server: PlainHttp;
  readonly #onData = (chunk: Buffer) => this.#receive(chunk);
  /** As with node:http, a client that ends its side gives up what it waits for. */
  readonly #onEnd = () => this.#socket.end();
  readonly #onClose = () => this.#server.leave(this);
  readonly #onTimeout = () => this.#socket.destroy();
  /** Since when nothing has come or gone, by the machine's clock. */
  #silentSinceMs = Date.now();
  #isFirst = true;
  #state: "idle" | "answering" | "draining" = "idle";

  constructor(socket: Socket, server: PlainHttp) {
    this.#socket = socket;
    this.#server = server;
    socket.on("data", this.#onData);
    socket.on("end", this.#onEnd);
    socket.on("close", this.#onClose);
    socket.on("error", destroy);
  }

  checkSilence(nowMs: number): void {
    const { requestTimeoutMs, keepAliveMs, socketTimeoutMs } = this.#server.parts;
    const silentMs = nowMs - this.#silentSinceMs;
    if (this.#state === "answering" && silentMs >= socketTimeoutMs) this.#socket.destroy();
    if (this.#state !== "idle" || silentMs < (this.#isFirst ? requestTimeoutMs : keepAliveMs)) return;
    if (this.#isFirst) this.#socket.write(TIMED_OUT);
    this.#socket.destroySoon();
  }

  closeWhenIdle(): void {
    if (this.#state === "idle") this.#socket.destroySoon();
  }

  cut(): void {
    this.#socket.destroy();
  }

  #receive(chunk: Buffer): void {
    if (this.#state !== "idle") {
      // The client sends on before it has its answer: kept by the socket until then.
      this.#socket.pause();
      this.#socket.unshift(chunk);
      return;
    }
    const body = this.#server.bodyOf(chunk);
    if (body === undefined) {
      this.#socket.pause();
      this.#socket.unshift(chunk);
      this.#handOver();
      return;
    }
    this.#isFirst = false;
    const reply = this.#server.parts.answer(body, this.#socket);
    if (!(reply instanceof Promise)) {
      this.#send(reply);
      return;
    }
    this.#state = "answering";
    this.#silentSinceMs = Date.now();
    void reply.then((settled) => {
      this.#state = "idle";
      this.#send(settled);
      this.#goOn();
    });
  }

  #send(reply: Reply): void {
    const socket = this.#socket;
    if (!socket.writable) return;
    const { body } = reply;
    const bodyBytes = Buffer.byteLength(body);
    const text = this.#server.headOf(reply, bodyBytes) + body;
    // PERF: what is ASCII need not be encoded.
    const isTaken = socket.write(text, bodyBytes === body.length ? "latin1" : "utf8");
    if (this.#server.isClosing) socket.destroySoon();
    else if (!isTaken) this.#drain();
    this.#silentSinceMs = Date.now();
  }

  /** The client does not take its answer: nothing more is read until it has, and it must go on taking. */
  #drain(): void {
    const socket = this.#socket;
    this.#state = "draining";
    socket.setTimeout(this.#server.parts.socketTimeoutMs, this.#onTimeout);
    socket.once("drain", () => {
      socket.setTimeout(0, this.#onTimeout);
      this.#state = "idle";
      this.#silentSinceMs = Date.now();
      this.#goOn();
    });
  }

  /** Goes on to what came meanwhile: a pipeline, for node:http. */
  #goOn(): void {
    if (this.#state === "idle" && this.#socket.writable && this.#socket.readableLength > 0) this.#handOver();
  }

  /** Gives the connection up to node:http, as if what waits in the socket were the first of it. */
  #handOver(): void {
    const socket = this.#socket;
    this.#server.leave(this);
    socket.off("data", this.#onData);
    socket.off("end", this.#onEnd);
    socket.off("close", this.#onClose);
    socket.off("error", destroy);
    this.#server.parts.handOver(socket);
    socket.resume();
  }
}

/** A client that goes away is nobody's concern. */
function destroy(this: Socket): void {
  this.destroy();
}
