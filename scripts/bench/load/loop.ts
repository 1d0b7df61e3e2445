// One loop of load. Closed: a fixed number of operations is in flight, and the next goes out when one is done; that finds
// the most a node carries. Open: operations are due at a fixed pace whether or not the node keeps up, and their times count
// from when they were due, so that a node that stalls cannot hide it (no coordinated omission).

import { type LoopResult, percentilesOf, rateOf, say } from "../report.ts";
import type { BlockWatch } from "./blockWatch.ts";
import type { Lane, Outcome } from "./lanes.ts";
import type { Operation, Supply } from "./supply.ts";

/** How long and how fast. */
export interface LoopOptions {
  /** Operations go out for so long; the loop ends when all are done. */
  readonly seconds: number;
  /** No more operations than that. */
  readonly operations?: number | undefined;
  /** Closed loop: operations between being sent and being done. */
  readonly inFlight: number;
  /** Open loop: the pace. */
  readonly perSecond?: number | undefined;
  /** Hears the latency of each operation that is done. */
  readonly onDone?: (latencyMs: number) => void;
}

/** What a loop gave. */
export interface LoopRun {
  readonly result: LoopResult;
  /** Operations that are done, by name. A transaction that failed in its block is among them. */
  readonly counts: Readonly<Record<string, number>>;
}

/** Where a loop's operations go. */
export interface LoopParts {
  readonly lanes: readonly Lane[];
  readonly watch: BlockWatch;
  readonly supply: Supply;
}

/** An open loop looks so often what is due. */
const TICK_MS = 1;
/** A client that batches waits so long for its batch to be full. */
const BATCH_WAIT_MS = 10;
const REPORT_MS = 2_000;
/** A loop in which nothing was done for so long has failed. */
const STALLED_MS = 60_000;

/** Runs a loop. Rejects when the node stops answering. */
export function runLoop(parts: LoopParts, options: LoopOptions): Promise<LoopRun> {
  return new Promise((resolve, reject) => new Loop(parts, options, { resolve, reject }).start());
}

interface Waiting {
  readonly sinceMs: number;
  readonly name: string;
}

interface LoopEnd {
  readonly resolve: (run: LoopRun) => void;
  readonly reject: (error: Error) => void;
}

class Loop {
  readonly #parts: LoopParts;
  readonly #options: LoopOptions;
  readonly #end: LoopEnd;
  readonly #startedMs = performance.now();
  readonly #operationsMax: number;
  readonly #idle: number[];
  /** Lanes that have nothing left. */
  #spent = 0;
  #issued = 0;
  /** Answered, whatever the answer. */
  #answered = 0;
  #refused = 0;
  /** Transactions sent whose block was not announced yet, by their base64. */
  readonly #waiting = new Map<string, Waiting>();
  readonly #latencies: number[] = [];
  readonly #acknowledged: number[] = [];
  readonly #errors: Record<string, number> = {};
  readonly #counts: Record<string, number> = {};
  #lastDoneMs = performance.now();
  #timers: NodeJS.Timeout[] = [];
  #hasEnded = false;

  constructor(parts: LoopParts, options: LoopOptions, end: LoopEnd) {
    this.#parts = parts;
    this.#options = options;
    this.#end = end;
    this.#idle = [...parts.lanes.keys()];
    const { perSecond, seconds, operations = Number.POSITIVE_INFINITY } = options;
    const due = perSecond === undefined ? Number.POSITIVE_INFINITY : Math.round(perSecond * seconds);
    this.#operationsMax = Math.min(due, operations);
  }

  start(): void {
    const { watch } = this.#parts;
    watch.onTxs = (txs, announcedMs) => this.#onTxs(txs, announcedMs);
    watch.onFailure = (error) => this.#finish(error);
    if (this.#options.perSecond !== undefined) this.#timers.push(setInterval(() => this.#pump(), TICK_MS));
    this.#timers.push(setInterval(() => this.#report(), REPORT_MS));
    this.#pump();
  }

  get #done(): number {
    return this.#latencies.length;
  }

  #report(): void {
    say(`${this.#done} done, ${this.#issued - this.#done - this.#refused} under way, ${this.#refused} refused`);
    if (performance.now() - this.#lastDoneMs > STALLED_MS) this.#finish(new Error("nothing is done any more"));
    else this.#pump();
  }

  /** Since when the next operation has been due. */
  #dueMs(nowMs: number): number {
    const { perSecond } = this.#options;
    return perSecond === undefined ? nowMs : this.#startedMs + (this.#issued * 1000) / perSecond;
  }

  #isOver(nowMs: number): boolean {
    if (this.#issued >= this.#operationsMax || this.#spent === this.#parts.lanes.length) return true;
    // An open loop ends with its last operation, however late that goes out.
    return this.#options.perSecond === undefined && nowMs - this.#startedMs >= this.#options.seconds * 1000;
  }

  /** Operations that may go out now in one request. */
  #room(nowMs: number, batchMax: number): number {
    const { perSecond, inFlight } = this.#options;
    const left = this.#operationsMax - this.#issued;
    if (perSecond === undefined) {
      return Math.min(batchMax, left, inFlight - (this.#issued - this.#done - this.#refused));
    }
    const due = Math.trunc(((nowMs - this.#startedMs) * perSecond) / 1000) + 1 - this.#issued;
    const isWorthIt = due >= Math.min(batchMax, left) || nowMs - this.#dueMs(nowMs) >= BATCH_WAIT_MS;
    return isWorthIt ? Math.min(batchMax, left, due) : 0;
  }

  #pump(): void {
    while (!this.#hasEnded) {
      const nowMs = performance.now();
      if (this.#isOver(nowMs)) break;
      const [lane] = this.#idle;
      if (lane === undefined) return;
      const room = this.#room(nowMs, this.#parts.lanes[lane]!.batchMax);
      if (room < 1) return;
      this.#idle.shift();
      this.#send(lane, room, nowMs);
    }
    if (this.#answered === this.#issued && this.#done + this.#refused === this.#issued) this.#finish(undefined);
  }

  #send(lane: number, room: number, nowMs: number): void {
    const operations: Operation[] = [];
    const since: number[] = [];
    while (operations.length < room) {
      const operation = this.#parts.supply.take(lane);
      if (operation === undefined) break;
      const sinceMs = this.#dueMs(nowMs);
      this.#issued += 1;
      operations.push(operation);
      since.push(sinceMs);
      if (operation.tx !== undefined) this.#waiting.set(operation.tx, { sinceMs, name: operation.name });
    }
    if (operations.length === 0) {
      this.#spent += 1;
      return;
    }
    this.#parts.lanes[lane]!.send(operations).then(
      (outcomes) => {
        const answeredMs = performance.now();
        for (const [index, operation] of operations.entries()) {
          this.#onAnswer(operation, outcomes[index], since[index]!, answeredMs);
        }
        this.#idle.push(lane);
        this.#pump();
      },
      (error: Error) => this.#finish(error),
    );
  }

  #onAnswer({ tx, name }: Operation, outcome: Outcome, sinceMs: number, answeredMs: number): void {
    this.#answered += 1;
    if (outcome !== undefined) {
      // One whose answer got lost may be in a block all the same: then it is done.
      if (tx !== undefined && !this.#waiting.delete(tx)) return;
      this.#refused += 1;
      this.#errors[outcome] = (this.#errors[outcome] ?? 0) + 1;
      return;
    }
    this.#acknowledged.push(answeredMs - sinceMs);
    if (tx === undefined) this.#finished(name, answeredMs - sinceMs);
  }

  #onTxs(txs: readonly string[], announcedMs: number): void {
    for (const tx of txs) {
      const waiting = this.#waiting.get(tx);
      if (waiting === undefined) continue;
      this.#waiting.delete(tx);
      this.#finished(waiting.name, announcedMs - waiting.sinceMs);
    }
    this.#pump();
  }

  #finished(name: string, latencyMs: number): void {
    this.#latencies.push(latencyMs);
    this.#options.onDone?.(latencyMs);
    this.#counts[name] = (this.#counts[name] ?? 0) + 1;
    this.#lastDoneMs = performance.now();
  }

  #finish(error: Error | undefined): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    for (const timer of this.#timers) clearInterval(timer);
    this.#parts.watch.onTxs = () => undefined;
    if (error !== undefined) {
      this.#end.reject(error);
      return;
    }
    const result = {
      ...rateOf(this.#done, (this.#lastDoneMs - this.#startedMs) / 1000),
      latencyMs: percentilesOf(this.#latencies),
      acknowledgedMs: percentilesOf(this.#acknowledged),
      errors: this.#errors,
    };
    this.#end.resolve({ result, counts: this.#counts });
  }
}
