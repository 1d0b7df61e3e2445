// A value of a store together with what it says. A value is decoded once, for as long as its key is not written again:
// every step of a transaction looks at the same accounts and parameters.

/** Reads bytes. One object for all values of a kind: it is what a decoded value is recognised by. */
export type Decoder<T> = (bytes: Uint8Array) => T;

/** A value. Neither its bytes nor what was decoded from them may be changed. */
export class StoredValue {
  /** Bytes that the value has. */
  readonly length: number;
  #bytes: Uint8Array | undefined;
  #encode: ((decoded: unknown) => Uint8Array) | undefined;
  #decoder: Decoder<unknown> | undefined;
  #decoded: unknown;

  constructor(bytes: Uint8Array | number) {
    this.length = typeof bytes === "number" ? bytes : bytes.length;
    this.#bytes = typeof bytes === "number" ? undefined : bytes;
  }

  get bytes(): Uint8Array {
    if (this.#bytes === undefined) {
      // Who gave no bytes gave what makes them.
      this.#bytes = this.#encode!(this.#decoded);
      if (this.#bytes.length !== this.length)
        throw new Error(`a value of ${this.length} bytes has ${this.#bytes.length}`);
      this.#encode = undefined;
    }
    return this.#bytes;
  }

  /** A value whose decoded form is known: what `decode` would give for the bytes. */
  static of<T>(bytes: Uint8Array, decode: Decoder<T>, decoded: T): StoredValue {
    const value = new StoredValue(bytes);
    value.#decoder = decode;
    value.#decoded = decoded;
    return value;
  }

  /**
   * A value whose bytes are made when they are first asked for: what a check writes is only ever read decoded. `length` is
   * how many they will be.
   */
  static lazy<T>(length: number, encode: (decoded: T) => Uint8Array, decode: Decoder<T>, decoded: T): StoredValue {
    const value = new StoredValue(length);
    // It is given what stands here.
    value.#encode = encode as (decoded: unknown) => Uint8Array;
    value.#decoder = decode;
    value.#decoded = decoded;
    return value;
  }

  /** The decoded form. PERF: a comparison, but for the first time. Throws what `decode` throws. */
  as<T>(decode: Decoder<T>): T {
    if (this.#decoder !== decode) {
      // In this order: the bytes may be made of what was decoded before.
      const { bytes } = this;
      this.#decoded = decode(bytes);
      this.#decoder = decode;
    }
    // The decoder made it.
    return this.#decoded as T;
  }
}
