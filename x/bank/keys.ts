// State of x/bank (cosmos-sdk v0.53 x/bank/types/keys.go). No prefix begins another.

import { concatBytes, utf8 } from "../../src/codec/bytes.ts";
import { KeysOfAddresses } from "../../src/store/keysOfAddresses.ts";

/** Name of the module and of its store. */
export const BANK = "bank";

/** denom → supply, decimal text. */
export const SUPPLY_PREFIX = Uint8Array.of(0);
/** denom → Metadata. */
export const METADATA_PREFIX = Uint8Array.of(1);
/** address length · address · denom → amount, decimal text. */
export const BALANCE_PREFIX = Uint8Array.of(2);
/** denom · 0 · address length · address → nothing: who holds a denomination. */
export const HOLDER_PREFIX = Uint8Array.of(3);
/** denom → google.protobuf.BoolValue: whether it may be sent; `false` is the empty value. */
export const SEND_ENABLED_PREFIX = Uint8Array.of(4);
/** Params. */
export const PARAMS_KEY = Uint8Array.of(5);

/** Denominations whose bytes are kept; a chain has few, and users can name others. */
const DENOMS_MAX = 1000;
const knownDenoms = new Map<string, KnownDenom>();

/** What is kept of a denomination. PERF: it is needed twice for every balance; kept, it costs a look-up. */
class KnownDenom {
  readonly bytes: Uint8Array;
  /** Keys of the balances in it. */
  readonly balances: KeysOfAddresses;

  constructor(denom: string) {
    this.bytes = utf8(denom);
    this.balances = new KeysOfAddresses((address) => makeBalanceKey(address, this.bytes));
  }
}

function knownDenom(denom: string): KnownDenom {
  const known = knownDenoms.get(denom);
  if (known !== undefined) return known;
  const made = new KnownDenom(denom);
  if (knownDenoms.size >= DENOMS_MAX) knownDenoms.clear();
  knownDenoms.set(denom, made);
  return made;
}

/** Read-only. */
function bytesOf(denom: string): Uint8Array {
  return knownDenom(denom).bytes;
}

/** `0 · denom` */
export function supplyKey(denom: string): Uint8Array {
  return concatBytes(SUPPLY_PREFIX, bytesOf(denom));
}

/** `1 · denom` */
export function metadataKey(denom: string): Uint8Array {
  return concatBytes(METADATA_PREFIX, bytesOf(denom));
}

/** `2 · length · address` */
export function accountPrefix(address: Uint8Array): Uint8Array {
  return concatBytes(BALANCE_PREFIX, Uint8Array.of(address.length), address);
}

/** `2 · length · address · denom`. Read-only. */
export function balanceKey(address: Uint8Array, denom: string): Uint8Array {
  return knownDenom(denom).balances.get(address);
}

function makeBalanceKey(address: Uint8Array, suffix: Uint8Array): Uint8Array {
  const key = new Uint8Array(2 + address.length + suffix.length);
  key[0] = BALANCE_PREFIX[0]!;
  key[1] = address.length;
  key.set(address, 2);
  key.set(suffix, 2 + address.length);
  return key;
}

/** `3 · denom · 0` */
export function holdersPrefix(denom: string): Uint8Array {
  return concatBytes(HOLDER_PREFIX, bytesOf(denom), Uint8Array.of(0));
}

/** `3 · denom · 0 · length · address` */
export function holderKey(denom: string, address: Uint8Array): Uint8Array {
  return concatBytes(holdersPrefix(denom), Uint8Array.of(address.length), address);
}

/** Bytes of a holder's key. */
export function holderKeyLength(denom: string, address: Uint8Array): number {
  return HOLDER_PREFIX.length + bytesOf(denom).length + 2 + address.length;
}

/** The address in a holder's key without its prefix: `length · address`. */
export function holderOf(key: Uint8Array): Uint8Array {
  return key.subarray(1);
}

/** Address and denomination of a balance's key without its prefix: `length · address · denom`. */
export function balanceOwner(key: Uint8Array): { readonly address: Uint8Array; readonly denom: Uint8Array } {
  const end = 1 + (key[0] ?? 0);
  return { address: key.subarray(1, end), denom: key.subarray(end) };
}

/** `4 · denom` */
export function sendEnabledKey(denom: string): Uint8Array {
  return concatBytes(SEND_ENABLED_PREFIX, bytesOf(denom));
}
