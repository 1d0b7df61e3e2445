// JSON-RPC 2.0 by HTTP POST, which EVM nodes and CometBFT both speak. The other side may be anybody: every answer is
// bounded in time and size, and is `unknown` until its reader has looked at it.

/** Longest wait for one answer. */
export const REQUEST_TIMEOUT_MS = 10_000;
/** Largest answer. The results of a full block of ours are some 30 MB. */
export const ANSWER_BYTES_MAX = 128 * 1024 * 1024;
/** Of texts that the other side wrote, so much is repeated in an error. */
const EXCERPT_LENGTH_MAX = 200;

/** An endpoint did not answer, or not sensibly. Its text names the host only: paths of RPC URLs hold people's keys. */
export class EndpointError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "EndpointError";
  }
}

/** An endpoint answered with a JSON-RPC error. */
export class RpcRefusal extends EndpointError {
  readonly rpcCode: number;
  /** What stands in `data`, when that is a text: CometBFT gives its reasons there. */
  readonly reason: string;

  constructor(endpoint: string, method: string, error: { code: number; message: string; reason: string }) {
    super(`${endpoint}: ${method}: ${error.code} ${excerpt(`${error.message} ${error.reason}`.trim())}`);
    this.name = "RpcRefusal";
    this.rpcCode = error.code;
    this.reason = error.reason;
  }
}

/** A JSON object, as far as anybody knows. */
export type JsonRecord = Readonly<Record<string, unknown>>;

/** Whether a value is a JSON object: neither a list nor null. */
export function isRecord(value: unknown): value is JsonRecord {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function excerpt(text: string): string {
  // Control characters would let an endpoint write lines of its own into our logs.
  const plain = text.replace(/[^\x20-\x7e]+/g, " ");
  return plain.length <= EXCERPT_LENGTH_MAX ? plain : `${plain.slice(0, EXCERPT_LENGTH_MAX)}…`;
}

/** The host of a URL: what may be shown of it. Throws a TypeError when it is no URL. */
export function endpointLabel(url: string): string {
  return new URL(url).host;
}

/** One endpoint. Its methods reject with EndpointError, and with nothing else. */
export class JsonRpcEndpoint {
  readonly label: string;
  readonly #url: string;
  readonly #timeoutMs: number;
  #lastId = 0;

  constructor(url: string, timeoutMs: number) {
    this.label = endpointLabel(url);
    this.#url = url;
    this.#timeoutMs = timeoutMs;
  }

  /** The result of one call. Rejects with RpcRefusal when it was answered with an error. */
  async call(method: string, params: readonly unknown[] | JsonRecord): Promise<unknown> {
    this.#lastId += 1;
    const { status, body } = await this.#post(JSON.stringify({ jsonrpc: "2.0", id: this.#lastId, method, params }));
    const answer = this.#parse(method, status, body);
    // Too many requests and missing rights are of the endpoint, not of the question.
    if (isRecord(answer["error"]) && status !== 429 && status !== 401 && status !== 403) {
      throw new RpcRefusal(this.label, method, refusalOf(answer["error"]));
    }
    if (status !== 200) throw this.fault(`${method}: HTTP status ${status}`);
    if (!("result" in answer)) throw this.fault(`${method}: an answer without a result`);
    return answer["result"];
  }

  /** An error of this endpoint, for those who read its answers. */
  fault(message: string, cause?: unknown): EndpointError {
    return new EndpointError(`${this.label}: ${message}`, { cause });
  }

  /** What `decode` makes of an answer. Whatever it throws becomes an error of the endpoint, which wrote the answer. */
  decode<T>(what: string, decode: () => T): T {
    try {
      return decode();
    } catch (cause) {
      throw this.fault(`${what}: ${cause instanceof Error ? excerpt(cause.message) : "malformed"}`, cause);
    }
  }

  #parse(method: string, status: number, body: string): JsonRecord {
    try {
      const answer: unknown = JSON.parse(body);
      if (isRecord(answer)) return answer;
    } catch (cause) {
      throw this.fault(`${method}: HTTP status ${status}, and no JSON`, cause);
    }
    throw this.fault(`${method}: HTTP status ${status}, and no JSON object`);
  }

  async #post(body: string): Promise<{ readonly status: number; readonly body: string }> {
    try {
      const response = await fetch(this.#url, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body,
        signal: AbortSignal.timeout(this.#timeoutMs),
      });
      return { status: response.status, body: await readBody(response) };
    } catch (cause) {
      throw this.fault(transportText(cause, this.#timeoutMs), cause);
    }
  }
}

/** The body of a response as text. Throws a RangeError when it is longer than ANSWER_BYTES_MAX. */
async function readBody(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of response.body ?? []) {
    length += chunk.length;
    if (length > ANSWER_BYTES_MAX) throw new RangeError(`an answer of more than ${ANSWER_BYTES_MAX} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function transportText(cause: unknown, timeoutMs: number): string {
  if (!(cause instanceof Error)) return "no answer";
  if (cause.name === "TimeoutError") return `no answer within ${timeoutMs} ms`;
  if (cause instanceof RangeError) return cause.message;
  // `fetch` says "fetch failed" and puts the reason (ECONNREFUSED …) below.
  const inner = cause.cause;
  if (inner instanceof Error && "code" in inner) return `no answer: ${String(inner.code)}`;
  return "no answer: the connection broke";
}

function refusalOf(error: JsonRecord): { code: number; message: string; reason: string } {
  const { code, message, data } = error;
  return {
    code: typeof code === "number" ? code : 0,
    message: typeof message === "string" ? message : "",
    reason: typeof data === "string" ? data : "",
  };
}
