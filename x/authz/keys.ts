// State of x/authz (cosmos-sdk v0.53 x/authz/keeper/keys.go). No prefix begins another.

import { concatBytes, utf8 } from "../../src/codec/bytes.ts";
import { formatTimestamp, type Timestamp } from "../../src/codec/time.ts";

/** Name of the module and of its store. */
export const AUTHZ = "authz";

/** length · granter · length · grantee · message type → Grant. */
export const GRANT_PREFIX = Uint8Array.of(1);
/** expiry (29 characters) · length · granter · length · grantee → GrantQueueItem: message types of grants that end then. */
export const QUEUE_PREFIX = Uint8Array.of(2);

/** `2026-01-02T03:04:05.600000000`: text whose order is that of time. */
const TIME_LENGTH = 29;

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

/** `2 · expiry`. Throws a RangeError outside the years 1 to 9999. */
export function queuePrefix(expiry: Timestamp): Uint8Array {
  const [seconds = "", fraction = ""] = formatTimestamp(expiry).slice(0, -1).split(".");
  return concatBytes(QUEUE_PREFIX, utf8(`${seconds}.${fraction.padEnd(9, "0")}`));
}

/** `2 · expiry · length · granter · length · grantee`. Throws as `queuePrefix`. */
export function queueKey(expiry: Timestamp, granter: Uint8Array, grantee: Uint8Array): Uint8Array {
  return concatBytes(queuePrefix(expiry), lengthPrefixed(granter), lengthPrefixed(grantee));
}

/** Granter and grantee of a grant's key without its prefix, and where the message type begins. */
export function partsOfGrantKey(key: Uint8Array): {
  readonly granter: Uint8Array;
  readonly grantee: Uint8Array;
  readonly msgType: Uint8Array;
} {
  const granterEnd = 1 + (key[0] ?? 0);
  const granteeEnd = granterEnd + 1 + (key[granterEnd] ?? 0);
  return {
    granter: key.slice(1, granterEnd),
    grantee: key.slice(granterEnd + 1, granteeEnd),
    msgType: key.slice(granteeEnd),
  };
}

/** Granter and grantee of a whole queue key. */
export function partsOfQueueKey(key: Uint8Array): { readonly granter: Uint8Array; readonly grantee: Uint8Array } {
  return partsOfGrantKey(key.subarray(QUEUE_PREFIX.length + TIME_LENGTH));
}
