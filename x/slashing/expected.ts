// What x/slashing needs of other modules.

import type { Context } from "../../src/baseapp/context.ts";

/** A validator, as far as it is judged. */
export interface JudgedValidator {
  readonly operator: Uint8Array;
  readonly consensusAddress: Uint8Array;
  readonly jailed: boolean;
  /** 1 is unbonded: nothing answers for what it did. */
  readonly status: number;
  readonly minSelfDelegation: bigint;
}

/** Of x/staking. */
export interface JudgedStaking<V extends JudgedValidator = JudgedValidator> {
  getValidator(ctx: Context, operator: Uint8Array): V | undefined;
  getValidatorByConsensus(ctx: Context, consensusAddress: Uint8Array): V | undefined;
  /** Whole tokens of the operator with its own validator; undefined when there is no such delegation. */
  selfDelegation(ctx: Context, validator: V): bigint | undefined;
  /** Takes a part of the tokens that a validator had at a height: what was taken of its own. */
  slash(
    ctx: Context,
    infraction: {
      readonly consensusAddress: Uint8Array;
      readonly height: bigint;
      readonly power: bigint;
      /** In units of 10^-18. */
      readonly fraction: bigint;
    },
  ): bigint;
  jail(ctx: Context, validator: V): void;
  unjail(ctx: Context, validator: V): void;
}
