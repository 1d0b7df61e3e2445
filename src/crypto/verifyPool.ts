// Verifies signatures on other threads, in batches: a message to a thread costs more than a check, so what arrives while
// all threads are busy goes out together.

import { Worker } from "node:worker_threads";
import { verifySecp256k1 } from "./secp256k1.ts";

/** A secp256k1 signature to verify. */
export interface SignatureCheck {
  /** 33 bytes, compressed. */
  readonly pubKey: Uint8Array;
  /** 32 bytes: sha256 of the sign bytes. */
  readonly digest: Uint8Array;
  /** 64 bytes. */
  readonly signature: Uint8Array;
}

/** Offsets in a record of a batch. */
export const RECORD = Object.freeze({ digest: 33, signature: 65, bytes: 129 });

/** Records in one message to a thread. */
const BATCH_MAX = 256;
/** How often a thread that died is replaced before the pool does the work itself. */
const RESTARTS_MAX = 8;

/** Verifies here and now. */
export function verifySync(check: SignatureCheck): boolean {
  return verifySecp256k1(check.pubKey, check.digest, check.signature);
}

/** Whether a check has the lengths that fit into a record; others are invalid anyhow. */
function isWellFormed({ pubKey, digest, signature }: SignatureCheck): boolean {
  return pubKey.length === 33 && digest.length === 32 && signature.length === 64;
}

interface Job {
  readonly checks: readonly SignatureCheck[];
  readonly verdicts: boolean[];
  left: number;
  readonly resolve: (verdicts: boolean[]) => void;
}

/** One check of a job. */
interface Item {
  readonly job: Job;
  readonly index: number;
}

interface Thread {
  worker: Worker;
  /** What it is working on; undefined when it is idle. */
  batch: readonly Item[] | undefined;
}

/** A pool of verifying threads. */
export class VerifyPool {
  readonly #threads: Thread[] = [];
  #waiting: Item[] = [];
  #head = 0;
  #isFlushing = false;
  #restarts = 0;
  #isClosed = false;

  constructor(options: { readonly workers: number }) {
    for (let count = 0; count < options.workers; count += 1) this.#threads.push(this.#startThread());
  }

  /** Verifies; the verdicts are in the order of the checks. Never rejects. */
  verify(checks: readonly SignatureCheck[]): Promise<boolean[]> {
    if (this.#threads.length === 0 || this.#isClosed) return Promise.resolve(checks.map(verifySync));
    return new Promise((resolve) => {
      const job: Job = { checks, verdicts: new Array<boolean>(checks.length).fill(false), left: 0, resolve };
      checks.forEach((check, index) => {
        if (!isWellFormed(check)) return;
        job.left += 1;
        this.#waiting.push({ job, index });
      });
      if (job.left === 0) resolve(job.verdicts);
      else this.#flushSoon();
    });
  }

  /** Ends the threads. What is still waiting is verified here. */
  async close(): Promise<void> {
    this.#isClosed = true;
    const threads = this.#threads.splice(0);
    for (const { batch } of threads) this.#verifyHere(batch ?? []);
    this.#verifyHere(this.#take(this.#waiting.length));
    await Promise.all(threads.map(({ worker }) => worker.terminate()));
  }

  /** Sends at the end of the running turn, so that checks of one turn travel together. */
  #flushSoon(): void {
    if (this.#isFlushing) return;
    this.#isFlushing = true;
    void Promise.resolve().then(() => {
      this.#isFlushing = false;
      this.#flush();
    });
  }

  #flush(): void {
    for (const thread of this.#threads) {
      if (this.#head === this.#waiting.length) return;
      if (thread.batch === undefined) this.#send(thread, this.#take(BATCH_MAX));
    }
  }

  #take(max: number): readonly Item[] {
    const batch = this.#waiting.slice(this.#head, this.#head + max);
    this.#head += batch.length;
    if (this.#head === this.#waiting.length) {
      this.#waiting = [];
      this.#head = 0;
    }
    return batch;
  }

  #send(thread: Thread, batch: readonly Item[]): void {
    const records = new Uint8Array(batch.length * RECORD.bytes);
    let at = 0;
    for (const { job, index } of batch) {
      const check = job.checks[index]!;
      records.set(check.pubKey, at);
      records.set(check.digest, at + RECORD.digest);
      records.set(check.signature, at + RECORD.signature);
      at += RECORD.bytes;
    }
    thread.batch = batch;
    thread.worker.postMessage(records, [records.buffer]);
  }

  #startThread(): Thread {
    const isSource = import.meta.url.endsWith(".ts");
    const worker = new Worker(new URL(isSource ? "./verifyWorker.ts" : "./verifyWorker.js", import.meta.url), {
      execArgv: isSource ? ["--import", "tsx"] : [],
    });
    worker.unref();
    const thread: Thread = { worker, batch: undefined };
    worker.on("message", (verdicts: Uint8Array) => this.#onVerdicts(thread, verdicts));
    worker.on("error", () => this.#onDeath(thread));
    worker.on("exit", () => this.#onDeath(thread));
    return thread;
  }

  #onVerdicts(thread: Thread, verdicts: Uint8Array): void {
    const batch = thread.batch ?? [];
    thread.batch = undefined;
    if (this.#head < this.#waiting.length) this.#send(thread, this.#take(BATCH_MAX));
    for (let index = 0; index < batch.length; index += 1) settle(batch[index]!, verdicts[index] === 1);
  }

  /** A thread that died loses nothing: its batch is verified here, and another thread takes its place. */
  #onDeath(thread: Thread): void {
    const at = this.#threads.indexOf(thread);
    if (this.#isClosed || at < 0) return;
    const batch = thread.batch ?? [];
    thread.batch = undefined;
    this.#restarts += 1;
    if (this.#restarts <= RESTARTS_MAX) this.#threads[at] = this.#startThread();
    else this.#threads.splice(at, 1);
    this.#verifyHere(batch);
    if (this.#threads.length === 0) this.#verifyHere(this.#take(this.#waiting.length));
    else this.#flushSoon();
  }

  #verifyHere(batch: readonly Item[]): void {
    for (const item of batch) settle(item, verifySync(item.job.checks[item.index]!));
  }
}

function settle({ job, index }: Item, verdict: boolean): void {
  job.verdicts[index] = verdict;
  job.left -= 1;
  if (job.left === 0) job.resolve(job.verdicts);
}

/** A pool of `workers` threads; 0 verifies on the calling thread. */
export function createVerifyPool(options: { readonly workers: number }): VerifyPool {
  return new VerifyPool(options);
}
