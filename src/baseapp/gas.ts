// Gas: what execution costs (cosmos-sdk v0.53 store/types/gas.go).

import { ChainError } from "../codec/chainError.ts";
import { ErrOutOfGas } from "../codec/sdkErrors.ts";

/** What the store charges. The SDK's KVGasConfig. */
export const KV_GAS = Object.freeze({
  hasCost: 1000,
  deleteCost: 1000,
  readCostFlat: 1000,
  readCostPerByte: 3,
  writeCostFlat: 2000,
  writeCostPerByte: 30,
  iterNextCostFlat: 30,
});

const GAS_MAX = (1n << 64n) - 1n;

/** More than this is out of gas whatever the limit says, so that the count is exact. The SDK's bound is 2^64-1. */
const COUNT_MAX = Number.MAX_SAFE_INTEGER;

/**
 * Counts gas up to a limit. One meter per transaction. PERF: it counts in a number, since every access to the state asks
 * it two or three times.
 */
export class GasMeter {
  /** The most that may be consumed; `undefined` is unlimited. */
  readonly limit: bigint | undefined;
  readonly #max: number;
  #consumed = 0;

  constructor(limit: bigint | undefined) {
    this.limit = limit;
    this.#max = limit === undefined || limit > BigInt(COUNT_MAX) ? COUNT_MAX : Number(limit);
  }

  get consumed(): bigint {
    return BigInt(this.#consumed);
  }

  /** What is left; 2^64-1 when unlimited. */
  get remaining(): bigint {
    if (this.limit === undefined) return GAS_MAX;
    return this.consumed >= this.limit ? 0n : this.limit - this.consumed;
  }

  /** The limit as clients see it: 2^64-1 when unlimited, as in the SDK's infinite meter. */
  get wanted(): bigint {
    return this.limit ?? GAS_MAX;
  }

  /**
   * Consumes gas. Throws ErrOutOfGas once the limit is passed; the gas is counted all the same, so that gas used may be
   * above gas wanted, as in the SDK.
   * @param descriptor what is being paid for; it is the location in the error text
   */
  consume(amount: bigint, descriptor: string): void {
    this.consumeUnits(amount > BigInt(COUNT_MAX) ? COUNT_MAX : Number(amount), descriptor);
  }

  /** As `consume`, of an amount below 2^53. */
  consumeUnits(units: number, descriptor: string): void {
    this.#consumed += units;
    if (this.#consumed > this.#max) throw new OutOfGasError(descriptor, this);
  }
}

/** Out of gas, told apart so that the runner can add gas wanted and used to the text as the SDK's ante handler does. */
export class OutOfGasError extends ChainError {
  constructor(descriptor: string, meter: GasMeter) {
    super(ErrOutOfGas, `out of gas in location: ${descriptor}; gasWanted: ${meter.wanted}, gasUsed: ${meter.consumed}`);
    this.name = "OutOfGasError";
  }
}
