// Gas: what execution costs (cosmos-sdk v0.53 store/types/gas.go).

import { ChainError } from "../codec/chainError.ts";
import { ErrOutOfGas } from "../codec/sdkErrors.ts";

/** What the store charges. The SDK's KVGasConfig. */
export const KV_GAS = Object.freeze({
  hasCost: 1000n,
  deleteCost: 1000n,
  readCostFlat: 1000n,
  readCostPerByte: 3n,
  writeCostFlat: 2000n,
  writeCostPerByte: 30n,
  iterNextCostFlat: 30n,
});

const GAS_MAX = (1n << 64n) - 1n;

/** Counts gas up to a limit. One meter per transaction. */
export class GasMeter {
  /** The most that may be consumed; `undefined` is unlimited. */
  readonly limit: bigint | undefined;
  #consumed = 0n;

  constructor(limit: bigint | undefined) {
    this.limit = limit;
  }

  get consumed(): bigint {
    return this.#consumed;
  }

  /** What is left; 2^64-1 when unlimited. */
  get remaining(): bigint {
    if (this.limit === undefined) return GAS_MAX;
    return this.#consumed >= this.limit ? 0n : this.limit - this.#consumed;
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
    this.#consumed += amount;
    if (this.limit !== undefined && this.#consumed > this.limit) throw new OutOfGasError(descriptor, this);
  }
}

/** Out of gas, told apart so that the runner can add gas wanted and used to the text as the SDK's ante handler does. */
export class OutOfGasError extends ChainError {
  constructor(descriptor: string, meter: GasMeter) {
    super(ErrOutOfGas, `out of gas in location: ${descriptor}; gasWanted: ${meter.wanted}, gasUsed: ${meter.consumed}`);
    this.name = "OutOfGasError";
  }
}
