// What a destination reads of its chain now and then: whom it believes, and what our account has.

import type { AttestationRule } from "../../cctp/attestation.ts";
import type { Clock } from "../clock.ts";
import { Cached } from "./cached.ts";

/** How the values are read. */
export interface ChainValueReaders {
  readonly attestationRule: (cctpVersion: 1 | 2) => Promise<AttestationRule>;
  readonly balance: () => Promise<bigint>;
}

const BALANCE_AGE_MAX_MS = 15_000;

/** The values of one destination, each read again when it is too old. */
export class ChainValues {
  readonly #rules: { readonly 1: Cached<AttestationRule>; readonly 2: Cached<AttestationRule> };
  readonly #balance: Cached<bigint>;

  constructor(clock: Clock, readers: ChainValueReaders) {
    this.#rules = {
      1: new Cached(clock, () => readers.attestationRule(1)),
      2: new Cached(clock, () => readers.attestationRule(2)),
    };
    this.#balance = new Cached(clock, readers.balance);
  }

  /** Rejects as its reader does. */
  attestationRule(cctpVersion: 1 | 2, ageMaxMs: number): Promise<AttestationRule> {
    return this.#rules[cctpVersion].get(ageMaxMs);
  }

  /** Smallest units. Rejects as its reader does. */
  balance(): Promise<bigint> {
    return this.#balance.get(BALANCE_AGE_MAX_MS);
  }

  /** The balance as it was read last; undefined before that. */
  get knownBalance(): bigint | undefined {
    return this.#balance.known;
  }

  /** The account paid for something: what was read of it is not true any more. */
  spent(): void {
    this.#balance.expire();
  }

  forget(): void {
    this.#rules[1].forget();
    this.#rules[2].forget();
    this.#balance.forget();
  }
}
