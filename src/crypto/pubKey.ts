// Public keys as transactions carry them: an Any of one of three types (cosmos-sdk crypto/keys).

import { PubKey as Ed25519PubKey } from "../../gen/cosmos/crypto/ed25519/keys.ts";
import { LegacyAminoPubKey } from "../../gen/cosmos/crypto/multisig/keys.ts";
import { PubKey as Secp256k1PubKey } from "../../gen/cosmos/crypto/secp256k1/keys.ts";
import type { Any } from "../../gen/google/protobuf/any.ts";
import { isSecp256k1PublicKey } from "./secp256k1.ts";

/** A public key. */
export type PubKey =
  | { readonly kind: "secp256k1" /** 33 bytes, compressed. */; readonly key: Uint8Array }
  | { readonly kind: "ed25519" /** 32 bytes. */; readonly key: Uint8Array }
  | { readonly kind: "multisig"; readonly threshold: number; readonly members: readonly PubKey[] };

/** The type URL of each kind. */
export const PUBKEY_TYPE_URLS = Object.freeze({
  secp256k1: `/${Secp256k1PubKey.$type}`,
  ed25519: `/${Ed25519PubKey.$type}`,
  multisig: `/${LegacyAminoPubKey.$type}`,
});

/** Multisig keys in multisig keys: more than this is refused. */
const MULTISIG_DEPTH_MAX = 4;
/** Members of one multisig key. Gas makes far fewer practical. */
const MULTISIG_MEMBERS_MAX = 128;

/** A public key that is malformed or of a type that cannot sign. */
export class PubKeyError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "PubKeyError";
  }
}

function decodeSecp256k1(bytes: Uint8Array): PubKey {
  const { key } = Secp256k1PubKey.decode(bytes);
  if (!isSecp256k1PublicKey(key)) throw new PubKeyError("secp256k1 key: expected 33 bytes, a compressed point");
  return { kind: "secp256k1", key };
}

function decodeMultisig(bytes: Uint8Array, depth: number): PubKey {
  if (depth >= MULTISIG_DEPTH_MAX)
    throw new PubKeyError(`multisig keys are nested more than ${MULTISIG_DEPTH_MAX} deep`);
  const { threshold, publicKeys } = LegacyAminoPubKey.decode(bytes);
  if (publicKeys.length === 0 || publicKeys.length > MULTISIG_MEMBERS_MAX) {
    throw new PubKeyError(`multisig key: expected 1 to ${MULTISIG_MEMBERS_MAX} members, got ${publicKeys.length}`);
  }
  if (threshold < 1 || threshold > publicKeys.length) {
    throw new PubKeyError(`multisig key: threshold ${threshold} of ${publicKeys.length} members`);
  }
  return { kind: "multisig", threshold, members: publicKeys.map((member) => decodeAt(member, depth + 1)) };
}

function decodeAt(any: Pick<Any, "typeUrl" | "value">, depth: number): PubKey {
  switch (any.typeUrl) {
    case PUBKEY_TYPE_URLS.secp256k1:
      return decodeSecp256k1(any.value);
    case PUBKEY_TYPE_URLS.ed25519: {
      const { key } = Ed25519PubKey.decode(any.value);
      if (key.length !== 32) throw new PubKeyError(`ed25519 key: expected 32 bytes, got ${key.length}`);
      return { kind: "ed25519", key };
    }
    case PUBKEY_TYPE_URLS.multisig:
      return decodeMultisig(any.value, depth);
    default:
      throw new PubKeyError(`public keys of type ${any.typeUrl} are not supported`);
  }
}

/** The public key in an Any. Throws PubKeyError, or a plain Error when the bytes are not protobuf. */
export function decodePubKey(any: Pick<Any, "typeUrl" | "value">): PubKey {
  return decodeAt(any, 0);
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
