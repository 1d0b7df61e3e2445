// Rules of CCTP V1 that need no state.

import type { Params } from "../../gen/stateset/cctp/v1/types.ts";
import type { AttestationRefusal } from "../../src/cctp/attestation.ts";
import { ADDRESS20_LENGTH, BYTES32_LENGTH, zeroBytes32 } from "../../src/cctp/bytes32.ts";
import { decodeAddress } from "../../src/codec/address.ts";
import { fromHex } from "../../src/codec/bytes.ts";
import { ChainError } from "../../src/codec/chainError.ts";
import { parseUint } from "../../src/codec/integer.ts";
import { ErrInvalidAddress, ErrInvalidAmount, ErrParsingMessage } from "./errors.ts";

/** A number that Circle has not given out, for chains of one's own. Noble's is 4. */
export const DEFAULT_LOCAL_DOMAIN = 7770;
/** Until the authority says otherwise. */
export const DEFAULT_PARAMS: Params = Object.freeze({ localDomain: DEFAULT_LOCAL_DOMAIN, strictEvm: true });
/** What a message body may have when genesis does not say. */
export const DEFAULT_MAX_MESSAGE_BODY_SIZE = 8000n;
/** Finality of V1 messages, which know no other. */
export const FINALITY_V1 = 2000;
/** Gas of one signature of an attestation: what the SDK takes for one of a transaction. */
export const SIGNATURE_GAS = 1000n;
/** Attesters at most: every delivery looks at each. */
export const ATTESTERS_MAX = 64;
/** Longest text of an attester that is looked at: `0x` and 65 bytes, with room for leading zeros. */
export const ATTESTER_TEXT_MAX = 256;

const AMOUNT_BITS = 256;
const UNCOMPRESSED_KEY_BYTES = 65;

/** An account as a word: short addresses stand at the right. Throws ErrInvalidAddress above 32 bytes. */
export function accountWord(address: Uint8Array): Uint8Array {
  if (address.length > BYTES32_LENGTH) throw new ChainError(ErrInvalidAddress, `${address.length} bytes`);
  const word = zeroBytes32();
  word.set(address, BYTES32_LENGTH - address.length);
  return word;
}

/** The account in a `from`. Throws ErrInvalidAddress with Noble's text. */
export function parseFrom(text: string): Uint8Array {
  return parseAccount(text, "invalid from address");
}

/** The account in a text. Throws ErrInvalidAddress: `<what> (<reason>)`. */
export function parseAccount(text: string, what: string): Uint8Array {
  try {
    return decodeAddress(text);
  } catch (thrown) {
    throw new ChainError(ErrInvalidAddress, `${what} (${reasonOf(thrown)})`);
  }
}

function reasonOf(thrown: unknown): string {
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return message.replace(/: invalid address$/, "");
}

/** An amount in decimal text, below 2^256. Throws ErrInvalidAmount. */
export function parseAmount(text: string): bigint {
  try {
    return parseUint(text, AMOUNT_BITS);
  } catch (thrown) {
    throw new ChainError(ErrInvalidAmount, reasonOf(thrown));
  }
}

/** Throws ErrParsingMessage unless there are 32 bytes. */
export function requireWord(name: string, bytes: Uint8Array): Uint8Array {
  if (bytes.length === BYTES32_LENGTH) return bytes;
  throw new ChainError(ErrParsingMessage, `${name} must be 32 bytes, got ${bytes.length}`);
}

/**
 * Hex as go-ethereum's common.FromHex reads it: `0x` may stand before it, an odd number of digits gets a zero in front,
 * and what follows the first wrong pair is dropped.
 */
export function looseHex(text: string): Uint8Array {
  const digits = /^0[xX]/.test(text) ? text.slice(2) : text;
  const even = digits.length % 2 === 0 ? digits : `0${digits}`;
  const pairs = /^(?:[0-9a-fA-F]{2})*/.exec(even)?.[0] ?? "";
  return fromHex(pairs);
}

/**
 * The bytes of an attester's text. Throws ErrInvalidAddress when there are none; under `strictEvm` also unless they are
 * an uncompressed key or an address.
 */
export function parseAttester(text: string, strictEvm: boolean): Uint8Array {
  const bytes = text.length > ATTESTER_TEXT_MAX ? new Uint8Array(0) : looseHex(text);
  const isKey = bytes.length === UNCOMPRESSED_KEY_BYTES && bytes[0] === 4;
  const isWrong = bytes.length === 0 || (strictEvm && !isKey && bytes.length !== ADDRESS20_LENGTH);
  if (isWrong) throw new ChainError(ErrInvalidAddress, "invalid attester");
  return bytes;
}

/** Why an attestation was refused, in Noble's words, and in those of the EVM contracts where Noble has none. */
export function attestationText(refusal: AttestationRefusal): string {
  switch (refusal.code) {
    case "length":
      return "invalid attestation length";
    case "zeroThreshold":
      return "signature verification threshold cannot be 0";
    case "highS":
      return "failed to recover public key: invalid signature 's' value";
    case "recoveryId":
      return "failed to recover public key: invalid signature recovery id";
    case "unrecoverable":
      return "failed to recover public key: recovery failed";
    case "order":
      return "invalid signature order or dupe";
    case "notAttester":
      return "Invalid signature: not an attester";
  }
}

/** ASCII letters in lower case: denominations have no others. */
export function lowerCaseDenom(denom: string): string {
  return denom.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}
