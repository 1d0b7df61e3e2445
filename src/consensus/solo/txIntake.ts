// The way of a submitted transaction up to the mempool: signatures are verified in batches on other threads, and then
// CheckTx runs in the order of arrival, so that sequence n + 1 sent right behind sequence n finds it there.

import type { ResponseCheckTx } from "../../../gen/tendermint/abci/types.ts";
import { ChainError } from "../../codec/chainError.ts";
import type { DecodedTx } from "../../codec/tx.ts";

/** What the intake drives. */
export interface IntakeSteps {
  /** Decodes; `hash` is the sha256 if that is known. Throws ChainError. */
  decode(bytes: Uint8Array, hash?: Uint8Array): DecodedTx;
  /** Verifies the signatures off the main thread and keeps the verdicts for `check` and the block. */
  verify(tx: DecodedTx): Promise<void>;
  /** Runs CheckTx against the state that earlier checks left. */
  check(tx: DecodedTx, mode: CheckMode): ResponseCheckTx;
}

/** Whether a transaction is new, or waits for a block already: then its signatures are known to be good. */
export type CheckMode = "check" | "recheck";

/** What follows a successful check, in the same turn. */
export type AfterCheck = (tx: DecodedTx, response: ResponseCheckTx) => void;

interface Entry {
  readonly tx: DecodedTx;
  readonly mode: CheckMode;
  readonly after: AfterCheck;
  readonly resolve: (response: ResponseCheckTx) => void;
  readonly reject: (error: unknown) => void;
  isVerified: boolean;
  error: unknown;
}

/** Checks run in one turn before other work, such as queries, gets its turn: about 2 ms. */
const CHECKS_PER_TURN_MAX = 64;

/** The intake. One per node. */
export class TxIntake {
  readonly #steps: IntakeSteps;
  #queue: Entry[] = [];
  /** Entries of `#queue` before this one are done. */
  #head = 0;
  #holds = 0;
  #isScheduled = false;
  #closedBy: Error | undefined;
  #decodeMs = 0;
  #checkMs = 0;

  constructor(steps: IntakeSteps) {
    this.#steps = steps;
  }

  /** Transactions between arrival and the end of their check. */
  get pending(): number {
    return this.#queue.length - this.#head;
  }

  /** How long decoding and checks have taken so far, milliseconds. */
  get workMs(): { readonly decode: number; readonly check: number } {
    return { decode: this.#decodeMs, check: this.#checkMs };
  }

  /**
   * Decodes, verifies and checks. A refusal by the chain is in the response, not thrown; what `after` throws (a full
   * mempool) rejects. `hash` is the sha256 of the bytes, if that is known.
   */
  submit(bytes: Uint8Array, after: AfterCheck, hash?: Uint8Array, mode: CheckMode = "check"): Promise<ResponseCheckTx> {
    if (this.#closedBy !== undefined) return Promise.reject(this.#closedBy);
    let tx: DecodedTx;
    const startedMs = performance.now();
    try {
      tx = this.#steps.decode(bytes, hash);
    } catch (error) {
      if (error instanceof ChainError) return Promise.resolve(refusal(error));
      return Promise.reject(error);
    } finally {
      this.#decodeMs += performance.now() - startedMs;
    }
    return new Promise((resolve, reject) => {
      const entry: Entry = { tx, mode, after, resolve, reject, isVerified: false, error: undefined };
      this.#queue.push(entry);
      const done = (error: unknown) => {
        entry.isVerified = true;
        entry.error = error;
        if (this.#queue[this.#head] === entry) this.#schedule();
      };
      if (mode === "recheck") done(undefined);
      else this.#steps.verify(tx).then(() => done(undefined), done);
    });
  }

  /** Holds back checks (while the check state is rebuilt) until `release`. */
  hold(): void {
    this.#holds++;
  }

  release(): void {
    this.#holds--;
    this.#schedule();
  }

  /** Refuses everything that waits and all that comes. */
  close(reason: Error): void {
    this.#closedBy = reason;
    for (const entry of this.#queue.splice(0).slice(this.#head)) entry.reject(reason);
    this.#head = 0;
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    setImmediate(() => {
      this.#isScheduled = false;
      this.#drain();
    });
  }

  #drain(): void {
    if (this.#holds > 0) return;
    let checked = 0;
    const startedMs = performance.now();
    while (this.#head < this.#queue.length && this.#queue[this.#head]!.isVerified) {
      if (checked++ >= CHECKS_PER_TURN_MAX) {
        this.#schedule();
        break;
      }
      this.#checkOne(this.#queue[this.#head++]!);
    }
    this.#checkMs += performance.now() - startedMs;
    if (this.#head === this.#queue.length) {
      this.#queue = [];
      this.#head = 0;
    } else if (this.#head > 4096) {
      this.#queue = this.#queue.slice(this.#head);
      this.#head = 0;
    }
  }

  #checkOne(entry: Entry): void {
    if (entry.error !== undefined) {
      entry.reject(entry.error);
      return;
    }
    try {
      const response = this.#steps.check(entry.tx, entry.mode);
      if (response.code === 0) entry.after(entry.tx, response);
      entry.resolve(response);
    } catch (error) {
      entry.reject(error);
    }
  }
}

/** A refusal as CheckTx answers it. */
export function refusal(error: ChainError): ResponseCheckTx {
  return {
    code: error.code,
    data: new Uint8Array(0),
    log: error.message,
    info: "",
    gasWanted: 0n,
    gasUsed: 0n,
    events: [],
    codespace: error.codespace,
  };
}
