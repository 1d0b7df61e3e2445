// Several endpoints of one chain: whoever works is asked, and the next one when it fails.

import { ChainMismatchError, ChainReadError } from "./chainReader.ts";
import { EndpointError, JsonRpcEndpoint } from "./jsonRpc.ts";

/** After so long with another endpoint, the first one is tried again. */
export const RETURN_TO_FIRST_MS = 60_000;

/** What went wrong beside a call, for logs and metrics. No text of it holds a URL's path. */
export interface ChainIncident {
  readonly kind: "endpoint_failed" | "wrong_chain" | "message_dropped" | "watch_lost";
  readonly detail: string;
}

/** What everybody who reads a chain is given. */
export interface ChainReaderOptions {
  /** Longest wait for one answer; 10 s when left out. */
  readonly requestTimeoutMs?: number | undefined;
  readonly onIncident?: ((incident: ChainIncident) => void) | undefined;
}

/** What an endpoint must be asked before it is believed: undefined, or what is wrong with it. */
export type IdentityCheck = (endpoint: JsonRpcEndpoint) => Promise<string | undefined>;

/** The endpoints of a chain, in the order of preference. Every one is of the right chain, or is not used. */
export class Endpoints {
  readonly #chain: string;
  readonly #all: readonly JsonRpcEndpoint[];
  readonly #check: IdentityCheck;
  readonly #onIncident: (incident: ChainIncident) => void;
  /** Endpoints that showed themselves to be of the chain, and have not failed since. */
  readonly #trusted = new Set<JsonRpcEndpoint>();
  #current = 0;
  #leftFirstAtMs = 0;

  constructor(
    {
      chain,
      urls,
      timeoutMs,
    }: { readonly chain: string; readonly urls: readonly string[]; readonly timeoutMs: number },
    check: IdentityCheck,
    onIncident: (incident: ChainIncident) => void,
  ) {
    this.#chain = chain;
    this.#all = urls.map((url) => new JsonRpcEndpoint(url, timeoutMs));
    this.#check = check;
    this.#onIncident = onIncident;
  }

  /** Asks every endpoint who it is. Rejects with ChainMismatchError when one is another; silent ones are passed over. */
  async verifyIdentity(): Promise<void> {
    await Promise.all(
      this.#all.map(async (endpoint) => {
        const wrong = await this.#check(endpoint).catch((error: unknown) => {
          if (error instanceof EndpointError) return undefined;
          throw error;
        });
        if (wrong !== undefined) throw new ChainMismatchError(this.#chain, `${endpoint.label}: ${wrong}`);
      }),
    );
  }

  /**
   * Does the work with one endpoint, and with the others in turn when that fails. Rejects with ChainReadError when all
   * fail, and with whatever the work throws that is no EndpointError.
   */
  async run<T>(work: (endpoint: JsonRpcEndpoint) => Promise<T>): Promise<T> {
    const failures: EndpointError[] = [];
    const first = this.#firstChoice();
    for (let step = 0; step < this.#all.length; step++) {
      const index = (first + step) % this.#all.length;
      const endpoint = this.#all[index]!;
      try {
        await this.#requireTrusted(endpoint);
        const result = await work(endpoint);
        this.#settleOn(index);
        return result;
      } catch (error) {
        if (!(error instanceof EndpointError)) throw error;
        this.#trusted.delete(endpoint);
        this.#onIncident({ kind: "endpoint_failed", detail: error.message });
        failures.push(error);
      }
    }
    throw new ChainReadError(this.#chain, failures.map(({ message }) => message).join("; "), { cause: failures[0] });
  }

  #firstChoice(): number {
    if (this.#current !== 0 && Date.now() - this.#leftFirstAtMs > RETURN_TO_FIRST_MS) {
      this.#leftFirstAtMs = Date.now();
      return 0;
    }
    return this.#current;
  }

  #settleOn(index: number): void {
    if (this.#current === 0 && index !== 0) this.#leftFirstAtMs = Date.now();
    this.#current = index;
  }

  async #requireTrusted(endpoint: JsonRpcEndpoint): Promise<void> {
    if (this.#trusted.has(endpoint)) return;
    const wrong = await this.#check(endpoint);
    if (wrong !== undefined) {
      this.#onIncident({ kind: "wrong_chain", detail: `${endpoint.label}: ${wrong}` });
      throw endpoint.fault(wrong);
    }
    this.#trusted.add(endpoint);
  }
}
