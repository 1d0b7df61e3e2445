// What is to be written to a WebSocket. A message's text is made when the client has taken what came before, so that a
// slow client costs references and not megabytes; one that is too slow is cut off. The events of a big block are written
// over several turns of the event loop, so that requests are answered in between. What is written in one turn goes out in
// one system call.

import type { Duplex } from "node:stream";
import type { WebSocket } from "ws";
import type { CometRpcLimits } from "./limits.ts";

/** A text, or how to make it. */
export type Message = string | (() => string);

/** What an outbox tells its connection. */
export interface OutboxEvents {
  /** Once: the client is too slow. */
  readonly onSlow: () => void;
  /** Once: a message could not be made. */
  readonly onBroken: (error: unknown) => void;
  /** Nothing waits any more. */
  readonly onDrain: () => void;
}

/** Spent messages before the array is cut. */
const SPENT_MAX = 1_024;
/** Messages that are written in one turn of the event loop: of transactions, 1 ms. */
const TURN_MESSAGES_MAX = 32;

/** The messages for one connection, in their order. */
export class Outbox {
  readonly #socket: WebSocket;
  /** The stream below the socket: what is written while it is corked goes out together. */
  readonly #stream: Duplex;
  readonly #limits: CometRpcLimits;
  readonly #events: OutboxEvents;
  #messages: Message[] = [];
  /** Messages before this one are written. */
  #next = 0;
  #isClosed = false;
  /** Whether what is written is held together until the running job, with all that follows from it, is done. */
  #isCorked = false;
  readonly #uncork = () => {
    this.#isCorked = false;
    this.#stream.uncork();
  };
  /** Runs while the client has to take something before more can be written. */
  #stalled: NodeJS.Timeout | undefined;
  /** Set while the next turn goes on writing. */
  #nextTurn: NodeJS.Immediate | undefined;

  constructor(
    sockets: { readonly socket: WebSocket; readonly stream: Duplex },
    limits: CometRpcLimits,
    events: OutboxEvents,
  ) {
    this.#socket = sockets.socket;
    this.#stream = sockets.stream;
    this.#limits = limits;
    this.#events = events;
  }

  /** Messages that wait. */
  get size(): number {
    return this.#messages.length - this.#next;
  }

  /** Whether something waits, for the client or for the next turn. */
  get isBehind(): boolean {
    return this.#stalled !== undefined || this.#nextTurn !== undefined;
  }

  /** Adds a message. One that is ready is written at once when nothing else waits. */
  push(message: Message): void {
    if (this.#isClosed) return;
    if (this.size >= this.#limits.outboxMax) {
      this.#giveUp();
      return;
    }
    this.#messages.push(message);
    if (this.isBehind) return;
    if (typeof message === "string") this.#write();
    else this.#writeNextTurn();
  }

  /** Drops what waits; nothing more is written. */
  close(): void {
    this.#isClosed = true;
    this.#messages = [];
    this.#next = 0;
    clearTimeout(this.#stalled);
    clearImmediate(this.#nextTurn);
  }

  #giveUp(): void {
    this.close();
    this.#events.onSlow();
  }

  #writeNextTurn(): void {
    this.#nextTurn = setImmediate(() => {
      this.#nextTurn = undefined;
      this.#goOn();
    });
  }

  #write(): void {
    // PERF: answers to many requests are ready in the same job: to a batch from the verifying threads, or to a pipeline.
    if (!this.#isCorked) {
      this.#isCorked = true;
      this.#stream.cork();
      process.nextTick(this.#uncork);
    }
    for (let written = 0; this.size > 0 && !this.isBehind; written += 1) {
      if (written === TURN_MESSAGES_MAX) this.#writeNextTurn();
      else this.#writeNext();
    }
    if (this.#next === this.#messages.length) {
      this.#messages = [];
      this.#next = 0;
    } else if (this.#next >= SPENT_MAX) {
      this.#messages = this.#messages.slice(this.#next);
      this.#next = 0;
    }
  }

  #writeNext(): void {
    const message = this.#messages[this.#next]!;
    // Spent messages hold blocks.
    this.#messages[this.#next] = "";
    this.#next += 1;
    const text = this.#textOf(message);
    if (text === undefined) return;
    if (this.#socket.bufferedAmount + text.length < this.#limits.bufferedBytesMax) {
      this.#socket.send(text);
      return;
    }
    this.#stalled = setTimeout(() => this.#giveUp(), this.#limits.writeTimeoutMs);
    // Called when the client has taken everything, or is gone.
    this.#socket.send(text, () => {
      clearTimeout(this.#stalled);
      this.#stalled = undefined;
      this.#goOn();
    });
  }

  /** The text; undefined when it cannot be made, and then nothing more is written: a gap would not be noticed. */
  #textOf(message: Message): string | undefined {
    if (typeof message === "string") return message;
    try {
      return message();
    } catch (error) {
      this.close();
      this.#events.onBroken(error);
      return undefined;
    }
  }

  #goOn(): void {
    if (this.#isClosed) return;
    this.#write();
    if (!this.isBehind) this.#events.onDrain();
  }
}
