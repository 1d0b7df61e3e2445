// Keys that are made of an address. PERF: the steps of a check ask for the same two accounts, the signer's and the fee
// collector's, ten times; a key is an object of 240 bytes, and its text one of 40.

/** Addresses whose keys are known. */
const KNOWN_MAX = 4;

/** Keys of the addresses that were asked for last. */
export class KeysOfAddresses {
  readonly #make: (address: Uint8Array) => Uint8Array;
  readonly #addresses: Uint8Array[] = [];
  readonly #keys: Uint8Array[] = [];
  #next = 0;

  constructor(make: (address: Uint8Array) => Uint8Array) {
    this.#make = make;
  }

  /** The key of an address, which must not change: it is known by the array that it is. Read-only. */
  get(address: Uint8Array): Uint8Array {
    const known = this.#addresses.indexOf(address);
    if (known >= 0) return this.#keys[known]!;
    const key = this.#make(address);
    this.#addresses[this.#next] = address;
    this.#keys[this.#next] = key;
    this.#next = (this.#next + 1) % KNOWN_MAX;
    return key;
  }
}
