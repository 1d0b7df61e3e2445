// Where the keys come from, and how they change. Given keys change with the configuration; derived ones, which are for
// tests and devnets, can be rotated while the attester runs.

import { fromHex } from "../codec/bytes.ts";
import type { Journal } from "./journal.ts";
import { type AttesterKeys, deriveKeys, KeyRing, type KeySet, type PublicKey, type RetiredKey } from "./keyRing.ts";
import { hex } from "./messageRecord.ts";

/** How many keys, and how many of them sign. */
export interface KeyCount {
  readonly count: number;
  readonly threshold: number;
}

/** Keys that somebody keeps, or keys that follow from a text that protects nothing. */
export type KeySource =
  | { readonly kind: "given"; readonly keys: AttesterKeys; readonly retired?: readonly PublicKey[] | undefined }
  | {
      readonly kind: "derived";
      readonly seed: string;
      readonly v1?: KeyCount | undefined;
      readonly v2?: KeyCount | undefined;
    };

/** Retired keys of the configuration are shown until they are taken out of it. */
const ALWAYS_MS = Number.MAX_SAFE_INTEGER;

/** The keys that were derived after so many rotations. Generation 0 are the first. */
export function derivedKeySet(seed: string, version: 1 | 2, count: KeyCount, generation: number): KeySet {
  return deriveKeys(generation === 0 ? seed : `${seed} #${generation}`, { version, ...count });
}

/** Keys that cannot be rotated because somebody else keeps them. */
export class RotationError extends RangeError {
  constructor() {
    super("only derived keys can be rotated here; given keys change with the configuration");
    this.name = "RotationError";
  }
}

/** The keys of an attester, and what the journal says of them. */
export class KeyKeeper {
  readonly ring: KeyRing;
  readonly #source: KeySource;
  readonly #journal: Journal;

  /** Throws AttesterKeyError. */
  constructor(source: KeySource, journal: Journal) {
    this.#source = source;
    this.#journal = journal;
    this.ring = new KeyRing(this.#keys(), this.#retired());
  }

  /** Reads the journal again, which was taken back. */
  reload(): void {
    this.ring.replace(this.#keys(), this.#retired());
  }

  #generation(version: 1 | 2): number {
    return Number(this.#journal.value(`generation/${version}`) ?? "0");
  }

  #keys(): AttesterKeys {
    const source = this.#source;
    if (source.kind === "given") return source.keys;
    const set = (version: 1 | 2, count: KeyCount | undefined): KeySet | undefined =>
      count && derivedKeySet(source.seed, version, count, this.#generation(version));
    return { v1: set(1, source.v1), v2: set(2, source.v2) };
  }

  #retired(): readonly RetiredKey[] {
    if (this.#source.kind === "given") {
      return (this.#source.retired ?? []).map((key) => ({ ...key, untilMs: ALWAYS_MS }));
    }
    const list: { version: 1 | 2; publicKey: string; address: string; untilMs: number }[] = JSON.parse(
      this.#journal.value("retired") ?? "[]",
    );
    const bytes = (text: string): Uint8Array => fromHex(text.slice(2));
    return list.map((key) => ({ ...key, publicKey: bytes(key.publicKey), address: bytes(key.address) }));
  }

  /** New keys from now on; the old ones are shown until then. Rejects with RotationError. */
  async rotate(version: 1 | 2, untilMs: number): Promise<readonly PublicKey[]> {
    if (this.#source.kind === "given" || !this.ring.has(version)) throw new RotationError();
    const retiring = this.ring.currentKeys(version).map((key) => ({ ...key, untilMs }));
    const retired = [...this.#retired(), ...retiring].map((key) => ({
      ...key,
      publicKey: hex(key.publicKey),
      address: hex(key.address),
    }));
    const values = {
      [`generation/${version}`]: String(this.#generation(version) + 1),
      retired: JSON.stringify(retired),
    };
    await this.#journal.write({ values });
    this.reload();
    return this.ring.currentKeys(version);
  }
}
