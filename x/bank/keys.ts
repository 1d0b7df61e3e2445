// State of x/bank (cosmos-sdk v0.53 x/bank/types/keys.go). No prefix begins another.

import { concatBytes, utf8 } from "../../src/codec/bytes.ts";

/** Name of the module and of its store. */
export const BANK = "bank";

/** denom → supply, decimal text. */
export const SUPPLY_PREFIX = Uint8Array.of(0);
/** denom → Metadata. */
export const METADATA_PREFIX = Uint8Array.of(1);
/** address length · address · denom → amount, decimal text. */
export const BALANCE_PREFIX = Uint8Array.of(2);
/** denom · 0 · address → nothing: who holds a denomination. */
export const HOLDER_PREFIX = Uint8Array.of(3);
/** denom → one byte, 1 when it may be sent. */
export const SEND_ENABLED_PREFIX = Uint8Array.of(4);
/** Params. */
export const PARAMS_KEY = Uint8Array.of(5);

/** `0 · denom` */
export function supplyKey(denom: string): Uint8Array {
  return concatBytes(SUPPLY_PREFIX, utf8(denom));
}

/** `1 · denom` */
export function metadataKey(denom: string): Uint8Array {
  return concatBytes(METADATA_PREFIX, utf8(denom));
}

/** `2 · length · address` */
export function accountPrefix(address: Uint8Array): Uint8Array {
  return concatBytes(BALANCE_PREFIX, Uint8Array.of(address.length), address);
}

/** `2 · length · address · denom` */
export function balanceKey(address: Uint8Array, denom: string): Uint8Array {
  return concatBytes(BALANCE_PREFIX, Uint8Array.of(address.length), address, utf8(denom));
}

/** `3 · denom · 0` */
export function holdersPrefix(denom: string): Uint8Array {
  return concatBytes(HOLDER_PREFIX, utf8(denom), Uint8Array.of(0));
}

/** `3 · denom · 0 · address` */
export function holderKey(denom: string, address: Uint8Array): Uint8Array {
  return concatBytes(holdersPrefix(denom), address);
}

/** `4 · denom` */
export function sendEnabledKey(denom: string): Uint8Array {
  return concatBytes(SEND_ENABLED_PREFIX, utf8(denom));
}
