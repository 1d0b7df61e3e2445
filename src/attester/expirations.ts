// When fast attestations expire: at a height of the destination, so many blocks from now.

import { ChainReadError, type ChainReader } from "../chains/chainReader.ts";

/** A height that was read is used for so long: many messages go to one chain. */
const HEIGHT_MAX_AGE_MS = 1_000;

/** How a destination counts. */
export interface DestinationTerms {
  readonly domain: number;
  /** For so many blocks a fast attestation is good. */
  readonly lifetimeBlocks: bigint;
  /** Whose height its contracts see: its own, but Arbitrum's see Ethereum's. */
  readonly reader: ChainReader;
}

/** The expirations of all destinations. */
export class Expirations {
  readonly #terms: ReadonlyMap<number, DestinationTerms>;
  readonly #nowMs: () => number;
  readonly #heights = new Map<ChainReader, { readonly height: Promise<bigint>; readonly atMs: number }>();

  constructor(terms: readonly DestinationTerms[], nowMs: () => number) {
    this.#terms = new Map(terms.map((each) => [each.domain, each]));
    this.#nowMs = nowMs;
  }

  /**
   * Where an attestation of now expires: 0, which is never, for destinations that nothing is known of; undefined when the
   * destination's height cannot be read now.
   */
  async blockOf(destination: number): Promise<bigint | undefined> {
    const terms = this.#terms.get(destination);
    if (terms === undefined) return 0n;
    try {
      return (await this.#height(terms.reader)) + terms.lifetimeBlocks;
    } catch (error) {
      if (error instanceof ChainReadError) return undefined;
      throw error;
    }
  }

  #height(reader: ChainReader): Promise<bigint> {
    const nowMs = this.#nowMs();
    const known = this.#heights.get(reader);
    if (known !== undefined && nowMs - known.atMs < HEIGHT_MAX_AGE_MS) return known.height;
    const height = reader.latestHeight();
    this.#heights.set(reader, { height, atMs: nowMs });
    return height;
  }
}
