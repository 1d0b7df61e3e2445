// A minimal HTTP/1.1 client for load generation: one request at a time on each kept-alive connection. It exists because
// node:http costs more on the client than the node under test spends on a request.

import { connect, type Socket } from "node:net";

const HEADER_END = Buffer.from("\r\n\r\n");

/** A kept-alive connection that answers one POST at a time. */
export class RawConnection {
  readonly #socket: Socket;
  readonly #host: string;
  #received: Buffer = Buffer.alloc(0);
  #waiting: { resolve: (body: string) => void; reject: (error: Error) => void } | undefined;

  private constructor(socket: Socket, host: string) {
    this.#socket = socket;
    this.#host = host;
    socket.setNoDelay(true);
    socket.on("data", (chunk) => this.#onData(chunk));
    socket.on("error", (error) => this.#fail(error));
    socket.on("close", () => this.#fail(new Error("the node closed the connection")));
  }

  static open(host: string, port: number): Promise<RawConnection> {
    return new Promise((resolve, reject) => {
      const socket = connect(port, host, () => {
        socket.off("error", reject);
        resolve(new RawConnection(socket, `${host}:${port}`));
      });
      socket.once("error", reject);
    });
  }

  /** Whether the node has closed it, as it does with one that is silent for ten seconds. */
  get isClosed(): boolean {
    return this.#socket.destroyed;
  }

  /** Posts a JSON body to `/` and gives the body of the answer. */
  post(body: string): Promise<string> {
    if (this.#waiting !== undefined) throw new Error("one request at a time");
    if (this.isClosed) return Promise.reject(new Error("the node closed the connection"));
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
      this.#socket.write(
        `POST / HTTP/1.1\r\nHost: ${this.#host}\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
      );
    });
  }

  close(): void {
    this.#waiting = undefined;
    this.#socket.destroy();
  }

  #fail(error: Error): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting?.reject(error);
  }

  #onData(chunk: Buffer): void {
    this.#received = this.#received.length === 0 ? chunk : Buffer.concat([this.#received, chunk]);
    const headerEnd = this.#received.indexOf(HEADER_END);
    if (headerEnd < 0) return;
    const header = this.#received.toString("latin1", 0, headerEnd);
    const length = /content-length: *([0-9]+)/i.exec(header)?.[1];
    if (length === undefined) {
      this.#fail(new Error(`answer without Content-Length: ${header}`));
      return;
    }
    const bodyEnd = headerEnd + HEADER_END.length + Number(length);
    if (this.#received.length < bodyEnd) return;
    const body = this.#received.toString("utf8", headerEnd + HEADER_END.length, bodyEnd);
    this.#received = this.#received.subarray(bodyEnd);
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting?.resolve(body);
  }
}
