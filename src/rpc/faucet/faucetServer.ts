// The faucet's HTTP face, in the shape that @cosmjs/faucet has and @cosmjs/faucet-client expects
// (packages/faucet/src/api/webserver.ts). For devnets only: it gives tokens to anybody who asks.

import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { Coin } from "../../../gen/cosmos/base/v1beta1/coin.ts";
import type { TypeRegistry } from "../../codec/registry.ts";
import type { ChainNode } from "../../consensus/chainNode.ts";
import { BodyTooLargeError, readBody } from "../services/httpBody.ts";
import { closeHttpServer, listenHttp } from "../services/httpServer.ts";
import type { QueryRouter } from "../services/queryRouter.ts";
import type { ListenOptions, RunningServer } from "../services/runningServer.ts";
import { Cooldown } from "./cooldown.ts";
import { HttpError, parseCreditRequest } from "./creditRequest.ts";
import { Faucet, FaucetError } from "./faucet.ts";
import { type SendKey, sendKey } from "./sendTx.ts";

const BODY_BYTES_MAX = 4_096;

/** How the faucet listens and what it gives. */
export interface FaucetOptions extends ListenOptions {
  /** The secp256k1 key that holds the tokens, 32 bytes. */
  readonly privKey: Uint8Array;
  /** What one credit is worth, for each denomination on offer; 10 USDC unless given. */
  readonly tokens?: readonly Coin[];
  readonly fee?: { readonly amount: readonly Coin[]; readonly gasLimit: bigint };
  /** How long an address waits between two credits, in milliseconds; a minute unless given. */
  readonly cooldownMs?: number;
  /** A credit that is in no block after this time has failed, in milliseconds. */
  readonly commitTimeoutMs?: number;
  /** The address of the node's RPC, as /status tells it. */
  readonly nodeUrl?: string;
  /** Milliseconds of a clock that never goes back. */
  readonly now?: () => number;
  /** Told why a credit failed; the client only hears that it did. */
  readonly onCreditFailed?: (error: unknown) => void;
}

const DEFAULTS = {
  port: 4500,
  tokens: [{ denom: "uusdc", amount: "10000000" }],
  fee: { amount: [{ denom: "uusdc", amount: "5000" }], gasLimit: 200_000n },
  cooldownMs: 60_000,
  commitTimeoutMs: 20_000,
};

const WELCOME = [
  "Welcome to the faucet!",
  "",
  "Check the full status via the /status endpoint.",
  "You can get tokens from here by POSTing to /credit.",
  "",
].join("\n");

/** Starts the faucet. Rejects when the address is not free. The port defaults to 4500. */
export async function startFaucet(
  node: ChainNode,
  _registry: TypeRegistry,
  router: QueryRouter,
  options: FaucetOptions,
): Promise<RunningServer> {
  const key = sendKey(options.privKey);
  const faucet = new Faucet(
    key,
    {
      tokens: options.tokens ?? DEFAULTS.tokens,
      fee: options.fee ?? DEFAULTS.fee,
      commitTimeoutMs: options.commitTimeoutMs ?? DEFAULTS.commitTimeoutMs,
    },
    { node, router },
  );
  const face = new FaucetFace(faucet, key, { chainId: node.chainId, options });
  const server = createServer((request, response) => void face.serve(request, response));
  const address = await listenHttp(server, {
    host: options.host ?? "127.0.0.1",
    port: options.port ?? DEFAULTS.port,
  });
  const close = async () => {
    await Promise.all([closeHttpServer(server), faucet.close()]);
  };
  return { address, close };
}

interface Reply {
  readonly status: number;
  readonly body: string | object;
}

class FaucetFace {
  readonly #faucet: Faucet;
  readonly #key: SendKey;
  readonly #chainId: string;
  readonly #options: FaucetOptions;
  readonly #cooldown: Cooldown;

  constructor(faucet: Faucet, key: SendKey, parts: { readonly chainId: string; readonly options: FaucetOptions }) {
    this.#faucet = faucet;
    this.#key = key;
    this.#chainId = parts.chainId;
    this.#options = parts.options;
    const now = parts.options.now ?? (() => performance.now());
    this.#cooldown = new Cooldown(parts.options.cooldownMs ?? DEFAULTS.cooldownMs, now);
  }

  /** Answers one request, whatever it is. Never rejects. */
  async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let reply: Reply;
    try {
      reply = await this.#reply(request);
    } catch (error) {
      reply = this.#refuse(error);
    }
    if (!response.destroyed) send(response, reply);
  }

  async #reply(request: IncomingMessage): Promise<Reply> {
    if (request.method === "OPTIONS") return { status: 204, body: "" };
    switch ((request.url ?? "/").split("?", 1)[0]) {
      case "/":
      case "/healthz":
        return { status: 200, body: WELCOME };
      case "/status":
        return { status: 200, body: await this.#status() };
      case "/credit":
        return this.#credit(request);
      default:
        return { status: 404, body: "Not Found" };
    }
  }

  async #status(): Promise<object> {
    const balance = await this.#faucet.balance();
    return {
      status: "ok",
      nodeUrl: this.#options.nodeUrl ?? "",
      chainId: this.#chainId,
      chainTokens: this.#faucet.configuredTokens,
      availableTokens: balance.filter((coin) => coin.amount !== "0").map((coin) => coin.denom),
      holder: { address: this.#key.address, balance },
      // The holder sends by itself, one transaction after the other.
      distributors: [],
    };
  }

  async #credit(request: IncomingMessage): Promise<Reply> {
    if (request.method !== "POST") throw new HttpError(405, "This endpoint requires a POST request");
    requireJson(request);
    const { address, addressHex, denom } = parseCreditRequest(await readBody(request, BODY_BYTES_MAX));
    this.#requireCooledDown(addressHex);
    const available = await this.#faucet.availableTokens();
    if (!available.includes(denom)) {
      throw new HttpError(422, `Token is not available. Available tokens are: ${available.join(",")}`);
    }
    // Again, as another request may have come in between; from here to `start` nothing else runs.
    this.#requireCooledDown(addressHex);
    this.#cooldown.start(addressHex);
    try {
      await this.#faucet.credit(address, denom);
    } catch (error) {
      this.#cooldown.forget(addressHex);
      throw error;
    }
    return { status: 200, body: "ok" };
  }

  #requireCooledDown(addressHex: string): void {
    const remainingMs = this.#cooldown.remainingMs(addressHex);
    if (remainingMs === 0) return;
    const wait = `Please wait ${Math.ceil(remainingMs / 1000)}s and try it again!`;
    throw new HttpError(405, `Too many requests for the same address. Blocked to prevent draining. ${wait}`);
  }

  #refuse(error: unknown): Reply {
    if (error instanceof HttpError) return { status: error.status, body: error.message };
    if (error instanceof BodyTooLargeError) return { status: 413, body: "Request body is too large." };
    this.#options.onCreditFailed?.(error);
    if (error instanceof FaucetError && error.code === "queue_full") {
      return { status: 503, body: "Too many requests wait. Please try it again later!" };
    }
    return { status: 500, body: "Sending tokens failed" };
  }
}

/** JSON, also under the type that a browser's fetch gives to text when no other is set. */
function requireJson(request: IncomingMessage): void {
  const type = (request.headers["content-type"] ?? "").split(";", 1)[0]?.trim().toLowerCase();
  if (type === "application/json" || type === "text/plain") return;
  throw new HttpError(415, "Content-type application/json expected");
}

function send(response: ServerResponse, { status, body }: Reply): void {
  const isText = typeof body === "string";
  response.writeHead(status, {
    "content-type": isText ? "text/plain; charset=utf-8" : "application/json; charset=utf-8",
    "x-content-type-options": "nosniff",
    "access-control-allow-origin": "*",
    "access-control-allow-methods": "GET, POST, OPTIONS",
    "access-control-allow-headers": "content-type",
    ...(status === 413 ? { connection: "close" } : {}),
  });
  response.end(isText ? body : JSON.stringify(body));
}
