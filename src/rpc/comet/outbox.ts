// What is to be written to a WebSocket. A message's text is made when the client has taken what came before, so that a
// slow client costs references and not megabytes; one that is too slow is cut off.

import type { WebSocket } from "ws";
import type { CometRpcLimits } from "./limits.ts";

/** A text, or how to make it. */
export type Message = string | (() => string);

/** What an outbox tells its connection. */
export interface OutboxEvents {
  /** Once: the client is too slow. */
  readonly onSlow: () => void;
  /** The client has caught up after it was stalled. */
  readonly onDrain: () => void;
}

/** Spent messages before the array is cut. */
const SPENT_MAX = 1_024;

/** The messages for one connection, in their order. */
export class Outbox {
  readonly #socket: WebSocket;
  readonly #limits: CometRpcLimits;
  readonly #events: OutboxEvents;
  #messages: Message[] = [];
  /** Messages before this one are written. */
  #next = 0;
  #isClosed = false;
  /** Runs while the client has to take something before more can be written. */
  #stalled: NodeJS.Timeout | undefined;

  constructor(socket: WebSocket, limits: CometRpcLimits, events: OutboxEvents) {
    this.#socket = socket;
    this.#limits = limits;
    this.#events = events;
  }

  /** Messages that wait. */
  get size(): number {
    return this.#messages.length - this.#next;
  }

  /** Whether the client has to take something before more is written. */
  get isStalled(): boolean {
    return this.#stalled !== undefined;
  }

  /** Adds a message, and writes it at once when the client keeps up. */
  push(message: Message): void {
    if (this.#isClosed) return;
    if (this.size >= this.#limits.outboxMax) {
      this.#giveUp();
      return;
    }
    this.#messages.push(message);
    if (this.#stalled === undefined) this.#write();
  }

  /** Drops what waits; nothing more is written. */
  close(): void {
    this.#isClosed = true;
    this.#messages = [];
    this.#next = 0;
    clearTimeout(this.#stalled);
  }

  #giveUp(): void {
    this.close();
    this.#events.onSlow();
  }

  #write(): void {
    while (this.size > 0) {
      const message = this.#messages[this.#next]!;
      // Spent messages hold blocks.
      this.#messages[this.#next] = "";
      this.#next += 1;
      const text = typeof message === "string" ? message : message();
      if (this.#socket.bufferedAmount + text.length < this.#limits.bufferedBytesMax) {
        this.#socket.send(text);
      } else {
        this.#stalled = setTimeout(() => this.#giveUp(), this.#limits.writeTimeoutMs);
        this.#socket.send(text, () => this.#resume());
        break;
      }
    }
    if (this.#next === this.#messages.length) {
      this.#messages = [];
      this.#next = 0;
    } else if (this.#next >= SPENT_MAX) {
      this.#messages = this.#messages.slice(this.#next);
      this.#next = 0;
    }
  }

  /** The client has taken everything, or is gone. */
  #resume(): void {
    clearTimeout(this.#stalled);
    this.#stalled = undefined;
    if (this.#isClosed) return;
    this.#write();
    if (this.#stalled === undefined) this.#events.onDrain();
  }
}
