// Values of the state that every transaction reads and hardly one writes, such as parameters.

/**
 * Decodes bytes of a store once for each bytes object: a store gives the same object for a key until it is written again.
 * What it gives is shared: nobody may change it.
 */
export class DecodedOnce<T> {
  readonly #decode: (bytes: Uint8Array) => T;
  readonly #known = new WeakMap<Uint8Array, { readonly value: T }>();

  constructor(decode: (bytes: Uint8Array) => T) {
    this.#decode = decode;
  }

  get(bytes: Uint8Array): T {
    const known = this.#known.get(bytes);
    if (known !== undefined) return known.value;
    const value = this.#decode(bytes);
    this.#known.set(bytes, { value });
    return value;
  }
}
