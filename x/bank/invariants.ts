// What must always hold of the money.

import type { Context } from "../../src/baseapp/context.ts";
import type { Invariant } from "../../src/baseapp/module.ts";
import { encodeAddress } from "../../src/codec/address.ts";
import { fromUtf8 } from "../../src/codec/bytes.ts";
import { type BankKeeper, decodeAmount } from "./keeper.ts";
import { balanceOwner } from "./keys.ts";

/** Each stored balance is an amount above zero: a zero balance is no entry. */
function checkPositive(keeper: BankKeeper, ctx: Context): string | undefined {
  for (const [key, value] of keeper.allBalancesStore(ctx).iterate()) {
    const { address, denom } = balanceOwner(key);
    const text = fromUtf8(value);
    if (/^[1-9][0-9]*$/.test(text)) continue;
    return `${encodeAddress(address)} has a balance of ${JSON.stringify(text)} ${fromUtf8(denom)}`;
  }
  return undefined;
}

/** Sum of all balances by denomination. */
function sumBalances(keeper: BankKeeper, ctx: Context): Map<string, bigint> {
  const sums = new Map<string, bigint>();
  for (const [key, value] of keeper.allBalancesStore(ctx).iterate()) {
    const denom = fromUtf8(balanceOwner(key).denom);
    sums.set(denom, (sums.get(denom) ?? 0n) + decodeAmount(value));
  }
  return sums;
}

function checkSupply(keeper: BankKeeper, ctx: Context): string | undefined {
  const sums = sumBalances(keeper, ctx);
  for (const [key, value] of keeper.supplyStore(ctx).iterate()) {
    const denom = fromUtf8(key);
    const supply = decodeAmount(value);
    const sum = sums.get(denom) ?? 0n;
    if (sum !== supply) return `supply of ${denom} is ${supply}, balances add up to ${sum}`;
    sums.delete(denom);
  }
  const [unaccounted] = sums.keys();
  return unaccounted === undefined ? undefined : `${unaccounted} has balances and no supply`;
}

/** Each balance has its entry in the index of holders, and there are no others. */
function checkHolders(keeper: BankKeeper, ctx: Context): string | undefined {
  let balances = 0;
  for (const [key] of keeper.allBalancesStore(ctx).iterate()) {
    const { address, denom } = balanceOwner(key);
    const entry = key.subarray(0, 1 + address.length);
    if (!keeper.holderStore(ctx, fromUtf8(denom)).has(entry)) {
      return `${encodeAddress(address)} holds ${fromUtf8(denom)} and is not in the index`;
    }
    balances += 1;
  }
  let holders = 0;
  for (const _ of keeper.allHoldersStore(ctx).iterate()) holders += 1;
  return holders === balances ? undefined : `the index has ${holders} holders, there are ${balances} balances`;
}

/** The invariants of the module. PERF: each reads all balances. */
export function bankInvariants(keeper: BankKeeper): readonly Invariant[] {
  return [
    { name: "bank/nonnegative-outstanding", check: (ctx) => checkPositive(keeper, ctx) },
    { name: "bank/total-supply", check: (ctx) => checkSupply(keeper, ctx) },
    { name: "bank/holder-index", check: (ctx) => checkHolders(keeper, ctx) },
  ];
}
