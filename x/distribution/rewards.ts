// What delegations earn, by the F1 scheme (cosmos-sdk v0.50 x/distribution/keeper/{validator,delegation}.go; "F1 Fee
// Distribution", Ojha and Goes): a block costs the same for any number of delegators. Each change of a validator's tokens
// ends a period; the ratios of periods add up, so that a delegation earned its stake times a difference of two sums.
// Everything is cut, never rounded up: what is paid out never exceeds what came in.

import type { Context } from "../../src/baseapp/context.ts";
import type { DecCoin } from "../../src/codec/coins.ts";
import { DEC_ONE, decMulTrunc } from "../../src/codec/decimal.ts";
import { addDec, mulDecTrunc, NO_COINS, quoDecTrunc, subtractDec } from "./decCoins.ts";
import type { PaidDelegation, PaidValidator } from "./expected.ts";
import type { DistributionKeeper, StartingInfo } from "./keeper.ts";

/** Units of 10^-18 that rounding may make a stake larger than it is. */
const STAKE_MARGIN = 3n;
/** A period is referred to by itself, by a slash that ended it and by the delegations that begin with it. */
const REFERENCES_FIRST = 1;

/** Begins the books of a validator. */
export function initValidator(keeper: DistributionKeeper, ctx: Context, operator: Uint8Array): void {
  keeper.setHistorical(ctx, operator, 0n, { ratio: NO_COINS, references: REFERENCES_FIRST });
  keeper.setCurrent(ctx, operator, { rewards: NO_COINS, period: 1n });
  keeper.setCommission(ctx, operator, NO_COINS);
  keeper.setOutstanding(ctx, operator, NO_COINS);
}

function addReferences(keeper: DistributionKeeper, ctx: Context, operator: Uint8Array, period: bigint, by: number) {
  const { ratio, references } = keeper.historical(ctx, operator, period);
  if (references + by < 0) throw new Error("cannot set negative reference count");
  keeper.setHistorical(ctx, operator, period, { ratio, references: references + by });
}

/** Ends the period of a validator, before its tokens change: the period that has ended. */
export function endPeriod(keeper: DistributionKeeper, ctx: Context, validator: PaidValidator): bigint {
  const { operator, tokens } = validator;
  const { rewards, period } = keeper.current(ctx, operator);
  if (tokens === 0n && rewards.length > 0) {
    // Nobody has a share of them.
    keeper.setCommunityPool(ctx, addDec(keeper.communityPool(ctx), rewards));
    keeper.setOutstanding(ctx, operator, subtractDec(keeper.outstanding(ctx, operator), rewards));
  }
  const gained = tokens === 0n ? NO_COINS : quoDecTrunc(rewards, tokens * DEC_ONE);
  const { ratio } = keeper.historical(ctx, operator, period - 1n);
  addReferences(keeper, ctx, operator, period - 1n, -1);
  keeper.setHistorical(ctx, operator, period, { ratio: addDec(ratio, gained), references: REFERENCES_FIRST });
  keeper.setCurrent(ctx, operator, { rewards: NO_COINS, period: period + 1n });
  return period;
}

/** Notes a slash, before it takes tokens. */
export function noteSlash(keeper: DistributionKeeper, ctx: Context, validator: PaidValidator, fraction: bigint): void {
  if (fraction < 0n || fraction > DEC_ONE)
    throw new Error(`fraction must be >=0 and <=1, current fraction: ${fraction}`);
  const period = endPeriod(keeper, ctx, validator);
  addReferences(keeper, ctx, validator.operator, period, 1);
  keeper.addSlash(ctx, validator.operator, BigInt(ctx.block.height), { period, fraction });
}

/** Begins the reckoning of a delegation with the period that its change has ended. */
export function initDelegation(
  keeper: DistributionKeeper,
  ctx: Context,
  validator: PaidValidator,
  { delegator, operator, shares }: PaidDelegation,
): void {
  const previousPeriod = keeper.current(ctx, operator).period - 1n;
  addReferences(keeper, ctx, operator, previousPeriod, 1);
  const stake = keeper.staking.worth(validator, shares, "cut");
  keeper.setStartingInfo(ctx, operator, delegator, { previousPeriod, stake, height: BigInt(ctx.block.height) });
}

/** What a delegation has earned up to the end of a period. */
export function rewardsOf(
  keeper: DistributionKeeper,
  ctx: Context,
  parts: {
    readonly validator: PaidValidator;
    readonly delegation: PaidDelegation;
    readonly start: StartingInfo;
    readonly lastPeriod: bigint;
  },
): readonly DecCoin[] {
  const { validator, delegation, start, lastPeriod } = parts;
  const { operator } = validator;
  const height = BigInt(ctx.block.height);
  if (start.height === height) return NO_COINS;
  let [period, stake] = [start.previousPeriod, start.stake];
  let rewards: readonly DecCoin[] = NO_COINS;
  const earn = (until: bigint) => {
    const gained = subtractDec(
      keeper.historical(ctx, operator, until).ratio,
      keeper.historical(ctx, operator, period).ratio,
    );
    rewards = addDec(rewards, mulDecTrunc(gained, stake));
  };
  // Slashes of this block are among them: they come behind the allocation of its rewards.
  for (const slash of keeper.slashes(ctx, operator, start.height, height)) {
    if (slash.period <= period) continue;
    earn(slash.period);
    stake = decMulTrunc(stake, DEC_ONE - slash.fraction);
    period = slash.period;
  }
  stake = notAbove(stake, keeper.staking.worth(validator, delegation.shares, "nearest"));
  earn(lastPeriod);
  return rewards;
}

/** The stake, which rounding may have left a little above what the shares are worth. Throws an Error when it is more. */
function notAbove(stake: bigint, worth: bigint): bigint {
  if (stake <= worth) return stake;
  if (stake <= worth + STAKE_MARGIN) return worth;
  throw new Error(`calculated final stake ${stake} greater than current stake ${worth}`);
}
