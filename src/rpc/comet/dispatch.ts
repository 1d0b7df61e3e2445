// JSON-RPC 2.0 requests to answers, whatever carries them (CometBFT v0.38 rpc/jsonrpc/server).

import type { Json } from "./encode.ts";
import { ADMIN_METHODS, METHODS, type Method, type MethodContext } from "./methods.ts";
import { paramsFromJson, paramsFromUri } from "./params.ts";
import { RPC_CODE, RpcError, rpcErrorOf } from "./rpcError.ts";

/** Hears of each request. Must not throw. */
export interface RpcObserver {
  request(method: string, isOk: boolean): void;
}

/** Requests in one batch; CosmJS sends 20 at most. */
export const BATCH_MAX = 100;

/** A request that was read. */
export interface Call {
  readonly id: Json;
  readonly method: string;
  readonly params: unknown;
}

const IS_ID = (id: unknown): id is string | number => typeof id === "string" || typeof id === "number";

/** Reads one request. Throws RpcError; `id` of what could not be read is null. */
export function readCall(value: unknown): Call {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new RpcError(RPC_CODE.invalidRequest, "Invalid Request", "expected an object");
  }
  const { id, method, params } = value as Record<string, unknown>;
  if (typeof method !== "string") {
    throw new RpcError(RPC_CODE.invalidRequest, "Invalid Request", "method: expected a string");
  }
  if (id !== undefined && id !== null && !IS_ID(id)) {
    throw new RpcError(RPC_CODE.invalidRequest, "Invalid Request", "id: expected a string or a number");
  }
  return { id: IS_ID(id) ? id : null, method, params };
}

/** The text of a successful answer. */
export function resultText(id: Json, result: Json): string {
  return `{"jsonrpc":"2.0","id":${JSON.stringify(id)},"result":${JSON.stringify(result)}}`;
}

/** The text of a refusal. */
export function errorText(id: Json, error: RpcError): string {
  return `{"jsonrpc":"2.0","id":${JSON.stringify(id)},"error":${JSON.stringify(error.toJson())}}`;
}

/** Runs methods of the table. */
export class Dispatcher {
  readonly #ctx: MethodContext;
  readonly #methods: ReadonlyMap<string, Method>;
  readonly #observer: RpcObserver | undefined;

  constructor(ctx: MethodContext, options: { readonly admin: boolean; readonly observer?: RpcObserver | undefined }) {
    this.#ctx = ctx;
    this.#methods = new Map(Object.entries(options.admin ? { ...METHODS, ...ADMIN_METHODS } : METHODS));
    this.#observer = options.observer;
  }

  /** Names of all methods with their parameters, for the page that lists them. */
  get methods(): ReadonlyMap<string, Method> {
    return this.#methods;
  }

  /** Runs a call. Rejects with RpcError. */
  async run({ method, params }: Call): Promise<Json> {
    return this.#observed(method, (found) => found.handle(this.#ctx, paramsFromJson(found.params, params)));
  }

  /** Runs a method with parameters from a URL. Rejects with RpcError. */
  async runUri(method: string, query: URLSearchParams): Promise<Json> {
    return this.#observed(method, (found) => found.handle(this.#ctx, paramsFromUri(found.params, query)));
  }

  async #observed(method: string, work: (found: Method) => Promise<Json> | Json): Promise<Json> {
    const found = this.#methods.get(method);
    if (found === undefined) throw new RpcError(RPC_CODE.methodNotFound, "Method not found");
    try {
      const result = await work(found);
      this.#observer?.request(method, true);
      return result;
    } catch (error) {
      this.#observer?.request(method, false);
      throw rpcErrorOf(error);
    }
  }

  /** The answer to one request that was parsed from JSON. Never rejects. */
  async answer(value: unknown): Promise<string> {
    let id: Json = null;
    try {
      const call = readCall(value);
      id = call.id;
      return resultText(id, await this.run(call));
    } catch (error) {
      return errorText(id, rpcErrorOf(error));
    }
  }

  /** The answer to a body: one request or a list. Never rejects. */
  async answerBody(text: string): Promise<{ readonly text: string; readonly isParsed: boolean }> {
    let parsed: unknown;
    try {
      parsed = JSON.parse(text);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      return {
        text: errorText(null, new RpcError(RPC_CODE.parse, "Parse error. Invalid JSON", reason)),
        isParsed: false,
      };
    }
    if (!Array.isArray(parsed)) return { text: await this.answer(parsed), isParsed: true };
    if (parsed.length > BATCH_MAX) {
      const reason = `batch size ${parsed.length} is above ${BATCH_MAX}`;
      return {
        text: errorText(null, new RpcError(RPC_CODE.invalidRequest, "Invalid Request", reason)),
        isParsed: true,
      };
    }
    const answers = await Promise.all(parsed.map((value) => this.answer(value)));
    return { text: `[${answers.join(",")}]`, isParsed: true };
  }
}
