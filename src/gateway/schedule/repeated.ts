// Work that is done again and again: never twice at a time, and to its end when the gateway stops.

export interface RepeatedOptions {
  readonly work: () => Promise<unknown>;
  /** Between the end of one run and the next; also before the first. */
  readonly pauseMs: number;
  /** What `work` rejects with; it is done again all the same. */
  readonly onError: (error: unknown) => void;
}

export class Repeated {
  readonly #options: RepeatedOptions;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> | undefined;
  #isStopped = false;

  constructor(options: RepeatedOptions) {
    this.#options = options;
  }

  start(): void {
    const { work, pauseMs, onError } = this.#options;
    this.#timer = setTimeout(() => {
      this.#running = work()
        .catch(onError)
        .then(() => {
          if (!this.#isStopped) this.start();
        });
    }, pauseMs);
    this.#timer.unref();
  }

  /** Resolves when nothing is being done any more. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    await this.#running;
  }
}
