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
  if (signature.length !== SECP256K1_SIGNATURE_BYTES || digest.length !== 32) return false;
  if (pubKey.length !== SECP256K1_PUBKEY_BYTES) return false;
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
