// Who and what a chain of this kind is in messages: its module account as sender and recipient, its tokens by hash.

import { utf8 } from "../codec/bytes.ts";
import { moduleAddress } from "../crypto/address.ts";
import { keccak256 } from "../crypto/hash.ts";
import { fullPublicKey, SECP256K1_FULL_PUBKEY_BYTES } from "../crypto/secp256k1.ts";
import { ADDRESS20_LENGTH, addressToBytes32 } from "./bytes32.ts";

/** Name of the module, and with it of the account whose address other chains register. */
export const CCTP_MODULE_NAME = "cctp";

/** The account of the module, 20 bytes: the same on every chain that has a module of this name. A new array. */
export function cctpModuleAddress(): Uint8Array {
  return moduleAddress(CCTP_MODULE_NAME);
}

/** The module account as a word: the TokenMessenger that other chains register for ours, in V1 and in V2. */
export function cctpModuleBytes32(): Uint8Array {
  return addressToBytes32(cctpModuleAddress());
}

/** ASCII letters only: other alphabets have no place in a denomination, and their case moves with Unicode. */
function asciiLowerCase(text: string): string {
  return text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}

/** How a denomination of ours is called in messages: keccak-256 of its lower-case text, 32 bytes. */
export function burnTokenOfDenom(denom: string): Uint8Array {
  return keccak256(utf8(asciiLowerCase(denom)));
}

/** The EVM address of a public key, 20 bytes. Takes 33 or 65 bytes; throws when they are not a point of the curve. */
export function evmAddressOfPublicKey(pubKey: Uint8Array): Uint8Array {
  const full = pubKey.length === SECP256K1_FULL_PUBKEY_BYTES ? pubKey : fullPublicKey(pubKey);
  return keccak256(full.subarray(1)).slice(-ADDRESS20_LENGTH);
}
