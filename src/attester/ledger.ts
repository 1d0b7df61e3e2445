// The state of the attester and every change of it. Changes are made one after the other, and each is durable before
// anybody can see it: what is served is read from the journal.

import { fillAttestedFieldsV2 } from "../cctp/attestedV2.ts";
import { decodeBurnMessageV2 } from "../cctp/burnMessageV2.ts";
import { decodeMessageV2, FINALITY_THRESHOLD_CONFIRMED, FINALITY_THRESHOLD_FINALIZED } from "../cctp/messageV2.ts";
import { bytesEqual, fromHex } from "../codec/bytes.ts";
import { decideV2, type ReachedFinality } from "./decideV2.ts";
import type { AttesterObserver } from "./events.ts";
import { type FaultBook, subjectOf } from "./faults.ts";
import { type FeeSchedule, ratesOf } from "./fees.ts";
import type { ChainProgress, Journal } from "./journal.ts";
import type { KeyRing } from "./keyRing.ts";
import {
  type Attested,
  amountOf,
  compareByPlace,
  destinationOf,
  type MessageRecord,
  recordKey,
} from "./messageRecord.ts";
import { isReplacement } from "./replacement.ts";

/** Limits of fast transfers, in base units. */
export interface FastLimits {
  /** What may be under way at one time, over all chains. */
  readonly allowance: bigint;
  readonly amountMax: bigint;
}

/** What a ledger works with. */
export interface LedgerParts {
  readonly journal: Journal;
  readonly keys: KeyRing;
  readonly fees: FeeSchedule;
  readonly fast: FastLimits;
  readonly faults: FaultBook;
  readonly observer: AttesterObserver;
  readonly nowMs: () => number;
}

/** Blocks of a chain that were read. */
export interface Scan {
  readonly domain: number;
  /** By key, in the order of the chain. */
  readonly records: ReadonlyMap<string, MessageRecord>;
  readonly progress: ChainProgress;
  /** Whether the newest block was among them: what is still missing then is gone. */
  readonly isCaughtUp: boolean;
}

/** A message whose block is far enough, seen on the chain just now. */
export interface DueMessage {
  readonly key: string;
  readonly reached: ReachedFinality;
  /** Height of the destination at which a fast attestation expires; 0 is never. */
  readonly expirationBlock: bigint;
}

/** The state was taken back while something was under way that began before. */
export class StaleError extends Error {
  constructor() {
    super("the state was reverted meanwhile");
    this.name = "StaleError";
  }
}

/** What was decided so far in one change. */
interface Round {
  readonly changed: Map<string, MessageRecord>;
  /** What is left of the pool. */
  allowance: bigint;
}

/** The fault `expired` lets attestations expire here: long ago, on every chain. */
const EXPIRED_BLOCK = 1n;
const MAX_UINT256 = (1n << 256n) - 1n;

/** Every change of the attester's state. */
export class Ledger {
  readonly #parts: LedgerParts;
  /** Messages that are not settled, by domain and key. A copy of what the journal has. */
  readonly #open = new Map<number, Map<string, MessageRecord>>();
  #lastChange: Promise<unknown> = Promise.resolve();
  #epoch = 0;
  #allowanceChangedAtMs: number;

  private constructor(parts: LedgerParts) {
    this.#parts = parts;
    this.#allowanceChangedAtMs = parts.nowMs();
  }

  /** A ledger of the given chains, with what the journal has. */
  static async open(parts: LedgerParts, domains: readonly number[]): Promise<Ledger> {
    const ledger = new Ledger(parts);
    await ledger.#load(domains);
    return ledger;
  }

  async #load(domains: Iterable<number>): Promise<void> {
    for (const domain of [...domains]) {
      const records = await this.#parts.journal.openRecords(domain);
      this.#open.set(domain, new Map(records.map((record) => [recordKey(record), record])));
    }
  }

  /** Counts the times that the state was taken back: changes name the epoch in which they began. */
  get epoch(): number {
    return this.#epoch;
  }

  /** Messages of a chain that are not settled, in its order. */
  openRecords(domain: number): readonly MessageRecord[] {
    return [...(this.#open.get(domain)?.values() ?? [])].sort(compareByPlace);
  }

  /** What is left of the pool for fast transfers: those that are attested and not final take from it. */
  allowance(): { readonly left: bigint; readonly changedAtMs: number } {
    let used = 0n;
    for (const records of this.#open.values()) {
      for (const record of records.values()) if (record.attested?.level === "fast") used += amountOf(record);
    }
    const { allowance } = this.#parts.fast;
    return { left: used < allowance ? allowance - used : 0n, changedAtMs: this.#allowanceChangedAtMs };
  }

  /** Runs after all changes before it. Rejects with StaleError when the state was taken back since `epoch`. */
  #change<T>(epoch: number, work: () => Promise<T>): Promise<T> {
    const change = this.#lastChange.then(() => {
      if (epoch !== this.#epoch) throw new StaleError();
      return work();
    });
    this.#lastChange = change.catch(() => undefined);
    return change;
  }

  /** Writes records, then shows them. */
  async #save(
    domain: number,
    put: readonly MessageRecord[],
    rest: { remove?: readonly MessageRecord[]; progress?: ChainProgress } = {},
  ): Promise<void> {
    const { remove = [], progress } = rest;
    if (put.length === 0 && remove.length === 0 && progress === undefined) return;
    await this.#parts.journal.write({ put, remove, progress: progress && { domain, progress } });
    const open = this.#open.get(domain) ?? new Map<string, MessageRecord>();
    this.#open.set(domain, open);
    for (const record of remove) open.delete(recordKey(record));
    for (const record of put) {
      if (record.settled) open.delete(recordKey(record));
      else open.set(recordKey(record), record);
    }
  }

  /** Takes note of blocks that were read: new messages, messages that moved, and messages that are gone. */
  applyScan(scan: Scan, epoch: number): Promise<void> {
    return this.#change(epoch, async () => {
      const { journal, observer } = this.#parts;
      const put: MessageRecord[] = [];
      const seen: MessageRecord[] = [];
      for (const [key, found] of scan.records) {
        const known = journal.record(key);
        const record = known === undefined ? this.#withReason(found) : this.#moved(known, found);
        if (known === undefined) seen.push(record);
        put.push(record);
      }
      const gone = scan.isCaughtUp ? this.#gone(scan) : [];
      const forgotten = gone.filter(({ attested }) => attested === undefined);
      const vanished = gone.filter(({ attested }) => attested !== undefined);
      put.push(...vanished.map((record) => ({ ...record, presence: "vanished" as const })));
      await this.#save(scan.domain, put, { remove: forgotten, progress: scan.progress });
      for (const record of seen) observer.seen(record);
      for (const record of forgotten) observer.forgotten(record);
      for (const record of vanished) {
        const text = "a message that was attested is no longer on its chain";
        observer.alarm("attested_message_vanished", { domain: scan.domain, record, text });
      }
    });
  }

  /** A new record, with the reason why it will not be fast where that is clear at once. */
  #withReason(record: MessageRecord): MessageRecord {
    if (record.version === 1) return record;
    const decision = decideV2(record, { fast: false, standard: false }, this.#terms(record, MAX_UINT256));
    return decision.kind === "wait" ? { ...record, delayReason: decision.delayReason } : record;
  }

  /** A message that is on the chain again, perhaps elsewhere. What was attested stays what it is. */
  #moved(known: MessageRecord, found: MessageRecord): MessageRecord {
    const { height, blockHash, logIndex, presence } = found;
    const place = { height, blockHash, logIndex, presence };
    if (bytesEqual(known.message, found.message)) return { ...known, ...place };
    if (known.attested === undefined) return { ...this.#withReason(found), seenAtMs: known.seenAtMs };
    const text = "the transaction came back with another message than the one that was attested";
    this.#parts.observer.alarm("content_changed", { domain: known.domain, record: known, text });
    return { ...known, refused: true };
  }

  /** Messages that were taken out and did not come again. */
  #gone({ domain, records }: Scan): readonly MessageRecord[] {
    const open = this.openRecords(domain);
    return open.filter((record) => record.presence === "missing" && !records.has(recordKey(record)));
  }

  /**
   * Takes note that the chain forked off above a height: everything that stood above is missing until it is read again.
   */
  applyFork(
    {
      domain,
      height,
      progress,
    }: { readonly domain: number; readonly height: bigint; readonly progress: ChainProgress },
    epoch: number,
  ): Promise<void> {
    return this.#change(epoch, async () => {
      const { journal, observer } = this.#parts;
      const isDeep = height < progress.settledHeight;
      const records = isDeep ? await journal.recordsOfChain(domain) : this.openRecords(domain);
      const taken = records.filter((record) => record.height > height && record.presence === "there");
      const missing = taken.map((record) => ({ ...record, presence: "missing" as const, settled: false }));
      const settledHeight = isDeep ? height : progress.settledHeight;
      await this.#save(domain, missing, { progress: { ...progress, settledHeight } });
      if (isDeep) {
        const text = `the chain changed above ${height}, and ${progress.settledHeight} counted as final`;
        observer.alarm("reorg_below_finality", { domain, text });
      }
    });
  }

  /**
   * Attests what may be attested, and settles what is final. The caller saw the block of each message on the chain after
   * it had read how far the chain is final. `progress` covers every message that is settled.
   */
  applyDue(
    {
      domain,
      due,
      progress,
    }: { readonly domain: number; readonly due: readonly DueMessage[]; readonly progress: ChainProgress },
    epoch: number,
  ): Promise<void> {
    return this.#change(epoch, async () => {
      const { journal, observer } = this.#parts;
      const round: Round = { changed: new Map(), allowance: this.allowance().left };
      for (const message of due) {
        const known = journal.record(message.key);
        if (known === undefined || known.presence !== "there") continue;
        const after = await this.#afterDue(known, message, round);
        if (after !== known) round.changed.set(message.key, after);
      }
      const put = [...round.changed.values()];
      const before = new Map(put.map((record) => [record, this.#open.get(domain)?.get(recordKey(record))]));
      const isFurther = journal.progress(domain)?.settledHeight !== progress.settledHeight;
      await this.#save(domain, put, isFurther ? { progress } : {});
      for (const [record, old] of before) {
        if (record.attested?.level === "fast") this.#allowanceChangedAtMs = this.#parts.nowMs();
        if (record.attested !== undefined && old?.attested === undefined) observer.attested(record, "first");
      }
    });
  }

  async #afterDue(record: MessageRecord, due: DueMessage, round: Round): Promise<MessageRecord> {
    const isDone = record.attested !== undefined || record.refused;
    const after = isDone ? record : await this.#attest(record, due, round);
    if (!due.reached.standard) return after;
    if (record.attested?.level === "fast") round.allowance += amountOf(record);
    return { ...after, settled: true };
  }

  /** The record attested; the same one, or one with a reason, when it has to wait. */
  async #attest(record: MessageRecord, due: DueMessage, round: Round): Promise<MessageRecord> {
    if (record.version === 2) return this.#attestV2(record, due, round);
    if (!due.reached.standard) return record;
    if (await this.#isConflict(record, round)) {
      const text = `another message was attested under nonce ${record.nonce}, which this one does not replace`;
      this.#parts.observer.alarm("nonce_conflict", { domain: record.domain, record, text });
      return { ...record, refused: true };
    }
    return { ...record, attested: this.#signed(record, record.message, "standard") };
  }

  /**
   * Whether another message was attested under this V1 nonce that is no longer on the chain, or that this one cannot be a
   * replacement of. Replacements are attested like any message: the chain emitted them, in a final block.
   */
  async #isConflict(record: MessageRecord, { changed }: Round): Promise<boolean> {
    const sameNonce = await this.#parts.journal.recordsOfV1Nonce(record.domain, record.nonce);
    return sameNonce
      .map((other) => changed.get(recordKey(other)) ?? other)
      .filter((other) => other.attested !== undefined && !bytesEqual(other.message, record.message))
      .some((other) => other.presence !== "there" || other.refused || !isReplacement(other, record));
  }

  #attestV2(record: MessageRecord, due: DueMessage, round: Round): MessageRecord {
    const { faults } = this.#parts;
    const subject = subjectOf(record);
    const isExhausted = faults.find("allowance_exhausted", subject) !== undefined;
    const decision = decideV2(record, due.reached, this.#terms(record, isExhausted ? 0n : round.allowance));
    if (decision.kind === "wait") {
      const { delayReason } = decision;
      if (delayReason === record.delayReason) return record;
      if (delayReason === "insufficient_allowance_available") faults.take("allowance_exhausted", subject);
      return { ...record, delayReason };
    }
    const { level } = decision;
    if (level === "fast") round.allowance -= amountOf(record);
    const isExpired = level === "fast" && faults.take("expired", subject) !== undefined;
    const expirationBlock = level === "standard" ? 0n : isExpired ? EXPIRED_BLOCK : due.expirationBlock;
    const wrong = record.isBurn ? faults.take("wrong_fee", subject) : undefined;
    const feeExecuted = wrong === undefined ? decision.feeExecuted : (wrong.feeExecuted ?? maxFeeOf(record) + 1n);
    const message = filledV2(record, { level, feeExecuted, expirationBlock });
    return { ...record, attested: this.#signed(record, message, level) };
  }

  #terms(record: MessageRecord, allowance: bigint) {
    const { fees, fast } = this.#parts;
    return { rates: ratesOf(fees, record.domain, destinationOf(record)), amountMax: fast.amountMax, allowance };
  }

  #signed({ version }: MessageRecord, message: Uint8Array, level: Attested["level"]): Attested {
    return { message, attestation: this.#parts.keys.sign(version, message), level, atMs: this.#parts.nowMs() };
  }

  /**
   * Attests a fast V2 message again, under the same nonce and at the same fee: as final when it is final by now, otherwise
   * with a new expiration. Resolves with false when that cannot be: not attested, attested as final already, or no longer
   * on its chain.
   */
  reattest(key: string, expirationBlock: bigint, epoch: number): Promise<boolean> {
    return this.#change(epoch, async () => {
      const record = this.#parts.journal.record(key);
      if (record === undefined || !canReattest(record)) return false;
      const level = record.settled ? "standard" : "fast";
      const feeExecuted = feeExecutedOf(record);
      const expiration = level === "fast" ? expirationBlock : 0n;
      const message = filledV2(record, { level, feeExecuted, expirationBlock: expiration });
      const after = { ...record, attested: this.#signed(record, message, level) };
      await this.#save(record.domain, [after]);
      this.#parts.observer.attested(after, "again");
      return true;
    });
  }

  /** Remembers the state; see Journal. */
  snapshot(): Promise<string> {
    return this.#change(this.#epoch, () => this.#parts.journal.snapshot());
  }

  /** Takes the state back. What was under way is dropped. Rejects with a RangeError when there is no such snapshot. */
  revert(id: string): Promise<void> {
    return this.#change(this.#epoch, async () => {
      await this.#parts.journal.revert(id);
      this.#epoch += 1;
      await this.#load(this.#open.keys());
    });
  }

  /** Resolves when no change is under way. */
  async idle(): Promise<void> {
    await this.#lastChange;
  }
}

/** Whether a record can be attested a second time. */
export function canReattest({ version, attested, presence, refused }: MessageRecord): boolean {
  return version === 2 && attested?.level === "fast" && presence === "there" && !refused;
}

function filledV2(
  record: MessageRecord,
  { level, feeExecuted, expirationBlock }: { level: Attested["level"]; feeExecuted: bigint; expirationBlock: bigint },
): Uint8Array {
  const fields = {
    nonce: fromHex(record.nonce.slice(2)),
    finalityThresholdExecuted: level === "fast" ? FINALITY_THRESHOLD_CONFIRMED : FINALITY_THRESHOLD_FINALIZED,
  };
  return fillAttestedFieldsV2(
    record.message,
    record.isBurn ? { ...fields, burn: { feeExecuted, expirationBlock } } : fields,
  );
}

function maxFeeOf({ isBurn, message }: MessageRecord): bigint {
  return isBurn ? decodeBurnMessageV2(decodeMessageV2(message).messageBody).maxFee : 0n;
}

function feeExecutedOf({ isBurn, attested }: MessageRecord): bigint {
  if (!isBurn || attested === undefined) return 0n;
  return decodeBurnMessageV2(decodeMessageV2(attested.message).messageBody).feeExecuted;
}
