// Stands between a reader and a real node, and lets a test change what the node answers.

import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** One JSON-RPC call. */
export interface RpcCall {
  readonly id: unknown;
  readonly method: string;
  readonly params: unknown;
}

/** What a test does to a call: nothing, or another answer, or its result changed, or silence, or a cut connection. */
export type Tampering =
  | undefined
  | { readonly status?: number; readonly body: string }
  | { readonly error: { readonly code: number; readonly message: string; readonly data?: unknown } }
  | { readonly result: unknown }
  | { readonly change: (result: unknown) => unknown }
  | "silence"
  | "cut";

/** A proxy that runs. */
export interface RpcProxy {
  readonly url: string;
  /** Every call that came, in order. */
  readonly calls: readonly RpcCall[];
  /** Decides on each call. */
  tamper: (call: RpcCall) => Tampering;
  close(): Promise<void>;
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

async function answer(target: string, body: string, call: RpcCall, tampering: Tampering): Promise<string> {
  const respond = (fields: object): string => JSON.stringify({ jsonrpc: "2.0", id: call.id, ...fields });
  if (tampering !== undefined && typeof tampering === "object") {
    if ("body" in tampering) return tampering.body;
    if ("error" in tampering) return respond({ error: tampering.error });
    if ("result" in tampering) return respond({ result: tampering.result });
  }
  const headers = { "content-type": "application/json" };
  const answered = await fetch(target, { method: "POST", headers, body });
  const text = await answered.text();
  if (typeof tampering !== "object") return text;
  return respond({ result: tampering.change(JSON.parse(text).result) });
}

/** Starts a proxy in front of a node's HTTP endpoint. */
export async function startRpcProxy(target: string): Promise<RpcProxy> {
  const calls: RpcCall[] = [];
  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await bodyOf(request);
    const call = JSON.parse(body) as RpcCall;
    calls.push(call);
    const tampering = proxy.tamper(call);
    if (tampering === "silence") return;
    if (tampering === "cut") {
      response.destroy();
      return;
    }
    const text = await answer(target, body, call, tampering);
    const status = typeof tampering === "object" && "body" in tampering ? (tampering.status ?? 200) : 200;
    response.writeHead(status, { "content-type": "application/json" }).end(text);
  };
  const server = createServer((request, response) => {
    handle(request, response).catch(() => response.destroy());
  });
  const proxy: RpcProxy = {
    url: "",
    calls,
    tamper: () => undefined,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  // A TCP server's address is an object.
  return Object.assign(proxy, { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
}
