// One request to a receiver: to an address that was checked, bounded in time and in what is read, redirects not followed.

import { Buffer } from "node:buffer";
import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";
import { type AddressRules, checkedLookup, ForbiddenAddressError, literalAddress, type Resolve } from "./addresses.ts";

/** How long a request may take, and how much is read of its answer. */
export interface SendLimits {
  readonly connectMs: number;
  readonly totalMs: number;
  /** Of the answer's body: what is shown to the endpoint's owner. */
  readonly excerptBytes: number;
}

export const SEND_LIMITS: SendLimits = { connectMs: 5_000, totalMs: 15_000, excerptBytes: 1_024 };
const SOCKETS_PER_HOST = 16;
const IDLE_SOCKETS = 4;
const RESPONSE_HEADERS_BYTES_MAX = 16_384;

/** What came of a request. Its texts hold neither addresses nor what was sent. */
export interface SendResult {
  /** Undefined when no answer came. */
  readonly status: number | undefined;
  readonly retryAfter: string | undefined;
  /** Why no whole answer came, as a code: `ECONNREFUSED`, `timeout`, `forbidden_address`. */
  readonly error: string | undefined;
  readonly excerpt: string;
  readonly durationMs: number;
}

export interface SendRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Sends. Never rejects: what went wrong is part of the result. */
export type Send = (request: SendRequest) => Promise<SendResult>;

export interface SenderParts {
  readonly rules: AddressRules;
  readonly resolve: Resolve;
  readonly limits: SendLimits;
}

function codeOf(error: unknown): string {
  if (typeof error !== "object" || error === null || !("code" in error)) return "failed";
  return typeof error.code === "string" ? error.code : "failed";
}

function failed(error: string): Omit<SendResult, "durationMs"> {
  return { status: undefined, retryAfter: undefined, error, excerpt: "" };
}

/** Reads the first bytes of a body as text. A longer one costs the connection, so that nobody keeps us reading. */
function readExcerpt(response: IncomingMessage, bytesMax: number): Promise<string> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let length = 0;
    // PostgreSQL has no place in text for U+0000.
    const done = () => resolve(Buffer.concat(chunks).toString("utf8").replaceAll("\u0000", "\ufffd"));
    response.on("data", (chunk: Buffer) => {
      chunks.push(chunk.subarray(0, bytesMax - length));
      length = Math.min(length + chunk.length, bytesMax);
      if (length < bytesMax) return;
      done();
      response.destroy();
    });
    response.once("end", done).once("close", done).once("error", done);
  });
}

/** Makes requests, over connections that are kept for the next one. */
export class Sender {
  readonly #parts: SenderParts;
  readonly #http: HttpAgent;
  readonly #https: HttpsAgent;

  constructor(parts: SenderParts) {
    this.#parts = parts;
    const options = {
      keepAlive: true,
      maxSockets: SOCKETS_PER_HOST,
      maxFreeSockets: IDLE_SOCKETS,
      lookup: checkedLookup(parts.rules, parts.resolve),
    };
    this.#http = new HttpAgent(options);
    this.#https = new HttpsAgent(options);
  }

  close(): void {
    this.#http.destroy();
    this.#https.destroy();
  }

  readonly send: Send = async (request) => {
    const startedMs = performance.now();
    const outcome = await this.#exchange(request);
    return { ...outcome, durationMs: Math.round(performance.now() - startedMs) };
  };

  #exchange({ url: text, headers, body }: SendRequest): Promise<Omit<SendResult, "durationMs">> {
    const { rules, limits } = this.#parts;
    const url = new URL(text);
    // A socket to an address asks no lookup.
    const literal = literalAddress(url.hostname);
    if (literal !== undefined && !rules.allows(literal)) {
      return Promise.resolve(failed(new ForbiddenAddressError().code));
    }
    return new Promise((resolve) => {
      const isTls = url.protocol === "https:";
      const request = (isTls ? httpsRequest : httpRequest)(url, {
        method: "POST",
        agent: isTls ? this.#https : this.#http,
        maxHeaderSize: RESPONSE_HEADERS_BYTES_MAX,
        headers: { ...headers, "content-length": Buffer.byteLength(body) },
      });
      let connect: NodeJS.Timeout | undefined;
      const end = (result: Omit<SendResult, "durationMs">) => {
        clearTimeout(total);
        clearTimeout(connect);
        resolve(result);
      };
      const giveUp = (error: string) => {
        end(failed(error));
        request.destroy();
      };
      const total = setTimeout(() => giveUp("timeout"), limits.totalMs);
      request.once("socket", (socket) => {
        if (!socket.connecting) return;
        connect = setTimeout(() => giveUp("connect_timeout"), limits.connectMs);
        socket.once(isTls ? "secureConnect" : "connect", () => clearTimeout(connect));
      });
      request.on("error", (error) => giveUp(codeOf(error)));
      request.once("response", (response) => {
        void readExcerpt(response, limits.excerptBytes).then((excerpt) => {
          const { statusCode: status, headers: answered } = response;
          end({ status, retryAfter: answered["retry-after"], error: undefined, excerpt });
        });
      });
      request.end(body);
    });
  }
}
