// What becomes of transactions: each message its own verdict, told to whoever waits and to the journal; or signed anew.

import { messageFailures, msgResponsesOf } from "../../codec/independentTx.ts";
import {
  ErrInsufficientFee,
  ErrInsufficientFunds,
  ErrOutOfGas,
  ErrTxTimeout,
  ErrUnknownAddress,
} from "../../codec/sdkErrors.ts";
import type { ChainRefusal } from "../http/problem.ts";
import type { Background } from "./background.ts";
import { type GasBook, MESSAGE_GAS_MAX } from "./gasBook.ts";
import type { Conclusion, Journal, Verdict } from "./journal.ts";
import type { Lanes } from "./lanes.ts";
import type { LiveWrite } from "./liveWrite.ts";
import { type LiveWrites, refused, unavailable } from "./liveWrites.ts";
import type { FoundTx } from "./nodeRpc.ts";
import { feeShares, type OpenTx, type OpenTxs } from "./openTx.ts";
import type { TxSigner } from "./txSigner.ts";
import { POLL_MS, type WarnOf } from "./writerOptions.ts";

export interface OutcomesParts {
  readonly journal: Journal;
  readonly signer: Pick<TxSigner, "forgetPrices">;
  readonly lanes: Lanes;
  readonly live: LiveWrites;
  readonly open: OpenTxs;
  readonly gas: GasBook;
  readonly attemptsMax: number;
  readonly background: Background;
  readonly warn: WarnOf;
}

/** What is known of a transaction's other writes. */
interface Rest {
  readonly height: number | undefined;
  readonly verdicts: ReadonlyMap<string, Verdict>;
}

function allOf(tx: OpenTx, verdict: Verdict): ReadonlyMap<string, Verdict> {
  return new Map(tx.writes.map(({ id }) => [id, verdict]));
}

/** Decides for one writer. */
export class Outcomes {
  readonly #parts: OutcomesParts;
  #isClosed = false;

  constructor(parts: OutcomesParts) {
    this.#parts = parts;
  }

  /** Outcomes that cannot be journalled now are not any more: the next process finds them on the chain. */
  stopTrying(): void {
    this.#isClosed = true;
  }

  /**
   * A transaction is in a block. One of ours whose messages did not run stays open: what fails in the ante handler leaves
   * nothing, and runs if somebody sends it again before its time is over, as we do.
   */
  found(found: FoundTx): void {
    const { open, background } = this.#parts;
    const tx = open.get(found.hash);
    if (tx === undefined) return;
    if (found.result.code === 0) this.#ran(tx, found);
    else if (tx.isClients) {
      const { codespace, code, log } = found.result;
      background.run(this.failed(tx, { codespace, code, message: log }));
    }
  }

  /** Its time is over; `found` is the block's word, where it is in one. */
  async over(tx: OpenTx, found: FoundTx | undefined): Promise<void> {
    if (found?.result.code === 0) return this.#ran(tx, found);
    if (tx.isClients) {
      return this.#settle(tx, { height: undefined, verdicts: allOf(tx, { state: "unreached" }), state: "void" });
    }
    const { code, codespace, log } = found?.result ?? { ...ErrTxTimeout, log: ErrTxTimeout.text };
    await this.failed(tx, { code, codespace, message: log });
  }

  /** It is in no mempool and no block, or its messages did not run, and never will. */
  async failed(tx: OpenTx, refusal: ChainRefusal): Promise<void> {
    const { signer, lanes } = this.#parts;
    const is = ({ code }: { code: number }) => refusal.codespace === "sdk" && refusal.code === code;
    if (is(ErrInsufficientFee)) signer.forgetPrices();
    if (is(ErrUnknownAddress)) lanes.signer(tx.signer).accountNumber = undefined;
    const isTransient = !tx.isClients && (is(ErrInsufficientFee) || is(ErrTxTimeout));
    if (isTransient) return this.#again(tx, [tx.writes], "void");
    // One message can spoil a transaction for all, when the chain cannot even read it: halves find it.
    if (tx.writes.length > 1 && !is(ErrInsufficientFunds) && !is(ErrUnknownAddress)) {
      const half = Math.ceil(tx.writes.length / 2);
      for (const write of tx.writes) write.attempts -= 1;
      return this.#again(tx, [tx.writes.slice(0, half), tx.writes.slice(half)], "void");
    }
    this.#settle(tx, { height: undefined, verdicts: allOf(tx, { state: "refused", refusal }), state: "void" });
  }

  /** Its messages ran, each on its own. */
  #ran(tx: OpenTx, { height, result }: FoundTx): void {
    const { gas, background } = this.#parts;
    if (!tx.isClients) {
      const messages = tx.writes.map(({ message }) => message);
      gas.used(messages, result.gasUsed);
    }
    const responses = msgResponsesOf(result.data);
    const failures = messageFailures(responses);
    const shares = feeShares(tx, gas);
    const short: LiveWrite[] = [];
    const verdicts = new Map<string, Verdict>();
    for (const [index, write] of tx.writes.entries()) {
      const failure = failures.get(index);
      const response = responses[index];
      if (failure === undefined && response !== undefined) {
        verdicts.set(write.id, { state: "done", response, networkFee: shares[index] ?? 0n });
      } else if (failure?.codespace === "sdk" && failure.code === ErrOutOfGas.code && this.#mayTakeMore(tx, write)) {
        short.push(write);
      } else {
        const { codespace, code, log } = failure ?? { codespace: "undefined", code: 1, log: "no response" };
        verdicts.set(write.id, { state: "refused", refusal: { codespace, code, message: log } });
      }
    }
    if (short[0] !== undefined) {
      // The first one took what there was; the others had nothing left.
      gas.ranOut(short[0].message);
      background.run(this.#againShort(tx, short, { height, verdicts }));
    } else this.#settle(tx, { height, verdicts, state: "done" });
  }

  #mayTakeMore(tx: OpenTx, write: LiveWrite): boolean {
    const { attemptsMax, gas } = this.#parts;
    if (tx.isClients) return false;
    return tx.writes.length > 1 || (write.attempts < attemptsMax && gas.of(write.message) < MESSAGE_GAS_MAX);
  }

  /** The first alone, since it took more than was expected; the rest together. */
  async #againShort(tx: OpenTx, short: readonly LiveWrite[], rest: Rest): Promise<void> {
    this.#answer(tx, rest);
    await this.#again(tx, [short.slice(0, 1), short.slice(1)], "done", rest);
  }

  /** Signs writes of a transaction anew, once the journal says that they are this process's to sign. */
  async #again(
    tx: OpenTx,
    batches: readonly (readonly LiveWrite[])[],
    state: Conclusion["state"],
    rest?: Rest,
  ): Promise<void> {
    const { open, journal, lanes, live, attemptsMax } = this.#parts;
    const all = batches.flat();
    const waiting = new Map<string, Verdict>(all.map(({ id }) => [id, { state: "waiting" }]));
    const verdicts = new Map([...waiting, ...(rest?.verdicts ?? [])]);
    open.end(tx);
    const mine = await this.#conclude({ hash: tx.hash, state, height: rest?.height, verdicts });
    const tooOften = all.filter((write) => mine.has(write.id) && write.attempts >= attemptsMax);
    if (tooOften.length > 0) {
      await journal.giveUp(tooOften.map(({ id }) => id));
      for (const { done } of tooOften) done.reject(unavailable("it came into no block"));
    }
    const lane = lanes.of(tx.signer);
    for (const batch of batches) {
      lane.addAgain(batch.filter((write) => mine.has(write.id) && !tooOften.includes(write)));
    }
    for (const write of all) if (!mine.has(write.id)) live.leave(write);
  }

  /** Tells whoever waits, and the journal. */
  #settle(tx: OpenTx, rest: Rest & { readonly state: Conclusion["state"] }): void {
    this.#parts.open.end(tx);
    this.#answer(tx, rest);
    this.#parts.background.run(this.#conclude({ hash: tx.hash, ...rest }));
  }

  #answer(tx: OpenTx, { height, verdicts }: Rest): void {
    for (const [messageIndex, { id, done }] of tx.writes.entries()) {
      const verdict = verdicts.get(id);
      if (verdict?.state === "done") {
        const { response, networkFee } = verdict;
        done.resolve({ txHash: tx.hash, height: height ?? 0, messageIndex, response, networkFee });
      } else if (verdict?.state === "refused") done.reject(refused(verdict.refusal));
      else if (verdict?.state === "unreached") done.reject(unavailable("it came into no block"));
    }
  }

  /** Writes an outcome down, however long the database takes. The chain knows it meanwhile. */
  async #conclude(conclusion: Conclusion): Promise<ReadonlySet<string>> {
    for (;;) {
      try {
        return await this.#parts.journal.conclude(conclusion);
      } catch (error) {
        this.#parts.warn("an outcome could not be journalled", error);
        if (this.#isClosed) return new Set();
        await new Promise((resolve) => setTimeout(resolve, POLL_MS));
      }
    }
  }
}
