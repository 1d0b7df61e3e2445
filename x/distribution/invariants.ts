// What must always hold of rewards: double entry, down to the last digit.

import {
  ValidatorHistoricalRewards,
  ValidatorOutstandingRewards,
} from "../../gen/cosmos/distribution/v1beta1/distribution.ts";
import type { Context } from "../../src/baseapp/context.ts";
import type { Invariant } from "../../src/baseapp/module.ts";
import { fromHex, toHex } from "../../src/codec/bytes.ts";
import type { DecCoin } from "../../src/codec/coins.ts";
import { encodeValidatorAddress } from "../../src/codec/validatorAddress.ts";
import { addDec, decCoinsFromProto, formatDecCoins, fromCoins, intersectDec } from "./decCoins.ts";
import type { DistributionKeeper } from "./keeper.ts";
import {
  DISTRIBUTION,
  HISTORICAL_PREFIX,
  OUTSTANDING_PREFIX,
  SLASH_EVENT_PREFIX,
  STARTING_INFO_PREFIX,
} from "./keys.ts";
import { earnedNow } from "./withdraw.ts";

/** The module's account has what is outstanding and the community pool, exactly. */
function checkAccount(keeper: DistributionKeeper, ctx: Context): string | undefined {
  let owed = keeper.communityPool(ctx);
  for (const [, value] of keeper.storeOf(ctx, OUTSTANDING_PREFIX).iterate()) {
    owed = addDec(owed, decCoinsFromProto(ValidatorOutstandingRewards.decode(value).rewards));
  }
  const has = fromCoins(keeper.bank.balances(ctx, keeper.accounts.moduleAddress(DISTRIBUTION)));
  const [expected, actual] = [formatDecCoins(owed), formatDecCoins(has)];
  return expected === actual ? undefined : `the account has ${actual}, outstanding and community pool are ${expected}`;
}

/** Each delegation is reckoned, and nothing else is. */
function checkReckoned(keeper: DistributionKeeper, ctx: Context): string | undefined {
  let delegations = 0;
  for (const { delegator, operator } of keeper.staking.allDelegations(ctx)) {
    delegations += 1;
    if (keeper.startingInfo(ctx, operator, delegator) !== undefined) continue;
    return `${toHex(delegator)} with ${encodeValidatorAddress(operator)} is not reckoned`;
  }
  const reckoned = [...keeper.storeOf(ctx, STARTING_INFO_PREFIX).iterate()].length;
  return reckoned === delegations ? undefined : `${reckoned} are reckoned, there are ${delegations} delegations`;
}

/** Periods are referred to by their validator, by its slashes and by the delegations that begin there. */
function checkReferences(keeper: DistributionKeeper, ctx: Context): string | undefined {
  const count = (prefix: Uint8Array) => [...keeper.storeOf(ctx, prefix).iterate()].length;
  let references = 0;
  for (const [, value] of keeper.storeOf(ctx, HISTORICAL_PREFIX).iterate()) {
    references += ValidatorHistoricalRewards.decode(value).referenceCount;
  }
  const expected = count(OUTSTANDING_PREFIX) + count(SLASH_EVENT_PREFIX) + count(STARTING_INFO_PREFIX);
  return references === expected ? undefined : `periods have ${references} references, expected ${expected}`;
}

/** Whoever asks now is paid: all delegators and the commission of a validator are owed no more than is outstanding. */
function checkPayable(keeper: DistributionKeeper, ctx: Context): string | undefined {
  const owed = new Map<string, readonly DecCoin[]>();
  for (const { delegator, operator } of keeper.staking.allDelegations(ctx)) {
    const earned = earnedNow(keeper, ctx, { delegator, operator });
    owed.set(toHex(operator), addDec(owed.get(toHex(operator)) ?? keeper.commission(ctx, operator), earned));
  }
  for (const [operator, coins] of owed) {
    const outstanding = keeper.outstanding(ctx, fromHex(operator));
    if (formatDecCoins(intersectDec(coins, outstanding)) === formatDecCoins(coins)) continue;
    return `${operator} owes ${formatDecCoins(coins)} and has ${formatDecCoins(outstanding)}`;
  }
  return undefined;
}

/** The invariants of the module. PERF: reads all of its state. */
export function distributionInvariants(keeper: DistributionKeeper): readonly Invariant[] {
  return [
    { name: "distribution/module-account", check: (ctx) => checkAccount(keeper, ctx) },
    { name: "distribution/reckoned", check: (ctx) => checkReckoned(keeper, ctx) },
    { name: "distribution/reference-count", check: (ctx) => checkReferences(keeper, ctx) },
    { name: "distribution/can-withdraw", check: (ctx) => checkPayable(keeper, ctx) },
  ];
}
