// Work that nobody awaits but whoever closes.

import type { WarnOf } from "./writerOptions.ts";

/** Watches work that goes on by itself. */
export class Background {
  readonly #warn: WarnOf;
  readonly #works = new Set<Promise<void>>();

  constructor(warn: WarnOf) {
    this.#warn = warn;
  }

  /** Watches work; what it rejects with is made known. */
  run(work: Promise<unknown>): void {
    const watched = work.then(
      () => undefined,
      (error: unknown) => this.#warn("looking after writes", error),
    );
    this.#works.add(watched);
    void watched.then(() => this.#works.delete(watched));
  }

  /** Resolves when what runs now has ended. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#works);
  }
}
