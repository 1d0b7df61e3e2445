// What moves tokens into, between and out of validators (cosmos-sdk v0.50 x/staking/keeper/delegation.go).

import type { BondStatus } from "../../gen/cosmos/staking/v1beta1/staking.ts";
import type { Context } from "../../src/baseapp/context.ts";
import { bytesEqual } from "../../src/codec/bytes.ts";
import { ChainError } from "../../src/codec/chainError.ts";
import { decTrunc, formatDec } from "../../src/codec/decimal.ts";
import { ErrInvalidRequest } from "../../src/codec/sdkErrors.ts";
import {
  ErrBadRedelegationDst,
  ErrDelegatorShareExRateInvalid,
  ErrMaxRedelegationEntries,
  ErrMaxUnbondingDelegationEntries,
  ErrNoDelegation,
  ErrNoDelegatorForAddress,
  ErrNotEnoughDelegationShares,
  ErrSelfRedelegation,
  ErrTinyRedelegationAmount,
  ErrTransitiveRedelegation,
} from "./errors.ts";
import type { StakingKeeper } from "./keeper.ts";
import { NOT_BONDED_POOL } from "./keys.ts";
import { queueRedelegation, queueUnbonding } from "./maturity.ts";
import { movePools, poolOf } from "./pools.ts";
import type { Delegation, Holding, Move, UnbondingEntry } from "./types.ts";
import {
  addTokens,
  hasInvalidRate,
  isBonded,
  isUnbonded,
  removeShares,
  sharesFromTokens,
  tokensFromShares,
  type Validator,
} from "./validator.ts";
import { jail } from "./validatorSet.ts";

/** Where delegated tokens come from: the delegator's account, or the pool of a status. */
export type TokenSource = "account" | { readonly status: BondStatus };

/**
 * Delegates an amount: the shares that were made for it. Throws ErrDelegatorShareExRateInvalid, ErrInsufficientFunds.
 * The amount is above zero and of the bond denomination.
 */
export function delegate(
  keeper: StakingKeeper,
  ctx: Context,
  { delegator, operator }: Holding,
  amount: bigint,
  source: TokenSource,
): bigint {
  const validator = keeper.requireValidator(ctx, operator);
  // A validator whose tokens were all slashed has shares that nothing belongs to: new tokens would go to their owners.
  if (hasInvalidRate(validator)) throw new ChainError(ErrDelegatorShareExRateInvalid);
  const known = keeper.getDelegation(ctx, delegator, operator);
  for (const hook of keeper.hooks) {
    if (known === undefined) hook.beforeDelegationCreated?.(ctx, delegator, operator);
    else hook.beforeDelegationSharesModified?.(ctx, delegator, operator);
  }
  if (source === "account") {
    const coins = [{ denom: keeper.params(ctx).bondDenom, amount }];
    keeper.bank.sendCoinsFromAccountToModule(ctx, delegator, poolOf(validator), coins);
  } else {
    movePools(keeper, ctx, { from: poolOf(source), to: poolOf(validator), amount });
  }
  const added = addTokens(validator, amount);
  keeper.replaceValidator(ctx, validator, added.validator);
  keeper.setDelegation(ctx, { delegator, operator, shares: (known?.shares ?? 0n) + added.issued });
  for (const hook of keeper.hooks) hook.afterDelegationModified?.(ctx, delegator, operator);
  return added.issued;
}

/**
 * Takes shares out of a validator: the whole tokens they gave, which stay in its pool. A validator whose operator goes
 * below what it promised is jailed; one that is empty and unbonded is forgotten.
 */
export function unbond(keeper: StakingKeeper, ctx: Context, { delegator, operator }: Holding, shares: bigint): bigint {
  const delegation = keeper.getDelegation(ctx, delegator, operator);
  if (delegation === undefined) throw new ChainError(ErrNoDelegatorForAddress);
  for (const hook of keeper.hooks) hook.beforeDelegationSharesModified?.(ctx, delegator, operator);
  if (delegation.shares < shares) throw new ChainError(ErrNotEnoughDelegationShares, formatDec(delegation.shares));
  const left: Delegation = { ...delegation, shares: delegation.shares - shares };
  let validator = keeper.requireValidator(ctx, operator);
  const isOperator = bytesEqual(delegator, operator);
  if (isOperator && !validator.jailed && ownTokens(validator, left.shares) < validator.minSelfDelegation) {
    validator = jail(keeper, ctx, validator);
  }
  if (left.shares === 0n) {
    keeper.removeDelegation(ctx, left);
  } else {
    keeper.setDelegation(ctx, left);
    for (const hook of keeper.hooks) hook.afterDelegationModified?.(ctx, delegator, operator);
  }
  const removed = removeShares(validator, shares);
  keeper.replaceValidator(ctx, validator, removed.validator);
  // One that is bonded or unbonding is forgotten when it has unbonded.
  if (removed.validator.shares === 0n && isUnbonded(removed.validator)) keeper.removeValidator(ctx, removed.validator);
  return removed.amount;
}

function ownTokens(validator: Validator, shares: bigint): bigint {
  return decTrunc(tokensFromShares(validator, shares));
}

/**
 * The shares to take for an amount of tokens. Throws ErrNoValidatorFound, ErrNoDelegation, ErrInsufficientShares, and
 * ErrInvalidRequest when the delegation has less.
 */
export function sharesToUnbond(keeper: StakingKeeper, ctx: Context, holding: Holding, amount: bigint): bigint {
  const validator = keeper.requireValidator(ctx, holding.operator);
  const delegation = keeper.getDelegation(ctx, holding.delegator, holding.operator);
  if (delegation === undefined) throw new ChainError(ErrNoDelegation);
  const shares = sharesFromTokens(validator, amount);
  if (shares > delegation.shares) throw new ChainError(ErrInvalidRequest, "invalid shares amount");
  return shares;
}

/** Begins to take shares out: when they will be out, and the tokens they gave. Throws ErrMaxUnbondingDelegationEntries. */
export function undelegate(
  keeper: StakingKeeper,
  ctx: Context,
  holding: Holding,
  shares: bigint,
): { readonly completionNs: bigint; readonly amount: bigint } {
  const { delegator, operator } = holding;
  const validator = keeper.requireValidator(ctx, operator);
  const { maxEntries, unbondingTimeNs } = keeper.params(ctx);
  const before = keeper.getUnbonding(ctx, delegator, operator);
  if ((before?.entries.length ?? 0) >= maxEntries) throw new ChainError(ErrMaxUnbondingDelegationEntries);
  const amount = unbond(keeper, ctx, holding, shares);
  movePools(keeper, ctx, { from: poolOf(validator), to: NOT_BONDED_POOL, amount });
  const completionNs = ctx.block.timeNs + unbondingTimeNs;
  const unbondingId = keeper.takeUnbondingId(ctx);
  const entry = { creationHeight: BigInt(ctx.block.height), completionNs, initialBalance: amount, balance: amount };
  const entries = withEntry(before?.entries ?? [], { ...entry, unbondingId });
  keeper.setUnbonding(ctx, { delegator, operator, entries });
  queueUnbonding(ctx, holding, completionNs);
  return { completionNs, amount };
}

/** The entries with one more; what began and ends together with another becomes part of it. */
function withEntry(entries: readonly UnbondingEntry[], added: UnbondingEntry): UnbondingEntry[] {
  const index = entries.findIndex(
    ({ creationHeight, completionNs }) =>
      creationHeight === added.creationHeight && completionNs === added.completionNs,
  );
  const twin = entries[index];
  if (twin === undefined) return [...entries, added];
  const merged = {
    ...twin,
    initialBalance: twin.initialBalance + added.initialBalance,
    balance: twin.balance + added.balance,
  };
  return entries.with(index, merged);
}

/**
 * Moves shares to another validator: until when they answer for the source; undefined when for nothing. Throws
 * ErrSelfRedelegation, ErrBadRedelegationDst, ErrTransitiveRedelegation, ErrMaxRedelegationEntries,
 * ErrTinyRedelegationAmount.
 */
export function redelegate(keeper: StakingKeeper, ctx: Context, move: Move, shares: bigint): bigint | undefined {
  const { delegator, source, destination } = move;
  if (bytesEqual(source, destination)) throw new ChainError(ErrSelfRedelegation);
  if (keeper.getValidator(ctx, destination) === undefined) throw new ChainError(ErrBadRedelegationDst);
  const from = keeper.getValidator(ctx, source);
  if (from === undefined) throw new ChainError(ErrBadRedelegationDst);
  if (keeper.isReceiving(ctx, delegator, source)) throw new ChainError(ErrTransitiveRedelegation);
  const before = keeper.getRedelegation(ctx, move);
  if ((before?.entries.length ?? 0) >= keeper.params(ctx).maxEntries) throw new ChainError(ErrMaxRedelegationEntries);
  const amount = unbond(keeper, ctx, { delegator, operator: source }, shares);
  if (amount === 0n) throw new ChainError(ErrTinyRedelegationAmount);
  const sharesDst = delegate(keeper, ctx, { delegator, operator: destination }, amount, from);
  const begin = beginOf(keeper, ctx, source);
  if (begin === undefined) return undefined;
  const unbondingId = keeper.takeUnbondingId(ctx);
  const entries = [...(before?.entries ?? []), { ...begin, initialBalance: amount, sharesDst, unbondingId }];
  keeper.setRedelegation(ctx, { delegator, source, destination, entries });
  queueRedelegation(ctx, move, begin.completionNs);
  return begin.completionNs;
}

/** From when and until when tokens that leave a validator answer for it; undefined when it has unbonded already. */
function beginOf(keeper: StakingKeeper, ctx: Context, operator: Uint8Array) {
  const validator = keeper.getValidator(ctx, operator);
  if (validator === undefined || isBonded(validator)) {
    const completionNs = ctx.block.timeNs + keeper.params(ctx).unbondingTimeNs;
    return { creationHeight: BigInt(ctx.block.height), completionNs };
  }
  if (isUnbonded(validator)) return undefined;
  return { creationHeight: validator.unbondingHeight, completionNs: validator.unbondingTimeNs };
}
