// A chain that lives in memory, forks when it is told to, and answers like a reader: for random histories that a real node
// would take minutes for. Its transmitter counts V1 nonces as the contract does: a fork takes the counter back.

import {
  ChainReadError,
  type ChainReader,
  type EmittedMessage,
  type FinalityLevel,
  type HeightRange,
} from "../../chains/chainReader.ts";
import { toHex, utf8 } from "../../codec/bytes.ts";
import { keccak256 } from "../../crypto/hash.ts";

/** Of the nonce in a V1 message (evm-cctp-contracts Message.sol). */
const NONCE_OFFSET_V1 = 12;

/** A message that a transaction sends. The nonce of V1 is filled in where it stands. */
export interface SimMessage {
  readonly version: 1 | 2;
  readonly bytes: Uint8Array;
  /** A replacement keeps the nonce that it has. */
  readonly isReplacement?: boolean;
}

/** A transaction: it may stand on several forks. */
export interface SimTx {
  readonly txHash: string;
  readonly messages: readonly SimMessage[];
}

interface SimBlock {
  readonly hash: string;
  readonly txs: readonly SimTx[];
  readonly emitted: readonly EmittedMessage[];
  /** V1 messages of this block and all below, without replacements. */
  readonly nextNonce: bigint;
}

/** The chain. Height 0 is an empty block. */
export class SimChain implements ChainReader {
  readonly name: string;
  readonly domain: number;
  /** Makes the next calls fail. */
  failures = 0;
  /** Done once before the answer of the call that so many others precede: the chain changes while somebody reads it. */
  interrupt: { readonly afterCalls: number; readonly act: () => void } | undefined;
  readonly #finality: { readonly [level in FinalityLevel]: number };
  #blocks: SimBlock[];
  #made = 0;
  /** How many blocks have ever stood on a block. */
  readonly #deepest = new Map<string, number>();

  constructor(domain: number, finality: { readonly fast: number; readonly standard: number }) {
    this.name = `sim-${domain}`;
    this.domain = domain;
    this.#finality = finality;
    this.#blocks = [this.#block([], 0n, 0)];
  }

  get height(): number {
    return this.#blocks.length - 1;
  }

  /** Every message that is on the chain now, in its order. */
  get emitted(): readonly EmittedMessage[] {
    return this.#blocks.flatMap(({ emitted }) => emitted);
  }

  #block(txs: readonly SimTx[], firstNonce: bigint, height: number): SimBlock {
    this.#made += 1;
    const hash = `0x${toHex(keccak256(utf8(`${this.name} block ${this.#made}`)))}`;
    const emitted: EmittedMessage[] = [];
    let nextNonce = firstNonce;
    for (const { txHash, messages } of txs) {
      for (const { version, bytes, isReplacement } of messages) {
        const message = new Uint8Array(bytes);
        if (version === 1 && isReplacement !== true) {
          new DataView(message.buffer).setBigUint64(NONCE_OFFSET_V1, nextNonce);
          nextNonce += 1n;
        }
        emitted.push({
          cctpVersion: version,
          sourceDomain: this.domain,
          message,
          txHash: `0x${txHash}`,
          height: BigInt(height),
          blockHash: hash,
          logIndex: emitted.length,
        });
      }
    }
    return { hash, txs, emitted, nextNonce };
  }

  /** Adds a block. */
  mine(txs: readonly SimTx[] = []): void {
    this.#blocks.push(this.#block(txs, this.#blocks.at(-1)!.nextNonce, this.#blocks.length));
    for (const [height, { hash }] of this.#blocks.entries()) {
      this.#deepest.set(hash, Math.max(this.#deepest.get(hash) ?? 0, this.height - height));
    }
  }

  /** How many blocks have ever stood on a block of the chain; undefined when it is not on the chain now. */
  deepest(blockHash: string): number | undefined {
    return this.#blocks.some(({ hash }) => hash === blockHash) ? (this.#deepest.get(blockHash) ?? 0) : undefined;
  }

  /** Takes the newest blocks away, and returns their transactions. The first block stays. */
  drop(depth: number): readonly SimTx[] {
    const kept = Math.max(1, this.#blocks.length - depth);
    return this.#blocks.splice(kept).flatMap(({ txs }) => txs);
  }

  #answer<T>(result: () => T): Promise<T> {
    if (this.interrupt?.afterCalls === 0) {
      const { act } = this.interrupt;
      this.interrupt = undefined;
      act();
    } else if (this.interrupt !== undefined) {
      this.interrupt = { ...this.interrupt, afterCalls: this.interrupt.afterCalls - 1 };
    }
    if (this.failures > 0) {
      this.failures -= 1;
      return Promise.reject(new ChainReadError(this.name, "told to fail"));
    }
    return Promise.resolve(result());
  }

  async verify(): Promise<void> {
    await this.#answer(() => undefined);
  }

  latestHeight(): Promise<bigint> {
    return this.#answer(() => BigInt(this.height));
  }

  finalHeight(level: FinalityLevel): Promise<bigint> {
    return this.#answer(() => BigInt(Math.max(-1, this.height - this.#finality[level])));
  }

  blockHash(height: bigint): Promise<string | undefined> {
    return this.#answer(() => this.#blocks[Number(height)]?.hash);
  }

  messages({ from, to }: HeightRange): Promise<readonly EmittedMessage[]> {
    return this.#answer(() => {
      if (to > BigInt(this.height)) throw new ChainReadError(this.name, `no block ${to}`);
      return this.#blocks.slice(Number(from), Number(to) + 1).flatMap(({ emitted }) => emitted);
    });
  }

  messagesOfTx(txHash: string): Promise<readonly EmittedMessage[] | undefined> {
    return this.#answer(() => this.emitted.filter((message) => message.txHash === txHash));
  }

  /** Tests say themselves when there is something to read. */
  watch(): () => void {
    return () => undefined;
  }

  async close(): Promise<void> {
    // Nothing is open.
  }
}
