// What is due for one destination, and the journal's side of what becomes of it. Both kinds of chain use it.

import { type Backoff, Schedule } from "../backoff.ts";
import type { Clock } from "../clock.ts";
import type { Journal } from "../journal/journal.ts";
import type { Delivery, MessageRecord, PendingTx, RefundPhase } from "../journal/record.ts";
import { done, type Refusal, refused, reported, returned, submitted } from "./outcomes.ts";

/** What a queue is made with. */
export interface QueueParts {
  readonly domain: number;
  readonly journal: Journal;
  readonly clock: Clock;
  /** Pauses after a refusal. */
  readonly backoff: Backoff;
  /** A spare relayer lets another one try first for so long. */
  readonly delayMs: number;
}

/** Messages for one destination. */
export class DeliveryQueue {
  readonly #parts: QueueParts;
  readonly #schedule = new Schedule();

  constructor(parts: QueueParts) {
    this.#parts = parts;
  }

  /** Makes a message due at once. */
  hurry(id: string): void {
    this.#schedule.reset(id);
  }

  /** Forgets what is not in the journal. */
  reset(): void {
    this.#schedule.clear();
  }

  /** Messages to deliver now, the oldest first. */
  due(limit: number): MessageRecord[] {
    const { journal, domain, clock, delayMs } = this.#parts;
    const nowMs = clock.nowMs();
    const isDue = (record: MessageRecord) =>
      record.destinationDomain === domain &&
      (record.attestedAtMs ?? 0) + delayMs <= nowMs &&
      this.#schedule.isDue(record.id, nowMs);
    return journal.open("attested").filter(isDue).slice(0, limit);
  }

  /** The transactions that are on their way. */
  pending(): PendingTx[] {
    return this.#parts.journal.pending(this.#parts.domain);
  }

  /** Lets go of what another account sent: the key was changed, and the turns of the old one are not ours to look after. */
  async dropForeign(account: string): Promise<void> {
    for (const tx of this.pending()) {
      if (tx.account !== account)
        await this.cameBack(tx, "dropped", `sent by ${tx.account}, which is not our account any more`);
    }
  }

  /**
   * Records a transaction before it is sent. Resolves to whether it may be: a message that changed meanwhile (its log is
   * gone, its attestation was replaced) holds it back.
   */
  async submit(tx: PendingTx, checked: readonly MessageRecord[]): Promise<boolean> {
    const { journal, clock } = this.#parts;
    const isCurrent = ({ id, attested }: MessageRecord) => {
      const current = journal.get(id);
      return current?.state === "attested" && current.attested?.hash === attested?.hash;
    };
    if (!checked.every(isCurrent)) return false;
    const hash = hashOf(tx);
    const records = checked.flatMap(({ id }) => journal.get(id) ?? []);
    await journal.apply({ records: records.map((record) => submitted(record, hash, clock.nowMs())), pending: [tx] });
    return true;
  }

  /** Records another copy of a transaction before it is sent. */
  async resubmit(tx: PendingTx): Promise<void> {
    const { journal, clock } = this.#parts;
    const records = this.#submitted(tx).map((record) => submitted(record, hashOf(tx), clock.nowMs()));
    await journal.apply({ records, pending: [tx] });
  }

  /** Messages of a transaction that are on their way with it. */
  #submitted(tx: PendingTx): MessageRecord[] {
    const records = tx.deliveries.flatMap((id) => this.#parts.journal.get(id) ?? []);
    return records.filter(({ state }) => state === "submitted");
  }

  /**
   * A transaction of ours is in a block: it delivered its messages, and reported its refunds, apart from those in
   * `failures` (by id, with what the chain said), where messages fail each on their own.
   */
  async delivered(
    tx: PendingTx,
    place: { readonly txHash: string; readonly height: bigint },
    failures: ReadonlyMap<string, string> = NO_FAILURES,
    refusalOf: (log: string) => Refusal = () => "other",
  ): Promise<void> {
    const nowMs = this.#parts.clock.nowMs();
    const delivery: Delivery = { by: "us", txHash: place.txHash, height: place.height.toString() };
    const changed = new Map<string, MessageRecord>();
    for (const record of this.#submitted(tx)) {
      const log = failures.get(record.id);
      if (log !== undefined) this.#schedule.postpone(record.id, nowMs, this.#parts.backoff);
      const back = () => refused(returned(record, hashOf(tx), "failed", ""), refusalOf(log ?? ""), log ?? "", nowMs);
      changed.set(record.id, log === undefined ? done(record, delivery, nowMs) : back());
    }
    for (const { id, phase } of tx.reports) {
      const record = changed.get(id) ?? this.#parts.journal.get(id);
      if (record !== undefined && !failures.has(reportName(id, phase))) changed.set(id, reported(record, phase));
    }
    await this.#parts.journal.apply({ records: [...changed.values()], settled: [tx] });
  }

  /** A transaction of ours delivered nothing: its messages are due again, after a pause. */
  async cameBack(tx: PendingTx, outcome: "failed" | "dropped", why: string): Promise<void> {
    const hash = hashOf(tx);
    const records = this.#submitted(tx).map((record) => returned(record, hash, outcome, why));
    for (const { id } of records) this.#schedule.postpone(id, this.#parts.clock.nowMs(), this.#parts.backoff);
    await this.#parts.journal.apply({ records, settled: [tx] });
  }

  /** Somebody else delivered a message. `settled`: a transaction of ours that is not to be looked after any more. */
  async deliveredByOther(
    id: string,
    delivery: Omit<Delivery, "by">,
    settled: readonly PendingTx[] = [],
  ): Promise<void> {
    const { journal, clock } = this.#parts;
    const record = journal.get(id);
    const isOpen = record?.state === "attested" || record?.state === "submitted";
    const records = record !== undefined && isOpen ? [done(record, { by: "other", ...delivery }, clock.nowMs())] : [];
    await journal.apply({ records, settled });
  }

  /** The destination would not take a message. It is tried again after a pause that grows. */
  async refuse(id: string, refusal: Refusal, why: string): Promise<void> {
    const { journal, clock } = this.#parts;
    const record = journal.get(id);
    if (record?.state !== "attested") return;
    this.#schedule.postpone(id, clock.nowMs(), this.#parts.backoff);
    await journal.apply({ records: [refused(record, refusal, why, clock.nowMs())] });
  }
}

const NO_FAILURES: ReadonlyMap<string, string> = new Map();

/** What a report is called among the failures of a transaction. */
export function reportName(id: string, phase: RefundPhase): string {
  return `${phase} ${id}`;
}

/** Hash of the newest copy. */
export function hashOf({ copies }: PendingTx): string {
  // Never empty: a transaction is recorded with its first copy.
  return copies.at(-1)!.hash;
}
