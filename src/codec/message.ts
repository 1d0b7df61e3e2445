// What ts-proto generates for a message type, as an interface that code can be generic over.

import { type BinaryReader, BinaryWriter } from "@bufbuild/protobuf/wire";

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

/** The bytes of a message, the caller's own. PERF: the writer is used again; a new one costs 0.5 us and a buffer. */
export function encodeMessage<T>(codec: Pick<MessageCodec<T>, "encode">, message: T): Uint8Array {
  const writer = spare ?? new BinaryWriter();
  // Nobody else has it meanwhile, and a writer that an error left half written is not used again.
  spare = undefined;
  const bytes = codec.encode(message, writer).finish();
  if (bytes.length <= KEPT_BYTES_MAX) spare = writer;
  return bytes;
}
