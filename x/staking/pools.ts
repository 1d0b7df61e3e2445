// The two module accounts that hold what is staked.

import type { Context } from "../../src/baseapp/context.ts";
import type { StakingKeeper } from "./keeper.ts";
import { BONDED_POOL, NOT_BONDED_POOL } from "./keys.ts";
import { isBonded, type Validator } from "./validator.ts";

/** The pool that holds the tokens of a validator of this status. */
export function poolOf(validator: Pick<Validator, "status">): string {
  return isBonded(validator) ? BONDED_POOL : NOT_BONDED_POOL;
}

/** Moves tokens from one pool to the other; nothing when they are the same or there is nothing. */
export function movePools(
  keeper: StakingKeeper,
  ctx: Context,
  { from, to, amount }: { readonly from: string; readonly to: string; readonly amount: bigint },
): void {
  if (from === to || amount === 0n) return;
  keeper.bank.sendCoinsFromModuleToModule(ctx, from, to, [{ denom: keeper.params(ctx).bondDenom, amount }]);
}

/** Destroys tokens of a pool. */
export function burnFromPool(keeper: StakingKeeper, ctx: Context, pool: string, amount: bigint): void {
  if (amount === 0n) return;
  keeper.bank.burnCoins(ctx, pool, [{ denom: keeper.params(ctx).bondDenom, amount }]);
}
