// Asks the attestation services for the messages whose blocks are final, checks what they answer against what was emitted
// and against the destination's attesters, and puts it into the journal. It never gives up; it only asks less often.

import { type AttestationRefusal, verifyAttestation } from "../../cctp/attestation.ts";
import { messageHash } from "../../cctp/messageHash.ts";
import { decodeMessageV2, HEADER_LENGTH_V2 } from "../../cctp/messageV2.ts";
import { fromHex } from "../../codec/bytes.ts";
import { type Backoff, Schedule } from "../backoff.ts";
import type { Clock } from "../clock.ts";
import type { Destination } from "../deliver/destination.ts";
import type { Journal } from "../journal/journal.ts";
import { type Attested, type Hex, hexOf, type MessageRecord } from "../journal/record.ts";
import { type Assignment, assignAnswers, type ServiceMessage } from "./assign.ts";
import type { AttestationSource } from "./attestationSource.ts";
import type { MatchFault } from "./matchV2.ts";

/** What the poller is made with. */
export interface PollerParts {
  readonly journal: Journal;
  readonly clock: Clock;
  /** The service that attests for a message's route. */
  readonly sourceOf: (record: MessageRecord) => AttestationSource | undefined;
  readonly destinationOf: (domain: number) => Destination | undefined;
  /** Errors that are nobody's message's. */
  readonly failed: (error: unknown) => void;
}

/** Requests on their way at once. */
const REQUESTS_MAX = 8;
/** How old the known attesters of a destination may be; a refusal asks for them anew. */
const RULE_AGE_MAX_MS = 60_000;
const RULE_AGE_FRESH_MS = 1_000;

/** One question: a V1 message, or all V2 messages of a transaction. */
interface Question {
  readonly id: string;
  readonly source: AttestationSource;
  readonly records: readonly MessageRecord[];
}

/** What a service signed. */
interface Signed {
  readonly message: Hex;
  readonly attestation: Hex;
  readonly nonce: string | undefined;
  readonly expirationBlock: bigint;
}

/** How often a new attestation is asked for in place of one that expires: each takes the service a while. */
function reattestBackoff({ firstMs, factor, maxMs }: Backoff): Backoff {
  return { firstMs: firstMs * 5, factor, maxMs: maxMs * 5 };
}

function bytesOf(hex: Hex): Uint8Array {
  return fromHex(hex.slice(2));
}

/** Asks for attestations. */
export class AttestationPoller {
  readonly #parts: PollerParts;
  readonly #schedule = new Schedule();
  readonly #reattests = new Schedule();

  constructor(parts: PollerParts) {
    this.#parts = parts;
  }

  /** Makes a message due at once. */
  hurry(record: MessageRecord): void {
    this.#schedule.reset(questionId(record));
    this.#reattests.reset(record.id);
  }

  /** Forgets what is not in the journal. */
  reset(): void {
    this.#schedule.clear();
    this.#reattests.clear();
  }

  /** Asks what is due, as far as the services allow. Resolves when all has been answered. Rejects with JournalError. */
  async tick(): Promise<void> {
    const questions = this.#due();
    const next = async (): Promise<void> => {
      for (let question = questions.pop(); question !== undefined; question = questions.pop()) {
        if (question.source.isReady()) await this.#ask(question);
      }
    };
    await Promise.all(Array.from({ length: REQUESTS_MAX }, next));
  }

  /** What is due, the oldest last. */
  #due(): Question[] {
    const nowMs = this.#parts.clock.nowMs();
    const questions = new Map<string, Question>();
    for (const record of this.#parts.journal.open("final")) {
      const id = questionId(record);
      const source = this.#parts.sourceOf(record);
      if (source === undefined || !this.#schedule.isDue(id, nowMs)) continue;
      const records = [...(questions.get(id)?.records ?? []), record];
      questions.set(id, { id, source, records });
    }
    return [...questions.values()].reverse();
  }

  async #ask({ id, source, records }: Question): Promise<void> {
    this.#schedule.postpone(id, this.#parts.clock.nowMs(), source.backoff);
    try {
      if (records[0]?.cctpVersion === 1) await this.#askV1(source, records[0]);
      else await this.#askV2(source, records);
    } catch (error) {
      if (!isRetryable(error)) throw error;
      this.#parts.failed(error);
    }
  }

  async #askV1(source: AttestationSource, record: MessageRecord): Promise<void> {
    const attestation = await source.attestationV1(record.messageHash);
    if (attestation === undefined) return this.#note(record, undefined);
    await this.#take(record, { message: record.message, attestation, nonce: record.nonce, expirationBlock: 0n });
  }

  async #askV2(source: AttestationSource, records: readonly MessageRecord[]): Promise<void> {
    const [first] = records;
    if (first === undefined) return;
    const answers = await source.messagesV2(first.sourceDomain, first.txHash);
    const owners = await this.#ownersOf(answers);
    const isTaken = (nonce: Hex, record: MessageRecord) => owners.get(nonce)?.some((id) => id !== record.id) === true;
    const assigned = assignAnswers(records, answers, isTaken);
    for (const record of records) {
      const assignment = assigned.get(record.id);
      if (assignment?.kind !== "attested") await this.#note(record, reasonOf(assignment));
      else if (await this.#isExpiring(record, assignment)) await this.#reattest(source, record, assignment);
      else await this.#take(record, assignment);
    }
  }

  /** Whose the nonces in signed answers are already, apart from messages that are gone. */
  async #ownersOf(answers: readonly ServiceMessage[]): Promise<ReadonlyMap<Hex, readonly string[]>> {
    const owners = new Map<Hex, readonly string[]>();
    for (const { attested } of answers) {
      const nonce = attested === undefined ? undefined : nonceOfV2(attested.message);
      if (nonce === undefined) continue;
      const records = await this.#parts.journal.byNonce(2, 0, nonce);
      const standing = records.filter(({ parkReason }) => parkReason !== "reorged");
      owners.set(
        nonce,
        standing.map(({ id }) => id),
      );
    }
    return owners;
  }

  async #isExpiring({ destinationDomain }: MessageRecord, { expirationBlock }: Signed): Promise<boolean> {
    if (expirationBlock === 0n) return false;
    const destination = this.#parts.destinationOf(destinationDomain);
    return destination === undefined ? false : destination.isExpiring(expirationBlock);
  }

  /** Asks for an attestation that lives longer, at most as often as the back-off says. */
  async #reattest(source: AttestationSource, record: MessageRecord, { nonce, expirationBlock }: Signed): Promise<void> {
    const nowMs = this.#parts.clock.nowMs();
    const why = `its attestation expires at height ${expirationBlock}: asked for another`;
    // The nonce is remembered: it is how the service is asked, and which answer is ours.
    await this.#update(record, (current) => ({ ...current, nonce, lastError: why }));
    if (nonce === undefined || !this.#reattests.isDue(record.id, nowMs) || !source.isReady()) return;
    this.#reattests.postpone(record.id, nowMs, reattestBackoff(source.backoff));
    // `nonce` of V2 is 32 bytes of hex.
    await source.reattest(nonce as Hex);
  }

  /** Takes an attestation if the destination would believe it. */
  async #take(record: MessageRecord, signed: Signed): Promise<void> {
    const refusal = await this.#refusalOf(record, signed);
    if (refusal !== undefined) return this.#note(record, `the attestation does not hold: ${refusal}`);
    const attested: Attested = {
      message: signed.message,
      attestation: signed.attestation,
      hash: hexOf(messageHash(bytesOf(signed.message))),
      expirationBlock: signed.expirationBlock.toString(),
    };
    const attestedAtMs = this.#parts.clock.nowMs();
    this.#schedule.reset(questionId(record));
    this.#reattests.reset(record.id);
    await this.#update(record, (current) => ({
      ...current,
      state: "attested",
      nonce: signed.nonce,
      attested,
      attestedAtMs,
      lastError: undefined,
    }));
  }

  /** Why the destination would not believe it; undefined when it would. */
  async #refusalOf(record: MessageRecord, { message, attestation }: Signed): Promise<string | undefined> {
    const destination = this.#parts.destinationOf(record.destinationDomain);
    if (destination === undefined) return `no destination ${record.destinationDomain}`;
    const verify = async (ageMaxMs: number) => {
      const rule = await destination.attestationRule(record.cctpVersion, ageMaxMs);
      return verifyAttestation(bytesOf(message), bytesOf(attestation), rule);
    };
    const verdict = await verify(RULE_AGE_MAX_MS);
    if (verdict.ok) return undefined;
    // The attesters may have changed since they were read.
    const again = await verify(RULE_AGE_FRESH_MS);
    return again.ok ? undefined : textOfRefusal(again.refusal);
  }

  /** Remembers why a message waits; undefined while nothing is wrong. */
  #note(record: MessageRecord, lastError: string | undefined): Promise<void> {
    return this.#update(record, (current) => (current.lastError === lastError ? current : { ...current, lastError }));
  }

  /** Changes a record that still waits for its attestation. */
  async #update({ id }: MessageRecord, change: (current: MessageRecord) => MessageRecord): Promise<void> {
    const current = this.#parts.journal.get(id);
    if (current?.state === "final") await this.#parts.journal.apply({ records: [change(current)] });
  }
}

function questionId({ id, cctpVersion, sourceDomain, txHash }: MessageRecord): string {
  return cctpVersion === 1 ? id : `${sourceDomain}:${txHash}`;
}

function isRetryable(error: unknown): boolean {
  return error instanceof Error && "retryable" in error && error.retryable === true;
}

/** The nonce in attested V2 bytes; undefined when they are too short. */
function nonceOfV2(message: Hex): Hex | undefined {
  const bytes = bytesOf(message);
  return bytes.length < HEADER_LENGTH_V2 ? undefined : hexOf(decodeMessageV2(bytes).nonce);
}

const FAULT_TEXT: Readonly<Record<MatchFault, string>> = {
  bytes: "the service's messages are none that the transaction emitted",
  nonce: "the service gave no nonce",
  finality: "attested at a lower finality than the sender asked for",
  fee: "the fee is above what the sender allowed",
};

function reasonOf(assignment: Exclude<Assignment, { kind: "attested" }> | undefined): string | undefined {
  if (assignment?.kind === "refused") return `not accepted: ${FAULT_TEXT[assignment.fault]}`;
  return assignment?.delayReason === undefined ? undefined : `the attestation is delayed: ${assignment.delayReason}`;
}

function textOfRefusal(refusal: AttestationRefusal): string {
  const details = "address" in refusal ? ` ${hexOf(refusal.address)}` : "";
  const index = "index" in refusal ? ` (signature ${refusal.index})` : "";
  return `${refusal.code}${details}${index}`;
}
