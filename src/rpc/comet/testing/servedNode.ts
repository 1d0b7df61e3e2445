// The RPC server in front of a real node over memory, whose blocks are made when a test says so, and plain ways to ask it.

import { WebSocket } from "ws";
import { createAdmin } from "../../../consensus/solo/admin.ts";
import { openTestNode, type TestNode } from "../../../consensus/testing/testNode.ts";
import type { RunningServer } from "../../services/runningServer.ts";
import { type CometRpcOptions, startCometRpc } from "../cometServer.ts";

/** A node that is served. Block 1 exists, with nothing in it. */
export interface ServedNode extends TestNode {
  readonly server: RunningServer;
  /** `http://127.0.0.1:port` */
  readonly url: string;
  close(): Promise<void>;
}

/** Starts a node and its server. */
export async function serveNode(options: CometRpcOptions = {}): Promise<ServedNode> {
  const opened = await openTestNode();
  const { node, disk, clock } = opened;
  node.admin = createAdmin(node, { disk, clock, privKeys: [], feeAmount: 1n, feeDenom: "uusdc" });
  await node.start();
  const server = await startCometRpc(node, { port: 0, ...options });
  return {
    ...opened,
    server,
    url: `http://${server.address.host}:${server.address.port}`,
    async close() {
      await server.close();
      await node.stop();
    },
  };
}

/** What came back over HTTP. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** Undefined when the text is not JSON. */
  readonly json: unknown;
}

async function answerOf(response: Response): Promise<HttpAnswer> {
  const text = await response.text();
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    json = undefined;
  }
  return { status: response.status, headers: response.headers, text, json };
}

/** Posts a body as it is. */
export async function postText(url: string, body: string): Promise<HttpAnswer> {
  const headers = { "content-type": "application/json" };
  return answerOf(await fetch(url, { method: "POST", headers, body }));
}

/** Calls a method by POST with the id 7. */
export function post(url: string, method: string, params: unknown = {}): Promise<HttpAnswer> {
  return postText(url, JSON.stringify({ jsonrpc: "2.0", id: 7, method, params }));
}

/** Gets a path. */
export async function get(url: string, headers: Readonly<Record<string, string>> = {}): Promise<HttpAnswer> {
  return answerOf(await fetch(url, { headers }));
}

/** A WebSocket whose messages are collected. */
export class TestSocket {
  readonly #socket: WebSocket;
  readonly #received: unknown[] = [];
  #arrived: () => void = () => undefined;
  /** Resolves with the code when the socket is closed. */
  readonly closed: Promise<number>;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    this.closed = new Promise((resolve) => socket.on("close", resolve));
    // Tests look at `closed`.
    socket.on("error", () => undefined);
    socket.on("message", (data) => {
      this.#received.push(JSON.parse(String(data)));
      this.#arrived();
    });
  }

  /** Opens a socket. Rejects when the server does not want it. */
  static open(url: string, path = "/websocket"): Promise<TestSocket> {
    const socket = new WebSocket(url.replace("http", "ws") + path);
    const opened = new TestSocket(socket);
    return new Promise((resolve, reject) => {
      socket.on("open", () => resolve(opened));
      socket.on("error", reject);
    });
  }

  /** The socket itself. */
  get raw(): WebSocket {
    return this.#socket;
  }

  /** Sends a request. */
  call(id: unknown, method: string, params: unknown = {}): void {
    this.#socket.send(JSON.stringify({ jsonrpc: "2.0", id, method, params }));
  }

  /** The next message, which may have come before. */
  async next(): Promise<unknown> {
    while (this.#received.length === 0) {
      await new Promise<void>((resolve) => {
        this.#arrived = resolve;
      });
    }
    return this.#received.shift();
  }

  /** The messages so many requests or events bring. */
  async take(count: number): Promise<unknown[]> {
    const messages: unknown[] = [];
    while (messages.length < count) messages.push(await this.next());
    return messages;
  }

  /** Whether the socket is closed before so many milliseconds have passed. */
  closedWithin(ms: number): Promise<boolean> {
    const late = new Promise<boolean>((resolve) => setTimeout(() => resolve(false), ms));
    return Promise.race([this.closed.then(() => true), late]);
  }

  close(): void {
    this.#socket.terminate();
  }
}
