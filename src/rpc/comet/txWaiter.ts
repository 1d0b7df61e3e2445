// Waits for transactions to be in a block, for broadcast_tx_commit.

import { keyText } from "../../codec/bytes.ts";
import type { CommittedBlock, IndexedTx } from "../../consensus/chainNode.ts";
import { refused } from "./rpcError.ts";

/** A wait that has begun. */
export interface TxWait {
  /** Rejects with RpcError when it takes too long. */
  readonly found: Promise<IndexedTx>;
  /** Lets the wait fail with a reason. */
  cancel(reason: string): void;
  /** Ends the wait, whatever came of it. */
  stop(): void;
}

interface Waiting {
  readonly resolve: (tx: IndexedTx) => void;
  readonly reject: (error: Error) => void;
}

/** Everybody who waits for a transaction. */
export class TxWaiter {
  readonly #timeoutMs: number;
  readonly #waiting = new Map<string, Set<Waiting>>();

  constructor(timeoutMs: number) {
    this.#timeoutMs = timeoutMs;
  }

  /** Begins to wait; to be called before the transaction is sent, so that no block is missed. */
  wait(hash: Uint8Array): TxWait {
    const key = keyText(hash);
    let stop = (): void => undefined;
    let cancel = (_reason: string): void => undefined;
    const found = new Promise<IndexedTx>((resolve, reject) => {
      const waiting: Waiting = { resolve, reject };
      const others = this.#waiting.get(key) ?? new Set();
      this.#waiting.set(key, others.add(waiting));
      cancel = (reason) => reject(refused(reason));
      const late = "timed out waiting for tx to be included in a block";
      const timer = setTimeout(cancel, this.#timeoutMs, late);
      stop = () => {
        clearTimeout(timer);
        others.delete(waiting);
        if (others.size === 0 && this.#waiting.get(key) === others) this.#waiting.delete(key);
      };
    });
    // A transaction that is refused has a waiter that nobody asks any more.
    found.catch(() => undefined);
    return { found, cancel, stop };
  }

  /** Tells those who wait for something in a block. */
  publish(block: CommittedBlock): void {
    if (this.#waiting.size === 0) return;
    for (const tx of block.txs) {
      for (const { resolve } of this.#waiting.get(keyText(tx.hash)) ?? []) resolve(tx);
    }
  }

  /** Ends every wait: the server closes. */
  close(): void {
    for (const others of this.#waiting.values()) {
      for (const { reject } of others) reject(refused("txSub was canceled (reason: CometBFT exited)"));
    }
  }
}
