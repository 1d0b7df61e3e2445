// Pays out what was earned (cosmos-sdk v0.50 x/distribution/keeper/{delegation,keeper,hooks}.go).

import type { Context } from "../../src/baseapp/context.ts";
import { attribute } from "../../src/baseapp/events.ts";
import { encodeAddress } from "../../src/codec/address.ts";
import { ChainError } from "../../src/codec/chainError.ts";
import { type Coin, type DecCoin, formatCoins } from "../../src/codec/coins.ts";
import { encodeValidatorAddress } from "../../src/codec/validatorAddress.ts";
import { addDec, fromCoins, intersectDec, subtractDec, truncateDec } from "./decCoins.ts";
import {
  ErrBadDistribution,
  ErrEmptyDelegationDistInfo,
  ErrNoDelegationExists,
  ErrNoValidatorCommission,
  ErrNoValidatorExists,
} from "./errors.ts";
import type { PaidDelegation, PaidValidator } from "./expected.ts";
import type { DistributionKeeper } from "./keeper.ts";
import { DISTRIBUTION } from "./keys.ts";
import { endPeriod, initDelegation, initValidator, noteSlash, rewardsOf } from "./rewards.ts";

function pay(keeper: DistributionKeeper, ctx: Context, owner: Uint8Array, coins: readonly Coin[]): void {
  if (coins.length === 0) return;
  keeper.bank.sendCoinsFromModuleToAccount(ctx, DISTRIBUTION, keeper.withdrawAddress(ctx, owner), coins);
}

function toCommunity(keeper: DistributionKeeper, ctx: Context, coins: readonly DecCoin[]): void {
  if (coins.length > 0) keeper.setCommunityPool(ctx, addDec(keeper.communityPool(ctx), coins));
}

/** The validator and the delegation. Throws ErrNoValidatorExists, ErrNoDelegationExists. */
export function requireDelegation(
  keeper: DistributionKeeper,
  ctx: Context,
  { delegator, operator }: Pick<PaidDelegation, "delegator" | "operator">,
): { readonly validator: PaidValidator; readonly delegation: PaidDelegation } {
  const validator = keeper.staking.getValidator(ctx, operator);
  if (validator === undefined) throw new ChainError(ErrNoValidatorExists);
  const delegation = keeper.staking.getDelegation(ctx, delegator, operator);
  if (delegation === undefined) throw new ChainError(ErrNoDelegationExists);
  return { validator, delegation };
}

/**
 * What a delegation would be paid now, with its dust. Leaves nothing: the period ends in a layer that is dropped. Throws
 * ErrNoValidatorExists, ErrNoDelegationExists, ErrEmptyDelegationDistInfo.
 */
export function earnedNow(
  keeper: DistributionKeeper,
  ctx: Context,
  holding: Pick<PaidDelegation, "delegator" | "operator">,
): readonly DecCoin[] {
  const { validator, delegation } = requireDelegation(keeper, ctx, holding);
  const start = keeper.startingInfo(ctx, holding.operator, holding.delegator);
  if (start === undefined) throw new ChainError(ErrEmptyDelegationDistInfo);
  const own = ctx.branch().ctx;
  const lastPeriod = endPeriod(keeper, own, validator);
  return rewardsOf(keeper, own, { validator, delegation, start, lastPeriod });
}

/** Pays a delegation what it earned and ends its reckoning: the coins. The dust goes to the community pool. */
function settle(
  keeper: DistributionKeeper,
  ctx: Context,
  validator: PaidValidator,
  delegation: PaidDelegation,
): readonly Coin[] {
  const { delegator, operator } = delegation;
  const start = keeper.startingInfo(ctx, operator, delegator);
  if (start === undefined) throw new ChainError(ErrEmptyDelegationDistInfo);
  const lastPeriod = endPeriod(keeper, ctx, validator);
  const earned = rewardsOf(keeper, ctx, { validator, delegation, start, lastPeriod });
  const outstanding = keeper.outstanding(ctx, operator);
  // The last digits may be more than there is.
  const rewards = intersectDec(earned, outstanding);
  const { whole, rest } = truncateDec(rewards);
  pay(keeper, ctx, delegator, whole);
  keeper.setOutstanding(ctx, operator, subtractDec(outstanding, rewards));
  toCommunity(keeper, ctx, rest);
  const { ratio, references } = keeper.historical(ctx, operator, start.previousPeriod);
  keeper.setHistorical(ctx, operator, start.previousPeriod, { ratio, references: references - 1 });
  keeper.setStartingInfo(ctx, operator, delegator, undefined);
  const shown = whole.length > 0 ? whole : [{ denom: keeper.staking.bondDenom(ctx), amount: 0n }];
  ctx.events.emit("withdraw_rewards", [
    attribute("amount", formatCoins(shown)),
    attribute("validator", encodeValidatorAddress(operator)),
    attribute("delegator", encodeAddress(delegator)),
  ]);
  return shown;
}

/** Pays a delegation what it earned: the coins. Throws ErrNoValidatorExists, ErrNoDelegationExists. */
export function withdrawRewards(
  keeper: DistributionKeeper,
  ctx: Context,
  holding: Pick<PaidDelegation, "delegator" | "operator">,
): readonly Coin[] {
  const { validator, delegation } = requireDelegation(keeper, ctx, holding);
  const coins = settle(keeper, ctx, validator, delegation);
  initDelegation(keeper, ctx, validator, delegation);
  return coins;
}

/** Pays a validator its commission: the coins; dust stays. Throws ErrNoValidatorCommission. */
export function withdrawCommission(keeper: DistributionKeeper, ctx: Context, operator: Uint8Array): readonly Coin[] {
  const commission = keeper.commission(ctx, operator);
  if (commission.length === 0) throw new ChainError(ErrNoValidatorCommission);
  const { whole, rest } = truncateDec(commission);
  keeper.setCommission(ctx, operator, rest);
  keeper.setOutstanding(ctx, operator, subtractDec(keeper.outstanding(ctx, operator), fromCoins(whole)));
  pay(keeper, ctx, operator, whole);
  ctx.events.emit("withdraw_commission", [attribute("amount", formatCoins(whole))]);
  return whole;
}

/** Takes coins out of the community pool. Throws ErrBadDistribution. */
export function spendCommunityPool(
  keeper: DistributionKeeper,
  ctx: Context,
  { to, coins }: { readonly to: Uint8Array; readonly coins: readonly Coin[] },
): void {
  const pool = keeper.communityPool(ctx);
  const wanted = fromCoins(coins);
  const isThere = wanted.every(({ denom, amount }) => pool.some((has) => has.denom === denom && has.amount >= amount));
  if (!isThere) throw new ChainError(ErrBadDistribution);
  keeper.setCommunityPool(ctx, subtractDec(pool, wanted));
  keeper.bank.sendCoinsFromModuleToAccount(ctx, DISTRIBUTION, to, coins);
}

/** Ends the books of a validator that nobody delegates to: its commission is paid, the dust goes to the community pool. */
function closeValidator(keeper: DistributionKeeper, ctx: Context, operator: Uint8Array): void {
  const commission = keeper.commission(ctx, operator);
  const { whole, rest } = truncateDec(commission);
  const dust = subtractDec(keeper.outstanding(ctx, operator), commission);
  pay(keeper, ctx, operator, whole);
  toCommunity(keeper, ctx, addDec(rest, dust));
  keeper.removeValidator(ctx, operator);
}

/** What x/staking tells. */
export function distributionHooks(keeper: DistributionKeeper) {
  const require = (ctx: Context, operator: Uint8Array): PaidValidator => {
    const validator = keeper.staking.getValidator(ctx, operator);
    if (validator === undefined) throw new Error("x/staking tells of a validator that is not there");
    return validator;
  };
  return {
    afterValidatorCreated: (ctx: Context, operator: Uint8Array) => initValidator(keeper, ctx, operator),
    afterValidatorRemoved: (ctx: Context, operator: Uint8Array) => closeValidator(keeper, ctx, operator),
    beforeDelegationCreated(ctx: Context, _delegator: Uint8Array, operator: Uint8Array): void {
      endPeriod(keeper, ctx, require(ctx, operator));
    },
    beforeDelegationSharesModified(ctx: Context, delegator: Uint8Array, operator: Uint8Array): void {
      const { validator, delegation } = requireDelegation(keeper, ctx, { delegator, operator });
      settle(keeper, ctx, validator, delegation);
    },
    afterDelegationModified(ctx: Context, delegator: Uint8Array, operator: Uint8Array): void {
      const { validator, delegation } = requireDelegation(keeper, ctx, { delegator, operator });
      initDelegation(keeper, ctx, validator, delegation);
    },
    beforeValidatorSlashed(ctx: Context, operator: Uint8Array, fraction: bigint): void {
      noteSlash(keeper, ctx, require(ctx, operator), fraction);
    },
  };
}
