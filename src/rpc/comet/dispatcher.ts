// Runs methods of the table and turns what comes out into answers, whatever carries them.

import { messageOf } from "../../codec/errorText.ts";
import type { Json, JsonText } from "./json.ts";
import { type Call, errorText, type RpcId, resultText } from "./jsonRpc.ts";
import type { Caller, Environment, Method } from "./method.ts";
import { type Params, paramsFromJson, paramsFromUri } from "./params.ts";
import { invalidRequest, methodNotFound, RPC_CODE, RpcError, refused } from "./rpcError.ts";

/** Hears of every request. Must not throw. */
export interface RpcObserver {
  /** A request was answered, after so many milliseconds, waiting included. `method` is `unknown` when there is no such method, so that the names are few. */
  request(method: string, isOk: boolean, durationMs: number): void;
  /** Something was thrown that is no refusal. The client has its text. */
  internalError?(method: string, error: unknown): void;
}

/** The id that CometBFT gives to answers of requests by URL. */
export const URI_ID = -1;

/** An answer that is ready to be sent. */
export interface Answer {
  readonly text: string;
  readonly isOk: boolean;
  /** Browsers may keep it. */
  readonly isCacheable: boolean;
}

type Transport = Pick<Caller, "client" | "receiver">;

/** Runs requests. */
export class Dispatcher {
  readonly methods: ReadonlyMap<string, Method>;
  readonly #env: Environment;
  readonly #observer: RpcObserver | undefined;

  constructor(env: Environment, methods: ReadonlyMap<string, Method>, observer: RpcObserver | undefined) {
    this.#env = env;
    this.methods = methods;
    this.#observer = observer;
  }

  /** How a request goes with others of its connection. One for no method waits for nothing. */
  paceOf({ method }: Call): Method["pace"] {
    const found = this.methods.get(method);
    return found === undefined ? "joined" : found.pace;
  }

  /** Tells the observer of something that is no refusal. */
  report(method: string, error: unknown): void {
    this.#observer?.internalError?.(method, error);
  }

  /** Answers a request in JSON. Never rejects. */
  answer(call: Call, transport: Transport): Promise<Answer> {
    const { method, params } = call;
    const caller = { ...transport, id: call.id ?? null };
    return this.#run(method, (found) => paramsFromJson(found.params, params), caller);
  }

  /**
   * Answers requests one after the other, as far as their methods want it. Notifications have no answer. What comes after
   * `bytesMax` characters of big answers is refused. Never rejects.
   */
  async answerAll(calls: readonly Call[], transport: Transport, bytesMax: number): Promise<readonly Answer[]> {
    const answers: Promise<Answer>[] = [];
    let bytes = 0;
    for (const call of calls) {
      if (call.id === undefined) continue;
      if (this.paceOf(call) !== undefined) {
        // Answers of those that run together are small.
        answers.push(this.answer(call, transport));
        continue;
      }
      await Promise.all(answers);
      const answer =
        bytes > bytesMax
          ? refusal(call.id, invalidRequest(`answers to the batch exceed ${bytesMax} bytes`))
          : await this.answer(call, transport);
      bytes += answer.text.length;
      answers.push(Promise.resolve(answer));
    }
    return Promise.all(answers);
  }

  /** Answers a request by URL. Never rejects. */
  answerUri(method: string, query: URLSearchParams, transport: Transport): Promise<Answer> {
    return this.#run(method, (found) => paramsFromUri(found.params, query), { ...transport, id: URI_ID });
  }

  async #run(name: string, read: (method: Method) => Params, caller: Caller): Promise<Answer> {
    const startMs = performance.now();
    const observe = (method: string, isOk: boolean) =>
      this.#observer?.request(method, isOk, performance.now() - startMs);
    const method = this.methods.get(name);
    if (method === undefined || (method.isWebSocketOnly === true && caller.receiver === undefined)) {
      observe(method === undefined ? "unknown" : name, false);
      return refusal(caller.id, methodNotFound());
    }
    try {
      const params = read(method);
      const result: Json | JsonText = await method.handle(this.#env, params, caller);
      const text = resultText(caller.id, result);
      observe(name, true);
      return { text, isOk: true, isCacheable: isCacheable(method, params) };
    } catch (error) {
      observe(name, false);
      return refusal(caller.id, this.#rpcErrorOf(name, error, caller));
    }
  }

  #rpcErrorOf(method: string, error: unknown, { receiver }: Caller): RpcError {
    // CometBFT's WebSocket has no code of its own for parameters.
    if (error instanceof RpcError && error.code === RPC_CODE.invalidParams && receiver !== undefined) {
      return refused(error.data);
    }
    if (error instanceof RpcError) return error;
    if (!isForeseen(error)) this.report(method, error);
    return refused(messageOf(error));
  }
}

/** Refusals of the node have a code of their own (MempoolError, QuerySyntaxError, ChainError); Node's begin with ERR_. */
function isForeseen(error: unknown): boolean {
  return error instanceof Error && "code" in error && !String(error.code).startsWith("ERR_");
}

function refusal(id: RpcId, error: RpcError): Answer {
  return { text: errorText(id, error), isOk: false, isCacheable: false };
}

function isCacheable({ cacheableWith }: Method, params: Params): boolean {
  return cacheableWith?.every((name) => params.isSet(name)) ?? false;
}
