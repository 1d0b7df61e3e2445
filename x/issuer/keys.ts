// State of the issuer. No prefix begins another.

import { concatBytes } from "../../src/codec/bytes.ts";

/** Name of the module, of its store and of the account that mints: what Noble's issuer is called. */
export const ISSUER = "fiat-tokenfactory";

/** Params. */
export const PARAMS_KEY = Uint8Array.of(0);
/** Empty; there while minting and burning are paused. */
export const PAUSED_KEY = Uint8Array.of(1);
/** What may still be minted, in decimal text; absent when nobody may. */
export const ALLOWANCE_KEY = Uint8Array.of(2);
/** address → nothing. */
export const BLACKLIST_PREFIX = Uint8Array.of(3);
/** domain, 4 bytes big endian → RemoteDomain. */
export const REMOTE_DOMAIN_PREFIX = Uint8Array.of(4);
/** The supply that no mint made, in decimal text. */
export const INITIAL_SUPPLY_KEY = Uint8Array.of(5);

/** `3 · address` */
export function blacklistKey(address: Uint8Array): Uint8Array {
  return concatBytes(BLACKLIST_PREFIX, address);
}

/** `4 · domain` */
export function remoteDomainKey(domain: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, domain);
  return concatBytes(REMOTE_DOMAIN_PREFIX, bytes);
}
