// Follows the chain for all who wait: one subscription, with polling beneath it. Blocks are read only while somebody waits.

import { RefusedError } from "../nodeCalls.ts";
import type { ChainPlace, FoundTx, NodeRpc } from "./nodeRpc.ts";

/** Who hears of the chain. */
export interface FollowerListener {
  /** Whether transactions of blocks are of interest right now. */
  isWaiting(): boolean;
  found(tx: FoundTx): void;
}

/** More blocks than these are not read: what is in them is asked for by its hash. */
const BLOCKS_MAX = 200;

/** Follows one node. */
export class ChainFollower {
  readonly #node: NodeRpc;
  readonly #listener: FollowerListener;
  readonly #now: () => number;
  #place: ChainPlace | undefined;
  #answeredMs: number;
  #isLooking = false;
  #isDue = false;
  #stop: (() => void) | undefined;

  constructor(node: NodeRpc, listener: FollowerListener, now: () => number) {
    this.#node = node;
    this.#listener = listener;
    this.#now = now;
    this.#answeredMs = now();
  }

  /** Where the chain is; undefined until the node has answered once. */
  get place(): ChainPlace | undefined {
    return this.#place;
  }

  /** For how long the node has not answered. */
  get silentMs(): number {
    return this.#now() - this.#answeredMs;
  }

  start(): void {
    this.#stop = this.#node.watch(() => void this.#look());
    void this.#look();
  }

  stop(): void {
    this.#stop?.();
    this.#stop = undefined;
  }

  async #look(): Promise<void> {
    this.#isDue = true;
    if (this.#isLooking) return;
    this.#isLooking = true;
    while (this.#isDue) {
      this.#isDue = false;
      try {
        await this.#step();
      } catch {
        // The node does not answer, or has no more yet. The next look comes within a second, and `silentMs` tells whoever
        // waits.
      }
    }
    this.#isLooking = false;
  }

  async #step(): Promise<void> {
    const place = await this.#node.place();
    this.#answeredMs = this.#now();
    const from = this.#place === undefined ? place.height : this.#place.height + 1;
    const isGap = place.height - from >= BLOCKS_MAX || place.height < from - 1;
    // Who sends after this line is in a later block: a transaction cannot be in one before it was sent.
    if (this.#listener.isWaiting() && !isGap) await this.#read(from, place);
    this.#place = place;
  }

  /**
   * CometBFT tells of a block before it is executed: the last one may have no results yet, and is read at the next look. An
   * older one without results is pruned.
   */
  async #read(from: number, place: ChainPlace): Promise<void> {
    for (let height = from; height <= place.height; height += 1) {
      try {
        const { timeNs, txs } = await this.#node.block(height);
        for (const tx of txs) this.#listener.found(tx);
        // What was read is not read again, even when the next one fails.
        this.#place = { height, timeNs };
      } catch (error) {
        if (!(error instanceof RefusedError) || height === place.height) throw error;
      }
    }
  }
}
