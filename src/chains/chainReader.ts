// What the attester and the relayer need to know of a chain, whichever kind it is: its heights, what is final, and the
// CCTP messages that it emitted. `evmReader.ts` asks an EVM chain, `cosmosReader.ts` one with a CCTP module.

/** The two levels of finality that CCTP knows: V2's thresholds 1000 and 2000. */
export type FinalityLevel = "fast" | "standard";

/** A message as a chain emitted it, and where. Byte strings are read-only. */
export interface EmittedMessage {
  readonly cctpVersion: 1 | 2;
  readonly sourceDomain: number;
  /** As in `MessageSent`: in V2 without what the attesters fill in. */
  readonly message: Uint8Array;
  /** EVM: `0x` and 64 lower-case hex digits. Cosmos: 64 upper-case hex digits, as CometBFT writes it; of the block for
   * what it emitted outside its transactions. */
  readonly txHash: string;
  readonly height: bigint;
  /** In the form of the chain's hashes; a reorganisation shows in it. */
  readonly blockHash: string;
  /** Of the log in the block (EVM), or of the event in the transaction (Cosmos): with `txHash` it names the message. */
  readonly logIndex: number;
}

/** A range of heights, both ends included. */
export interface HeightRange {
  readonly from: bigint;
  readonly to: bigint;
}

/**
 * Reads one chain through any of its endpoints. Every method rejects with ChainReadError when no endpoint answers; that
 * is always worth another try.
 */
export interface ChainReader {
  readonly name: string;
  readonly domain: number;
  /**
   * Checks that the endpoints are of the chain that the configuration says (chain id, domain, contracts' versions).
   * Rejects with ChainMismatchError when one that answers is of another; endpoints that do not answer are passed over.
   */
  verify(): Promise<void>;
  /** Height of the newest block. */
  latestHeight(): Promise<bigint>;
  /** The newest height that is final at a level; -1 when none is yet. */
  finalHeight(level: FinalityLevel): Promise<bigint>;
  /** Hash of a block of the chain as it stands now; undefined when there is none at that height. */
  blockHash(height: bigint): Promise<string | undefined>;
  /**
   * Messages of both versions that stand in these blocks, in the order of the chain. Splits ranges by itself. Rejects
   * when no endpoint has all of the blocks (yet, or still): an answer is never a part of what was asked.
   */
  messages(range: HeightRange): Promise<readonly EmittedMessage[]>;
  /** Messages of one transaction, in its order; undefined when the chain has no such transaction in a block. */
  messagesOfTx(txHash: string): Promise<readonly EmittedMessage[] | undefined>;
  /** Calls back after new blocks, at most as often as they come: by WebSocket where there is one, otherwise by polling. */
  watch(onHeight: (height: bigint) => void): () => void;
  close(): Promise<void>;
}

/** No endpoint of a chain answered, or none sensibly. */
export class ChainReadError extends Error {
  readonly code = "chain_unreachable";
  readonly retryable = true;
  readonly chain: string;

  constructor(chain: string, message: string, options?: ErrorOptions) {
    super(`${chain}: ${message}`, options);
    this.name = "ChainReadError";
    this.chain = chain;
  }
}

/** An endpoint, or a contract, is of another chain than the configuration says. Trying again does not help. */
export class ChainMismatchError extends Error {
  readonly code = "chain_mismatch";
  readonly retryable = false;
  readonly chain: string;

  constructor(chain: string, message: string) {
    super(`${chain}: ${message}`);
    this.name = "ChainMismatchError";
    this.chain = chain;
  }
}
