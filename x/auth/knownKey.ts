// What was worked out from a public key's Any, kept with it as an Any of the Go SDK keeps its value: each step of a check
// asks for the key of the same account, and the block asks again.

import type { Any } from "../../gen/google/protobuf/any.ts";
import { bytesEqual } from "../../src/codec/bytes.ts";
import { addressOfPubKey } from "../../src/crypto/address.ts";
import { decodePubKey, type PubKey } from "../../src/crypto/pubKey.ts";

/** A public key that was decoded. */
export class KnownKey {
  readonly pubKey: PubKey;
  #address: Uint8Array | undefined;

  constructor(pubKey: PubKey) {
    this.pubKey = pubKey;
  }

  /** The address that the key signs for. Read-only. */
  get address(): Uint8Array {
    this.#address ??= addressOfPubKey(this.pubKey);
    return this.#address;
  }
}

/** What is known of a key. */
export interface KeyNotes {
  key: KnownKey | undefined;
  /** The stored account with this number and the key, up to its sequence (see `accountBytes`). */
  accountStart: { readonly accountNumber: bigint; readonly bytes: Uint8Array } | undefined;
}

const NOTES = Symbol("notes");
type NotedAny = Any & { readonly [NOTES]?: KeyNotes };

/** The notes on a public key's Any, which must not be changed afterwards. They do not show when it is compared. */
export function notesOn(any: NotedAny): KeyNotes {
  const known = any[NOTES];
  if (known !== undefined) return known;
  const notes: KeyNotes = { key: undefined, accountStart: undefined };
  Object.defineProperty(any, NOTES, { value: notes });
  return notes;
}

/** The key in an Any. Throws PubKeyError. PERF: 3 us with its address, the first time. */
export function knownKeyOf(any: NotedAny): KnownKey {
  const known = any[NOTES]?.key;
  if (known !== undefined) return known;
  const key = new KnownKey(decodePubKey(any));
  notesOn(any).key = key;
  return key;
}

/** Lets the Any of a transaction know what that of an account knows, if they carry the same key. */
export function shareKnownKey(any: Any, known: Any): void {
  if (any.typeUrl === known.typeUrl && bytesEqual(any.value, known.value)) notesOn(any).key ??= notesOn(known).key;
}
