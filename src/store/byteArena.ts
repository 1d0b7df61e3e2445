// Many small byte strings in few large buffers: 16-byte units, handed out by size class. A byte string costs its length
// rounded up, and no object.

const UNIT_BYTES = 16;
const SLAB_BYTES = 1 << 20;
const UNITS_PER_SLAB = SLAB_BYTES / UNIT_BYTES;
const COPY_IN_LOOP_MAX = 64;
/** Larger strings get a slab of their own. */
const SMALL_UNITS_MAX = 1024;

/** Byte strings by handle. A handle is a number below 2^32; 0 is the empty string. */
export class ByteArena {
  readonly #slabs: Uint8Array[] = [];
  /** Free handles by size in units. */
  readonly #free: number[][] = Array.from({ length: SMALL_UNITS_MAX + 1 }, () => []);
  /** Slabs of large strings that were freed, to be used again for their index. */
  readonly #freeSlabs: number[] = [];
  /** Next unit that nobody has, in the slab that is being filled. */
  #cursor = 0;
  #cursorEnd = 0;

  /** Bytes of all slabs. */
  get allocatedBytes(): number {
    return this.#slabs.reduce((sum, slab) => sum + slab.length, 0);
  }

  /** Copies bytes in. */
  put(bytes: Uint8Array): number {
    if (bytes.length === 0) return 0;
    const handle = this.#take(bytes.length);
    this.#slabs[Math.trunc(handle / UNITS_PER_SLAB)]!.set(bytes, (handle % UNITS_PER_SLAB) * UNIT_BYTES);
    return handle;
  }

  #take(length: number): number {
    const units = (length + UNIT_BYTES - 1) >>> 4;
    return units > SMALL_UNITS_MAX ? this.#allocateSlab(units) : this.#allocate(units);
  }

  /** A copy of the bytes. `length` is that of `put`. */
  get(handle: number, length: number): Uint8Array {
    if (length === 0) return new Uint8Array(0);
    const start = (handle % UNITS_PER_SLAB) * UNIT_BYTES;
    const slab = this.#slabs[Math.trunc(handle / UNITS_PER_SLAB)]!;
    return slab.slice(start, start + length);
  }

  /** Copies the bytes to a place in `out`. PERF: short ones in a loop, which beats `set` there. */
  copyTo(handle: number, length: number, { out, offset }: { out: Uint8Array; offset: number }): void {
    if (length === 0) return;
    const slab = this.#slabs[Math.trunc(handle / UNITS_PER_SLAB)]!;
    const start = (handle % UNITS_PER_SLAB) * UNIT_BYTES;
    if (length > COPY_IN_LOOP_MAX) out.set(slab.subarray(start, start + length), offset);
    else for (let index = 0; index < length; index += 1) out[offset + index] = slab[start + index]!;
  }

  /** The bytes themselves: valid until the handle is freed, and not to be changed. */
  view(handle: number, length: number): Uint8Array {
    const start = (handle % UNITS_PER_SLAB) * UNIT_BYTES;
    return length === 0
      ? new Uint8Array(0)
      : this.#slabs[Math.trunc(handle / UNITS_PER_SLAB)]!.subarray(start, start + length);
  }

  /** Byte order of a key against stored bytes: negative when the key comes first. PERF: no allocation. */
  compare(key: Uint8Array, handle: number, length: number): number {
    if (length === 0) return key.length;
    const slab = this.#slabs[Math.trunc(handle / UNITS_PER_SLAB)]!;
    const start = (handle % UNITS_PER_SLAB) * UNIT_BYTES;
    const common = Math.min(key.length, length);
    for (let index = 0; index < common; index += 1) {
      const difference = key[index]! - slab[start + index]!;
      if (difference !== 0) return difference;
    }
    return key.length - length;
  }

  /** Gives the bytes back. */
  free(handle: number, length: number): void {
    if (length === 0) return;
    const units = (length + UNIT_BYTES - 1) >>> 4;
    if (units <= SMALL_UNITS_MAX) {
      this.#free[units]!.push(handle);
      return;
    }
    const slab = Math.trunc(handle / UNITS_PER_SLAB);
    this.#slabs[slab] = new Uint8Array(0);
    this.#freeSlabs.push(slab);
  }

  #allocate(units: number): number {
    const freed = this.#free[units]!.pop();
    if (freed !== undefined) return freed;
    if (this.#cursor + units > this.#cursorEnd) {
      // Handle 0 is the empty string, so the first slab starts at unit 1.
      const slab = this.#addSlab(new Uint8Array(SLAB_BYTES));
      this.#cursor = slab * UNITS_PER_SLAB + (slab === 0 ? 1 : 0);
      this.#cursorEnd = (slab + 1) * UNITS_PER_SLAB;
    }
    const handle = this.#cursor;
    this.#cursor += units;
    return handle;
  }

  #allocateSlab(units: number): number {
    if (this.#slabs.length === 0) this.#allocate(1);
    const buffer = new Uint8Array(units * UNIT_BYTES);
    const reused = this.#freeSlabs.pop();
    if (reused === undefined) return this.#addSlab(buffer) * UNITS_PER_SLAB;
    this.#slabs[reused] = buffer;
    return reused * UNITS_PER_SLAB;
  }

  #addSlab(buffer: Uint8Array): number {
    if (this.#slabs.length >= UNITS_PER_SLAB) throw new Error("byte arena: 64 GiB are full");
    this.#slabs.push(buffer);
    return this.#slabs.length - 1;
  }
}
