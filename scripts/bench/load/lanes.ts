// How a load reaches the node. A lane has one request under way at a time: a kept-alive HTTP connection with one call in
// each request, the same with a batch of calls, or a share of a WebSocket.

import WebSocket from "ws";
import { RawConnection } from "../rawHttp.ts";
import type { Operation } from "./supply.ts";

/** `http`: one call in each request; `batch`: JSON-RPC batches; `ws`: JSON over WebSocket. */
export const TRANSPORTS = ["http", "batch", "ws"] as const;
export type Transport = (typeof TRANSPORTS)[number];

/** What became of an operation: undefined was taken, else the name of the error. */
export type Outcome = string | undefined;

/** One lane. */
export interface Lane {
  /** Operations in one request, at most. */
  readonly batchMax: number;
  /** Sends operations, at least one. Never rejects: what the transport does not carry has its error as its outcome. */
  send(operations: readonly Operation[]): Promise<readonly Outcome[]>;
  close(): void;
}

/** Lanes that share one WebSocket. */
const LANES_PER_SOCKET = 32;

/** Opens lanes, to each of the nodes in turn. */
export async function openLanes(
  ports: readonly number[],
  options: { readonly transport: Transport; readonly lanes: number; readonly batch: number },
): Promise<Lane[]> {
  const { transport, lanes, batch } = options;
  const portOf = (lane: number) => ports[lane % ports.length]!;
  const numbers = Array.from({ length: lanes }, (_, lane) => lane);
  if (transport !== "ws") {
    const size = transport === "batch" ? batch : 1;
    return Promise.all(numbers.map((lane) => HttpLane.open(portOf(lane), size)));
  }
  const sockets = new Map<string, Promise<SharedSocket>>();
  return Promise.all(
    numbers.map(async (lane) => {
      const key = `${portOf(lane)} ${Math.trunc(lane / ports.length / LANES_PER_SOCKET)}`;
      const socket = sockets.get(key) ?? SharedSocket.open(portOf(lane));
      sockets.set(key, socket);
      return new SocketLane(await socket, lane);
    }),
  );
}

/** The code of a system's error, else its name. */
function errorName(error: unknown): string {
  const { code, name } = error as { readonly code?: string; readonly name?: string };
  return `transport:${code ?? name}`;
}

/** What an answer of broadcast_tx_sync or abci_query says. */
function outcomeOf({ error, result }: RpcAnswer): Outcome {
  if (error !== undefined) return `rpc:${error.code}`;
  const { codespace, code } = result.response ?? result;
  return code === 0 ? undefined : `${codespace}:${code}`;
}

/** The parts of an answer that are looked at, in CometBFT's shape. */
interface RpcAnswer {
  readonly error?: { readonly code: number };
  readonly result: TxAnswer & { readonly response?: TxAnswer };
}

interface TxAnswer {
  readonly code: number;
  readonly codespace: string;
}

/** The same from its text. PERF: nothing is parsed when all is well. */
function outcomeOfText(text: string): Outcome {
  return text.includes('"code":0,') ? undefined : outcomeOf(JSON.parse(text) as RpcAnswer);
}

class HttpLane implements Lane {
  readonly batchMax: number;
  readonly #port: number;
  #connection: RawConnection;

  private constructor(port: number, batchMax: number, connection: RawConnection) {
    this.#port = port;
    this.batchMax = batchMax;
    this.#connection = connection;
  }

  static async open(port: number, batchMax: number): Promise<HttpLane> {
    return new HttpLane(port, batchMax, await RawConnection.open("127.0.0.1", port));
  }

  async send(operations: readonly Operation[]): Promise<readonly Outcome[]> {
    if (this.#connection.isClosed) await this.#reopen();
    try {
      const [only] = operations;
      if (this.batchMax === 1 && only !== undefined) {
        return [outcomeOfText(await this.#connection.post(`{"jsonrpc":"2.0","id":1,${only.call}}`))];
      }
      const calls = operations.map(({ call }, index) => `{"jsonrpc":"2.0","id":${index},${call}}`);
      const answers: unknown = JSON.parse(await this.#connection.post(`[${calls.join(",")}]`));
      // A batch of one call is answered by an object, as CometBFT does.
      const list = (Array.isArray(answers) ? answers : [answers]) as readonly (RpcAnswer & { readonly id: number })[];
      const outcomes = new Map(list.map((answer) => [answer.id, outcomeOf(answer)]));
      return operations.map((_, index) => (outcomes.has(index) ? outcomes.get(index) : "rpc:missing"));
    } catch (error) {
      await this.#reopen();
      return operations.map(() => errorName(error));
    }
  }

  /** The next request finds out if this fails, too. */
  async #reopen(): Promise<void> {
    this.#connection.close();
    const opened = await RawConnection.open("127.0.0.1", this.#port).catch(() => undefined);
    if (opened !== undefined) this.#connection = opened;
  }

  close(): void {
    this.#connection.close();
  }
}

/** A WebSocket on which many wait, each with an id of its own. */
class SharedSocket {
  readonly #socket: WebSocket;
  readonly #waiting = new Map<number, (outcome: Outcome) => void>();

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on("message", (data) => this.#onMessage(String(data)));
    socket.on("error", (error) => this.#fail(errorName(error)));
    socket.on("close", () => this.#fail("transport:closed"));
  }

  static open(port: number): Promise<SharedSocket> {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/websocket`, { perMessageDeflate: false });
    return new Promise((resolve, reject) => {
      socket.once("open", () => resolve(new SharedSocket(socket)));
      socket.once("error", reject);
    });
  }

  send(id: number, call: string): Promise<Outcome> {
    return new Promise((resolve) => {
      if (this.#socket.readyState !== WebSocket.OPEN) {
        resolve("transport:closed");
        return;
      }
      this.#waiting.set(id, resolve);
      this.#socket.send(`{"jsonrpc":"2.0","id":${id},${call}}`);
    });
  }

  close(): void {
    this.#socket.close();
  }

  #onMessage(text: string): void {
    const id = Number(/"id":([0-9]+)/.exec(text)?.[1]);
    const resolve = this.#waiting.get(id);
    this.#waiting.delete(id);
    resolve?.(outcomeOfText(text));
  }

  #fail(outcome: string): void {
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const resolve of waiting) resolve(outcome);
  }
}

class SocketLane implements Lane {
  readonly batchMax = 1;
  readonly #socket: SharedSocket;
  readonly #id: number;

  constructor(socket: SharedSocket, id: number) {
    this.#socket = socket;
    this.#id = id;
  }

  send(operations: readonly Operation[]): Promise<readonly Outcome[]> {
    return Promise.all(operations.map(({ call }) => this.#socket.send(this.#id, call)));
  }

  close(): void {
    this.#socket.close();
  }
}
