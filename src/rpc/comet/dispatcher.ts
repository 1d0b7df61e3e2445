// Runs methods of the table and turns what comes out into answers, whatever carries them.

import { messageOf } from "../../codec/errorText.ts";
import type { Json, JsonText } from "./json.ts";
import { type Call, errorText, type RpcId, resultText } from "./jsonRpc.ts";
import type { Caller, Environment, Method } from "./method.ts";
import { NO_PARAMS, type Params, paramsFromJson, paramsFromUri } from "./params.ts";
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

/** A request that runs. */
interface Run {
  readonly name: string;
  readonly method: Method;
  readonly caller: Caller;
  readonly startMs: number;
  params: Params;
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

  /** Answers a request in JSON, at once where its method does. Never throws or rejects. */
  answer({ id, method, params }: Call, { client, receiver }: Transport): Answer | Promise<Answer> {
    return this.#run(method, params, { client, receiver, id: id ?? null });
  }

  /**
   * Answers requests one after the other, as far as their methods want it. Notifications have no answer. What comes after
   * `bytesMax` characters of big answers is refused. Never rejects.
   */
  async answerAll(calls: readonly Call[], transport: Transport, bytesMax: number): Promise<readonly Answer[]> {
    const answers: (Answer | Promise<Answer>)[] = [];
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
      answers.push(answer);
    }
    return Promise.all(answers);
  }

  /** Answers a request by URL. Never throws or rejects. */
  answerUri(method: string, query: URLSearchParams, transport: Transport): Answer | Promise<Answer> {
    return this.#run(method, query, { ...transport, id: URI_ID });
  }

  /** PERF: nothing is waited for that is there already, and a request that is answered at once makes no closure. */
  #run(name: string, given: unknown, caller: Caller): Answer | Promise<Answer> {
    const startMs = performance.now();
    const method = this.methods.get(name);
    if (method === undefined || (method.isWebSocketOnly === true && caller.receiver === undefined)) {
      this.#observe(method === undefined ? "unknown" : name, false, startMs);
      return refusal(caller.id, methodNotFound());
    }
    const run: Run = { name, method, caller, startMs, params: NO_PARAMS };
    try {
      // No JSON makes a URLSearchParams.
      run.params =
        given instanceof URLSearchParams ? paramsFromUri(method.params, given) : paramsFromJson(method.params, given);
      const result = method.handle(this.#env, run.params, caller);
      if (!(result instanceof Promise)) return this.#succeed(run, result);
      return result.then(
        (settled) => this.#succeed(run, settled),
        (error: unknown) => this.#fail(run, error),
      );
    } catch (error) {
      return this.#fail(run, error);
    }
  }

  #observe(name: string, isOk: boolean, startMs: number): void {
    this.#observer?.request(name, isOk, performance.now() - startMs);
  }

  #succeed(run: Run, result: Json | JsonText): Answer {
    const text = resultText(run.caller.id, result);
    this.#observe(run.name, true, run.startMs);
    return { text, isOk: true, isCacheable: isCacheable(run.method, run.params) };
  }

  #fail({ name, caller, startMs }: Run, error: unknown): Answer {
    this.#observe(name, false, startMs);
    return refusal(caller.id, this.#rpcErrorOf(name, error, caller));
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
