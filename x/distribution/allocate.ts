// Gives the fees of the block before to those who voted on it (cosmos-sdk v0.50 x/distribution/keeper/allocation.go).

import type { BlockVote, Context } from "../../src/baseapp/context.ts";
import { attribute } from "../../src/baseapp/events.ts";
import type { DecCoin } from "../../src/codec/coins.ts";
import { DEC_ONE, decQuoTrunc } from "../../src/codec/decimal.ts";
import { encodeValidatorAddress } from "../../src/codec/validatorAddress.ts";
import { addDec, formatDecCoins, fromCoins, mulDec, mulDecTrunc, subtractDec } from "./decCoins.ts";
import type { PaidValidator } from "./expected.ts";
import type { DistributionKeeper } from "./keeper.ts";
import { DISTRIBUTION } from "./keys.ts";

/**
 * Moves what was collected to the module, and divides it by power; the rest, with the community tax, belongs to everybody.
 * PERF: one look at the collector's balances when nothing was collected; else three writes for each validator.
 */
export function allocateFees(keeper: DistributionKeeper, ctx: Context): void {
  // The voters on block 1 are known at block 2.
  if (ctx.block.height <= 1) return;
  const fees = keeper.bank.balances(ctx, keeper.accounts.moduleAddress(keeper.feeCollector));
  if (fees.length === 0) return;
  keeper.bank.sendCoinsFromModuleToModule(ctx, keeper.feeCollector, DISTRIBUTION, fees);
  const { votes = [] } = ctx.block.consensus ?? {};
  const totalPower = votes.reduce((sum, { power }) => sum + power, 0n);
  let remaining: readonly DecCoin[] = fromCoins(fees);
  if (totalPower > 0n) {
    const shared = mulDecTrunc(remaining, DEC_ONE - keeper.params(ctx).communityTax);
    for (const vote of votes)
      remaining = subtractDec(remaining, rewardVoter(keeper, ctx, vote, { shared, totalPower }));
  }
  if (remaining.length > 0) keeper.setCommunityPool(ctx, addDec(keeper.communityPool(ctx), remaining));
}

/** Gives a voter its part by power, which it shares with its delegators: the part. Nothing when it is gone. */
function rewardVoter(
  keeper: DistributionKeeper,
  ctx: Context,
  { address, power }: BlockVote,
  { shared, totalPower }: { readonly shared: readonly DecCoin[]; readonly totalPower: bigint },
): readonly DecCoin[] {
  const validator = keeper.staking.getValidatorByConsensus(ctx, address);
  if (validator === undefined) return [];
  const part = mulDecTrunc(shared, decQuoTrunc(power * DEC_ONE, totalPower * DEC_ONE));
  rewardValidator(keeper, ctx, validator, part);
  return part;
}

/** Gives a validator and its delegators coins that the module has. */
export function rewardValidator(
  keeper: DistributionKeeper,
  ctx: Context,
  validator: PaidValidator,
  coins: readonly DecCoin[],
): void {
  if (coins.length === 0) return;
  const { operator } = validator;
  const commission = mulDec(coins, validator.commission.rate);
  const shared = subtractDec(coins, commission);
  const name = encodeValidatorAddress(operator);
  if (commission.length > 0) {
    keeper.setCommission(ctx, operator, addDec(keeper.commission(ctx, operator), commission));
    ctx.events.emit("commission", [attribute("amount", formatDecCoins(commission)), attribute("validator", name)]);
  }
  const { rewards, period } = keeper.current(ctx, operator);
  if (shared.length > 0) keeper.setCurrent(ctx, operator, { rewards: addDec(rewards, shared), period });
  keeper.setOutstanding(ctx, operator, addDec(keeper.outstanding(ctx, operator), coins));
  ctx.events.emit("rewards", [attribute("amount", formatDecCoins(coins)), attribute("validator", name)]);
}
