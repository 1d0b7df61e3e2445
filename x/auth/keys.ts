// State of x/auth: one store, these prefixes (cosmos-sdk v0.53 x/auth/types/keys.go). None begins another.

import { concatBytes, utf8 } from "../../src/codec/bytes.ts";
import { encodeUint64BE } from "../../src/codec/integer.ts";
import { KeysOfAddresses } from "../../src/store/keysOfAddresses.ts";

/** Name of the module and of its store. */
export const AUTH = "auth";
/** The store's name is the SDK's, so that store queries and proofs name what they name there. */
export const AUTH_STORE = "acc";

/** Params. */
export const PARAMS_KEY = Uint8Array.of(0x00);
/** address → Any of the account. */
export const ACCOUNT_PREFIX = Uint8Array.of(0x01);
/** → number of the next account, 8 bytes. */
export const NEXT_NUMBER_KEY = Uint8Array.of(0x02);
/** account number → address. */
export const NUMBER_PREFIX = utf8("accountNumber");
/** expiry in nanoseconds · address → nothing: unordered transactions that were seen. */
export const UNORDERED_PREFIX = Uint8Array.of(90);

const accountKeys = new KeysOfAddresses((address) => concatBytes(ACCOUNT_PREFIX, address));

/** `0x01 · address`. Read-only. */
export function accountKey(address: Uint8Array): Uint8Array {
  return accountKeys.get(address);
}

/** `accountNumber · number` */
export function numberKey(number: bigint): Uint8Array {
  return concatBytes(NUMBER_PREFIX, encodeUint64BE(number));
}

/** `90 · expiry · address`; in order of expiry. */
export function unorderedKey(expiryNs: bigint, address: Uint8Array): Uint8Array {
  return concatBytes(UNORDERED_PREFIX, encodeUint64BE(expiryNs), address);
}
