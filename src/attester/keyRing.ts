// The attesters' keys. They live in private fields of this class alone: no log, error or snapshot can show them.

import { evmAddressOfPublicKey } from "../cctp/addresses.ts";
import { signAttestation } from "../cctp/signAttestation.ts";
import { concatBytes, toHex, utf8 } from "../codec/bytes.ts";
import { keccak256 } from "../crypto/hash.ts";
import { fullPublicKey, publicKeyOf } from "../crypto/secp256k1.ts";

/** Most keys of one version. */
export const KEYS_MAX = 32;

/** Keys that are enabled together, and how many of them sign: the first ones. */
export interface KeySet {
  /** 32 bytes each. */
  readonly privKeys: readonly Uint8Array[];
  readonly threshold: number;
}

/** The keys of both versions; an absent version is not attested. */
export interface AttesterKeys {
  readonly v1?: KeySet | undefined;
  readonly v2?: KeySet | undefined;
}

/** What everybody may know of a key. */
export interface PublicKey {
  readonly version: 1 | 2;
  /** 65 bytes. */
  readonly publicKey: Uint8Array;
  /** 20 bytes. */
  readonly address: Uint8Array;
}

/** A key that signs no more, and until when it is still shown (milliseconds since 1970). */
export interface RetiredKey extends PublicKey {
  readonly untilMs: number;
}

/** Keys that cannot be used. */
export class AttesterKeyError extends Error {
  readonly code = "unusable_keys";

  constructor(message: string) {
    super(message);
    this.name = "AttesterKeyError";
  }
}

/**
 * Keys that follow from a text: the same wherever it is the same. For tests and devnets; whoever knows the text has the
 * keys.
 */
export function deriveKeys(
  seed: string,
  { version, count, threshold }: { readonly version: 1 | 2; readonly count: number; readonly threshold: number },
): KeySet {
  const keyAt = (index: number) => keccak256(concatBytes(utf8(seed), Uint8Array.of(0, version, index)));
  return { privKeys: Array.from({ length: count }, (_, index) => keyAt(index)), threshold };
}

function publicOf(version: 1 | 2, privKey: Uint8Array): PublicKey {
  const compressed = publicKeyOf(privKey);
  return { version, publicKey: fullPublicKey(compressed), address: evmAddressOfPublicKey(compressed) };
}

/** Throws AttesterKeyError. */
function checkKeySet(version: 1 | 2, { privKeys, threshold }: KeySet): readonly PublicKey[] {
  const refuse = (text: string): never => {
    throw new AttesterKeyError(`keys of V${version}: ${text}`);
  };
  if (privKeys.length === 0 || privKeys.length > KEYS_MAX) refuse(`expected 1 to ${KEYS_MAX}, got ${privKeys.length}`);
  if (!Number.isInteger(threshold) || threshold < 1 || threshold > privKeys.length) {
    refuse(`the threshold is ${threshold}, of ${privKeys.length} keys`);
  }
  const keys = privKeys.map((privKey, index) => {
    try {
      return publicOf(version, privKey);
    } catch (error) {
      // The library's error may show the bytes.
      if (error instanceof Error) return refuse(`number ${index + 1} is no private key`);
      throw error;
    }
  });
  const addresses = new Set(keys.map(({ address }) => toHex(address)));
  if (addresses.size < keys.length) refuse("one of them stands there twice");
  return keys;
}

/** Signs, and tells who signs. */
export class KeyRing {
  #sets: ReadonlyMap<1 | 2, KeySet> = new Map();
  #current: ReadonlyMap<1 | 2, readonly PublicKey[]> = new Map();
  #retired: readonly RetiredKey[] = [];

  /** Throws AttesterKeyError when keys or thresholds cannot be used. */
  constructor(keys: AttesterKeys, retired: readonly RetiredKey[] = []) {
    this.replace(keys, retired);
  }

  /** Signs with these from now on. Throws AttesterKeyError; nothing changes then. */
  replace({ v1, v2 }: AttesterKeys, retired: readonly RetiredKey[]): void {
    const sets = new Map<1 | 2, KeySet>();
    if (v1 !== undefined) sets.set(1, v1);
    if (v2 !== undefined) sets.set(2, v2);
    this.#current = new Map([...sets].map(([version, set]) => [version, checkKeySet(version, set)]));
    this.#sets = sets;
    this.#retired = retired;
  }

  /** Whether messages of a version are attested. */
  has(version: 1 | 2): boolean {
    return this.#sets.has(version);
  }

  /** The signatures of `threshold` keys, in ascending order of their addresses. PERF: about 100 us each. */
  sign(version: 1 | 2, message: Uint8Array): Uint8Array {
    const set = this.#sets.get(version);
    if (set === undefined) throw new AttesterKeyError(`there are no keys of V${version}`);
    return signAttestation(message, set.privKeys.slice(0, set.threshold));
  }

  /** The keys that sign. */
  currentKeys(version: 1 | 2): readonly PublicKey[] {
    return this.#current.get(version) ?? [];
  }

  /** The keys that sign, and behind them those that did a while ago. */
  shownKeys(version: 1 | 2, nowMs: number): readonly PublicKey[] {
    const retired = this.#retired.filter((key) => key.version === version && key.untilMs > nowMs);
    return [...this.currentKeys(version), ...retired];
  }

  /** How many sign; undefined when nobody does. */
  threshold(version: 1 | 2): number | undefined {
    return this.#sets.get(version)?.threshold;
  }
}
