// Verifies signatures on other threads, in batches: a message to a thread costs the sender 10 us, so what arrives while
// all threads are busy goes out together. The verdicts are the same with any number of threads.
//
// Measured on two shared cores (verifyPool.bench.ts): a check costs the caller 0.8 us to queue, copy and send when 256
// travel together; one thread does 16,000 checks a second, two do 32,000.

import { Worker } from "node:worker_threads";
import { SECP256K1_PUBKEY_BYTES, SECP256K1_SIGNATURE_BYTES, verifySecp256k1 } from "./secp256k1.ts";

/** A secp256k1 signature to verify. */
export interface SignatureCheck {
  /** 33 bytes, compressed. */
  readonly pubKey: Uint8Array;
  /** 32 bytes: sha256 of the sign bytes. */
  readonly digest: Uint8Array;
  /** 64 bytes. */
  readonly signature: Uint8Array;
}

const DIGEST_BYTES = 32;

/** Offsets in a record of a batch. */
export const RECORD = Object.freeze({
  digest: SECP256K1_PUBKEY_BYTES,
  signature: SECP256K1_PUBKEY_BYTES + DIGEST_BYTES,
  bytes: SECP256K1_PUBKEY_BYTES + DIGEST_BYTES + SECP256K1_SIGNATURE_BYTES,
});

/** Records in one message to a thread: about 13 ms of work. */
export const VERIFY_BATCH_MAX = 256;
/** How often threads that died are replaced before the pool does with fewer. */
export const VERIFY_RESTARTS_MAX = 8;
/** Slots in the queue that are done with before they are given back. */
const QUEUE_SLACK = 4096;

/** How a pool works. */
export interface VerifyPoolOptions {
  /** Threads; 0 verifies on the calling thread. */
  readonly workers: number;
  /**
   * Calls back a little later, when more checks may have come: `setImmediate`, which gathers those of a turn of the event
   * loop. Without it, at the end of the running job.
   */
  readonly defer?: (send: () => void) => void;
  /** A clock by which the work is measured; nothing else depends on it. */
  readonly nowMs?: (() => number) | undefined;
  /** Hears of each thread that died, for the log. Its checks are answered all the same. */
  readonly onThreadDeath?: (error: Error) => void;
}

/** Verifies here and now. */
export function verifySync(check: SignatureCheck): boolean {
  return verifySecp256k1(check.pubKey, check.digest, check.signature);
}

/** Whether a check has the lengths that fit into a record; others are invalid anyhow. */
function isWellFormed({ pubKey, digest, signature }: SignatureCheck): boolean {
  return (
    pubKey.length === SECP256K1_PUBKEY_BYTES &&
    digest.length === DIGEST_BYTES &&
    signature.length === SECP256K1_SIGNATURE_BYTES
  );
}

interface Job {
  readonly checks: readonly SignatureCheck[];
  readonly verdicts: boolean[];
  /** Checks without a verdict. */
  left: number;
  readonly resolve: (verdicts: boolean[]) => void;
}

/** One check of a job. */
interface Item {
  readonly job: Job;
  readonly index: number;
}

interface Thread {
  readonly worker: Worker;
  /** What it is working on; undefined when it is idle. */
  batch: readonly Item[] | undefined;
  /** When it got the batch. */
  sentMs: number;
  error: Error | undefined;
}

/** A pool of verifying threads. Threads that are idle do not keep the process alive. */
export class VerifyPool {
  readonly #threads: Thread[] = [];
  readonly #onThreadDeath: ((error: Error) => void) | undefined;
  readonly #defer: (send: () => void) => void;
  #waiting: Item[] = [];
  /** Items of `#waiting` before this one were sent. */
  #head = 0;
  #isFlushing = false;
  #restarts = 0;
  readonly #nowMs: () => number;
  #busyMs = 0;
  #isClosed = false;

  constructor(options: VerifyPoolOptions) {
    this.#onThreadDeath = options.onThreadDeath;
    this.#nowMs = options.nowMs ?? (() => 0);
    this.#defer = options.defer ?? ((send) => void Promise.resolve().then(send));
    for (let count = 0; count < options.workers; count += 1) this.#threads.push(this.#startThread());
  }

  /** Threads that live. 0 means that checks run on the calling thread. */
  get threadCount(): number {
    return this.#threads.length;
  }

  /** How long batches have taken so far, in all threads together, milliseconds; 0 without a clock. */
  get busyMs(): number {
    return this.#busyMs;
  }

  /** Verifies; the verdicts are in the order of the checks, whose bytes must not change before. Never rejects. */
  verify(checks: readonly SignatureCheck[]): Promise<boolean[]> {
    if (this.#threads.length === 0) return Promise.resolve(this.#timed(() => checks.map(verifySync)));
    return new Promise((resolve) => {
      const job: Job = { checks, verdicts: new Array<boolean>(checks.length).fill(false), left: 0, resolve };
      for (let index = 0; index < checks.length; index += 1) {
        if (!isWellFormed(checks[index]!)) continue;
        job.left += 1;
        this.#waiting.push({ job, index });
      }
      if (job.left === 0) resolve(job.verdicts);
      else this.#flushSoon();
    });
  }

  /** Ends the threads. What is still waiting is verified here. */
  async close(): Promise<void> {
    this.#isClosed = true;
    const threads = this.#threads.splice(0);
    for (const thread of threads) this.#verifyHere(takeBatch(thread));
    this.#verifyHere(this.#take(this.#waiting.length));
    await Promise.all(threads.map(({ worker }) => worker.terminate()));
  }

  /** Sends a little later, so that checks of one turn travel together. */
  #flushSoon(): void {
    if (this.#isFlushing) return;
    this.#isFlushing = true;
    this.#defer(() => {
      this.#isFlushing = false;
      this.#flush();
    });
  }

  /** Shares what waits among the threads that are idle. */
  #flush(): void {
    let idle = 0;
    for (const { batch } of this.#threads) if (batch === undefined) idle += 1;
    for (const thread of this.#threads) {
      if (thread.batch !== undefined) continue;
      const waiting = this.#waiting.length - this.#head;
      if (waiting === 0) return;
      this.#send(thread, this.#take(Math.min(VERIFY_BATCH_MAX, Math.ceil(waiting / idle))));
      idle -= 1;
    }
  }

  #take(max: number): readonly Item[] {
    const batch = this.#waiting.slice(this.#head, this.#head + max);
    this.#head += batch.length;
    if (this.#head === this.#waiting.length || this.#head >= QUEUE_SLACK) {
      this.#waiting = this.#waiting.slice(this.#head);
      this.#head = 0;
    }
    return batch;
  }

  #send(thread: Thread, batch: readonly Item[]): void {
    const records = new Uint8Array(batch.length * RECORD.bytes);
    for (let i = 0, at = 0; i < batch.length; i += 1, at += RECORD.bytes) {
      const { job, index } = batch[i]!;
      const check = job.checks[index]!;
      records.set(check.pubKey, at);
      records.set(check.digest, at + RECORD.digest);
      records.set(check.signature, at + RECORD.signature);
    }
    thread.batch = batch;
    thread.sentMs = this.#nowMs();
    thread.worker.ref();
    thread.worker.postMessage(records, [records.buffer]);
  }

  #startThread(): Thread {
    const worker = startWorker();
    worker.unref();
    const thread: Thread = { worker, batch: undefined, sentMs: 0, error: undefined };
    worker.on("message", (verdicts: Uint8Array) => this.#onVerdicts(thread, verdicts));
    worker.on("error", (error) => {
      thread.error = error;
    });
    // Comes after every "error".
    worker.on("exit", (code) => this.#onDeath(thread, code));
    return thread;
  }

  #onVerdicts(thread: Thread, verdicts: Uint8Array): void {
    const batch = takeBatch(thread);
    this.#busyMs += this.#nowMs() - thread.sentMs;
    if (this.#head < this.#waiting.length) this.#flushSoon();
    else thread.worker.unref();
    for (let i = 0; i < batch.length; i += 1) settle(batch[i]!, verdicts[i] === 1);
  }

  /** A thread that died loses nothing: its batch is verified here, and another thread takes its place. */
  #onDeath(thread: Thread, code: number): void {
    const at = this.#threads.indexOf(thread);
    if (this.#isClosed || at < 0) return;
    this.#threads.splice(at, 1);
    this.#restarts += 1;
    if (this.#restarts <= VERIFY_RESTARTS_MAX) this.#threads.push(this.#startThread());
    this.#verifyHere(takeBatch(thread));
    if (this.#threads.length === 0) this.#verifyHere(this.#take(this.#waiting.length));
    else this.#flush();
    this.#onThreadDeath?.(thread.error ?? new Error(`a verifying thread exited with code ${code}`));
  }

  #verifyHere(batch: readonly Item[]): void {
    this.#timed(() => {
      for (const item of batch) settle(item, verifySync(item.job.checks[item.index]!));
    });
  }

  #timed<T>(verify: () => T): T {
    const startedMs = this.#nowMs();
    const result = verify();
    this.#busyMs += this.#nowMs() - startedMs;
    return result;
  }
}

/** Takes a thread's batch from it, so that nothing settles it twice. */
function takeBatch(thread: Thread): readonly Item[] {
  const batch = thread.batch ?? [];
  thread.batch = undefined;
  return batch;
}

function settle({ job, index }: Item, verdict: boolean): void {
  job.verdicts[index] = verdict;
  job.left -= 1;
  if (job.left === 0) job.resolve(job.verdicts);
}

/** A thread that runs verifyWorker; from the sources (tests, benches) by way of tsx, whose hooks it does not inherit. */
function startWorker(): Worker {
  if (!import.meta.url.endsWith(".ts")) return new Worker(new URL("./verifyWorker.js", import.meta.url));
  const hooks = JSON.stringify(import.meta.resolve("tsx/esm/api"));
  const file = JSON.stringify(new URL("./verifyWorker.ts", import.meta.url).href);
  const source = `import(${hooks}).then(({ register }) => { register(); return import(${file}); });`;
  return new Worker(source, { eval: true, execArgv: [] });
}

/** A pool of `workers` threads; 0 verifies on the calling thread. */
export function createVerifyPool(options: VerifyPoolOptions): VerifyPool {
  return new VerifyPool(options);
}
