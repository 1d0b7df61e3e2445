// Takes tokens of a validator for what it did, of those who delegated to it then, wherever their tokens went since
// (cosmos-sdk v0.50 x/staking/keeper/slash.go). What is taken is destroyed.

import type { Context } from "../../src/baseapp/context.ts";
import { toHex } from "../../src/codec/bytes.ts";
import { DEC_ONE, decMul, decQuoCeil, decTrunc, quoTrunc } from "../../src/codec/decimal.ts";
import { unbond } from "./delegating.ts";
import type { StakingKeeper } from "./keeper.ts";
import { addressesOf, NOT_BONDED_POOL } from "./keys.ts";
import { burnFromPool, poolOf } from "./pools.ts";
import type { Redelegation, Unbonding, UnbondingEntry } from "./types.ts";
import { isUnbonded, tokensOfPower, type Validator } from "./validator.ts";

/** What a validator did. */
export interface Infraction {
  readonly consensusAddress: Uint8Array;
  /** Height of the validator set that did it; may be below 1. */
  readonly height: bigint;
  /** Its power in that set. */
  readonly power: bigint;
  /** Of its tokens then, in units of 10^-18. */
  readonly fraction: bigint;
}

function least(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}

/** Slashes a validator: the tokens that were taken of its own. Nothing when it is gone. */
export function slash(keeper: StakingKeeper, ctx: Context, infraction: Infraction): bigint {
  const { consensusAddress, height, power, fraction } = infraction;
  if (fraction < 0n) throw new Error(`attempted to slash with a negative slash factor: ${fraction}`);
  const validator = keeper.getValidatorByConsensus(ctx, consensusAddress);
  if (validator === undefined) return 0n;
  if (isUnbonded(validator)) throw new Error(`should not be slashing unbonded validator ${toHex(validator.operator)}`);
  if (height > BigInt(ctx.block.height)) throw new Error(`an infraction at height ${height} is of the future`);
  const due = decTrunc(decMul(tokensOfPower(power) * DEC_ONE, fraction));
  const elsewhere = height < BigInt(ctx.block.height) ? slashLeavers(keeper, ctx, validator, infraction) : 0n;
  const burned = least(due - elsewhere, validator.tokens);
  if (burned <= 0n) return 0n;
  const effective = least(decQuoCeil(burned * DEC_ONE, validator.tokens * DEC_ONE), DEC_ONE);
  for (const hook of keeper.hooks) hook.beforeValidatorSlashed?.(ctx, validator.operator, effective);
  keeper.replaceValidator(ctx, validator, { ...validator, tokens: validator.tokens - burned });
  burnFromPool(keeper, ctx, poolOf(validator), burned);
  return burned;
}

/** Slashes what was there at the infraction and has left since: what was due of it, whether it was still there or not. */
function slashLeavers(keeper: StakingKeeper, ctx: Context, validator: Validator, infraction: Infraction): bigint {
  let due = 0n;
  for (const [key] of [...keeper.unbondingDelegatorsStore(ctx, validator.operator).iterate()]) {
    const unbonding = keeper.getUnbonding(ctx, addressesOf(key)[0]!, validator.operator);
    if (unbonding !== undefined) due += slashUnbonding(keeper, ctx, unbonding, infraction);
  }
  for (const [key] of [...keeper.redelegationsFromStore(ctx, validator.operator).iterate()]) {
    const [delegator, destination] = addressesOf(key);
    const move = { delegator: delegator!, source: validator.operator, destination: destination! };
    const redelegation = keeper.getRedelegation(ctx, move);
    if (redelegation !== undefined) due += slashRedelegation(keeper, ctx, redelegation, infraction);
  }
  return due;
}

/** Whether an entry answers for an infraction: it began at or after it, and has not ended. */
function answersFor(
  ctx: Context,
  entry: { readonly creationHeight: bigint; readonly completionNs: bigint },
  height: bigint,
): boolean {
  return entry.creationHeight >= height && entry.completionNs > ctx.block.timeNs;
}

function slashUnbonding(keeper: StakingKeeper, ctx: Context, unbonding: Unbonding, infraction: Infraction): bigint {
  let [due, burned] = [0n, 0n];
  const entries = unbonding.entries.map((entry): UnbondingEntry => {
    if (!answersFor(ctx, entry, infraction.height)) return entry;
    const amount = decTrunc(infraction.fraction * entry.initialBalance);
    due += amount;
    const taken = least(amount, entry.balance);
    burned += taken;
    return { ...entry, balance: entry.balance - taken };
  });
  if (burned > 0n) keeper.setUnbonding(ctx, { ...unbonding, entries });
  burnFromPool(keeper, ctx, NOT_BONDED_POOL, burned);
  return due;
}

/** What was moved and has begun to leave its destination is taken first, then what is there. */
function slashRedelegation(keeper: StakingKeeper, ctx: Context, moved: Redelegation, infraction: Infraction): bigint {
  let due = 0n;
  for (const entry of moved.entries) {
    if (!answersFor(ctx, entry, infraction.height)) continue;
    const amount = decTrunc(infraction.fraction * entry.initialBalance);
    due += amount;
    const left = amount - slashLeaving(keeper, ctx, moved, amount, infraction.height);
    // What is still due of the shares that the entry made.
    if (left > 0n) {
      slashMoved(keeper, ctx, moved, quoTrunc(decMul(infraction.fraction, entry.sharesDst) * left, amount));
    }
  }
  return due;
}

/** Takes up to an amount of what leaves the destination: how much. */
function slashLeaving(
  keeper: StakingKeeper,
  ctx: Context,
  { delegator, destination }: Redelegation,
  amount: bigint,
  height: bigint,
): bigint {
  const unbonding = keeper.getUnbonding(ctx, delegator, destination);
  if (unbonding === undefined) return 0n;
  let left = amount;
  const entries = unbonding.entries.map((entry): UnbondingEntry => {
    const taken = answersFor(ctx, entry, height) ? least(left, entry.balance) : 0n;
    left -= taken;
    return { ...entry, balance: entry.balance - taken };
  });
  if (left < amount) keeper.setUnbonding(ctx, { ...unbonding, entries });
  burnFromPool(keeper, ctx, NOT_BONDED_POOL, amount - left);
  return amount - left;
}

/** Takes shares of what is at the destination, as many as are there. */
function slashMoved(keeper: StakingKeeper, ctx: Context, { delegator, destination }: Redelegation, most: bigint): void {
  const delegation = keeper.getDelegation(ctx, delegator, destination);
  if (delegation === undefined) return;
  const shares = least(most, delegation.shares);
  if (shares === 0n) return;
  // An empty one that has unbonded is gone after it.
  const pool = poolOf(keeper.requireValidator(ctx, destination));
  const burned = unbond(keeper, ctx, { delegator, operator: destination }, shares);
  burnFromPool(keeper, ctx, pool, burned);
}
