// State of x/distribution (cosmos-sdk v0.50 x/distribution/types/keys.go). No prefix begins another.

import { concatBytes } from "../../src/codec/bytes.ts";
import { encodeUint64BE } from "../../src/codec/integer.ts";

/** Name of the module, of its store and of its account. */
export const DISTRIBUTION = "distribution";

/** FeePool. */
export const FEE_POOL_KEY = Uint8Array.of(0);
// 0x01 is the previous proposer in the SDK, which nothing has read since proposers get no reward of their own.
/** length · operator → ValidatorOutstandingRewards. */
export const OUTSTANDING_PREFIX = Uint8Array.of(2);
/** length · delegator → address that rewards go to. */
export const WITHDRAW_ADDRESS_PREFIX = Uint8Array.of(3);
/** length · operator · length · delegator → DelegatorStartingInfo. */
export const STARTING_INFO_PREFIX = Uint8Array.of(4);
/** length · operator · period, 8 bytes → ValidatorHistoricalRewards. */
export const HISTORICAL_PREFIX = Uint8Array.of(5);
/** length · operator → ValidatorCurrentRewards. */
export const CURRENT_PREFIX = Uint8Array.of(6);
/** length · operator → ValidatorAccumulatedCommission. */
export const COMMISSION_PREFIX = Uint8Array.of(7);
/** length · operator · height, 8 bytes · period, 8 bytes → ValidatorSlashEvent. */
export const SLASH_EVENT_PREFIX = Uint8Array.of(8);
/** Params. */
export const PARAMS_KEY = Uint8Array.of(9);

/** A prefix and addresses, each with its length. */
export function ownedKey(prefix: Uint8Array, ...addresses: readonly Uint8Array[]): Uint8Array {
  return concatBytes(prefix, ...addresses.flatMap((address) => [Uint8Array.of(address.length), address]));
}

/** `0x05 · length · operator · period` */
export function historicalKey(operator: Uint8Array, period: bigint): Uint8Array {
  return concatBytes(ownedKey(HISTORICAL_PREFIX, operator), encodeUint64BE(period));
}

/** `0x08 · length · operator · height · period` */
export function slashEventKey(operator: Uint8Array, height: bigint, period: bigint): Uint8Array {
  return concatBytes(slashEventsFrom(operator, height), encodeUint64BE(period));
}

/** `0x08 · length · operator · height` */
export function slashEventsFrom(operator: Uint8Array, height: bigint): Uint8Array {
  return concatBytes(ownedKey(SLASH_EVENT_PREFIX, operator), encodeUint64BE(height));
}
