// Sends one call: chooses where to, adds what every request has, tries again what may be tried again, and turns every
// failure into an error of errors.ts. An answer is a parsed body; nothing of HTTP goes further up than `Answer`.

import { ApiConnectionError, apiErrorOf, StaleReadError } from "../errors.ts";
import { CallClock } from "./callClock.ts";
import type { Endpoint, Endpoints } from "./endpoints.ts";
import { delayMs, isRetryable, retryAfterMs } from "./retry.ts";

/** The block that an answer was made of: of the write, or of what was read. */
const HEIGHT_HEADER = "chain-height";
/** The block that a read must not be older than; a gateway waits a little for it. */
const LEAST_HEIGHT_HEADER = "min-height";

export type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

export type QueryValue = string | number | boolean | readonly (string | number)[] | undefined;

/** One call, whatever it takes to have it answered. */
export interface ApiRequest {
  readonly method: Method;
  /** Below the endpoint, escaped: `/v1/orders/ord_1`. */
  readonly path: string;
  readonly query?: Readonly<Record<string, QueryValue>> | undefined;
  /** Sent as JSON. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** The value by which the call is routed. */
  readonly routeKey?: string | undefined;
}

/** What every call may be given. */
export interface CallOptions {
  /** How long the call may take, its retries included, milliseconds; 0 is for ever. The client's by default. */
  readonly timeout?: number | undefined;
  /** Ends the call; it rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /** How often the call is tried again. The client's by default. */
  readonly maxRetries?: number | undefined;
  /**
   * Makes a write happen once however often it is sent. By default each call makes its own and keeps it over its retries;
   * give your own to go on after your process has died.
   */
  readonly idempotencyKey?: string | undefined;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  /** Parsed JSON; text where it is not JSON; undefined where there is none. */
  readonly body: unknown;
}

export interface TransportOptions {
  readonly endpoints: Endpoints;
  readonly apiKey: string | undefined;
  readonly timeoutMs: number;
  readonly maxRetries: number;
  readonly fetch: typeof fetch;
  readonly random: () => number;
  readonly nowMs: () => number;
  /** Hears of each request that was sent. */
  readonly onRequest?: (sent: SentRequest) => void;
}

/** One request of a call. */
export interface SentRequest {
  readonly method: Method;
  readonly path: string;
  /** Undefined when no answer came. */
  readonly status: number | undefined;
  readonly tookMs: number;
}

const KEY_BYTES = 16;

/** `idk_` and 32 hex digits. */
export function newIdempotencyKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(KEY_BYTES));
  return `idk_${[...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("")}`;
}

export function queryText(query: ApiRequest["query"]): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query ?? {})) {
    if (value === undefined) continue;
    for (const each of Array.isArray(value) ? value : [value]) parameters.append(name, String(each));
  }
  const text = parameters.toString();
  return text === "" ? "" : `?${text}`;
}

function heightOf(headers: Headers): number | undefined {
  const value = headers.get(HEIGHT_HEADER);
  return value !== null && /^[0-9]{1,15}$/.test(value) ? Number(value) : undefined;
}

async function bodyOf(response: Response): Promise<unknown> {
  const text = await response.text();
  if (text === "") return undefined;
  if (!/[/+]json\b/.test(response.headers.get("content-type") ?? "")) return text;
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new ApiConnectionError("the answer is not the JSON that it says it is", { cause: error });
  }
}

/** Where a call stands. */
interface Call {
  readonly request: ApiRequest;
  readonly headers: Readonly<Record<string, string>>;
  readonly clock: CallClock;
}

/** Sends calls to the endpoints of one client. */
export class Transport {
  readonly #options: TransportOptions;

  constructor(options: TransportOptions) {
    this.#options = options;
  }

  /**
   * Sends a call until it is answered with a status below 400. Rejects with an ApiError, ApiConnectionError or
   * TimeoutError, or with the reason of the caller's signal.
   */
  async send(request: ApiRequest, options: CallOptions = {}): Promise<Answer> {
    const clock = new CallClock(options.timeout ?? this.#options.timeoutMs, options.signal);
    try {
      const call = { request, headers: this.headers(request, options), clock };
      return await this.#untilAnswered(call, options.maxRetries ?? this.#options.maxRetries);
    } finally {
      clock.dispose();
    }
  }

  /** Opens an answer that goes on: once, and without retries. */
  async open(request: ApiRequest, signal: AbortSignal): Promise<Response> {
    const [endpoint] = this.#options.endpoints.candidates({ isRead: true, key: request.routeKey });
    const headers = this.headers(request, {});
    const response = await this.#guard(endpoint!, signal, () => this.#fetch(endpoint!, { request, headers, signal }));
    if (response.status >= 400) throw this.#refusal(response, await bodyOf(response));
    return response;
  }

  /** What a request carries. */
  headers(request: ApiRequest, options: CallOptions): Record<string, string> {
    const { apiKey, endpoints } = this.#options;
    const isRead = request.method === "GET";
    return {
      accept: "application/json",
      ...(apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` }),
      ...(request.body === undefined ? {} : { "content-type": "application/json" }),
      ...(isRead ? {} : { "idempotency-key": options.idempotencyKey ?? newIdempotencyKey() }),
      ...(isRead && endpoints.writtenHeight > 0 ? { [LEAST_HEIGHT_HEADER]: String(endpoints.writtenHeight) } : {}),
      ...request.headers,
    };
  }

  /** Asks each endpoint that may answer, then waits and begins again. */
  async #untilAnswered(call: Call, maxRetries: number): Promise<Answer> {
    const route = { isRead: call.request.method === "GET", key: call.request.routeKey };
    for (let retry = 0; ; retry += 1) {
      let failure: unknown;
      const candidates = this.#options.endpoints.candidates(route);
      for (const [index, endpoint] of candidates.entries()) {
        try {
          // Of a read's time each endpoint has its share, so that one that hangs does not use up the others'.
          const share = route.isRead ? candidates.length - index : 1;
          return await this.#attempt(endpoint, call, share);
        } catch (error) {
          call.clock.check();
          if (!isRetryable(error)) throw error;
          failure = error;
          // The limit is the key's, not the endpoint's.
          if (error instanceof Error && "status" in error && error.status === 429) break;
        }
      }
      const waitMs = delayMs(failure, retry, this.#options.random);
      if (retry >= maxRetries || !call.clock.hasTimeFor(waitMs)) throw failure;
      await call.clock.wait(waitMs);
    }
  }

  async #attempt(endpoint: Endpoint, { request, headers, clock }: Call, share: number): Promise<Answer> {
    const { endpoints } = this.#options;
    const startedMs = performance.now();
    const signal = clock.signalFor(share);
    const { response, body } = await this.#guard(endpoint, clock.signal, async () => {
      const response = await this.#fetch(endpoint, { request, headers, signal });
      return { response, body: await bodyOf(response) };
    });
    const height = heightOf(response.headers);
    endpoints.answered(endpoint, performance.now() - startedMs, height);
    if (response.status >= 400) {
      if (response.status >= 502) endpoints.failed(endpoint);
      throw this.#refusal(response, body);
    }
    if (request.method !== "GET") endpoints.wrote(height);
    else if (endpoints.isStale(height)) throw new StaleReadError(endpoints.writtenHeight);
    return { status: response.status, headers: response.headers, body };
  }

  async #fetch(
    endpoint: Endpoint,
    sent: { readonly request: ApiRequest; readonly headers: Record<string, string>; readonly signal: AbortSignal },
  ): Promise<Response> {
    const { request, headers, signal } = sent;
    const { method, path, query, body } = request;
    const startedMs = performance.now();
    let status: number | undefined;
    try {
      const response = await this.#options.fetch(`${endpoint.url}${path}${queryText(query)}`, {
        method,
        headers,
        signal,
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        // An API does not send its callers elsewhere; who does wants their keys.
        redirect: "error",
      });
      status = response.status;
      return response;
    } finally {
      this.#options.onRequest?.({ method, path, status, tookMs: performance.now() - startedMs });
    }
  }

  /** What breaks on the way to an endpoint, as ApiConnectionError; what the caller ended, with the caller's reason. */
  async #guard<T>(endpoint: Endpoint, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      signal.throwIfAborted();
      this.#options.endpoints.failed(endpoint);
      if (error instanceof ApiConnectionError) throw error;
      throw new ApiConnectionError(`no answer from ${endpoint.url}`, { cause: error });
    }
  }

  #refusal(response: Response, body: unknown): Error {
    const { status, headers } = response;
    const wish = retryAfterMs(headers.get("retry-after"), this.#options.nowMs());
    return apiErrorOf(body, { status, headers, retryAfterMs: wish });
  }
}
