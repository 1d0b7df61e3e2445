// Who is in the validator set, and what consensus is told (cosmos-sdk v0.50 x/staking/keeper/val_state_change.go).

import { BondStatus } from "../../gen/cosmos/staking/v1beta1/staking.ts";
import type { ValidatorUpdate } from "../../gen/tendermint/abci/types.ts";
import type { Context } from "../../src/baseapp/context.ts";
import { toHex } from "../../src/codec/bytes.ts";
import type { StakingKeeper } from "./keeper.ts";
import { BONDED_POOL, NOT_BONDED_POOL } from "./keys.ts";
import { queueValidator, unqueueValidator } from "./maturity.ts";
import { movePools } from "./pools.ts";
import { isBonded, powerOf, powerUpdate, type Validator } from "./validator.ts";

/** A validator, which the order by power names. */
function requireNamed(keeper: StakingKeeper, ctx: Context, operator: Uint8Array): Validator {
  const validator = keeper.getValidator(ctx, operator);
  if (validator === undefined) throw new Error(`validator ${toHex(operator)} is named and not there`);
  return validator;
}

/** Takes a validator out of the order by power: at the end of the block it leaves the set. The jailed validator. */
export function jail(keeper: StakingKeeper, ctx: Context, validator: Validator): Validator {
  if (validator.jailed) throw new Error(`cannot jail already jailed validator ${toHex(validator.operator)}`);
  const jailed = { ...validator, jailed: true };
  keeper.setValidator(ctx, jailed);
  keeper.unrank(ctx, validator);
  return jailed;
}

/** Puts a jailed validator back into the order by power. */
export function unjail(keeper: StakingKeeper, ctx: Context, validator: Validator): void {
  if (!validator.jailed) throw new Error(`cannot unjail already unjailed validator ${toHex(validator.operator)}`);
  const free = { ...validator, jailed: false };
  keeper.setValidator(ctx, free);
  keeper.rank(ctx, free);
}

function bond(keeper: StakingKeeper, ctx: Context, validator: Validator): Validator {
  if (validator.status === BondStatus.BOND_STATUS_UNBONDING) unqueueValidator(ctx, validator);
  const bonded = { ...validator, status: BondStatus.BOND_STATUS_BONDED };
  keeper.setValidator(ctx, bonded);
  for (const hook of keeper.hooks) hook.afterValidatorBonded?.(ctx, bonded.consensusAddress);
  return bonded;
}

function beginUnbonding(keeper: StakingKeeper, ctx: Context, validator: Validator): void {
  if (!isBonded(validator)) throw new Error(`validator ${toHex(validator.operator)} leaves and is not bonded`);
  const unbonding = {
    ...validator,
    status: BondStatus.BOND_STATUS_UNBONDING,
    unbondingTimeNs: ctx.block.timeNs + keeper.params(ctx).unbondingTimeNs,
    unbondingHeight: BigInt(ctx.block.height),
    unbondingIds: [...validator.unbondingIds, keeper.takeUnbondingId(ctx)],
  };
  keeper.setValidator(ctx, unbonding);
  queueValidator(ctx, unbonding);
}

/**
 * Bonds the strongest validators, lets the others go, and gives what consensus is to be told. PERF: reads as many
 * validators as there may be, and only in blocks that have changed the order; else one store look.
 */
export function applyValidatorSet(keeper: StakingKeeper, ctx: Context): ValidatorUpdate[] {
  if (!keeper.hasChanged(ctx)) return [];
  keeper.clearChanged(ctx);
  const { maxValidators } = keeper.params(ctx);
  const leaving = new Map(keeper.lastPowers(ctx).map(({ operator, power }) => [toHex(operator), { operator, power }]));
  const updates: ValidatorUpdate[] = [];
  let [bondedTokens, unbondedTokens, totalPower] = [0n, 0n, 0n];
  // Bonding writes what the order does not depend on.
  for (const operator of [...firstOf(keeper.byPower(ctx), maxValidators)]) {
    let validator = requireNamed(keeper, ctx, operator);
    const power = powerOf(validator.tokens);
    if (validator.jailed) throw new Error(`validator ${toHex(operator)} is jailed and in the order by power`);
    // Behind one without power are only others without.
    if (power === 0n) break;
    if (!isBonded(validator)) {
      validator = bond(keeper, ctx, validator);
      bondedTokens += validator.tokens;
    }
    const known = leaving.get(toHex(operator));
    if (known?.power !== power) {
      updates.push(powerUpdate(validator, power));
      keeper.setLastPower(ctx, operator, power);
    }
    leaving.delete(toHex(operator));
    totalPower += power;
  }
  // In the order of the addresses: so they were read, and none was added.
  for (const { operator } of leaving.values()) {
    const validator = requireNamed(keeper, ctx, operator);
    beginUnbonding(keeper, ctx, validator);
    unbondedTokens += validator.tokens;
    keeper.setLastPower(ctx, operator, undefined);
    updates.push(powerUpdate(validator, 0n));
  }
  const [gain, loss] = [bondedTokens - unbondedTokens, unbondedTokens - bondedTokens];
  if (gain > 0n) movePools(keeper, ctx, { from: NOT_BONDED_POOL, to: BONDED_POOL, amount: gain });
  if (loss > 0n) movePools(keeper, ctx, { from: BONDED_POOL, to: NOT_BONDED_POOL, amount: loss });
  if (updates.length > 0) keeper.setLastTotalPower(ctx, totalPower);
  return updates;
}

function* firstOf<T>(items: Iterable<T>, most: number): IterableIterator<T> {
  let count = 0;
  for (const item of items) {
    if (count >= most) return;
    count += 1;
    yield item;
  }
}
