// Circle's attestation service over HTTP (developers.circle.com/cctp, "Iris"): V1 by message hash, V2 by transaction.
// Samples of its answers: test/vectors/cctp/iris-samples.json.

import type { Backoff } from "../backoff.ts";
import type { Clock } from "../clock.ts";
import type { Hex } from "../journal/record.ts";
import type { ServiceMessage } from "./assign.ts";
import { AttestationServiceError, type AttestationSource } from "./attestationSource.ts";
import { type Rate, TokenBucket } from "./tokenBucket.ts";

/** How a service is asked. */
export interface IrisOptions {
  /** `https://iris-api.circle.com` */
  readonly url: string;
  /** Circle allows 35 a second and blocks for five minutes above that. */
  readonly rate: Rate;
  /** How long nothing is sent after HTTP 429 that does not say how long. */
  readonly blockedMs: number;
  readonly timeoutMs: number;
  readonly backoff: Backoff;
}

/** What was asked, for metrics. */
export type IrisObserver = (outcome: "ok" | "not_found" | "rate_limited" | "failed") => void;

/** Bytes of an answer. A transaction's messages are a few kilobytes. */
const ANSWER_BYTES_MAX = 4 << 20;
/** Messages of one transaction. */
const MESSAGES_MAX = 1000;
/** Hex digits of a message or an attestation. */
const HEX_DIGITS_MAX = 1 << 20;

/** An AttestationSource over HTTP. Asks once a call: when to ask again is the caller's. */
export class IrisClient implements AttestationSource {
  readonly #options: IrisOptions;
  readonly #clock: Clock;
  readonly #observe: IrisObserver;
  readonly #bucket: TokenBucket;
  #blockedUntilMs = 0;

  constructor(options: IrisOptions, parts: { readonly clock: Clock; readonly observe: IrisObserver }) {
    this.#options = options;
    this.#clock = parts.clock;
    this.#observe = parts.observe;
    this.#bucket = new TokenBucket(options.rate, parts.clock.nowMs());
  }

  get backoff(): Backoff {
    return this.#options.backoff;
  }

  isReady(): boolean {
    const nowMs = this.#clock.nowMs();
    return nowMs >= this.#blockedUntilMs && this.#bucket.has(nowMs);
  }

  async attestationV1(messageHash: Hex): Promise<Hex | undefined> {
    const answer = await this.#ask("GET", `/v1/attestations/${messageHash}`);
    if (answer === undefined) return undefined;
    // Older answers are wrapped in `data`.
    const { status, attestation } = recordOf(recordOf(answer)["data"] ?? answer);
    return status === "complete" && isHexBytes(attestation) ? attestation : undefined;
  }

  async messagesV2(sourceDomain: number, txHash: string): Promise<readonly ServiceMessage[]> {
    const hash = txHash.startsWith("0x") ? txHash : `0x${txHash.toLowerCase()}`;
    const answer = await this.#ask("GET", `/v2/messages/${sourceDomain}?transactionHash=${hash}`);
    if (answer === undefined) return [];
    const { messages } = recordOf(answer);
    if (!Array.isArray(messages) || messages.length > MESSAGES_MAX) throw badAnswer("messages: expected a list");
    // V1 burns are told of here too.
    return messages.map(recordOf).filter(isV2).map(serviceMessageOf);
  }

  async reattest(nonce: Hex): Promise<void> {
    await this.#ask("POST", `/v2/reattest/${nonce}`);
  }

  /** The JSON of an answer; undefined for 404. */
  async #ask(method: "GET" | "POST", path: string): Promise<unknown> {
    if (!this.isReady() || !this.#bucket.take(this.#clock.nowMs())) {
      throw new AttestationServiceError("rate_limited", "waiting: the attestation service takes no more requests now");
    }
    const response = await this.#send(method, path);
    const { status } = response;
    if (status === 429) this.#block(response.headers.get("retry-after"));
    if (status === 404) return this.#end(response, "not_found", undefined);
    if (!response.ok) {
      await this.#end(response, status === 429 ? "rate_limited" : "failed", undefined);
      const code = status === 429 ? "rate_limited" : "bad_answer";
      throw new AttestationServiceError(code, `${this.#options.url} answers ${method} ${path} with ${status}`);
    }
    try {
      const json: unknown = JSON.parse(await textOf(response));
      this.#observe("ok");
      return json;
    } catch (cause) {
      this.#observe("failed");
      throw badAnswer("expected JSON", cause);
    }
  }

  async #end<T>(response: Response, outcome: Parameters<IrisObserver>[0], value: T): Promise<T> {
    this.#observe(outcome);
    await response.body?.cancel();
    return value;
  }

  async #send(method: string, path: string): Promise<Response> {
    try {
      const signal = AbortSignal.timeout(this.#options.timeoutMs);
      return await fetch(`${this.#options.url}${path}`, { method, signal, redirect: "error" });
    } catch (cause) {
      this.#observe("failed");
      throw new AttestationServiceError("unreachable", `${this.#options.url} does not answer`, { cause });
    }
  }

  #block(retryAfter: string | null): void {
    const seconds = Number(retryAfter ?? Number.NaN);
    const blockedMs = Number.isFinite(seconds) && seconds > 0 ? seconds * 1000 : this.#options.blockedMs;
    this.#blockedUntilMs = this.#clock.nowMs() + blockedMs;
  }
}

function badAnswer(message: string, cause?: unknown): AttestationServiceError {
  return new AttestationServiceError("bad_answer", `the attestation service's answer: ${message}`, { cause });
}

async function textOf(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length;
    if (bytes > ANSWER_BYTES_MAX) throw new Error(`an answer of more than ${ANSWER_BYTES_MAX} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

type JsonRecord = { readonly [key: string]: unknown };

function recordOf(value: unknown): JsonRecord {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw badAnswer("expected an object");
  return value as JsonRecord;
}

/** Hex of at least one byte: `0x` alone and the word PENDING stand for "not yet". */
function isHexBytes(value: unknown): value is Hex {
  return typeof value === "string" && value.length <= HEX_DIGITS_MAX && /^0x(?:[0-9a-fA-F]{2})+$/.test(value);
}

/** Seen as a number and as text. */
function isV2({ cctpVersion }: JsonRecord): boolean {
  return cctpVersion === undefined || String(cctpVersion) === "2";
}

function serviceMessageOf({ message, attestation, status, eventNonce, delayReason }: JsonRecord): ServiceMessage {
  const isReady = status === "complete" && isHexBytes(message) && isHexBytes(attestation);
  return {
    attested: isReady ? { message: lowerCase(message), attestation: lowerCase(attestation) } : undefined,
    nonce: isHexBytes(eventNonce) && eventNonce.length === 66 ? lowerCase(eventNonce) : undefined,
    delayReason: typeof delayReason === "string" && delayReason.length <= 100 ? delayReason : undefined,
  };
}

function lowerCase(hex: Hex): Hex {
  // Lower-case hex is hex.
  return hex.toLowerCase() as Hex;
}
