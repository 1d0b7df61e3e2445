// What must always hold of what is staked.

import {
  Delegation as ProtoDelegation,
  UnbondingDelegation as ProtoUnbonding,
} from "../../gen/cosmos/staking/v1beta1/staking.ts";
import type { Context } from "../../src/baseapp/context.ts";
import type { Invariant } from "../../src/baseapp/module.ts";
import { bytesEqual, toHex } from "../../src/codec/bytes.ts";
import { encodeValidatorAddress } from "../../src/codec/validatorAddress.ts";
import type { StakingKeeper } from "./keeper.ts";
import { BONDED_POOL, NOT_BONDED_POOL } from "./keys.ts";
import { delegationFromProto, unbondingFromProto } from "./types.ts";
import { decodeValidator, isBonded, powerOf, type Validator } from "./validator.ts";

function validatorsOf(keeper: StakingKeeper, ctx: Context): Validator[] {
  return [...keeper.validatorStore(ctx).iterate()].map(([, value]) => decodeValidator(value));
}

/** Each pool has the tokens of its validators, and one of them also what is on its way out. */
function checkPools(keeper: StakingKeeper, ctx: Context): string | undefined {
  let [bonded, notBonded] = [0n, 0n];
  for (const validator of validatorsOf(keeper, ctx)) {
    if (isBonded(validator)) bonded += validator.tokens;
    else notBonded += validator.tokens;
  }
  for (const [, value] of keeper.unbondingStore(ctx).iterate()) {
    for (const { balance } of unbondingFromProto(ProtoUnbonding.decode(value)).entries) notBonded += balance;
  }
  const { bondDenom } = keeper.params(ctx);
  for (const [pool, expected] of [
    [BONDED_POOL, bonded],
    [NOT_BONDED_POOL, notBonded],
  ] as const) {
    const has = keeper.bank.balance(ctx, keeper.accounts.moduleAddress(pool), bondDenom);
    if (has !== expected) return `${pool} has ${has}${bondDenom}, expected ${expected}`;
  }
  return undefined;
}

/** The shares of a validator are those of its delegators, each positive. */
function checkShares(keeper: StakingKeeper, ctx: Context): string | undefined {
  const sums = new Map<string, bigint>();
  for (const [, value] of keeper.delegationStore(ctx).iterate()) {
    const { operator, delegator, shares } = delegationFromProto(ProtoDelegation.decode(value));
    if (shares <= 0n) return `${toHex(delegator)} has ${shares} shares of ${encodeValidatorAddress(operator)}`;
    sums.set(toHex(operator), (sums.get(toHex(operator)) ?? 0n) + shares);
  }
  for (const { operator, shares } of validatorsOf(keeper, ctx)) {
    const sum = sums.get(toHex(operator)) ?? 0n;
    if (sum !== shares) return `${encodeValidatorAddress(operator)} has ${shares} shares, its delegators ${sum}`;
    sums.delete(toHex(operator));
  }
  const [orphan] = sums.keys();
  return orphan === undefined ? undefined : `there are delegations to ${orphan}, which is no validator`;
}

/** The order by power has each validator that is not jailed once, and consensus knows exactly the bonded ones. */
function checkOrder(keeper: StakingKeeper, ctx: Context): string | undefined {
  const ranked = new Set([...keeper.byPower(ctx)].map(toHex));
  const told = new Map(keeper.lastPowers(ctx).map(({ operator, power }) => [toHex(operator), power]));
  const validators = validatorsOf(keeper, ctx);
  for (const validator of validators) {
    const name = encodeValidatorAddress(validator.operator);
    if (ranked.has(toHex(validator.operator)) === validator.jailed) {
      return `${name} is ${validator.jailed ? "jailed and" : "not"} in the order by power`;
    }
    const power = told.get(toHex(validator.operator));
    const expected = isBonded(validator) ? powerOf(validator.tokens) : undefined;
    if (power !== expected) return `consensus knows ${name} with power ${power}, expected ${expected}`;
    const known = keeper.getValidatorByConsensus(ctx, validator.consensusAddress);
    if (known === undefined || !bytesEqual(known.operator, validator.operator))
      return `${name} is not found by its key`;
  }
  const free = validators.filter(({ jailed }) => !jailed).length;
  const entries = [...keeper.byPower(ctx)].length;
  return entries === free ? undefined : `the order by power has ${entries} entries for ${free} validators`;
}

/** The invariants of the module, between blocks. PERF: reads all validators and delegations. */
export function stakingInvariants(keeper: StakingKeeper): readonly Invariant[] {
  return [
    { name: "staking/module-accounts", check: (ctx) => checkPools(keeper, ctx) },
    { name: "staking/delegator-shares", check: (ctx) => checkShares(keeper, ctx) },
    { name: "staking/validator-set", check: (ctx) => checkOrder(keeper, ctx) },
  ];
}
