// A write that this process carries: from the moment it is asked for until its outcome is known.

import type { Any } from "../../../gen/google/protobuf/any.ts";
import { newId } from "../ids.ts";
import type { PendingWrite, WriteOutcome } from "../parts.ts";

/** What a write is made of. */
export interface WriteParts {
  readonly id?: string;
  readonly apiKeyId: string;
  readonly idempotencyKey?: string | undefined;
  readonly message: Any;
  readonly attempts?: number;
  readonly nowMs: number;
}

/** A promise with its ends outside. Nobody has to listen. */
export class Deferred<T> {
  readonly promise: Promise<T>;
  resolve!: (value: T | PromiseLike<T>) => void;
  reject!: (error: unknown) => void;

  constructor() {
    this.promise = new Promise<T>((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
    this.promise.catch(() => undefined);
  }
}

/** One write. */
export class LiveWrite {
  readonly id: string;
  readonly apiKeyId: string;
  readonly idempotencyKey: string | undefined;
  readonly message: Any;
  readonly queuedMs: number;
  /** How often it was signed. */
  attempts: number;
  /** The write itself, or the earlier one of the same idempotency key; rejects when it was not journalled. */
  readonly accepted = new Deferred<PendingWrite>();
  readonly done = new Deferred<WriteOutcome>();

  constructor({ id, apiKeyId, idempotencyKey, message, attempts = 0, nowMs }: WriteParts) {
    this.id = id ?? newId("wrt");
    this.apiKeyId = apiKeyId;
    this.idempotencyKey = idempotencyKey;
    this.message = message;
    this.attempts = attempts;
    this.queuedMs = nowMs;
  }

  get pending(): PendingWrite {
    return { id: this.id, outcome: this.done.promise };
  }

  /** It was not journalled, and so will be in no block. */
  refuse(error: unknown): void {
    this.accepted.reject(error);
    this.done.reject(error);
  }
}
