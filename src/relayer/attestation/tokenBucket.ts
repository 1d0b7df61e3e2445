// Keeps requests below a rate: a service that blocks for minutes what asks too often is not asked too often.

/** So many at once, and so many a second. */
export interface Rate {
  readonly burst: number;
  readonly perSecond: number;
}

/** Tokens that fill up with time. */
export class TokenBucket {
  readonly #rate: Rate;
  #tokens: number;
  #atMs: number;

  constructor(rate: Rate, nowMs: number) {
    this.#rate = rate;
    this.#tokens = rate.burst;
    this.#atMs = nowMs;
  }

  /** Whether there is a token. A clock that goes backwards brings none. */
  has(nowMs: number): boolean {
    const { burst, perSecond } = this.#rate;
    this.#tokens = Math.min(burst, this.#tokens + (Math.max(0, nowMs - this.#atMs) / 1000) * perSecond);
    this.#atMs = nowMs;
    return this.#tokens >= 1;
  }

  /** Takes a token if there is one. */
  take(nowMs: number): boolean {
    if (!this.has(nowMs)) return false;
    this.#tokens -= 1;
    return true;
  }
}
