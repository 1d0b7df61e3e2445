// Reads one source chain into the journal: what it emitted, what became final, what a reorganisation took away. A step
// writes messages and cursor together, so that a message is either recorded or will be read again.

import { CctpFormatError } from "../../cctp/formatError.ts";
import { ChainReadError, type ChainReader, type EmittedMessage } from "../../chains/chainReader.ts";
import type { Clock } from "../clock.ts";
import type { Journal } from "../journal/journal.ts";
import { type Cursor, type MessageRecord, recordId } from "../journal/record.ts";
import { type MessageFacts, readMessage } from "../messageFacts.ts";
import type { RouteVerdict } from "../routes.ts";
import {
  advance,
  type Heads,
  isInRanges,
  larger,
  newCursor,
  planScan,
  rewind,
  SCAN_BLOCKS_MAX,
  type ScanPlan,
  smaller,
} from "./cursor.ts";
import { matchTx } from "./matchTx.ts";
import { gone, newRecord, placed, promoted, replaced } from "./reconcile.ts";

/** What becomes of a message; undefined when no route takes it, and nothing is recorded. */
export type Judge = (facts: MessageFacts) => RouteVerdict | undefined;

/** What the watcher tells besides what it writes. */
export interface WatchObserver {
  /** Bytes in a MessageSent that are no message. */
  malformed(emitted: EmittedMessage, error: CctpFormatError): void;
  /** Blocks above `from` are not what they were. */
  reorganised(domain: number, from: bigint, to: bigint): void;
}

/** What a watcher is made with. */
export interface WatcherParts {
  readonly reader: ChainReader;
  readonly journal: Journal;
  readonly clock: Clock;
  readonly judge: Judge;
  /** Whether a message is a refund of the orders module, whose arrival is reported. */
  readonly isRefund: (facts: MessageFacts) => boolean;
  readonly observer: WatchObserver;
  /** Where to begin without a cursor; the next block when undefined. */
  readonly startHeight: bigint | undefined;
}

/** A message that was found, with what it says. */
interface Found {
  readonly emitted: EmittedMessage;
  readonly facts: MessageFacts;
  readonly verdict: RouteVerdict;
}

/** What was read of the chain and of the journal: all that has to be waited for. */
interface Readings {
  readonly found: ReadonlyMap<string, readonly Found[]>;
  /** Ids of known messages by transaction, and by V1 nonce. */
  readonly idsByTx: ReadonlyMap<string, readonly string[]>;
  readonly idsByNonce: ReadonlyMap<string, readonly string[]>;
}

/** Watches one chain. Steps do not overlap. */
export class ChainWatcher {
  readonly #parts: WatcherParts;
  readonly #domain: number;
  #heads: Heads | undefined;
  /** The last step. Never rejects. */
  #turn: Promise<unknown> = Promise.resolve();
  /** Blocks that the next step reads at most. */
  #blocksMax = SCAN_BLOCKS_MAX;

  constructor(parts: WatcherParts) {
    this.#parts = parts;
    this.#domain = parts.reader.domain;
  }

  /** How far the chain was when it was last asked. */
  get heads(): Heads | undefined {
    return this.#heads;
  }

  /** Forgets what is not in the journal. */
  reset(): void {
    this.#heads = undefined;
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(work);
    this.#turn = result.catch(() => undefined);
    return result;
  }

  /** Reads what is new and what became final. Returns whether there is more to read at once. Rejects with ChainReadError. */
  tick(): Promise<boolean> {
    return this.#inTurn(() => this.#scan());
  }

  /**
   * Records the messages of one transaction, wherever it stands, whatever the filters say. Returns them; undefined when
   * the chain has no such transaction in a block.
   */
  relayTx(txHash: string): Promise<readonly MessageRecord[] | undefined> {
    return this.#inTurn(async () => {
      const emitted = await this.#parts.reader.messagesOfTx(txHash);
      if (emitted === undefined) return undefined;
      const cursor = this.#parts.journal.cursor(this.#domain) ?? (await this.#firstCursor());
      await this.#record(await this.#readings(this.#byTx(emitted)), cursor, true);
      // As the chain writes it; whoever asked may have written it in another way.
      const written = emitted[0]?.txHash;
      if (written === undefined) return [];
      return (await this.#parts.journal.byHash(written)).filter((record) => this.#isOf(record, written));
    });
  }

  /**
   * A step is all or nothing, so over a bad connection a long one may never end well: each that fails makes the next one
   * half as long, and each that ends makes it longer again.
   */
  async #scan(): Promise<boolean> {
    try {
      const hasMore = await this.#scanOnce();
      this.#blocksMax = smaller(2n * this.#blocksMax, SCAN_BLOCKS_MAX);
      return hasMore;
    } catch (error) {
      if (error instanceof ChainReadError) this.#blocksMax = larger(this.#blocksMax / 2n, 1n);
      throw error;
    }
  }

  async #scanOnce(): Promise<boolean> {
    const { journal, reader } = this.#parts;
    const heads = await this.#readHeads();
    this.#heads = heads;
    const stored = journal.cursor(this.#domain);
    const known = stored ?? (await this.#firstCursor());
    const cursor = await this.#checkReorganisation(known, heads.latest);
    const plan = planScan(cursor, heads, this.#blocksMax);
    if (plan.ranges.length === 0 && cursor === stored) return this.#promoteRetried(cursor);
    // The hash is read before the messages: a reorganisation between the two is noticed by the next step.
    const tip = plan.ranges.length === 0 ? undefined : await reader.blockHash(plan.scanned);
    const emitted: EmittedMessage[] = [];
    for (const range of plan.ranges) emitted.push(...(await reader.messages(range)));
    const found = this.#byTx(emitted);
    for (const txHash of this.#absent(plan, found)) {
      // An endpoint that lags may hide logs: a message is gone only when its transaction does not show it either.
      found.set(txHash, this.#byTx((await reader.messagesOfTx(txHash)) ?? []).get(txHash) ?? []);
    }
    await this.#record(await this.#readings(found), advance(cursor, plan, tip), false);
    return plan.hasMore;
  }

  /** Messages that somebody asked to try again stand in blocks that were read long ago. */
  async #promoteRetried(cursor: Cursor): Promise<false> {
    const seen = this.#parts.journal.open("seen").filter(({ sourceDomain }) => sourceDomain === this.#domain);
    const records = seen.map((record) => promoted(record, cursor, this.#parts.clock.nowMs()));
    await this.#parts.journal.apply({ records });
    return false;
  }

  async #firstCursor(): Promise<Cursor> {
    const start = this.#parts.startHeight ?? (await this.#parts.reader.latestHeight()) + 1n;
    return newCursor(this.#domain, start);
  }

  async #readHeads(): Promise<Heads> {
    const { reader } = this.#parts;
    // Final heights first: they cannot be above the newest then, but for endpoints that lag behind each other.
    const standard = await reader.finalHeight("standard");
    const fast = await reader.finalHeight("fast");
    return { latest: await reader.latestHeight(), fast, standard };
  }

  /** The cursor, set back when a block that was read is no longer part of the chain. */
  async #checkReorganisation(cursor: Cursor, latest: bigint): Promise<Cursor> {
    const comparable = cursor.hashes.filter(({ height }) => height <= latest);
    let ancestor: bigint | undefined;
    // The newest first; most often it stands.
    for (const { height, hash } of comparable.toReversed()) {
      if ((await this.#parts.reader.blockHash(height)) !== hash) continue;
      ancestor = height;
      break;
    }
    if (ancestor === comparable.at(-1)?.height) return cursor;
    const set = rewind(cursor, ancestor, latest);
    this.#parts.observer.reorganised(this.#domain, set.scanned, cursor.scanned);
    return set;
  }

  /** Transactions of messages that should stand in the blocks that were read, and do not. */
  #absent({ ranges }: ScanPlan, found: ReadonlyMap<string, unknown>): Set<string> {
    const expected = this.#parts.journal.unsettled(this.#domain).filter(({ height }) => isInRanges(ranges, height));
    return new Set(expected.map(({ txHash }) => txHash).filter((txHash) => !found.has(txHash)));
  }

  #byTx(emitted: readonly EmittedMessage[]): Map<string, Found[]> {
    const byTx = new Map<string, Found[]>();
    for (const message of emitted) {
      const facts = this.#read(message);
      const verdict = facts === undefined ? undefined : this.#parts.judge(facts);
      if (facts === undefined || verdict === undefined) continue;
      byTx.set(message.txHash, [...(byTx.get(message.txHash) ?? []), { emitted: message, facts, verdict }]);
    }
    return byTx;
  }

  #read(emitted: EmittedMessage): MessageFacts | undefined {
    try {
      return readMessage(emitted.message);
    } catch (error) {
      if (!(error instanceof CctpFormatError)) throw error;
      this.#parts.observer.malformed(emitted, error);
      return undefined;
    }
  }

  #isOf(record: MessageRecord, txHash: string): boolean {
    return record.sourceDomain === this.#domain && record.txHash === txHash;
  }

  async #readings(found: ReadonlyMap<string, readonly Found[]>): Promise<Readings> {
    const { journal } = this.#parts;
    const idsByTx = new Map<string, readonly string[]>();
    const idsByNonce = new Map<string, readonly string[]>();
    for (const [txHash, messages] of found) {
      const known = (await journal.byHash(txHash)).filter((record) => this.#isOf(record, txHash));
      idsByTx.set(
        txHash,
        known.map(({ id }) => id),
      );
      const nonces = [...messages.map(({ facts }) => facts), ...known].filter(({ cctpVersion }) => cctpVersion === 1);
      for (const { nonce } of nonces) {
        if (nonce === undefined || idsByNonce.has(nonce)) continue;
        const siblings = await journal.byNonce(1, this.#domain, nonce);
        idsByNonce.set(
          nonce,
          siblings.map(({ id }) => id),
        );
      }
    }
    return { found, idsByTx, idsByNonce };
  }

  /** Writes what was found, with the cursor behind it. Waits for nothing before it writes: others change records too. */
  #record({ found, idsByTx, idsByNonce }: Readings, cursor: Cursor, isManual: boolean): Promise<void> {
    const { journal, clock } = this.#parts;
    const nowMs = clock.nowMs();
    const changed = new Map<string, MessageRecord>();
    const current = (id: string) => changed.get(id) ?? journal.get(id);
    const set = (record: MessageRecord) => changed.set(record.id, record);
    const ofIds = (ids: readonly string[]) => ids.map(current).filter((record) => record !== undefined);
    for (const [txHash, messages] of found) {
      const emitted = messages.map((message) => message.emitted);
      const { kept, added, missing } = matchTx(ofIds(idsByTx.get(txHash) ?? []), emitted);
      for (const { record, found: log } of kept) set(asked(placed(record, log), isManual));
      for (const record of missing) set(gone(record));
      for (const message of messages) {
        if (!added.includes(message.emitted)) continue;
        const isRefund = this.#parts.isRefund(message.facts);
        const record = newRecord(message.emitted, message.facts, {
          verdict: message.verdict,
          isManual,
          isRefund,
          nowMs,
        });
        set({ ...record, id: freeId(record, (id) => current(id) !== undefined) });
      }
    }
    for (const { id } of [...journal.unsettled(this.#domain), ...journal.open("seen"), ...changed.values()]) {
      const record = current(id);
      if (record?.sourceDomain === this.#domain) set(promoted(record, cursor, nowMs));
    }
    for (const [nonce, ids] of idsByNonce) {
      const added = [...changed.values()].filter((record) => record.cctpVersion === 1 && record.nonce === nonce);
      const siblings = ofIds([...new Set([...ids, ...added.map(({ id }) => id)])]);
      for (const record of replaced(siblings)) set(record);
    }
    const records = [...changed.values()].filter((record) => journal.get(record.id) !== record);
    return journal.apply({ records, cursor });
  }
}

/** A known message that somebody asked for by hand: a filter does not hold it any more. */
function asked(record: MessageRecord, isManual: boolean): MessageRecord {
  if (!isManual || record.parkReason !== "filtered") return record;
  return { ...record, state: "seen", parkReason: undefined, lastError: undefined, isManual: true };
}

/** An id that is nobody's: after a reorganisation another message may stand where one stood. */
function freeId(record: MessageRecord, isTaken: (id: string) => boolean): string {
  const base = recordId(record);
  let id = base;
  for (let count = 1; isTaken(id); count++) id = `${base}:${count}`;
  return id;
}
