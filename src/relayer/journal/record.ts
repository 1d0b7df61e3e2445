// What the journal keeps of a message, and of a transaction that is on its way. Stored as JSON: heights as decimal text.

import { toHex } from "../../codec/bytes.ts";
import type { MessageState, ParkReason } from "./states.ts";

/** Bytes as `0x` and lower-case hex. */
export type Hex = `0x${string}`;

/** Bytes as text. */
export function hexOf(bytes: Uint8Array): Hex {
  return `0x${toHex(bytes)}`;
}

/** The attested form of a message, checked against the destination's attesters when it was taken. */
export interface Attested {
  /** In V1 the emitted message; in V2 with what the service filled in. */
  readonly message: Hex;
  readonly attestation: Hex;
  /** Keccak-256 of `message`. */
  readonly hash: Hex;
  /** V2 burns: the destination's height from which on it is void; "0" is never. */
  readonly expirationBlock: string;
}

/** How a message arrived. */
export interface Delivery {
  readonly by: "us" | "other";
  /** Undefined where somebody else delivered and the transaction was not found. */
  readonly txHash: string | undefined;
  /** "0" where the transaction is not known. */
  readonly height: string;
}

/** A transaction of ours that was to deliver the message. */
export interface Attempt {
  readonly txHash: string;
  readonly atMs: number;
  /** Undefined while it is on its way. */
  readonly outcome: "delivered" | "failed" | "dropped" | undefined;
}

/** Phases of an order's refund that the relayer tells to the chain it was burned on. */
export type RefundPhase = "attested" | "completed" | "failed";

/** A burn of the orders module, which is a refund, and how far that was reported. */
export interface RefundLink {
  /** The refund's id; undefined until it was looked up. */
  readonly id: string | undefined;
  readonly reported: RefundPhase | undefined;
}

/** Attempts that a record remembers; older ones are dropped. */
export const ATTEMPTS_MAX = 20;

/** One message. Immutable: a change makes another record. Times are milliseconds since 1970. */
export interface MessageRecord {
  /** Version, source domain, transaction and log: see `recordId`. */
  readonly id: string;
  readonly cctpVersion: 1 | 2;
  readonly sourceDomain: number;
  readonly destinationDomain: number;
  /** As the source chain writes it. */
  readonly txHash: string;
  readonly logIndex: number;
  readonly height: bigint;
  readonly blockHash: string;
  /** As emitted. */
  readonly message: Hex;
  /** Keccak-256 of `message`. */
  readonly messageHash: Hex;
  /** V1: decimal, from the message. V2: 32 bytes, once the service told it. */
  readonly nonce: string | undefined;
  /** Micro-units; undefined for what is no burn. */
  readonly amount: string | undefined;
  readonly state: MessageState;
  /** Set exactly in state `parked`. */
  readonly parkReason: ParkReason | undefined;
  /** The block it stands in can no longer be reorganised away. */
  readonly isSettled: boolean;
  /** Somebody asked for this message by hand: filters do not hold it. */
  readonly isManual: boolean;
  readonly attested: Attested | undefined;
  readonly delivery: Delivery | undefined;
  readonly attempts: readonly Attempt[];
  /** Undefined for what is no refund, or none that we report. */
  readonly refund: RefundLink | undefined;
  /** What went wrong last; undefined after it went on. */
  readonly lastError: string | undefined;
  /** Since when the destination refuses it; undefined while it does not. */
  readonly refusedSinceMs: number | undefined;
  readonly seenAtMs: number;
  readonly finalAtMs: number | undefined;
  readonly attestedAtMs: number | undefined;
  readonly submittedAtMs: number | undefined;
  readonly doneAtMs: number | undefined;
}

/** Digits of a log index in an id, so that ids of one transaction sort by it. */
const LOG_INDEX_DIGITS = 6;

/** The name of a message: unique, and sorted by version, chain, transaction and log. */
export function recordId(of: Pick<MessageRecord, "cctpVersion" | "sourceDomain" | "txHash" | "logIndex">): string {
  const logIndex = String(of.logIndex).padStart(LOG_INDEX_DIGITS, "0");
  return `v${of.cctpVersion}:${of.sourceDomain}:${of.txHash}:${logIndex}`;
}

/** One copy of a transaction that takes an account's turn: EVM nodes are given dearer copies when it is stuck. */
export interface TxCopy {
  readonly hash: string;
  /** Signed, as it is sent. */
  readonly bytes: Hex;
  /** False for a copy that delivers nothing: it takes the turn of one that was overtaken, or closes a gap. */
  readonly isDelivery: boolean;
}

/** A transaction that was, or was about to be, sent: what a restart has to look for. */
export interface PendingTx {
  /** Chain that it is for. */
  readonly domain: number;
  /** Who sends it, as the chain writes addresses. */
  readonly account: string;
  /** The account's turn: nonce on EVM chains, sequence on Cosmos chains. At most one copy comes into a block. */
  readonly sequence: number;
  /** Messages that it delivers; none when it only closes a gap. */
  readonly deliveries: readonly string[];
  /** Refunds that it reports. */
  readonly reports: readonly { readonly id: string; readonly phase: RefundPhase }[];
  /** The newest last; never empty. */
  readonly copies: readonly TxCopy[];
  /** Of the newest copy. */
  readonly sentAtMs: number;
  /** Cosmos: the last height that may hold it; "0" on EVM chains. */
  readonly timeoutHeight: string;
}

/** How far a source chain has been read. */
export interface Cursor {
  readonly domain: number;
  /** Everything up to here was looked at once. */
  readonly scanned: bigint;
  /** Everything up to here was looked at again after it was final at this level. */
  readonly fast: bigint;
  readonly standard: bigint;
  /** Block hashes that reorganisations are noticed by, ascending by height. */
  readonly hashes: readonly { readonly height: bigint; readonly hash: string }[];
}

/** Version of the stored form. */
const FORM = 1;

type Stored<T, K extends keyof T> = Omit<T, K> & { readonly [P in K]: string } & { readonly form: number };

function requireForm(value: { readonly form: number }): void {
  if (value.form !== FORM) throw new Error(`the journal was written by another version (form ${value.form})`);
}

/** The stored text of a record. */
export function encodeRecord(record: MessageRecord): string {
  return JSON.stringify({ ...record, height: record.height.toString(), form: FORM });
}

/** A record from its stored text, which only `encodeRecord` writes. Throws on another form. */
export function decodeRecord(text: string): MessageRecord {
  const { form, height, ...rest } = JSON.parse(text) as Stored<MessageRecord, "height">;
  requireForm({ form });
  return { ...NOTHING_YET, ...rest, height: BigInt(height) };
}

/** JSON leaves undefined fields out; every record has all of them. */
const NOTHING_YET = {
  nonce: undefined,
  amount: undefined,
  parkReason: undefined,
  attested: undefined,
  delivery: undefined,
  refund: undefined,
  lastError: undefined,
  refusedSinceMs: undefined,
  finalAtMs: undefined,
  attestedAtMs: undefined,
  submittedAtMs: undefined,
  doneAtMs: undefined,
};

/** The stored text of a cursor. */
export function encodeCursor({ domain, scanned, fast, standard, hashes }: Cursor): string {
  return JSON.stringify({
    form: FORM,
    domain,
    scanned: scanned.toString(),
    fast: fast.toString(),
    standard: standard.toString(),
    hashes: hashes.map(({ height, hash }) => [height.toString(), hash]),
  });
}

type StoredCursor = Omit<Stored<Cursor, "scanned" | "fast" | "standard">, "hashes"> & { hashes: [string, string][] };

/** A cursor from its stored text. Throws on another form. */
export function decodeCursor(text: string): Cursor {
  const stored = JSON.parse(text) as StoredCursor;
  requireForm(stored);
  return {
    domain: stored.domain,
    scanned: BigInt(stored.scanned),
    fast: BigInt(stored.fast),
    standard: BigInt(stored.standard),
    hashes: stored.hashes.map(([height, hash]) => ({ height: BigInt(height), hash })),
  };
}

/** The stored text of a pending transaction. */
export function encodePendingTx(tx: PendingTx): string {
  return JSON.stringify({ ...tx, form: FORM });
}

/** A pending transaction from its stored text. Throws on another form. */
export function decodePendingTx(text: string): PendingTx {
  const { form, ...tx } = JSON.parse(text) as PendingTx & { readonly form: number };
  requireForm({ form });
  return tx;
}
