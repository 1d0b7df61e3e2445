// Byte strings: comparison, concatenation and their text forms. Text is parsed strictly: one text for each byte string.

/** Orders as Go's bytes.Compare does: byte by byte, a prefix before what it begins. Negative, zero or positive. */
export function compareBytes(a: Uint8Array, b: Uint8Array): number {
  return Buffer.compare(a, b);
}

/** Whether both have the same length and content. Not in constant time: never for secrets. */
export function bytesEqual(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && Buffer.compare(a, b) === 0;
}

/** A new array with the parts one after the other. */
export function concatBytes(...parts: readonly Uint8Array[]): Uint8Array {
  let length = 0;
  for (const part of parts) length += part.length;
  const joined = new Uint8Array(length);
  let offset = 0;
  for (const part of parts) {
    joined.set(part, offset);
    offset += part.length;
  }
  return joined;
}

/** A view of the same memory as a Buffer, whose text methods are native. */
function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** A plain copy that does not share memory with Buffer's pool. */
function ownBytes(buffer: Buffer): Uint8Array {
  return new Uint8Array(buffer);
}

/** Lower-case hex, two digits for each byte, without `0x`. */
export function toHex(bytes: Uint8Array): string {
  return asBuffer(bytes).toString("hex");
}

const HEX = /^(?:[0-9a-fA-F]{2})*$/;

/** Bytes of an even number of hex digits in either case, without `0x`. Throws a plain Error on anything else. */
export function fromHex(text: string): Uint8Array {
  if (!HEX.test(text)) throw new Error(`invalid hex text of ${text.length} characters`);
  return ownBytes(Buffer.from(text, "hex"));
}

/** Base64 of RFC 4648 section 4, padded. */
export function toBase64(bytes: Uint8Array): string {
  return asBuffer(bytes).toString("base64");
}

const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;

/** Bytes of padded base64 in its only canonical form (no spaces, no url alphabet, zero trailing bits); else an Error. */
export function fromBase64(text: string): Uint8Array {
  if (text.length % 4 !== 0 || !BASE64.test(text)) throw new Error(`invalid base64 text of ${text.length} characters`);
  const buffer = Buffer.from(text, "base64");
  if (buffer.toString("base64") !== text) throw new Error("base64 text is not canonical");
  return ownBytes(buffer);
}

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** UTF-8 bytes of a text; lone surrogates become U+FFFD, as in every web API. */
export function utf8(text: string): Uint8Array {
  return encoder.encode(text);
}

/** Text of UTF-8 bytes; a byte order mark is kept. Throws a plain Error when the bytes are not valid UTF-8. */
export function fromUtf8(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes);
  } catch (cause) {
    throw new Error("invalid UTF-8", { cause });
  }
}
