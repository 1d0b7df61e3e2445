// The writes that this process carries, and those of the journal that somebody here waits for.

import type { Any } from "../../../gen/google/protobuf/any.ts";
import { type ChainRefusal, Problem } from "../http/problem.ts";
import type { PendingWrite, WriteOutcome } from "../parts.ts";
import type { Journal, WriteRow } from "./journal.ts";
import type { LiveWrite } from "./liveWrite.ts";
import { POLL_MS } from "./writerOptions.ts";

const CLOSED = "the gateway closed before the outcome came";

/** What the chain refused, as a Problem. */
export function refused(chain: ChainRefusal): Problem {
  return new Problem("chain_refused", { detail: chain.message, chain });
}

/** What may succeed when it is tried again. */
export function unavailable(detail: string): Problem {
  return new Problem("chain_unavailable", { detail, retryAfterSeconds: 2 });
}

/** Throws Problem `idempotency_conflict` when a key that stands for one kind of write is used for another. */
export function requireSameType(typeUrl: string, message: Any): void {
  if (typeUrl === message.typeUrl) return;
  throw new Problem("idempotency_conflict", "this idempotency key stands for a write of another kind");
}

/** Names an idempotency key of an API key; empty where there is none. */
export function idempotencyName(apiKeyId: string, idempotencyKey: string | null | undefined): string {
  return idempotencyKey === undefined || idempotencyKey === null ? "" : `${apiKeyId} ${idempotencyKey}`;
}

/** What became of a write that has ended. */
async function outcomeOf(row: WriteRow): Promise<WriteOutcome> {
  if (row.refusal !== null) throw refused(row.refusal);
  if (row.state !== "done") throw unavailable("it came into no block");
  return {
    ...{ txHash: row.tx_hash, height: Number(row.height), messageIndex: row.message_index },
    response: { typeUrl: row.response_type ?? "", value: Uint8Array.from(row.response ?? []) },
    networkFee: BigInt(row.network_fee ?? "0"),
  };
}

function hasEnded({ state }: WriteRow): boolean {
  return state !== "sent" && state !== "waiting";
}

/** The writes of one writer. */
export class LiveWrites {
  readonly #journal: Journal;
  readonly #live = new Map<string, LiveWrite>();
  readonly #byIdempotencyKey = new Map<string, LiveWrite>();
  #isClosed = false;

  constructor(journal: Journal) {
    this.#journal = journal;
  }

  get(id: string): LiveWrite | undefined {
    return this.#live.get(id);
  }

  ofIdempotencyKey(apiKeyId: string, idempotencyKey: string | undefined): LiveWrite | undefined {
    return this.#byIdempotencyKey.get(idempotencyName(apiKeyId, idempotencyKey));
  }

  /** Carries a write until it is done. */
  add(write: LiveWrite): void {
    const name = idempotencyName(write.apiKeyId, write.idempotencyKey);
    this.#live.set(write.id, write);
    if (name !== "") this.#byIdempotencyKey.set(name, write);
    const forget = () => {
      this.#live.delete(write.id);
      if (this.#byIdempotencyKey.get(name) === write) this.#byIdempotencyKey.delete(name);
    };
    write.done.promise.then(forget, forget);
  }

  /** The write is another process's from now on, or the journal's: its outcome is read there. */
  leave({ id, done }: LiveWrite): void {
    this.#live.delete(id);
    done.resolve(this.#poll(id));
  }

  /** A write of the journal whose outcome is known, or comes by another process or this one. */
  pendingOf(row: WriteRow): PendingWrite {
    const live = this.#live.get(row.id);
    if (live !== undefined) return live.pending;
    const outcome = hasEnded(row) ? outcomeOf(row) : this.#poll(row.id);
    outcome.catch(() => undefined);
    return { id: row.id, outcome };
  }

  async #poll(id: string): Promise<WriteOutcome> {
    while (!this.#isClosed) {
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
      const live = this.#live.get(id);
      if (live !== undefined) return live.done.promise;
      const row = await this.#journal.find(id);
      if (row === undefined) throw unavailable("this write was forgotten");
      if (hasEnded(row)) return outcomeOf(row);
    }
    throw new Error(CLOSED);
  }

  /** Whoever polls stops. */
  stopPolling(): void {
    this.#isClosed = true;
  }

  /** Nobody here hears how they end. */
  rejectAll(): void {
    for (const write of this.#live.values()) write.done.reject(new Error(CLOSED));
  }
}
