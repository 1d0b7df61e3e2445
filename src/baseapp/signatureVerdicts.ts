// What is known of transactions' signatures: they are verified once, off the main thread, when a transaction arrives; the
// check and the block look the verdict up. A verdict holds for the facts it was given under, so that it never changes a
// result: with other facts the signatures are verified again.

import { bytesEqual, keyText } from "../codec/bytes.ts";

/** A signer as its signature was verified: all that the sign bytes take from the state. */
export interface VerifiedSigner {
  readonly accountNumber: bigint;
  /** Any of the public key. */
  readonly pubKey: { readonly typeUrl: string; readonly value: Uint8Array };
}

interface Verdict {
  readonly signers: readonly VerifiedSigner[];
  readonly isValid: boolean;
}

/** Transactions remembered. Each is some hundred bytes. */
const VERDICTS_MAX = 100_000;

/** Verdicts by transaction hash. */
export class SignatureVerdicts {
  readonly #verdicts = new Map<string, Verdict>();

  /** Remembers a verdict; the oldest is forgotten when there are too many. */
  set(txHash: Uint8Array, signers: readonly VerifiedSigner[], isValid: boolean): void {
    this.#verdicts.set(keyText(txHash), { signers, isValid });
    if (this.#verdicts.size <= VERDICTS_MAX) return;
    const oldest = this.#verdicts.keys().next();
    if (oldest.done !== true) this.#verdicts.delete(oldest.value);
  }

  /** The verdict on a transaction's signatures under these facts; `undefined` when it has to be found out. */
  get(txHash: Uint8Array, signers: readonly VerifiedSigner[]): boolean | undefined {
    const verdict = this.#verdicts.get(keyText(txHash));
    if (verdict === undefined || verdict.signers.length !== signers.length) return undefined;
    for (let index = 0; index < signers.length; index += 1) {
      const known = verdict.signers[index]!;
      const present = signers[index]!;
      if (known.accountNumber !== present.accountNumber) return undefined;
      // PERF: it is the account's own in both, unless the account has been written anew from bytes.
      if (known.pubKey === present.pubKey) continue;
      if (known.pubKey.typeUrl !== present.pubKey.typeUrl) return undefined;
      if (!bytesEqual(known.pubKey.value, present.pubKey.value)) return undefined;
    }
    return verdict.isValid;
  }

  /** Forgets a transaction that will not come again. */
  delete(txHash: Uint8Array): void {
    this.#verdicts.delete(keyText(txHash));
  }
}
