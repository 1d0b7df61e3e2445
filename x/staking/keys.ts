// State of x/staking (cosmos-sdk v0.50 x/staking/types/keys.go). No prefix begins another.

import { concatBytes, utf8 } from "../../src/codec/bytes.ts";
import { encodeUint64BE } from "../../src/codec/integer.ts";
import { formatTimeNs } from "../../src/codec/time.ts";

/** Name of the module and of its store. */
export const STAKING = "staking";
/** Module account that holds the tokens of bonded validators. */
export const BONDED_POOL = "bonded_tokens_pool";
/** Module account that holds the tokens of all other validators, and what is unbonding. */
export const NOT_BONDED_POOL = "not_bonded_tokens_pool";

/** length · operator → Int64Value: power that consensus was told last. */
export const LAST_POWER_PREFIX = Uint8Array.of(0x11);
/** Sum of the last powers, decimal text in an IntProto. */
export const LAST_TOTAL_POWER_KEY = Uint8Array.of(0x12);
/** length · operator → Validator. */
export const VALIDATOR_PREFIX = Uint8Array.of(0x21);
/** length · consensus address → operator. */
export const BY_CONSENSUS_PREFIX = Uint8Array.of(0x22);
/** power, 8 bytes · length · operator with all bits turned → operator; no jailed ones. */
export const BY_POWER_PREFIX = Uint8Array.of(0x23);
/** length · delegator · length · operator → Delegation. */
export const DELEGATION_PREFIX = Uint8Array.of(0x31);
/** length · delegator · length · operator → UnbondingDelegation. */
export const UNBONDING_PREFIX = Uint8Array.of(0x32);
/** length · operator · length · delegator → nothing. */
export const UNBONDING_BY_VALIDATOR_PREFIX = Uint8Array.of(0x33);
/** length · delegator · length · source · length · destination → Redelegation. */
export const REDELEGATION_PREFIX = Uint8Array.of(0x34);
/** length · source · length · delegator · length · destination → nothing. */
export const REDELEGATION_BY_SOURCE_PREFIX = Uint8Array.of(0x35);
/** length · destination · length · delegator · length · source → nothing. */
export const REDELEGATION_BY_DESTINATION_PREFIX = Uint8Array.of(0x36);
/** The last unbonding id, 8 bytes. */
export const UNBONDING_ID_KEY = Uint8Array.of(0x37);
/** time (29 characters) → DVPairs: unbonding delegations with an entry that ends then. */
export const UNBONDING_QUEUE_PREFIX = Uint8Array.of(0x41);
/** time → DVVTriplets: redelegations with an entry that ends then. */
export const REDELEGATION_QUEUE_PREFIX = Uint8Array.of(0x42);
/** length of time, 8 bytes · time · height, 8 bytes → ValAddresses: validators that have unbonded then. */
export const VALIDATOR_QUEUE_PREFIX = Uint8Array.of(0x43);
/** height, decimal text → HistoricalInfo. */
export const HISTORICAL_PREFIX = Uint8Array.of(0x50);
/** Params. */
export const PARAMS_KEY = Uint8Array.of(0x51);
/** length · operator · length · delegator → nothing. */
export const DELEGATION_BY_VALIDATOR_PREFIX = Uint8Array.of(0x71);
/** Nothing; there while the order by power may not be what consensus was told. Never there between two blocks. */
export const CHANGED_KEY = Uint8Array.of(0xf0);

/** `length · address` */
export function lengthPrefixed(address: Uint8Array): Uint8Array {
  return concatBytes(Uint8Array.of(address.length), address);
}

/** A prefix and addresses, each with its length. */
export function addressKey(prefix: Uint8Array, ...addresses: readonly Uint8Array[]): Uint8Array {
  return concatBytes(prefix, ...addresses.map(lengthPrefixed));
}

/** The addresses of a key without its prefix: what `addressKey` put there. */
export function addressesOf(key: Uint8Array): Uint8Array[] {
  const addresses: Uint8Array[] = [];
  for (let at = 0; at < key.length; ) {
    const end = at + 1 + key[at]!;
    addresses.push(key.slice(at + 1, end));
    at = end;
  }
  return addresses;
}

/** `0x23 · power · length · turned operator`: by power, and among equals the smaller address is the higher key. */
export function byPowerKey(power: bigint, operator: Uint8Array): Uint8Array {
  const turned = operator.map((byte) => ~byte);
  return concatBytes(BY_POWER_PREFIX, encodeUint64BE(power), lengthPrefixed(turned));
}

/** `2026-01-02T03:04:05.600000000`: text whose order is that of time. */
export function timeText(timeNs: bigint): Uint8Array {
  const [seconds = "", fraction = ""] = formatTimeNs(timeNs).slice(0, -1).split(".");
  return utf8(`${seconds}.${fraction.padEnd(9, "0")}`);
}

/** `prefix · time` */
export function timeKey(prefix: Uint8Array, timeNs: bigint): Uint8Array {
  return concatBytes(prefix, timeText(timeNs));
}

/** `0x43 · length · time · height` */
export function validatorQueueKey(timeNs: bigint, height: bigint): Uint8Array {
  const time = timeText(timeNs);
  return concatBytes(VALIDATOR_QUEUE_PREFIX, encodeUint64BE(BigInt(time.length)), time, encodeUint64BE(height));
}

/** `0x50 · height` */
export function historicalKey(height: bigint): Uint8Array {
  return concatBytes(HISTORICAL_PREFIX, utf8(height.toString()));
}
