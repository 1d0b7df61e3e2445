// What x/staking offers to modules that judge validators and to those that pay them.

import { Delegation as ProtoDelegation } from "../../gen/cosmos/staking/v1beta1/staking.ts";
import type { Context } from "../../src/baseapp/context.ts";
import { decTrunc } from "../../src/codec/decimal.ts";
import type { StakingKeeper } from "./keeper.ts";
import { type Infraction, slash } from "./slash.ts";
import { type Delegation, delegationFromProto } from "./types.ts";
import { tokensFromShares, tokensFromSharesTrunc, type Validator } from "./validator.ts";
import { jail, unjail } from "./validatorSet.ts";

/** What others may do to validators. */
export class StakingOffers {
  readonly #keeper: StakingKeeper;

  constructor(keeper: StakingKeeper) {
    this.#keeper = keeper;
  }

  /** By operator. */
  getValidator(ctx: Context, operator: Uint8Array): Validator | undefined {
    return this.#keeper.getValidator(ctx, operator);
  }

  getValidatorByConsensus(ctx: Context, consensusAddress: Uint8Array): Validator | undefined {
    return this.#keeper.getValidatorByConsensus(ctx, consensusAddress);
  }

  /** The denomination that is staked. */
  bondDenom(ctx: Context): string {
    return this.#keeper.params(ctx).bondDenom;
  }

  getDelegation(ctx: Context, delegator: Uint8Array, operator: Uint8Array): Delegation | undefined {
    return this.#keeper.getDelegation(ctx, delegator, operator);
  }

  /** All delegations of one delegator, in the order of the operators; at most `limit`. */
  delegationsOf(ctx: Context, delegator: Uint8Array, limit: number): Delegation[] {
    const delegations: Delegation[] = [];
    for (const [, value] of this.#keeper.delegationStore(ctx, delegator).iterate()) {
      if (delegations.length === limit) break;
      delegations.push(delegationFromProto(ProtoDelegation.decode(value)));
    }
    return delegations;
  }

  /** All delegations. */
  *allDelegations(ctx: Context): IterableIterator<Delegation> {
    for (const [, value] of this.#keeper.delegationStore(ctx).iterate()) {
      yield delegationFromProto(ProtoDelegation.decode(value));
    }
  }

  /** Tokens that shares of a validator are worth, in units of 10^-18: to the nearest, or cut. */
  worth(validator: Validator, shares: bigint, rounding: "nearest" | "cut"): bigint {
    return rounding === "cut" ? tokensFromSharesTrunc(validator, shares) : tokensFromShares(validator, shares);
  }

  /** Whole tokens that an operator has with its own validator; undefined when it has no delegation there. */
  selfDelegation(ctx: Context, validator: Validator): bigint | undefined {
    const own = this.#keeper.getDelegation(ctx, validator.operator, validator.operator);
    return own === undefined ? undefined : decTrunc(tokensFromShares(validator, own.shares));
  }

  /** Slashes a validator: the tokens that were taken of its own. */
  slash(ctx: Context, infraction: Infraction): bigint {
    return slash(this.#keeper, ctx, infraction);
  }

  /** Takes a validator that is not jailed out of the set, at the end of the block. */
  jail(ctx: Context, validator: Validator): void {
    jail(this.#keeper, ctx, validator);
  }

  /** Lets a jailed validator back. */
  unjail(ctx: Context, validator: Validator): void {
    unjail(this.#keeper, ctx, validator);
  }
}
