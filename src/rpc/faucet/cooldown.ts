// Remembers who was credited when, for a while and for so many.

/** Addresses remembered at one time; the oldest are forgotten first. */
export const COOLDOWN_ENTRIES_MAX = 100_000;

/** Times by key, forgotten after a while. */
export class Cooldown {
  readonly #periodMs: number;
  readonly #now: () => number;
  /** In the order of the times. */
  readonly #times = new Map<string, number>();

  /** `now` gives milliseconds and never goes back. */
  constructor(periodMs: number, now: () => number) {
    this.#periodMs = periodMs;
    this.#now = now;
  }

  /** Milliseconds until the key may be used again; 0 when it may. */
  remainingMs(key: string): number {
    const time = this.#times.get(key);
    return time === undefined ? 0 : Math.max(0, time + this.#periodMs - this.#now());
  }

  start(key: string): void {
    this.#times.delete(key);
    this.#times.set(key, this.#now());
    for (const [oldest, time] of this.#times) {
      if (this.#times.size <= COOLDOWN_ENTRIES_MAX && time + this.#periodMs > this.#now()) break;
      this.#times.delete(oldest);
    }
  }

  forget(key: string): void {
    this.#times.delete(key);
  }
}
