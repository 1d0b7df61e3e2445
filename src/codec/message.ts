// What ts-proto generates for a message type, as an interface that code can be generic over.

import type { BinaryReader, BinaryWriter } from "@bufbuild/protobuf/wire";

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
