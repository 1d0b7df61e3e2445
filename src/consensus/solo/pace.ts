// When blocks are made: as soon as there is work, at most every `blockIntervalMs`, and an empty one after
// `emptyBlockIntervalMs` without any. One block at a time.

/** Intervals in milliseconds. */
export interface PaceOptions {
  /** Least time between the starts of two blocks; 0 is as fast as there is work. */
  readonly blockIntervalMs: number;
  /** Time after which an empty block is made; `undefined` is never. */
  readonly emptyBlockIntervalMs: number | undefined;
}

/** Calls `make` when it is time. `make` must not reject: who makes blocks deals with failure. */
export class Pace {
  readonly #options: PaceOptions;
  readonly #hasWork: () => boolean;
  readonly #make: () => Promise<void>;
  #timer: NodeJS.Timeout | undefined;
  #immediate: NodeJS.Immediate | undefined;
  #isForWork = false;
  #lastStartMs = 0;
  #isRunning = false;
  #isStopped = true;

  constructor(options: PaceOptions, hasWork: () => boolean, make: () => Promise<void>) {
    this.#options = options;
    this.#hasWork = hasWork;
    this.#make = make;
  }

  start(): void {
    this.#isStopped = false;
    this.#lastStartMs = performance.now();
    this.#plan();
  }

  stop(): void {
    this.#isStopped = true;
    this.#cancel();
  }

  /** There may be work now. PERF: called for each transaction; does nothing when a block is planned already. */
  wake(): void {
    if (!this.#isForWork) this.#plan();
  }

  /** A block was made outside the pace; the intervals count from now. */
  reset(): void {
    this.#lastStartMs = performance.now();
    this.#plan();
  }

  #cancel(): void {
    clearTimeout(this.#timer);
    clearImmediate(this.#immediate);
    this.#timer = undefined;
    this.#immediate = undefined;
    this.#isForWork = false;
  }

  #plan(): void {
    if (this.#isStopped || this.#isRunning) return;
    this.#cancel();
    this.#isForWork = this.#hasWork();
    const intervalMs = this.#isForWork ? this.#options.blockIntervalMs : this.#options.emptyBlockIntervalMs;
    if (intervalMs === undefined) return;
    const dueMs = this.#lastStartMs + intervalMs - performance.now();
    if (dueMs <= 0) this.#immediate = setImmediate(() => void this.#run());
    else this.#timer = setTimeout(() => void this.#run(), dueMs);
  }

  async #run(): Promise<void> {
    this.#cancel();
    if (this.#isStopped || this.#isRunning) return;
    this.#isRunning = true;
    this.#lastStartMs = performance.now();
    await this.#make();
    this.#isRunning = false;
    this.#plan();
  }
}
