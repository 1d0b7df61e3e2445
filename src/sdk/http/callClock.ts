// How long one call may take, all its retries included, and whether its caller still wants it.

import { TimeoutError } from "../errors.ts";
import { wait } from "./wait.ts";

/** Ends a call: by its time, or by its caller's signal, with the signal's reason. */
export class CallClock {
  readonly #controller = new AbortController();
  readonly #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #outer: AbortSignal | undefined;
  readonly #onAbort = () => this.#controller.abort(this.#outer?.reason);

  readonly #endsMs: number;

  /** 0 means: as long as it takes. */
  constructor(timeoutMs: number, signal: AbortSignal | undefined) {
    this.#outer = signal;
    this.#endsMs = timeoutMs > 0 ? performance.now() + timeoutMs : Number.POSITIVE_INFINITY;
    if (timeoutMs > 0) {
      this.#timer = setTimeout(() => this.#controller.abort(new TimeoutError(timeoutMs)), timeoutMs);
    }
    if (signal?.aborted) this.#onAbort();
    else signal?.addEventListener("abort", this.#onAbort, { once: true });
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Whether the call is still on after so many milliseconds. */
  hasTimeFor(ms: number): boolean {
    return performance.now() + ms < this.#endsMs;
  }

  /** A signal that ends with the call, or when one of `shares` equal parts of the time that is left has passed. */
  signalFor(shares: number): AbortSignal {
    const leftMs = this.#endsMs - performance.now();
    if (shares <= 1 || !Number.isFinite(leftMs)) return this.signal;
    return AbortSignal.any([this.signal, AbortSignal.timeout(Math.max(1, Math.floor(leftMs / shares)))]);
  }

  /** Throws the reason when the call is over. */
  check(): void {
    this.signal.throwIfAborted();
  }

  /** Waits; rejects with the reason as soon as the call is over. */
  wait(ms: number): Promise<void> {
    return wait(ms, this.signal);
  }

  /** Frees the timer and the caller's signal. */
  dispose(): void {
    clearTimeout(this.#timer);
    this.#outer?.removeEventListener("abort", this.#onAbort);
  }
}
