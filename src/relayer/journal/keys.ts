// Keys of the journal: text, its parts divided by `!`, numbers padded so that byte order is number order.
//
//   m ! id                                  a message
//   h ! hash ! id                           by any hash of it: transaction, message, attested message, delivery
//   n ! version ! nonce ! id                by nonce (V1: with its domain)
//   s ! state ! seen at ! id                by state, in the order of arrival
//   u ! domain ! height ! id                whose block can still be reorganised away
//   c ! domain                              how far a chain has been read
//   p ! domain ! sequence                   a transaction that is on its way

import type { MessageRecord, PendingTx } from "./record.ts";
import type { MessageState } from "./states.ts";

const TIME_DIGITS = 15;
const HEIGHT_DIGITS = 20;
const SEQUENCE_DIGITS = 16;
/** Sorts behind everything that follows a `!`. */
const AFTER = "~";

export const KIND = {
  message: "m",
  hash: "h",
  nonce: "n",
  state: "s",
  unsettled: "u",
  cursor: "c",
  pending: "p",
} as const;

function key(...parts: readonly string[]): string {
  return parts.join("!");
}

/** All keys that begin with these parts. */
export function rangeOf(...parts: readonly string[]): { readonly gte: string; readonly lt: string } {
  const prefix = `${key(...parts)}!`;
  return { gte: prefix, lt: `${prefix}${AFTER}` };
}

/** The id that an index key ends with. */
export function idOfIndexKey(indexKey: string): string {
  return indexKey.slice(indexKey.lastIndexOf("!") + 1);
}

/** Any hash as the index has it: lower-case hex without `0x`. */
export function plainHash(hash: string): string {
  return hash.toLowerCase().replace(/^0x/, "");
}

/** The nonce as the index has it. V1 counts for each source domain, V2 over all of them. */
export function plainNonce(cctpVersion: 1 | 2, sourceDomain: number, nonce: string): string {
  return cctpVersion === 1 ? `${sourceDomain}:${nonce}` : plainHash(nonce);
}

export function messageKey(id: string): string {
  return key(KIND.message, id);
}

export function cursorKey(domain: number): string {
  return key(KIND.cursor, String(domain));
}

export function pendingKey({ domain, sequence }: Pick<PendingTx, "domain" | "sequence">): string {
  return key(KIND.pending, String(domain), String(sequence).padStart(SEQUENCE_DIGITS, "0"));
}

function stateKey(state: MessageState, seenAtMs: number, id: string): string {
  return key(KIND.state, state, timeText(seenAtMs), id);
}

/** Keys of the messages in a state that were seen before a time. */
export function seenBefore(state: MessageState, ms: number): { readonly gte: string; readonly lt: string } {
  return { gte: rangeOf(KIND.state, state).gte, lt: key(KIND.state, state, timeText(ms)) };
}

function timeText(ms: number): string {
  return String(Math.max(0, ms)).padStart(TIME_DIGITS, "0");
}

/** The index keys of a record. They have no values. */
export function indexKeysOf(record: MessageRecord): readonly string[] {
  const { id } = record;
  const hashes = [record.txHash, record.messageHash, record.attested?.hash, record.delivery?.txHash];
  const attempts = record.attempts.map(({ txHash }) => txHash);
  const plain = new Set([...hashes, ...attempts].filter((hash) => hash !== undefined).map(plainHash));
  const keys = [...plain].map((hash) => key(KIND.hash, hash, id));
  keys.push(stateKey(record.state, record.seenAtMs, id));
  if (record.nonce !== undefined) {
    const nonce = plainNonce(record.cctpVersion, record.sourceDomain, record.nonce);
    keys.push(key(KIND.nonce, String(record.cctpVersion), nonce, id));
  }
  if (!record.isSettled) {
    keys.push(
      key(KIND.unsettled, String(record.sourceDomain), record.height.toString().padStart(HEIGHT_DIGITS, "0"), id),
    );
  }
  return keys;
}
