// State of x/feegrant (cosmossdk.io/x/feegrant v0.2 key.go). No prefix begins another.

import { concatBytes } from "../../src/codec/bytes.ts";
import { encodeUint64BE } from "../../src/codec/integer.ts";

/** Name of the module and of its store. */
export const FEEGRANT = "feegrant";

/** length · grantee · length · granter → Grant. */
export const GRANT_PREFIX = Uint8Array.of(0);
/** expiry (nanoseconds, 8 bytes) · length · grantee · length · granter → nothing. */
export const QUEUE_PREFIX = Uint8Array.of(1);

function lengthPrefixed(address: Uint8Array): Uint8Array {
  return concatBytes(Uint8Array.of(address.length), address);
}

/** `0 · length · grantee` */
export function granteePrefix(grantee: Uint8Array): Uint8Array {
  return concatBytes(GRANT_PREFIX, lengthPrefixed(grantee));
}

/** `0 · length · grantee · length · granter` */
export function grantKey(granter: Uint8Array, grantee: Uint8Array): Uint8Array {
  return concatBytes(granteePrefix(grantee), lengthPrefixed(granter));
}

/** `1 · expiry` */
export function queuePrefix(expiryNs: bigint): Uint8Array {
  return concatBytes(QUEUE_PREFIX, encodeUint64BE(expiryNs));
}

/** `1 · expiry · length · grantee · length · granter` */
export function queueKey(expiryNs: bigint, granter: Uint8Array, grantee: Uint8Array): Uint8Array {
  return concatBytes(queuePrefix(expiryNs), lengthPrefixed(grantee), lengthPrefixed(granter));
}
