// Messages on a socket: each with its length before it, as an unsigned varint (cometbft v0.38 libs/protoio, abci/types/
// messages.go).

import { AbciError } from "./abciError.ts";

/**
 * No request is longer. A block has at most 100 MiB (types/params.go MaxBlockSizeBytes); the genesis is the only other
 * message that may be long. CometBFT itself stops at 2 GiB.
 */
export const FRAME_BYTES_MAX = 256 << 20;
/** 2^35 is more than the maximum: a length has at most five groups of seven bits. */
const LENGTH_BYTES_MAX = 5;

/** Puts frames together from the pieces in which a socket delivers them. */
export class FrameReader {
  readonly #maxBytes: number;
  /** What has come of the frame so far, without its length. */
  #pieces: Uint8Array[] = [];
  #pieceBytes = 0;
  /** The length of the frame; undefined while its own bytes are read. */
  #frameBytes: number | undefined;
  #length = 0;
  #lengthBytes = 0;

  constructor(maxBytes = FRAME_BYTES_MAX) {
    this.#maxBytes = maxBytes;
  }

  /** Whether a frame has begun and is not whole. */
  get isInside(): boolean {
    return this.#lengthBytes > 0;
  }

  /**
   * The frames that end in `chunk`. Each is a copy: what is kept of a transaction does not keep the chunk. Throws
   * AbciError `protocol` when a length is malformed or too large; nothing may be pushed after that.
   */
  *push(chunk: Uint8Array): IterableIterator<Uint8Array> {
    let offset = 0;
    while (offset < chunk.length) {
      if (this.#frameBytes === undefined) {
        this.#takeLengthByte(chunk[offset]!);
        offset += 1;
      } else {
        const piece = chunk.subarray(offset, offset + this.#frameBytes - this.#pieceBytes);
        this.#pieces.push(piece);
        this.#pieceBytes += piece.length;
        offset += piece.length;
      }
      if (this.#frameBytes === this.#pieceBytes) yield this.#finish();
    }
  }

  #takeLengthByte(byte: number): void {
    this.#length += (byte & 0x7f) * 2 ** (7 * this.#lengthBytes);
    this.#lengthBytes += 1;
    if (byte < 0x80) {
      if (this.#length > this.#maxBytes) {
        throw new AbciError("protocol", `a message of ${this.#length} bytes; at most ${this.#maxBytes} are read`);
      }
      this.#frameBytes = this.#length;
    } else if (this.#lengthBytes === LENGTH_BYTES_MAX) {
      throw new AbciError("protocol", `the length of a message has more than ${LENGTH_BYTES_MAX} bytes`);
    }
  }

  #finish(): Uint8Array {
    const frame = new Uint8Array(this.#pieceBytes);
    let offset = 0;
    for (const piece of this.#pieces) {
      frame.set(piece, offset);
      offset += piece.length;
    }
    this.#pieces = [];
    this.#pieceBytes = 0;
    this.#frameBytes = undefined;
    this.#length = 0;
    this.#lengthBytes = 0;
    return frame;
  }
}

/** The bytes of a length, to be sent before the message. */
export function frameLength(length: number): Uint8Array {
  const bytes: number[] = [];
  let rest = length;
  for (; rest >= 0x80; rest = Math.trunc(rest / 0x80)) bytes.push((rest % 0x80) | 0x80);
  bytes.push(rest);
  return Uint8Array.from(bytes);
}
