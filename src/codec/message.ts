// What ts-proto generates for a message type, as an interface that code can be generic over.

import { BinaryReader, BinaryWriter } from "@bufbuild/protobuf/wire";
import { messageSlab } from "./byteSlab.ts";
import { validUtf8 } from "./bytes.ts";

/** The codec of one protobuf message type: `MsgSend`, `QueryBalanceRequest` and so on from `gen/`. */
export interface MessageCodec<T> {
  /** Full protobuf name, without a leading dot or slash: `cosmos.bank.v1beta1.MsgSend`. */
  readonly $type: string;
  encode(message: T, writer?: BinaryWriter): BinaryWriter;
  /** Throws a plain Error on truncated or malformed bytes; unknown fields are skipped. */
  decode(input: BinaryReader | Uint8Array, length?: number): T;
  // biome-ignore lint/suspicious/noExplicitAny: ts-proto's DeepPartial<T> cannot be named generically.
  fromPartial(object: any): T;
}

/** `/cosmos.bank.v1beta1.MsgSend` for the codec of MsgSend. */
export function typeUrlOf(codec: { readonly $type: string }): string {
  return `/${codec.$type}`;
}

/** A writer that grew beyond this is not kept. */
const KEPT_BYTES_MAX = 16_384;
let spare: BinaryWriter | undefined;

/** Texts up to this length have a length of one byte. */
const SHORT_TEXT_MAX = 127;
const shortText = new Uint8Array(SHORT_TEXT_MAX);
/** Its beginnings, by their length. */
const shortTexts = Array.from({ length: SHORT_TEXT_MAX + 1 }, (_, length) => shortText.subarray(0, length));

/** What the library's writer has written so far: the first `pos` bytes of the buffer. */
interface Written {
  readonly buffer: Uint8Array;
  pos: number;
}

/** Above it a native call is faster. */
const COPIED_IN_LOOP_MAX = 64;

/** Writes short ASCII in a loop, addresses too: the library does from 32 characters on what it does for any text. */
class TextWriter extends BinaryWriter {
  override string(text: string): this {
    const { length } = text;
    if (length > SHORT_TEXT_MAX) return super.string(text);
    for (let index = 0; index < length; index += 1) {
      const code = text.charCodeAt(index);
      if (code > 0x7f) return super.string(text);
      shortText[index] = code;
    }
    return this.bytes(shortTexts[length]!);
  }

  override finish(): Uint8Array<ArrayBuffer> {
    // Both are there, but private.
    const written = this as unknown as Written;
    const bytes = messageSlab.take(written.pos);
    if (bytes.length > COPIED_IN_LOOP_MAX) bytes.set(written.buffer.subarray(0, bytes.length));
    else for (let at = 0; at < bytes.length; at += 1) bytes[at] = written.buffer[at]!;
    written.pos = 0;
    return bytes;
  }
}

/**
 * The bytes of a message, the caller's own, in memory shared with other messages. PERF: the writer is used again; a new one
 * costs 0.5 us and a buffer.
 */
export function encodeMessage<T>(codec: Pick<MessageCodec<T>, "encode">, message: T): Uint8Array {
  const writer = spare ?? new TextWriter();
  // Nobody else has it meanwhile, and a writer that an error left half written is not used again.
  spare = undefined;
  const bytes = codec.encode(message, writer).finish();
  if (bytes.length <= KEPT_BYTES_MAX) spare = writer;
  return bytes;
}

/**
 * Reads texts out of the bytes in one native call. PERF: the library makes an array of the characters first, or a view of
 * the bytes: 300 to 400 bytes for each text of an order.
 */
class TextReader extends BinaryReader {
  readonly #bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    super(bytes);
    this.#bytes = bytes;
  }

  override string(): string {
    const length = this.uint32();
    const start = this.pos;
    this.pos += length;
    if (this.pos > this.len) throw new RangeError("premature EOF");
    return length === 0 ? "" : validUtf8(this.#bytes, start, this.pos);
  }
}

/** The message in bytes. Throws as `codec.decode`. */
export function decodeMessage<T>(codec: Pick<MessageCodec<T>, "decode">, bytes: Uint8Array): T {
  return codec.decode(new TextReader(bytes));
}
