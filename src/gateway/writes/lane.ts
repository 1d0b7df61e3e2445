// The writes of one signer, gathered into batches: what comes within a few milliseconds goes together, and what comes while
// as many transactions as may be are on their way goes with the next.

import type { GasBook } from "./gasBook.ts";
import type { LiveWrite } from "./liveWrite.ts";

/** How much goes into one transaction, and how many of them are on their way. */
export interface LaneLimits {
  readonly gatherMs: number;
  readonly pipelinedMax: number;
  readonly batchMessagesMax: number;
  readonly batchBytesMax: number;
  readonly batchGasMax: number;
}

/** Signs and journals a batch. Never rejects; `freed` is called when the transaction has ended, or there is none. */
export type SendBatch = (batch: readonly LiveWrite[], isAgain: boolean) => Promise<void>;

/** One signer's queue. */
export class Lane {
  readonly #limits: LaneLimits;
  readonly #gas: GasBook;
  readonly #send: SendBatch;
  #queue: LiveWrite[] = [];
  /** Batches that are signed anew. They go first, and as they are. */
  readonly #again: (readonly LiveWrite[])[] = [];
  #open = 0;
  #isRunning = false;

  constructor(limits: LaneLimits, gas: GasBook, send: SendBatch) {
    this.#limits = limits;
    this.#gas = gas;
    this.#send = send;
  }

  get isIdle(): boolean {
    return !this.#isRunning && this.#queue.length === 0 && this.#again.length === 0 && this.#open === 0;
  }

  add(write: LiveWrite): void {
    this.#queue.push(write);
    void this.#run();
  }

  addAgain(batch: readonly LiveWrite[]): void {
    if (batch.length > 0) this.#again.push(batch);
    void this.#run();
  }

  /** A transaction was adopted that counts as on its way. */
  took(): void {
    this.#open += 1;
  }

  freed(): void {
    this.#open -= 1;
    void this.#run();
  }

  /** Takes out of the queue what has waited since before `queuedMs`, or all. */
  drop(queuedMs = Number.POSITIVE_INFINITY): readonly LiveWrite[] {
    const dropped = this.#queue.filter((write) => write.queuedMs < queuedMs);
    if (dropped.length > 0) this.#queue = this.#queue.filter((write) => write.queuedMs >= queuedMs);
    return dropped;
  }

  async #run(): Promise<void> {
    if (this.#isRunning) return;
    this.#isRunning = true;
    while (this.#open < this.#limits.pipelinedMax) {
      const again = this.#again.shift();
      if (again === undefined && this.#queue.length === 0) break;
      if (again === undefined && this.#queue.length < this.#limits.batchMessagesMax) {
        await new Promise((resolve) => setTimeout(resolve, this.#limits.gatherMs));
      }
      const batch = again ?? this.#take();
      if (batch.length === 0) continue;
      this.#open += 1;
      await this.#send(batch, again !== undefined);
    }
    this.#isRunning = false;
  }

  /** As many as fit together; at least one. */
  #take(): readonly LiveWrite[] {
    const { batchMessagesMax, batchBytesMax, batchGasMax } = this.#limits;
    let [bytes, gas, count] = [0, 0, 0];
    for (const { message } of this.#queue) {
      bytes += message.value.length + message.typeUrl.length + 16;
      gas += this.#gas.of(message);
      const fits = bytes <= batchBytesMax && gas <= batchGasMax && count < batchMessagesMax;
      if (count > 0 && !fits) break;
      count += 1;
    }
    return this.#queue.splice(0, count);
  }
}
