// How long to wait before the next try, as a pure sequence. Nothing here ever gives up: the pause only stops growing.

/** Pauses that grow by a factor up to a maximum. */
export interface Backoff {
  readonly firstMs: number;
  readonly factor: number;
  readonly maxMs: number;
}

/** The pause after so many tries in vain, counted from 1. Whole milliseconds, never below `firstMs`, never above `maxMs`. */
export function pauseMs({ firstMs, factor, maxMs }: Backoff, tries: number): number {
  // The exponent is bounded so that it cannot overflow; by then the maximum is long reached.
  const grown = firstMs * factor ** Math.min(Math.max(tries, 1) - 1, 64);
  return Math.max(firstMs, Math.min(maxMs, Math.round(grown)));
}

/** When each of many things is due again. In memory: after a restart everything is due at once. */
export class Schedule {
  readonly #entries = new Map<string, { tries: number; dueMs: number }>();

  isDue(id: string, nowMs: number): boolean {
    return (this.#entries.get(id)?.dueMs ?? 0) <= nowMs;
  }

  /** Puts off after a try in vain. */
  postpone(id: string, nowMs: number, backoff: Backoff): void {
    const tries = (this.#entries.get(id)?.tries ?? 0) + 1;
    this.#entries.set(id, { tries, dueMs: nowMs + pauseMs(backoff, tries) });
  }

  /** Makes it due at once and forgets its tries. */
  reset(id: string): void {
    this.#entries.delete(id);
  }

  clear(): void {
    this.#entries.clear();
  }
}
