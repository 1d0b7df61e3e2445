// Follows the chain for all who wait: one subscription, with polling beneath it. Blocks are read only while somebody waits.

import { RefusedError } from "../nodeCalls.ts";
import type { ChainPlace, FoundTx, NodeRpc } from "./nodeRpc.ts";

/** Who hears of the chain. */
export interface FollowerListener {
  /** Whether transactions of blocks are of interest right now. */
  isWaiting(): boolean;
  found(tx: FoundTx): void;
  /** The chain is at a new place. `isGap`: blocks were left out. */
  moved(place: ChainPlace, isGap: boolean): void;
}

/** More blocks than these are not read one by one. */
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
    try {
      while (this.#isDue) {
        this.#isDue = false;
        await this.#step();
      }
    } catch {
      // The node does not answer. The next look comes within a second, and `silentMs` tells whoever waits.
    } finally {
      this.#isLooking = false;
    }
  }

  async #step(): Promise<void> {
    const place = await this.#node.place();
    this.#answeredMs = this.#now();
    const from = this.#place === undefined ? place.height : this.#place.height + 1;
    const isGap = place.height - from >= BLOCKS_MAX || place.height < from - 1;
    // Who sends after this line is in a later block: a transaction cannot be in one before it was sent.
    const isRead = !this.#listener.isWaiting() || (!isGap && (await this.#read(from, place)));
    this.#place = place;
    this.#listener.moved(place, !isRead);
  }

  /** Resolves to whether the node had them all. */
  async #read(from: number, place: ChainPlace): Promise<boolean> {
    for (let height = from; height <= place.height; height += 1) {
      try {
        for (const tx of await this.#node.block(height)) this.#listener.found(tx);
      } catch (error) {
        if (error instanceof RefusedError) return false;
        throw error;
      }
      // What was read is not read again, even when the next one fails.
      this.#place = { height, timeNs: this.#place?.timeNs ?? place.timeNs };
    }
    return true;
  }
}
