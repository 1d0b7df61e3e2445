// Makes attestations: what an attester does with its key. The keys are parameters; nothing here keeps them.

import { compareBytes, concatBytes } from "../codec/bytes.ts";
import { publicKeyOf, signRecoverable } from "../crypto/secp256k1.ts";
import { evmAddressOfPublicKey } from "./addresses.ts";
import { messageHash } from "./messageHash.ts";

const V_BASE = 27;

/** One signature, r ‖ s ‖ v: low s, v 27 or 28, deterministic. The key has 32 bytes. */
export function signMessage(message: Uint8Array, privKey: Uint8Array): Uint8Array {
  const { signature, recoveryId } = signRecoverable(messageHash(message), privKey);
  return concatBytes(signature, Uint8Array.of(V_BASE + recoveryId));
}

/** The signatures of several keys, one after the other, in ascending order of their addresses. */
export function signAttestation(message: Uint8Array, privKeys: readonly Uint8Array[]): Uint8Array {
  const signed = privKeys.map((privKey) => ({
    address: evmAddressOfPublicKey(publicKeyOf(privKey)),
    signature: signMessage(message, privKey),
  }));
  signed.sort((a, b) => compareBytes(a.address, b.address));
  return concatBytes(...signed.map(({ signature }) => signature));
}
