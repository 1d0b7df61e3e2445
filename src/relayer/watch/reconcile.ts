// What a step of the watcher makes of messages: new ones, those that are back or moved, those that are gone, those whose
// block is final, and those that a newer message of their nonce replaced. Pure: from record to record.

import { messageHash } from "../../cctp/messageHash.ts";
import type { EmittedMessage, FinalityLevel } from "../../chains/chainReader.ts";
import { fromHex } from "../../codec/bytes.ts";
import { type Cursor, hexOf, type MessageRecord, recordId } from "../journal/record.ts";
import type { MessageState, ParkReason } from "../journal/states.ts";
import { type MessageFacts, readMessage } from "../messageFacts.ts";
import type { RouteVerdict } from "../routes.ts";

/** States in which a message has not left yet: what happens on its source chain still decides. */
const WAITING: ReadonlySet<MessageState> = new Set(["seen", "final", "attested"]);

/** A message parked. */
export function parked(record: MessageRecord, reason: ParkReason, why: string): MessageRecord {
  return { ...record, state: "parked", parkReason: reason, lastError: why };
}

/** A parked message taken up again, from the start. */
export function unparked(record: MessageRecord): MessageRecord {
  const fresh = { parkReason: undefined, lastError: undefined, refusedSinceMs: undefined, attested: undefined };
  return { ...record, ...fresh, state: "seen" };
}

/** The record of a message that was never seen. `isManual` overrules the filters. */
export function newRecord(
  emitted: EmittedMessage,
  facts: MessageFacts,
  given: {
    readonly verdict: RouteVerdict;
    readonly isManual: boolean;
    readonly isRefund: boolean;
    readonly nowMs: number;
  },
): MessageRecord {
  const record: MessageRecord = {
    id: recordId(emitted),
    cctpVersion: facts.cctpVersion,
    sourceDomain: emitted.sourceDomain,
    destinationDomain: facts.destinationDomain,
    txHash: emitted.txHash,
    logIndex: emitted.logIndex,
    height: emitted.height,
    blockHash: emitted.blockHash,
    message: hexOf(emitted.message),
    messageHash: hexOf(messageHash(emitted.message)),
    nonce: facts.nonce,
    amount: facts.burn?.amount.toString(),
    state: "seen",
    parkReason: undefined,
    isSettled: false,
    isManual: given.isManual,
    attested: undefined,
    delivery: undefined,
    attempts: [],
    refund: given.isRefund ? { id: undefined, reported: undefined } : undefined,
    lastError: undefined,
    refusedSinceMs: undefined,
    seenAtMs: given.nowMs,
    finalAtMs: undefined,
    attestedAtMs: undefined,
    submittedAtMs: undefined,
    doneAtMs: undefined,
  };
  return judged(record, given.verdict);
}

/** Parks a message that its route does not take, unless a filter is all that holds it and somebody asked for it. */
export function judged(record: MessageRecord, verdict: RouteVerdict): MessageRecord {
  if (verdict.kind === "carry" || (verdict.reason === "filtered" && record.isManual)) return record;
  return parked(record, verdict.reason, verdict.why);
}

/** A known message where it stands now. One that was gone is back. */
export function placed(record: MessageRecord, { logIndex, height, blockHash }: EmittedMessage): MessageRecord {
  const back = record.parkReason === "reorged" ? unparked(record) : record;
  const isSame = back.logIndex === logIndex && back.height === height && back.blockHash === blockHash;
  if (isSame) return back;
  return { ...back, logIndex, height, blockHash, isSettled: false };
}

/** A message whose log is not on the chain any more. One that was sent stays: its nonce decides. */
export function gone(record: MessageRecord): MessageRecord {
  const why = `its log is not on the source chain any more (was at height ${record.height})`;
  if (WAITING.has(record.state)) return parked(record, "reorged", why);
  return record.lastError === why ? record : { ...record, lastError: why };
}

/** The level of finality that a message waits for. */
export function finalityOf({ message }: Pick<MessageRecord, "message">): FinalityLevel {
  return readMessage(fromHex(message.slice(2))).finality;
}

/** A message once everything up to the cursor was looked at again. */
export function promoted(record: MessageRecord, cursor: Cursor, nowMs: number): MessageRecord {
  const isSettled = record.isSettled || record.height <= cursor.standard;
  const settled = isSettled === record.isSettled ? record : { ...record, isSettled };
  if (settled.state !== "seen" || settled.height > cursor[finalityOf(settled)]) return settled;
  return { ...settled, state: "final", finalAtMs: nowMs };
}

function isNewer(a: MessageRecord, b: MessageRecord): boolean {
  return a.height > b.height || (a.height === b.height && a.logIndex > b.logIndex);
}

/**
 * Messages of one V1 nonce: the newest that still stands is carried, and the others are parked, since their sender
 * replaced them. Returns those that change.
 */
export function replaced(siblings: readonly MessageRecord[]): MessageRecord[] {
  const standing = siblings.filter(({ parkReason }) => parkReason !== "reorged");
  const newest = standing.reduce<MessageRecord | undefined>(
    (best, record) => (best === undefined || isNewer(record, best) ? record : best),
    undefined,
  );
  return standing.flatMap((record) => {
    if (record === newest) return record.parkReason === "replaced" ? [unparked(record)] : [];
    if (!WAITING.has(record.state)) return [];
    return [parked(record, "replaced", `replaced by ${newest?.id} of the same nonce`)];
  });
}
