// Messages that hold what is stored, byte for byte: a stored message becomes a field of another one as tag, length and its
// own bytes. It was encoded by the codec that would encode it again, so the bytes are the same, without reading them.

import { BinaryReader, BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import type { MessageCodec } from "./message.ts";

/** A message of which some fields are given as stored bytes: of one message, or of each in a list. */
export type WithStored<T, F extends keyof T> = Omit<T, F> & {
  readonly [K in F]: T[K] extends readonly unknown[] ? readonly Uint8Array[] : Uint8Array;
};

/**
 * The codec of a message some of whose fields are given as stored bytes. `fields` are their numbers, which rise and come
 * before all others of the message: so they are written first, as the message's own codec does.
 */
export function storedFieldsCodec<T, F extends keyof T & string>(
  codec: MessageCodec<T>,
  fields: Readonly<Record<F, number>>,
): MessageCodec<WithStored<T, F>> {
  const stored = Object.entries<number>(fields) as [F, number][];
  // Without them the message is encoded as if they were not set.
  const unset = Object.fromEntries(stored.map(([name]) => [name, codec.fromPartial({})[name]]));
  return {
    $type: codec.$type,
    encode(message, writer = new BinaryWriter()) {
      for (const [name, number] of stored) {
        const value = message[name] as Uint8Array | readonly Uint8Array[];
        for (const bytes of value instanceof Uint8Array ? [value] : value) {
          writer.tag(number, WireType.LengthDelimited).bytes(bytes);
        }
      }
      // What was taken out has the value that stands for nothing.
      return codec.encode({ ...message, ...unset } as T, writer);
    },
    // Who reads gets messages: only handlers, which write, know the stored form.
    decode: codec.decode as unknown as MessageCodec<WithStored<T, F>>["decode"],
    fromPartial: codec.fromPartial as unknown as MessageCodec<WithStored<T, F>>["fromPartial"],
  };
}

/** Texts in fields of an encoded message, by number, "" where they are not set. PERF: nothing else is decoded. */
export function textFields<N extends number>(bytes: Uint8Array, numbers: readonly N[]): Readonly<Record<N, string>> {
  const texts = Object.fromEntries(numbers.map((number) => [number, ""])) as Record<N, string>;
  const reader = new BinaryReader(bytes);
  while (reader.pos < reader.len) {
    const [number, type] = reader.tag();
    if (type === WireType.LengthDelimited && number in texts) texts[number as N] = reader.string();
    else reader.skip(type, number);
  }
  return texts;
}
