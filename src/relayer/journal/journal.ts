// The relayer's memory: every message with its state, every transaction on its way, and how far each chain was read, in
// one LevelDB. A change is in memory at once and durable when its promise resolves; whoever spends money waits for that.

import { Level } from "level";
import {
  cursorKey,
  idOfIndexKey,
  indexKeysOf,
  KIND,
  messageKey,
  pendingKey,
  plainHash,
  plainNonce,
  rangeOf,
  seenBefore,
} from "./keys.ts";
import {
  type Cursor,
  decodeCursor,
  decodePendingTx,
  decodeRecord,
  encodeCursor,
  encodePendingTx,
  encodeRecord,
  type MessageRecord,
  type PendingTx,
} from "./record.ts";
import { isTransition, MESSAGE_STATES, type MessageState } from "./states.ts";

/** Changes that become durable together or not at all. */
export interface JournalChange {
  /** New messages, and messages as they are from now on. */
  readonly records?: readonly MessageRecord[];
  readonly cursor?: Cursor;
  /** Transactions that are about to be sent, or were given another copy. */
  readonly pending?: readonly PendingTx[];
  /** Transactions that are settled. */
  readonly settled?: readonly PendingTx[];
}

/** The journal could not be opened or written. Not retryable: without it nothing may be sent. */
export class JournalError extends Error {
  readonly code = "journal_failed";
  readonly retryable = false;

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "JournalError";
  }
}

/** Hears of each record that changed; `before` is undefined for a new one. */
export type JournalListener = (record: MessageRecord, before: MessageRecord | undefined) => void;

type Op =
  | { readonly type: "put"; readonly key: string; readonly value: string }
  | { readonly type: "del"; readonly key: string };

/** Everything in a journal, as `dump` gives it. */
export type JournalDump = readonly (readonly [key: string, value: string])[];

/** Records that one page of a list has at most. */
export const PAGE_MAX = 500;

/** Whether the relayer still has something to do for a message. */
function isOpen({ state, parkReason, refund }: MessageRecord): boolean {
  if (state === "done") return refund !== undefined && refund.reported !== "completed";
  if (state === "parked") return parkReason === "caller" && refund !== undefined && refund.reported !== "failed";
  return true;
}

/** Whether it stays in memory. */
function isKept(record: MessageRecord): boolean {
  return isOpen(record) || !record.isSettled;
}

/** Opens with `open`. Only one process can have a journal open. */
export class Journal {
  readonly #level: Level<string, string>;
  readonly #onDurable: (change: JournalChange) => void;
  /** Open messages, those whose block can still be reorganised away, and those that are not on the disk yet. */
  readonly #records = new Map<string, MessageRecord>();
  readonly #cursors = new Map<number, Cursor>();
  readonly #pending = new Map<string, PendingTx>();
  readonly #counts = new Map<MessageState, number>();
  readonly #listeners = new Set<JournalListener>();
  #queue: Op[] = [];
  /** The write that takes what is in the queue; undefined when none was asked for. */
  #flush: Promise<void> | undefined;
  /** The last write. Never rejects. */
  #written: Promise<void> = Promise.resolve();
  #failure: JournalError | undefined;

  private constructor(level: Level<string, string>, onDurable: (change: JournalChange) => void) {
    this.#level = level;
    this.#onDurable = onDurable;
  }

  /**
   * Opens the journal in a folder, which is made when it does not exist. Rejects with JournalError. `onDurable` hears of
   * each change when it is on the disk, before whoever made it goes on.
   */
  static async open(folder: string, onDurable: (change: JournalChange) => void = () => undefined): Promise<Journal> {
    const level = new Level<string, string>(folder);
    try {
      await level.open();
    } catch (cause) {
      const inner = cause instanceof Error && cause.cause instanceof Error ? cause.cause : cause;
      const isLocked = inner instanceof Error && "code" in inner && inner.code === "LEVEL_LOCKED";
      const reason = isLocked ? "another relayer has it open" : String(inner);
      throw new JournalError(`cannot open the journal in ${folder}: ${reason}`, { cause });
    }
    const journal = new Journal(level, onDurable);
    await journal.#load();
    return journal;
  }

  async #load(): Promise<void> {
    this.#records.clear();
    this.#cursors.clear();
    this.#pending.clear();
    for (const state of MESSAGE_STATES) this.#counts.set(state, 0);
    for await (const text of this.#level.values(rangeOf(KIND.message))) {
      const record = decodeRecord(text);
      this.#counts.set(record.state, this.count(record.state) + 1);
      if (isKept(record)) this.#records.set(record.id, record);
    }
    for await (const text of this.#level.values(rangeOf(KIND.cursor))) {
      const cursor = decodeCursor(text);
      this.#cursors.set(cursor.domain, cursor);
    }
    for await (const text of this.#level.values(rangeOf(KIND.pending))) {
      const tx = decodePendingTx(text);
      this.#pending.set(pendingKey(tx), tx);
    }
  }

  /** Calls back on each changed record, before the change is durable. Returns how to stop. */
  onChange(listener: JournalListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /**
   * Makes changes: visible to readers at once, on the disk when the promise resolves. Changes that come while the disk is
   * busy go into its next write together. Throws when a message cannot go from its state to the new one.
   */
  apply(change: JournalChange): Promise<void> {
    const ops: Op[] = [];
    const heard: [MessageRecord, MessageRecord | undefined][] = [];
    for (const record of change.records ?? []) {
      const before = this.get(record.id);
      if (before === record) continue;
      requireTransition(before, record);
      ops.push(...recordOps(before, record));
      heard.push([record, before]);
    }
    if (change.cursor !== undefined) ops.push(put(cursorKey(change.cursor.domain), encodeCursor(change.cursor)));
    for (const tx of change.pending ?? []) ops.push(put(pendingKey(tx), encodePendingTx(tx)));
    for (const tx of change.settled ?? []) ops.push({ type: "del", key: pendingKey(tx) });
    this.#remember(change, heard);
    this.#queue.push(...ops);
    const durable = this.#flushed().then(() => {
      for (const [record] of heard) {
        if (!isKept(record) && this.#records.get(record.id) === record) this.#records.delete(record.id);
      }
      this.#onDurable(change);
    });
    for (const listener of this.#listeners) for (const [record, before] of heard) listener(record, before);
    return durable;
  }

  #remember(change: JournalChange, heard: readonly (readonly [MessageRecord, MessageRecord | undefined])[]): void {
    for (const [record, before] of heard) {
      if (before !== undefined) this.#counts.set(before.state, this.count(before.state) - 1);
      this.#counts.set(record.state, this.count(record.state) + 1);
      this.#records.set(record.id, record);
    }
    if (change.cursor !== undefined) this.#cursors.set(change.cursor.domain, change.cursor);
    for (const tx of change.pending ?? []) this.#pending.set(pendingKey(tx), tx);
    for (const tx of change.settled ?? []) this.#pending.delete(pendingKey(tx));
  }

  #flushed(): Promise<void> {
    if (this.#flush !== undefined) return this.#flush;
    const flush = this.#written.then(() => {
      this.#flush = undefined;
      const ops = this.#queue;
      this.#queue = [];
      return ops.length === 0 ? undefined : this.#write(ops);
    });
    this.#flush = flush;
    this.#written = flush.catch(() => undefined);
    return flush;
  }

  async #write(ops: readonly Op[]): Promise<void> {
    // After a failed write memory and disk differ: nothing may follow it.
    if (this.#failure !== undefined) throw this.#failure;
    try {
      await this.#level.batch([...ops], { sync: true });
    } catch (cause) {
      this.#failure = new JournalError("the journal cannot be written", { cause });
      throw this.#failure;
    }
  }

  /** A message by its id. PERF: one read of the disk for those that are done. */
  get(id: string): MessageRecord | undefined {
    const known = this.#records.get(id);
    if (known !== undefined) return known;
    const text = this.#level.getSync(messageKey(id));
    return text === undefined ? undefined : decodeRecord(text);
  }

  /** Messages in one of these states that are not finished, in the order of arrival. */
  open(...states: readonly MessageState[]): MessageRecord[] {
    const found = [...this.#records.values()].filter((record) => isOpen(record) && states.includes(record.state));
    return found.sort((a, b) => a.seenAtMs - b.seenAtMs || (a.id < b.id ? -1 : 1));
  }

  /** Messages of a chain whose blocks can still be reorganised away, in no order. */
  unsettled(sourceDomain: number): MessageRecord[] {
    const records = [...this.#records.values()];
    return records.filter((record) => !record.isSettled && record.sourceDomain === sourceDomain);
  }

  /** How many messages are in a state. */
  count(state: MessageState): number {
    return this.#counts.get(state) ?? 0;
  }

  cursor(domain: number): Cursor | undefined {
    return this.#cursors.get(domain);
  }

  /** Transactions on their way to a chain, by sequence. */
  pending(domain: number): PendingTx[] {
    const found = [...this.#pending.values()].filter((tx) => tx.domain === domain);
    return found.sort((a, b) => a.sequence - b.sequence);
  }

  /** Messages in a state, the oldest first; `after` is the last id of the page before. At most PAGE_MAX. */
  async byState(
    state: MessageState,
    page: { readonly limit: number; readonly after?: string },
  ): Promise<MessageRecord[]> {
    await this.#written;
    const { gte, lt } = rangeOf(KIND.state, state);
    const last = page.after === undefined ? undefined : this.get(page.after);
    const from = last === undefined ? { gte } : { gt: stateKeyOf(last, state) };
    return this.#recordsOf(this.#level.keys({ ...from, lt, limit: Math.min(page.limit, PAGE_MAX) }));
  }

  /** Messages that any hash belongs to: of the burn, the message, its attested form, or a delivery. With or without `0x`. */
  async byHash(hash: string): Promise<MessageRecord[]> {
    await this.#written;
    return this.#recordsOf(this.#level.keys({ ...rangeOf(KIND.hash, plainHash(hash)), limit: PAGE_MAX }));
  }

  /** Messages of a nonce: in V1 a message and those that replaced it. */
  async byNonce(cctpVersion: 1 | 2, sourceDomain: number, nonce: string): Promise<MessageRecord[]> {
    await this.#written;
    const range = rangeOf(KIND.nonce, String(cctpVersion), plainNonce(cctpVersion, sourceDomain, nonce));
    return this.#recordsOf(this.#level.keys({ ...range, limit: PAGE_MAX }));
  }

  async #recordsOf(indexKeys: AsyncIterable<string>): Promise<MessageRecord[]> {
    const records: MessageRecord[] = [];
    for await (const indexKey of indexKeys) {
      const record = this.get(idOfIndexKey(indexKey));
      if (record !== undefined) records.push(record);
    }
    return records;
  }

  /** Everything, as it is on the disk. Nobody may change the journal meanwhile. */
  async dump(): Promise<JournalDump> {
    await this.#written;
    return this.#level.iterator().all();
  }

  /** The bytes of everything, as it is on the disk, for a copy elsewhere. */
  entries(): AsyncIterable<[Uint8Array, Uint8Array]> {
    return this.#level.iterator<Uint8Array, Uint8Array>({ keyEncoding: "view", valueEncoding: "view" });
  }

  /** Replaces everything by a dump. Nobody may use the journal meanwhile. */
  async restore(entries: JournalDump): Promise<void> {
    await this.#written;
    const keys = await this.#level.keys().all();
    await this.#write([
      ...keys.map((key) => ({ type: "del", key }) as const),
      ...entries.map(([key, value]) => put(key, value)),
    ]);
    await this.#load();
  }

  /** Removes messages that are finished and were seen before a time. Returns how many. */
  async prune(seenBeforeMs: number): Promise<number> {
    await this.#written;
    let removed = 0;
    for (const state of ["done", "parked"] as const) {
      for await (const indexKey of this.#level.keys(seenBefore(state, seenBeforeMs))) {
        const record = this.get(idOfIndexKey(indexKey));
        if (record?.state !== state || this.#records.has(record.id)) continue;
        const keys = [messageKey(record.id), ...indexKeysOf(record)];
        await this.#write(keys.map((key) => ({ type: "del", key }) as const));
        this.#counts.set(state, this.count(state) - 1);
        removed += 1;
      }
    }
    return removed;
  }

  /** Waits for what is being written and closes. */
  async close(): Promise<void> {
    await this.#written;
    await this.#level.close();
  }
}

function put(key: string, value: string): Op {
  return { type: "put", key, value };
}

function requireTransition(before: MessageRecord | undefined, after: MessageRecord): void {
  const from = before?.state ?? "seen";
  if (!isTransition(from, after.state)) throw new Error(`${after.id}: ${from} cannot become ${after.state}`);
  if ((after.state === "parked") !== (after.parkReason !== undefined)) {
    throw new Error(`${after.id}: state ${after.state}, reason ${after.parkReason}`);
  }
}

function recordOps(before: MessageRecord | undefined, after: MessageRecord): Op[] {
  const oldKeys = new Set(before === undefined ? [] : indexKeysOf(before));
  const newKeys = new Set(indexKeysOf(after));
  return [
    ...[...oldKeys].filter((key) => !newKeys.has(key)).map((key) => ({ type: "del", key }) as const),
    ...[...newKeys].filter((key) => !oldKeys.has(key)).map((key) => put(key, "")),
    put(messageKey(after.id), encodeRecord(after)),
  ];
}

/** Where a record stands in the list of a state. */
function stateKeyOf(record: MessageRecord, state: MessageState): string {
  const keys = indexKeysOf({ ...record, state });
  return keys.find((key) => key.startsWith(`${KIND.state}!`)) ?? "";
}
