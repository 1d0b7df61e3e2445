// Many calls that do not depend on each other: in chunks, each call with its own end.

import { StateSetError, TimeoutError } from "../errors.ts";
import { type CallOptions, newIdempotencyKey } from "../http/transport.ts";

/** How a batch is carried out. */
export interface BatchOptions extends Omit<CallOptions, "idempotencyKey"> {
  /** Calls of one chunk; the next one begins when the last of it has ended. 100 by default. */
  readonly batch_size?: number | undefined;
  /** Send the calls of a chunk at once; default true. */
  readonly parallel?: boolean | undefined;
  /** How long the whole batch may take, milliseconds; no limit by default. */
  readonly timeout?: number | undefined;
}

/** What became of one call. */
export type BatchResult<Value> =
  | { readonly status: "fulfilled"; readonly index: number; readonly value: Value }
  | {
      readonly status: "rejected";
      readonly index: number;
      readonly error: unknown;
      /** With this key the same request can be sent again, and is carried out once. */
      readonly idempotencyKey: string;
    };

const BATCH_SIZE = 100;
const BATCH_SIZE_MAX = 1_000;

/**
 * Calls `send` for each request. The results are in the order of the requests. Does not reject: each result says how its
 * call ended. When the time is over or the signal is aborted, what has not ended is rejected with the reason.
 */
export async function runBatch<Request, Value>(
  requests: readonly Request[],
  send: (request: Request, options: CallOptions) => Promise<Value>,
  options: BatchOptions = {},
): Promise<readonly BatchResult<Value>[]> {
  const { batch_size = BATCH_SIZE, parallel = true, timeout = 0, signal, ...call } = options;
  const size = Math.min(Math.max(1, Math.trunc(batch_size)), BATCH_SIZE_MAX);
  const controller = new AbortController();
  const timer = timeout > 0 ? setTimeout(() => controller.abort(new TimeoutError(timeout)), timeout) : undefined;
  const onAbort = () => controller.abort(signal?.reason);
  signal?.addEventListener("abort", onAbort, { once: true });
  if (signal?.aborted) onAbort();
  const one = async (request: Request, index: number): Promise<BatchResult<Value>> => {
    const idempotencyKey = newIdempotencyKey();
    try {
      controller.signal.throwIfAborted();
      // A signal of its own for each: hundreds that listen to one look like a leak.
      const own = AbortSignal.any([controller.signal]);
      const value = await send(request, { ...call, idempotencyKey, signal: own });
      return { status: "fulfilled", index, value };
    } catch (error) {
      return { status: "rejected", index, error, idempotencyKey };
    }
  };
  try {
    const results: BatchResult<Value>[] = [];
    for (let at = 0; at < requests.length; at += parallel ? size : 1) {
      const chunk = requests.slice(at, at + (parallel ? size : 1));
      results.push(...(await Promise.all(chunk.map((request, index) => one(request, at + index)))));
    }
    return results;
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", onAbort);
  }
}

/** The values of a batch. Throws the first error when there is one. */
export function valuesOf<Value>(results: readonly BatchResult<Value>[]): readonly Value[] {
  return results.map((result) => {
    if (result.status === "fulfilled") return result.value;
    throw result.error instanceof Error ? result.error : new StateSetError("batch", String(result.error));
  });
}
