// Public keys as transactions carry them: an Any of one of three types (cosmos-sdk v0.53
// crypto/keys/{secp256k1,ed25519,multisig}). Decoding checks all that takes no arithmetic on a curve: bytes that are no
// point verify no signature.

import { PubKey as Ed25519PubKey } from "../../gen/cosmos/crypto/ed25519/keys.ts";
import { LegacyAminoPubKey } from "../../gen/cosmos/crypto/multisig/keys.ts";
import { PubKey as Secp256k1PubKey } from "../../gen/cosmos/crypto/secp256k1/keys.ts";
import type { Any } from "../../gen/google/protobuf/any.ts";
import { SECP256K1_PUBKEY_BYTES } from "./secp256k1.ts";

/** A key that signs by itself. */
export type SinglePubKey =
  | { readonly kind: "secp256k1" /** 33 bytes, compressed. */; readonly key: Uint8Array }
  | { readonly kind: "ed25519" /** 32 bytes. */; readonly key: Uint8Array };

/** `threshold` of `members` must sign; 1 <= threshold <= members.length. A key may be a member twice. */
export interface MultisigPubKey {
  readonly kind: "multisig";
  readonly threshold: number;
  readonly members: readonly PubKey[];
}

/** A public key. */
export type PubKey = SinglePubKey | MultisigPubKey;

/** The type URL of each kind. */
export const PUBKEY_TYPE_URLS = Object.freeze({
  secp256k1: `/${Secp256k1PubKey.$type}`,
  ed25519: `/${Ed25519PubKey.$type}`,
  multisig: `/${LegacyAminoPubKey.$type}`,
});

/** Bytes of an ed25519 key. */
export const ED25519_PUBKEY_BYTES = 32;
/** Multisig keys in multisig keys: more than this is refused. */
export const MULTISIG_DEPTH_MAX = 4;
/** Members of one multisig key, those of inner multisig keys included. Gas makes far fewer practical. */
export const MULTISIG_MEMBERS_MAX = 128;

/** A public key that is malformed or of a type that cannot sign. */
export class PubKeyError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "PubKeyError";
  }
}

function decodeMessage<T>(codec: { $type: string; decode(bytes: Uint8Array): T }, bytes: Uint8Array): T {
  try {
    return codec.decode(bytes);
  } catch (cause) {
    throw new PubKeyError(`${codec.$type}: malformed protobuf`, { cause });
  }
}

function decodeSecp256k1(bytes: Uint8Array): PubKey {
  const { key } = decodeMessage(Secp256k1PubKey, bytes);
  if (key.length !== SECP256K1_PUBKEY_BYTES) {
    throw new PubKeyError(`secp256k1 key: expected ${SECP256K1_PUBKEY_BYTES} bytes, got ${key.length}`);
  }
  if (key[0] !== 2 && key[0] !== 3) {
    throw new PubKeyError(`secp256k1 key: expected a compressed point, which begins with 2 or 3, not ${key[0]}`);
  }
  return { kind: "secp256k1", key: new Uint8Array(key) };
}

function decodeEd25519(bytes: Uint8Array): PubKey {
  const { key } = decodeMessage(Ed25519PubKey, bytes);
  if (key.length !== ED25519_PUBKEY_BYTES) {
    throw new PubKeyError(`ed25519 key: expected ${ED25519_PUBKEY_BYTES} bytes, got ${key.length}`);
  }
  return { kind: "ed25519", key: new Uint8Array(key) };
}

/** How many members may still come, over the whole key. */
interface Budget {
  members: number;
}

function decodeMultisig(bytes: Uint8Array, depth: number, budget: Budget): PubKey {
  if (depth >= MULTISIG_DEPTH_MAX) {
    throw new PubKeyError(`multisig keys are nested more than ${MULTISIG_DEPTH_MAX} deep`);
  }
  const { threshold, publicKeys } = decodeMessage(LegacyAminoPubKey, bytes);
  budget.members -= publicKeys.length;
  if (budget.members < 0) throw new PubKeyError(`multisig key: more than ${MULTISIG_MEMBERS_MAX} members`);
  // The SDK's constructor panics on these; its decoder would let them pass.
  if (threshold < 1 || threshold > publicKeys.length) {
    throw new PubKeyError(`multisig key: threshold ${threshold} of ${publicKeys.length} members`);
  }
  return { kind: "multisig", threshold, members: publicKeys.map((member) => decodeAt(member, depth + 1, budget)) };
}

function decodeAt(any: Pick<Any, "typeUrl" | "value">, depth: number, budget: Budget): PubKey {
  switch (any.typeUrl) {
    case PUBKEY_TYPE_URLS.secp256k1:
      return decodeSecp256k1(any.value);
    case PUBKEY_TYPE_URLS.ed25519:
      return decodeEd25519(any.value);
    case PUBKEY_TYPE_URLS.multisig:
      return decodeMultisig(any.value, depth, budget);
    default:
      throw new PubKeyError(`public keys of type ${JSON.stringify(any.typeUrl.slice(0, 100))} are not supported`);
  }
}

/** The public key in an Any. The keys are copies. Unknown fields are skipped, as protobuf does. Throws PubKeyError. */
export function decodePubKey(any: Pick<Any, "typeUrl" | "value">): PubKey {
  return decodeAt(any, 0, { members: MULTISIG_MEMBERS_MAX });
}

/** The Any of a public key. */
export function encodePubKey(pubKey: PubKey): Any {
  switch (pubKey.kind) {
    case "secp256k1":
      return { typeUrl: PUBKEY_TYPE_URLS.secp256k1, value: Secp256k1PubKey.encode({ key: pubKey.key }).finish() };
    case "ed25519":
      return { typeUrl: PUBKEY_TYPE_URLS.ed25519, value: Ed25519PubKey.encode({ key: pubKey.key }).finish() };
    case "multisig": {
      const publicKeys = pubKey.members.map(encodePubKey);
      const value = LegacyAminoPubKey.encode({ threshold: pubKey.threshold, publicKeys }).finish();
      return { typeUrl: PUBKEY_TYPE_URLS.multisig, value };
    }
  }
}

/** Keys that sign by themselves, those in inner multisig keys included (CountSubKeys of x/auth/ante). */
export function countSubKeys(pubKey: PubKey): number {
  if (pubKey.kind !== "multisig") return 1;
  let count = 0;
  for (const member of pubKey.members) count += countSubKeys(member);
  return count;
}
