// Public keys that come again, in their full form: to find y for the x of a compressed key takes a tenth of the time of a
// verification. A key is expanded when it is seen for the second time, so that one that comes once costs nothing.

import { fullPublicKey } from "./secp256k1.ts";

/** Keys of one generation; two are alive. A key takes 200 bytes. */
export const KNOWN_KEYS_MAX = 50_000;

/** Full keys by compressed key. */
export class KnownKeys {
  readonly #max: number;
  /** `null`: seen once. */
  #young = new Map<string, Uint8Array | null>();
  #old = new Map<string, Uint8Array | null>();

  constructor(max = KNOWN_KEYS_MAX) {
    this.#max = max;
  }

  /** The full form (65 bytes) of a compressed key; undefined when it is seen for the first time. Throws when it is no point of the curve. */
  find(pubKey: Uint8Array): Uint8Array | undefined {
    const text = String.fromCharCode(...pubKey);
    const known = this.#young.get(text);
    if (known != null) return known;
    const isSeen = known === null || this.#old.has(text);
    const full = isSeen ? (this.#old.get(text) ?? fullPublicKey(pubKey)) : null;
    this.#set(text, full);
    return full ?? undefined;
  }

  /** When the young generation is full it becomes the old one, which is forgotten. */
  #set(text: string, full: Uint8Array | null): void {
    this.#young.set(text, full);
    if (this.#young.size < this.#max) return;
    this.#old = this.#young;
    this.#young = new Map();
  }
}
