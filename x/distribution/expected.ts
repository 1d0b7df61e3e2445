// What x/distribution needs of other modules.

import type { Context } from "../../src/baseapp/context.ts";
import type { Coin } from "../../src/codec/coins.ts";

/** A validator, as far as it is paid. */
export interface PaidValidator {
  readonly operator: Uint8Array;
  readonly tokens: bigint;
  /** `rate` in units of 10^-18. */
  readonly commission: { readonly rate: bigint };
}

/** A delegation. */
export interface PaidDelegation {
  readonly delegator: Uint8Array;
  readonly operator: Uint8Array;
  /** In units of 10^-18. */
  readonly shares: bigint;
}

/** Of x/staking. */
export interface PaidStaking<V extends PaidValidator = PaidValidator> {
  bondDenom(ctx: Context): string;
  getValidator(ctx: Context, operator: Uint8Array): V | undefined;
  getValidatorByConsensus(ctx: Context, consensusAddress: Uint8Array): V | undefined;
  getDelegation(ctx: Context, delegator: Uint8Array, operator: Uint8Array): PaidDelegation | undefined;
  /** Delegations of one delegator, at most `limit`. */
  delegationsOf(ctx: Context, delegator: Uint8Array, limit: number): readonly PaidDelegation[];
  /** All delegations. */
  allDelegations(ctx: Context): Iterable<PaidDelegation>;
  /** Tokens that shares are worth, in units of 10^-18. */
  worth(validator: V, shares: bigint, rounding: "nearest" | "cut"): bigint;
}

/** Of x/auth. */
export interface PaidAccounts {
  moduleAddress(name: string): Uint8Array;
  ensureModuleAccount(ctx: Context, name: string): unknown;
}

/** Of x/bank. */
export interface PaidBank {
  balances(ctx: Context, address: Uint8Array): readonly Coin[];
  isBlocked(address: Uint8Array): boolean;
  sendCoinsFromAccountToModule(ctx: Context, from: Uint8Array, module: string, coins: readonly Coin[]): void;
  /** Throws ErrUnauthorized when the recipient takes nothing from users. */
  sendCoinsFromModuleToAccount(ctx: Context, module: string, to: Uint8Array, coins: readonly Coin[]): void;
  sendCoinsFromModuleToModule(ctx: Context, from: string, to: string, coins: readonly Coin[]): void;
}
