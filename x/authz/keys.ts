// State of x/authz (cosmos-sdk v0.53 x/authz/keeper/keys.go). No prefix begins another. The expiry queue has an entry for
// each grant, where the SDK has a list for each pair of accounts.

import { concatBytes, utf8 } from "../../src/codec/bytes.ts";
import { encodeUint64BE } from "../../src/codec/integer.ts";

/** Name of the module and of its store. */
export const AUTHZ = "authz";

/** length · granter · length · grantee · message type → Grant. */
export const GRANT_PREFIX = Uint8Array.of(1);
/** expiry (nanoseconds, 8 bytes), then as a grant's key → nothing. */
export const QUEUE_PREFIX = Uint8Array.of(2);

function lengthPrefixed(address: Uint8Array): Uint8Array {
  return concatBytes(Uint8Array.of(address.length), address);
}

/** `1 · length · granter` */
export function granterPrefix(granter: Uint8Array): Uint8Array {
  return concatBytes(GRANT_PREFIX, lengthPrefixed(granter));
}

/** `1 · length · granter · length · grantee` */
export function pairPrefix(granter: Uint8Array, grantee: Uint8Array): Uint8Array {
  return concatBytes(granterPrefix(granter), lengthPrefixed(grantee));
}

/** `1 · length · granter · length · grantee · message type` */
export function grantKey(granter: Uint8Array, grantee: Uint8Array, msgTypeUrl: string): Uint8Array {
  return concatBytes(pairPrefix(granter, grantee), utf8(msgTypeUrl));
}

/** `2 · expiry` */
export function queuePrefix(expiryNs: bigint): Uint8Array {
  return concatBytes(QUEUE_PREFIX, encodeUint64BE(expiryNs));
}

/** `2 · expiry · (a grant's key without its prefix)` */
export function queueKey(expiryNs: bigint, key: Uint8Array): Uint8Array {
  return concatBytes(queuePrefix(expiryNs), key.subarray(1));
}

/** Granter and grantee of a grant's key without its prefix. */
export function addressesOf(key: Uint8Array): { granter: Uint8Array; grantee: Uint8Array } {
  const granterEnd = 1 + (key[0] ?? 0);
  const granteeEnd = granterEnd + 1 + (key[granterEnd] ?? 0);
  return { granter: key.slice(1, granterEnd), grantee: key.slice(granterEnd + 1, granteeEnd) };
}
