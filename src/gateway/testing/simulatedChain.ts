// A chain for tests of the read model: blocks with the events of random people who trade (x/orders' simulation).

import type { Event } from "../../../gen/tendermint/abci/types.ts";
import { Simulation } from "../../../x/orders/testing/simulation.ts";
import { SourceError } from "../nodeCalls.ts";
import type { BlockSource, ChainBlock, ChainEvent } from "../readModel/blockSource.ts";

/** A chain that grows when it is told to. */
export class SimulatedChain implements BlockSource {
  readonly simulation: Simulation;
  readonly blocks: ChainBlock[] = [];
  chainId = "simulated-1";
  earliestHeight = 1;
  /** How many of the next calls fail. */
  failures = 0;
  #fork = 0;
  #listeners = new Set<() => void>();

  constructor(seed: number) {
    this.simulation = new Simulation(seed);
  }

  /** Makes blocks of some random messages each. */
  grow(blocks: number, messages = 10): void {
    for (let made = 0; made < blocks; made += 1) {
      const heard: Event[] = [];
      this.simulation.onEvent = (event) => heard.push(event);
      this.simulation.block(messages);
      const height = this.blocks.length + 1;
      const events = heard.map(
        ({ type, attributes }, eventIndex): ChainEvent => ({
          txIndex: 0,
          eventIndex,
          txHash: height.toString(16).toUpperCase().padStart(64, "0"),
          type,
          attributes,
        }),
      );
      this.blocks.push({
        height,
        hash: `${this.#fork}-${height}`,
        previousHash: this.blocks.at(-1)?.hash ?? "",
        time: new Date(Date.UTC(2026, 0, 1) + height * 1000).toISOString(),
        events,
      });
    }
    for (const listener of this.#listeners) listener();
  }

  /** Drops the last blocks; what follows is another chain. */
  revert(blocks: number): void {
    this.blocks.splice(-blocks);
    this.#fork += 1;
    for (const listener of this.#listeners) listener();
  }

  #answer(): void {
    if (this.failures === 0) return;
    this.failures -= 1;
    throw new SourceError("no answer");
  }

  async tip() {
    this.#answer();
    return { chainId: this.chainId, height: this.blocks.length, earliestHeight: this.earliestHeight };
  }

  async blockHash(height: number) {
    this.#answer();
    return this.blocks[height - 1]?.hash;
  }

  async block(height: number) {
    this.#answer();
    const block = this.blocks[height - 1];
    if (block === undefined) throw new SourceError(`no block ${height}`);
    return block;
  }

  watch(onBlock: () => void) {
    this.#listeners.add(onBlock);
    return () => this.#listeners.delete(onBlock);
  }
}
