// The values of a tree. Those that were written lately are in memory; the others are read from the snapshot's file that has
// them. A leaf knows the place of its value: a unit within a region, and a tag that tells the region and the length. A region
// is an arena, or the part of a file. Once a region's last value is given back it is dropped, and with it its memory, or
// its hold on the file.

import { closeSync, openSync, readSync } from "node:fs";
import { ByteArena } from "./byteArena.ts";

/** A value begins at a multiple of so many bytes, in memory and in a file. */
export const VALUE_UNIT_BYTES = 16;
const LENGTH_BITS = 26;
const LENGTH_RANGE = 2 ** LENGTH_BITS;
/** A tag tells regions below 64. */
const REGIONS_MAX = 2 ** (32 - LENGTH_BITS);
/** With so many regions nothing is moved any more: each may keep a file whose name is gone from taking up the disk no more. */
const REGIONS_TO_MOVE_MAX = 8;
/** No path: clients see it. */
const TOO_SHORT = "a snapshot's file ends too early";
/** What is read of a file at once, by who reads values one after the other. */
const WINDOW_BYTES = 256 << 10;

/** A value cannot be read from the disk, or is not what was written: the machine's fault, and no transaction's. */
export class StateFaultError extends Error {
  readonly code = "state_fault";

  constructor(what: string, cause?: unknown) {
    super(what, { cause });
    this.name = "StateFaultError";
  }
}

/** A file that values are read from. It is open until everybody who held it has let it go, even if it has no name any more. */
export class ValueFile {
  readonly #fd: number;
  #holders = 1;
  #window: Uint8Array | undefined;
  #windowStart = 0;
  #windowEnd = 0;

  /** Opens a file, and holds it once. */
  constructor(path: string) {
    this.#fd = openSync(path, "r");
  }

  hold(): void {
    this.#holders += 1;
  }

  letGo(): void {
    this.#holders -= 1;
    if (this.#holders === 0) closeSync(this.#fd);
  }

  /** Fills `out` from a position on. Throws an Error when the file ends before. */
  read(out: Uint8Array, position: number): void {
    for (let done = 0; done < out.length; ) {
      const count = readSync(this.#fd, out, done, out.length - done, position + done);
      if (count === 0) throw new Error(TOO_SHORT);
      done += count;
    }
  }

  /** The same for who reads what is near to each other: a large piece is read, and kept for the next call. */
  readNear(out: Uint8Array, position: number): void {
    const start = position - (position % WINDOW_BYTES);
    if (position + out.length > start + WINDOW_BYTES) {
      this.read(out, position);
      return;
    }
    if (start !== this.#windowStart || position + out.length > this.#windowEnd) {
      this.#window ??= new Uint8Array(WINDOW_BYTES);
      this.#windowStart = start;
      this.#windowEnd = start + readSync(this.#fd, this.#window, 0, WINDOW_BYTES, start);
    }
    if (position + out.length > this.#windowEnd) throw new Error(TOO_SHORT);
    out.set(this.#window!.subarray(position - start, position - start + out.length));
  }
}

/** Where bytes are to be written. */
interface Target {
  readonly out: Uint8Array;
  readonly offset: number;
}

interface Region {
  /** Values that are there. */
  live: number;
  readonly memoryBytes: number;
  readonly isFile: boolean;
  get(unit: number, length: number): Uint8Array;
  copyTo(unit: number, length: number, target: Target): void;
  free(unit: number, length: number): void;
  close(): void;
}

class ArenaRegion implements Region {
  live = 0;
  readonly isFile = false;
  readonly #arena = new ByteArena();
  /** Nothing more is put in: what is free is not kept for anybody. */
  isSealed = false;

  get memoryBytes(): number {
    return this.#arena.allocatedBytes;
  }

  put(bytes: Uint8Array): number {
    return this.#arena.put(bytes);
  }

  get(unit: number, length: number): Uint8Array {
    return this.#arena.get(unit, length);
  }

  copyTo(unit: number, length: number, target: Target): void {
    this.#arena.copyTo(unit, length, target);
  }

  free(unit: number, length: number): void {
    if (!this.isSealed) this.#arena.free(unit, length);
  }

  close(): void {
    // Its memory goes with it.
  }
}

class FileRegion implements Region {
  live = 1;
  readonly isFile = true;
  readonly memoryBytes = 0;
  readonly #file: ValueFile;
  readonly #start: number;

  constructor(file: ValueFile, start: number) {
    this.#file = file;
    this.#start = start;
    file.hold();
  }

  get(unit: number, length: number): Uint8Array {
    const out = new Uint8Array(length);
    this.#file.read(out, this.#start + unit * VALUE_UNIT_BYTES);
    return out;
  }

  copyTo(unit: number, length: number, { out, offset }: Target): void {
    this.#file.readNear(out.subarray(offset, offset + length), this.#start + unit * VALUE_UNIT_BYTES);
  }

  free(): void {
    // What is in a snapshot stays there.
  }

  close(): void {
    this.#file.letGo();
  }
}

/** Units that a value takes. */
export function valueUnits(length: number): number {
  return Math.trunc((length + VALUE_UNIT_BYTES - 1) / VALUE_UNIT_BYTES);
}

/** The length that a tag tells. */
export function lengthOfTag(tag: number): number {
  return tag % LENGTH_RANGE;
}

/** Values by unit and tag. An empty one takes no place. */
export class TreeValues {
  readonly #regions: (Region | undefined)[] = [];
  #young = new ArenaRegion();
  /** The number of the region that new values go to. */
  #youngIndex = 0;

  constructor() {
    this.#regions[0] = this.#young;
  }

  /** Bytes of memory in use. */
  get memoryBytes(): number {
    return this.#regions.reduce((sum, region) => sum + (region?.memoryBytes ?? 0), 0);
  }

  /** Copies a value in. Its unit; its tag is `tagOf` its length. Throws a RangeError when it has 64 MiB or more. */
  put(value: Uint8Array): number {
    if (value.length === 0) return 0;
    if (value.length >= LENGTH_RANGE) throw new RangeError(`a value of ${value.length} bytes`);
    this.#young.live += 1;
    return this.#young.put(value);
  }

  /** The tag of a value that was put last. */
  tagOf(length: number): number {
    return this.#youngIndex * LENGTH_RANGE + length;
  }

  /** A copy of a value. */
  get(unit: number, tag: number): Uint8Array {
    const length = lengthOfTag(tag);
    return length === 0 ? new Uint8Array(0) : this.#regionOf(tag).get(unit, length);
  }

  /** Whether a value comes from a file. */
  isInFile(tag: number): boolean {
    return lengthOfTag(tag) > 0 && this.#regionOf(tag).isFile;
  }

  /** Copies a value to a place in `out`. PERF: for who reads values in the order of their keys. */
  copyTo(unit: number, tag: number, target: Target): void {
    const length = lengthOfTag(tag);
    if (length > 0) this.#regionOf(tag).copyTo(unit, length, target);
  }

  /** Gives a value back. */
  free(unit: number, tag: number): void {
    const length = lengthOfTag(tag);
    if (length === 0) return;
    this.#regionOf(tag).free(unit, length);
    this.letGo(tag);
  }

  #regionOf(tag: number): Region {
    return this.#regions[tag >>> LENGTH_BITS]!;
  }

  #drop(index: number): void {
    this.#regions[index]!.close();
    this.#regions[index] = undefined;
  }

  /** Lets new values go to a new region, so that the one before can be emptied. False when there are too many regions. */
  seal(): boolean {
    if (this.#regions.filter((region) => region !== undefined).length >= REGIONS_TO_MOVE_MAX) return false;
    const [sealed, index] = [this.#young, this.#youngIndex];
    this.#young = new ArenaRegion();
    this.#youngIndex = this.#add(this.#young);
    sealed.isSealed = true;
    if (sealed.live === 0) this.#drop(index);
    return true;
  }

  /**
   * Begins a region: the part of a file from a position on. What is given is the tag of an empty value there: a value's
   * is larger by its length, and counted by `hold`. The region is there at least until `letGo` is called once.
   */
  addFile(file: ValueFile, start: number): number {
    return this.#add(new FileRegion(file, start)) * LENGTH_RANGE;
  }

  /** Counts values of a region. */
  hold(tag: number, count: number): void {
    this.#regionOf(tag).live += count;
  }

  /** Counts one less. */
  letGo(tag: number): void {
    const region = this.#regionOf(tag);
    region.live -= 1;
    if (region.live === 0 && region !== this.#young) this.#drop(tag >>> LENGTH_BITS);
  }

  #add(region: Region): number {
    const free = this.#regions.indexOf(undefined);
    const index = free === -1 ? this.#regions.length : free;
    if (index >= REGIONS_MAX) throw new Error(`more than ${REGIONS_MAX} regions of values`);
    this.#regions[index] = region;
    return index;
  }

  /** Closes the files. Nothing can be read afterwards. */
  close(): void {
    for (const region of this.#regions.splice(0)) region?.close();
  }
}
