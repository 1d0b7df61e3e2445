// Rules of CCTP V2 that need no state (Circle's evm-cctp-contracts src/v2).

import type { AttestationRefusal } from "../../../src/cctp/attestation.ts";
import { ADDRESS20_LENGTH, addressToBytes32, BYTES32_LENGTH, isZero, zeroBytes32 } from "../../../src/cctp/bytes32.ts";
import { fromHex, toHex } from "../../../src/codec/bytes.ts";
import { ChainError } from "../../../src/codec/chainError.ts";
import { parseUint } from "../../../src/codec/integer.ts";
import { ErrAttestationV2, ErrMalformedV2 } from "./errors.ts";

/** Lowest executed finality that a burn message is accepted at. */
export const FINALITY_THRESHOLD_MIN = 500;
/** From here on a message counts as finalized. */
export const FINALITY_THRESHOLD_FINALIZED = 2000;
/** What a minimum fee is a part of: 1 / 10,000,000. */
export const MIN_FEE_DENOMINATOR = 10_000_000n;
/** Longest body that is sent unless the owner says otherwise, as in Circle's deployments. */
export const MAX_MESSAGE_BODY_SIZE_DEFAULT = 8192n;
/** The owner may not go beyond this: transactions have a bound, too. */
export const MAX_MESSAGE_BODY_SIZE_LIMIT = 65_536n;
/** Attesters at most: every delivery looks at each. */
export const ATTESTERS_MAX = 64;
/** Gas of one signature of an attestation: what the SDK takes for one of a transaction. */
export const SIGNATURE_GAS = 1000n;

const AMOUNT_BITS = 256;

/** The least maxFee of an amount: none without a minimum fee, else at least 1. */
export function minFeeAmount(amount: bigint, minFee: bigint): bigint {
  if (minFee === 0n) return 0n;
  const fee = (amount * minFee) / MIN_FEE_DENOMINATOR;
  return fee === 0n ? 1n : fee;
}

/** An account as a word; undefined for addresses that have no place in messages (neither 20 nor 32 bytes). */
export function accountToBytes32(address: Uint8Array): Uint8Array | undefined {
  if (address.length === ADDRESS20_LENGTH) return addressToBytes32(address);
  return address.length === BYTES32_LENGTH ? address : undefined;
}

/** Throws ErrMalformedV2 unless there are 32 bytes. */
export function requireBytes32(field: string, bytes: Uint8Array): Uint8Array {
  if (bytes.length === BYTES32_LENGTH) return bytes;
  throw new ChainError(ErrMalformedV2, `${field} must be ${BYTES32_LENGTH} bytes, got ${bytes.length}`);
}

/** A destination caller: empty is anybody, as 32 zero bytes are. */
export function callerOrAnybody(bytes: Uint8Array): Uint8Array {
  return bytes.length === 0 ? zeroBytes32() : requireBytes32("destination_caller", bytes);
}

/** An amount in decimal text, below 2^256. Throws ErrMalformedV2. */
export function parseAmountV2(field: string, text: string): bigint {
  try {
    return parseUint(text, AMOUNT_BITS);
  } catch (thrown) {
    throw new ChainError(ErrMalformedV2, `${field}: ${thrown instanceof Error ? thrown.message : String(thrown)}`);
  }
}

/** `0x` or nothing, and hex digits of so many bytes. Throws ErrMalformedV2. */
export function parseHexV2(field: string, text: string, length: number): Uint8Array {
  const digits = text.startsWith("0x") ? text.slice(2) : text;
  if (digits.length !== 2 * length || !/^[0-9a-fA-F]*$/.test(digits)) {
    throw new ChainError(ErrMalformedV2, `${field} must be ${length} bytes in hex`);
  }
  return fromHex(digits);
}

/** An attester's address: 20 bytes in hex, not zero. Throws ErrMalformedV2. */
export function parseAttester(text: string): Uint8Array {
  const address = parseHexV2("attester", text, ADDRESS20_LENGTH);
  if (isZero(address)) throw new ChainError(ErrMalformedV2, "attester must not be zero");
  return address;
}

/** `0x` and lower-case hex. */
export function hexOf(bytes: Uint8Array): string {
  return `0x${toHex(bytes)}`;
}

/** Why an attestation is refused, in the contracts' words, which people search for. */
const ATTESTATION_TEXTS: Readonly<Record<AttestationRefusal["code"], string>> = Object.freeze({
  length: "Invalid attestation length",
  zeroThreshold: "signature threshold is not set",
  highS: "ECDSA: invalid signature 's' value",
  recoveryId: "ECDSA: invalid signature 'v' value",
  unrecoverable: "ECDSA: invalid signature",
  order: "Invalid signature order or dupe",
  notAttester: "Invalid signature: not attester",
});

/** The refusal of an attestation. */
export function attestationError(refusal: AttestationRefusal): ChainError {
  return new ChainError(ErrAttestationV2, ATTESTATION_TEXTS[refusal.code]);
}
