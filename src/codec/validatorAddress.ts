// Addresses of validators: the operator's, which has the bytes of an account, and the consensus key's (cosmos-sdk v0.50
// types/address.go). Each kind has a prefix of its own, so that none is taken for another.

import { ADDRESS_LENGTH_MAX, BECH32_PREFIX, decodeBech32, encodeBech32 } from "./address.ts";
import { ChainError } from "./chainError.ts";
import { messageOf } from "./errorText.ts";
import { ErrInvalidAddress } from "./sdkErrors.ts";

const OPERATOR_PREFIX = `${BECH32_PREFIX}valoper`;
const CONSENSUS_PREFIX = `${BECH32_PREFIX}valcons`;

/** Bech32 text of a validator's operator: `statesetvaloper1…`. */
export function encodeValidatorAddress(bytes: Uint8Array): string {
  return encodeBech32(OPERATOR_PREFIX, bytes);
}

/** Bech32 text of a consensus address: `statesetvalcons1…`. */
export function encodeConsensusAddress(bytes: Uint8Array): string {
  return encodeBech32(CONSENSUS_PREFIX, bytes);
}

/** The bytes of an operator's address. Throws ErrInvalidAddress with the texts of the SDK. */
export function decodeValidatorAddress(text: string): Uint8Array {
  return decode(text, OPERATOR_PREFIX);
}

/** The bytes of a consensus address. Throws ErrInvalidAddress. */
export function decodeConsensusAddress(text: string): Uint8Array {
  return decode(text, CONSENSUS_PREFIX);
}

function decode(text: string, expected: string): Uint8Array {
  if (text.trim().length === 0) throw new ChainError(ErrInvalidAddress, "empty address string is not allowed");
  const { prefix, bytes } = decodeOrRefuse(text);
  if (prefix !== expected) {
    throw new ChainError(ErrInvalidAddress, `invalid Bech32 prefix; expected ${expected}, got ${prefix}`);
  }
  if (bytes.length === 0 || bytes.length > ADDRESS_LENGTH_MAX) {
    throw new ChainError(ErrInvalidAddress, `address length is 1 to ${ADDRESS_LENGTH_MAX}, got ${bytes.length}`);
  }
  return bytes;
}

function decodeOrRefuse(text: string): { readonly prefix: string; readonly bytes: Uint8Array } {
  try {
    return decodeBech32(text);
  } catch (cause) {
    throw new ChainError(ErrInvalidAddress, messageOf(cause));
  }
}

/** An address of somebody in a message. Throws ErrInvalidAddress `invalid … address: …`, which says whose. */
export function addressNamed(name: string, text: string, decode: (text: string) => Uint8Array): Uint8Array {
  try {
    return decode(text);
  } catch (thrown) {
    throw new ChainError(ErrInvalidAddress, `invalid ${name} address: ${messageOf(thrown)}`);
  }
}
