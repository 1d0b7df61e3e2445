// What a writer stands on, and how it works.

import type { Database } from "../sql/database.ts";
import type { GasBook } from "./gasBook.ts";
import type { LaneLimits } from "./lane.ts";
import type { NodeRpc } from "./nodeRpc.ts";

/** Private keys of the accounts that sign for API keys. */
export interface SignerKeys {
  /** Rejects when the gateway has no key of that account. */
  privKeyOf(signer: string): Promise<Uint8Array>;
}

/** What is made known of failures that lose nothing. */
export type WarnOf = (what: string, error: unknown) => void;

export interface WriterParts {
  readonly database: Database;
  readonly node: NodeRpc;
  readonly chainId: string;
  readonly keys: SignerKeys;
  readonly nowMs: () => number;
  readonly warn: WarnOf;
  /** What is known of gas before anything was sent. */
  readonly gas?: GasBook | undefined;
}

/** How a writer works. */
export interface WriterOptions extends LaneLimits {
  /** Writes that wait to be signed, of all signers. */
  readonly queueMax: number;
  /** A write that was not signed by then is refused. */
  readonly queueWaitMs: number;
  /** How long a transaction is valid; the chain's maximum is ten minutes. */
  readonly validMs: number;
  readonly resendAfterMs: number;
  /** A node that is silent for longer is away: nothing new is taken. */
  readonly silentMs: number;
  /** A node's index may be behind its blocks by this. Too little could sign anew what is in a block that nobody here read. */
  readonly indexLagMs: number;
  /** How often messages are signed. */
  readonly attemptsMax: number;
  /** How long ended writes are kept: at least as long as idempotency keys. */
  readonly keepMs: number;
  /** What another gateway has not looked after for so long is taken over. */
  readonly adoptAfterMs: number;
}

export const DEFAULT_WRITER_OPTIONS: WriterOptions = Object.freeze({
  gatherMs: 4,
  pipelinedMax: 4,
  batchMessagesMax: 100,
  batchBytesMax: 256 * 1024,
  batchGasMax: 200_000_000,
  queueMax: 10_000,
  queueWaitMs: 10_000,
  validMs: 60_000,
  resendAfterMs: 2_000,
  silentMs: 3_000,
  indexLagMs: 5_000,
  attemptsMax: 6,
  keepMs: 7 * 86_400_000,
  adoptAfterMs: 15_000,
});

/** Bytes of one message, and of a transaction that a client signed. */
export const MESSAGE_BYTES_MAX = 192 * 1024;
/** Pause between two looks at the journal, for whoever waits for what is elsewhere. */
export const POLL_MS = 500;
export const NS_PER_MS = 1_000_000n;
