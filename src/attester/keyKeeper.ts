// Where the keys come from, and how they change. The keys that somebody gives change with the configuration; where they
// protect nothing, in tests and devnets, they can be rotated while the attester runs.

import { fromHex } from "../codec/bytes.ts";
import type { Journal } from "./journal.ts";
import { type AttesterKeys, deriveKeys, KeyRing, type KeySet, type PublicKey, type RetiredKey } from "./keyRing.ts";
import { hex } from "./messageRecord.ts";

/** The keys that an attester begins with. */
export interface KeySource extends AttesterKeys {
  /** Keys that signed before, and are still shown. */
  readonly retired?: readonly PublicKey[] | undefined;
  /** Lets keys be rotated: what the new ones are derived from. Whoever knows it has them. */
  readonly rotationSeed?: string | undefined;
}

/** Retired keys of the configuration are shown until they are taken out of it. */
const ALWAYS_MS = Number.MAX_SAFE_INTEGER;

/** Keys that cannot be rotated because somebody else keeps them. */
export class RotationError extends RangeError {
  constructor() {
    super("these keys change with the configuration only");
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
    return { v1: this.#keySet(1, this.#source.v1), v2: this.#keySet(2, this.#source.v2) };
  }

  /** The keys that were given; after a rotation as many others. */
  #keySet(version: 1 | 2, given: KeySet | undefined): KeySet | undefined {
    const generation = this.#generation(version);
    const seed = this.#source.rotationSeed;
    if (given === undefined || seed === undefined || generation === 0) return given;
    const { privKeys, threshold } = given;
    return deriveKeys(`${seed} #${generation}`, { version, count: privKeys.length, threshold });
  }

  #retired(): readonly RetiredKey[] {
    const given = (this.#source.retired ?? []).map((key) => ({ ...key, untilMs: ALWAYS_MS }));
    return [...given, ...this.#rotatedOut()];
  }

  #rotatedOut(): readonly RetiredKey[] {
    const list: { version: 1 | 2; publicKey: string; address: string; untilMs: number }[] = JSON.parse(
      this.#journal.value("retired") ?? "[]",
    );
    const bytes = (text: string): Uint8Array => fromHex(text.slice(2));
    return list.map((key) => ({ ...key, publicKey: bytes(key.publicKey), address: bytes(key.address) }));
  }

  /** New keys from now on; the old ones are shown until then. Rejects with RotationError. */
  async rotate(version: 1 | 2, untilMs: number): Promise<readonly PublicKey[]> {
    if (this.#source.rotationSeed === undefined || !this.ring.has(version)) throw new RotationError();
    const retiring = this.ring.currentKeys(version).map((key) => ({ ...key, untilMs }));
    const retired = [...this.#rotatedOut(), ...retiring].map((key) => ({
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
