// A step that is done again and again: at an interval, when somebody wakes it, and at once when it says that there is more.
// Steps of one worker never overlap. What fails is tried again, after pauses that grow.

import { type Backoff, pauseMs } from "./backoff.ts";

/** What a worker does. */
export interface WorkerOptions {
  readonly intervalMs: number;
  /** One step. Resolves to whether there is more to do at once. */
  readonly step: () => Promise<boolean>;
  /** Told of each failure. Returns false when there is no point in going on: the worker stops. */
  readonly onError: (error: unknown) => boolean;
}

/** Pauses after failures: from the interval to this. */
const PAUSE_MAX_MS = 30_000;

/** Runs from `start` to `stop`. */
export class Worker {
  readonly #options: WorkerOptions;
  readonly #backoff: Backoff;
  #isStopped = true;
  #isWoken = false;
  #wake: (() => void) | undefined;
  #run: Promise<void> = Promise.resolve();

  constructor(options: WorkerOptions) {
    this.#options = options;
    const { intervalMs } = options;
    this.#backoff = { firstMs: intervalMs, factor: 2, maxMs: Math.max(intervalMs, PAUSE_MAX_MS) };
  }

  start(): void {
    if (!this.#isStopped) return;
    this.#isStopped = false;
    this.#run = this.#loop();
  }

  /** Makes the next step come at once. */
  wake(): void {
    this.#isWoken = true;
    this.#wake?.();
  }

  /** Resolves when the running step is over; none follows until `start`. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#wake?.();
    await this.#run;
  }

  async #loop(): Promise<void> {
    let failures = 0;
    while (!this.#isStopped) {
      this.#isWoken = false;
      try {
        const hasMore = await this.#options.step();
        failures = 0;
        if (!hasMore) await this.#pause(this.#options.intervalMs);
      } catch (error) {
        if (!this.#options.onError(error)) return;
        failures += 1;
        await this.#pause(pauseMs(this.#backoff, failures));
      }
    }
  }

  /** Waits, unless somebody has called for a step meanwhile. */
  async #pause(ms: number): Promise<void> {
    if (this.#isWoken || this.#isStopped) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.#wake = undefined;
  }
}
