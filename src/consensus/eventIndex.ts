// The index of events: which transactions (or blocks) have an event attribute with a value.
//
// A value has one entry in a block, whatever attributes have it, and composite keys (`message.sender`) are numbered, so
// that an order with 23 attributes costs five entries of its own:
//   E · value bytes (1) · value · height (6) → for each composite key id with the value: id, positions
//   A · id (2) · height (6)                  → positions at which the id has any value
// Those of the blocks' own events are F and G. Numbers are unsigned LEB128. An id with one position is 2 id + 1 and that
// position, else 2 id, the count and the differences; so are positions of any value, without their count. A value of more
// than VALUE_UNITS_MAX is cut and marked (ff before its length): who finds it must look at the event.

import type { Event } from "../../gen/tendermint/abci/types.ts";
import type { BlockBatch, BlockDatabase } from "./blockDatabase.ts";
import { bytesKey, DB_PREFIX, HEIGHT_BYTES, readHeight, writeHeight } from "./dbKeys.ts";

/** UTF-16 units of a value that stand in the index; at most three bytes each, so that their length fits a byte. */
const VALUE_UNITS_MAX = 64;
/** UTF-16 units that are left of a longer one. */
const CUT_UNITS = 32;
/** Stands before the length of a value that was cut. */
const CUT = 0xff;
/** Composite keys that are numbered; attributes of later ones are not indexed. Modules have a few hundred. */
const COMPOSITE_KEYS_MAX = 0xffff;
/** Entries written on the way; larger composite keys are not indexed. */
const COMPOSITE_KEY_BYTES_MAX = 256;

/** Where an attribute occurs: a block, and positions in it; of the block itself, 0. */
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

/** First bytes of the keys. */
const PREFIXES = Object.freeze({
  tx: { value: DB_PREFIX.txEvent, any: DB_PREFIX.txAnyEvent },
  block: { value: DB_PREFIX.blockEvent, any: DB_PREFIX.blockAnyEvent },
});

type Kind = keyof typeof PREFIXES;

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

  /** Begins to collect the events of a block. */
  begin(): EventWriter {
    return new EventWriter((type, key) => this.#idOf(type, key));
  }

  /** Adds what was collected to a block's batch. */
  write(batch: BlockBatch, height: number, collected: EventWriter): void {
    for (const name of this.#fresh.splice(0)) {
      const id = this.#idByName.get(name)!;
      batch.put(bytesKey(DB_PREFIX.compositeKey, Buffer.from(name)), Uint8Array.of(id >>> 8, id));
    }
    collected.putInto((key, value) => batch.put(key, value), height);
  }

  /** Removes what `write` wrote. */
  remove(batch: BlockBatch, height: number, collected: EventWriter): void {
    collected.putInto((key) => batch.delete(key), height);
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

  /** Whether an equality lookup of this value needs no second look at the event. */
  isExact(value: string): boolean {
    return value.length <= VALUE_UNITS_MAX;
  }

  /**
   * Entries with this composite key and value, by height. An entry of the value that is read in vain, since only other
   * composite keys have it, is undefined: the caller counts what it costs.
   */
  equal(kind: Kind, name: string, value: string, range: HeightRange): AsyncIterable<Posting | undefined> {
    const id = this.#idByName.get(name);
    if (id === undefined) return NO_POSTINGS;
    const isCut = value.length > VALUE_UNITS_MAX;
    const kept = isCut ? value.slice(0, CUT_UNITS) : value;
    const keyAt = (height: number) => valueKey(PREFIXES[kind].value, kept, isCut, height);
    return this.#read(keyAt, range, (entry) => positionsOf(entry, id));
  }

  /** Entries with this composite key and any value, by height. */
  any(kind: Kind, name: string, range: HeightRange): AsyncIterable<Posting | undefined> {
    const id = this.#idByName.get(name);
    if (id === undefined) return NO_POSTINGS;
    return this.#read(
      (height) => anyKey(PREFIXES[kind].any, id, height),
      range,
      (entry) => {
        const reader = new Uints(entry);
        const positions: number[] = [];
        while (!reader.isAtEnd) positions.push((positions.at(-1) ?? 0) + reader.next());
        return positions;
      },
    );
  }

  async *#read(
    keyAt: (height: number) => Uint8Array,
    { min, max }: HeightRange,
    positionsIn: (entry: Uint8Array) => readonly number[] | undefined,
  ): AsyncGenerator<Posting | undefined> {
    const range = { start: keyAt(min), end: keyAt(Math.min(max, HEIGHT_MAX - 1) + 1) };
    for await (const [key, value] of this.#db.iterate(range)) {
      const positions = positionsIn(value);
      yield positions && { height: readHeight(key, key.length - HEIGHT_BYTES), positions };
    }
  }
}

const NO_POSTINGS: AsyncIterable<Posting> = Object.freeze({
  async *[Symbol.asyncIterator]() {
    // Nothing has that composite key.
  },
});

/** Where a value occurs in a block. PERF: most values are of one transaction; a single position needs no array. */
class Occurrences {
  readonly ids: number[] = [];
  /** Of each id, ascending. */
  readonly positions: (number | number[])[] = [];

  add(id: number, position: number): void {
    const { ids, positions } = this;
    let at = 0;
    while (at < ids.length && ids[at] !== id) at += 1;
    const known = positions[at];
    if (known === undefined) {
      ids.push(id);
      positions.push(position);
    } else if (typeof known === "number") {
      if (known !== position) positions[at] = [known, position];
    } else if (known[known.length - 1] !== position) known.push(position);
  }

  encode(): Uint8Array {
    const out: number[] = [];
    for (let index = 0; index < this.ids.length; index += 1) {
      const id = this.ids[index]!;
      const positions = this.positions[index]!;
      if (typeof positions === "number") {
        pushUint(out, 2 * id + 1);
        pushUint(out, positions);
        continue;
      }
      pushUint(out, 2 * id);
      pushUint(out, positions.length);
      let last = 0;
      for (const position of positions) {
        pushUint(out, position - last);
        last = position;
      }
    }
    return Uint8Array.from(out);
  }
}

/** The events of a block that are not in its batch yet: those of its transactions one by one, and its own. */
export class EventWriter {
  readonly #idOf: (type: string, key: string) => number | undefined;
  readonly #txs = new Collected();
  readonly #block = new Collected();
  #txCount = 0;

  constructor(idOf: (type: string, key: string) => number | undefined) {
    this.#idOf = idOf;
  }

  /** The events of the next transaction. PERF: 3 us for an order. */
  addTx(events: readonly Event[]): void {
    this.#collect(this.#txs, events, this.#txCount);
    this.#txCount += 1;
  }

  /** The events of the block itself. */
  addBlock(events: readonly Event[]): void {
    this.#collect(this.#block, events, 0);
  }

  #collect(into: Collected, events: readonly Event[], position: number): void {
    for (const { type, attributes } of events) {
      if (type === "") continue;
      for (const { key, value, index } of attributes) {
        if (!index || key === "") continue;
        const id = this.#idOf(type, key);
        if (id !== undefined) into.add(id, value, position);
      }
    }
  }

  /** Gives each entry to `put`. PERF: 3 us for an order, with the batch. */
  putInto(put: (key: Uint8Array, value: Uint8Array) => void, height: number): void {
    this.#txs.putInto(put, PREFIXES.tx, height);
    this.#block.putInto(put, PREFIXES.block, height);
  }
}

/** Events of one kind. */
class Collected {
  readonly #values = new Map<string, Occurrences>();
  /** By what is left of them. */
  readonly #cutValues = new Map<string, Occurrences>();
  /** By id. */
  readonly #any = new Map<number, { last: number; readonly differences: number[] }>();

  add(id: number, value: string, position: number): void {
    const isCut = value.length > VALUE_UNITS_MAX;
    const values = isCut ? this.#cutValues : this.#values;
    const kept = isCut ? value.slice(0, CUT_UNITS) : value;
    let occurrences = values.get(kept);
    if (occurrences === undefined) {
      occurrences = new Occurrences();
      values.set(kept, occurrences);
    }
    occurrences.add(id, position);
    const any = this.#any.get(id);
    if (any === undefined) {
      const differences: number[] = [];
      pushUint(differences, position);
      this.#any.set(id, { last: position, differences });
    } else if (any.last !== position) {
      pushUint(any.differences, position - any.last);
      any.last = position;
    }
  }

  putInto(put: (key: Uint8Array, value: Uint8Array) => void, prefixes: (typeof PREFIXES)[Kind], height: number): void {
    for (const [value, occurrences] of this.#values) {
      put(valueKey(prefixes.value, value, false, height), occurrences.encode());
    }
    for (const [value, occurrences] of this.#cutValues) {
      put(valueKey(prefixes.value, value, true, height), occurrences.encode());
    }
    for (const [id, { differences }] of this.#any) {
      put(anyKey(prefixes.any, id, height), Uint8Array.from(differences));
    }
  }
}

/** `prefix · id · height` */
function anyKey(prefix: number, id: number, height: number): Uint8Array {
  const key = new Uint8Array(3 + HEIGHT_BYTES);
  key[0] = prefix;
  key[1] = id >>> 8;
  key[2] = id;
  writeHeight(key, 3, height);
  return key;
}

/** `prefix · length · value · height`; a mark before the length of a value that is cut. */
function valueKey(prefix: number, value: string, isCut: boolean, height: number): Uint8Array {
  const { length } = value;
  const start = isCut ? 3 : 2;
  const key = new Uint8Array(start + length + HEIGHT_BYTES);
  for (let index = 0; index < length; index += 1) {
    const code = value.charCodeAt(index);
    if (code > 0x7f) return unicodeKey(prefix, value, isCut, height);
    key[start + index] = code;
  }
  key[0] = prefix;
  key[1] = CUT;
  key[start - 1] = length;
  writeHeight(key, start + length, height);
  return key;
}

/** The same for a value that is not ASCII. */
function unicodeKey(prefix: number, value: string, isCut: boolean, height: number): Uint8Array {
  const kept = Buffer.from(value);
  const start = isCut ? 3 : 2;
  const key = new Uint8Array(start + kept.length + HEIGHT_BYTES);
  key[0] = prefix;
  key[1] = CUT;
  key[start - 1] = kept.length;
  key.set(kept, start);
  writeHeight(key, start + kept.length, height);
  return key;
}

function pushUint(out: number[], value: number): void {
  let rest = value;
  while (rest > 0x7f) {
    out.push((rest & 0x7f) | 0x80);
    rest >>>= 7;
  }
  out.push(rest);
}

/** Reads what `pushUint` wrote. */
class Uints {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#bytes.length;
  }

  next(): number {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.#bytes[this.#at++] ?? 0;
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value >>> 0;
    }
  }
}

/** The positions of an id in the entry of a value; undefined when it is not there. */
function positionsOf(entry: Uint8Array, wanted: number): number[] | undefined {
  const reader = new Uints(entry);
  while (!reader.isAtEnd) {
    const head = reader.next();
    const positions: number[] = [];
    let position = 0;
    for (let left = (head & 1) === 1 ? 1 : reader.next(); left > 0; left -= 1) {
      position += reader.next();
      positions.push(position);
    }
    if (head >>> 1 === wanted) return positions;
  }
  return undefined;
}
