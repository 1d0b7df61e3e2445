// Which of the service's answers belongs to which message of a transaction: by bytes, never by position. Messages of
// equal bytes (the same burn twice) may take each other's answers, but each answer serves one message.

import { fromHex } from "../../codec/bytes.ts";
import type { Hex, MessageRecord } from "../journal/record.ts";
import { type MatchFault, matchAttestedV2 } from "./matchV2.ts";

/** One message of a transaction, as the service tells of it. */
export interface ServiceMessage {
  /** Undefined until it is signed. */
  readonly attested: { readonly message: Hex; readonly attestation: Hex } | undefined;
  /** 32 bytes; undefined where the service has given none. */
  readonly nonce: Hex | undefined;
  /** Why it takes longer: `insufficient_fee` and others. */
  readonly delayReason: string | undefined;
}

/** What the service's answers mean for one message. */
export type Assignment =
  | {
      readonly kind: "attested";
      readonly message: Hex;
      readonly attestation: Hex;
      readonly nonce: Hex;
      readonly expirationBlock: bigint;
    }
  | { readonly kind: "pending"; readonly delayReason: string | undefined }
  /** There is an answer that would fit, and it is not acceptable. */
  | { readonly kind: "refused"; readonly fault: MatchFault };

type Signed = NonNullable<ServiceMessage["attested"]>;

interface Candidate {
  readonly attested: Signed;
  readonly verdict: ReturnType<typeof matchAttestedV2>;
}

function bytesOf(hex: Hex): Uint8Array {
  return fromHex(hex.slice(2));
}

/** The signed answers of a message's bytes, acceptable or not. */
function candidatesFor(record: MessageRecord, answers: readonly ServiceMessage[]): Candidate[] {
  return answers.flatMap(({ attested }) => {
    if (attested === undefined) return [];
    const verdict = matchAttestedV2(bytesOf(record.message), bytesOf(attested.message));
    return !verdict.ok && verdict.fault === "bytes" ? [] : [{ attested, verdict }];
  });
}

/**
 * Gives each V2 message of one transaction its answer. A message that has a nonce keeps it; the others take nonces that
 * `isTaken` says are nobody's, in the order of their logs.
 */
export function assignAnswers(
  records: readonly MessageRecord[],
  answers: readonly ServiceMessage[],
  isTaken: (nonce: Hex, record: MessageRecord) => boolean,
): ReadonlyMap<string, Assignment> {
  const assigned = new Map<string, Assignment>();
  const taken = new Set(records.map(({ nonce }) => nonce).filter((nonce) => nonce !== undefined));
  const inOrder = [...records].sort((a, b) => a.logIndex - b.logIndex);
  for (const record of inOrder) {
    const candidates = candidatesFor(record, answers);
    const chosen = candidates.find(({ verdict }) => {
      if (!verdict.ok) return false;
      if (record.nonce !== undefined) return verdict.nonce === record.nonce;
      return !taken.has(verdict.nonce) && !isTaken(verdict.nonce, record);
    });
    if (chosen?.verdict.ok === true) taken.add(chosen.verdict.nonce);
    assigned.set(record.id, assignmentOf(record, chosen, candidates, answers));
  }
  return assigned;
}

function assignmentOf(
  record: MessageRecord,
  chosen: Candidate | undefined,
  candidates: readonly Candidate[],
  answers: readonly ServiceMessage[],
): Assignment {
  if (chosen?.verdict.ok === true) {
    const { nonce, expirationBlock } = chosen.verdict;
    return { kind: "attested", ...chosen.attested, nonce, expirationBlock };
  }
  const refused = candidates.find(({ verdict }) => !verdict.ok)?.verdict;
  if (refused?.ok === false) return { kind: "refused", fault: refused.fault };
  const waiting = answers.filter(({ attested }) => attested === undefined);
  if (answers.length > 0 && waiting.length === 0 && candidates.length === 0) return { kind: "refused", fault: "bytes" };
  // Before it is signed an answer has no bytes: with several waiting, whose reason it is cannot be told.
  const own = waiting.find(({ nonce }) => nonce !== undefined && nonce === record.nonce);
  const delayed = own ?? (waiting.length === 1 ? waiting[0] : undefined);
  return { kind: "pending", delayReason: delayed?.delayReason };
}
