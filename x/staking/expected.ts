// What x/staking needs of other modules, and what it tells them.

import type { Context } from "../../src/baseapp/context.ts";
import type { Coin } from "../../src/codec/coins.ts";

/** Of x/auth. */
export interface StakingAccounts {
  moduleAddress(name: string): Uint8Array;
  ensureModuleAccount(ctx: Context, name: string): unknown;
}

/** Of x/bank. */
export interface StakingBank {
  balance(ctx: Context, address: Uint8Array, denom: string): bigint;
  supply(ctx: Context, denom: string): bigint;
  /** Throws ErrInsufficientFunds. */
  sendCoinsFromAccountToModule(ctx: Context, from: Uint8Array, module: string, coins: readonly Coin[]): void;
  sendCoinsFromModuleToModule(ctx: Context, from: string, to: string, coins: readonly Coin[]): void;
  /** Also to accounts that take nothing from users: it is theirs. */
  sendCoins(ctx: Context, from: Uint8Array, to: Uint8Array, coins: readonly Coin[]): void;
  burnCoins(ctx: Context, module: string, coins: readonly Coin[]): void;
}

/** Of whoever mints a denomination for another reason: a slash destroys what is staked. */
export interface ReservedDenoms {
  /** Why a denomination must not be staked; undefined when it may. */
  reservedFor(ctx: Context, denom: string): string | undefined;
}

/** Of modules that follow what happens to validators and delegations. `operator` is a validator. */
export interface StakingHooks {
  afterValidatorCreated?(ctx: Context, operator: Uint8Array): void;
  afterValidatorRemoved?(ctx: Context, operator: Uint8Array): void;
  afterValidatorBonded?(ctx: Context, consensusAddress: Uint8Array): void;
  beforeDelegationCreated?(ctx: Context, delegator: Uint8Array, operator: Uint8Array): void;
  beforeDelegationSharesModified?(ctx: Context, delegator: Uint8Array, operator: Uint8Array): void;
  afterDelegationModified?(ctx: Context, delegator: Uint8Array, operator: Uint8Array): void;
  /** `fraction` of the validator's tokens goes, in units of 10^-18, at most one. */
  beforeValidatorSlashed?(ctx: Context, operator: Uint8Array, fraction: bigint): void;
}
