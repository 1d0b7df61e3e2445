// Errors of transactions as clients see them: code, codespace and log (cosmossdk.io/errors abci.go, cosmos-sdk v0.53
// baseapp/recovery.go).

import { ChainError, registerError } from "../codec/chainError.ts";

/** A programmer's error inside a transaction. One transaction cannot halt the chain; tests treat it as a failure. */
export const ErrPanic = registerError("undefined", 111222, "panic");

/** What a failed execution says. */
export interface TxFailure {
  readonly code: number;
  readonly codespace: string;
  readonly log: string;
}

/**
 * A thrown value as a failure of the transaction. Rethrows what must stop the node before it commits: exhaustion of the
 * stack or the heap does not hit every machine alike.
 */
export function failureOf(thrown: unknown): TxFailure {
  if (thrown instanceof ChainError) return { code: thrown.code, codespace: thrown.codespace, log: thrown.message };
  if (isExhaustion(thrown)) throw thrown;
  const text = thrown instanceof Error ? thrown.message : String(thrown);
  const error = new ChainError(ErrPanic, `recovered: ${text}`);
  return { code: error.code, codespace: error.codespace, log: error.message };
}

function isExhaustion(thrown: unknown): boolean {
  return thrown instanceof RangeError && /call stack|memory|allocation/i.test(thrown.message);
}

/** A failure with `message` in front of the log, as errors.Wrap puts it. */
export function wrapFailure(failure: TxFailure, message: string): TxFailure {
  return { ...failure, log: `${message}: ${failure.log}` };
}

/** A transaction that failed when it was simulated. The message is its log. */
export class SimulationFailure extends ChainError {
  readonly gasUsed: bigint;

  constructor({ codespace, code, log }: TxFailure, gasUsed: bigint) {
    super({ codespace, code, text: log });
    this.gasUsed = gasUsed;
  }
}
