// The lanes of all signers, with what the chain says of each signer.

import type { GasBook } from "./gasBook.ts";
import { Lane, type LaneLimits } from "./lane.ts";
import type { LiveWrite } from "./liveWrite.ts";

/** Beyond so many signers those that have nothing to do are forgotten. */
const SIGNERS_KEPT = 1_000;

/** A signer's queue, and what signing needs to know of its account, kept until something is refused. */
export interface SignerLane {
  readonly lane: Lane;
  accountNumber: bigint | undefined;
}

/** Signs, journals and sends a batch of a signer. Never rejects. */
export type SendOf = (signer: string, batch: readonly LiveWrite[], isAgain: boolean) => Promise<void>;

/** A lane for each signer that has something to write. */
export class Lanes {
  readonly #limits: LaneLimits;
  readonly #gas: GasBook;
  readonly #send: SendOf;
  readonly #signers = new Map<string, SignerLane>();

  constructor(limits: LaneLimits, gas: GasBook, send: SendOf) {
    this.#limits = limits;
    this.#gas = gas;
    this.#send = send;
  }

  signer(signer: string): SignerLane {
    const known = this.#signers.get(signer);
    if (known !== undefined) return known;
    const lane = new Lane(this.#limits, this.#gas, (batch, isAgain) => this.#send(signer, batch, isAgain));
    const made = { lane, accountNumber: undefined };
    this.#signers.set(signer, made);
    return made;
  }

  of(signer: string): Lane {
    return this.signer(signer).lane;
  }

  /** Takes out of all queues what has waited since before `queuedMs`, or all. */
  drop(queuedMs?: number): readonly LiveWrite[] {
    return [...this.#signers.values()].flatMap(({ lane }) => lane.drop(queuedMs));
  }

  /** Forgets signers that have nothing to do, where they are many. */
  forgetIdle(): void {
    if (this.#signers.size <= SIGNERS_KEPT) return;
    for (const [signer, { lane }] of this.#signers) if (lane.isIdle) this.#signers.delete(signer);
  }
}
