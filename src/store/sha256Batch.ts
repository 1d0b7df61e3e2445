// SHA-256 of many short messages: they are put into lanes, and four of the same number of blocks are hashed at once.

import { hash } from "node:crypto";
import { bytesEqual } from "../codec/bytes.ts";
import { BLOCK_BYTES, createHashLanes, type HashLanes, LANE_BYTES, LANES, OUTPUT_OFFSET } from "./sha256Lanes.ts";

const DIGEST_BYTES = 32;
const DIGEST_WORDS = 8;
/** The padding is a byte and the length in 8. */
const PADDING_BYTES_MIN = 9;
const BLOCKS_MAX = LANE_BYTES / BLOCK_BYTES;
/** Of a lane that has had no message yet. */
const NO_LENGTH = 255;
/** The longest message that a lane takes. */
export const BATCH_MESSAGE_BYTES_MAX = LANE_BYTES - PADDING_BYTES_MIN;

/** Collects messages and writes their digests into an array. */
export class Sha256Batch {
  /** Where messages are written: see `add`. */
  readonly memory: Uint8Array;
  /** The same, for words at any offset. */
  readonly view: DataView;
  readonly #digests: Uint32Array<ArrayBufferLike>;
  readonly #hashLanes: HashLanes | undefined;
  #out: Uint32Array = new Uint32Array(0);
  /** Messages that wait, by number of blocks. */
  readonly #waiting = new Uint8Array(BLOCKS_MAX + 1);
  /** Of each lane of each number of blocks: where its digest goes, and how long its message is. */
  readonly #target = new Float64Array((BLOCKS_MAX + 1) * LANES);
  readonly #length = new Uint8Array((BLOCKS_MAX + 1) * LANES).fill(NO_LENGTH);

  /** `useLanes: false` hashes one by one, as on processors without vector instructions. */
  constructor({ useLanes = true }: { readonly useLanes?: boolean } = {}) {
    const lanes = useLanes ? createHashLanes() : undefined;
    this.memory = lanes?.memory ?? new Uint8Array(OUTPUT_OFFSET + LANES * DIGEST_BYTES);
    this.view = new DataView(this.memory.buffer);
    this.#digests = new Uint32Array(this.memory.buffer, OUTPUT_OFFSET, LANES * DIGEST_WORDS);
    this.#hashLanes = lanes?.hash;
    this.#check();
  }

  /** Throws when the digests are wrong on this machine: better no node than one with other hashes than the rest. */
  #check(): void {
    const out = new Uint8Array(LANES * DIGEST_BYTES);
    this.start(out);
    for (let lane = 0; lane < LANES; lane += 1) this.memory[this.add(1, lane * DIGEST_BYTES)] = lane;
    this.flush();
    for (let lane = 0; lane < LANES; lane += 1) {
      const digest = out.subarray(lane * DIGEST_BYTES, (lane + 1) * DIGEST_BYTES);
      const wanted = hash("sha256", Uint8Array.of(lane), "buffer");
      if (!bytesEqual(digest, wanted)) throw new Error("SHA-256 in vector registers is wrong on this machine");
    }
  }

  /** Where the following digests go: whole words of memory. Forgets what waits. */
  start(out: Uint8Array): void {
    this.#waiting.fill(0);
    this.#out = new Uint32Array(out.buffer, out.byteOffset, out.byteLength >>> 2);
  }

  /**
   * Takes a message of at most BATCH_MESSAGE_BYTES_MAX bytes. Returns the offset in `memory` at which the caller writes
   * it, before the next call of any method. Its digest stands at `target` of the output, a multiple of 4, after `flush`
   * at the latest.
   */
  add(length: number, target: number): number {
    const blocks = (length + PADDING_BYTES_MIN + BLOCK_BYTES - 1) >>> 6;
    if (this.#waiting[blocks] === LANES) this.#run(blocks);
    const lane = this.#waiting[blocks]!;
    this.#waiting[blocks] = lane + 1;
    const at = blocks * LANES + lane;
    this.#target[at] = target;
    const offset = at * LANE_BYTES;
    if (this.#length[at] !== length) this.#pad(at, offset, length, blocks);
    return offset;
  }

  /** PERF: neighbours in a tree are of one length mostly, and the padding of the last message in a lane is still there. */
  #pad(at: number, offset: number, length: number, blocks: number): void {
    this.#length[at] = length;
    const end = offset + blocks * BLOCK_BYTES;
    const memory = this.memory;
    memory[offset + length] = 0x80;
    memory.fill(0, offset + length + 1, end - 2);
    memory[end - 2] = length >>> 5;
    memory[end - 1] = (length << 3) & 0xff;
  }

  /** Hashes what waits. */
  flush(): void {
    for (let blocks = 1; blocks <= BLOCKS_MAX; blocks += 1) if (this.#waiting[blocks]! > 0) this.#run(blocks);
  }

  #run(blocks: number): void {
    const count = this.#waiting[blocks]!;
    this.#waiting[blocks] = 0;
    const first = blocks * LANES;
    if (this.#hashLanes === undefined) this.#hashOneByOne(first, count);
    else this.#hashLanes(first * LANE_BYTES, blocks);
    const digests = this.#digests;
    const out = this.#out;
    for (let lane = 0; lane < count; lane += 1) {
      // Copied as words of this machine's byte order on both sides, so that the bytes stay as they are.
      const target = this.#target[first + lane]! / 4;
      const source = lane * DIGEST_WORDS;
      for (let at = 0; at < DIGEST_WORDS; at += 1) out[target + at] = digests[source + at]!;
    }
  }

  #hashOneByOne(first: number, count: number): void {
    for (let lane = 0; lane < count; lane += 1) {
      const offset = (first + lane) * LANE_BYTES;
      const digest = hash("sha256", this.memory.subarray(offset, offset + this.#length[first + lane]!), "buffer");
      this.memory.set(digest, OUTPUT_OFFSET + lane * DIGEST_BYTES);
    }
  }
}
