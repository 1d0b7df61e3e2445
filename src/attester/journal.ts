// The attester's state on disk: one LevelDB. A change becomes durable whole or not at all.
//
//   r/<record key>                    a record
//   n1/<domain>/<nonce>/<record key>  which records have a V1 nonce
//   n2/<nonce>                        which record has a V2 nonce
//   h/<message hash>/<record key>     which records have a V1 message
//   o/<record key>                    records that are not settled
//   p/<domain>                        how far a chain was read
//   m/<name>                          other values
//   s/<snapshot>/<any of the above>   a snapshot
//
// Records that were attested are never removed, so `n1` and `n2` remember what was signed under a nonce.

import { Level } from "level";
import {
  decodeRecord,
  encodeRecord,
  hashText,
  type MessageId,
  type MessageRecord,
  recordKey,
} from "./messageRecord.ts";

/** A block that was read, with all blocks below it. */
export interface Checkpoint {
  readonly height: bigint;
  readonly hash: string;
}

/** How far a chain was read. */
export interface ChainProgress {
  /** Oldest first. The last one is as far as it was read; the others find the fork after a reorganisation. */
  readonly checkpoints: readonly Checkpoint[];
  /** Up to here everything was final by the standard rule, and was dealt with. */
  readonly settledHeight: bigint;
}

/** What is written together. */
export interface JournalChanges {
  readonly put?: readonly MessageRecord[];
  readonly remove?: readonly MessageRecord[];
  readonly progress?: { readonly domain: number; readonly progress: ChainProgress } | undefined;
  readonly values?: Readonly<Record<string, string>>;
}

/** Most snapshots that are kept; the oldest goes first. */
export const SNAPSHOTS_MAX = 64;
const FORMAT = "1";
const STATE_PREFIXES = ["h/", "m/", "n1/", "n2/", "o/", "p/", "r/"] as const;
/** Sorts behind every character of a key. */
const END = "\uffff";

/** The journal could not be opened: another process has it, the folder cannot be written, or the format is not ours. */
export class JournalError extends Error {
  readonly code: "locked" | "unusable";

  constructor(code: JournalError["code"], message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "JournalError";
    this.code = code;
  }
}

interface Operation {
  readonly type: "put" | "del";
  readonly key: string;
  readonly value: string;
}

function put(key: string, value = ""): Operation {
  return { type: "put", key, value };
}

function remove(key: string): Operation {
  return { type: "del", key, value: "" };
}

/** The index entries of a record. */
function indexKeys(record: MessageRecord): readonly string[] {
  const key = recordKey(record);
  if (record.version === 2) return [`n2/${record.nonce}`];
  return [`n1/${record.domain}/${record.nonce}/${key}`, `h/${hashText(record.message)}/${key}`];
}

function snapshotPrefix(id: string): string {
  return `s/${id}/`;
}

function encodeProgress({ checkpoints, settledHeight }: ChainProgress): string {
  const list = checkpoints.map(({ height, hash }) => [String(height), hash]);
  return JSON.stringify({ checkpoints: list, settledHeight: String(settledHeight) });
}

/** The journal, open. */
export class Journal {
  readonly #level: Level;

  private constructor(level: Level) {
    this.#level = level;
  }

  /** Opens the journal in a folder, which is made when it does not exist. Rejects with JournalError. */
  static async open(folder: string): Promise<Journal> {
    const level = new Level(folder);
    try {
      await level.open();
    } catch (error) {
      const cause = error instanceof Error ? (error.cause ?? error) : error;
      const isLocked = cause instanceof Error && "code" in cause && cause.code === "LEVEL_LOCKED";
      if (isLocked) throw new JournalError("locked", `${folder}: another attester has this journal open`, { cause });
      throw new JournalError("unusable", `${folder}: cannot be opened as a journal`, { cause });
    }
    const journal = new Journal(level);
    const format = journal.value("format");
    if (format === undefined) await journal.write({ values: { format: FORMAT } });
    else if (format !== FORMAT) {
      await level.close();
      throw new JournalError("unusable", `${folder}: expected a journal of format ${FORMAT}, got ${format}`);
    }
    return journal;
  }

  /** A value by its name. */
  value(name: string): string | undefined {
    return this.#level.getSync(`m/${name}`);
  }

  /** A record by its key. PERF: some microseconds, from LevelDB's cache. */
  record(key: string): MessageRecord | undefined {
    const text = this.#level.getSync(`r/${key}`);
    return text === undefined ? undefined : decodeRecord(text);
  }

  /** The record with a V2 nonce. */
  recordOfV2Nonce(nonce: string): MessageRecord | undefined {
    const key = this.#level.getSync(`n2/${nonce}`);
    return key === undefined ? undefined : this.record(key);
  }

  /** All messages under a V1 nonce: one, and its replacements. */
  recordsOfV1Nonce(domain: number, nonce: string): Promise<readonly MessageRecord[]> {
    return this.#indexed(`n1/${domain}/${nonce}/`);
  }

  /** The records of a V1 message: one, unless a chain emitted the same bytes again. */
  recordsOfV1Hash(hash: string): Promise<readonly MessageRecord[]> {
    return this.#indexed(`h/${hash}/`);
  }

  /** The messages of a chain that are not settled. */
  openRecords(domain: number): Promise<readonly MessageRecord[]> {
    return this.#indexed(`o/${domain}/`, "o/");
  }

  /** The records whose keys stand behind a part of the keys of a range. */
  async #indexed(range: string, part = range): Promise<readonly MessageRecord[]> {
    const keys = await this.#level.keys({ gte: range, lt: range + END }).all();
    return keys.map((key) => this.record(key.slice(part.length))).filter((record) => record !== undefined);
  }

  /** All messages of a transaction. */
  async recordsOfTx({ domain, txHash }: Pick<MessageId, "domain" | "txHash">): Promise<readonly MessageRecord[]> {
    return this.#recordsIn(`r/${domain}/${txHash}/`);
  }

  /** All messages that a chain emitted. PERF: reads them all; only after a reorganisation below finality. */
  recordsOfChain(domain: number): Promise<readonly MessageRecord[]> {
    return this.#recordsIn(`r/${domain}/`);
  }

  async #recordsIn(prefix: string): Promise<readonly MessageRecord[]> {
    const texts = await this.#level.values({ gte: prefix, lt: prefix + END }).all();
    return texts.map(decodeRecord);
  }

  /** How far a chain was read; undefined when it never was. */
  progress(domain: number): ChainProgress | undefined {
    const text = this.#level.getSync(`p/${domain}`);
    if (text === undefined) return undefined;
    const json: { checkpoints: [string, string][]; settledHeight: string } = JSON.parse(text);
    return {
      checkpoints: json.checkpoints.map(([height, hash]) => ({ height: BigInt(height), hash })),
      settledHeight: BigInt(json.settledHeight),
    };
  }

  /** Writes all or nothing. Resolves when signatures are on the disk, and everything else in the operating system. */
  async write({ put: written = [], remove: removed = [], progress, values = {} }: JournalChanges): Promise<void> {
    // Before anything was signed, the content of a place may change with the fork that it stands in, and its indexes.
    const before = [...written.map((record) => this.record(recordKey(record))), ...removed];
    const operations = before.flatMap((record) => (record === undefined ? [] : indexKeys(record).map(remove)));
    for (const record of removed) operations.push(remove(`r/${recordKey(record)}`), remove(`o/${recordKey(record)}`));
    for (const record of written) {
      const key = recordKey(record);
      operations.push(put(`r/${key}`, encodeRecord(record)), record.settled ? remove(`o/${key}`) : put(`o/${key}`));
      operations.push(...indexKeys(record).map((index) => put(index, key)));
    }
    if (progress !== undefined) operations.push(put(`p/${progress.domain}`, encodeProgress(progress.progress)));
    for (const [name, value] of Object.entries(values)) operations.push(put(`m/${name}`, value));
    const sync = written.some(({ attested }) => attested !== undefined) || Object.keys(values).length > 0;
    await this.#level.batch(operations, { sync });
  }

  /** Remembers the whole state. PERF: copies it; for devnets. */
  async snapshot(): Promise<string> {
    const ids = await this.#snapshotIds();
    const id = String(Number(ids.at(-1) ?? "0") + 1).padStart(8, "0");
    const operations: Operation[] = [put(snapshotPrefix(id))];
    for (const prefix of STATE_PREFIXES) {
      for await (const [key, value] of this.#level.iterator({ gte: prefix, lt: prefix + END })) {
        operations.push(put(snapshotPrefix(id) + key, value));
      }
    }
    for (const old of ids.slice(0, Math.max(0, ids.length + 1 - SNAPSHOTS_MAX))) {
      operations.push(...(await this.#removalOf(snapshotPrefix(old))));
    }
    await this.#level.batch(operations, { sync: true });
    return id;
  }

  /** Goes back to a snapshot, and forgets those that were made after it. Rejects with a RangeError when there is none. */
  async revert(id: string): Promise<void> {
    const ids = await this.#snapshotIds();
    if (!ids.includes(id)) throw new RangeError(`no snapshot ${id.slice(0, 20)}`);
    const operations: Operation[] = [];
    for (const prefix of STATE_PREFIXES) operations.push(...(await this.#removalOf(prefix)));
    const prefix = snapshotPrefix(id);
    // A key that is removed and then put is put: operations of a batch are done in their order.
    for await (const [key, value] of this.#level.iterator({ gt: prefix, lt: prefix + END })) {
      operations.push(put(key.slice(prefix.length), value));
    }
    for (const later of ids.filter((other) => other > id)) {
      operations.push(...(await this.#removalOf(snapshotPrefix(later))));
    }
    await this.#level.batch(operations, { sync: true });
  }

  /** The bytes of everything, as it is on the disk, for a copy elsewhere. */
  entries(): AsyncIterable<[Uint8Array, Uint8Array]> {
    return this.#level.iterator<Uint8Array, Uint8Array>({ keyEncoding: "view", valueEncoding: "view" });
  }

  async #removalOf(prefix: string): Promise<readonly Operation[]> {
    const keys = await this.#level.keys({ gte: prefix, lt: prefix + END }).all();
    return keys.map(remove);
  }

  /** Oldest first. */
  async #snapshotIds(): Promise<readonly string[]> {
    const ids: string[] = [];
    // Each snapshot has one key that is its prefix alone; the next seek jumps over its content.
    for (let from = "s/"; ; ) {
      const [key] = await this.#level.keys({ gte: from, lt: `s/${END}`, limit: 1 }).all();
      if (key === undefined) return ids;
      const id = key.split("/")[1] ?? "";
      ids.push(id);
      from = snapshotPrefix(id) + END;
    }
  }

  close(): Promise<void> {
    return this.#level.close();
  }
}
