// Small byte arrays as pieces of larger ones. PERF: a small array of its own takes 220 bytes and 0.3 us with what the collector
// does for it; one of more than 64 bytes lies outside V8's heap, and takes 0.7 us. A piece of another takes 96 bytes and 0.1 us.

/** One piece after the other. Whoever holds a piece keeps all of its slab: a slab is for what lives about equally long. */
export class ByteSlab {
  readonly #slabBytes: number;
  #slab: Uint8Array<ArrayBuffer>;
  #used = 0;

  constructor(slabBytes: number) {
    this.#slabBytes = slabBytes;
    this.#slab = new Uint8Array(slabBytes);
  }

  /** Zeros for the caller to fill. */
  take(length: number): Uint8Array<ArrayBuffer> {
    if (this.#used + length > this.#slabBytes) {
      // Most of a new slab would be lost.
      if (length > this.#slabBytes >>> 2) return new Uint8Array(length);
      this.#slab = new Uint8Array(this.#slabBytes);
      this.#used = 0;
    }
    const start = this.#used;
    this.#used += length;
    return this.#slab.subarray(start, this.#used);
  }
}

/** For the keys of stores, which live no longer than their block. */
export const keySlab = new ByteSlab(32 * 1024);

/**
 * For encoded messages, which may be values of stores and stay in their caches: small, so that one value that stays does not
 * keep much with it.
 */
export const messageSlab = new ByteSlab(4 * 1024);
