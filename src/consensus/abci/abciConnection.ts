// One connection of CometBFT: requests come in, answers go out in the same order. CometBFT opens four of them (consensus,
// mempool, query, snapshot), which all speak the same protocol (cometbft v0.38 abci/server/socket_server.go).

import type { Socket } from "node:net";
import { Request, Response } from "../../../gen/tendermint/abci/types.ts";
import { type AbciCalls, answer, mayOverlap } from "./abciCalls.ts";
import { AbciError } from "./abciError.ts";
import { FrameReader, frameLength } from "./frames.ts";

/** Requests of one connection between their arrival and their answer; the socket is not read further until some end. */
const PENDING_MAX = 4096;

/** A connection that is served. */
export class AbciConnection {
  readonly #socket: Socket;
  readonly #calls: AbciCalls;
  readonly #frames: FrameReader;
  #pending = 0;
  /** Ends when every request so far is answered. Never rejects. */
  #answered: Promise<void> = Promise.resolve();
  /** Why the connection is being closed; nothing is answered after the exception that says so. */
  #failure: Error | undefined;

  constructor(socket: Socket, calls: AbciCalls, frameBytesMax?: number) {
    this.#socket = socket;
    this.#calls = calls;
    this.#frames = new FrameReader(frameBytesMax);
    // A reset ends the loop over the socket; without a listener it would end the process.
    socket.on("error", () => undefined);
  }

  /**
   * Serves until the other side closes. Rejects with what was wrong, once the other side was told by an exception and
   * the connection is closed.
   */
  async serve(): Promise<void> {
    try {
      await this.#readAll();
    } catch (error) {
      this.#fail(error);
    }
    await this.#answered;
    if (!this.#socket.destroyed) this.#socket.destroySoon();
    if (this.#failure !== undefined) throw this.#failure;
  }

  async #readAll(): Promise<void> {
    // It is closed after the exception is written, not when reading ends.
    for await (const chunk of this.#socket.iterator({ destroyOnReturn: false })) {
      // A socket without an encoding gives buffers.
      for (const frame of this.#frames.push(chunk as Uint8Array)) {
        if (this.#failure !== undefined) return;
        await this.#take(decodeRequest(frame));
      }
    }
    if (this.#frames.isInside) throw new AbciError("protocol", "the connection ended within a message");
  }

  /** Begins to work on a request, once it may. */
  async #take(request: Request): Promise<void> {
    const isAlone = !mayOverlap(request);
    if (isAlone || this.#pending >= PENDING_MAX) await this.#answered;
    if (this.#failure !== undefined) return;
    this.#pending += 1;
    const response = answer(this.#calls, request);
    // It is awaited below, in its turn; until then a rejection is not unhandled.
    response.catch(() => undefined);
    this.#answered = this.#answered.then(() => this.#send(response));
    if (isAlone) await this.#answered;
  }

  async #send(response: Promise<Response>): Promise<void> {
    if (this.#failure === undefined) {
      try {
        await this.#write(await response);
      } catch (error) {
        this.#fail(error);
      }
    }
    this.#pending -= 1;
  }

  async #write(response: Response): Promise<void> {
    const bytes = Response.encode(response).finish();
    if (this.#socket.destroyed) return;
    this.#socket.cork();
    this.#socket.write(frameLength(bytes.length));
    const isTaken = this.#socket.write(bytes);
    process.nextTick(() => this.#socket.uncork());
    // Whoever does not read its answers is not read from either.
    if (!isTaken) await drained(this.#socket);
  }

  /** The first failure is the one that counts: it is told as an exception, in place of the answer. */
  #fail(error: unknown): void {
    if (this.#failure !== undefined) return;
    this.#failure = error instanceof Error ? error : new Error(String(error));
    if (this.#socket.destroyed) return;
    const bytes = Response.encode({ exception: { error: this.#failure.message } }).finish();
    this.#socket.write(Buffer.concat([frameLength(bytes.length), bytes]));
    this.#socket.destroySoon();
  }
}

function decodeRequest(frame: Uint8Array): Request {
  try {
    return Request.decode(frame);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new AbciError("protocol", `a message that is no request: ${why}`, { cause });
  }
}

/** Resolves when a socket takes bytes again, or is closed. */
function drained(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      socket.off("drain", done);
      socket.off("close", done);
      resolve();
    };
    socket.on("drain", done);
    socket.on("close", done);
    if (socket.destroyed) done();
  });
}
