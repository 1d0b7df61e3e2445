// A transaction whose fate is not known yet, and all of them.

import type { GasBook } from "./gasBook.ts";
import type { Lane } from "./lane.ts";
import type { LiveWrite } from "./liveWrite.ts";

/** A transaction whose fate is not known yet. */
export interface OpenTx {
  readonly hash: string;
  readonly bytes: Uint8Array;
  readonly lane: Lane | undefined;
  /** Empty where a client signed it. */
  readonly signer: string;
  readonly writes: readonly LiveWrite[];
  readonly fee: bigint;
  readonly voidAfterNs: bigint;
  /** The client signed it: it is never signed anew. */
  readonly isClients: boolean;
  sendings: number;
  sentMs: number;
  /** Since when its time is over. */
  overSinceMs: number | undefined;
  isBusy: boolean;
}

type NewOpenTx = Pick<OpenTx, "hash" | "bytes" | "lane" | "signer" | "writes" | "fee" | "voidAfterNs">;

/** A transaction that was not sent yet. */
export function openTx(parts: NewOpenTx): OpenTx {
  return {
    ...parts,
    ...{ isClients: parts.signer === "", sendings: 0, sentMs: 0, isBusy: false },
    overSinceMs: undefined,
  };
}

/** What each message cost: its own price, and of what is priced together a share by its gas. */
export function feeShares({ writes, fee }: Pick<OpenTx, "writes" | "fee">, gas: GasBook): readonly bigint[] {
  const weights = writes.map(({ message }) => BigInt(gas.of(message)));
  const total = weights.reduce((sum, weight) => sum + weight, 0n);
  let [before, given] = [0n, 0n];
  return weights.map((weight) => {
    before += weight;
    const upTo = total === 0n ? 0n : (fee * before) / total;
    const share = upTo - given;
    given = upTo;
    return share;
  });
}

/** The open transactions of one writer, by their hashes. */
export class OpenTxs {
  readonly #txs = new Map<string, OpenTx>();

  get size(): number {
    return this.#txs.size;
  }

  all(): readonly OpenTx[] {
    return [...this.#txs.values()];
  }

  has(hash: string): boolean {
    return this.#txs.has(hash);
  }

  get(hash: string): OpenTx | undefined {
    return this.#txs.get(hash);
  }

  add(tx: OpenTx): void {
    this.#txs.set(tx.hash, tx);
  }

  /** Its fate is known: its lane has room for another. */
  end(tx: OpenTx): void {
    if (this.#txs.delete(tx.hash)) tx.lane?.freed();
  }
}
