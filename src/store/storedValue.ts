// A value of a store together with what it says. A value is decoded once, for as long as its key is not written again:
// every step of a transaction looks at the same accounts and parameters.

/** Reads bytes. One object for all values of a kind: it is what a decoded value is recognised by. */
export type Decoder<T> = (bytes: Uint8Array) => T;

/** A value. Neither its bytes nor what was decoded from them may be changed. */
export class StoredValue {
  readonly bytes: Uint8Array;
  #decoder: Decoder<unknown> | undefined;
  #decoded: unknown;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  /** A value whose decoded form is known: what `decode` would give for the bytes. */
  static of<T>(bytes: Uint8Array, decode: Decoder<T>, decoded: T): StoredValue {
    const value = new StoredValue(bytes);
    value.#decoder = decode;
    value.#decoded = decoded;
    return value;
  }

  /** The decoded form. PERF: a comparison, but for the first time. Throws what `decode` throws. */
  as<T>(decode: Decoder<T>): T {
    if (this.#decoder !== decode) {
      this.#decoded = decode(this.bytes);
      this.#decoder = decode;
    }
    // The decoder made it.
    return this.#decoded as T;
  }
}
