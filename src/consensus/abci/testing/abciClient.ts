// The client side of ABCI as CometBFT has it (v0.38 abci/client/socket_client.go): for tests that take CometBFT's place.

import { createConnection, type Socket } from "node:net";
import { Request, Response } from "../../../../gen/tendermint/abci/types.ts";
import { concatBytes } from "../../../codec/bytes.ts";
import type { AbciAddress } from "../abciAddress.ts";
import { FrameReader, frameLength } from "../frames.ts";

/** One connection. Answers are taken in the order of the requests. */
export class AbciClient {
  readonly socket: Socket;
  readonly closed: Promise<void>;
  readonly #waiting: { resolve(response: Response): void; reject(error: Error): void }[] = [];

  private constructor(socket: Socket) {
    this.socket = socket;
    const frames = new FrameReader();
    socket.on("data", (chunk) => {
      for (const frame of frames.push(chunk)) this.#waiting.shift()?.resolve(Response.decode(frame));
    });
    socket.on("error", () => undefined);
    this.closed = new Promise((resolve) =>
      socket.once("close", () => {
        for (const { reject } of this.#waiting.splice(0)) reject(new Error("the connection was closed"));
        resolve();
      }),
    );
  }

  static connect(address: AbciAddress): Promise<AbciClient> {
    const socket = createConnection(address.kind === "unix" ? { path: address.path } : { ...address, noDelay: true });
    return new Promise((resolve, reject) => {
      socket.once("connect", () => resolve(new AbciClient(socket)));
      socket.once("error", reject);
    });
  }

  /** Sends requests in one piece and gives their answers. */
  send(...requests: readonly Request[]): Promise<Response[]> {
    return this.sendBytes(requests.length, ...requests.map((request) => framedRequest(request)));
  }

  /** Sends one request and gives its answer. Rejects when the answer is an exception. */
  async ask(request: Request): Promise<Response> {
    const [response] = await this.send(request);
    if (response?.exception !== undefined) throw new Error(response.exception.error);
    return response!;
  }

  /** Sends bytes, whatever they are, and gives the next answers. */
  sendBytes(answers: number, ...pieces: readonly Uint8Array[]): Promise<Response[]> {
    const responses = Array.from(
      { length: answers },
      () => new Promise<Response>((resolve, reject) => this.#waiting.push({ resolve, reject })),
    );
    this.socket.write(concatBytes(...pieces));
    return Promise.all(responses);
  }

  async close(): Promise<void> {
    this.socket.destroy();
    await this.closed;
  }
}

/** A request with its length before it. */
export function framedRequest(request: Request): Uint8Array {
  const bytes = Request.encode(request).finish();
  return concatBytes(frameLength(bytes.length), bytes);
}
