// Genesis of x/staking (cosmos-sdk v0.50 x/staking/keeper/genesis.go).
//
// A genesis that was written by hand has validators with their tokens in the pool of those who are not bonded, and their
// delegations: they are bonded before block 1, and the other modules hear of them. One that was exported is as it was left.

import { GenesisState } from "../../gen/cosmos/staking/v1beta1/genesis.ts";
import {
  BondStatus,
  Delegation as ProtoDelegation,
  Redelegation as ProtoRedelegation,
  UnbondingDelegation as ProtoUnbonding,
} from "../../gen/cosmos/staking/v1beta1/staking.ts";
import type { ValidatorUpdate } from "../../gen/tendermint/abci/types.ts";
import type { Context } from "../../src/baseapp/context.ts";
import type { ModuleGenesis } from "../../src/baseapp/module.ts";
import { toHex, utf8 } from "../../src/codec/bytes.ts";
import { decodeValidatorAddress, encodeValidatorAddress } from "../../src/codec/validatorAddress.ts";
import { stakingInvariants } from "./invariants.ts";
import type { StakingKeeper } from "./keeper.ts";
import { BONDED_POOL, NOT_BONDED_POOL } from "./keys.ts";
import { queueRedelegation, queueUnbonding, queueValidator } from "./maturity.ts";
import {
  checkParams,
  DEFAULT_PARAMS,
  delegationFromProto,
  delegationToProto,
  paramsFromProto,
  paramsToProto,
  redelegationFromProto,
  redelegationToProto,
  unbondingFromProto,
  unbondingToProto,
  validateRates,
} from "./types.ts";
import { decodeValidator, powerUpdate, tokensOfPower, validatorFromProto, validatorToProto } from "./validator.ts";
import { applyValidatorSet } from "./validatorSet.ts";

/** The most power that CometBFT counts with (types/validator_set.go MaxTotalVotingPower). */
const TOTAL_POWER_MAX = ((1n << 63n) - 1n) / 8n;

function requireUnique(what: string, names: readonly string[]): void {
  const seen = new Set<string>();
  for (const name of names) {
    if (seen.has(name)) throw new Error(`duplicate ${what} ${name}`);
    seen.add(name);
  }
}

function validate({ params, validators, delegations, unbondingDelegations, redelegations }: GenesisState): void {
  const problem = params === undefined ? undefined : checkParams(paramsFromProto(params));
  if (problem !== undefined) throw new Error(problem);
  const known = validators.map(validatorFromProto);
  requireUnique(
    "validator",
    known.map(({ operator }) => encodeValidatorAddress(operator)),
  );
  requireUnique(
    "consensus key of a validator",
    known.map(({ consensusAddress }) => toHex(consensusAddress)),
  );
  for (const validator of known) {
    const name = encodeValidatorAddress(validator.operator);
    validateRates(validator.commission);
    if (validator.status === BondStatus.BOND_STATUS_UNSPECIFIED) throw new Error(`${name} has no status`);
    if (validator.jailed && validator.status === BondStatus.BOND_STATUS_BONDED) {
      throw new Error(`validator is bonded and jailed in genesis state: ${name}`);
    }
    if (validator.shares <= 0n && validator.status !== BondStatus.BOND_STATUS_UNBONDING) {
      throw new Error(`bonded/unbonded genesis validator cannot have zero delegator shares: ${name}`);
    }
  }
  delegations.map(delegationFromProto);
  unbondingDelegations.map(unbondingFromProto);
  redelegations.map(redelegationFromProto);
}

function initValidators(keeper: StakingKeeper, ctx: Context, { validators, exported }: GenesisState): bigint {
  let lastId = 0n;
  for (const validator of validators.map(validatorFromProto)) {
    keeper.addValidator(ctx, validator);
    keeper.rank(ctx, validator);
    if (!exported) for (const hook of keeper.hooks) hook.afterValidatorCreated?.(ctx, validator.operator);
    if (validator.status === BondStatus.BOND_STATUS_UNBONDING) queueValidator(ctx, validator);
    for (const id of validator.unbondingIds) lastId = id > lastId ? id : lastId;
  }
  return lastId;
}

function initDelegations(keeper: StakingKeeper, ctx: Context, { delegations, exported }: GenesisState): void {
  for (const delegation of delegations.map(delegationFromProto)) {
    const { delegator, operator } = delegation;
    if (!exported) for (const hook of keeper.hooks) hook.beforeDelegationCreated?.(ctx, delegator, operator);
    keeper.setDelegation(ctx, delegation);
    if (!exported) for (const hook of keeper.hooks) hook.afterDelegationModified?.(ctx, delegator, operator);
  }
}

/** What is on its way: the highest id. */
function initUnbonding(keeper: StakingKeeper, ctx: Context, genesis: GenesisState): bigint {
  let lastId = 0n;
  const note = ({ unbondingId }: { readonly unbondingId: bigint }) => {
    lastId = unbondingId > lastId ? unbondingId : lastId;
  };
  for (const unbonding of genesis.unbondingDelegations.map(unbondingFromProto)) {
    keeper.setUnbonding(ctx, unbonding);
    unbonding.entries.forEach(note);
    for (const { completionNs } of unbonding.entries) queueUnbonding(ctx, unbonding, completionNs);
  }
  for (const redelegation of genesis.redelegations.map(redelegationFromProto)) {
    keeper.setRedelegation(ctx, redelegation);
    redelegation.entries.forEach(note);
    for (const { completionNs } of redelegation.entries) queueRedelegation(ctx, redelegation, completionNs);
  }
  return lastId;
}

function init(keeper: StakingKeeper, ctx: Context, genesis: GenesisState): void {
  const params = genesis.params === undefined ? DEFAULT_PARAMS : paramsFromProto(genesis.params);
  const reason = keeper.reserved.reservedFor(ctx, params.bondDenom);
  if (reason !== undefined) throw new Error(`bond denom ${params.bondDenom}: ${reason}`);
  keeper.setParams(ctx, params);
  for (const pool of [BONDED_POOL, NOT_BONDED_POOL]) keeper.accounts.ensureModuleAccount(ctx, pool);
  if (keeper.bank.supply(ctx, params.bondDenom) > tokensOfPower(TOTAL_POWER_MAX)) {
    throw new Error(`there is more ${params.bondDenom} than CometBFT can count as power`);
  }
  const ofValidators = initValidators(keeper, ctx, genesis);
  initDelegations(keeper, ctx, genesis);
  const ofEntries = initUnbonding(keeper, ctx, genesis);
  const lastId = ofValidators > ofEntries ? ofValidators : ofEntries;
  if (lastId > 0n) keeper.setLastUnbondingId(ctx, lastId);
  let total = 0n;
  for (const { address, power } of genesis.exported ? genesis.lastValidatorPowers : []) {
    keeper.setLastPower(ctx, decodeValidatorAddress(address), power);
    total += power;
  }
  if (genesis.exported) {
    keeper.setLastTotalPower(ctx, total);
    keeper.clearChanged(ctx);
  }
  // That consensus knows the bonded ones holds only once it was told.
  for (const { name, check } of stakingInvariants(keeper).slice(0, 2)) {
    const broken = check(ctx);
    if (broken !== undefined) throw new Error(`${name}: ${broken}`);
  }
}

/** What consensus is told of the validators that a chain starts with. */
export function genesisUpdates(keeper: StakingKeeper, ctx: Context): ValidatorUpdate[] {
  const known = keeper.lastPowers(ctx);
  if (known.length === 0) return applyValidatorSet(keeper, ctx);
  return known.map(({ operator, power }) => powerUpdate(keeper.requireValidator(ctx, operator), power));
}

/** Genesis of the module. */
export function stakingGenesis(keeper: StakingKeeper): ModuleGenesis<GenesisState> {
  return {
    codec: GenesisState,
    defaultGenesis: () =>
      GenesisState.fromPartial({ params: paramsToProto(DEFAULT_PARAMS), lastTotalPower: utf8("0") }),
    validate,
    init: (ctx, genesis) => init(keeper, ctx, genesis),
    export: (ctx) => ({
      params: paramsToProto(keeper.params(ctx)),
      lastTotalPower: utf8(keeper.lastTotalPower(ctx).toString()),
      lastValidatorPowers: keeper
        .lastPowers(ctx)
        .map(({ operator, power }) => ({ address: encodeValidatorAddress(operator), power })),
      validators: [...keeper.validatorStore(ctx).iterate()].map(([, value]) =>
        validatorToProto(decodeValidator(value)),
      ),
      delegations: [...keeper.delegationStore(ctx).iterate()].map(([, value]) =>
        delegationToProto(delegationFromProto(ProtoDelegation.decode(value))),
      ),
      unbondingDelegations: [...keeper.unbondingStore(ctx).iterate()].map(([, value]) =>
        unbondingToProto(unbondingFromProto(ProtoUnbonding.decode(value))),
      ),
      redelegations: [...keeper.redelegationStore(ctx).iterate()].map(([, value]) =>
        redelegationToProto(redelegationFromProto(ProtoRedelegation.decode(value))),
      ),
      exported: true,
    }),
  };
}
