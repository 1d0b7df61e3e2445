// A value of a chain that is read again when it is older than its reader wants.

import type { Clock } from "../clock.ts";

/** Reads a value at most as often as it is allowed to be old. */
export class Cached<T> {
  readonly #clock: Clock;
  readonly #read: () => Promise<T>;
  #known: { readonly value: T; readonly atMs: number } | undefined;
  #isExpired = false;

  constructor(clock: Clock, read: () => Promise<T>) {
    this.#clock = clock;
    this.#read = read;
  }

  /** What was read last; undefined before that, and after `forget`. */
  get known(): T | undefined {
    return this.#known?.value;
  }

  /** The value, not older than so. A clock that went backwards makes everything too old. Rejects as its reader does. */
  async get(ageMaxMs: number): Promise<T> {
    const nowMs = this.#clock.nowMs();
    const known = this.#known;
    const isFresh = known !== undefined && nowMs >= known.atMs && nowMs - known.atMs <= ageMaxMs;
    if (isFresh && !this.#isExpired) return known.value;
    this.#isExpired = false;
    const value = await this.#read();
    this.#known = { value, atMs: nowMs };
    return value;
  }

  /** Makes the next `get` read again; `known` stays. */
  expire(): void {
    this.#isExpired = true;
  }

  forget(): void {
    this.#known = undefined;
  }
}
