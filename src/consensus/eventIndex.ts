// The index of events: which transactions (or blocks) have an event attribute with a value.
//
// One entry serves all transactions of a block that share an attribute, and composite keys (`message.sender`) are
// numbered, so that a MsgSend with 27 attributes costs about nine entries of its own:
//   E · id (2) · value bytes (1) · value · height (6) → positions, as varints of their differences
// A longer value is cut to VALUE_UNITS_MAX and marked (ff before its length): who finds it must look at the event.

import type { Event } from "../../gen/tendermint/abci/types.ts";
import type { BlockBatch, BlockDatabase } from "./blockDatabase.ts";
import { bytesKey, DB_PREFIX, HEIGHT_BYTES, readHeight, writeHeight } from "./dbKeys.ts";

/** UTF-16 units of a value that stand in the index; at most three bytes each, so that their length fits a byte. */
const VALUE_UNITS_MAX = 64;
/** Stands before the length of a value that was cut. */
const CUT = 0xff;
/** Composite keys that are numbered; attributes of later ones are not indexed. Modules have a few hundred. */
const COMPOSITE_KEYS_MAX = 0xffff;
/** Entries written on the way; larger composite keys are not indexed. */
const COMPOSITE_KEY_BYTES_MAX = 256;

/** Where an attribute occurs: a block, and positions in it (empty for events of the block itself). */
export interface Posting {
  readonly height: number;
  readonly positions: readonly number[];
}

/** Heights to look at, both ends included. */
export interface HeightRange {
  readonly min: number;
  readonly max: number;
}

/** Highest height that fits the keys. */
export const HEIGHT_MAX = 2 ** (8 * HEIGHT_BYTES) - 1;

/**
 * Positions by value by composite key id, for one block; a single position is a number. PERF: most values occur once, and
 * need no array then.
 */
type Postings = Map<number, Map<string, number | number[]>>;

/** Reads and writes the index. The numbering of composite keys is held in memory. */
export class EventIndex {
  readonly #db: BlockDatabase;
  /** Event type → attribute key → id. Two levels, so that the hot path joins no strings. */
  readonly #ids = new Map<string, Map<string, number>>();
  readonly #idByName = new Map<string, number>();
  /** Names that got an id and are not in a batch yet. */
  readonly #fresh: string[] = [];

  private constructor(db: BlockDatabase) {
    this.#db = db;
  }

  static async open(db: BlockDatabase): Promise<EventIndex> {
    const index = new EventIndex(db);
    const range = { start: Uint8Array.of(DB_PREFIX.compositeKey), end: Uint8Array.of(DB_PREFIX.compositeKey + 1) };
    for await (const [key, value] of db.iterate(range)) {
      index.#idByName.set(Buffer.from(key.subarray(1)).toString("utf8"), (value[0]! << 8) | value[1]!);
    }
    return index;
  }

  /** Adds the events of a block's transactions. PERF: about 10 us for a MsgSend. */
  writeTxs(batch: BlockBatch, height: number, events: readonly (readonly Event[])[]): void {
    const postings = this.#collectTxs(events);
    this.#writeFresh(batch);
    for (const [id, values] of postings) {
      for (const [value, positions] of values) {
        batch.put(entryKey(DB_PREFIX.txEvent, id, value, height), encodePositions(positions));
      }
    }
  }

  /** Adds a block's own events. */
  writeBlock(batch: BlockBatch, height: number, events: readonly Event[]): void {
    const postings = this.#collectTxs([events]);
    this.#writeFresh(batch);
    for (const [id, values] of postings) {
      for (const value of values.keys()) batch.put(entryKey(DB_PREFIX.blockEvent, id, value, height), NOTHING);
    }
  }

  /** Removes what `writeTxs` and `writeBlock` wrote for a block. */
  remove(
    batch: BlockBatch,
    height: number,
    events: { readonly txs: readonly (readonly Event[])[]; readonly block: readonly Event[] },
  ): void {
    const removeAll = (prefix: number, postings: Postings) => {
      for (const [id, values] of postings) {
        for (const value of values.keys()) batch.delete(entryKey(prefix, id, value, height));
      }
    };
    removeAll(DB_PREFIX.txEvent, this.#collectTxs(events.txs));
    removeAll(DB_PREFIX.blockEvent, this.#collectTxs([events.block]));
  }

  #collectTxs(events: readonly (readonly Event[])[]): Postings {
    const postings: Postings = new Map();
    for (let position = 0; position < events.length; position++) {
      for (const event of events[position]!) {
        for (const attribute of event.attributes) {
          if (!attribute.index || attribute.key === "" || event.type === "") continue;
          const id = this.#idOf(event.type, attribute.key);
          if (id !== undefined) addPosition(postings, id, attribute.value, position);
        }
      }
    }
    return postings;
  }

  #idOf(type: string, key: string): number | undefined {
    let keys = this.#ids.get(type);
    if (keys === undefined) {
      if (this.#ids.size >= COMPOSITE_KEYS_MAX) return undefined;
      keys = new Map();
      this.#ids.set(type, keys);
    }
    const known = keys.get(key);
    if (known !== undefined) return known;
    const name = `${type}.${key}`;
    let id = this.#idByName.get(name);
    if (id === undefined) {
      if (this.#idByName.size >= COMPOSITE_KEYS_MAX || Buffer.byteLength(name) > COMPOSITE_KEY_BYTES_MAX) {
        return undefined;
      }
      id = this.#idByName.size + 1;
      this.#idByName.set(name, id);
      this.#fresh.push(name);
    }
    keys.set(key, id);
    return id;
  }

  #writeFresh(batch: BlockBatch): void {
    for (const name of this.#fresh.splice(0)) {
      const id = this.#idByName.get(name)!;
      batch.put(bytesKey(DB_PREFIX.compositeKey, Buffer.from(name)), Uint8Array.of(id >>> 8, id));
    }
  }

  /** Whether an equality lookup of this value needs no second look at the event. */
  isExact(value: string): boolean {
    return value.length <= VALUE_UNITS_MAX;
  }

  /** Entries with this composite key and value, by height. */
  equal(kind: "tx" | "block", name: string, value: string, range: HeightRange): AsyncIterable<Posting> {
    const id = this.#idByName.get(name);
    if (id === undefined) return NO_POSTINGS;
    const prefix = kind === "tx" ? DB_PREFIX.txEvent : DB_PREFIX.blockEvent;
    return this.#read(
      entryKey(prefix, id, value, range.min),
      entryKey(prefix, id, value, Math.min(range.max, HEIGHT_MAX - 1) + 1),
    );
  }

  /**
   * Entries with this composite key and any value, by value and then by height: a position may come again. The entries of
   * all heights come, as all are read: the caller counts what it costs.
   */
  any(kind: "tx" | "block", name: string): AsyncIterable<Posting> {
    const id = this.#idByName.get(name);
    if (id === undefined) return NO_POSTINGS;
    const prefix = kind === "tx" ? DB_PREFIX.txEvent : DB_PREFIX.blockEvent;
    const end = id === 0xffff ? Uint8Array.of(prefix + 1) : Uint8Array.of(prefix, (id + 1) >>> 8, id + 1);
    return this.#read(Uint8Array.of(prefix, id >>> 8, id), end);
  }

  async *#read(start: Uint8Array, end: Uint8Array): AsyncGenerator<Posting> {
    for await (const [key, value] of this.#db.iterate({ start, end })) {
      yield { height: readHeight(key, key.length - HEIGHT_BYTES), positions: decodePositions(value) };
    }
  }
}

const NOTHING = new Uint8Array(0);

const NO_POSTINGS: AsyncIterable<Posting> = Object.freeze({
  async *[Symbol.asyncIterator]() {
    // Nothing has that composite key.
  },
});

function addPosition(postings: Postings, id: number, fullValue: string, position: number): void {
  // Values that are cut to the same text share an entry; the ellipsis keeps them apart from that text itself.
  const value = fullValue.length > VALUE_UNITS_MAX ? `${fullValue.slice(0, VALUE_UNITS_MAX)}…` : fullValue;
  let values = postings.get(id);
  if (values === undefined) {
    values = new Map();
    postings.set(id, values);
  }
  const positions = values.get(value);
  if (positions === undefined) values.set(value, position);
  else if (typeof positions === "object") {
    if (positions[positions.length - 1] !== position) positions.push(position);
  } else if (positions !== position) values.set(value, [positions, position]);
}

/** `prefix · id · length · value · height` */
function entryKey(prefix: number, id: number, value: string, height: number): Uint8Array {
  const length = value.length;
  if (length > VALUE_UNITS_MAX) return longEntryKey(prefix, id, value, height);
  const key = new Uint8Array(4 + length + HEIGHT_BYTES);
  for (let i = 0; i < length; i++) {
    const code = value.charCodeAt(i);
    if (code > 0x7f) return longEntryKey(prefix, id, value, height);
    key[4 + i] = code;
  }
  key[0] = prefix;
  key[1] = id >>> 8;
  key[2] = id;
  key[3] = length;
  writeHeight(key, 4 + length, height);
  return key;
}

/** The same for a value that is cut or not ASCII. */
function longEntryKey(prefix: number, id: number, value: string, height: number): Uint8Array {
  const kept = Buffer.from(value.slice(0, VALUE_UNITS_MAX));
  const start = value.length > VALUE_UNITS_MAX ? 5 : 4;
  const key = new Uint8Array(start + kept.length + HEIGHT_BYTES);
  key[0] = prefix;
  key[1] = id >>> 8;
  key[2] = id;
  key[3] = CUT;
  key[start - 1] = kept.length;
  key.set(kept, start);
  writeHeight(key, start + kept.length, height);
  return key;
}

/** Differences of ascending positions as varints. */
function encodePositions(positions: number | readonly number[]): Uint8Array {
  const bytes: number[] = [];
  let last = 0;
  for (const position of typeof positions === "number" ? [positions] : positions) {
    let rest = position - last;
    last = position;
    while (rest > 0x7f) {
      bytes.push((rest & 0x7f) | 0x80);
      rest >>>= 7;
    }
    bytes.push(rest);
  }
  return Uint8Array.from(bytes);
}

function decodePositions(bytes: Uint8Array): number[] {
  const positions: number[] = [];
  let last = 0;
  let value = 0;
  let shift = 0;
  for (const byte of bytes) {
    value |= (byte & 0x7f) << shift;
    shift += 7;
    if (byte > 0x7f) continue;
    last += value;
    positions.push(last);
    value = 0;
    shift = 0;
  }
  return positions;
}
