// A source chain in memory, whose blocks can be taken back, and whose endpoint can lag, hide logs or fall silent.

import type { ChainReader, EmittedMessage, FinalityLevel, HeightRange } from "../../chains/chainReader.ts";
import { ChainReadError } from "../../chains/chainReader.ts";
import { SOURCE, txHashOf } from "./records.ts";

/** A transaction of the chain, and the messages it emits. */
export interface FakeTx {
  readonly name: string;
  readonly messages: readonly Uint8Array[];
}

interface FakeBlock {
  readonly hash: string;
  readonly txs: readonly FakeTx[];
}

/** A chain; its reader is itself. The first block has height 1. */
export class FakeChain implements ChainReader {
  readonly name = "fake";
  readonly domain = SOURCE;
  /** Blocks on top of one that make it final. */
  readonly depth: Readonly<Record<FinalityLevel, bigint>>;
  blocks: readonly FakeBlock[] = [];
  /** `messages` leaves out the logs of these heights, as an endpoint behind its head does. */
  hidden: ReadonlySet<bigint> = new Set();
  isSilent = false;
  /** Height up to which the endpoint has blocks; undefined is all. */
  lagTo: bigint | undefined;
  readonly asked: HeightRange[] = [];
  #made = 0;

  constructor(depth: Readonly<Record<FinalityLevel, bigint>> = { fast: 1n, standard: 3n }) {
    this.depth = depth;
  }

  /** Adds a block. Its hash is like no other's. */
  mine(...txs: readonly FakeTx[]): void {
    this.#made += 1;
    this.blocks = [...this.blocks, { hash: txHashOf(`block ${this.#made}`), txs }];
  }

  /** Takes the newest blocks back; returns their transactions. */
  drop(count: number): readonly FakeTx[] {
    const kept = Math.max(0, this.blocks.length - count);
    const dropped = this.blocks.slice(kept).flatMap(({ txs }) => txs);
    this.blocks = this.blocks.slice(0, kept);
    return dropped;
  }

  #answer<T>(value: T): Promise<T> {
    return this.isSilent ? Promise.reject(new ChainReadError(this.name, "silent")) : Promise.resolve(value);
  }

  get height(): bigint {
    const height = BigInt(this.blocks.length);
    return this.lagTo !== undefined && this.lagTo < height ? this.lagTo : height;
  }

  /** Everything that stands on the chain, by height. */
  emittedIn({ from, to }: HeightRange): readonly EmittedMessage[] {
    return this.blocks.flatMap(({ hash, txs }, index) => {
      const height = BigInt(index + 1);
      if (height < from || height > to) return [];
      let logIndex = 0;
      return txs.flatMap(({ name, messages }) =>
        messages.map((message) => ({
          cctpVersion: message[3] === 1 ? (2 as const) : (1 as const),
          sourceDomain: this.domain,
          message,
          txHash: txHashOf(name),
          height,
          blockHash: hash,
          logIndex: logIndex++,
        })),
      );
    });
  }

  async verify(): Promise<void> {
    await this.#answer(undefined);
  }

  latestHeight(): Promise<bigint> {
    return this.#answer(this.height);
  }

  finalHeight(level: FinalityLevel): Promise<bigint> {
    const final = this.height - this.depth[level];
    return this.#answer(final < 1n ? -1n : final);
  }

  blockHash(height: bigint): Promise<string | undefined> {
    return this.#answer(height > this.height ? undefined : this.blocks[Number(height) - 1]?.hash);
  }

  messages(range: HeightRange): Promise<readonly EmittedMessage[]> {
    this.asked.push(range);
    if (range.to > this.height) return Promise.reject(new ChainReadError(this.name, "not all of the blocks"));
    return this.#answer(this.emittedIn(range).filter(({ height }) => !this.hidden.has(height)));
  }

  messagesOfTx(txHash: string): Promise<readonly EmittedMessage[] | undefined> {
    const all = this.emittedIn({ from: 1n, to: this.height });
    const found = all.filter((message) => message.txHash === txHash);
    const isThere = this.blocks.some(({ txs }) => txs.some(({ name }) => txHashOf(name) === txHash));
    return this.#answer(isThere ? found : undefined);
  }

  watch(): () => void {
    return () => undefined;
  }

  async close(): Promise<void> {
    // Nothing is open.
  }
}
