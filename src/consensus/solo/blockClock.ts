// The time of the next block: the machine's clock, which the devnet may move, and never before the last block.

/** Least time between the times of two blocks. */
const STEP_NS = 1_000_000n;
/** How far the devnet may move the clock: the year 2200. Clients in Go hold nanoseconds in 64 bits, until 2262. */
const SET_TIME_MAX_NS = 7_258_118_400_000_000_000n;

/** How a clock was moved; it tells the same time again when it is set back to this. */
export interface ClockSetting {
  /** Ahead of the machine's clock. */
  readonly offsetNs: bigint;
  /** The time of the next block, where one was set. */
  readonly nextNs: bigint | undefined;
}

/** The clock of one node. All times are nanoseconds since 1970. */
export class BlockClock {
  readonly #now: () => bigint;
  #offsetNs = 0n;
  #nextNs: bigint | undefined;

  constructor(now: () => bigint) {
    this.#now = now;
  }

  /** The time now, as the next block will have it unless the last one was later. */
  get nowNs(): bigint {
    return this.#nextNs ?? this.#now() + this.#offsetNs;
  }

  get setting(): ClockSetting {
    return { offsetNs: this.#offsetNs, nextNs: this.#nextNs };
  }

  /** Undoes what moved the clock since. Only blocks that are dropped may have had a time after it. */
  restore({ offsetNs, nextNs }: ClockSetting): void {
    this.#offsetNs = offsetNs;
    this.#nextNs = nextNs;
  }

  /** The time for the block after one of `lastNs`. A time that was set is used up. */
  nextBlockTime(lastNs: bigint): bigint {
    if (this.#nextNs !== undefined) {
      const timeNs = this.#nextNs > lastNs ? this.#nextNs : lastNs + STEP_NS;
      this.#nextNs = undefined;
      this.#offsetNs = timeNs - this.#now();
      return timeNs;
    }
    const timeNs = this.#now() + this.#offsetNs;
    return timeNs > lastNs ? timeNs : lastNs + STEP_NS;
  }

  /** Sets the time of the next block; the clock goes on from there. Throws RangeError unless it is after `lastNs` and before 2200. */
  setNext(timeNs: bigint, lastNs: bigint): void {
    if (timeNs <= lastNs)
      throw new RangeError(`the next block's time ${timeNs} is not after the last block's ${lastNs}`);
    checkNotTooFar(timeNs);
    this.#nextNs = timeNs;
  }

  /** Moves the clock forward. Throws RangeError on a negative step, and beyond 2200. */
  advance(deltaNs: bigint): void {
    if (deltaNs < 0n) throw new RangeError(`the clock moves forward only, not by ${deltaNs}`);
    checkNotTooFar(this.nowNs + deltaNs);
    if (this.#nextNs !== undefined) this.#nextNs += deltaNs;
    else this.#offsetNs += deltaNs;
  }

  /** Goes on from the last block's time when that is ahead of the machine's clock: it was moved before a restart. */
  resume(lastNs: bigint): void {
    const aheadNs = lastNs - this.#now();
    if (aheadNs > this.#offsetNs) this.#offsetNs = aheadNs;
  }
}

function checkNotTooFar(timeNs: bigint): void {
  if (timeNs > SET_TIME_MAX_NS) throw new RangeError(`the clock goes to ${SET_TIME_MAX_NS} at most, not to ${timeNs}`);
}
