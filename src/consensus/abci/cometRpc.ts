// The JSON-RPC of the node's own CometBFT (v0.38 rpc/core), which keeps the blocks and the mempool.

import { JsonValue } from "./cometJson.ts";

/** A call waits no longer for CometBFT. */
const CALL_TIMEOUT_MS = 10_000;

/** `comet_unreachable`: nobody answers there; `comet_refused`: an answer that says no. */
export class CometRpcError extends Error {
  readonly code: "comet_unreachable" | "comet_refused";
  readonly retryable: boolean;
  /** CometBFT's own words about what is wrong: what clients match on. */
  readonly data: string;

  constructor(code: CometRpcError["code"], message: string, data = "", options?: ErrorOptions) {
    super(message, options);
    this.name = "CometRpcError";
    this.code = code;
    this.retryable = code === "comet_unreachable";
    this.data = data;
  }
}

/** Parameters as CometBFT reads them: integers as text, bytes in base64. */
export type CometParams = Readonly<Record<string, string | boolean>>;

/** Calls CometBFT. */
export class CometRpc {
  readonly url: string;

  /** `url` is `http://host:port`. */
  constructor(url: string) {
    this.url = url;
  }

  /** The result of a method. Rejects with CometRpcError, and with CometJsonError when it is no JSON-RPC. */
  async call(method: string, params: CometParams = {}): Promise<JsonValue> {
    const answer = new JsonValue(await this.#post(method, params), method);
    const error = answer.at("error");
    if (error.isAbsent) return answer.at("result");
    const data = error.at("data").text();
    throw new CometRpcError("comet_refused", `${method}: ${error.at("message").text()}: ${data}`, data);
  }

  async #post(method: string, params: CometParams): Promise<unknown> {
    try {
      const response = await fetch(this.url, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ jsonrpc: "2.0", id: 1, method, params }),
        signal: AbortSignal.timeout(CALL_TIMEOUT_MS),
      });
      return await response.json();
    } catch (cause) {
      throw new CometRpcError("comet_unreachable", `CometBFT does not answer at ${this.url}`, "", { cause });
    }
  }
}
